use super::{Sentence, bytes, sentence};
use crate::trace::{Contents, Home, World};

/// What is different in a home: one file by its name, several by their number.
pub(super) fn describe(now: &Contents, before: &World) -> Sentence {
    let known = before.contents.get(&now.home).map_or(0, |known| known.files);
    let named = now.newest.iter().find(|file| now.fresh.first() == Some(&file.path));
    let told = match (named, now.fresh.len()) {
        _ if now.files == 0 => sentence("change-contents-empty"),
        (Some(file), 1) => sentence("change-contents-written")
            .with("path", if file.path.is_empty() { String::new() } else { format!("/{}", file.path) })
            .with("size", bytes(file.size)),
        _ if now.files < known => sentence("change-contents-fewer"),
        _ => sentence("change-contents-many"),
    };
    let (kind, name) = match &now.home {
        Home::Volume { name } => ("volume", name.as_str()),
        Home::Bind { from } => ("bind", from.as_str()),
        Home::Tmpfs { mount } => ("tmpfs", before.mounts.get(mount).map_or("", |mount| mount.target.as_str())),
    };
    told.with("kind", kind).with("name", name).with("files", now.files).with("bytes", bytes(now.bytes))
}
