//! `dockwalk doctor`: what this machine allows, in words.

use super::{Args, Done, Failure, engine_of, out};
use crate::client::{Condition, Finding};
use crate::i18n::Words;
use crate::spec::visible;
use std::process::ExitCode;

/// Prints what was found by examining this machine. Fails when something is missing that containers need.
pub fn report(findings: &[Finding], json: bool, words: &Words) -> ExitCode {
    match print(findings, json, words) {
        Err(Failure::Status(status)) => ExitCode::from(status),
        _ => ExitCode::SUCCESS,
    }
}

/// By the engine that runs: for a build that cannot examine this machine itself.
pub(super) fn remote(args: &Args, json: bool, words: &Words) -> Done {
    print(&engine_of::any(args, words)?.doctor()?, json, words)
}

fn print(findings: &[Finding], json: bool, words: &Words) -> Done {
    if json {
        out::json_pretty(&findings);
    } else {
        findings.iter().for_each(|finding| out::lines(lines(finding, words)));
    }
    let lacking = findings.iter().any(|finding| finding.state == Condition::Missing);
    if lacking { Err(Failure::Status(1)) } else { Ok(()) }
}

fn lines(finding: &Finding, words: &Words) -> String {
    let mark = match finding.state {
        Condition::Good => "✓",
        Condition::Limited => "~",
        Condition::Missing => "✗",
    };
    let mut text = format!("{mark} {}: {}", finding.title(words), finding.found(words));
    if let Some(cost) = finding.cost(words) {
        text.push_str(&format!("\n    {cost}"));
    }
    if let Some(mend) = &finding.mend {
        text.push_str(&format!("\n    {} {}", words.say("cli-mend"), visible::line(mend)));
    }
    text
}
