//! What went wrong, by name.

#[macro_use]
mod table;
mod list;

pub use list::Code;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

impl Code {
    /// The status that shells and Docker have for a command that was not executed: 127 where something is not there, 126 where it
    /// is. None for all else that can go wrong.
    pub fn not_executed(&self) -> Option<u8> {
        match self {
            Self::CommandNotFound
            | Self::CommandPathMissing
            | Self::CommandInterpreterMissing
            | Self::CommandLineEnds
            | Self::CommandLoaderMissing
            | Self::HostCommandNotFound => Some(127),
            Self::CommandNotExecutable | Self::CommandInterpreterRefused | Self::HostCommandNotExecutable => Some(126),
            _ => None,
        }
    }
}

/// The name of a code that is not in the list. It comes from a recording or an engine, never from this program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownCode(String);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::named(&name))
    }
}
