//! What Docker has and dockwalk does not: each feature with its endpoints and its commands, so that whoever asks for one hears what
//! it is and what to do instead, not that a page was not found.

/// Makes the enum, and the table of it.
macro_rules! features {
    ($(
        $(#[$about:meta])*
        $name:ident = $word:literal: [$($command:literal),*] $($method:ident $path:literal)*;
    )*) => {
        /// A part of Docker that is not built.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Feature {$(
            $(#[$about])*
            $name,
        )*}

        impl Feature {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// By which its words are found.
            pub fn name(self) -> &'static str {
                match self {$(Self::$name => $word,)*}
            }

            /// Its commands, as they stand behind `docker`.
            pub fn commands(self) -> &'static [&'static str] {
                match self {$(Self::$name => &[$($command),*],)*}
            }

            /// Methods and paths, as Docker's own list has them. A name in braces may have slashes in it.
            pub fn endpoints(self) -> &'static [(&'static str, &'static str)] {
                match self {$(Self::$name => &[$((stringify!($method), $path)),*],)*}
            }
        }
    };
}

features! {
    /// A container's streams over a web socket.
    AttachSocket = "attach-socket": [] GET "/containers/{id}/attach/ws";
    Build = "build": ["build", "builder", "buildx", "bake", "image build"]
        POST "/build" POST "/build/cancel" POST "/session" POST "/grpc";
    Checkpoint = "checkpoint": ["checkpoint"]
        GET "/containers/{id}/checkpoints" POST "/containers/{id}/checkpoints"
        DELETE "/containers/{id}/checkpoints/{checkpoint}";
    Compose = "compose": ["compose"];
    /// What a registry has of an image, without pulling it.
    Distribution = "distribution": ["manifest", "trust"] GET "/distribution/{name}/json";
    Plugin = "plugin": ["plugin"]
        GET "/plugins" POST "/plugins/create" GET "/plugins/privileges" POST "/plugins/pull" DELETE "/plugins/{name}"
        POST "/plugins/{name}/disable" POST "/plugins/{name}/enable" GET "/plugins/{name}/json"
        POST "/plugins/{name}/push" POST "/plugins/{name}/set" POST "/plugins/{name}/upgrade";
    Search = "search": ["search"] GET "/images/search";
    /// What swarm mode hands to its services.
    Secret = "secret": ["secret", "config"]
        GET "/secrets" POST "/secrets/create" DELETE "/secrets/{id}" GET "/secrets/{id}" POST "/secrets/{id}/update"
        GET "/configs" POST "/configs/create" DELETE "/configs/{id}" GET "/configs/{id}" POST "/configs/{id}/update";
    Swarm = "swarm": ["swarm", "node", "service", "stack", "volume update"]
        GET "/swarm" POST "/swarm/init" POST "/swarm/join" POST "/swarm/leave" POST "/swarm/unlock"
        GET "/swarm/unlockkey" POST "/swarm/update" GET "/nodes" DELETE "/nodes/{id}" GET "/nodes/{id}"
        POST "/nodes/{id}/update" GET "/services" POST "/services/create" DELETE "/services/{id}" GET "/services/{id}"
        GET "/services/{id}/logs" POST "/services/{id}/update" GET "/tasks" GET "/tasks/{id}" GET "/tasks/{id}/logs"
        PUT "/volumes/{name}";
}

impl Feature {
    /// What an endpoint of Docker's that dockwalk does not serve belongs to; none for what Docker does not have either.
    pub fn asked(method: &str, path: &str) -> Option<Self> {
        let segments: Vec<_> = path.trim_matches('/').split('/').collect();
        let there = |(of, pattern): &(&str, &str)| {
            *of == method && fits(&pattern.trim_matches('/').split('/').collect::<Vec<_>>(), &segments)
        };
        Self::ALL.iter().copied().find(|feature| feature.endpoints().iter().any(there))
    }

    /// The same of the words behind `docker`.
    pub fn commanded(words: &[&str]) -> Option<Self> {
        let says = |command: &&str| {
            let command: Vec<_> = command.split(' ').collect();
            words.starts_with(&command)
        };
        Self::ALL.iter().copied().find(|feature| feature.commands().iter().any(says))
    }
}

fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((name, rest)), Some((first, _))) if name.starts_with('{') => {
            !first.is_empty() && (1..=path.len()).any(|taken| fits(rest, &path[taken..]))
        }
        (Some((word, rest)), Some((first, after))) => word == first && fits(rest, after),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_known_by_its_feature() {
        for (method, path, feature) in [
            ("POST", "/build", Some(Feature::Build)),
            ("GET", "/containers/box/attach/ws", Some(Feature::AttachSocket)),
            ("GET", "/distribution/lab/shell:1/json", Some(Feature::Distribution)),
            ("DELETE", "/plugins/a/b:latest", Some(Feature::Plugin)),
            ("POST", "/plugins/a/b:latest/enable", Some(Feature::Plugin)),
            ("PUT", "/volumes/data", Some(Feature::Swarm)),
            ("DELETE", "/containers/box/checkpoints/one", Some(Feature::Checkpoint)),
            ("GET", "/build", None),
            ("GET", "/containers//attach/ws", None),
            ("GET", "/containers/box/attach/wss", None),
            ("GET", "/", None),
            ("GET", "/nothing", None),
        ] {
            assert_eq!(Feature::asked(method, path), feature, "{method} {path}");
        }
    }

    #[test]
    fn a_command_is_known_by_its_feature() {
        for (words, feature) in [
            (&["build", "."][..], Some(Feature::Build)),
            (&["system", "prune"], None),
            (&["container", "prune"], None),
            (&["swarm"], Some(Feature::Swarm)),
            (&["network"], None),
            (&["builds"], None),
            (&[], None),
        ] {
            assert_eq!(Feature::commanded(words), feature, "{words:?}");
        }
    }
}
