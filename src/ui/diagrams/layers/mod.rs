//! What each layer does, and how overlay makes one directory of them.
//!
//! ```text
//!   ┌ web: merged / ┐   ┌ shell: merged / ┐     what each container sees
//!   └─▲──────▲──────┘   └─▲──────▲────────┘
//!     │   ┌upper┐┌work┐   │   ┌upper┐┌work┐     its own, writable
//!   ┌─┴───────────────────┴─────────────────┐
//!   │ layer 4                               │   one stack below all of them, read-only,
//!   │ layer 1                               │   the lowest first
//!   └───────────────────────────────────────┘
//! ```

mod lowers;
mod merged;
mod size;
mod upper;

pub(super) use upper::summary as written;

use super::image::{Picture, Slab, familiar, instruction, pictures};
use super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::stage::{Detail, Stage, rect};
use super::{Glyph, NodeId};
use crate::i18n::size as bytes;
use crate::trace::{
    Container, ContainerState, DirRole, Effect, Entity, Family, LayerFile, Mount, MountKind, OpKind, World,
};
use egui::{Rect, pos2};
use merged::{Fate, Listed, Seen};
use size::Sizes;
use std::sync::Arc;

const TINT: Tint = Tint::Family(Family::Layer);
const PAD: f32 = 16.0;
const LANE: f32 = 28.0;

/// The picture of the image that was chosen, or that was used last.
pub(super) fn scene(world: &World, chosen: Option<&Entity>, mut stage: Stage<'_>) -> Scene {
    let all = pictures(world);
    let Some(picture) = focus(world, &all, chosen).filter(|p| !p.layers.is_empty()) else {
        return stage.nothing(match all.is_empty() && super::was_done(world, &super::IMAGES) {
            true => ["scene-layers-none-now", "scene-layers-none-now-hint"],
            false => ["scene-layers-empty", "scene-layers-empty-hint"],
        });
    };
    let sizes = Sizes::of(&stage);
    let all_users: Vec<&Arc<Container>> =
        super::in_order(world).into_iter().filter(|c| c.image == picture.id).collect();
    let users = shown_users(world, &stage, sizes, &all_users);
    let columns = users.len().max(1) as f32;
    let width = sizes.width.max(columns * sizes.column + (columns - 1.0) * sizes.gap);
    let layers = world.layers_of(&picture.id);
    let written = |user: &Container| world.uppers.get(&user.id).map(|upper| &**upper);
    let seen = merged::merged(&layers, None);
    let shown = merged::listed(&seen, &layers, usize::MAX, sizes.rows);
    let own: Vec<Vec<Seen>> = users.iter().map(|user| merged::merged(&layers, written(user))).collect();
    let own: Vec<Listed<'_>> =
        own.iter().map(|seen| merged::listed(seen, &layers, layers.len() + 1, sizes.rows)).collect();
    let lines = |listed: &Listed<'_>| if sizes.rest_beside { listed.shown.len() } else { listed.lines() };
    let rows = own.iter().map(lines).max().unwrap_or(lines(&shown));
    let merged_height = sizes.paths - 4.0 + sizes.path * rows.max(1) as f32 + 6.0;
    let top = sizes.margin;
    let upper_top = top + merged_height + sizes.rise;
    let upper_height = upper::height(sizes, users.iter().filter_map(|user| written(user)));
    let lower_top = upper_top + upper_height + sizes.rise;
    let lower =
        lowers::draw(&mut stage, sizes, (picture, &all), all_users.len(), rect(sizes.margin, lower_top, width, 0.0));
    // Several share the width.
    let column_width = (width - (columns - 1.0) * sizes.gap) / columns;
    let step = column_width + sizes.gap;
    if users.is_empty() {
        let place = rect(sizes.margin, top, width, merged_height);
        let id = NodeId::named("merged of no one");
        let title = stage.say("scene-merged-image");
        let why = stage.say("scene-merged-planned");
        card(&mut stage, sizes, id.clone(), place, Style::Ghost, [&title, &why, ""], &shown, usize::MAX);
        let x = place.left() + LANE / 2.0;
        rise(&mut stage, &lower, &id, [pos2(x, lower_top), pos2(x, place.bottom())], false);
        let hint = stage.say("scene-upper-none");
        let at = rect(sizes.margin + LANE, upper_top, 220.0, sizes.upper);
        empty_upper(&mut stage, at, hint);
    }
    for (i, user) in users.iter().enumerate() {
        let x = sizes.margin + step * i as f32;
        let column = rect(x, top, column_width, merged_height);
        let upper_place = (upper_top, upper_height);
        container(world, &mut stage, sizes, user, column, upper_place, &lower, (&own[i], layers.len() + 1));
    }
    if all_users.len() > users.len() {
        let left = (all_users.len() - users.len()).to_string();
        let text = stage.say_with("scene-users-more", &[("n", &left)]);
        let at = pos2(sizes.margin + width, lower_top - sizes.rise / 2.0);
        stage.caption(Text::new(at, Font::Small, Ink::Weak, text).anchored(Anchor::Right));
    }
    let name = name_of(picture);
    let (layers, count) = (picture.layers.len().to_string(), all_users.len().to_string());
    let vars = [("name", name.as_str()), ("layers", layers.as_str()), ("containers", count.as_str())];
    let mut spoken = stage.say_with("scene-layers-spoken", &vars);
    for user in &all_users {
        if let Some(summary) = written(user).and_then(|upper| upper::summary(&stage, upper)) {
            let vars = [("name", user.name.as_str()), ("what", summary.as_str())];
            spoken = format!("{spoken} {}", stage.say_with("scene-layers-spoken-upper", &vars));
        }
    }
    stage.done(spoken)
}

