//! Names and identifiers of the OCI and Docker world, as pure values; and how a stranger's text is shown.
//!
//! Knows nothing of files, sockets or time. Parsing a string a stranger wrote ends in a value or in a typed error.

mod digest;
mod ids;
pub mod lab;
mod platform;
mod reference;
pub mod shell;
pub mod url;
pub mod visible;

pub use digest::{Digest, DigestError};
pub use ids::{ContainerId, NetworkId};
pub use platform::Platform;
pub use reference::{Reference, ReferenceError};
