//! One blob on its way into a registry.

use super::Progress;
use super::exchange::absolute;
use super::fetch::{Call, Target};
use super::http::{Answer, Load};
use super::push::Push;
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::trace::{Code, Descriptor, Evidence, PushedHow};
use std::fs::File;
use std::io::Read;
use std::time::{Duration, Instant};

/// Uploads of one blob that are begun before it is given up.
const UPLOADS: u32 = 3;

impl Push<'_> {
    /// How it is known that the registry has it; none when it has not.
    pub fn is_there(&self, cx: &Cx, blob: &Descriptor) -> Result<Option<Vec<Evidence>>> {
        let target = Target::Path(format!("blobs/{}", blob.digest));
        let call = Call { method: "HEAD", good: &[200, 404], ..Call::get(target, &[]) };
        let (there, trail) = self.session.ask(cx, &call, |_, answer, trail| {
            trail.push(answer.evidence(0, ""));
            Ok(answer.status == 200)
        })?;
        Ok(there.then_some(trail))
    }

    /// From another repository when one has it, else from here.
    pub fn bring(&self, cx: &Cx, blob: &Descriptor) -> Result<(PushedHow, Vec<Evidence>)> {
        let mut begun = None;
        for from in &self.others {
            match self.begin(cx, &format!("blobs/uploads/?mount={}&from={from}", blob.digest))? {
                (None, trail) => return Ok((PushedHow::Mounted { from: from.clone() }, trail)),
                // It would not, and has begun an upload instead.
                (location, _) => begun = location,
            }
        }
        let path = self.store.blob_path(&blob.digest);
        if self.store.has_blob(&blob.digest, blob.size).is_none() {
            return Err(Fault::new(FaultKind::NotFound, Code::PushBlobMissing)
                .with("image", self.reference.familiar())
                .with("digest", &blob.digest));
        }
        let mut tries = 1;
        loop {
            let location = match begun.take() {
                Some(location) => location,
                None => self.upload_location(cx)?,
            };
            match self.send(cx, blob, &path, &location) {
                Ok(trail) => return Ok((PushedHow::Uploaded, trail)),
                // An upload that broke off cannot be sent again to the same place: it is begun anew.
                Err(fault) if matches!(fault.problem.code, Code::RegistryUnreachable) && tries < UPLOADS => tries += 1,
                Err(fault) => return Err(fault),
            }
        }
    }

    fn upload_location(&self, cx: &Cx) -> Result<String> {
        let (location, trail) = self.begin(cx, "blobs/uploads/")?;
        location.ok_or_else(|| {
            let fault = self.session.unreachable("it says not where to send the bytes");
            self.session.failed(cx, &fault, trail);
            fault
        })
    }

    /// Asks for an upload. Returns where the bytes are to go; none when the registry took the blob over.
    fn begin(&self, cx: &Cx, path: &str) -> Result<(Option<String>, Vec<Evidence>)> {
        let target = Target::Path(path.to_owned());
        let call = Call { method: "POST", good: &[201, 202, 405], ..Call::get(target, &[]) };
        let base = self.session.base();
        self.session.ask(cx, &call, |_, answer: &mut Answer, trail| {
            trail.push(answer.evidence(0, ""));
            if answer.status == 405 {
                let fault = Fault::new(FaultKind::Denied, Code::RegistryReadOnly);
                return Err(fault.with("registry", &self.session.endpoint.host));
            }
            let location = answer.header("location").and_then(|to| absolute(&base, to));
            Ok(location.filter(|_| answer.status == 202))
        })
    }

    fn send(&self, cx: &Cx, blob: &Descriptor, path: &std::path::Path, location: &str) -> Result<Vec<Evidence>> {
        let join = if location.contains('?') { '&' } else { '?' };
        let url = format!("{location}{join}digest={}", blob.digest);
        let headers = [("Content-Type", "application/octet-stream".to_owned())];
        let open = || -> Result<Box<dyn Read + '_>> {
            let file = File::open(path).map_err(|e| Fault::io("read", path.display(), &e))?;
            Ok(Box::new(Counted { file, blob, sent: 0, said: Instant::now(), progress: self.progress, cx }))
        };
        let call = Call {
            method: "PUT",
            target: Target::Location(url),
            headers: &headers,
            body: Load::Stream(blob.size),
            stream: Some(&open),
            good: &[201, 204],
        };
        let ((), trail) = self.session.ask(cx, &call, |_, answer, trail| {
            trail.push(answer.evidence(0, ""));
            Ok(())
        })?;
        Ok(trail)
    }
}

/// A blob's file that tells how far it was read.
struct Counted<'a> {
    file: File,
    blob: &'a Descriptor,
    sent: u64,
    said: Instant,
    progress: &'a (dyn Fn(Progress) + Sync),
    cx: &'a Cx,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.cx.cancel().is_cancelled() {
            return Err(std::io::Error::other("cancelled"));
        }
        let n = self.file.read(buffer)?;
        self.sent += n as u64;
        if self.said.elapsed() > Duration::from_millis(100) || self.sent == self.blob.size {
            self.said = Instant::now();
            let (id, total) = (self.blob.digest.short().to_owned(), self.blob.size);
            (self.progress)(Progress::Bytes { id, phase: "Pushing", current: self.sent, total });
        }
        Ok(n)
    }
}
