//! What is true of registries beyond what they hold: how much they still give, what is damaged in them, which promise
//! found a damage out.

use super::super::Problem;
use crate::spec::Digest;
use serde::{Deserialize, Serialize};

/// How much a registry still gives, as its answer's headers say (`ratelimit-limit: 100;w=21600`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryLimit {
    /// The registry, a key of `registries`.
    pub registry: String,
    /// How many pulls in one window; none when it does not say.
    pub limit: Option<u64>,
    /// How many are left.
    pub remaining: u64,
    /// The window's length in seconds; none when it does not say.
    pub window: Option<u64>,
}

/// A registry wants to be left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryWait {
    /// Which, as `host[:port]`.
    pub registry: String,
    /// For how many seconds, counted from this event.
    pub seconds: u64,
    /// Why.
    pub problem: Problem,
}

/// What the bytes of a digest are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// An index.
    Index,
    /// A manifest.
    Manifest,
    /// A config.
    Config,
    /// A layer's blob.
    Blob,
}

impl Content {
    /// What a media type says; anything unknown is a blob.
    pub fn of(media_type: &str) -> Self {
        match media_type {
            text if text.contains(".index.") || text.contains(".manifest.list.") => Self::Index,
            text if text.contains(".manifest.") => Self::Manifest,
            text if text.contains(".config.") || text.contains(".container.image.") => Self::Config,
            _ => Self::Blob,
        }
    }

    /// `index`, `manifest`, `config`, `blob`
    pub fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Blob => "blob",
        }
    }
}

/// One bit of what the built-in registry serves is the other way round, as on a rotten disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// The registry, `127.0.0.1:40123`.
    pub registry: String,
    /// What is damaged.
    pub content: Content,
    /// What it is served as: the digest that it no longer has.
    pub digest: Digest,
    /// Which byte, the first is 0.
    pub offset: u64,
    /// Which bit of it, 0 is the lowest.
    pub bit: u8,
}

/// Bytes that are not what somebody promised, and who that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// What was asked for.
    pub content: Content,
    /// The promised digest.
    pub digest: Digest,
    /// Who promised it.
    pub by: Promise,
    /// What was wrong.
    pub problem: Problem,
}

/// Where a digest was written down before the bytes came. A tag is none of these: it promises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "in", content = "digest")]
pub enum Promise {
    /// The reference that was asked for: `name@sha256:…`.
    Reference,
    /// The header `Docker-Content-Digest` of the same answer. Whoever can change the body can change it too.
    Header,
    /// The descriptor in that index.
    Index(Digest),
    /// The descriptor in that manifest.
    Manifest(Digest),
    /// The diff id in that config.
    Config(Digest),
}

impl Promise {
    /// `reference`, `header`, `index`, `manifest`, `config`
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Header => "header",
            Self::Index(_) => "index",
            Self::Manifest(_) => "manifest",
            Self::Config(_) => "config",
        }
    }

    /// The document that holds it.
    pub fn document(&self) -> Option<&Digest> {
        match self {
            Self::Reference | Self::Header => None,
            Self::Index(digest) | Self::Manifest(digest) | Self::Config(digest) => Some(digest),
        }
    }
}

/// A blob or manifest is in a registry, because of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// The registry, a key of `registries`.
    pub registry: String,
    /// `test/notes`
    pub repository: String,
    /// What is there now.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// How it came there.
    pub how: PushedHow,
}

/// How something that is pushed came to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushedHow {
    /// Its bytes were sent.
    Uploaded,
    /// It was there.
    Existing,
    /// It was in that repository of the same registry, and is now in this one too.
    Mounted {
        /// `library/debian`
        from: String,
    },
}
