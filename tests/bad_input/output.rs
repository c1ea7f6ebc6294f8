//! Output to a disk that is full: half of it stays there, and that is said, with a status that is not 0.

use super::*;
use std::fs::OpenOptions;
use std::process::Stdio;

/// Runs it with its standard output on a full disk; what it complains of.
fn on_full_disk(mut command: Command) -> String {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let shown = format!("{command:?}");
    let child = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{shown}: {said}");
    said
}

#[test]
fn whatever_goes_to_standard_output_is_written_or_said_not_to_be() {
    check(|engine| {
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        good(engine.dockwalk(&["docker", "run", "--name", "said", "lab/shell:1", "echo", "hello"]));
        good(engine.dockwalk(&["docker", "run", "-d", "--name", "runs", "lab/shell:1", "sleep", "600"]));
        let printf = ["docker", "run", "--rm", "lab/shell:1", "printf", "no line feed"];
        for args in [
            &["trace", "export", "-"][..],
            &["docker", "save", "lab/shell:1"],
            &["docker", "images"],
            &["docker", "logs", "said"],
            &["docker", "run", "--rm", "lab/shell:1", "echo", "hello"],
            &printf,
            &["docker", "exec", "runs", "echo", "hello"],
            &["image", "cat", "lab/shell:1", "/bin/busybox"],
            &["image", "tree", "lab/shell:1"],
            &["doctor", "--json"],
        ] {
            let said = on_full_disk(engine.dockwalk(args));
            assert!(said.contains("No space left on device"), "{args:?}: {said}");
        }
        // What stands behind the last line feed, too.
        good(engine.dockwalk(&[
            "docker",
            "run",
            "--name",
            "short",
            "lab/shell:1",
            "sh",
            "-c",
            "printf short > /short",
        ]));
        good(engine.dockwalk(&["docker", "commit", "short", "lab/short:1"]));
        let said = on_full_disk(engine.dockwalk(&["image", "cat", "lab/short:1", "/short"]));
        assert!(said.contains("No space left on device"), "{said}");
        // A reader that has gone is no failure of anybody's.
        let mut logs = engine.dockwalk(&["docker", "logs", "said"]);
        let mut child = logs.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    });
}
