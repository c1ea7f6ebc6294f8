use super::*;
use crate::engine::lab::Netns;

/// Undoes one change of the host. What is gone already is no error.
pub fn undo(inverse: &Inverse, _host: Option<&Netns>) -> Result<()> {
    Err(Fault::failed("undo-not-built").with("inverse", format!("{inverse:?}")))
}
