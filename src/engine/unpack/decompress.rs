use std::io::{self, BufRead, Read};

/// The bytes of a tar out of a layer blob: gzip (also of several members, as `pigz` and estargz make), zstd, or plain.
///
/// What it is, is told by its first bytes: media types of real images are not always right, and Docker goes by the bytes too.
pub fn decoder<'a>(mut compressed: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let start = compressed.fill_buf()?;
    Ok(match start {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(compressed)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Box::new(zstd::stream::read::Decoder::with_buffer(compressed)?)
        }
        _ => Box::new(compressed),
    })
}
