//! Who we are to a registry: docker's own `config.json` and its helpers.
//!
//! ```text
//! credHelpers[registry] ─▶ docker-credential-<name> get      stdin: registry, stdout: {"Username", "Secret"}
//! else credsStore       ─▶ docker-credential-<name> get
//! else auths[registry]  ─▶ base64(name:password), or an identity token
//! ```
//!
//! What is found goes to the engine in the header `X-Registry-Auth`, as docker sends it, and nowhere else.

use crate::client::{ClientError, trust};
use crate::docker::{AuthConfig, ConfigFile, HelperLogin, KeptLogin};
use crate::spec::Reference;
use crate::spec::visible;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Docker Hub's name in `config.json`, from the time of its first protocol.
const HUB: &str = "https://index.docker.io/v1/";
/// The user name that says: the secret is an identity token.
const TOKEN: &str = "<token>";

/// Docker's `config.json`.
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    pub path: PathBuf,
    whole: ConfigFile,
}

/// A login as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    Password { username: String, password: String },
    Identity(String),
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(•••)")
    }
}

impl Config {
    /// `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. One that is not there is empty.
    pub fn load() -> Result<Self, ClientError> {
        let dir = std::env::var_os("DOCKER_CONFIG").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(".docker"));
        Self::load_from(dir.or_else(home).unwrap_or_default().join("config.json"))
    }

    fn load_from(path: PathBuf) -> Result<Self, ClientError> {
        let bad = |reason: String| {
            ClientError::new("docker-config-unreadable").with("path", visible::path(&path)).with("reason", reason)
        };
        let whole = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => ConfigFile::default(),
            Err(e) => return Err(bad(e.to_string())),
        };
        Ok(Self { path, whole })
    }

    /// What is kept for a registry; none when nothing is.
    pub fn login(&self, registry: &str) -> Result<Option<Login>, ClientError> {
        let key = key(registry);
        match self.helper(registry) {
            Some(helper) => get(&helper, &key),
            None => Ok(self.file_login(&key)),
        }
    }

    /// Keeps a login: with the helper when there is one, else in the file.
    pub fn keep(&mut self, registry: &str, login: &Login) -> Result<(), ClientError> {
        let key = key(registry);
        let (username, secret) = match login {
            Login::Password { username, password } => (username.as_str(), password),
            Login::Identity(token) => (TOKEN, token),
        };
        if let Some(helper) = self.helper(registry) {
            let login = HelperLogin { server_url: key, username: username.to_owned(), secret: secret.clone() };
            let input = serde_json::to_string(&login).map_err(|e| failed(&helper, "store", &e.to_string()))?;
            return run(&helper, "store", &input).map(drop);
        }
        let kept = match login {
            Login::Password { .. } => {
                KeptLogin { auth: STANDARD.encode(format!("{username}:{secret}")), ..KeptLogin::default() }
            }
            Login::Identity(token) => KeptLogin {
                auth: STANDARD.encode(format!("{TOKEN}:")),
                identitytoken: token.clone(),
                ..KeptLogin::default()
            },
        };
        self.whole.auths.insert(key, kept);
        self.save()
    }

    /// Forgets it. False when nothing was kept.
    pub fn forget(&mut self, registry: &str) -> Result<bool, ClientError> {
        let key = key(registry);
        if let Some(helper) = self.helper(registry) {
            let there = get(&helper, &key)?.is_some();
            run(&helper, "erase", &key)?;
            return Ok(there);
        }
        let kept = self.whole.auths.remove(&key).is_some();
        if kept {
            self.save()?;
        }
        Ok(kept)
    }

    /// True when logins go to a program that guards them.
    pub fn is_guarded(&self, registry: &str) -> bool {
        self.helper(registry).is_some()
    }

    fn helper(&self, registry: &str) -> Option<String> {
        let helpers = &self.whole.cred_helpers;
        let own = helpers.get(&key(registry)).or_else(|| helpers.get(registry));
        Some(own.unwrap_or(&self.whole.creds_store)).filter(|name| !name.is_empty()).cloned()
    }

    /// As docker finds it: under the key itself, else under an address of the same host.
    fn file_login(&self, key: &str) -> Option<Login> {
        let auths = &self.whole.auths;
        let entry = auths.get(key).or_else(|| auths.iter().find(|(k, _)| host(k) == host(key)).map(|(_, v)| v))?;
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(token) = given(&entry.identitytoken) {
            return Some(Login::Identity(token));
        }
        if let (Some(username), Some(password)) = (given(&entry.username), given(&entry.password)) {
            return Some(Login::Password { username, password });
        }
        let decoded = STANDARD.decode(given(&entry.auth)?).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
        let (username, password) = decoded.split_once(':')?;
        let password = password.trim_end_matches('\0').to_owned();
        Some(Login::Password { username: username.to_owned(), password })
    }

    /// All or nothing, and for nobody else to read.
    fn save(&self) -> Result<(), ClientError> {
        use std::os::unix::fs::DirBuilderExt;
        let failed = |e: std::io::Error| {
            ClientError::new("docker-config-unwritable").with("path", visible::path(&self.path)).with("reason", e)
        };
        let text = serde_json::to_string_pretty(&self.whole).map_err(|e| failed(e.into()))?;
        if let Some(dir) = self.path.parent() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
        }
        let new = self.path.with_extension(format!("json.{}", std::process::id()));
        trust::new_file(&new)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| std::fs::rename(&new, &self.path))
            .map_err(failed)
    }
}

