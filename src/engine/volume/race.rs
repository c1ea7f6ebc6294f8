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

fn image(dir: &Path) {
    for sub in ["a", "a/b"] {
        fs::create_dir(dir.join(sub)).unwrap();
        fs::write(dir.join(sub).join("file"), "of the image").unwrap();
        fs::hard_link(dir.join(sub).join("file"), dir.join(sub).join("again")).unwrap();
        symlink("file", dir.join(sub).join("link")).unwrap();
        nix::unistd::mkfifo(&dir.join(sub).join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    }
}

fn race() {
    let outer = tempfile::tempdir().unwrap();
    let [source, volume, outside, away] = ["source", "volume", "outside", "away"].map(|name| outer.path().join(name));
    [&source, &volume, &outside, &away].into_iter().for_each(|dir| fs::create_dir(dir).unwrap());
    image(&source);
    let (over, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut filled = 0_u64;
    std::thread::scope(|scope| {
        for name in ["a", "a/b"] {
            let trap = away.join(name.replace('/', "-"));
            symlink(&outside, &trap).unwrap();
            let (volume, over, swaps) = (&volume, &over, &swaps);
            scope.spawn(move || {
                let here = nix::fcntl::AT_FDCWD;
                while !over.load(Ordering::Relaxed) {
                    let target = volume.join(name);
                    if renameat2(here, &target, here, &trap, RenameFlags::RENAME_EXCHANGE).is_ok() {
                        swaps.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let mut rounds = 0;
        while rounds < ROUNDS || (swaps.load(Ordering::Relaxed) < ROUNDS && rounds < 20 * ROUNDS) {
            rounds += 1;
            let copied = copy::tree(handle::open(&source).unwrap(), handle::open(&volume).unwrap());
            filled += u64::from(copied.is_ok());
            handle::clear(handle::open(&volume).unwrap()).unwrap_or_default();
            let out = handle::names(handle::open(&outside).unwrap()).unwrap();
            if !out.is_empty() {
                over.store(true, Ordering::Relaxed);
                panic!("round {rounds}: {out:?} landed outside of the volume");
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(filled > 0 && swaps.into_inner() >= ROUNDS, "the race was run");
    assert_eq!(fs::read_to_string(source.join("a/b/file")).unwrap(), "of the image");
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
