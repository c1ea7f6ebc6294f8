//! What was measured of a container's places, and where its tmpfs lies.

use super::HomeKind;
use crate::i18n::figure;
use crate::lesson::Term;
use crate::trace::{OpKind, Outcome, Speed, SpeedPattern, TmpfsMemory, World};

/// How many measurements of that container are over.
pub(super) fn times_measured(world: &World, container: &str) -> u64 {
    let of_it = world.ops.values().filter(|it| it.op.kind == OpKind::SpeedMeasure && it.op.subject == container);
    of_it.filter(|it| it.outcome == Some(Outcome::Done)).count() as u64
}

/// Half of a measurement would compare what is not all there.
fn was_measured(world: &World, container: &str) -> bool {
    times_measured(world, container) > 0
}

fn speed<'w>(world: &'w World, container: &str, pattern: SpeedPattern, place: HomeKind) -> Option<&'w Speed> {
    let id = &world.container_named(container).filter(|_| was_measured(world, container))?.id;
    world.speeds_of(id).find(|speed| speed.pattern == pattern && speed.place == place).map(|speed| &**speed)
}

pub(super) fn faster(
    world: &World,
    container: &str,
    pattern: SpeedPattern,
    (place, than): (HomeKind, HomeKind),
) -> Option<Term> {
    let (one, other) = (speed(world, container, pattern, place)?, speed(world, container, pattern, than)?);
    Some(match one.is_faster_than(other) {
        Some(true) => term(place),
        Some(false) => term(than),
        None => Term::NoDifference,
    })
}

pub(super) fn median(world: &World, container: &str, pattern: SpeedPattern, place: HomeKind) -> Option<String> {
    let speed = speed(world, container, pattern, place)?;
    Some(figure(speed, speed.spread()?.median))
}

pub(super) fn could_be_swapped(world: &World, container: &str) -> Option<bool> {
    memory(world, container).map(|seen| !seen.swaps.is_empty())
}

pub(super) fn device(world: &World, container: &str) -> Option<String> {
    memory(world, container).map(|seen| format!("{}:{}", seen.device.0, seen.device.1))
}

fn memory<'w>(world: &'w World, container: &str) -> Option<&'w TmpfsMemory> {
    let id = &world.container_named(container)?.id;
    world.mounts_of(id).find_map(|mount| world.in_memory.get(&mount.key)).map(|seen| &**seen)
}

/// What a place of that kind is called.
pub(super) fn term(place: HomeKind) -> Term {
    match place {
        HomeKind::Bind => Term::Bind,
        HomeKind::Volume => Term::Volume,
        HomeKind::Upper => Term::Upper,
        HomeKind::Tmpfs => Term::Tmpfs,
    }
}
