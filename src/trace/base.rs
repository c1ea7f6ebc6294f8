use super::World;
use serde::{Deserialize, Serialize};

/// What a trace begins with: the World before its first event, and how much was dropped to get there. A trace that was never
/// shortened begins with nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// How many events were dropped; the first that is kept has the number after it.
    pub events: u64,
    /// What was true after them.
    pub world: World,
}

impl Base {
    /// How many operations began in what was dropped.
    pub fn operations(&self) -> u64 {
        self.world.begun
    }
}
