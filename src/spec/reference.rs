use super::{Digest, DigestError};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An image reference, normalized by Docker's rules: `ubuntu` is `docker.io/library/ubuntu:latest`.
///
/// Grammar: distribution/reference, `regexp.go`. The first component is a registry when it holds a `.` or a `:` or is
/// `localhost` or has an upper-case letter; otherwise the registry is `docker.io`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    /// `docker.io`, `localhost:5000`, `[::1]:5000`, …
    pub registry: String,
    /// `library/ubuntu`
    pub repository: String,
    /// `latest`; none when only a digest was given.
    pub tag: Option<String>,
    /// The digest after `@`. It wins over the tag.
    pub digest: Option<Digest>,
}

/// Why a string is no [`Reference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing was given.
    #[error("an image reference cannot be empty")]
    Empty,
    /// Docker refuses upper-case letters in a repository name.
    #[error("`{0}`: a repository name must be lower case")]
    UpperCase(String),
    /// A 64-digit hexadecimal name would be taken for an image id.
    #[error("`{0}`: a 64-digit hexadecimal name is an image id, not a repository")]
    LooksLikeId(String),
    /// Some part is outside the grammar.
    #[error("`{0}` is not a valid image reference")]
    Format(String),
    /// The tag is outside `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
    #[error("`{0}` is not a valid tag; a tag has up to 128 letters, digits, `_`, `.` or `-`")]
    Tag(String),
    /// The name is longer than 255 characters, with what Docker puts before it.
    #[error(
        "a repository name has at most 255 characters with its registry; this one has {length}, the {} of `{before}` among them",
        before.len()
    )]
    TooLong {
        /// Characters of all.
        length: usize,
        /// `docker.io/library/`, `localhost:5000/`
        before: String,
    },
    /// The part after `@` is no digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

const DEFAULT_REGISTRY: &str = "docker.io";

impl Reference {
    /// The repository with its registry, without tag and digest.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The name as people type it: `ubuntu:22.04`, not `docker.io/library/ubuntu:22.04`.
    pub fn familiar(&self) -> String {
        let mut text = self.familiar_name();
        if let Some(tag) = &self.tag {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = &self.digest {
            text = format!("{text}@{digest}");
        }
        text
    }

    /// [`Reference::familiar`] without tag and digest, as `docker images` shows it under REPOSITORY.
    pub fn familiar_name(&self) -> String {
        let short = self.repository.strip_prefix("library/").filter(|r| !r.contains('/')).unwrap_or(&self.repository);
        // `docker.io/a.b/c` keeps its registry: without it `a.b` would be one.
        let is_clear = self.registry == DEFAULT_REGISTRY && split_registry(short).0.is_none();
        if is_clear { short.to_owned() } else { self.name() }
    }

    /// What stands behind `/manifests/` in the registry's address: the digest, else the tag.
    pub fn manifest_key(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".to_owned(),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse::<Digest>()?)),
            None => (text, None),
        };
        if digest.is_none() && rest.len() == 64 && rest.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(ReferenceError::LooksLikeId(rest.to_owned()));
        }
        let (registry, rest) = split_registry(rest);
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) => (path, Some(tag.to_owned())),
            None => (rest, None),
        };
        let registry = registry.unwrap_or(DEFAULT_REGISTRY);
        let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry };
        if let Some(tag) = &tag {
            check_tag(tag)?;
        }
        check_registry(registry, text)?;
        check_path(path, text)?;
        let repository = if registry == DEFAULT_REGISTRY && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        let length = registry.len() + 1 + repository.len();
        if length > 255 {
            let library = repository.strip_suffix(path).unwrap_or_default();
            return Err(ReferenceError::TooLong { length, before: format!("{registry}/{library}") });
        }
        let tag = tag.or_else(|| digest.is_none().then(|| "latest".to_owned()));
        Ok(Self { registry: registry.to_owned(), repository, tag, digest })
    }
}

fn split_registry(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|b| b.is_ascii_uppercase()) =>
        {
            (Some(first), rest)
        }
        _ => (None, text),
    }
}

fn check_tag(tag: &str) -> Result<(), ReferenceError> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let good = (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-');
    good.then_some(()).ok_or_else(|| ReferenceError::Tag(tag.to_owned()))
}

