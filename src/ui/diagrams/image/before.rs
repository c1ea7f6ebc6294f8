//! Local tags that were moved: where each was, and the way to where it is.
//!
//! ```text
//!     ┌ config ┐
//!     └────────┘
//! ┌ ─ demo/app:1  before
//! │   ┌ config ┐
//! │   └────────┘
//! └ ▶ demo/app:1
//! ```

use super::*;
use crate::trace::World;
use egui::Rect;

/// Left of all configs, where nothing else stands: how far one way is from the next.
const LANE: f32 = 4.0;

fn id(tag: &str, picture: &Picture<'_>) -> NodeId {
    NodeId::part(Entity::Tag(tag.to_owned()), format!("before at {}", picture.id.hex()))
}

/// A chip for each tag that was here, below what hangs on the config already. Returns the lower end.
pub(super) fn chips(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    picture: &Picture<'_>,
    above: (NodeId, Rect),
) -> f32 {
    let mut above = above;
    for tag in moved_away(world, picture).into_iter().filter(|tag| !picture.tags.contains(tag)) {
        let wide = above.1.width();
        let place = rect(above.1.left(), above.1.bottom() + sizes.chip_apart, wide, sizes.chip);
        let word = stage.say("scene-tag-before");
        let room = wide - 46.0 - stage.width(&word, Font::Small) - 10.0;
        let name = stage.fit_middle(&familiar(tag), Font::Mono, room);
        let node = Node::new(id(tag, picture), place, TINT, Style::Ghost)
            .text(Text::new(pos2(14.0, sizes.chip / 2.0), Font::Mono, Ink::Weak, name).marked(Glyph::Tag))
            .text(Text::new(pos2(wide - 12.0, sizes.chip / 2.0), Font::Small, Ink::Weak, word).anchored(Anchor::Right));
        let id = stage.add(node.called(&stage.say("scene-local-tag")));
        let route = vec![place.center_top(), above.1.center_bottom()];
        stage.wire(&id, &above.0, Edge::new(route, Tint::Plain, Line::Dashed).part("pointed"));
        above = (id, place);
    }
    above.1.bottom()
}

/// From where each tag was to where it is, once all of them are drawn.
pub(super) fn ways(world: &World, stage: &mut Stage<'_>, sizes: Sizes, pictures: &[Picture<'_>]) {
    let mut number = 0.0;
    for tag in world.moved_tags.keys() {
        let now = NodeId::of(Entity::Tag(tag.clone()));
        let Some(to) = stage.scene.node(&now).map(|node| node.rect) else { continue };
        for picture in pictures {
            let was = id(tag, picture);
            let Some(from) = stage.scene.node(&was).map(|node| node.rect) else { continue };
            let first = sizes.margin - if stage.is_full() { 10.0 } else { 3.0 };
            let lane = if stage.is_full() { LANE } else { LANE / 2.0 };
            let x = first - (lane * number).min(sizes.margin * 0.4);
            let (start, end) = (from.left_center(), to.left_center());
            let route = vec![start, pos2(x, start.y), pos2(x, end.y), end];
            stage.wire(&was, &now, Edge::new(route, TINT, Line::Dashed).part("moved").ends(End::Dot, End::Arrow));
            number += 1.0;
        }
    }
}

/// The tags that named this image before they were moved.
pub(super) fn moved_away<'a>(world: &'a World, picture: &Picture<'_>) -> Vec<&'a String> {
    let named = |e: &crate::trace::Earlier| e.image == picture.id;
    world.moved_tags.iter().filter(|(_, earlier)| earlier.iter().any(named)).map(|(name, _)| name).collect()
}
