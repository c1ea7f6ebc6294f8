//! What recordings of older versions do not say of a problem, and its message of today asks for.

use crate::trace::Code;

/// The command that they named for every user.
const ADD_IDS: &str = "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER";

/// Variables that a message has come to have since, with what stands in their place.
pub fn variables(code: &Code) -> &'static [(&'static str, &'static str)] {
    const FILES: &str = "/etc/subuid, /etc/subgid";
    match code {
        Code::IdOutOfRange | Code::OwnersSquashed | Code::IdNotMapped => {
            &[("kind", "id"), ("file", FILES), ("grant", "unknown")]
        }
        Code::CommandInterpreterMissing
        | Code::CommandInterpreterRefused
        | Code::CommandLineEnds
        | Code::CommandLoaderMissing => &[("asking", "itself")],
        Code::SubidsMissing => &[("files", FILES), ("grant", ADD_IDS)],
        _ => &[],
    }
}
