use super::scene::{Anchor, Bar, Caption, Edge, End, Font, Ink, Line, Node, Pick, Scene, Style, Text, Tint};
use super::{Glyph, Look, Measure, NodeId};
use crate::i18n::Words;
use crate::spec::visible;
use crate::trace::Entity;
use egui::{Pos2, Rect, Vec2, pos2, vec2};
use std::borrow::Cow;

/// How much of everything is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// All that is known.
    Full,
    /// Small cards; what stands beside the point is folded into one card each.
    Less,
    /// Like things are one card with their number; only what the eye is led to is open.
    Least,
    /// A line each, but what the eye is led to: for pictures that are no list, so that nothing of them can be counted instead.
    Bare,
    /// A line each for that, too, and no more shapes than a picture twice as large has room for: before a class.
    Thin,
}

/// Where a layout puts its shapes: the scene so far, the words, how wide they are, how much room there is and how much to draw.
pub(super) struct Stage<'a> {
    pub scene: Scene,
    pub words: &'a Words,
    pub detail: Detail,
    pub look: Look<'a>,
    measure: &'a dyn Measure,
}

impl<'a> Stage<'a> {
    pub fn new(words: &'a Words, measure: &'a dyn Measure, look: Look<'a>, detail: Detail) -> Self {
        Self { scene: Scene::default(), words, detail, look, measure }
    }

    /// Everything has the room that it wants.
    pub fn is_full(&self) -> bool {
        self.detail == Detail::Full
    }

    /// Free room around everything.
    pub fn margin(&self) -> f32 {
        match self.detail {
            Detail::Full => MARGIN,
            Detail::Less | Detail::Least | Detail::Bare => MARGIN_LESS,
            Detail::Thin => MARGIN_THIN,
        }
    }

    /// How wide the picture may be; `otherwise` where it has no end.
    pub fn wide(&self, otherwise: f32) -> f32 {
        self.look.room.map_or(otherwise, |room| room.x)
    }

    /// The eye is led there: it was chosen, or has just changed.
    pub fn is_open(&self, entity: &Entity) -> bool {
        self.look.chosen == Some(entity) || self.look.lit.contains(entity)
    }

    /// The eye is led to one of these.
    pub fn any_open(&self, is: impl Fn(&Entity) -> bool) -> bool {
        self.look.chosen.is_some_and(&is) || self.look.lit.iter().any(is)
    }

    /// Which layer lies on which is being asked: no number and no place says it.
    pub fn hides_order(&self) -> bool {
        self.words.is_veiled("scene-stack-direction")
    }

    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    pub fn say_with(&self, key: &str, vars: &[(&str, &str)]) -> String {
        self.words.say_with(key, vars)
    }

    pub fn width(&self, text: &str, font: Font) -> f32 {
        self.measure.width(&visible::line(text), font)
    }

    /// The text, cut at its end until it is no wider.
    pub fn fit(&self, text: &str, font: Font, width: f32) -> String {
        let text = &*visible::line(text);
        self.cut(text, font, width, |kept| {
            let head: String = text.chars().take(kept).collect();
            format!("{head}…")
        })
    }

    /// A state's words, never cut: what it is without why where there is no room for both, and nothing where there is none for
    /// that; its sign says the same.
    pub fn state(&self, words: &str, font: Font, width: f32) -> String {
        let short = words.split(" · ").next().unwrap_or(words);
        let shortest = short.split(" (").next().unwrap_or(short);
        let fits = |text: &&str| self.width(text, font) <= width;
        [words, short, shortest].into_iter().find(fits).unwrap_or_default().to_owned()
    }

    /// The text, cut in its middle: for paths and names whose ends tell them apart.
    pub fn fit_middle(&self, text: &str, font: Font, width: f32) -> String {
        let text = &*visible::line(text);
        let count = text.chars().count();
        self.cut(text, font, width, |kept| {
            let tail = kept.div_ceil(2);
            let head: String = text.chars().take(kept - tail).collect();
            let tail: String = text.chars().skip(count - tail).collect();
            format!("{head}…{tail}")
        })
    }

