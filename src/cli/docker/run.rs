//! `docker run`, `create`, `start`, `attach`, `exec`: what has a terminal.

use super::pull::{self, Where};
use super::{CommandSession, create as request, encode, lifecycle};
use crate::cli::docker_args::{AttachArgs, CreateArgs, ExecArgs, RunArgs, StartArgs};
use crate::cli::terminal::{self, Talk};
use crate::cli::{Done, Failure, out};
use crate::client::{Answer, ClientError};
use crate::spec::visible;
use hyper::Method;
use serde_json::{Value, json};

pub(super) fn run(session: &CommandSession<'_>, args: &RunArgs) -> Done {
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
    let keys = args.detach_keys.as_ref().map_or_else(String::new, |keys| format!("&detachKeys={}", encode(keys)));
    let stream = hijack_path(&path, args.create.interactive, &keys);
    let hijacked = session.client.hijack(&stream, None::<&()>)?;
    let condition = if args.create.rm { "removed" } else { "next-exit" };
    let wait = session.client.open(Method::POST, &format!("{path}/wait?condition={condition}"), None::<&()>, &[])?;
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

fn hijack_path(container: &str, stdin: bool, more: &str) -> String {
    format!("{container}/attach?stream=1&stdout=1&stderr=1&stdin={}{more}", u8::from(stdin))
}

pub(super) fn create(session: &CommandSession<'_>, args: &CreateArgs) -> Done {
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
    let name = args.name.as_ref().map_or_else(String::new, |name| format!("name={}&", encode(name)));
    let platform = platform.map_or_else(String::new, |platform| format!("platform={}", encode(platform)));
    let path = format!("/containers/create?{name}{platform}");
    let created: Result<Value, ClientError> = session.client.post(&path, &body);
    let created = match created {
        Err(error) if error.status == Some(404) && args.pull == "missing" => {
            if place == Where::Stderr {
                out::complaint(session.words.say_with("cli-pulling", &[("image", &args.image)]));
            }
            fetch()?;
            session.client.post::<Value>(&path, &body)?
        }
        result => result?,
    };
    Ok(created["Id"].as_str().unwrap_or_default().to_owned())
}

/// The exit status of `docker run` when there is no container whose status it could be.
pub(super) const REFUSED: u8 = 125;

/// 127 when the program is not there, 126 when it cannot be executed, else 125: docker's own rule.
fn not_started(error: ClientError) -> Failure {
    let status = match error.problem.code.as_str() {
        "command-not-found" => 127,
        "command-not-executable" => 126,
        _ => REFUSED,
    };
    Failure::Said(error, status)
}

/// The conversation is over: because the container has ended, or because the user left it running.
fn finish(session: &CommandSession<'_>, id: &str, mut wait: Answer) -> Done {
    let state: Result<Value, ClientError> = session.client.get(&format!("/containers/{id}/json"));
    if state.is_ok_and(|state| state["State"]["Running"].as_bool() == Some(true)) {
        return Ok(());
    }
    let mut body = Vec::new();
    while let Some(chunk) = wait.chunk()? {
        body.extend_from_slice(&chunk);
    }
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    match answer["StatusCode"].as_i64() {
        Some(0) => Ok(()),
        Some(status) => Err(Failure::Status(u8::try_from(status).unwrap_or(255))),
        None => Err(ClientError::new("engine-cut")
            .with("socket", visible::path(session.client.socket()))
            .with("reason", "wait")
            .into()),
    }
}

pub(super) fn start(session: &CommandSession<'_>, args: &StartArgs) -> Done {
    if !args.attach && !args.interactive {
        return lifecycle::post_each(session, &args.names, "start", "");
    }
    let [name] = args.names.as_slice() else {
        return Err(ClientError::new("one-container").into());
    };
    let container: Value = session.client.get(&format!("/containers/{}/json", encode(name)))?;
    let id = container["Id"].as_str().unwrap_or_default();
    let path = format!("/containers/{id}");
    let tty = container["Config"]["Tty"].as_bool().unwrap_or(false);
    terminal::check(tty, args.interactive)?;
    let hijacked = session.client.hijack(&hijack_path(&path, args.interactive, ""), None::<&()>)?;
    let rm = container["HostConfig"]["AutoRemove"].as_bool().unwrap_or(false);
    let condition = if rm { "removed" } else { "next-exit" };
    let wait = session.client.open(Method::POST, &format!("{path}/wait?condition={condition}"), None::<&()>, &[])?;
    session.client.call(Method::POST, &format!("{path}/start"), None::<&()>).map_err(not_started)?;
    let (resize, signals) = (format!("{path}/resize"), Some(format!("{path}/kill")));
    let talk = Talk { client: &session.client, hijacked, tty, stdin: args.interactive, resize, signals };
    talk.hold()?;
    finish(session, id, wait)
}

pub(super) fn attach(session: &CommandSession<'_>, args: &AttachArgs) -> Done {
    let container: Value = session.client.get(&format!("/containers/{}/json", encode(&args.name)))?;
    let id = container["Id"].as_str().unwrap_or_default();
    if container["State"]["Running"].as_bool() != Some(true) {
        let state = container["State"]["Status"].as_str().unwrap_or_default();
        return Err(ClientError::new("container-not-running")
            .with("container", &args.name)
            .with("state", state)
            .into());
    }
    let path = format!("/containers/{id}");
    let tty = container["Config"]["Tty"].as_bool().unwrap_or(false);
    let stdin = !args.no_stdin && container["Config"]["OpenStdin"].as_bool().unwrap_or(false);
    terminal::check(tty, stdin)?;
    let keys = args.detach_keys.as_ref().map_or_else(String::new, |keys| format!("&detachKeys={}", encode(keys)));
    let hijacked = session.client.hijack(&hijack_path(&path, stdin, &keys), None::<&()>)?;
    let wait = session.client.open(Method::POST, &format!("{path}/wait"), None::<&()>, &[])?;
    let (resize, signals) = (format!("{path}/resize"), Some(format!("{path}/kill")));
    Talk { client: &session.client, hijacked, tty, stdin, resize, signals }.hold()?;
    finish(session, id, wait)
}

pub(super) fn exec(session: &CommandSession<'_>, args: &ExecArgs) -> Done {
    let attached = !args.detach;
    if attached {
        terminal::check(args.tty, args.interactive)?;
    }
    let body = json!({
        "AttachStdin": args.interactive && attached, "AttachStdout": attached, "AttachStderr": attached, "Tty": args.tty,
        "Cmd": args.command, "Env": args.env, "WorkingDir": args.workdir.clone().unwrap_or_default(),
        "User": args.user.clone().unwrap_or_default(), "Privileged": args.privileged,
        "ConsoleSize": args.tty.then(out::size).flatten()
    });
    let created: Value = session.client.post(&format!("/containers/{}/exec", encode(&args.name)), &body)?;
    let id = created["Id"].as_str().unwrap_or_default();
    if !attached {
        session.client.call(Method::POST, &format!("/exec/{id}/start"), Some(&json!({"Detach": true})))?;
        return Ok(());
    }
    terminal::command(&session.client, id, args.tty, args.interactive, session.words.lang())
}
