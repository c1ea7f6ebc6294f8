//! Flags of `docker run` that are more than a word: what is wrong with them is known before anything is asked for, as docker does.

use crate::client::ClientError;
use crate::docker::{SECCOMP_PROFILE, Ulimit, is_own_sysctl, is_search_domain, mac};
use crate::spec::visible;
use crate::trace::Code;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Docker's names of limits (go-units `ulimit.go`).
const ULIMITS: &[&str] = &[
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// `--ulimit name=soft[:hard]`: of two for one name the later counts.
pub(super) fn ulimits(texts: &[String]) -> Result<Vec<Ulimit>, ClientError> {
    let mut all = BTreeMap::new();
    for text in texts {
        let bad = || ClientError::new(Code::BadUlimit).with("value", text);
        let (name, limits) = text.split_once('=').ok_or_else(bad)?;
        if !ULIMITS.contains(&name) {
            return Err(ClientError::new(Code::UlimitUnknown).with("name", name));
        }
        let number = |text: &str| text.parse::<i64>().map_err(|_no_number| bad());
        let (soft, hard) = limits.split_once(':').unwrap_or((limits, limits));
        let (soft, hard) = (number(soft)?, number(hard)?);
        if hard != -1 && (soft == -1 || soft > hard) {
            let fault = ClientError::new(Code::UlimitSoftAboveHard).with("name", name);
            return Err(fault.with("soft", soft).with("hard", hard));
        }
        all.insert(name.to_owned(), Ulimit { name: name.to_owned(), soft, hard });
    }
    Ok(all.into_values().collect())
}

/// `--sysctl name=value`
pub(super) fn sysctls(texts: &[String]) -> Result<BTreeMap<String, String>, ClientError> {
    let one = |text: &String| {
        let pair = text.split_once('=').filter(|(name, _)| is_own_sysctl(name));
        let bad = || ClientError::new(Code::SysctlNotAllowed).with("sysctl", text);
        pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(bad)
    };
    texts.iter().map(one).collect()
}

/// `--uts`, `--cgroupns`, `--userns`: one of these words.
pub(super) fn mode(flag: &str, asked: Option<&String>, words: &[&str]) -> Result<String, ClientError> {
    let asked = asked.map(String::as_str).unwrap_or_default();
    let bad = || {
        let fault = ClientError::new(Code::NoSuchValue).with("option", format!("--{flag}")).with("value", asked);
        fault.with("known", words.join(", "))
    };
    if asked.is_empty() || words.contains(&asked) { Ok(asked.to_owned()) } else { Err(bad()) }
}

/// `--memory-swappiness`
pub(super) fn swappiness(asked: Option<i64>) -> Result<Option<i64>, ClientError> {
    let bad = |percent: &i64| ClientError::new(Code::BadSwappiness).with("value", percent);
    asked.as_ref().filter(|percent| !(-1..=100).contains(*percent)).map_or(Ok(asked), |percent| Err(bad(percent)))
}

/// `--mac-address`
pub(super) fn mac_address(text: Option<&str>) -> Result<String, ClientError> {
    let text = text.unwrap_or_default().trim();
    let bad = || ClientError::new(Code::InvalidMac).with("mac", text);
    if text.is_empty() || mac(text).is_some() { Ok(text.to_owned()) } else { Err(bad()) }
}

/// `--dns-search`
pub(super) fn search(domains: &[String]) -> Result<Vec<String>, ClientError> {
    let one = |text: &String| {
        let domain = text.trim_matches(' ');
        let bad = || ClientError::new(Code::InvalidDomain).with("what", "--dns-search").with("domain", text);
        is_search_domain(domain).then(|| domain.to_owned()).ok_or_else(bad)
    };
    domains.iter().map(one).collect()
}

/// `--security-opt`: a seccomp profile is read here, and goes with the request without the blanks in it.
pub(super) fn security(options: &[String]) -> Result<Vec<String>, ClientError> {
    let one = |option: &String| {
        let (name, value) = option.split_once(['=', ':']).unwrap_or((option, ""));
        match (name, value) {
            ("no-new-privileges", _) | ("seccomp", "unconfined" | "builtin") => Ok(option.clone()),
            (_, "") => Err(ClientError::new(Code::SecurityOptInvalid).with("option", option)),
            ("seccomp", file) => Ok([name, &profile(Path::new(file))?].join("=")),
            _ => Ok(option.clone()),
        }
    };
    options.iter().map(one).collect()
}

fn profile(path: &Path) -> Result<String, ClientError> {
    let fault = |code, reason: &dyn std::fmt::Display| {
        ClientError::new(code).with("path", visible::path(path)).with("reason", reason)
    };
    let unread = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => fault(Code::SeccompFileUnread, &"no such file or directory"),
        _ => fault(Code::SeccompFileUnread, &error),
    };
    let mut text = String::new();
    let most = SECCOMP_PROFILE as u64 + 1;
    File::open(path).and_then(|file| file.take(most).read_to_string(&mut text)).map_err(unread)?;
    let none = |reason: &dyn std::fmt::Display| fault(Code::SeccompFileDamaged, reason);
    if text.len() > SECCOMP_PROFILE {
        return Err(none(&format!("more than {SECCOMP_PROFILE} bytes")));
    }
    serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|error| none(&error))?;
    Ok(without_blanks(&text))
}

