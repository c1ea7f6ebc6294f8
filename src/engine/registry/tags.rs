//! Which tags a repository has: `GET /v2/<name>/tags/list`, page by page (distribution-spec, "Listing Tags").

use super::exchange::absolute;
use super::fetch::{Call, Target};
use super::http::Answer;
use super::session::RegistrySession;
use crate::engine::{Cx, Fault, Result};
use crate::trace::Code;
use serde::Deserialize;

/// Bytes of all pages together. A repository with more tags than that nobody wants whole.
const LIMIT: u64 = 4 << 20;
/// Pages. Each may be as small as the registry likes.
const PAGES: usize = 1000;

#[derive(Deserialize)]
struct Page {
    /// `null` where there are none.
    tags: Option<Vec<String>>,
}

impl RegistrySession<'_> {
    /// All tags of the repository, in the registry's order.
    pub fn tags(&self, cx: &Cx) -> Result<Vec<String>> {
        self.open(cx)?;
        let (mut tags, mut left) = (Vec::new(), LIMIT);
        let mut next = Some(Target::Path("tags/list".to_owned()));
        for _ in 0..PAGES {
            let Some(target) = next else { return Ok(tags) };
            let ((page, after), _) = self.ask(cx, &Call::get(target, &[]), |_, answer, trail| {
                let after = after(answer, &self.base());
                let bytes = answer.read(left).map_err(|e| self.unreachable(&e.to_string()))?;
                left = left.saturating_sub(bytes.len() as u64);
                trail.push(answer.evidence(bytes.len() as u64, &String::from_utf8_lossy(&bytes)));
                let page: Page = serde_json::from_slice(&bytes).map_err(|e| self.unreachable(&e.to_string()))?;
                Ok((page.tags.unwrap_or_default(), after))
            })?;
            tags.extend(page);
            next = after.map(Target::Location);
        }
        let fault = Fault::failed(Code::DocumentTooLarge).with("registry", &self.endpoint.host);
        Err(fault.with("document", "tags/list").with("size", format!("> {PAGES} pages")).with("limit", LIMIT))
    }
}

/// Where the next page is: `Link: </v2/a/tags/list?last=b>; rel="next"`.
fn after(answer: &Answer, base: &str) -> Option<String> {
    let link = answer.header("link").filter(|link| link.contains("rel=\"next\""))?;
    absolute(base, link.strip_prefix('<')?.split_once('>')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_the_registry_says() {
        let next = |link| after(&Answer::with_header("Link", link), "http://reg:5000/v2/a");
        let page = "http://reg:5000/v2/a/tags/list?last=b&n=1";
        assert_eq!(next("</v2/a/tags/list?last=b&n=1>; rel=\"next\"").as_deref(), Some(page));
        for none in ["</v2/a/tags/list>; rel=\"prev\"", "/v2/a; rel=\"next\"", "<next>; rel=\"next\"", ""] {
            assert_eq!(next(none), None, "{none}");
        }
    }
}
