//! Shapes become strokes, fills and texts here, once, for the window and for files.

use super::NodeId;
use super::scene::{Anchor, Bar, Edge, End, Fill, Font, Ink, Line, Node, Style, Text, Tint};
use super::shown::{Shown, along, length};
use crate::trace::Entity;
use crate::ui::theme::Theme;
use egui::{Color32, Pos2, Rect, Vec2, pos2, vec2};
use std::collections::{HashMap, HashSet};

/// Something to draw. Places are the scene's own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Draw {
    /// A box with round corners.
    Box { rect: Rect, radius: f32, fill: Color32, stroke: Stroke },
    /// A line through points.
    Line { points: Vec<Pos2>, stroke: Stroke },
    /// A filled area.
    Area { points: Vec<Pos2>, fill: Color32 },
    /// A disc.
    Dot { center: Pos2, radius: f32, fill: Color32, stroke: Stroke },
    /// A line of text.
    Text { at: Pos2, anchor: Anchor, font: Font, color: Color32, text: String, struck: bool },
}

/// A line's look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    pub width: f32,
    pub color: Color32,
    pub dashed: bool,
}

impl Stroke {
    pub const NONE: Self = Self { width: 0.0, color: Color32::TRANSPARENT, dashed: false };

    fn new(width: f32, color: Color32) -> Self {
        Self { width, color, dashed: false }
    }

    fn dashed(self, dashed: bool) -> Self {
        Self { dashed, ..self }
    }
}

/// What is emphasised now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Emphasis<'a> {
    /// What the last event changed.
    pub lit: &'a [Entity],
    /// How fresh that is: 1 at first, 0 when it has settled.
    pub pulse: f32,
    /// What was chosen.
    pub selected: Option<&'a Entity>,
    /// What a line of a terminal speaks of that is pointed at.
    pub told: &'a [Entity],
    /// Seconds, for what moves along wires; none when it stands still.
    pub clock: Option<f64>,
    /// What did not change is dimmed.
    pub spotlight: bool,
}

impl Emphasis<'_> {
    pub const NONE: Emphasis<'static> =
        Emphasis { lit: &[], pulse: 0.0, selected: None, told: &[], clock: None, spotlight: false };
}

/// All of it, back to front.
pub(super) fn draw(shown: &Shown, theme: &Theme, emphasis: &Emphasis<'_>) -> Vec<Draw> {
    let dimmed = if emphasis.spotlight { spotlit(shown, emphasis.lit) } else { None };
    let shown = dimmed.as_ref().unwrap_or(shown);
    let mut out = Vec::new();
    let is_frame = |node: &Node| matches!(node.style, Style::Frame | Style::DashedFrame);
    for (node, alpha) in shown.nodes.iter().filter(|(n, _)| is_frame(n)) {
        self::node(&mut out, theme, node, *alpha, emphasis);
    }
    // What went wrong lies on top of the wires that it shares its way with.
    let wrong = |edge: &Edge| edge.tint == Tint::Bad;
    let in_order =
        shown.edges.iter().filter(|(_, e, _)| !wrong(e)).chain(shown.edges.iter().filter(|(_, e, _)| wrong(e)));
    for (_, edge, alpha) in in_order {
        self::edge(&mut out, theme, edge, *alpha, emphasis.clock);
    }
    for (node, alpha) in shown.nodes.iter().filter(|(n, _)| !is_frame(n)) {
        self::node(&mut out, theme, node, *alpha, emphasis);
    }
    for (_, edge, alpha) in &shown.edges {
        ends(&mut out, theme, edge, *alpha);
    }
    for (caption, alpha) in &shown.captions {
        text(&mut out, theme, &caption.text, Vec2::ZERO, *alpha, false);
    }
    out
}

/// How much is left of what stands outside the light.
const OUTSIDE: f32 = 0.5;

