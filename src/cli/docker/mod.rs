//! `dockwalk docker …`: docker's commands, as requests to an engine.

pub(super) mod archive;
pub(super) mod copy;
mod create;
mod credentials;
mod endpoints;
mod flags;
pub(super) mod images;
pub(super) mod inspect;
mod key_values;
pub(super) mod lifecycle;
mod listing;
pub(super) mod login;
mod mount;
pub(super) mod networks;
pub(super) mod port;
pub(super) mod prune;
pub(super) mod pull;
pub(super) mod run;
pub(super) mod stats;
pub(super) mod system;
mod table;
#[cfg(test)]
mod typed_tests;
pub(super) mod update;
pub(super) mod volumes;

use super::{Done, Failure, REFUSED};
use crate::client::{Client, ClientError};
use crate::docker::Filters;
use crate::i18n::Words;
use crate::spec::url::encode;
use crate::trace::Code;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};

/// What commands work with.
pub(super) struct CommandSession<'a> {
    client: Client,
    words: &'a Words,
}

/// A list of commands, of which one was given. What does each is said in the list.
pub(super) trait Act {
    fn act(&self, session: &CommandSession<'_>) -> Done;
}

/// For the list: a list within a list.
pub(super) fn group(session: &CommandSession<'_>, command: &impl Act) -> Done {
    command.act(session)
}

/// Does a command on that engine.
pub(super) fn act(client: Client, words: &Words, command: &impl Act) -> Done {
    command.act(&CommandSession { client, words })
}

/// Asks on a terminal; where there is nobody to ask the answer is no.
fn confirmed(question: &str) -> bool {
    super::out::question(format_args!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().is_terminal()
        && std::io::stdin().lock().read_line(&mut answer).is_ok()
        && answer.trim().eq_ignore_ascii_case("y")
}

/// `name=value` by name; a name alone has an empty value.
fn pairs(texts: &[String]) -> BTreeMap<String, String> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (name.to_owned(), value.to_owned())
    };
    texts.iter().map(pair).collect()
}

/// What is wrong with a flag.
fn flag(error: ClientError) -> Failure {
    Failure::Said(error, REFUSED)
}

/// `--filter KEY=VALUE`; `label!=x` is the filter `label!`.
fn filters(texts: &[String]) -> Result<Filters, Failure> {
    texts.iter().try_fold(Filters::default(), |all, text| {
        let bad = || flag(ClientError::new(Code::BadFilter).with("filter", text));
        let (name, value) = text.split_once('=').ok_or_else(bad)?;
        Ok(all.with(name.trim().to_lowercase(), value.trim()))
    })
}

/// Does something with each name; goes on after a failure, and fails in the end if one did.
fn each(session: &CommandSession<'_>, names: &[String], act: impl Fn(&str) -> Result<(), ClientError>) -> Done {
    let mut failed = false;
    for name in names {
        if let Err(error) = act(name) {
            super::report::as_docker(session.words, &error.problem);
            failed = true;
        }
    }
    if failed { Err(Failure::Status(1)) } else { Ok(()) }
}
