//! Images: which handler a path with slashes in its name goes to.

mod change;
mod inspect;
mod list;
mod pattern;
mod time;

pub(super) use change::{prune, remove, tag_of};
pub(super) use list::list;

use super::Shared;
use super::answer::{Answer, blocking, json};
use super::query::decode;
use crate::engine::store::Image;
use crate::engine::{Engine, Fault, FaultKind};
use crate::spec::{Digest, Reference};
use axum::extract::{Path, Request};
use std::sync::Arc;

/// `GET images/{name}/json`, `…/history`, …
pub(super) async fn one(engine: Shared, Path(rest): Path<String>, request: Request) -> Answer {
    let rest = decode(&rest);
    let engine = Arc::clone(&engine);
    if let Some(name) = rest.strip_suffix("/json").map(str::to_owned) {
        return Ok(json(&inspect::inspect(&blocking(move || engine.store.find(&name)).await?)));
    }
    if let Some(name) = rest.strip_suffix("/history").map(str::to_owned) {
        return Ok(json(&inspect::history(&blocking(move || inspect::lineage(&engine, &name)).await?)));
    }
    if let Some(name) = rest.strip_suffix("/get").map(str::to_owned) {
        let asked = super::archive::Asked::of(&request)?;
        return asked.write(engine, vec![name]).await;
    }
    Err(unknown(&request))
}

/// `POST images/{name}/tag`, …
pub(super) async fn act(engine: Shared, Path(rest): Path<String>, request: Request) -> Answer {
    let rest = decode(&rest);
    if let Some(name) = rest.strip_suffix("/tag") {
        return change::tag(engine, name.to_owned(), request).await;
    }
    if let Some(name) = rest.strip_suffix("/push") {
        return super::pull::push(engine, name.to_owned(), request).await;
    }
    Err(unknown(&request))
}

fn unknown(request: &Request) -> super::answer::Refused {
    Fault::new(FaultKind::NotFound, "no-such-endpoint").with("request", super::line(request)).into()
}

fn familiar(image: &Image) -> Vec<String> {
    image.tags.iter().map(Reference::familiar).collect()
}

/// The container that was made from an image.
pub(super) fn user_of(engine: &Engine, image: &Digest) -> Option<String> {
    let all = engine.containers.all();
    all.iter().find(|c| c.image.id == *image).map(|c| c.id.to_string())
}

/// `lowerdir=` of a mount of this image: the uppermost first.
pub(super) fn lower(image: &Image) -> String {
    let layers: Vec<_> = image.layers.iter().rev().map(|path| path.display().to_string()).collect();
    layers.join(":")
}
