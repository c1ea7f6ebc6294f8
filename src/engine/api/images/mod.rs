//! Images: which handler a path with slashes in its name goes to.

mod change;
mod inspect;
mod list;
mod pattern;
mod time;

pub(super) use change::prune;
pub(super) use list::{list, used};
pub(super) use time::before;

use super::Shared;
use super::answer::{Answer, blocking, json};
use super::query;
use crate::docker::{Endpoint, ImageCreateQuery, ImageSaveQuery, ImageSource};
use crate::engine::container::Phase;
use crate::engine::store::{Image, User};
use crate::engine::{Engine, Fault};
use crate::spec::{Digest, Reference};
use axum::extract::{Path, Request};
use axum::http::Method;
use std::sync::Arc;

/// What is asked of one image. Its name may have slashes in it: what it is is told by what comes after the name.
pub(super) async fn one(engine: Shared, Path(rest): Path<String>, request: Request) -> Answer {
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let Some((endpoint, name)) = Endpoint::split_image(method.as_str(), &rest) else {
        return Ok(super::unserved::refusal(&request));
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

/// A container that was made from an image: one that runs, if there is one.
pub(super) fn user_of(engine: &Engine, image: &Digest) -> Option<User> {
    let all = engine.containers.all();
    let users = all.iter().filter(|c| c.image.id == *image).map(|c| User {
        container: c.name.get(),
        running: matches!(c.state().phase, Phase::Starting | Phase::Running | Phase::Ending),
    });
    users.max_by_key(|user| user.running)
}

/// `lowerdir=` of a mount of this image: the uppermost first.
pub(super) fn lower(image: &Image) -> String {
    let layers: Vec<_> = image.layers.iter().rev().map(|path| path.display().to_string()).collect();
    layers.join(":")
}
