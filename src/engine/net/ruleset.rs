//! The table of nftables(8) that is the engine's own, and `nft` that makes and deletes it.

use super::*;
use crate::engine::{evidence, program};
use crate::trace::{Code, Evidence};
use std::path::Path;

pub(super) const FAMILY: &str = "ip";
/// The table of the same name for IPv6, while a network has that.
pub(super) const FAMILY6: &str = "ip6";
pub(super) const TABLE: &str = "dockwalk";
/// The table that is there only while a packet is followed, and does nothing but ask the kernel to tell of it. Where somebody has one
/// of that name, a digit follows.
pub(super) const TRACE_TABLE: &str = "dockwalk_walk";

/// The names that it may have.
pub(super) fn trace_tables() -> impl Iterator<Item = String> {
    std::iter::once(String::new()).chain((1..=9).map(|n: u8| n.to_string())).map(|end| format!("{TRACE_TABLE}{end}"))
}

/// Deletes a table. One that is not there is no error.
pub(super) fn delete_table(netns: &Netns, family: &str, table: &str) -> Result<Option<Evidence>> {
    let Some(nft) = program::find("nft") else { return Ok(None) };
    let script = format!("add table {family} {table}\ndelete table {family} {table}\n");
    let done = run(netns, &nft, &["-f", "-"], &script)?;
    match done.failure() {
        Some(reason) => Err(Fault::failed(Code::NftFailed).with("table", table).with("reason", reason)),
        None => Ok(Some(done.evidence)),
    }
}

/// What came of `nft`.
pub(super) struct Ran {
    done: bool,
    pub(super) stdout: String,
    stderr: String,
    pub(super) evidence: Evidence,
}

impl Ran {
    pub(super) fn failure(&self) -> Option<String> {
        (!self.done).then(|| format!("{}{}", self.stdout, self.stderr).trim().to_owned())
    }
}

/// Runs a program in a network namespace.
pub(super) fn run(netns: &Netns, nft: &Path, args: &[&str], stdin: &str) -> Result<Ran> {
    let mut command = program::command(nft);
    command.args(args);
    let output = netns.run(|| {
        let ran = program::run(&mut command, stdin.as_bytes(), program::PATIENCE);
        ran.map_err(|e| Fault::io("run", nft.display(), &e))
    })?;
    let said = format!("{}{}", output.stdout, output.stderr);
    let evidence = evidence::command(&command, stdin.as_bytes(), output.status, &said);
    Ok(Ran { done: output.status.success(), stdout: output.stdout, stderr: output.stderr, evidence })
}
