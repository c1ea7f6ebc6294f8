use super::fault::{damaged, input_failed};
use super::limits::Limits;
use super::listing::ListWriter;
use super::{Applied, Options, apply, decompress};
use crate::engine::{Cancel, Fault, Result};
use crate::spec::Digest;
use sha2::{Digest as _, Sha256};
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// Bytes on their way; none when all have come. A channel that closes before that was given up.
type Chunk = Option<Arc<Vec<u8>>>;

const CHUNK: usize = 128 * 1024;
const AHEAD: usize = 16;

/// A layer that is being unpacked while its bytes come in. Dropped before [`Unpack::finish`], it is given up: then its
/// threads have let go of the directory.
#[derive(Debug)]
pub struct Unpack {
    input: Option<SyncSender<Chunk>>,
    worker: Option<JoinHandle<Result<Applied>>>,
}

impl Unpack {
    /// Begins to unpack into `dir`, an empty directory, and to write what the tar says into the file `listing`, for
    /// [`super::ListReader`]. Ends soon after `cancel`.
    pub fn start(dir: PathBuf, listing: PathBuf, options: Options, cancel: &Cancel) -> Result<Self> {
        let (input, compressed) = sync_channel(AHEAD);
        let cancel = cancel.clone();
        let work = move || run(Chunks::new(compressed, cancel), dir, listing, options);
        Ok(Self { input: Some(input), worker: Some(spawn("unpack", work)?) })
    }

    /// Hands over the next compressed bytes. False when unpacking has failed already: [`Unpack::finish`] says why.
    pub fn push(&self, bytes: Vec<u8>) -> bool {
        self.input.as_ref().is_some_and(|input| input.send(Some(Arc::new(bytes))).is_ok())
    }

    /// All bytes were handed over: waits for the rest of the work.
    pub fn finish(mut self) -> Result<Applied> {
        if let Some(input) = self.input.take() {
            // When the worker has failed it listens no more, and its result says why.
            let _closed = input.send(None).is_err();
        }
        self.worker.take().map_or_else(|| Err(damaged("finished twice")), join)
    }
}

impl Drop for Unpack {
    fn drop(&mut self) {
        self.input = None;
        if let Some(Err(fault)) = self.worker.take().map(join) {
            tracing::debug!(%fault, "gave up a layer");
        }
    }
}

fn run(compressed: Chunks, dir: PathBuf, listing: PathBuf, options: Options) -> Result<Applied> {
    let start = Instant::now();
    let (to_hash, hash_input) = sync_channel(AHEAD);
    let (to_apply, apply_input) = sync_channel(AHEAD);
    let cancel = compressed.cancel.clone();
    let hasher = spawn("diff-id", move || Ok(hash(&hash_input)))?;
    let apply_cancel = cancel.clone();
    let applier = spawn("apply", move || {
        let mut listing = ListWriter::create(&listing)?;
        let tally =
            apply::apply(Chunks::new(apply_input, apply_cancel), &dir, options, &mut |entry| listing.write(&entry))?;
        listing.finish()?;
        Ok(tally)
    })?;
    let inflated = inflate(compressed, options.limits, &cancel, &to_hash, &to_apply);
    drop((to_hash, to_apply));
    let (hashed, applied) = (join(hasher)?, join(applier));
    // When applying fails inflating cannot go on: the first cause is the one to tell. When inflating fails, applying sees
    // no more than that the bytes ended.
    match (inflated, applied) {
        (Err(StreamError::Damaged(fault)), _) | (Ok(()) | Err(StreamError::NobodyListens), Err(fault)) => Err(fault),
        (Err(StreamError::NobodyListens), Ok(_)) => Err(damaged("the tar ended too early")),
        (Ok(()), Ok(tally)) => Ok(Applied {
            diff_id: hashed.0,
            tar_size: hashed.1,
            entries: tally.entries,
            size: tally.size,
            marks: tally.marks,
            remarks: tally.remarks,
            took: start.elapsed(),
        }),
    }
}

enum StreamError {
    Damaged(Fault),
    NobodyListens,
}

fn inflate(
    compressed: Chunks,
    limits: Limits,
    cancel: &Cancel,
    hash: &SyncSender<Chunk>,
    apply: &SyncSender<Chunk>,
) -> Result<(), StreamError> {
    let broken =
        |e: io::Error| StreamError::Damaged(if cancel.is_cancelled() { Fault::cancelled() } else { input_failed(&e) });
    let mut tar = decompress::decoder(compressed, limits).map_err(broken)?;
    loop {
        let mut buffer = vec![0; CHUNK];
        let filled = fill(&mut *tar, &mut buffer).map_err(broken)?;
        buffer.truncate(filled);
        let chunk = (filled > 0).then(|| Arc::new(buffer));
        let end = chunk.is_none();
        let heard = hash.send(chunk.clone()).is_ok() && apply.send(chunk).is_ok();
        match (heard, end) {
            (false, _) => return Err(StreamError::NobodyListens),
            (true, true) => return Ok(()),
            (true, false) => {}
        }
    }
}

/// Reads until the buffer is full or the end has come.
fn fill(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

fn hash(input: &Receiver<Chunk>) -> (Digest, u64) {
    let (mut sha, mut bytes) = (Sha256::new(), 0);
    while let Ok(Some(chunk)) = input.recv() {
        sha.update(chunk.as_slice());
        bytes += chunk.len() as u64;
    }
    (Digest::from_sha256(&sha.finalize().into()), bytes)
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<JoinHandle<Result<T>>> {
    Builder::new().name(name.into()).spawn(work).map_err(|e| Fault::io("start", "a thread", &e))
}

fn join<T>(thread: JoinHandle<Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What comes through a channel, to be read.
#[derive(Debug)]
struct Chunks {
    input: Receiver<Chunk>,
    cancel: Cancel,
    current: Arc<Vec<u8>>,
    at: usize,
    ended: bool,
}

impl Chunks {
    fn new(input: Receiver<Chunk>, cancel: Cancel) -> Self {
        Self { input, cancel, current: Arc::default(), at: 0, ended: false }
    }
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.current.len() && !self.ended {
            if self.cancel.is_cancelled() {
                return Err(io::Error::other("cancelled"));
            }
            match self.input.recv() {
                Ok(Some(chunk)) => (self.current, self.at) = (chunk, 0),
                Ok(None) => self.ended = true,
                Err(_) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the bytes ended too early")),
            }
        }
        Ok(&self.current[self.at..])
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let n = here.len().min(buffer.len());
        buffer[..n].copy_from_slice(&here[..n]);
        self.consume(n);
        Ok(n)
    }
}
