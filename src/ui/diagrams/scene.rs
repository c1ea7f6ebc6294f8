use super::{Glyph, NodeId};
use crate::trace::{Entity, Family};
use egui::{Pos2, Rect, Vec2};
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use std::collections::HashMap;

/// The picture of a World as data: nothing in it knows a window, a colour or a clock.
///
/// Units are points at 100 %. The graph keeps nodes in painting order: a frame stands before what is in it.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// Shapes and the wires between them.
    pub graph: StableDiGraph<Node, Edge>,
    /// Text that belongs to no shape.
    pub captions: Vec<Caption>,
    /// From the origin to the farthest shape, with a margin.
    pub size: Vec2,
    /// The whole picture in a sentence or two.
    pub spoken: String,
    /// There is nothing to show yet; the captions say what will be.
    pub empty: bool,
    index: HashMap<NodeId, NodeIndex>,
}

/// A shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The same from one scene to the next.
    pub id: NodeId,
    /// The frame that it is in.
    pub parent: Option<NodeId>,
    /// Where.
    pub rect: Rect,
    /// What colour speaks for it.
    pub tint: Tint,
    /// How it is outlined and filled.
    pub style: Style,
    /// What is written on it; places are relative to `rect.min`.
    pub texts: Vec<Text>,
    /// How much of it is filled from the left, 0–1.
    pub progress: Option<f32>,
    /// Amounts on it, to one scale in the whole picture; places are relative to `rect.min`.
    pub bars: Vec<Bar>,
    /// Broken: where the crack that begins at the upper edge ends, relative to `rect.min`.
    pub crack: Option<Vec2>,
    /// It and what is written on it, as a screen reader says it.
    pub label: String,
    /// What a click on it chooses that is no thing of the World.
    pub pick: Option<Pick>,
}

/// What can be chosen in a picture beside the things of the World.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// Who asks, and who is asked.
    Pair(crate::reach::End, crate::reach::End),
    /// A place at which a packet was seen, by its number.
    Hop(u32),
    /// What is predicted of a question of the lesson's page: its id, and whether it comes back.
    Predict(String, bool),
}

impl Node {
    /// It stands for a thing, or chooses something.
    pub fn can_be_chosen(&self) -> bool {
        self.id.entity.is_some() || self.pick.is_some()
    }
}

/// An amount, drawn as long as it is large.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Where, relative to its shape.
    pub rect: Rect,
    /// Its colour.
    pub tint: Tint,
    /// How it is filled.
    pub fill: Fill,
}

/// How an amount is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// There.
    Full,
    /// Too small to be seen at this scale, and drawn larger than it is; or not there yet, and as long as it will be.
    Hollow,
    /// There, and going to go.
    Hatched,
}

/// What colour speaks for a shape. Shape, style and words say the same without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// None: a neutral.
    Plain,
    /// A family's.
    Family(Family),
    /// Verified, up.
    Good,
    /// An address translated, a wait.
    Warn,
    /// Refused, gone.
    Bad,
}

/// How a shape is outlined and filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A line around, a quiet fill.
    Solid,
    /// A heavy line, a fuller fill: the one that was chosen, the one that all go through.
    Strong,
    /// A fine line, weak words: there, and not what this is about.
    Dim,
    /// A dashed line: a rule rather than a thing, or something that is down.
    Dashed,
    /// A dashed fine line and no fill: not there yet, or there no more.
    Ghost,
    /// Holds other shapes.
    Frame,
    /// Holds other shapes and is only planned or borrowed.
    DashedFrame,
    /// Words alone, which can be pointed at.
    Bare,
}

/// A face and a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Font {
    /// A frame's name.
    Heading,
    /// A card's name, in words.
    Title,
    /// Words.
    Word,
    /// Words of less weight.
    Small,
    /// The one name of a picture that a machine gave.
    MonoHeading,
    /// A name that a machine gave: a link, a path.
    MonoTitle,
    /// What a machine said.
    Mono,
    /// What a machine said, of less weight.
    MonoSmall,
}

impl Font {
    /// Its size at 100 %.
    pub fn size(self) -> f32 {
        match self {
            Self::Heading => 15.0,
            Self::MonoHeading => 16.5,
            Self::Title => 13.5,
            Self::Word => 12.5,
            Self::Small => 11.0,
            Self::MonoTitle => 13.5,
            Self::Mono => 11.5,
            Self::MonoSmall => 11.0,
        }
    }

    /// Every character has the same width.
    pub fn is_mono(self) -> bool {
        matches!(self, Self::MonoHeading | Self::MonoTitle | Self::Mono | Self::MonoSmall)
    }

