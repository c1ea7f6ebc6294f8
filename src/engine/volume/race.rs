//! A container that has the volume mounted exchanges a directory of it for a link to the host, over and over, while the engine
//! fills the volume.

use super::copy;
use crate::engine::handle;
use nix::fcntl::{RenameFlags, renameat2};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const ROUNDS: u64 = 20_000;
/// So often at least: on a busy machine all exchanges may fall into one.
const FILLED: u64 = 300;

fn image(dir: &Path) {
    fs::create_dir(dir.join("a")).unwrap();
    for n in 0..12 {
        fs::create_dir(dir.join(format!("a/d{n}"))).unwrap();
        fs::write(dir.join(format!("a/f{n}")), "of the image").unwrap();
    }
    fs::hard_link(dir.join("a/f0"), dir.join("a/again")).unwrap();
    symlink("f0", dir.join("a/link")).unwrap();
    nix::unistd::mkfifo(&dir.join("a/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
}

/// A round is one exchange; the volume is filled for as long as it takes.
fn race() {
    let outer = tempfile::tempdir().unwrap();
    let [source, volume, outside, away] = ["source", "volume", "outside", "away"].map(|name| outer.path().join(name));
    [&source, &volume, &outside, &away].into_iter().for_each(|dir| fs::create_dir(dir).unwrap());
    image(&source);
    let trap = away.join("a");
    symlink(&outside, &trap).unwrap();
    let (over, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    let (mut tries, mut filled, mut landed) = (0_u64, 0_u64, Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (here, target) = (nix::fcntl::AT_FDCWD, volume.join("a"));
            while !over.load(Ordering::Relaxed) {
                if renameat2(here, &target, here, &trap, RenameFlags::RENAME_EXCHANGE).is_ok() {
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        while (rounds.load(Ordering::Relaxed) < ROUNDS || tries < FILLED) && landed.is_empty() {
            tries += 1;
            let copied = copy::tree(handle::open(&source).unwrap(), handle::open(&volume).unwrap());
            filled += u64::from(copied.is_ok());
            handle::clear(handle::open(&volume).unwrap()).unwrap_or_default();
            landed = handle::names(handle::open(&outside).unwrap()).unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(landed.is_empty(), "outside of the volume: {landed:?}");
    assert!(filled > 0, "the volume was filled");
    assert_eq!(fs::read_to_string(source.join("a/f0")).unwrap(), "of the image");
}

#[test]
fn nothing_lands_outside_while_directories_are_exchanged_for_links() {
    race();
}

#[test]
fn nothing_lands_outside_of_it_in_a_user_namespace() {
    let inside = "engine::volume::race::in_a_user_namespace";
    let made = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", inside, "--include-ignored", "--nocapture"])
        .env("DOCKWALK_TEST_INSIDE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stdout) + String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "run by nothing_lands_outside_of_it_in_a_user_namespace"]
fn in_a_user_namespace() {
    if std::env::var_os("DOCKWALK_TEST_INSIDE").is_some() {
        race();
    }
}