/// All but what changed, what holds it, what it holds and its wires, dimmed. None when nothing that is drawn changed.
fn spotlit(shown: &Shown, lit: &[Entity]) -> Option<Shown> {
    let own = |node: &Node| node.id.entity.as_ref().is_some_and(|entity| lit.contains(entity));
    let bright: HashSet<&NodeId> = shown.nodes.iter().filter(|(node, _)| own(node)).map(|(node, _)| &node.id).collect();
    if bright.is_empty() {
        return None;
    }
    let parents: HashMap<&NodeId, &NodeId> =
        shown.nodes.iter().filter_map(|(node, _)| Some((&node.id, node.parent.as_ref()?))).collect();
    let above = |id: &NodeId| {
        std::iter::successors(parents.get(id).copied(), |id| parents.get(id).copied()).any(|up| bright.contains(up))
    };
    let holds: HashSet<&NodeId> = bright
        .iter()
        .flat_map(|id| std::iter::successors(parents.get(*id).copied(), |id| parents.get(id).copied()))
        .collect();
    let is_bright = |id: &NodeId| bright.contains(id) || holds.contains(id) || above(id);
    let dim = |bright: bool, alpha: f32| if bright { alpha } else { alpha * OUTSIDE };
    Some(Shown {
        nodes: shown.nodes.iter().map(|(node, alpha)| (node.clone(), dim(is_bright(&node.id), *alpha))).collect(),
        edges: shown
            .edges
            .iter()
            .map(|(id, edge, alpha)| {
                (id.clone(), edge.clone(), dim(bright.contains(&id.0) || bright.contains(&id.1), *alpha))
            })
            .collect(),
        captions: shown.captions.iter().map(|(caption, alpha)| (caption.clone(), dim(false, *alpha))).collect(),
    })
}

pub(super) fn tint(theme: &Theme, tint: Tint) -> Color32 {
    match tint {
        Tint::Plain => theme.weak,
        Tint::Family(family) => theme.family(family),
        Tint::Good => theme.good,
        Tint::Warn => theme.warn,
        Tint::Bad => theme.bad,
    }
}

fn fill(theme: &Theme, node: &Node) -> Color32 {
    let deep = |part: f32| match node.tint {
        Tint::Plain => theme.card,
        other => theme.canvas.lerp_to_gamma(tint(theme, other), if theme.dark { part } else { part * 0.62 }),
    };
    match node.style {
        Style::Solid if node.progress.is_some() => deep(0.07),
        Style::Solid => deep(0.10),
        Style::Strong => deep(0.22),
        Style::Dim | Style::Dashed => deep(0.055),
        Style::Frame => theme.canvas.lerp_to_gamma(theme.card, 0.38),
        Style::DashedFrame => theme.canvas.lerp_to_gamma(theme.card, 0.18),
        Style::Ghost | Style::Bare => Color32::TRANSPARENT,
    }
}

fn outline(theme: &Theme, node: &Node) -> Stroke {
    let line = match node.tint {
        Tint::Plain => theme.line.lerp_to_gamma(theme.weak, 0.25),
        other => tint(theme, other),
    };
    let quiet = theme.line.lerp_to_gamma(line, 0.45);
    match node.style {
        Style::Strong => Stroke::new(1.8, line),
        Style::Solid => Stroke::new(1.2, line.lerp_to_gamma(theme.canvas, 0.12)),
        Style::Dim => Stroke::new(1.0, quiet),
        Style::Dashed => Stroke::new(1.2, line).dashed(true),
        Style::Ghost => Stroke::new(1.0, quiet).dashed(true),
        Style::Frame => Stroke::new(1.1, quiet),
        Style::DashedFrame => Stroke::new(1.1, quiet).dashed(true),
        Style::Bare => Stroke::NONE,
    }
}

/// How round a shape's corners are.
pub(super) fn radius(node: &Node) -> f32 {
    match node.style {
        Style::Frame | Style::DashedFrame => 14.0,
        Style::Bare => 4.0,
        _ => 9.0_f32.min(node.rect.height() / 2.0),
    }
}

