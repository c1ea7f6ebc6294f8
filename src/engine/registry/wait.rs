//! Registries that give only so much at a time: what they still give, and how long they want to be left alone.

use super::Progress;
use super::http::Answer;
use super::session::RegistrySession;
use crate::engine::{Cx, Fault, FaultKind, Result, evidence};
use crate::trace::{Book, Change, Code, Evidence, Plan, Problem, RegistryLimit, RegistryWait, StepKind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// For how long a registry wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later(Duration);

/// Nobody watches a countdown for longer: what would take more is refused, with the time at which to come back.
const LONGEST: Duration = Duration::from_secs(600);
/// A server that says 0 and goes on saying it is not asked a thousand times.
const SHORTEST: Duration = Duration::from_secs(1);

impl RegistrySession<'_> {
    /// What a 429 says about when to come back; none when it says nothing that can be waited for.
    pub fn later(&self, answer: &Answer) -> Option<Later> {
        let left = retry_after(answer, SystemTime::now())?;
        let total = self.pause.0.lock().total;
        (total + left <= LONGEST).then_some(Later(left.max(SHORTEST)))
    }

    /// Why nothing is given, and when that may be different.
    pub fn rate_limited(&self, answer: &Answer) -> Fault {
        let after = retry_after(answer, SystemTime::now());
        let fault = Fault::new(FaultKind::Denied, Code::RateLimited)
            .with("registry", &self.endpoint.host)
            .with("remaining", answer.header("ratelimit-remaining").unwrap_or("?"))
            .with("limit", answer.header("ratelimit-limit").unwrap_or("?"));
        match after {
            Some(after) => {
                let when = httpdate::fmt_http_date(SystemTime::now() + after);
                fault.with("after", after.as_secs()).with("when", when)
            }
            None => fault.with("after", "?").with("when", "?"),
        }
    }

    /// Waits, and says each second how long it will be. When another thread has waited since `asked`, that was enough.
    pub fn pause(
        &self,
        cx: &Cx,
        Later(left): Later,
        problem: &Problem,
        trail: &[Evidence],
        asked: Instant,
    ) -> Result<()> {
        let mut waits = self.pause.0.lock();
        if waits.over.is_some_and(|over| over > asked) {
            return cx.check();
        }
        let host = &self.endpoint.host;
        let plan = Plan::new(StepKind::WaitForRegistry, host).call(format!("sleep {}", left.as_secs()));
        let result = cx.step(plan, |cx| {
            let wait = RegistryWait { registry: host.clone(), seconds: left.as_secs(), problem: problem.clone() };
            cx.observe(Change::RegistryWaiting(wait), trail.last().cloned().into_iter().collect());
            let begun = Instant::now();
            let result = self.count_down(cx, begun + left);
            let waited = [format!("{} s wanted, {:.3} s waited", left.as_secs(), begun.elapsed().as_secs_f64())];
            let waited = evidence::own(Book::Time, waited);
            cx.observe(Change::RegistryWaited { registry: host.clone() }, vec![waited]);
            result
        });
        waits.over = Some(Instant::now());
        waits.total += left;
        result
    }

    fn count_down(&self, cx: &Cx, end: Instant) -> Result<()> {
        let mut said = None;
        loop {
            cx.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            // Less than a thousandth of a second is no wait to be told of.
            let seconds = left.as_millis().div_ceil(1000);
            if seconds > 0 && said != Some(seconds) {
                said = Some(seconds);
                let text = format!("Waiting {seconds}s: too many requests (429)");
                (self.progress)(Progress::Status { id: Some(self.endpoint.host.clone()), text });
            }
            std::thread::sleep(left.min(Duration::from_millis(25)));
        }
    }

    /// Tells what the registry still gives, when it says so and it is news.
    pub fn see_limit(&self, cx: &Cx, answer: &Answer) {
        let Some(limit) = limit(answer, &self.endpoint.host) else { return };
        let mut last = self.limit.lock();
        if last.as_ref() != Some(&limit) {
            cx.observe(Change::RegistryLimit(limit.clone()), vec![answer.evidence(0, "")]);
            *last = Some(limit);
        }
    }
}

/// `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 76;w=21600`, as Docker Hub writes them.
fn limit(answer: &Answer, host: &str) -> Option<RegistryLimit> {
    let read = |name: &str| answer.header(name).and_then(quota);
    let (remaining, window) = read("ratelimit-remaining")?;
    let limit = read("ratelimit-limit");
    let window = window.or(limit.and_then(|(_, window)| window));
    Some(RegistryLimit { registry: host.to_owned(), limit: limit.map(|(limit, _)| limit), remaining, window })
}

/// `76;w=21600`: the number, and the window in seconds.
fn quota(text: &str) -> Option<(u64, Option<u64>)> {
    let mut parts = text.split(';').map(str::trim);
    let number = parts.next()?.parse().ok()?;
    Some((number, parts.find_map(|part| part.strip_prefix("w=")?.parse().ok())))
}

/// `Retry-After: 30`, `Retry-After: Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 10.2.3), or Docker Hub's `X-Retry-After` in
/// seconds since 1970.
fn retry_after(answer: &Answer, now: SystemTime) -> Option<Duration> {
    // A stranger's number: no clock and no calendar ends before this.
    const FAR: Duration = Duration::from_hours(10 * 366 * 24);
    said_after(answer, now).map(|after| after.min(FAR))
}

fn said_after(answer: &Answer, now: SystemTime) -> Option<Duration> {
    let until = |moment: SystemTime| moment.duration_since(now).unwrap_or_default();
    match answer.header("retry-after").map(str::trim) {
        Some(text) => match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => httpdate::parse_http_date(text).ok().map(until),
        },
        None => {
            let moment: u64 = answer.header("x-retry-after")?.trim().parse().ok()?;
            UNIX_EPOCH.checked_add(Duration::from_secs(moment)).map(until)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_number_with_a_window() {
        assert_eq!(quota("76;w=21600"), Some((76, Some(21_600))));
        assert_eq!(quota("3"), Some((3, None)));
        assert_eq!(quota("many"), None);
    }

    #[test]
    fn all_ways_to_say_when_are_understood() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        let said = |name: &str, value: &str| retry_after(&Answer::with_header(name, value), now).map(|d| d.as_secs());
        assert_eq!(said("Retry-After", "30"), Some(30));
        assert_eq!(said("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(said("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"), Some(0), "it is past");
        assert_eq!(said("X-Retry-After", "784111800"), Some(30));
        assert_eq!(said("Retry-After", "soon"), None);
    }
}
