use super::long::Whole;
use super::segments::{Limit, Segments};
use super::*;
use crate::engine::evidence;
use crate::engine::moment::Moment;
use crate::trace::{Book, Code, Event, InMemory, Problem, Seq, StepId, Trace, log};
use parking_lot::{Mutex, MutexGuard};
use std::path::Path;
use std::time::Instant;
use tokio::sync::watch;

/// The trace of a running engine: files for its clients to read, and what is true now.
///
/// In memory are the World and the places of the events in the files; nothing that grows with what has happened.
#[derive(Debug)]
pub struct Recorder {
    begun: Instant,
    /// The same on the wall clock.
    begun_at: Moment,
    state: Mutex<State>,
    length: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    head: World,
    /// The number of the last event.
    length: u64,
    segments: Segments,
}

/// Lines of the trace, for a client.
#[derive(Debug, Default)]
pub struct Piece {
    /// Whole lines, each with its line feed.
    pub text: Vec<u8>,
    /// The position behind them.
    pub position: u64,
}

impl Recorder {
    /// Records in memory alone.
    pub fn in_memory() -> Self {
        Self::new(Segments::in_memory())
    }

    /// Records in files in `dir/trace/`, as many as the limit lets.
    pub fn in_dir(dir: &Path, limit: Limit) -> Result<Self> {
        let dir = dir.join("trace");
        Segments::in_dir(&dir, limit).map(Self::new).map_err(|e| Fault::io("write", dir.display(), &e))
    }

    fn new(segments: Segments) -> Self {
        let (length, _) = watch::channel(0);
        let state = State { head: World::default(), length: 0, segments };
        Self { begun: Instant::now(), begun_at: Moment::now(), state: Mutex::new(state), length }
    }

    /// Appends an event. One that cannot follow from what was before is a fault of the engine's: it is reported and left
    /// out, so that nothing untrue is drawn.
    pub(super) fn push(&self, body: Body) -> Option<Seq> {
        self.append(&mut self.lock(), body, None)
    }

    fn append(&self, state: &mut State, body: Body, long: Option<&[Evidence]>) -> Option<Seq> {
        let seq = state.length + 1;
        let at = u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let event = Event { seq, at, body };
        if let Err(error) = state.head.follow(&event) {
            tracing::error!(%error, ?event, "an observation contradicts the trace");
            debug_assert!(false, "{error}: {event:?}");
            return None;
        }
        state.length = seq;
        let appended = state.segments.append(&event, long, &state.head);
        self.length.send_replace(seq);
        if let Some(reason) = appended.full {
            tracing::error!(reason, "the trace cannot be written; the latest of it is kept in memory");
            let problem = Problem::new(Code::TraceNotWritten).with("reason", &reason);
            let kept = format!("the latest of the trace is kept in memory: {reason}");
            let evidence = vec![evidence::own(Book::Decision, [kept])];
            self.append(
                state,
                Body::Observed { step: None, change: Box::new(Change::Remark(problem)), evidence },
                None,
            );
        }
        if let Some((events, operations)) = appended.dropped {
            self.append(state, Body::Dropped { events, operations }, None);
        }
        Some(seq)
    }

    pub(super) fn observe(&self, step: Option<StepId>, change: Change, evidence: Vec<Evidence>) {
        self.observe_where(|_| true, step, change, evidence);
    }

    /// Records it where that holds of what is true then. False where it does not: nothing is recorded.
    pub(super) fn observe_where(
        &self,
        holds: impl FnOnce(&World) -> bool,
        step: Option<StepId>,
        change: Change,
        evidence: Vec<Evidence>,
    ) -> bool {
        let (change, evidence) = (change.bounded(), crate::trace::command::all_bounded(evidence));
        let long = evidence.iter().any(Evidence::is_long).then(|| evidence.clone());
        let evidence = evidence.into_iter().map(Evidence::inlined).collect();
        let body = Body::Observed { step, change: Box::new(change), evidence };
        let mut state = self.lock();
        let is_so = holds(&state.head);
        if is_so {
            self.append(&mut state, body, long.as_deref());
        }
        is_so
    }

