//! Docker's two ways to send output: as a terminal's bytes, or in frames that tell stdout from stderr.

use crate::engine::container::channel::Channel;
use hyper::body::Bytes;

/// Frames: one byte for the channel, three zeros, four bytes for the length, then that many bytes.
pub(super) const MULTIPLEXED: &str = "application/vnd.docker.multiplexed-stream";
/// A terminal's bytes as they are.
pub(super) const RAW: &str = "application/vnd.docker.raw-stream";

/// The bytes as they go out.
pub(super) fn frame(raw: bool, channel: Channel, bytes: &Bytes) -> Bytes {
    if raw {
        return bytes.clone();
    }
    let mut out = Vec::with_capacity(8 + bytes.len());
    out.extend_from_slice(&[channel as u8, 0, 0, 0]);
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
    out.into()
}

/// The content type of the stream.
pub(super) fn content_type(raw: bool) -> &'static str {
    if raw { RAW } else { MULTIPLEXED }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_where_from_and_how_long() {
        let bytes = Bytes::from_static(b"hi");
        assert_eq!(frame(false, Channel::Err, &bytes).as_ref(), b"\x02\0\0\0\0\0\0\x02hi");
        assert_eq!(frame(true, Channel::Out, &bytes).as_ref(), b"hi");
    }
}
