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
    /// Below which path the API is: empty but for mirrors.
    pub prefix: String,
    /// It stands in for another registry: it gets no credentials.
    pub mirror: bool,
}

impl Endpoint {
    /// The mirrors of a reference's registry in the order in which they are asked, and at last the registry itself. As with
    /// Docker, only docker.io has mirrors.
    pub fn all(reference: &Reference, options: &RegistryOptions) -> Vec<Self> {
        let hub = reference.registry == "docker.io" && !is_builtin(reference);
        let mirrors = options.mirrors.iter().filter(|_| hub).filter_map(|url| Self::mirror(url, options));
        mirrors.chain([Self::of(reference, options)]).collect()
    }

    /// `https://mirror.example:5000/prefix`; none when that is no address.
    pub fn mirror(url: &str, options: &RegistryOptions) -> Option<Self> {
        let (scheme, host) = scheme_and_host(url).filter(|(_, host)| !host.is_empty() && !host.contains('@'))?;
        // Somebody who writes `http://` has called it insecure by name.
        let (schemes, plain): (&[&str], bool) = match scheme {
            "https" => (&["https"], false),
            "http" => (&["http"], true),
            _ => return None,
        };
        let path = url.split_once("://")?.1.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        let lax = plain || (may_be_plain(host, options) && !options.knows(host));
        Some(Self { host: host.to_owned(), builtin: false, schemes, lax, prefix, mirror: true })
    }

    /// Docker's rules, and `docker.io/lab/…` at the built-in registry. One difference: whoever has laid down a certificate
    /// for a registry wants it verified, on loopback too.
    pub fn of(reference: &Reference, options: &RegistryOptions) -> Self {
        let (builtin, mirror, prefix) = (false, false, String::new());
        if let (Some(addr), true) = (options.builtin, is_builtin(reference)) {
            return Self { host: addr.to_string(), builtin: true, schemes: &["http"], lax: true, prefix, mirror };
        }
        let host = match reference.registry.as_str() {
            "docker.io" => "registry-1.docker.io".to_owned(),
            other => other.to_owned(),
        };
        let lax = may_be_plain(&host, options) && !options.knows(&host);
        let schemes: &[&str] = if lax { &["https", "http"] } else { &["https"] };
        Self { host, builtin, schemes, lax, prefix, mirror }
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

    #[test]
    fn mirrors_are_for_docker_io_alone_and_come_first() {
        let mirrors = vec!["https://mirror.example/hub/".to_owned(), "http://10.0.0.1:5000".into(), "nonsense".into()];
        let builtin = Some(([127, 0, 0, 1], 4321).into());
        let options = RegistryOptions { mirrors, builtin, ..RegistryOptions::default() };
        let all = |text: &str| Endpoint::all(&text.parse().expect("valid"), &options);
        let hosts = |text: &str| all(text).into_iter().map(|e| e.host).collect::<Vec<_>>();
        assert_eq!(hosts("ubuntu"), ["mirror.example", "10.0.0.1:5000", "registry-1.docker.io"]);
        assert_eq!(hosts("ghcr.io/a/b"), ["ghcr.io"]);
        assert_eq!(hosts("lab/shell:1"), ["127.0.0.1:4321"]);
        let first = &all("ubuntu")[0];
        assert_eq!((first.prefix.as_str(), first.mirror, first.lax), ("/hub", true, false));
        assert!(all("ubuntu")[1].lax, "http:// was written");
    }
}
