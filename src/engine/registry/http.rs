use crate::trace::Evidence;
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;
use ureq::config::AutoHeaderValue;
use ureq::http::{Method, Request};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// Speaks HTTP. Redirects are not followed here: who follows one decides which headers go along.
#[derive(Debug, Default)]
pub struct Http {
    /// Verifies certificates, uses the proxy of the environment.
    strict: OnceLock<Agent>,
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
    pub headers: Vec<(&'static str, String)>,
    /// The value of `Authorization`. Never reaches the trace.
    pub secret: Option<String>,
    /// The body of a POST. Never reaches the trace.
    pub form: Option<String>,
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    ask: Ask,
}

/// No answer came.
#[derive(Debug, Clone)]
pub struct NoAnswer {
    pub reason: String,
    /// Whether it may be another matter in a moment.
    pub transient: bool,
    /// The server does not speak TLS.
    pub not_tls: bool,
    pub evidence: Evidence,
}

const HIDDEN: &str = "•••";
/// System bundles of certificates: Debian's and Ubuntu's, Fedora's, openSUSE's, Alpine's.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

impl Http {
    /// Asks, and returns as soon as the headers have come.
    pub fn send(&self, ask: &Ask) -> Result<Answer, Box<NoAnswer>> {
        let agent = if ask.lax {
            self.lax.get_or_init(|| agent(TlsConfig::builder().disable_verification(true).build(), false))
        } else {
            self.strict.get_or_init(|| agent(TlsConfig::builder().root_certs(system_roots()).build(), true))
        };
        let method = if ask.method == "POST" { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(&ask.url);
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some(secret) = &ask.secret {
            request = request.header("Authorization", secret);
        }
        let sent = match &ask.form {
            Some(form) => request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form.clone())
                .map_err(ureq::Error::from)
                .and_then(|request| agent.run(request)),
            None => request.body(()).map_err(ureq::Error::from).and_then(|request| agent.run(request)),
        };
        let response = sent.map_err(|error| Box::new(no_answer(ask, &error)))?;
        let (parts, body) = response.into_parts();
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = parts.headers.iter().map(header).collect();
        Ok(Answer { status: parts.status.as_u16(), headers, body, ask: ask.clone() })
    }

    /// Breaks all connections, so that whoever waits for bytes gets an error at once.
    pub fn shutdown(&self) {
        [&self.strict, &self.lax].into_iter().filter_map(OnceLock::get).for_each(|agent| agent.clone().shutdown());
    }
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Reads the body, of at most `limit` bytes.
    pub fn read(&mut self, limit: u64) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.body.as_reader().take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(std::io::Error::other(format!("more than {limit} bytes")));
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
        Self { method: "GET", url: url.into(), lax, headers: Vec::new(), secret: None, form: None }
    }

    /// What the trace says it is: without what the query of a signed address would give away.
    pub fn shown_url(&self) -> String {
        without_secrets(&self.url)
    }
}

fn agent(tls: TlsConfig, proxy: bool) -> Agent {
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
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .max_idle_connections_per_host(4)
        .tls_config(tls);
    let config = if proxy { config } else { config.proxy(None) };
    config.build().new_agent()
}

/// What this system trusts, as Docker does; without a bundle, Mozilla's list that is built in.
fn system_roots() -> RootCerts {
    let named = std::env::var("SSL_CERT_FILE").ok().filter(|path| !path.is_empty());
    let pem = named.into_iter().chain(BUNDLES.map(str::to_owned)).find_map(|path| std::fs::read(path).ok());
    let certificates: Vec<Certificate<'static>> = parse_pem(pem.as_deref().unwrap_or_default())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&certificates) }
}

fn no_answer(ask: &Ask, error: &ureq::Error) -> NoAnswer {
    let reason = error.to_string();
    let not_tls = ask.url.starts_with("https:") && reason.contains("InvalidContentType");
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
    NoAnswer { evidence: evidence(ask, 0, Vec::new(), 0, &reason), reason, transient, not_tls }
}

fn evidence(ask: &Ask, status: u16, headers: Vec<(String, String)>, bytes: u64, body: &str) -> Evidence {
    let mut request_headers: Vec<_> = ask.headers.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    if let Some(secret) = &ask.secret {
        let scheme = secret.split(' ').next().unwrap_or_default();
        request_headers.push(("Authorization".into(), format!("{scheme} {HIDDEN}")));
    }
    let (method, url) = (ask.method.to_owned(), ask.shown_url());
    Evidence::Http { method, url, status, request_headers, headers, bytes, body: body.to_owned() }
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
        Some((name @ ("service" | "scope" | "client_id" | "ns" | "n" | "last"), value)) => format!("{name}={value}"),
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
            form: Some("refresh_token=c2VjcmV0".into()),
            ..Ask::get("http://a/", true)
        };
        let text = format!("{:?}", evidence(&ask, 200, Vec::new(), 0, ""));
        assert!(!text.contains("c2VjcmV0") && text.contains("Basic •••"), "{text}");
    }
}
