//! Docker's streams of JSON lines, told from a thread that works.

use super::answer::{Answer, english, line, stream};
use crate::client::units::human_size;
use crate::docker::{ErrorDetail, ProgressDetail, ProgressLine};
use crate::engine::{Cancel, Fault, Result};
use crate::trace::Code;
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

    /// From now on it has begun: what fails is told by a line of it.
    pub(super) fn open(&self) {
        self.begin(Ok(()));
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
        self.begun.await.map_err(|e| Fault::failed(Code::EngineFault).with("reason", e))??;
        Ok(stream("application/json", self.lines))
    }
}

/// How far a layer is.
pub(super) fn bytes(id: &str, phase: &str, current: u64, total: u64) -> ProgressLine {
    ProgressLine {
        id: Some(id.to_owned()),
        progress_detail: Some(ProgressDetail { current: Some(current), total: Some(total) }),
        progress: Some(bar(current, total)),
        ..ProgressLine::status(phase)
    }
}

/// `[=====>     ]  1.2MB/3.4MB`, as Docker draws it.
fn bar(current: u64, total: u64) -> String {
    let done = usize::try_from(current * 50 / total.max(1)).unwrap_or(50).min(50);
    let head = if done < 50 { ">" } else { "" };
    let drawn = format!("{}{head}", "=".repeat(done));
    format!("[{drawn:<50}] {:>7}/{}", human_size(current, 4), human_size(total, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_drawn_as_docker_draws_it() {
        let half = format!("[{}>{}]     50B/100B", "=".repeat(25), " ".repeat(24));
        assert_eq!(bar(50, 100), half);
    }
}
