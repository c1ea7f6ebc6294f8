use super::*;
use crate::engine::evidence;
use crate::trace::Evidence;
use std::io::Write;
use std::time::Duration;

/// Keeps blobs and layers from being deleted while a pull or a container counts on them.
#[derive(Debug)]
pub struct Pin {
    store: Arc<Store>,
    digests: Mutex<Vec<Digest>>,
}

/// The right to fetch a blob: nobody else does meanwhile.
#[derive(Debug)]
pub struct Claim {
    store: Arc<Store>,
    digest: Digest,
}

impl Store {
    /// Where a blob is, or will be.
    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.root.join("blobs/sha256").join(digest.hex())
    }

    /// Where the bytes of a blob are gathered until they are verified.
    pub fn partial_path(&self, digest: &Digest) -> PathBuf {
        self.root.join("ingest").join(format!("{}.partial", digest.hex()))
    }

    /// How it is known that a blob is in the store with that size; none when it is not.
    pub fn has_blob(&self, digest: &Digest, size: u64) -> Option<Evidence> {
        let (found, look) = evidence::stat(&self.blob_path(digest));
        let found = found.ok().filter(|stat| stat.st_mode & libc::S_IFMT == libc::S_IFREG)?.st_size;
        // A crash of the machine, not of the engine, may leave a file that is too short: it is fetched again.
        (u64::try_from(found) == Ok(size)).then_some(look)
    }

    /// Reads a small blob: a document.
    pub fn read_blob(&self, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.blob_path(digest);
        fs::read(&path).map_err(|e| Fault::io("read", path.display(), &e))
    }

    /// Puts a small blob whose digest was verified.
    pub fn put_blob(&self, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let partial = self.root.join("ingest").join(format!("{}.{}", digest.hex(), self.number()));
        let write = || {
            let mut file = private::file(&partial)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            fs::rename(&partial, self.blob_path(digest))
        };
        write().map_err(|e| {
            // Half a document is of use to nobody, and the disk may be full.
            if let Err(error) = fs::remove_file(&partial) {
                tracing::debug!(%error, path = %partial.display(), "not removed");
            }
            Fault::io("write", partial.display(), &e)
        })
    }

    /// The partial file of a blob, whose size and digest were verified, becomes the blob.
    pub fn admit_blob(&self, digest: &Digest) -> Result<()> {
        self.admit_file(digest, &self.partial_path(digest))
    }

    /// A file whose size and digest were verified becomes the blob.
    pub fn admit_file(&self, digest: &Digest, from: &Path) -> Result<()> {
        let to = self.blob_path(digest);
        fs::rename(from, &to).map_err(|e| Fault::io("rename", to.display(), &e))
    }

    /// A new directory for what is on its way in. Whoever made it deletes it; after a crash the next start does.
    pub fn scratch(&self, what: &str) -> Result<PathBuf> {
        let dir = self.root.join("ingest").join(format!(".{what}.{}", self.number()));
        private::new_dir(&dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
        Ok(dir)
    }

    /// Keeps these from being deleted while the result lives.
    pub fn pin(self: &Arc<Self>, digests: Vec<Digest>) -> Pin {
        let pin = Pin { store: Arc::clone(self), digests: Mutex::default() };
        digests.iter().for_each(|digest| pin.add(digest));
        pin
    }

    /// Waits until nobody else fetches that blob.
    pub fn claim(self: &Arc<Self>, cx: &Cx, digest: &Digest) -> Result<Claim> {
        while !self.lock().claimed.insert(digest.clone()) {
            cx.check()?;
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Claim { store: Arc::clone(self), digest: digest.clone() })
    }

    /// A number that no other directory or file of this engine has.
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    /// Removes what was begun and not finished, but for `*.partial`.
    pub(super) fn sweep(&self) -> Result<()> {
        let failed = |path: &Path, e: &io::Error| Fault::io("clean", path.display(), e);
        for dir in ["ingest", "layers/sha256"] {
            let dir = self.root.join(dir);
            for entry in fs::read_dir(&dir).map_err(|e| failed(&dir, &e))? {
                let path = entry.map_err(|e| failed(&dir, &e))?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if path.is_dir() && name.starts_with('.') {
                    handle::remove(&path).map_err(|e| failed(&path, &e))?;
                } else if path.is_file() && !name.ends_with(".partial") {
                    fs::remove_file(&path).map_err(|e| failed(&path, &e))?;
                }
            }
        }
        Ok(())
    }
}

impl Pin {
    /// Keeps this, too: a document of which it is only now known that it will be needed, before it is put.
    pub fn add(&self, digest: &Digest) {
        self.digests.lock().push(digest.clone());
        *self.store.lock().pinned.entry(digest.clone()).or_default() += 1;
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let digests = std::mem::take(self.digests.get_mut());
        let mut state = self.store.lock();
        for digest in digests {
            if let Some(count) = state.pinned.get_mut(&digest) {
                *count -= 1;
                if *count == 0 {
                    state.pinned.remove(&digest);
                }
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.store.lock().claimed.remove(&self.digest);
    }
}
