//! A picture in the window: laid out when what it shows has changed, moved from where it was, painted.

mod steer;
mod touch;

use super::camera::Camera;
use super::draw::{Emphasis, draw};
use super::measure::{InFonts, Widths};
use super::paint::{Faces, paint};
use super::pulse;
use super::scene::Scene;
use super::shown::{Leaving, Shown};
use super::{Look, NodeId, Pick, Reaching, StorageView, Tab};
use crate::i18n::{Lang, Veil, Words};
use crate::lesson::AskedPlace;
use crate::spec::ContainerId;
use crate::survival::prune::Ordered;
use crate::trace::{Entity, World};
use crate::ui::theme::Theme;
use crate::ui::traffic::Traffic;
use egui::accesskit::Role;
use egui::emath::TSTransform;
use egui::{Rect, Response, Sense, Vec2, WidgetInfo};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::time::Duration;

/// Seconds a move takes.
const MOVE: f64 = 0.34;
/// Seconds that what a removed container leaves is seen to go.
const FAREWELL: f64 = 1.8;
/// Seconds that what changed is seen to pulse.
const PULSE: f64 = 0.9;
/// Seconds that bytes are seen to flow after a change: a picture that one only looks at stands still.
const FLOW: f64 = 2.4;
/// Software rendering cannot do more without heating the room.
const FRAME: Duration = Duration::from_millis(33);
/// More shapes than this lose their small print.
const DETAILED: usize = 500;

/// The diagrams of a window: what was drawn last, so that things move from where they were.
#[derive(Debug, Default)]
pub struct Diagrams {
    views: HashMap<Tab, View>,
    /// What was chosen last that says which image is drawn in full.
    subject: Option<Entity>,
    /// Of this many pixels a point and these faces.
    widths: (f32, bool, RefCell<Widths>),
}

/// One diagram.
#[derive(Debug)]
struct View {
    scene: Scene,
    of: Source,
    before: Shown,
    after: Shown,
    changed_at: f64,
    camera: Camera,
    camera_before: Camera,
    at: Rect,
    farewell: bool,
    forward: bool,
    /// The look at what passes links that was seen last, and when that was.
    passed: (u64, f64),
    /// The shape that is pointed at, or has the keys.
    touched: Option<Entity>,
}

/// What a scene was laid out from. The same again needs no new layout.
#[derive(Debug, PartialEq)]
struct Source {
    world: World,
    lang: Lang,
    veiled: std::sync::Arc<[(&'static str, Veil)]>,
    chosen: Option<Entity>,
    lit: Vec<Entity>,
    /// What is looked at where it is asked who reaches whom; as it is by default in the other pictures.
    reach: Reaching,
    /// What a lesson asks of the places; nothing in the other pictures.
    places: Vec<AskedPlace>,
    /// How the storage picture shows it, and what of a prune.
    storage: (StorageView, Option<Ordered>),
    /// At 100 %.
    room: Vec2,
    scale: f32,
    pixels_per_point: f32,
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// Its colours.
    pub theme: &'a Theme,
    /// How much larger than at a desk: 2 makes 22 points of 11.
    pub scale: f32,
    /// All but what changed is dimmed.
    pub spotlight: bool,
    /// The container that a picture of one is of.
    pub of: Option<&'a ContainerId>,
    /// What is looked at where it is asked who reaches whom.
    pub reach: &'a Reaching,
    /// What a lesson asks of the places in which containers' bytes live.
    pub places: &'a [AskedPlace],
    /// How the storage picture shows it.
    pub storage: StorageView,
    /// What a prune takes away is seen beforehand.
    pub prune: Option<Ordered>,
    /// What there is beside what the picture is of.
    pub live: Live<'a>,
}

/// What is not of the World that is drawn, but of this moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Live<'a> {
    /// What passes links; none of a moment of the past.
    pub traffic: Option<&'a Traffic>,
    /// What a line of a terminal speaks of that is pointed at.
    pub told: &'a [Entity],
}

/// How a picture is seen.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// What is drawn.
    pub scene: &'a Scene,
    /// Where, when nothing moves any more: from the scene to points of the window.
    pub transform: TSTransform,
    /// What of the window it has for itself.
    pub view: Rect,
    /// Around what the last event changed; none when it changed nothing that is drawn.
    pub focus: Option<Rect>,
}

