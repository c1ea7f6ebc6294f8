/// How many user and group ids, counted from 0, this engine may give to files and processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// `u32::MAX` as root; 1 without subordinate ids, when only root is mapped.
    pub uids: u32,
    /// The same for groups.
    pub gids: u32,
}

impl IdRange {
    /// Every id: the engine runs as root outside any user namespace.
    pub const ALL: Self = Self { uids: u32::MAX, gids: u32::MAX };
}
