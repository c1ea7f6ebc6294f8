//! One blob on its way into the store.
//!
//! ```text
//! ingest/<hex>.partial (from an earlier try) ─▶ sha256 ─┐
//! GET blobs/<digest>  Range: bytes=<have>-  ─▶ file ─▶ sha256 ─▶ size and digest right? ─▶ blobs/sha256/<hex>
//!                                                └▶ unpack ahead
//! ```

use super::document::{caught, digest_mismatch, size_mismatch};
use super::exchange::wait;
use super::fetch::{Call, Target};
use super::http::{Answer, SLOW};
use super::progress::Meter;
use super::pull::Pull;
use crate::engine::documents::is_foreign;
use crate::engine::store::Ahead;
use crate::engine::{Cx, Fault, FaultKind, Result, evidence, private};
use crate::spec::Digest;
use crate::trace::{Change, Content, Descriptor, Evidence, Promise};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// The manifest that lists the blobs.
#[derive(Debug)]
pub struct Listed {
    pub manifest: Digest,
    /// Where it is, and what it says.
    pub evidence: Evidence,
    /// Where else they are to be had.
    pub urls: BTreeMap<Digest, Vec<String>>,
}

const BLOCK: usize = 128 * 1024;
/// Tries in a row that bring no byte that was not there before.
const FRUITLESS: u32 = 4;
/// Bytes below which a try has brought next to nothing …
const CRUMB: u64 = 16 * 1024;
/// … and how many of these in a row are taken: a server that sends a byte and hangs up would go on for ever.
const CRUMBS: u32 = 16;

/// The file and the hash of a blob that is being received.
struct Ingest<'a> {
    this: &'a Descriptor,
    file: File,
    path: String,
    sha: Sha256,
    received: u64,
    ahead: Option<Ahead>,
}

