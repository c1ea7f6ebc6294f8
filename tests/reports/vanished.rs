//! What was there when a container started and is not any more: a bind's source, a volume's directory, the room on a disk.

use crate::side::{Side, shared, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub fn area(side: &Side<'_>) {
    let dir = shared();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    bind(side, dir.path());
    volume(side);
    room(side, dir.path());
}

fn bind(side: &Side<'_>, dir: &Path) {
    let here = dir.display();
    let source = dir.join("source");
    fs::create_dir(&source).unwrap();
    side.start("made", &format!("-v {here}/source:/d"), "echo ready; sleep 600");
    side.start("kept", &format!("--mount type=bind,src={here}/source,dst=/d"), "echo ready; sleep 600");
    fs::remove_dir(&source).unwrap();
    // The directory is there as long as the mount is, and takes nothing more.
    let said = side.output(&["exec", "made", "sh", "-c", "ls -d /d; grep ' /d ' /proc/self/mountinfo; touch /d/x"]);
    assert!(text(&said.stdout).contains("deleted /d "), "{}", text(&said.stdout));
    assert!(text(&said.stderr).contains("No such file or directory"), "{}", text(&said.stderr));
    let shown = side.get("/containers/made/json")["Mounts"][0]["Source"].clone();
    assert_eq!(shown, source.display().to_string(), "as it was asked for");
    let said = side.output(&["restart", "-t", "0", "kept"]);
    let err = text(&said.stderr);
    assert!(!said.status.success() && err.contains(&format!("{here}/source")), "{err}");
    assert_eq!(side.good("inspect -f {{.State.Status}} kept"), "exited");
    let said = side.fails("start kept", 1);
    assert!(said.contains("bind source path does not exist"), "{said}");
    // `-v` makes it once more, and then the other has it, too.
    side.good("restart -t 0 made");
    assert!(source.is_dir());
    side.good("start kept");
    assert_eq!(side.good("inspect -f {{.State.Status}}|{{.State.Error}} kept"), "running|");
    side.good("rm -f made kept");
}

fn volume(side: &Side<'_>) {
    side.good("volume create --label tier=db taken");
    side.start("box", "-v taken:/d", "echo in > /d/f; echo ready; sleep 600");
    let place = PathBuf::from(side.good("volume inspect -f {{.Mountpoint}} taken"));
    fs::remove_dir_all(place.parent().unwrap()).unwrap();
    let said = side.output(&["exec", "box", "touch", "/d/x"]);
    assert!(
        !said.status.success() && text(&said.stderr).contains("No such file or directory"),
        "{}",
        text(&said.stderr)
    );
    assert_eq!(side.get("/containers/box/json")["Mounts"][0]["Name"], "taken", "it still has it");
    side.good("system df -v");
    let said = side.output(&["restart", "-t", "0", "box"]);
    let err = text(&said.stderr);
    assert!(!said.status.success() && err.contains("taken"), "{err}");
    assert!(side.is_docker() || err.contains("deleted by hand") && err.contains("docker volume create taken"), "{err}");
    let failed = side.good("inspect -f {{.State.Status}}|{{.State.Error}} box");
    assert!(failed.starts_with("exited|") && failed.contains("taken"), "{failed}");
    if !side.is_docker() {
        // Docker knows it all the same, and has no way to make it anew.
        side.good("volume create taken");
        assert_eq!(side.good("start box"), "box");
        assert_eq!(side.good("exec box cat /d/f"), "in");
    }
    side.good("rm -f box");
}

fn room(side: &Side<'_>, dir: &Path) {
    side.good("volume create -o type=tmpfs -o device=tmpfs -o o=size=64k small");
    side.start("box", "-v small:/d", "echo kept > /d/kept; echo ready; sleep 600");
    let said = side.output(&["exec", "box", "sh", "-c", "cat /proc/self/exe > /d/x; cat /d/kept"]);
    assert_eq!(text(&said.stdout), "kept\n", "what was there stays: {}", text(&said.stderr));
    fs::write(dir.join("big"), [7; 200_000]).unwrap();
    let said = side.output(&["cp", &dir.join("big").display().to_string(), "box:/d/big"]);
    let err = text(&said.stderr).to_lowercase();
    assert!(!said.status.success() && err.contains("no space left") && err.contains("d/big"), "{err}");
    assert_eq!(side.good("exec box cat /d/kept"), "kept");
    side.good("exec box sh -c rm${IFS}/d/x");
    side.good("rm -f box");
    side.good("volume rm small");
}