fn node(out: &mut Vec<Draw>, theme: &Theme, node: &Node, alpha: f32, emphasis: &Emphasis<'_>) {
    let (rect, radius) = (node.rect, radius(node));
    let entity = node.id.entity.as_ref();
    let lit = node.id.part.is_empty() && entity.is_some_and(|e| emphasis.lit.contains(e));
    let selected = node.id.part.is_empty() && entity.is_some() && entity == emphasis.selected;
    let fade = |color: Color32| color.gamma_multiply(alpha);
    if lit && node.style == Style::Bare {
        // A line of a list: rings around each of several would be read as one grid.
        let fill = fade(theme.text.gamma_multiply(0.10 + 0.16 * emphasis.pulse));
        out.push(Draw::Box { rect: rect.expand2(vec2(4.0, -0.5)), radius: 5.0, fill, stroke: Stroke::NONE });
    } else if lit {
        halo(
            out,
            rect,
            radius,
            fade(if node.tint == Tint::Plain { theme.text } else { tint(theme, node.tint) }),
            emphasis.pulse,
        );
    }
    let mut stroke = outline(theme, node);
    if lit {
        stroke = Stroke::new(1.8 + 0.8 * emphasis.pulse, theme.text);
    }
    if selected {
        stroke = Stroke::new(2.2, theme.accent);
    }
    stroke.color = fade(stroke.color);
    let bare = node.style == Style::Bare && !selected;
    if !bare {
        let (rect, radius) =
            if node.style == Style::Bare { (rect.expand2(vec2(6.0, 1.0)), 6.0) } else { (rect, radius) };
        let body = fade(fill(theme, node));
        out.push(Draw::Box { rect, radius, fill: body, stroke: Stroke::NONE });
        if let Some(part) = node.progress.filter(|p| *p > 0.0) {
            let full = theme.canvas.lerp_to_gamma(tint(theme, node.tint), if theme.dark { 0.30 } else { 0.17 });
            let width = (rect.width() * part.clamp(0.0, 1.0)).max(2.0 * radius);
            let filled = Rect::from_min_size(rect.min, vec2(width, rect.height()));
            out.push(Draw::Box { rect: filled, radius, fill: fade(full), stroke: Stroke::NONE });
        }
        out.push(Draw::Box { rect, radius, fill: Color32::TRANSPARENT, stroke });
        if let Some(crack) = node.crack {
            self::crack(out, rect, crack, fade(theme.bad), fade(theme.canvas));
        }
        if selected {
            let ring = Stroke::new(1.0, fade(theme.accent.gamma_multiply(0.45)));
            out.push(Draw::Box {
                rect: rect.expand(3.5),
                radius: radius + 3.5,
                fill: Color32::TRANSPARENT,
                stroke: ring,
            });
        }
    }
    if node.id.part.is_empty() && entity.is_some_and(|entity| emphasis.told.contains(entity)) {
        // Two lines, as the terminal's has one on either side.
        let ring = |by: f32| Draw::Box {
            rect: rect.expand(by),
            radius: radius + by,
            fill: Color32::TRANSPARENT,
            stroke: Stroke::new(1.6, fade(theme.accent)),
        };
        out.extend([ring(2.0), ring(5.0)]);
    }
    node.bars.iter().for_each(|bar| self::bar(out, theme, bar, rect.min.to_vec2(), alpha));
    let dim = matches!(node.style, Style::Ghost);
    node.texts.iter().for_each(|text| self::text(out, theme, text, rect.min.to_vec2(), alpha, dim));
}

/// As long as the amount that it stands for; hollow when that is too little to be seen.
fn bar(out: &mut Vec<Draw>, theme: &Theme, bar: &Bar, offset: Vec2, alpha: f32) {
    let rect = bar.rect.translate(offset);
    let color = tint(theme, bar.tint).gamma_multiply(alpha);
    let radius = (rect.height() / 2.0).min(rect.width() / 2.0).min(2.0);
    match bar.fill {
        Fill::Full => out.push(Draw::Box { rect, radius, fill: color, stroke: Stroke::NONE }),
        Fill::Hollow => {
            out.push(Draw::Box { rect, radius, fill: Color32::TRANSPARENT, stroke: Stroke::new(1.0, color) });
        }
        Fill::Hatched => {
            let fill = color.gamma_multiply(0.22);
            out.push(Draw::Box { rect, radius, fill, stroke: Stroke::new(1.0, color) });
            let lines = hatched(rect).into_iter().map(Vec::from);
            out.extend(lines.map(|points| Draw::Line { points, stroke: Stroke::new(1.2, color) }));
        }
    }
}

