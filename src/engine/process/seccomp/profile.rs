//! A profile as `--security-opt seccomp=FILE` brings it (moby `profiles/seccomp`): which rules of it hold for a container with these
//! capabilities, on this kernel and this processor.
//!
//! ```text
//! JSON ─▶ Profile ─▶ rules that hold here ─▶ (system call, conditions, action) in their order ─▶ program
//! ```

use super::program::{Action, Comparison, Condition, Rule, Rules};
use super::{Fault, Filter, Result, caps, program};
use crate::docker::{Fields, Json, Kind, by_kind};
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

/// Libseccomp's names of the architectures that a profile may speak of (runc `libcontainer/seccomp/config.go`).
const ARCHITECTURES: [&str; 19] = [
    "SCMP_ARCH_X86",
    "SCMP_ARCH_X86_64",
    "SCMP_ARCH_X32",
    "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64",
    "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64",
    "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",
    "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",
    "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_RISCV64",
    "SCMP_ARCH_S390",
    "SCMP_ARCH_S390X",
    "SCMP_ARCH_PARISC",
    "SCMP_ARCH_PARISC64",
];

const TEXTS: Kind = Kind::List(&Kind::Text);
const WHEN: Kind = Kind::Pointer(&Kind::Object(&Fields(&[(TEXTS, "caps arches"), (Kind::Text, "minKernel")])));
const ERRNO: Kind = Kind::Pointer(&Kind::Upto(u64::MAX));
const ARGUMENT: Kind = Kind::Object(&Fields(&[(Kind::Upto(u64::MAX), "index value valueTwo"), (Kind::Text, "op")]));
const ARCH_MAP: Kind = Kind::Object(&Fields(&[(Kind::Text, "architecture"), (TEXTS, "subArchitectures")]));
const CALLS: Kind = Kind::Object(&Fields(&[
    (Kind::Text, "name action comment"),
    (TEXTS, "names"),
    (ERRNO, "errnoRet"),
    (Kind::List(&ARGUMENT), "args"),
    (WHEN, "includes excludes"),
]));
const PROFILE: Kind = Kind::Object(&Fields(&[
    (Kind::Text, "defaultAction"),
    (ERRNO, "defaultErrnoRet"),
    (TEXTS, "architectures"),
    (Kind::List(&ARCH_MAP), "archMap"),
    (Kind::List(&CALLS), "syscalls"),
]));

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Profile {
    default_action: String,
    default_errno_ret: Option<u64>,
    architectures: Option<Vec<String>>,
    arch_map: Option<Vec<ArchMap>>,
    syscalls: Option<Vec<Calls>>,
}

/// Which other architectures programs of one may be of. The filter knows this one and ends what uses another.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ArchMap {
    architecture: String,
    sub_architectures: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Calls {
    name: String,
    names: Option<Vec<String>>,
    action: String,
    errno_ret: Option<u64>,
    args: Option<Vec<Argument>>,
    includes: Option<When>,
    excludes: Option<When>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Argument {
    index: u64,
    value: u64,
    value_two: u64,
    op: String,
}

/// Of which containers, kernels and processors something holds.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct When {
    caps: Option<Vec<String>>,
    arches: Option<Vec<String>>,
    min_kernel: String,
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
    let profile = read(json)?;
    let calls = profile.syscalls.unwrap_or_default();
    if profile.default_action.is_empty() && calls.is_empty() {
        return Ok(None);
    }
    let maps = profile.arch_map.iter().flatten();
    let mapped = maps.flat_map(|map| map.sub_architectures.iter().flatten().chain([&map.architecture]));
    let mut named = profile.architectures.iter().flatten().chain(mapped);
    if let Some(name) = named.find(|name| !ARCHITECTURES.contains(&name.as_str())) {
        return Err(wrong("architecture", name));
    }
    let many = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    if many(&profile.architectures) && profile.arch_map.as_ref().is_some_and(|map| !map.is_empty()) {
        return Err(wrong("architectures", ""));
    }
    let otherwise = action(&profile.default_action, profile.default_errno_ret)?;
    let mut rules = Rules { rules: Vec::new(), otherwise, known: 0 };
    for calls in calls {
        if !calls.name.is_empty() && many(&calls.names) {
            return Err(wrong("names", &calls.name));
        }
        for when in [&calls.includes, &calls.excludes].into_iter().flatten() {
            when.check()?;
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

/// By the rules of Go's decoder: the case of a field's name does not matter, and what is not known is passed over.
fn read(json: &str) -> Result<Profile> {
    let json: Json = serde_json::from_str(json).map_err(|error| wrong("json", error))?;
    let read = by_kind(&PROFILE, &json)
        .map_err(|misfit| wrong("json", format!("{}: {} is no {}", misfit.field, misfit.found, misfit.wanted)))?;
    serde_json::from_value(read).map_err(|error| wrong("json", error))
}

impl When {
    /// As Docker reads a kernel's version: two numbers at least (moby `pkg/parsers/kernel`).
    fn check(&self) -> Result<()> {
        let mut parts = self.min_kernel.splitn(3, '.');
        let number = |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        let good = self.min_kernel.is_empty() || number(parts.next()) && number(parts.next());
        if good { Ok(()) } else { Err(wrong("kernel", &self.min_kernel)) }
    }

    /// All that is said is so.
    fn all(&self, capabilities: u64, kernel: &str) -> bool {
        let has = |name: &String| caps::bit(name).is_some_and(|bit| capabilities & bit != 0);
        self.caps.iter().flatten().all(has)
            && self.arches.as_ref().is_none_or(|arches| arches.is_empty() || arches.iter().any(|arch| arch == ARCH))
            && (self.min_kernel.is_empty() || is_at_least(kernel, &self.min_kernel))
    }

    /// One of it is so.
    fn any(&self, capabilities: u64, kernel: &str) -> bool {
        let has = |name: &String| caps::bit(name).is_some_and(|bit| capabilities & bit != 0);
        self.caps.iter().flatten().any(has)
            || self.arches.iter().flatten().any(|arch| arch == ARCH)
            || !self.min_kernel.is_empty() && is_at_least(kernel, &self.min_kernel)
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

/// The largest error number that a call can fail with (Linux `include/linux/err.h`, MAX_ERRNO).
const MAX_ERRNO: u64 = 4095;

/// Libseccomp's words for what is done. An error number that no call can fail with is refused; a tracer gets any 16 bits.
fn action(word: &str, errno: Option<u64>) -> Result<Action> {
    let most = if word == "SCMP_ACT_TRACE" { 0xffff } else { MAX_ERRNO };
    let returned = match errno.map(u32::try_from) {
        None => libc::EPERM.cast_unsigned(),
        Some(Ok(errno)) if u64::from(errno) <= most => errno,
        Some(_) => return Err(wrong("errno", errno.unwrap_or_default())),
    };
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
