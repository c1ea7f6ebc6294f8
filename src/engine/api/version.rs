//! API versions: `/v1.43/…` and no prefix at all are the same here.

use super::answer::Refused;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Uri};
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
    let path = match split(&sent) {
        Some((version, rest)) if in_range(version) => rest.to_owned(),
        Some((version, _)) => format!("/unsupported-version/{version}"),
        None => sent,
    };
    let path = with_one_name(request.method(), &path).unwrap_or(path);
    if let Ok(uri) = path.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}

/// A container may be named by a link, `web/db`, which Docker's CLI sends as it is: made one name of the path.
fn with_one_name(method: &Method, path: &str) -> Option<String> {
    const ACTIONS: [&str; 20] = [
        "archive", "attach", "changes", "exec", "export", "json", "kill", "logs", "pause", "rename", "resize",
        "restart", "start", "stats", "stop", "top", "unpause", "update", "wait", "",
    ];
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let rest = path.strip_prefix("/containers/")?;
    let (parent, rest) = rest.split_once('/')?;
    let (alias, action) = rest.split_once('/').unwrap_or((rest, ""));
    let named = match action {
        "" => *method == Method::DELETE,
        action => ACTIONS.contains(&action) && !(alias == "attach" && action == "ws"),
    };
    let end = if action.is_empty() { String::new() } else { format!("/{action}") };
    named.then(|| format!("/containers/{parent}%2F{alias}{end}{query}"))
}

/// The minor number of the version that a request names; none where it names none.
pub(super) fn minor(request: &Request) -> Option<u32> {
    let sent = request.extensions().get::<AsSent>()?;
    split(&sent.0)?.0.strip_prefix("1.")?.parse().ok()
}

/// A path without its version.
pub(super) fn without(path: &str) -> &str {
    split(path).map_or(path, |(_, rest)| rest)
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
    fn a_link_is_one_name_of_a_path() {
        for (line, expected) in [
            ("DELETE /containers/web/db?link=1", Some("/containers/web%2Fdb?link=1")),
            ("GET /containers/web/db/json", Some("/containers/web%2Fdb/json")),
            ("POST /containers/web/db/stop?t=1", Some("/containers/web%2Fdb/stop?t=1")),
            ("GET /containers/web/json", None),
            ("POST /containers/web/stop", None),
            ("GET /containers/web/attach/ws", None),
            ("GET /containers/web/db/nosuch", None),
            ("DELETE /containers/web", None),
            ("GET /images/web/db/json", None),
        ] {
            let (method, path) = line.split_once(' ').unwrap();
            assert_eq!(with_one_name(&method.parse().unwrap(), path).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn a_version_prefix_is_taken_off() {
        assert_eq!(split("/v1.43/containers/json?all=1"), Some(("1.43", "/containers/json?all=1")));
        assert_eq!(split("/volumes"), None);
        assert_eq!(split("/version"), None);
        assert!(in_range("1.24") && in_range("1.47") && !in_range("1.23") && !in_range("2.0"));
    }
}
