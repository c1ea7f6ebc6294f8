use super::RegistryOptions;
use crate::spec::Reference;
use std::net::IpAddr;

/// Where the images of a reference are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `registry-1.docker.io`, `127.0.0.1:5000`
    pub host: String,
    /// Served by the engine itself.
    pub builtin: bool,
    /// Schemes to try, in order.
    pub schemes: &'static [&'static str],
    /// Certificates are not verified: on loopback, or because the user said so.
    pub lax: bool,
}

impl Endpoint {
    /// Docker's rules, and `docker.io/lab/…` at the built-in registry.
    pub fn of(reference: &Reference, options: &RegistryOptions) -> Self {
        if let (Some(addr), true) = (options.builtin, is_builtin(reference)) {
            return Self { host: addr.to_string(), builtin: true, schemes: &["http"], lax: true };
        }
        let host = match reference.registry.as_str() {
            "docker.io" => "registry-1.docker.io".to_owned(),
            other => other.to_owned(),
        };
        let lax = may_be_plain(&host, options);
        let schemes: &[&str] = if lax { &["https", "http"] } else { &["https"] };
        Self { host, builtin: false, schemes, lax }
    }
}

/// `lab/…`: what the engine itself serves.
pub fn is_builtin(reference: &Reference) -> bool {
    reference.registry == "docker.io" && reference.repository.starts_with("lab/")
}

/// True where Docker speaks plain HTTP: on loopback, and to registries that the user called insecure.
pub fn may_be_plain(host: &str, options: &RegistryOptions) -> bool {
    options.insecure.iter().any(|name| name == host) || is_loopback(host)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// `https://host:port/path` → scheme and `host:port`.
pub fn scheme_and_host(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some((scheme, rest.split(['/', '?', '#']).next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_and_for_what_the_user_named() {
        let options = RegistryOptions { insecure: vec!["reg.lan:5000".into()], ..RegistryOptions::default() };
        for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.8.8.8", "[::1]:5000", "reg.lan:5000"] {
            assert!(may_be_plain(host, &options), "{host}");
        }
        for host in ["reg.lan", "localhost.evil.example", "127.0.0.1.example", "10.0.0.1:5000", "[::2]:5000"] {
            assert!(!may_be_plain(host, &options), "{host}");
        }
    }

    #[test]
    fn lab_images_come_from_the_built_in_registry_and_others_from_where_they_say() {
        let builtin = Some(([127, 0, 0, 1], 4321).into());
        let options = RegistryOptions { builtin, ..RegistryOptions::default() };
        let of = |text: &str| Endpoint::of(&text.parse().expect("valid"), &options);
        assert!(of("lab/shell:1").builtin);
        assert_eq!(of("lab/shell:1").host, "127.0.0.1:4321");
        assert_eq!(of("ubuntu").host, "registry-1.docker.io");
        assert!(!of("localhost:5000/lab/shell").builtin);
    }
}
