//! What tables of docker's have in common.

use crate::trace::Code;
/// The first twelve digits of an id, without `sha256:`.
pub(super) fn short(id: &str) -> String {
    id.strip_prefix("sha256:").unwrap_or(id).chars().take(12).collect()
}

/// How long ago that second was.
pub(super) fn ago(unix: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    let passed = now.saturating_sub(u64::try_from(unix).unwrap_or(0));
    format!("{} ago", crate::client::units::human_duration(std::time::Duration::from_secs(passed)))
}

/// Is `--format json` asked for? Templates are not supported: they are refused, not ignored.
pub(super) fn is_json(format: Option<&str>) -> Result<bool, crate::client::ClientError> {
    match format {
        None | Some("table") => Ok(false),
        Some("json" | "{{json .}}") => Ok(true),
        Some(other) => Err(crate::client::ClientError::new(Code::FormatUnsupported).with("format", other)),
    }
}
