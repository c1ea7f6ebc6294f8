use super::decompress::decoder;
use super::fault::input_failed;
use super::limits::Limits;
use super::parse::Reader;
use crate::engine::{Fault, Result};
use crate::tree::{Kind, LayerEntry};
use std::io::BufRead;

/// Reads a layer's blob, compressed or not, to its end without writing anything, and hands on each entry as the tar says it.
/// What it hands on is what unpacking the same blob writes down.
pub fn list(blob: impl BufRead, note: &mut dyn FnMut(LayerEntry) -> Result<()>) -> Result<()> {
    list_within(blob, Limits::default(), note)
}

/// The same with other limits.
pub fn list_within(blob: impl BufRead, limits: Limits, note: &mut dyn FnMut(LayerEntry) -> Result<()>) -> Result<()> {
    let mut reader = Reader::new(decoder(blob, limits).map_err(|e| input_failed(&e))?, limits);
    while let Some(mut item) = reader.next()? {
        let read = match item.entry.kind {
            Kind::File { .. } => reader.content(&item, |_, _| Ok::<_, Fault>(())),
            _ => Ok(None),
        };
        item.entry.sum = read.as_ref().ok().copied().flatten();
        note(item.entry)?;
        read?;
    }
    reader.finish()
}
