//! `docker run`, `create`, `start`, `attach`, `exec`: what has a terminal.

use super::pull::{self, Where};
use super::{CommandSession, create as request, encode, lifecycle};
use crate::cli::docker_args::{AttachArgs, CreateArgs, ExecArgs, RunArgs, StartArgs};
use crate::cli::terminal::{self, Talk};
use crate::cli::{Done, Failure, out, report};
use crate::client::{Answer, ClientError, Hijacked};
use crate::docker::{
    AttachQuery, ContainerCreateQuery, ContainerCreated, ContainerEnded, ContainerInspect, ContainerWaitQuery,
    ExecCreate, ExecStart, Id, WaitCondition, WaitError, with_query,
};
use crate::spec::visible;
use crate::trace::Code;
use hyper::Method;

pub(in crate::cli) fn run(session: &CommandSession<'_>, args: &RunArgs) -> Done {
    let attached = !args.detach;
    if attached {
        terminal::check(args.create.tty, args.create.interactive)?;
    }
    let id = make(session, &args.create, attached).map_err(|error| Failure::Said(error, REFUSED))?;
    let path = format!("/containers/{id}");
    if !attached {
        session.client.call(Method::POST, &format!("{path}/start"), None::<&()>).map_err(not_started)?;
        out::line(id);
        return Ok(());
    }
    let hijacked = hijack(session, &path, args.create.interactive, args.detach_keys.as_ref())?;
    let wait = wait(session, &path, Some(end(args.create.rm)))?;
    session.client.call(Method::POST, &format!("{path}/start"), None::<&()>).map_err(not_started)?;
    let talk = Talk {
        client: &session.client,
        hijacked,
        tty: args.create.tty,
        stdin: args.create.interactive,
        resize: format!("{path}/resize"),
        signals: args.sig_proxy.then(|| format!("{path}/kill")),
    };
    talk.hold()?;
    finish(session, &id, wait)
}

/// The connection to what runs in the container at `path`.
fn hijack(
    session: &CommandSession<'_>,
    path: &str,
    stdin: bool,
    detach_keys: Option<&String>,
) -> Result<Hijacked, ClientError> {
    let query = AttachQuery {
        stream: true,
        stdin,
        stdout: true,
        stderr: true,
        detach_keys: detach_keys.cloned(),
        ..AttachQuery::default()
    };
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
    out::line(make(session, args, true)?);
    Ok(())
}

/// Creates the container, pulling the image when it is not there.
fn make(session: &CommandSession<'_>, args: &CreateArgs, attached: bool) -> Result<String, ClientError> {
    let size = args.tty.then(out::size).flatten();
    let body = request::body(args, attached, size)?;
    let place = if args.quiet { Where::Nowhere } else { Where::Stderr };
    let platform = args.platform.as_deref();
    let fetch = || pull::pull(session, &pull::parse(&args.image)?, platform, place);
    if args.pull == "always" {
        fetch()?;
    }
    let query = ContainerCreateQuery { name: args.name.clone(), platform: args.platform.clone() };
    let path = with_query("/containers/create", &query);
    let created: Result<ContainerCreated, ClientError> = session.client.post(&path, &body);
    let created = match created {
        Err(error) if error.status == Some(404) && args.pull == "missing" => {
            if place == Where::Stderr {
                out::complaint(session.words.say_with("cli-pulling", &[("image", &args.image)]));
            }
            fetch()?;
            session.client.post(&path, &body)?
        }
        result => result?,
    };
    created.dockwalk.iter().for_each(|warning| report::complain(session.words, warning));
    Ok(created.id)
}

/// The exit status of `docker run` when there is no container whose status it could be.
pub(in crate::cli) const REFUSED: u8 = 125;

/// 127 when the program is not there, 126 when it cannot be executed, else 125: docker's own rule.
fn not_started(error: ClientError) -> Failure {
    let status = match error.problem.code {
        Code::CommandNotFound | Code::HostCommandNotFound => 127,
        Code::CommandNotExecutable | Code::HostCommandNotExecutable => 126,
        _ => REFUSED,
    };
    Failure::Said(error, status)
}

/// The conversation is over: because the container has ended, or because the user left it running.
fn finish(session: &CommandSession<'_>, id: &str, mut wait: Answer) -> Done {
    let container: Result<ContainerInspect, ClientError> = session.client.get(&format!("/containers/{id}/json"));
    if container.is_ok_and(|container| container.state.running) {
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
    let hijacked = hijack(session, &path, args.interactive, None)?;
    let wait = wait(session, &path, Some(end(container.host_config.auto_remove)))?;
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
    let hijacked = hijack(session, &path, stdin, args.detach_keys.as_ref())?;
    let wait = wait(session, &path, None)?;
    let (resize, signals) = (format!("{path}/resize"), Some(format!("{path}/kill")));
    Talk { client: &session.client, hijacked, tty, stdin, resize, signals }.hold()?;
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
        cmd: Some(args.command.clone()),
        env: Some(args.env.clone()),
        working_dir: Some(args.workdir.clone().unwrap_or_default()),
        user: Some(args.user.clone().unwrap_or_default()),
        privileged: args.privileged,
        console_size: args.tty.then(out::size).flatten(),
        detach_keys: args.detach_keys.clone(),
        ..ExecCreate::default()
    };
    let Id { id } = session.client.post(&format!("/containers/{}/exec", encode(&args.name)), &body)?;
    if !attached {
        session.client.call(
            Method::POST,
            &format!("/exec/{id}/start"),
            Some(&ExecStart { detach: true, tty: args.tty }),
        )?;
        return Ok(());
    }
    terminal::command(&session.client, &id, args.tty, args.interactive, session.words.lang())
}
