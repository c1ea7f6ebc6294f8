//! Which engine a command talks to, and what is asked of it as a whole.

use super::{Args, Failure, out};
use crate::client::{Client, ClientError, StartOptions};
use crate::i18n::Words;
use crate::spec::visible;
use crate::trace::Code;
use std::path::PathBuf;

/// The engine that `DOCKER_HOST` names, else the one that runs, else a new one.
pub(super) fn any(args: &Args, words: &Words) -> Result<Client, Failure> {
    if let Some(socket) = docker_host()? {
        return Ok(Client::connect(&socket)?);
    }
    let (client, started) = Client::find_or_start(&options(args))?;
    if let Some(child) = started {
        let vars = [("pid", &*child.id().to_string()), ("socket", &*visible::path(client.socket()))];
        out::complaint(words.say_with("cli-engine-started", &vars));
    }
    Ok(client)
}

pub(super) fn options(args: &Args) -> StartOptions {
    StartOptions { root: args.root.clone(), socket: args.socket.clone(), ..StartOptions::default() }
}

fn docker_host() -> Result<Option<PathBuf>, ClientError> {
    match std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty()) {
        None => Ok(None),
        Some(host) => match host.strip_prefix("unix://") {
            Some(path) => Ok(Some(path.into())),
            None => Err(ClientError::new(Code::DockerHostNotUnix).with("host", host)),
        },
    }
}
