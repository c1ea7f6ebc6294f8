use super::*;
use crate::trace::Code;
use crate::tree::{Kind, Layer};
use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;

#[test]
fn a_directory_is_walked_as_the_layer_that_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str| dir.path().join(path);
    fs::create_dir_all(at("d/deep")).unwrap();
    fs::write(at("d/deep/f"), "12345").unwrap();
    fs::hard_link(at("d/deep/f"), at("again")).unwrap();
    symlink("/nowhere", at("link")).unwrap();
    fs::write(at("white"), "").unwrap();
    xattr::set(at("white"), "user.overlay.whiteout", b"y").unwrap();
    xattr::set(at("d"), "user.overlay.opaque", b"y").unwrap();
    xattr::set(at("d"), "user.mine", b"kept").unwrap();
    let mut entries = Vec::new();
    walk(dir.path(), &mut |entry| {
        entries.push(entry);
        Ok(())
    })
    .unwrap();
    let lines: Vec<_> = entries.iter().map(|e| format!("{} {:?}", e.path, std::mem::discriminant(&e.kind))).collect();
    assert_eq!(lines.len(), 8, "{lines:?}");
    let layer = Layer::build(entries);
    let inode = |path: &str| layer.inode(layer.find(path.as_bytes()).unwrap());
    assert!(inode("d").opaque && inode("d").xattrs.len() == 1);
    assert_eq!((inode("again").links, inode("d/deep/f").size()), (2, 5));
    assert_eq!(inode("white").kind, Kind::Whiteout);
    assert_eq!(inode("link").kind, Kind::Symlink { target: "/nowhere".into() });
    assert!(layer.faults().is_empty());
}

#[test]
fn contents_are_read_inside_and_never_outside() {
    let outer = tempfile::tempdir().unwrap();
    fs::write(outer.path().join("secret"), "secret").unwrap();
    let dir = outer.path().join("fs");
    fs::create_dir_all(dir.join("d")).unwrap();
    fs::write(dir.join("d/f"), "inside").unwrap();
    symlink(outer.path(), dir.join("out")).unwrap();
    symlink(outer.path().join("secret"), dir.join("link")).unwrap();
    symlink("/d", dir.join("in")).unwrap();
    let code = |path: &str| open(&dir, path.as_bytes()).map(|_| ()).unwrap_err().problem.code;
    let mut text = String::new();
    let mut content = open(&dir, b"in/f").unwrap();
    content.file.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), content.size), ("inside", 6));
    assert_eq!(code("out/secret"), Code::NoSuchPath);
    assert_eq!(code("../secret"), Code::NoSuchPath);
    assert_eq!(code("link"), Code::NotARegularFile);
    assert_eq!(code("d"), Code::NotARegularFile);
    assert_eq!(code("none"), Code::NoSuchPath);
}

#[test]
fn what_a_container_nests_without_end_is_refused_and_not_walked_for_ever() {
    use crate::engine::handle;
    let dir = tempfile::tempdir().unwrap();
    let mut at = handle::open(dir.path()).unwrap();
    for _ in 0..2000 {
        for name in ["a", "b"] {
            nix::sys::stat::mkdirat(&at, name, nix::sys::stat::Mode::S_IRWXU).unwrap();
        }
        at = handle::enter(&at, "a".as_ref()).unwrap();
    }
    let mut count = 0;
    let walked = walk(dir.path(), &mut |_| {
        count += 1;
        Ok(())
    });
    assert_eq!(walked.unwrap_err().problem.code, Code::UpperTooDeep);
    assert!(count <= 2 * handle::DEPTH, "{count}");
    handle::clear(handle::open(dir.path()).unwrap()).unwrap();
}

#[test]
fn nothing_of_a_layer_that_answers_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    nix::unistd::mkfifo(&dir.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _listens = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
    for name in ["pipe", "socket"] {
        assert_eq!(open(dir.path(), name.as_bytes()).unwrap_err().problem.code, Code::NotARegularFile);
    }
}
