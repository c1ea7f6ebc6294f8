//! The states of a container, where it is, and the ways out.
//!
//! ```text
//!            ┌──────── start ────────┐
//! created ─▶ running ─ stop, kill ─▶ exited ─▶ removing
//!    │      pause ↓↑ unpause  ↓↑ policy                ▲
//!    │       paused      restarting                    │
//!    └──────────────────── rm ─────────────────────────┘
//! ```
//!
//! The words are Docker's, as `docker inspect` says them.

use super::super::NodeId;
use super::super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Style, Text, Tint};
use super::super::stage::{Detail, Stage, rect};
use super::{PAD, Subject, TINT};
use crate::trace::{ContainerState, StepKind};
use egui::{Pos2, Rect, pos2};

/// A state of `docker inspect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Created,
    Running,
    Paused,
    Restarting,
    Exited,
    Removing,
}

impl State {
    const ALL: [Self; 6] = [Self::Created, Self::Running, Self::Paused, Self::Restarting, Self::Exited, Self::Removing];

    fn of(subject: &Subject<'_>) -> Self {
        let container = subject.container;
        let removes = |kind, on: &str| {
            kind == StepKind::RemoveContainer && (on == container.name || container.id.as_str().starts_with(on))
        };
        if subject.world.open_steps.values().any(|step| removes(step.plan.kind, &step.plan.subject)) {
            return Self::Removing;
        }
        match container.state {
            ContainerState::Created => Self::Created,
            ContainerState::Running { .. } => Self::Running,
            ContainerState::Paused { .. } => Self::Paused,
            ContainerState::Exited { .. } => Self::Exited,
            ContainerState::Restarting { .. } => Self::Restarting,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Exited => "exited",
            Self::Removing => "removing",
        }
    }

    fn part(self) -> &'static str {
        match self {
            Self::Created => "state created",
            Self::Running => "state running",
            Self::Paused => "state paused",
            Self::Restarting => "state restarting",
            Self::Exited => "state exited",
            Self::Removing => "state removing",
        }
    }
}

/// Where the boxes are.
struct Places {
    boxes: [Rect; 6],
    /// Above and below all boxes, where the long ways run.
    above: f32,
    below: f32,
}

impl Places {
    fn of(place: Rect, detail: Detail) -> Self {
        let (top, upper, gap, lower) = match detail {
            Detail::Full => (20.0, 32.0, 20.0, 22.0),
            Detail::Less => (15.0, 22.0, 17.0, 19.0),
            Detail::Least => (15.0, 20.0, 16.0, 18.0),
            Detail::Bare | Detail::Thin => (15.0, 20.0, 15.0, 18.0),
        };
        let (left, wide) = (place.left() + PAD, place.width() - 2.0 * PAD);
        let (first, second) = (place.top() + top, place.top() + top + upper + gap);
        let running = left + wide * 0.26;
        let at = |x: f32, y: f32, w: f32, h: f32| rect(x, y, w, h);
        Self {
            boxes: [
                at(left, first, 84.0, upper),
                at(running, first, wide * 0.25, upper),
                at(running, second, wide * 0.13, lower),
                at(running + wide * 0.17, second, 96.0, lower),
                at(left + wide * 0.66, first, 84.0, upper),
                at(left + wide - 84.0, first, 84.0, upper),
            ],
            above: first - 8.0,
            below: second + lower + 4.0,
        }
    }

    fn rect(&self, state: State) -> Rect {
        self.boxes[State::ALL.iter().position(|one| *one == state).unwrap_or(0)]
    }
}

/// Draws all states and the ways between them.
pub(super) fn draw(stage: &mut Stage<'_>, place: Rect, subject: &Subject<'_>) {
    let frame = NodeId::named("states");
    let title = stage.say("scene-isolation-states");
    let room = place.width() * 0.24;
    let title = stage.fit(&title, Font::Small, room);
    let node = Node::new(frame.clone(), place, Tint::Plain, Style::Frame);
    stage.add(node.text(Text::new(pos2(PAD, 7.5), Font::Small, Ink::Weak, title)).called(""));
    let places = Places::of(place, stage.detail);
    let now = State::of(subject);
    for state in State::ALL {
        boxed(stage, subject, state, state == now, places.rect(state), &frame);
    }
    ways(stage, subject, &places, now);
}

