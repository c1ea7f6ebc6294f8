//! Image config and request, merged by Docker's rules (moby `daemon/commit.go`, `merge`).

use super::request::Request;
use super::{Merged, bounds, signal};
use crate::docker::clean;
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::ContainerId;
use crate::trace::{Code, Config, NetworkMode};
use std::collections::HashSet;

/// What a container is asked to end with.
const SIGTERM: i32 = 15;

/// What will run.
pub(super) fn merge(request: &Request, config: &Config, id: &ContainerId) -> Result<Merged> {
    let network = network(request)?;
    let (entrypoint, cmd) = program(request, config);
    if entrypoint.is_empty() && cmd.is_empty() {
        return Err(Fault::new(FaultKind::BadRequest, Code::NoCommand).with("image", &request.image));
    }
    let stop_signal = match request.stop_signal.as_deref().filter(|text| !text.is_empty()) {
        Some(asked) => signal::parse_kept(asked)?,
        None => config.stop_signal.as_deref().filter(|text| !text.is_empty()).map_or(SIGTERM, signal::of_image),
    };
    let mut labels = config.labels.clone();
    labels.extend(request.labels.clone());
    let hostname = match (request.hostname.as_str(), &network) {
        ("", NetworkMode::Host) => nix::sys::utsname::uname()
            .map(|of| of.nodename().to_string_lossy().into_owned())
            .map_err(|e| Fault::io("read", "the host's name", &e.into()))?,
        ("", _) => id.short().to_owned(),
        (asked, _) => asked.to_owned(),
    };
    let merged = Merged {
        entrypoint,
        cmd,
        env: environment(&config.env, &request.env),
        cwd: shortest(&first(&request.working_dir, &config.working_dir)),
        user: first(&request.user, &config.user),
        hostname,
        network,
        stop_signal,
        labels,
    };
    bounded(&merged, &request.image)?;
    Ok(merged)
}

/// What a request and an image make together. What is wrong with it and was not with the request is the image's.
pub(super) fn bounded(merged: &Merged, image: &str) -> Result<()> {
    let of = |field: &str| format!("{field} (image {image})");
    bounds::user(&of("User"), &merged.user)?;
    bounds::directory(&of("WorkingDir"), &merged.cwd)?;
    bounds::arguments(&of("Entrypoint"), &merged.entrypoint)?;
    bounds::arguments(&of("Cmd"), &merged.cmd)?;
    bounds::variables(&of("Env"), &merged.env)?;
    bounds::labels(&of("Labels"), &merged.labels)?;
    bounds::together(merged.entrypoint.iter().chain(&merged.cmd).chain(&merged.env))
}

/// An entry point of the request puts the image's command aside; a command of the request replaces the image's.
fn program(request: &Request, config: &Config) -> (Vec<String>, Vec<String>) {
    match &request.entrypoint {
        Some(words) if !words.is_empty() => {
            // `--entrypoint ""` is sent as one empty word: no entry point at all.
            let entrypoint = words.iter().filter(|_| *words != [""]).cloned().collect();
            (entrypoint, request.cmd.clone())
        }
        // One that is there and has no words takes the image's away, but not its command.
        asked => {
            let entrypoint = if asked.is_some() { Vec::new() } else { config.entrypoint.clone() };
            (entrypoint, if request.cmd.is_empty() { config.cmd.clone() } else { request.cmd.clone() })
        }
    }
}

/// The request's variables, then those of the image that are not named yet, be it by the image itself; all of the image's where the
/// request has none. A name without `=` stays: it takes away what would be there otherwise, when a process gets its environment.
fn environment(image: &[String], request: &[String]) -> Vec<String> {
    if request.is_empty() {
        return image.to_vec();
    }
    let name = |entry: &String| entry.split('=').next().unwrap_or_default().to_owned();
    let mut named: HashSet<String> = request.iter().map(name).collect();
    request.iter().chain(image.iter().filter(|entry| named.insert(name(entry)))).cloned().collect()
}

/// Whether there is a network of that name is seen when the container is started, as with Docker.
fn network(request: &Request) -> Result<NetworkMode> {
    if request.network_disabled {
        return Ok(NetworkMode::None);
    }
    let mode = request.host_config.network_mode.as_str();
    bounds::length("HostConfig.NetworkMode", mode, bounds::NAME)?;
    Ok(mode.into())
}

/// Go's `filepath.Clean`, which Docker does to it. One that is not absolute is refused as it is.
fn shortest(path: &str) -> String {
    if path.starts_with('/') { clean::absolute(path) } else { path.to_owned() }
}

fn first(a: &str, b: &str) -> String {
    if a.is_empty() { b.to_owned() } else { a.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_called_by_its_shortest_name() {
        for (asked, shown) in [
            ("/a/../b//c/", "/b/c"),
            ("/", "/"),
            ("", ""),
            ("/../..", "/"),
            ("/a/.", "/a"),
            ("relative/..", "relative/.."),
        ] {
            assert_eq!(shortest(asked), shown, "{asked}");
        }
    }

    #[test]
    fn the_requests_variables_win_over_the_images() {
        let image = ["PATH=/bin".to_owned(), "A=1".to_owned(), "B=1".to_owned()];
        let request = ["A=2".to_owned(), "C=3".to_owned(), "B".to_owned(), "D".to_owned()];
        assert_eq!(environment(&image, &request), ["A=2", "C=3", "B", "D", "PATH=/bin"]);
        let twice = ["A=1", "A", "PATH=/bin", "PATH"].map(str::to_owned);
        assert_eq!(environment(&twice, &["PATH".to_owned()]), ["PATH", "A=1"]);
        assert_eq!(environment(&twice, &[]), twice);
    }
}
