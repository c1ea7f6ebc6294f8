use super::apply::entry::Meta;
use super::decompress;
use super::stream::damaged;
use crate::engine::Result;
use crate::tree::Entry;
use std::io::{self, BufRead};

/// Reads a layer's blob, compressed or not, to its end without writing anything, and hands on each entry as the tar says it.
/// What it hands on is what unpacking the same blob writes down.
pub fn list(blob: impl BufRead, note: &mut dyn FnMut(Entry) -> Result<()>) -> Result<()> {
    let mut archive = tar::Archive::new(decompress::decoder(blob).map_err(damaged)?);
    for entry in archive.entries().map_err(damaged)? {
        if let Some(entry) = Meta::read(&mut entry.map_err(damaged)?)?.and_then(|meta| meta.entry()) {
            note(entry)?;
        }
    }
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(damaged)?;
    Ok(())
}
