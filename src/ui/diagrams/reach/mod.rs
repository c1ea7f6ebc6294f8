//! Who reaches whom: a table of all pairs, and below it why, and what would change it.
//!
//! ```text
//!          → web      → db     → host   → outside
//!   web       ·      ✗ other    ✓          ✓           a cell is computed from the World; twice the mark: a probe found the same
//!   db     ✗ other      ·       ✓          ✓
//! ┌ web → db 172.19.0.2 ─────────────────────────┐
//! │ the two bridges are kept apart by a rule     │      the pair that was chosen, else the first that does not reach
//! │ to change that: docker network connect …     │
//! └──────────────────────────────────────────────┘
//! ```
//!
//! Where there is no room for all, as many ends as there is room for are in the table, those first to which the eye is led, and it is
//! said how many are not.

mod ask;
mod grid;
mod walk;
mod why;

use super::scene::{Font, Ink, Scene, Text};
use super::stage::{Detail, Stage};
use crate::i18n::{Veil, Words};
use crate::lesson::AskedPair;
use crate::reach::{self, Answer, Cell, End, IpVersion, Matrix, Question};
use crate::trace::{OpKind, WalkEndpoint, WalkState, World};
use egui::pos2;

/// What is looked at in this picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaching {
    /// What is asked of each pair.
    pub question: Question,
    /// By addresses of which version of IP.
    pub version: IpVersion,
    /// The pair that was chosen.
    pub pair: Option<(End, End)>,
    /// The packet that was followed between these two is looked at, instead of the table.
    pub packet: bool,
    /// One of the places at which it was seen; the latest without.
    pub hop: Option<u32>,
    /// What a lesson asks of pairs of the table, and what was predicted.
    pub asked: Vec<AskedPair>,
}

impl Default for Reaching {
    fn default() -> Self {
        Self::PING
    }
}

impl Reaching {
    /// Who answers a ping of whom, and no pair.
    pub const PING: Self = Self {
        question: Question::Ping,
        version: IpVersion::V4,
        pair: None,
        packet: false,
        hop: None,
        asked: Vec::new(),
    };

    /// The latest packet that was followed between the two that were chosen.
    pub fn walk<'w>(&self, world: &'w World) -> Option<&'w WalkState> {
        let (from, to) = self.pair.as_ref()?;
        let is =
            |state: &&std::sync::Arc<WalkState>| end_of(&state.walk.from) == *from && end_of(&state.walk.to) == *to;
        world.walks.iter().rev().find(is).map(|state| &**state)
    }

    /// The question in a word or two.
    fn said(&self, stage: &Stage<'_>) -> String {
        let question = match self.question {
            Question::Ping => "ping".to_owned(),
            Question::Tcp(port) => format!("TCP {port}"),
            Question::Udp(port) => format!("UDP {port}"),
            Question::Name => stage.say("reach-bar-name"),
        };
        match self.version {
            IpVersion::V4 => question,
            IpVersion::V6 => format!("{} {question}", self.version.name()),
        }
    }
}

/// Who sends a packet, or whom it is for, among those of the table.
pub fn end_of(endpoint: &WalkEndpoint) -> End {
    match endpoint {
        WalkEndpoint::Container { id, .. } => End::Container(id.clone()),
        WalkEndpoint::Host => End::Host,
        WalkEndpoint::Outside => End::Outside,
    }
}

/// The message that is veiled while any answer of the table would give one away that is asked.
pub const TELLS: &str = "scene-reach-counted";

/// The same while names are asked about: who is found by name answers a ping, too.
pub const TELLS_NAMES: &str = "scene-reach-counted-names";

impl Reaching {
    /// Until when the table's answers are veiled.
    fn veil(&self, words: &Words) -> Option<Veil> {
        let names = (self.question == Question::Name).then(|| words.veil_of(TELLS_NAMES)).flatten();
        words.veil_of(TELLS).or(names)
    }
}

/// The whole picture where its room has no end.
const WIDE: f32 = 760.0;

/// How high things are.
#[derive(Clone, Copy)]
struct Heights {
    title: f32,
    head: f32,
    row: f32,
    /// A line of the reason.
    line: f32,
    gap: f32,
}

impl Heights {
    fn of(detail: Detail) -> Self {
        match detail {
            Detail::Full => Self { title: 34.0, head: 24.0, row: 34.0, line: 20.0, gap: 6.0 },
            Detail::Less => Self { title: 26.0, head: 20.0, row: 25.0, line: 17.0, gap: 4.0 },
            Detail::Least => Self { title: 20.0, head: 18.0, row: 20.0, line: 16.0, gap: 3.0 },
            Detail::Bare | Detail::Thin => Self { title: 0.0, head: 17.0, row: 19.0, line: 15.0, gap: 2.0 },
        }
    }
}

