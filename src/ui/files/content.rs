//! The bytes of a file as they are shown: text, a picture, or hexadecimal. Pure but for decoding, which needs no I/O.

use std::sync::Arc;

/// How many bytes are fetched and shown at once: a file of 4 GB costs no more than one of these.
pub const PAGE: u64 = 256 * 1024;

/// The largest picture that is fetched to be shown.
pub const LARGEST_PICTURE: u64 = 16 * 1024 * 1024;

/// How wide and high a picture may be decoded; a small file can claim to be huge.
const WIDEST: u32 = 8192;

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Lines.
    Text,
    /// Offset, bytes, ASCII.
    Hex,
    /// As a picture.
    Picture,
}

/// A part of a file.
#[derive(Debug, Clone)]
pub struct Body {
    /// How large the file is.
    pub size: u64,
    /// Where this part begins.
    pub offset: u64,
    /// The part.
    pub bytes: Arc<[u8]>,
    /// It reads as text.
    pub text: Option<Arc<Text>>,
    /// It is a picture.
    pub picture: Picture,
}

/// Whether a file is a picture.
#[derive(Debug, Clone)]
pub enum Picture {
    /// It does not begin as one.
    No,
    /// It begins as one, and is larger than is worth fetching for a look.
    TooLarge,
    /// It begins as one and is none.
    Broken(String),
    /// It is one: pixels, and the width and height before it was made smaller.
    Yes(Arc<egui::ColorImage>, [u32; 2]),
}

/// A part of a file as lines.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    text: String,
    /// Where each line begins.
    starts: Vec<u32>,
}

impl Text {
    /// Reads bytes as text: UTF-8 without control characters but those of plain text. A character that the end of the
    /// part cuts in two is left out.
    pub fn read(bytes: &[u8], first: bool) -> Option<Self> {
        let skip = if first { 0 } else { bytes.iter().take(3).take_while(|b| **b & 0xC0 == 0x80).count() };
        let bytes = &bytes[skip..];
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?,
            Err(_) => return None,
        };
        let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\x1b' | '\x08');
        if text.chars().any(odd) {
            return None;
        }
        let text = text.to_owned();
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1));
        let mut starts: Vec<u32> = starts.collect();
        if starts.len() > 1 && starts.last() == Some(&(text.len() as u32)) {
            starts.pop();
        }
        Some(Self { text, starts })
    }

    /// How many lines.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// A line without its end.
    pub fn line(&self, number: usize) -> &str {
        let Some(start) = self.starts.get(number) else { return "" };
        let end = self.starts.get(number + 1).map_or(self.text.len(), |end| *end as usize);
        self.text[*start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

impl Body {
    /// Looks at a part of a file.
    pub fn new(size: u64, offset: u64, bytes: Vec<u8>) -> Self {
        let text = Text::read(&bytes, offset == 0).map(Arc::new);
        Self { size, offset, bytes: bytes.into(), text, picture: Picture::No }
    }

    /// It begins as a picture does.
    pub fn begins_as_picture(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x89PNG\r\n\x1a\n")
    }

    /// The face that shows most.
    pub fn face(&self) -> Face {
        match (&self.picture, &self.text) {
            (Picture::Yes(..), _) => Face::Picture,
            (_, Some(_)) => Face::Text,
            _ => Face::Hex,
        }
    }

    /// It is shown in more than one part.
    pub fn is_paged(&self) -> bool {
        self.size > PAGE
    }
}

/// Decodes a whole picture, at most `most` pixels wide and high.
pub fn picture(bytes: &[u8], most: u32) -> Picture {
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(bytes), image::ImageFormat::Png);
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(WIDEST), Some(WIDEST));
    limits.max_alloc = Some(128 * 1024 * 1024);
    reader.limits(limits);
    match reader.decode() {
        Err(error) => Picture::Broken(error.to_string()),
        Ok(decoded) => {
            let full = [decoded.width(), decoded.height()];
            let small = if full[0].max(full[1]) > most { decoded.thumbnail(most, most) } else { decoded };
            let pixels = small.to_rgba8();
            let size = [pixels.width() as usize, pixels.height() as usize];
            Picture::Yes(Arc::new(egui::ColorImage::from_rgba_unmultiplied(size, pixels.as_raw())), full)
        }
    }
}

/// A line of hexadecimal: offset, bytes, ASCII. `width` bytes a line.
pub fn hex_line(bytes: &[u8], offset: u64, width: usize) -> (String, String, String) {
    use std::fmt::Write;
    let mut middle = String::with_capacity(width * 3 + 1);
    for (i, byte) in bytes.iter().enumerate() {
        let gap = if i > 0 && i % 8 == 0 {
            "  "
        } else if i > 0 {
            " "
        } else {
            ""
        };
        // Writing to a String cannot fail.
        write!(middle, "{gap}{byte:02x}").ok();
    }
    let right = bytes.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '·' }).collect();
    (format!("{offset:08x}"), middle, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_bytes_and_cut_at_whole_characters() {
        let text = Text::read("한글\r\nline 2\n".as_bytes(), true).unwrap();
        assert_eq!((text.lines(), text.line(0), text.line(1)), (2, "한글", "line 2"));
        assert_eq!(Text::read(&"한글".as_bytes()[..4], true).unwrap().line(0), "한");
        assert_eq!(Text::read(&"한글".as_bytes()[2..], false).unwrap().line(0), "글");
        assert_eq!(Text::read(b"", true).unwrap().lines(), 1);
        assert!(Text::read(b"\x7fELF\0\0", true).is_none());
        assert!(Text::read(b"caf\xe9 au lait", true).is_none());
    }

    #[test]
    fn hexadecimal_says_offset_bytes_and_letters() {
        let (offset, bytes, letters) = hex_line(b"\x7fELF 1234", 0x1_0000_0000, 16);
        assert_eq!(offset, "100000000");
        assert_eq!(bytes, "7f 45 4c 46 20 31 32 33  34");
        assert_eq!(letters, "·ELF 1234");
    }

    #[test]
    fn a_picture_is_decoded_and_a_broken_one_said() {
        let mut bytes = Vec::new();
        let made = image::RgbaImage::from_pixel(40, 10, image::Rgba([9, 8, 7, 255]));
        made.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        assert!(Body::begins_as_picture(&bytes));
        let Picture::Yes(image, full) = picture(&bytes, 20) else { panic!("it is one") };
        assert_eq!((image.size, full), ([20, 5], [40, 10]));
        assert!(matches!(picture(&bytes[..50], 20), Picture::Broken(_)));
    }
}
