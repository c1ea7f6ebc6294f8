//! `commit`: the image shows what the container showed, path by path, here and in other programs.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]
#![allow(missing_docs, reason = "a test program")]

#[path = "common/engine.rs"]
mod engine;

use engine::{Engine, Who, everyone, fails, good};
use serde_json::Value;

/// What a container does to the files below.
const SCRIPT: &str = "rm /etc/motd; rm -r /etc/init.d /var 2>/dev/null; mkdir /var; echo new > /var/new; \
    mkdir -p /a/b/c; echo 1 > /a/b/c/1; ln /a/b/c/1 /a/one; ln -s ../b /a/link; chown 12:34 /a/b; chmod 2750 /a/b; \
    mkfifo /a/pipe; echo x >> /etc/passwd; touch -d @1 /a/old; mkdir /a/empty; echo kept > /data/kept; \
    rm /bin/yes; echo no > /bin/yes; chmod 4755 /bin/yes; dd if=/dev/zero of=/a/zeros bs=1k count=300 2>/dev/null";

/// Every path with its mode, owner, size, links and the second it was changed at, and the sum of all contents.
const LOOK: &str = "cd / && find . -xdev ! -path './proc*' ! -path './sys*' ! -path './dev*' ! -path './data*' \
    ! -path './etc/hosts' ! -path './etc/hostname' ! -path './etc/resolv.conf' | sort | while read p; do \
    if [ -d \"$p\" ] && [ ! -L \"$p\" ]; then stat -c '%n %F %a %u:%g' \"$p\"; else stat -c '%n %F %a %u:%g %s %h %Y' \"$p\"; fi; \
    [ -L \"$p\" ] && readlink \"$p\"; [ -f \"$p\" ] && md5sum < \"$p\"; done; true";

#[test]
fn the_image_shows_what_the_container_showed() {
    for who in everyone() {
        let engine = Engine::start(who);
        for docker_cli in [true, false] {
            let run = |args: &[&str]| {
                if docker_cli { engine.docker(args) } else { engine.dockwalk(&[&["docker"][..], args].concat()) }
            };
            good(run(&[
                "run",
                "--name",
                "one",
                "-v",
                "/data",
                "lab/shell:1",
                "sh",
                "-c",
                &format!("{SCRIPT}; {LOOK}"),
            ]));
            good(run(&["start", "one"]));
            good(run(&["wait", "one"]));
            let before = good(run(&["logs", "one"]));
            let before = before.rsplit_once("\n. ").map_or(before.clone(), |(_, last)| format!(". {last}"));
            let id = good(run(&[
                "commit",
                "-a",
                "me",
                "-m",
                "what I did",
                "-c",
                "ENV MADE=here",
                "-c",
                "CMD [\"sh\", \"-c\", \"echo $MADE\"]",
                "one",
                "mine:1",
            ]));
            assert!(id.starts_with("sha256:"), "{id}");
            let after = good(run(&["run", "--rm", "mine:1", "sh", "-c", LOOK]));
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            let (before, after) = (lines(&before), lines(&after));
            let different: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).take(9).collect();
            assert!(
                before.len() > 100 && before.len() == after.len() && different.is_empty(),
                "{who:?}: {} and {} lines; {different:#?}",
                before.len(),
                after.len()
            );
            assert_eq!(good(run(&["run", "--rm", "mine:1"])), "here");
            fails(run(&["run", "--rm", "mine:1", "cat", "/data/kept"]), 1);

            let inspect = |name: &str| -> Value {
                serde_json::from_str::<Vec<Value>>(&good(run(&["image", "inspect", name]))).unwrap().remove(0)
            };
            let (base, made) = (inspect("lab/shell:1"), inspect("mine:1"));
            assert_eq!(made["Parent"], base["Id"]);
            assert_eq!((made["Author"].as_str(), made["Comment"].as_str()), (Some("me"), Some("what I did")));
            let layers = |image: &Value| image["RootFS"]["Layers"].as_array().unwrap().clone();
            assert_eq!(layers(&made)[..layers(&base).len()], layers(&base), "the layers below are shared");
            assert_eq!(layers(&made).len(), layers(&base).len() + 1);
            let history = good(run(&["history", "-q", "--no-trunc", "mine:1"]));
            let known: Vec<_> = history.lines().take(2).collect();
            assert_eq!(known, [id.as_str(), base["Id"].as_str().unwrap()], "docker knows a parent's id");

            // The same files are the same layer; nothing written is no layer.
            good(run(&["commit", "one", "again:1"]));
            assert_eq!(layers(&inspect("again:1")), layers(&made));
            good(run(&["create", "--name", "two", "lab/shell:1", "true"]));
            good(run(&["commit", "two", "same:1"]));
            assert_eq!(layers(&inspect("same:1")), layers(&base));

            // A parent stays for its child, and goes with it.
            good(run(&["rm", "-v", "one", "two"]));
            let child = fails(run(&["rmi", base["Id"].as_str().unwrap()]), 1);
            assert!(child.contains("parent"), "{child}");
            assert_eq!(good(run(&["rmi", "lab/shell:1"])).matches("Untagged: lab/shell:1").count(), 1);
            assert!(good(run(&["images", "-q"])).lines().count() == 3, "the parent has no name and is not listed");
            assert!(good(run(&["images", "-aq"])).lines().count() == 4);
            good(run(&["rmi", "mine:1", "again:1", "same:1"]));
            assert_eq!(good(run(&["images", "-aq"])), "", "the parent went with its last child");
            for place in ["blobs/sha256", "layers/sha256", "ingest"] {
                assert_eq!(std::fs::read_dir(engine.root().join(place)).unwrap().count(), 0, "{who:?}: {place}");
            }
        }
    }
}

#[test]
fn a_name_that_would_delete_another_file_is_refused() {
    let engine = Engine::start(Who::Root);
    good(engine.dockwalk(&["docker", "run", "--name", "one", "lab/shell:1", "touch", "/.wh.bin"]));
    assert!(fails(engine.dockwalk(&["docker", "commit", "one"]), 1).contains(".wh."));
    fails(engine.dockwalk(&["docker", "commit", "-c", "RUN x", "one"]), 1);
    fails(engine.dockwalk(&["docker", "commit", "nobody"]), 1);
    assert_eq!(std::fs::read_dir(engine.root().join("ingest")).unwrap().count(), 0);
}
