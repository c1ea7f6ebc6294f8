//! `dockwalk image …`: what is in an image, said from its layers' trees.

mod cat;
mod compare;
mod fsck;
mod json;
mod say;
mod tree;
mod waste;
mod which;

use super::image_args::ImageCommand;
use super::{Args, Done, engine_of};
use crate::client::{Client, ClientError, ImageLayers};
use crate::i18n::Words;
use crate::trace::Code;
use crate::tree::{PathBytes, Stack};
use std::sync::Arc;

/// An image whose layers were read.
struct Read {
    client: Client,
    name: String,
    image: ImageLayers,
    stack: Arc<Stack>,
}

pub(super) fn dispatch(args: &Args, command: &ImageCommand, words: &Words) -> Done {
    let client = engine_of::any(args, words)?;
    let read = |name: &String| Read::image(&client, name);
    match command {
        ImageCommand::Fsck { repair, json } => fsck::check(&client, *repair, *json, words),
        ImageCommand::Tree(args) => tree::print(&read(&args.image)?, args, words),
        ImageCommand::Which { image, path, json } => which::print(&read(image)?, path, *json, words),
        ImageCommand::Waste { image, top, json } => waste::print(&read(image)?, *top, *json, words),
        ImageCommand::Compare { left, right, layer, json } => {
            compare::print(&read(left)?, &read(right)?, *layer, *json, words)
        }
        ImageCommand::Cat { image, path, layer } => cat::print(&read(image)?, path, *layer, words),
    }
}

impl Read {
    fn image(client: &Client, name: &str) -> Result<Self, ClientError> {
        let (image, stack) = client.image_stack(name)?;
        Ok(Self { client: client.clone(), name: name.to_owned(), image, stack })
    }

    /// The layer whose number was typed: people count from 1, as the window does.
    fn layer(&self, number: u16) -> Result<u16, ClientError> {
        let count = self.image.layers.len();
        if (1..=count).contains(&usize::from(number)) {
            return Ok(number - 1);
        }
        let error = ClientError::new(Code::NoSuchLayerNumber).with("image", &self.name).with("layer", number);
        Err(error.with("last", count))
    }

    /// The instruction that made a layer.
    fn instruction(&self, layer: u16) -> &str {
        self.image.layers.get(usize::from(layer)).map(|layer| layer.created_by.trim()).unwrap_or_default()
    }

    fn no_such_path(&self, path: &PathBytes) -> ClientError {
        ClientError::new(Code::NoSuchPathInImage).with("image", &self.name).with("path", format!("/{path}"))
    }
}
