use super::endpoint::Endpoint;
use super::session::RegistrySession;
use super::{Credentials, Progress, RegistryOptions};
use crate::engine::Result;
use crate::engine::store::{Pin, Store};
use crate::spec::{Platform, Reference};
use std::sync::Arc;

/// What one pull from one endpoint works with.
pub struct Pull<'a> {
    pub store: &'a Arc<Store>,
    pub session: RegistrySession<'a>,
    pub reference: &'a Reference,
    pub platform: Option<&'a Platform>,
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// The documents that it has put into the store: until the image is written down nobody else needs them.
    pub pin: Pin,
}

impl<'a> Pull<'a> {
    pub fn new(
        store: &'a Arc<Store>,
        options: &RegistryOptions,
        reference: &'a Reference,
        platform: Option<&'a Platform>,
        auth: Option<&Credentials>,
        progress: &'a (dyn Fn(Progress) + Sync),
        endpoint: Endpoint,
    ) -> Result<Self> {
        let session = RegistrySession::new(endpoint, reference, "pull", options, auth, progress)?;
        Ok(Self { store, session, reference, platform, progress, pin: store.pin(Vec::new()) })
    }
}
