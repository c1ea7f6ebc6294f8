use super::Read;
use crate::cli::out::{self, Raw};
use crate::cli::{Done, Failure};
use crate::client::{ClientError, LayerOf};
use crate::trace::Code;
use crate::tree::{Kind, PathBytes};
use std::io::Write;

pub(super) fn print(read: &Read, path: &str, layer: Option<u16>) -> Done {
    let stack = &read.stack;
    let (at, version, path) = match layer {
        Some(number) => {
            let number = read.layer(number)?;
            let id = stack.find(path.as_bytes());
            let found = id.and_then(|id| stack.versions(id).iter().copied().find(|version| version.layer == number));
            (number, found, id.map_or_else(|| PathBytes::from(path.as_bytes()), |id| stack.path(id)))
        }
        None => {
            let resolved = stack.resolve(path.as_bytes(), stack.top(), true);
            let found = resolved.id.and_then(|id| stack.seen(id, stack.top()));
            (found.map_or(0, |version| version.layer), found, resolved.path)
        }
    };
    let version = version.ok_or_else(|| read.no_such_path(&path))?;
    let chain = &read.image.layers[usize::from(at)].chain_id;
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
