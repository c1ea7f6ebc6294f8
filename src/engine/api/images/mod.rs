//! Images: which handler a path with slashes in its name goes to.

mod change;
mod inspect;
mod list;
mod pattern;
mod time;

pub(super) use change::prune;
pub(super) use list::list;

use super::Shared;
use super::answer::{Answer, blocking, json};
use super::query;
use crate::docker::{Endpoint, ImageCreateQuery, ImageSaveQuery, ImageSource};
use crate::engine::store::Image;
use crate::engine::{Engine, Fault, FaultKind};
use crate::spec::{Digest, Reference};
use crate::trace::Code;
use axum::extract::{Path, Request};
use axum::http::Method;
use std::sync::Arc;

/// What is asked of one image. Its name may have slashes in it: what it is is told by what comes after the name.
pub(super) async fn one(engine: Shared, Path(rest): Path<String>, request: Request) -> Answer {
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let Some((endpoint, name)) = Endpoint::split_image(method.as_str(), &rest) else {
        let fault = Fault::new(FaultKind::NotFound, Code::NoSuchEndpoint);
        return Err(fault.with("request", super::line(&request)).into());
    };
    let (engine, name) = (Arc::clone(&engine), name.to_owned());
    match endpoint {
        Endpoint::ImageInspect => Ok(json(&inspect::inspect(&blocking(move || engine.store.find(&name)).await?))),
        Endpoint::ImageHistory => {
            Ok(json(&inspect::history(&blocking(move || inspect::lineage(&engine, &name)).await?)))
        }
        Endpoint::ImageSave => {
            let ImageSaveQuery { platform } = query::read(&request)?;
            super::archive::write(engine, vec![name], super::line(&request), platform.as_deref()).await
        }
        Endpoint::ImageTag => change::tag(engine, name, request).await,
        Endpoint::ImagePush => super::pull::push(engine, name, request).await,
        _ => change::remove(engine, name, request).await,
    }
}

/// `POST images/create`: a pull, or an import.
pub(super) async fn create(engine: Shared, request: Request) -> Answer {
    let query: ImageCreateQuery = query::read(&request)?;
    match query.source().map_err(Fault::from)? {
        ImageSource::Registry(image) => super::pull::create(engine, request, image, &query).await,
        ImageSource::Body => super::archive::import(engine, request, query).await,
    }
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
