//! Files out of containers and into them, running or not: what `docker cp` and `docker export` make of names, links and kinds.

use crate::side::Side;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;

/// What a shell makes before anything is copied.
const MAKE: &str = "mkdir -p /d/sub; echo one > /d/one; echo two > /d/sub/two; ln -s /d/one /link; ln -s /d /dirlink; \
                    ln -s /etc/nothing /dangling; chmod 700 /d/sub; chmod 640 /d/one; echo ready; sleep 600";

pub fn area(side: &Side<'_>) {
    let dir = tempfile::tempdir().unwrap();
    // An ordinary user's client reads and writes there, too.
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    side.start("box", "-v cpdata:/vol", MAKE);
    for state in ["runs", "has ended"] {
        println!("{state}");
        let here = dir.path().join(state.split(' ').next().unwrap());
        open_dir(&here);
        out(side, &here);
        into(side, &here);
        streams(side, &here);
        refused(side, &here);
        if state == "runs" {
            side.good("stop -t 0 box");
        }
    }
    side.good("start box");
    assert_eq!(side.good("exec box cat /in-file"), "from here", "what was put in while it did not run is there");
    side.good("rm -f box");
    never_started(side, dir.path());
    read_only(side, dir.path());
}

fn open_dir(path: &Path) {
    fs::create_dir(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
}

fn copy(side: &Side<'_>, from: &str, to: &str) {
    side.good(&format!("cp {from} {to}"));
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).trim().to_owned()
}

fn out(side: &Side<'_>, here: &Path) {
    let at = |name: &str| here.join(name).display().to_string();
    copy(side, "box:/d/one", &at("new"));
    assert_eq!(read(&here.join("new")), "one");
    assert_eq!(fs::metadata(here.join("new")).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(here.join("old"), "old").unwrap();
    copy(side, "box:/d/one", &at("old"));
    assert_eq!(read(&here.join("old")), "one", "a file takes the place of one");
    open_dir(&here.join("there"));
    copy(side, "box:/d/one", &at("there"));
    copy(side, "box:/d", &at("there"));
    copy(side, "box:/d", &at("fresh"));
    copy(side, "box:/d/.", &at("inner"));
    copy(side, "box:d/sub/", &at("there/"));
    for (path, content) in [
        ("there/one", "one"),
        ("there/d/sub/two", "two"),
        ("fresh/sub/two", "two"),
        ("inner/one", "one"),
        ("there/sub/two", "two"),
    ] {
        assert_eq!(read(&here.join(path)), content, "{path}");
    }
    // Once more into what is there: files take the place of files.
    fs::write(here.join("there/d/one"), "mine").unwrap();
    fs::write(here.join("there/d/other"), "mine").unwrap();
    copy(side, "box:/d", &at("there"));
    assert_eq!((read(&here.join("there/d/one")), read(&here.join("there/d/other"))), ("one".into(), "mine".into()));
    // A link is one, unless it is to be followed.
    copy(side, "box:/link", &at("aslink"));
    assert_eq!(fs::read_link(here.join("aslink")).unwrap(), Path::new("/d/one"));
    side.good(&format!("cp -L box:/link {}", at("followed")));
    assert_eq!(read(&here.join("followed")), "one");
    copy(side, "box:/dirlink/sub/two", &at("through"));
    assert_eq!(read(&here.join("through")), "two");
    copy(side, "box:/dangling", &at("dangling"));
    assert!(fs::symlink_metadata(here.join("dangling")).unwrap().is_symlink());
}

fn into(side: &Side<'_>, here: &Path) {
    let at = |name: &str| here.join(name).display().to_string();
    fs::write(here.join("file"), "from here\n").unwrap();
    fs::create_dir_all(here.join("tree/deep")).unwrap();
    fs::write(here.join("tree/deep/leaf"), "leaf\n").unwrap();
    symlink("/no/such", here.join("tree/away")).unwrap();
    copy(side, &at("file"), "box:/in-file");
    copy(side, &at("file"), "box:/d");
    copy(side, &at("tree"), "box:/d");
    copy(side, &at("tree"), "box:/copied");
    copy(side, &at("tree/."), "box:/d/sub");
    copy(side, &at("file"), "box:/dirlink/by-link");
    copy(side, &at("file"), "box:/vol/in-volume");
    let back = |path: &str| {
        let to = here.join("back");
        fs::remove_file(&to).unwrap_or_default();
        copy(side, &format!("box:{path}"), &to.display().to_string());
        read(&to)
    };
    for path in ["/in-file", "/d/file", "/d/by-link", "/vol/in-volume"] {
        assert_eq!(back(path), "from here", "{path}");
    }
    for path in ["/d/tree/deep/leaf", "/copied/deep/leaf", "/d/sub/deep/leaf"] {
        assert_eq!(back(path), "leaf", "{path}");
    }
    // What was put into the container's own layer is what it changed; what into a volume is not.
    let changed = side.good("diff box");
    assert!(changed.contains("A /in-file") && !changed.contains("in-volume"), "{changed}");
}

fn streams(side: &Side<'_>, here: &Path) {
    let whole = side.output(&["cp", "box:/d", "-"]).stdout;
    let names = |bytes: &[u8]| {
        let mut archive = tar::Archive::new(bytes);
        let all = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
        all.collect::<Vec<_>>()
    };
    let all = names(&whole);
    assert!(all[0] == "d/" && all.contains(&"d/sub/two".to_owned()), "{all:?}");
    let inner = names(&side.output(&["cp", "box:/d/.", "-"]).stdout);
    assert!(inner.iter().all(|name| name.starts_with('.')) || inner.contains(&"sub/two".to_owned()), "{inner:?}");
    let mut put = side.line("cp - box:/vol").stdin(Stdio::piped()).spawn().unwrap();
    put.stdin.take().unwrap().write_all(&whole).unwrap();
    assert!(put.wait().unwrap().success());
    copy(side, "box:/vol/d/sub/two", &here.join("over").display().to_string());
    assert_eq!(read(&here.join("over")), "two");
    let all = names(&side.output(&["export", "box"]).stdout);
    assert!(all.contains(&"d/sub/two".to_owned()) && all.contains(&"bin/sh".to_owned()), "{}", all.len());
    assert!(!all.iter().any(|name| name.starts_with("vol/") && name.len() > 4), "volumes are no part of it");
    let file = here.join("files.tar");
    side.good(&format!("export -o {} box", file.display()));
    let mut bytes = Vec::new();
    fs::File::open(&file).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(names(&bytes).len(), all.len());
    // Nothing in Linux has so long a name.
    let mut long = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(0);
    long.append_data(&mut header, "a".repeat(300), &[][..]).unwrap();
    let mut put = side.line("cp - box:/vol").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    put.stdin.take().unwrap().write_all(&long.into_inner().unwrap()).unwrap();
    let put = put.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&put.stderr);
    assert!(!put.status.success() && said.contains("name too long"), "{said}");
    // What is no archive is not the host's fault; nothing at all is one without files.
    for (sent, good) in
        [(&b"hello"[..], false), (&[b'y'; 5120], false), (b"\x1f\x8b\x08aaaaaaaaaaaa", false), (b"", true)]
    {
        let mut put = side.line("cp - box:/vol").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        put.stdin.take().unwrap().write_all(sent).unwrap();
        let put = put.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&put.stderr);
        assert_eq!(put.status.success(), good, "{sent:?}: {said}");
        assert!(good || said.contains("Error processing tar file"), "{said}");
    }
}