fn check_registry(registry: &str, whole: &str) -> Result<(), ReferenceError> {
    let format = || ReferenceError::Format(whole.to_owned());
    let (host, port) = match registry.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']').ok_or_else(format)?;
            let good = !inside.is_empty() && inside.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
            (good.then_some("v6").ok_or_else(format)?, after.strip_prefix(':').or(after.is_empty().then_some("0")))
        }
        None => match registry.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (registry, Some("0")),
        },
    };
    let port = port.ok_or_else(format)?;
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let good = host.split('.').all(label) && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    good.then_some(()).ok_or_else(format)
}

fn check_path(path: &str, whole: &str) -> Result<(), ReferenceError> {
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(ReferenceError::UpperCase(path.to_owned()));
    }
    path.split('/').all(is_component).then_some(()).ok_or_else(|| ReferenceError::Format(whole.to_owned()))
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(text: &str) -> bool {
    let alnum = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().is_some_and(|b| alnum(*b)) && bytes.last().is_some_and(|b| alnum(*b));
    ends && text
        .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        .all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, whole: &str, familiar: &str) {
        let reference: Reference = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!((reference.to_string().as_str(), reference.familiar().as_str()), (whole, familiar));
        assert_eq!(reference.to_string().parse::<Reference>().as_ref(), Ok(&reference), "normal form is stable");
    }

    #[test]
    fn references_are_normalized_as_docker_does() {
        check("ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest");
        check("ubuntu:22.04", "docker.io/library/ubuntu:22.04", "ubuntu:22.04");
        check("lab/shell:1", "docker.io/lab/shell:1", "lab/shell:1");
        check("docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest");
        check("index.docker.io/library/a", "docker.io/library/a:latest", "a:latest");
        check("localhost/a", "localhost/a:latest", "localhost/a:latest");
        check("localhost:5000/a/b:t", "localhost:5000/a/b:t", "localhost:5000/a/b:t");
        check("127.0.0.1:5000/x", "127.0.0.1:5000/x:latest", "127.0.0.1:5000/x:latest");
        check("[::1]:5000/x:1", "[::1]:5000/x:1", "[::1]:5000/x:1");
        check("quay.io/a/b__c.d-e", "quay.io/a/b__c.d-e:latest", "quay.io/a/b__c.d-e:latest");
        check("UPPER/x", "UPPER/x:latest", "UPPER/x:latest");
        let digest = format!("sha256:{}", "0".repeat(64));
        check(&format!("a@{digest}"), &format!("docker.io/library/a@{digest}"), &format!("a@{digest}"));
        check(&format!("a:1@{digest}"), &format!("docker.io/library/a:1@{digest}"), &format!("a:1@{digest}"));
    }

    #[test]
    fn what_docker_refuses_is_refused() {
        let fails = |text: &str| text.parse::<Reference>().err().unwrap_or_else(|| panic!("{text} was accepted"));
        assert_eq!(fails(""), ReferenceError::Empty);
        assert!(matches!(fails("Ubuntu"), ReferenceError::UpperCase(_)));
        assert!(matches!(fails("a/B"), ReferenceError::UpperCase(_)));
        assert!(matches!(fails(&"a".repeat(64)), ReferenceError::LooksLikeId(_)));
        assert!(matches!(fails("a:"), ReferenceError::Tag(_)));
        assert!(matches!(fails("a:.x"), ReferenceError::Tag(_)));
        assert!(matches!(fails("a@sha256:0"), ReferenceError::Digest(_)));
        for (typed, length, before) in [
            ("a".repeat(256), 274, "docker.io/library/"),
            (format!("a/{}", "a".repeat(254)), 266, "docker.io/"),
            (format!("localhost:5000/{}:1", "a".repeat(256)), 271, "localhost:5000/"),
            (format!("index.docker.io/{}", "a".repeat(250)), 268, "docker.io/library/"),
        ] {
            assert_eq!(fails(&typed), ReferenceError::TooLong { length, before: before.to_owned() }, "{typed}");
        }
        let said = fails(&"a".repeat(256)).to_string();
        assert!(said.contains("274, the 18 of `docker.io/library/` among them"), "{said}");
        for bad in ["a//b", "-a", "a-", "a___b", "a..b", "/a", "a/", "a b", "x.y:port/a", "[::1/a", "é/a", "."] {
            assert!(matches!(fails(bad), ReferenceError::Format(_)), "{bad}");
        }
    }
}
