//! Volumes: directories of the engine's that outlive containers.
//!
//! Does not know who mounts them.

use super::conductor::Cx;
use super::fault::{Fault, Result};
use std::path::{Path, PathBuf};

/// The engine's volumes.
#[derive(Debug)]
pub struct Volumes {
    root: PathBuf,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Where its bytes are: `…/volumes/<name>/_data`.
    pub path: PathBuf,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Made for one container and named by 64 random hexadecimal digits.
    pub anonymous: bool,
}

impl Volumes {
    /// The volumes below `root/volumes`.
    pub fn open(root: &Path) -> Result<Self> {
        Ok(Self { root: root.join("volumes") })
    }

    /// Records the volumes that are there, when the engine starts.
    pub fn announce(&self, _cx: &Cx) -> Result<()> {
        Err(Fault::failed("not-built-yet"))
    }

    /// The volume of that name, made if it is not there. Without a name an anonymous one is made.
    pub fn create(&self, _cx: &Cx, _name: Option<&str>) -> Result<Volume> {
        Err(Fault::failed("not-built-yet").with("root", self.root.display()))
    }

    /// All, by name.
    pub fn list(&self) -> Result<Vec<Volume>> {
        Err(Fault::failed("not-built-yet"))
    }

    /// The volume of that name, or a fault `volume-not-found`.
    pub fn get(&self, _name: &str) -> Result<Volume> {
        Err(Fault::failed("not-built-yet"))
    }

    /// Deletes a volume. `in_use` tells which container uses it, if one does: then it is refused.
    pub fn remove(&self, _cx: &Cx, _name: &str, _in_use: &dyn Fn(&str) -> Option<String>) -> Result<()> {
        Err(Fault::failed("not-built-yet"))
    }

    /// Fills a volume that is empty with what the image has at `target`, as Docker does when it is first mounted.
    /// `rootfs` is the container's merged directory.
    pub fn fill(&self, _cx: &Cx, _volume: &Volume, _rootfs: &Path, _target: &str) -> Result<()> {
        Err(Fault::failed("not-built-yet"))
    }
}
