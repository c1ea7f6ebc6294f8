use super::{Said, Sentence, bytes, container, figure, sentence};
use crate::trace::{Speed, SpeedPattern, TmpfsMemory, Unmeasured, World};

/// What was measured: the run in the middle, and how far the others lie apart.
pub(super) fn measured(speed: &Speed, before: &World) -> Sentence {
    let told = sentence("change-speed-measured")
        .with("container", container(before, &speed.container))
        .with("target", &speed.target)
        .said("pattern", Said::Word(pattern(speed.pattern)))
        .with("runs", speed.runs.len());
    let at = |nanos: Option<u64>| nanos.map_or_else(|| "–".to_owned(), |nanos| figure(speed, nanos));
    let spread = speed.spread();
    told.with("median", at(spread.map(|it| it.median)))
        .with("fastest", at(spread.map(|it| it.fastest)))
        .with("slowest", at(spread.map(|it| it.slowest)))
}

pub(super) fn refused(it: &Unmeasured, before: &World) -> Sentence {
    let told = sentence("change-speed-refused").with("container", container(before, &it.container));
    told.with("target", &it.target)
}

/// A tmpfs has no device; whether it could be swapped out.
pub(super) fn in_memory(it: &TmpfsMemory, before: &World) -> Sentence {
    let key = if it.swaps.is_empty() { "change-memory-seen" } else { "change-memory-seen-swap" };
    let target = before.mounts.get(&it.mount).map_or("?", |mount| mount.target.as_str());
    let told = sentence(key).with("target", target).with("device", format!("{}:{}", it.device.0, it.device.1));
    told.with("swap", bytes(it.swap.0)).with("areas", it.swaps.join(", "))
}

fn pattern(pattern: SpeedPattern) -> &'static str {
    match pattern {
        SpeedPattern::Write => "speed-write",
        SpeedPattern::WriteSynced => "speed-write-synced",
        SpeedPattern::Read => "speed-read",
        SpeedPattern::Random => "speed-random",
        SpeedPattern::RandomSynced => "speed-random-synced",
        SpeedPattern::Files => "speed-files",
        SpeedPattern::FilesSynced => "speed-files-synced",
        SpeedPattern::CopyUp => "speed-copy-up",
        SpeedPattern::CopiedUp => "speed-copied-up",
    }
}