/// Lines that rise to the right, as far as they are in it.
fn hatched(rect: Rect) -> Vec<[Pos2; 2]> {
    const APART: f32 = 5.0;
    let high = rect.height();
    let begins = |nth: u16| rect.left() - high + APART * f32::from(nth);
    let inside = |x: f32| {
        let (from, to) = ((rect.left() - x).max(0.0), (rect.right() - x).min(high));
        (from < to).then(|| [from, to].map(|t| pos2(x + t, rect.bottom() - t)))
    };
    (1..u16::MAX).map(begins).take_while(|x| *x < rect.right()).filter_map(inside).collect()
}

/// A jagged line from the upper edge to where it ends, with a gap beside it.
fn crack(out: &mut Vec<Draw>, rect: Rect, end: Vec2, color: Color32, gap: Color32) {
    const TEETH: [f32; 6] = [0.0, 7.0, -6.0, 8.0, -4.0, 2.0];
    let steps = (TEETH.len() - 1) as f32;
    let x = rect.left() + end.x;
    let at = |i: usize, tooth: f32| pos2(x + tooth, rect.top() + end.y * i as f32 / steps);
    let points: Vec<Pos2> = TEETH.iter().enumerate().map(|(i, tooth)| at(i, *tooth)).collect();
    out.push(Draw::Line { points: points.clone(), stroke: Stroke::new(4.5, gap) });
    out.push(Draw::Line { points, stroke: Stroke::new(1.8, color) });
}

/// Light around a shape: three rings that grow fainter.
fn halo(out: &mut Vec<Draw>, rect: Rect, radius: f32, color: Color32, pulse: f32) {
    for ring in 1_u8..=3 {
        let grow = f32::from(ring) * (2.0 + 2.0 * pulse);
        let stroke = Stroke::new(2.0 + 1.5 * pulse, color.gamma_multiply((0.26 + 0.2 * pulse) / f32::from(ring)));
        out.push(Draw::Box { rect: rect.expand(grow), radius: radius + grow, fill: Color32::TRANSPARENT, stroke });
    }
}

fn text(out: &mut Vec<Draw>, theme: &Theme, text: &Text, offset: Vec2, alpha: f32, dim: bool) {
    let color = match text.ink {
        Ink::Strong => theme.text,
        Ink::Weak => theme.weak,
        Ink::Tint(Tint::Plain) => theme.weak,
        Ink::Tint(of) => tint(theme, of),
    };
    let color = color.gamma_multiply(alpha * if dim { 0.85 } else { 1.0 });
    let mut at = text.at + offset;
    if let Some(mark) = text.mark {
        let side = text.font.size() * 0.82;
        let room = text.font.size() + 4.0;
        let left = match text.anchor {
            Anchor::Left => at.x,
            Anchor::Center => at.x - room / 2.0,
            // Behind the words, at the edge that they are set against.
            Anchor::Right => at.x - side,
        };
        match text.anchor {
            Anchor::Left => at.x += room,
            Anchor::Center => {}
            Anchor::Right => at.x -= room,
        }
        let corner = pos2(left, at.y - side / 2.0);
        for line in mark.lines() {
            let points = line.iter().map(|(x, y)| corner + vec2(x * side, y * side)).collect();
            out.push(Draw::Line { points, stroke: Stroke::new(1.5, color) });
        }
    }
    out.push(Draw::Text {
        at,
        anchor: text.anchor,
        font: text.font,
        color,
        text: text.text.clone(),
        struck: text.struck,
    });
}

fn edge_stroke(theme: &Theme, edge: &Edge, alpha: f32) -> Stroke {
    let color = match edge.tint {
        Tint::Plain => theme.weak,
        other => tint(theme, other),
    };
    let dim = theme.line.lerp_to_gamma(color, 0.30);
    let stroke = match edge.line {
        Line::Solid => Stroke::new(1.8, color),
        Line::Dim => Stroke::new(1.2, dim),
        Line::Dashed => Stroke::new(1.5, color).dashed(true),
        Line::Cable => Stroke::new(3.4, color),
        Line::CableDown => Stroke::new(2.2, theme.line.lerp_to_gamma(color, 0.55)).dashed(true),
    };
    Stroke { color: stroke.color.gamma_multiply(alpha), ..stroke }
}

