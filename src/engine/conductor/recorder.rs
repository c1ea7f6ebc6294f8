use super::*;
use crate::engine::private;
use crate::trace::{Event, Seq, StepId, Trace, log};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::watch;

/// The trace of a running engine: in memory for its clients, and as a file that outlives it.
#[derive(Debug)]
pub struct Recorder {
    begun: Instant,
    trace: Mutex<Trace>,
    length: watch::Sender<u64>,
    file: Mutex<Option<LogFile>>,
    /// Where evidence goes that is too long for an event.
    evidence: Option<PathBuf>,
}

/// The thread that appends to the file, and the way to it.
#[derive(Debug)]
struct LogFile {
    events: mpsc::Sender<Arc<Event>>,
    thread: JoinHandle<()>,
}

impl Recorder {
    /// Records in memory alone.
    pub fn in_memory() -> Self {
        let (length, _) = watch::channel(0);
        Self { begun: Instant::now(), trace: Mutex::default(), length, file: Mutex::new(None), evidence: None }
    }

    /// Records in memory and appends to `dir/trace.ndjson`; long evidence goes to `dir/evidence/`.
    pub fn in_dir(dir: &Path) -> Result<Self> {
        let evidence = dir.join("evidence");
        private::dir(&evidence).map_err(|e| Fault::io("make", evidence.display(), &e))?;
        let path = dir.join("trace.ndjson");
        let file = private::file(&path).map_err(|e| Fault::io("write", path.display(), &e))?;
        let writer = log::Writer::new(file).map_err(|e| Fault::io("write", path.display(), &e))?;
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("trace-log".into())
            .spawn(move || append_all(writer, &receiver))
            .map_err(|e| Fault::io("start", "a thread", &e))?;
        let file = Mutex::new(Some(LogFile { events: sender, thread }));
        Ok(Self { file, evidence: Some(evidence), ..Self::in_memory() })
    }

    /// Appends an event. One that cannot follow from what was before is a fault of the engine's: it is reported and left
    /// out, so that nothing untrue is drawn.
    pub(super) fn push(&self, body: Body) -> Option<Seq> {
        let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = trace.len() + 1;
        let at = u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let event = Arc::new(Event { seq, at, body });
        if let Err(error) = trace.push(Arc::clone(&event)) {
            tracing::error!(%error, ?event, "an observation contradicts the trace");
            debug_assert!(false, "{error}: {event:?}");
            return None;
        }
        // Sent under the lock, so that the file has them in order. A file that cannot be written has been reported.
        if let Some(file) = &*self.file.lock().unwrap_or_else(PoisonError::into_inner) {
            file.events.send(event).unwrap_or_else(|_closed| tracing::debug!("trace file closed"));
        }
        self.length.send_replace(seq);
        Some(seq)
    }

    /// Waits until the file holds everything recorded so far. Nothing is written to it afterwards.
    pub fn finish(&self) {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(LogFile { events, thread }) = file {
            drop(events);
            thread.join().unwrap_or_else(|_panic| tracing::error!("the trace file lacks its end"));
        }
    }

    pub(super) fn observe(&self, step: Option<StepId>, change: Change, evidence: Vec<Evidence>) {
        let long = evidence.clone();
        let (evidence, cut): (Vec<_>, Vec<_>) = evidence.into_iter().map(|evidence| evidence.inlined()).unzip();
        let seq = self.push(Body::Observed { step, change: Box::new(change), evidence });
        if let (true, Some(dir), Some(seq)) = (cut.contains(&true), &self.evidence, seq) {
            let path = dir.join(format!("{seq}.json"));
            let saved = serde_json::to_vec(&long).map_err(Into::into).and_then(|json| private::write(&path, &json));
            saved.unwrap_or_else(|error| tracing::warn!(%error, path = %path.display(), "evidence not kept whole"));
        }
    }

    /// The whole evidence of an event.
    pub fn evidence(&self, seq: Seq) -> Option<Vec<Evidence>> {
        let kept = self.evidence.as_ref().and_then(|dir| std::fs::read(dir.join(format!("{seq}.json"))).ok());
        if let Some(evidence) = kept.and_then(|json| serde_json::from_slice(&json).ok()) {
            return Some(evidence);
        }
        match &self.event(seq)?.body {
            Body::Observed { evidence, .. } => Some(evidence.clone()),
            _ => None,
        }
    }

    /// The event of that number.
    pub fn event(&self, seq: Seq) -> Option<Arc<Event>> {
        self.with(|trace| trace.event(seq).cloned())
    }

    /// The events after the first `from`, at most `limit`.
    pub fn after(&self, from: u64, limit: usize) -> Vec<Arc<Event>> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        self.with(|trace| trace.events().iter().skip(from).take(limit).cloned().collect())
    }

    /// Tells how many events there are, whenever there are more.
    pub fn length(&self) -> watch::Receiver<u64> {
        self.length.subscribe()
    }

    /// What is true now.
    pub fn world(&self) -> World {
        self.with(|trace| trace.head().clone())
    }

    /// Looks at the trace. Nothing can be recorded meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&Trace) -> T) -> T {
        look(&self.trace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn append_all(mut writer: log::Writer<File>, events: &mpsc::Receiver<Arc<Event>>) {
    for event in events {
        if let Err(error) = writer.append(&event) {
            tracing::error!(%error, "the trace file cannot be written; the trace goes on in memory");
            return;
        }
    }
}
