//! Who reaches whom, in the window: what is asked, of which pair, and what is asked of the engine.

use crate::reach::{End, Question};

/// What is looked at, and what is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReachingCommand {
    /// Ask this of each pair.
    Ask(Question),
    /// Say of this pair why.
    Pair(End, End),
    /// Have the engine ask each pair for real.
    Prove,
}
