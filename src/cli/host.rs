//! `dockwalk host [CMD…]`: a command, or a shell, on the host of the lab.

use super::{Args, Done, engine_of, out, terminal, waits};
use crate::client::protocol::HostCommand;
use crate::i18n::Words;
use std::io::{self, IsTerminal};

pub(super) fn run(args: &Args, argv: &[String], words: &Words) -> Done {
    let client = engine_of::any(args, words)?;
    waits::watch(&client, words);
    let tty = io::stdin().is_terminal() && out::is_terminal();
    // What a terminal program must know of the terminal it is drawn on.
    let env =
        ["TERM", "LANG", "LC_ALL"].iter().filter_map(|name| Some(format!("{name}={}", std::env::var(name).ok()?)));
    let size = tty.then(out::size).flatten();
    let command = HostCommand { argv: argv.to_vec(), env: env.collect(), tty, size };
    let prepared = client.prepare_host(&command)?;
    terminal::command(&client, &prepared.id, tty, true, words)
}
