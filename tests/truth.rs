//! Truth by the kernel: crafted images, seen by our pure model, by a real overlay mount of the layers that our unpacker
//! made – as root, and as an ordinary user in a user namespace – and by `umoci unpack`. Path by path the same, or the
//! difference is written down in the table of cases and explained in docs/umoci-and-the-kernel.md.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]
#![allow(missing_docs, reason = "a test program")]

#[path = "truth/cases.rs"]
mod cases;
#[path = "truth/docker.rs"]
mod docker;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "the tests of images use the rest")]
mod lab;
#[path = "truth/look.rs"]
mod look;
#[path = "truth/oci.rs"]
mod oci;
#[path = "truth/tar.rs"]
mod tar;

use cases::{Case, Umoci};
use dockwalk::engine::layer::walk;
use dockwalk::engine::unpack::{ListReader, Options, Unpack};
use dockwalk::engine::{Cancel, IdRange, Result};
use dockwalk::tree::{Kind, Layer, LayerEntry, Stack};
use look::{Tree, differences};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn our_tree_is_the_kernels_and_umocis() {
    lab::inside("our_tree_is_the_kernels_and_umocis", &["umoci", "unshare", "setpriv"], |dir| {
        let cases = cases::all();
        assert!(cases.len() >= 30, "{}", cases.len());
        let mut wrong = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            let place = dir.join(number.to_string());
            wrong.extend(check(case, &place, false).into_iter().map(|line| format!("{}: {line}", case.name)));
            // Thousands of directories; the last ones shut even for their owner.
            fs::remove_dir_all(&place).expect("removed");
        }
        let rootless = dir.join("rootless");
        fs::create_dir(&rootless).expect("a directory");
        std::os::unix::fs::chown(&rootless, Some(54321), Some(54321)).expect("chown");
        lab::as_user(dir, "as_an_ordinary_user", &[("DOCKWALK_TEST_DIR", &rootless.display().to_string())]);
        let text = fs::read_to_string(rootless.join("wrong")).expect("what the child saw");
        wrong.extend(text.lines().map(|line| format!("as an ordinary user: {line}")));
        assert!(wrong.is_empty(), "{} of {} cases\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    });
}

#[test]
fn docker_unpacks_the_same_layers() {
    lab::inside("docker_unpacks_the_same_layers", &["docker", "dockerd", "unshare"], |dir| {
        let docker = lab::Docker::start(dir);
        let mut wrong = Vec::new();
        // The names of a hundred of its directories do not fit into the page of options that mount(2) takes.
        let cases = cases::all().into_iter().enumerate().filter(|(_, case)| case.layers.len() < 30);
        for (number, case) in cases {
            let begun = now();
            let theirs = docker::docker(&docker, dir, number, &case.layers, begun);
            let expected = cases::docker(case.name);
            let found = match theirs {
                Err(_) if case.refused => Vec::new(),
                // Its words change with its version.
                Err(_) => vec!["Docker refuses it".to_owned()],
                Ok(theirs) => {
                    let ours =
                        if case.refused { Tree::new() } else { kernel(&case, &dir.join(number.to_string()), begun) };
                    differences(&ours, &theirs)
                }
            };
            if found != expected {
                wrong.push(format!("{}:\n    {}", case.name, found.join("\n    ")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// What a mount of our layers shows.
fn kernel(case: &Case, dir: &Path, begun: i64) -> Tree {
    for (number, tar) in case.layers.iter().enumerate() {
        unpacked(&dir.join(number.to_string()), tar, false).unwrap_or_else(|fault| panic!("{}: {fault}", case.name));
    }
    mounted(dir, case.layers.len(), false, begun).0
}

/// Few names, so that entries meet: each of them lines of a tar.
fn any_tar() -> impl Strategy<Value = String> {
    let path = || proptest::collection::vec(prop_oneof!["a", "b", "c"], 1..4).prop_map(|names| names.join("/"));
    let line = (path(), path(), 0..14u8, 1..9u8).prop_map(|(path, other, kind, n)| match kind {
        0..=2 => format!("file {path} c={} t={n} u={n}", "x".repeat(n.into())),
        3..=5 => format!("dir {path} m=7{n}0 t={n} x=user.n{n}:{n}").replace('8', "7").replace('9', "7"),
        6..=7 => format!("link {path} to={other} t={n}"),
        8..=9 => format!("hard {path} to={other}"),
        10 => format!("opq {path}"),
        11..=12 => format!("wh {path}"),
        _ => format!("fifo {path} t={n}"),
    });
    proptest::collection::vec(line, 1..14).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_layer_is_folded_as_the_directory_that_is_made_of_it(text in any_tar()) {
        if !nix::unistd::geteuid().is_root() {
            assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "files are given away: needs root");
            return Ok(());
        }
        let dir = tempfile::tempdir().unwrap();
        let tar = tar::tar(&text);
        let mut entries = Vec::new();
        dockwalk::engine::unpack::list(&tar[..], &mut |entry| { entries.push(entry); Ok(()) }).unwrap();
        let model = Layer::build(entries);
        match unpack(dir.path(), &tar, false) {
            Err(fault) => prop_assert!(!model.faults().is_empty(), "{}: the model takes\n{}", fault, text),
            Ok(()) => {
                prop_assert_eq!(model.faults(), &[], "{}", text);
                let mut found = Vec::new();
                walk(&dir.path().join("fs"), &mut |entry| { found.push(entry); Ok(()) }).unwrap();
                prop_assert_eq!(lines(&model, &model), lines(&Layer::build(found), &model), "{}", text);
            }
        }
    }
}

/// A layer as lines. What `of` has no entry for has no time and, for whiteouts, nothing but its name.
fn lines(layer: &Layer, of: &Layer) -> Vec<String> {
    let mut groups = std::collections::HashMap::new();
    let line = |id| {
        let (path, inode) = (layer.path(id), layer.inode(id));
        if inode.is_whiteout() {
            return format!("{path} whiteout");
        }
        let implied = of.find(path.as_bytes()).is_some_and(|id| of.inode(id).implied);
        let time = if implied { None } else { Some(inode.mtime) };
        let first = groups.entry(layer.inode_number(id)).or_insert_with(|| path.clone());
        let mode = if matches!(inode.kind, Kind::Symlink { .. }) { 0 } else { inode.mode };
        let opaque = inode.opaque;
        format!(
            "{path} {:?} {mode:o} {} {time:?} {first} {} {opaque} {:?}",
            inode.kind, inode.uid, inode.links, inode.xattrs
        )
    };
    (0..u32::try_from(layer.len()).unwrap()).map(line).collect()
}

#[test]
fn every_difference_between_umoci_and_the_kernel_is_explained() {
    let text = include_str!("../docs/umoci-and-the-kernel.md");
    for case in cases::all() {
        if let Umoci::Differs(heading, _) | Umoci::Refuses(heading) = case.umoci {
            assert!(text.contains(&format!("\n## {heading}\n")), "{}: {heading} is not explained", case.name);
        }
    }
}

/// Started by the first test, in a user namespace.
#[test]
#[ignore = "a part of our_tree_is_the_kernels_and_umocis"]
fn as_an_ordinary_user() {
    let dir = PathBuf::from(std::env::var_os("DOCKWALK_TEST_DIR").expect("started by the other test"));
    let mut wrong = Vec::new();
    for (number, case) in cases::all().iter().enumerate() {
        let place = dir.join(number.to_string());
        wrong.extend(check(case, &place, true).into_iter().map(|line| format!("{}: {line}", case.name)));
    }
    fs::write(dir.join("wrong"), wrong.join("\n")).expect("written");
}

/// What is not as the table says.
fn check(case: &Case, dir: &Path, rootless: bool) -> Vec<String> {
    fs::create_dir_all(dir).expect("a directory");
    let begun = now();
    let mut wrong = Vec::new();
    let layers: Result<Vec<_>> = case
        .layers
        .iter()
        .enumerate()
        .map(|(number, tar)| unpacked(&dir.join(number.to_string()), tar, rootless))
        .collect();
    let kernel = match (layers, case.refused) {
        (Err(fault), true) => {
            assert_eq!(fault.problem.code, "layer-damaged", "{}", case.name);
            None
        }
        (Err(fault), false) => return vec![format!("not unpacked: {fault}")],
        (Ok(_), true) => return vec!["unpacked, although it is to be refused".to_owned()],
        (Ok(layers), false) => {
            let stack = Stack::new(layers.into_iter().map(Arc::new).collect());
            let ours = look::model(&stack);
            let (kernel, contents) = mounted(dir, case.layers.len(), rootless, begun);
            wrong.extend(differences(&ours, &kernel).into_iter().map(|line| format!("model ≠ kernel: {line}")));
            Some((kernel, contents))
        }
    };
    if !rootless && !matches!(case.umoci, Umoci::NotAsked(_)) {
        wrong.extend(compared(case, dir, kernel, begun));
    }
    wrong
}

fn now() -> i64 {
    // A file system's clock may be some milliseconds behind.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_secs()).expect("before the end of time") - 1
}

/// Unpacks a layer as the engine does; its entries, folded.
fn unpacked(dir: &Path, tar: &[u8], rootless: bool) -> Result<Layer> {
    unpack(dir, tar, rootless)?;
    let entries = ListReader::open(&dir.join("entries"))?.expect("a list").collect::<Result<Vec<_>>>()?;
    let possible = entries.into_iter().filter(|entry| !rootless || possible(entry));
    let layer = Layer::build(possible.map(|entry| without(entry, rootless)));
    assert_eq!(layer.faults(), [], "the model refuses what the applier takes");
    Ok(layer)
}

fn unpack(dir: &Path, tar: &[u8], rootless: bool) -> Result<()> {
    let root = dir.join("fs");
    fs::create_dir_all(&root).expect("a directory");
    fs::set_permissions(&root, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("chmod");
    let ids = if rootless { IdRange { uids: 65536, gids: 65536 } } else { IdRange::ALL };
    let unpack = Unpack::start(root, dir.join("entries"), Options::new(ids, rootless), &Cancel::new())?;
    unpack.push(tar.to_vec());
    unpack.finish().map(drop)
}

/// What a user namespace cannot make: devices, but for the one that is a whiteout.
fn possible(entry: &LayerEntry) -> bool {
    !matches!(entry.kind, Kind::Block { .. } | Kind::Char { .. }) || entry.kind == Kind::Char { major: 0, minor: 0 }
}

/// Attributes that it cannot set.
fn without(mut entry: LayerEntry, rootless: bool) -> LayerEntry {
    entry.xattrs.retain(|(name, _)| !rootless || !name.as_bytes().starts_with(b"trusted."));
    entry
}

/// A real overlay mount of the layers, by names relative to where they are: Linux takes a page of options.
fn mounted(dir: &Path, layers: usize, rootless: bool, begun: i64) -> (Tree, Tree) {
    let (at, empty) = (dir.join("merged"), dir.join("empty"));
    [&at, &empty].into_iter().for_each(|dir| fs::create_dir(dir).expect("a directory"));
    let names: Vec<_> = (0..layers).rev().map(|number| format!("{number}/fs")).collect();
    let extra = if rootless { ",userxattr" } else { "" };
    // An overlay has two layers at least.
    let options = format!("lowerdir={}:empty{extra}", names.join(":"));
    std::env::set_current_dir(dir).expect("there");
    let flags = nix::mount::MsFlags::MS_RDONLY;
    nix::mount::mount(Some("overlay"), &at, Some("overlay"), flags, Some(options.as_str()))
        .unwrap_or_else(|e| panic!("mount overlay {options}: {e}"));
    let seen = look::directory(&at, begun);
    nix::mount::umount(&at).expect("umount");
    std::env::set_current_dir("/").expect("there");
    seen
}

/// How umoci sees it, against what the table says.
fn compared(case: &Case, dir: &Path, kernel: Option<(Tree, Tree)>, begun: i64) -> Vec<String> {
    let unpacked = oci::umoci(dir, &case.layers);
    let (kernel, contents) = match (kernel, &unpacked) {
        (None, Ok(_)) => (Tree::new(), Tree::new()),
        (None, Err(_)) if case.umoci == Umoci::Same => return Vec::new(),
        (None, Err(error)) => return vec![format!("umoci refuses it, too: {error}")],
        (Some(seen), _) => seen,
    };
    let root = match unpacked {
        Ok(root) => root,
        Err(_) if matches!(case.umoci, Umoci::Refuses(_)) => return Vec::new(),
        Err(error) => return vec![format!("umoci refuses it: {error}")],
    };
    let (theirs, their_contents) = look::directory(&root, begun);
    let (ours, theirs) = alike(&kernel, &theirs);
    let mut found = differences(&ours, &theirs);
    let both = |tree: &Tree| -> Tree {
        let same = |path: &&String| ours.contains_key(*path) && ours.get(*path) == theirs.get(*path);
        tree.iter().filter(|(path, _)| same(path)).map(|(path, sum)| (path.clone(), sum.clone())).collect()
    };
    found.extend(differences(&both(&contents), &both(&their_contents)));
    let expected: &[&str] = match case.umoci {
        Umoci::Differs(_, lines) => lines,
        _ => &[],
    };
    if found == expected { Vec::new() } else { vec![format!("kernel ≠ umoci:\n    {}", found.join("\n    "))] }
}

/// Without what the two never share: umoci has one directory, where a name that a layer above hides is gone, so its link
/// counts are lower. And a directory's time, where one of them dates it by the clock: the kernel's side one that the tar
/// leaves out, umoci one in which it made or removed something after its entry.
fn alike(kernel: &Tree, umoci: &Tree) -> (Tree, Tree) {
    let uncounted = |line: &str| -> String {
        line.split(' ').filter(|word| !word.starts_with("nlink=")).collect::<Vec<_>>().join(" ")
    };
    let dated = |line: &str| line.starts_with("dir ") && line.split(' ').nth(3) == Some("now");
    let undated = |line: &str| -> String {
        line.split(' ').enumerate().filter(|(at, _)| *at != 3).map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    };
    let both = |tree: &Tree| -> Tree {
        let line = |(path, line): (&String, &String)| {
            let line = uncounted(line);
            let other = |tree: &Tree| tree.get(path).is_none_or(|line| line.starts_with("dir "));
            let now = [kernel, umoci].iter().any(|tree| tree.get(path).is_some_and(|line| dated(line)));
            (path.clone(), if now && other(kernel) && other(umoci) { undated(&line) } else { line })
        };
        tree.iter().map(line).collect()
    };
    (both(kernel), both(umoci))
}
