use super::*;
use crate::engine::conductor::{Cancel, Conductor, Journal, Recorder};
use crate::trace::{Code, OpKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::Duration;

/// Does something with volumes in a directory of its own.
pub(super) fn check(act: impl FnOnce(&Cx, &Volumes, &Path) -> Result<()>) {
    let dir = tempfile::tempdir().unwrap();
    let conductor = Conductor::new(
        Recorder::in_memory(),
        Journal::open(&dir.path().join("journal"), crate::engine::undoers(None)).unwrap(),
    );
    let volumes = Volumes::open(dir.path()).unwrap();
    conductor.operate(OpKind::VolumeCreate, "v", "v", &Cancel::new(), |cx| act(cx, &volumes, dir.path())).unwrap();
}

/// From that directory, as if it were a container's root.
fn fill(cx: &Cx, volumes: &Volumes, volume: &Volume, rootfs: &Path, target: &str) -> Result<()> {
    let root = handle::open(rootfs).unwrap();
    volumes.fill(cx, volume, &Layers { root: &root, merged: rootfs, stacked_by: "true" }, target)
}

#[test]
fn a_volume_is_made_once_listed_and_removed() {
    check(|cx, volumes, _| {
        let made = volumes.create(cx, "data")?;
        assert!(made.path.ends_with("volumes/data/_data") && made.path.is_dir() && !made.anonymous);
        assert_eq!(volumes.create(cx, "data")?, made);
        let anonymous = volumes.create_as(cx, None, &Wanted::default())?;
        assert!(anonymous.anonymous && anonymous.name.len() == 64);
        assert_eq!(volumes.list()?.len(), 2);
        assert_eq!(cx.world().volumes.len(), 2);
        volumes.remove(cx, "data", &|_| Vec::new())?;
        assert_eq!(volumes.get("data").unwrap_err().problem.code, Code::VolumeNotFound);
        assert!(!cx.world().volumes.contains_key("data"));
        Ok(())
    });
}

fn labelled(labels: &Labels) -> Wanted {
    Wanted { labels: labels.clone(), ..Wanted::default() }
}

#[test]
fn labels_are_kept_with_the_volume() {
    check(|cx, volumes, root| {
        let labels = Labels::from([("tier".to_owned(), "a=b".to_owned()), ("empty".to_owned(), String::new())]);
        assert_eq!(volumes.create_as(cx, Some("data"), &labelled(&labels))?.labels, labels);
        assert_eq!(Volumes::open(root)?.get("data")?.labels, labels, "after the engine");
        let others = Labels::from([("tier".to_owned(), "c".to_owned())]);
        assert_eq!(volumes.create_as(cx, Some("data"), &labelled(&others))?.labels, labels, "made once");
        assert_eq!(fs::metadata(root.join("volumes/data/labels.json")).unwrap().permissions().mode() & 0o777, 0o600);
        volumes.remove(cx, "data", &|_| Vec::new())?;
        assert_eq!(volumes.create(cx, "data")?.labels, Labels::new());
        // An engine was killed between the labels and the volume.
        fs::remove_dir(root.join("volumes/data/_data")).unwrap();
        fs::write(root.join("volumes/data/labels.json"), "{").unwrap();
        assert_eq!(volumes.create(cx, "data")?.labels, Labels::new());
        assert!(!root.join("volumes/data/labels.json").exists());
        Ok(())
    });
}

#[test]
fn a_volume_in_use_is_kept() {
    check(|cx, volumes, _| {
        volumes.create(cx, "data")?;
        let fault =
            volumes.remove(cx, "data", &|name| vec![format!("user-of-{name}"), "other".to_owned()]).unwrap_err();
        assert_eq!(
            (&fault.problem.code, fault.problem.args["containers"].as_str()),
            (&Code::VolumeInUse, "user-of-data, other")
        );
        assert!(volumes.get("data").is_ok());
        Ok(())
    });
}

#[test]
fn names_follow_dockers_rule() {
    for good in ["ab", "a.b_c-d", "0x", "Data1"] {
        assert_eq!(checked(good).unwrap(), good);
    }
    for bad in ["", "a", ".a", "-a", "a/b", "..", "a b", "é1"] {
        assert_eq!(checked(bad).unwrap_err().problem.code, Code::VolumeName, "{bad}");
    }
}

#[test]
fn an_empty_volume_is_filled_with_what_the_image_has() {
    check(|cx, volumes, dir| {
        let rootfs = dir.join("rootfs");
        let data = rootfs.join("srv/data");
        fs::create_dir_all(data.join("sub")).unwrap();
        fs::write(data.join("sub/file"), "text").unwrap();
        fs::set_permissions(data.join("sub/file"), fs::Permissions::from_mode(0o4711)).unwrap();
        fs::hard_link(data.join("sub/file"), data.join("again")).unwrap();
        symlink("/elsewhere", data.join("link")).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o1770)).unwrap();
        // The image's own path may be a symlink; it is followed inside the root.
        symlink("/srv/data", rootfs.join("shortcut")).unwrap();
        let volume = volumes.create(cx, "data")?;
        fill(cx, volumes, &volume, &rootfs, "/shortcut")?;
        let meta = |path: &str| fs::symlink_metadata(volume.path.join(path)).unwrap();
        assert_eq!(fs::read_to_string(volume.path.join("sub/file")).unwrap(), "text");
        assert_eq!(meta("sub/file").mode() & 0o7777, 0o4711);
        assert_eq!(meta("sub/file").ino(), meta("again").ino());
        assert_eq!(fs::read_link(volume.path.join("link")).unwrap(), Path::new("/elsewhere"));
        assert_eq!(fs::metadata(&volume.path).unwrap().mode() & 0o7777, 0o1770);
        // What is there already stays as it is.
        fs::write(data.join("later"), "").unwrap();
        fill(cx, volumes, &volume, &rootfs, "/srv/data")?;
        assert!(!volume.path.join("later").exists());
        Ok(())
    });
}

