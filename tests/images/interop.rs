//! Archives, both ways: what docker, podman, skopeo and umoci write is loaded and run here; what is saved here, they read.

use crate::engine;
use crate::engine::{Engine, Who, fails, good};
use crate::lab;
use crate::lab::{Docker, run};
use crate::tree::{Tree, assert_same, tree};
use std::path::Path;
use std::process::Command;

const NEEDED: [&str; 8] = ["docker", "dockerd", "podman", "skopeo", "umoci", "unshare", "busybox", "tar"];

/// What a container of the image shows, path by path, as this host's overlay merges its layers.
fn ours(engine: &Engine, at: &Path, name: &str) -> Tree {
    let client = engine.client();
    let image: serde_json::Value = client.get(&format!("/images/{name}/json")).unwrap();
    let lower = image["GraphDriver"]["Data"]["LowerDir"].as_str().unwrap().to_owned();
    let dirs: Vec<_> = lower.split(':').map(Into::into).collect();
    lab::with_overlay(at, &dirs, "", tree)
}

fn theirs(docker: &Docker, at: &Path, name: &str) -> Tree {
    lab::with_overlay(at, &docker.layer_dirs(name), "", tree)
}

/// An image of some layers that delete and replace, built by a real Docker.
fn build(docker: &Docker, dir: &Path, name: &str) {
    let context = dir.join("context");
    std::fs::create_dir_all(context.join("root/bin")).unwrap();
    std::fs::create_dir_all(context.join("root/etc/sub/deep")).unwrap();
    std::fs::copy("/bin/busybox", context.join("root/bin/busybox")).unwrap();
    for applet in ["sh", "rm", "mkdir", "echo", "cat", "ln", "mkfifo"] {
        std::os::unix::fs::symlink("busybox", context.join("root/bin").join(applet)).unwrap();
    }
    std::fs::write(context.join("root/etc/gone"), "gone").unwrap();
    std::fs::write(context.join("root/etc/sub/deep/old"), "old").unwrap();
    run(
        "tar",
        &[
            "-C",
            &context.join("root").display().to_string(),
            "-cf",
            &context.join("root.tar").display().to_string(),
            ".",
        ],
    );
    let file = "FROM scratch\nADD root.tar /\nRUN rm /etc/gone && echo hello > /etc/greeting && ln /etc/greeting /etc/again\n\
                RUN rm -r /etc/sub && mkdir /etc/sub && echo new > /etc/sub/new && mkfifo /pipe\nENV A=b\nCMD [\"cat\", \"/etc/again\"]\n";
    std::fs::write(context.join("Dockerfile"), file).unwrap();
    docker.run(&["build", "-q", "--network", "none", "-t", name, &context.display().to_string()]);
}

