//! Tables as docker prints them: upper-case heads, three spaces between columns, no rules.

/// Prints it; a column is as wide as its widest cell.
pub(super) fn print(heads: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("   ").trim_end().to_owned()
    };
    println!("{}", line(&mut heads.iter().copied()));
    for row in rows {
        println!("{}", line(&mut row.iter().map(String::as_str)));
    }
}

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
        Some(other) => Err(crate::client::ClientError::new("format-unsupported").with("format", other)),
    }
}
