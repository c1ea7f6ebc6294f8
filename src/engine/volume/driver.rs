//! What the `local` driver makes a volume of (`docker volume create -o`): a directory of the engine's alone, or what is mounted over
//! it as long as a container uses it. Read as Docker's does (moby `volume/local`); of its types those that need no server and no disk.

use crate::engine::evidence;
use crate::engine::fault::{Fault, FaultKind, Result};
use crate::trace::{Code, Evidence};
use nix::mount::MsFlags;
use nix::sys::statvfs::{FsFlags, statvfs};
use std::collections::BTreeMap;
use std::path::Path;

/// `type`, `o`, `device`, as they were asked for.
pub type Options = BTreeMap<String, String>;

/// What is mounted over a volume's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backing {
    /// `tmpfs`; none for a bind.
    pub fstype: Option<&'static str>,
    /// The host's directory, or a name that mountinfo shows.
    pub device: String,
    flags: MsFlags,
    /// `size=1m,uid=1000`
    data: String,
}

/// The keys that there are.
const KEYS: [&str; 4] = ["type", "o", "device", "size"];
/// What one of them needs beside it.
const NEEDS: [(&str, &[&str]); 3] = [("device", &["type"]), ("o", &["device", "type"]), ("type", &["device"])];
/// Bytes of a value: a path's (`PATH_MAX`), and less than a page of options (mount(2)).
const VALUE: usize = 4095;

/// Words of `o` that are flags of mount(2), and whether they take the flag away.
const WORDS: [(&str, MsFlags, bool); 20] = [
    ("ro", MsFlags::MS_RDONLY, false),
    ("rw", MsFlags::MS_RDONLY, true),
    ("suid", MsFlags::MS_NOSUID, true),
    ("nosuid", MsFlags::MS_NOSUID, false),
    ("dev", MsFlags::MS_NODEV, true),
    ("nodev", MsFlags::MS_NODEV, false),
    ("exec", MsFlags::MS_NOEXEC, true),
    ("noexec", MsFlags::MS_NOEXEC, false),
    ("sync", MsFlags::MS_SYNCHRONOUS, false),
    ("async", MsFlags::MS_SYNCHRONOUS, true),
    ("dirsync", MsFlags::MS_DIRSYNC, false),
    ("atime", MsFlags::MS_NOATIME, true),
    ("noatime", MsFlags::MS_NOATIME, false),
    ("diratime", MsFlags::MS_NODIRATIME, true),
    ("nodiratime", MsFlags::MS_NODIRATIME, false),
    ("relatime", MsFlags::MS_RELATIME, false),
    ("norelatime", MsFlags::MS_RELATIME, true),
    ("strictatime", MsFlags::MS_STRICTATIME, false),
    ("nostrictatime", MsFlags::MS_STRICTATIME, true),
    ("defaults", MsFlags::empty(), true),
];
const BINDS: [(&str, MsFlags); 2] = [("bind", MsFlags::MS_BIND), ("rbind", MsFlags::MS_BIND.union(MsFlags::MS_REC))];
/// What else a tmpfs takes (tmpfs(5)).
const OF_TMPFS: [&str; 8] = ["size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks=", "mpol=", "huge="];

/// Reads them; none where the directory is all there is. What nobody knows, and what dockwalk cannot mount, is refused by name.
pub fn backing(options: &Options) -> Result<Option<Backing>> {
    let bad = |code| Fault::new(FaultKind::BadRequest, code);
    for (key, value) in options {
        if !KEYS.contains(&key.as_str()) {
            return Err(bad(Code::VolumeOption).with("option", key).with("value", value));
        }
        let what = format!("DriverOpts.{key}");
        if value.len() > VALUE {
            return Err(bad(Code::ValueTooLong).with("what", what).with("length", value.len()).with("limit", VALUE));
        }
        if value.contains('\0') {
            return Err(bad(Code::ValueWithNul).with("what", what));
        }
    }
    for (key, needs) in NEEDS.iter().filter(|(key, _)| options.contains_key(*key)) {
        if let Some(lacks) = needs.iter().find(|needed| !options.contains_key(**needed)) {
            return Err(bad(Code::VolumeOptionMissing).with("option", lacks).with("beside", key));
        }
    }
    if let Some(size) = options.get("size") {
        return Err(bad(Code::VolumeOption).with("option", "size").with("value", size));
    }
    let Some(device) = options.get("device") else { return Ok(None) };
    let of = |key: &str| options.get(key).map_or("", String::as_str);
    let words = of("o").split(',').filter(|word| !word.is_empty());
    let bind = BINDS.iter().rfind(|(name, _)| words.clone().any(|word| word == *name)).map(|(_, flags)| *flags);
    let fstype = match (of("type"), bind) {
        // As for mount(2): who binds names no type.
        (_, Some(_)) => None,
        ("tmpfs", None) => Some("tmpfs"),
        (other, None) => return Err(bad(Code::VolumeType).with("type", other)),
    };
    if fstype.is_none() && !device.starts_with('/') {
        return Err(bad(Code::BindSourceRelative).with("path", device));
    }
    let (mut flags, mut data) = (bind.unwrap_or(MsFlags::empty()), Vec::new());
    for word in words.filter(|word| BINDS.iter().all(|(name, _)| name != word)) {
        match WORDS.iter().find(|(name, ..)| *name == word) {
            Some((_, flag, false)) => flags |= *flag,
            Some((_, flag, true)) => flags &= !*flag,
            None if fstype.is_some() && OF_TMPFS.iter().any(|key| word.starts_with(key)) => data.push(word),
            None => {
                return Err(bad(Code::VolumeMountOption).with("option", word).with("type", fstype.unwrap_or("bind")));
            }
        }
    }
    Ok(Some(Backing { fstype, device: device.clone(), flags, data: data.join(",") }))
}

