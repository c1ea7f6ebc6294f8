//! Which requests may stay as long as they like: the last places for connections are not for these.

use super::{query, version};
use crate::docker::{ContainerStatsQuery, LogsQuery};
use axum::extract::Request;
use axum::http::Method;

/// True of what ends only when a container, a client or whoever sends so much does.
pub(super) fn stays(request: &Request) -> bool {
    let path = version::without(request.uri().path());
    let names: Vec<_> = path.split('/').filter(|name| !name.is_empty()).collect();
    match names.as_slice() {
        ["containers", _, "logs"] => query::read::<LogsQuery>(request).is_ok_and(|query| query.follow),
        ["containers", _, "stats"] => query::read::<ContainerStatsQuery>(request).is_ok_and(|query| query.stream),
        ["containers", _, "wait" | "attach" | "archive" | "export"] => request.method() != Method::HEAD,
        ["containers", _, "attach", "ws"] | ["exec", _, "start"] | ["events"] => true,
        ["images", "create" | "load" | "get"] | ["images", .., "push" | "get"] => true,
        ["dockwalk", "v1", "trace" | "host"]
        | ["dockwalk", "v1", "volumes", "import"]
        | ["dockwalk", "v1", "volumes", _, "export"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_at_once_is_told_from_what_stays() {
        for (line, expected) in [
            ("GET /_ping", false),
            ("GET /v1.43/containers/json?all=1", false),
            ("POST /v1.43/containers/box/kill", false),
            ("GET /containers/box/logs?stdout=1", false),
            ("GET /v1.41/containers/box/logs?stdout=1&follow=0", false),
            ("GET /v1.41/containers/box/logs?follow=1&stdout=1", true),
            ("GET /containers/box/stats", true),
            ("GET /containers/box/stats?stream=false", false),
            ("POST /v1.43/containers/box/attach?stream=1", true),
            ("POST /v1.43/containers/box/wait", true),
            ("HEAD /containers/box/archive?path=/", false),
            ("PUT /containers/box/archive?path=/", true),
            ("GET /v1.43/events?since=0", true),
            ("POST /exec/0123/start", true),
            ("GET /exec/0123/json", false),
            ("POST /images/create?fromImage=lab/shell", true),
            ("GET /dockwalk/v1/trace?hold=true", true),
            ("POST /dockwalk/v1/gate", false),
            ("GET /dockwalk/v1/volumes/data/export", true),
            ("POST /dockwalk/v1/volumes/import?name=data", true),
            ("GET /dockwalk/v1/volumes/data/outline", false),
        ] {
            let (method, uri) = line.split_once(' ').unwrap();
            let request = axum::http::Request::builder().method(method).uri(uri).body(axum::body::Body::empty());
            assert_eq!(stays(&request.unwrap()), expected, "{line}");
        }
    }
}
