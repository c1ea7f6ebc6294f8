use super::super::tests::check;
use super::super::{Labels, Volumes, Wanted};
use super::*;
use crate::engine::unpack::Options as Unpacking;
use crate::engine::unpack::tests::build::{Header as Block, dir, file, gzip, hard, symlink, tar};
use crate::engine::{Cx, Fault, FaultKind, IdRange, Result, handle};
use crate::trace::{Code, Moved, Problem};
use nix::sys::stat::{Mode, SFlag, mknod};
use nix::unistd::geteuid;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink as link};
use std::os::unix::net::UnixListener;
use std::path::Path;

fn import(
    cx: &Cx,
    volumes: &Volumes,
    root: &Path,
    name: Option<&str>,
    bytes: impl Read,
) -> Result<(Moved, Vec<Problem>)> {
    let scratch = root.join("scratch");
    fs::create_dir(&scratch).unwrap();
    let check = |labels: &Labels| match labels.contains_key("bad") {
        true => Err(Fault::new(FaultKind::BadRequest, Code::BadRequest)),
        false => Ok(()),
    };
    let options = Unpacking::new(IdRange::ALL, false);
    let how = Import { name, scratch: scratch.clone(), options, check: &check };
    let made = volumes.import(cx, how, bytes);
    assert!(!scratch.exists(), "what is on its way goes, or becomes the volume");
    made.map(|(_, moved, remarks)| (moved, remarks))
}

fn export(cx: &Cx, volumes: &Volumes, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    volumes.export(cx, &volumes.get(name).unwrap(), &Vec::new, &mut bytes).unwrap();
    bytes
}

/// All of a volume: names that are no text, holes, links, a pipe, owners as far as this user may give them away.
fn fill(at: &Path) {
    let path = |name: &[u8]| at.join(OsStr::from_bytes(name));
    fs::create_dir_all(path(b"d/inner")).unwrap();
    fs::write(path(b"d/inner/file"), "content").unwrap();
    fs::hard_link(path(b"d/inner/file"), path(b"again")).unwrap();
    fs::set_permissions(path(b"again"), fs::Permissions::from_mode(0o4751)).unwrap();
    fs::write(path(b"empty"), "").unwrap();
    fs::write(path(b"no\xfftext\nline"), "odd").unwrap();
    fs::write(path(&[b'n'; 255]), "long").unwrap();
    link("../../../etc/passwd", path(b"d/out")).unwrap();
    mknod(&path(b"pipe"), SFlag::S_IFIFO, Mode::from_bits_truncate(0o640), 0).unwrap();
    xattr::set(path(b"empty"), "user.note", b"\x00\xff").ok();
    access_lists(at);
    let sparse = File::create(path(b"sparse")).unwrap();
    sparse.set_len(3 << 30).unwrap();
    sparse.write_all_at(b"in the middle", 1 << 30).unwrap();
    let old = File::options().write(true).open(path(b"empty")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH - std::time::Duration::from_millis(1500)).unwrap();
    fs::set_permissions(at, fs::Permissions::from_mode(0o1775)).unwrap();
    if geteuid().is_root() {
        std::os::unix::fs::lchown(path(b"d/out"), Some(1000), Some(33)).unwrap();
        std::os::unix::fs::chown(path(b"d"), Some(7), Some(8)).unwrap();
        std::os::unix::fs::chown(at, Some(3_000_000), Some(6)).unwrap();
    }
    fs::set_permissions(path(b"d/inner"), fs::Permissions::from_mode(0o500)).unwrap();
}

/// A file that its group may only read and one more user may write, and a directory that hands such a list on.
fn access_lists(at: &Path) {
    // acl(5) as the kernel has it: version 2, then tag, permissions and id of each entry, little endian.
    let list = |entries: &[(u16, u16, u32)]| -> Vec<u8> {
        let entries = entries
            .iter()
            .flat_map(|(tag, perm, id)| [&tag.to_le_bytes()[..], &perm.to_le_bytes(), &id.to_le_bytes()].concat());
        2u32.to_le_bytes().into_iter().chain(entries).collect()
    };
    const NONE: u32 = u32::MAX;
    let own = geteuid().as_raw();
    let all = list(&[(1, 6, NONE), (2, 6, own), (4, 4, NONE), (0x10, 6, NONE), (0x20, 0, NONE)]);
    fs::write(at.join("listed"), "x").unwrap();
    fs::create_dir(at.join("handing")).unwrap();
    // Where the file system has none there is nothing to be moved.
    if xattr::set(at.join("listed"), "system.posix_acl_access", &all).is_ok() {
        xattr::set(at.join("handing"), "system.posix_acl_default", &all).unwrap();
    }
    fs::write(at.join("handing/later"), "").unwrap();
    fs::write(at.join("handing/plain"), "").unwrap();
    xattr::remove(at.join("handing/plain"), "system.posix_acl_access").ok();
}

