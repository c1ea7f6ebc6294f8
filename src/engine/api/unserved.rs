//! What is asked for and not served: something of Docker's that is not built, a page that there is not, or one by another path.

use super::answer::{Refused, english};
use super::version;
use crate::docker::{Feature, clean};
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::extract::Request;
use axum::http::header::LOCATION;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::ext::ReasonPhrase;

pub(super) async fn unknown(request: Request) -> Response {
    version::refuse(request.uri().path()).unwrap_or_else(|| refusal(&request))
}

/// Before any page is looked for.
pub(super) async fn elsewhere(request: Request, next: Next) -> Response {
    match cleaned(&super::sent(&request)) {
        Some(elsewhere) => (StatusCode::MOVED_PERMANENTLY, [(LOCATION, elsewhere)]).into_response(),
        None => next.run(request).await,
    }
}

/// A path with doubled slashes, `.` or `..` in it by its shortest name, as Docker's router sends clients there; none for one that has
/// none of these.
fn cleaned(sent: &str) -> Option<String> {
    let (path, query) = sent.find('?').map_or((sent, ""), |at| sent.split_at(at));
    let clean = clean::absolute(path);
    let end = if path.len() > 1 && path.ends_with('/') && clean != "/" { "/" } else { "" };
    let clean = clean + end;
    (clean != path).then(|| clean + query)
}

/// Says what it is that is not served.
pub(super) fn refusal(request: &Request) -> Response {
    let fault = match Feature::asked(request.method().as_str(), request.uri().path()) {
        Some(feature) => {
            let kind = match feature {
                // As Docker where nobody has made a swarm.
                Feature::Secret | Feature::Swarm if !makes_swarm(request.uri().path()) => FaultKind::Unavailable,
                // The docker CLI's `inspect NAME` asks for one thing of each kind, until one is there: of these there are none.
                Feature::Plugin if request.method() == Method::GET => FaultKind::NotFound,
                _ => FaultKind::NotBuilt,
            };
            Fault::new(kind, Code::NotBuilt).with("feature", feature.name())
        }
        None => Fault::new(FaultKind::NotFound, Code::NoSuchEndpoint).with("request", super::line(request)),
    };
    let said = english(&fault);
    let mut response = Refused(fault).into_response();
    // An answer to HEAD has no body; the docker CLI shows the status line, which may say anything behind the number.
    if request.method() == Method::HEAD
        && let Ok(reason) = ReasonPhrase::try_from(said)
    {
        response.extensions_mut().insert(reason);
    }
    response
}

/// What would make this host one of a swarm.
fn makes_swarm(path: &str) -> bool {
    path.ends_with("/swarm/init") || path.ends_with("/swarm/join")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_led_to_its_shortest_name() {
        for (sent, clean) in [
            ("//info", "/info"),
            ("/v1.41//containers//json?all=1", "/v1.41/containers/json?all=1"),
            ("/v1.41/x/../info", "/v1.41/info"),
            ("/../info?a=//", "/info?a=//"),
            ("/./_ping/", "/_ping/"),
            ("//", "/"),
        ] {
            assert_eq!(cleaned(sent).as_deref(), Some(clean), "{sent}");
        }
        for clean in ["/info", "/info/", "/", "/containers/a..b/json", "/images/a.b/json?x=/../"] {
            assert_eq!(cleaned(clean), None, "{clean}");
        }
    }
}