    /// The bold face.
    pub fn is_bold(self) -> bool {
        matches!(self, Self::Heading | Self::Title)
    }
}

/// How much a text weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// As text.
    Strong,
    /// As text of less weight.
    Weak,
    /// In a tint.
    Tint(Tint),
}

/// Which side of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Left,
    /// Its middle is there.
    Center,
    /// It ends there.
    Right,
}

impl Anchor {
    /// Of this room what a text on that side takes that is so wide.
    pub fn place(self, room: Rect, width: f32) -> Rect {
        let width = width.min(room.width());
        let left = match self {
            Self::Left => room.left(),
            Self::Center => room.center().x - width / 2.0,
            Self::Right => room.right() - width,
        };
        Rect::from_min_size(Pos2::new(left, room.top()), Vec2::new(width, room.height()))
    }
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Its anchor, in the middle of its height.
    pub at: Pos2,
    /// Which side of it.
    pub anchor: Anchor,
    /// Face and size.
    pub font: Font,
    /// Weight.
    pub ink: Ink,
    /// What it says.
    pub text: String,
    /// Drawn before it: says without colour what the colour says.
    pub mark: Option<Glyph>,
    /// Struck through: not so any more.
    pub struck: bool,
}

/// A text with the room that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// Its place is absolute.
    pub text: Text,
    /// All of it.
    pub rect: Rect,
}

/// How a wire is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Leads on.
    Solid,
    /// There, and not what this is about.
    Dim,
    /// Not a thing: a rule, a reference.
    Dashed,
    /// A cable.
    Cable,
    /// A cable that is down at one end at least.
    CableDown,
}

/// What is drawn at an end of a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing.
    Open,
    /// A plug.
    Dot,
    /// An arrow head.
    Arrow,
}

/// A wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Tells wires between the same two shapes apart.
    pub part: &'static str,
    /// Where it goes. Corners are rounded when it is painted.
    pub route: Vec<Pos2>,
    /// Its colour.
    pub tint: Tint,
    /// How it is drawn.
    pub line: Line,
    /// What is at its ends.
    pub ends: [End; 2],
    /// What stands beside it.
    pub label: Option<Caption>,
    /// Something moves along it, from its beginning to its end.
    pub flows: bool,
    /// It is broken there: at this part of its length.
    pub broken: Option<f32>,
}

impl Scene {
    /// The shape of that name.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.index.get(id).and_then(|at| self.graph.node_weight(*at))
    }

    /// Where the graph keeps it.
    pub fn index_of(&self, id: &NodeId) -> Option<NodeIndex> {
        self.index.get(id).copied()
    }

    /// The shapes in painting order.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.graph.node_weights()
    }

    /// The first shape that stands for that thing.
    pub fn shape_of(&self, entity: &Entity) -> Option<&Node> {
        self.nodes().find(|node| node.id.entity.as_ref() == Some(entity))
    }

    /// The wires with the shapes at their ends.
    pub fn edges(&self) -> impl Iterator<Item = (&Node, &Node, &Edge)> {
        self.graph.edge_indices().filter_map(|at| {
            let (from, to) = self.graph.edge_endpoints(at)?;
            Some((self.graph.node_weight(from)?, self.graph.node_weight(to)?, self.graph.edge_weight(at)?))
        })
    }

    /// Is `inner` in `outer`, at whatever depth?
    pub fn is_within(&self, inner: &Node, outer: &NodeId) -> bool {
        let mut parent = inner.parent.as_ref();
        while let Some(id) = parent {
            if id == outer {
                return true;
            }
            parent = self.node(id).and_then(|node| node.parent.as_ref());
        }
        false
    }

    pub(super) fn add(&mut self, node: Node) {
        debug_assert!(!self.index.contains_key(&node.id), "two shapes are named {:?}", node.id);
        let id = node.id.clone();
        let at = self.graph.add_node(node);
        self.index.insert(id, at);
    }

    pub(super) fn connect(&mut self, from: &NodeId, to: &NodeId, edge: Edge) {
        if let (Some(from), Some(to)) = (self.index_of(from), self.index_of(to)) {
            self.graph.add_edge(from, to, edge);
        } else {
            debug_assert!(false, "a wire between shapes that are not there: {from:?}, {to:?}");
        }
    }

    pub(super) fn node_mut(&mut self, id: &NodeId) -> Option<&mut Node> {
        let at = self.index.get(id)?;
        self.graph.node_weight_mut(*at)
    }
}