#[test]
fn what_others_write_is_loaded_and_runs() {
    lab::inside("interop::what_others_write_is_loaded_and_runs", &NEEDED, |dir| {
        let docker = Docker::start(dir);
        build(&docker, dir, "test/tree:1");
        let expected = theirs(&docker, &dir.join("theirs"), "test/tree:1");
        let path = |name: &str| dir.join(name).display().to_string();
        let saved = path("docker.tar");
        docker.run(&["save", "-o", &saved, "test/tree:1"]);
        run("gzip", &["-k", &saved]);
        run("zstd", &["-q", "-k", &saved]);
        let from = format!("docker-archive:{saved}");
        run("skopeo", &["copy", "-q", &from, &format!("docker-archive:{}:test/tree:1", path("skopeo-docker.tar"))]);
        run("skopeo", &["copy", "-q", &from, &format!("oci-archive:{}:test/tree:1", path("skopeo-oci.tar"))]);
        run("skopeo", &["copy", "-q", &from, &format!("oci:{}:1", path("skopeo-layout"))]);
        let podman = |args: &[&str]| {
            let (root, runroot) = (path("podman"), path("podman-run"));
            run("podman", &[&["--root", &root, "--runroot", &runroot, "--storage-driver", "vfs"], args].concat())
        };
        podman(&["load", "-q", "-i", &path("skopeo-docker.tar")]);
        let named = "docker.io/test/tree:1";
        podman(&["save", "-q", "--format", "docker-archive", "-o", &path("podman-docker.tar"), named]);
        podman(&["save", "-q", "--format", "oci-archive", "-o", &path("podman-oci.tar"), named]);
        run("cp", &["-r", &path("skopeo-layout"), &path("umoci-layout")]);
        run(
            "umoci",
            &["config", "--image", &format!("{}:1", path("umoci-layout")), "--tag", "2", "--config.env", "U=1"],
        );
        run("umoci", &["rm", "--image", &format!("{}:1", path("umoci-layout"))]);

        let engine = Engine::start(Who::Root);
        for (i, archive) in [
            "docker.tar",
            "docker.tar.gz",
            "docker.tar.zst",
            "skopeo-docker.tar",
            "skopeo-oci.tar",
            "podman-docker.tar",
            "podman-oci.tar",
            "skopeo-layout",
            "umoci-layout",
        ]
        .iter()
        .enumerate()
        {
            let real = !Path::new(&path(archive)).is_dir();
            for docker_cli in [true, false].into_iter().filter(|cli| real || !cli) {
                let args = ["load", "-i", &path(archive)];
                let said = if docker_cli {
                    good(engine.docker(&args))
                } else {
                    good(engine.dockwalk(&[&["docker"][..], &args].concat()))
                };
                let line = said.lines().rfind(|line| line.starts_with("Loaded image")).unwrap_or_default().to_owned();
                let name = line.rsplit(": ").next().unwrap().trim().to_owned();
                if archive.ends_with("layout") {
                    assert!(name.starts_with("sha256:"), "{archive}: a tag alone is no name: {said}");
                } else {
                    assert_eq!(name, "test/tree:1", "{archive}: {said}");
                }
                let tree = ours(&engine, &dir.join(format!("ours-{i}-{docker_cli}")), &name);
                assert_same(archive, &tree, &expected);
                let ran = good(engine.dockwalk(&["docker", "run", "--rm", "--network", "none", &name]));
                assert_eq!(ran, "hello", "{archive}");
                good(engine.dockwalk(&["docker", "rmi", "-f", &name]));
                assert_eq!(std::fs::read_dir(engine.root().join("blobs/sha256")).unwrap().count(), 0, "{archive}");
                assert_eq!(std::fs::read_dir(engine.root().join("layers/sha256")).unwrap().count(), 0, "{archive}");
            }
        }
    });
}

