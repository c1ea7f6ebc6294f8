//! Whom to trust, and who we are: the system's certificates, and `certs.d/<host[:port]>/` as Docker has it.
//!
//! ```text
//! certs.d/registry.lan:5000/ca.crt        any *.crt: trusted for this registry, besides the system's
//! certs.d/registry.lan:5000/client.cert   shown to this registry when it asks
//! certs.d/registry.lan:5000/client.key    its key
//! ```

use crate::engine::{Fault, Result};
use crate::trace::Code;
use std::fs;
use std::path::{Path, PathBuf};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, parse_pem};

/// What the user laid down for one registry.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Trusted besides the system's.
    roots: Vec<Certificate<'static>>,
    /// Certificate chain and key.
    client: Option<ClientCert>,
}

/// System bundles of certificates: Debian's and Ubuntu's, Fedora's, openSUSE's, Alpine's.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

impl Trust {
    /// Reads the first of these `certs.d` directories that has something for that host; none when there is nothing.
    pub fn of(host: &str, dirs: &[PathBuf]) -> Result<Option<Self>> {
        // A host comes from what a user typed: it must not lead elsewhere.
        if host.contains('/') || host.starts_with('.') {
            return Ok(None);
        }
        let dir = dirs.iter().map(|dir| dir.join(host)).find(|dir| dir.is_dir());
        dir.map(|dir| Self::read(&dir)).transpose()
    }

    fn read(dir: &Path) -> Result<Self> {
        let failed = |e: std::io::Error| Fault::io("read", dir.display(), &e);
        let mut trust = Self::default();
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(dir).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort();
        for path in paths {
            match path.extension().and_then(|e| e.to_str()) {
                Some("crt") => trust.roots.extend(certificates(&path)?),
                Some("cert") => {
                    let (chain, key) = (certificates(&path)?, key(&path.with_extension("key"))?);
                    trust.client = Some(ClientCert::new_with_certs(&chain, key));
                }
                _ => {}
            }
        }
        Ok(trust)
    }

    /// The system's certificates and these. Without any of the system's: Mozilla's list that is built in, unless the user
    /// named whom to trust.
    pub fn roots(&self) -> RootCerts {
        let named = std::env::var("SSL_CERT_FILE").ok().filter(|path| !path.is_empty());
        let pem = named.into_iter().chain(BUNDLES.map(str::to_owned)).find_map(|path| fs::read(path).ok());
        let system = parse_pem(pem.as_deref().unwrap_or_default()).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        let all: Vec<_> = system.chain(self.roots.iter().cloned()).collect();
        if all.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&all) }
    }

    /// Who we are to this registry.
    pub fn client(&self) -> Option<ClientCert> {
        self.client.clone()
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = fs::read(path).map_err(|e| Fault::io("read", path.display(), &e))?;
    let found: std::result::Result<Vec<_>, _> = parse_pem(&pem).collect();
    let found = found.map_err(|e| unreadable(path, &e.to_string()))?;
    let certificates: Vec<_> = found
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() { Err(unreadable(path, "no CERTIFICATE block")) } else { Ok(certificates) }
}

fn key(path: &Path) -> Result<PrivateKey<'static>> {
    let pem = fs::read(path).map_err(|e| Fault::io("read", path.display(), &e))?;
    PrivateKey::from_pem(&pem).map_err(|e| unreadable(path, &e.to_string()))
}

fn unreadable(path: &Path, reason: &str) -> Fault {
    Fault::failed(Code::CertificateUnreadable).with("path", path.display()).with("reason", reason)
}
