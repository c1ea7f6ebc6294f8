//! Tag, remove, prune.

use super::super::Shared;
use super::super::answer::{Answer, blocking, json};
use super::super::filter::{flag, labels, refuse_unknown};
use super::super::names::tag_of;
use super::super::query;
use super::list::moment;
use super::time::before as made_before;
use super::user_of;
use crate::docker::{FilterQuery, ImageRemoveQuery, ImageRemoved, ImageTagQuery, ImagesPruned};
use crate::engine::moment::Moment;
use crate::engine::news::Subject;
use crate::engine::store::{Image, Removal, Removed};
use crate::engine::{Cancel, Engine};
use crate::spec::Digest;
use crate::trace::OpKind;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use std::sync::Arc;

pub(super) async fn tag(engine: Arc<Engine>, name: String, request: Request) -> Answer {
    let line = super::super::line(&request);
    let ImageTagQuery { repo, tag } = query::read(&request)?;
    let reference = tag_of(&repo, tag.as_deref())?;
    blocking(move || {
        engine.conductor.operate(OpKind::ImageTag, reference.familiar(), line, &Cancel::new(), |cx| {
            let adopted = engine.store.name(cx, &name, &reference)?;
            engine.tell_image(&adopted.image, "tag", &reference.familiar());
            Ok(())
        })
    })
    .await?;
    Ok(StatusCode::CREATED.into_response())
}

pub(super) async fn remove(engine: Arc<Engine>, name: String, request: Request) -> Answer {
    let line = super::super::line(&request);
    let ImageRemoveQuery { force, keep_parents } = query::read(&request)?;
    let how = Removal { force, keep_parents };
    let removed = blocking(move || {
        let _room = engine.reserve.give();
        let in_use = |image: &Digest| user_of(&engine, image);
        let before = engine.store.images();
        let removed = engine.conductor.operate(OpKind::ImageRemove, &name, line, &Cancel::new(), |cx| {
            engine.store.remove(cx, &name, &how, &in_use)
        })?;
        tell_removed(&engine, &before, &removed);
        Ok(removed)
    });
    let lines: Vec<_> = removed.await?.into_iter().map(removed_line).collect();
    Ok(json(&lines))
}

pub(in crate::engine::api) async fn prune(engine: Shared, request: Request) -> Answer {
    let line = super::super::line(&request);
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["dangling", "label", "label!", "until"])?;
    let all = flag(&filters, "dangling")? == Some(false);
    let now = Moment::now().unix();
    let before = made_before(&filters, now)?;
    let engine = Arc::clone(&engine);
    let pruned = blocking(move || {
        let _room = engine.reserve.give();
        let in_use = |image: &Digest| user_of(&engine, image);
        let wanted = |image: &Image| {
            before.is_none_or(|before| moment(image) <= before) && labels(&filters, &image.config.labels)
        };
        let before = engine.store.images();
        let pruned = engine.conductor.operate(OpKind::ImagePrune, "images", line, &Cancel::new(), |cx| {
            engine.store.prune(cx, all, &wanted, &in_use)
        })?;
        tell_removed(&engine, &before, &pruned.removed);
        engine.tell_pruned(Subject::Image, pruned.freed);
        Ok(pruned)
    });
    let pruned = pruned.await?;
    let lines = pruned.removed.into_iter().map(removed_line).collect();
    Ok(json(&ImagesPruned { images_deleted: lines, space_reclaimed: pruned.freed }))
}

/// What was taken away, image by image. Layers are none.
fn tell_removed(engine: &Engine, before: &[Image], removed: &[Removed]) {
    for removed in removed {
        let (action, image) = match removed {
            Removed::Untagged(name) => ("untag", before.iter().find(|image| image.is_called(name))),
            Removed::Deleted(id) => ("delete", before.iter().find(|image| image.id.as_str() == id)),
        };
        if let Some(image) = image {
            engine.tell_image(image, action, image.id.as_str());
        }
    }
}

fn removed_line(removed: Removed) -> ImageRemoved {
    match removed {
        Removed::Untagged(what) => ImageRemoved::untagged(what),
        Removed::Deleted(what) => ImageRemoved::deleted(what),
    }
}
