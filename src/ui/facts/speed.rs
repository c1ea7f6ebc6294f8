//! What was measured of a place of a container, and where a tmpfs lies.

use super::{Described, Table, container_row};
use crate::i18n::{figure, size};
use crate::spec::ContainerId;
use crate::trace::{Family, MountKey, SpeedPattern, World};

pub(super) fn described(
    container: &ContainerId,
    target: &str,
    pattern: SpeedPattern,
    world: &World,
    t: &mut Table<'_>,
) -> Described {
    let speed = world.speed(container, target, pattern)?;
    container_row(Some(container), world, t);
    t.row("fact-speed-pattern", t.words.say(&format!("speed-{}", pattern.key())));
    let (bytes, files, calls) = (size(speed.bytes), speed.files.to_string(), speed.calls.to_string());
    let vars = [("bytes", &*bytes), ("files", &*files), ("calls", &*calls)];
    t.row("fact-speed-amount", t.words.say_with(&format!("speed-{}-amount", pattern.key()), &vars));
    if let Some(spread) = speed.spread() {
        t.row("fact-speed-median", figure(speed, spread.median));
        let range = format!("{} ~ {}", figure(speed, spread.fastest), figure(speed, spread.slowest));
        t.row("fact-speed-range", range);
    }
    let runs: Vec<_> = speed.runs.iter().map(|nanos| figure(speed, *nanos)).collect();
    t.row("fact-speed-runs", runs.join(", "));
    t.row("fact-speed-calls", calls);
    let place = t.words.say_with(&format!("speed-place-{}", speed.place.key()), &[("target", target)]);
    let pattern = t.words.say(&format!("speed-{}", pattern.key()));
    Some((format!("{place} · {pattern}"), "kind-speed", Family::Storage))
}

/// Where a tmpfs lies, if it was looked at.
pub(super) fn memory_rows(mount: MountKey, world: &World, t: &mut Table<'_>) {
    let Some(seen) = world.in_memory.get(&mount) else { return };
    t.row("fact-device", format!("{}:{}", seen.device.0, seen.device.1));
    if seen.swaps.is_empty() {
        t.row("fact-swap", t.words.say("fact-swap-none"));
    } else {
        t.row("fact-swap", format!("{} · {}", size(seen.swap.0), seen.swaps.join(", ")));
    }
    t.bytes("fact-shmem", seen.shmem);
}
