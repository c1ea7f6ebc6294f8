//! Names and ids of containers.

use super::bounds;
use crate::docker::is_host_name;
use crate::engine::{Fault, FaultKind, Result, random};
use crate::spec::ContainerId;
use crate::trace::Code;
use parking_lot::Mutex;
use std::fmt;

const HOW: &[&str] = &[
    "agile", "bold", "brave", "bright", "calm", "clever", "crisp", "curious", "eager", "fair", "gentle", "glad",
    "happy", "honest", "humble", "jolly", "keen", "kind", "lively", "lucid", "merry", "modest", "neat", "noble",
    "patient", "proud", "quick", "quiet", "sharp", "steady", "sunny", "swift", "tidy", "warm", "wise", "witty",
];

const WHO: &[&str] = &[
    "archimedes",
    "babbage",
    "bardeen",
    "bell",
    "bohr",
    "boole",
    "cerf",
    "curie",
    "darwin",
    "dijkstra",
    "euclid",
    "euler",
    "faraday",
    "fermat",
    "feynman",
    "galileo",
    "gauss",
    "hamilton",
    "hopper",
    "jang_yeongsil",
    "kepler",
    "knuth",
    "lamarr",
    "liskov",
    "lovelace",
    "maxwell",
    "meitner",
    "newton",
    "noether",
    "pascal",
    "ritchie",
    "shannon",
    "tesla",
    "thompson",
    "torvalds",
    "turing",
];

/// A container's name: it may get another at any moment.
#[derive(Debug)]
pub struct Name(Mutex<String>);

impl Name {
    pub(super) fn new(name: &str) -> Self {
        Self(Mutex::new(name.to_owned()))
    }

    /// What it is now.
    pub fn get(&self) -> String {
        self.0.lock().clone()
    }

    pub(super) fn set(&self, name: &str) {
        name.clone_into(&mut self.0.lock());
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.lock())
    }
}

/// 64 random hexadecimal digits.
pub fn random_id() -> Result<String> {
    random::hex(64)
}

/// A name that is not `taken`: `curious_turing`, in the manner of Docker's.
pub fn random_name(taken: impl Fn(&str) -> bool) -> Result<String> {
    for round in 0..200 {
        let [a, b, c] = random::bytes()?;
        let mut name = format!("{}_{}", HOW[usize::from(a) % HOW.len()], WHO[usize::from(b) % WHO.len()]);
        if round > 20 {
            name = format!("{name}{}", c % 100);
        }
        if !taken(&name) {
            return Ok(name);
        }
    }
    random_id()
}

/// Docker's rule for names: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
pub fn check(name: &str) -> Result<()> {
    bounds::length("name", name, bounds::NAME)?;
    let mut bytes = name.bytes();
    let good = name.len() >= 2
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    good.then_some(()).ok_or_else(|| Fault::new(FaultKind::BadRequest, Code::InvalidContainerName).with("name", name))
}

/// `name[:alias]`: who is meant, and what it is called.
pub(super) fn link(text: &str) -> Result<(&str, &str)> {
    let (name, alias) = text.split_once(':').unwrap_or((text, text));
    let alias = if alias.is_empty() { name } else { alias };
    if name.is_empty() || !is_host_name(alias) || text.len() > 2 * bounds::NAME {
        return Err(Fault::new(FaultKind::BadRequest, Code::InvalidLink).with("link", bounds::short(text)));
    }
    Ok((name, alias))
}

/// The scope of the journal under which a container's directory is written down: it outlives its runs.
pub(super) fn dir_scope(id: &ContainerId) -> String {
    format!("dir:{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_name_is_a_valid_one_and_not_a_taken_one() {
        for _ in 0..100 {
            check(&random_name(|_| false).unwrap()).unwrap();
        }
        assert_eq!(random_name(|name| name.contains('_')).unwrap().len(), 64);
        assert_eq!(random_id().unwrap().len(), 64);
    }

    #[test]
    fn names_that_docker_refuses_are_refused() {
        for bad in ["", "a", "-ab", "a b", "a/b", "é1"] {
            assert_eq!(check(bad).unwrap_err().problem.code, Code::InvalidContainerName, "{bad}");
        }
    }
}
