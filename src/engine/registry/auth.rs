//! How a registry wants to be shown who asks (distribution: spec/auth/token.md; RFC 7235).

use super::Credentials;
use super::http::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// A challenge of `Www-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// Name and password with each request.
    Basic,
    /// A token of an authorization service.
    Bearer {
        /// The service's address.
        realm: String,
        /// The registry's name there.
        service: Option<String>,
        /// What the token must be good for.
        scope: Option<String>,
    },
}

impl Challenge {
    /// Reads one value of the header.
    pub fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut params = params(rest);
        let mut take =
            |name: &str| params.iter().position(|(n, _)| n.eq_ignore_ascii_case(name)).map(|i| params.remove(i).1);
        Some(Self::Bearer { realm: take("realm")?, service: take("service"), scope: take("scope") })
    }

    /// The challenge of an answer: of several that are offered, Bearer is taken.
    pub fn of(answer: &Answer) -> Option<Self> {
        let offered = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
        let mut all: Vec<_> = offered.filter_map(|(_, value)| Self::parse(value)).collect();
        let bearer = all.iter().position(|challenge| matches!(challenge, Self::Bearer { .. }));
        if all.is_empty() { None } else { Some(all.swap_remove(bearer.unwrap_or(0))) }
    }

    /// `basic`, `bearer`
    pub fn name(&self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Bearer { .. } => "bearer",
        }
    }
}

/// `name="value, with comma",name=value`
fn params(text: &str) -> Vec<(String, String)> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((name, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.push((name.trim_matches([',', ' ']).to_owned(), value.to_owned()));
        rest = next;
    }
    found
}

/// The value of `Authorization` for a name and password.
pub fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))
}

/// The body of a POST that trades an identity token for an access token.
pub fn refresh_form(service: &str, scope: &str, token: &str) -> String {
    let fields = [
        ("grant_type", "refresh_token"),
        ("service", service),
        ("scope", scope),
        ("client_id", "dockwalk"),
        ("refresh_token", token),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What an authorization service answers.
#[derive(Deserialize)]
pub struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

impl TokenAnswer {
    /// The token, under either of its names.
    pub fn token(self) -> Option<String> {
        self.token.or(self.access_token).filter(|token| !token.is_empty())
    }
}

impl Credentials {
    /// What `Authorization` says when the registry wants no token.
    pub fn header(&self) -> Option<String> {
        match self {
            Self::Basic { username, password } => Some(basic(username, password)),
            Self::Registry(token) => Some(format!("Bearer {token}")),
            Self::Identity(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_as_registries_write_them() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let Some(Challenge::Bearer { realm, service, scope }) = Challenge::parse(hub) else { panic!("{hub}") };
        assert_eq!(realm, "https://auth.docker.io/token");
        assert_eq!(service.as_deref(), Some("registry.docker.io"));
        assert_eq!(scope.as_deref(), Some("repository:a/b:pull,push"));
        assert_eq!(Challenge::parse("Basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(Challenge::parse("Negotiate"), None);
        assert_eq!(Challenge::parse("Bearer service=x"), None, "no realm, no way to ask");
    }

    #[test]
    fn forms_are_escaped() {
        let form = refresh_form("a service", "repository:a/b:pull,push", "t+=&");
        let fields: Vec<_> = form_urlencoded::parse(form.as_bytes()).map(|(_, value)| value.into_owned()).collect();
        assert_eq!(fields, ["refresh_token", "a service", "repository:a/b:pull,push", "dockwalk", "t+=&"], "{form}");
    }
}
