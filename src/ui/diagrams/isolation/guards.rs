//! The system call filter, whether a program may gain privileges, and what was tried.

use super::super::scene::{Anchor, Font, Ink, Node, Style, Text, Tint};
use super::super::stage::Stage;
use super::super::{Glyph, NodeId};
use super::{PAD, Subject};
use crate::trace::{Entity, Property, Tried, Verdict};
use egui::{Rect, pos2};

/// `seccomp` of the process: filters, none, or not asked.
fn filter(stage: &Stage<'_>, subject: &Subject<'_>) -> Option<(String, Glyph)> {
    let mode = subject.properties().find_map(|property| match property {
        Property::Seccomp(mode) => Some(mode.as_str()),
        _ => None,
    })?;
    // `/proc/<pid>/status`: 0 none, 1 strict, 2 filter.
    Some(match mode.split(' ').next() {
        Some("0") => (stage.say("scene-isolation-seccomp-off"), Glyph::Cross),
        _ => (stage.say("scene-isolation-seccomp-on"), Glyph::Check),
    })
}

fn no_new_privileges(stage: &Stage<'_>, subject: &Subject<'_>) -> Option<String> {
    let on = subject.properties().find_map(|property| match property {
        Property::NoNewPrivs(on) => Some(*on),
        _ => None,
    })?;
    Some(stage.say(if on { "scene-isolation-nnp-on" } else { "scene-isolation-nnp-off" }))
}

/// The call that was tried last of those that the eye is led to, else any.
fn tried<'w>(stage: &Stage<'_>, subject: &Subject<'w>) -> Option<&'w Tried> {
    let mut all = subject.world.tried.iter().filter(|((id, _), _)| *id == subject.container.id).map(|(_, it)| &**it);
    let open = all.clone().find(|it| stage.is_open(&Entity::TriedCall(it.container.clone(), it.call.clone())));
    open.or_else(|| all.next_back())
}

fn verdict(stage: &Stage<'_>, tried: &Tried) -> (String, Glyph) {
    let (key, glyph) = match tried.verdict() {
        Verdict::Filtered => ("scene-isolation-tried-filtered", Glyph::Cross),
        Verdict::Refused => ("scene-isolation-tried-refused", Glyph::Cross),
        Verdict::RefusedBare => ("scene-isolation-tried-refused-bare", Glyph::Cross),
        Verdict::Done | Verdict::DoneBare => ("scene-isolation-tried-done", Glyph::Check),
    };
    let answer = tried.filtered.said.split_whitespace().nth(1).unwrap_or(&tried.filtered.said);
    (stage.say_with(key, &[("call", &tried.call), ("answer", answer)]), glyph)
}

/// Draws the line.
pub(super) fn draw(stage: &mut Stage<'_>, place: Rect, subject: &Subject<'_>) {
    let middle = place.height() / 2.0;
    let found = filter(stage, subject);
    let tried = tried(stage, subject);
    let sign = Font::Small.size() + 4.0;
    let room = place.width() - 2.0 * PAD - sign;
    let (id, text, glyph, beside) = match (&found, tried) {
        (_, Some(tried)) => {
            let (text, glyph) = verdict(stage, tried);
            (NodeId::of(Entity::TriedCall(tried.container.clone(), tried.call.clone())), text, Some(glyph), None)
        }
        (Some((text, glyph)), None) => {
            let id = subject.process.map_or_else(
                || subject.id("filter"),
                |state| NodeId::part(Entity::Process(state.process.pid), "filter"),
            );
            (id, text.clone(), Some(*glyph), no_new_privileges(stage, subject))
        }
        (None, None) => {
            let text = format!("seccomp: {}", subject.unknown(stage));
            (subject.id("filter"), text, None, None)
        }
    };
    let text = stage.fit(&text, Font::Small, room);
    let left = room - stage.width(&text, Font::Small) - 12.0;
    let ink = match glyph {
        Some(Glyph::Check) if tried.is_none() => Ink::Tint(Tint::Good),
        Some(Glyph::Cross) if tried.is_none() => Ink::Tint(Tint::Bad),
        _ => Ink::Strong,
    };
    let style = if found.is_some() { Style::Solid } else { Style::Ghost };
    let mut node = Node::new(id, place, Tint::Plain, style)
        .text(Text::new(pos2(PAD, middle), Font::Small, ink, text).marked(glyph));
    let beside = beside.filter(|text| stage.width(text, Font::Small) <= left);
    if let Some(text) = beside {
        node = node
            .text(Text::new(pos2(place.width() - PAD, middle), Font::Small, Ink::Weak, text).anchored(Anchor::Right));
    }
    stage.add(node.called(&stage.say("scene-isolation-filter")));
}

/// The same in sentences.
pub(super) fn spoken(stage: &Stage<'_>, subject: &Subject<'_>) -> Vec<String> {
    let filter = filter(stage, subject).map(|(text, _)| text);
    let tried = tried(stage, subject).map(|tried| verdict(stage, tried).0);
    let all = [filter, no_new_privileges(stage, subject), tried];
    all.into_iter().flatten().map(|text| format!("{text}.")).collect()
}
