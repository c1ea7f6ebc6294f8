//! What separates a container from its host, and what does not.
//!
//! ```text
//!  box00  box01  box02 …                           the others, where there are some
//! ┌ host ────────────────────┐  ┌ capabilities ───────┐
//! │        ┌ container ────┐ │  │ kept, dropped       │
//! │ PID 47 ├─▶ PID 1       │ │  ├ seccomp ────────────┤
//! │ mnt …31│   mnt …40 own │ │  ├ control group ──────┤   CPU, memory, pids as small plots
//! │ net …  │   …           │ │  ├ virtual machine ────┤   to scale
//! └────────┴───────────────┴─┘  └─────────────────────┘
//! ┌ created ─▶ running ─▶ exited ─▶ removed, paused, restarting ┐
//! └─────────────────────────────────────────────────────────────┘
//! ```
//!
//! One container is drawn in full: the one that the eye is led to, else the one that was made last. What was not asked of the
//! kernel, as in recordings of before, is said not to have been asked.

mod capability;
mod crowd;
mod guards;
mod limits;
mod machine;
mod states;
mod views;

use super::scene::{Scene, Tint};
use super::stage::{Detail, Stage, rect};
use crate::trace::{Container, Entity, Family, OpKind, Property, World};
use egui::Rect;
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Process);
/// Between a frame and what is written in it.
const PAD: f32 = 8.0;

/// Where things stand, and how high a line is.
#[derive(Clone, Copy)]
struct Plan {
    crowd: Option<Rect>,
    views: Rect,
    rights: Rect,
    states: Rect,
    row: f32,
    head: f32,
}

impl Plan {
    fn of(stage: &Stage<'_>, containers: usize) -> Self {
        let margin = stage.margin();
        let wide = (stage.wide(WIDE) - 2.0 * margin).clamp(NARROWEST, WIDEST);
        let (row, head, states, gap) = match stage.detail {
            Detail::Full => (22.0, 26.0, 106.0, 10.0),
            Detail::Less => (16.5, 20.0, 84.0, 6.0),
            Detail::Least => (15.5, 18.0, 79.0, 5.0),
            Detail::Bare | Detail::Thin => (14.5, 17.0, 78.0, 4.0),
        };
        let count = views::rows(stage.detail).len() as f32;
        let least = 2.0 * head + row * count + PAD;
        // What room is left when all containers have theirs lets the lines breathe.
        let line = if containers > 1 { crowd::lines(containers, wide, None) + gap } else { 0.0 };
        let free = stage.look.room.map_or(0.0, |room| room.y - 2.0 * margin - least - states - gap - line);
        let row = row + (free / count).clamp(0.0, MOST_APART);
        let high = 2.0 * head + row * count + PAD;
        let mut top = margin;
        let crowd = (containers > 1).then(|| {
            let free = stage.look.room.map(|room| room.y - 2.0 * margin - high - states - 2.0 * gap);
            let lines = crowd::lines(containers, wide, free);
            let place = rect(margin, top, wide, lines);
            top += lines + gap;
            place
        });
        let split = (wide * 0.54).round();
        let below = top + high + gap;
        Self {
            crowd,
            views: rect(margin, top, split, high),
            rights: rect(margin + split + gap, top, wide - split - gap, high),
            states: rect(margin, below, wide, states),
            row,
            head,
        }
    }
}

/// How much farther apart lines are where there is room.
const MOST_APART: f32 = 4.0;
/// The whole picture where its room has no end, and how wide it is at least and at most.
const WIDE: f32 = 820.0;
const NARROWEST: f32 = 620.0;
const WIDEST: f32 = 1100.0;

/// The picture of one container, and the others as names.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let containers = super::in_order(world);
    let Some(container) = shown(world, stage.look.chosen, stage.look.lit, &containers) else {
        return stage.nothing(match super::was_done(world, &[OpKind::ContainerCreate, OpKind::ContainerRemove]) {
            true => ["scene-isolation-none-now", "scene-isolation-none-now-hint"],
            false => ["scene-isolation-empty", "scene-isolation-empty-hint"],
        });
    };
    let plan = Plan::of(&stage, containers.len());
    let subject = Subject::of(world, container);
    if let Some(place) = plan.crowd {
        crowd::draw(&mut stage, place, &containers, container);
    }
    views::draw(&mut stage, plan, &subject);
    rights(&mut stage, plan, &subject);
    states::draw(&mut stage, plan.states, &subject);
    let spoken = spoken(&stage, &subject, containers.len());
    stage.done(spoken)
}

