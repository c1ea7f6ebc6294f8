use super::details::NAMED;
use crate::docker::{Known, known};
use crate::engine::container::bounds;
use crate::engine::container::refusal::unsupported;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use serde_json::Value;
use std::collections::BTreeMap;

/// How much of a log is kept: `--log-opt max-size=10m --log-opt max-file=3`, Docker's names. Without them dockwalk keeps
/// 10 MiB in each of 3 files, where Docker keeps all there ever was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// Bytes of a file, at least one record's.
    pub size: u64,
    /// Files, the one that is written among them.
    pub files: u32,
}

/// What a file is allowed to be at most; a disk is full before.
const LARGEST: u64 = 1 << 40;
/// Each rotation renames them all.
const MOST: u32 = 100;

impl Default for LogOptions {
    fn default() -> Self {
        Self { size: 10 << 20, files: 3 }
    }
}

impl LogOptions {
    /// Reads `HostConfig.LogConfig.Config`.
    pub fn parse(config: &BTreeMap<String, String>) -> Result<Self> {
        let mut options = Self::default();
        for (name, value) in config {
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
                _ => {
                    let option = format!("--log-opt {name}");
                    if matches!(known(&option, &Value::Null), Known::NoOption) {
                        let fault = Fault::new(FaultKind::BadRequest, Code::UnknownLogOption);
                        return Err(fault.with("option", bounds::short(name)));
                    }
                    return Err(unsupported(&option, &Value::from(value.as_str())));
                }
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &[(&str, &str)]) -> Result<LogOptions> {
        LogOptions::parse(&options.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_log_is_bounded_with_and_without_options() {
        assert_eq!(read(&[]).unwrap(), LogOptions { size: 10 << 20, files: 3 });
        assert_eq!(read(&[("max-size", "1k"), ("max-file", "1")]).unwrap(), LogOptions { size: 1024, files: 1 });
        for (name, value) in [("max-size", "-1"), ("max-size", "x"), ("max-size", "0"), ("max-file", "0")] {
            assert_eq!(read(&[(name, value)]).unwrap_err().problem.code, Code::InvalidLogOption, "{name} {value}");
        }
        assert_eq!(read(&[("tag", "x")]).unwrap_err().problem.code, Code::UnsupportedOption);
        assert_eq!(read(&[("nope", "1")]).unwrap_err().problem.code, Code::UnknownLogOption);
        for foreign in ["Max-size", "max-sizes", "", "syslog-address"] {
            assert_eq!(read(&[(foreign, "x")]).unwrap_err().problem.code, Code::UnknownLogOption, "{foreign}");
        }
    }
}