#[test]
fn what_is_saved_here_others_read() {
    lab::inside("interop::what_is_saved_here_others_read", &NEEDED, |dir| {
        let docker = Docker::start(dir);
        let engine = Engine::start(Who::Root);
        // Layers that are gzip'd, as registries have them.
        build(&docker, dir, "lab/shell:1");
        let plain = dir.join("plain.tar").display().to_string();
        let packed = dir.join("packed.tar").display().to_string();
        docker.run(&["save", "-o", &plain, "lab/shell:1"]);
        docker.run(&["rmi", "lab/shell:1"]);
        run(
            "skopeo",
            &["copy", "-q", &format!("docker-archive:{plain}"), &format!("oci-archive:{packed}:lab/shell:1")],
        );
        good(engine.dockwalk(&["docker", "load", "-q", "-i", &packed]));
        good(engine.dockwalk(&["docker", "tag", "lab/shell:1", "other/name:2"]));
        let expected = ours(&engine, &dir.join("ours"), "lab/shell:1");
        let path = |name: &str| dir.join(name).display().to_string();
        let (one, two) = (path("one.tar"), path("two.tar"));
        good(engine.docker(&["save", "-o", &one, "lab/shell:1"]));
        good(engine.dockwalk(&["docker", "save", "-o", &two, "lab/shell:1"]));
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap(), "the same archive by either CLI");
        good(engine.dockwalk(&["docker", "save", "-o", &path("both.tar"), "lab/shell", "other/name:2"]));
        let id = good(engine.dockwalk(&["docker", "images", "-q", "--no-trunc", "lab/shell"]));

        let said = docker.run(&["load", "-i", &path("both.tar")]);
        assert!(said.contains("lab/shell:1") && said.contains("other/name:2"), "{said}");
        assert_eq!(docker.run(&["image", "inspect", "-f", "{{.Id}}", "lab/shell:1"]).trim(), id);
        assert_same("docker load", &expected, &theirs(&docker, &dir.join("docker-load"), "lab/shell:1"));

        let (root, runroot) = (path("podman"), path("podman-run"));
        let podman = ["--root", &root, "--runroot", &runroot, "--storage-driver", "vfs"];
        let said = run("podman", &[&podman[..], &["load", "-i", &one]].concat());
        assert!(said.contains("lab/shell:1"), "{said}");
        let theirs =
            run("podman", &[&podman[..], &["image", "inspect", "--format", "{{.Id}}", "lab/shell:1"]].concat());
        assert_eq!(format!("sha256:{}", theirs.trim()), id);

        for from in ["docker-archive", "oci-archive"] {
            let seen = run("skopeo", &["inspect", &format!("{from}:{one}")]);
            assert!(seen.contains("\"Layers\""), "{seen}");
            let layout = path(&format!("layout-{from}"));
            run("skopeo", &["copy", "-q", &format!("{from}:{one}"), &format!("oci:{layout}:1")]);
            let bundle = path(&format!("bundle-{from}"));
            run("umoci", &["unpack", "--image", &format!("{layout}:1"), &bundle]);
            assert_same(from, &undated(&expected), &undated(&tree(&Path::new(&bundle).join("rootfs"))));
        }
        // As it is: untarred, the archive is a layout.
        let layout = path("untarred");
        std::fs::create_dir(&layout).unwrap();
        run("tar", &["-xf", &one, "-C", &layout]);
        run("umoci", &["unpack", "--image", &format!("{layout}:1"), &path("bundle")]);
        assert_same("umoci", &undated(&expected), &undated(&tree(&dir.join("bundle/rootfs"))));

        // And back: the same digests, byte by byte.
        let digests = |engine: &Engine| {
            let blobs = std::fs::read_dir(engine.root().join("blobs/sha256")).unwrap();
            blobs.map(|blob| blob.unwrap().file_name()).collect::<std::collections::BTreeSet<_>>()
        };
        let second = Engine::start(Who::Root);
        good(second.dockwalk(&["docker", "load", "-q", "-i", &one]));
        assert!(digests(&second).is_subset(&digests(&engine)));
        let again = path("again.tar");
        good(second.dockwalk(&["docker", "save", "-o", &again, "lab/shell:1"]));
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&again).unwrap());
        assert_eq!(
            good(second.dockwalk(&["docker", "run", "--rm", "--network", "none", "lab/shell:1", "echo", "there"])),
            "there"
        );
    });
}