/// A JSON document without what stands between its words (Go's `json.Compact`).
fn without_blanks(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let kept = |letter: &char| {
        let inside = quoted;
        quoted ^= *letter == '"' && !escaped;
        escaped = quoted && *letter == '\\' && !escaped;
        inside || !letter.is_ascii_whitespace()
    };
    text.chars().filter(kept).collect()
}

/// `--cidfile`: the file that a container's id is written to once there is one. Without that it goes again.
pub(super) struct CidFile {
    path: PathBuf,
    file: File,
    written: bool,
}

impl CidFile {
    /// Makes it. One that is there may be another container's.
    pub(super) fn make(path: Option<&Path>) -> Result<Option<Self>, ClientError> {
        let Some(path) = path.filter(|path| !path.as_os_str().is_empty()) else { return Ok(None) };
        let fault = |code| ClientError::new(code).with("path", visible::path(path));
        match File::create_new(path) {
            Ok(file) => Ok(Some(Self { path: path.to_owned(), file, written: false })),
            Err(e) => Err(match e.kind() {
                ErrorKind::AlreadyExists => fault(Code::CidFileThere),
                ErrorKind::NotFound => fault(Code::CidFileNowhere),
                ErrorKind::PermissionDenied => fault(Code::CidFileDenied),
                _ => fault(Code::CidFileUnwritable).with("reason", e),
            }),
        }
    }

    /// The exit status of `run` where it was not made: docker takes it from what the operating system says.
    pub(super) fn status(code: &Code) -> Option<u8> {
        match code {
            Code::CidFileNowhere => Some(127),
            Code::CidFileDenied => Some(126),
            _ => None,
        }
    }

    /// The container is there.
    pub(super) fn write(mut self, id: &str) -> Result<(), ClientError> {
        let fault = ClientError::new(Code::CidFileUnwritable).with("path", visible::path(&self.path));
        self.file.write_all(id.as_bytes()).map_err(|e| fault.with("reason", e))?;
        self.written = true;
        Ok(())
    }
}

impl Drop for CidFile {
    fn drop(&mut self) {
        if !self.written {
            std::fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> Code {
        result.unwrap_err().problem.code
    }

    #[test]
    fn a_limit_is_a_number_or_two() {
        let one = |text: &str| ulimits(&[text.to_owned()]).map(|all| (all[0].soft, all[0].hard));
        assert_eq!(one("nofile=100:200").unwrap(), (100, 200));
        assert_eq!(one("nofile=100").unwrap(), (100, 100));
        assert_eq!(one("cpu=-1").unwrap(), (-1, -1));
        assert_eq!(one("cpu=5:-1").unwrap(), (5, -1));
        assert_eq!(code(one("nofile=200:100")), Code::UlimitSoftAboveHard);
        assert_eq!(code(one("foo=1")), Code::UlimitUnknown);
        for bad in ["nofile", "nofile=x", "nofile=1:2:3", "nofile=9223372036854775808", "nofile="] {
            assert_eq!(code(one(bad)), Code::BadUlimit, "{bad}");
        }
    }

    #[test]
    fn a_profile_goes_without_its_blanks_and_what_is_in_quotes_stays() {
        let text = "{ \"a b\" :\n [1, 2], ".to_owned() + r#""c\" d": " ", "e\\" : 1 }"#;
        assert_eq!(without_blanks(&text), r#"{"a b":[1,2],"c\" d":" ","e\\":1}"#);
    }

    #[test]
    fn a_file_without_an_id_goes_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cid");
        drop(CidFile::make(Some(&path)).unwrap());
        assert!(!path.exists());
        CidFile::make(Some(&path)).unwrap().unwrap().write("1234").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1234");
        assert_eq!(CidFile::make(Some(&path)).err().unwrap().problem.code, Code::CidFileThere);
        assert!(CidFile::make(Some(Path::new(""))).unwrap().is_none());
    }
}
