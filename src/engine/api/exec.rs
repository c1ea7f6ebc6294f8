//! `exec`: a command beside a container's main process, or on the lab host.

use super::Shared;
use super::answer::{Answer, cancellable, english, json, nothing, with_status};
use super::attach::{Conversation, DETACH, Typed, said, switching, upgrade_of};
use super::query::Query;
use crate::engine::container::{ExecRequest, ExecSession};
use crate::engine::{Fault, FaultKind};
use crate::i18n::{Lang, Words};
use crate::spec::ContainerId;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json as value};
use std::sync::Arc;

pub(super) async fn create(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let container = engine.containers.find(&id)?;
    let session = engine.prepare_exec(&container, super::json::read::<ExecRequest>(request).await?)?;
    Ok(with_status(StatusCode::CREATED, &value!({"Id": session.id})))
}

pub(super) async fn start(engine: Shared, Path(id): Path<String>, mut request: Request) -> Answer {
    let line = super::line(&request);
    let session = engine.sessions.find(&id)?;
    let upgrade = upgrade_of(&mut request);
    let language = request.headers().get("accept-language").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let words = Words::new(if language.starts_with("ko") { Lang::Ko } else { Lang::En });
    let body: Value = super::json::read(request).await?;
    let engine = Arc::clone(&engine);
    if body["Detach"].as_bool().unwrap_or(false) {
        cancellable(move |cancel| engine.talk(&session, &line, cancel)).await?;
        return Ok(StatusCode::OK.into_response());
    }
    let upgrade = upgrade?;
    let tty = session.request.tty;
    tokio::spawn(async move {
        let (begin, of) = (Arc::clone(&engine), Arc::clone(&session));
        let talk = cancellable(move |cancel| begin.talk(&of, &line, cancel)).await;
        let conversation = match talk {
            Ok(talk) => {
                let input = talk.input.filter(|_| session.request.attach_stdin);
                let input =
                    input.map(|to| Typed { to, keys: if tty { DETACH.to_vec() } else { Vec::new() }, closes: !tty });
                Conversation { tty, early: None, output: Some(talk.output), input, only: (true, true) }
            }
            // The connection has been handed over: the only way left to say it is the way output goes. The exit status
            // is asked for afterwards.
            Err(fault) => {
                tracing::debug!(message = english(&fault), "a command was not started");
                let text = format!("{}\r\n", words.problem(&fault.problem));
                let early = Some(said(text));
                let only = (true, true);
                Conversation { tty, early, output: None, input: None, only }
            }
        };
        conversation.hold(upgrade, engine).await;
    });
    Ok(switching(tty))
}

pub(super) async fn one(engine: Shared, Path(id): Path<String>) -> Answer {
    Ok(json(&describe(&*engine.sessions.find(&id)?)))
}

pub(super) async fn resize(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let session = engine.sessions.find(&id)?;
    let (rows, cols) = super::containers::size(&Query::of(&request))?;
    if rows == 0 || cols == 0 {
        return Err(Fault::new(FaultKind::BadRequest, "bad-number").with("name", "h, w").with("value", 0).into());
    }
    session.resize(rows, cols)?;
    Ok(nothing())
}

fn describe(session: &ExecSession) -> Value {
    let (pid, running, status) = session.life();
    let argv = session.request.cmd.clone().unwrap_or_default();
    value!({
        "ID": session.id, "Running": running, "ExitCode": status, "Pid": pid,
        "ContainerID": session.container.as_ref().map_or("", ContainerId::as_str),
        "OpenStdin": session.request.attach_stdin, "OpenStdout": true, "OpenStderr": true, "CanRemove": status.is_some(),
        "DetachKeys": "", "ProcessConfig": {
            "tty": session.request.tty, "entrypoint": argv.first(), "arguments": argv.get(1..).unwrap_or_default(),
            "privileged": session.request.privileged, "user": session.request.user.clone().unwrap_or_default()
        }
    })
}
