//! Queries about volumes.

use serde::{Deserialize, Serialize};

/// `DELETE /volumes/{name}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VolumeRemoveQuery {
    /// One that is not there is removed.
    pub force: bool,
}
