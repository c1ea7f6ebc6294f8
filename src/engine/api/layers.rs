//! What is in layers: of images by chain id, and of containers.

use super::Shared;
use super::answer::{Answer, blocking, json, with_status};
use super::query;
use crate::client::protocol::LayerContentQuery;
use crate::client::{ImageLayer, ImageLayers, Instruction, Pieces};
use crate::docker::ErrorMessage;
use crate::engine::layer::{self, Source};
use crate::engine::rootfs::Rootfs;
use crate::engine::store::{Image, Store};
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::{Digest, Reference};
use crate::trace::{Code, Problem};
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// `images/{name}/layers`: a name has slashes in it.
pub(super) async fn of_image(engine: Shared, Path(rest): Path<String>, request: Request) -> Answer {
    let unknown = || Fault::new(FaultKind::NotFound, Code::NoSuchEndpoint).with("request", super::line(&request));
    let name = rest.strip_suffix("/layers").ok_or_else(unknown)?.to_owned();
    let engine = Arc::clone(&engine);
    Ok(json(&blocking(move || Ok(layers(&engine.store, &engine.store.find(&name)?))).await?))
}

fn layers(store: &Store, image: &Image) -> ImageLayers {
    let mut next = 0..image.chain_ids.len();
    let instructions: Vec<_> = image
        .config
        .history
        .iter()
        .map(|entry| Instruction {
            created_by: entry.created_by.clone(),
            layer: if entry.empty_layer { None } else { next.next() },
        })
        .collect();
    let blobs = store.layer_blobs(&image.id);
    let layer = |at: usize| {
        let chain_id = &image.chain_ids[at];
        let known = store.layer(chain_id).map(|(layer, _)| layer)?;
        let made = instructions.iter().find(|instruction| instruction.layer == Some(at));
        let blob = blobs.get(at);
        Some(ImageLayer {
            chain_id: chain_id.clone(),
            diff_id: known.diff_id,
            blob: blob.map(|blob| blob.digest.clone()),
            blob_size: blob.map(|blob| blob.size),
            media_type: blob.map(|blob| blob.media_type.clone()),
            size: known.size,
            entries: known.entries,
            created_by: made.map(|instruction| instruction.created_by.clone()).unwrap_or_default(),
        })
    };
    ImageLayers {
        image: image.id.clone(),
        tags: image.tags.iter().map(Reference::familiar).collect(),
        layers: (0..image.chain_ids.len()).filter_map(layer).collect(),
        instructions,
    }
}

pub(super) async fn entries(engine: Shared, Path(chain): Path<String>) -> Answer {
    let chain = chain_id(&chain)?;
    let engine = Arc::clone(&engine);
    let source = blocking(move || layer::source(&engine.store, &chain)).await?;
    Ok(listed(source))
}

pub(super) async fn content(engine: Shared, Path(chain): Path<String>, request: Request) -> Answer {
    let chain = chain_id(&chain)?;
    let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchLayer).with("chain", &chain);
    engine.store.layer(&chain).ok_or_else(missing)?;
    file(engine.store.layer_fs(&chain), request).await
}

pub(super) async fn of_container(engine: Shared, Path(id): Path<String>) -> Answer {
    Ok(listed(Source::Directory(upper(&engine, &id)?)))
}

pub(super) async fn content_of_container(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    file(upper(&engine, &id)?, request).await
}

fn upper(engine: &Shared, id: &str) -> Result<PathBuf> {
    let container = engine.containers.find(id)?;
    let upper = Rootfs::below(&container.dir).upper;
    let none = || Fault::new(FaultKind::Conflict, Code::NoWritableLayer).with("container", &container.name);
    if upper.is_dir() { Ok(upper) } else { Err(none()) }
}

fn chain_id(text: &str) -> Result<Digest> {
    let missing = |_not_a_digest| Fault::new(FaultKind::NotFound, Code::NoSuchLayer).with("chain", text);
    text.parse().map_err(missing)
}

