//! What a pull says, line by line, beside a real dockerd at the same registry.

use crate::clients::{Bench, Cli};
use crate::engine::{DOCKER, Engine, everyone, output};
use crate::lab;
use std::path::Path;
use std::process::{Command, Output};

const HOST: &str = "127.0.0.1:5005";
const COMPLETE: &str = ": Download complete";
const NEEDED: [&str; 5] = ["docker", "dockerd", "docker-registry", "busybox", "unshare"];

/// Two images: `x` has tags of the same manifest, `y` is `x` and one more layer.
fn filled(docker: &lab::Docker, dir: &Path) {
    let files = dir.join("files");
    std::fs::create_dir_all(files.join("bin")).unwrap();
    let busybox = lab::run("sh", &["-c", "command -v busybox"]);
    std::fs::copy(busybox.trim(), files.join("bin/busybox")).unwrap();
    std::os::unix::fs::symlink("busybox", files.join("bin/true")).unwrap();
    let (tar, more) = (dir.join("files.tar"), dir.join("more"));
    lab::run("tar", &["-C", files.to_str().unwrap(), "-cf", tar.to_str().unwrap(), "."]);
    docker.run(&["import", "--change", "ENV PATH=/bin", tar.to_str().unwrap(), "base:0"]);
    let add = |from: &str, content: &str, to: &str| {
        let id = docker.run(&["create", from, "true"]);
        std::fs::write(&more, content).unwrap();
        docker.run(&["cp", more.to_str().unwrap(), &format!("{}:/{content}", id.trim())]);
        docker.run(&["commit", id.trim(), to]);
        docker.run(&["rm", id.trim()]);
    };
    add("base:0", "one", "base:1");
    add("base:1", "two", &format!("{HOST}/x:1"));
    docker.run(&["tag", &format!("{HOST}/x:1"), &format!("{HOST}/x:2")]);
    add(&format!("{HOST}/x:1"), "three", &format!("{HOST}/y:1"));
    for name in ["x:1", "x:2", "y:1"] {
        docker.run(&["push", &format!("{HOST}/{name}")]);
    }
    docker.run(&[
        "rmi",
        "-f",
        "base:0",
        "base:1",
        &format!("{HOST}/x:1"),
        &format!("{HOST}/x:2"),
        &format!("{HOST}/y:1"),
    ]);
}

/// What it said: layers come side by side, so their lines in order of their names, each layer's in its own order. How far one has
/// come, and that it was hashed, is said or not as it happens.
fn said(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{output:?}");
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(text).unwrap();
    let passing = ["Verifying Checksum", "Waiting", "Downloading", "Extracting"];
    let mut lines: Vec<_> = text.lines().filter(|line| !passing.iter().any(|word| line.contains(word))).collect();
    let of_layer = |line: &str| line.split(": ").next().is_some_and(|id| id.len() == 12).then(|| line[..12].to_owned());
    let first = lines.iter().position(|line| of_layer(line).is_some()).unwrap_or(0);
    let last = lines.iter().rposition(|line| of_layer(line).is_some()).map_or(0, |last| last + 1);
    // All of them before the digest and the status.
    assert!(lines[first..last].iter().all(|line| of_layer(line).is_some()), "{text}");
    lines[first..last].sort_by_key(|line| of_layer(line));
    lines.into_iter().map(str::to_owned).collect()
}

/// Each pull, and what it said.
fn sequence(command: &dyn Fn(&[&str]) -> Command, digest: &str) -> Vec<(String, Vec<String>)> {
    let (x1, x2, y1) = (format!("{HOST}/x:1"), format!("{HOST}/x:2"), format!("{HOST}/y:1"));
    let by_digest = format!("{HOST}/x@{digest}");
    let all = format!("{HOST}/x");
    let pulls: [&[&str]; 15] = [
        &["pull", &x1],
        &["pull", &x1],
        &["pull", &x1],
        &["pull", &by_digest],
        &["pull", &x2],
        &["pull", &x2],
        // Half of it is here.
        &["pull", &y1],
        &["pull", "-q", &y1],
        &["rmi", &x1, &x2, &y1, &by_digest],
        &["pull", &by_digest],
        &["pull", &x1],
        &["run", "--rm", "--network", "none", &y1, "true"],
        // One of its tags is new.
        &["pull", "-a", &all],
        &["pull", "--all-tags", &all],
        &["pull", "-q", "-a", &all],
    ];
    let did = |args: &&[&str]| {
        let output = output(command(args));
        // What is deleted is another matter.
        let said = if args[0] == "rmi" { Vec::new() } else { said(&output) };
        (args.join(" "), said)
    };
    pulls.iter().map(did).collect()
}

#[test]
fn a_pull_says_what_docker_says_and_a_repeated_one_nothing_of_layers() {
    lab::inside("pulls::a_pull_says_what_docker_says_and_a_repeated_one_nothing_of_layers", &NEEDED, |dir| {
        let _registry = lab::registry(dir, 5005, "");
        let docker = lab::Docker::start(dir);
        filled(&docker, dir);
        docker.run(&["pull", "-q", &format!("{HOST}/x:1")]);
        let names = docker.run(&["image", "inspect", "-f", "{{index .RepoDigests 0}}", &format!("{HOST}/x:1")]);
        let digest = names.trim().split_once('@').unwrap().1.to_owned();
        docker.run(&["rmi", &format!("{HOST}/x:1")]);
        let dockers = sequence(&|args| docker.command(args), &digest);
        for (line, said) in &dockers[1..4] {
            assert!(said.iter().any(|line| line.starts_with("Status: Image is up to date")), "{line}: {said:?}");
            assert_eq!(said.len(), 4, "{line}: {said:?}");
        }
        drop(docker);
        for who in everyone() {
            for cli in [Cli::Docker, Cli::Ours] {
                let engine = Engine::start(who);
                let bench = Bench { engine: &engine, cli };
                let ours = sequence(&|args| bench.args(args), &digest);
                for (ours, dockers) in ours.iter().zip(&dockers) {
                    // Who watches a transfer of dockerd's is told its last state, and may miss this one before it.
                    let (came, rest): (Vec<_>, Vec<_>) = ours.1.iter().partition(|line| line.ends_with(COMPLETE));
                    let (theirs, of_theirs): (Vec<_>, Vec<_>) =
                        dockers.1.iter().partition(|line| line.ends_with(COMPLETE));
                    assert_eq!((&ours.0, rest), (&dockers.0, of_theirs), "{who:?} {cli:?} ({DOCKER})");
                    assert!(theirs.iter().all(|line| came.contains(line)), "{who:?} {cli:?} ({DOCKER}): {ours:?}");
                    let pulled = ours.1.iter().filter(|line| line.ends_with(": Pull complete")).count();
                    assert_eq!(came.len(), pulled, "{who:?} {cli:?}: {ours:?}");
                }
            }
        }
    });
}
