//! What this machine allows, found out by trying.

use crate::client::Finding;

/// Looks at everything the engine could need. Works with any privilege.
pub fn examine() -> Vec<Finding> {
    Vec::new()
}