impl Login {
    /// As the engine is told it.
    pub fn auth_config(&self, registry: &str) -> AuthConfig {
        let at = AuthConfig { serveraddress: key(registry), ..AuthConfig::default() };
        match self {
            Self::Password { username, password } => {
                AuthConfig { username: username.clone(), password: password.clone(), ..at }
            }
            Self::Identity(token) => AuthConfig { identitytoken: token.clone(), ..at },
        }
    }

    /// The value of `X-Registry-Auth`.
    pub fn header(&self, registry: &str) -> String {
        // Texts alone: there is nothing in them that JSON could not say.
        URL_SAFE.encode(serde_json::to_vec(&self.auth_config(registry)).unwrap_or_default())
    }
}

/// The header that goes with a request about this image; none when nothing is kept for its registry.
pub(super) fn header(reference: &Reference) -> Result<Option<(&'static str, String)>, ClientError> {
    let login = Config::load()?.login(&reference.registry)?;
    Ok(login.map(|login| ("X-Registry-Auth", login.header(&reference.registry))))
}

/// The registry's name in `config.json`.
fn key(registry: &str) -> String {
    match registry {
        "docker.io" | "index.docker.io" | "registry-1.docker.io" => HUB.to_owned(),
        other => other.to_owned(),
    }
}

fn host(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

fn get(helper: &str, key: &str) -> Result<Option<Login>, ClientError> {
    let Some(said) = run(helper, "get", key)? else { return Ok(None) };
    let said: HelperLogin = serde_json::from_str(&said).map_err(|e| failed(helper, "get", &e.to_string()))?;
    let HelperLogin { username, secret, .. } = said;
    Ok(match username.as_str() {
        "" => None,
        TOKEN => Some(Login::Identity(secret)),
        _ => Some(Login::Password { username, password: secret }),
    })
}

/// What the helper says; none when it has nothing for that registry.
fn run(helper: &str, action: &str, input: &str) -> Result<Option<String>, ClientError> {
    // A name, not a path: the file that says it may have come from somebody else.
    if helper.contains('/') {
        return Err(failed(helper, action, "a helper's name has no / in it"));
    }
    let program = format!("docker-credential-{helper}");
    let mut child = Command::new(&program)
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|e| failed(helper, action, &e.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not care to read may have its answer all the same.
        stdin.write_all(input.as_bytes()).or_else(ignore_closed).map_err(|e| failed(helper, action, &e.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|e| failed(helper, action, &e.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status.success() {
        true => Ok(Some(said)),
        false if said.contains("credentials not found") => Ok(None),
        false => Err(failed(helper, action, if said.is_empty() { "it says nothing" } else { &said })),
    }
}

fn ignore_closed(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn failed(helper: &str, action: &str, reason: &str) -> ClientError {
    ClientError::new("credential-helper-failed")
        .with("program", format!("docker-credential-{helper}"))
        .with("action", action)
        .with("reason", reason)
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
