//! Docker's `~/.docker/config.json`, as far as logins go, and what its credential helpers say
//! (docker/cli `cli/config/configfile`, docker/docker-credential-helpers). All else in it is kept as it is.

use super::container::Rest;
use super::shape::{is_default, or_default};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigFile {
    /// By the registry's name.
    #[serde(deserialize_with = "or_default::deserialize")]
    pub auths: BTreeMap<String, KeptLogin>,
    /// Helpers of registries.
    #[serde(skip_serializing_if = "is_default", deserialize_with = "or_default::deserialize")]
    pub cred_helpers: BTreeMap<String, String>,
    /// The helper of all others.
    #[serde(skip_serializing_if = "is_default", deserialize_with = "or_default::deserialize")]
    pub creds_store: String,
    #[serde(flatten)]
    pub rest: Rest,
}

/// A login in the file.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptLogin {
    /// base64 of `name:password`
    #[serde(skip_serializing_if = "is_default", deserialize_with = "or_default::deserialize")]
    pub auth: String,
    #[serde(skip_serializing_if = "is_default", deserialize_with = "or_default::deserialize")]
    pub identitytoken: String,
    #[serde(skip_serializing_if = "is_default", deserialize_with = "or_default::deserialize")]
    pub username: String,
    #[serde(skip_serializing_if = "is_default", deserialize_with = "or_default::deserialize")]
    pub password: String,
    #[serde(flatten)]
    pub rest: Rest,
}

/// What a helper is given and gives.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HelperLogin {
    #[serde(rename = "ServerURL", skip_serializing_if = "is_default")]
    pub server_url: String,
    pub username: String,
    pub secret: String,
}

/// Secrets do not show in a log.
macro_rules! secret {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(•••)"))
            }
        }
    )*};
}

secret! { ConfigFile KeptLogin HelperLogin }
