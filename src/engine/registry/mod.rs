//! Pulls images over the distribution protocol, and serves the built-in ones over the same.

pub(in crate::engine) mod auth;
mod blob;
pub mod builtin;
mod choose;
mod document;
mod endpoint;
mod exchange;
mod fetch;
mod http;
mod login;
mod pause;
mod progress;
mod pull;
mod push;
mod resolve;
mod session;
mod tags;
mod task;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod upload;
mod wait;

pub use builtin::Builtin;

use super::store::{Image, Store};
use super::{Cx, Fault, FaultKind, Result};
use crate::spec::{Digest, Platform, Reference};
use crate::trace::Code;
use endpoint::Endpoint;
use session::RegistrySession;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use task::Pull;

/// Which registries are special.
#[derive(Debug, Clone, Default)]
pub struct RegistryOptions {
    /// Where the built-in registry listens: it serves `docker.io/lab/…`.
    pub builtin: Option<SocketAddr>,
    /// Why there is no built-in registry, when there should be one: what is asked of it fails with this.
    pub no_builtin: Option<Fault>,
    /// Registries (`host[:port]`) that may be spoken to without TLS although they are not on loopback.
    pub insecure: Vec<String>,
    /// Addresses that are asked for images of docker.io before it is asked itself.
    pub mirrors: Vec<String>,
    /// `certs.d` directories: `<host[:port]>/*.crt` in them is trusted for that registry.
    pub certs: Vec<PathBuf>,
    /// How long nothing may come before a connection counts as dead; half a minute without.
    pub patience: Option<Duration>,
}

impl RegistryOptions {
    /// Fails when one of the mirrors is no address.
    pub fn check(&self) -> Result<()> {
        let wrong = self.mirrors.iter().find(|url| Endpoint::mirror(url, self).is_none());
        wrong.map_or(Ok(()), |url| Err(Fault::new(FaultKind::BadRequest, Code::MirrorInvalid).with("url", url)))
    }

    /// The user has laid down certificates for that host.
    fn knows(&self, host: &str) -> bool {
        self.certs.iter().any(|dir| dir.join(host).is_dir())
    }
}

/// A user name and password, or what takes their place.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Name and password.
    Basic {
        /// The user.
        username: String,
        /// The password, or a personal access token.
        password: String,
    },
    /// An OAuth2 refresh token (`identitytoken` of X-Registry-Auth).
    Identity(String),
    /// A token for the registry itself (`registrytoken`).
    Registry(String),
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(•••)")
    }
}

/// How far a pull has come: enough to print Docker's stream of JSON lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A line of text: about one layer or the tag (`id`), or about the whole.
    Status {
        /// A layer's short digest, or the tag.
        id: Option<String>,
        /// `Pulling fs layer`, `Download complete`, `Digest: sha256:…`
        text: String,
    },
    /// Bytes of a layer.
    Bytes {
        /// The layer's short digest.
        id: String,
        /// `Downloading`, `Extracting` or `Pushing`.
        phase: &'static str,
        /// So far.
        current: u64,
        /// Of how many.
        total: u64,
    },
    /// An image is in the registry.
    Pushed {
        /// Under which tag.
        tag: String,
        /// Its manifest's digest.
        digest: Digest,
        /// Its manifest's size.
        size: u64,
    },
}

/// The last line of a pull.
fn status(name: &str, new: bool) -> Progress {
    let news = if new { "Downloaded newer image for" } else { "Image is up to date for" };
    Progress::Status { id: None, text: format!("Status: {news} {name}") }
}

/// Pulls images into a store, and pushes them out of it.
#[derive(Debug, Clone)]
pub struct Puller {
    store: Arc<Store>,
    options: RegistryOptions,
}

impl Puller {
    /// Pulls into `store`.
    pub fn new(store: Arc<Store>, options: RegistryOptions) -> Self {
        Self { store, options }
    }

    /// Why there is no built-in registry.
    pub fn no_builtin(&self) -> Fault {
        self.options.no_builtin.clone().unwrap_or_else(|| Fault::failed(Code::NoBuiltinRegistry))
    }

    /// Pulls an image: for `platform`, else for this host's.
    pub fn pull(
        &self,
        cx: &Cx,
        reference: &Reference,
        platform: Option<&Platform>,
        auth: Option<&Credentials>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Image> {
        let (image, new) = self.along(cx, reference, |endpoint| {
            let pull = Pull::new(&self.store, &self.options, reference, platform, auth, progress, endpoint)?;
            let result = pull.run(cx);
            Ok((result, pull.session))
        })?;
        progress(status(&reference.familiar(), new));
        Ok(image)
    }

    /// Pulls all images of a repository, tag by tag.
    pub fn pull_all(
        &self,
        cx: &Cx,
        repository: &Reference,
        platform: Option<&Platform>,
        auth: Option<&Credentials>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<()> {
        let tags = self.along(cx, repository, |endpoint| {
            let session = RegistrySession::new(endpoint, repository, "pull", &self.options, auth, progress)?;
            let result = session.guarded(cx, || session.tags(cx));
            Ok((result, session))
        })?;
        let mut new = false;
        for tag in tags {
            let reference: Reference = format!("{}:{tag}", repository.name()).parse()?;
            let (_, brought) = self.along(cx, &reference, |endpoint| {
                let pull = Pull::new(&self.store, &self.options, &reference, platform, auth, progress, endpoint)?;
                let result = pull.run(cx);
                Ok((result, pull.session))
            })?;
            new |= brought;
        }
        progress(status(&repository.familiar_name(), new));
        Ok(())
    }

    /// Asks one endpoint after the other, until one of them is not to blame for what came of it.
    fn along<'a, T>(
        &self,
        cx: &Cx,
        reference: &Reference,
        ask: impl Fn(Endpoint) -> Result<(Result<T>, RegistrySession<'a>)>,
    ) -> Result<T> {
        if let (Some(fault), true) = (&self.options.no_builtin, endpoint::is_builtin(reference)) {
            return Err(fault.clone());
        }
        let mut endpoints = Endpoint::all(reference, &self.options);
        let origin = endpoints.pop().unwrap_or_else(|| Endpoint::of(reference, &self.options));
        for mirror in endpoints {
            match ask(mirror)? {
                (Err(fault), session) if fault.kind != FaultKind::Cancelled && session.says_it_failed(cx, &fault) => {}
                (other, _) => return other,
            }
        }
        ask(origin)?.0
    }

    /// Pushes an image under one of its tags.
    pub fn push(
        &self,
        cx: &Cx,
        reference: &Reference,
        auth: Option<&Credentials>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<()> {
        push::Push::new(&self.store, &self.options, reference, auth, progress)?.run(cx)
    }

    /// Asks a registry whether it takes these credentials.
    pub fn log_in(&self, cx: &Cx, registry: &str, auth: &Credentials) -> Result<()> {
        let silent = |_: Progress| {};
        let session = RegistrySession::for_login(registry, &self.options, auth, &silent)?;
        session.guarded(cx, || session.log_in(cx))
    }
}
