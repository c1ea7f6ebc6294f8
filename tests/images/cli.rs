//! Image commands by the real docker CLI and by ours, against a real engine: as root and as an ordinary user.

use crate::clients::{Bench, check};
use crate::engine;
use crate::engine::{fails, good};
use serde_json::Value;

fn inspect(bench: &Bench<'_>, name: &str) -> Value {
    let text = good(bench.run(&format!("image inspect {name}")));
    serde_json::from_str::<Vec<Value>>(&text).unwrap().remove(0)
}

fn ids(bench: &Bench<'_>, args: &str) -> Vec<String> {
    good(bench.run(&format!("images -q --no-trunc {args}"))).lines().map(str::to_owned).collect()
}

#[test]
fn an_image_gets_names_and_loses_them() {
    check(|bench| {
        good(bench.run("pull -q lab/shell:1"));
        good(bench.run("tag lab/shell:1 mine"));
        good(bench.run("image tag mine registry.example:5000/a/b:c"));
        let image = inspect(bench, "mine");
        let tags: Vec<_> = image["RepoTags"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
        assert_eq!(tags, ["lab/shell:1", "mine:latest", "registry.example:5000/a/b:c"]);
        assert!(fails(bench.run("tag nothing:1 x"), 1).contains("No such image"));
        fails(bench.run("tag mine x/UPPER"), 1);
        let digest = format!("mine@{}", image["Id"].as_str().unwrap());
        fails(bench.run(&format!("tag mine {digest}")), 1);

        // By id, with tags in several repositories: refused without force.
        let id = image["Id"].as_str().unwrap();
        assert!(fails(bench.run(&format!("rmi {id}")), 1).contains("multiple repositories"));
        assert_eq!(good(bench.run("rmi mine registry.example:5000/a/b:c")).lines().count(), 2);
        good(bench.run("run -d --name user lab/shell:1 sleep 600"));
        assert!(fails(bench.run("rmi lab/shell:1"), 1).contains("container"));
        assert!(fails(bench.run(&format!("rmi -f {id}")), 1).contains("container"));
        let both = bench.run("rmi nothing:1 lab/shell:1 nothing:2");
        assert_eq!(fails(both, 1).matches("No such image").count(), 2, "goes on after a failure");
        good(bench.run("rm -f user"));
        let removed = good(bench.run("rmi lab/shell:1"));
        assert!(removed.contains("Untagged: lab/shell@sha256:") && removed.contains(&format!("Deleted: {id}")));
        assert!(ids(bench, "-a").is_empty());
    });
}

#[test]
fn history_tells_each_instruction_and_what_it_weighs() {
    check(|bench| {
        good(bench.run("pull -q lab/shell:1"));
        let image = inspect(bench, "lab/shell:1");
        let id = image["Id"].as_str().unwrap();
        let ids = good(bench.run("history -q --no-trunc lab/shell:1"));
        let ids: Vec<_> = ids.lines().collect();
        assert_eq!(ids[0], id);
        assert!(ids.len() > 1 && ids[1..].iter().all(|id| *id == "<missing>"), "{ids:?}");
        let table = good(bench.run("history --no-trunc lab/shell:1"));
        let empty = table.lines().filter(|line| line.contains(" 0B ")).count();
        let layers = image["RootFS"]["Layers"].as_array().unwrap().len();
        assert_eq!(table.lines().count() - 1, ids.len());
        assert!(empty >= ids.len() - layers && empty < ids.len(), "{table}");
        good(bench.run("rmi lab/shell:1"));
    });
}

#[test]
fn the_sizes_of_a_history_are_the_size_of_the_image() {
    for who in engine::everyone() {
        let engine = engine::Engine::start(who);
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        let client = engine.client();
        let lines: Vec<Value> = client.get("/images/lab/shell:1/history").unwrap();
        let image: Value = client.get("/images/lab/shell:1/json").unwrap();
        let sum: u64 = lines.iter().map(|line| line["Size"].as_u64().unwrap()).sum();
        assert_eq!(Some(sum), image["Size"].as_u64());
        assert!(sum > 0 && lines.iter().any(|line| line["Size"] == 0), "{lines:#?}");
        assert!(lines.iter().all(|line| line["Created"].as_i64().is_some() && line["CreatedBy"].is_string()));
    }
}

#[test]
fn images_are_listed_by_filters_and_with_digests() {
    check(|bench| {
        for image in ["lab/shell:1", "lab/base:1", "lab/busybox:1"] {
            good(bench.run(&format!("pull -q {image}")));
        }
        good(bench.run("tag lab/busybox:1 other/thing:2"));
        assert_eq!(ids(bench, "").len(), 4, "a line a name");
        assert_eq!(ids(bench, "lab/shell").len(), 1);
        assert_eq!(ids(bench, "--filter reference=lab/*").len(), 3);
        assert_eq!(ids(bench, "--filter reference=*/*:2").len(), 1);
        assert_eq!(ids(bench, "--filter reference=*").len(), 0, "a star stops at a slash, as in Go");
        let listed = good(bench.run("images --digests lab/base"));
        let digest = inspect(bench, "lab/base:1")["RepoDigests"][0].as_str().unwrap().to_owned();
        assert!(listed.contains(digest.split_once('@').unwrap().1), "{listed}");
        assert!(good(bench.run("images --digests other/thing")).contains("<none>"));
        assert_eq!(ids(bench, "--filter dangling=true").len(), 0);
        assert_eq!(ids(bench, "--filter label=no.such").len(), 0);
        assert!(fails(bench.run("images --filter colour=red"), 1).contains("colour"));
        assert!(fails(bench.run("images --filter before=nothing:1"), 1).contains("No such image"));
        // The built-in images are of one moment: nothing is before or since another of them.
        assert_eq!(ids(bench, "--filter since=lab/base:1").len(), 0);
        assert_eq!(ids(bench, "--filter until=1h").len(), 4);
        assert_eq!(ids(bench, "--filter until=1970-01-02").len(), 0);
        good(bench.run("rmi -f lab/shell:1 lab/base:1 lab/busybox:1 other/thing:2"));
    });
}

#[test]
fn prune_deletes_what_nothing_uses() {
    check(|bench| {
        for image in ["lab/shell:1", "lab/base:1", "lab/busybox:1"] {
            good(bench.run(&format!("pull -q {image}")));
        }
        let base = inspect(bench, "lab/base:1")["Id"].as_str().unwrap().to_owned();
        // A name that moves on leaves its image without one.
        good(bench.run("tag lab/shell:1 lab/base:1"));
        assert_eq!(ids(bench, "--filter dangling=true"), std::slice::from_ref(&base));
        let said = good(bench.run("image prune -f --filter until=1970-01-02"));
        assert!(said.contains("Total reclaimed space: 0B"), "{said}");
        let said = good(bench.run("image prune -f"));
        assert!(said.contains(&format!("deleted: {base}")) && !said.contains("lab/shell:1"), "{said}");
        good(bench.run("run -d --name user lab/shell:1 sleep 600"));
        let said = good(bench.run("image prune -a -f"));
        assert!(said.contains("untagged: lab/busybox:1") && !said.contains("lab/shell:1"), "{said}");
        assert!(!said.contains("reclaimed space: 0B"), "{said}");
        assert_eq!(ids(bench, "lab/shell:1").len(), 1, "in use");
        good(bench.run("rm -f user"));
        good(bench.run("image prune -a -f"));
        assert!(ids(bench, "-a").is_empty());
    });
}

#[test]
fn an_image_is_pulled_by_digest_and_by_platform() {
    check(|bench| {
        good(bench.run("pull -q lab/base:1"));
        let image = inspect(bench, "lab/base:1");
        let digest = image["RepoDigests"][0].as_str().unwrap().to_owned();
        good(bench.run("rmi lab/base:1"));
        let said = good(bench.run(&format!("pull {digest}")));
        assert!(said.contains("Digest: sha256:"), "{said}");
        let again = inspect(bench, &digest);
        assert_eq!(again["Id"], image["Id"]);
        assert_eq!(again["RepoTags"].as_array().unwrap().len(), 0, "a digest gives no tag");
        let listed = good(bench.run("images"));
        assert!(listed.contains("lab/base") && listed.contains("<none>"), "{listed}");
        assert_eq!(good(bench.run(&format!("run --rm {digest} echo by digest"))), "by digest");
        good(bench.run(&format!("rmi {digest}")));
        assert!(ids(bench, "-a").is_empty());
        fails(bench.run("pull --platform linux/s390x lab/base:1"), 1);
        let here = dockwalk::spec::Platform::host();
        good(bench.run(&format!("pull -q --platform {here} lab/base:1")));
        good(bench.run("rmi lab/base:1"));
    });
}
