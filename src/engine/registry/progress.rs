use super::Progress;
use crate::engine::Cx;
use crate::spec::Digest;
use crate::trace::{Change, Descriptor, Evidence};
use std::time::{Duration, Instant};

/// Tells how far a blob has come: to the trace at most ten times, to the user ten times a second.
pub struct Meter<'a> {
    digest: Digest,
    size: u64,
    every: u64,
    next: u64,
    said: Instant,
    progress: &'a (dyn Fn(Progress) + Sync),
}

const LEAST: u64 = 64 * 1024;

impl<'a> Meter<'a> {
    pub fn new(this: &Descriptor, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        let every = LEAST.max(this.size.div_ceil(10));
        Self { digest: this.digest.clone(), size: this.size, every, next: every, said: Instant::now(), progress }
    }

    /// So many bytes are there.
    pub fn at(&mut self, cx: &Cx, received: u64, evidence: impl FnOnce() -> Vec<Evidence>) {
        if received >= self.next {
            self.next = received + self.every;
            cx.observe(Change::BlobProgress { digest: self.digest.clone(), received }, evidence());
        }
        if received == self.size || self.said.elapsed() > Duration::from_millis(100) {
            self.said = Instant::now();
            let (id, total) = (self.digest.short().to_owned(), self.size);
            (self.progress)(Progress::Bytes { id, phase: "Downloading", current: received, total });
        }
    }
}