#[test]
fn all_that_a_file_is_comes_along_and_nothing_is_opened_that_answers() {
    check(|cx, volumes, dir| {
        let data = dir.join("rootfs/data");
        fs::create_dir_all(data.join("deep/er")).unwrap();
        nix::unistd::mkfifo(&data.join("pipe"), nix::sys::stat::Mode::S_IRUSR).unwrap();
        let _listens = std::os::unix::net::UnixListener::bind(data.join("socket")).unwrap();
        let holes = File::create(data.join("deep/er/holes")).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&holes, b"text", 3 << 20).unwrap();
        holes.set_len(64 << 20).unwrap();
        symlink("nowhere", data.join("link")).unwrap();
        fs::hard_link(data.join("link"), data.join("deep/same-link")).unwrap();
        xattr::set(data.join("deep/er/holes"), "user.note", b"said").unwrap();
        let old = nix::sys::time::TimeSpec::new(1_000_000_000, 5);
        for path in ["deep/er/holes", "link", "pipe", "deep"] {
            let flag = nix::sys::stat::UtimensatFlags::NoFollowSymlink;
            nix::sys::stat::utimensat(nix::fcntl::AT_FDCWD, &data.join(path), &old, &old, flag).unwrap();
        }
        let volume = volumes.create(cx, "data")?;
        fill(cx, volumes, &volume, &dir.join("rootfs"), "/data")?;
        let both = |path: &str| [&data, &volume.path].map(|root| fs::symlink_metadata(root.join(path)).unwrap());
        for path in ["", "deep", "deep/er", "deep/er/holes", "link", "pipe", "socket"] {
            let told = both(path).map(|m| (m.mode(), m.uid(), m.gid(), m.mtime(), m.mtime_nsec(), m.rdev()));
            assert_eq!(told[0], told[1], "{path}");
        }
        let [_, holes] = both("deep/er/holes");
        assert!(holes.size() == 64 << 20 && holes.blocks() * 512 < 1 << 20, "{} blocks", holes.blocks());
        assert_eq!(fs::read(volume.path.join("deep/er/holes")).unwrap()[3 << 20..][..5], *b"text\0");
        assert_eq!(xattr::get(volume.path.join("deep/er/holes"), "user.note").unwrap().unwrap(), b"said");
        assert_eq!(both("link")[1].ino(), both("deep/same-link")[1].ino());
        Ok(())
    });
}

