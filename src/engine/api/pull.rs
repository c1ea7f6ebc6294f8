//! `POST /images/create`: pulls, and prints Docker's stream of JSON lines.

use super::Shared;
use super::answer::{Answer, english, stream};
use super::query::Query;
use crate::client::units::human_size;
use crate::engine::registry::{Credentials, Progress};
use crate::engine::{Cancel, Fault, FaultKind, Result};
use crate::spec::{Platform, Reference};
use crate::trace::OpKind;
use axum::extract::Request;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hyper::body::Bytes;
use serde_json::{Value, json as value};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A layer's bytes are told at most this often, as Docker does.
const PACE: Duration = Duration::from_millis(100);

pub(super) async fn create(engine: Shared, request: Request) -> Answer {
    let query = Query::of(&request);
    let (line, auth) = (super::line(&request), credentials(request.headers())?);
    let reference = reference(&query)?;
    let platform = platform(query.get("platform"))?;
    let (sender, receiver) = mpsc::channel::<Bytes>(256);
    let (begun, has_begun) = tokio::sync::oneshot::channel::<Result<()>>();
    let cancel = Cancel::new();
    let teller =
        Teller { out: sender, cancel: cancel.clone(), state: Mutex::new(Telling { begun: Some(begun), last: None }) };
    let engine = Arc::clone(&engine);
    tokio::task::spawn_blocking(move || {
        let subject = reference.familiar();
        let result = engine.conductor.operate(OpKind::ImagePull, subject, line, &cancel, |cx| {
            let tell = |progress: Progress| teller.tell(progress);
            engine.puller.pull(cx, &reference, platform.as_ref(), auth.as_ref(), &tell)
        });
        teller.finish(result.map(drop));
    });
    // A failure before the first line has a status of its own; later ones are lines of the stream.
    has_begun.await.map_err(|e| Fault::failed("engine-fault").with("reason", e))??;
    Ok(stream("application/json", receiver))
}

/// Turns progress into lines.
struct Teller {
    out: mpsc::Sender<Bytes>,
    cancel: Cancel,
    state: Mutex<Telling>,
}

struct Telling {
    /// Waits for the first line, or for the failure that comes before it.
    begun: Option<tokio::sync::oneshot::Sender<Result<()>>>,
    /// The last bytes told.
    last: Option<(String, Instant)>,
}

impl Teller {
    fn tell(&self, progress: Progress) {
        if self.too_soon(&progress) {
            return;
        }
        self.answer(Ok(()));
        self.line(&line(&progress));
    }

    fn finish(&self, result: Result<()>) {
        let Err(fault) = result else { return self.answer(Ok(())) };
        if self.state.lock().unwrap_or_else(PoisonError::into_inner).begun.is_some() {
            return self.answer(Err(fault));
        }
        let message = english(&fault);
        self.line(&value!({"errorDetail": {"message": message, "dockwalk": fault.problem}, "error": message}));
    }

    fn answer(&self, result: Result<()>) {
        let waiting = self.state.lock().unwrap_or_else(PoisonError::into_inner).begun.take();
        if let Some(Err(_gone)) = waiting.map(|waiting| waiting.send(result)) {
            self.cancel.cancel();
        }
    }

    fn line(&self, line: &Value) {
        if self.out.blocking_send(format!("{line}\r\n").into()).is_err() {
            // Nobody reads any more: the user pressed Ctrl-C.
            self.cancel.cancel();
        }
    }

    fn too_soon(&self, progress: &Progress) -> bool {
        let Progress::Bytes { id, current, total, .. } = progress else { return false };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let soon = state.last.as_ref().is_some_and(|(last, at)| last == id && at.elapsed() < PACE);
        if soon && current < total {
            return true;
        }
        state.last = Some((id.clone(), Instant::now()));
        false
    }
}