    /// As much as fits of a text that does not fit whole: found from about where it must be, as each text that is measured costs.
    fn cut(&self, text: &str, font: Font, width: f32, cut: impl Fn(usize) -> String) -> String {
        let whole = self.width(text, font);
        if whole <= width {
            return text.to_owned();
        }
        let fits = |kept: usize| self.width(&cut(kept), font) <= width;
        let count = text.chars().count();
        let guess = ((count as f32 * width / whole) as usize).clamp(1, count.max(2) - 1);
        let (mut high, mut step) = (count, 1);
        let mut low = guess;
        if fits(guess) {
            while low + step < high && fits(low + step) {
                (low, step) = (low + step, step * 2);
            }
            high = high.min(low + step);
        } else {
            high = guess;
            while step < high && !fits(high - step) {
                (high, step) = (high - step, step * 2);
            }
            low = high.saturating_sub(step);
        }
        while low + 1 < high {
            let middle = usize::midpoint(low, high);
            if fits(middle) { low = middle } else { high = middle }
        }
        cut(low)
    }

    pub fn add(&mut self, node: Node) -> NodeId {
        let id = node.id.clone();
        self.scene.add(node);
        id
    }

    pub fn wire(&mut self, from: &NodeId, to: &NodeId, edge: Edge) {
        self.scene.connect(from, to, edge);
    }

    /// Text that belongs to no shape.
    pub fn caption(&mut self, text: Text) {
        let caption = self.captioned(text);
        self.scene.captions.push(caption);
    }

    /// A text with the room that it takes.
    pub fn captioned(&self, text: Text) -> Caption {
        let mark = if text.mark.is_some() { text.font.size() + 4.0 } else { 0.0 };
        let size = vec2(self.width(&text.text, text.font) + mark, text.font.size() * 1.3);
        let left = match text.anchor {
            Anchor::Left => text.at.x,
            Anchor::Center => text.at.x - size.x / 2.0,
            Anchor::Right => text.at.x - size.x,
        };
        Caption { rect: Rect::from_min_size(pos2(left, text.at.y - size.y / 2.0), size), text }
    }

    /// Words broken into lines that are no wider. Korean breaks between words as well.
    pub fn wrap(&self, text: &str, font: Font, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let line = lines.last().map(String::as_str).unwrap_or_default();
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if line.is_empty() || self.width(&longer, font) <= width {
                lines.pop();
                lines.push(longer);
            } else {
                lines.push(word.to_owned());
            }
        }
        lines
    }

    /// The scene, its size computed.
    pub fn done(mut self, spoken: String) -> Scene {
        let nodes = self.scene.nodes().map(|node| node.rect);
        let all = nodes.chain(self.scene.captions.iter().map(|c| c.rect)).fold(Rect::NOTHING, Rect::union);
        let size = if all.is_positive() { all.max.to_vec2() + Vec2::splat(self.margin()) } else { Vec2::ZERO };
        let routes = self.scene.graph.edge_weights().flat_map(|edge| &edge.route);
        self.scene.size = routes.fold(size, |size, at| size.max(at.to_vec2() + Vec2::splat(BESIDE_WIRE)));
        self.scene.spoken = seen(spoken);
        self.scene
    }

    /// A scene that says what will be seen here.
    pub fn nothing(mut self, [title, hint]: [&str; 2]) -> Scene {
        let (title, hint) = (self.say(title), self.say(hint));
        self.caption(Text::new(pos2(320.0, 120.0), Font::Heading, Ink::Strong, &title).anchored(Anchor::Center));
        for (row, line) in self.wrap(&hint, Font::Word, 420.0).into_iter().enumerate() {
            let at = pos2(320.0, 152.0 + 22.0 * row as f32);
            self.caption(Text::new(at, Font::Word, Ink::Weak, line).anchored(Anchor::Center));
        }
        self.scene.empty = true;
        let mut scene = self.done(format!("{title}. {hint}"));
        scene.size = vec2(640.0, 260.0);
        scene
    }
}

/// Free room around everything.
pub(super) const MARGIN: f32 = 28.0;

/// The same where room is dear.
const MARGIN_LESS: f32 = 12.0;

/// Free room beside a wire.
const BESIDE_WIRE: f32 = 5.0;

/// The same where it is dearest.
const MARGIN_THIN: f32 = 8.0;

