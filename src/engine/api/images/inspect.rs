//! One image: `inspect` and `history`.

use super::time::unix;
use super::{familiar, lower};
use crate::engine::container::time::NEVER;
use crate::engine::store::Image;
use crate::engine::{Engine, Result};
use serde_json::{Value, json as value};

pub(super) fn inspect(image: &Image) -> Value {
    let platform = &image.config.platform;
    let config = image.raw_config.get("config").cloned().unwrap_or(Value::Null);
    let top = |name: &str| image.raw_config.get(name).and_then(Value::as_str).unwrap_or_default();
    let last = image.raw_config.get("history").and_then(Value::as_array).and_then(|all| all.last());
    let said = last.and_then(|entry| entry.get("comment")).and_then(Value::as_str).unwrap_or_default();
    let comment = if top("comment").is_empty() { said } else { top("comment") };
    value!({
        "Id": image.id, "RepoTags": familiar(image), "RepoDigests": image.repo_digests,
        "Parent": image.parent.as_ref().map(ToString::to_string).unwrap_or_default(), "Comment": comment,
        "Created": image.created, "DockerVersion": top("docker_version"), "Author": top("author"), "Config": config,
        "Architecture": platform.architecture, "Variant": platform.variant.clone().unwrap_or_default(),
        "Os": platform.os, "Size": image.size, "VirtualSize": image.size,
        "GraphDriver": {"Name": "overlay2", "Data": {"LowerDir": lower(image)}},
        "RootFS": {"Type": "layers", "Layers": image.config.diff_ids},
        "Metadata": {"LastTagTime": image.tagged.as_deref().unwrap_or(NEVER)}
    })
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
pub(super) fn history(lineage: &[Image]) -> Vec<Value> {
    let Some(image) = lineage.first() else { return Vec::new() };
    let entries = image.raw_config.get("history").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut sizes = image.layer_sizes.iter();
    let mut lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            let empty = entry.get("empty_layer").and_then(Value::as_bool).unwrap_or_default();
            let size = if empty { 0 } else { sizes.next().copied().unwrap_or(0) };
            value!({
                "Id": "<missing>", "Created": unix(&text(entry, "created")).unwrap_or(0),
                "CreatedBy": text(entry, "created_by"), "Tags": null, "Size": size, "Comment": text(entry, "comment")
            })
        })
        .collect();
    // Tools that write no history, or less than they did: a layer that no line speaks of is still there.
    for size in sizes {
        lines.push(value!({
            "Id": "<missing>", "Created": 0, "CreatedBy": "", "Tags": null, "Size": size, "Comment": ""
        }));
    }
    lines.reverse();
    for (line, image) in lines.iter_mut().zip(lineage) {
        line["Id"] = value!(image.id);
        line["Tags"] = if image.tags.is_empty() { Value::Null } else { value!(familiar(image)) };
    }
    lines
}
