//! One operation's conversation with one registry.
//!
//! ```text
//! GET /v2/ ─▶ 200                                         no credentials wanted
//!          └▶ 401 Basic  ─▶ Authorization: Basic …        with each request               (token.rs)
//!          └▶ 401 Bearer ─▶ GET realm?service&scope ─▶ token ─▶ Authorization: Bearer …
//! GET … ─▶ 307 Location: elsewhere ─▶ GET elsewhere       without Authorization           (fetch.rs)
//!       └▶ 429 Retry-After: 30     ─▶ half a minute later ─▶ GET …                        (wait.rs)
//! ```

use super::auth::Challenge;
use super::endpoint::Endpoint;
use super::exchange::{backoff, exchange, small_text, wait};
use super::fetch::{Call, Target};
use super::http::{Answer, Ask, Http, NoAnswer};
use super::tls::Trust;
use super::wait::Pause;
use super::{Credentials, Progress, RegistryOptions};
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::spec::{Reference, ReferenceError};
use crate::trace::{Change, Evidence, Plan, Problem, Registry, RegistryLimit, StepKind};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A registry that answered.
pub struct RegistrySession<'a> {
    pub http: Http,
    pub endpoint: Endpoint,
    pub(super) options: RegistryOptions,
    pub(super) repository: String,
    /// What the user typed, for messages.
    pub(super) familiar: String,
    pub(super) credentials: Option<Credentials>,
    /// What tokens must be good for.
    pub(super) scopes: Vec<String>,
    /// `https` or `http`, once it answered.
    scheme: Mutex<&'static str>,
    /// The value of `Authorization`.
    pub(super) secret: Mutex<Option<String>>,
    pub(super) pause: Pause,
    pub(super) limit: Mutex<Option<RegistryLimit>>,
    pub(super) progress: &'a (dyn Fn(Progress) + Sync),
    /// What it sent, or did not, when it failed last.
    failed: Mutex<Vec<Evidence>>,
}

pub(super) const ATTEMPTS: u32 = 4;

impl<'a> RegistrySession<'a> {
    /// Of `endpoint`, for `actions` (`pull`, `pull,push`) on the reference's repository.
    pub fn new(
        endpoint: Endpoint,
        reference: &Reference,
        actions: &str,
        options: &RegistryOptions,
        credentials: Option<&Credentials>,
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        let trust = Trust::of(&endpoint.host, &options.certs)?.unwrap_or_default();
        Ok(Self {
            http: Http::new(trust, options.patience),
            scheme: Mutex::new(endpoint.schemes[0]),
            options: options.clone(),
            repository: reference.repository.clone(),
            familiar: reference.familiar(),
            // What is for the registry is not for its mirror.
            credentials: credentials.filter(|_| !endpoint.mirror).cloned(),
            scopes: vec![format!("repository:{}:{actions}", reference.repository)],
            secret: Mutex::default(),
            pause: Pause::default(),
            limit: Mutex::default(),
            progress,
            failed: Mutex::default(),
            endpoint,
        })
    }

