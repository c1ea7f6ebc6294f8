use crate::client::protocol::HostCommand;
use crate::docker::{ExecCreate, Json, from_json};
use crate::engine::api::{document, ordered};
use crate::engine::container::{bounds, examine};
use crate::engine::documents::sha256;
use crate::trace::{Config, Descriptor};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a client sends, and what the image says that it names: refused, or within all bounds when it is handed on.
pub fn requests(bytes: &[u8]) {
    // The line before the first line end is an image's config, what is after it the body.
    let (first, body) = bytes.iter().position(|&b| b == b'\n').map_or((&b"{}"[..], bytes), |end| bytes.split_at(end));
    let config = image_config(first);
    if let Ok(body) = ordered(body) {
        create(&body, &config);
        exec(&body);
    }
    drop(document::<HostCommand>(body));
}

fn exec(body: &Json) {
    if let Ok(session) = from_json::<ExecCreate>(body)
        && examine::session(&session).is_ok()
    {
        let texts: Vec<_> = session.cmd.iter().chain(&session.env).flatten().collect();
        texts_fit(&texts);
        path_fits(session.working_dir.as_deref().unwrap_or_default());
    }
}

fn create(body: &Json, config: &Config) {
    let Ok(accepted) = examine::create(body, config) else { return };
    let merged = &accepted.merged;
    let texts: Vec<_> = merged.entrypoint.iter().chain(&merged.cmd).chain(&merged.env).collect();
    assert!(!merged.argv().is_empty());
    texts_fit(&texts);
    path_fits(&merged.cwd);
    assert!(merged.env.len() <= bounds::VARIABLES && merged.labels.len() <= bounds::LABELS);
    assert!(merged.user.len() <= bounds::USER && !merged.user.chars().any(char::is_control));
    assert!(merged.stop_signal != 0);
    assert!(!merged.hostname.is_empty() && merged.hostname.len() <= bounds::HOSTNAME);
    assert!(merged.hostname.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{:?}", merged.hostname);
    assert!(accepted.targets.len() <= bounds::MOUNTS);
    for (at, target) in accepted.targets.iter().enumerate() {
        path_fits(target);
        let parts: Vec<_> = target.split('/').skip(1).collect();
        assert!(target.starts_with('/') && parts.iter().all(|part| !matches!(*part, "" | "." | "..")), "{target:?}");
        assert!(!accepted.targets[..at].contains(target), "{target:?} twice");
    }
}

fn texts_fit(texts: &[&String]) {
    assert!(texts.iter().all(|text| text.len() <= bounds::TEXT && !text.contains('\0')));
    assert!(texts.iter().map(|text| text.len() + 1).sum::<usize>() <= bounds::TEXTS);
}

fn path_fits(path: &str) {
    assert!(
        path.len() <= bounds::PATH && !path.contains('\0') && (path.is_empty() || path.starts_with('/')),
        "{path:?}"
    );
    assert!(path.split('/').all(|name| name.len() <= bounds::NAME), "{path:?}");
}

/// As much of an image's config as a container takes from it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Said {
    env: Vec<String>,
    cmd: Vec<String>,
    entrypoint: Vec<String>,
    working_dir: String,
    user: String,
    volumes: Vec<String>,
    stop_signal: Option<String>,
    labels: BTreeMap<String, String>,
}

fn image_config(bytes: &[u8]) -> Config {
    let said: Said = serde_json::from_slice(bytes).unwrap_or_default();
    let this = Descriptor {
        media_type: String::new(),
        digest: sha256(bytes),
        size: bytes.len() as u64,
        platform: None,
        annotations: BTreeMap::new(),
    };
    Config {
        this,
        platform: crate::spec::Platform::host(),
        created: None,
        env: said.env,
        cmd: said.cmd,
        entrypoint: said.entrypoint,
        working_dir: said.working_dir,
        user: said.user,
        volumes: said.volumes,
        exposed_ports: Vec::new(),
        stop_signal: said.stop_signal,
        labels: said.labels,
        diff_ids: Vec::new(),
        history: Vec::new(),
    }
}
