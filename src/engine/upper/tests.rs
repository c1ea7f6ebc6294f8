use super::UpperSpec;
use super::inotify::Watches;
use super::tree::Tree;
use crate::spec::{ContainerId, Digest};
use crate::trace::UpperChange;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use std::fs;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;

/// An overlay in a mount namespace of this thread's own.
fn with_overlay(test: impl FnOnce(&Path, &UpperSpec) + Send) {
    if !nix::unistd::geteuid().is_root() {
        assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "needs root");
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let part = |name: &str| dir.path().join(name);
    ["lower/etc", "upper", "work", "merged"].iter().for_each(|name| fs::create_dir_all(part(name)).expect("made"));
    fs::write(part("lower/etc/motd"), "hello\n").expect("written");
    let spec = UpperSpec {
        container: ContainerId::from("c"),
        upper: part("upper"),
        merged: part("merged"),
        lower: vec![(part("lower"), Digest::from_sha256(&[1; 32]))],
        mount_points: Vec::new(),
        rootless: false,
    };
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        part("lower").display(),
        part("upper").display(),
        part("work").display()
    );
    let inside = || {
        unshare(CloneFlags::CLONE_NEWNS).expect("a namespace");
        let none = None::<&str>;
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).expect("private");
        let merged = part("merged");
        mount(Some("overlay"), &merged, Some("overlay"), MsFlags::empty(), Some(options.as_str())).expect("mounted");
        test(&merged, &spec);
        umount2(&merged, MntFlags::MNT_DETACH).expect("unmounted");
    };
    std::thread::scope(|scope| scope.spawn(inside).join().expect("no panic"));
}

fn news(tree: &mut Tree, watches: &mut Watches) -> Option<UpperChange> {
    let (notified, lost) = watches.read();
    assert!(!lost);
    notified.iter().for_each(|one| tree.notified(one, watches));
    tree.news(watches).map(|news| news.change)
}

#[test]
fn where_only_the_merged_directory_tells_of_writes_they_are_heard_all_the_same() {
    with_overlay(|merged, spec| {
        let mut watches = Watches::as_before_6_8().expect("inotify");
        let mut tree = Tree::new(spec).expect("a tree");
        tree.watch(spec, &mut watches).expect("watches");
        let mut file = fs::File::options().append(true).open(merged.join("etc/motd")).expect("open");
        file.write_all(b"one\n").expect("written");
        let change = news(&mut tree, &mut watches).expect("copied up");
        assert_eq!((change.files[0].size, change.totals.copied), (10, 6));
        file.write_all(b"two\n").expect("written");
        let change = news(&mut tree, &mut watches).expect("the open file has grown");
        assert_eq!((change.files[0].size, change.totals.copied), (14, 6));
        assert_eq!(news(&mut tree, &mut watches), None);
        tree.rest(&mut watches);
    });
}

#[test]
fn once_the_upper_directory_tells_of_writes_the_merged_one_is_left_alone() {
    with_overlay(|merged, spec| {
        let mut watches = Watches::open().expect("inotify");
        let mut tree = Tree::new(spec).expect("a tree");
        tree.watch(spec, &mut watches).expect("watches");
        assert!(watches.wants_merged());
        fs::write(merged.join("new"), "text").expect("written");
        let change = news(&mut tree, &mut watches).expect("added");
        assert_eq!(change.files[0].path, "new");
        // On an older kernel the merged directory stays the one that tells.
        let notified_above = !watches.wants_merged();
        let mut file = fs::File::options().append(true).open(merged.join("new")).expect("open");
        file.write_all(b" more").expect("written");
        assert_eq!(news(&mut tree, &mut watches).expect("grown").files[0].size, 9, "notified above: {notified_above}");
    });
}

#[test]
fn a_directory_made_anew_is_not_taken_for_the_one_before_though_it_got_its_inode() {
    with_overlay(|merged, spec| {
        let mut watches = Watches::open().expect("inotify");
        let mut tree = Tree::new(spec).expect("a tree");
        tree.watch(spec, &mut watches).expect("watches");
        let dir = merged.join("dir");
        fs::create_dir(&dir).expect("made");
        fs::write(dir.join("old"), "").expect("written");
        news(&mut tree, &mut watches).expect("added");
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).expect("there"));
        let (above, mut again) = (spec.upper.join("dir"), 0);
        // A file system that numbers on (tmpfs) gives no inode twice.
        for round in 0..50 {
            let before = inode(&above);
            fs::remove_dir_all(&dir).expect("removed");
            fs::create_dir(&dir).expect("made");
            again += u32::from(inode(&above) == before);
            let new = format!("new{round}");
            fs::write(dir.join(&new), "").expect("written");
            let change = news(&mut tree, &mut watches).expect("made anew");
            let paths: Vec<_> = change.files.iter().map(|file| file.path.clone()).collect();
            assert!(paths.contains(&format!("dir/{new}")), "{paths:?}, the same inode {again} times");
            assert_eq!(change.gone.len(), 1, "{change:?}");
        }
    });
}

#[test]
fn a_mount_is_not_kept_by_one_who_listens_no_more() {
    with_overlay(|merged, spec| {
        let mut watches = Watches::open().expect("inotify");
        let mut tree = Tree::new(spec).expect("a tree");
        tree.watch(spec, &mut watches).expect("watches");
        fs::write(merged.join("etc/new"), "text").expect("written");
        news(&mut tree, &mut watches);
        tree.rest(&mut watches);
        // Without MNT_DETACH: refused while anybody holds it.
        umount2(merged, MntFlags::empty()).expect("nobody holds it");
        mount(Some("tmpfs"), merged, Some("tmpfs"), MsFlags::empty(), None::<&str>).expect("for the end");
        assert!(!watches.contains(&spec.container));
        assert!(watches.handle().expect("inotify").as_fd().try_clone_to_owned().is_ok());
    });
}

#[test]
fn directories_without_end_are_looked_at_as_far_as_a_layer_may_go() {
    use crate::engine::handle;
    with_overlay(|_, spec| {
        let mut at = handle::open(&spec.upper).expect("a directory");
        for _ in 0..3000 {
            nix::sys::stat::mkdirat(&at, "d", nix::sys::stat::Mode::S_IRWXU).expect("made");
            at = handle::enter(&at, "d".as_ref()).expect("entered");
        }
        let mut watches = Watches::as_before_6_8().expect("inotify");
        let mut tree = Tree::new(spec).expect("a tree");
        tree.watch(spec, &mut watches).expect("watches");
        assert!(tree.is_limited(), "it is known that not all was seen");
        let known = tree.model().below(b"").len();
        assert!((200..=handle::DEPTH + 1).contains(&known), "{known}");
        drop(tree);
        handle::clear(handle::open(&spec.upper).expect("a directory")).expect("removed");
    });
}
