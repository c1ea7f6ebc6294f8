//! What tables of docker's have in common.

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
