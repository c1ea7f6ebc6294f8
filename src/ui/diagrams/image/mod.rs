//! From a tag to bytes, and from bytes to a file system.
//!
//! ```text
//! ┌ registry ┐      ┌ manifest linux/amd64 ┐──┐
//! │  tag ────┼─index┤ manifest linux/arm64 │  │
//! └──────────┘      └ attestation          ┘  │
//!       ┌─────────────────┬───────────────────┘   a lane for each image, around everything
//!   ┌ config ┐    ├─ blob ──▶ DiffID ──▶ lower 1    the image in focus: a row for each layer, the lowest at the bottom
//!   │  tags  │    ├─ blob ──▶ DiffID ──▶ lower 2
//!   └────────┘    │
//!   ┌ config ┐    ├─ what only this image has        every other image: what it shares stands above, once, and its
//!   └────────┘                                       manifest's wire leads there
//! ```

mod before;
mod cards;
mod chain;
mod flaws;
mod focus;
mod model;
mod others;
mod progress;
mod roots;
mod rows;
mod scale;
mod size;
mod subject;
mod wires;

pub(super) use focus::subject as subject_of;
pub(super) use model::{Picture, Slab, pictures};
pub(super) use progress::instruction;

use super::scene::{Anchor, Edge, End, Font, Ink, Line, Node, Scene, Style, Text, Tint};
use super::shown::POINTS;
use super::stage::{Detail, Stage, curve, rect, short};
use super::{Glyph, NodeId};
use crate::i18n::size as bytes;
use crate::trace::{Code, Entity, Family, World};
use egui::{Pos2, pos2};
use focus::Focus;
use others::Placed;
use scale::Scale;
use size::{Part, Sizes};

const TINT: Tint = Tint::Family(Family::Image);
const LANE: f32 = 8.0;

/// The picture of all images; of the one in focus it shows everything.
pub(super) fn scene(world: &World, chosen: Option<&Entity>, mut stage: Stage<'_>) -> Scene {
    let pictures = pictures(world);
    if world.registries.is_empty() && world.remote_tags.is_empty() && pictures.is_empty() {
        return stage.nothing(match super::was_done(world, &super::IMAGES) {
            true => ["scene-image-none-now", "scene-image-none-now-hint"],
            false => ["scene-image-empty", "scene-image-empty-hint"],
        });
    }
    let sizes = Sizes::of(&stage);
    let margin = sizes.margin;
    let focus = Focus::of(world, &pictures, chosen);
    let (roots, left_out) = roots::roots(world, &pictures, &focus, sizes.chain, &stage);
    let chains = chain::draw(world, &mut stage, sizes, &pictures, (&roots, left_out), pos2(margin, margin));

    let main = pictures.iter().find(|p| Some(&p.id) == focus.image.as_ref());
    // What the picture is about and is not on this host, any more or yet, is drawn as far as it is known.
    let ghost = focus.image.as_ref().filter(|_| main.is_none()).and_then(|id| model::ghost(world, id));
    let main = main.or(ghost.as_ref());
    let mut others: Vec<&Picture<'_>> = pictures.iter().filter(|p| Some(&p.id) != focus.image.as_ref()).collect();
    // Images that share layers beside each other, the one that has fewer of them first.
    others.sort_by_cached_key(|p| p.layers.iter().map(Slab::key).collect::<Vec<_>>());
    let all = others.len();
    others.truncate(sizes.others);
    let uncounted = all - others.len();

    let images = others.len() + usize::from(main.is_some());
    let lanes = LANE * images as f32;
    let top = chains.bottom + lanes + sizes.between;
    let layers_at = margin + sizes.config + sizes.gutter.max(30.0 + lanes);
    let rows = main.map(|picture| rows::rows(world, &stage, picture, chosen, sizes)).unwrap_or_default();
    let amounts = main.map(|p| rows::amounts(p, &rows)).into_iter().flatten().chain(beside(main, &others));
    let scale = Scale::of(sizes.track, amounts);

    let mut placed: Vec<Placed<'_, '_>> = Vec::new();
    let mut y = top;
    if let Some(picture) = main {
        let (config, tags_end) = subject::config(world, &mut stage, sizes, picture, pos2(margin, top));
        let (ports, layers_end) = rows::draw(world, &mut stage, sizes, picture, &rows, scale, pos2(layers_at, top));
        // What only explains the picture is left out where there is no room.
        let explained = stage.detail < Detail::Least;
        let left = if explained { notes(&mut stage, sizes, picture, &others, tags_end) } else { tags_end };
        let right = match explained {
            true => scale.legend(&mut stage, pos2(layers_at, layers_end + sizes.gap), sizes.columns()),
            false => layers_end,
        };
        placed.push(Placed { picture, config, ports });
        y = left.max(right)
            + match stage.detail {
                Detail::Full => 24.0,
                Detail::Less | Detail::Least => 12.0,
                Detail::Bare | Detail::Thin => 8.0,
            };
    }
    for picture in others {
        let at = pos2(margin, y);
        let (one, bottom) = others::draw(world, &mut stage, sizes, picture, &placed, scale, at, layers_at);
        placed.push(one);
        y = bottom
            + match stage.detail {
                Detail::Full => 18.0,
                Detail::Less | Detail::Least => 10.0,
                Detail::Bare | Detail::Thin => 6.0,
            };
    }
    if uncounted > 0 {
        let text = stage.say_with("scene-more", &[("n", &uncounted.to_string())]);
        stage.caption(Text::new(pos2(margin, y + 6.0), Font::Small, Ink::Weak, text));
    }
    before::ways(world, &mut stage, sizes, &pictures);
    wires::draw(&mut stage, &placed, main.is_some(), &chains, top, layers_at);
    if let (Some(main), Some(registry)) = (placed.first().filter(|_| main.is_some()), &chains.registry) {
        let lane = chains.bottom + if stage.is_full() { 12.0 } else { 8.0 };
        wires::bytes_in(&mut stage, main, registry, lane, layers_at);
    }
    flaws::mark(world, &mut stage);
    let spoken = spoken(&stage, world, &pictures, main);
    stage.done(spoken)
}

