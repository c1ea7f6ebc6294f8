use super::tls::Trust;
use crate::engine::evidence::Exchange;
use crate::trace::Evidence;
use std::io::Read;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use ureq::config::AutoHeaderValue;
use ureq::http::{Method, Request};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, SendBody};

/// Speaks HTTP. Redirects are not followed here: who follows one decides which headers go along.
#[derive(Debug, Default)]
pub struct Http {
    trust: Trust,
    /// How long nothing may come; [`PATIENCE`] without.
    patience: Option<Duration>,
    /// Verifies certificates, uses the proxy of the environment.
    strict: OnceLock<Agent>,
    /// The same, and shows our own certificate when it is asked for: for the registry itself alone.
    known: OnceLock<Agent>,
    /// For loopback and registries that the user called insecure: verifies nothing, uses no proxy.
    lax: OnceLock<Agent>,
}

/// What is going to be asked.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: &'static str,
    pub url: String,
    /// Loopback, or called insecure.
    pub lax: bool,
    /// The registry itself, not a host that it names.
    pub ours: bool,
    pub headers: Vec<(&'static str, String)>,
    /// The value of `Authorization`. Never reaches the trace.
    pub secret: Option<String>,
    pub body: Load,
}

/// What is sent along.
#[derive(Debug, Clone, Default)]
pub enum Load {
    #[default]
    Nothing,
    /// The body of a POST. Never reaches the trace.
    Form(String),
    /// A document.
    Bytes(Vec<u8>),
    /// So many bytes of a reader that is given when it is sent.
    Stream(u64),
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    ask: Ask,
    /// How long its body may take, when it is read whole.
    within: Duration,
}

/// No answer came.
#[derive(Debug, Clone)]
pub struct NoAnswer {
    pub reason: String,
    /// Whether it may be another matter in a moment.
    pub transient: bool,
    /// The server does not speak TLS.
    pub not_tls: bool,
    /// The server's certificate is none that is trusted here.
    pub untrusted: bool,
    pub evidence: Evidence,
}

const HIDDEN: &str = "•••";
/// A cable that was pulled sends no farewell: after so long without a byte a connection is dead.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so many times that long what comes in drops is as good as dead, too: a document must be whole by then.
pub const SLOW: u32 = 10;

impl Http {
    /// Trusts what the user laid down, too.
    pub fn new(trust: Trust, patience: Option<Duration>) -> Self {
        Self { trust, patience, ..Self::default() }
    }

    /// How long nothing may come.
    pub fn patience(&self) -> Duration {
        self.patience.unwrap_or(PATIENCE)
    }

    /// Asks, and returns as soon as the headers have come.
    pub fn send(&self, ask: &Ask) -> Result<Answer, Box<NoAnswer>> {
        self.send_with(ask, &mut std::io::empty())
    }

    /// The same with the bytes of a [`Load::Stream`].
    pub fn send_with(&self, ask: &Ask, bytes: &mut dyn Read) -> Result<Answer, Box<NoAnswer>> {
        let agent = self.agent(ask);
        let method = Method::from_bytes(ask.method.as_bytes()).unwrap_or(Method::GET);
        let mut request = Request::builder().method(method).uri(&ask.url);
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some(secret) = &ask.secret {
            request = request.header("Authorization", secret);
        }
        let wrong = ureq::Error::from;
        let sent = match &ask.body {
            Load::Nothing if matches!(ask.method, "POST" | "PUT" | "PATCH") => {
                request.body(&[][..]).map_err(wrong).and_then(|request| agent.run(request))
            }
            Load::Nothing => request.body(()).map_err(wrong).and_then(|request| agent.run(request)),
            Load::Form(form) => request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form.as_str())
                .map_err(wrong)
                .and_then(|request| agent.run(request)),
            Load::Bytes(bytes) => request.body(bytes.as_slice()).map_err(wrong).and_then(|request| agent.run(request)),
            Load::Stream(length) => request
                .header("Content-Length", length.to_string())
                .body(SendBody::from_reader(bytes))
                .map_err(wrong)
                .and_then(|request| agent.run(request)),
        };
        let response = sent.map_err(|error| Box::new(no_answer(ask, &error)))?;
        let (parts, body) = response.into_parts();
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = parts.headers.iter().map(header).collect();
        let within = self.patience() * SLOW;
        Ok(Answer { status: parts.status.as_u16(), headers, body, ask: ask.clone(), within })
    }

    fn agent(&self, ask: &Ask) -> &Agent {
        let verifying = || TlsConfig::builder().root_certs(self.trust.roots());
        let agent = |tls, proxy| agent(tls, proxy, self.patience());
        match (ask.lax, ask.ours) {
            (true, _) => self.lax.get_or_init(|| agent(TlsConfig::builder().disable_verification(true).build(), false)),
            (false, true) => {
                self.known.get_or_init(|| agent(verifying().client_cert(self.trust.client()).build(), true))
            }
            (false, false) => self.strict.get_or_init(|| agent(verifying().build(), true)),
        }
    }

    /// Breaks all connections, so that whoever waits for bytes gets an error at once.
    pub fn shutdown(&self) {
        let agents = [&self.strict, &self.known, &self.lax];
        agents.into_iter().filter_map(OnceLock::get).for_each(|agent| agent.clone().shutdown());
    }
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// An answer that says nothing but this.
    #[cfg(test)]
    pub fn with_header(name: &str, value: &str) -> Self {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let (body, ask) = (Body::builder().data(""), Ask::get("http://a/", true));
        Self { status: 429, headers, body, ask, within: PATIENCE }
    }

    /// Reads the body, of at most `limit` bytes.
    pub fn read(&mut self, limit: u64) -> std::io::Result<Vec<u8>> {
        let said = self.header("content-length").and_then(|text| text.parse::<u64>().ok());
        if said.is_some_and(|length| length > limit) {
            return Err(too_much(limit));
        }
        let (begun, mut bytes, mut block) = (Instant::now(), Vec::new(), vec![0; 16 * 1024]);
        let mut body = self.body.as_reader().take(limit + 1);
        loop {
            match body.read(&mut block) {
                Ok(0) => break,
                Ok(n) => bytes.extend_from_slice(&block[..n]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if begun.elapsed() > self.within {
                let said = format!("it is not whole after {} s: {} bytes", self.within.as_secs(), bytes.len());
                return Err(std::io::Error::new(std::io::ErrorKind::TimedOut, said));
            }
        }
        if bytes.len() as u64 > limit {
            return Err(too_much(limit));
        }
        Ok(bytes)
    }

    /// This exchange, of whose body `bytes` have come; `text` is shown.
    pub fn evidence(&self, bytes: u64, text: &str) -> Evidence {
        evidence(&self.ask, self.status, self.headers.iter().map(shown_header).collect(), bytes, text)
    }
}

impl Ask {
    /// A GET without headers.
    pub fn get(url: impl Into<String>, lax: bool) -> Self {
        Self {
            method: "GET",
            url: url.into(),
            lax,
            ours: false,
            headers: Vec::new(),
            secret: None,
            body: Load::Nothing,
        }
    }

    /// What the trace says it is: without what the query of a signed address would give away.
    pub fn shown_url(&self) -> String {
        without_secrets(&self.url)
    }
}

/// The body is longer than is ever read: an error of its own kind.
fn too_much(limit: u64) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::FileTooLarge, format!("more than {limit} bytes"))
}

