//! How large things are: with all the room that they want, and where room is dear.

use super::super::stage::{Detail, Stage};
use crate::trace::Entity;
use egui::{Vec2, vec2};

/// Of the host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// In the host's frame, left and right.
    pub pad: f32,
    /// Below the last of it.
    pub foot: f32,
    /// The host's name.
    pub head: f32,
    /// Above the host: the world outside.
    pub outside: f32,
    pub link: Vec2,
    pub loopback: f32,
    /// Below the first row.
    pub below: f32,
    pub bridge: f32,
    /// Between two columns of containers.
    pub gutter: f32,
    /// Between two rows of them.
    pub between: f32,
    /// The host's frame grows no wider only because there is room.
    pub widest: f32,
    pub container: ContainerSizes,
}

/// Of a container with its cable.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContainerSizes {
    pub width: f32,
    /// From the bridge to the host's end of the cable.
    pub plug_top: f32,
    pub plug: Vec2,
    /// The end that was not moved yet hangs here.
    pub peer_top: f32,
    pub peer: Vec2,
    pub box_top: f32,
    pub boxed: f32,
    /// From the box's upper edge to the container's own end.
    pub own_top: f32,
    pub own: Vec2,
    /// From the box's upper edge to loopback and routes; where there is no room for them, none.
    pub lower: Option<f32>,
    /// From one cable to the next, and left and right of all of them, where there is more than one.
    pub pitch: f32,
    pub side: f32,
    /// No more cables are drawn.
    pub cables: usize,
}

impl ContainerSizes {
    /// No end of a cable hangs outside: the box moves up to where it would.
    pub fn moved_up(self) -> Self {
        Self { box_top: self.plug_top + self.plug.y + 9.0, ..self }
    }

    /// How wide a box with so many cables is.
    pub fn width_of(&self, cables: usize) -> f32 {
        if cables < 2 { self.width } else { cables as f32 * self.pitch + 2.0 * self.side }
    }

    /// Where in its box the middle of a cable is.
    pub fn cable(&self, nth: usize, of: usize) -> f32 {
        if of < 2 { self.width / 2.0 } else { self.side + self.pitch * (nth as f32 + 0.5) }
    }

    /// From the bridge to the lower edge of the box.
    pub fn height(&self) -> f32 {
        self.box_top + self.boxed
    }
}

impl Sizes {
    pub fn of(stage: &Stage<'_>) -> Self {
        match stage.detail {
            Detail::Full => FULL,
            Detail::Less => LESS,
            Detail::Least | Detail::Bare | Detail::Thin => {
                let inside = |entity: &Entity| matches!(entity, Entity::Route(..) | Entity::Namespace(_));
                let least = if stage.detail == Detail::Thin {
                    Self { head: 22.0, below: 8.0, foot: 6.0, loopback: 20.0, ..LEAST }
                } else {
                    LEAST
                };
                let open = match stage.detail {
                    Detail::Thin => ContainerSizes {
                        boxed: 94.0,
                        own_top: 24.0,
                        own: LEAST.container.own,
                        lower: Some(64.0),
                        ..LESS.container
                    },
                    _ => LESS.container,
                };
                if stage.any_open(inside) { Self { container: open, ..least } } else { least }
            }
        }
    }
}

const FULL: Sizes = Sizes {
    pad: 24.0,
    foot: 24.0,
    head: 54.0,
    outside: 46.0,
    link: vec2(158.0, 68.0),
    loopback: 46.0,
    below: 34.0,
    bridge: 66.0,
    gutter: 22.0,
    between: 26.0,
    widest: 760.0,
    container: ContainerSizes {
        width: 300.0,
        plug_top: 28.0,
        plug: vec2(158.0, 48.0),
        peer_top: 98.0,
        peer: vec2(158.0, 46.0),
        box_top: 170.0,
        boxed: 210.0,
        own_top: 62.0,
        own: vec2(158.0, 68.0),
        lower: Some(144.0),
        pitch: 190.0,
        side: 20.0,
        cables: 6,
    },
};

const LESS: Sizes = Sizes {
    pad: 14.0,
    foot: 10.0,
    head: 26.0,
    outside: 30.0,
    link: vec2(172.0, 40.0),
    loopback: 40.0,
    below: 12.0,
    bridge: 40.0,
    gutter: 14.0,
    between: 12.0,
    widest: 1000.0,
    container: ContainerSizes {
        width: 206.0,
        plug_top: 8.0,
        plug: vec2(172.0, 24.0),
        peer_top: 38.0,
        peer: vec2(172.0, 24.0),
        box_top: 70.0,
        boxed: 102.0,
        own_top: 27.0,
        own: vec2(172.0, 36.0),
        // Clear of the light around the end of the cable.
        lower: Some(71.0),
        pitch: 180.0,
        side: 6.0,
        cables: 4,
    },
};

const LEAST: Sizes = Sizes {
    head: 24.0,
    outside: 0.0,
    link: vec2(152.0, 38.0),
    loopback: 38.0,
    below: 10.0,
    bridge: 38.0,
    foot: 8.0,
    container: ContainerSizes {
        plug_top: 7.0,
        peer_top: 34.0,
        box_top: 64.0,
        boxed: 72.0,
        own: vec2(172.0, 36.0),
        lower: None,
        ..LESS.container
    },
    ..LESS
};
