//! Everything that Docker's API has is served or known by the name of its feature: held against the paths of Docker's own documents.

use dockwalk::docker::{Endpoint, Feature};
use std::collections::BTreeSet;

/// Methods and paths of `api/docs/v1.41.yaml` to `v1.47.yaml` in moby/moby, all of them together.
const DOCUMENTED: &str = "
    GET HEAD /_ping
    POST /auth
    POST /build
    POST /build/prune
    POST /commit
    GET /configs
    POST /configs/create
    DELETE GET /configs/{id}
    POST /configs/{id}/update
    POST /containers/create
    GET /containers/json
    POST /containers/prune
    DELETE /containers/{id}
    GET HEAD PUT /containers/{id}/archive
    POST /containers/{id}/attach
    GET /containers/{id}/attach/ws
    GET /containers/{id}/changes
    POST /containers/{id}/exec
    GET /containers/{id}/export
    GET /containers/{id}/json
    POST /containers/{id}/kill
    GET /containers/{id}/logs
    POST /containers/{id}/pause
    POST /containers/{id}/rename
    POST /containers/{id}/resize
    POST /containers/{id}/restart
    POST /containers/{id}/start
    GET /containers/{id}/stats
    POST /containers/{id}/stop
    GET /containers/{id}/top
    POST /containers/{id}/unpause
    POST /containers/{id}/update
    POST /containers/{id}/wait
    GET /distribution/{name}/json
    GET /events
    GET /exec/{id}/json
    POST /exec/{id}/resize
    POST /exec/{id}/start
    POST /images/create
    GET /images/get
    GET /images/json
    POST /images/load
    POST /images/prune
    GET /images/search
    DELETE /images/{name}
    GET /images/{name}/get
    GET /images/{name}/history
    GET /images/{name}/json
    POST /images/{name}/push
    POST /images/{name}/tag
    GET /info
    GET /networks
    POST /networks/create
    POST /networks/prune
    DELETE GET /networks/{id}
    POST /networks/{id}/connect
    POST /networks/{id}/disconnect
    GET /nodes
    DELETE GET /nodes/{id}
    POST /nodes/{id}/update
    GET /plugins
    POST /plugins/create
    GET /plugins/privileges
    POST /plugins/pull
    DELETE /plugins/{name}
    POST /plugins/{name}/disable
    POST /plugins/{name}/enable
    GET /plugins/{name}/json
    POST /plugins/{name}/push
    POST /plugins/{name}/set
    POST /plugins/{name}/upgrade
    GET /secrets
    POST /secrets/create
    DELETE GET /secrets/{id}
    POST /secrets/{id}/update
    GET /services
    POST /services/create
    DELETE GET /services/{id}
    GET /services/{id}/logs
    POST /services/{id}/update
    POST /session
    GET /swarm
    POST /swarm/init
    POST /swarm/join
    POST /swarm/leave
    POST /swarm/unlock
    GET /swarm/unlockkey
    POST /swarm/update
    GET /system/df
    GET /tasks
    GET /tasks/{id}
    GET /tasks/{id}/logs
    GET /version
    GET /volumes
    POST /volumes/create
    POST /volumes/prune
    DELETE GET PUT /volumes/{name}
";

/// What the daemon serves and no document of it has (moby `daemon/server/router`: build, checkpoint, grpc).
const UNDOCUMENTED: &str = "
    POST /build/cancel
    POST /grpc
    GET POST /containers/{id}/checkpoints
    DELETE /containers/{id}/checkpoints/{checkpoint}
";

/// A method and a path in which all parameters are called alike.
fn page(method: &str, path: &str) -> (String, String) {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    (method.to_owned(), parts.collect::<Vec<_>>().join("/"))
}

fn listed(text: &str) -> BTreeSet<(String, String)> {
    let line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let (path, methods) = words.split_last().unwrap();
        methods.iter().map(|method| page(method, path)).collect::<Vec<_>>()
    };
    text.trim().lines().flat_map(line).collect()
}

#[test]
fn every_page_of_dockers_is_served_or_has_a_name() {
    let served: BTreeSet<_> = Endpoint::ALL.iter().map(|endpoint| page(endpoint.method(), endpoint.path())).collect();
    let named: Vec<_> = Feature::ALL.iter().flat_map(|feature| feature.endpoints()).collect();
    let unbuilt: BTreeSet<_> = named.iter().map(|(method, path)| page(method, path)).collect();
    assert_eq!(unbuilt.len(), named.len(), "one stands there twice");
    let both: Vec<_> = served.intersection(&unbuilt).collect();
    assert!(both.is_empty(), "served, and said not to be: {both:?}");
    let documented = listed(DOCUMENTED);
    // GET is HEAD, too.
    let known: BTreeSet<_> = served.union(&unbuilt).cloned().chain([page("HEAD", "/_ping")]).collect();
    let nameless: Vec<_> = documented.difference(&known).collect();
    assert!(nameless.is_empty(), "nothing is said of {nameless:?}");
    let docker = &documented | &listed(UNDOCUMENTED);
    let invented: Vec<_> = known.difference(&docker).collect();
    assert!(invented.is_empty(), "Docker does not have {invented:?}");
}

#[test]
fn who_asks_for_a_page_is_told_of_its_feature() {
    for feature in Feature::ALL {
        for (method, path) in feature.endpoints() {
            let path = path.replace("{id}", "1").replace("{name}", "lab/a:1").replace("{checkpoint}", "one");
            assert_eq!(Feature::asked(method, &path), Some(*feature), "{method} {path}");
        }
        for command in feature.commands() {
            let words: Vec<_> = command.split(' ').chain(["x"]).collect();
            assert_eq!(Feature::commanded(&words), Some(*feature), "{command}");
        }
    }
    for endpoint in Endpoint::ALL {
        let path = endpoint.path().replace("{id}", "1").replace("{name}", "a");
        assert_eq!(Feature::asked(endpoint.method(), &path), None, "{endpoint:?}");
    }
}
