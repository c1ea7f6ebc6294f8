//! A layer's file, as an image can have it.
//!
//! Docker takes layers that are packed with xz or bzip2, and keeps none packed. OCI has no media type for these two, so a
//! registry, and most tools, would not take them from here: such a file is decompressed when it comes.

use crate::engine::unpack::{Compression, Foreign, Limits, decoder};
use crate::engine::{Cancel, Fault, FaultKind, Result, private};
use crate::spec::Digest;
use crate::trace::{Code, Descriptor};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

const BUFFER: usize = 128 * 1024;

/// How a layer's file is listed; none when it has to be decompressed first.
pub fn listed(file: &Path, digest: &Digest, size: u64) -> Result<Option<Descriptor>> {
    let media_type = Compression::of_file(file)?.media_type();
    Ok(media_type.map(|media_type| Descriptor {
        media_type: media_type.to_owned(),
        digest: digest.clone(),
        size,
        platform: None,
        annotations: BTreeMap::new(),
    }))
}

/// Digest and size of what is in a file, whose own digest is `of`, when it is decompressed. It is written to a file, too, if
/// there is one.
pub fn expand(from: &Path, of: &Digest, to: Option<&Path>, cancel: &Cancel) -> Result<(Digest, u64)> {
    let damaged = |e: io::Error| damaged(cancel, &e).with("digest", of);
    let file = File::open(from).map_err(|e| Fault::io("read", from.display(), &e))?;
    let mut out = to.map(|to| private::file(to).map_err(|e| Fault::io("write", to.display(), &e))).transpose()?;
    let mut tar = decoder(BufReader::with_capacity(BUFFER, file), Limits::default()).map_err(damaged)?;
    let (mut sha, mut size, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER]);
    loop {
        if cancel.is_cancelled() {
            return Err(Fault::cancelled());
        }
        let n = tar.read(&mut buffer).map_err(damaged)?;
        if n == 0 {
            return Ok((Digest::from_sha256(&sha.finalize().into()), size));
        }
        sha.update(&buffer[..n]);
        size += n as u64;
        if let (Some(out), Some(to)) = (&mut out, to) {
            out.write_all(&buffer[..n]).map_err(|e| Fault::io("write", to.display(), &e))?;
        }
    }
}

/// Why bytes that somebody sent cannot be read.
pub fn damaged(cancel: &Cancel, error: &io::Error) -> Fault {
    if cancel.is_cancelled() {
        return Fault::cancelled();
    }
    let inner = error.get_ref();
    if let Some(fault) = inner.and_then(|inner| inner.downcast_ref::<Fault>()) {
        return fault.clone();
    }
    let refused = |code| Fault::new(FaultKind::BadRequest, code);
    match inner.and_then(|inner| inner.downcast_ref::<Foreign>()) {
        Some(Foreign { name, command: Some(command) }) => {
            refused(Code::ArchiveCompression).with("kind", name).with("command", command)
        }
        Some(Foreign { name, command: None }) => refused(Code::ArchiveFormat).with("kind", name),
        None => refused(Code::ArchiveDamaged).with("reason", error),
    }
}
