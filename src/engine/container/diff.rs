use super::Container;
use crate::engine::rootfs::{MARK, Rootfs};
use crate::engine::upper::{Kind, UpperSpec, diff, size};
use crate::engine::{Engine, Fault, Result};
use std::collections::BTreeMap;

impl Engine {
    /// What a container made of its image: `docker diff`.
    pub fn changes(&self, container: &Container) -> Result<BTreeMap<String, Kind>> {
        let spec = self.upper_spec(container);
        diff(&spec).map_err(|e| Fault::io("read", spec.upper.display(), &e))
    }

    /// How many bytes it has written: `docker ps --size`.
    pub fn written(&self, container: &Container) -> Result<u64> {
        let upper = Rootfs::below(&container.dir).upper;
        size(&upper).map_err(|e| Fault::io("read", upper.display(), &e))
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

/// What the engine makes in every container, and in this one: places for mounts, and the mark of a container.
fn mount_points(container: &Container) -> Vec<String> {
    let system = ["proc", "sys", "dev", "etc/hosts", "etc/hostname", "etc/resolv.conf", MARK].map(str::to_owned);
    let own = container.mounts.iter().map(|mount| mount.target.trim_matches('/').to_owned());
    system.into_iter().chain(own).collect()
}
