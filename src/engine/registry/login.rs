//! `docker login`: shows credentials to a registry, only to find out whether they are good.

use super::endpoint::Endpoint;
use super::fetch::{Call, Target};
use super::session::RegistrySession;
use super::{Credentials, Progress, RegistryOptions};
use crate::engine::{Cx, Result};
use crate::spec::Reference;

impl<'a> RegistrySession<'a> {
    /// For no repository at all: only to find out whether the credentials are good.
    pub fn for_login(
        registry: &str,
        options: &RegistryOptions,
        credentials: &Credentials,
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        // Any repository of that registry leads to it.
        let reference: Reference = format!("{registry}/login").parse()?;
        let endpoint = Endpoint::of(&reference, options);
        let mut session = Self::new(endpoint, &reference, "pull", options, Some(credentials), progress)?;
        session.familiar = session.endpoint.host.clone();
        session.scopes.clear();
        Ok(session)
    }

    /// Shows the credentials, and asks again with what they brought.
    pub fn log_in(&self, cx: &Cx) -> Result<()> {
        self.open(cx)?;
        let url = format!("{}://{}{}/v2/", self.scheme(), self.endpoint.host, self.endpoint.prefix);
        let (_, trail) = self.ask(cx, &Call::get(Target::Location(url), &[]), |_, answer, trail| {
            trail.push(answer.evidence(0, ""));
            Ok(())
        })?;
        self.note_failure(&trail);
        Ok(())
    }
}
