//! An image without layers (`FROM scratch` and nothing more): its container has what is mounted, and what it writes.

use crate::engine::{good, output};
use crate::side::{Side, shared, text};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const NOTHING: &str = "lab/nothing:1";
const SHELL: &str = "/bin/busybox:/sh";

/// The image as `docker save` writes it.
fn archive(dir: &Path) -> String {
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let config = format!(
        r#"{{"architecture":"{machine}","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":[]}}}}"#
    );
    fs::write(dir.join("config.json"), config).unwrap();
    let listed = format!(r#"[{{"Config":"config.json","RepoTags":["{NOTHING}"],"Layers":[]}}]"#);
    fs::write(dir.join("manifest.json"), listed).unwrap();
    let archive = dir.join("nothing.tar").display().to_string();
    crate::lab::run("tar", &["-C", &dir.display().to_string(), "-cf", &archive, "config.json", "manifest.json"]);
    archive
}

pub fn area(side: &Side<'_>) {
    let dir = shared();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    side.good(&format!("load -q -i {}", archive(dir.path())));
    let run = |flags: &[&str], image: &str, script: &str| {
        good(side.args(&[&["run", "--rm", "-v", SHELL], flags, &[image, "/sh", "-c", script]].concat()))
    };
    assert_eq!(run(&[], NOTHING, "echo runs"), "runs");
    // Beside what was asked for there is what Docker makes in every container.
    let listed = run(&[], NOTHING, "for name in /*; do echo $name; done");
    assert_eq!(listed.lines().collect::<Vec<_>>(), ["/dev", "/etc", "/proc", "/sh", "/sys"]);
    assert_eq!(run(&["--read-only"], NOTHING, "echo x > /x || echo not"), "not");
    assert_eq!(run(&["--tmpfs", "/t"], NOTHING, "echo x > /t/x; read x < /t/x; echo $x"), "x");
    // A directory of the host, and a volume, into which there is nothing to copy.
    fs::create_dir(dir.path().join("bin")).unwrap();
    fs::copy("/bin/busybox", dir.path().join("bin/sh")).unwrap();
    let bin = format!("{}:/bin:ro", dir.path().join("bin").display());
    assert_eq!(good(side.args(&["run", "--rm", "-v", &bin, NOTHING, "/bin/sh", "-c", "echo bound"])), "bound");
    run(&["-v", "kept:/d/e"], NOTHING, "echo kept > /d/e/x");
    assert_eq!(run(&["-v", "kept:/d"], NOTHING, "read x < /d/x; echo $x"), "kept");

    let script = "echo made > /made; echo ready; read wait";
    good(side.args(&["run", "-d", "-i", "--name", "box", "-v", SHELL, NOTHING, "/sh", "-c", script]));
    side.soon("box", "ready");
    assert_eq!(good(side.args(&["exec", "box", "/sh", "-c", "echo beside"])), "beside");
    let diff = side.good("diff box");
    assert!(diff.lines().any(|line| line == "A /made") && !diff.contains(".dockerenv"), "{diff}");
    side.good("stop -t 0 box");
    side.good("start box");
    side.good("stop -t 0 box");
    side.good("commit box lab/made:1");
    assert_eq!(run(&[], "lab/made:1", "read x < /made; echo $x"), "made");
    side.good("rm box");
    side.good("rmi lab/made:1");
    if side.is_docker() {
        // "empty export - not implemented"
        return;
    }
    // There and back.
    let saved = dir.path().join("saved.tar").display().to_string();
    side.good(&format!("save -o {saved} {NOTHING}"));
    side.good(&format!("rmi {NOTHING}"));
    side.good(&format!("load -q -i {saved}"));
    assert_eq!(run(&[], NOTHING, "echo again"), "again");
    // Without anything mounted there is no program in it.
    let nothing = output(side.args(&["run", "--rm", NOTHING, "/sh"]));
    assert_eq!(nothing.status.code(), Some(127), "{}", text(&nothing.stderr));
}