impl Diagrams {
    /// Nothing drawn yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws a diagram in all the room that is left, and lets a click choose the thing that a shape stands for.
    /// `changed` is what the last event changed: it is lit. Returns what was chosen that is no thing of the World.
    #[expect(clippy::too_many_arguments, reason = "everything it depends on, and nothing kept behind its back")]
    pub fn show(
        &mut self,
        ui: &mut egui::Ui,
        view: Tab,
        world: &World,
        changed: &[Entity],
        selection: &mut Option<Entity>,
        words: &Words,
        how: How<'_>,
    ) -> Option<Pick> {
        let How { theme, scale, spotlight, of, reach, places, storage, prune, live } = how;
        let room = ui.available_rect_before_wrap();
        let ground =
            ui.interact(room, egui::Id::unique(("dockwalk diagram", view, spotlight)), Sense::click_and_drag());
        let faces = Faces::of(ui.ctx());
        let now = ui.input(|i| i.time);
        let source = Source {
            world: world.clone(),
            lang: words.lang(),
            veiled: words.veiled().clone(),
            chosen: match view {
                Tab::Layers => selection.clone(),
                Tab::Image => {
                    self.subject = super::image::subject_of(world, selection.as_ref(), self.subject.as_ref());
                    self.subject.clone()
                }
                Tab::Isolation => of.cloned().map(Entity::Container),
                Tab::Network | Tab::Storage | Tab::Reach => selection.clone(),
            },
            lit: changed.to_vec(),
            reach: if view == Tab::Reach { reach.clone() } else { Reaching::default() },
            places: if view == Tab::Storage { places.to_vec() } else { Vec::new() },
            storage: if view == Tab::Storage { (storage, prune) } else { Default::default() },
            room: room.size() / scale,
            scale,
            pixels_per_point: ui.ctx().pixels_per_point(),
        };
        let set = (ui.ctx().pixels_per_point(), faces.has_bold());
        if (self.widths.0, self.widths.1) != set {
            self.widths = (set.0, set.1, RefCell::default());
        }
        let measure = InFonts { ctx: ui.ctx(), faces: &faces, known: &self.widths.2 };
        let reduced = ui.style().animation_time == 0.0;
        let state = self.views.entry(view).or_insert_with(View::new);
        if state.of != source {
            let (chosen, lit, room) = (source.chosen.as_ref(), &source.lit, Some(source.room));
            let (reach, places, (storage, prune)) = (&source.reach, &source.places, source.storage);
            let look = Look { chosen, lit, room, reach, places, storage, prune };
            let scene = super::scene_in(view, world, look, words, &measure);
            state.change(scene, source, view, now, reduced);
        }
        state.at = room;
        state.steer(ui, &ground, room);
        ground.widget_info(|| WidgetInfo::labeled(Role::Figure, true, words.say(view.figure())));
        // The name says which picture it is, the description what is to be seen on it.
        ui.ctx().accesskit_node_builder(ground.id, |node| node.set_description(&*state.scene.spoken));
        let picked = state.paint(ui, &ground, room, selection, theme, &faces, now, reduced, (spotlight, live));
        ui.advance_cursor_after_rect(room);
        picked
    }

    /// The buttons that zoom a picture, from right to left.
    pub fn zoom(&mut self, ui: &mut egui::Ui, view: Tab, words: &Words, theme: &Theme) {
        self.views.entry(view).or_insert_with(View::new).buttons(ui, words, theme);
    }

    /// How a picture was seen last; none before it was drawn.
    pub fn seen(&self, view: Tab) -> Option<Seen<'_>> {
        let state = self.views.get(&view)?;
        let transform = state.camera.transform(state.at);
        Some(Seen { scene: &state.scene, transform, view: state.at, focus: state.focus() })
    }

    /// The thing whose shape is pointed at, or has the keys.
    pub fn touched(&self, view: Tab) -> Option<&Entity> {
        self.views.get(&view).and_then(|state| state.touched.as_ref())
    }

    /// The picture in a sentence or two, for a screen reader; empty before it was drawn.
    pub fn spoken(&self, view: Tab) -> &str {
        self.views.get(&view).map_or("", |state| state.scene.spoken.as_str())
    }
}

impl View {
    fn new() -> Self {
        let of = Source {
            world: World::default(),
            lang: Lang::Ko,
            veiled: std::sync::Arc::default(),
            chosen: None,
            lit: Vec::new(),
            reach: Reaching::default(),
            places: Vec::new(),
            storage: Default::default(),
            room: Vec2::ZERO,
            scale: 1.0,
            pixels_per_point: 0.0,
        };
        let scene = Scene::default();
        Self {
            scene,
            of,
            before: Shown::default(),
            after: Shown::default(),
            changed_at: f64::NEG_INFINITY,
            camera: Camera::default(),
            camera_before: Camera::default(),
            at: Rect::ZERO,
            farewell: false,
            forward: true,
            passed: (0, f64::NEG_INFINITY),
            touched: None,
        }
    }

