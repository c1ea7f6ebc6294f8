//! The API client: a blocking face on the engine's socket, for the window, lessons and the command line.
//!
//! ```text
//! Client ──HTTP/1.1 over a unix socket──▶ engine      events (a stream that resumes), gate, evidence, Docker's own API
//! ```
//!
//! Works without the engine's code: a build without feature `engine` can still talk to one. Does not know what the
//! answers are for.

mod blocking;
mod endpoint;
mod error;
mod events;
mod finding;
mod hijack;
mod http;
mod images;
mod layers;
mod lines;
pub mod place;
pub mod protocol;
mod spawn;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod units;
mod upload;
mod volumes;

pub use blocking::{Answer, Client};
pub use error::ClientError;
pub use events::{Events, Incoming};
pub use finding::{Condition, Facts, Finding};
pub use hijack::Hijacked;
pub use images::{ImportOptions, LoadProgress};
pub use layers::{Entries, FileContent, ImageLayer, ImageLayers, Instruction, LayerOf};
pub use lines::each_line;
pub use protocol::{GateCommand, GateView};
pub use spawn::StartOptions;
#[cfg(feature = "engine")]
pub(crate) use upload::Pieces;
