//! What is in the layers of images and containers.

use super::protocol::LayerContentQuery;
use super::{Answer, Client, ClientError};
use crate::spec::Digest;
use crate::spec::url::encode;
use crate::trace::Code;
use crate::tree::{Layer, LayerEntry, Stack};
use hyper::Method;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `GET /dockwalk/v1/images/{name}/layers`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageLayers {
    /// The image: its config's digest.
    pub image: Digest,
    /// Its tags.
    pub tags: Vec<String>,
    /// Lowest first.
    pub layers: Vec<ImageLayer>,
    /// What made it, oldest first: with those that made no layer.
    pub instructions: Vec<Instruction>,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageLayer {
    /// The digest of this layer on all below it.
    pub chain_id: Digest,
    /// sha256 of its tar.
    pub diff_id: Digest,
    /// Its blob, as the manifest has it.
    pub blob: Option<Digest>,
    /// The blob's bytes.
    pub blob_size: Option<u64>,
    /// The blob's media type.
    pub media_type: Option<String>,
    /// Bytes of file content.
    pub size: u64,
    /// Entries of its tar.
    pub entries: u64,
    /// The instruction that made it; empty when the history does not tell.
    pub created_by: String,
}

/// One entry of an image's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// As the history has it.
    pub created_by: String,
    /// The layer that it made; none when it made none.
    pub layer: Option<usize>,
}

/// Whose layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerOf {
    /// A layer of images, by its chain id.
    Image(Digest),
    /// A container's writable layer, by the container's name or id.
    Container(String),
}

/// A file of a layer, as it comes.
#[derive(Debug)]
pub struct FileContent {
    /// Bytes of the whole file, whatever part of it was asked for.
    pub size: u64,
    answer: Answer,
}

impl Client {
    /// The layers of an image with what made them.
    pub fn image_layers(&self, name: &str) -> Result<ImageLayers, ClientError> {
        self.get(&format!("/dockwalk/v1/images/{}/layers", encode(name)))
    }

    /// What a layer says, entry by entry, in the order of its tar. An error ends it.
    pub fn layer_entries(&self, layer: &LayerOf) -> Result<Entries, ClientError> {
        let answer = self.open(Method::GET, &format!("{}/entries", layer.place()), None::<&()>, &[])?;
        Ok(Entries { answer, read: Vec::new(), at: 0, over: false })
    }

    /// The bytes of a file of that layer, from `from` on, at most `limit`.
    pub fn layer_content(
        &self,
        layer: &LayerOf,
        path: &[u8],
        from: u64,
        limit: Option<u64>,
    ) -> Result<FileContent, ClientError> {
        let query = LayerContentQuery { path: path.to_owned() };
        let url = query.behind(&format!("{}/content", layer.place()));
        let range = match limit {
            None if from == 0 => None,
            None => Some(format!("bytes={from}-")),
            Some(limit) => Some(format!("bytes={from}-{}", from.saturating_add(limit.max(1)) - 1)),
        };
        let headers: Vec<_> = range.into_iter().map(|range| ("Range", range)).collect();
        let answer = self.open(Method::GET, &url, None::<&()>, &headers)?;
        let size = answer.header("X-Dockwalk-Size").and_then(|size| size.parse().ok());
        let size =
            size.ok_or_else(|| ClientError::new(Code::EngineOtherVersion).with("reason", "no X-Dockwalk-Size"))?;
        Ok(FileContent { size, answer })
    }

    /// An image's layers, folded and stacked.
    pub fn image_stack(&self, name: &str) -> Result<(ImageLayers, Arc<Stack>), ClientError> {
        let image = self.image_layers(name)?;
        let layer = |layer: &ImageLayer| self.layer_tree(&LayerOf::Image(layer.chain_id.clone())).map(Arc::new);
        let layers = image.layers.iter().map(layer).collect::<Result<_, _>>()?;
        Ok((image, Arc::new(Stack::new(layers))))
    }

    /// One layer, folded.
    pub fn layer_tree(&self, layer: &LayerOf) -> Result<Layer, ClientError> {
        let mut failed = None;
        let tree = Layer::build(self.layer_entries(layer)?.map_while(|entry| entry.map_err(|e| failed = Some(e)).ok()));
        failed.map_or(Ok(tree), Err)
    }
}

impl LayerOf {
    fn place(&self) -> String {
        match self {
            Self::Image(chain) => format!("/dockwalk/v1/layers/{chain}"),
            Self::Container(id) => format!("/dockwalk/v1/containers/{}/layer", encode(id)),
        }
    }
}

impl FileContent {
    /// Waits for more; none at the end.
    pub fn chunk(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        self.answer.chunk()
    }

    /// All of it.
    pub fn all(mut self) -> Result<Vec<u8>, ClientError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk()? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Entries of a layer, as they come.
#[derive(Debug)]
pub struct Entries {
    answer: Answer,
    read: Vec<u8>,
    at: usize,
    over: bool,
}

impl Entries {
    fn line(&mut self) -> Result<Option<LayerEntry>, ClientError> {
        loop {
            let rest = &self.read[self.at..];
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let entry = serde_json::from_slice(&rest[..end]);
                self.at += end + 1;
                return entry.map(Some).map_err(|e| ClientError::new(Code::EngineOtherVersion).with("reason", e));
            }
            self.read.drain(..self.at);
            self.at = 0;
            match self.answer.chunk()? {
                Some(chunk) => self.read.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}

impl Iterator for Entries {
    type Item = Result<LayerEntry, ClientError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let line = self.line();
        self.over = !matches!(line, Ok(Some(_)));
        line.transpose()
    }
}
