//! One image: `inspect` and `history`.

use super::time::unix;
use super::{familiar, lower};
use crate::docker::{GraphDriver, ImageHistoryLine, ImageInspect, ImageMetadata, RootFs};
use crate::engine::container::time::NEVER;
use crate::engine::store::Image;
use crate::engine::{Engine, Result};
use serde_json::Value;

/// What the image says of itself is a stranger's document: a field of the wrong type is as if it were not there.
pub(super) fn inspect(image: &Image) -> ImageInspect {
    let platform = &image.config.platform;
    let top = |name: &str| text(&image.raw_config, name);
    let last = image.raw_config.get("history").and_then(Value::as_array).and_then(|all| all.last());
    let comment = Some(top("comment")).filter(|text| !text.is_empty());
    ImageInspect {
        id: image.id.to_string(),
        repo_tags: familiar(image),
        repo_digests: image.repo_digests.clone(),
        parent: image.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
        comment: comment.or_else(|| last.map(|entry| text(entry, "comment"))).unwrap_or_default(),
        created: image.created.clone(),
        docker_version: top("docker_version"),
        author: top("author"),
        config: image.raw_config.get("config").cloned().unwrap_or_default(),
        architecture: platform.architecture.clone(),
        variant: platform.variant.clone().unwrap_or_default(),
        os: platform.os.clone(),
        size: image.size,
        virtual_size: image.size,
        graph_driver: GraphDriver { name: "overlay2".to_owned(), data: [("LowerDir".to_owned(), lower(image))].into() },
        root_fs: RootFs { kind: "layers".to_owned(), layers: image.config.diff_ids.clone() },
        metadata: ImageMetadata { last_tag_time: image.tagged.clone().unwrap_or_else(|| NEVER.to_owned()) },
    }
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// An image, then the images it was committed from, as far as they are here.
pub(super) fn lineage(engine: &Engine, name: &str) -> Result<Vec<Image>> {
    let mut line = vec![engine.store.find(name)?];
    while let Some(parent) = line.last().and_then(|image| image.parent.clone())
        && line.len() < 128
    {
        match engine.store.find(parent.as_str()) {
            Ok(image) => line.push(image),
            Err(_gone) => break,
        }
    }
    Ok(line)
}

/// A line an instruction, the newest first. Docker knows the ids of the image itself and of those it was committed from;
/// what made all others is in the config, and their ids are `<missing>`.
pub(super) fn history(lineage: &[Image]) -> Vec<ImageHistoryLine> {
    let Some(image) = lineage.first() else { return Vec::new() };
    let entries = image.raw_config.get("history").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let missing = || ImageHistoryLine { id: "<missing>".to_owned(), ..ImageHistoryLine::default() };
    let mut sizes = image.layer_sizes.iter();
    let mut lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            let empty = entry.get("empty_layer").and_then(Value::as_bool).unwrap_or_default();
            ImageHistoryLine {
                created: unix(&text(entry, "created")).unwrap_or(0),
                created_by: text(entry, "created_by"),
                size: if empty { 0 } else { sizes.next().copied().unwrap_or(0) },
                comment: text(entry, "comment"),
                ..missing()
            }
        })
        .collect();
    // Tools that write no history, or less than they did: a layer that no line speaks of is still there.
    lines.extend(sizes.map(|size| ImageHistoryLine { size: *size, ..missing() }));
    lines.reverse();
    for (line, image) in lines.iter_mut().zip(lineage) {
        line.id = image.id.to_string();
        line.tags = familiar(image);
    }
    lines
}
