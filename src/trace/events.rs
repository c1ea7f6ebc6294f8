use super::{Event, Seq};
use std::collections::VecDeque;
use std::fmt::Debug;
use std::io;
use std::sync::Arc;

/// Where the events of a trace lie: in memory, or on a disk that this module does not know.
pub trait EventStore: Debug + Send + Sync {
    /// Takes the event that comes next.
    fn push(&mut self, event: Arc<Event>) -> io::Result<()>;

    /// The event of that number; none when it is not here, or cannot be read.
    fn get(&self, seq: Seq) -> Option<Arc<Event>>;

    /// The events up to that number are not wanted any more.
    fn forget(&mut self, through: Seq);
}

/// Events in memory.
#[derive(Debug, Default)]
pub struct InMemory(VecDeque<Arc<Event>>);

impl EventStore for InMemory {
    fn push(&mut self, event: Arc<Event>) -> io::Result<()> {
        self.0.push_back(event);
        Ok(())
    }

    fn get(&self, seq: Seq) -> Option<Arc<Event>> {
        let index = seq.checked_sub(self.0.front()?.seq)?;
        self.0.get(usize::try_from(index).ok()?).cloned()
    }

    fn forget(&mut self, through: Seq) {
        while self.0.front().is_some_and(|event| event.seq <= through) {
            self.0.pop_front();
        }
    }
}
