//! API versions: `/v1.43/…` and no prefix at all are the same here.

use super::answer::Refused;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::extract::Request;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};

/// The version this engine speaks.
pub(super) const CURRENT: &str = "1.43";
/// The oldest it understands.
pub(super) const OLDEST: &str = "1.24";

/// The path as it was sent.
#[derive(Debug, Clone)]
pub(super) struct AsSent(pub String);

/// Takes the version prefix off. A version out of range goes to an address that refuses it.
pub(super) fn strip(mut request: Request) -> Request {
    let sent = request.uri().to_string();
    request.extensions_mut().insert(AsSent(sent.clone()));
    if let Some((version, rest)) = split(&sent) {
        let path = if in_range(version) { rest.to_owned() } else { format!("/unsupported-version/{version}") };
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

fn split(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix("/v")?;
    let (version, after) = rest.split_at(rest.find('/')?);
    let number = version.bytes().all(|b| b.is_ascii_digit() || b == b'.') && version.contains('.');
    number.then_some((version, after))
}

/// Later ones than the current are let in up to the one that today's CLI speaks: they add fields, which are checked.
fn in_range(version: &str) -> bool {
    let minor = version.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| (24..=47).contains(&minor))
}

/// What Docker sends with every answer.
pub(super) async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("api-version", CURRENT),
        ("docker-experimental", "false"),
        ("ostype", "linux"),
        ("server", concat!("dockwalk/", env!("CARGO_PKG_VERSION"), " (linux)")),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The refusal of a version.
pub(super) fn refuse(path: &str) -> Option<Response> {
    let version = path.strip_prefix("/unsupported-version/")?;
    let fault = Fault::new(FaultKind::BadRequest, Code::ApiVersion).with("version", version);
    Some(Refused(fault.with("oldest", OLDEST).with("newest", "1.47")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_prefix_is_taken_off() {
        assert_eq!(split("/v1.43/containers/json?all=1"), Some(("1.43", "/containers/json?all=1")));
        assert_eq!(split("/volumes"), None);
        assert_eq!(split("/version"), None);
        assert!(in_range("1.24") && in_range("1.47") && !in_range("1.23") && !in_range("2.0"));
    }
}
