//! TLS with a certificate authority that only the user knows.

use super::*;
use crate::trace::Code;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// A certificate authority of the test's own, made now.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "a test's own");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    /// A certificate for that name, and its key; in PEM, too.
    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        (params.signed_by(&key, &self.0).expect("signed"), key)
    }

    fn server(&self, clients: bool) -> ServerConfig {
        let (certificate, key) = self.issue("127.0.0.1");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.0.der().clone()).expect("a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        builder.with_single_cert(chain, key).expect("a certificate")
    }
}

fn serve(tls: ServerConfig) -> Server {
    let image = TestImage::new(vec![layer("a", b"a")]);
    Server::start_tls(tls, move |asked, _| image.answer(asked))
}

/// Where this test's certificates are, for that registry.
fn certs(bench: &mut Bench, server: &Server) -> PathBuf {
    let dir = bench.dir.path().join("certs.d");
    bench.options.certs = vec![bench.dir.path().join("nothing"), dir.clone()];
    let dir = dir.join(server.addr.to_string());
    std::fs::create_dir_all(&dir).expect("a directory");
    dir
}

#[test]
fn a_private_authority_is_trusted_where_its_certificate_lies() {
    let authority = Authority::new();
    let server = serve(authority.server(false));
    let mut bench = Bench::new();
    let dir = certs(&mut bench, &server);
    std::fs::write(dir.join("ca.crt"), authority.0.pem()).expect("a file");
    bench.pull(&name(&server)).expect("a pull");
    assert_eq!(bench.conductor.world().registries[&server.addr.to_string()].scheme, "https");
}

#[test]
fn another_authority_is_not_and_the_message_says_where_to_put_it() {
    let server = serve(Authority::new().server(false));
    let mut bench = Bench::new();
    let dir = certs(&mut bench, &server);
    std::fs::write(dir.join("ca.crt"), Authority::new().0.pem()).expect("a file");
    let fault = bench.fails(&name(&server), Code::CertificateUntrusted);
    assert_eq!(fault.problem.args["registry"], server.addr.to_string());
    assert_eq!(server.asked().len(), 0, "nothing was said to a stranger");
}

#[test]
fn a_registry_that_wants_to_know_who_asks_is_shown_our_certificate() {
    let authority = Authority::new();
    let server = serve(authority.server(true));
    let mut bench = Bench::new();
    let dir = certs(&mut bench, &server);
    std::fs::write(dir.join("ca.crt"), authority.0.pem()).expect("a file");
    bench.fails(&name(&server), Code::RegistryUnreachable);
    let (certificate, key) = authority.issue("student");
    std::fs::write(dir.join("client.cert"), certificate.pem()).expect("a file");
    std::fs::write(dir.join("client.key"), key.serialize_pem()).expect("a file");
    bench.pull(&name(&server)).expect("a pull");
}

#[test]
fn on_loopback_tls_is_spoken_without_asking_for_papers_as_docker_does() {
    let server = serve(Authority::new().server(false));
    let bench = Bench::new();
    bench.pull(&name(&server)).expect("a pull");
    assert_eq!(bench.conductor.world().registries[&server.addr.to_string()].scheme, "https");
}

#[test]
fn where_papers_were_laid_down_plain_http_is_not_spoken() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let server = Server::start(move |asked, _| image.answer(asked));
    let mut bench = Bench::new();
    let dir = certs(&mut bench, &server);
    std::fs::write(dir.join("ca.crt"), Authority::new().0.pem()).expect("a file");
    bench.pull(&name(&server)).expect_err("it has no TLS");
    assert!(bench.conductor.world().registries.is_empty());
}

#[test]
fn a_file_that_is_no_certificate_is_named() {
    let server = serve(Authority::new().server(false));
    let mut bench = Bench::new();
    let dir = certs(&mut bench, &server);
    std::fs::write(dir.join("ca.crt"), "not a certificate").expect("a file");
    let fault = bench.fails_before_asking(&name(&server), Code::CertificateUnreadable);
    assert!(fault.problem.args["path"].ends_with("ca.crt"));
}
