//! What was said over HTTP: to a registry, and to this engine.

use crate::docker::Json;
use crate::trace::Evidence;

/// A request that was sent, and its answer as far as one came. Credentials are hidden by who makes it.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// `GET`
    pub method: &'a str,
    /// The whole address.
    pub url: String,
    /// Headers that were sent.
    pub sent: Vec<(String, String)>,
    /// Status and headers of the answer; none when none came.
    pub answer: Option<(u16, Vec<(String, String)>)>,
}

/// An exchange with a registry, of whose answer `bytes` have come. `text` is shown of them, or why none came.
pub fn http(exchange: Exchange<'_>, bytes: u64, text: &str) -> Evidence {
    let Exchange { method, url, sent, answer } = exchange;
    let (status, headers) = answer.unwrap_or_default();
    Evidence::Http {
        method: method.to_owned(),
        url,
        status,
        request_headers: sent,
        headers,
        bytes,
        body: text.to_owned(),
    }
}

/// A request that this engine received: its first line, and its body when that is JSON.
pub fn request(line: &str, body: Option<&Json>) -> Evidence {
    let body = body.map(|body| serde_json::to_string_pretty(body).unwrap_or_default());
    Evidence::Request { line: line.to_owned(), body: body.unwrap_or_default() }
}
