//! Other users of the same host: what they can read or run of an engine's, what they can make an engine or a client do by
//! putting things where these look, and what they hear when they ask.
//!
//! Each attack is scripted and run by `nobody`, against an engine of root and one of an ordinary user.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "hostile_host/planted.rs"]
mod planted;
#[path = "hostile_host/readers.rs"]
mod readers;
#[path = "hostile_host/sockets.rs"]
mod sockets;
#[path = "hostile_host/stranger.rs"]
mod stranger;

use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Code, Problem};
use engine::{Engine, Who, everyone, fails, lack};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

/// The attacker's number, and their group's.
const NOBODY: u32 = 65_534;

/// Those who can be attacked here. The attacker is made with setpriv, which takes root.
fn victims() -> Vec<Who> {
    if !nix::unistd::getuid().is_root() {
        lack("not root: nobody can be another user");
        return Vec::new();
    }
    everyone()
}

/// Does it with an engine of everyone; its directory's parent can be walked through by all, as a home directory may be.
fn check(test: impl Fn(Who, Engine)) {
    for who in victims() {
        println!("{who:?}");
        let engine = Engine::start(who);
        mode(engine.root().parent().unwrap(), 0o755);
        test(who, engine);
    }
}

/// A command as the attacker.
fn nobody(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    let number = NOBODY.to_string();
    command.args(["--reuid", &number, "--regid", &number, "--clear-groups", "--inh-caps=-all", "--", program]);
    command.args(args).env("HOME", "/nonexistent").env_remove("XDG_RUNTIME_DIR").env_remove("DOCKER_HOST");
    command
}

/// The user whose engine it is.
fn uid(who: Who) -> (u32, u32) {
    match who {
        Who::Root => (0, 0),
        Who::User => {
            let user = nix::unistd::User::from_name("dwtest").unwrap().unwrap();
            (user.uid.as_raw(), user.gid.as_raw())
        }
    }
}

fn own(path: &Path, (uid, gid): (u32, u32)) {
    chown(path, Some(uid), Some(gid)).unwrap();
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// It ends with status 1 and says this problem: of this code, about this path.
fn refused(command: Command, code: Code, path: &Path) -> String {
    let said = fails(command, 1);
    let unknown = ["owner", "user", "mode", "count", "found"];
    let sample = Problem::new(code.clone()).with("path", path.display()).with("socket", path.display());
    let sample = unknown.into_iter().fold(sample, |sample, name| sample.with(name, '§'));
    // Up to what the sample does not know.
    let text = Words::new(Lang::En).problem(&sample);
    let beginning = text.split(['§', ':']).next().unwrap();
    assert!(said.contains(beginning) && said.contains(path.to_str().unwrap()), "{said}\nis not {code}: {beginning}");
    said
}
