//! Who walks into an engine's directory: for setuid files of images, for secrets in traces.

use super::engine::{good, output};
use super::*;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SECRET: &str = "hunter2-of-the-test";

/// What containers and images have their own modes for.
const SHOWN: [&str; 5] = ["fs", "upper", "work", "merged", "_data"];

/// Everything that the engine keeps, but for what is in containers and images.
fn kept(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        found.push(entry.path());
        let shown = SHOWN.iter().any(|name| entry.file_name() == *name);
        if !shown && entry.file_type().unwrap().is_dir() {
            kept(&entry.path(), found);
        }
    }
}

/// Nothing of it is for others, but what a container sees: that lies in a directory that is not.
fn is_closed(root: &Path) {
    let mut all = vec![root.to_owned()];
    kept(root, &mut all);
    assert!(all.len() > 10, "{all:?}");
    let shown = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        SHOWN.contains(&name) || path.parent().unwrap().ends_with("etc")
    };
    let open: Vec<_> = all
        .iter()
        .filter(|path| !shown(path))
        .map(|path| (path, fs::symlink_metadata(path).unwrap()))
        .filter(|(_, found)| found.mode() & 0o077 != 0)
        .map(|(path, found)| format!("{:04o} {}", found.mode() & 0o7777, path.display()))
        .collect();
    assert!(open.is_empty(), "{}", open.join("\n"));
}

fn setuid_files(root: &Path) -> Vec<PathBuf> {
    let found = output({
        let mut find = Command::new("find");
        find.arg(root).args(["-xdev", "-type", "f", "-perm", "-4000"]);
        find
    });
    String::from_utf8(found.stdout).unwrap().lines().map(PathBuf::from).collect()
}

/// CVE-2021-41091.
#[test]
fn a_setuid_file_of_a_container_and_a_secret_in_the_trace_are_out_of_reach() {
    check(|who, engine| {
        let made = "cp /bin/busybox /evil && chmod 4755 /evil && touch /made && sleep 600";
        let env = format!("SECRET={SECRET}");
        good(engine.dockwalk(&["docker", "run", "-d", "--name", "box", "-e", &env, "lab/shell:1", "sh", "-c", made]));
        let begun = Instant::now();
        let there = || output(engine.dockwalk(&["docker", "exec", "box", "ls", "/made"])).status.success();
        while !there() {
            assert!(begun.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(50));
        }
        // As a layer, too.
        good(engine.dockwalk(&["docker", "commit", "box", "lab/evil:1"]));
        let evil = setuid_files(&engine.root());
        assert!(evil.len() >= 2, "the attack is there, in a writable layer and in a layer: {evil:?}");
        for file in &evil {
            let ran = output(nobody(file.to_str().unwrap(), &["id"]));
            assert!(!ran.status.success(), "{who:?}: {}: {}", file.display(), String::from_utf8_lossy(&ran.stdout));
        }
        let trace = engine.root().join("run/trace/00000000000000000001.ndjson");
        assert!(fs::read_to_string(&trace).unwrap().contains(SECRET), "there is something to read");
        let read = output(nobody("grep", &["-r", "-c", SECRET, engine.root().to_str().unwrap()]));
        assert!(!String::from_utf8_lossy(&read.stdout).contains(":1"), "{who:?}");
        assert!(!output(nobody("cat", &[trace.to_str().unwrap()])).status.success(), "{who:?}");
        is_closed(&engine.root());
    });
}

