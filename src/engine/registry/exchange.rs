//! One request and its answer, as a step.

use super::endpoint::scheme_and_host;
use super::http::{Answer, Ask};
use crate::engine::{Cx, Result};
use crate::trace::{Plan, StepKind};
use std::time::Duration;

/// Answers that are read only for what they say about a failure, and tokens.
pub const SMALL: u64 = 64 * 1024;

/// One exchange is one step.
pub fn exchange<T>(cx: &Cx, ask: &Ask, act: impl FnOnce(&Cx) -> Result<T>) -> Result<T> {
    let url = ask.shown_url();
    let plan = Plan::new(StepKind::HttpExchange, &url).call(format!("{} {url}", ask.method));
    cx.step(plan.by_hand(curl(ask, &url)), |cx| {
        let result = act(cx);
        // A cancelled pull breaks its connections: what follows from that is no fault of the registry's.
        if result.is_err() { cx.check().and(result) } else { result }
    })
}

fn curl(ask: &Ask, url: &str) -> String {
    let header = |(name, value): &(&str, String)| format!(" -H '{name}: {value}'");
    let secret = ask.secret.as_ref().map_or("", |_| " -H \"Authorization: $AUTH\"");
    let headers: String = ask.headers.iter().map(header).collect();
    let method = match ask.method {
        "GET" => String::new(),
        "HEAD" => "I".to_owned(),
        other => format!(" -X {other}"),
    };
    format!("curl -i{method}{headers}{secret} '{url}'")
}

pub fn small_text(answer: &mut Answer) -> String {
    // The body of an error is a courtesy: without it the status still says what is wrong.
    answer.read(SMALL).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A `Location` may leave out what stays the same.
pub fn absolute(from: &str, to: &str) -> Option<String> {
    if to.contains("://") {
        return Some(to.to_owned());
    }
    let (scheme, host) = scheme_and_host(from)?;
    match to.strip_prefix("//") {
        Some(rest) => Some(format!("{scheme}://{rest}")),
        None if to.starts_with('/') => Some(format!("{scheme}://{host}{to}")),
        None => None,
    }
}

pub fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(100 << attempt.min(6))
}

/// Waits, unless cancelled.
pub fn wait(cx: &Cx, time: Duration) -> Result<()> {
    let end = std::time::Instant::now() + time;
    loop {
        cx.check()?;
        let left = end.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}
