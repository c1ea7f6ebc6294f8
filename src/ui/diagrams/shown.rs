use super::NodeId;
use super::scene::{Caption, Edge, Node, Scene, Style};
use crate::trace::World;
use egui::{Pos2, Rect};
use std::collections::{HashMap, HashSet};

/// What is seen at one moment: a scene, or something between two.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    pub nodes: Vec<(Node, f32)>,
    pub edges: Vec<(EdgeId, Edge, f32)>,
    pub captions: Vec<(Caption, f32)>,
}

/// How what is in the next scene no more goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaving<'w> {
    /// How far it has gone, 0–1.
    pub part: f32,
    /// The World that the next scene is of: what is not in it was removed, and is struck through. What is only not drawn any more – the
    /// picture is of another thing now, or folds it – fades. None where one stepped back to before it was.
    pub world: Option<&'w World>,
}

impl Leaving<'_> {
    fn removed(&self, id: &NodeId) -> bool {
        self.world.zip(id.entity.as_ref()).is_some_and(|(world, entity)| !world.has(entity))
    }
}

/// The part of the one wire by which a name points at a thing.
pub(super) const POINTS: &str = "points";

/// Names a wire.
pub(super) type EdgeId = (NodeId, NodeId, &'static str);

impl Shown {
    pub fn of(scene: &Scene) -> Self {
        Self {
            nodes: scene.nodes().map(|n| (n.clone(), 1.0)).collect(),
            edges: scene.edges().map(|(a, b, e)| ((a.id.clone(), b.id.clone(), e.part), e.clone(), 1.0)).collect(),
            captions: scene.captions.iter().map(|c| (c.clone(), 1.0)).collect(),
        }
    }

    /// Between this and `after`: `t` from 0 to 1, eased by the caller. What appears fades in, what goes fades out as far
    /// as `leaving` says, and what stays moves from where it was to where it is.
    pub fn towards(&self, after: &Self, t: f32, leaving: Leaving<'_>) -> Self {
        let mut shown = Self::default();
        let stays: HashSet<&NodeId> = after.nodes.iter().map(|(node, _)| &node.id).collect();
        let before: HashMap<&NodeId, &(Node, f32)> = self.nodes.iter().map(|old| (&old.0.id, old)).collect();
        // What comes where something goes waits until that has gone: two texts upon each other cannot be read.
        let lies_on = |one: &Node, other: &Node| one.rect.shrink(2.0).intersects(other.rect.shrink(2.0));
        let writes = |node: &Node| !node.texts.is_empty() && !matches!(node.style, Style::Frame | Style::DashedFrame);
        let going: Vec<&Node> =
            self.nodes.iter().map(|(node, _)| node).filter(|node| !stays.contains(&node.id)).collect();
        // What says something else now comes as well.
        let said = |node: &Node| node.texts.iter().map(|text| text.text.clone()).collect::<Vec<_>>();
        let is_new = |node: &Node| before.get(&node.id).is_none_or(|(old, _)| said(old) != said(node));
        let coming: Vec<&Node> = after.nodes.iter().map(|(node, _)| node).filter(|node| is_new(node)).collect();
        let yields =
            |node: &Node, to: &[&Node]| writes(node) && to.iter().any(|other| writes(other) && lies_on(node, other));
        for (node, _) in &self.nodes {
            if !stays.contains(&node.id) && leaving.part < 1.0 {
                let soon = if yields(node, &coming) { (leaving.part * 2.0).min(1.0) } else { leaving.part };
                let mut gone = node.clone();
                if leaving.removed(&node.id) {
                    let frame = matches!(node.style, Style::Frame | Style::DashedFrame);
                    gone.style = if frame { Style::DashedFrame } else { Style::Ghost };
                    gone.progress = None;
                    gone.texts.iter_mut().for_each(|text| text.struck = true);
                }
                shown.nodes.push((gone, 1.0 - soon * soon));
            }
        }
        for (node, alpha) in &after.nodes {
            let mut node = node.clone();
            let waits = is_new(&node) && yields(&node, &going);
            let late = alpha * (t * 2.0 - 1.0).max(0.0);
            let alpha = match before.get(&node.id) {
                Some((old, from)) => {
                    node.rect = old.rect.lerp_towards(&node.rect, t);
                    node.progress = mix_progress(old.progress, node.progress, t);
                    if waits { late } else { egui::lerp(*from..=*alpha, t) }
                }
                None if waits => late,
                None => alpha * t,
            };
            shown.nodes.push((node, alpha));
        }
        shown.edges = self.edges_towards(after, t);
        shown.captions = after
            .captions
            .iter()
            .map(|(c, alpha)| {
                let there = self.captions.iter().any(|(old, _)| old.text.text == c.text.text);
                (c.clone(), if there { *alpha } else { alpha * t })
            })
            .collect();
        shown
    }

    /// What a name points at now is another thing than before: the arrow that it had, which swings over.
    fn swings(&self, id: &EdgeId, gone: &[&EdgeId]) -> Option<&(EdgeId, Edge, f32)> {
        let moved = |old: &&&EdgeId| id.2 == POINTS && old.2 == POINTS && old.0 == id.0;
        let old = gone.iter().find(moved)?;
        self.edges.iter().find(|(other, ..)| other == *old)
    }

    fn edges_towards(&self, after: &Self, t: f32) -> Vec<(EdgeId, Edge, f32)> {
        let stays: HashSet<&EdgeId> = after.edges.iter().map(|(id, ..)| id).collect();
        let known: HashMap<&EdgeId, &(EdgeId, Edge, f32)> = self.edges.iter().map(|old| (&old.0, old)).collect();
        let gone_ids: Vec<&EdgeId> = self.edges.iter().map(|(id, ..)| id).filter(|id| !stays.contains(id)).collect();
        let new = after.edges.iter().filter(|(id, ..)| !known.contains_key(id));
        let swung: Vec<&EdgeId> = new.filter_map(|(id, ..)| self.swings(id, &gone_ids)).map(|(id, ..)| id).collect();
        let gone = self.edges.iter().filter(|(id, ..)| gone_ids.contains(&id) && !swung.contains(&id));
        let leaving = gone.filter(|_| t < 1.0).map(|(id, edge, alpha)| (id.clone(), edge.clone(), alpha * (1.0 - t)));
        let mut edges: Vec<_> = leaving.collect();
        edges.extend(after.edges.iter().map(|(id, edge, alpha)| {
            let mut edge = edge.clone();
            let before = known.get(id).copied().or_else(|| self.swings(id, &gone_ids));
            let alpha = before.map_or(alpha * t, |(.., from)| egui::lerp(*from..=*alpha, t));
            if let Some((_, old, _)) = before.filter(|_| t < 1.0) {
                edge.route = mix_route(&old.route, &edge.route, t);
                if let (Some(new), Some(old)) = (&mut edge.label, &old.label) {
                    let shift = (old.rect.min - new.rect.min) * (1.0 - t);
                    new.rect = new.rect.translate(shift);
                    new.text.at += shift;
                }
            }
            (id.clone(), edge, alpha)
        }));
        edges
    }
}

fn mix_progress(from: Option<f32>, to: Option<f32>, t: f32) -> Option<f32> {
    match (from, to) {
        (None, None) => None,
        (from, to) => {
            let part = egui::lerp(from.unwrap_or(0.0)..=to.unwrap_or(0.0), t);
            (to.is_some() || part > 0.001).then_some(part)
        }
    }
}

/// Corner by corner when both have as many, else point by point along their lengths.
fn mix_route(from: &[Pos2], to: &[Pos2], t: f32) -> Vec<Pos2> {
    if from.len() == to.len() {
        return from.iter().zip(to).map(|(a, b)| a.lerp(*b, t)).collect();
    }
    let steps = 32;
    let at = |i: usize| i as f32 / steps as f32;
    (0..=steps).map(|i| along(from, at(i)).lerp(along(to, at(i)), t)).collect()
}

/// The point that far along a route, 0–1.
pub(super) fn along(route: &[Pos2], part: f32) -> Pos2 {
    let length: f32 = route.windows(2).map(|w| w[0].distance(w[1])).sum();
    let mut left = length * part;
    for pair in route.windows(2) {
        let step = pair[0].distance(pair[1]);
        if left <= step && step > 0.0 {
            return pair[0].lerp(pair[1], left / step);
        }
        left -= step;
    }
    route.last().copied().unwrap_or_default()
}

/// How long a route is.
pub(super) fn length(route: &[Pos2]) -> f32 {
    route.windows(2).map(|w| w[0].distance(w[1])).sum()
}

/// Where everything of it is.
impl Shown {
    pub fn bounds_of(&self, of: impl Fn(&NodeId) -> bool) -> Rect {
        self.nodes.iter().filter(|(n, _)| of(&n.id)).fold(Rect::NOTHING, |all, (n, _)| all.union(n.rect))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::Tint;
    use super::*;
    use crate::trace::{Entity, log};
    use egui::{pos2, vec2};

    #[test]
    fn what_is_only_not_drawn_any_more_is_not_struck_through() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traces/04-life.ndjson");
        let trace = log::read(std::io::BufReader::new(std::fs::File::open(path).unwrap())).unwrap().trace;
        let two = (0..=trace.len()).map(|at| trace.seek(at)).find(|world| world.containers.len() == 2).unwrap();
        let end = trace.head();
        let id = two.containers.keys().next().unwrap().clone();
        assert!(!end.containers.contains_key(&id));
        let node = |id: NodeId| {
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 20.0));
            let at = pos2(5.0, 10.0);
            let text = super::super::scene::Text::new(
                at,
                super::super::scene::Font::Small,
                super::super::scene::Ink::Weak,
                "x",
            );
            (Node::new(id, rect, Tint::Plain, Style::Solid).text(text), 1.0)
        };
        let ids = [NodeId::part(Entity::Container(id), "kernel"), NodeId::named("frame")];
        let before = Shown { nodes: ids.map(node).into(), ..Shown::default() };
        let struck = |world: Option<&World>| {
            let shown = before.towards(&Shown::default(), 0.5, Leaving { part: 0.5, world });
            shown.nodes.iter().map(|(node, _)| node.texts[0].struck).collect::<Vec<_>>()
        };
        assert_eq!(struck(Some(&two)), [false, false], "another container's turn");
        assert_eq!(struck(Some(end)), [true, false], "removed");
        assert_eq!(struck(None), [false, false], "stepped back");
    }
}
