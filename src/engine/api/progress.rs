//! Docker's streams of JSON lines, told from a thread that works.

use super::answer::{Answer, english, line, stream};
use crate::docker::{ErrorDetail, ProgressLine};
use crate::engine::{Cancel, Fault, Result};
use hyper::body::Bytes;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

/// The end of a stream that lines are put into.
pub(super) struct ProgressStream {
    out: mpsc::Sender<Bytes>,
    cancel: Cancel,
    /// Waits for the first line, or for the failure that comes before it.
    begun: Mutex<Option<oneshot::Sender<Result<()>>>>,
}

/// The other end: what becomes the answer.
pub(super) struct ProgressAnswer {
    lines: mpsc::Receiver<Bytes>,
    begun: oneshot::Receiver<Result<()>>,
}

impl ProgressStream {
    /// A stream whose reader's going away cancels the work.
    pub(super) fn new(cancel: &Cancel) -> (Self, ProgressAnswer) {
        let (out, lines) = mpsc::channel(64);
        let (begin, begun) = oneshot::channel();
        (Self { out, cancel: cancel.clone(), begun: Mutex::new(Some(begin)) }, ProgressAnswer { lines, begun })
    }

    /// Sends one line.
    pub(super) fn say(&self, told: &ProgressLine) {
        self.begin(Ok(()));
        if self.out.blocking_send(line(told, "\r\n")).is_err() {
            // Nobody reads any more: the user pressed Ctrl-C.
            self.cancel.cancel();
        }
    }

    /// The work is done. A failure before the first line has a status of its own; later ones are lines of the stream.
    pub(super) fn finish(&self, result: Result<()>) {
        let Err(fault) = result else { return self.begin(Ok(())) };
        if self.begun.lock().is_some() {
            return self.begin(Err(fault));
        }
        let message = english(&fault);
        let error_detail = Some(ErrorDetail { message: message.clone(), dockwalk: Some(fault.problem) });
        self.say(&ProgressLine { error_detail, error: Some(message), ..ProgressLine::default() });
    }

    fn begin(&self, result: Result<()>) {
        let waiting = self.begun.lock().take();
        if let Some(Err(_gone)) = waiting.map(|waiting| waiting.send(result)) {
            self.cancel.cancel();
        }
    }
}

impl ProgressAnswer {
    /// Waits for the first line.
    pub(super) async fn answer(self) -> Answer {
        self.begun.await.map_err(|e| Fault::failed("engine-fault").with("reason", e))??;
        Ok(stream("application/json", self.lines))
    }
}