    /// A new scene: what is seen now moves to it. In another room it is there at once.
    fn change(&mut self, scene: Scene, of: Source, tab: Tab, now: f64, reduced: bool) {
        let first = self.of.room == Vec2::ZERO;
        let resized = of.room != self.of.room || of.scale != self.of.scale;
        let was_empty = self.scene.empty;
        self.before = if first { Shown::of(&scene) } else { self.shown(now, reduced) };
        self.camera_before = self.camera_at(now, reduced);
        self.forward = !is_back(&self.of.world, &of.world);
        let unmounted = self.of.world.mounts.keys().any(|key| !of.world.mounts.contains_key(key));
        let removed = self.of.world.containers.keys().any(|id| !of.world.containers.contains_key(id));
        self.farewell = tab == Tab::Storage && self.forward && (unmounted || removed);
        self.after = Shown::of(&scene);
        self.scene = scene;
        self.of = of;
        self.changed_at = if first { f64::NEG_INFINITY } else { now };
        if !self.camera.fits {
            self.camera.keep(self.scene.size, self.view());
        } else if resized || was_empty || self.must_move() {
            self.camera = Camera::fit(self.scene.size, self.view(), self.focus(), self.of.scale);
        }
        if resized {
            self.camera_before = self.camera;
        }
    }

    /// The camera stays where it is as long as all that there is can be seen from there, or at least what changed; and as long as
    /// what is seen is not much smaller than it could be.
    fn must_move(&self) -> bool {
        let (size, room) = (self.scene.size, self.view());
        let fit = Camera::fit(size, room, self.focus(), self.of.scale);
        let all = Rect::from_min_size(egui::Pos2::ZERO, size);
        let enough = if fit.sees(all, room) { Some(all) } else { self.focus() };
        enough.is_some_and(|part| !self.camera.sees(part, room)) || fit.zoom > self.camera.zoom * 1.12
    }

    /// How large the view is, in the window's points.
    fn view(&self) -> Vec2 {
        self.of.room * self.of.scale
    }

    fn focus(&self) -> Option<Rect> {
        let lit = |id: &NodeId| id.entity.as_ref().is_some_and(|e| self.of.lit.contains(e));
        Some(self.after.bounds_of(lit)).filter(|rect| rect.is_positive())
    }

    fn part(&self, now: f64, seconds: f64, reduced: bool) -> f32 {
        if reduced { 1.0 } else { ((now - self.changed_at) / seconds).clamp(0.0, 1.0) as f32 }
    }

    /// How far all is where it will be. While something takes its leave it stays where it is: else it would lie upon that.
    fn moved(&self, now: f64, reduced: bool) -> f32 {
        let waits = if self.farewell { FAREWELL - MOVE } else { 0.0 };
        self.part(now - waits, MOVE, reduced)
    }

    fn shown(&self, now: f64, reduced: bool) -> Shown {
        let t = self.moved(now, reduced);
        let leaving = if self.farewell { self.part(now, FAREWELL, reduced) } else { t };
        if t >= 1.0 && leaving >= 1.0 {
            return self.after.clone();
        }
        let world = self.forward.then_some(&self.of.world);
        self.before.towards(&self.after, ease(t), Leaving { part: leaving, world })
    }

    /// How far the lights have run that show what has passed, 0–1; none when none does.
    fn lights(&mut self, traffic: &Traffic, now: f64, reduced: bool) -> Option<f32> {
        if self.passed.0 != traffic.number() {
            let begins = pulse::any(&self.scene, &self.of.world, traffic);
            self.passed = (traffic.number(), if begins { now } else { f64::NEG_INFINITY });
        }
        let part = (now - self.passed.1) / pulse::RUN;
        (!reduced && part < 1.0).then_some(part as f32)
    }

    fn camera_at(&self, now: f64, reduced: bool) -> Camera {
        self.camera_before.towards(&self.camera, ease(self.moved(now, reduced)))
    }

