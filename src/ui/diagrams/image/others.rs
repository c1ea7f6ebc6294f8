//! The images beside the one that is drawn in full: a line each, with the layers that no other has.

use super::rows::{Port, media};
use super::scale::Scale;
use super::*;
use egui::Rect;

/// A lower card has one line.
const ONE_LINE: f32 = 34.0;
const ROW: f32 = 28.0;
const GAP: f32 = 6.0;
/// Layers that are drawn one by one; those below them together.
const SHOWN: usize = 5;

/// An image that stands in the picture: where its config is, and each of its layers.
pub(super) struct Placed<'p, 'w> {
    pub picture: &'p Picture<'w>,
    pub config: (NodeId, Rect),
    pub ports: Vec<Port>,
}

impl Placed<'_, '_> {
    fn port(&self, level: usize) -> Option<&Port> {
        self.ports.iter().find(|port| port.levels.contains(&level))
    }
}

/// What no image before it has: from this layer on.
pub(super) fn own_from(picture: &Picture<'_>, before: &[&Picture<'_>]) -> usize {
    let count = picture.layers.len();
    (0..count).find(|level| !before.iter().any(|other| same(other, picture, *level))).unwrap_or(count)
}

/// The same layer on the same layers.
fn same(a: &Picture<'_>, b: &Picture<'_>, level: usize) -> bool {
    let equal = |l: usize| matches!((a.layers.get(l), b.layers.get(l)), (Some(x), Some(y)) if x.key() == y.key());
    (0..=level).all(equal)
}

/// Draws one. Returns its lower end.
#[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
pub(super) fn draw<'p, 'w>(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    picture: &'p Picture<'w>,
    placed: &[Placed<'p, 'w>],
    scale: Scale,
    at: Pos2,
    blobs_at: f32,
) -> (Placed<'p, 'w>, f32) {
    let mut bottom = at.y;
    let width = sizes.beside();
    let config = config(stage, world, sizes, picture, at, &mut bottom);
    let before: Vec<&Picture<'_>> = placed.iter().map(|p| p.picture).collect();
    let own = own_from(picture, &before);
    let mut ports = Vec::new();
    let mut y = at.y;
    let count = picture.layers.len();
    let together = match count - own > SHOWN + 1 {
        // That some are below the others would be an order, too.
        true if stage.hides_order() => count,
        true => count - SHOWN,
        false => own,
    };
    let upwards = picture.upwards(stage).into_iter().filter(|level| *level >= together);
    for level in upwards.rev() {
        let place = rect(blobs_at, y, width, ROW);
        let id = row(stage, picture, level, place, scale);
        ports.push(Port { levels: level..level + 1, id, rect: place });
        y = place.bottom() + GAP;
    }
    if together > own {
        let place = rect(blobs_at, y, width, ROW);
        let id = rest(stage, picture, own..together, place, scale);
        ports.push(Port { levels: own..together, id, rect: place });
        y = place.bottom() + GAP;
    }
    if own > 0 {
        let key = if own == count { "scene-all-shared" } else { "scene-some-shared" };
        let text = stage.say_with(key, &[("n", &own.to_string())]);
        let text = stage.fit(&text, Font::Small, width);
        let y = if own == count {
            at.y + sizes.card.min(ROW) / 2.0 + if sizes.card > ROW { 9.0 } else { 0.0 }
        } else {
            y + 7.0
        };
        stage.caption(Text::new(pos2(blobs_at, y), Font::Small, Ink::Weak, text).marked(Glyph::Reuse));
        bottom = bottom.max(y + 8.0);
    }
    for level in 0..own {
        let there = placed.iter().filter(|p| same(p.picture, picture, level)).find_map(|p| p.port(level));
        let known = |port: &Port| ports.iter().any(|p: &Port| p.id == port.id);
        if let Some(port) = there.filter(|port| !known(port)) {
            ports.push(Port { levels: port.levels.clone(), id: port.id.clone(), rect: port.rect });
        }
    }
    bottom = bottom.max(y - GAP);
    (Placed { picture, config, ports }, bottom)
}

