//! What captured frames say, which of them are of a packet that is followed, and in which order it went through which places.
//!
//! ```text
//! bytes ─decode─▶ Decoded ─Flow─▶ of this packet? there, back ─order─▶ Vec<Hop>, each with what differs from the one before
//! Walk + hops ─pcapng─▶ a file for Wireshark
//! ```
//!
//! Everything in a frame is a stranger's: nothing is read beyond its end, and nothing here can fail. Pure; does not know how frames are
//! captured, nor how any of it is said or drawn.

mod decode;
mod flow;
mod order;
pub mod pcapng;
#[cfg(test)]
mod tests;

pub use decode::{decode, decode_ip};
pub use flow::{Flow, Mark, is_same};
pub use order::{Captured, Met, hops};