    /// The whole evidence of an event; what is left of it, and how much it was, where the disk did not take it.
    pub fn evidence(&self, seq: Seq) -> Option<Vec<Evidence>> {
        let long = self.lock().segments.long(seq);
        let Body::Observed { evidence, .. } = self.event(seq)?.body else { return None };
        Some(match long {
            None => evidence,
            Some(Whole::Kept(whole)) => whole,
            Some(Whole::Lost(bytes)) => {
                let lost = format!("not kept whole: {bytes} bytes, of which what is shown here is left");
                evidence.into_iter().chain([evidence::own(Book::Decision, [lost])]).collect()
            }
        })
    }

    /// The event of that number.
    pub fn event(&self, seq: Seq) -> Option<Event> {
        let lines = self.lock().segments.lines(seq.checked_sub(1)?).ok()??;
        let text = lines.read(1).ok()?;
        serde_json::from_slice(text.split(|&byte| byte == b'\n').next()?).ok()
    }

    /// When an event happened. (The clock's later corrections are not in it: the trace counts from its beginning.)
    pub fn moment(&self, event: &Event) -> Moment {
        self.begun_at.after(event.at)
    }

    /// Lines of the events after `position`, about so many bytes; empty when there are none yet. What begins with a header
    /// goes on at another position than that, for what was there has been dropped.
    pub fn lines(&self, position: u64, bytes: usize) -> std::io::Result<Piece> {
        let (start, header, lines) = {
            let state = self.lock();
            let start = state.segments.start();
            let header = if position < start { state.segments.header()? } else { None };
            (start, header, state.segments.lines(position.max(start))?)
        };
        let mut piece = Piece { text: Vec::new(), position: position.max(start) };
        if let Some(header) = header {
            piece.text = header.read_all()?;
        }
        if let Some(lines) = lines {
            let lines = lines.read(bytes)?;
            piece.position += lines.iter().filter(|&&byte| byte == b'\n').count() as u64;
            piece.text.extend(lines);
        }
        Ok(piece)
    }

    /// The events after `position`, at most `limit`, as far as they are kept.
    pub fn after(&self, position: u64, limit: usize) -> Vec<Arc<Event>> {
        let (mut position, mut events) = (position, Vec::new());
        while events.len() < limit {
            let piece = self.lines(position, 64 * 1024).unwrap_or_default();
            let lines = piece.text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            let read = lines.filter_map(|line| serde_json::from_slice(line).ok()).map(Arc::new);
            let before = events.len();
            events.extend(read.take(limit - before));
            if events.len() == before {
                break;
            }
            position = piece.position;
        }
        events
    }

    /// Tells how many events there are, whenever there are more.
    pub fn length(&self) -> watch::Receiver<u64> {
        self.length.subscribe()
    }

    /// How many events were dropped from the beginning.
    pub fn start(&self) -> u64 {
        self.lock().segments.start()
    }

    /// What is true now.
    pub fn world(&self) -> World {
        self.lock().head.clone()
    }

    /// Looks at all of the trace, read into memory: for tests. Nothing can be recorded meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&Trace) -> T) -> T {
        let state = self.lock();
        let (mut position, mut text) = (state.segments.start(), Vec::new());
        let header = state.segments.header().ok().flatten().and_then(|header| header.read_all().ok());
        let mut trace =
            Trace::new(InMemory::default(), header.and_then(|line| log::base_of(&line)).unwrap_or_default());
        while let Some(lines) = state.segments.lines(position).ok().flatten() {
            text.clear();
            text.extend(lines.read_all().unwrap_or_default());
            for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
                position += 1;
                let event = serde_json::from_slice::<Event>(line).ok();
                let pushed = event.map(|event| trace.push(Arc::new(event)));
                debug_assert!(matches!(pushed, Some(Ok(()))), "{pushed:?}");
            }
        }
        look(&trace)
    }

    #[cfg(test)]
    pub(super) fn lock_for_test<T>(&self, look: impl FnOnce(&Segments) -> T) -> T {
        look(&self.lock().segments)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}