    #[expect(clippy::too_many_arguments, reason = "what a frame is painted from")]
    fn paint(
        &mut self,
        ui: &mut egui::Ui,
        ground: &Response,
        room: Rect,
        selection: &mut Option<Entity>,
        theme: &Theme,
        faces: &Faces,
        now: f64,
        reduced: bool,
        (spotlight, live): (bool, Live<'_>),
    ) -> Option<Pick> {
        let painter = ui.painter_at(room);
        painter.rect_filled(room, 0, theme.canvas);
        let transform = self.camera_at(now, reduced).transform(room);
        let shown = self.shown(now, reduced);
        let flows = shown.edges.iter().any(|(_, edge, _)| edge.flows);
        let since = now - self.changed_at;
        let clock = (flows && !reduced && since < FLOW).then_some(since);
        let pulse = if reduced { 0.0 } else { 1.0 - self.part(now, PULSE, reduced) };
        let told = stand_ins(&self.scene, &self.of.world, live.told);
        let emphasis =
            Emphasis { lit: &self.of.lit, pulse, selected: selection.as_ref(), told: &told, clock, spotlight };
        let visible = transform.inverse() * room;
        let fine = self.scene.nodes().filter(|n| n.rect.intersects(visible)).count() <= DETAILED;
        paint(&painter, faces, &draw(&shown, theme, &emphasis), transform, fine);
        let runs = live.traffic.is_some_and(|traffic| {
            let part = self.lights(traffic, now, reduced);
            let drawn = pulse::draw((&shown, &self.scene), &self.of.world, traffic, part, theme);
            paint(&painter, faces, &drawn, transform, fine);
            part.is_some()
        });

        let picked = self.touch(ui, ground, room, transform, selection, theme);
        let longest = if self.farewell { FAREWELL } else { MOVE.max(PULSE) };
        if !reduced && (since < longest || clock.is_some() || runs) {
            ui.ctx().request_repaint_after(FRAME);
        }
        picked
    }
}

/// What stands in the picture for these things: themselves, or what they are folded into.
fn stand_ins(scene: &Scene, world: &World, things: &[Entity]) -> Vec<Entity> {
    let is_drawn = |entity: &Entity| scene.shape_of(entity).is_some();
    let of_container = |id: &ContainerId| Some(Entity::Container(id.clone())).filter(is_drawn);
    let stand_in = |entity: &Entity| match entity {
        drawn if is_drawn(drawn) => Some(drawn.clone()),
        Entity::Link(key) => world.links.get(key).and_then(|link| of_container(link.container.as_ref()?)),
        Entity::Route(netns, _) => {
            world.containers.keys().find(|id| world.netns_of(id) == Some(*netns)).and_then(of_container)
        }
        Entity::Network(id) => {
            let bridge = world.networks.get(id).and_then(|network| network.bridge.clone());
            bridge.map(Entity::Link).filter(is_drawn)
        }
        Entity::Port(key) => world.publications.get(key).and_then(|port| of_container(&port.container)),
        // The card that all rules are.
        Entity::Rule(_) => {
            let rules = scene.nodes().filter_map(|node| node.id.entity.clone());
            rules.into_iter().find(|entity| matches!(entity, Entity::Rule(_)))
        }
        _ => None,
    };
    things.iter().filter_map(stand_in).collect()
}

/// Does `after` lie before `before` in its trace? Operations tell; within one, the newest step that is open does, unless it
/// gave way to the one that it was part of: then it is over.
fn is_back(before: &World, after: &World) -> bool {
    let done = |world: &World| (world.ops.len(), world.ops.values().filter(|op| op.outcome.is_some()).count());
    match done(after).cmp(&done(before)) {
        Ordering::Less => return true,
        Ordering::Greater => return false,
        Ordering::Equal => {}
    }
    let newest = |world: &World| world.open_steps.get_max().map(|(id, _)| *id);
    let (Some(old), Some(new)) = (newest(before), newest(after)) else { return false };
    let mut parent = before.open_steps.get(&old).and_then(|step| step.parent);
    while let Some(id) = parent {
        if id == new {
            return false;
        }
        parent = before.open_steps.get(&id).and_then(|step| step.parent);
    }
    new < old
}

/// Slow, fast, slow.
fn ease(t: f32) -> f32 {
    if t < 0.5 { 4.0 * t * t * t } else { 1.0 - (-2.0 * t + 2.0).powi(3) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Body, Event, Op, OpKind, Outcome, Plan, Step, StepKind};

    #[test]
    fn a_step_back_is_told_from_a_step_that_is_over() {
        let request = String::new();
        let op = Op { id: 1, kind: OpKind::ContainerStart, subject: "shell".into(), request };
        let step =
            |id, parent| Body::StepAnnounced { step: Step { id, op: 1, parent, plan: Plan::new(StepKind::Exec, "x") } };
        let ended = |step| Body::StepEnded { step, outcome: Outcome::Done, took: 0 };
        let mut worlds = vec![World::default()];
        let op_ended = Body::OpEnded { op: 1, outcome: Outcome::Done };
        for body in [
            Body::OpBegan { op },
            step(1, None),
            step(2, Some(1)),
            ended(2),
            step(3, Some(1)),
            ended(3),
            ended(1),
            op_ended,
        ] {
            let mut next = worlds[worlds.len() - 1].clone();
            next.apply_event(&Event { seq: 1, at: 0, body }).expect("legal");
            worlds.push(next);
        }
        assert!(worlds.windows(2).all(|pair| !is_back(&pair[0], &pair[1])));
        // From before step 3 to before step 2, and from the end to the beginning.
        assert!(is_back(&worlds[5], &worlds[3]) && is_back(&worlds[8], &worlds[1]));
    }
}