/// NDJSON. Where reading fails the connection is cut: half a list must not be taken for a whole one.
fn listed(source: Source) -> Response {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut lines = Vec::new();
        let gone = || Fault::cancelled();
        let send = |lines: &mut Vec<u8>| {
            let chunk = Bytes::from(std::mem::take(lines));
            sender.blocking_send(Ok(chunk)).map_err(|_nobody_listens| gone())
        };
        let read = source.read(&mut |entry| {
            serde_json::to_writer(&mut lines, &entry).map_err(|e| Fault::io("write", "JSON", &e.into()))?;
            lines.push(b'\n');
            if lines.len() < PIECE { Ok(()) } else { send(&mut lines) }
        });
        if let Err(fault) = read.and_then(|()| send(&mut lines)) {
            tracing::warn!(%fault, "a list of entries ends early");
            // Nobody may be there to hear it.
            let _told = sender.blocking_send(Err(io::Error::other(fault.to_string()))).is_ok();
        }
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::new(Pieces(receiver))).into_response()
}

/// How many bytes go out in one piece.
const PIECE: usize = 64 * 1024;
/// How many of them wait for a reader that is slower than the disk.
const AHEAD: usize = 2;

async fn file(dir: PathBuf, request: Request) -> Answer {
    let LayerContentQuery { path } = LayerContentQuery::read(query::text(&request));
    if path.is_empty() {
        return Err(Fault::new(FaultKind::BadRequest, Code::NoPathGiven).into());
    }
    let range = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok()).map(ToOwned::to_owned);
    let mut content = blocking(move || layer::open(&dir, &path)).await?;
    let size = content.size;
    let whole = (0, size);
    let (from, to) = match range.as_deref().and_then(|text| text.strip_prefix("bytes=")) {
        None => whole,
        // Of an empty file there is no part but the whole.
        Some(_) if size == 0 => whole,
        Some(text) => match part(text, size) {
            Some(range) => range,
            None => {
                let problem = Problem::new(Code::RangeBeyondEnd).with("range", text).with("size", size);
                let refusal = ErrorMessage { message: format!("no bytes {text} of {size}"), dockwalk: Some(problem) };
                let mut answer = with_status(StatusCode::RANGE_NOT_SATISFIABLE, &refusal);
                if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
                    answer.headers_mut().insert(header::CONTENT_RANGE, range);
                }
                return Ok(answer);
            }
        },
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let sent = content.file.seek(SeekFrom::Start(from)).and_then(|_| {
            let mut rest = content.file.take(to - from);
            loop {
                let mut piece = vec![0; PIECE];
                let read = rest.read(&mut piece)?;
                piece.truncate(read);
                if read == 0 || sender.blocking_send(Ok(piece.into())).is_err() {
                    return Ok(());
                }
            }
        });
        if let Err(error) = sent {
            let _told = sender.blocking_send(Err(error)).is_ok();
        }
    });
    let headers = [("Content-Type", "application/octet-stream".to_owned()), ("X-Dockwalk-Size", size.to_string())];
    let body = Body::new(Pieces(receiver));
    if (from, to) == whole {
        return Ok((headers, body).into_response());
    }
    let range = [(header::CONTENT_RANGE, format!("bytes {from}-{}/{size}", to - 1))];
    Ok((StatusCode::PARTIAL_CONTENT, range, headers, body).into_response())
}

/// `0-99`, `100-`, `-100`: the first byte, and the one after the last. None where there is nothing to give.
fn part(text: &str, size: u64) -> Option<(u64, u64)> {
    let (from, to) = text.split_once('-')?;
    let range = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) => (from, to.saturating_add(1).min(size)),
        (Ok(from), Err(_)) if to.is_empty() => (from, size),
        (Err(_), Ok(last)) if from.is_empty() => (size.saturating_sub(last), size),
        _ => return None,
    };
    (range.0 < range.1).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_file_are_asked_for_in_three_ways() {
        assert_eq!(part("0-9", 100), Some((0, 10)));
        assert_eq!(part("90-", 100), Some((90, 100)));
        assert_eq!(part("-7", 100), Some((93, 100)));
        assert_eq!(part("50-900", 100), Some((50, 100)));
        assert_eq!([part("100-", 100), part("9-3", 100), part("x", 100), part("-0", 100)], [None; 4]);
    }
}
