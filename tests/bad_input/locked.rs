//! A machine that does not let an ordinary user make user namespaces, and other reasons why no engine starts.

use super::engine::{DOCKWALK, Who, fails, lack, output};
use super::*;
use dockwalk::trace::Code;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const USER: &str = "dwtest";

/// Runs `dockwalk …` as an ordinary user where no user namespace can be made. The limit is set in a user namespace that
/// the test makes, in which all ids are what they are outside: the host's own limit stays what it is.
///
/// The first shell has no capabilities, because nobody was mapped when it began; the second is root in there.
fn where_namespaces_are_refused(root: &Path, lang: Lang, args: &[&str]) -> Output {
    let script =
        r#"echo in; read -r go; exec sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"' sh "$@""#;
    let mut command = Command::new("unshare");
    command.args(["--user", "sh", "-c", script, "sh"]);
    command.args(["setpriv", "--reuid", USER, "--regid", USER, "--init-groups", "--inh-caps=-all", "--", DOCKWALK]);
    command.args(args).env("DOCKWALK_LANG", code(lang)).env("DOCKWALK_ROOT", root);
    command.env("HOME", format!("/home/{USER}"));
    for name in ["XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKWALK_SOCKET", "DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(name);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert_eq!(first, "in\n");
    for map in ["uid_map", "gid_map"] {
        fs::write(format!("/proc/{}/{map}", child.id()), "0 0 65536\n").unwrap();
    }
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stdout = rest;
    output
}

/// A directory of the ordinary user, when there is one.
fn dir() -> Option<tempfile::TempDir> {
    if everyone() != [Who::Root, Who::User] {
        lack("root and an ordinary user");
        return None;
    }
    let dir = tempfile::Builder::new().prefix("dw").tempdir_in("/tmp").unwrap();
    let user = nix::unistd::User::from_name(USER).unwrap().unwrap();
    std::os::unix::fs::chown(dir.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    Some(dir)
}

/// What every command says there.
fn refused() -> Problem {
    Problem::new(Code::UsernsRefused)
        .with("switch", "user-max_user_namespaces")
        .with("mend", "sudo sysctl -w user.max_user_namespaces=28633")
        .with("reason", "No space left on device")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_message_names_the_switch_its_mending_and_two_ways_on() {
    for (lang, recording) in [(Lang::Ko, "녹화"), (Lang::En, "recording")] {
        let said = Words::new(lang).problem(&refused());
        let parts = [
            "user.max_user_namespaces = 0",
            "`sudo sysctl -w user.max_user_namespaces=28633`",
            "sudo dockwalk engine",
            "pkexec",
            recording,
        ];
        for part in parts {
            assert!(said.contains(part), "{said}\nlacks {part}");
        }
    }
}

#[test]
fn an_engine_says_that_user_namespaces_are_refused() {
    let Some(dir) = dir() else { return };
    for lang in Lang::ALL {
        let out = where_namespaces_are_refused(&dir.path().join("root"), lang, &["engine"]);
        assert_eq!(text(&out.stderr), format!("dockwalk: {}\n", Words::new(lang).problem(&refused())));
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(1), String::new()));
    }
    assert_eq!(left(dir.path()), [""; 0], "nothing was there, and nothing is");
    // One that was there stays.
    fs::create_dir(dir.path().join("root")).unwrap();
    let user = nix::unistd::User::from_name(USER).unwrap().unwrap();
    std::os::unix::fs::chown(dir.path().join("root"), Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    where_namespaces_are_refused(&dir.path().join("root"), Lang::En, &["engine"]);
    assert_eq!(left(&dir.path().join("root")), ["lock"], "the lock file holds nothing");
}

#[test]
fn a_command_that_needs_an_engine_says_so_too() {
    let Some(dir) = dir() else { return };
    for args in [&["docker", "ps"][..], &["docker", "run", "--rm", "lab/shell:1", "true"], &["host", "true"]] {
        for lang in Lang::ALL {
            let out = where_namespaces_are_refused(&dir.path().join("root"), lang, args);
            let who = if args[0] == "docker" { "docker" } else { "dockwalk" };
            assert_eq!(text(&out.stderr), format!("{who}: {}\n", Words::new(lang).problem(&refused())), "{args:?}");
            let status = if args.contains(&"run") { 125 } else { 1 };
            assert_eq!((out.status.code(), text(&out.stdout)), (Some(status), String::new()), "{args:?}");
            assert!(!dir.path().join("root/engine.sock").exists());
        }
    }
}

#[test]
fn the_doctor_needs_no_engine_to_name_it() {
    let Some(dir) = dir() else { return };
    for lang in Lang::ALL {
        let out = where_namespaces_are_refused(&dir.path().join("root"), lang, &["doctor"]);
        let said = text(&out.stdout);
        assert_eq!(out.status.code(), Some(1), "{said}");
        assert!(said.contains("✗"), "{said}");
        for part in ["user.max_user_namespaces", "sudo sysctl -w user.max_user_namespaces=28633"] {
            assert!(said.contains(part), "{said}\nlacks {part}");
        }
    }
}

#[test]
fn a_lesson_that_cannot_run_says_how_its_recording_is_played() {
    let Some(dir) = dir() else { return };
    let root = dir.path().join("root");
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let out = where_namespaces_are_refused(&root, lang, &["lesson", "run", "01-pull-and-run", "--headless"]);
        let play = words.say_with("cli-play-recording", &[("lesson", "01-pull-and-run")]);
        assert_eq!(text(&out.stderr), format!("dockwalk: {}\n{play}\n", words.problem(&refused())));
        assert_eq!((out.status.code(), text(&out.stdout)), (Some(1), String::new()));
        // And that is so.
        let out = where_namespaces_are_refused(&root, lang, &["lesson", "check", "01-pull-and-run"]);
        assert!(out.status.success(), "{}{}", text(&out.stdout), text(&out.stderr));
    }
}

#[test]
fn a_second_engine_in_the_same_directory() {
    check(|engine| {
        for lang in Lang::ALL {
            let other = engine.root().with_file_name("other.sock");
            let mut command = engine.dockwalk(&["engine", "--root", engine.root().to_str().unwrap()]);
            command.arg("--socket").arg(&other).env("DOCKWALK_LANG", code(lang));
            let problem = Problem::new(Code::EngineRootLocked).with("root", engine.root().display());
            assert_eq!(fails(command, 1), format!("dockwalk: {}\n", Words::new(lang).problem(&problem)));
            assert!(!other.exists());
        }
        assert!(output(engine.dockwalk(&["docker", "ps"])).status.success(), "the first goes on");
    });
}

#[test]
fn a_second_engine_at_the_same_socket() {
    check(|engine| {
        for lang in Lang::ALL {
            let root = engine.root().with_file_name("other");
            let mut command = engine.dockwalk(&["engine", "--root", root.to_str().unwrap()]);
            command.arg("--socket").arg(engine.socket()).env("DOCKWALK_LANG", code(lang));
            let problem = Problem::new(Code::EngineRunsAlready).with("socket", engine.socket().display());
            assert_eq!(fails(command, 1), format!("dockwalk: {}\n", Words::new(lang).problem(&problem)));
            assert!(!engine.root().with_file_name("other").exists(), "nothing was made");
        }
        assert!(output(engine.dockwalk(&["docker", "ps"])).status.success(), "the first goes on");
    });
}

/// Names in a directory.
fn left(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn an_engine_that_cannot_begin_leaves_what_is_there_and_nothing_else() {
    check(|engine| {
        let place = engine.root().with_file_name("place");
        let root = engine.root().with_file_name("never");
        let start = |socket: &Path, more: &[&str]| {
            let mut command = engine.dockwalk(&["engine", "--root", root.to_str().unwrap()]);
            command.arg("--socket").arg(socket).args(more);
            let said = fails(command, 1);
            assert!(!root.exists(), "{said}");
            said
        };
        let taken = |found: &str| Problem::new(Code::PlaceKind).with("path", place.display()).with("found", found);
        let is_refused = |found: &str| {
            assert_eq!(start(&place, &[]), format!("dockwalk: {}\n", Words::new(Lang::En).problem(&taken(found))));
        };
        fs::write(&place, "mine").unwrap();
        is_refused("file");
        assert_eq!(fs::read_to_string(&place).unwrap(), "mine");
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        is_refused("directory");
        fs::remove_dir(&place).unwrap();
        nix::unistd::mkfifo(&place, nix::sys::stat::Mode::S_IRWXU).unwrap();
        is_refused("pipe");
        fs::remove_file(&place).unwrap();
        std::os::unix::fs::symlink("/nowhere", &place).unwrap();
        is_refused("link");
        fs::remove_file(&place).unwrap();
        // What else is known before anything is made.
        let long = engine.root().with_file_name("x".repeat(200));
        assert!(start(&long, &[]).contains("107"));
        start(&place, &["--registry-mirror", "no address"]);
        if !engine.dockwalk(&[]).get_program().to_string_lossy().ends_with("dockwalk") {
            assert!(start(&place, &["--mode", "host"]).contains("root"));
        }
        assert!(!place.exists());
        // A socket that nobody listens at is taken.
        drop(std::os::unix::net::UnixListener::bind(&place).unwrap());
        if engine.dockwalk(&[]).get_program().to_string_lossy().ends_with("dockwalk") {
            let mut command = engine.dockwalk(&["engine", "--while-stdin", "--root", root.to_str().unwrap()]);
            command.arg("--socket").arg(&place);
            assert!(output(command).status.success(), "its input is at its end");
            assert!(!place.exists());
        }
    });
}

#[test]
fn a_clean_end_leaves_nothing_that_was_for_the_running_engine_alone() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        let kept = ["run", "containers"].map(|name| engine.root().join(name));
        assert!(kept.iter().all(|dir| dir.exists()));
        good(engine.dockwalk(&["docker", "run", "-d", "--rm", "--stop-timeout", "0", "lab/shell:1", "sleep", "600"]));
        engine.end();
        assert!(kept.iter().all(|dir| !dir.exists()), "{:?}", left(&engine.root()));
        assert!(!engine.socket().exists());
        // What is for the next one is there.
        engine.start_again();
        assert!(good(engine.dockwalk(&["docker", "images", "-q"])).len() > 8);
        // One that is killed leaves its trace, which can be read until the next begins.
        engine.kill();
        let trace = engine.root().join("run/trace");
        good(engine.dockwalk(&["trace", "show", trace.to_str().unwrap()]));
        engine.start_again();
        good(engine.dockwalk(&["docker", "ps"]));
        engine.end();
        assert!(kept.iter().all(|dir| !dir.exists()));
    }
}