fn line(progress: &Progress) -> Value {
    match progress {
        Progress::Status { id: Some(id), text } if text.starts_with("Pulling from") => {
            value!({"status": text, "id": id})
        }
        Progress::Status { id: Some(id), text } => value!({"status": text, "progressDetail": {}, "id": id}),
        Progress::Status { id: None, text } => value!({"status": text}),
        Progress::Bytes { id, phase, current, total } => value!({
            "status": phase, "progressDetail": {"current": current, "total": total},
            "progress": bar(*current, *total), "id": id
        }),
    }
}

/// `[=====>     ]  1.2MB/3.4MB`, as Docker draws it.
fn bar(current: u64, total: u64) -> String {
    let done = usize::try_from(current * 50 / total.max(1)).unwrap_or(50).min(50);
    let head = if done < 50 { ">" } else { "" };
    let drawn = format!("{}{head}", "=".repeat(done));
    format!("[{drawn:<50}] {:>7}/{}", human_size(current, 4), human_size(total, 4))
}

/// `fromImage=lab/shell&tag=1`; the tag may be a digest.
fn reference(query: &Query) -> Result<Reference> {
    let image = query.get("fromImage").ok_or_else(|| {
        let fault = Fault::new(FaultKind::BadRequest, "unsupported-option");
        fault.with("option", "fromSrc").with("value", query.get("fromSrc").unwrap_or_default())
    })?;
    let text = match query.get("tag") {
        None => image.to_owned(),
        Some(digest) if digest.contains(':') => format!("{image}@{digest}"),
        Some(tag) => format!("{image}:{tag}"),
    };
    let bad = |e| Fault::new(FaultKind::BadRequest, "invalid-reference").with("reference", &text).with("reason", e);
    text.parse::<Reference>().map_err(bad)
}

pub(super) fn platform(text: Option<&str>) -> Result<Option<Platform>> {
    let bad = |text: &str| Fault::new(FaultKind::BadRequest, "invalid-platform").with("platform", text);
    text.map(|text| Platform::parse(text).ok_or_else(|| bad(text))).transpose()
}

/// X-Registry-Auth: base64url of JSON. An empty object means nobody.
fn credentials(headers: &HeaderMap) -> Result<Option<Credentials>> {
    let Some(text) = headers.get("x-registry-auth").and_then(|v| v.to_str().ok()).filter(|v| !v.is_empty()) else {
        return Ok(None);
    };
    let bad = || Fault::new(FaultKind::BadRequest, "bad-credentials");
    let padded = format!("{text}{}", "=".repeat((4 - text.trim_end_matches('=').len() % 4) % 4));
    let padded = if text.ends_with('=') { text.to_owned() } else { padded };
    let bytes = URL_SAFE.decode(padded).map_err(|_not_base64| bad())?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_not_json| bad())?;
    let field = |name: &str| value[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(if let Some(token) = field("identitytoken") {
        Some(Credentials::Identity(token))
    } else if let Some(token) = field("registrytoken") {
        Some(Credentials::Registry(token))
    } else if let (Some(username), Some(password)) = (field("username"), field("password")) {
        Some(Credentials::Basic { username, password })
    } else {
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(auth: &str) -> Result<Option<Credentials>> {
        let mut headers = HeaderMap::new();
        headers.insert("x-registry-auth", auth.parse().unwrap());
        credentials(&headers)
    }

    #[test]
    fn credentials_come_in_the_forms_the_cli_sends() {
        assert!(credentials(&HeaderMap::new()).unwrap().is_none());
        assert!(with("e30=").unwrap().is_none());
        assert!(with("e30").unwrap().is_none());
        let basic = URL_SAFE.encode(r#"{"username":"u","password":"p","serveraddress":"x"}"#);
        assert!(matches!(with(&basic).unwrap(), Some(Credentials::Basic { .. })));
        assert_eq!(with("!!").unwrap_err().problem.code, "bad-credentials");
    }

    #[test]
    fn a_bar_is_drawn_as_docker_draws_it() {
        let half = format!("[{}>{}]     50B/100B", "=".repeat(25), " ".repeat(24));
        assert_eq!(bar(50, 100), half);
    }
}