/// What a tree is, path by path.
fn seen(root: &Path) -> BTreeMap<Vec<u8>, String> {
    let (mut all, mut todo, mut inodes) = (BTreeMap::new(), vec![root.to_owned()], BTreeMap::new());
    while let Some(path) = todo.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        let inode = inodes.len();
        let inode = inodes.entry(meta.ino()).or_insert(inode);
        let content = match () {
            () if meta.is_dir() => String::new(),
            () if meta.is_symlink() => format!("{:?}", fs::read_link(&path).unwrap()),
            () if meta.is_file() && meta.len() < 1 << 20 => format!("{:?}", fs::read(&path).unwrap()),
            () if meta.is_file() => {
                let mut middle = [0; 13];
                File::open(&path).unwrap().read_exact_at(&mut middle, 1 << 30).unwrap();
                format!("{middle:?} {}", meta.blocks())
            }
            () => String::new(),
        };
        let [note, access, inherited] = ["user.note", "system.posix_acl_access", "system.posix_acl_default"]
            .map(|name| xattr::get(&path, name).ok().flatten());
        let size = if meta.is_dir() { 0 } else { meta.len() };
        let what = format!(
            "{:o} {}:{} {size} {}.{:09} #{inode}×{} {note:?} {access:?} {inherited:?} {content}",
            meta.mode(),
            meta.uid(),
            meta.gid(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.nlink()
        );
        all.insert(path.strip_prefix(root).unwrap().as_os_str().as_bytes().to_vec(), what);
        if meta.is_dir() {
            let mut inside: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
            inside.sort();
            todo.extend(inside);
        }
    }
    all
}

#[test]
fn a_volume_comes_back_as_it_was() {
    check(|cx, volumes, root| {
        let labels = Labels::from([("tier".to_owned(), "db".to_owned())]);
        let made = volumes.create_as(cx, Some("data"), &Wanted { labels: labels.clone(), ..Wanted::default() })?;
        fill(&made.path);
        let bytes = export(cx, volumes, "data");
        let outline = volumes.outline(&made)?;
        assert_eq!((outline.entries, outline.sockets), (14, 0));
        assert!(bytes.len() < 64 << 10 && bytes.len() as u64 / outline.bytes < 3, "{} {outline:?}", bytes.len());
        let (moved, remarks) = import(cx, volumes, root, Some("again"), bytes.as_slice())?;
        assert_eq!((moved.entries, moved.bytes, remarks), (15, bytes.len() as u64, Vec::new()));
        assert_eq!(seen(&volumes.place("again")), seen(&made.path));
        assert_eq!(volumes.get("again")?.labels, labels);
        // The same content is the same list, however it was packed.
        let (packed, _) = import(cx, volumes, root, Some("packed"), gzip(&bytes).as_slice())?;
        assert_eq!(packed, Moved { volume: "packed".to_owned(), ..moved.clone() });
        assert_eq!(*cx.world().moved["again"], moved);
        assert_eq!(cx.world().moved["data"].digest, moved.digest);
        volumes.remove(cx, "again", &|_| Vec::new())?;
        assert!(!cx.world().moved.contains_key("again"));
        // By the name that it had.
        volumes.remove(cx, "data", &|_| Vec::new())?;
        import(cx, volumes, root, None, bytes.as_slice())?;
        assert_eq!(volumes.get("data")?.labels, labels);
        Ok(())
    });
}

#[test]
fn sockets_are_left_out_and_whoever_writes_meanwhile_is_named() {
    check(|cx, volumes, root| {
        let made = volumes.create(cx, "data")?;
        let _listens = UnixListener::bind(made.path.join("socket")).unwrap();
        assert_eq!(volumes.outline(&made)?.sockets, 1);
        let mut bytes = Vec::new();
        volumes.export(cx, &made, &|| vec!["web".to_owned()], &mut bytes)?;
        let codes: Vec<_> = cx.world().remarks.iter().map(|remark| remark.code.clone()).collect();
        assert_eq!(codes, [Code::SocketSkipped, Code::VolumeExportedInUse]);
        assert_eq!(import(cx, volumes, root, Some("other"), bytes.as_slice())?.0.entries, 1);
        assert!(!volumes.place("other").join("socket").exists());
        Ok(())
    });
}