#[test]
fn what_an_older_engine_left_open_is_closed_at_the_start() {
    check(|_, mut engine| {
        good(engine.dockwalk(&["docker", "run", "--rm", "-v", "kept:/d", "lab/shell:1", "touch", "/d/file"]));
        engine.end();
        let root = engine.root();
        let mut all = Vec::new();
        kept(&root, &mut all);
        let content = |path: &PathBuf| SHOWN.iter().any(|name| path.ends_with(name));
        for path in all.iter().filter(|path| !content(path)) {
            mode(path, if path.is_dir() { 0o755 } else { 0o644 });
        }
        mode(&root, 0o711);
        engine.start_again();
        assert_eq!(fs::metadata(&root).unwrap().mode() & 0o7777, 0o700);
        for name in
            ["run", "containers", "blobs", "blobs/sha256", "layers", "ingest", "volumes", "volumes/kept", "builtin"]
        {
            assert_eq!(fs::metadata(root.join(name)).unwrap().mode() & 0o077, 0, "{name}");
        }
        for name in ["lock", "images.json", "journal.ndjson", "run/trace/00000000000000000001.ndjson"] {
            assert_eq!(fs::metadata(root.join(name)).unwrap().mode() & 0o077, 0, "{name}");
        }
        let data = fs::metadata(root.join("volumes/kept/_data")).unwrap();
        assert_eq!(data.mode() & 0o777, 0o755, "what is in a volume is the user's");
        good(engine.dockwalk(&["docker", "run", "--rm", "-v", "kept:/d", "lab/shell:1", "cat", "/d/file"]));
    });
}

/// Whatever the umask of whoever starts it.
#[test]
fn containers_see_what_is_theirs_and_others_do_not() {
    for who in victims() {
        for umask in ["0000", "0077"] {
            println!("{who:?} {umask}");
            let script = format!("umask {umask}; exec \"$@\"");
            let engine = Engine::start_in(who, |_| ["sh", "-c", &script, "sh"].map(str::to_owned).to_vec());
            let docker = |args: &[&str]| good(engine.dockwalk(&[&["docker"], args].concat()));
            let look = "id -u && cat /etc/hosts /etc/hostname /etc/resolv.conf >/dev/null && ls / /bin /v >/dev/null && \
                        touch /tmp/mine && echo all";
            let seen =
                docker(&["run", "--name", "box", "-u", "1000:1000", "-v", "own:/v", "lab/shell:1", "sh", "-c", look]);
            assert_eq!(seen.lines().collect::<Vec<_>>(), ["1000", "all"], "{who:?} {umask}");
            assert!(docker(&["diff", "box"]).contains("A /tmp/mine"), "{who:?} {umask}");
            docker(&["commit", "box", "lab/of-x:1"]);
            docker(&["run", "--rm", "-u", "1000:1000", "lab/of-x:1", "ls", "/tmp/mine"]);
            is_closed(&engine.root());
        }
    }
}

#[test]
fn what_is_written_for_this_user_is_not_for_others() {
    check(|_, engine| {
        let dir = engine.root().parent().unwrap().to_owned();
        good(engine.dockwalk(&["docker", "pull", "lab/shell:1"]));
        let (trace, image) = (dir.join("trace.ndjson"), dir.join("image.tar"));
        good(engine.dockwalk(&["trace", "export", trace.to_str().unwrap()]));
        good(engine.dockwalk(&["docker", "save", "-o", image.to_str().unwrap(), "lab/shell:1"]));
        for file in [trace, image] {
            assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600, "{}", file.display());
        }
    });
}

/// `x.tar.partial` can be foreseen, and `/tmp` is everybody's.
#[test]
fn a_link_where_a_download_is_gathered_is_not_written_through() {
    check(|who, engine| {
        let dir = engine.root().parent().unwrap().to_owned();
        let victim = dir.join("victim");
        fs::write(&victim, "dear").unwrap();
        own(&victim, uid(who));
        good(engine.dockwalk(&["docker", "pull", "lab/shell:1"]));
        std::os::unix::fs::symlink(&victim, dir.join("image.tar.partial")).unwrap();
        good(engine.dockwalk(&["docker", "save", "-o", dir.join("image.tar").to_str().unwrap(), "lab/shell:1"]));
        assert_eq!(fs::read_to_string(&victim).unwrap(), "dear");
        assert!(fs::symlink_metadata(dir.join("image.tar")).unwrap().is_file());
        // Nor does a file take the place of what is none.
        let pipe = dir.join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        fails(engine.dockwalk(&["docker", "save", "-o", pipe.to_str().unwrap(), "lab/shell:1"]), 1);
        assert!(!fs::symlink_metadata(&pipe).unwrap().is_file());
    });
}