impl Pull<'_> {
    /// Fetches a blob into the store, and hands its bytes on to `ahead`. Returns that when all bytes went through it.
    pub fn fetch_blob(
        &self,
        cx: &Cx,
        this: &Descriptor,
        listed: &Listed,
        ahead: Option<Ahead>,
    ) -> Result<Option<Ahead>> {
        cx.observe(Change::BlobWanted(this.clone()), vec![listed.evidence.clone()]);
        let mut meter = Meter::new(this, self.progress);
        let mut ingest = self.ingest(this, ahead)?;
        let mut trail = ingest.take_up()?;
        let mut tries = Tries { best: ingest.received, ..Tries::default() };
        let mut elsewhere = listed.urls.get(&this.digest).into_iter().flatten().peekable();
        let mut target = Target::Path(format!("blobs/{}", this.digest));
        while ingest.received < this.size || trail.is_empty() {
            // All that the digest promises has come, and the size still says more: there is no more.
            if ingest.received > 0 && ingest.digest() == this.digest {
                let host = &self.session.endpoint.host;
                let fault = size_mismatch(&this.digest, this.size, ingest.received, host);
                self.discard(this)?;
                return Err(self.caught(cx, this, fault, trail, listed));
            }
            match self.receive(cx, &target, &mut ingest, &mut meter) {
                Ok(evidence) => {
                    trail.extend(evidence);
                    break;
                }
                Err(fault) if may_go_on(&fault) => {
                    if tries.are_over(ingest.received) {
                        let fault = fault.with("received", tries.best);
                        return Err(self.rejected(cx, this, fault, trail, &listed.evidence));
                    }
                    wait(cx, Duration::from_millis(50 << tries.fruitless))?;
                }
                Err(fault) if fault.kind == FaultKind::Cancelled => return Err(fault),
                // The registry was asked first: many have what they need not have. Then those whom the manifest names.
                Err(fault) if next_source(&fault, &target) && elsewhere.peek().is_some() => {
                    target = elsewhere.next().cloned().map_or(target, Target::Elsewhere);
                }
                Err(fault) if next_source(&fault, &target) && is_foreign(&this.media_type) => {
                    let fault = Fault::new(FaultKind::NotFound, "foreign-layer")
                        .with("registry", &self.session.endpoint.host)
                        .with("image", self.reference.familiar())
                        .with("digest", &this.digest);
                    return Err(self.rejected(cx, this, fault, trail, &listed.evidence));
                }
                Err(fault) => {
                    if fault.problem.code == "size-mismatch" {
                        self.discard(this)?;
                        return Err(self.caught(cx, this, fault, trail, listed));
                    }
                    return Err(self.rejected(cx, this, fault, trail, &listed.evidence));
                }
            }
            cx.check()?;
        }
        self.verify(cx, ingest, trail, listed)
    }

    fn ingest<'a>(&self, this: &'a Descriptor, ahead: Option<Ahead>) -> Result<Ingest<'a>> {
        let path = self.store.partial_path(&this.digest);
        let file = private::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| Fault::io("write", path.display(), &e))?;
        Ok(Ingest { this, file, path: path.display().to_string(), sha: Sha256::new(), received: 0, ahead })
    }

    fn receive(
        &self,
        cx: &Cx,
        target: &Target,
        ingest: &mut Ingest<'_>,
        meter: &mut Meter<'_>,
    ) -> Result<Vec<Evidence>> {
        let mut headers = vec![("Accept", "*/*".to_owned())];
        if ingest.received > 0 {
            headers.push(("Range", format!("bytes={}-", ingest.received)));
        }
        let host = &self.session.endpoint.host;
        let ((), trail) = self.session.ask(cx, &Call::get(target.clone(), &headers), |cx, answer, trail| {
            let resumes = answer.status == 206 && starts_at(answer, ingest.received);
            if ingest.received == 0 && answer.status == 206 && !resumes {
                trail.push(answer.evidence(0, ""));
                return Err(truncated(ingest, host, "the registry sent a part that nobody asked for"));
            }
            if ingest.received > 0 && !resumes {
                // The server knows no ranges, or not this one: from the beginning.
                ingest.start_anew()?;
                if answer.status != 200 {
                    trail.push(answer.evidence(0, ""));
                    return Err(truncated(ingest, host, "the registry does not go on where it was cut"));
                }
            } else if answer.status == 416 {
                trail.push(answer.evidence(0, ""));
                return Err(truncated(ingest, host, "the registry has no such bytes"));
            }
            let start = ingest.received;
            let result = ingest.fill(cx, answer, meter, host, self.session.http.patience());
            trail.push(answer.evidence(ingest.received.saturating_sub(start), ""));
            result
        })?;
        Ok(trail)
    }

    fn verify(&self, cx: &Cx, ingest: Ingest<'_>, mut trail: Vec<Evidence>, listed: &Listed) -> Result<Option<Ahead>> {
        let Ingest { this, sha, received, ahead, file, .. } = ingest;
        drop(file);
        let computed = Digest::from_sha256(&sha.finalize().into());
        trail.push(evidence::hashed("blob", &this.digest, &computed, received));
        if computed != this.digest {
            drop(ahead);
            self.discard(this)?;
            let fault = digest_mismatch(&this.digest, &computed, &self.session.endpoint.host);
            return Err(self.caught(cx, this, fault, trail, listed));
        }
        self.store.admit_blob(&this.digest)?;
        cx.observe(Change::BlobVerified { digest: this.digest.clone(), size: received, reused: false }, trail);
        Ok(ahead)
    }

    /// Bytes that nobody may go on from.
    fn discard(&self, this: &Descriptor) -> Result<()> {
        let path = self.store.partial_path(&this.digest);
        std::fs::remove_file(&path).map_err(|e| Fault::io("delete", path.display(), &e))
    }

    /// It is not what the manifest's descriptor says.
    fn caught(&self, cx: &Cx, this: &Descriptor, fault: Fault, trail: Vec<Evidence>, listed: &Listed) -> Fault {
        let promise = Promise::Manifest(listed.manifest.clone());
        let evidence = if trail.is_empty() { vec![listed.evidence.clone()] } else { trail.clone() };
        let fault = caught(cx, Content::Blob, &this.digest, promise, fault, &evidence);
        self.rejected(cx, this, fault, trail, &listed.evidence)
    }

    fn rejected(&self, cx: &Cx, this: &Descriptor, fault: Fault, mut trail: Vec<Evidence>, listed: &Evidence) -> Fault {
        if trail.is_empty() {
            // Its exchange was recorded with the fault itself.
            trail.push(listed.clone());
        }
        self.session.note_failure(&trail);
        cx.observe(Change::BlobRejected { digest: this.digest.clone(), problem: fault.problem.clone() }, trail);
        fault
    }
}