#[test]
fn one_byte_that_is_another_is_noticed_wherever_it_is() {
    check(|cx, volumes, root| {
        let made = volumes.create(cx, "data")?;
        fs::create_dir(made.path.join("d")).unwrap();
        fs::write(made.path.join("d/file"), "content").unwrap();
        link("file", made.path.join("d/link")).unwrap();
        let bytes = export(cx, volumes, "data");
        let text = |what: &[u8]| bytes.windows(what.len()).position(|there| there == what).unwrap();
        let list = text(b"{\"entry\"");
        for at in (0..bytes.len()).step_by(19).chain([text(b"content")]) {
            let mut other = bytes.clone();
            other[at] ^= 0x10;
            match import(cx, volumes, root, Some("other"), other.as_slice()) {
                Err(_) => assert!(volumes.get("other").is_err(), "byte {at}"),
                // Of the list's own header, or what fills it up to a block.
                Ok(_) => {
                    assert!(at > list - 512 && !other[at].is_ascii_graphic(), "byte {at}");
                    assert_eq!(seen(&volumes.place("other")), seen(&made.path), "byte {at}");
                    volumes.remove(cx, "other", &|_| Vec::new())?;
                }
            }
        }
        let mut other = bytes.clone();
        other[text(b"content")] = b'C';
        let fault = import(cx, volumes, root, Some("other"), other.as_slice()).unwrap_err();
        assert_eq!((fault.problem.code, &*fault.problem.args["entry"]), (Code::VolumeArchiveDigest, "data/d/file"));
        for packed in [false, true] {
            let bytes = if packed { gzip(&bytes) } else { bytes.clone() };
            // The end of a tar is two blocks of zeros, which may lack.
            let whole = bytes.len() - if packed { 0 } else { 1536 };
            for cut in (0..whole).step_by(whole / 37) {
                let fault = import(cx, volumes, root, Some("other"), &bytes[..cut]).unwrap_err();
                assert_eq!(fault.kind, FaultKind::BadRequest, "{cut}: {fault}");
                assert!(volumes.get("other").is_err(), "cut at {cut}");
            }
        }
        Ok(())
    });
}

/// An archive of these entries with its list, as `export` would write it.
fn sealed(description: serde_json::Value, entries: &[(&str, Vec<u8>)], behind: &[Vec<u8>]) -> Vec<u8> {
    let first = file("volume.json", description.to_string());
    let all = [("volume.json", first)].into_iter().chain(entries.iter().cloned());
    let (mut list, mut bytes) = (String::new(), Vec::new());
    for (name, entry) in all {
        let sha256: String = Sha256::digest(&entry).iter().map(|byte| format!("{byte:02x}")).collect();
        list.push_str(&format!("{{\"entry\":\"{name}\",\"bytes\":{},\"sha256\":\"{sha256}\"}}\n", entry.len()));
        bytes.push(entry);
    }
    bytes.push(file("digests.jsonl", list));
    tar(&[bytes, behind.to_vec()].concat())
}

fn described() -> serde_json::Value {
    json!({"format": 1, "name": "data", "driver": "local", "created": "2026-01-01T00:00:00Z", "dockwalk": "0"})
}

