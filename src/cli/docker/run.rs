//! `docker run`, `create`, `start`, `attach`, `exec`: what has a terminal.

use super::flags::CidFile;
use super::pull::{self, Where};
use super::{CommandSession, REFUSED, create as request, encode, endpoints, lifecycle, networks};
use crate::cli::docker_args::{AttachArgs, CreateArgs, ExecArgs, RunArgs, StartArgs};
use crate::cli::terminal::{self, Talk};
use crate::cli::{Done, Failure, out, report};
use crate::client::{Answer, ClientError, Hijacked};
use crate::docker::{
    AttachQuery, ContainerConfig, ContainerCreate, ContainerCreateQuery, ContainerCreated, ContainerEnded,
    ContainerInspect, ContainerWaitQuery, ExecCreate, ExecStart, Id, WaitCondition, WaitError, with_query,
};
use crate::spec::visible;
use crate::trace::Code;
use hyper::Method;
use std::path::Path;

pub(in crate::cli) fn run(session: &CommandSession<'_>, args: &RunArgs) -> Done {
    let attached = !args.detach;
    if !attached && !args.create.attach.is_empty() {
        return Err(ClientError::new(Code::AttachAndDetach).into());
    }
    let body = request::body(&args.create, attached, size(&args.create)).map_err(super::flag)?;
    let streams = Streams::of(&body.config);
    if attached {
        terminal::check(args.create.tty, streams.stdin)?;
    }
    let id = make(session, &args.create, &body).map_err(not_made)?;
    let path = format!("/containers/{id}");
    if !attached {
        session.client.call(Method::POST, &format!("{path}/start"), None::<&()>).map_err(not_started)?;
        out::line(id);
        return Ok(());
    }
    let hijacked = hijack(session, &path, streams, args.detach_keys.as_ref())?;
    let wait = wait(session, &path, Some(end(args.create.rm)))?;
    session.client.call(Method::POST, &format!("{path}/start"), None::<&()>).map_err(not_started)?;
    let talk = Talk {
        client: &session.client,
        hijacked,
        tty: args.create.tty,
        stdin: streams.stdin,
        resize: format!("{path}/resize"),
        signals: args.sig_proxy.then(|| format!("{path}/kill")),
    };
    if !streams.prints() {
        // As docker: nobody hears of its end.
        out::line(id);
        return Ok(talk.hold()?);
    }
    talk.hold()?;
    finish(session, &id, wait)
}

fn size(args: &CreateArgs) -> Option<(u16, u16)> {
    args.tty.then(out::size).flatten()
}

/// Which streams of a container this process has to do with.
#[derive(Clone, Copy)]
struct Streams {
    stdin: bool,
    stdout: bool,
    stderr: bool,
}

impl Streams {
    fn of(config: &ContainerConfig) -> Self {
        Self { stdin: config.attach_stdin, stdout: config.attach_stdout, stderr: config.attach_stderr }
    }

    /// All that it prints, and with `stdin` what it reads.
    fn all(stdin: bool) -> Self {
        Self { stdin, stdout: true, stderr: true }
    }

    fn prints(self) -> bool {
        self.stdout || self.stderr
    }
}

/// The connection to what runs in the container at `path`.
fn hijack(
    session: &CommandSession<'_>,
    path: &str,
    Streams { stdin, stdout, stderr }: Streams,
    detach_keys: Option<&String>,
) -> Result<Hijacked, ClientError> {
    let detach_keys = detach_keys.cloned();
    let query = AttachQuery { stream: true, stdin, stdout, stderr, detach_keys, ..AttachQuery::default() };
    session.client.hijack(&with_query(&format!("{path}/attach"), &query), None::<&()>)
}

/// An answer whose body comes when the container at `path` has come to that.
fn wait(session: &CommandSession<'_>, path: &str, condition: Option<WaitCondition>) -> Result<Answer, ClientError> {
    let path = with_query(&format!("{path}/wait"), &ContainerWaitQuery { condition });
    session.client.open(Method::POST, &path, None::<&()>, &[])
}

/// How a container ends that is or is not removed then.
fn end(removed: bool) -> WaitCondition {
    if removed { WaitCondition::Removed } else { WaitCondition::NextExit }
}

pub(in crate::cli) fn create(session: &CommandSession<'_>, args: &CreateArgs) -> Done {
    let body = request::body(args, true, size(args)).map_err(super::flag)?;
    out::line(make(session, args, &body)?);
    Ok(())
}

/// Creates the container, pulling the image when it is not there.
fn make(session: &CommandSession<'_>, args: &CreateArgs, body: &ContainerCreate) -> Result<String, ClientError> {
    let file = CidFile::make(args.cidfile.as_deref().map(Path::new))?;
    let place = if args.quiet { Where::Nowhere } else { Where::Stderr };
    let platform = args.platform.as_deref();
    let fetch = || pull::pull(session, &pull::parse(args.image())?, platform, place);
    if args.pull == "always" {
        fetch()?;
    }
    let query = ContainerCreateQuery { name: args.name.clone(), platform: args.platform.clone() };
    let path = with_query("/containers/create", &query);
    let created: Result<ContainerCreated, ClientError> = session.client.post(&path, body);
    let created = match created {
        Err(error) if error.status == Some(404) && args.pull == "missing" => {
            if place == Where::Stderr {
                out::complaint(session.words.say_with("cli-pulling", &[("image", args.image())]));
            }
            fetch()?;
            session.client.post(&path, body)?
        }
        result => result?,
    };
    created.dockwalk.iter().for_each(|warning| report::complain(session.words, warning));
    // As docker by this version of the API: a container is created on one network, and put on others before it starts.
    for (network, endpoint) in endpoints::asked(args)?.into_iter().skip(1) {
        networks::put_on(session, &network, &created.id, endpoint)?;
    }
    if let Some(file) = file {
        file.write(&created.id)?;
    }
    Ok(created.id)
}

