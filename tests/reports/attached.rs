//! `-a`: what is named is attached, and nothing else.

use crate::side::{IMAGE, Side, text};

pub fn area(side: &Side<'_>) {
    let run = |flags: &[&str]| {
        let said = side.output(&[&["run", "--rm"], flags, &[IMAGE, "sh", "-c", "echo out; echo err >&2"]].concat());
        assert!(said.status.success());
        (text(&said.stdout), text(&said.stderr))
    };
    let both = |out: &str, err: &str| (out.to_owned(), err.to_owned());
    assert_eq!(run(&[]), both("out\n", "err\n"));
    assert_eq!(run(&["-a", "stdout"]), both("out\n", ""));
    assert_eq!(run(&["--attach", "STDERR"]), both("", "err\n"));
    assert_eq!(run(&["-a", "stdout", "-a", "stderr"]), both("out\n", "err\n"));
    assert_eq!(run(&["-i", "-a", "stdout"]), both("out\n", ""));
    // What is not attached is in the log all the same.
    crate::engine::good(side.args(&[
        "run",
        "--name",
        "box",
        "-a",
        "stdout",
        IMAGE,
        "sh",
        "-c",
        "echo out; echo err >&2",
    ]));
    let logged = side.output(&["logs", "box"]);
    assert_eq!((text(&logged.stdout), text(&logged.stderr)), both("out\n", "err\n"));
    let config = side.get("/containers/box/json")["Config"].clone();
    assert_eq!((&config["AttachStdout"], &config["AttachStderr"]), (&true.into(), &false.into()));
    side.fails("run -a stdnone lab/shell:1 true", 125);
    side.fails("run -d -a stdout lab/shell:1 true", 1);
}
