//! The rules of nftables(8): packets that leave the network get the host's address, and packets through it are let through.

use super::*;
use crate::engine::program;
use crate::trace::{Change, Evidence, Problem, Rule};
use std::path::Path;

pub(super) const FAMILY: &str = "ip";
pub(super) const TABLE: &str = "dockwalk";

/// The commands that make the table anew, in one transaction.
pub(super) fn script(subnet: &str) -> String {
    format!(
        "add table {FAMILY} {TABLE}
delete table {FAMILY} {TABLE}
table {FAMILY} {TABLE} {{
\tchain postrouting {{
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\tip saddr {subnet} oifname != \"{BRIDGE}\" masquerade
\t}}
\tchain forward {{
\t\ttype filter hook forward priority filter; policy accept;
\t\tiifname \"{BRIDGE}\" accept
\t\toifname \"{BRIDGE}\" accept
\t}}
}}
"
    )
}

/// Puts the rules in force and records them as `nft` reads them back. Without `nft` the bridge works all the same; what is
/// lacking is said.
pub(super) fn make(cx: &Cx, netns: &Netns, network: &NetworkId, subnet: &str) -> Result<()> {
    let Some(nft) = program::find("nft") else {
        let searched = std::env::var("PATH").unwrap_or_default();
        let evidence = Evidence::syscall("execvp(\"nft\")", format!("-1 ENOENT (PATH={searched}:/usr/sbin:/sbin)"));
        cx.observe(Change::Remark(Problem::new("nat-not-here")), vec![evidence]);
        return Ok(());
    };
    let made = run(netns, &nft, &["-f", "-"], &script(subnet))?;
    if let Some(reason) = failure(&made) {
        let problem = Problem::new("nat-refused").with("reason", reason);
        cx.observe(Change::Remark(problem), vec![made]);
        return Ok(());
    }
    let listed = run(netns, &nft, &["list", "table", FAMILY, TABLE], "")?;
    let Evidence::Command { output, .. } = &listed else { return Ok(()) };
    for (chain, text) in rules(output) {
        let masquerade = chain == "postrouting";
        let direction = text.split(' ').next().unwrap_or_default().trim_end_matches("name");
        let key = if masquerade { "masquerade/bridge".to_owned() } else { format!("forward/bridge/{direction}") };
        let action = if masquerade { "masquerade" } else { "forward" };
        let rule = Rule {
            key,
            netns: netns.inode(),
            network: Some(network.clone()),
            action: action.to_owned(),
            text: text.to_owned(),
        };
        cx.observe(Change::RuleSeen(rule), vec![made.clone(), listed.clone()]);
    }
    Ok(())
}

/// Deletes a table. One that is not there is no error.
pub(super) fn delete_table(netns: &Netns, family: &str, table: &str) -> Result<Option<Evidence>> {
    let Some(nft) = program::find("nft") else { return Ok(None) };
    let script = format!("add table {family} {table}\ndelete table {family} {table}\n");
    let done = run(netns, &nft, &["-f", "-"], &script)?;
    match failure(&done) {
        Some(reason) => Err(Fault::failed("nft-failed").with("table", table).with("reason", reason)),
        None => Ok(Some(done)),
    }
}

/// The rules of `nft list table`, each with its chain.
fn rules(listing: &str) -> Vec<(&str, &str)> {
    let mut chain = "";
    let mut found = Vec::new();
    for line in listing.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("chain ") {
            chain = name.trim_end_matches('{').trim();
        } else if !(line.is_empty() || line.starts_with("table ") || line.starts_with("type ") || line == "}") {
            found.push((chain, line));
        }
    }
    found
}

fn failure(command: &Evidence) -> Option<String> {
    match command {
        Evidence::Command { status, output, .. } if *status != 0 => Some(output.trim().to_owned()),
        _ => None,
    }
}

/// Runs a program in a network namespace.
fn run(netns: &Netns, nft: &Path, args: &[&str], stdin: &str) -> Result<Evidence> {
    let output = netns.run(|| {
        let ran = program::run(program::command(nft).args(args), stdin.as_bytes(), program::PATIENCE);
        ran.map_err(|e| Fault::io("run", nft.display(), &e))
    })?;
    let argv = std::iter::once("nft").chain(args.iter().copied()).map(str::to_owned).collect();
    Ok(Evidence::Command {
        argv,
        stdin: stdin.to_owned(),
        status: output.status.code().unwrap_or(-1),
        output: output.stdout + &output.stderr,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_a_listing_are_found_with_their_chains() {
        let listing = "table ip dockwalk {\n\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat; policy \
                       accept;\n\t\tip saddr 172.17.0.0/16 masquerade\n\t}\n\n\tchain forward {\n\t\ttype filter hook \
                       forward priority filter; policy accept;\n\t\tiifname \"docker0\" accept\n\t}\n}\n";
        let expected =
            [("postrouting", "ip saddr 172.17.0.0/16 masquerade"), ("forward", "iifname \"docker0\" accept")];
        assert_eq!(rules(listing), expected);
    }
}