fn boxed(stage: &mut Stage<'_>, subject: &Subject<'_>, state: State, is_now: bool, place: Rect, frame: &NodeId) {
    let (tint, style) = if is_now { (TINT, Style::Strong) } else { (Tint::Plain, Style::Dim) };
    let ink = if is_now { Ink::Strong } else { Ink::Weak };
    let room = place.width() - PAD;
    let word = stage.fit(state.word(), Font::MonoSmall, room);
    let second = place.height() >= 30.0 && state == State::Running;
    let left = if second { room } else { room - stage.width(&word, Font::MonoSmall) - 8.0 };
    let stays = ["exec · attach · restart", "exec · attach", "exec"];
    let fits = stays.into_iter().find(|words| stage.width(words, Font::Small) <= left);
    let beside = fits.filter(|_| state == State::Running).unwrap_or_default();
    let y = if second { place.height() * 0.32 } else { place.height() / 2.0 };
    let mut node = Node::new(subject.id(state.part()), place, tint, style).within(frame);
    if !beside.is_empty() && !second {
        node = node.text(Text::new(pos2(PAD / 2.0, y), Font::MonoSmall, ink, word));
        let at = pos2(place.width() - PAD / 2.0, y);
        node = node.text(Text::new(at, Font::Small, Ink::Weak, beside).anchored(Anchor::Right));
    } else {
        let at = pos2(place.width() / 2.0, y);
        node = node.text(Text::new(at, Font::MonoSmall, ink, word).anchored(Anchor::Center));
        if second {
            let at = pos2(place.width() / 2.0, place.height() * 0.72);
            node = node.text(Text::new(at, Font::Small, Ink::Weak, beside).anchored(Anchor::Center));
        }
    }
    let said = if is_now { stage.say("scene-isolation-state-now") } else { stage.say("scene-isolation-state") };
    stage.add(node.called(&said));
}

/// A way from one state to another, what leads there, and where that is written.
struct Way {
    from: State,
    to: State,
    command: &'static str,
    route: Vec<Pos2>,
    at: Pos2,
    anchor: Anchor,
}

fn ways(stage: &mut Stage<'_>, subject: &Subject<'_>, places: &Places, now: State) {
    let [created, running, paused, restarting, exited, removing] = places.boxes;
    let between = |a: Rect, b: Rect| vec![a.right_center(), b.left_center()];
    let beneath = |a: Rect, b: Rect| pos2((a.right() + b.left()) / 2.0, a.center().y + 9.0);
    let down = |x: f32, from: Rect, to: Rect| vec![pos2(x, from.bottom()), pos2(x, to.top())];
    let up = |x: f32, from: Rect, to: Rect| vec![pos2(x, from.top()), pos2(x, to.bottom())];
    let gap = (running.bottom() + paused.top()) / 2.0;
    let (pause, unpause) = (paused.left() + 14.0, paused.left() + 58.0);
    let (again, back) = (restarting.left() + 14.0, restarting.left() + 34.0);
    let over = vec![
        exited.center_top(),
        pos2(exited.center().x, places.above),
        pos2(running.right() - 24.0, places.above),
        pos2(running.right() - 24.0, running.top()),
    ];
    let under = vec![
        created.center_bottom(),
        pos2(created.center().x, places.below),
        pos2(removing.center().x, places.below),
        removing.center_bottom(),
    ];
    use State::{Created, Exited, Paused, Removing, Restarting, Running};
    let way = |from, to, command, route, at, anchor| Way { from, to, command, route, at, anchor };
    let middle = |x: f32| pos2(x, gap);
    let all = [
        way(Created, Running, "start", between(created, running), beneath(created, running), Anchor::Center),
        way(Running, Exited, "stop · kill", between(running, exited), beneath(running, exited), Anchor::Center),
        way(Exited, Removing, "rm", between(exited, removing), beneath(exited, removing), Anchor::Center),
        way(
            Exited,
            Running,
            "start",
            over,
            pos2((running.right() + exited.left()) / 2.0, places.above + 8.0),
            Anchor::Center,
        ),
        way(Running, Paused, "pause", down(pause, running, paused), middle(pause - 9.0), Anchor::Right),
        way(Paused, Running, "unpause", up(unpause, paused, running), middle(unpause + 8.0), Anchor::Left),
        way(Running, Restarting, "", down(again, running, restarting), middle(again), Anchor::Right),
        way(Restarting, Running, "--restart", up(back, restarting, running), middle(back + 8.0), Anchor::Left),
        way(Created, Removing, "rm", under, pos2(created.center().x + 6.0, places.below - 9.0), Anchor::Left),
    ];
    for Way { from, to, command, route, at, anchor } in all {
        let leads = from == now;
        let (tint, line) = if leads { (TINT, Line::Solid) } else { (Tint::Plain, Line::Dim) };
        let mut edge = Edge::new(route, tint, line).ends(End::Open, End::Arrow).part(to.part());
        if !command.is_empty() {
            let ink = if leads { Ink::Strong } else { Ink::Weak };
            edge = edge.labelled(stage.captioned(Text::new(at, Font::Small, ink, command).anchored(anchor)));
        }
        stage.wire(&subject.id(from.part()), &subject.id(to.part()), edge);
    }
}
