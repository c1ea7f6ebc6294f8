//! Which engine a command talks to, and what is asked of it as a whole.

use super::{Args, Failure, out};
use crate::client::{Client, ClientError, StartOptions, place};
use crate::i18n::Words;
use crate::spec::visible;

/// The engine that `DOCKER_HOST` names, else the one that runs, else a new one. Who names a socket by `DOCKWALK_SOCKET`, and no directory,
/// means an engine that is there.
pub(super) fn any(args: &Args, words: &Words) -> Result<Client, Failure> {
    if let Some(socket) = place::docker_host().map_err(ClientError::from)? {
        return Ok(Client::connect(&socket)?);
    }
    let options = options(args);
    if options.root.is_none() && options.socket.is_some() && options.socket == place::named_socket() {
        return Ok(Client::find(&options)?);
    }
    let (client, started) = Client::find_or_start(&options)?;
    if let Some(child) = started {
        let vars = [("pid", &*child.id().to_string()), ("socket", &*visible::path(client.socket()))];
        out::complaint(words.say_with("cli-engine-started", &vars));
    }
    Ok(client)
}

pub(super) fn options(args: &Args) -> StartOptions {
    StartOptions { root: args.root.clone(), socket: args.socket.clone(), ..StartOptions::default() }
}
