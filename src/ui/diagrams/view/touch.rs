//! What stands in a picture can be pointed at, clicked and reached by key.

use super::*;
use crate::ui::diagrams::draw::radius;
use crate::ui::diagrams::scene::{Node, Style};
use egui::{Event, EventFilter, Key, WidgetInfo, vec2};

impl View {
    /// Every shape that stands for something can be pointed at, clicked, and reached by key. Returns what was chosen that is no thing of
    /// the World.
    pub(super) fn touch(
        &mut self,
        ui: &mut egui::Ui,
        ground: &Response,
        room: Rect,
        transform: TSTransform,
        selection: &mut Option<Entity>,
        theme: &Theme,
    ) -> Option<Pick> {
        if ground.clicked() {
            *selection = None;
        }
        let base = ground.id.with("shape");
        let (mut picked, mut touched) = (None, [None, None]);
        for node in self.scene.nodes().filter(|node| node.can_be_chosen()) {
            let rect = (transform * node.rect).intersect(room);
            if !rect.is_positive() {
                continue;
            }
            let id = base.with(&node.id);
            let response = ui.interact(rect, id, Sense::click());
            let selected = node.id.entity.is_some() && *selection == node.id.entity;
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &node.label));
            if response.clicked() {
                // The keys stay the debugger's; Tab gives them to a shape.
                choose(node, selection, &mut picked);
            }
            if response.hovered() {
                touched[0].clone_from(&node.id.entity);
                ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
                if node.style != Style::Frame {
                    let stroke = egui::Stroke::new(1.0, theme.text.gamma_multiply(0.35));
                    let round = radius(node) * transform.scaling + 3.0;
                    let painter = ui.painter_at(room);
                    painter.rect_stroke(rect.expand(3.0), round, stroke, egui::StrokeKind::Middle);
                }
            }
            if response.has_focus() {
                touched[1].clone_from(&node.id.entity);
                self.arrows(ui, id, base, node, (selection, &mut picked));
            }
        }
        let [pointed, focused] = touched;
        self.touched = pointed.or(focused);
        picked
    }

    /// Arrow keys go along wires first, then to whatever is nearest in that direction.
    fn arrows(
        &self,
        ui: &egui::Ui,
        id: egui::Id,
        base: egui::Id,
        node: &Node,
        (selection, picked): (&mut Option<Entity>, &mut Option<Pick>),
    ) {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let pressed = ui.input(|input| {
            input.events.iter().find_map(|event| match event {
                Event::Key { key, pressed: true, modifiers, .. } if modifiers.is_none() => direction(*key),
                _ => None,
            })
        });
        let Some(way) = pressed else { return };
        if let Some(next) = self.neighbour(node, way) {
            choose(next, selection, picked);
            ui.memory_mut(|memory| memory.request_focus(base.with(&next.id)));
        }
    }

    fn neighbour(&self, from: &Node, way: Vec2) -> Option<&Node> {
        let at = self.scene.index_of(&from.id)?;
        let wired = self.scene.graph.neighbors_undirected(at).filter_map(|n| self.scene.graph.node_weight(n));
        nearest(from, way, wired).or_else(|| nearest(from, way, self.scene.nodes()))
    }
}

/// A thing of the World is selected; what is none leaves that as it is.
fn choose(node: &Node, selection: &mut Option<Entity>, picked: &mut Option<Pick>) {
    match &node.pick {
        Some(pick) => *picked = Some(pick.clone()),
        None => selection.clone_from(&node.id.entity),
    }
}

fn direction(key: Key) -> Option<Vec2> {
    match key {
        Key::ArrowLeft => Some(vec2(-1.0, 0.0)),
        Key::ArrowRight => Some(vec2(1.0, 0.0)),
        Key::ArrowUp => Some(vec2(0.0, -1.0)),
        Key::ArrowDown => Some(vec2(0.0, 1.0)),
        _ => None,
    }
}

/// The nearest in that direction; what is aside counts as farther away.
fn nearest<'a>(from: &Node, way: Vec2, among: impl Iterator<Item = &'a Node>) -> Option<&'a Node> {
    let cost = |node: &Node| {
        let to = node.rect.center() - from.rect.center();
        let ahead = to.dot(way);
        (ahead > 1.0).then(|| ahead + 2.5 * to.dot(way.rot90()).abs())
    };
    among
        .filter(|node| node.id != from.id && node.can_be_chosen())
        .filter_map(|node| cost(node).map(|cost| (cost, node)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, node)| node)
}
