use super::{Sentence, bytes, container, sentence};
use crate::trace::{Counted, Disk, DiskPlace, World};

pub(super) fn counted(counted: &Counted, before: &World) -> Sentence {
    let told = match &counted.place {
        DiskPlace::Upper { container: id } => {
            sentence("change-bytes-counted-upper").with("name", container(before, id))
        }
        DiskPlace::Volume { name } => sentence("change-bytes-counted-volume").with("name", name),
    };
    match (counted.bytes, &counted.place) {
        (None, DiskPlace::Volume { name }) => sentence("change-bytes-uncounted").with("name", name),
        (size, _) => told.with("size", bytes(size.unwrap_or(0))),
    }
}

pub(super) fn seen(disk: &Disk) -> Sentence {
    let told = sentence("change-disk-seen").with("path", &disk.path).with("images", disk.images.len());
    told.with("size", bytes(disk.room.0)).with("free", bytes(disk.room.1))
}
