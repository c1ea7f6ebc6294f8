//! The HTTP API on the unix socket: Docker's Engine API, and dockwalk's own under `/dockwalk/v1/`.
//!
//! ```text
//! request ─▶ version prefix off ─▶ router ─▶ handler ─spawn_blocking─▶ Engine (steps may wait at the gate) ─▶ JSON | stream | 101
//! ```
//!
//! How many connections there are, how slow and how large what comes over them: `serve`, `guard` (a connection's bytes), `json`
//! (small bodies). Handlers translate; what is done stands in the modules beside this one. Reference: Docker Engine API v1.43.

mod answer;
mod archive;
mod attach;
mod body;
mod containers;
mod copy;
mod dockwalk;
mod events;
mod exec;
mod exposed;
mod filter;
mod frames;
mod guard;
mod images;
mod inspect;
mod isolation;
mod json;
mod layers;
mod listen;
mod logs;
mod moves;
mod names;
mod networks;
mod peers;
mod picked;
mod progress;
mod prune;
mod pull;
mod query;
mod reach;
mod registry;
mod serve;
mod speed;
mod stats;
mod stays;
mod system;
#[cfg(test)]
mod tests;
mod unserved;
mod usage;
mod version;
mod volumes;

#[cfg(any(test, fuzzing))]
pub use json::{ordered, parse as document};
pub use listen::{Listening, check, listen, prepare};

use super::Engine;
use super::conductor::Asked;
use crate::docker::Endpoint;
use axum::Router;
use axum::extract::Request;
use axum::routing::{MethodRouter, delete, get, head, post, put};
use std::collections::HashSet;
use std::sync::Arc;

/// What handlers are given.
type Shared = axum::extract::State<Arc<Engine>>;

/// The service, without the version prefix.
fn router(engine: Arc<Engine>) -> Router {
    let own = Router::new()
        .route("/info", get(dockwalk::info))
        .route("/trace", get(dockwalk::trace))
        .route("/gate", get(dockwalk::gate).post(dockwalk::command))
        .route("/evidence/{seq}", get(dockwalk::evidence))
        .route("/images/{*rest}", get(layers::of_image))
        .route("/layers/{chain}/entries", get(layers::entries))
        .route("/layers/{chain}/content", get(layers::content))
        .route("/containers/{id}/layer/entries", get(layers::of_container))
        .route("/containers/{id}/layer/content", get(layers::content_of_container))
        .route("/containers/{id}/usage", post(isolation::usage))
        .route("/containers/{id}/try", post(isolation::try_call))
        .route("/volumes/{name}/outline", get(moves::outline))
        .route("/volumes/{name}/export", get(moves::export))
        .route("/volumes/import", post(moves::import))
        .route("/counters", get(reach::counters))
        .route("/doctor", get(dockwalk::doctor))
        .route("/host", post(dockwalk::host))
        .route("/registry/damage", get(registry::damaged).post(registry::damage).delete(registry::mend))
        .route("/registry/tag", post(registry::move_tag))
        .route("/images/fsck", post(archive::fsck))
        .route("/reach", post(reach::reach))
        .route("/walk", post(reach::walk))
        .route("/reach/lines", post(reach::lines))
        .route("/speed", post(speed::speed))
        .route("/rewind", post(dockwalk::rewind))
        .route("/stop", post(dockwalk::stop));
    dockers()
        .nest("/dockwalk/v1", own)
        .fallback(unserved::unknown)
        .method_not_allowed_fallback(unserved::unknown)
        .layer(axum::middleware::from_fn(unserved::elsewhere))
        .layer(axum::middleware::map_response(version::headers))
        .with_state(engine)
}

/// Docker's endpoints, from their own list.
fn dockers() -> Router<Arc<Engine>> {
    let (mut router, mut taken) = (Router::new(), HashSet::new());
    for endpoint in Endpoint::ALL {
        // A name with slashes in it fits no pattern but the one that takes all; what follows the name is told apart there.
        let path = endpoint.of_one_image().map_or(endpoint.path(), |_| "/images/{*rest}");
        if taken.insert((endpoint.method(), path)) {
            router = router.route(path, handler(*endpoint));
        }
    }
    router
}

/// Who answers.
fn handler(endpoint: Endpoint) -> MethodRouter<Arc<Engine>> {
    use Endpoint as E;
    match endpoint {
        E::Ping => get(system::ping),
        E::Version => get(system::version),
        E::Info => get(system::info),
        E::Events => get(events::events),
        E::DiskUsage => get(usage::usage),
        E::BuildPrune => post(usage::prune_builds),
        E::Auth => post(registry::auth),
        E::ImageList => get(images::list),
        E::ImageCreate => post(images::create),
        E::ImagePrune => post(images::prune),
        E::ImageLoad => post(archive::load),
        E::ImageSaveAll => get(archive::save),
        E::ImageInspect | E::ImageHistory | E::ImageSave => get(images::one),
        E::ImageTag | E::ImagePush => post(images::one),
        E::ImageRemove => delete(images::one),
        E::ImageCommit => post(archive::commit),
        E::ContainerList => get(containers::list),
        E::ContainerCreate => post(containers::create),
        E::ContainerPrune => post(prune::containers),
        E::ContainerRemove => delete(containers::remove),
        E::ContainerInspect => get(containers::one),
        E::ContainerChanges => get(containers::changes),
        E::ContainerStart => post(containers::start),
        E::ContainerStop => post(containers::stop),
        E::ContainerRestart => post(containers::restart),
        E::ContainerKill => post(containers::kill),
        E::ContainerPause => post(containers::pause),
        E::ContainerUnpause => post(containers::unpause),
        E::ContainerRename => post(containers::rename),
        E::ContainerUpdate => post(containers::update),
        E::ContainerExport => get(copy::export),
        E::ContainerArchiveStat => head(copy::stat),
        E::ContainerArchiveGet => get(copy::out),
        E::ContainerArchivePut => put(copy::put),
        E::ContainerStats => get(stats::stats),
        E::ContainerTop => get(containers::top),
        E::ContainerWait => post(containers::wait),
        E::ContainerResize => post(containers::resize),
        E::ContainerAttach => post(attach::attach),
        E::ContainerLogs => get(logs::logs),
        E::ExecCreate => post(exec::create),
        E::ExecStart => post(exec::start),
        E::ExecInspect => get(exec::one),
        E::ExecResize => post(exec::resize),
        E::VolumeList => get(volumes::list),
        E::VolumeCreate => post(volumes::create),
        E::VolumePrune => post(volumes::prune),
        E::VolumeInspect => get(volumes::one),
        E::VolumeRemove => delete(volumes::remove),
        E::NetworkList => get(networks::list),
        E::NetworkPrune => post(networks::prune),
        E::NetworkCreate => post(networks::create),
        E::NetworkInspect => get(networks::one),
        E::NetworkRemove => delete(networks::remove),
        E::NetworkConnect => post(networks::connect),
        E::NetworkDisconnect => post(networks::disconnect),
    }
}

/// Path and query as they were sent.
fn sent(request: &Request) -> String {
    let original = request.extensions().get::<version::AsSent>();
    original.map_or_else(|| request.uri().to_string(), |sent| sent.0.clone())
}

/// The request as the user sees it in a trace – method and path, version prefix and all – and who made it.
fn line(request: &Request) -> Asked {
    let path = sent(request);
    let caller = request.extensions().get::<peers::Peer>().map(|peer| peer.caller());
    Asked::by(format!("{} {path}", request.method()), caller)
}
