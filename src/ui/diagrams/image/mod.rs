//! From a tag to bytes.
//!
//! ```text
//! ┌ registry ┐      ┌ manifest linux/amd64 ┐──┐
//! │  tag ────┼─index┤ manifest linux/arm64 │  │
//! └──────────┘      └ attestation          ┘  │
//!       ┌──────────────────────┬──────────────┘   a lane for each image, around everything
//!   ┌ config ┐            ┌ layer 4 ┐
//!   │  tags  │            │ layer 3 │             stacks grow upwards; what two images share is one
//!   └────────┘            │ layer 1 │             box as wide as both
//!                         └─────────┘
//! ```

mod chain;
mod model;
mod stack;

pub(super) use model::{Picture, Slab, pictures};
pub(super) use stack::instruction;

use super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::stage::{MARGIN, Stage, bytes, rect, short};
use super::{Mark, NodeId};
use crate::trace::{Entity, Family, World};
use egui::{Pos2, pos2};

const TINT: Tint = Tint::Family(Family::Image);
const CONFIG_WIDTH: f32 = 226.0;
const GAP: f32 = 44.0;
const LANE: f32 = 12.0;

/// The picture of all images.
pub(super) fn scene(world: &World, mut stage: Stage<'_>) -> Scene {
    let mut pictures = pictures(world);
    if world.registries.is_empty() && world.remote_tags.is_empty() && pictures.is_empty() {
        return stage.nothing_yet("scene-image-empty", "scene-image-empty-hint");
    }
    let chains = chain::draw(world, &mut stage, pos2(MARGIN, MARGIN));
    stack::order(&mut pictures);
    let lanes = pictures.len() as f32 * LANE;
    let top = chains.bottom + 26.0 + lanes + 30.0;
    let stacks_left = MARGIN + CONFIG_WIDTH + GAP;
    let plan = stack::Plan::of(&pictures, pos2(stacks_left, top));

    let mut y = top;
    let mut configs = Vec::new();
    for picture in &pictures {
        let (id, place, bottom) = config(&mut stage, picture, pos2(MARGIN, y));
        configs.push((id, place));
        y = bottom + 26.0;
    }
    plan.draw(world, &mut stage, &pictures);
    wires(&mut stage, &pictures, &configs, &plan, &chains, top);
    stack::bytes_in(&mut stage, &pictures, &plan, &chains, top);
    notes(&mut stage, &pictures, &plan, y);
    let spoken = spoken(&stage, &pictures);
    stage.done(spoken)
}

/// The config card with the local tags below it. Returns its lower end.
fn config(stage: &mut Stage<'_>, picture: &Picture<'_>, at: Pos2) -> (NodeId, egui::Rect, f32) {
    let id = NodeId::of(Entity::Config(picture.id.clone()));
    let title = stage.say("scene-config");
    let mut lines = vec![(Font::Mono, Ink::Weak, short(&picture.id))];
    if let Some(config) = picture.config {
        let run: Vec<&str> = config.entrypoint.iter().chain(&config.cmd).map(String::as_str).collect();
        let mut add = |key: &str, value: String| {
            if !value.is_empty() {
                lines.push((Font::MonoSmall, Ink::Weak, format!("{key} {value}")));
            }
        };
        add("Cmd", run.join(" "));
        add("Env", config.env.len().to_string());
        add("WorkingDir", config.working_dir.clone());
        add("User", config.user.clone());
        add("", config.platform.to_string());
    } else {
        let size = picture.config_descriptor.map(|d| bytes(d.size)).unwrap_or_default();
        let text = format!("{size} · {}", stage.say("scene-not-read"));
        lines.push((Font::Small, Ink::Weak, text));
    }
    let place = rect(at.x, at.y, CONFIG_WIDTH, 40.0 + 18.0 * lines.len() as f32 + 8.0);
    let style = if picture.config.is_some() { Style::Solid } else { Style::Ghost };
    let mut node = Node::new(id.clone(), place, Tint::Family(Family::Process), style).text(Text::new(
        pos2(16.0, 21.0),
        Font::Title,
        Ink::Strong,
        title,
    ));
    for (row, (font, ink, line)) in lines.into_iter().enumerate() {
        let line = stage.fit(line.trim(), font, CONFIG_WIDTH - 30.0);
        node = node.text(Text::new(pos2(16.0, 43.0 + 18.0 * row as f32), font, ink, line));
    }
    stage.add(node.called(""));
    let mut bottom = place.bottom();
    let mut above = (id.clone(), place);
    for tag in &picture.tags {
        let at = rect(at.x, bottom + 14.0, CONFIG_WIDTH, 46.0);
        let name = stage.fit_middle(&familiar(tag), Font::Mono, CONFIG_WIDTH - 30.0);
        let tag_id = NodeId::of(Entity::Tag((*tag).clone()));
        let node = Node::new(tag_id.clone(), at, TINT, Style::Solid)
            .text(
                Text::new(pos2(14.0, 14.0), Font::Small, Ink::Tint(TINT), stage.say("scene-local-tag"))
                    .marked(Mark::Tag),
            )
            .text(Text::new(pos2(14.0, 32.0), Font::Mono, Ink::Strong, name));
        stage.add(node.called(""));
        let route = vec![at.center_top(), above.1.center_bottom()];
        stage.wire(&tag_id, &above.0, Edge::new(route, TINT, Line::Solid).part("names"));
        bottom = at.bottom();
        above = (tag_id, at);
    }
    (id, place, bottom)
}