impl Backing {
    /// Mounts it there, in this thread's mount namespace, and tells by which calls.
    pub fn mount(&self, over: &Path) -> nix::Result<Vec<Evidence>> {
        let data = Some(self.data.as_str()).filter(|data| !data.is_empty());
        let mut calls = vec![evidence::mount(Some(&self.device), over, self.fstype, self.flags, data)?];
        let own = self.flags - MsFlags::MS_BIND - MsFlags::MS_REC;
        if self.fstype.is_none() && !own.is_empty() {
            // The flags of a bind are set when it is there. In a user namespace those that it has from the host stay.
            let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | own | inherited(over)?;
            match evidence::mount(None, over, None, flags, None) {
                Ok(call) => calls.push(call),
                Err(errno) => {
                    nix::mount::umount2(over, nix::mount::MntFlags::MNT_DETACH)?;
                    return Err(errno);
                }
            }
        }
        Ok(calls)
    }

    /// `mount -t tmpfs -o size=1m tmpfs /path`
    pub fn by_hand(&self, over: &Path) -> String {
        let words =
            WORDS.iter().filter(|(_, flag, clear)| !clear && self.flags.contains(*flag)).map(|(word, ..)| *word);
        let binds = BINDS.iter().rfind(|(_, flags)| self.flags.contains(*flags)).map(|(word, _)| *word);
        let data = Some(self.data.as_str()).filter(|data| !data.is_empty());
        let all: Vec<_> = binds.into_iter().chain(words).chain(data).collect();
        let kind = self.fstype.map(|fstype| format!(" -t {fstype}")).unwrap_or_default();
        let options = if all.is_empty() { String::new() } else { format!(" -o {}", all.join(",")) };
        format!("mount{kind}{options} {} {}", self.device, over.display())
    }

    /// Its content is in memory: gone with the last container that uses it.
    pub fn is_memory(&self) -> bool {
        self.fstype.is_some()
    }
}

fn inherited(path: &Path) -> nix::Result<MsFlags> {
    let there = statvfs(path)?.flags();
    let all = [
        (FsFlags::ST_RDONLY, MsFlags::MS_RDONLY),
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    Ok(all.into_iter().filter(|(flag, _)| there.contains(*flag)).fold(MsFlags::empty(), |all, (_, flag)| all | flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Backing>> {
        let pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
        backing(&pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn options_say_what_is_mounted_and_how() {
        let over = Path::new("/v/_data");
        for (options, by_hand) in [
            ("type=tmpfs device=tmpfs", "mount -t tmpfs tmpfs /v/_data"),
            ("type=tmpfs device=mem o=size=1m,uid=5,noexec", "mount -t tmpfs -o noexec,size=1m,uid=5 mem /v/_data"),
            ("type=tmpfs device=mem o=ro,rw,size=2m", "mount -t tmpfs -o size=2m mem /v/_data"),
            ("type=none device=/a o=bind", "mount -o bind /a /v/_data"),
            ("type=none device=/a o=ro,rbind", "mount -o rbind,ro /a /v/_data"),
            ("type= device=/a o=bind", "mount -o bind /a /v/_data"),
        ] {
            assert_eq!(read(options).unwrap().unwrap().by_hand(over), by_hand, "{options}");
        }
        assert_eq!(read("").unwrap(), None);
        assert!(read("type=tmpfs device=tmpfs").unwrap().unwrap().is_memory());
    }

    #[test]
    fn what_cannot_be_mounted_is_refused_by_name() {
        let long = "x".repeat(5000);
        for (options, code) in [
            ("foo=bar", Code::VolumeOption),
            ("type=tmpfs", Code::VolumeOptionMissing),
            ("device=tmpfs", Code::VolumeOptionMissing),
            ("o=size=1m", Code::VolumeOptionMissing),
            ("o=bind device=/a", Code::VolumeOptionMissing),
            ("size=10m", Code::VolumeOption),
            ("type=nfs device=:/x o=addr=10.0.0.1,rw", Code::VolumeType),
            ("type=none device=/a", Code::VolumeType),
            ("type=none device=a/b o=bind", Code::BindSourceRelative),
            ("type=tmpfs device=tmpfs o=foo", Code::VolumeMountOption),
            ("type=none device=/a o=bind,size=1m", Code::VolumeMountOption),
            (&format!("type=tmpfs device={long}"), Code::ValueTooLong),
            ("type=tmpfs device=a\0b", Code::ValueWithNul),
        ] {
            assert_eq!(read(options).unwrap_err().problem.code, code, "{options}");
        }
    }
}
