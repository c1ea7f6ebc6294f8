//! Which network a container is in, as `docker run --network` says it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `HostConfig.NetworkMode`. On the wire and in recordings it is Docker's string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum NetworkMode {
    /// `bridge`, `default` or nothing: the default network.
    #[default]
    Bridge,
    /// `host`: the host's network namespace.
    Host,
    /// `none`: a network namespace of its own with `lo` alone.
    None,
    /// `container:<id or name>`: the network namespace of another container.
    Container(String),
    /// The name or id of a network that somebody made.
    Named(String),
}

impl NetworkMode {
    /// The name of the network whose driver connects it; none when it is another container's.
    pub fn network(&self) -> Option<&str> {
        match self {
            Self::Bridge => Some("bridge"),
            Self::Host => Some("host"),
            Self::None => Some("none"),
            Self::Named(name) => Some(name),
            Self::Container(_) => None,
        }
    }
}

impl From<&str> for NetworkMode {
    fn from(text: &str) -> Self {
        match text {
            "" | "default" | "bridge" => Self::Bridge,
            "host" => Self::Host,
            "none" => Self::None,
            other => match other.strip_prefix("container:") {
                Some(container) => Self::Container(container.to_owned()),
                None => Self::Named(other.to_owned()),
            },
        }
    }
}

impl From<String> for NetworkMode {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<NetworkMode> for String {
    fn from(mode: NetworkMode) -> Self {
        mode.to_string()
    }
}

impl fmt::Display for NetworkMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(container) => write!(f, "container:{container}"),
            mode => f.write_str(mode.network().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{NetworkDriver, RuleAction};

    #[test]
    fn each_mode_is_dockers_string_there_and_back() {
        let cases = [
            ("bridge", NetworkMode::Bridge),
            ("host", NetworkMode::Host),
            ("none", NetworkMode::None),
            ("container:web", NetworkMode::Container("web".into())),
            ("lab_net", NetworkMode::Named("lab_net".into())),
        ];
        for (text, mode) in cases {
            assert_eq!(NetworkMode::from(text), mode);
            let json = serde_json::to_string(&mode).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<NetworkMode>(&json).unwrap(), mode);
        }
        assert_eq!([NetworkMode::from(""), NetworkMode::from("default")], [NetworkMode::Bridge, NetworkMode::Bridge]);
    }

    #[test]
    fn words_of_recordings_load_known_or_not() {
        for word in ["masquerade", "forward", "later"] {
            let action: RuleAction = serde_json::from_value(word.into()).unwrap();
            assert_eq!(serde_json::to_value(&action).unwrap(), word);
            assert_eq!(matches!(action, RuleAction::Other(_)), word == "later");
        }
        for word in ["bridge", "host", "none", "macvlan"] {
            let driver: NetworkDriver = serde_json::from_value(word.into()).unwrap();
            assert_eq!(serde_json::to_value(&driver).unwrap(), word);
            assert_eq!(matches!(driver, NetworkDriver::Other(_)), word == "macvlan");
        }
    }
}