fn edge(out: &mut Vec<Draw>, theme: &Theme, edge: &Edge, alpha: f32, clock: Option<f64>) {
    let stroke = edge_stroke(theme, edge, alpha);
    let route = rounded(&edge.route, 9.0);
    if edge.flows {
        let length = length(&route).max(1.0);
        let count = (length / 64.0).clamp(2.0, 14.0) as usize;
        let shift = clock.map_or(0.35, |t| (t * 0.9).fract() as f32);
        out.push(Draw::Line {
            points: route.clone(),
            stroke: Stroke { color: stroke.color.gamma_multiply(0.55), ..stroke },
        });
        for i in 0..count {
            let center = along(&route, (i as f32 + shift) / count as f32);
            out.push(Draw::Dot { center, radius: 3.4, fill: stroke.color, stroke: Stroke::NONE });
        }
    } else if let Some(at) = edge.broken {
        broken(out, &route, at, stroke);
    } else {
        out.push(Draw::Line { points: route, stroke });
    }
    if let Some(label) = &edge.label {
        text(out, theme, &label.text, Vec2::ZERO, alpha, false);
    }
}

/// Two pieces with a gap between them, each cut off by a slanting stroke.
fn broken(out: &mut Vec<Draw>, route: &[Pos2], at: f32, stroke: Stroke) {
    const GAP: f32 = 9.0;
    let whole = length(route).max(1.0);
    let half = (GAP / whole / 2.0).min(0.3);
    let at = at.clamp(half, 1.0 - half);
    for (from, to, edge) in [(0.0, at - half, at - half), (at + half, 1.0, at + half)] {
        let mut points = vec![along(route, from)];
        let mut far = 0.0;
        for pair in route.windows(2) {
            far += pair[0].distance(pair[1]) / whole;
            if far > from && far < to {
                points.push(pair[1]);
            }
        }
        points.push(along(route, to));
        out.push(Draw::Line { points, stroke });
        let way = (along(route, (edge + 0.01).min(1.0)) - along(route, (edge - 0.01).max(0.0))).normalized();
        let slant = (way + way.rot90() * 2.0).normalized() * 6.0;
        let end = along(route, edge);
        let bar = Stroke { width: 2.2, dashed: false, ..stroke };
        out.push(Draw::Line { points: vec![end - slant, end + slant], stroke: bar });
    }
}

fn ends(out: &mut Vec<Draw>, theme: &Theme, edge: &Edge, alpha: f32) {
    let stroke = edge_stroke(theme, edge, alpha);
    let route = &edge.route;
    let (Some(first), Some(last)) = (route.first(), route.last()) else { return };
    let before_last = route[route.len().saturating_sub(2)];
    let after_first = route[1.min(route.len() - 1)];
    for (end, at, from) in [(edge.ends[0], *first, after_first), (edge.ends[1], *last, before_last)] {
        match end {
            End::Open => {}
            End::Dot => {
                let ring = Stroke::new(2.0, stroke.color);
                out.push(Draw::Dot { center: at, radius: 4.6, fill: theme.canvas.gamma_multiply(alpha), stroke: ring });
            }
            End::Arrow => {
                let way = (at - from).normalized();
                let (back, side) = (at - way * 9.0, way.rot90() * 4.6);
                out.push(Draw::Area { points: vec![at, back + side, back - side], fill: stroke.color });
            }
        }
    }
}

/// The same route with round corners.
pub(super) fn rounded(route: &[Pos2], radius: f32) -> Vec<Pos2> {
    // A curve comes as many points; its corners are none.
    if route.len() < 3 || route.len() > 12 {
        return route.to_vec();
    }
    let mut points = vec![route[0]];
    for corner in route.windows(3) {
        let [a, b, c] = [corner[0], corner[1], corner[2]];
        let radius = radius.min(a.distance(b) / 2.0).min(b.distance(c) / 2.0);
        let (start, end) = (b + (a - b).normalized() * radius, b + (c - b).normalized() * radius);
        for i in 0..=6 {
            let t = i as f32 / 6.0;
            points.push(start.lerp(b, t).lerp(b.lerp(end, t), t));
        }
    }
    points.extend(route.last());
    points
}
