//! What lies in the layers of an image: what each says about which path, and what is left when they are stacked.
//!
//! Pure: entries come from a tar or a directory, read by somebody else.

mod bytes;
mod entry;

pub use bytes::PathBytes;
pub use entry::{Entry, Kind, Time};
