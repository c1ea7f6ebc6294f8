//! `dockwalk speed`: what each pattern took in each place of a container, as a table.

use super::args::SpeedArgs;
use super::{Args, Done, engine_of, out};
use crate::client::ClientError;
use crate::client::protocol::{SpeedAt, SpeedCommand, SpeedReport};
use crate::client::units;
use crate::docker::ProgressDetail;
use crate::i18n::{Words, figure, size};
use crate::trace::{Code, HomeKind, Speed, SpeedPattern, TmpfsMemory};
use std::time::{Duration, Instant};

/// After so long it is said how far it is.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn run(args: &Args, asked: &SpeedArgs, words: &Words) -> Done {
    let size = asked.size.as_deref().map(bytes).transpose()?;
    let SpeedArgs { container, quick, files, runs, .. } = asked;
    let command = SpeedCommand { container: container.clone(), quick: *quick, size, files: *files, runs: *runs };
    let client = engine_of::any(args, words)?;
    super::waits::watch(&client, words);
    let (begun, mut progress) = (Instant::now(), out::Progress::on_error());
    let report = client.speed(&command, |at| {
        let Some(progress) = progress.as_mut().filter(|_| begun.elapsed() >= PATIENCE) else { return };
        progress.show(Some("speed"), &far(at, words), Some(ProgressDetail::default()));
    })?;
    drop(progress);
    if asked.json {
        out::json(&report);
    } else {
        said(&report, container, words);
    }
    Ok(())
}

/// `64m`
fn bytes(text: &str) -> Result<u64, ClientError> {
    let bytes = units::bytes(text).and_then(|bytes| u64::try_from(bytes).ok());
    bytes.ok_or_else(|| ClientError::new(Code::BadSize).with("flag", "--size").with("value", text))
}

fn far(at: &SpeedAt, words: &Words) -> String {
    let (done, of) = (at.done.to_string(), at.of.to_string());
    let pattern = words.say(&format!("speed-{}", at.pattern.key()));
    let vars = [("done", &*done), ("of", &*of), ("target", &*at.target), ("pattern", &*pattern)];
    words.say_with("speed-progress", &vars)
}

/// A row for each pattern, a column for each place.
fn said(report: &SpeedReport, container: &str, words: &Words) {
    let mut places: Vec<(&str, HomeKind)> = Vec::new();
    for speed in &report.measured {
        let place = (speed.target.as_str(), speed.place);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let runs = report.measured.first().map_or(0, |speed| speed.runs.len()).to_string();
    out::line(words.say_with("speed-title", &[("container", container), ("runs", &runs)]));
    out::line("");
    let called = |(target, kind): &(&str, HomeKind)| {
        words.say_with(&format!("speed-place-{}", kind.key()), &[("target", target)])
    };
    let heads: Vec<String> =
        std::iter::once(words.say("speed-head-pattern")).chain(places.iter().map(called)).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let of =
        |target: &str, pattern| report.measured.iter().find(|speed| speed.target == target && speed.pattern == pattern);
    let row = |pattern: &SpeedPattern| {
        let cells = places.iter().map(|(target, _)| of(target, *pattern));
        let first = cells.clone().flatten().next()?;
        let cells = cells.map(|speed| speed.map_or_else(|| words.say("speed-cell-none"), |speed| cell(speed, words)));
        Some(std::iter::once(pattern_of(first, words)).chain(cells).collect::<Vec<_>>())
    };
    out::table(&heads, &SpeedPattern::ALL.iter().filter_map(row).collect::<Vec<_>>());
    out::line("");
    if report.measured.iter().any(|speed| speed.place == HomeKind::Upper && speed.pattern.is_synced()) {
        out::line(words.say("speed-volatile"));
    }
    for (seen, target) in report.memory.iter().zip(&report.memory_targets) {
        out::line(memory(seen, target, words));
    }
    for refused in &report.refused {
        let why = words.problem(&refused.problem);
        out::line(words.say_with("speed-refused", &[("target", &refused.target), ("why", &why)]));
    }
}

fn pattern_of(speed: &Speed, words: &Words) -> String {
    let key = speed.pattern.key();
    let (bytes, files, calls) = (size(speed.bytes), speed.files.to_string(), speed.calls.to_string());
    let amount = [("bytes", &*bytes), ("files", &*files), ("calls", &*calls)];
    let amount = words.say_with(&format!("speed-{key}-amount"), &amount);
    format!("{} · {amount}", words.say(&format!("speed-{key}")))
}

fn cell(speed: &Speed, words: &Words) -> String {
    let Some(spread) = speed.spread() else { return words.say("speed-cell-none") };
    let [median, fastest, slowest] = [spread.median, spread.fastest, spread.slowest].map(|nanos| figure(speed, nanos));
    let vars = [("median", &*median), ("fastest", &*fastest), ("slowest", &*slowest)];
    words.say_with("speed-cell", &vars)
}

fn memory(seen: &TmpfsMemory, target: &str, words: &Words) -> String {
    let (device, swap) = (format!("{}:{}", seen.device.0, seen.device.1), size(seen.swap.0));
    let key = if seen.swaps.is_empty() { "speed-memory" } else { "speed-memory-swap" };
    words.say_with(key, &[("target", target), ("device", &device), ("swap", &swap)])
}
