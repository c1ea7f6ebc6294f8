//! What a job has around it: whom it tells how far it is, and how it learns that nobody wants it any more.

use super::job::{Done, Ticket};
use crate::client::Client;
use crate::trace::{Code, Problem};
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

/// The client that was used last.
pub(super) type Known = Arc<Mutex<Option<Client>>>;

/// Why a job came to no end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// It cannot be done.
    Failed(Problem),
    /// Nobody wants it any more.
    NotWanted,
}

impl<P: Into<Problem>> From<P> for Stopped {
    fn from(problem: P) -> Self {
        Self::Failed(problem.into())
    }
}

/// What a job has around it.
pub(super) struct Place {
    pub ticket: Ticket,
    pub stop: Arc<AtomicBool>,
    pub say: Sender<(Ticket, Done)>,
    pub wake: Box<dyn Fn() + Send>,
    pub socket: Option<PathBuf>,
    pub client: Known,
}

impl Place {
    pub fn tell(&self, done: Done) {
        // A window that was closed meanwhile hears nothing, and that is right.
        self.say.send((self.ticket, done)).ok();
        (self.wake)();
    }

    /// Says how far it is; ends here when nobody wants it any more.
    pub fn progress(&self, now: u64, of: Option<u64>) -> Result<(), Stopped> {
        self.go_on()?;
        self.tell(Done::Progress(now, of));
        Ok(())
    }

    /// Says the same from another thread.
    pub fn reporter(&self) -> Reporter {
        Reporter { ticket: self.ticket, stop: Arc::clone(&self.stop), say: self.say.clone() }
    }

    /// Ends here when nobody wants it any more.
    pub fn go_on(&self) -> Result<(), Stopped> {
        if self.stop.load(Ordering::Relaxed) { Err(Stopped::NotWanted) } else { Ok(()) }
    }

    /// The engine's client.
    pub fn client(&self) -> Result<Client, Stopped> {
        let Some(socket) = &self.socket else { return Err(Problem::new(Code::FilesNoEngine).into()) };
        let mut known = self.client.lock();
        if let Some(client) = known.as_ref().filter(|client| client.socket() == socket) {
            return Ok(client.clone());
        }
        let client = Client::connect(socket).map_err(|error| error.problem)?;
        *known = Some(client.clone());
        Ok(client)
    }
}

/// Says how far a job is, from a thread that helps it.
#[derive(Debug)]
pub(super) struct Reporter {
    ticket: Ticket,
    stop: Arc<AtomicBool>,
    say: Sender<(Ticket, Done)>,
}

impl Reporter {
    /// Somebody wants it still.
    pub fn is_wanted(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// Says how far it is. False when nobody wants it any more.
    pub fn progress(&self, now: u64, of: Option<u64>) -> bool {
        self.is_wanted() && self.say.send((self.ticket, Done::Progress(now, of))).is_ok()
    }
}
