//! How much room things take: what containers have written, what volumes have, what belongs to no image. Gone through on the disk, and
//! told with how much was looked at.

use super::container::Container;
use super::evidence;
use super::upper::{self, Size};
use super::{Asked, Cancel, Cx, Engine, Fault, Result, handle};
use crate::trace::{Book, Change, Counted, Disk, DiskPlace, Evidence, Holder, OpKind, Plan, StepKind, World};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What was counted, for whoever asked.
#[derive(Debug, Default)]
pub struct Measured {
    /// Every container, and what it has written.
    pub containers: Vec<(Arc<Container>, u64)>,
    /// Volumes that could be counted, by their names.
    pub volumes: BTreeMap<String, u64>,
}

impl Engine {
    /// Counts it all.
    pub fn measure_disk(&self, line: &Asked, cancel: &Cancel) -> Result<Measured> {
        let root = self.root.display().to_string();
        self.conductor.operate(OpKind::DiskMeasure, &root, line.clone(), cancel, |cx| {
            let plan = Plan::new(StepKind::MeasureDisk, &root).call("getdents64, newfstatat, fstatfs");
            cx.step(plan.by_hand("docker system df -v"), |cx| self.count_all(cx))
        })
    }

    fn count_all(&self, cx: &Cx) -> Result<Measured> {
        // What changes from here on may be counted or not.
        let stored = cx.world().stored;
        let (mut measured, all) = (Measured::default(), self.containers.all());
        for container in &all {
            cx.check()?;
            let (path, size, of_all) = self.count_written(container)?;
            let (place, bytes) =
                (DiskPlace::Upper { container: container.id.clone() }, size.bytes.saturating_sub(of_all));
            let mut calls = evidence_of(&path, size);
            if of_all > 0 {
                calls.push(evidence::own(
                    Book::Search,
                    [format!("{of_all} bytes of them are /etc/mtab, which every container has")],
                ));
            }
            count(cx, Counted { place, bytes: Some(bytes), users: Vec::new() }, calls);
            measured.containers.push((Arc::clone(container), bytes));
        }
        for volume in self.volumes.list()? {
            cx.check()?;
            let (size, mut calls) = match upper::count(&volume.path) {
                Ok(size) => (Some(size.bytes), evidence_of(&volume.path, size)),
                Err(error) => {
                    tracing::warn!(%error, volume = volume.name, "the bytes of a volume cannot be counted");
                    let said = format!("{}: {error}", volume.path.display());
                    (None, vec![evidence::stat(&volume.path).1, evidence::own(Book::Search, [said])])
                }
            };
            let users: Vec<_> = all.iter().filter(|it| it.has_volume(&volume.name)).map(|it| it.id.clone()).collect();
            if !users.is_empty() {
                calls.push(evidence::own(Book::Search, users.iter().map(|id| format!("named by {id}"))));
            }
            let place = DiskPlace::Volume { name: volume.name.clone() };
            count(cx, Counted { place, bytes: size, users }, calls);
            measured.volumes.extend(size.map(|bytes| (volume.name, bytes)));
        }
        let failed = |errno: nix::errno::Errno| Fault::io("look at", self.root.display(), &errno.into());
        let root = handle::open(&self.root).map_err(failed)?;
        let (found, full) = evidence::fstatfs(&root, &self.root);
        let found = found.map_err(failed)?;
        let of = |blocks: u64| blocks.saturating_mul(u64::try_from(found.block_size()).unwrap_or(0));
        let room = (of(found.blocks()), of(found.blocks_available()));
        let (images, read) = self.store.kept_images()?;
        let (left, blobs) = self.store.left_over()?;
        let sum = [
            format!("blobs/sha256: {blobs} bytes, {} of them nothing needs", left.blobs),
            format!("layers/sha256: {} bytes nothing needs, {} bytes of no image are held", left.layers, left.held),
            format!("ingest: {} bytes nobody fetches", left.parts),
        ];
        let without = all.iter().filter(|it| !images.iter().any(|image| image.id == it.image.id));
        let holders =
            without.map(|it| Holder { container: it.id.clone(), layers: it.image.chain_ids.clone() }).collect();
        let disk = Disk { path: self.root.display().to_string(), room, blobs, images, left, holders, stored };
        // Who asks again and again fills no trace.
        if cx.world().disk.as_deref() != Some(&disk) {
            cx.observe(Change::DiskSeen(disk), vec![full, read, evidence::own(Book::Search, sum)]);
        }
        Ok(measured)
    }
}

/// What went meanwhile is told no more, and what is as it was not again.
fn count(cx: &Cx, counted: Counted, evidence: Vec<Evidence>) {
    let (entity, known) = (counted.place.entity(), counted.clone());
    let is_new = move |world: &World| {
        world.has(&entity) && world.counted.get(&known.place).is_none_or(|before| **before != known)
    };
    cx.observe_where(is_new, Change::BytesCounted(counted), evidence);
}

fn evidence_of(path: &Path, Size { bytes, names, dirs }: Size) -> Vec<Evidence> {
    let sum = format!("newfstatat × {names} in {dirs} directories below {}: {bytes} bytes", path.display());
    vec![evidence::stat(path).1, evidence::own(Book::Search, [sum])]
}
