//! The filters of `docker ps` (moby `daemon/list.go`).

use super::exposed;
use super::filter::{Wanted, bad_value, flag, labels, one_of, refuse_unknown};
use crate::docker::{Filters, Port};
use crate::engine::container::{Container, Phase, Place, State};
use crate::engine::moment::Moment;
use crate::engine::process::MountSource;
use crate::engine::{Engine, Fault, Result};
use std::collections::BTreeSet;
use std::path::Path;

const FILTERS: &[&str] = &[
    "name", "id", "status", "ancestor", "label", "exited", "volume", "network", "before", "since", "health", "is-task",
    "publish", "expose",
];
/// Docker's words for where a container is in its life.
const STATES: &[&str] = &["created", "restarting", "running", "removing", "paused", "exited", "dead"];
/// Whether it does its work, as its health check says.
const HEALTH: &[&str] = &["starting", "healthy", "unhealthy", UNKNOWN];
const UNKNOWN: &str = "none";

/// Filters that are understood.
pub(super) struct Picked<'a> {
    filters: &'a Filters,
    names: Wanted<'a>,
    /// Of whom only those are wanted that were created earlier, or later.
    before: Option<Moment>,
    since: Option<Moment>,
    /// Ports of the host and of containers of which one is wanted; none where none was asked for.
    ports: Option<[BTreeSet<Port>; 2]>,
    /// None can be what swarm mode made.
    tasks: bool,
}

impl<'a> Picked<'a> {
    pub(super) fn of(engine: &Engine, filters: &'a Filters) -> Result<Self> {
        refuse_unknown(filters, FILTERS)?;
        one_of(filters, "status", STATES)?;
        one_of(filters, "health", HEALTH)?;
        let number = |text: &str| text.parse::<i32>().map(drop).map_err(|_no_number| bad_value("exited", text));
        filters.values("exited").try_for_each(number)?;
        let created = |name: &str, pick: fn(Moment, Moment) -> Moment| {
            let mut all = filters.values(name).map(|container| engine.containers.find(container).map(|c| c.created));
            all.try_fold(None, |found: Option<Moment>, one| {
                let one = one?;
                Ok::<_, Fault>(Some(found.map_or(one, |found| pick(found, one))))
            })
        };
        Ok(Self {
            filters,
            names: Wanted::of(filters, "name")?,
            before: created("before", Moment::min)?,
            since: created("since", Moment::max)?,
            ports: asked_ports(filters)?,
            tasks: flag(filters, "is-task")? == Some(true),
        })
    }

    /// Those that do not run are asked for, too.
    pub(super) fn all(&self) -> bool {
        self.filters.has("status")
    }

    pub(super) fn fits(&self, container: &Container) -> bool {
        let (state, filters) = (container.state(), self.filters);
        let exited = matches!(state.phase, Phase::Exited | Phase::Ending);
        !self.tasks
            && self.before.is_none_or(|before| container.created < before)
            && self.since.is_none_or(|since| container.created > since)
            && self.is_named(container)
            && filters.allow("id", |id| container.id.as_str().starts_with(id))
            && filters.allow("status", |status| state.name() == status)
            && filters.allow("health", |wanted| wanted == state.health.as_ref().map_or(UNKNOWN, |it| it.status.name()))
            && filters.allow("exited", |code| exited && code.parse() == Ok(state.status))
            && labels(filters, &container.merged.labels)
            && filters.allow("ancestor", |image| ancestor(container, image))
            && filters.allow("network", |network| on(container, network))
            && self.ports.as_ref().is_none_or(|wanted| has_port(container, &state, wanted))
            && filters.allow("volume", |volume| mounts(container, volume))
    }

    /// By its name with or without the slash before it.
    fn is_named(&self, container: &Container) -> bool {
        self.names.allow(&container.name.get()) || self.names.allow(&format!("/{}", container.name))
    }
}

/// `publish=8080`, `expose=8000-8010/udp`
fn asked_ports(filters: &Filters) -> Result<Option<[BTreeSet<Port>; 2]>> {
    let ports = |name: &str| {
        let mut all = BTreeSet::new();
        for text in filters.values(name) {
            all.extend(Port::range(text).filter(|_| !text.contains(':')).ok_or_else(|| bad_value(name, text))?);
        }
        Ok::<_, Fault>(all)
    };
    let all = [ports("publish")?, ports("expose")?];
    Ok(all.iter().any(|ports| !ports.is_empty()).then_some(all))
}

fn has_port(container: &Container, state: &State, [public, private]: &[BTreeSet<Port>; 2]) -> bool {
    let is = |wanted: &BTreeSet<Port>, number, protocol: &str| {
        wanted.contains(&Port { number, protocol: protocol.to_owned() })
    };
    // As Docker: one that is not published has the number 0 on the host.
    exposed::listed(container, state)
        .iter()
        .any(|port| is(public, port.public_port.unwrap_or(0), &port.kind) || is(private, port.private_port, &port.kind))
}

fn mounts(container: &Container, wanted: &str) -> bool {
    let of = |source: &MountSource| match source {
        MountSource::Volume { name, .. } => name == wanted,
        MountSource::Bind { path, .. } => path == Path::new(wanted),
        MountSource::Tmpfs { .. } => false,
    };
    container.mounts.iter().any(|mount| mount.target == wanted || of(&mount.source))
}

/// By the network's name, or by its id or the beginning of that. Of one that does not run what was asked for counts.
fn on(container: &Container, wanted: &str) -> bool {
    let is = |(name, place): (&String, &Place)| {
        name == wanted || place.network.as_ref().is_some_and(|id| !wanted.is_empty() && id.as_str().starts_with(wanted))
    };
    container.networks().iter().any(is)
}

fn ancestor(container: &Container, image: &str) -> bool {
    let id = container.image.id.as_str();
    let named = container.image.tags.iter().any(|tag| tag.familiar() == image || tag.familiar_name() == image);
    named || container.request.image == image || id == image || container.image.id.hex().starts_with(image)
}
