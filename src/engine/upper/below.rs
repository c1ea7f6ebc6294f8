use crate::engine::unpack::overlay;
use crate::spec::Digest;
use nix::fcntl::{AT_FDCWD, OFlag, open};
use nix::sys::stat::{FileStat, Mode};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The layers below an upper directory, the newest first. They never change, so their paths may be used as they are.
#[derive(Debug)]
pub struct Below {
    layers: Vec<Layer>,
    rootless: bool,
}

#[derive(Debug)]
struct Layer {
    dir: PathBuf,
    chain: Digest,
}

/// Where a path is served from.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Which layer.
    pub layer: usize,
    /// What is there.
    pub stat: FileStat,
}

impl Below {
    /// `lower`: directory and chain id, the lowest first.
    pub fn new(lower: &[(PathBuf, Digest)], rootless: bool) -> Self {
        let layer = |(dir, chain): &(PathBuf, Digest)| Layer { dir: dir.clone(), chain: chain.clone() };
        Self { layers: lower.iter().rev().map(layer).collect(), rootless }
    }

    /// All layers: those that the root directory is made of.
    pub fn all(&self) -> Vec<usize> {
        (0..self.layers.len()).collect()
    }

    /// Those of these layers that the directory `path` is merged from.
    pub fn merged(&self, of: &[usize], path: &[u8]) -> io::Result<Vec<usize>> {
        let mut merged = Vec::new();
        for &number in of {
            let whole = self.path(number, path);
            let Some(stat) = overlay::look(AT_FDCWD, whole.as_os_str())? else { continue };
            if stat.st_mode & libc::S_IFMT != libc::S_IFDIR {
                break;
            }
            merged.push(number);
            if overlay::is_opaque(AT_FDCWD, whole.as_os_str(), self.rootless) {
                break;
            }
        }
        Ok(merged)
    }

    /// The layer of these that serves a path.
    pub fn find(&self, of: &[usize], path: &[u8]) -> io::Result<Option<Found>> {
        for &number in of {
            let whole = self.path(number, path);
            if let Some(stat) = overlay::look(AT_FDCWD, whole.as_os_str())? {
                let gone = overlay::is_whiteout(AT_FDCWD, whole.as_os_str(), &stat);
                return Ok((!gone).then_some(Found { layer: number, stat }));
            }
        }
        Ok(None)
    }

    /// What a directory that is merged from these layers holds.
    pub fn names(&self, of: &[usize], dir: &[u8]) -> io::Result<BTreeSet<Vec<u8>>> {
        let (mut names, mut gone) = (BTreeSet::new(), BTreeSet::new());
        for &number in of {
            for entry in std::fs::read_dir(self.path(number, dir))? {
                let name = entry?.file_name();
                let whole = self.path(number, dir).join(&name);
                let Some(stat) = overlay::look(AT_FDCWD, whole.as_os_str())? else { continue };
                let name = name.as_bytes().to_vec();
                if overlay::is_whiteout(AT_FDCWD, whole.as_os_str(), &stat) {
                    gone.insert(name);
                } else if !gone.contains(&name) {
                    names.insert(name);
                }
            }
        }
        Ok(names)
    }

    /// A layer's chain id.
    pub fn chain(&self, layer: usize) -> &Digest {
        &self.layers[layer].chain
    }

    /// A path of a layer on the host.
    pub fn path(&self, layer: usize, path: &[u8]) -> PathBuf {
        self.layers[layer].dir.join(OsStr::from_bytes(path))
    }

    /// Opens a file of a layer to read it.
    pub fn file(&self, layer: usize, path: &[u8]) -> io::Result<File> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        Ok(open(&self.path(layer, path), flags, Mode::empty())?.into())
    }
}
