//! Names and values as parts of URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What stands for itself in a path and in a query: RFC 3986's unreserved characters, and those of the reserved ones that
/// names of images have and that mean nothing else there.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'/').remove(b'@');

/// A name, or any bytes, as a part of a path or a query.
///
/// ```
/// assert_eq!(dockwalk::spec::url::encode("registry:5000/a b+c"), "registry:5000/a%20b%2Bc");
/// assert_eq!(dockwalk::spec::url::encode(b"caf\xe9?"), "caf%E9%3F");
/// ```
pub fn encode(text: &(impl AsRef<[u8]> + ?Sized)) -> String {
    percent_encode(text.as_ref(), PLAIN).to_string()
}
