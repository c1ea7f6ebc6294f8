use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// The waits of one session, for all of its threads.
#[derive(Debug, Default)]
pub struct Pause(pub(super) Mutex<Waits>);

#[derive(Debug, Default)]
pub(super) struct Waits {
    /// When the last one was over.
    pub over: Option<Instant>,
    /// All of them together.
    pub total: Duration,
}

impl Pause {
    /// A moment to compare with the waits.
    pub fn now(&self) -> Instant {
        Instant::now()
    }
}
