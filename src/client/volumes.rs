//! Volumes as files, and files as volumes.

use super::protocol::{VolumeImportQuery, VolumeImported, VolumeOutline};
use super::{Client, ClientError, trust};
use crate::docker::with_query;
use crate::spec::url::encode;
use crate::spec::visible;
use crate::trace::Code;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::Method;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Who is told how far it is, and says whether it is to go on.
pub trait Watch: FnMut(u64) -> ControlFlow<()> {}
impl<F: FnMut(u64) -> ControlFlow<()>> Watch for F {}

impl Client {
    /// What an export of a volume would be.
    pub fn volume_outline(&self, name: &str) -> Result<VolumeOutline, ClientError> {
        self.get(&format!("/dockwalk/v1/volumes/{}/outline", encode(name)))
    }

    /// Writes a volume as an archive to a file, which is there whole or as it was before. gzip where the name ends in `.gz` or `.tgz`.
    /// `watch` is told of the bytes of tar so far. Returns the file's size; none where it was called off.
    pub fn export_volume(&self, name: &str, to: &Path, mut watch: impl Watch) -> Result<Option<u64>, ClientError> {
        trust::may_replace(to).map_err(|e| unwritten(to, &e))?;
        let mut answer =
            self.open(Method::GET, &format!("/dockwalk/v1/volumes/{}/export", encode(name)), None::<&()>, &[])?;
        let written = trust::write_own_file(
            to,
            |e| Unwritten::of(to, &e),
            |file| {
                let failed = |e: io::Error| Unwritten::of(to, &e);
                let kept = file.try_clone().map_err(failed)?;
                let (mut out, mut bytes) = (Sink::new(to, file), 0);
                while let Some(chunk) = answer.chunk().map_err(Unwritten::Failed)? {
                    out.write_all(&chunk).map_err(failed)?;
                    bytes += chunk.len() as u64;
                    if watch(bytes).is_break() {
                        return Err(Unwritten::CalledOff);
                    }
                }
                out.finish().map_err(failed)?;
                kept.sync_all().and_then(|()| Ok(kept.metadata()?.len())).map_err(failed)
            },
        );
        match written {
            Ok(size) => Ok(Some(size)),
            Err(Unwritten::CalledOff) => Ok(None),
            Err(Unwritten::Failed(error)) => Err(error),
        }
    }

    /// Makes a volume of an archive: the whole of it, or none. `watch` is told of the bytes of the file that were sent.
    pub fn import_volume(
        &self,
        from: &Path,
        name: Option<&str>,
        watch: impl Watch + Send + 'static,
    ) -> Result<VolumeImported, ClientError> {
        let unread =
            |e: io::Error| ClientError::new(Code::FileUnreadable).with("file", visible::path(from)).with("reason", e);
        let file = File::open(from).map_err(unread)?;
        if file.metadata().map_err(unread)?.is_dir() {
            return Err(unread(io::ErrorKind::IsADirectory.into()));
        }
        let query = VolumeImportQuery { name: name.map(str::to_owned) };
        let body = Watched { file, bytes: 0, watch };
        let mut answer = self.upload(&with_query("/dockwalk/v1/volumes/import", &query), body)?;
        let mut all = Vec::new();
        while let Some(chunk) = answer.chunk()? {
            all.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&all).map_err(|e| ClientError::new(Code::EngineOtherVersion).with("reason", e))
    }
}

fn unwritten(to: &Path, error: &io::Error) -> ClientError {
    ClientError::new(Code::FileUnwritable).with("file", visible::path(to)).with("reason", error)
}

/// Why there is no file.
enum Unwritten {
    CalledOff,
    Failed(ClientError),
}

impl Unwritten {
    fn of(to: &Path, error: &io::Error) -> Self {
        Self::Failed(unwritten(to, error))
    }
}

enum Sink {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Sink {
    fn new(to: &Path, file: File) -> Self {
        let packed =
            to.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz") || end.eq_ignore_ascii_case("tgz"));
        let file = BufWriter::with_capacity(128 * 1024, file);
        if packed { Self::Gzip(Box::new(GzEncoder::new(file, Compression::default()))) } else { Self::Plain(file) }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.write_all(bytes),
            Self::Gzip(out) => out.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut out) => out.flush(),
            Self::Gzip(out) => out.finish()?.flush(),
        }
    }
}

struct Watched<W> {
    file: File,
    bytes: u64,
    watch: W,
}

impl<W: Watch> Read for Watched<W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bytes += read as u64;
        if (self.watch)(self.bytes).is_break() {
            // The request is cut: the engine keeps nothing.
            return Err(io::Error::other("not wanted any more"));
        }
        Ok(read)
    }
}
