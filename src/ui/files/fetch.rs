//! What the inspector asks the engine for.

use super::opened::{LayerInfo, Made, Opened};
use super::subject::Subject;
use super::work::{Place, Stopped};
use crate::client::{ImageLayers, LayerOf};
use crate::docker::ContainerInspect;
use crate::tree::{Layer, LayerEntry, PathBytes, Stack};
use std::sync::Arc;

/// How many entries are read between two looks at whether anybody still wants them.
const OFTEN: usize = 4096;

/// Reads an image's layers, and on top of them a container's.
pub(super) fn open(place: &Place, subject: Subject) -> Result<Opened, Stopped> {
    let client = place.client()?;
    let name = match &subject {
        Subject::Image(name) => name.clone(),
        Subject::Container(id) => {
            let inspected: ContainerInspect = client.get(&format!("/containers/{id}/json")).map_err(|e| e.problem)?;
            inspected.image
        }
    };
    let image = client.image_layers(&name).map_err(|error| error.problem)?;
    let (mut layers, history) = infos(image);
    if let Subject::Container(_) = &subject {
        layers.push(LayerInfo::default());
    }
    let all = layers.len() as u64;
    let mut trees = Vec::with_capacity(layers.len());
    for (number, info) in layers.iter_mut().enumerate() {
        place.progress(number as u64 + 1, Some(all))?;
        let tree = layer(place, &of(&subject, info))?;
        if info.is_writable() {
            info.size = (0..tree.len() as u32).map(|node| tree.inode(node).size()).sum();
        }
        info.entries = tree.len() - 1;
        trees.push(Arc::new(tree));
    }
    place.go_on()?;
    Ok(Opened { subject, layers, history, stack: Arc::new(Stack::new(trees)) })
}

fn infos(image: ImageLayers) -> (Vec<LayerInfo>, Vec<Made>) {
    let layers = image.layers.into_iter().map(|layer| LayerInfo {
        chain: Some(layer.chain_id),
        diff: Some(layer.diff_id),
        blob: layer.blob,
        blob_size: layer.blob_size.unwrap_or(0),
        size: layer.size,
        entries: usize::try_from(layer.entries).unwrap_or(usize::MAX),
        made_by: layer.created_by,
    });
    let layers: Vec<LayerInfo> = layers.collect();
    let mut history: Vec<Made> =
        image.instructions.into_iter().map(|one| Made { text: one.created_by, layer: one.layer }).collect();
    // An image may have no history, or less of it than layers.
    for layer in 0..layers.len() {
        if !history.iter().any(|made| made.layer == Some(layer)) {
            history.push(Made { text: String::new(), layer: Some(layer) });
        }
    }
    (layers, history)
}

/// Where the engine has that layer.
fn of(subject: &Subject, layer: &LayerInfo) -> LayerOf {
    match (&layer.chain, subject) {
        (Some(chain), _) => LayerOf::Image(chain.clone()),
        (None, Subject::Container(id)) => LayerOf::Container(id.to_string()),
        (None, Subject::Image(name)) => LayerOf::Container(name.clone()),
    }
}

fn layer(place: &Place, of: &LayerOf) -> Result<Layer, Stopped> {
    let client = place.client()?;
    let mut stopped = None;
    let entries = client.layer_entries(of).map_err(|error| error.problem)?;
    let entries = entries.enumerate().map_while(|(number, entry)| -> Option<LayerEntry> {
        if number % OFTEN == 0
            && let Err(why) = place.go_on()
        {
            stopped = Some(why);
            return None;
        }
        entry.map_err(|error| stopped = Some(error.problem.into())).ok()
    });
    let tree = Layer::build(entries);
    stopped.map_or(Ok(tree), Err)
}

/// At most so many bytes of a file from there on, and how large it is.
pub(super) fn content(
    place: &Place,
    subject: &Subject,
    layer: &LayerInfo,
    path: &PathBytes,
    from: u64,
    most: u64,
) -> Result<(Vec<u8>, u64), Stopped> {
    let client = place.client()?;
    let mut file =
        client.layer_content(&of(subject, layer), path.as_bytes(), from, Some(most)).map_err(|error| error.problem)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = file.chunk().map_err(|error| error.problem)? {
        place.go_on()?;
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 >= most {
            break;
        }
    }
    Ok((bytes, file.size))
}
