use super::{Read, say};
use crate::cli::out::{self, Raw};
use crate::cli::{Done, Failure};
use crate::client::{ClientError, LayerOf};
use crate::i18n::Words;
use crate::trace::Code;
use crate::tree::{Kind, PathBytes, PathId, Stack, Version};
use std::io::Write;
use std::sync::Arc;

pub(super) fn print(read: &Read, path: &str, layer: Option<u16>, words: &Words) -> Done {
    let stack = &read.stack;
    let (path, version) = match layer {
        Some(number) => in_layer(read, path, read.layer(number)?)?,
        None => {
            let resolved = stack.resolve(path.as_bytes(), stack.top(), true);
            let id = match (resolved.id, &resolved.stopped) {
                (Some(id), _) => id,
                (None, stopped) => return Err(stops(read, stopped.as_ref().unwrap_or(&resolved.path), words).into()),
            };
            let version = stack.seen(id, stack.top()).ok_or_else(|| hidden(read, id, words))?;
            (resolved.path, version)
        }
    };
    let chain = &read.image.layers[usize::from(version.layer)].chain_id;
    if !matches!(stack.inode(version).kind, Kind::File { .. }) {
        return Err(ClientError::new(Code::NotARegularFile).with("path", &path).with("layer", chain).into());
    }
    let layer = LayerOf::Image(chain.clone());
    let mut content = read.client.layer_content(&layer, path.as_bytes(), 0, None)?;
    // A terminal is shown what is in it; a file or another program gets the bytes.
    let mut to: Box<dyn Write> = match Raw::of_file() {
        Some(raw) => Box::new(raw),
        None => Box::new(out::writer()),
    };
    while let Some(chunk) = content.chunk()? {
        to.write_all(&chunk).map_err(not_written)?;
    }
    // What stands behind the last line feed waits in a buffer.
    to.flush().map_err(not_written)
}

fn not_written(error: std::io::Error) -> Failure {
    // `… | head` has seen enough.
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Failure::Status(128 + 13);
    }
    ClientError::new(Code::OutputNotWritten).with("reason", error).into()
}

/// What one layer has at a path, which is followed in that layer alone.
fn in_layer(read: &Read, path: &str, number: u16) -> Result<(PathBytes, Version), ClientError> {
    let stack = &read.stack;
    let alone = Stack::new(vec![Arc::clone(&stack.layers()[usize::from(number)])]);
    let resolved = alone.resolve(path.as_bytes(), 0, false);
    let node = resolved.id.and_then(|id| alone.versions(id).first().copied());
    let about = |code, path: &PathBytes| {
        let error = ClientError::new(code).with("path", format!("/{path}")).with("layer", say::number(number));
        error.with("image", &read.name)
    };
    let Some(version) = node.map(|version| Version { layer: number, ..version }) else {
        let known = stack.find(resolved.path.as_bytes()).map(|id| stack.versions(id)).unwrap_or_default();
        let mut have: Vec<_> = known.iter().filter(|v| !stack.inode(**v).is_whiteout()).map(|v| v.layer).collect();
        have.reverse();
        if have.is_empty() {
            return Err(read.no_such_path(&resolved.path));
        }
        let have: Vec<_> = have.into_iter().map(|layer| say::number(layer).to_string()).collect();
        return Err(about(Code::NoSuchPathInLayer, &resolved.path).with("layers", have.join(", ")));
    };
    if stack.inode(version).is_whiteout() {
        return Err(about(Code::PathDeletedByLayer, &resolved.path));
    }
    Ok((resolved.path, version))
}

/// Why a path leads no further.
fn stops(read: &Read, at: &PathBytes, words: &Words) -> ClientError {
    let stack = &read.stack;
    match stack.find(at.as_bytes()) {
        None => read.no_such_path(at),
        Some(id) if stack.seen(id, stack.top()).is_none() => hidden(read, id, words),
        Some(_) => ClientError::new(Code::PathNotADirectory).with("path", format!("/{at}")).with("image", &read.name),
    }
}

/// Layers speak of it, and it is not there: what hides it, and who has it.
fn hidden(read: &Read, id: PathId, words: &Words) -> ClientError {
    let stack = &read.stack;
    let path = stack.path(id);
    let versions = stack.which(id, stack.top()).versions;
    let there = versions.into_iter().find(|found| !stack.inode(found.version).is_whiteout());
    let Some((version, hidden)) = there.and_then(|found| Some((found.version, found.hidden?))) else {
        // A whiteout where nothing was.
        return read.no_such_path(&path);
    };
    ClientError::new(Code::PathHiddenInImage)
        .with("path", format!("/{path}"))
        .with("image", &read.name)
        .with("why", say::hidden(words, &hidden))
        .with("layer", say::number(version.layer))
}