#[test]
fn what_is_no_directory_in_the_image_is_not_opened_and_fills_nothing() {
    check(|cx, volumes, dir| {
        let rootfs = dir.join("rootfs");
        fs::create_dir(&rootfs).unwrap();
        // To open it would wait for a writer.
        nix::unistd::mkfifo(&rootfs.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        symlink(dir, rootfs.join("out")).unwrap();
        symlink("loop", rootfs.join("loop")).unwrap();
        let volume = volumes.create(cx, "data")?;
        for target in ["/pipe", "/out", "/out/rootfs", "/loop", "/missing"] {
            fill(cx, volumes, &volume, &rootfs, target)?;
            assert!(handle::is_empty(handle::open(&volume.path).unwrap()).unwrap(), "{target}");
        }
        Ok(())
    });
}

#[test]
fn a_volume_that_a_container_nested_too_deep_is_removed() {
    check(|cx, volumes, _| {
        let volume = volumes.create(cx, "deep")?;
        let mut at = handle::open(&volume.path).unwrap();
        for _ in 0..3000 {
            nix::sys::stat::mkdirat(&at, "d", nix::sys::stat::Mode::S_IRWXU).unwrap();
            at = handle::enter(&at, OsStr::new("d")).unwrap();
        }
        volumes.remove(cx, "deep", &|_| Vec::new())?;
        assert!(!volume.path.exists());
        Ok(())
    });
}

#[test]
fn times_are_written_as_docker_does() {
    let at = |seconds| rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(at(0), "1970-01-01T00:00:00Z");
    assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
    assert_eq!(at(1_795_294_509), "2026-11-21T20:55:09Z");
}

#[test]
fn what_a_killed_engine_had_not_deleted_or_made_yet_is_cleared_away() {
    check(|cx, volumes, dir| {
        let whole = volumes.create(cx, "whole")?;
        fs::write(whole.path.join("kept"), "").unwrap();
        let root = dir.join("volumes");
        fs::create_dir_all(root.join(".aside-1/_data/deep")).unwrap();
        fs::create_dir_all(root.join("begun")).unwrap();
        fs::write(root.join("begun").join(LABELS), "{}").unwrap();
        fs::create_dir_all(root.join("foreign")).unwrap();
        fs::write(root.join("foreign/notes"), "").unwrap();
        Volumes::open(dir)?;
        let mut left: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["foreign", "whole"]);
        assert!(whole.path.join("kept").exists());
        Ok(())
    });
}

#[test]
fn a_copy_that_ends_early_leaves_the_volume_empty() {
    check(|cx, volumes, dir| {
        let mut deep = dir.join("rootfs/data");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("a"), "first").unwrap();
        // Deeper than what is copied.
        let mut at = handle::open(&deep).unwrap();
        for _ in 0..handle::DEPTH + 5 {
            nix::sys::stat::mkdirat(&at, "d", nix::sys::stat::Mode::S_IRWXU).unwrap();
            at = handle::enter(&at, OsStr::new("d")).unwrap();
        }
        let volume = volumes.create(cx, "data")?;
        fill(cx, volumes, &volume, &dir.join("rootfs"), "/data").unwrap_err();
        assert!(volume.is_empty()?);
        let beside: Vec<_> = fs::read_dir(dir.join("volumes")).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(beside, ["data"]);
        deep.push("d");
        handle::remove(&deep).unwrap();
        fill(cx, volumes, &volume, &dir.join("rootfs"), "/data")?;
        assert_eq!(fs::read_to_string(volume.path.join("a")).unwrap(), "first");
        Ok(())
    });
}

#[test]
fn a_volume_is_claimed_while_it_is_there() {
    check(|cx, volumes, _| {
        volumes.create(cx, "data")?;
        let claimed = std::cell::Cell::new(false);
        volumes.claim(cx, "data", || claimed.set(true))?;
        let users = |_: &str| if claimed.get() { vec!["box".to_owned()] } else { Vec::new() };
        assert_eq!(volumes.remove(cx, "data", &users).unwrap_err().problem.code, Code::VolumeInUse);
        claimed.set(false);
        volumes.remove(cx, "data", &users)?;
        let gone = volumes.claim(cx, "data", || claimed.set(true)).unwrap_err();
        assert_eq!((gone.problem.code, claimed.get()), (Code::VolumeGone, false));
        Ok(())
    });
}
