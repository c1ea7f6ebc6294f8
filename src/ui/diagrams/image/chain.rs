//! The upper half: registries with their tags, and the documents that tags name.

use super::cards::{index_card, is_attestation, manifest_card, pending};
use super::model::is_here;
use super::roots::Root;
use super::*;
use crate::spec::Digest;
use crate::trace::{Descriptor, Index};
use egui::{Rect, vec2};
use std::collections::BTreeSet;

const INDENT: f32 = 26.0;
/// How high a chain is that is not drawn in full.
const LOW: f32 = 44.0;
/// A lower card has one line.
const ONE_LINE: f32 = 34.0;
/// Between two chains.
const APART: f32 = 20.0;
/// Entries of an index that are drawn; the rest is counted.
const SHOWN: usize = 6;
/// The same where room is dear.
const SHOWN_LESS: usize = 4;
const SHOWN_LEAST: usize = 3;

/// Where the upper half ends.
pub(super) struct Chains {
    pub bottom: f32,
    pub right: f32,
    /// The registry box with its place, for bytes to come from.
    pub registry: Option<(NodeId, Rect)>,
}

impl Chains {
    /// The card of a manifest.
    pub fn manifest(&self, stage: &Stage<'_>, digest: &Digest) -> Option<(NodeId, Rect)> {
        let id = NodeId::of(Entity::Manifest(digest.clone()));
        stage.scene.node(&id).map(|node| (id.clone(), node.rect))
    }
}