/// All that use the image fit beside each other, as far as their columns' widths tell.
pub(super) fn may_fit(world: &World, chosen: Option<&Entity>, stage: &Stage<'_>) -> bool {
    let all = pictures(world);
    let Some(picture) = focus(world, &all, chosen) else { return true };
    let users = world.containers.values().filter(|c| c.image == picture.id).count();
    !stage.is_full() || users <= columns(stage, Sizes::of(stage))
}

/// How many columns there is room for.
fn columns(stage: &Stage<'_>, sizes: Sizes) -> usize {
    let room = stage.wide(f32::INFINITY) - 2.0 * sizes.margin;
    (((room + sizes.gap) / (sizes.column + sizes.gap)).min(1e4) as usize).max(1)
}

/// A name of it, else its id.
fn name_of(picture: &Picture<'_>) -> String {
    picture.tags.first().map_or_else(|| super::stage::short(&picture.id), |tag| familiar(tag))
}

/// Those that are drawn: all, where there is room; else those to which the eye is led, and beside them the latest that run.
fn shown_users<'w>(
    world: &World,
    stage: &Stage<'_>,
    sizes: Sizes,
    all: &[&'w Arc<Container>],
) -> Vec<&'w Arc<Container>> {
    let most = columns(stage, sizes);
    if all.len() <= most || stage.is_full() {
        return all.to_vec();
    }
    let is_open = |container: &Container| {
        stage.any_open(|entity| match entity {
            Entity::Container(id) | Entity::UpperFile(id, _) => *id == container.id,
            Entity::Dir(path) => world.dirs.get(path).is_some_and(|dir| dir.container.as_ref() == Some(&container.id)),
            Entity::Mount(key) => world.mounts.get(key).is_some_and(|m| m.container.as_ref() == Some(&container.id)),
            _ => false,
        })
    };
    let mut ranked: Vec<usize> = (0..all.len()).collect();
    ranked.sort_by_key(|i| (!is_open(all[*i]), !all[*i].state.lives(), std::cmp::Reverse(*i)));
    ranked.truncate(most);
    ranked.sort_unstable();
    ranked.into_iter().map(|i| all[i]).collect()
}

