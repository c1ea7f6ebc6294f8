//! An image whose layers have been read.

use super::subject::Subject;
use crate::spec::Digest;
use crate::tree::{Hidden, Inode, LayerEntry, PathBytes, PathId, Stack, Version};
use std::sync::Arc;

/// A layer, as the column on the left tells of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LayerInfo {
    /// Where its entries and contents are asked for; none for a container's writable layer.
    pub chain: Option<Digest>,
    /// sha256 of the uncompressed tar.
    pub diff: Option<Digest>,
    /// The compressed bytes.
    pub blob: Option<Digest>,
    /// How many of them.
    pub blob_size: u64,
    /// Bytes of file content.
    pub size: u64,
    /// Paths it says something about.
    pub entries: usize,
    /// The instruction that made it.
    pub made_by: String,
}

impl LayerInfo {
    /// It is a container's own.
    pub fn is_writable(&self) -> bool {
        self.chain.is_none()
    }
}

/// An instruction of the image's history, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The instruction.
    pub text: String,
    /// The layer it made; none when it made none.
    pub layer: Option<usize>,
}

/// What one layer has to do with a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// It serves what is seen.
    Serves,
    /// It has something there that is not seen.
    Hidden(Hidden),
    /// It says that the path is gone.
    Whiteout,
    /// It hides the path by what it has on the way to it.
    Covers(Hidden),
    /// It says nothing.
    Nothing,
}

/// A layer's word on a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The layer, from 0 at the bottom.
    pub layer: usize,
    /// What it says.
    pub say: Say,
    /// What it has there.
    pub version: Option<Version>,
}

/// An image, or a container with it.
#[derive(Debug)]
pub struct Opened {
    /// What was asked for.
    pub subject: Subject,
    /// Its layers, lowest first.
    pub layers: Vec<LayerInfo>,
    /// What made them, with what made none, oldest first.
    pub history: Vec<Made>,
    /// What the layers say.
    pub stack: Arc<Stack>,
}

impl Opened {
    /// What each layer up to that one says of a path, the highest first.
    pub fn said(&self, id: PathId, up_to: usize) -> Vec<Said> {
        let which = self.stack.which(id, number(up_to));
        let covers = |layer: u16| {
            let reasons = which.versions.iter().filter_map(|version| version.hidden.as_ref());
            reasons
                .filter(|hidden| hidden.layer() == layer)
                .find(|hidden| !matches!(hidden, Hidden::Merged { .. }))
                .cloned()
        };
        let one = |layer: usize| {
            let own = which.versions.iter().find(|version| usize::from(version.version.layer) == layer);
            let say = match own {
                Some(own) if which.serving == Some(own.version) => Say::Serves,
                Some(own) if self.stack.inode(own.version).is_whiteout() => Say::Whiteout,
                Some(own) => own.hidden.clone().map_or(Say::Nothing, Say::Hidden),
                None => covers(number(layer)).map_or(Say::Nothing, Say::Covers),
            };
            Said { layer, say, version: own.map(|own| own.version) }
        };
        (0..self.layers.len()).rev().filter(|layer| *layer <= up_to).map(one).collect()
    }

    /// What a version is, with its path.
    pub fn entry(&self, version: Version) -> LayerEntry {
        let layer = &self.stack.layers()[usize::from(version.layer)];
        layer.entry(version.node)
    }

    /// The other names of a file in its layer.
    pub fn other_names(&self, version: Version) -> Vec<PathBytes> {
        let layer = &self.stack.layers()[usize::from(version.layer)];
        let inode = layer.inode_number(version.node);
        if layer.inode(version.node).links < 2 {
            return Vec::new();
        }
        let nodes = 0..u32::try_from(layer.len()).unwrap_or(u32::MAX);
        let others = nodes.filter(|node| *node != version.node && layer.inode_number(*node) == inode);
        others.map(|node| layer.path(node)).collect()
    }

    /// What a version is.
    pub fn inode(&self, version: Version) -> &Inode {
        self.stack.inode(version)
    }
}

/// A layer's number as the stack has it.
pub fn number(layer: usize) -> u16 {
    u16::try_from(layer).unwrap_or(u16::MAX)
}
