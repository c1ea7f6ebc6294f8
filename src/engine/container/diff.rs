use super::Container;
use crate::engine::moment::Moment;
use crate::engine::rootfs::{MARK, MOUNTS, MTAB, Rootfs, has_mtab};
use crate::engine::upper::{Kind, Size, UpperSpec, count, diff};
use crate::engine::{Engine, Fault, Result};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

impl Engine {
    /// What a container made of its image: `docker diff`.
    pub fn changes(&self, container: &Container) -> Result<BTreeMap<String, Kind>> {
        let spec = self.upper_spec(container);
        let mut changes = diff(&spec).map_err(|e| Fault::io("read", spec.upper.display(), &e))?;
        if container.state().started.is_some() {
            let name = format!("/{MARK}");
            changes.remove(&name);
            changes.extend(mark_changed(&spec.upper.join(MARK), container.created).map(|kind| (name, kind)));
        }
        Ok(changes)
    }

    /// How many bytes it has written: `docker ps --size`.
    pub fn written(&self, container: &Container) -> Result<u64> {
        let (_, size, of_all) = self.count_written(container)?;
        Ok(size.bytes.saturating_sub(of_all))
    }

    /// Where it writes, how much is there, and how much of that every container has.
    pub fn count_written(&self, container: &Container) -> Result<(PathBuf, Size, u64)> {
        let upper = Rootfs::below(&container.dir).upper;
        let size = count(&upper).map_err(|e| Fault::io("read", upper.display(), &e))?;
        let of_all = if has_mtab(&upper) { MOUNTS.len() as u64 } else { 0 };
        Ok((upper, size, of_all))
    }

    /// Where it writes, and what lies below.
    pub(super) fn upper_spec(&self, container: &Container) -> UpperSpec {
        let rootfs = Rootfs::below(&container.dir);
        let layers = container.image.layers.iter().cloned().zip(container.image.chain_ids.iter().cloned());
        UpperSpec {
            container: container.id.clone(),
            upper: rootfs.upper,
            merged: rootfs.merged,
            lower: layers.collect(),
            mount_points: mount_points(container),
            rootless: self.lab.rootless,
        }
    }
}

/// What became of the mark that every container has: in Docker it lies in a layer below. None while it is as it was made.
fn mark_changed(path: &Path, made: Moment) -> Option<Kind> {
    let Ok(found) = fs::symlink_metadata(path) else { return Some(Kind::Deleted) };
    let moment = found.mtime() * 1_000_000_000 + found.mtime_nsec();
    let touched = found.mode() & 0o7777 != 0o755 || moment != made.unix_nanos();
    let untouched = found.is_file() && found.len() == 0 && !touched;
    (!untouched).then_some(Kind::Changed)
}

/// What the engine makes in every container, and in this one: places for mounts, and the mark of a container.
fn mount_points(container: &Container) -> Vec<String> {
    let system = ["proc", "sys", "dev", "etc/hosts", "etc/hostname", "etc/resolv.conf", MARK, MTAB].map(str::to_owned);
    let own = container.mounts.iter().map(|mount| mount.target.trim_matches('/').to_owned());
    system.into_iter().chain(own).collect()
}