impl Ingest<'_> {
    /// What an earlier try left is hashed again and goes the same way as new bytes.
    fn take_up(&mut self) -> Result<Vec<Evidence>> {
        let length = self.file.metadata().map_err(|e| self.failed("read", &e))?.len();
        if length > self.this.size {
            self.start_anew()?;
            return Ok(Vec::new());
        }
        while self.received < length {
            let mut block = vec![0; BLOCK];
            let n = self.file.read(&mut block).map_err(|e| self.failed("read", &e))?;
            if n == 0 {
                break;
            }
            block.truncate(n);
            self.pass_on(block);
        }
        Ok(if self.received == 0 { Vec::new() } else { vec![evidence::lstat(Path::new(&self.path)).1] })
    }

    fn start_anew(&mut self) -> Result<()> {
        self.file.set_len(0).map_err(|e| self.failed("write", &e))?;
        self.file.seek(SeekFrom::Start(0)).map_err(|e| self.failed("write", &e))?;
        (self.sha, self.received) = (Sha256::new(), 0);
        // What was unpacked of the old bytes is worth nothing: the layer is unpacked from the store later.
        self.ahead = None;
        Ok(())
    }

    fn digest(&self) -> Digest {
        Digest::from_sha256(&self.sha.clone().finalize().into())
    }

    fn fill(
        &mut self,
        cx: &Cx,
        answer: &mut Answer,
        meter: &mut Meter<'_>,
        host: &str,
        patience: Duration,
    ) -> Result<()> {
        let start = self.received;
        let mut pace = (Instant::now(), start);
        loop {
            cx.check()?;
            // A byte now and then keeps a connection alive for years.
            if pace.0.elapsed() > patience * SLOW {
                if self.received - pace.1 < CRUMB {
                    return Err(truncated(self, host, "hardly a byte comes"));
                }
                pace = (Instant::now(), self.received);
            }
            let mut block = vec![0; BLOCK];
            let n = match answer.body.as_reader().read(&mut block) {
                Ok(n) => n,
                Err(error) => return Err(truncated(self, host, &error.to_string())),
            };
            if n == 0 {
                break;
            }
            block.truncate(n);
            if self.received + n as u64 > self.this.size {
                let more = self.received + n as u64;
                return Err(size_mismatch(&self.this.digest, self.this.size, more, host));
            }
            self.file.write_all(&block).map_err(|e| self.failed("write", &e))?;
            self.pass_on(block);
            let received = self.received;
            meter.at(cx, received, || vec![answer.evidence(received - start, "")]);
        }
        if self.received < self.this.size { Err(truncated(self, host, "the connection was closed")) } else { Ok(()) }
    }

    fn pass_on(&mut self, block: Vec<u8>) {
        self.received += block.len() as u64;
        self.sha.update(&block);
        if let Some(ahead) = &self.ahead {
            // A layer that cannot be unpacked says so when it is asked for; the download goes on.
            let _heard = ahead.unpack.push(block);
        }
    }

    fn failed(&self, what: &str, error: &std::io::Error) -> Fault {
        Fault::io(what, &self.path, error)
    }
}

/// How often a blob was asked for, and to what avail.
#[derive(Debug, Default)]
struct Tries {
    /// As far as any of them came: who is sent to the beginning again has gained nothing by coming half the way once more.
    best: u64,
    fruitless: u32,
    crumbs: u32,
}

impl Tries {
    fn are_over(&mut self, received: u64) -> bool {
        let gained = received.saturating_sub(self.best);
        self.best = self.best.max(received);
        self.fruitless = if gained == 0 { self.fruitless + 1 } else { 0 };
        self.crumbs = if gained < CRUMB { self.crumbs + 1 } else { 0 };
        self.fruitless == FRUITLESS || self.crumbs == CRUMBS
    }
}

fn truncated(ingest: &Ingest<'_>, host: &str, reason: &str) -> Fault {
    Fault::failed("blob-truncated")
        .with("registry", host)
        .with("digest", &ingest.this.digest)
        .with("expected", ingest.this.size)
        .with("received", ingest.received)
        .with("reason", reason)
}

/// Here it is not to be had.
fn next_source(fault: &Fault, target: &Target) -> bool {
    let code = fault.problem.code.as_str();
    code == "blob-missing" || (matches!(target, Target::Elsewhere(_)) && code != "size-mismatch")
}

fn may_go_on(fault: &Fault) -> bool {
    fault.problem.code == "blob-truncated"
}

/// `Content-Range: bytes 100-199/200`
fn starts_at(answer: &Answer, position: u64) -> bool {
    let range = answer.header("content-range").and_then(|text| text.trim().strip_prefix("bytes "));
    range.and_then(|text| text.split_once('-')).is_some_and(|(start, _)| start.trim() == position.to_string())
}
