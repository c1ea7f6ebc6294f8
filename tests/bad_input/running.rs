//! Commands that an image does not have or that cannot be executed; options that are written wrong.

use super::engine::{fails, good};
use super::left::Left;
use super::*;
use dockwalk::trace::Code;

#[test]
fn a_command_that_is_not_in_the_image() {
    check(|engine| {
        good(ours(engine, Lang::En, &["pull", "lab/shell:1"]));
        // A name is looked for along PATH, a path is not.
        for (command, code) in
            [("no-such-command", Code::CommandNotFound), ("/no/such/command", Code::CommandPathMissing)]
        {
            let problem = refuses(engine, &["run", "--rm", "lab/shell:1", command], 127, code);
            assert_eq!((arg(&problem, "command"), arg(&problem, "image")), (command, "lab/shell:1"));
        }
    });
}

#[test]
fn a_command_that_cannot_be_executed() {
    check(|engine| {
        good(ours(engine, Lang::En, &["pull", "lab/shell:1"]));
        for command in ["/etc/passwd", "/etc"] {
            let args = ["run", "--rm", "lab/shell:1", command];
            let problem = refuses(engine, &args, 126, Code::CommandNotExecutable);
            assert_eq!((arg(&problem, "command"), arg(&problem, "image")), (command, "lab/shell:1"));
        }
    });
}

#[test]
fn an_image_for_another_machine() {
    check(|engine| {
        good(ours(engine, Lang::En, &["pull", "--platform", "linux/arm64", "lab/shell:1"]));
        let problem = refuses(engine, &["run", "--rm", "lab/shell:1", "true"], 125, Code::PlatformNotRunnable);
        assert!(arg(&problem, "platform").starts_with("linux/arm64"), "{problem:?}");
        assert_eq!(arg(&problem, "image"), "lab/shell:1");
    });
}

#[test]
fn a_space_after_a_comma_of_a_mount() {
    check(|engine| {
        good(ours(engine, Lang::En, &["pull", "lab/shell:1"]));
        let before = Left::by(engine);
        // In quotation marks, and without: then the shell has cut it in two.
        let quoted = ["run", "--rm", "--mount", "type=bind, source=/tmp,target=/t", "lab/shell:1", "true"];
        let cut = ["run", "--rm", "--mount", "type=bind,", "source=/tmp,target=/t", "lab/shell:1", "true"];
        for args in [&quoted[..], &cut] {
            for lang in Lang::ALL {
                let problem = Problem::new(Code::MountSpace).with("mount", args[3]);
                assert_eq!(fails(ours(engine, lang, args), 125), line(lang, &problem));
            }
        }
        before.is_all_there_is(engine);
    });
}

#[test]
fn other_slips_in_a_mount() {
    check(|engine| {
        good(ours(engine, Lang::En, &["pull", "lab/shell:1"]));
        let before = Left::by(engine);
        for (mount, problem) in [
            ("type=bind,source=/tmp", Problem::new(Code::MountWithoutTarget)),
            ("type=volume,target=/t,reedonly", Problem::new(Code::MountField).with("field", "reedonly")),
        ] {
            for lang in Lang::ALL {
                let args = ["run", "--rm", "--mount", mount, "lab/shell:1", "true"];
                let problem = problem.clone().with("mount", mount);
                assert_eq!(fails(ours(engine, lang, &args), 125), line(lang, &problem));
            }
        }
        before.is_all_there_is(engine);
        let mount = "type=bind,source=/no/such/dir,target=/t";
        let args = ["run", "--rm", "--mount", mount, "lab/shell:1", "true"];
        let problem = refuses(engine, &args, 125, Code::BindSourceMissing);
        assert_eq!(arg(&problem, "path"), "/no/such/dir");
    });
}

#[test]
fn things_that_are_not_there() {
    check(|engine| {
        for (args, problem) in [
            (["rm", "none"], Problem::new(Code::NoSuchContainer).with("container", "none")),
            (["stop", "none"], Problem::new(Code::NoSuchContainer).with("container", "none")),
            (["logs", "none"], Problem::new(Code::NoSuchContainer).with("container", "none")),
            (["rmi", "none"], Problem::new(Code::NoSuchImage).with("image", "none")),
        ] {
            for lang in Lang::ALL {
                assert_eq!(fails(ours(engine, lang, &args), 1), line(lang, &problem), "{args:?}");
            }
        }
    });
}
