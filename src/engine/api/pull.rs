//! `POST /images/create` and `POST /images/{name}/push`: pulls and pushes, and prints Docker's stream of JSON lines.

use super::Shared;
use super::answer::Answer;
use super::names::platform;
use super::progress::{ProgressStream, bytes};
use super::query;
use crate::docker::{AuthConfig, ImageCreateQuery, ImagePushQuery, ProgressDetail, ProgressLine, Pushed};
use crate::engine::registry::{Credentials, Progress};
use crate::engine::{Cancel, Engine, Fault, FaultKind, Result};
use crate::spec::Reference;
use crate::trace::{Code, OpKind};
use axum::extract::Request;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A layer's bytes are told at most this often, as Docker does.
const PACE: Duration = Duration::from_millis(100);

/// `POST images/create` out of a registry.
pub(super) async fn create(engine: Shared, request: Request, image: &str, query: &ImageCreateQuery) -> Answer {
    let (line, auth) = (super::line(&request), credentials(request.headers())?);
    let all = names_all(image, query.tag.as_deref());
    let reference = reference(image, query.tag.as_deref())?;
    let platform = platform(query.platform.as_deref())?;
    let engine = Arc::clone(&engine);
    told(move |screen, cancel| {
        let told = if all { Reference { tag: None, ..reference } } else { reference };
        let result = engine.conductor.operate(OpKind::ImagePull, told.familiar(), line, cancel, |cx| {
            let tell = |progress: Progress| screen.tell(&progress);
            let (platform, auth) = (platform.as_ref(), auth.as_ref());
            if all {
                return engine.puller.pull_all(cx, &told, platform, auth, &tell);
            }
            engine.puller.pull(cx, &told, platform, auth, &tell).map(drop)
        });
        result?;
        engine.tell_transfer(&told, "pull");
        Ok(())
    })
    .await
}

/// `POST images/{name}/push`; all tags of that name without a tag.
pub(super) async fn push(engine: Arc<Engine>, name: String, request: Request) -> Answer {
    let ImagePushQuery { tag } = query::read(&request)?;
    let (line, auth) = (super::line(&request), credentials(request.headers())?);
    let references = to_push(&engine, &name, tag.as_deref())?;
    told(move |screen, cancel| {
        engine.conductor.operate(OpKind::ImagePush, &name, line, cancel, |cx| {
            let tell = |progress: Progress| screen.tell(&progress);
            references.iter().try_for_each(|reference| {
                engine.puller.push(cx, reference, auth.as_ref(), &tell)?;
                engine.tell_transfer(reference, "push");
                Ok(())
            })
        })
    })
    .await
}

fn to_push(engine: &Engine, name: &str, tag: Option<&str>) -> Result<Vec<Reference>> {
    let text = tag.map_or_else(|| name.to_owned(), |tag| format!("{name}:{tag}"));
    let reference: Reference = text.parse()?;
    if tag.is_some() || reference.digest.is_some() {
        return Ok(vec![reference]);
    }
    let all = engine.store.images().into_iter().flat_map(|image| image.tags);
    let all: Vec<_> = all.filter(|known| known.name() == reference.name()).collect();
    let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchImage).with("image", name);
    if all.is_empty() { Err(missing()) } else { Ok(all) }
}

/// Does something that tells its progress; the answer is what it tells.
async fn told(act: impl FnOnce(&Screen, &Cancel) -> Result<()> + Send + 'static) -> Answer {
    let cancel = Cancel::new();
    let (stream, told) = ProgressStream::new(&cancel);
    let screen = Screen { stream, last: Mutex::new(None) };
    tokio::task::spawn_blocking(move || {
        let result = act(&screen, &cancel);
        screen.stream.finish(result);
    });
    told.answer().await
}

/// Turns progress into lines.
struct Screen {
    stream: ProgressStream,
    /// The last bytes told.
    last: Mutex<Option<(String, Instant)>>,
}

