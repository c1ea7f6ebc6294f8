//! What strangers write into layers, as tables. For each: the named error it ends in or what it makes, and that nothing
//! outside the layer's directory changed; both with `openat2` and without, as root and in a user namespace, and beside umoci.

mod content;
mod kinds;
mod links;
mod marks;
mod oracle;
mod paths;
mod see;
mod sparse;
mod streams;

use super::*;
use crate::engine::unpack::{Limits, Resolver};
use crate::trace::Code;
use see::{Outside, tree};

/// One layer and how it ends.
pub struct Case {
    name: &'static str,
    blob: Vec<u8>,
    ends: Ends,
    /// In a user namespace with one id, where that is something else.
    rootless: Option<Ends>,
    limits: Limits,
    umoci: Umoci,
}

/// What comes of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The code of the fault.
    Refused(Code),
    /// What is in the directory, as [`tree`] says it.
    Makes(Vec<String>),
}

/// What umoci does with the same.
pub enum Umoci {
    /// It refuses it, too, or makes the same.
    Agrees,
    /// It does not, and why that is meant.
    Differs(&'static str),
    /// It is not asked, because it would do the harm, or has no such limit to set.
    NotAsked,
}

fn refused(name: &'static str, code: Code, blob: Vec<u8>) -> Case {
    let (limits, umoci) = (Limits::default(), Umoci::Agrees);
    Case { name, blob, ends: Ends::Refused(code), rootless: None, limits, umoci }
}

/// Refused as a tar that contradicts itself.
fn damaged(name: &'static str, blob: Vec<u8>) -> Case {
    refused(name, Code::LayerDamaged, blob)
}

fn makes(name: &'static str, tree: &[&str], blob: Vec<u8>) -> Case {
    Case { ends: lines(tree), ..damaged(name, blob) }
}

fn lines(tree: &[&str]) -> Ends {
    Ends::Makes(tree.iter().map(ToString::to_string).collect())
}

impl Case {
    fn differs(self, why: &'static str) -> Self {
        Self { umoci: Umoci::Differs(why), ..self }
    }

    fn without_umoci(self) -> Self {
        Self { umoci: Umoci::NotAsked, ..self }
    }

    fn rootless(self, tree: &[&str]) -> Self {
        Self { rootless: Some(lines(tree)), ..self }
    }

    fn within(self, limits: Limits) -> Self {
        Self { limits, umoci: Umoci::NotAsked, ..self }
    }
}

/// Every case. `outside` is a directory that must stay as it is; links lead there.
fn cases(outside: &str) -> Vec<Case> {
    let mut all = paths::cases();
    all.extend(links::cases(outside));
    all.extend(marks::cases(outside));
    all.extend(kinds::cases());
    all.extend(content::cases());
    all.extend(sparse::cases());
    all.extend(streams::cases());
    all
}

/// How a case ends here.
fn end_of(case: &Case, dir: &Path, options: Options) -> Ends {
    match unpack_into(dir, &case.blob, Options { limits: case.limits, ..options }) {
        Ok(_) => Ends::Makes(tree(dir)),
        Err(fault) => Ends::Refused(fault.problem.code),
    }
}

fn run_all(options: Options) {
    let common = tempfile::tempdir().expect("a directory");
    let sentinel = Outside::put(common.path());
    let all = cases(&common.path().display().to_string());
    let mut names: Vec<_> = all.iter().map(|case| case.name).collect();
    assert!(names.len() >= 60, "{}", names.len());
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "each has a name of its own: {names:?}");
    let mut wrong = Vec::new();
    for case in &all {
        let outer = tempfile::tempdir().expect("a directory");
        let beside = Outside::put(outer.path());
        let layer = outer.path().join("layer");
        fs::create_dir(&layer).expect("a directory");
        let ends = end_of(case, &layer, options);
        let expected = case.rootless.as_ref().filter(|_| options.rootless).unwrap_or(&case.ends);
        if ends != *expected {
            wrong.push(format!("{}:\n  is       {ends:?}\n  expected {expected:?}", case.name));
        }
        beside.check(case.name);
        sentinel.check(case.name);
    }
    assert!(wrong.is_empty(), "{options:?}\n{}", wrong.join("\n"));
}

#[test]
fn each_ends_as_it_says_and_nothing_outside_changes() {
    if !nix::unistd::geteuid().is_root() {
        assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "needs root");
        return;
    }
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        run_all(Options { resolver, ..Options::new(IdRange::ALL, false) });
    }
}

/// A user namespace is for a process with one thread: `unshare(1)` makes it and runs this test binary in it.
#[test]
fn each_ends_as_it_says_in_a_user_namespace() {
    let inside = "engine::unpack::tests::hostile::in_a_user_namespace";
    let made = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", inside, "--include-ignored", "--nocapture"])
        .env("DOCKWALK_TEST_INSIDE", "1")
        .output()
        .expect("unshare");
    let said = String::from_utf8_lossy(&made.stdout) + String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "run by each_ends_as_it_says_in_a_user_namespace"]
fn in_a_user_namespace() {
    if std::env::var_os("DOCKWALK_TEST_INSIDE").is_none() {
        return;
    }
    for resolver in [Resolver::Kernel, Resolver::Walk] {
        run_all(Options { resolver, ..Options::new(IdRange { uids: 1, gids: 1 }, true) });
    }
}
