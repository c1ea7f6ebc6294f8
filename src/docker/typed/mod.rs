//! A request as the `docker` command that asks for it, with its options: what a step is by hand. Who sent the request may have typed
//! another line that means the same, or none.
//!
//! Nothing is made up: where some option has no flag – a client library can ask for more than the command line – there is no line.
//! `src/cli/docker/typed_tests.rs` reads lines again by the grammar of `dockwalk docker`, and gets the request.

mod create;
mod mount;

pub use create::{Create, create};

use super::network::NetworkCreate;
use super::volume::VolumeCreate;
use crate::spec::shell;
use std::collections::BTreeMap;

/// Whole numbers up to here are the same as floating-point ones, as which sizes and times are read.
const EXACT: i64 = 1 << 53;

/// `docker network create …`
pub fn network_create(asked: &NetworkCreate) -> Option<String> {
    let mut line = Line::of(&["docker", "network", "create"]);
    if asked.driver != "bridge" {
        line.option("--driver", &asked.driver);
    }
    if asked.scope != "local" {
        line.option("--scope", &asked.scope);
    }
    line.flag("--ipv6", asked.enable_ipv6);
    for pool in asked.ipam.iter().flat_map(|ipam| &ipam.config) {
        // Each is told by the subnet that it lies in.
        line.needs(!pool.subnet.is_empty());
        line.option("--subnet", &pool.subnet);
        line.option("--ip-range", &pool.ip_range);
        line.option("--gateway", &pool.gateway);
        line.pairs("--aux-address", &pool.auxiliary_addresses);
    }
    line.flag("--internal", asked.internal);
    line.flag("--attachable", asked.attachable);
    line.pairs("-o", &asked.options);
    line.pairs("--label", &asked.labels);
    line.name(&asked.name);
    line.done()
}

/// `docker volume create …`
pub fn volume_create(asked: &VolumeCreate) -> Option<String> {
    let mut line = Line::of(&["docker", "volume", "create"]);
    if asked.driver != "local" {
        line.option("--driver", &asked.driver);
    }
    line.pairs("-o", &asked.driver_opts);
    line.pairs("--label", &asked.labels);
    if !asked.name.is_empty() {
        line.name(&asked.name);
    }
    line.done()
}

/// `64m`, in the largest unit that it is whole in.
fn bytes(size: i64) -> String {
    let units = [(30, "g"), (20, "m"), (10, "k")];
    let whole = units.into_iter().find(|(shift, _)| size.trailing_zeros() >= *shift);
    whole.map_or_else(|| size.to_string(), |(shift, unit)| format!("{}{unit}", size >> shift))
}

/// A command line that grows, until something cannot be said in it.
#[derive(Debug)]
pub struct Line {
    words: Vec<String>,
    can_be_said: bool,
}

impl Line {
    /// It begins so.
    pub fn of(words: &[&str]) -> Self {
        Self { words: words.iter().map(|word| (*word).to_owned()).collect(), can_be_said: true }
    }

    /// Without this there is no line.
    pub fn needs(&mut self, is: bool) {
        self.can_be_said &= is;
    }

    /// A word.
    pub fn word(&mut self, word: &str) {
        self.words.push(word.to_owned());
    }

    /// What is no option must not look like one.
    pub fn name(&mut self, name: &str) {
        self.needs(!name.starts_with('-'));
        self.word(name);
    }

    /// Without a value.
    pub fn flag(&mut self, name: &str, given: bool) {
        if given {
            self.word(name);
        }
    }

    /// What is empty was not asked for.
    pub fn option(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.value(name, value);
        }
    }

    /// One option for each.
    pub fn options(&mut self, name: &str, values: &[String]) {
        values.iter().for_each(|value| self.value(name, value));
    }

    /// `key=value` for each.
    pub fn pairs(&mut self, name: &str, pairs: &BTreeMap<String, String>) {
        for (key, value) in pairs {
            self.needs(!key.contains('='));
            self.value(name, &format!("{key}={value}"));
        }
    }

    /// An option with its value, whatever that is.
    pub fn value(&mut self, name: &str, value: &str) {
        if !value.starts_with('-') {
            self.word(name);
            self.word(value);
        } else if name.starts_with("--") {
            // Else it would be taken for the next option.
            self.word(&format!("{name}={value}"));
        } else {
            self.word(&format!("{name}{value}"));
        }
    }

    /// The line, if all could be said.
    pub fn done(self) -> Option<String> {
        self.can_be_said.then(|| shell::line(&self.words))
    }
}
