//! `commit`: the image shows what the container showed, path by path, here and in other programs.

use crate::engine::{Engine, Who, everyone, fails, good};
use crate::lab;
use crate::lab::Docker;
use crate::tree::{Tree, assert_same, tree};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What a container does to the files below.
const SCRIPT: &str = "rm /etc/motd; rm -r /etc/init.d /var 2>/dev/null; mkdir /var; echo new > /var/new; \
    mkdir -p /a/b/c; echo 1 > /a/b/c/1; ln /a/b/c/1 /a/one; ln -s ../b /a/link; chown 12:34 /a/b; chmod 2750 /a/b; \
    mkfifo /a/pipe; echo x >> /etc/passwd; touch -d @1 /a/old; mkdir /a/empty; echo kept > /data/kept; \
    rm /bin/yes; echo no > /bin/yes; chmod 4755 /bin/yes; dd if=/dev/zero of=/a/zeros bs=1k count=300 2>/dev/null";

/// Every path with its mode, owner, size, links and the second it was changed at, and the sum of all contents.
const LOOK: &str = "cd / && find . -xdev ! -path './proc*' ! -path './sys*' ! -path './dev*' ! -path './data*' \
    ! -name .dockerenv ! -path './etc/mtab' ! -path './etc/hosts' ! -path './etc/hostname' ! -path './etc/resolv.conf' | sort | while read p; do \
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

/// What the container does itself: directories that hide what lay below, by deleting and by renaming over.
const HIDE: &str = "rm -r /opaque; mkdir /opaque; echo new > /opaque/new; rm -r /emptied; mkdir /emptied; \
    rm -r /twice/in; mkdir /twice/in; echo in > /twice/in/side; rm -r /twice/in; mkdir /twice/in; echo 2 > /twice/in/2; \
    rm /file; mkdir /file; echo x > /file/x; rm -r /dir; echo y > /dir; rm -r /linked; ln -s opaque /linked; \
    rm -r /opaque2; mkdir -p /opaque2/deep/er; echo same > /opaque2/deep/kept; rm /only/gone; ln /many/one /many/three; \
    echo more >> /many/two; chown 7:8 /owned; chmod 1777 /owned; touch -d @1 /aged; echo x > /etc/mine; touch /ready; sleep 600";

/// Files of the image below, so that there is something to hide.
const BELOW: &str = "for d in opaque opaque2/deep/er emptied twice/in dir/sub linked only owned many; do mkdir -p /$d; \
    echo old > /$d/old; done; echo gone > /only/gone; echo f > /file; echo a > /aged; \
    echo 1 > /many/one; ln /many/one /many/two; echo below > /opaque2/deep/kept";

#[test]
fn a_commit_shows_what_the_kernel_shows_here_in_docker_and_in_umoci() {
    let needed = ["docker", "dockerd", "skopeo", "umoci", "unshare", "setcap", "busybox"];
    lab::inside("commit::a_commit_shows_what_the_kernel_shows_here_in_docker_and_in_umoci", &needed, |dir| {
        let engine = Engine::start(Who::Root);
        let ours = |args: &[&str]| good(engine.dockwalk(&[&["docker"][..], args].concat()));
        // Not lab/shell: it has a layer in zstd, which Docker 20.10 cannot read.
        ours(&["run", "--name", "below", "lab/base:1", "sh", "-c", BELOW]);
        ours(&["commit", "below", "below:1"]);
        ours(&["run", "-d", "--name", "one", "below:1", "sh", "-c", HIDE]);
        let inside = PathBuf::from(format!("/proc/{}/root", container(&engine, "one")["State"]["Pid"]));
        lab::wait_for("the container", Path::new("/dev/null"), || inside.join("ready").exists());
        // What busybox cannot do is done from outside, through the same mount.
        attributes_and_nodes(&inside);
        ours(&["stop", "-t", "0", "one"]);

        let below = layers(&engine, "below:1");
        let stack: Vec<_> = [upper(&engine)].into_iter().chain(below).collect();
        let mut seen = lab::with_overlay(&dir.join("container"), &stack, "", container_tree);
        // What the engine puts into every container is no part of the image, as in Docker.
        for own in [".dockerenv", "etc/mtab"] {
            assert!(seen.remove(own).is_some(), "{own}");
        }
        for (path, part) in [
            ("capable", "security.capability="),
            ("noted", "user.note="),
            ("opaque", "user.dir="),
            ("null", "node 20000 640 0:0"),
            ("disk", "node 60000 "),
            ("opaque/new", "file "),
            ("file", "dir "),
            ("dir", "file "),
        ] {
            assert!(seen.get(path).is_some_and(|line| line.contains(part)), "{path}: {:?}", seen.get(path));
        }
        for path in ["opaque/old", "emptied/old", "twice/in/side", "only/gone", "opaque2/deep/old"] {
            assert!(!seen.contains_key(path), "{path} is hidden: {:?}", seen.get(path));
        }

        let id = ours(&["commit", "one", "mine:1"]);
        let ours_seen = lab::with_overlay(&dir.join("ours"), &layers(&engine, "mine:1"), "", container_tree);
        assert_same("the image, mounted", &ours_seen, &seen);

        let path = |name: &str| dir.join(name).display().to_string();
        let archive = path("mine.tar");
        ours(&["save", "-o", &archive, "mine:1"]);
        let docker = Docker::start(dir);
        docker.run(&["load", "-i", &archive]);
        assert_eq!(docker.run(&["image", "inspect", "-f", "{{.Id}}", "mine:1"]).trim(), id);
        let theirs = lab::with_overlay(&dir.join("docker-mount"), &docker.layer_dirs("mine:1"), "", container_tree);
        assert_same("docker load", &theirs, &seen);

        let layout = path("layout");
        lab::run("skopeo", &["copy", "-q", &format!("docker-archive:{archive}"), &format!("oci:{layout}:1")]);
        lab::run("umoci", &["unpack", "--image", &format!("{layout}:1"), &path("bundle")]);
        let theirs = container_tree(&dir.join("bundle/rootfs"));
        assert_same("umoci unpack", &undated(&theirs), &undated(&seen));
    });
}