#[test]
fn what_is_no_archive_of_a_volume_is_refused_by_name_and_leaves_nothing() {
    let with = |name: &str, value: serde_json::Value| {
        let mut description = described();
        description[name] = value;
        sealed(description, &[], &[])
    };
    let holding = |name: &str, entry: Vec<u8>| sealed(described(), &[("data", dir("data")), (name, entry)], &[]);
    let block = |flag, name: &str| Block::new(flag, name, "", 0).and("");
    let mut listed = sealed(described(), &[("data/a", file("data/a", "x"))], &[]);
    let (a, end) = (1024, 2048);
    let lacking = [&listed[..a], &listed[end..]].concat();
    let more = [&listed[..end], &listed[a..]].concat();
    let unlisted = tar(&[file("volume.json", described().to_string()), file("data/a", "x")]);
    listed.truncate(end);
    check(|cx, volumes, root| {
        for (what, bytes, code) in [
            ("nothing", Vec::new(), Code::VolumeArchiveForeign),
            ("text", b"hello".to_vec(), Code::VolumeArchiveForeign),
            ("zip", b"PK\x03\x04".to_vec(), Code::VolumeArchiveForeign),
            ("a tar", tar(&[file("a", "x")]), Code::VolumeArchiveForeign),
            ("no JSON", tar(&[file("volume.json", "{")]), Code::VolumeArchiveForeign),
            ("a directory", tar(&[dir("volume.json")]), Code::VolumeArchiveForeign),
            ("newer", with("format", json!(2)), Code::VolumeArchiveNewer),
            ("a name that climbs", with("name", json!("../x")), Code::VolumeName),
            ("labels", with("labels", json!({"bad": ""})), Code::BadRequest),
            ("climbing", holding("data/../../x", file("data/../../x", "x")), Code::VolumeArchiveDamaged),
            ("beside", holding("x", file("x", "x")), Code::VolumeArchiveForeign),
            ("alike", holding("database", file("database", "x")), Code::VolumeArchiveForeign),
            ("absolute", holding("/etc/x", file("/etc/x", "x")), Code::VolumeArchiveForeign),
            ("linked", holding("data/l", hard("data/l", "/etc/passwd")), Code::VolumeArchiveForeign),
            ("described again", holding("volume.json", file("volume.json", "x")), Code::VolumeArchiveForeign),
            ("no file of it", sealed(described(), &[("data", file("data", "x"))], &[]), Code::VolumeArchiveDamaged),
            ("unknown", holding("data/q", block(b'Q', "data/q")), Code::VolumeArchiveDamaged),
            ("long", holding("data/n", file(format!("data/{}", "n".repeat(95)), "")), Code::VolumeArchiveDigest),
            ("behind", sealed(described(), &[], &[file("data/late", "x")]), Code::VolumeArchiveForeign),
            ("one lacks", lacking.clone(), Code::VolumeArchiveDigest),
            ("one too many", more.clone(), Code::VolumeArchiveDigest),
            ("no list", unlisted.clone(), Code::VolumeArchiveShort),
            ("cut", listed.clone(), Code::VolumeArchiveShort),
        ] {
            let fault = import(cx, volumes, root, None, bytes.as_slice()).unwrap_err();
            assert_eq!(fault.problem.code, code, "{what}: {fault}");
            assert_eq!(fs::read_dir(root.join("volumes")).unwrap().count(), 0, "{what}");
        }
        import(cx, volumes, root, None, sealed(described(), &[], &[]).as_slice())?;
        let fault = import(cx, volumes, root, None, sealed(described(), &[], &[]).as_slice()).unwrap_err();
        assert_eq!((fault.kind, fault.problem.code), (FaultKind::Conflict, Code::VolumeExists));
        Ok(())
    });
}

#[test]
fn links_in_an_archive_lead_nowhere_out_of_its_volume() {
    check(|cx, volumes, root| {
        let outside = root.join("outside");
        fs::create_dir(&outside).unwrap();
        let beside = volumes.create(cx, "beside")?;
        let (absolute, climbing) = (outside.display().to_string(), "../../beside/_data".to_owned());
        for (n, target) in [absolute, climbing, "..".to_owned(), "/".to_owned()].iter().enumerate() {
            let entries = [
                ("data/l", symlink("data/l", target)),
                ("data/l/evil", file("data/l/evil", "x")),
                ("data/l/labels.json", file("data/l/labels.json", "{\"a\":\"b\"}")),
            ];
            let name = format!("volume{n}");
            // It may be refused, or land within.
            let made = import(cx, volumes, root, Some(&name), sealed(described(), &entries, &[]).as_slice());
            assert!(fs::read_dir(&outside).unwrap().next().is_none(), "{target}");
            assert!(fs::read_dir(&beside.path).unwrap().next().is_none(), "{target}");
            if made.is_ok() {
                assert_eq!(volumes.get(&name)?.labels, Labels::new(), "{target}");
            }
        }
        Ok(())
    });
}

#[test]
fn what_a_volume_was_made_of_is_told_and_not_made_again() {
    check(|cx, volumes, root| {
        let mut description = described();
        description["options"] = json!({"type": "none", "device": "/etc", "o": "bind"});
        let (_, remarks) = import(cx, volumes, root, None, sealed(description, &[], &[]).as_slice())?;
        assert_eq!(remarks.iter().map(|remark| remark.code.clone()).collect::<Vec<_>>(), [Code::VolumeOptionsLeft]);
        assert_eq!(volumes.get("data")?.options, Options::new());
        // Of a bind the host's directory is what is exported.
        let host = root.join("host");
        fs::create_dir(&host).unwrap();
        fs::write(host.join("theirs"), "x").unwrap();
        let options = [("type", "none"), ("device", host.to_str().unwrap()), ("o", "bind")];
        let options = options.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        volumes.create_as(cx, Some("bound"), &Wanted { options, ..Wanted::default() })?;
        import(cx, volumes, root, Some("ours"), export(cx, volumes, "bound").as_slice())?;
        assert_eq!(fs::read(volumes.place("ours").join("theirs")).unwrap(), b"x");
        Ok(())
    });
}