impl Screen {
    fn tell(&self, progress: &Progress) {
        if !self.too_soon(progress) {
            self.stream.say(&line(progress));
            if let Progress::Pushed { tag, digest, size } = progress {
                let pushed = Pushed { tag: tag.clone(), digest: digest.clone(), size: *size };
                let progress_detail = Some(ProgressDetail::default());
                self.stream.say(&ProgressLine { progress_detail, aux: Some(pushed), ..ProgressLine::default() });
            }
        }
    }

    fn too_soon(&self, progress: &Progress) -> bool {
        let Progress::Bytes { id, current, total, .. } = progress else { return false };
        let mut last = self.last.lock();
        let soon = last.as_ref().is_some_and(|(last, at)| last == id && at.elapsed() < PACE);
        if soon && current < total {
            return true;
        }
        *last = Some((id.clone(), Instant::now()));
        false
    }
}

fn line(progress: &Progress) -> ProgressLine {
    match progress {
        Progress::Status { id, text } => {
            let of_a_layer = id.is_some() && !text.starts_with("Pulling from");
            let progress_detail = of_a_layer.then(ProgressDetail::default);
            ProgressLine { id: id.clone(), progress_detail, ..ProgressLine::status(text) }
        }
        Progress::Pushed { tag, digest, size } => ProgressLine::status(format!("{tag}: digest: {digest} size: {size}")),
        Progress::Bytes { id, phase, current, total } => bytes(id, phase, *current, *total),
    }
}

/// A name with neither a tag nor a digest means all tags of it (moby `distribution/pull_v2.go`).
fn names_all(image: &str, tag: Option<&str>) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    tag.is_none() && !image.contains('@') && !name.contains(':')
}

/// `lab/shell` and `1`; the tag may be a digest.
fn reference(image: &str, tag: Option<&str>) -> Result<Reference> {
    let text = match tag {
        None => image.to_owned(),
        Some(digest) if digest.contains(':') => format!("{image}@{digest}"),
        Some(tag) => format!("{image}:{tag}"),
    };
    Ok(text.parse::<Reference>()?)
}

/// X-Registry-Auth: base64url of JSON. An empty object means nobody.
fn credentials(headers: &HeaderMap) -> Result<Option<Credentials>> {
    let Some(text) = headers.get("x-registry-auth").and_then(|v| v.to_str().ok()).filter(|v| !v.is_empty()) else {
        return Ok(None);
    };
    let bad = || Fault::new(FaultKind::BadRequest, Code::BadCredentials);
    let padded = format!("{text}{}", "=".repeat((4 - text.trim_end_matches('=').len() % 4) % 4));
    let padded = if text.ends_with('=') { text.to_owned() } else { padded };
    let bytes = URL_SAFE.decode(padded).map_err(|_not_base64| bad())?;
    let said: AuthConfig = serde_json::from_slice(&bytes).map_err(|_not_json| bad())?;
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(if let Some(token) = given(said.identitytoken) {
        Some(Credentials::Identity(token))
    } else if let Some(token) = given(said.registrytoken) {
        Some(Credentials::Registry(token))
    } else if let (Some(username), Some(password)) = (given(said.username), given(said.password)) {
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
    fn a_name_alone_means_all_of_its_tags() {
        assert!(names_all("lab/shell", None) && names_all("reg:5000/a", None));
        for (image, tag) in [("lab/shell:1", None), ("lab/shell", Some("1")), ("a@sha256:0", None), ("reg/a:1", None)] {
            assert!(!names_all(image, tag), "{image}");
        }
    }

    #[test]
    fn credentials_come_in_the_forms_the_cli_sends() {
        assert!(credentials(&HeaderMap::new()).unwrap().is_none());
        assert!(with("e30=").unwrap().is_none());
        assert!(with("e30").unwrap().is_none());
        let basic = URL_SAFE.encode(r#"{"username":"u","password":"p","serveraddress":"x"}"#);
        assert!(matches!(with(&basic).unwrap(), Some(Credentials::Basic { .. })));
        assert_eq!(with("!!").unwrap_err().problem.code, Code::BadCredentials);
    }
}