/// The image of what was chosen, else of the container made last, else the one pulled last.
fn focus<'p, 'w>(world: &World, all: &'p [Picture<'w>], chosen: Option<&Entity>) -> Option<&'p Picture<'w>> {
    let holds = |picture: &Picture<'_>, entity: &Entity| match entity {
        Entity::Config(digest) => picture.id == *digest,
        Entity::Manifest(digest) => picture.manifest.is_some_and(|m| m.this.digest == *digest),
        Entity::Tag(name) => picture.tags.contains(&name),
        Entity::Container(id) | Entity::UpperFile(id, _) => {
            world.containers.get(id).is_some_and(|c| c.image == picture.id)
        }
        Entity::Layer(chain) => picture.layers.iter().any(|l| l.layer.is_some_and(|l| l.chain_id == *chain)),
        Entity::Blob(digest) => picture.layers.iter().any(|l| l.descriptor.is_some_and(|d| d.digest == *digest)),
        Entity::Dir(path) => {
            let owner = world.dirs.get(path).and_then(|d| d.container.as_ref()).and_then(|id| world.containers.get(id));
            owner.is_some_and(|c| c.image == picture.id)
        }
        Entity::Mount(key) => {
            let owner =
                world.mounts.get(key).and_then(|m| m.container.as_ref()).and_then(|id| world.containers.get(id));
            owner.is_some_and(|c| c.image == picture.id)
        }
        _ => false,
    };
    let used = |picture: &&Picture<'_>| {
        super::in_order(world).iter().rposition(|c| c.image == picture.id).map_or(0, |at| at + 1)
    };
    let pulled = |picture: &Picture<'_>| {
        let running = picture.tags.is_empty()
            && world.ops.values().any(|op| op.op.kind == OpKind::ImagePull && op.outcome.is_none());
        let of = |op: &crate::trace::OpState| {
            let named = |tag: &&String| **tag == op.op.subject || familiar(tag) == op.op.subject;
            op.op.kind == OpKind::ImagePull && picture.tags.iter().any(named)
        };
        let last = world.ops.values().filter(|op| of(op)).map(|op| op.op.id).max().unwrap_or(0);
        if running { u64::MAX } else { last }
    };
    let best = chosen.and_then(|entity| {
        let mut hits = all.iter().filter(|p| holds(p, entity));
        // A layer that two images share says nothing about which of them is meant.
        hits.next().filter(|_| hits.next().is_none())
    });
    best.or_else(|| all.iter().max_by_key(|p| (pulled(p) == u64::MAX, used(p), pulled(p))))
}