/// The table and the reason, or a packet.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    if stage.look.reach.packet {
        return match stage.look.reach.walk(world) {
            Some(walk) => walk::scene(world, walk, stage),
            None => stage.nothing(["scene-walk-empty", "scene-walk-empty-hint"]),
        };
    }
    if !world.containers.values().any(|container| container.state.lives()) {
        return stage.nothing(match super::was_done(world, &[OpKind::ContainerCreate, OpKind::ContainerRemove]) {
            true => ["scene-reach-none-now", "scene-reach-none-now-hint"],
            false => ["scene-reach-empty", "scene-reach-empty-hint"],
        });
    }
    let high = Heights::of(stage.detail);
    let plan = grid::Plan::of(&stage, world, high);
    let asked = &stage.look.reach;
    let matrix = reach::among(world, asked.question, asked.version, None, plan.ends.clone(), plan.ends.clone());
    let veiled = asked.veil(stage.words).is_some();
    title(&mut stage, &matrix, high);
    let pair = (!veiled).then(|| chosen(&stage, &matrix)).flatten();
    let below = grid::draw(&mut stage, world, &plan, &matrix, pair, high);
    if let Some(cell) = pair {
        why::draw(&mut stage, world, &matrix, cell, below + high.gap, high);
    }
    let spoken = spoken(&stage, world, &matrix, pair);
    stage.done(spoken)
}

/// Is there room for all who can be asked, at that much detail?
pub(super) fn may_fit(world: &World, stage: &Stage<'_>) -> bool {
    match (stage.look.reach.packet, stage.look.reach.walk(world)) {
        (true, Some(walk)) => walk::may_fit(walk, stage),
        (true, None) => true,
        (false, _) => grid::may_fit(stage, world, Heights::of(stage.detail)),
    }
}

/// The question, and how many answers of each kind there are.
fn title(stage: &mut Stage<'_>, matrix: &Matrix, high: Heights) {
    if high.title == 0.0 {
        return;
    }
    let (margin, middle) = (stage.margin(), stage.margin() + high.title / 2.0 - 3.0);
    let font = if stage.is_full() { Font::Heading } else { Font::Title };
    let title = stage.say("scene-reach-title");
    let room = stage.wide(WIDE) - 2.0 * margin;
    let title = stage.fit(&title, font, room);
    let wide = stage.width(&title, font);
    stage.caption(Text::new(pos2(margin, middle), font, Ink::Strong, title));
    let said = format!("{} · {}", stage.look.reach.said(stage), counted(stage, matrix));
    // Which way it is read, where there is room for that.
    let more = format!("{said} · {}", stage.say("scene-reach-way-to-read"));
    let said = if stage.width(&more, Font::Small) <= room - wide - 14.0 { more } else { said };
    let said = stage.fit(&said, Font::Small, room - wide - 14.0);
    if room - wide > 60.0 {
        stage.caption(Text::new(pos2(margin + wide + 12.0, middle + 1.0), Font::Small, Ink::Weak, said));
    }
}

fn counted(stage: &Stage<'_>, matrix: &Matrix) -> String {
    let count = |answer| matrix.cells.iter().filter(|cell| cell.answer == answer).count().to_string();
    let (yes, no) = (count(Answer::Reaches), count(Answer::DoesNot));
    match stage.look.reach.veil(stage.words) {
        Some(veil) => stage.say(veil.key()),
        None => {
            let key = if matrix.question == Question::Name { TELLS_NAMES } else { TELLS };
            stage.say_with(key, &[("yes", &yes), ("no", &no)])
        }
    }
}

/// The cell that the reason is of.
fn chosen<'m>(stage: &Stage<'_>, matrix: &'m Matrix) -> Option<&'m Cell> {
    let of_pair = stage.look.reach.pair.as_ref().and_then(|(from, to)| matrix.cell(from, to));
    let led = |cell: &&Cell| [&cell.from, &cell.to].into_iter().any(|end| is_led_to(stage, end));
    let is_no = |cell: &&Cell| cell.answer != Answer::Reaches;
    of_pair
        .or_else(|| matrix.cells.iter().find(|cell| led(cell) && is_no(cell)))
        .or_else(|| matrix.cells.iter().find(is_no))
        .or_else(|| matrix.cells.first())
}

fn is_led_to(stage: &Stage<'_>, end: &End) -> bool {
    matches!(end, End::Container(_)) && end.entity().is_some_and(|entity| stage.is_open(&entity))
}

/// What an end is called.
fn called(stage: &Stage<'_>, world: &World, end: &End) -> String {
    match end {
        End::Container(_) => end.name(world).unwrap_or_default().to_owned(),
        End::Host => stage.say("reach-host"),
        End::Outside => stage.say("reach-outside"),
    }
}

/// Why, in a word.
fn short(stage: &Stage<'_>, cell: &Cell) -> String {
    say(stage, "reach-short", cell)
}

/// Why, as a sentence.
fn sentence(stage: &Stage<'_>, cell: &Cell) -> String {
    say(stage, "reach", cell)
}

fn say(stage: &Stage<'_>, kind: &str, cell: &Cell) -> String {
    let vars = cell.why.variables();
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stage.say_with(&format!("{kind}-{}", cell.why.key()), &vars)
}

fn spoken(stage: &Stage<'_>, world: &World, matrix: &Matrix, cell: Option<&Cell>) -> String {
    let asked = stage.look.reach.said(stage);
    let counted = counted(stage, matrix);
    let whole = stage.say_with("scene-reach-spoken", &[("asked", &asked), ("counted", &counted)]);
    let Some(cell) = cell else { return whole };
    let (from, to) = (called(stage, world, &cell.from), called(stage, world, &cell.to));
    format!("{whole} {from} → {to}: {}", sentence(stage, cell))
}
