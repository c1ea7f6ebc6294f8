//! One pull's conversation with one registry.
//!
//! ```text
//! GET /v2/ ─▶ 200                                         no credentials wanted
//!          └▶ 401 Basic  ─▶ Authorization: Basic …        with each request
//!          └▶ 401 Bearer ─▶ GET realm?service&scope ─▶ token ─▶ Authorization: Bearer …
//! GET … ─▶ 307 Location: elsewhere ─▶ GET elsewhere       without Authorization
//! ```

use super::auth::{self, Challenge, TokenAnswer};
use super::endpoint::{Endpoint, may_be_plain, scheme_and_host};
use super::exchange::SMALL;
use super::exchange::{absolute, backoff, exchange, small_text, wait};
use super::http::{Answer, Ask, Http, NoAnswer};
use super::{Credentials, RegistryOptions};
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::spec::Reference;
use crate::trace::{Change, Evidence, Plan, Registry, StepKind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A registry that answered.
#[derive(Debug)]
pub struct Session {
    pub http: Http,
    pub endpoint: Endpoint,
    options: RegistryOptions,
    repository: String,
    /// What the user typed, for messages.
    familiar: String,
    credentials: Option<Credentials>,
    /// `https` or `http`, once it answered.
    scheme: Mutex<&'static str>,
    /// The value of `Authorization`.
    secret: Mutex<Option<String>>,
}

const ATTEMPTS: u32 = 4;
const REDIRECTS: usize = 5;

/// Takes an answer, and tells the evidence of its exchange.
type Read<'a, T> = dyn FnMut(&Cx, &mut Answer, &mut Vec<Evidence>) -> Result<T> + 'a;

/// What came of one exchange that gave no result.
enum Next {
    Redirect(String),
    Authenticate(Challenge),
    /// It may be different in a moment.
    Retry(Duration),
}

impl Session {
    pub fn new(reference: &Reference, options: &RegistryOptions, credentials: Option<&Credentials>) -> Self {
        let endpoint = Endpoint::of(reference, options);
        Self {
            http: Http::default(),
            scheme: Mutex::new(endpoint.schemes[0]),
            endpoint,
            options: options.clone(),
            repository: reference.repository.clone(),
            familiar: reference.familiar(),
            credentials: credentials.cloned(),
            secret: Mutex::default(),
        }
    }

    /// Asks the registry what it is, and does what it wants in order to trust us.
    pub fn open(&self, cx: &Cx) -> Result<()> {
        let host = &self.endpoint.host;
        let plan = Plan::new(StepKind::ProbeRegistry, host)
            .call("GET /v2/")
            .by_hand(format!("curl -i {}://{host}/v2/", self.endpoint.schemes.last().copied().unwrap_or("https")));
        let challenge = cx.step(plan, |cx| self.probe(cx))?;
        match challenge {
            Some(challenge) => self.authenticate(cx, &challenge),
            None => Ok(()),
        }
    }

    fn probe(&self, cx: &Cx) -> Result<Option<Challenge>> {
        let mut trail = Vec::new();
        let mut failure = None;
        for scheme in self.endpoint.schemes {
            *self.scheme.lock().unwrap_or_else(PoisonError::into_inner) = scheme;
            // A server without TLS may just hang up on a TLS hello: the next way is tried at once.
            let tries = if Some(scheme) == self.endpoint.schemes.last() { ATTEMPTS } else { 1 };
            match self.probe_by(cx, scheme, tries, &mut trail) {
                Ok(challenge) => {
                    self.registry_seen(cx, scheme, challenge.as_ref(), trail);
                    return Ok(challenge);
                }
                Err(fault) if fault.kind == FaultKind::Cancelled => return Err(fault),
                Err(fault) => failure = Some(fault),
            }
        }
        let fault = failure.unwrap_or_else(|| self.unreachable("no way to ask it"));
        cx.observe(Change::Remark(fault.problem.clone()), trail);
        Err(fault)
    }

    fn probe_by(&self, cx: &Cx, scheme: &str, tries: u32, trail: &mut Vec<Evidence>) -> Result<Option<Challenge>> {
        let url = format!("{scheme}://{}/v2/", self.endpoint.host);
        let ask = Ask::get(url, self.endpoint.lax);
        let mut attempt = 1;
        loop {
            let mut again = false;
            let result = exchange(cx, &ask, |_| {
                let mut answer = self.http.send(&ask).map_err(|none| {
                    trail.push(none.evidence.clone());
                    again = none.transient && attempt < tries;
                    self.no_answer(&none)
                })?;
                let text = small_text(&mut answer);
                trail.push(answer.evidence(text.len() as u64, &text));
                match answer.status {
                    200 => Ok(None),
                    401 => {
                        let challenge = answer.header("www-authenticate").and_then(Challenge::parse);
                        challenge
                            .map(Some)
                            .ok_or_else(|| self.refused(401, "it asks for a kind of login that is not known"))
                    }
                    status => {
                        again = (500..600).contains(&status) && attempt < tries;
                        Err(self.odd(status, &ask))
                    }
                }
            });
            match result {
                Err(_) if again => wait(cx, backoff(attempt))?,
                other => return other,
            }
            attempt += 1;
        }
    }

    fn registry_seen(&self, cx: &Cx, scheme: &str, challenge: Option<&Challenge>, evidence: Vec<Evidence>) {
        let registry = Registry {
            host: self.endpoint.host.clone(),
            scheme: scheme.to_owned(),
            auth: challenge.map_or("none", Challenge::name).to_owned(),
            builtin: self.endpoint.builtin,
        };
        cx.observe(Change::RegistrySeen(registry), evidence);
    }

    fn authenticate(&self, cx: &Cx, challenge: &Challenge) -> Result<()> {
        let secret = match (challenge, &self.credentials) {
            (_, Some(credentials @ Credentials::Registry(_))) => credentials.header(),
            (Challenge::Basic, Some(credentials)) => credentials.header(),
            (Challenge::Basic, None) => return Err(self.refused(401, "it wants a user name and password")),
            (Challenge::Bearer { realm, service, .. }, _) => {
                // What the probe is told to ask for is not this repository; Docker asks for what it needs.
                let scope = format!("repository:{}:pull", self.repository);
                let plan = Plan::new(StepKind::FetchToken, realm).call(format!("GET {realm}?scope={scope}"));
                Some(cx.step(plan, |cx| self.fetch_token(cx, challenge, realm, service.as_deref(), &scope))?)
            }
        };
        *self.secret.lock().unwrap_or_else(PoisonError::into_inner) = secret;
        Ok(())
    }

    fn fetch_token(
        &self,
        cx: &Cx,
        challenge: &Challenge,
        realm: &str,
        service: Option<&str>,
        scope: &str,
    ) -> Result<String> {
        let (scheme, host) =
            scheme_and_host(realm).ok_or_else(|| self.refused(401, "its token service has no address"))?;
        let lax = may_be_plain(host, &self.options);
        if scheme != "https" && !lax {
            return Err(Fault::new(FaultKind::Denied, "plain-http-refused").with("registry", host));
        }
        let service = service.unwrap_or_default();
        let mut ask = match &self.credentials {
            Some(Credentials::Identity(token)) => {
                Ask { method: "POST", form: Some(auth::refresh_form(service, scope, token)), ..Ask::get(realm, lax) }
            }
            _ => {
                let join = if realm.contains('?') { '&' } else { '?' };
                Ask::get(format!("{realm}{join}service={}&scope={}", auth::escape(service), auth::escape(scope)), lax)
            }
        };
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
                let scheme = *self.scheme.lock().unwrap_or_else(PoisonError::into_inner);
                self.registry_seen(cx, scheme, Some(challenge), evidence);
                Ok(format!("Bearer {token}"))
            }
            Err(fault) => {
                cx.observe(Change::Remark(fault.problem.clone()), evidence);
                Err(fault)
            }
        }
    }

    /// Asks for `path` below `/v2/<repository>/`, follows redirects, logs in when asked to, tries again what may pass; then
    /// `read` takes the answer, inside the exchange's step. Returns the evidence of all exchanges too, the last one as
    /// `read` tells it.
    pub fn fetch<T>(
        &self,
        cx: &Cx,
        path: &str,
        headers: &[(&'static str, String)],
        mut read: impl FnMut(&Cx, &mut Answer, &mut Vec<Evidence>) -> Result<T>,
    ) -> Result<(T, Vec<Evidence>)> {
        let mut trail = Vec::new();
        let result = self.fetch_along(cx, path, headers, &mut trail, &mut read);
        match result {
            Ok(value) => Ok((value, trail)),
            Err(fault) => {
                if fault.kind != FaultKind::Cancelled && !trail.is_empty() {
                    cx.observe(Change::Remark(fault.problem.clone()), trail);
                }
                Err(fault)
            }
        }
    }

    fn fetch_along<T>(
        &self,
        cx: &Cx,
        path: &str,
        headers: &[(&'static str, String)],
        trail: &mut Vec<Evidence>,
        read: &mut Read<'_, T>,
    ) -> Result<T> {
        let scheme = *self.scheme.lock().unwrap_or_else(PoisonError::into_inner);
        let base = format!("{scheme}://{}/v2/{}/{path}", self.endpoint.host, self.repository);
        let (mut url, mut hops, mut attempt, mut logged_in) = (base.clone(), 0, 1, false);
        loop {
            let ours = scheme_and_host(&url) == scheme_and_host(&base);
            let lax = scheme_and_host(&url).is_some_and(|(_, host)| may_be_plain(host, &self.options))
                || (ours && self.endpoint.lax);
            if url.starts_with("http:") && !lax {
                let host = scheme_and_host(&url).map(|(_, host)| host).unwrap_or_default();
                return Err(Fault::new(FaultKind::Denied, "plain-http-refused").with("registry", host));
            }
            let mut ask = Ask::get(&url, lax);
            ask.headers = headers.to_vec();
            // Another host gets no credentials: its address is signed, or it is none of ours.
            ask.secret = self.secret.lock().unwrap_or_else(PoisonError::into_inner).clone().filter(|_| ours);
            let mut next = None;
            let result = exchange(cx, &ask, |cx| {
                let mut answer = self.http.send(&ask).map_err(|none| {
                    trail.push(none.evidence.clone());
                    next = (none.transient && attempt < ATTEMPTS).then(|| Next::Retry(backoff(attempt)));
                    self.no_answer(&none)
                })?;
                if matches!(answer.status, 200 | 206 | 416) {
                    return read(cx, &mut answer, trail);
                }
                let text = small_text(&mut answer);
                trail.push(answer.evidence(text.len() as u64, &text));
                next = self.next(&answer, attempt, logged_in, &url);
                Err(self.status_fault(&answer, &ask))
            });
            match (result, next) {
                (Ok(value), _) => return Ok(value),
                (Err(_), Some(Next::Redirect(to))) if hops < REDIRECTS => {
                    (url, hops) = (to, hops + 1);
                }
                (Err(_), Some(Next::Authenticate(challenge))) => {
                    self.authenticate(cx, &challenge)?;
                    logged_in = true;
                }
                (Err(_), Some(Next::Retry(after))) => {
                    wait(cx, after)?;
                    // A signed address may have run out: start over from the registry's own.
                    (attempt, url, hops) = (attempt + 1, base.clone(), 0);
                }
                (Err(fault), _) => return Err(fault),
            }
        }
    }

    fn next(&self, answer: &Answer, attempt: u32, logged_in: bool, url: &str) -> Option<Next> {
        match answer.status {
            301 | 302 | 303 | 307 | 308 => {
                answer.header("location").and_then(|to| absolute(url, to)).map(Next::Redirect)
            }
            401 if !logged_in => answer.header("www-authenticate").and_then(Challenge::parse).map(Next::Authenticate),
            429 => {
                let seconds = answer.header("retry-after").and_then(|text| text.parse::<u64>().ok());
                seconds.filter(|s| *s <= 5 && attempt < ATTEMPTS).map(|s| Next::Retry(Duration::from_secs(s)))
            }
            500 | 502 | 503 | 504 if attempt < ATTEMPTS => Some(Next::Retry(backoff(attempt))),
            _ => None,
        }
    }

    fn status_fault(&self, answer: &Answer, ask: &Ask) -> Fault {
        match answer.status {
            404 => Fault::new(FaultKind::NotFound, "image-not-found")
                .with("image", &self.familiar)
                .with("registry", &self.endpoint.host),
            status @ (401 | 403) => self.refused(status, "the repository does not exist, or it wants a login"),
            429 => Fault::new(FaultKind::Denied, "rate-limited")
                .with("registry", &self.endpoint.host)
                .with("remaining", answer.header("ratelimit-remaining").unwrap_or("?"))
                .with("limit", answer.header("ratelimit-limit").unwrap_or("?"))
                .with("after", answer.header("retry-after").unwrap_or("?")),
            status => self.odd(status, ask),
        }
    }

    /// It could not be asked, or its answer broke off.
    pub fn unreachable(&self, reason: &str) -> Fault {
        Fault::failed("registry-unreachable").with("registry", &self.endpoint.host).with("reason", reason)
    }

    fn no_answer(&self, none: &NoAnswer) -> Fault {
        if none.not_tls && !self.endpoint.lax {
            return Fault::new(FaultKind::Denied, "plain-http-refused").with("registry", &self.endpoint.host);
        }
        self.unreachable(&none.reason)
    }

    fn refused(&self, status: u16, reason: &str) -> Fault {
        Fault::new(FaultKind::Denied, "registry-refused")
            .with("registry", &self.endpoint.host)
            .with("image", &self.familiar)
            .with("status", status)
            .with("reason", reason)
    }

    fn odd(&self, status: u16, ask: &Ask) -> Fault {
        Fault::failed("registry-odd-answer")
            .with("registry", &self.endpoint.host)
            .with("status", status)
            .with("url", ask.shown_url())
    }
}