fn attributes_and_nodes(inside: &Path) {
    use nix::sys::stat::{Mode, SFlag, makedev, mknod};
    std::fs::copy(inside.join("bin/busybox"), inside.join("capable")).unwrap();
    lab::run("setcap", &["cap_net_raw,cap_sys_admin+ep", &inside.join("capable").display().to_string()]);
    std::fs::write(inside.join("noted"), "a note").unwrap();
    for (name, attribute, value) in [
        ("noted", "user.note", &b"words\0and \xff bytes"[..]),
        ("opaque", "user.dir", b"of a directory that hides"),
        // Not an empty one: in a PAX header a keyword without a value takes the keyword back.
        ("owned", "user.long", &[b'x'; 2000]),
    ] {
        xattr::set(inside.join(name), attribute, value).unwrap();
    }
    let node = |name: &str, kind, mode, device| mknod(&inside.join(name), kind, Mode::from_bits_truncate(mode), device);
    node("null", SFlag::S_IFCHR, 0o640, makedev(1, 3)).unwrap();
    node("disk", SFlag::S_IFBLK, 0o660, makedev(259, 70_000)).unwrap();
    node("pipe", SFlag::S_IFIFO, 0o600, 0).unwrap();
}

fn container(engine: &Engine, name: &str) -> Value {
    let client = engine.client();
    client.get(&format!("/containers/{name}/json")).unwrap()
}

/// An image's layers as this engine stores them, highest first.
fn layers(engine: &Engine, name: &str) -> Vec<PathBuf> {
    let client = engine.client();
    let image: Value = client.get(&format!("/images/{name}/json")).unwrap();
    image["GraphDriver"]["Data"]["LowerDir"].as_str().unwrap().split(':').map(PathBuf::from).collect()
}

/// The writable layer of the container `one`.
fn upper(engine: &Engine) -> PathBuf {
    let one = container(engine, "one");
    engine.root().join("containers").join(one["Id"].as_str().unwrap()).join("upper")
}

/// All but what the engine mounts for a container, and makes in its writable layer for that.
fn container_tree(root: &Path) -> Tree {
    let engines = ["etc/hosts", "etc/hostname", "etc/resolv.conf"];
    let kept = |path: &str| {
        !engines.contains(&path) && !["dev", "proc", "sys"].iter().any(|dir| path.split('/').next() == Some(dir))
    };
    tree(root).into_iter().filter(|(path, _)| kept(path)).collect()
}

/// umoci 0.4 dates a directory anew when a later layer deletes something in it.
fn undated(tree: &Tree) -> Tree {
    let undated = |line: &String| match line.strip_prefix("dir ") {
        Some(rest) => {
            let words: Vec<_> = rest.split(' ').collect();
            [&words[..2], &words[3..]].concat().join(" ")
        }
        None => line.clone(),
    };
    tree.iter().map(|(path, line)| (path.clone(), undated(line))).collect()
}
