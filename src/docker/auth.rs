//! Who somebody is to a registry: the body of `/auth`, and what `X-Registry-Auth` carries (base64url of JSON).

use super::shape::is_default;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthConfig {
    #[serde(skip_serializing_if = "is_default")]
    pub username: String,
    #[serde(skip_serializing_if = "is_default")]
    pub password: String,
    #[serde(skip_serializing_if = "is_default")]
    pub serveraddress: String,
    #[serde(skip_serializing_if = "is_default")]
    pub identitytoken: String,
    #[serde(skip_serializing_if = "is_default")]
    pub registrytoken: String,
}

/// Secrets do not show in a log.
impl fmt::Debug for AuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthConfig({})", self.serveraddress)
    }
}

/// `POST /auth`
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AuthAnswer {
    pub status: String,
    pub identity_token: String,
}

impl fmt::Debug for AuthAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthAnswer({})", self.status)
    }
}
