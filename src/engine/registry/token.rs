//! Shows a registry who asks.

use super::Credentials;
use super::auth::{self, Challenge, TokenAnswer};
use super::endpoint::{may_be_plain, scheme_and_host};
use super::exchange::{SMALL, exchange};
use super::http::{Ask, Load};
use super::session::RegistrySession;
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::spec::url;
use crate::trace::{Plan, StepKind};

impl RegistrySession<'_> {
    /// Does what a challenge asks for.
    pub fn authenticate(&self, cx: &Cx, challenge: &Challenge) -> Result<()> {
        let secret = match (challenge, &self.credentials) {
            (_, Some(credentials @ Credentials::Registry(_))) => credentials.header(),
            (Challenge::Basic, Some(credentials)) => credentials.header(),
            (Challenge::Basic, None) => return Err(self.refused(401, "it wants a user name and password")),
            (Challenge::Bearer { realm, service, .. }, _) => {
                // What the probe is told to ask for is not this repository; Docker asks for what it needs.
                let scope = self.scopes.join("&scope=");
                let call = if scope.is_empty() { format!("GET {realm}") } else { format!("GET {realm}?scope={scope}") };
                let plan = Plan::new(StepKind::FetchToken, realm).call(call);
                Some(cx.step(plan, |cx| self.fetch_token(cx, challenge, realm, service.as_deref()))?)
            }
        };
        *self.secret.lock() = secret;
        Ok(())
    }

    fn fetch_token(&self, cx: &Cx, challenge: &Challenge, realm: &str, service: Option<&str>) -> Result<String> {
        let (scheme, host) =
            scheme_and_host(realm).ok_or_else(|| self.refused(401, "its token service has no address"))?;
        let lax = may_be_plain(host, &self.options) && (host != self.endpoint.host || self.endpoint.lax);
        if scheme != "https" && !lax {
            return Err(Fault::new(FaultKind::Denied, "plain-http-refused").with("registry", host));
        }
        let mut ask = self.token_request(realm, service.unwrap_or_default(), lax);
        ask.ours = host == self.endpoint.host;
        ask.secret = self.credentials.as_ref().and_then(Credentials::header);
        let mut evidence = Vec::new();
        let token = exchange(cx, &ask, |_| {
            let mut answer = self.http.send(&ask).map_err(|none| {
                evidence.push(none.evidence.clone());
                self.no_answer(&none)
            })?;
            // The answer is the secret: none of it is shown.
            let body = answer.read(SMALL).map_err(|e| self.unreachable(&e.to_string()))?;
            evidence.push(answer.evidence(body.len() as u64, ""));
            match answer.status {
                200 => serde_json::from_slice::<TokenAnswer>(&body)
                    .ok()
                    .and_then(TokenAnswer::token)
                    .ok_or_else(|| self.refused(200, "its token service answers without a token")),
                status @ (401 | 403) => {
                    Err(self.refused(status, "its token service refuses the user name or password"))
                }
                status => Err(self.odd(status, &ask)),
            }
        });
        match token {
            Ok(token) => {
                self.registry_seen(cx, Some(challenge), evidence);
                Ok(format!("Bearer {token}"))
            }
            Err(fault) => {
                self.failed(cx, &fault, evidence);
                Err(fault)
            }
        }
    }

    fn token_request(&self, realm: &str, service: &str, lax: bool) -> Ask {
        if let Some(Credentials::Identity(token)) = &self.credentials {
            let form = auth::refresh_form(service, &self.scopes.join(" "), token);
            return Ask { method: "POST", body: Load::Form(form), ..Ask::get(realm, lax) };
        }
        let join = if realm.contains('?') { '&' } else { '?' };
        let mut address = format!("{realm}{join}service={}", url::encode(service));
        self.scopes.iter().for_each(|scope| address.push_str(&format!("&scope={}", url::encode(scope))));
        Ask::get(address, lax)
    }
}