fn not_made(error: ClientError) -> Failure {
    let status = CidFile::status(&error.problem.code).unwrap_or(REFUSED);
    Failure::Said(error, status)
}

/// 127 when the program is not there, 126 when it cannot be executed, else 125: docker's own rule.
fn not_started(error: ClientError) -> Failure {
    let status = error.problem.code.not_executed().unwrap_or(REFUSED);
    Failure::Said(error, status)
}

/// The conversation is over: because the container has ended, or because the user left it running.
fn finish(session: &CommandSession<'_>, id: &str, mut wait: Answer) -> Done {
    if runs(session, id) {
        return Ok(());
    }
    let mut body = Vec::new();
    while let Some(chunk) = wait.chunk()? {
        body.extend_from_slice(&chunk);
    }
    match serde_json::from_slice(&body) {
        Ok(ContainerEnded { error: Some(WaitError { dockwalk: Some(problem), .. }), .. }) => {
            Err(Failure::Said(ClientError::from(problem), REFUSED))
        }
        Ok(ContainerEnded { status_code: 0, .. }) => Ok(()),
        Ok(ContainerEnded { status_code, .. }) => Err(Failure::Status(u8::try_from(status_code).unwrap_or(255))),
        Err(_cut) => Err(ClientError::new(Code::EngineCut)
            .with("socket", visible::path(session.client.socket()))
            .with("reason", "wait")
            .into()),
    }
}

fn runs(session: &CommandSession<'_>, id: &str) -> bool {
    let container: Result<ContainerInspect, ClientError> = session.client.get(&format!("/containers/{id}/json"));
    container.is_ok_and(|container| container.state.running)
}

pub(in crate::cli) fn start(session: &CommandSession<'_>, args: &StartArgs) -> Done {
    if !args.attach && !args.interactive {
        return lifecycle::post_each(session, &args.names, "start", &());
    }
    let [name] = args.names.as_slice() else {
        return Err(ClientError::new(Code::OneContainer).into());
    };
    let container: ContainerInspect = session.client.get(&format!("/containers/{}/json", encode(name)))?;
    let id = container.id.as_str();
    let path = format!("/containers/{id}");
    let tty = container.config.tty;
    terminal::check(tty, args.interactive)?;
    let hijacked = hijack(session, &path, Streams::all(args.interactive), args.detach_keys.as_ref())?;
    let wait = wait(session, &path, Some(end(container.host_config.asked.auto_remove)))?;
    session.client.call(Method::POST, &format!("{path}/start"), None::<&()>).map_err(not_started)?;
    let (resize, signals) = (format!("{path}/resize"), Some(format!("{path}/kill")));
    let talk = Talk { client: &session.client, hijacked, tty, stdin: args.interactive, resize, signals };
    talk.hold()?;
    finish(session, id, wait)
}

pub(in crate::cli) fn attach(session: &CommandSession<'_>, args: &AttachArgs) -> Done {
    let container: ContainerInspect = session.client.get(&format!("/containers/{}/json", encode(&args.name)))?;
    let id = container.id.as_str();
    if !container.state.running {
        let state = &container.state.status;
        return Err(ClientError::new(Code::ContainerNotRunning)
            .with("container", &args.name)
            .with("state", state)
            .into());
    }
    let path = format!("/containers/{id}");
    let tty = container.config.tty;
    let stdin = !args.no_stdin && container.config.open_stdin;
    terminal::check(tty, stdin)?;
    let hijacked = hijack(session, &path, Streams::all(stdin), args.detach_keys.as_ref())?;
    let wait = wait(session, &path, None)?;
    let (resize, signals) = (format!("{path}/resize"), Some(format!("{path}/kill")));
    Talk { client: &session.client, hijacked, tty, stdin, resize, signals }.hold()?;
    if tty && stdin && runs(session, id) {
        return Err(terminal::left(session.words));
    }
    finish(session, id, wait)
}

pub(in crate::cli) fn exec(session: &CommandSession<'_>, args: &ExecArgs) -> Done {
    let attached = !args.detach;
    if attached {
        terminal::check(args.tty, args.interactive)?;
    }
    let body = ExecCreate {
        attach_stdin: args.interactive && attached,
        attach_stdout: attached,
        attach_stderr: attached,
        tty: args.tty,
        cmd: Some(args.command().to_vec()),
        env: Some(request::variables(&args.env).map_err(super::flag)?),
        working_dir: Some(args.workdir.clone().unwrap_or_default()),
        user: Some(args.user.clone().unwrap_or_default()),
        privileged: args.privileged,
        console_size: args.tty.then(out::size).flatten(),
        detach_keys: args.detach_keys.clone(),
        ..ExecCreate::default()
    };
    let Id { id } = session.client.post(&format!("/containers/{}/exec", encode(args.name())), &body)?;
    if !attached {
        session.client.call(
            Method::POST,
            &format!("/exec/{id}/start"),
            Some(&ExecStart { detach: true, tty: args.tty }),
        )?;
        return Ok(());
    }
    terminal::command(&session.client, &id, args.tty, args.interactive, session.words)
}
