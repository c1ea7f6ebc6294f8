//! A profile as `--security-opt seccomp=FILE` brings it (moby `profiles/seccomp`): which rules of it hold for a container with these
//! capabilities, on this kernel and this processor.
//!
//! ```text
//! JSON ─▶ Profile ─▶ rules that hold here ─▶ (system call, conditions, action) in their order ─▶ program
//! ```

use super::program::{Action, Comparison, Condition, Rule, Rules};
use super::{Fault, Filter, Result, caps, program};
use crate::engine::FaultKind;
use crate::trace::Code;
use serde::Deserialize;
use std::sync::Arc;

/// System calls of this architecture by name, a line each.
#[cfg(target_arch = "x86_64")]
const NUMBERS: &str = include_str!("x86_64.txt");
#[cfg(target_arch = "aarch64")]
const NUMBERS: &str = include_str!("aarch64.txt");

/// Go's name of this architecture, which profiles use.
#[cfg(target_arch = "x86_64")]
const ARCH: &str = "amd64";
#[cfg(target_arch = "aarch64")]
const ARCH: &str = "arm64";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Profile {
    default_action: String,
    default_errno_ret: Option<u32>,
    architectures: Option<Vec<String>>,
    arch_map: Option<Vec<ArchMap>>,
    syscalls: Option<Vec<Calls>>,
}

/// Which other architectures programs of one may be of. The filter knows this one and ends what uses another.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct ArchMap {
    #[serde(rename = "architecture")]
    _architecture: String,
    #[serde(rename = "subArchitectures")]
    _sub_architectures: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Calls {
    name: String,
    names: Option<Vec<String>>,
    action: String,
    errno_ret: Option<u32>,
    args: Option<Vec<Argument>>,
    #[serde(rename = "comment")]
    _comment: String,
    includes: Option<When>,
    excludes: Option<When>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Argument {
    index: u32,
    value: u64,
    value_two: u64,
    op: String,
}

/// Of which containers, kernels and processors something holds.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct When {
    caps: Option<Vec<String>>,
    arches: Option<Vec<String>>,
    min_kernel: Option<String>,
}

/// The filter of a profile for a container with these capabilities; none where it says nothing at all, as in Docker. How large and how deep
/// the document is whoever takes it has looked.
pub fn compile(json: &str, capabilities: u64) -> Result<Option<Filter>> {
    let kernel = nix::sys::utsname::uname().map(|name| name.release().to_string_lossy().into_owned());
    let rules = rules(json, capabilities, &kernel.unwrap_or_default())?;
    let Some(rules) = rules else { return Ok(None) };
    let filter = program::assemble(&rules).ok_or_else(|| wrong("length", program::LONGEST))?;
    Ok(Some(Arc::new(filter)))
}

fn rules(json: &str, capabilities: u64, kernel: &str) -> Result<Option<Rules>> {
    // A list would be taken for the fields in their order.
    if !json.trim_start().starts_with('{') {
        return Err(wrong("json", "cannot unmarshal it into an object"));
    }
    let profile: Profile = serde_json::from_str(json).map_err(|error| wrong("json", error))?;
    let calls = profile.syscalls.unwrap_or_default();
    if profile.default_action.is_empty() && calls.is_empty() {
        return Ok(None);
    }
    let many = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    if many(&profile.architectures) && profile.arch_map.is_some_and(|map| !map.is_empty()) {
        return Err(wrong("architectures", ""));
    }
    let otherwise = action(&profile.default_action, profile.default_errno_ret)?;
    let mut rules = Rules { rules: Vec::new(), otherwise, known: 0 };
    for calls in calls {
        if !calls.name.is_empty() && many(&calls.names) {
            return Err(wrong("names", &calls.name));
        }
        let here = calls.includes.as_ref().is_none_or(|when| when.all(capabilities, kernel));
        if !here || calls.excludes.as_ref().is_some_and(|when| when.any(capabilities, kernel)) {
            continue;
        }
        let action = action(&calls.action, calls.errno_ret)?;
        let ways = conditions(&calls.args.unwrap_or_default())?;
        let named = calls.names.unwrap_or_default().into_iter().chain(Some(calls.name).filter(|name| !name.is_empty()));
        // What this kernel's list does not have no program can call by that name.
        for number in named.filter_map(|name| number(&name)) {
            rules.known = rules.known.max(number);
            if action != otherwise {
                let rule = |conditions: &Vec<Condition>| Rule { number, conditions: conditions.clone(), action };
                rules.rules.extend(ways.iter().map(rule));
            }
        }
    }
    Ok(Some(rules))
}

