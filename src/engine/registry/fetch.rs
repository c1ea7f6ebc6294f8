//! Asks a registry for something, through all that may come between: redirects, logins, limits, stumbles.

use super::auth::Challenge;
use super::endpoint::{may_be_plain, scheme_and_host};
use super::exchange::{absolute, backoff, exchange, small_text, wait};
use super::http::{Answer, Ask, Load};
use super::session::{ATTEMPTS, RegistrySession};
use super::wait::Later;
use crate::engine::{Cx, Fault, FaultKind, Result};
use crate::trace::Evidence;
use std::io::Read;
use std::time::Duration;

/// What is asked.
pub struct Call<'c> {
    pub method: &'static str,
    /// Below `/v2/<repository>/`, or a whole address.
    pub target: Target,
    pub headers: &'c [(&'static str, String)],
    pub body: Load,
    /// Gives the bytes of a [`Load::Stream`] from the beginning, once for each try.
    pub stream: Option<&'c dyn Fn() -> Result<Box<dyn Read + 'c>>>,
    /// Statuses that `read` takes.
    pub good: &'c [u16],
}

/// Where something is asked for.
#[derive(Debug, Clone)]
pub enum Target {
    /// Below `/v2/<repository>/`.
    Path(String),
    /// Where the registry said: it gets credentials only when it is the registry itself.
    Location(String),
    /// Where a document says: never with credentials.
    Elsewhere(String),
}

const REDIRECTS: usize = 5;

/// Takes an answer, and tells the evidence of its exchange.
type Reader<'a, T> = dyn FnMut(&Cx, &mut Answer, &mut Vec<Evidence>) -> Result<T> + 'a;

/// What came of one exchange that gave no result.
enum Next {
    Redirect(String),
    Authenticate(Challenge),
    /// It wants us to wait.
    Later(Later),
    /// It may be different in a moment.
    Retry(Duration),
}

impl<'c> Call<'c> {
    /// A GET of a document or a blob.
    pub fn get(target: Target, headers: &'c [(&'static str, String)]) -> Self {
        Self { method: "GET", target, headers, body: Load::Nothing, stream: None, good: &[200, 206, 416] }
    }
}

impl RegistrySession<'_> {
    /// Asks for `path` below `/v2/<repository>/`; see [`RegistrySession::ask`].
    pub fn fetch<T>(
        &self,
        cx: &Cx,
        path: &str,
        headers: &[(&'static str, String)],
        read: impl FnMut(&Cx, &mut Answer, &mut Vec<Evidence>) -> Result<T>,
    ) -> Result<(T, Vec<Evidence>)> {
        self.ask(cx, &Call::get(Target::Path(path.to_owned()), headers), read)
    }

    /// Asks, follows redirects, logs in when asked to, waits when asked to, tries again what may pass; then `read` takes the
    /// answer, inside the exchange's step. Returns the evidence of all exchanges too, the last one as `read` tells it.
    pub fn ask<T>(
        &self,
        cx: &Cx,
        call: &Call<'_>,
        mut read: impl FnMut(&Cx, &mut Answer, &mut Vec<Evidence>) -> Result<T>,
    ) -> Result<(T, Vec<Evidence>)> {
        let mut trail = Vec::new();
        match self.ask_along(cx, call, &mut trail, &mut read) {
            Ok(value) => Ok((value, trail)),
            Err(fault) => {
                self.failed(cx, &fault, trail);
                Err(fault)
            }
        }
    }

    fn ask_along<T>(&self, cx: &Cx, call: &Call<'_>, trail: &mut Vec<Evidence>, read: &mut Reader<'_, T>) -> Result<T> {
        let base = match &call.target {
            Target::Path(path) => format!("{}/{path}", self.base()),
            Target::Location(url) | Target::Elsewhere(url) => url.clone(),
        };
        let (mut url, mut hops, mut attempt, mut logged_in) = (base.clone(), 0, 1, false);
        loop {
            let ask = self.request(call, &url)?;
            let mut next = None;
            let asked = self.pause.now();
            let result = exchange(cx, &ask, |cx| {
                let sent = match call.stream {
                    Some(open) => self.http.send_with(&ask, &mut open()?),
                    None => self.http.send(&ask),
                };
                let mut answer = sent.map_err(|none| {
                    trail.push(none.evidence.clone());
                    next = (none.transient && attempt < ATTEMPTS).then(|| Next::Retry(backoff(attempt)));
                    self.no_answer(&none)
                })?;
                if ask.ours {
                    self.see_limit(cx, &answer);
                }
                if call.good.contains(&answer.status) {
                    return read(cx, &mut answer, trail);
                }
                let text = small_text(&mut answer);
                trail.push(answer.evidence(text.len() as u64, &text));
                next = self.next(&answer, attempt, logged_in, &ask);
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
                (Err(fault), Some(Next::Later(later))) => {
                    self.pause(cx, later, &fault.problem, trail, asked)?;
                    (url, hops) = (base.clone(), 0);
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

    fn request(&self, call: &Call<'_>, url: &str) -> Result<Ask> {
        let base = self.base();
        let (to, home) = (scheme_and_host(url), scheme_and_host(&base));
        let ours = to == home && !matches!(call.target, Target::Elsewhere(_));
        let host = to.map(|(_, host)| host).unwrap_or_default();
        let lax = if to == home { self.endpoint.lax } else { may_be_plain(host, &self.options) };
        if !url.starts_with("https:") && !lax {
            return Err(Fault::new(FaultKind::Denied, "plain-http-refused").with("registry", host));
        }
        let mut ask = Ask { method: call.method, ours, body: call.body.clone(), ..Ask::get(url, lax) };
        ask.headers = call.headers.to_vec();
        // Another host gets no credentials: its address is signed, or it is none of ours.
        ask.secret = self.secret.lock().clone().filter(|_| ours);
        Ok(ask)
    }

    fn next(&self, answer: &Answer, attempt: u32, logged_in: bool, ask: &Ask) -> Option<Next> {
        match answer.status {
            301 | 302 | 303 | 307 | 308 if matches!(ask.method, "GET" | "HEAD") => {
                answer.header("location").and_then(|to| absolute(&ask.url, to)).map(Next::Redirect)
            }
            // Who was only redirected to may not tell where our credentials go.
            401 if !logged_in && ask.ours => Challenge::of(answer).map(Next::Authenticate),
            429 => self.later(answer).map(Next::Later),
            500 | 502 | 503 | 504 if attempt < ATTEMPTS => Some(Next::Retry(backoff(attempt))),
            _ => None,
        }
    }
}
