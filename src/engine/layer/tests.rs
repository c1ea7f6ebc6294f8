use super::*;
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
    assert_eq!(code("out/secret"), "no-such-path");
    assert_eq!(code("../secret"), "no-such-path");
    assert_eq!(code("link"), "not-a-regular-file");
    assert_eq!(code("d"), "not-a-regular-file");
    assert_eq!(code("none"), "no-such-path");
}
