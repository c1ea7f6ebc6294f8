//! Lines of `/proc/<pid>/mountinfo` (proc_pid_mountinfo(5)).

use crate::spec::ContainerId;
use crate::trace::{Mount, MountKey, MountKind};

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountInfo {
    /// Mount id.
    pub id: u64,
    /// Root of the mount in its file system.
    pub root: String,
    /// Where, as seen by that process.
    pub target: String,
    /// What is mounted below it is told to others: it is in a peer group.
    pub shared: bool,
    /// It is told of what is mounted below another one.
    pub slave: bool,
    /// Mount options, then those of the super block.
    pub options: [String; 2],
    /// File system type.
    pub fstype: String,
    /// Mount source.
    pub source: String,
    /// The line itself.
    pub line: String,
}

/// Reads a whole file. A line that does not have the documented form is left out.
pub fn parse(text: &str) -> Vec<MountInfo> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<MountInfo> {
    let (left, right) = line.split_once(" - ")?;
    let mut left = left.split(' ');
    let id = left.next()?.parse().ok()?;
    let root = unescape(left.nth(2)?);
    let target = unescape(left.next()?);
    let options = left.next()?.to_owned();
    let (mut shared, mut slave) = (false, false);
    for field in left {
        shared |= field.starts_with("shared:");
        slave |= field.starts_with("master:");
    }
    let mut right = right.splitn(3, ' ');
    let fstype = right.next()?.to_owned();
    let source = unescape(right.next()?);
    let options = [options, right.next().unwrap_or_default().to_owned()];
    Some(MountInfo { id, root, target, shared, slave, options, fstype, source, line: line.to_owned() })
}

/// Space, tab, newline and backslash are written as `\040` and so on.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let octal = tail.get(..3).filter(|_| first == b'\\').and_then(|d| std::str::from_utf8(d).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[4..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl MountInfo {
    /// The mount as the World knows it.
    pub fn mount(&self, mntns: u64, container: Option<ContainerId>, kind: MountKind) -> Mount {
        Mount {
            key: MountKey { mntns, id: self.id },
            container,
            target: self.target.clone(),
            kind,
            fstype: self.fstype.clone(),
            source: self.source.clone(),
            root: self.root.clone(),
            options: self.options.join(","),
            read_only: self.options.iter().any(|options| options.split(',').any(|option| option == "ro")),
        }
    }

    /// What an overlay mount says it is made of.
    pub fn overlay(&self) -> MountKind {
        let [_, options] = &self.options;
        let value =
            |key: &str| split(options, ',').into_iter().find_map(|option| option.strip_prefix(key).map(unescape));
        let listed = value("lowerdir=").map(|dirs| split(&dirs, ':')).unwrap_or_default();
        let each = split(options, ',').into_iter().filter_map(|o| o.strip_prefix("lowerdir+=").map(unescape));
        MountKind::Overlay {
            lower: listed.into_iter().chain(each).collect(),
            upper: value("upperdir=").unwrap_or_default(),
            work: value("workdir=").unwrap_or_default(),
        }
    }
}

/// Splits at what no backslash stands before.
fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        match parts.last_mut() {
            Some(part) if c != at || escaped => part.push(c),
            _ => parts.push(String::new()),
        }
        escaped = c == '\\' && !escaped;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let line = r"36 35 98:0 /mnt\0401 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue";
        let entry = parse_line(line).unwrap();
        assert_eq!((entry.id, entry.root.as_str(), entry.target.as_str()), (36, "/mnt 1", "/mnt2"));
        assert_eq!((entry.fstype.as_str(), entry.source.as_str()), ("ext3", "/dev/root"));
        let mount = entry.mount(7, None, MountKind::System);
        assert_eq!(mount.options, "rw,noatime,rw,errors=continue");
        assert!(entry.slave && !entry.shared);
        assert!(!mount.read_only);
    }

    #[test]
    fn an_overlay_tells_its_layers() {
        let line = "40 35 0:50 / /m rw,relatime - overlay overlay rw,lowerdir=/b:/a,upperdir=/u,workdir=/w";
        let (lower, upper, work) = (vec!["/b".to_owned(), "/a".to_owned()], "/u".to_owned(), "/w".to_owned());
        assert_eq!(parse_line(line).unwrap().overlay(), MountKind::Overlay { lower, upper, work });
        let line = "40 35 0:50 / /m rw - overlay overlay rw,lowerdir+=/b,lowerdir+=/a,upperdir=/u,workdir=/w";
        assert!(
            matches!(parse_line(line).unwrap().overlay(), MountKind::Overlay { lower, .. } if lower == ["/b", "/a"])
        );
    }
}
