//! Files of `NAME=value`, a line each: `--env-file`, `--label-file` (docker/cli `opts/file.go`).

use crate::client::ClientError;
use crate::spec::visible;
use crate::trace::Code;
use std::io::Read;
use std::path::Path;

/// A line that has no `=`: what `known` says of it, or nothing. A line that begins with `#` says nothing.
pub(super) fn read(
    path: &Path,
    flag: &str,
    known: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, ClientError> {
    let fault = |code| ClientError::new(code).with("flag", flag).with("path", visible::path(path));
    let text = whole(path).map_err(|e| fault(Code::EnvFileUnreadable).with("reason", e))?;
    let mut entries = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let name = line.split('=').next().unwrap_or_default();
        if name.is_empty() {
            return Err(fault(Code::EnvFileNoName).with("line", line));
        }
        if name.contains(char::is_whitespace) {
            return Err(fault(Code::EnvFileSpaces).with("variable", name));
        }
        entries.extend(if line.contains('=') { Some(line.to_owned()) } else { known(line) });
    }
    Ok(entries)
}

/// No request may be larger: a device that never ends is not read for ever.
const MOST: u64 = 4 << 20;

fn whole(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(MOST + 1).read_to_string(&mut text)?;
    if read as u64 > MOST {
        return Err(std::io::Error::other(format!("larger than {} MiB", MOST >> 20)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<String>, Code> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, text).unwrap();
        read(&path, "--label-file", |name| (name == "known").then(|| "known=1".to_owned()))
            .map_err(|error| error.problem.code)
    }

    #[test]
    fn a_line_is_a_name_with_a_value() {
        let text = "\u{feff}# c\na=1\n\n  b=2 \nc\nknown\nd=x=y\n";
        assert_eq!(read_text(text).unwrap(), ["a=1", "b=2 ", "known=1", "d=x=y"]);
        assert_eq!(read_text("a b=1"), Err(Code::EnvFileSpaces));
        assert_eq!(read_text("=1"), Err(Code::EnvFileNoName));
        let endless = read(Path::new("/dev/zero"), "--label-file", |_| None).unwrap_err();
        assert!(endless.problem.args["reason"].contains("4 MiB"), "{:?}", endless.problem);
    }
}