fn config(
    stage: &mut Stage<'_>,
    world: &World,
    sizes: Sizes,
    picture: &Picture<'_>,
    at: Pos2,
    bottom: &mut f32,
) -> (NodeId, Rect) {
    let id = NodeId::of(Entity::Config(picture.id.clone()));
    let before = before::moved_away(world, picture);
    let past = picture.tags.is_empty() && !before.is_empty();
    let wide = sizes.config;
    let place = rect(at.x, at.y, wide, sizes.card);
    let title = stage.say("scene-config");
    let style = match picture.config {
        None => Style::Ghost,
        Some(_) if past => Style::Dashed,
        Some(_) => Style::Solid,
    };
    let right = wide - 12.0;
    let why = match (runs_not(world, picture), past) {
        (Some(_), _) => Some((stage.say("scene-other-platform"), Ink::Tint(Tint::Warn), Glyph::Cross)),
        (None, true) => Some((stage.say("scene-tag-before"), Ink::Weak, Glyph::Tag)),
        _ => None,
    };
    let mut node = Node::new(id.clone(), place, Tint::Family(Family::Process), style);
    if place.height() < ONE_LINE {
        node = node.texts(in_a_line(stage, place, &title, picture, why.map(|(_, _, mark)| mark)));
        stage.add(node.called(""));
    } else {
        node = node.text(Text::new(pos2(14.0, 15.0), Font::Title, Ink::Strong, title.clone())).text(Text::new(
            pos2(14.0, 33.0),
            Font::Mono,
            Ink::Weak,
            short(&picture.id),
        ));
        if let Some((word, ink, mark)) = why {
            let word = stage.state(&word, Font::Small, right - stage.width(&title, Font::Title) - 38.0);
            node = node.text(Text::new(pos2(right, 15.0), Font::Small, ink, word).anchored(Anchor::Right).marked(mark));
        }
        stage.add(node.called(""));
    }
    let mut above = (id.clone(), place);
    for tag in &picture.tags {
        let chip = rect(at.x, above.1.bottom() + sizes.chip_apart, wide, sizes.chip);
        let name = stage.fit_middle(&familiar(tag), Font::Mono, wide - 46.0);
        let tag_id = NodeId::of(Entity::Tag((*tag).clone()));
        let text = Text::new(pos2(14.0, sizes.chip / 2.0), Font::Mono, Ink::Strong, name).marked(Glyph::Tag);
        stage.add(Node::new(tag_id.clone(), chip, TINT, Style::Solid).text(text).called(&stage.say("scene-local-tag")));
        let route = vec![chip.center_top(), above.1.center_bottom()];
        stage.wire(&tag_id, &above.0, Edge::new(route, TINT, Line::Solid).part(POINTS));
        above = (tag_id, chip);
    }
    *bottom = bottom.max(before::chips(world, stage, sizes, picture, above));
    (id, place)
}

/// A config's name and its digest beside each other.
pub(super) fn in_a_line(
    stage: &Stage<'_>,
    place: Rect,
    title: &str,
    picture: &Picture<'_>,
    mark: Option<Glyph>,
) -> [Text; 2] {
    let (middle, right) = (place.height() / 2.0, place.width() - 12.0);
    let digest = short(&picture.id);
    let digest = digest.trim_start_matches("sha256:");
    let room = right - 14.0 - stage.width(digest, Font::Mono) - 8.0 - if mark.is_some() { 18.0 } else { 0.0 };
    // `설정 (config)` is `설정` where there is no room for both.
    let title = stage.fit(title.split(" (").next().unwrap_or(title), Font::Title, room);
    [
        Text::new(pos2(14.0, middle), Font::Title, Ink::Strong, title).marked(mark),
        Text::new(pos2(right, middle), Font::Mono, Ink::Weak, digest).anchored(Anchor::Right),
    ]
}

