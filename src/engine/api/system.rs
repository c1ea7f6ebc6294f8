//! `_ping`, `version`, `info`, `events`.

use super::answer::{Answer, Refused, json, stream};
use super::{Shared, version};
use crate::engine::container::Phase;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json as value;

pub(super) async fn ping() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache, no-store, must-revalidate"),
        (header::PRAGMA, "no-cache"),
    ];
    (headers, "OK").into_response()
}

pub(super) async fn version() -> Response {
    let kernel = nix::sys::utsname::uname().map(|u| u.release().to_string_lossy().into_owned()).unwrap_or_default();
    let arch = crate::spec::Platform::host().architecture;
    let ours = env!("CARGO_PKG_VERSION");
    json(&value!({
        "Platform": {"Name": "dockwalk"},
        "Components": [{
            "Name": "Engine", "Version": ours,
            "Details": {"ApiVersion": version::CURRENT, "MinAPIVersion": version::OLDEST, "Os": "linux", "Arch": arch,
                "KernelVersion": kernel, "GitCommit": "", "GoVersion": "", "BuildTime": "", "Experimental": "false"}
        }],
        "Version": ours, "ApiVersion": version::CURRENT, "MinAPIVersion": version::OLDEST,
        "GitCommit": "", "GoVersion": "", "Os": "linux", "Arch": arch, "KernelVersion": kernel, "BuildTime": ""
    }))
}

pub(super) async fn info(engine: Shared) -> Response {
    let world = engine.conductor.world();
    let all = engine.containers.all();
    let running = all.iter().filter(|c| c.state().phase == Phase::Running).count();
    let host = world.host.as_deref();
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kib = text.lines().next()?.split_whitespace().nth(1)?.parse::<u64>().ok()?;
        Some(kib * 1024)
    });
    let mut security = vec!["name=seccomp,profile=builtin"];
    if engine.lab.rootless {
        security.push("name=rootless");
    }
    json(&value!({
        "ID": engine.root.display().to_string(),
        "Name": host.map_or("", |h| h.hostname.as_str()),
        "Containers": all.len(), "ContainersRunning": running, "ContainersPaused": 0,
        "ContainersStopped": all.len() - running, "Images": engine.store.images().len(),
        "Driver": "overlay2", "DriverStatus": [], "Plugins": {"Volume": ["local"], "Network": ["bridge", "host", "null"], "Log": ["json-file"]},
        "MemoryLimit": true, "PidsLimit": true, "CpuCfsQuota": true, "IPv4Forwarding": true,
        "LoggingDriver": "json-file", "CgroupDriver": "cgroupfs",
        "CgroupVersion": if host.is_some_and(|h| h.cgroup == crate::trace::CgroupVersion::V2) { "2" } else { "1" },
        "KernelVersion": host.map_or("", |h| h.kernel.as_str()),
        "OperatingSystem": host.map_or("", |h| h.os.as_str()), "OSType": "linux",
        "Architecture": std::env::consts::ARCH,
        "NCPU": std::thread::available_parallelism().map_or(1, usize::from), "MemTotal": memory.unwrap_or(0),
        "DockerRootDir": engine.root.display().to_string(), "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {"InsecureRegistryCIDRs": ["127.0.0.0/8"], "IndexConfigs": {}, "Mirrors": []},
        "ServerVersion": env!("CARGO_PKG_VERSION"), "SecurityOptions": security, "DefaultRuntime": "dockwalk",
        "Runtimes": {"dockwalk": {"path": "(built in)"}}, "Swarm": {"LocalNodeState": "inactive"},
        "LiveRestoreEnabled": false, "Warnings": []
    }))
}

/// `docker events`: what happens to containers, as it happens.
pub(super) async fn events(engine: Shared) -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let mut length = engine.conductor.recorder().length();
    let mut ending = engine.ending.subscribe();
    let mut position = *length.borrow_and_update();
    tokio::spawn(async move {
        loop {
            let events = engine.conductor.recorder().after(position, 256);
            for event in &events {
                position = event.seq;
                let Some(said) = docker_event(event) else { continue };
                if sender.send(format!("{said}\n").into()).await.is_err() {
                    return;
                }
            }
            if events.is_empty() {
                tokio::select! {
                    changed = length.changed() => if changed.is_err() { return },
                    _ = ending.changed() => return,
                    () = sender.closed() => return,
                }
            }
        }
    });
    stream("application/json", receiver)
}

fn docker_event(event: &crate::trace::Event) -> Option<serde_json::Value> {
    use crate::trace::{Body, Change, ContainerState};
    let Body::Observed { change, .. } = &event.body else { return None };
    let (id, action, status) = match &**change {
        Change::ContainerCreated(container) => (&container.id, "create", None),
        Change::ContainerState { id, state: ContainerState::Running { .. } } => (id, "start", None),
        Change::ContainerState { id, state: ContainerState::Exited { status } } => (id, "die", Some(*status)),
        Change::ContainerGone { id } => (id, "destroy", None),
        _ => return None,
    };
    let mut attributes = serde_json::Map::new();
    if let Some(status) = status {
        attributes.insert("exitCode".into(), status.to_string().into());
    }
    let now = crate::engine::container::time::Moment::now();
    Some(value!({
        "status": action, "id": id, "Type": "container", "Action": action, "scope": "local", "time": now.unix(),
        "Actor": {"ID": id, "Attributes": attributes}
    }))
}

pub(super) async fn unknown(request: Request) -> Answer {
    if let Some(refusal) = version::refuse(request.uri().path()) {
        return Ok(refusal);
    }
    let fault = Fault::new(FaultKind::NotFound, Code::NoSuchEndpoint);
    Err(Refused(fault.with("request", super::line(&request))))
}