/// What a container sees, and its own layer below that.
#[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
fn container(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    container: &Container,
    column: Rect,
    (upper_top, upper_height): (f32, f32),
    lower: &NodeId,
    (shown, own): (&Listed<'_>, usize),
) {
    let overlay = world.mounts_of(&container.id).find(|m| matches!(m.kind, MountKind::Overlay { .. }));
    let mounted = overlay.is_some();
    let part = |what: &'static str| NodeId::part(Entity::Container(container.id.clone()), what);
    let id = overlay.map_or_else(|| part("merged"), |m| NodeId::of(Entity::Mount(m.key)));
    let why = stage.say(match (mounted, &container.state) {
        (true, _) => "scene-merged",
        (false, ContainerState::Exited { .. } | ContainerState::Restarting { .. }) => "scene-overlay-unmounted",
        (false, _) => "scene-overlay-not-mounted",
    });
    let style = if mounted { Style::Solid } else { Style::Ghost };
    let short = if mounted { String::new() } else { stage.say("scene-overlay-none") };
    card(stage, sizes, id.clone(), column, style, ["", &why, &short], shown, own);
    let name = stage.fit(&container.name, Font::Heading, column.width() - 130.0);
    let name_width = stage.width(&name, Font::Heading).max(20.0);
    let head = title_at(sizes);
    let place = rect(column.left() + PAD, column.top() + head - 11.0, name_width, 22.0);
    let text = Text::new(pos2(0.0, 11.0), Font::Heading, Ink::Strong, name);
    let own = Node::new(NodeId::of(Entity::Container(container.id.clone())), place, Tint::Plain, Style::Bare);
    stage.add(own.within(&id).text(text).called(&stage.say("scene-container")));
    let state = super::state_of(stage, container);
    let at = pos2(column.width() - PAD, head);
    if let Some(card) = stage.scene.node_mut(&id) {
        card.texts.push(Text::new(at, Font::Small, Ink::Weak, state).anchored(Anchor::Right));
    }

    let x = column.left() + LANE / 2.0;
    let lower_top = stage.scene.node(lower).map_or(upper_top, |n| n.rect.top());
    rise(stage, lower, &id, [pos2(x, lower_top), pos2(x, column.bottom())], mounted);
    let (upper, work) = dirs(world, container, overlay);
    let written = world.uppers.get(&container.id);
    let upper_width = column.width() - LANE - sizes.work - 16.0;
    let upper_place = rect(column.left() + LANE, upper_top, upper_width, upper_height);
    let work_place = rect(upper_place.right() + 16.0, upper_top, sizes.work, sizes.upper);
    let why = written.and_then(|upper| upper::summary(stage, upper)).unwrap_or_else(|| stage.say("scene-upper-why"));
    let title = stage.say("scene-upper");
    let upper_id = dir(stage, world, &upper, part("upper"), upper_place, [&title, &why], true);
    let (title, why) = (stage.say("scene-work"), stage.say("scene-work-why"));
    let work_id = dir(stage, world, &work, part("work"), work_place, [&title, &why], false);
    if let Some(written) = written {
        upper::files(stage, sizes, &container.id, written, &upper_id, upper_place);
        upper::copies(stage, written, lower, &upper_id, sizes.rise);
    }
    rise(stage, &upper_id, &id, [upper_place.center_top(), pos2(upper_place.center().x, column.bottom())], mounted);
    let y = work_place.center().y;
    let route = vec![pos2(upper_place.right(), y), work_place.left_center()];
    stage.wire(&upper_id, &work_id, Edge::new(route, Tint::Family(Family::Storage), Line::Dashed));
}

/// Paths of upper and work: as the mount says, else as the directories were made.
fn dirs(world: &World, container: &Container, overlay: Option<&Arc<Mount>>) -> (Option<String>, Option<String>) {
    let made = |role: DirRole| {
        let of = |d: &&Arc<crate::trace::Dir>| d.role == role && d.container.as_ref() == Some(&container.id);
        world.dirs.values().find(of).map(|d| d.path.clone())
    };
    match overlay.map(|m| &m.kind) {
        Some(MountKind::Overlay { upper, work, .. }) => (Some(upper.clone()), Some(work.clone())),
        _ => (made(DirRole::Upper), made(DirRole::Work)),
    }
}

fn dir(
    stage: &mut Stage<'_>,
    world: &World,
    path: &Option<String>,
    otherwise: NodeId,
    at: Rect,
    [title, why]: [&str; 2],
    strong: bool,
) -> NodeId {
    let known = path.as_ref().filter(|p| world.dirs.contains_key(*p));
    let id = known.map_or(otherwise, |p| NodeId::of(Entity::Dir(p.clone())));
    let font = if strong { Font::Title } else { Font::Mono };
    let up = if stage.is_full() { 23.0 } else { 14.0 };
    let title = stage.fit(title, font, at.width() - 24.0);
    let why = stage.fit(why, Font::Small, at.width() - 20.0);
    let style = match (path.is_some(), strong) {
        (false, _) => Style::Ghost,
        (true, true) => Style::Strong,
        (true, false) => Style::Dashed,
    };
    stage.add(
        Node::new(id.clone(), at, Tint::Family(Family::Storage), style)
            .text(Text::new(pos2(12.0, up), font, Ink::Strong, title))
            .text(Text::new(pos2(12.0, up + 19.0), Font::Small, Ink::Weak, why))
            .called(""),
    );
    id
}

fn empty_upper(stage: &mut Stage<'_>, at: Rect, hint: String) {
    let title = stage.say("scene-upper");
    let up = if stage.is_full() { 23.0 } else { 14.0 };
    let hint = stage.fit(&hint, Font::Small, at.width() - 20.0);
    stage.add(
        Node::new(NodeId::named("upper of no one"), at, Tint::Family(Family::Storage), Style::Ghost)
            .text(Text::new(pos2(12.0, up), Font::Title, Ink::Weak, title))
            .text(Text::new(pos2(12.0, up + 19.0), Font::Small, Ink::Weak, hint))
            .called(""),
    );
}

fn rise(stage: &mut Stage<'_>, from: &NodeId, to: &NodeId, route: [egui::Pos2; 2], mounted: bool) {
    let tint = stage.scene.node(from).map_or(TINT, |n| n.tint);
    let line = if mounted { Line::Solid } else { Line::Dashed };
    stage.wire(from, to, Edge::new(route.to_vec(), tint, line).ends(End::Open, End::Arrow).part("stacks"));
}

/// Where a card's title stands.
fn title_at(sizes: Sizes) -> f32 {
    if sizes.paths > 60.0 { 22.0 } else { 14.0 }
}

/// The merged view with its paths.
/// Layer number `own` is the container's writable one.
#[expect(clippy::too_many_arguments, reason = "what is written on a card")]
fn card(
    stage: &mut Stage<'_>,
    sizes: Sizes,
    id: NodeId,
    at: Rect,
    style: Style,
    [title, why, short]: [&str; 3],
    listed: &Listed<'_>,
    own: usize,
) {
    let shown = &listed.shown;
    let rest = listed.rest(stage);
    let taken = rest.as_ref().filter(|_| sizes.rest_beside).map_or(0.0, |rest| stage.width(rest, Font::Small) + 16.0);
    let room = at.width() - 2.0 * PAD - taken;
    // A word that says a state is not cut.
    let why = if !short.is_empty() && stage.width(why, Font::Small) > room { short } else { why };
    let why = stage.fit(why, Font::Small, room);
    let mut texts = vec![
        Text::new(pos2(PAD, title_at(sizes)), Font::Title, Ink::Strong, title),
        Text::new(pos2(PAD, title_at(sizes) + 19.0), Font::Small, Ink::Tint(Tint::Family(Family::Process)), why),
    ];
    if shown.is_empty() {
        texts.push(Text::new(pos2(PAD, sizes.paths), Font::Small, Ink::Weak, stage.say("scene-not-unpacked")));
    }
    let right = at.width() - PAD;
    for (row, seen) in shown.iter().enumerate() {
        let y = sizes.paths + sizes.path * row as f32;
        let number = seen.layer.to_string();
        let (key, mark, tint) = match seen.fate {
            Fate::Deleted => ("scene-gone-by", Some(Glyph::Minus), Some(Tint::Bad)),
            Fate::Hidden => ("scene-hidden-by", Some(Glyph::Opaque), Some(Tint::Bad)),
            Fate::Replaced => ("scene-from-layer", Some(Glyph::Tilde), Some(Tint::Warn)),
            Fate::Plain => ("scene-from-layer", Some(Glyph::Plus), None),
        };
        let origin = match seen.fate {
            _ if seen.layer != own => stage.say_with(key, &[("n", &number)]),
            Fate::Deleted => stage.say("scene-gone-by-upper"),
            Fate::Hidden => stage.say("scene-hidden-by-upper"),
            Fate::Replaced | Fate::Plain => stage.say("scene-from-upper"),
        };
        let room = right - PAD - stage.width(&origin, Font::Small) - 34.0;
        let path = stage.fit_middle(&format!("/{}", seen.path), Font::Mono, room);
        let gone = matches!(seen.fate, Fate::Deleted | Fate::Hidden);
        let ink = if gone { Ink::Weak } else { Ink::Strong };
        let side = tint.map_or(Ink::Weak, Ink::Tint);
        texts.push(Text::new(pos2(PAD, y), Font::Mono, ink, path).struck(gone));
        texts.push(Text::new(pos2(right, y), Font::Small, side, origin).anchored(Anchor::Right).marked(mark));
    }
    if let Some(rest) = rest {
        let y = sizes.paths + sizes.path * shown.len() as f32;
        texts.push(match sizes.rest_beside {
            true => {
                Text::new(pos2(right, title_at(sizes) + 19.0), Font::Small, Ink::Weak, rest).anchored(Anchor::Right)
            }
            false => Text::new(pos2(PAD, y), Font::Small, Ink::Weak, rest),
        });
    }
    stage.add(Node::new(id, at, Tint::Family(Family::Process), style).texts(texts).called(""));
}
