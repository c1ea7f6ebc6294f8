//! What is made of a request before anything is made for it: for the fuzz target of requests.

use super::{Merged, bounds, merge, mounts, request};
use crate::docker::{ExecCreate, Json};
use crate::engine::Result;
use crate::spec::ContainerId;
use crate::trace::Config;

/// A request that was accepted.
#[derive(Debug)]
pub struct Accepted {
    /// What would run.
    pub merged: Merged,
    /// Where something would be mounted.
    pub targets: Vec<String>,
}

/// A body of `containers/create` for an image of that config.
pub fn create(body: &Json, config: &Config) -> Result<Accepted> {
    let request = request::parse(body)?;
    let merged = merge::merge(&request, config, &ContainerId::from("0123456789abcdef"))?;
    Ok(Accepted { merged, targets: mounts::targets(&request, &config.volumes)? })
}

/// A body of `exec`, and what is looked at when it is started.
pub fn session(request: &ExecCreate) -> Result<()> {
    bounds::session(request)?;
    bounds::directory("WorkingDir", request.working_dir.as_deref().unwrap_or_default())
}
