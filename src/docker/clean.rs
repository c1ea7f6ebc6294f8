//! Paths by their shortest names, as Go's `path.Clean` makes them.

/// An absolute path without doubled slashes, `.` and `..`: by its words alone, no link is followed.
pub fn absolute(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
