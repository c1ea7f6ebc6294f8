//! `exec`: a command beside a container's main process, or on the lab host.

use super::Shared;
use super::answer::{Answer, cancellable, english, json, nothing, with_status};
use super::attach::{Conversation, Left, Typed, begin, detach_keys, said, upgrade_of};
use super::query;
use crate::docker::{ExecCreate, ExecInspect, ExecProcess, ExecStart, Id, ResizeQuery};
use crate::engine::Fault;
use crate::engine::container::ExecSession;
use crate::i18n::{Lang, Words};
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use std::sync::Arc;

pub(super) async fn create(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let container = engine.containers.find(&id)?;
    let asked: ExecCreate = super::json::asked(request).await?;
    let engine = Arc::clone(&engine);
    let session = cancellable(move |cancel| engine.prepare_exec(&container, asked, cancel)).await?;
    Ok(with_status(StatusCode::CREATED, &Id { id: session.id.clone() }))
}

pub(super) async fn start(engine: Shared, Path(id): Path<String>, mut request: Request) -> Answer {
    let line = super::line(&request);
    let upgrade = upgrade_of(&mut request);
    let language = request.headers().get("accept-language").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let words = Words::new(if language.starts_with("ko") { Lang::Ko } else { Lang::En });
    // As Docker: what is asked counts before of what.
    let asked: ExecStart = super::json::asked(request).await?;
    let session = engine.sessions.find(&id)?;
    let engine = Arc::clone(&engine);
    if asked.detach {
        cancellable(move |cancel| engine.talk(&session, &line, cancel)).await?;
        return Ok(StatusCode::OK.into_response());
    }
    // What the process has, and how its output is sent: Docker takes the one from what the command was made with and the other
    // from this request, so a terminal's bytes may well come in frames.
    let (tty, raw) = (session.request.tty, asked.tty);
    let keys = detach_keys(session.request.detach_keys.as_deref().filter(|keys| !keys.is_empty()))?;
    let (types, starts) = (session.request.attach_stdin, Arc::clone(&engine));
    begin(upgrade, types, raw, engine, async move {
        let of = Arc::clone(&session);
        let talk = cancellable(move |cancel| starts.talk(&of, &line, cancel)).await;
        match talk {
            Ok(talk) => {
                let input = talk.input.filter(|_| session.request.attach_stdin);
                let input = input.map(|to| Typed { to, keys: if tty { keys } else { Vec::new() }, closes: !tty });
                let left: Left = Box::new(move |engine| engine.tell_session_left(&session));
                Conversation {
                    raw,
                    early: None,
                    output: Some(talk.output),
                    input,
                    only: (true, true),
                    left: Some(left),
                }
            }
            // The connection has been handed over: the only way left to say it is the way output goes. The exit status
            // is asked for afterwards.
            Err(fault) => {
                tracing::debug!(message = english(&fault), "a command was not started");
                let text = format!("{}\r\n", words.problem(&fault.problem));
                let early = Some(said(text));
                let only = (true, true);
                Conversation { raw, early, output: None, input: None, only, left: None }
            }
        }
    })
}

pub(super) async fn one(engine: Shared, Path(id): Path<String>) -> Answer {
    Ok(json(&describe(&*engine.sessions.find(&id)?)))
}

pub(super) async fn resize(engine: Shared, Path(id): Path<String>, request: Request) -> Answer {
    let session = engine.sessions.find(&id)?;
    let (rows, cols) = query::read::<ResizeQuery>(&request)?.some_size().map_err(Fault::from)?;
    session.resize(rows, cols)?;
    Ok(nothing())
}

fn describe(session: &ExecSession) -> ExecInspect {
    let (pid, running, status) = session.life();
    let asked = &session.request;
    let mut argv = asked.cmd.iter().flatten().cloned();
    ExecInspect {
        id: session.id.clone(),
        running,
        exit_code: status.map(i64::from),
        pid,
        container_id: session.container.as_ref().map_or_else(String::new, ToString::to_string),
        open_stdin: asked.attach_stdin,
        open_stdout: true,
        open_stderr: true,
        can_remove: status.is_some(),
        detach_keys: asked.detach_keys.clone().unwrap_or_default(),
        process_config: ExecProcess {
            tty: asked.tty,
            entrypoint: argv.next().unwrap_or_default(),
            arguments: argv.collect(),
            privileged: asked.privileged,
            user: asked.user.clone().unwrap_or_default(),
        },
    }
}
