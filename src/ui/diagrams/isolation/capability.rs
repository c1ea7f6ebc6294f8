//! What the process may do of what root may do: capabilities kept, and those that it has not, in words.

use super::super::NodeId;
use super::super::scene::{Font, Ink, Node, Style, Text, Tint};
use super::super::stage::Stage;
use super::{PAD, Subject, TINT};
use crate::trace::{CAPABILITIES, Entity, Property};
use egui::{Rect, pos2};

/// Those that are told first of what is lacking: what people know that root can do.
const WELL_KNOWN: [&str; 12] = [
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_TIME",
    "SYS_BOOT",
    "NET_ADMIN",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYSLOG",
    "SYS_RESOURCE",
    "SYS_NICE",
    "BPF",
    "PERFMON",
];

/// Capabilities that a process has, and how many it can ever have.
struct Sets<'w> {
    effective: Vec<&'w str>,
    bounding: Option<usize>,
}

impl<'w> Sets<'w> {
    fn of(subject: &Subject<'w>) -> Option<Self> {
        let effective = subject.properties().find_map(|property| match property {
            Property::Capabilities(names) => Some(names.iter().map(|name| plain(name)).collect()),
            _ => None,
        })?;
        let bounding = subject.properties().find_map(|property| match property {
            Property::Bounding(names) => Some(names.len()),
            _ => None,
        });
        Some(Self { effective, bounding })
    }

    /// Those that the process has not.
    fn lacking(&self) -> Vec<&'static str> {
        let lacks = |name: &&'static str| !self.effective.contains(name);
        let known = WELL_KNOWN.into_iter().filter(lacks);
        let others = CAPABILITIES.into_iter().filter(lacks).filter(|name| !WELL_KNOWN.contains(name));
        known.chain(others).collect()
    }
}

/// `CHOWN`, of `CAP_CHOWN`
fn plain(name: &str) -> &str {
    name.strip_prefix("CAP_").unwrap_or(name)
}

/// `바꿀 수 있는 것: 파일 주인 …`
fn in_words<'n>(stage: &Stage<'_>, names: impl Iterator<Item = &'n str>) -> String {
    let word = |name: &str| match CAPABILITIES.contains(&name) {
        true => stage.say(&format!("capability-{}", name.to_lowercase().replace('_', "-"))),
        // One that a later kernel has.
        false => name.to_owned(),
    };
    names.map(word).collect::<Vec<_>>().join(", ")
}

/// Draws the card.
pub(super) fn draw(stage: &mut Stage<'_>, place: Rect, subject: &Subject<'_>) {
    let id = match subject.process {
        Some(state) => NodeId::part(Entity::Process(state.process.pid), "capabilities"),
        None => subject.id("capabilities"),
    };
    let room = place.width() - 2.0 * PAD;
    let line = if stage.is_full() { 16.0 } else { 14.0 };
    let mut texts = Vec::new();
    let sets = Sets::of(subject);
    let title = match &sets {
        Some(sets) => {
            let (kept, lacking) = (sets.effective.len().to_string(), sets.lacking().len().to_string());
            stage.say_with("scene-isolation-capabilities", &[("kept", &kept), ("lacking", &lacking)])
        }
        None => stage.say("scene-isolation-capabilities-none"),
    };
    let title = stage.fit(&title, Font::Title, room);
    texts.push(Text::new(pos2(PAD, line * 0.7), Font::Title, Ink::Tint(TINT), title));
    let free = ((place.height() - line * 1.35) / line).floor().max(0.0) as usize;
    let lines = match &sets {
        None => vec![(subject.unknown(stage), Ink::Weak)],
        Some(sets) => {
            let kept = in_words(stage, sets.effective.iter().copied());
            let kept = match (sets.effective.is_empty(), sets.bounding) {
                (true, Some(most)) if most > 0 => stage.say_with("scene-isolation-could", &[("n", &most.to_string())]),
                (true, _) => stage.say("scene-isolation-can-nothing"),
                _ => stage.say_with("scene-isolation-can", &[("list", &kept)]),
            };
            let lacking = in_words(stage, sets.lacking().into_iter());
            let lacking = match lacking.is_empty() {
                true => stage.say("scene-isolation-cannot-nothing"),
                false => stage.say_with("scene-isolation-cannot", &[("list", &lacking)]),
            };
            // The one that needs less room leaves the other what is over.
            let [kept, lacking] = [kept, lacking].map(|text| stage.wrap(&text, Font::Small, room));
            let first = kept.len().min(free.saturating_sub(lacking.len()).max(free.div_ceil(2)));
            let rest = free - first.min(free);
            let cut = |lines: Vec<String>, most: usize, ink: Ink| -> Vec<(String, Ink)> {
                let more = lines.len() > most;
                let mut kept: Vec<String> = lines.into_iter().take(most).collect();
                if let Some(last) = kept.last_mut().filter(|_| more) {
                    *last = stage.fit(&format!("{last} …"), Font::Small, room);
                    if !last.ends_with('…') {
                        last.push('…');
                    }
                }
                kept.into_iter().map(|line| (line, ink)).collect()
            };
            [cut(kept, first, Ink::Strong), cut(lacking, rest, Ink::Weak)].concat()
        }
    };
    for (i, (text, ink)) in lines.into_iter().take(free).enumerate() {
        let text = stage.fit(&text, Font::Small, room);
        texts.push(Text::new(pos2(PAD, line * (1.9 + i as f32)), Font::Small, ink, text));
    }
    let style = if sets.is_some() { Style::Solid } else { Style::Ghost };
    let mut node = Node::new(id, place, Tint::Plain, style).texts(texts).called("");
    // Who hears the picture hears all of them.
    if sets.is_some() {
        node.label = spoken(stage, subject).join(" ");
    }
    stage.add(node);
}

/// All of them, in sentences.
pub(super) fn spoken(stage: &Stage<'_>, subject: &Subject<'_>) -> Vec<String> {
    let Some(sets) = Sets::of(subject) else { return Vec::new() };
    let (kept, lacking) = (sets.effective.len().to_string(), sets.lacking().len().to_string());
    let title = stage.say_with("scene-isolation-capabilities", &[("kept", &kept), ("lacking", &lacking)]);
    let list = in_words(stage, sets.effective.iter().copied());
    let can = match list.is_empty() {
        true => stage.say("scene-isolation-can-nothing"),
        false => stage.say_with("scene-isolation-can", &[("list", &list)]),
    };
    vec![format!("{title}. {can}.")]
}