fn row(stage: &mut Stage<'_>, picture: &Picture<'_>, level: usize, place: Rect, scale: Scale) -> NodeId {
    let slab = &picture.layers[level];
    let state = progress::state(stage, std::slice::from_ref(slab));
    let mut id = slab.entity().map_or_else(|| NodeId::named(format!("{} layer {level}", picture.id)), NodeId::of);
    if stage.scene.node(&id).is_some() {
        id.part = format!("again at {level} of {}", picture.id.hex()).into();
    }
    let title = picture.title_of(stage, &(level..level + 1));
    let size = slab.descriptor.map(|d| d.size).or(slab.layer.map(|l| l.size)).unwrap_or(0);
    let kind = slab.descriptor.map(|d| media(&d.media_type)).unwrap_or_default();
    let kind = stage.fit(&kind, Font::MonoSmall, 70.0);
    let left = 14.0 + stage.width(&title, Font::Title) + 12.0;
    let width = place.width();
    // Where room is dear the state is its sign, and the media type is left to the inspector.
    let narrow = width < 500.0;
    let state_room = if narrow { 76.0 } else { 120.0 };
    let size_at = width - 34.0 - state_room;
    let word = stage.state(&state.word, Font::Small, state_room - 16.0);
    let kind_at = size_at - if narrow { 72.0 } else { 80.0 };
    let kind = if narrow { String::new() } else { kind };
    let kind_room = if narrow { 0.0 } else { 74.0 };
    let made =
        stage.fit(&instruction(slab.created_by.unwrap_or_default()), Font::Mono, (kind_at - kind_room - left).max(0.0));
    let tint = Tint::Family(Family::Layer);
    let right = |x: f32, font, ink, text: String| Text::new(pos2(x, 13.0), font, ink, text).anchored(Anchor::Right);
    let node = Node::new(id, place, tint, state.style)
        .filled(state.part)
        .bars(scale.bar(size, pos2(14.0, ROW - 5.0), 2.5, tint))
        .text(Text::new(pos2(14.0, 13.0), Font::Title, Ink::Strong, title))
        .text(Text::new(pos2(left, 13.5), Font::Mono, Ink::Weak, made))
        .text(right(kind_at, Font::MonoSmall, Ink::Weak, kind))
        .text(right(size_at, Font::Mono, Ink::Strong, bytes(size)))
        .text(right(width - 14.0, Font::Small, state.ink, word).marked(state.mark));
    stage.add(node.called(""))
}

fn rest(
    stage: &mut Stage<'_>,
    picture: &Picture<'_>,
    levels: std::ops::Range<usize>,
    place: Rect,
    scale: Scale,
) -> NodeId {
    let slabs = &picture.layers[levels.clone()];
    let state = progress::state(stage, slabs);
    let id = match slabs[0].entity() {
        Some(entity) => NodeId::part(entity, format!("rest of {}", picture.id.hex())),
        None => NodeId::named(format!("rest of {}", picture.id.hex())),
    };
    let title = picture.title_of(stage, &levels);
    let size: u64 = slabs.iter().filter_map(|slab| slab.descriptor).map(|d| d.size).sum();
    let (tint, width) = (Tint::Family(Family::Layer), place.width());
    let right = |x: f32, font, ink, text: String| Text::new(pos2(x, 13.0), font, ink, text).anchored(Anchor::Right);
    let word = stage.state(&state.word, Font::Small, 104.0);
    let node = Node::new(id, place, tint, state.style)
        .filled(state.part)
        .bars(scale.bar(size.min(scale.largest()), pos2(14.0, ROW - 5.0), 2.5, tint))
        .text(Text::new(pos2(14.0, 13.0), Font::Title, Ink::Strong, title))
        .text(right(width - 154.0, Font::Mono, Ink::Strong, bytes(size)))
        .text(right(width - 14.0, Font::Small, state.ink, word).marked(state.mark));
    stage.add(node.called(""))
}