/// From each chosen manifest around everything to its config and its stack.
fn wires(
    stage: &mut Stage<'_>,
    pictures: &[Picture<'_>],
    configs: &[(NodeId, egui::Rect)],
    plan: &stack::Plan,
    chains: &chain::Chains,
    top: f32,
) {
    for (i, picture) in pictures.iter().enumerate() {
        let Some((manifest, from)) = picture.manifest.and_then(|m| chains.manifest(stage, &m.this.digest)) else {
            continue;
        };
        // The last image's lane is the lowest: the wires nest and do not cross one another on the way down.
        let back = (pictures.len() - 1 - i) as f32;
        let lane = top - 30.0 - LANE * back;
        let gutter = chains.right + 14.0 + LANE * back;
        let start = from.right_center();
        let (config, card) = &configs[i];
        let style = |route| Edge::new(route, TINT, Line::Solid);
        let down = vec![start, pos2(gutter, start.y), pos2(gutter, lane)];
        let mut to_config = down.clone();
        if i == 0 {
            let x = card.center().x;
            to_config.extend([pos2(x, lane), pos2(x, card.top())]);
        } else {
            // Past the cards above it, at their left.
            let x = MARGIN - 10.0 - 4.0 * (i % 3) as f32;
            to_config.extend([pos2(x, lane), pos2(x, card.center().y), card.left_center()]);
        }
        stage.wire(&manifest, config, style(to_config).part("config"));
        if let Some((layer, place)) = plan.top_of(i) {
            let mut route = down;
            route.extend([pos2(place.x, lane), place]);
            stage.wire(&manifest, &layer, style(route).part("layers").ends(End::Open, End::Open));
        }
    }
}

fn notes(stage: &mut Stage<'_>, pictures: &[Picture<'_>], plan: &stack::Plan, below: f32) {
    if plan.is_empty() {
        return;
    }
    let mut lines = vec![stage.say("scene-stack-direction")];
    if plan.shares(pictures) {
        lines.extend(stage.wrap(&stage.say("scene-shared-once"), Font::Small, CONFIG_WIDTH));
    }
    for (row, line) in lines.into_iter().enumerate() {
        let at = pos2(MARGIN, below + 12.0 + 18.0 * row as f32);
        stage.caption(Text::new(at, Font::Small, Ink::Weak, line));
    }
}

/// `lab/shell:1` for `docker.io/lab/shell:1`.
pub(super) fn familiar(reference: &str) -> String {
    reference.parse::<crate::spec::Reference>().map_or_else(|_| reference.to_owned(), |r| r.familiar())
}

fn spoken(stage: &Stage<'_>, pictures: &[Picture<'_>]) -> String {
    let sentences = pictures.iter().map(|picture| {
        let ready = picture.layers.iter().filter(|l| stack::is_here(l)).count();
        let name = picture.tags.first().map_or_else(|| short(&picture.id), |t| familiar(t));
        let (layers, ready) = (picture.layers.len().to_string(), ready.to_string());
        stage.say_with("scene-image-spoken", &[("name", &name), ("layers", &layers), ("ready", &ready)])
    });
    let text = sentences.collect::<Vec<_>>().join(" ");
    if text.is_empty() { stage.say("scene-image-resolving") } else { text }
}