fn agent(tls: TlsConfig, proxy: bool, patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("dockwalk/", env!("CARGO_PKG_VERSION")))
        // A blob is asked for as it is: a transfer encoding would hide the bytes whose digest counts.
        .accept_encoding(AutoHeaderValue::None)
        .accept(AutoHeaderValue::None)
        .timeout_resolve(Some(Duration::from_secs(10)))
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience))
        .max_idle_connections_per_host(4)
        .tls_config(tls);
    let config = if proxy { config } else { config.proxy(None) };
    config.build().new_agent()
}

fn no_answer(ask: &Ask, error: &ureq::Error) -> NoAnswer {
    let reason = error.to_string();
    let not_tls = ask.url.starts_with("https:") && reason.contains("InvalidContentType");
    let untrusted = reason.contains("invalid peer certificate");
    let transient = match error {
        ureq::Error::Timeout(_) => true,
        ureq::Error::Io(e) => matches!(
            e.kind(),
            std::io::ErrorKind::ConnectionReset
                | std::io::ErrorKind::ConnectionAborted
                | std::io::ErrorKind::BrokenPipe
                | std::io::ErrorKind::UnexpectedEof
                | std::io::ErrorKind::TimedOut
        ),
        _ => false,
    };
    NoAnswer { evidence: evidence(ask, 0, Vec::new(), 0, &reason), reason, transient, not_tls, untrusted }
}

fn evidence(ask: &Ask, status: u16, headers: Vec<(String, String)>, bytes: u64, body: &str) -> Evidence {
    let mut request_headers: Vec<_> = ask.headers.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    if let Some(secret) = &ask.secret {
        let scheme = secret.split(' ').next().unwrap_or_default();
        request_headers.push(("Authorization".into(), format!("{scheme} {HIDDEN}")));
    }
    let answer = (status != 0).then_some((status, headers));
    let exchange = Exchange { method: ask.method, url: ask.shown_url(), sent: request_headers, answer };
    crate::engine::evidence::http(exchange, bytes, body)
}

fn shown_header((name, value): &(String, String)) -> (String, String) {
    let value = match name.as_str() {
        "set-cookie" => HIDDEN.to_owned(),
        "location" => without_secrets(value),
        _ => value.clone(),
    };
    (name.clone(), value)
}

/// Query values of an address stay only when they are known to be harmless.
fn without_secrets(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((
            name @ ("service" | "scope" | "client_id" | "ns" | "n" | "last" | "digest" | "mount" | "from"),
            value,
        )) => format!("{name}={value}"),
        Some((name, _)) => format!("{name}={HIDDEN}"),
        None => HIDDEN.to_owned(),
    });
    format!("{path}?{}", shown.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trace_shows_of_an_address_holds_no_signature() {
        assert_eq!(without_secrets("https://a/b?X-Sig=abc&scope=r:pull"), "https://a/b?X-Sig=•••&scope=r:pull");
        assert_eq!(without_secrets("https://a/b"), "https://a/b");
    }

    #[test]
    fn a_secret_never_reaches_the_evidence() {
        let ask = Ask {
            secret: Some("Basic c2VjcmV0".into()),
            body: Load::Form("refresh_token=c2VjcmV0".into()),
            ..Ask::get("http://a/", true)
        };
        let text = format!("{:?}", evidence(&ask, 200, Vec::new(), 0, ""));
        assert!(!text.contains("c2VjcmV0") && text.contains("Basic •••"), "{text}");
    }
}
