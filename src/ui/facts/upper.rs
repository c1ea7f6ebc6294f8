//! What is known of a container's writable layer and of one path in it.

use super::{Described, LISTED, Table, Tone, container_row, short};
use crate::spec::ContainerId;
use crate::trace::{Effect, Entity, Family, Upper, UpperFile, World};

/// The rows of a directory that is a container's upper.
pub(super) fn directory(upper: &Upper, id: &ContainerId, t: &mut Table<'_>) {
    t.row("fact-upper-paths", upper.totals.paths);
    t.row("fact-upper-deleted", upper.totals.deleted);
    t.bytes("fact-upper-bytes", upper.totals.bytes);
    t.bytes("fact-upper-copied", upper.totals.copied);
    // Mount points are none of the paths that are counted.
    let all = upper.totals.paths.max(upper.files.values().filter(|file| !file.mount_point).count() as u64);
    let listed = upper.files.values().take(LISTED).filter(|file| !file.mount_point).count() as u64;
    for file in upper.files.values().take(LISTED) {
        let (label, tone) = of_file(file);
        t.toned(label, file.path.clone(), tone);
        if let Some(row) = t.rows.last_mut() {
            row.leads_to = Some(Entity::UpperFile(id.clone(), file.path.clone()));
        }
    }
    t.rest(all.saturating_sub(listed));
}

/// What happened to a path: the message that says so, and whether that is good.
pub(super) fn effect(effect: Effect) -> (&'static str, Tone) {
    match effect {
        Effect::Added => ("effect-added", Tone::Good),
        Effect::Replaced => ("effect-replaced", Tone::Plain),
        Effect::Deleted => ("effect-deleted", Tone::Bad),
        Effect::Opaque => ("effect-opaque", Tone::Bad),
    }
}

fn of_file(file: &UpperFile) -> (&'static str, Tone) {
    if file.copied.is_some() { ("effect-copied", Tone::Plain) } else { effect(file.effect) }
}

/// The rows of one path.
pub(super) fn file(id: &ContainerId, path: &str, world: &World, t: &mut Table<'_>) -> Described {
    let upper = world.uppers.get(id)?;
    let file = upper.files.get(path)?;
    let (label, tone) = of_file(file);
    let word = t.words.say(label);
    t.toned("fact-effect", word, tone);
    if file.effect != Effect::Deleted {
        t.bytes("fact-size", file.size);
    }
    if let Some(copy) = &file.copied {
        t.bytes("fact-copied", copy.bytes);
        t.bytes("fact-size-below", copy.size);
        t.link("fact-from-layer", short(&copy.layer), Entity::Layer(copy.layer.clone()));
        if copy.path != file.path {
            t.row("fact-path-below", format!("/{}", copy.path));
        }
    }
    t.link("upperdir", &upper.path, Entity::Dir(upper.path.clone()));
    container_row(Some(id), world, t);
    Some((format!("/{path}"), "kind-upper-file", Family::Storage))
}
