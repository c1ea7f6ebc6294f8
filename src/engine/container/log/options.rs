use super::details::NAMED;
use crate::docker::{Known, LogConfig, known};
use crate::engine::container::bounds;
use crate::engine::container::refusal::unsupported;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use serde_json::Value;

/// How much of a log is kept: `--log-opt max-size=10m --log-opt max-file=3`, Docker's names. Without them dockwalk keeps
/// 10 MiB in each of 3 files, where Docker keeps all there ever was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// Bytes of a file, at least one record's.
    pub size: u64,
    /// Files, the one that is written among them.
    pub files: u32,
    /// Nothing is kept at all: `--log-driver none`.
    pub nothing: bool,
}

/// What a file is allowed to be at most; a disk is full before.
const LARGEST: u64 = 1 << 40;
/// Each rotation renames them all.
const MOST: u32 = 100;

impl Default for LogOptions {
    fn default() -> Self {
        Self { size: 10 << 20, files: 3, nothing: false }
    }
}

impl LogOptions {
    /// Reads `HostConfig.LogConfig`. What the drivers json-file and local keep is the same here, in the same form.
    pub fn parse(config: &LogConfig) -> Result<Self> {
        let driver = config.kind.as_str();
        if !matches!(driver, "" | "json-file" | "local" | "none") {
            return Err(unsupported("HostConfig.LogConfig.Type", &Value::from(driver)));
        }
        let mut options = Self { nothing: driver == "none", ..Self::default() };
        let driver = if driver.is_empty() { "json-file" } else { driver };
        let known = |name: &str| match driver {
            "none" => false,
            "local" => matches!(name, "max-size" | "max-file" | "compress"),
            _ => !matches!(known(&format!("--log-opt {name}"), &Value::Null), Known::NoOption),
        };
        for (name, value) in &config.config {
            if !known(name) {
                let fault = Fault::new(FaultKind::BadRequest, Code::UnknownLogOption).with("driver", driver);
                return Err(fault.with("option", bounds::short(name)));
            }
            let bad =
                || Fault::new(FaultKind::BadRequest, Code::InvalidLogOption).with("option", name).with("value", value);
            match name.as_str() {
                "max-size" => {
                    let bytes = crate::client::units::bytes(value).and_then(|bytes| u64::try_from(bytes).ok());
                    options.size = bytes.filter(|bytes| (1..=LARGEST).contains(bytes)).ok_or_else(bad)?;
                }
                "max-file" => {
                    let files = value.parse().ok();
                    options.files = files.filter(|files| (1..=MOST).contains(files)).ok_or_else(bad)?;
                }
                // What is said before lines, where that is asked for: nothing of how much is kept.
                name if NAMED.contains(&name) => {}
                // Not compressed, as here.
                "compress" if value == "false" => {}
                _ => return Err(unsupported(&format!("--log-opt {name}"), &Value::from(value.as_str()))),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &[(&str, &str)]) -> Result<LogOptions> {
        read_of("", options)
    }

    fn read_of(driver: &str, options: &[(&str, &str)]) -> Result<LogOptions> {
        let config = options.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        LogOptions::parse(&LogConfig { kind: driver.to_owned(), config })
    }

    #[test]
    fn a_log_is_bounded_with_and_without_options() {
        assert_eq!(read(&[]).unwrap(), LogOptions { size: 10 << 20, files: 3, nothing: false });
        assert_eq!(
            read(&[("max-size", "1k"), ("max-file", "1")]).unwrap(),
            LogOptions { size: 1024, files: 1, nothing: false }
        );
        for (name, value) in [("max-size", "-1"), ("max-size", "x"), ("max-size", "0"), ("max-file", "0")] {
            assert_eq!(read(&[(name, value)]).unwrap_err().problem.code, Code::InvalidLogOption, "{name} {value}");
        }
        assert_eq!(read(&[("tag", "x")]).unwrap_err().problem.code, Code::UnsupportedOption);
        assert_eq!(read(&[("nope", "1")]).unwrap_err().problem.code, Code::UnknownLogOption);
        for foreign in ["Max-size", "max-sizes", "", "syslog-address"] {
            assert_eq!(read(&[(foreign, "x")]).unwrap_err().problem.code, Code::UnknownLogOption, "{foreign}");
        }
    }

    #[test]
    fn each_driver_has_its_own_options() {
        assert!(read_of("none", &[]).unwrap().nothing && !read_of("local", &[("max-file", "2")]).unwrap().nothing);
        let code = |driver, option| read_of(driver, &[(option, "1")]).unwrap_err().problem.code;
        assert_eq!(code("none", "max-size"), Code::UnknownLogOption);
        assert_eq!(code("local", "tag"), Code::UnknownLogOption);
        assert_eq!(code("syslog", "tag"), Code::UnsupportedOption);
        assert_eq!(code("foo", "tag"), Code::NoSuchValue);
    }
}
