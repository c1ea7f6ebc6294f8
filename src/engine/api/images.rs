//! Images: list, inspect, history, delete.

use super::Shared;
use super::answer::{Answer, blocking, json};
use super::query::{Query, decode};
use crate::engine::store::{Image, Removed};
use crate::engine::{Cancel, Fault, FaultKind};
use crate::spec::{Digest, Reference};
use crate::trace::OpKind;
use axum::extract::{Path, Request};
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

pub(super) async fn list(engine: Shared, request: Request) -> Answer {
    let filters = Query::of(&request).filters(&["reference", "dangling", "label", "before", "since"])?;
    if ["label", "before", "since"].iter().any(|name| filters.has(name)) {
        return Err(Fault::new(FaultKind::BadRequest, "bad-filter").with("filter", "label, before, since").into());
    }
    let engine = Arc::clone(&engine);
    let images = blocking(move || {
        let mut images = engine.store.images();
        images.retain(|image| {
            let dangling = image.tags.is_empty();
            filters.allow("reference", |wanted| image.tags.iter().any(|tag| named(tag, wanted)))
                && filters.allow("dangling", |asked| dangling == matches!(asked, "true" | "1"))
        });
        Ok(images)
    });
    let images: Vec<_> = images.await?.iter().map(summary).collect();
    Ok(json(&images))
}

/// `lab/shell`, `lab/shell:1`, `lab/*`
fn named(tag: &Reference, wanted: &str) -> bool {
    let (whole, name) = (tag.familiar(), tag.familiar_name());
    let fits = |text: &str| match wanted.split_once('*') {
        Some((begin, end)) => text.len() >= begin.len() + end.len() && text.starts_with(begin) && text.ends_with(end),
        None => text == wanted,
    };
    fits(&whole) || fits(&name)
}

fn familiar(image: &Image) -> Vec<String> {
    image.tags.iter().map(Reference::familiar).collect()
}

fn summary(image: &Image) -> Value {
    value!({
        "Id": image.id, "ParentId": "", "RepoTags": familiar(image), "RepoDigests": image.repo_digests,
        "Created": image.created.as_deref().and_then(unix).unwrap_or(0), "Size": image.size, "VirtualSize": image.size,
        "SharedSize": -1, "Containers": -1, "Labels": image.config.labels
    })
}

/// Seconds since 1970 of `2024-05-01T10:20:30…Z`.
pub(super) fn unix(rfc3339: &str) -> Option<i64> {
    let number = |from: usize, to: usize| rfc3339.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let years = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (years.div_euclid(400), years.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// `images/{name}/json` and `images/{name}/history`: a name has slashes in it.
pub(super) async fn one(engine: Shared, Path(rest): Path<String>, request: Request) -> Answer {
    let rest = decode(&rest);
    let engine = Arc::clone(&engine);
    let find = |name: &str| {
        let name = name.to_owned();
        blocking(move || engine.store.find(&name))
    };
    if let Some(name) = rest.strip_suffix("/json") {
        return Ok(json(&inspect(&find(name).await?)));
    }
    if let Some(name) = rest.strip_suffix("/history") {
        return Ok(json(&history(&find(name).await?)));
    }
    Err(Fault::new(FaultKind::NotFound, "no-such-endpoint").with("request", super::line(&request)).into())
}

fn inspect(image: &Image) -> Value {
    let platform = &image.config.platform;
    let config = image.raw_config.get("config").cloned().unwrap_or(Value::Null);
    value!({
        "Id": image.id, "RepoTags": familiar(image), "RepoDigests": image.repo_digests, "Parent": "", "Comment": "",
        "Created": image.created, "DockerVersion": "", "Author": "", "Config": config,
        "Architecture": platform.architecture, "Variant": platform.variant.clone().unwrap_or_default(),
        "Os": platform.os, "Size": image.size, "VirtualSize": image.size,
        "GraphDriver": {"Name": "overlay2", "Data": {"LowerDir": lower(image)}},
        "RootFS": {"Type": "layers", "Layers": image.config.diff_ids}, "Metadata": {"LastTagTime": super::super::container::time::NEVER}
    })
}

/// `lowerdir=` of a mount of this image: the uppermost first.
pub(super) fn lower(image: &Image) -> String {
    let layers: Vec<_> = image.layers.iter().rev().map(|path| path.display().to_string()).collect();
    layers.join(":")
}

fn history(image: &Image) -> Vec<Value> {
    let entries = image.raw_config.get("history").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            value!({
                "Id": "<missing>", "Created": unix(&text(entry, "created")).unwrap_or(0),
                "CreatedBy": text(entry, "created_by"), "Tags": null, "Size": 0, "Comment": text(entry, "comment")
            })
        })
        .collect();
    lines.reverse();
    if let Some(first) = lines.first_mut() {
        first["Id"] = value!(image.id);
        first["Tags"] = value!(familiar(image));
    }
    lines
}

pub(super) async fn remove(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let (line, force) = (super::line(&request), Query::of(&request).flag("force"));
    let (engine, name) = (Arc::clone(&engine), decode(&name));
    let removed = blocking(move || {
        let in_use = |image: &Digest| {
            let all = engine.containers.all();
            all.iter().find(|c| c.image.id == *image).map(|c| c.id.to_string())
        };
        engine.conductor.operate(OpKind::ImageRemove, &name, line, &Cancel::new(), |cx| {
            engine.store.remove(cx, &name, force, &in_use)
        })
    });
    let lines: Vec<_> = removed.await?.into_iter().map(removed_line).collect();
    Ok(json(&lines))
}

fn removed_line(removed: Removed) -> Value {
    let (name, what) = match removed {
        Removed::Untagged(what) => ("Untagged", what),
        Removed::Deleted(what) => ("Deleted", what),
    };
    let mut line = Map::new();
    line.insert(name.to_owned(), what.into());
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_counted_in_seconds() {
        assert_eq!(unix("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix("2000-02-29T00:00:00.5Z"), Some(951_782_400));
        assert_eq!(unix("not a moment"), None);
    }

    #[test]
    fn an_image_is_found_by_its_familiar_name() {
        let tag: Reference = "lab/shell:1".parse().unwrap();
        assert!(named(&tag, "lab/shell") && named(&tag, "lab/shell:1") && named(&tag, "lab/*") && !named(&tag, "lab"));
    }
}
