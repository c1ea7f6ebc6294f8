use super::{Sentence, bytes, sentence};
use crate::trace::{Contents, Home, Still, World};

/// What is different in a home: one file by its name, several by their number.
pub(super) fn describe(now: &Contents, before: &World) -> Sentence {
    let known = before.contents.get(&now.home);
    let count = known.map_or(0, |known| known.files);
    let named = now.newest.iter().find(|file| now.fresh.first() == Some(&file.path)).filter(|_| now.fresh.len() == 1);
    let was_there = named.is_some_and(|file| {
        let by_name = known.is_some_and(|known| known.newest.iter().any(|other| other.path == file.path));
        by_name || now.files <= count
    });
    let told = match named {
        _ if now.still == Still::Gone => sentence("change-contents-gone"),
        _ if now.still == Still::Replaced => sentence("change-contents-replaced"),
        _ if now.files == 0 && now.whole => sentence("change-contents-empty"),
        Some(file) => sentence(if was_there { "change-contents-changed" } else { "change-contents-appeared" })
            .with("path", if file.path.is_empty() { String::new() } else { format!("/{}", file.path) })
            .with("size", bytes(file.size)),
        None if now.files < count => sentence("change-contents-fewer"),
        None => sentence("change-contents-many"),
    };
    let (kind, name) = match &now.home {
        Home::Volume { name } => ("volume", name.as_str()),
        Home::Bind { from } => ("bind", from.as_str()),
        Home::Tmpfs { mount } => ("tmpfs", before.mounts.get(mount).map_or("?", |mount| mount.target.as_str())),
    };
    told.with("kind", kind).with("name", name).with("files", now.files).with("bytes", bytes(now.bytes))
}
