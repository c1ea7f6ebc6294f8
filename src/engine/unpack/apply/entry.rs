use crate::engine::unpack::shown;
use crate::engine::unpack::stream::damaged;
use crate::engine::{Fault, Result};
use crate::tree;
use nix::sys::stat::{Mode, makedev};
use nix::sys::time::TimeSpec;
use std::io::Read;
use tar::EntryType;

/// What a tar says about one path, checked.
#[derive(Debug)]
pub struct Meta {
    /// Without leading `/` or `./`, without `..`; empty for the root.
    pub path: Vec<u8>,
    pub kind: Kind,
    pub mode: Mode,
    pub uid: u64,
    pub gid: u64,
    pub mtime: TimeSpec,
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Debug)]
pub enum Kind {
    File(u64),
    Directory,
    Symlink(Vec<u8>),
    /// A hard link to a path of this layer.
    Link(Vec<u8>),
    Fifo,
    Char(u64),
    Block(u64),
}

/// Before the name of what is hidden (OCI image-spec, layer.md).
pub const WHITEOUT: &[u8] = b".wh.";
/// In a directory of which all is hidden.
pub const OPAQUE: &[u8] = b".wh..wh..opq";
/// What aufs kept for itself: layers of old Dockers have it.
pub const AUFS: &[u8] = b".wh..wh.";

const XATTR: &[u8] = b"SCHILY.xattr.";
const LIBARCHIVE_SPARSE: &[u8] = b"GNU.sparse.";

impl Meta {
    /// None for an entry that is no path: a global PAX header.
    pub fn read<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Option<Self>> {
        let path = entry.path_bytes().into_owned();
        let fail = |reason: &dyn std::fmt::Display| damaged(format!("{}: {reason}", shown(&path)));
        let mut mtime = None;
        let mut xattrs = Vec::new();
        for extension in entry.pax_extensions().map_err(|e| fail(&e))?.into_iter().flatten() {
            let extension = extension.map_err(|e| fail(&e))?;
            let (key, value) = (extension.key_bytes(), extension.value_bytes());
            if key.starts_with(LIBARCHIVE_SPARSE) {
                // The tar crate would take the map of holes for content.
                return Err(Fault::failed("layer-sparse").with("path", shown(&path)));
            }
            if key == b"mtime" {
                mtime = std::str::from_utf8(value).ok().and_then(pax_time);
            } else if let Some(name) = key.strip_prefix(XATTR) {
                xattrs.push((name.to_vec(), value.to_vec()));
            }
        }
        let link = entry.link_name_bytes().map(|name| name.into_owned());
        let header = entry.header();
        let device = || -> Result<u64> {
            let number = |n: std::io::Result<Option<u32>>| n.map_err(|e| fail(&e)).map(Option::unwrap_or_default);
            Ok(makedev(number(header.device_major())?.into(), number(header.device_minor())?.into()))
        };
        let size = entry.size();
        let kind = match header.entry_type() {
            EntryType::XGlobalHeader => return Ok(None),
            // Before POSIX a directory was a file whose name ends in a slash.
            EntryType::Regular if path.ends_with(b"/") => Kind::Directory,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File(size),
            EntryType::Directory => Kind::Directory,
            EntryType::Symlink => Kind::Symlink(link.ok_or_else(|| fail(&"a link without a target"))?),
            EntryType::Link => {
                Kind::Link(clean(&link.ok_or_else(|| fail(&"a link without a target"))?).map_err(|e| fail(&e))?)
            }
            EntryType::Fifo => Kind::Fifo,
            EntryType::Char => Kind::Char(device()?),
            EntryType::Block => Kind::Block(device()?),
            other => return Err(fail(&format!("entries of type {:?} are unknown", char::from(other.as_byte())))),
        };
        let seconds = header.mtime().map_err(|e| fail(&e))?;
        let mtime = mtime.unwrap_or_else(|| TimeSpec::new(i64::try_from(seconds).unwrap_or(i64::MAX), 0));
        Ok(Some(Self {
            mode: Mode::from_bits_truncate(header.mode().map_err(|e| fail(&e))? & 0o7777),
            uid: header.uid().map_err(|e| fail(&e))?,
            gid: header.gid().map_err(|e| fail(&e))?,
            path: clean(&path).map_err(|e| fail(&e))?,
            kind,
            mtime,
            xattrs,
        }))
    }

    /// The same as the pure model has it; none for what means nothing outside aufs.
    pub fn entry(&self) -> Option<tree::Entry> {
        let name = self.path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let dir = &self.path[..self.path.len() - name.len()];
        let numbers = |device: u64| (nix::sys::stat::major(device) as u32, nix::sys::stat::minor(device) as u32);
        let (path, kind) = match name {
            OPAQUE => (dir.strip_suffix(b"/").unwrap_or_default().to_vec(), tree::Kind::Opaque),
            name if name.starts_with(AUFS) => return None,
            name if name.starts_with(WHITEOUT) => ([dir, &name[WHITEOUT.len()..]].concat(), tree::Kind::Whiteout),
            _ => {
                let kind = match &self.kind {
                    Kind::File(size) => tree::Kind::File { size: *size },
                    Kind::Directory => tree::Kind::Directory,
                    Kind::Symlink(target) => tree::Kind::Symlink { target: target.clone().into() },
                    Kind::Link(target) => tree::Kind::Hardlink { target: target.clone().into() },
                    Kind::Fifo => tree::Kind::Fifo,
                    Kind::Char(device) => {
                        let (major, minor) = numbers(*device);
                        tree::Kind::Char { major, minor }
                    }
                    Kind::Block(device) => {
                        let (major, minor) = numbers(*device);
                        tree::Kind::Block { major, minor }
                    }
                };
                (self.path.clone(), kind)
            }
        };
        Some(tree::Entry {
            path: path.into(),
            kind,
            mode: self.mode.bits(),
            uid: self.uid,
            gid: self.gid,
            mtime: tree::Time { seconds: self.mtime.tv_sec(), nanos: self.mtime.tv_nsec() as u32 },
            xattrs: self.xattrs.iter().map(|(name, value)| (name.clone().into(), value.clone().into())).collect(),
        })
    }
}

/// `/a/./b/` is `a/b`. What climbs up is refused: no honest layer does.
fn clean(path: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(path.len());
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => return Err("`..` in a path would leave the layer"),
            _ if part.contains(&0) => return Err("a zero byte in a path"),
            _ => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(part);
            }
        }
    }
    Ok(out)
}

/// `1700000000.123456789`
fn pax_time(text: &str) -> Option<TimeSpec> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanos: i64 = digits.parse().ok()?;
    // Before 1970 the fraction counts downwards from the whole second.
    Some(if whole.starts_with('-') && nanos > 0 {
        TimeSpec::new(seconds - 1, 1_000_000_000 - nanos)
    } else {
        TimeSpec::new(seconds, nanos)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_times_have_fractions_and_may_be_before_1970() {
        assert_eq!(pax_time("12.5"), Some(TimeSpec::new(12, 500_000_000)));
        assert_eq!(pax_time("12"), Some(TimeSpec::new(12, 0)));
        assert_eq!(pax_time("-1.25"), Some(TimeSpec::new(-2, 750_000_000)));
        assert_eq!(pax_time("soon"), None);
    }

    #[test]
    fn paths_are_made_relative_and_never_climb() {
        assert_eq!(clean(b"/a/./b//c/"), Ok(b"a/b/c".to_vec()));
        assert_eq!(clean(b"./"), Ok(Vec::new()));
        assert!(clean(b"a/../../b").is_err());
    }
}