fn refused(side: &Side<'_>, here: &Path) {
    let at = |name: &str| here.join(name).display().to_string();
    let said = |line: String, words: &str| {
        let said = side.output(&line.split(' ').collect::<Vec<_>>());
        let text = String::from_utf8_lossy(&said.stderr).to_lowercase();
        assert!(!said.status.success() && text.contains(words), "{line}: {text}");
    };
    said(format!("cp box:/nosuch {}", at("x")), "could not find the file");
    said(format!("cp {} box:/nosuch/", at("file")), "director");
    said(format!("cp {} box:/nosuch/deeper", at("file")), "could not find the file");
    said(format!("cp {} box:/in-file", at("tree")), "director");
    said(format!("cp box:/d {}", at("file")), "director");
    said(format!("cp nosuch:/d {}", at("x")), "no such container");
    said(format!("cp {} nosuch:/d", at("file")), "no such container");
    said(format!("cp {} {}", at("file"), at("x")), "container source");
    said("cp box:/d box:/e".to_owned(), "not supported");
    said(format!("cp {} box:/d", at("none")), "no such file");
    said(format!("cp box:/proc/1/root/etc/passwd {}", at("x")), "could not find the file");
    said("export nosuch".to_owned(), "no such container");
    assert!(!here.join("x").exists());
}

fn never_started(side: &Side<'_>, dir: &Path) {
    side.good("create --name made -v cpdata:/vol lab/shell:1 cat /put /vol/put");
    let file = dir.join("put");
    fs::write(&file, "put\n").unwrap();
    let file = file.display().to_string();
    copy(side, &file, "made:/put");
    copy(side, &file, "made:/vol/put");
    assert_eq!(side.good("start -a made"), "put\nput");
    // A link of the container's leads nowhere but in the container.
    side.good("rm made");
    side.start("links", "", "ln -s /etc /out; ln -s ../../../../../../tmp /up; mkdir -p /tmp; echo ready; sleep 600");
    copy(side, &file, "links:/out/put");
    copy(side, &file, "links:/up/put");
    assert_eq!(side.good("exec links cat /etc/put /tmp/put"), "put\nput");
    assert!(!Path::new("/etc/put").exists() && !Path::new("/tmp/put").exists());
    side.good("rm -f links");
}

fn read_only(side: &Side<'_>, dir: &Path) {
    let file = dir.join("put").display().to_string();
    side.start("fixed", "--read-only -v cpdata:/vol -v cpdata:/ro:ro", "echo ready; sleep 600");
    copy(side, &file, "fixed:/vol/allowed");
    for path in ["/x", "/ro/x"] {
        let said = side.output(&["cp", &file, &format!("fixed:{path}")]);
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(!said.status.success() && text.contains("read-only"), "{path}: {text}");
    }
    side.good("rm -f fixed");
    side.good("volume rm cpdata");
}