/// The sizes of what the other images show.
fn beside(main: Option<&Picture<'_>>, others: &[&Picture<'_>]) -> Vec<u64> {
    let mut amounts = Vec::new();
    for (i, picture) in others.iter().enumerate() {
        let before: Vec<&Picture<'_>> = main.into_iter().chain(others[..i].iter().copied()).collect();
        let own = others::own_from(picture, &before);
        amounts.extend(picture.layers[own..].iter().filter_map(|slab| slab.descriptor).map(|d| d.size));
    }
    amounts
}

/// Says how the stack is to be read. Returns its lower end.
fn notes(stage: &mut Stage<'_>, sizes: Sizes, picture: &Picture<'_>, others: &[&Picture<'_>], below: f32) -> f32 {
    let first = |p: &Picture<'_>| p.layers.first().map(Slab::key);
    // Which is the lowest is seen when they are stacked; a lesson asks before.
    let lines = if stage.hides_order() {
        let several = picture.layers.len() > 1 && sizes.layers != Part::Row;
        several.then(|| stage.say("scene-order-hidden")).into_iter().collect()
    } else if picture.layers.iter().all(|slab| slab.layer.is_none()) {
        Vec::new()
    } else {
        let shared = others.iter().any(|other| first(other).is_some() && first(other) == first(picture));
        let shared = shared.then(|| stage.say("scene-shared-once"));
        [stage.say("scene-stack-direction")].into_iter().chain(shared).collect()
    };
    if lines.is_empty() {
        return below;
    }
    let mut y = below + 20.0;
    for line in lines {
        for line in stage.wrap(&line, Font::Small, sizes.config) {
            stage.caption(Text::new(pos2(sizes.margin, y), Font::Small, Ink::Weak, line));
            y += 17.0;
        }
        y += 4.0;
    }
    y
}

/// `lab/shell:1` for `docker.io/lab/shell:1`.
pub(super) fn familiar(reference: &str) -> String {
    reference.parse::<crate::spec::Reference>().map_or_else(|_| reference.to_owned(), |r| r.familiar())
}

/// Why an image cannot run here: the platform it is for, and this host's, as the engine said.
fn runs_not(world: &World, picture: &Picture<'_>) -> Option<(String, String)> {
    let image = &picture.config?.platform;
    let host = world.host.as_ref().and_then(|host| host.platform.as_ref());
    if let Some(host) = host {
        return (!host.runs(image)).then(|| (image.to_string(), host.to_string()));
    }
    // A recording from before hosts said their platform: what was remarked when the image was pulled.
    let names: Vec<String> = picture.tags.iter().map(|tag| familiar(tag)).collect();
    world.remarks.iter().rev().find_map(|remark| {
        let arg = |name: &str| remark.args.get(name).cloned().unwrap_or_default();
        let about = matches!(remark.code, Code::PlatformDiffers) && names.contains(&arg("image"));
        (about && arg("platform") == image.to_string()).then(|| (arg("platform"), arg("host")))
    })
}

fn spoken(stage: &Stage<'_>, world: &World, pictures: &[Picture<'_>], main: Option<&Picture<'_>>) -> String {
    let mut sentences: Vec<String> = Vec::new();
    let rest = pictures.iter().filter(|p| main.is_none_or(|main| main.id != p.id));
    for picture in main.into_iter().chain(rest) {
        let ready = picture.layers.iter().filter(|l| progress::is_here(l)).count().to_string();
        let name = picture.tags.first().map_or_else(|| short(&picture.id), |t| familiar(t));
        let layers = picture.layers.len().to_string();
        sentences
            .push(stage.say_with("scene-image-spoken", &[("name", &name), ("layers", &layers), ("ready", &ready)]));
        if let Some((image, host)) = runs_not(world, picture) {
            sentences.push(stage.say_with("scene-other-platform-why", &[("image", &image), ("host", &host)]));
        }
    }
    for reference in
        world.moved_remote_tags.keys().chain(world.moved_tags.keys()).collect::<std::collections::BTreeSet<_>>()
    {
        sentences.push(stage.say_with("scene-moved-spoken", &[("tag", &familiar(reference))]));
    }
    for rejected in world.rejected.values() {
        let (what, by) = (rejected.content.name(), rejected.by.name());
        let (what, by) = (stage.say(&format!("content-{what}")), stage.say(&format!("promise-{by}")));
        sentences.push(stage.say_with("scene-caught-spoken", &[("what", &what), ("by", &by)]));
    }
    if sentences.is_empty() { stage.say("scene-image-resolving") } else { sentences.join(" ") }
}