#[test]
fn layers_that_docker_cannot_read_are_saved_as_it_can() {
    lab::inside("interop::layers_that_docker_cannot_read_are_saved_as_it_can", &NEEDED, |dir| {
        let docker = Docker::start(dir);
        let engine = Engine::start(Who::Root);
        let path = |name: &str| dir.join(name).display().to_string();
        for image in ["lab/shell:1", "lab/busybox:1"] {
            good(engine.dockwalk(&["docker", "pull", "-q", image]));
        }
        let blobs = engine.client().image_layers("lab/shell:1").unwrap().layers;
        assert!(blobs.iter().any(|layer| layer.media_type.as_deref().is_some_and(|kind| kind.contains("zstd"))));
        // A layer of our own, which is packed with gzip, on top of them.
        good(engine.dockwalk(&["docker", "create", "--name", "box", "lab/shell:1"]));
        good(engine.dockwalk(&["docker", "commit", "box", "mine:1"]));
        let id = good(engine.dockwalk(&["docker", "images", "-q", "--no-trunc", "lab/shell:1"]));
        for (number, names) in
            [&["lab/shell:1"][..], &["lab/shell:1", "lab/busybox:1"], &["mine:1"], &[&id]].iter().enumerate()
        {
            let (one, two) = (path(&format!("one-{number}")), path(&format!("two-{number}")));
            good(engine.docker(&[&["save", "-o", &one][..], names].concat()));
            good(engine.dockwalk(&[&["docker", "save", "-o", &two][..], names].concat()));
            assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap(), "the same archive by either CLI");
            let said = docker.run(&["load", "-i", &one]);
            for name in *names {
                assert!(said.contains(name), "{said}");
                let ids = [
                    docker.run(&["image", "inspect", "-f", "{{.Id}}", name]).trim().to_owned(),
                    good(engine.docker(&["image", "inspect", "-f", "{{.Id}}", name])),
                ];
                assert_eq!(ids[0], ids[1]);
                let at = |who: &str| dir.join(format!("{who}-{number}-{}", name.replace(['/', ':'], "-")));
                assert_same(name, &ours(&engine, &at("ours"), name), &theirs(&docker, &at("theirs"), name));
                docker.run(&["rmi", name]);
            }
            if names.len() == 1 {
                let seen = run("skopeo", &["inspect", &format!("oci-archive:{one}")]);
                assert!(seen.contains("\"Layers\"") && !seen.contains("zstd"), "{seen}");
            }
            let second = Engine::start(Who::Root);
            good(second.dockwalk(&["docker", "load", "-q", "-i", &one]));
            assert_eq!(
                good(second.dockwalk(&["docker", "run", "--rm", "--network", "none", names[0], "echo", "there"])),
                "there"
            );
        }
        good(engine.dockwalk(&["docker", "rm", "box"]));
    });
}

/// umoci 0.4 dates a directory anew when a later layer deletes something in it.
fn undated(tree: &Tree) -> Tree {
    let undated = |line: &String| match line.strip_prefix("dir ") {
        Some(rest) => rest.split(' ').take(2).collect::<Vec<_>>().join(" "),
        None => line.clone(),
    };
    tree.iter().map(|(path, line)| (path.clone(), undated(line))).collect()
}

#[test]
fn a_tar_of_files_becomes_an_image() {
    for who in engine::everyone() {
        let dir = tempfile::tempdir().unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(dir.path(), mode).unwrap();
        std::fs::create_dir_all(dir.path().join("root/bin")).unwrap();
        std::fs::copy("/bin/busybox", dir.path().join("root/bin/busybox")).unwrap();
        std::os::unix::fs::symlink("busybox", dir.path().join("root/bin/echo")).unwrap();
        let tar = dir.path().join("files.tar.gz").display().to_string();
        run(
            "tar",
            &["--owner=0", "--group=0", "-C", &dir.path().join("root").display().to_string(), "-czf", &tar, "."],
        );
        let engine = Engine::start(who);
        for docker_cli in [true, false] {
            let args = [
                "import",
                "-c",
                "CMD [\"echo\", \"from a tar\"]",
                "-c",
                "ENV A=1 PATH=/bin",
                "-m",
                "by hand",
                &tar,
                "mine:1",
            ];
            let run = |args: &[&str]| {
                if docker_cli { engine.docker(args) } else { engine.dockwalk(&[&["docker"][..], args].concat()) }
            };
            let id = good(run(&args));
            assert!(id.starts_with("sha256:"), "{id}");
            assert_eq!(good(run(&["run", "--rm", "mine:1"])), "from a tar");
            assert!(good(run(&["history", "mine:1"])).contains("by hand"));
            let wrong = fails(run(&["import", "-c", "RUN rm -rf /", &tar, "bad:1"]), 1);
            assert!(wrong.contains("RUN") || wrong.contains("run"), "{wrong}");
            assert!(good(run(&["rmi", "mine:1"])).contains("Deleted"));
        }
        let text = Command::new("sh").args(["-c", "echo no tar"]).output().unwrap().stdout;
        let file = dir.path().join("no.tar");
        std::fs::write(&file, text).unwrap();
        fails(engine.dockwalk(&["docker", "import", &file.display().to_string(), "bad:1"]), 1);
        for place in ["blobs/sha256", "layers/sha256", "ingest"] {
            assert_eq!(std::fs::read_dir(engine.root().join(place)).unwrap().count(), 0, "{who:?}: {place}");
        }
    }
}