impl Node {
    /// A shape without text.
    pub(super) fn new(id: NodeId, rect: Rect, tint: Tint, style: Style) -> Self {
        Self {
            id,
            parent: None,
            rect,
            tint,
            style,
            texts: Vec::new(),
            progress: None,
            bars: Vec::new(),
            crack: None,
            label: String::new(),
            pick: None,
        }
    }

    pub(super) fn picks(mut self, pick: Pick) -> Self {
        self.pick = Some(pick);
        self
    }

    pub(super) fn within(mut self, parent: &NodeId) -> Self {
        self.parent = Some(parent.clone());
        self
    }

    pub(super) fn text(mut self, text: Text) -> Self {
        self.texts.push(text);
        self
    }

    pub(super) fn texts(mut self, texts: impl IntoIterator<Item = Text>) -> Self {
        self.texts.extend(texts);
        self
    }

    pub(super) fn filled(mut self, part: Option<f32>) -> Self {
        self.progress = part;
        self
    }

    pub(super) fn bars(mut self, bars: impl IntoIterator<Item = Bar>) -> Self {
        self.bars.extend(bars);
        self
    }

    /// What a screen reader says, whatever is written on it.
    pub(super) fn said(mut self, text: String) -> Self {
        self.label = seen(text);
        self
    }

    /// What a screen reader says, before what is written on it.
    pub(super) fn called(mut self, kind: &str) -> Self {
        let written = self.texts.iter().map(|t| t.text.as_str()).filter(|t| !t.is_empty() && *t != kind);
        let parts: Vec<&str> = std::iter::once(kind).filter(|k| !k.is_empty()).chain(written).collect();
        self.label = seen(parts.join(", "));
        self
    }
}

impl Text {
    pub(super) fn new(at: Pos2, font: Font, ink: Ink, text: impl Into<String>) -> Self {
        Self { at, anchor: Anchor::Left, font, ink, text: seen(text.into()), mark: None, struck: false }
    }

    pub(super) fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(super) fn marked(mut self, mark: impl Into<Option<Glyph>>) -> Self {
        self.mark = mark.into();
        self
    }

    pub(super) fn struck(mut self, struck: bool) -> Self {
        self.struck = struck;
        self
    }
}

impl Edge {
    pub(super) fn new(route: Vec<Pos2>, tint: Tint, line: Line) -> Self {
        Self { part: "", route, tint, line, ends: [End::Open, End::Open], label: None, flows: false, broken: None }
    }

    pub(super) fn ends(mut self, from: End, to: End) -> Self {
        self.ends = [from, to];
        self
    }

    pub(super) fn part(mut self, part: &'static str) -> Self {
        self.part = part;
        self
    }

    pub(super) fn labelled(mut self, caption: Caption) -> Self {
        self.label = Some(caption);
        self
    }

    pub(super) fn broken(mut self, at: Option<f32>) -> Self {
        self.broken = at;
        self
    }

    pub(super) fn flowing(mut self, flows: bool) -> Self {
        self.flows = flows;
        self
    }
}

/// Whoever wrote it: what stands in a scene is one visible line.
fn seen(text: String) -> String {
    match visible::line(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(seen) => seen,
    }
}

/// A rectangle by its corner and its size.
pub(super) fn rect(x: f32, y: f32, w: f32, h: f32) -> Rect {
    Rect::from_min_size(pos2(x, y), vec2(w, h))
}

/// A curve from one side to another, flat at both ends.
pub(super) fn curve(from: Pos2, to: Pos2) -> Vec<Pos2> {
    let middle = (from.x + to.x) / 2.0;
    let (a, b) = (pos2(middle, from.y), pos2(middle, to.y));
    let steps = 18;
    (0..=steps)
        .map(|i| {
            let t = i as f32 / steps as f32;
            let u = 1.0 - t;
            let sum = from.to_vec2() * (u * u * u)
                + a.to_vec2() * (3.0 * u * u * t)
                + b.to_vec2() * (3.0 * u * t * t)
                + to.to_vec2() * (t * t * t);
            sum.to_pos2()
        })
        .collect()
}

/// `sha256:8d4e…77aa`
pub(super) fn short(digest: &crate::spec::Digest) -> String {
    let hex = digest.hex();
    format!("sha256:{}…{}", &hex[..4], &hex[60..])
}
