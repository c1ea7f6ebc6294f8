use super::*;
use nix::sys::stat::mkdirat;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

/// Directories within each other, more than a path can name, with a file at every hundredth.
fn nest(dir: &Path, levels: usize) {
    let mut at = open(dir).unwrap();
    for level in 0..levels {
        mkdirat(&at, "d", Mode::S_IRWXU).unwrap();
        if level % 100 == 0 {
            openat(&at, "file", OFlag::O_CREAT | OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::S_IRWXU).unwrap();
            mkdirat(&at, "beside", Mode::S_IRWXU).unwrap();
        }
        at = enter(&at, OsStr::new("d")).unwrap();
    }
}

#[test]
fn a_directory_nested_deeper_than_there_are_handles_is_removed() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("dir");
    fs::create_dir(&dir).unwrap();
    // The usual limit of open files is 1,024, and 20,000 frames of a recursion fit no thread's stack.
    nest(&dir, 20_000);
    // Names that the removal itself makes use of.
    fs::create_dir_all(dir.join(".removing-1/inside")).unwrap();
    fs::write(dir.join(".removing-2"), "").unwrap();
    remove(&dir).unwrap();
    assert!(!dir.exists());
}

#[test]
fn what_links_lead_to_stays_and_what_may_not_be_read_goes() {
    let outer = tempfile::tempdir().unwrap();
    let (dir, outside) = (outer.path().join("dir"), outer.path().join("outside"));
    fs::create_dir_all(dir.join("locked/inner")).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("kept"), "").unwrap();
    symlink(&outside, dir.join("link")).unwrap();
    fs::set_permissions(dir.join("locked"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(remove(&dir.join("link")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
    remove(&dir).unwrap();
    assert!(!dir.exists() && outside.join("kept").exists());
    assert_eq!(remove(&dir).unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_directory_is_entered_and_a_link_to_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    symlink("/", dir.path().join("link")).unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    let top = open(dir.path()).unwrap();
    assert!(enter(&top, OsStr::new("sub")).is_ok() && enter(&top, OsStr::new("link")).is_err());
    assert!(open(&dir.path().join("link")).is_err());
    assert!(is_empty(enter(&top, OsStr::new("sub")).unwrap()).unwrap() && !is_empty(&top).unwrap());
    let mut found = names(&top).unwrap();
    found.sort();
    assert_eq!(found, ["link", "sub"]);
    assert_eq!(names(&top).unwrap().len(), 2, "it may be read again");
}