/// Gives so many bytes, and fails then.
struct Breaking<'a>(&'a [u8], &'a dyn Fn());

impl Read for Breaking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            (self.1)();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        self.0.read(buffer)
    }
}

#[test]
fn a_sender_that_goes_away_leaves_nothing_and_one_that_comes_again_is_served() {
    check(|cx, volumes, root| {
        let made = volumes.create(cx, "data")?;
        fs::write(made.path.join("large"), vec![7; 300_000]).unwrap();
        let bytes = export(cx, volumes, "data");
        for part in [10, 1000, 5000, 200_000, bytes.len() - 1] {
            let fault = import(cx, volumes, root, Some("other"), Breaking(&bytes[..part], &|| ())).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Cancelled, "{part}: {fault}");
            assert!(volumes.get("other").is_err());
        }
        // An engine was killed over a volume of that name.
        fs::create_dir(volumes.dir("other")).unwrap();
        fs::write(volumes.dir("other").join("labels.json"), "{").unwrap();
        import(cx, volumes, root, Some("other"), bytes.as_slice())?;
        assert_eq!(volumes.get("other")?.labels, Labels::new());
        Ok(())
    });
}

#[test]
fn whoever_calls_it_off_leaves_nothing() {
    let calls_off = |cx: &Cx, volumes: &Volumes, root: &Path| {
        let made = volumes.create(cx, "data")?;
        fs::write(made.path.join("large"), vec![7; 300_000]).unwrap();
        let bytes = export(cx, volumes, "data");
        let off = || cx.cancel().cancel();
        let fault = import(cx, volumes, root, Some("other"), Breaking(&bytes[..200_000], &off)).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Cancelled);
        assert!(volumes.get("other").is_err());
        let fault = volumes.export(cx, &made, &Vec::new, io::sink()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Cancelled);
        Ok(())
    };
    check(calls_off);
}

#[test]
fn a_disk_that_is_full_says_so_and_is_as_empty_as_before() {
    if !geteuid().is_root() {
        assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "needs root");
        return;
    }
    let on_a_small_disk = || {
        use nix::mount::{MsFlags, mount};
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS).unwrap();
        let none = None::<&str>;
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
        check(|cx, volumes, root| {
            let made = volumes.create(cx, "data")?;
            fs::write(made.path.join("large"), vec![7; 600_000]).unwrap();
            let bytes = export(cx, volumes, "data");
            let small = root.join("small");
            fs::create_dir(&small).unwrap();
            mount(Some("small"), &small, Some("tmpfs"), MsFlags::empty(), Some("size=512k")).unwrap();
            let there = Volumes::open(&small)?;
            let fault = import(cx, &there, &small, Some("other"), bytes.as_slice()).unwrap_err();
            assert_eq!(fault.problem.code, Code::DiskFull, "{fault}");
            assert!(there.get("other").is_err());
            File::create(small.join("room")).unwrap().write_all(&[1; 400_000]).unwrap();
            Ok(())
        });
    };
    std::thread::spawn(on_a_small_disk).join().unwrap();
}

#[test]
fn another_volume_of_the_name_is_not_what_was_exported() {
    /// Deletes the volume and makes one of the same name once the first bytes are written.
    struct Exchanged<'a>(&'a Volumes, &'a Cx, bool);
    impl Write for Exchanged<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !std::mem::replace(&mut self.2, true) {
                self.0.remove(self.1, "memo", &|_| Vec::new()).unwrap();
                self.0.create(self.1, "memo").unwrap();
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    check(|cx, volumes, _| {
        let volume = volumes.create(cx, "memo")?;
        fs::write(volume.path.join("file"), "x").unwrap();
        let exported = volumes.export(cx, &volume, &Vec::new, Exchanged(volumes, cx, false));
        assert_eq!(exported.unwrap_err().problem.code, Code::VolumeNotFound);
        Ok(())
    });
}

#[test]
fn what_nobody_could_unpack_is_refused_before_anything_is_written() {
    check(|cx, volumes, _| {
        let volume = volumes.create(cx, "deep")?;
        let mut at = handle::open(&volume.path).unwrap();
        for _ in 0..300 {
            nix::sys::stat::mkdirat(&at, "d", Mode::S_IRWXU).unwrap();
            at = handle::enter(&at, OsStr::new("d")).unwrap();
        }
        assert_eq!(volumes.outline(&volume).unwrap_err().problem.code, Code::VolumeTooDeep);
        Ok(())
    });
}