/// Everything above the layers. `left_out` documents are counted.
pub(super) fn draw(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    pictures: &[Picture<'_>],
    (roots, left_out): (&[Root<'_>], usize),
    at: Pos2,
) -> Chains {
    let mut chains = Chains { bottom: at.y, right: at.x + sizes.right(), registry: None };
    let apart = if stage.is_full() { APART } else { APART / 2.0 };
    let mut y = at.y;
    let mut frame: Option<(&str, NodeId)> = None;
    for root in roots {
        let host = root.tags.first().map(|(_, host)| *host);
        let new = host.filter(|host| frame.as_ref().is_none_or(|(name, _)| name != host));
        if let Some(host) = new {
            frame = registry(world, stage, sizes, host, pos2(at.x, y)).map(|id| (host, id));
        }
        let within = frame.as_ref().filter(|_| host.is_some()).map(|(_, id)| id);
        let head = if new.is_some() && within.is_some() { sizes.frame_head } else { 0.0 };
        let bottom = chain(world, stage, sizes, pictures, root, within, pos2(at.x, y), head);
        y = bottom + apart;
    }
    for host in world.registries.keys() {
        // One that answered and of which no tag is known yet.
        if stage.scene.node(&NodeId::of(Entity::Registry(host.clone()))).is_none() && left_out == 0 {
            registry(world, stage, sizes, host, pos2(at.x, y));
            y += sizes.frame_head + apart;
        }
    }
    if left_out > 0 {
        let text = stage.say_with("scene-more", &[("n", &left_out.to_string())]);
        stage.caption(Text::new(pos2(at.x + sizes.index_x, y + 2.0), Font::Small, Ink::Weak, text));
        y += APART;
    }
    chains.bottom = (y - apart).max(at.y);
    let frames = world.registries.keys().map(|host| NodeId::of(Entity::Registry(host.clone())));
    let lowest = frames.filter_map(|id| stage.scene.node(&id).map(|node| (id, node.rect)));
    // From any other the way down would cross the one below it.
    chains.registry = lowest.max_by(|a, b| a.1.bottom().total_cmp(&b.1.bottom()));
    chains
}

fn registry(world: &World, stage: &mut Stage<'_>, sizes: Sizes, host: &str, at: Pos2) -> Option<NodeId> {
    let registry = world.registries.get(host)?;
    let id = NodeId::of(Entity::Registry(host.to_owned()));
    let place = rect(at.x, at.y, sizes.frame(), sizes.frame_head);
    let name = stage.fit_middle(host, Font::Mono, sizes.tag.x);
    let title = stage.say(if registry.builtin { "scene-registry-builtin" } else { "scene-registry" });
    let auth = if registry.auth == "none" { stage.say("scene-auth-none") } else { registry.auth.clone() };
    let how = format!("{} · {auth}", registry.scheme);
    let pad = sizes.frame_pad;
    let title = stage.fit(&title, Font::Title, sizes.tag.x);
    let (up, down) = if stage.is_full() { (18.0, 36.0) } else { (14.0, 31.0) };
    let kind = title.clone();
    let mut node = Node::new(id.clone(), place, Tint::Plain, Style::Frame);
    if stage.detail >= Detail::Least {
        // The one that is part of dockwalk is known by its name, any other by its address.
        let (font, which) = if registry.builtin { (Font::Title, title) } else { (Font::Mono, name) };
        node = node.text(Text::new(pos2(pad, sizes.frame_head / 2.0), font, Ink::Strong, which));
    } else {
        node = node.text(Text::new(pos2(pad, up), Font::Title, Ink::Strong, title)).text(Text::new(
            pos2(pad, down),
            Font::Mono,
            Ink::Weak,
            name,
        ));
    }
    if stage.is_full() {
        node = node.text(Text::new(pos2(pad, 52.0), Font::Small, Ink::Weak, how));
    }
    stage.add(node.called(if stage.detail >= Detail::Least { &kind } else { "" }));
    Some(id)
}

/// Tags → index → manifests, from `at.y` on; the tags begin `head` lower, below their registry's name. Returns its lower end.
#[expect(clippy::too_many_arguments, reason = "a layout's inputs")]
fn chain(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    pictures: &[Picture<'_>],
    root: &Root<'_>,
    frame: Option<&NodeId>,
    at: Pos2,
    head: f32,
) -> f32 {
    let low = LOW.min(sizes.index.y);
    let height = if root.full { sizes.tag.y } else { LOW.min(sizes.tag.y) };
    let target_height = if root.full && is_index(world, root) { sizes.index.y } else { low };
    let middle = at.y + head + height.max(target_height) / 2.0;
    let mut bottom = middle + height.max(target_height) / 2.0;
    let turn = if stage.is_full() { 14.0 } else { 9.0 };
    let mut tags = Vec::new();
    for (i, (reference, _)) in root.tags.iter().enumerate() {
        let y = middle - height / 2.0 + i as f32 * (height + if height < ONE_LINE { 5.0 } else { 8.0 });
        let place = rect(at.x + sizes.frame_pad, y, sizes.tag.x, height);
        tags.push((tag_card(stage, reference, place, frame), place));
        bottom = bottom.max(place.bottom());
    }
    if let Some(node) = frame.filter(|_| !tags.is_empty()).and_then(|id| stage.scene.node_mut(id)) {
        node.rect.max.y = node.rect.max.y.max(bottom.min(tags.last().map_or(0.0, |t| t.1.bottom())) + sizes.frame_pad);
        bottom = bottom.max(node.rect.bottom());
    }
    if let Some((target, place)) = drawn(stage, root) {
        // Another registry's tag points at the same document.
        join(stage, &tags, &target, place, at.x + sizes.frame() + turn, Line::Solid);
        return bottom;
    }
    let index = rect(at.x + sizes.index_x, middle - target_height / 2.0, sizes.index.x, target_height);
    let wide = rect(at.x + sizes.manifest_x, middle - sizes.manifest.y / 2.0, sizes.manifest.x, sizes.manifest.y);
    let (target, place) = if let Some(read) = world.indexes.get(&root.digest) {
        let id = index_card(world, stage, read, index, root);
        let listing = Listing { world, sizes, pictures, root, index: read, from: &id, card: index };
        let down = entries(stage, listing, pos2(at.x + sizes.manifest_x, at.y));
        bottom = bottom.max(down);
        (id, index)
    } else if is_index(world, root) {
        (pending(stage, root, index), index)
    } else {
        let read = world.manifests.get(&root.digest);
        let described = read.map(|manifest| &manifest.this).or(root.descriptor);
        let Some(described) = described else { return bottom };
        let style = match read {
            None => Style::Ghost,
            Some(manifest) if !is_here(world, manifest) => Style::Ghost,
            Some(_) if root.is_past() => Style::Dashed,
            Some(_) if root.full => Style::Strong,
            Some(_) => Style::Solid,
        };
        let place = if root.full { wide } else { Rect { max: pos2(wide.right(), wide.top() + low), ..wide } };
        let place = place.translate(vec2(0.0, middle - place.center().y));
        bottom = bottom.max(place.bottom());
        let past = root.is_past();
        (manifest_card(stage, described, place, style, false, past.then_some(root)), place)
    };
    let unread = !world.indexes.contains_key(&root.digest) && !world.manifests.contains_key(&root.digest);
    join(stage, &tags, &target, place, at.x + sizes.frame() + turn, if unread { Line::Dashed } else { Line::Solid });
    was(stage, root, &target, place, at.x + sizes.frame() + 1.6 * turn);
    bottom
}

/// The document of a root, when it stands already.
fn drawn(stage: &Stage<'_>, root: &Root<'_>) -> Option<(NodeId, Rect)> {
    let ids = [Entity::Index(root.digest.clone()), Entity::Manifest(root.digest.clone())].map(NodeId::of);
    ids.into_iter().find_map(|id| stage.scene.node(&id).map(|node| (id.clone(), node.rect)))
}

/// From each tag to what it points at; those that are not beside it join on the way.
fn join(stage: &mut Stage<'_>, tags: &[(NodeId, Rect)], target: &NodeId, place: Rect, turn: f32, line: Line) {
    for (tag, from) in tags {
        let mut route = vec![from.right_center()];
        if (from.center().y - place.center().y).abs() > 0.5 {
            route.extend([pos2(turn, from.center().y), pos2(turn, place.center().y)]);
        }
        route.push(place.left_center());
        stage.wire(tag, target, Edge::new(route, TINT, line).part(POINTS).ends(End::Open, End::Arrow));
    }
}

/// A tag that pointed here before and points elsewhere now: from its side, down to where it was.
fn was(stage: &mut Stage<'_>, root: &Root<'_>, target: &NodeId, place: Rect, turn: f32) {
    for (i, reference) in root.before.iter().enumerate() {
        let tag = NodeId::of(Entity::RemoteTag((*reference).clone()));
        let Some(from) = stage.scene.node(&tag).map(|node| node.rect) else { continue };
        let y = from.bottom() - 8.0;
        let into = place.top() + place.height() * 0.5 + (4.0 * i as f32).min(12.0);
        let turn = turn + (3.0 * i as f32).min(9.0);
        let route = vec![pos2(from.right(), y), pos2(turn, y), pos2(turn, into), pos2(place.left(), into)];
        stage.wire(
            &tag,
            target,
            Edge::new(route, Tint::Plain, Line::Dashed).part("pointed").ends(End::Open, End::Arrow),
        );
    }
}

fn is_index(world: &World, root: &Root<'_>) -> bool {
    let said = |d: &Descriptor| d.media_type.contains("index") || d.media_type.contains("manifest.list");
    world.indexes.contains_key(&root.digest) || root.descriptor.is_some_and(said)
}

fn tag_card(stage: &mut Stage<'_>, reference: &str, place: Rect, frame: Option<&NodeId>) -> NodeId {
    let id = NodeId::of(Entity::RemoteTag(reference.to_owned()));
    let name = stage.fit_middle(&familiar(reference), Font::Mono, place.width() - 26.0);
    let (up, down) = if place.height() < 50.0 { (13.0, 29.0) } else { (19.0, 38.0) };
    let title = stage.say("scene-tag");
    let mut node = Node::new(id.clone(), place, TINT, Style::Solid);
    let one_line = place.height() < ONE_LINE;
    node = if one_line {
        let middle = pos2(12.0, place.height() / 2.0);
        node.text(Text::new(middle, Font::Mono, Ink::Strong, name).marked(Glyph::Tag))
    } else {
        node.text(Text::new(pos2(14.0, up), Font::Title, Ink::Strong, title.clone()).marked(Glyph::Tag))
            .text(Text::new(pos2(14.0, down), Font::Mono, Ink::Weak, name))
    };
    if let Some(frame) = frame {
        node = node.within(frame);
    }
    stage.add(node.called(if one_line { &title } else { "" }));
    id
}

/// An index whose entries are drawn: what is known around it, its node, and where that is.
#[derive(Clone, Copy)]
struct Listing<'a> {
    world: &'a World,
    sizes: Sizes,
    pictures: &'a [Picture<'a>],
    root: &'a Root<'a>,
    index: &'a Index,
    from: &'a NodeId,
    card: Rect,
}

/// The entries of an index below one another, those of an index in it indented. Returns the lower end.
fn entries(stage: &mut Stage<'_>, listing: Listing<'_>, at: Pos2) -> f32 {
    if !listing.root.full {
        return low_entries(stage, listing, at.x);
    }
    let mut down = Rows { y: at.y, x: at.x, met: BTreeSet::from([listing.index.this.digest.clone()]) };
    down.list(stage, listing, 0);
    down.y - listing.sizes.apart
}

/// Of a chain that is not drawn in full: the manifests of images that are here, in the index's own row.
fn low_entries(stage: &mut Stage<'_>, listing: Listing<'_>, x: f32) -> f32 {
    let Listing { world, sizes, pictures, root, index, from, card } = listing;
    let low = LOW.min(sizes.index.y);
    let mut y = card.top();
    let read = |digest: &Digest| world.manifests.contains_key(digest);
    let of_image = |entry: &&Descriptor| {
        let image = pictures.iter().any(|p| p.manifest.is_some_and(|m| m.this.digest == entry.digest));
        image || (world.chosen.get(&index.this.digest) == Some(&entry.digest) && read(&entry.digest))
    };
    let mut listed: Vec<&Descriptor> = index.manifests.iter().filter(of_image).collect();
    let inner = root.picture(world, pictures).and_then(|p| p.manifest).map(|m| &m.this);
    // The same config may be named by a manifest of another registry: only an index within this one leads farther.
    listed.extend(inner.filter(|this| !lists(index, &this.digest) && leads(world, index, &this.digest, 3)));
    for entry in listed {
        let id = NodeId::of(Entity::Manifest(entry.digest.clone()));
        if stage.scene.node(&id).is_some() {
            continue;
        }
        let place = rect(x, y, sizes.manifest.x, low);
        let left = world.manifests.get(&entry.digest).is_some_and(|manifest| !is_here(world, manifest));
        let style = match (left, root.is_past()) {
            (true, _) => Style::Ghost,
            (false, true) => Style::Dashed,
            (false, false) => Style::Solid,
        };
        manifest_card(stage, entry, place, style, false, None);
        let route = curve(card.right_center(), place.left_center());
        stage.wire(from, &id, Edge::new(route, TINT, Line::Dim).part("lists"));
        y += low + 8.0;
    }
    (y - 8.0).max(card.bottom())
}

fn lists(index: &Index, digest: &Digest) -> bool {
    index.manifests.iter().any(|entry| entry.digest == *digest)
}

/// An index lists it, or an index that it lists does, so many deep.
fn leads(world: &World, index: &Index, digest: &Digest, depth: usize) -> bool {
    let inner = index.manifests.iter().filter_map(|entry| world.indexes.get(&entry.digest));
    lists(index, digest) || (depth > 0 && inner.into_iter().any(|inner| leads(world, inner, digest, depth - 1)))
}

struct Rows {
    x: f32,
    y: f32,
    met: BTreeSet<Digest>,
}

impl Rows {
    fn list(&mut self, stage: &mut Stage<'_>, listing: Listing<'_>, depth: usize) {
        let Listing { world, sizes, pictures, root, index, from, card } = listing;
        let chosen = world.chosen.get(&index.this.digest);
        let entries = shown(index, chosen, most(stage));
        for entry in &entries {
            let left = self.x + INDENT * depth as f32;
            let place =
                Rect::from_min_max(pos2(left, self.y), pos2(self.x + sizes.manifest.x, self.y + sizes.manifest.y));
            let inner = world.indexes.get(&entry.digest);
            let fresh = inner.filter(|_| depth < 3 && self.met.insert(entry.digest.clone()));
            let id = match fresh {
                Some(_) => NodeId::of(Entity::Index(entry.digest.clone())),
                None => NodeId::of(Entity::Manifest(entry.digest.clone())),
            };
            if stage.scene.node(&id).is_some() {
                continue;
            }
            let is_chosen = chosen == Some(&entry.digest);
            let of_image = pictures.iter().any(|p| p.manifest.is_some_and(|m| m.this.digest == entry.digest));
            let gone = world.manifests.get(&entry.digest).is_some_and(|manifest| !is_here(world, manifest));
            let style = match (is_chosen, chosen.is_some()) {
                _ if gone => Style::Ghost,
                (true, _) => Style::Strong,
                (false, true) if !of_image => Style::Dim,
                (false, _) => Style::Solid,
            };
            match fresh {
                Some(inner) => drop(index_card(world, stage, inner, place, root)),
                None => drop(manifest_card(stage, entry, place, style, is_chosen, None)),
            }
            let line = if is_chosen || fresh.is_some() { Line::Solid } else { Line::Dim };
            let route = if depth == 0 {
                curve(card.right_center(), place.left_center())
            } else {
                // Down in the strip that the indent leaves free.
                let x = left - INDENT / 2.0;
                vec![pos2(x, card.bottom()), pos2(x, place.center().y), place.left_center()]
            };
            stage.wire(from, &id, Edge::new(route, TINT, line).part("lists"));
            self.y += sizes.manifest.y + sizes.apart;
            if let Some(inner) = fresh {
                self.list(stage, Listing { index: inner, from: &id, card: place, ..listing }, depth + 1);
            }
        }
        let rest = index.manifests.len() - entries.len();
        if rest > 0 {
            let text = stage.say_with("scene-more", &[("n", &rest.to_string())]);
            let at = pos2(self.x + INDENT * depth as f32 + 16.0, self.y + 4.0);
            stage.caption(Text::new(at, Font::Small, Ink::Weak, text));
            self.y += 26.0;
        }
    }
}

/// How many entries of an index are drawn.
fn most(stage: &Stage<'_>) -> usize {
    match stage.detail {
        Detail::Full => SHOWN,
        Detail::Less => SHOWN_LESS,
        Detail::Least => SHOWN_LEAST,
        Detail::Bare | Detail::Thin => 1,
    }
}

/// The entries that are drawn: the chosen one is always among them.
fn shown<'a>(index: &'a Index, chosen: Option<&Digest>, most: usize) -> Vec<&'a Descriptor> {
    let mut entries: Vec<&Descriptor> = Vec::new();
    for entry in &index.manifests {
        if entries.iter().all(|other| other.digest != entry.digest) {
            entries.push(entry);
        }
    }
    entries.sort_by_key(|m| (chosen != Some(&m.digest), is_attestation(m)));
    entries.truncate(most);
    entries
}