/// Capabilities, filter, control group and virtual machine, one below the other.
fn rights(stage: &mut Stage<'_>, plan: Plan, subject: &Subject<'_>) {
    let gap = if stage.is_full() { 8.0 } else { 4.0 };
    let (guards, limits, machine) = match stage.detail {
        Detail::Full => (24.0, 72.0, 72.0),
        Detail::Less => (19.0, 54.0, 64.0),
        Detail::Least => (18.0, 48.0, 48.0),
        Detail::Bare | Detail::Thin => (17.0, 44.0, 46.0),
    };
    let Rect { min, .. } = plan.rights;
    let wide = plan.rights.width();
    let capabilities = plan.rights.height() - guards - limits - machine - 3.0 * gap;
    let mut top = min.y;
    let mut place = |high: f32| {
        let place = rect(min.x, top, wide, high);
        top += high + gap;
        place
    };
    capability::draw(stage, place(capabilities), subject);
    guards::draw(stage, place(guards), subject);
    limits::draw(stage, place(limits), subject);
    machine::draw(stage, place(machine), subject);
}

/// The container that the eye is led to: one that was chosen before one that changed, else the latest.
pub(super) fn shown<'w>(
    world: &World,
    chosen: Option<&Entity>,
    lit: &[Entity],
    all: &[&'w Arc<Container>],
) -> Option<&'w Container> {
    let led = chosen.into_iter().chain(lit);
    let of = |entity: &Entity| {
        let id = match entity {
            Entity::Container(id)
            | Entity::Usage(id)
            | Entity::TriedCall(id, _)
            | Entity::UpperFile(id, _)
            | Entity::Speed(id, ..) => Some(id),
            Entity::Process(pid) => world.processes.get(pid).and_then(|state| state.process.container.as_ref()),
            Entity::Namespace(inode) => world.namespaces.get(inode).and_then(|ns| ns.container.as_ref()),
            Entity::Cgroup(path) => world.cgroups.get(path).map(|group| &group.container),
            _ => None,
        };
        id.and_then(|id| all.iter().find(|container| container.id == *id))
    };
    led.filter_map(of).next().or(all.last()).map(|container| &***container)
}

/// The container that is drawn, with what is known of its first process.
struct Subject<'w> {
    world: &'w World,
    container: &'w Container,
    process: Option<&'w crate::trace::ProcessState>,
}

impl<'w> Subject<'w> {
    fn of(world: &'w World, container: &'w Container) -> Self {
        Self { world, container, process: world.main_process(&container.id).map(|process| &**process) }
    }

    /// What was seen of its process.
    fn properties(&self) -> impl Iterator<Item = &'w Property> {
        self.process.into_iter().flat_map(|process| &process.properties)
    }

    fn id(&self, part: &'static str) -> super::NodeId {
        super::NodeId::part(Entity::Container(self.container.id.clone()), part)
    }

    /// What is said in the place of something that is not known: the process was not asked, or there is none.
    fn unknown(&self, stage: &Stage<'_>) -> String {
        use crate::trace::ContainerState as S;
        stage.say(match (self.process, self.container.state) {
            (Some(_), _) | (None, S::Running { .. } | S::Paused { .. }) => "scene-isolation-not-asked",
            (None, S::Created) => "scene-isolation-not-started",
            (None, S::Exited { .. } | S::Restarting { .. }) => "scene-isolation-ended",
        })
    }
}

fn spoken(stage: &Stage<'_>, subject: &Subject<'_>, containers: usize) -> String {
    let name = subject.container.name.as_str();
    let state = super::state_of(stage, subject.container);
    let count = containers.to_string();
    let mut parts =
        vec![stage.say_with("scene-isolation-spoken", &[("name", name), ("state", &state), ("containers", &count)])];
    parts.extend(views::spoken(stage, subject));
    parts.extend(capability::spoken(stage, subject));
    parts.extend(guards::spoken(stage, subject));
    parts.join(" ")
}