    /// For no repository at all: only to find out whether the credentials are good.
    pub fn for_login(
        registry: &str,
        options: &RegistryOptions,
        credentials: &Credentials,
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Result<Self> {
        let wrong = |e: ReferenceError| {
            Fault::new(FaultKind::BadRequest, "invalid-reference").with("reference", registry).with("reason", e)
        };
        // Any repository of that registry leads to it.
        let reference: Reference = format!("{registry}/login").parse().map_err(wrong)?;
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

    /// Tokens must be good for this as well: blobs of another repository are taken over.
    pub fn also_from(&mut self, repository: &str) {
        self.scopes.push(format!("repository:{repository}:pull"));
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

    /// Does something that waits for bytes, and breaks it off when it is cancelled: a read does not see that by itself.
    pub fn guarded<T>(&self, cx: &Cx, act: impl FnOnce() -> Result<T>) -> Result<T> {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !over.load(Ordering::Acquire) {
                    if cx.cancel().is_cancelled() {
                        self.http.shutdown();
                        return;
                    }
                    std::thread::park_timeout(Duration::from_millis(50));
                }
            });
            let result = act();
            over.store(true, Ordering::Release);
            watcher.thread().unpark();
            // Whatever a cancelled pull failed of, it failed of being cancelled.
            cx.check().and(result)
        })
    }

    /// The scheme that it answered by.
    pub fn scheme(&self) -> &'static str {
        *self.scheme.lock()
    }

    /// The address below which the repository is.
    pub fn base(&self) -> String {
        format!("{}://{}{}/v2/{}", self.scheme(), self.endpoint.host, self.endpoint.prefix, self.repository)
    }

    fn probe(&self, cx: &Cx) -> Result<Option<Challenge>> {
        let mut trail = Vec::new();
        let mut failure = None;
        for scheme in self.endpoint.schemes {
            *self.scheme.lock() = scheme;
            // A server without TLS may just hang up on a TLS hello: the next way is tried at once.
            let tries = if Some(scheme) == self.endpoint.schemes.last() { ATTEMPTS } else { 1 };
            match self.probe_by(cx, scheme, tries, &mut trail) {
                Ok(challenge) => {
                    self.registry_seen(cx, challenge.as_ref(), trail);
                    return Ok(challenge);
                }
                Err(fault) if fault.kind == FaultKind::Cancelled => return Err(fault),
                Err(fault) => failure = Some(fault),
            }
        }
        let fault = failure.unwrap_or_else(|| self.unreachable("no way to ask it"));
        self.failed(cx, &fault, trail);
        Err(fault)
    }

    fn probe_by(&self, cx: &Cx, scheme: &str, tries: u32, trail: &mut Vec<Evidence>) -> Result<Option<Challenge>> {
        let url = format!("{scheme}://{}{}/v2/", self.endpoint.host, self.endpoint.prefix);
        let ask = Ask { ours: true, ..Ask::get(url, self.endpoint.lax) };
        let mut attempt = 1;
        loop {
            let (mut again, mut later) = (false, None);
            let asked = self.pause.now();
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
                        let challenge = Challenge::of(&answer);
                        challenge
                            .map(Some)
                            .ok_or_else(|| self.refused(401, "it asks for a kind of login that is not known"))
                    }
                    429 => {
                        later = self.later(&answer);
                        Err(self.status_fault(&answer, &ask))
                    }
                    status => {
                        again = (500..600).contains(&status) && attempt < tries;
                        Err(self.odd(status, &ask))
                    }
                }
            });
            match (result, later) {
                (Err(fault), Some(later)) => self.pause(cx, later, &fault.problem, trail, asked)?,
                (Err(_), None) if again => {
                    wait(cx, backoff(attempt))?;
                    attempt += 1;
                }
                (other, _) => return other,
            }
        }
    }

    pub(super) fn registry_seen(&self, cx: &Cx, challenge: Option<&Challenge>, evidence: Vec<Evidence>) {
        let registry = Registry {
            host: self.endpoint.host.clone(),
            scheme: self.scheme().to_owned(),
            auth: challenge.map_or("none", Challenge::name).to_owned(),
            builtin: self.endpoint.builtin,
        };
        // Should the login that it wants not be possible, this is what it was.
        self.note_failure(&evidence);
        cx.observe(Change::RegistrySeen(registry), evidence);
    }

    /// What it sent was not good, or nothing came: that is worth saying, whatever becomes of it.
    pub fn failed(&self, cx: &Cx, fault: &Fault, trail: Vec<Evidence>) {
        if fault.kind == FaultKind::Cancelled || trail.is_empty() {
            return;
        }
        self.note_failure(&trail);
        cx.observe(Change::Remark(fault.problem.clone()), trail);
    }

    /// The same where it is said in another way.
    pub fn note_failure(&self, trail: &[Evidence]) {
        *self.failed.lock() = trail.to_vec();
    }

    /// A mirror did not give what was wanted: the next is asked. False when it was no fault of the mirror's.
    pub fn says_it_failed(&self, cx: &Cx, fault: &Fault) -> bool {
        let evidence = self.failed.lock().clone();
        if evidence.is_empty() {
            return false;
        }
        let problem = Problem::new("mirror-failed").with("mirror", &self.endpoint.host).with("image", &self.familiar);
        cx.observe(Change::Remark(problem.with("reason", &fault.problem.code)), evidence);
        true
    }

    pub(super) fn status_fault(&self, answer: &Answer, ask: &Ask) -> Fault {
        match answer.status {
            404 if ask.url.contains("/blobs/") => Fault::new(FaultKind::NotFound, "blob-missing")
                .with("registry", &self.endpoint.host)
                .with("image", &self.familiar)
                .with("digest", ask.url.rsplit('/').next().unwrap_or_default()),
            404 => Fault::new(FaultKind::NotFound, "image-not-found")
                .with("image", &self.familiar)
                .with("registry", &self.endpoint.host),
            status @ (401 | 403) => self.refused(status, "the repository does not exist, or it wants a login"),
            429 => self.rate_limited(answer),
            status => self.odd(status, ask),
        }
    }

    /// It could not be asked, or its answer broke off.
    pub fn unreachable(&self, reason: &str) -> Fault {
        Fault::failed("registry-unreachable").with("registry", &self.endpoint.host).with("reason", reason)
    }

    pub(super) fn no_answer(&self, none: &NoAnswer) -> Fault {
        let host = &self.endpoint.host;
        if none.not_tls && !self.endpoint.lax {
            return Fault::new(FaultKind::Denied, "plain-http-refused").with("registry", host);
        }
        if none.untrusted {
            let fault = Fault::new(FaultKind::Denied, "certificate-untrusted").with("registry", host);
            return fault.with("reason", &none.reason);
        }
        self.unreachable(&none.reason)
    }

    pub(super) fn refused(&self, status: u16, reason: &str) -> Fault {
        Fault::new(FaultKind::Denied, "registry-refused")
            .with("registry", &self.endpoint.host)
            .with("image", &self.familiar)
            .with("status", status)
            .with("reason", reason)
    }

    pub(super) fn odd(&self, status: u16, ask: &Ask) -> Fault {
        Fault::failed("registry-odd-answer")
            .with("registry", &self.endpoint.host)
            .with("status", status)
            .with("url", ask.shown_url())
    }
}
