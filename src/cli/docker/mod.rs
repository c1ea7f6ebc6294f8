//! `dockwalk docker …`: docker's commands, as requests to an engine.

mod archive;
mod create;
mod credentials;
mod images;
mod inspect;
mod lifecycle;
mod login;
mod mount;
mod networks;
mod pull;
mod run;
mod table;
mod volumes;

use super::docker_args::{ContainerCommand, DockerCommand, ImageCommand, NetworkCommand, VolumeCommand};
use super::{Args, Done, Failure, engine_of};
use crate::client::Client;
use crate::i18n::Words;
use std::io::{BufRead, IsTerminal};

/// What commands work with.
struct CommandSession<'a> {
    client: Client,
    words: &'a Words,
}

pub(super) fn dispatch(args: &Args, command: &DockerCommand, words: &Words) -> Done {
    let client = engine_of::any(args, words).map_err(|failure| match (failure, command) {
        (
            Failure::Said(error, _),
            DockerCommand::Run(_) | DockerCommand::Container { command: ContainerCommand::Run(_) },
        ) => Failure::Said(error, run::REFUSED),
        (failure, _) => failure,
    })?;
    let session = &CommandSession { client, words };
    match command {
        DockerCommand::Run(args) => run::run(session, args),
        DockerCommand::Create(args) => run::create(session, args),
        DockerCommand::Start(args) => run::start(session, args),
        DockerCommand::Attach(args) => run::attach(session, args),
        DockerCommand::Exec(args) => run::exec(session, args),
        DockerCommand::Stop(args) => lifecycle::stop(session, args),
        DockerCommand::Kill(args) => lifecycle::kill(session, args),
        DockerCommand::Rm(args) => lifecycle::rm(session, args),
        DockerCommand::Wait(args) => lifecycle::wait(session, args),
        DockerCommand::Ps(args) => lifecycle::ps(session, args),
        DockerCommand::Logs(args) => lifecycle::logs(session, args),
        DockerCommand::Diff(args) => lifecycle::diff(session, args),
        DockerCommand::Pull(args) => pull::command(session, args),
        DockerCommand::Push(args) => pull::push(session, args),
        DockerCommand::Login(args) => login::login(session, args),
        DockerCommand::Logout(args) => login::logout(session, args),
        DockerCommand::Images(args) => images::list(session, args),
        DockerCommand::Rmi(args) => images::remove(session, args),
        DockerCommand::History(args) => images::history(session, args),
        DockerCommand::Tag(args) => images::tag(session, args),
        DockerCommand::Commit(args) => archive::commit(session, args),
        DockerCommand::Save(args) => archive::save(session, args),
        DockerCommand::Load(args) => archive::load(session, args),
        DockerCommand::Import(args) => archive::import(session, args),
        DockerCommand::Inspect(args) => inspect::inspect(session, args, None),
        DockerCommand::Version(args) => inspect::whole(session, "/version", args),
        DockerCommand::Info(args) => inspect::whole(session, "/info", args),
        DockerCommand::Container { command } => container(session, command),
        DockerCommand::Image { command } => image(session, command),
        DockerCommand::Volume { command } => volume(session, command),
        DockerCommand::Network { command } => network(session, command),
    }
}

fn container(session: &CommandSession<'_>, command: &ContainerCommand) -> Done {
    match command {
        ContainerCommand::Run(args) => run::run(session, args),
        ContainerCommand::Create(args) => run::create(session, args),
        ContainerCommand::Start(args) => run::start(session, args),
        ContainerCommand::Attach(args) => run::attach(session, args),
        ContainerCommand::Exec(args) => run::exec(session, args),
        ContainerCommand::Stop(args) => lifecycle::stop(session, args),
        ContainerCommand::Kill(args) => lifecycle::kill(session, args),
        ContainerCommand::Rm(args) => lifecycle::rm(session, args),
        ContainerCommand::Wait(args) => lifecycle::wait(session, args),
        ContainerCommand::Ls(args) => lifecycle::ps(session, args),
        ContainerCommand::Logs(args) => lifecycle::logs(session, args),
        ContainerCommand::Diff(args) => lifecycle::diff(session, args),
        ContainerCommand::Commit(args) => archive::commit(session, args),
        ContainerCommand::Inspect(args) => inspect::inspect(session, args, Some("container")),
    }
}

fn image(session: &CommandSession<'_>, command: &ImageCommand) -> Done {
    match command {
        ImageCommand::Pull(args) => pull::command(session, args),
        ImageCommand::Push(args) => pull::push(session, args),
        ImageCommand::Ls(args) => images::list(session, args),
        ImageCommand::Rm(args) => images::remove(session, args),
        ImageCommand::History(args) => images::history(session, args),
        ImageCommand::Tag(args) => images::tag(session, args),
        ImageCommand::Prune(args) => images::prune(session, args),
        ImageCommand::Save(args) => archive::save(session, args),
        ImageCommand::Load(args) => archive::load(session, args),
        ImageCommand::Import(args) => archive::import(session, args),
        ImageCommand::Inspect(args) => inspect::inspect(session, args, Some("image")),
    }
}

fn volume(session: &CommandSession<'_>, command: &VolumeCommand) -> Done {
    match command {
        VolumeCommand::Create { name, label } => volumes::create(session, name.as_deref(), label),
        VolumeCommand::Ls { quiet, format } => volumes::list(session, *quiet, format.as_deref()),
        VolumeCommand::Inspect(args) => inspect::inspect(session, args, Some("volume")),
        VolumeCommand::Rm { force, names } => volumes::remove(session, *force, names),
        VolumeCommand::Prune { all, force } => volumes::prune(session, *all, *force),
    }
}

fn network(session: &CommandSession<'_>, command: &NetworkCommand) -> Done {
    match command {
        NetworkCommand::Ls { quiet, format, no_trunc } => networks::list(session, *quiet, format.as_deref(), *no_trunc),
        NetworkCommand::Inspect(args) => inspect::inspect(session, args, Some("network")),
    }
}

/// Asks on a terminal; where there is nobody to ask the answer is no.
fn confirmed(question: &str) -> bool {
    super::out::question(format_args!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().is_terminal()
        && std::io::stdin().lock().read_line(&mut answer).is_ok()
        && answer.trim().eq_ignore_ascii_case("y")
}

/// A name as a part of a path or a query.
fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'@');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Does something with each name; goes on after a failure, and fails in the end if one did.
fn each(session: &CommandSession<'_>, names: &[String], act: impl Fn(&str) -> Result<(), super::ClientError>) -> Done {
    let mut failed = false;
    for name in names {
        if let Err(error) = act(name) {
            super::report::as_docker(session.words, &error.problem);
            failed = true;
        }
    }
    if failed { Err(Failure::Status(1)) } else { Ok(()) }
}
