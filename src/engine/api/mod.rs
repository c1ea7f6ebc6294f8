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
mod dockwalk;
mod exec;
mod frames;
mod guard;
mod images;
mod inspect;
mod json;
mod layers;
mod listen;
mod logs;
mod networks;
mod peers;
mod progress;
mod pull;
mod query;
mod registry;
mod serve;
mod system;
#[cfg(test)]
mod tests;
mod version;
mod volumes;

#[cfg(any(test, fuzzing))]
pub use json::parse as document;
pub use listen::{Listening, listen, prepare};

use super::Engine;
use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use std::sync::Arc;

/// What handlers are given.
type Shared = axum::extract::State<Arc<Engine>>;

/// The service, without the version prefix.
fn router(engine: Arc<Engine>) -> Router {
    let docker = Router::new()
        .route("/_ping", get(system::ping))
        .route("/version", get(system::version))
        .route("/info", get(system::info))
        .route("/events", get(system::events))
        .route("/auth", post(registry::auth))
        .route("/images/json", get(images::list))
        .route("/images/create", post(pull::create))
        .route("/images/prune", post(images::prune))
        .route("/images/load", post(archive::load))
        .route("/images/get", get(archive::save))
        .route("/commit", post(archive::commit))
        .route("/images/{*rest}", get(images::one).post(images::act).delete(images::remove))
        .route("/containers/json", get(containers::list))
        .route("/containers/create", post(containers::create))
        .route("/containers/{id}", axum::routing::delete(containers::remove))
        .route("/containers/{id}/json", get(containers::one))
        .route("/containers/{id}/changes", get(containers::changes))
        .route("/containers/{id}/start", post(containers::start))
        .route("/containers/{id}/stop", post(containers::stop))
        .route("/containers/{id}/restart", post(containers::restart))
        .route("/containers/{id}/kill", post(containers::kill))
        .route("/containers/{id}/wait", post(containers::wait))
        .route("/containers/{id}/resize", post(containers::resize))
        .route("/containers/{id}/attach", post(attach::attach))
        .route("/containers/{id}/logs", get(logs::logs))
        .route("/containers/{id}/exec", post(exec::create))
        .route("/exec/{id}/start", post(exec::start))
        .route("/exec/{id}/json", get(exec::one))
        .route("/exec/{id}/resize", post(exec::resize))
        .route("/volumes", get(volumes::list))
        .route("/volumes/create", post(volumes::create))
        .route("/volumes/prune", post(volumes::prune))
        .route("/volumes/{name}", get(volumes::one).delete(volumes::remove))
        .route("/networks", get(networks::list))
        .route("/networks/{name}", get(networks::one));
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
        .route("/doctor", get(dockwalk::doctor))
        .route("/host", post(dockwalk::host))
        .route("/registry/damage", get(registry::damaged).post(registry::damage).delete(registry::mend))
        .route("/images/fsck", post(archive::fsck))
        .route("/rewind", post(dockwalk::rewind))
        .route("/stop", post(dockwalk::stop));
    docker
        .nest("/dockwalk/v1", own)
        .fallback(system::unknown)
        .method_not_allowed_fallback(system::unknown)
        .layer(axum::middleware::map_response(version::headers))
        .with_state(engine)
}

/// The request as the user sees it in a trace: method and path, version prefix and all.
fn line(request: &Request) -> String {
    let original = request.extensions().get::<version::AsSent>();
    let path = original.map_or_else(|| request.uri().to_string(), |sent| sent.0.clone());
    format!("{} {path}", request.method())
}
