//! Registries that give only so much.

use super::*;
use crate::trace::{Change, Event};
use std::time::SystemTime;

fn limited(after: impl Fn() -> Option<(&'static str, String)> + Send + Sync + 'static, times: usize) -> Server {
    let image = TestImage::new(vec![layer("a", b"a")]);
    Server::start(move |asked, before| {
        if !asked.path.contains("/manifests/") {
            return image.answer(asked);
        }
        let reply = if before < times {
            let reply = Reply::new(429, r#"{"errors":[{"code":"TOOMANYREQUESTS"}]}"#);
            after().into_iter().fold(reply, |reply, (name, value)| reply.with(name, value))
        } else {
            image.answer(asked)
        };
        let left = 76_usize.saturating_sub(before);
        reply.with("ratelimit-limit", "100;w=21600").with("ratelimit-remaining", format!("{left};w=21600"))
    })
}

fn changes(bench: &Bench) -> Vec<Change> {
    let of = |event: Arc<Event>| match &event.body {
        Body::Observed { change, .. } => Some((**change).clone()),
        _ => None,
    };
    bench.conductor.recorder().with(|trace| trace.events().filter_map(of).collect())
}

#[test]
fn a_limit_is_waited_for_and_counted_down() {
    let server = limited(|| Some(("Retry-After", "2".into())), 1);
    let bench = Bench::new();
    bench.pull(&name(&server)).expect("a pull, after two seconds");
    let host = server.addr.to_string();
    let told: Vec<String> = bench
        .told
        .lock()
        .iter()
        .filter_map(|progress| match progress {
            Progress::Status { id: Some(id), text } if *id == host => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["Waiting 2s: too many requests (429)", "Waiting 1s: too many requests (429)"]);
    let changes = changes(&bench);
    let at = |wanted: fn(&Change) -> bool| changes.iter().position(wanted);
    let (waiting, waited) =
        (at(|c| matches!(c, Change::RegistryWaiting(_))), at(|c| matches!(c, Change::RegistryWaited { .. })));
    assert!(waiting.is_some() && waiting < waited, "{changes:?}");
    let wait = changes.iter().find_map(|c| match c {
        Change::RegistryWaiting(wait) => Some(wait.clone()),
        _ => None,
    });
    let wait = wait.expect("seen above");
    assert_eq!((wait.registry, wait.seconds, wait.problem.code.as_str()), (host, 2, "rate-limited"));
    assert!(bench.conductor.world().waits.is_empty());
}

#[test]
fn what_is_left_is_told_when_it_changes() {
    let server = limited(|| None, 0);
    let bench = Bench::new();
    bench.pull(&name(&server)).expect("a pull");
    let limit = bench.conductor.world().limits[&server.addr.to_string()].clone();
    assert_eq!((limit.limit, limit.remaining, limit.window), (Some(100), 76, Some(21_600)));
    assert_eq!(changes(&bench).iter().filter(|c| matches!(c, Change::RegistryLimit(_))).count(), 1);
}

#[test]
fn a_date_is_understood_as_well() {
    let in_a_second = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(1500));
    let server = limited(move || Some(("Retry-After", in_a_second())), 1);
    Bench::new().pull(&name(&server)).expect("a pull");
    assert_eq!(server.asked_for("/manifests/").len(), 2);
}

#[test]
fn who_has_waited_long_enough_may_leave() {
    let server = limited(|| Some(("Retry-After", "300".into())), 1);
    let bench = Bench::new();
    let (cancel, conductor) = (bench.cancel.clone(), Arc::clone(&bench.conductor));
    let canceller = std::thread::spawn(move || {
        while conductor.world().waits.is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
    });
    // It would take five minutes otherwise; the test's runner does not wait that long.
    let fault = bench.pull(&name(&server)).expect_err("cancelled");
    canceller.join().expect("no panic");
    assert_eq!(fault.kind, FaultKind::Cancelled);
    assert!(bench.conductor.world().waits.is_empty(), "nobody waits any more");
    assert_eq!(server.asked_for("/manifests/").len(), 1);
}

#[test]
fn what_would_take_too_long_is_refused_with_the_time_to_come_back() {
    for (after, when) in [(Some(("Retry-After", "3600".to_owned())), "GMT"), (None, "?")] {
        let server = limited(move || after.clone(), 9);
        let bench = Bench::new();
        let fault = bench.fails(&name(&server), "rate-limited");
        assert!(fault.problem.args["when"].ends_with(when), "{fault}");
        assert_eq!(fault.problem.args["remaining"], "76;w=21600");
        assert_eq!(server.asked_for("/manifests/").len(), 1, "asked once, not again and again");
    }
}

#[test]
fn downloads_side_by_side_wait_once_together() {
    let layers: Vec<_> = (0..6u8).map(|n| layer(&n.to_string(), &[n])).collect();
    let image = TestImage::new(layers);
    let config = document::sha256(&image.config);
    let server = Server::start(move |asked, before| {
        let blob = asked.path.contains("/blobs/") && !asked.path.ends_with(config.as_str());
        if blob && before == 0 { Reply::new(429, "").with("Retry-After", "1") } else { image.answer(asked) }
    });
    let bench = Bench::new();
    bench.pull(&name(&server)).expect("a pull");
    let waits = changes(&bench).iter().filter(|c| matches!(c, Change::RegistryWaiting(_))).count();
    assert!((1..=4).contains(&waits), "three at a time: {waits} waits for six refusals");
}
