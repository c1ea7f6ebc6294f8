//! What an image has where a volume is mounted goes into the volume: when a container is made, as with Docker, and never again. Who
//! empties a volume afterwards finds it empty.

use super::Container;
use super::seen::With;
use crate::engine::process::MountSource;
use crate::engine::rootfs::{self, Rootfs};
use crate::engine::volume::{Layers, Volume};
use crate::engine::{Cx, Engine, Result};
use std::ffi::OsString;
use std::path::{Component, Path};

impl Engine {
    /// From here on nobody deletes the volumes of a container that is being created. One that somebody has deleted since it was made or
    /// found is a fault `volume-gone`.
    pub(super) fn claim_volumes(&self, cx: &Cx, container: &Container) -> Result<()> {
        for mount in &container.mounts {
            if let MountSource::Volume { name, .. } = &mount.source {
                self.volumes.claim(cx, name, || self.containers.claim(&container.id, name))?;
            }
        }
        Ok(())
    }

    /// Fills those of its volumes that are empty: the step `FillVolume` for each in whose place the image has something.
    pub(super) fn fill_volumes(&self, cx: &Cx, container: &Container) -> Result<()> {
        let mut empty = Vec::new();
        for mount in &container.mounts {
            if let MountSource::Volume { name, copy_up: true, .. } = &mount.source
                && may_have(container, &mount.target)
            {
                let volume = self.volumes.of_container(cx, name)?;
                if volume.may_take_content()? {
                    empty.push((volume, mount.target.as_str()));
                }
            }
        }
        if empty.is_empty() {
            return Ok(());
        }
        let rootfs = Rootfs::below(&container.dir);
        let stacked_by = rootfs::overlay_by_hand(&self.rootfs_spec_at_rest(container), &rootfs);
        self.within(cx, container, With::Nothing, |root| {
            let layers = Layers { root, merged: &rootfs.merged, stacked_by: &stacked_by };
            empty
                .iter()
                .try_for_each(|(volume, target): &(Volume, &str)| self.volumes.fill(cx, volume, &layers, target))
        })
    }
}

/// Whether a layer has what the path begins with: where none has, nothing has to be mounted to know that the image has nothing there.
fn may_have(container: &Container, target: &str) -> bool {
    let first = Path::new(target).components().find_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        _ => None,
    });
    // Whatever it is, a link as well.
    let has = |name: &OsString| container.image.layers.iter().any(|layer| layer.join(name).symlink_metadata().is_ok());
    first.as_ref().is_some_and(has)
}
