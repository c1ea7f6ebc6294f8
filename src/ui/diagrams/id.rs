use crate::trace::Entity;
use std::borrow::Cow;

/// Names a shape: the thing that it stands for, and which of its shapes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// What it stands for; none for a frame or note that only the picture has.
    pub entity: Option<Entity>,
    /// Which shape of that thing; empty for the thing itself.
    pub part: Cow<'static, str>,
}

impl NodeId {
    /// The shape of a thing.
    pub fn of(entity: Entity) -> Self {
        Self { entity: Some(entity), part: Cow::Borrowed("") }
    }

    /// A further shape of a thing.
    pub fn part(entity: Entity, part: impl Into<Cow<'static, str>>) -> Self {
        Self { entity: Some(entity), part: part.into() }
    }

    /// A shape that only the picture has.
    pub fn named(part: impl Into<Cow<'static, str>>) -> Self {
        Self { entity: None, part: part.into() }
    }
}
