//! The API's own answers. What it does with containers is tested by the real docker CLI (tests/docker_cli.rs).

use super::version::strip;
use axum::body::Body;
use axum::extract::Request;

#[test]
fn a_version_out_of_range_is_led_to_its_refusal_and_the_trace_keeps_what_was_sent() {
    let request = |path: &str| Request::builder().method("POST").uri(path).body(Body::empty()).unwrap();
    let stripped = strip(request("/v1.43/containers/create?name=x"));
    assert_eq!(stripped.uri(), "/containers/create?name=x");
    assert_eq!(&*super::line(&stripped), "POST /v1.43/containers/create?name=x");
    assert_eq!(strip(request("/v1.12/info")).uri(), "/unsupported-version/1.12");
    assert_eq!(strip(request("/volumes/v1.2")).uri(), "/volumes/v1.2");
}
