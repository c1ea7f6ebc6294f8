//! `_ping`, `version`, `info`.

use super::answer::json;
use super::{Shared, version};
use crate::docker::{Component, Info, Plugins, RegistryConfig, Runtime, Swarm, Version, VersionPlatform};
use crate::engine::container::{Phase, State};
use crate::engine::machine;
use crate::engine::moment::Moment;
use crate::trace;
use axum::http::header;
use axum::response::{IntoResponse, Response};

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
    let known = [
        ("ApiVersion", version::CURRENT),
        ("MinAPIVersion", version::OLDEST),
        ("Os", "linux"),
        ("Arch", &arch),
        ("KernelVersion", &kernel),
        ("GitCommit", ""),
        ("GoVersion", ""),
        ("BuildTime", ""),
        ("Experimental", "false"),
    ];
    let details = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    json(&Version {
        platform: VersionPlatform { name: "dockwalk".to_owned() },
        components: vec![Component { name: "Engine".to_owned(), version: ours.to_owned(), details }],
        version: ours.to_owned(),
        api_version: version::CURRENT.to_owned(),
        min_api_version: version::OLDEST.to_owned(),
        os: "linux".to_owned(),
        arch,
        kernel_version: kernel,
        ..Version::default()
    })
}

pub(super) async fn info(engine: Shared) -> Response {
    let world = engine.conductor.world();
    let all = engine.containers.all();
    let states: Vec<_> = all.iter().map(|c| c.state()).collect();
    let paused = states.iter().filter(|state| state.is_still()).count();
    let lives = |state: &&State| matches!(state.phase, Phase::Running | Phase::Restarting) && !state.is_still();
    let running = states.iter().filter(lives).count();
    let host = world.host.as_deref();
    let mut security = vec!["name=seccomp,profile=builtin"];
    if engine.lab.rootless {
        security.push("name=rootless");
    }
    let cgroups = engine.spawner.cgroups();
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    json(&Info {
        id: engine.root.display().to_string(),
        name: host.map_or_else(String::new, |h| h.hostname.clone()),
        containers: all.len(),
        containers_running: running,
        containers_paused: paused,
        containers_stopped: all.len() - running - paused,
        images: engine.store.images().len(),
        driver: "overlay2".to_owned(),
        driver_status: Vec::new(),
        plugins: Plugins {
            volume: list(&["local"]),
            network: list(&["bridge", "host", "null"]),
            log: list(&["json-file", "local"]),
        },
        memory_limit: cgroups.limits("memory"),
        swap_limit: cgroups.limits_swap(),
        pids_limit: cgroups.limits("pids"),
        cpu_cfs_period: cgroups.limits("cpu"),
        cpu_cfs_quota: cgroups.limits("cpu"),
        cpu_shares: cgroups.limits("cpu"),
        cpu_set: cgroups.limits("cpuset"),
        ipv4_forwarding: true,
        n_fd: members("/proc/self/fd"),
        n_goroutines: members("/proc/self/task"),
        system_time: Moment::now().rfc3339(),
        logging_driver: "json-file".to_owned(),
        cgroup_driver: "cgroupfs".to_owned(),
        cgroup_version: if host.is_some_and(|h| h.cgroup == trace::CgroupVersion::V2) { "2" } else { "1" }.to_owned(),
        kernel_version: host.map_or_else(String::new, |h| h.kernel.clone()),
        operating_system: host.map_or_else(String::new, |h| h.os.clone()),
        os_type: "linux".to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        ncpu: std::thread::available_parallelism().map_or(1, usize::from),
        mem_total: machine::memory(),
        docker_root_dir: engine.root.display().to_string(),
        index_server_address: "https://index.docker.io/v1/".to_owned(),
        registry_config: RegistryConfig {
            insecure_registry_cidrs: list(&["127.0.0.0/8"]),
            ..RegistryConfig::default()
        },
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        security_options: list(&security),
        default_runtime: "dockwalk".to_owned(),
        runtimes: [("dockwalk".to_owned(), Runtime { path: "(built in)".to_owned() })].into(),
        swarm: Swarm { local_node_state: "inactive".to_owned() },
        // What cannot be set, is not there or is not asked for: false, empty, as Docker sends it.
        ..Info::default()
    })
}

/// How many entries a directory of `/proc` has.
fn members(dir: &str) -> usize {
    std::fs::read_dir(dir).map_or(0, Iterator::count)
}
