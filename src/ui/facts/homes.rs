//! What is known of what a volume, a bind mount's source or a tmpfs holds, and of one file in it: the same seen from the host and
//! from inside of containers.

use super::{Described, Table};
use crate::trace::{Entity, Family, Home, Mount, MountKind, World};

/// The rows of a home that was looked at.
pub(super) fn contents(home: &Home, world: &World, t: &mut Table<'_>) {
    let Some(held) = world.contents.get(home) else { return };
    t.row("fact-home-files", held.files);
    t.bytes("fact-upper-bytes", held.bytes);
    let (all, free) = held.room;
    if all > 0 {
        t.row("fact-home-room", format!("{} / {}", crate::i18n::size(free), crate::i18n::size(all)));
    }
    if !held.whole {
        let more = t.words.say("fact-home-more");
        t.row("…", more);
    }
    for file in held.newest.iter().filter(|file| !file.path.is_empty()) {
        let text = format!("{}  {}", file.path, crate::i18n::size(file.size));
        t.link("fact-home-file", text, Entity::HomeFile(Box::new(home.clone()), file.path.clone()));
    }
    t.rest(held.files.saturating_sub(held.newest.len() as u64));
}

/// The rows of one file.
pub(super) fn file(home: &Home, path: &str, world: &World, t: &mut Table<'_>) -> Described {
    let held = world.contents.get(home)?;
    let file = held.newest.iter().find(|file| file.path == path)?;
    let below = |place: &str| if path.is_empty() { place.to_owned() } else { format!("{place}/{path}") };
    let (host, entity) = (held.at.as_deref().map(below), home.entity());
    match host {
        Some(host) => t.link("fact-on-host", host, entity),
        None => {
            let nowhere = t.words.say("fact-on-host-nowhere");
            t.link("fact-on-host", nowhere, entity);
        }
    }
    for mount in world.mounts.values().filter(|mount| is_of(mount, home)) {
        let Some(container) = mount.container.as_ref().and_then(|id| world.containers.get(id)) else { continue };
        t.link("fact-inside", format!("{}:{}", container.name, below(&mount.target)), Entity::Mount(mount.key));
    }
    t.row("fact-inode", file.inode);
    t.bytes("fact-size", file.size);
    let name = if path.is_empty() { "/".to_owned() } else { format!("/{path}") };
    Some((name, "kind-home-file", Family::Storage))
}

fn is_of(mount: &Mount, home: &Home) -> bool {
    match (&mount.kind, home) {
        (MountKind::Volume { name }, Home::Volume { name: other }) => name == other,
        (MountKind::Bind { from }, Home::Bind { from: other }) => from == other,
        (MountKind::Tmpfs, Home::Tmpfs { mount: key }) => mount.key == *key,
        _ => false,
    }
}
