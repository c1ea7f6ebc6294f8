//! Who reaches whom, in the window: what is asked, of which pair, and what is asked of the engine.

use crate::reach::{End, IpVersion, Question};

/// What is looked at, and what is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReachingCommand {
    /// Ask this of each pair.
    Ask(Question),
    /// Ask by addresses of that version of IP.
    By(IpVersion),
    /// Say of this pair why.
    Pair(End, End),
    /// Look at the packet that was followed between the two, or at the table.
    Packet(bool),
    /// Look at the packet as it was seen at that place.
    Hop(u32),
    /// Have the engine ask each pair for real.
    Prove,
    /// Have it send a packet from the one of the pair to the other, and follow it.
    Follow,
}
