//! Archives over HTTP: `images/get`, `images/load`, and `images/create` out of the body.

use super::Shared;
use super::answer::{Answer, blocking, json, with_status};
use super::body::{Outgoing, incoming, outgoing_until};
use super::names::{platform, tag_of};
use super::progress::{ProgressStream, bytes};
use super::query;
use crate::client::protocol::StoreCheckQuery;
use crate::docker::{CommitQuery, Id, ImageCreateQuery, ImageLoadQuery, ImageSaveAllQuery, ProgressLine};
use crate::engine::archive::{self, Import, Save, Told};
use crate::engine::container::Commit;
use crate::engine::container::request::refuse_config;
use crate::engine::{Asked, Cancel, Engine, Fault, Result};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::{Code, OpKind};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use std::cell::Cell;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a layer's bytes are told at most.
const PACE: Duration = Duration::from_millis(100);

/// `GET images/get?names=a&names=b`
pub(super) async fn save(engine: Shared, request: Request) -> Answer {
    let ImageSaveAllQuery { names, platform } = query::read(&request)?;
    write(Arc::clone(&engine), names, super::line(&request), platform.as_deref()).await
}

/// One of several platforms as JSON, as a later CLI asks for them, is not looked at: here an image has one.
fn one_platform(text: Option<&str>) -> Result<Option<Platform>> {
    platform(text.filter(|text| !text.starts_with('[')))
}

/// Some images as one archive.
pub(super) async fn write(engine: Arc<Engine>, names: Vec<String>, line: Asked, platform: Option<&str>) -> Answer {
    let wanted = one_platform(platform)?;
    let cancel = Cancel::new();
    let (out, body) = outgoing_until(&cancel);
    let (begin, begun) = tokio::sync::oneshot::channel::<Result<()>>();
    tokio::task::spawn_blocking(move || {
        let save = match Save::new(&engine.store, &names, wanted.as_ref()) {
            Ok(save) => save,
            Err(fault) => return drop(begin.send(Err(fault))),
        };
        if begin.send(Ok(())).is_err() {
            return;
        }
        let mut out = Breaking::new(out, cancel.clone());
        let written =
            engine.conductor.operate(OpKind::ImageSave, save.subject(), line, &cancel, |cx| save.write(cx, &mut out));
        match written {
            Ok(()) => {
                for image in names.iter().filter_map(|name| engine.store.find(name).ok()) {
                    engine.tell_image(&image, "save", image.id.as_str());
                }
                out.finish();
            }
            Err(fault) => out.fail(&fault),
        }
    });
    begun.await.map_err(|e| Fault::failed(Code::EngineFault).with("reason", e))??;
    Ok(([(header::CONTENT_TYPE, "application/x-tar")], body).into_response())
}

/// A reader that went away cancels the work: it is no failure of the disk.
pub(super) struct Breaking {
    out: Outgoing,
    cancel: Cancel,
}

impl Breaking {
    pub(super) fn new(out: Outgoing, cancel: Cancel) -> Self {
        Self { out, cancel }
    }

    /// All has been written.
    pub(super) fn finish(self) {
        self.out.finish().unwrap_or_else(|error| tracing::debug!(%error, "nobody read the end"));
    }

    /// The connection breaks off, so that nobody takes a part for the whole.
    pub(super) fn fail(self, fault: &Fault) {
        self.out.fail(fault);
    }
}

impl Write for Breaking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).inspect_err(|_gone| self.cancel.cancel())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().inspect_err(|_gone| self.cancel.cancel())
    }
}

/// `POST images/load`
pub(super) async fn load(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let ImageLoadQuery { quiet, platform } = query::read(&request)?;
    let wanted = one_platform(platform.as_deref())?;
    let archive = incoming(request);
    let cancel = Cancel::new();
    let (stream, told) = ProgressStream::new(&cancel);
    let engine = Arc::clone(&engine);
    // As Docker: 200, whatever is in the archive.
    stream.open();
    tokio::task::spawn_blocking(move || {
        let said = Cell::new(None::<Instant>);
        let tell = |told: Told| match told {
            Told::Image(id) => {
                if let Ok(image) = engine.store.find(id.as_str()) {
                    engine.tell_image(&image, "load", image.id.as_str());
                }
            }
            Told::Line(text) => stream.say(&ProgressLine::stream(format!("{text}\n"))),
            Told::Layer { .. } | Told::Read(_) if quiet => {}
            Told::Layer { id, current, total } => {
                let soon = said.get().is_some_and(|at| at.elapsed() < PACE);
                if !soon || current == total {
                    said.set(Some(Instant::now()));
                    stream.say(&bytes(&id, "Loading layer", current, total));
                }
            }
            Told::Read(_) => {}
        };
        let result = engine.conductor.operate(OpKind::ImageLoad, "archive", line, &cancel, |cx| {
            archive::load(&engine.store, cx, archive, wanted.as_ref(), &tell)
        });
        stream.finish(result.map(drop));
    });
    told.answer().await
}

/// `POST images/create` out of the body.
pub(super) async fn import(engine: Shared, request: Request, query: ImageCreateQuery) -> Answer {
    let line = super::line(&request);
    let how = Import {
        tag: optional_tag(query.repo.as_deref(), query.tag.as_deref())?,
        message: query.message,
        changes: query.changes,
        platform: platform(query.platform.as_deref())?,
    };
    let tar = incoming(request);
    let cancel = Cancel::new();
    let (stream, told) = ProgressStream::new(&cancel);
    let engine = Arc::clone(&engine);
    tokio::task::spawn_blocking(move || {
        let result = engine.conductor.operate(OpKind::ImageImport, how.subject(), line, &cancel, |cx| {
            archive::import(&engine.store, cx, tar, &how)
        });
        if let Ok(image) = &result {
            if let Some(tag) = &how.tag {
                engine.tell_image(image, "tag", &tag.familiar());
            }
            engine.tell_image(image, "import", image.id.as_str());
        }
        stream.finish(result.map(|image| stream.say(&ProgressLine::status(image.id.to_string()))));
    });
    told.answer().await
}

/// A name to give, if there is one.
fn optional_tag(repo: Option<&str>, tag: Option<&str>) -> Result<Option<Reference>> {
    repo.map(|repo| tag_of(repo, tag)).transpose()
}

/// `POST commit`. A body may carry a config that the image is to have; the CLI sends none.
pub(super) async fn commit(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let query: CommitQuery = query::read(&request)?;
    refuse_config(&super::json::first_if_any(request).await?.value())?;
    let how = Commit {
        tag: optional_tag(query.repo.as_deref(), query.tag.as_deref())?,
        author: query.author,
        comment: query.comment,
        changes: query.changes.iter().flat_map(|text| text.lines()).map(str::to_owned).collect(),
        pause: query.pause.unwrap_or(true),
    };
    let name = query.container;
    let engine = Arc::clone(&engine);
    let image = blocking(move || {
        let container = engine.containers.find(&name)?;
        engine.commit(&container, &how, &line)
    })
    .await?;
    Ok(with_status(StatusCode::CREATED, &Id { id: image.id.to_string() }))
}

/// `POST /dockwalk/v1/images/fsck`
pub(super) async fn fsck(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let StoreCheckQuery { repair } = query::read(&request)?;
    let engine = Arc::clone(&engine);
    let report = blocking(move || {
        let in_use = |chain: &Digest| engine.containers.all().iter().any(|c| c.image.chain_ids.contains(chain));
        engine
            .conductor
            .operate(OpKind::StoreCheck, "store", line, &Cancel::new(), |cx| engine.store.check(cx, repair, &in_use))
    });
    Ok(json(&report.await?))
}
