//! The disk that all lies on, as it was seen when it was counted what is on it.

use super::{Described, Table};
use crate::trace::{DiskPlace, Family, World};

pub(super) fn described(world: &World, t: &mut Table<'_>) -> Described {
    let disk = world.disk.as_ref()?;
    t.bytes("fact-disk-size", disk.room.0);
    t.bytes("fact-disk-free", disk.room.1);
    t.bytes("fact-disk-blobs", disk.blobs);
    t.bytes("fact-disk-unneeded", disk.left.unneeded());
    if disk.left.held > 0 {
        t.bytes("fact-disk-held", disk.left.held);
    }
    Some((disk.path.clone(), "kind-disk", Family::Storage))
}

/// The bytes of a writable layer or a volume, if they were counted.
pub(super) fn counted_row(place: &DiskPlace, world: &World, t: &mut Table<'_>) {
    if let Some(bytes) = world.bytes_of(place) {
        t.bytes("fact-counted", bytes);
    }
}
