//! A disk that is full: what cannot be written down is not done, and when there is room again it is.

use crate::engine::{Engine, Who, everyone, good, lack, output};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

/// The engine's directory is as large as this alone.
const SIZE: &str = "size=32m";
/// What a tmpfs gives and takes at once, in bytes.
const PAGE: u64 = 4096;

fn docker(engine: &Engine, line: &str) -> std::process::Command {
    engine.dockwalk(&[&["docker"], &*line.split(' ').collect::<Vec<_>>()].concat())
}

/// The networks that the engine says the container is on, and how many links to some the kernel has there.
fn networks(engine: &Engine) -> (Vec<String>, usize) {
    let format = "{{json .NetworkSettings.Networks}}";
    let all = good(engine.dockwalk(&["docker", "inspect", "--format", format, "web"]));
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&all).unwrap();
    let pid = good(docker(engine, "inspect --format {{.State.Pid}} web"));
    let links = fs::read_to_string(format!("/proc/{}/net/dev", pid.trim())).unwrap();
    (all.keys().cloned().collect(), links.lines().filter(|line| line.trim_start().starts_with("eth")).count())
}

/// Takes all the room that is left.
fn fill(path: &PathBuf) -> File {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    let page = vec![1; PAGE as usize];
    while file.write_all(&page).is_ok() {}
    file
}

#[test]
fn who_leaves_a_network_on_a_full_disk_is_on_it_or_off_it() {
    if !everyone().contains(&Who::Root) {
        return lack("not root: a file system of its own");
    }
    let small = r#"mkdir -p "$0" && mount -t tmpfs -o "$1" tmpfs "$0" && shift && exec "$@""#;
    let engine = Engine::start_in(Who::Root, |root| {
        let root = root.display().to_string();
        ["unshare", "--mount", "sh", "-c", small, &root, SIZE].map(str::to_owned).to_vec()
    });
    let (on, off) = ((vec!["one".to_owned(), "two".to_owned()], 2), (vec!["one".to_owned()], 1));
    good(docker(&engine, "network create one"));
    good(docker(&engine, "network create two"));
    good(docker(&engine, "run -d --name web --network one lab/shell:1 sleep 1000"));
    good(docker(&engine, "network connect two web"));
    assert_eq!(networks(&engine), on);

    let filler = PathBuf::from(format!("/proc/{}/root{}/filler", engine.pid(), engine.root().display()));
    let mut refused = 0;
    // With room for a little more each time, so that it fails at one place after the other.
    for room in 0.. {
        let file = fill(&filler);
        file.set_len(file.metadata().unwrap().len().saturating_sub(room * PAGE)).unwrap();
        let done = output(docker(&engine, "network disconnect two web"));
        fs::remove_file(&filler).unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let now = networks(&engine);
        if done.status.success() {
            assert_eq!(now, off);
            break;
        }
        refused += 1;
        assert!(said.contains("No space left on device"), "{said}");
        assert!(now == on || now == off, "{room} pages: {now:?} after: {said}");
        if now == off {
            good(docker(&engine, "network connect two web"));
        }
        assert_eq!(networks(&engine), on, "{room} pages");
        assert!(room < 1000, "{said}");
    }
    assert!(refused > 0, "there was room all the time");
    good(docker(&engine, "network connect two web"));
    assert_eq!(networks(&engine), on);
}
