use super::{Sentence, bytes, container, sentence};
use crate::trace::{Effect, UpperChange, UpperFile, World};

/// What a container wrote: one path by what became of it, several by their number.
pub(super) fn describe(change: &UpperChange, before: &World) -> Sentence {
    let told = match (change.files.as_slice(), change.gone.as_slice()) {
        ([file], []) if !file.mount_point => one(change, file, before),
        (files, []) if files.iter().all(|file| file.mount_point) => {
            sentence("change-upper-mount-points").with("count", files.len())
        }
        ([], [path]) => sentence("change-upper-gone").with("path", path),
        (files, gone) => {
            let totals = change.totals;
            sentence("change-upper-many")
                .with("count", files.len() + gone.len())
                .with("paths", totals.paths)
                .with("bytes", bytes(totals.bytes))
                .with("copied", bytes(totals.copied))
        }
    };
    told.with("container", container(before, &change.container))
}

fn one(change: &UpperChange, file: &UpperFile, before: &World) -> Sentence {
    let known = before.uppers.get(&change.container).and_then(|upper| upper.files.get(&file.path));
    let size = bytes(file.size);
    let told = match (file.effect, &file.copied) {
        (Effect::Deleted, _) => sentence("change-upper-deleted"),
        (Effect::Opaque, _) => sentence("change-upper-opaque"),
        // It was copied up, or made, before: this is another write.
        _ if known.is_some_and(|old| old.effect == file.effect && old.copied == file.copied) => {
            sentence("change-upper-written").with("size", size)
        }
        (_, Some(copy)) if copy.bytes == 0 && copy.size > 0 => {
            sentence("change-upper-copied-nothing").with("below", bytes(copy.size))
        }
        (_, Some(copy)) => sentence("change-upper-copied").with("bytes", bytes(copy.bytes)).with("size", size),
        (Effect::Replaced, None) => sentence("change-upper-replaced").with("size", size),
        (Effect::Added, None) if file.dir => sentence("change-upper-added-dir"),
        (Effect::Added, None) => sentence("change-upper-added").with("size", size),
    };
    told.with("path", &file.path)
}