/// Everything below a directory, with modes and contents.
fn whole(dir: &Path) -> Vec<(String, u32, Vec<u8>)> {
    use std::os::unix::fs::PermissionsExt;
    let mut found = vec![];
    let mut todo = vec![dir.to_owned()];
    while let Some(path) = todo.pop() {
        let data = fs::symlink_metadata(&path).unwrap();
        if data.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let bytes = if data.is_file() { fs::read(&path).unwrap() } else { vec![] };
        found.push((path.display().to_string(), data.permissions().mode(), bytes));
    }
    found.sort();
    found
}

#[test]
fn a_directory_of_the_users_own_is_no_engines() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    check(|engine| {
        let owner = fs::metadata(engine.root()).unwrap();
        let (uid, gid) = (Some(owner.uid()), Some(owner.gid()));
        for (number, files) in [
            &["run/thesis.txt"][..],
            &["containers/Dockerfile", "containers/proj/src.c"],
            &["ingest/data.csv"],
            &["images.json"],
            &["notes.txt"],
            &["lock"],
            &["lost+found/x", "engine.log", "blobs/sha256/mine"],
        ]
        .into_iter()
        .enumerate()
        {
            let home = engine.root().with_file_name(format!("home{number}"));
            for file in files {
                let path = home.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, "mine").unwrap();
            }
            for (path, ..) in whole(&home) {
                std::os::unix::fs::chown(&path, uid, gid).unwrap();
            }
            fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
            let before = whole(&home);
            // Through a link, too.
            let link = engine.root().with_file_name(format!("link{number}"));
            std::os::unix::fs::symlink(&home, &link).unwrap();
            std::os::unix::fs::lchown(&link, uid, gid).unwrap();
            for root in [&home, &link] {
                let mut command = engine.dockwalk(&["engine", "--root", root.to_str().unwrap(), "--while-stdin"]);
                command.arg("--socket").arg(engine.root().with_file_name("home.sock"));
                let said = fails(command, 1);
                assert!(said.contains("no engine has worked there") && said.contains("--root DIR"), "{said}");
                assert_eq!(whole(&home), before, "{files:?}");
            }
        }
    });
}

#[test]
fn a_directory_in_which_nothing_of_others_lies_is_taken() {
    use std::os::unix::fs::MetadataExt;
    check(|engine| {
        let owner = fs::metadata(engine.root()).unwrap();
        let root = engine.root().with_file_name("disk");
        fs::create_dir_all(root.join("lost+found")).unwrap();
        fs::write(root.join("app.ron"), "the window's").unwrap();
        for (path, ..) in whole(&root) {
            std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        // Once new, once as an engine left it.
        for _ in 0..2 {
            let mut command = engine.dockwalk(&["engine", "--root", root.to_str().unwrap(), "--while-stdin"]);
            command.arg("--socket").arg(engine.root().with_file_name("disk.sock"));
            let out = output(command);
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        }
        assert_eq!(fs::read_to_string(root.join("app.ron")).unwrap(), "the window's");
    });
}