impl When {
    /// All that is said is so.
    fn all(&self, capabilities: u64, kernel: &str) -> bool {
        let has = |name: &String| caps::bit(name).is_some_and(|bit| capabilities & bit != 0);
        self.caps.iter().flatten().all(has)
            && self.arches.as_ref().is_none_or(|arches| arches.is_empty() || arches.iter().any(|arch| arch == ARCH))
            && self.min_kernel.as_ref().is_none_or(|least| is_at_least(kernel, least))
    }

    /// One of it is so.
    fn any(&self, capabilities: u64, kernel: &str) -> bool {
        let has = |name: &String| caps::bit(name).is_some_and(|bit| capabilities & bit != 0);
        self.caps.iter().flatten().any(has)
            || self.arches.iter().flatten().any(|arch| arch == ARCH)
            || self.min_kernel.as_ref().is_some_and(|least| is_at_least(kernel, least))
    }
}

/// `6.1.0-13-amd64` is at least `4.8`.
fn is_at_least(kernel: &str, least: &str) -> bool {
    let version = |text: &str| {
        let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    };
    version(kernel) >= version(least)
}

/// Libseccomp's words for what is done.
fn action(word: &str, errno: Option<u32>) -> Result<Action> {
    let returned = errno.unwrap_or(libc::EPERM.cast_unsigned()).min(0xffff);
    Ok(Action(match word {
        "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => libc::SECCOMP_RET_KILL_THREAD,
        "SCMP_ACT_KILL_PROCESS" => libc::SECCOMP_RET_KILL_PROCESS,
        "SCMP_ACT_TRAP" => libc::SECCOMP_RET_TRAP,
        "SCMP_ACT_ERRNO" => libc::SECCOMP_RET_ERRNO | returned,
        "SCMP_ACT_TRACE" => libc::SECCOMP_RET_TRACE | returned,
        "SCMP_ACT_LOG" => libc::SECCOMP_RET_LOG,
        "SCMP_ACT_ALLOW" => libc::SECCOMP_RET_ALLOW,
        other => return Err(wrong("action", other)),
    }))
}

/// All of them must hold; of several about one argument one (runc `matchCall`).
fn conditions(args: &[Argument]) -> Result<Vec<Vec<Condition>>> {
    let all = args.iter().map(condition).collect::<Result<Vec<_>>>()?;
    let twice = all.iter().enumerate().any(|(at, one)| all.iter().take(at).any(|other| other.index == one.index));
    Ok(if twice { all.into_iter().map(|one| vec![one]).collect() } else { vec![all] })
}

fn condition(argument: &Argument) -> Result<Condition> {
    let Argument { index, value, value_two, op } = argument;
    let comparison = match op.as_str() {
        "SCMP_CMP_NE" => Comparison::NotEqual,
        "SCMP_CMP_LT" => Comparison::Less,
        "SCMP_CMP_LE" => Comparison::LessOrEqual,
        "SCMP_CMP_EQ" => Comparison::Equal,
        "SCMP_CMP_GE" => Comparison::GreaterOrEqual,
        "SCMP_CMP_GT" => Comparison::Greater,
        "SCMP_CMP_MASKED_EQ" => Comparison::MaskedEqual(*value),
        other => return Err(wrong("operator", other)),
    };
    let value = if matches!(comparison, Comparison::MaskedEqual(_)) { *value_two } else { *value };
    let index = u8::try_from(*index).ok().filter(|index| *index < 6).ok_or_else(|| wrong("argument", index))?;
    Ok(Condition { index, comparison, value })
}

fn number(name: &str) -> Option<u32> {
    let mut lines = NUMBERS.lines().filter_map(|line| line.split_once(' '));
    lines.find_map(|(known, number)| (known == name).then(|| number.parse().ok()).flatten())
}

/// The profile is none; `kind` chooses the words.
fn wrong(kind: &str, what: impl ToString) -> Fault {
    let what: String = what.to_string().chars().take(64).flat_map(char::escape_debug).collect();
    Fault::new(FaultKind::BadRequest, Code::SeccompProfileInvalid).with("kind", kind).with("what", what)
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
