use serde::{Deserialize, Serialize};
use std::fmt;

/// What an image runs on: `os/architecture[/variant]` (OCI image-spec, image-index.md, `platform`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`, or `unknown` for an attestation.
    pub os: String,
    /// A GOARCH value: `amd64`, `arm64`, …; empty when the image does not say.
    pub architecture: String,
    /// `v7` in `linux/arm/v7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// The platform this program was built for.
    pub fn host() -> Self {
        let (architecture, variant) = match std::env::consts::ARCH {
            "x86_64" => ("amd64", None),
            "x86" => ("386", None),
            "aarch64" => ("arm64", Some("v8")),
            "arm" => ("arm", Some("v7")),
            "powerpc64" => ("ppc64le", None),
            other => (other, None),
        };
        Self { os: "linux".into(), architecture: architecture.into(), variant: variant.map(Into::into) }
    }

    /// Parses `os/architecture[/variant]`; a lone architecture means Linux.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/').map(str::to_owned);
        let first = parts.next().filter(|p| !p.is_empty())?;
        let (os, architecture) = match parts.next() {
            Some(second) if !second.is_empty() => (first, second),
            Some(_) => return None,
            None => ("linux".to_owned(), first),
        };
        let variant = parts.next();
        parts.next().is_none().then_some(Self { os, architecture, variant })
    }

    /// True when a host of platform `self` runs an image made for `image`. `arm64` without a variant is `arm64/v8`. What says
    /// no architecture is taken for one that runs, as Docker takes it.
    pub fn runs(&self, image: &Self) -> bool {
        fn variant(p: &Platform) -> Option<&str> {
            p.variant.as_deref().or((p.architecture == "arm64").then_some("v8"))
        }
        self.os == image.os
            && (self.architecture == image.architecture || image.architecture.is_empty())
            && (variant(image).is_none() || variant(self).is_none() || variant(self) >= variant(image))
    }

    /// True for the `unknown/unknown` entry under which BuildKit stores an attestation.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if !self.architecture.is_empty() {
            write!(f, "/{}", self.architecture)?;
        }
        self.variant.as_ref().map_or(Ok(()), |v| write!(f, "/{v}"))
    }
}
