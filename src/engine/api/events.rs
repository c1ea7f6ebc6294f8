//! `docker events`: what happens, as it happens, and what happened before as far as it is kept.

use super::Shared;
use super::answer::{Answer, line, stream};
use super::filter::{labels, refuse_unknown};
use super::query;
use crate::docker::{Event, EventsQuery, Filters};
use crate::engine::moment::Moment;
use crate::engine::{Engine, Fault, FaultKind};
use crate::spec::Reference;
use crate::trace::Code;
use axum::extract::Request;
use hyper::body::Bytes;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What there can be filters for (moby `daemon/events/filter.go`).
const FILTERS: &[&str] = &[
    "config",
    "container",
    "daemon",
    "event",
    "image",
    "label",
    "network",
    "node",
    "plugin",
    "scope",
    "secret",
    "service",
    "type",
    "volume",
];
/// Filters that name a thing of that type: by its id or its name, or the beginning of either.
const THINGS: &[&str] = &["config", "container", "daemon", "network", "node", "plugin", "secret", "service", "volume"];
/// Actions that have something behind a colon: `exec_start: sh`.
const LONG: &[&str] = &["health_status", "exec_create", "exec_start"];

pub(super) async fn events(engine: Shared, request: Request) -> Answer {
    let EventsQuery { since, until, filters } = query::read(&request)?;
    refuse_unknown(&filters, FILTERS)?;
    let (since, until) = (since.map(Moment::from), until.map(Moment::from));
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        return Err(backwards(since, until).into());
    }
    let (sender, receiver) = mpsc::channel(1);
    let wanted = Wanted { since, until, filters };
    tokio::spawn(tell(Arc::clone(&engine), wanted, sender));
    Ok(stream("application/json", receiver))
}

fn backwards(since: Moment, until: Moment) -> Fault {
    let fault = Fault::new(FaultKind::BadRequest, Code::EventsBackwards);
    fault.with("since", since.rfc3339()).with("until", until.rfc3339())
}

/// What is wanted of all that happens.
struct Wanted {
    /// None: from now on.
    since: Option<Moment>,
    /// None: without end.
    until: Option<Moment>,
    filters: Filters,
}

async fn tell(engine: Arc<Engine>, wanted: Wanted, out: mpsc::Sender<Bytes>) {
    let mut count = engine.news.count();
    let mut ending = engine.ending.subscribe();
    let now = *count.borrow_and_update();
    // As Docker, either of the two moments brings back what was before.
    let before = wanted.since.is_some() || wanted.until.is_some();
    let mut position = if before { 0 } else { now };
    let over = async {
        match wanted.until {
            Some(until) => tokio::time::sleep(until.ahead()).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(over);
    loop {
        let (events, behind) = engine.news.after(position);
        position = behind;
        for told in &events {
            let (happened, event) = &**told;
            if wanted.until.is_some_and(|until| *happened > until) {
                return;
            }
            if wanted.fits(event, *happened) && out.send(line(event, "\n")).await.is_err() {
                return;
            }
        }
        if events.is_empty() {
            tokio::select! {
                biased;
                changed = count.changed() => if changed.is_err() { return },
                () = &mut over => return,
                _ = ending.changed() => return,
                () = out.closed() => return,
            }
        }
    }
}

impl Wanted {
    fn fits(&self, event: &Event, happened: Moment) -> bool {
        let filters = &self.filters;
        self.since.is_none_or(|since| happened >= since)
            && filters.allow("event", |action| is_action(filters, action, &event.action))
            && filters.allow("type", |kind| kind == event.kind)
            && filters.allow("scope", |scope| scope == event.scope)
            && THINGS.iter().all(|kind| filters.allow(kind, |name| is_thing(event, name)))
            && filters.allow("image", |image| is_image(event, image))
            && labels(filters, &event.actor.attributes)
    }
}

fn is_action(filters: &Filters, wanted: &str, action: &str) -> bool {
    let begins = filters.values("event").any(|value| LONG.contains(&value));
    if begins { action.starts_with(wanted) } else { action == wanted }
}

fn is_thing(event: &Event, wanted: &str) -> bool {
    let name = event.actor.attributes.get("name");
    event.actor.id.starts_with(wanted) || name.is_some_and(|name| name.starts_with(wanted))
}

/// By the image that it is or was made from, with or without its tag.
fn is_image(event: &Event, wanted: &str) -> bool {
    let attribute = if event.kind == "image" { "name" } else { "image" };
    let name = event.actor.attributes.get(attribute).map(String::as_str).unwrap_or_default();
    let repository = |text: &str| text.parse::<Reference>().map_or_else(|_| text.to_owned(), |it| it.familiar_name());
    [event.actor.id.as_str(), name].into_iter().any(|of| of == wanted || repository(of) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::EventActor;

    fn event(action: &str) -> Event {
        let of = [("name", "box"), ("image", "lab/shell:1"), ("tier", "db"), ("empty", "")];
        let attributes = of.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Event {
            kind: "container".to_owned(),
            action: action.to_owned(),
            actor: EventActor { id: "abcdef0123".to_owned(), attributes },
            scope: "local".to_owned(),
            ..Event::default()
        }
    }

    fn fits(filters: &[(&str, &str)], action: &str) -> bool {
        let filters = filters.iter().fold(Filters::default(), |all, (name, value)| all.with(*name, *value));
        let now = Moment::now();
        Wanted { since: None, until: None, filters }.fits(&event(action), now)
    }

    #[test]
    fn filters_are_dockers() {
        for wanted in [
            &[][..],
            &[("event", "start")],
            &[("event", "die"), ("event", "start")],
            &[("event", "exec_start"), ("event", "sta")],
            &[("type", "container"), ("scope", "local")],
            &[("container", "box")],
            &[("container", "bo")],
            &[("container", "abc")],
            &[("container", "other"), ("container", "box")],
            &[("image", "lab/shell:1")],
            &[("image", "lab/shell")],
            &[("label", "tier")],
            &[("label", "tier=db"), ("label", "empty")],
        ] {
            assert!(fits(wanted, "start"), "{wanted:?}");
        }
        for other in [
            &[("event", "die")][..],
            &[("event", "sta")],
            &[("type", "image")],
            &[("scope", "swarm")],
            &[("container", "ox")],
            &[("volume", "data")],
            &[("image", "lab/shel")],
            &[("image", "shell")],
            &[("label", "tier=web")],
            &[("label", "tier"), ("label", "none")],
            &[("event", "start"), ("container", "other")],
        ] {
            assert!(!fits(other, "start"), "{other:?}");
        }
    }

    #[test]
    fn what_was_before_is_not_told() {
        let now = Moment::now();
        let since =
            |nanoseconds| Wanted { since: Some(now.after(nanoseconds)), until: None, filters: Filters::default() };
        assert!(since(0).fits(&event("start"), now) && !since(1).fits(&event("start"), now));
    }
}
