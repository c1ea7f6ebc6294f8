//! How far the bytes of a layer, or of several, are.

use super::*;
use crate::trace::BlobState;

/// How a blob looks, and what is said of it.
pub(super) struct State {
    pub style: Style,
    pub part: Option<f32>,
    pub ink: Ink,
    pub word: String,
    pub mark: Glyph,
}

/// Is its content on this host, verified?
pub(super) fn is_here(slab: &Slab<'_>) -> bool {
    slab.layer.is_some() || slab.blob.is_some_and(|b| matches!(b.state, BlobState::Verified { .. }))
}

/// Of one layer, or of several that are drawn together.
pub(super) fn state(stage: &Stage<'_>, slabs: &[Slab<'_>]) -> State {
    match slabs {
        [one] => of_one(stage, one),
        several => of_several(stage, several),
    }
}

fn of_several(stage: &Stage<'_>, slabs: &[Slab<'_>]) -> State {
    let here = slabs.iter().filter(|slab| is_here(slab)).count();
    let wanted: u64 = slabs.iter().filter_map(|slab| slab.descriptor).map(|d| d.size).sum();
    let got = |slab: &Slab<'_>| match slab.blob.map(|b| &b.state) {
        Some(BlobState::Receiving(got)) => *got,
        _ if is_here(slab) => slab.descriptor.map_or(0, |d| d.size),
        _ => 0,
    };
    let part = slabs.iter().map(got).sum::<u64>() as f32 / wanted.max(1) as f32;
    let whole = here == slabs.len();
    let vars = [("n", here.to_string()), ("of", slabs.len().to_string())];
    let vars: Vec<_> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if here == 0 && slabs.iter().all(|slab| slab.absent) {
        let word = stage.say("scene-absent");
        return State { style: Style::Ghost, part: None, ink: Ink::Weak, word, mark: Glyph::Minus };
    }
    State {
        style: Style::Solid,
        part: Some(if whole { 1.0 } else { part.min(0.99) }),
        ink: if whole { Ink::Tint(Tint::Good) } else { Ink::Weak },
        word: stage.say_with("scene-group-here", &vars),
        mark: if whole { Glyph::Check } else { Glyph::Wait },
    }
}

fn of_one(stage: &Stage<'_>, slab: &Slab<'_>) -> State {
    let of = |style, part, ink, mark, word: String| State { style, part, ink, word, mark };
    let good = Ink::Tint(Tint::Good);
    match slab.blob.map(|b| (&b.state, b.descriptor.size)) {
        None if slab.layer.is_some() => of(Style::Solid, Some(1.0), good, Glyph::Check, stage.say("scene-blob-here")),
        None if slab.absent => of(Style::Ghost, None, Ink::Weak, Glyph::Minus, stage.say("scene-absent")),
        None | Some((BlobState::Waiting, _)) => {
            of(Style::Solid, None, Ink::Weak, Glyph::Wait, stage.say("scene-blob-waiting"))
        }
        Some((BlobState::Receiving(got), size)) if *got >= size => {
            of(Style::Solid, Some(1.0), Ink::Tint(Tint::Warn), Glyph::Wait, stage.say("scene-blob-checking"))
        }
        Some((BlobState::Receiving(got), size)) => {
            let part = *got as f32 / size.max(1) as f32;
            let percent = ((part * 100.0).floor() as u32).to_string();
            let word = stage.say_with("scene-blob-receiving", &[("percent", &percent)]);
            of(Style::Solid, Some(part), Ink::Tint(Tint::Family(Family::Layer)), Glyph::Down, word)
        }
        Some((BlobState::Verified { reused: false }, _)) => {
            of(Style::Solid, Some(1.0), good, Glyph::Check, stage.say("scene-blob-verified"))
        }
        Some((BlobState::Verified { reused: true }, _)) => {
            of(Style::Solid, Some(1.0), good, Glyph::Reuse, stage.say("scene-blob-reused"))
        }
        Some((BlobState::Rejected(problem), _)) => {
            let word = format!("{} · {}", stage.say("scene-blob-rejected"), stage.words.problem(problem));
            of(Style::Dashed, None, Ink::Tint(Tint::Bad), Glyph::Cross, word)
        }
    }
}

/// What a person wrote, without what the builder put around it.
pub(in crate::ui::diagrams) fn instruction(created_by: &str) -> String {
    let text = created_by.split("# buildkit").next().unwrap_or_default().trim();
    let text = text.strip_prefix("/bin/sh -c #(nop) ").map(str::trim_start).unwrap_or(text);
    match text.strip_prefix("/bin/sh -c ") {
        Some(command) => format!("RUN {}", command.trim_start()),
        None => text.replace("RUN /bin/sh -c ", "RUN "),
    }
}
