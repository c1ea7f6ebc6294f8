//! Every command that prints, against an engine, files and arguments that are full of text which acts on a terminal.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "hostile_text/fake.rs"]
mod fake;
#[path = "hostile_text/fixture.rs"]
mod fixture;

use engine::{DOCKWALK, output};
use fixture::{HOSTILE, INJECTED, SIGN, TYPED, long, shown, wrong};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::ffi::OsStr;
use std::io::Read;
use std::process::Command;

struct Bench {
    dir: tempfile::TempDir,
    socket: std::path::PathBuf,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = fake::listen(dir.path());
        Self { dir, socket }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(DOCKWALK);
        command.args(args).env("DOCKER_HOST", format!("unix://{}", self.socket.display()));
        command.env("DOCKWALK_SOCKET", &self.socket).env("DOCKER_CONFIG", self.dir.path());
        command.env("DOCKWALK_LANG", "en").env("RUST_BACKTRACE", "0");
        command
    }

    /// The hostile text is printed, and does nothing.
    fn check(&self, args: &[&str]) {
        check(self.command(args));
    }
}

fn check(command: Command) -> String {
    let said = format!("{:?}", command.get_args().collect::<Vec<_>>());
    let output = output(command);
    for bytes in [&output.stdout, &output.stderr] {
        let Ok(text) = std::str::from_utf8(bytes) else { panic!("{said}: no UTF-8:\n{}", shown(bytes)) };
        let wrong = wrong(text);
        assert!(wrong.is_empty(), "{said}: {wrong:?}\n{}", shown(bytes));
    }
    let all = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(all).unwrap();
    assert!(text.contains(SIGN), "{said}: the text was not printed, so nothing was tried:\n{text}");
    assert!(!text.contains("panicked"), "{said}: {text}");
    text
}

#[test]
fn lists_and_documents_of_docker() {
    let bench = Bench::new();
    for line in [
        "ps",
        "ps -a --no-trunc",
        "ps -q",
        "ps --format json",
        "images",
        "images --digests --no-trunc",
        "images -q --no-trunc",
        "images --format json",
        "history x",
        "history --no-trunc x",
        "history -q --no-trunc x",
        "inspect x",
        "inspect -f json x",
        "image inspect x",
        "container inspect x",
        "network inspect x",
        "volume inspect x",
        "version",
        "version -f json",
        "info",
        "info -f json",
        "volume ls",
        "volume ls -q",
        "volume ls --format json",
        "network ls --no-trunc",
        "network ls -q",
        "network ls --format json",
        "diff x",
        "wait x",
    ] {
        bench.check(&[&["docker"], &line.split(' ').collect::<Vec<_>>()[..]].concat());
    }
}

#[test]
fn what_docker_commands_did() {
    let bench = Bench::new();
    let tar = bench.dir.path().join("x.tar");
    std::fs::write(&tar, "x").unwrap();
    let tar = tar.to_str().unwrap();
    let create = ["docker", "create", "lab/x:1"];
    for args in [
        &["docker", "rmi", "x"][..],
        &["docker", "image", "prune", "-f"],
        &["docker", "volume", "create", "x"],
        &["docker", "volume", "prune", "-f"],
        &["docker", "volume", "rm", TYPED],
        &["docker", "pull", "lab/x:1"],
        &["docker", "push", "lab/x:1"],
        &["docker", "load", "-i", tar],
        &["docker", "import", tar, "x"],
        &["docker", "login", "-u", "u", "-p", "p", "evil.example"],
        &["docker", "commit", "x", "y:1"],
        &create,
        &["docker", "run", "-d", "lab/x:1"],
        &["docker", "stop", TYPED],
        &["docker", "kill", TYPED],
        &["docker", "rm", TYPED],
        &["docker", "start", TYPED],
    ] {
        bench.check(args);
    }
}

#[test]
fn refusals_of_every_shape() {
    let bench = Bench::new();
    for name in ["refused", "missing", "later", "html"] {
        for before in [
            &["docker", "inspect", "--type", "image"][..],
            &["docker", "history"],
            &["docker", "rmi"],
            &["docker", "rm"],
            &["docker", "stop"],
            &["docker", "start"],
            &["docker", "logs"],
            &["docker", "exec"],
            &["docker", "attach"],
            &["docker", "diff"],
            &["docker", "wait"],
            &["docker", "volume", "rm"],
            &["docker", "network", "inspect"],
            &["image", "tree"],
            &["image", "waste"],
        ] {
            let more: &[&str] = if before.contains(&"exec") { &[name, "sh"] } else { &[name] };
            bench.check(&[before, more].concat());
        }
        bench.check(&["docker", "tag", name, "x:1"]);
        bench.check(&["image", "which", name, "/x"]);
    }
    let mut json = bench.command(&["image", "tree", "missing"]);
    json.env("DOCKWALK_ERRORS", "json");
    let said = check(json);
    let problem: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(problem["dockwalk_problem"]["args"]["image"], HOSTILE, "a program reads what it was");
}

#[test]
fn arguments_are_told_back_as_text() {
    let bench = Bench::new();
    let file = bench.dir.path().join(TYPED);
    std::fs::write(&file, "x").unwrap();
    let file = file.to_str().unwrap();
    for args in [
        &["docker", "pull", TYPED][..],
        &["docker", "push", TYPED],
        &["docker", "tag", "x", TYPED],
        &["docker", "attach", "stopped-evil"],
        &["docker", "run", "--mount", TYPED, "x"],
        &["docker", "run", "-m", TYPED, "x"],
        &["docker", "run", "--env-file", TYPED, "x"],
        &["docker", "ps", "--filter", TYPED],
        &["docker", "load", "-i", TYPED],
        &["docker", "load", "-i", file],
        &["docker", "import", TYPED],
        &["docker", "save", "-o", "/proc/evil\x1b[31m\u{9b}", "x"],
        &["docker", "logout", TYPED],
        &["image", "tree", "x", "--path", TYPED],
        &["image", "which", "x", TYPED],
        &["image", "cat", "x", TYPED],
        &["image", "compare", TYPED, "x", "--layer", "77"],
        &["image", "tree", TYPED, "--layer", "77"],
        &["trace", "show", TYPED],
        &["trace", "show", file],
        &["trace", "show", file, "--level", TYPED],
        &["trace", "export", "/proc/evil\x1b[31m\u{9b}/x"],
        &["lesson", "check", TYPED],
        &["lesson", "run", TYPED, "--headless"],
        &["lesson", "run", TYPED],
        &["registry", "damage", TYPED],
        &["--lessons", TYPED, "lesson", "list"],
        &["engine", "--root", "/proc/evil\x1b[31m\u{9b}\nINJECTED", "--socket", "/proc/evil\x1b[31m\u{9b}\nINJECTED/s"],
        // What clap says of what it does not understand.
        &[TYPED],
        &["docker", TYPED],
        &["docker", "ps", TYPED],
        &["--lang", TYPED, "doctor"],
        &["registry", "--listen", TYPED],
        &["docker", "run", &format!("--{TYPED}"), "x"],
    ] {
        bench.check(args);
    }
}

#[test]
fn what_is_no_text_at_all_is_shown_byte_by_byte() {
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::new();
    let raw = OsStr::from_bytes(b"/evil\xff\x1b[31m\xe2\x80\xae");
    for (before, after) in [
        (&["trace", "show"][..], &[][..]),
        (&["--lessons"], &["lesson", "list"]),
        (&["docker", "load", "-i"], &[]),
        (&["docker", "import"], &[]),
    ] {
        let mut command = bench.command(before);
        command.arg(raw).args(after);
        let said = check(command);
        assert!(said.contains(r"\xff\x1b[31m"), "{said}");
    }
}

#[test]
fn the_environment_is_no_way_in() {
    let bench = Bench::new();
    for (name, value, args) in [
        ("DOCKER_HOST", TYPED.to_owned(), &["docker", "ps"][..]),
        ("DOCKER_HOST", format!("unix:///{TYPED}"), &["docker", "ps"]),
        ("DOCKWALK_LANG", TYPED.to_owned(), &["doctor"]),
        ("DOCKWALK_ROOT", TYPED.to_owned(), &["--help"]),
        ("DOCKWALK_LESSONS", TYPED.to_owned(), &["lesson", "list"]),
        ("DOCKER_CONFIG", format!("/proc/{TYPED}"), &["docker", "login", "-u", "u", "-p", "p"]),
    ] {
        let mut command = bench.command(args);
        command.env(name, value);
        check(command);
    }
}

#[test]
fn what_is_in_an_image() {
    let bench = Bench::new();
    for line in [
        "tree x",
        "tree x --json",
        "tree x --layer 1",
        "which x /link",
        "which x link --json",
        "waste x",
        "waste x --json",
        "compare x y",
        "compare x y --json",
        "fsck",
        "fsck --json",
    ] {
        bench.check(&[&["image"], &line.split(' ').collect::<Vec<_>>()[..]].concat());
    }
    let whole = output(bench.command(&["image", "tree", "x", "--json"])).stdout;
    let value: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(value["layers"][0]["created_by"], HOSTILE, "as JSON nothing is lost");
    let named = value["nodes"].as_array().unwrap().iter().filter_map(|n| n["path"].as_str()).collect::<Vec<_>>();
    assert!(named.iter().any(|path| path.contains(r"\xff\xed\xa0\x80")), "{named:?}");
}

#[test]
fn recordings_and_lessons() {
    let bench = Bench::new();
    let file = bench.dir.path().join("trace.ndjson");
    let exported = check(bench.command(&["trace", "export", "-"]));
    assert!(exported.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{exported}");
    std::fs::write(&file, exported).unwrap();
    bench.check(&["trace", "show", file.to_str().unwrap()]);
    std::fs::write(
        &file,
        format!("{{\"dockwalk_trace\":1}}\n{{\"seq\":1,\"at\":0,\"event\":\"{}\"}}\n{{", "evil\\u001b[31m"),
    )
    .unwrap();
    bench.check(&["trace", "show", file.to_str().unwrap()]);

    let lessons = bench.dir.path().join("lessons");
    let folder = lessons.join("07-evil\x1b[31m\u{202e}");
    std::fs::create_dir_all(&folder).unwrap();
    let title = HOSTILE.replace(['\n', '\r', '\0'], "");
    let files = [
        ("lesson.toml", "id = \"07\"\nslug = \"mine\"\nrecording = \"none\"\n[[step]]\nid = \"a\"\n".to_owned()),
        ("ko.md", format!("# {title}\n## a: 하나\n본문\n")),
        ("en.md", format!("# {title}\n## a: {title}\ntext\n### goal no\n{title}\n")),
    ];
    files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
    let lessons = lessons.to_str().unwrap();
    bench.check(&["--lessons", lessons, "lesson", "list"]);
    bench.check(&["--lessons", lessons, "lesson", "check"]);
    std::fs::write(folder.join("lesson.toml"), format!("{HOSTILE} = [")).unwrap();
    bench.check(&["--lessons", lessons, "lesson", "check"]);
}

/// A tar whose names are bytes that act, and bytes that are no text.
fn hostile_tar() -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    let mut tar = tar::Builder::new(Vec::new());
    let names = ["evil\x1b[31m\nINJECTED", "evil\u{202e}\u{9b}31m", "evil/\r\u{200b}한글"];
    for name in names.iter().map(|name| name.as_bytes()).chain([&b"evil\xff\xfe"[..]]) {
        let mut header = tar::Header::new_gnu();
        header.set_size(3);
        header.set_mode(0o644);
        tar.append_data(&mut header, OsStr::from_bytes(name), &b"x\x1b\n"[..]).unwrap();
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    tar.append_link(&mut link, "evil-link", OsStr::from_bytes(b"/evil\x1b[31m\nINJECTED")).unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn a_real_engine_with_a_hostile_image_and_container() {
    for who in engine::everyone() {
        let engine = engine::Engine::start(who);
        let tar = tempfile::Builder::new().suffix(".tar").tempfile().unwrap();
        std::fs::write(tar.path(), hostile_tar()).unwrap();
        std::fs::set_permissions(tar.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let tar = tar.path().to_str().unwrap();
        let change = format!("ENV EVIL=\"{}\"", TYPED.replace(['\r', '\n'], ""));
        engine::good(engine.dockwalk(&["docker", "import", "-m", TYPED, "-c", &change, tar, "lab/evil:1"]));
        let label = format!("evil={TYPED}");
        let env = format!("EVIL={TYPED}");
        engine::good(engine.dockwalk(&[
            "docker",
            "create",
            "--name",
            "evil",
            "-l",
            &label,
            "-e",
            &env,
            "lab/evil:1",
            "sh",
            "-c",
            TYPED,
        ]));
        for args in [
            &["docker", "ps", "-a", "--no-trunc"][..],
            &["docker", "ps", "-a", "--format", "json"],
            &["docker", "inspect", "evil"],
            &["docker", "image", "inspect", "lab/evil:1"],
            &["docker", "history", "--no-trunc", "lab/evil:1"],
            &["docker", "start", "evil"],
            &["docker", "run", "--rm", "lab/evil:1", TYPED],
            &["docker", "volume", "create", TYPED],
            &["docker", "create", "--name", TYPED, "lab/evil:1", "sh"],
            &["docker", "create", "-w", TYPED, "-u", TYPED, "lab/evil:1", TYPED],
            &["image", "tree", "lab/evil:1"],
            &["image", "tree", "lab/evil:1", "--json"],
            &["image", "waste", "lab/evil:1"],
            &["image", "which", "lab/evil:1", "/evil-link"],
            &["image", "compare", "lab/evil:1", "lab/evil:1"],
            &["image", "which", "lab/evil:1", "/evil\x1b[31m\nINJECTED"],
            &["image", "cat", "lab/evil:1", "/evil\x1b"],
        ] {
            let mut command = engine.dockwalk(args);
            command.env("RUST_BACKTRACE", "0");
            if args.contains(&"compare") || args.contains(&"waste") || args.contains(&"-w") {
                // Nothing of it is said when nothing is wrong; what is said does no harm.
                let said = output(command);
                let text = String::from_utf8([said.stdout, said.stderr].concat()).unwrap();
                assert!(wrong(&text).is_empty(), "{who:?} {args:?}: {}", shown(text.as_bytes()));
            } else {
                check(command);
            }
        }
        let recording = engine.dockwalk(&["trace", "export", "-"]);
        let said = String::from_utf8(output(recording).stdout).unwrap();
        assert!(wrong(&said).is_empty() && said.contains(SIGN), "{who:?}");
    }
}

#[test]
fn an_entry_of_the_engines_log_is_one_line_whatever_stands_in_it() {
    if !engine::everyone().contains(&engine::Who::Root) {
        return;
    }
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    let (socket, log) = (dir.path().join("e.sock"), dir.path().join("log"));
    // Where the engine keeps the built-in images there is a file: it warns, and names the path.
    let root = dir.path().join("evil\x1b[31m\nINJECTED");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&root).unwrap();
    std::fs::write(root.join("builtin"), "in the way").unwrap();
    // An engine worked there before.
    std::fs::write(root.join("lock"), "").unwrap();
    let mut command = Command::new(DOCKWALK);
    command.arg("engine").arg("--root").arg(&root).arg("--socket").arg(&socket);
    command.env("DOCKWALK_LOG", "trace").env("DOCKWALK_LANG", "en").stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "{}", shown(&std::fs::read(&log).unwrap()));
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let ours = |args: &[&str]| {
        let mut command = Command::new(DOCKWALK);
        command.args(args).env("DOCKWALK_SOCKET", &socket).env("DOCKWALK_LANG", "en").env_remove("DOCKER_HOST");
        output(command)
    };
    ours(&["docker", "create", "--name", TYPED, "lab/none:1", TYPED]);
    ours(&["docker", "inspect", TYPED]);
    ours(&["docker", "volume", "create", TYPED]);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    child.wait().unwrap();
    let log = std::fs::read(&log).unwrap();
    let text = String::from_utf8(log.clone()).unwrap();
    assert!(wrong(&text).is_empty(), "{:?}", wrong(&text));
    assert!(text.contains(SIGN), "nothing of it was logged:\n{text}");
}

#[test]
fn a_containers_own_bytes_stay_its_own() {
    let bench = Bench::new();
    for args in [
        &["docker", "logs", "x"][..],
        &["docker", "attach", "x"],
        &["docker", "exec", "x", "sh"],
        &["docker", "save", "x"],
        &["image", "cat", "x", "plain"],
        &["host", "true"],
    ] {
        let out = output(bench.command(args));
        assert_eq!(shown(&out.stdout), shown(HOSTILE.as_bytes()), "{args:?}");
        assert_eq!(shown(&out.stderr), "", "{args:?}");
    }
}

/// Everything that it writes to a terminal of 80 columns.
fn typed_at(command: &Command) -> Vec<u8> {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    for (name, value) in command.get_envs() {
        builder.env(name, value.unwrap());
    }
    let mut child = pair.slave.spawn_command(builder).unwrap();
    drop(pair.slave);
    let mut all = Vec::new();
    // The end of the last program on it is an error on Linux.
    pair.master.try_clone_reader().unwrap().read_to_end(&mut all).ok();
    child.wait().unwrap();
    all
}

/// What a terminal got: its own line ends and what the bars do with it are not the fixture's.
fn on_a_terminal(command: Command) -> String {
    let said = format!("{command:?}");
    let text = String::from_utf8(typed_at(&command)).unwrap();
    for evil in [
        "\x1b[31m",
        "\x1b]",
        "\x07",
        "\u{9b}",
        "\u{85}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{2028}",
        "\u{feff}",
        "\u{e0041}",
    ] {
        assert!(!text.contains(evil), "{said}: {evil:?}\n{}", shown(text.as_bytes()));
    }
    // A file may have lines.
    let is_file = command.get_args().any(|arg| arg == "cat");
    assert!(is_file || !text.contains(&format!("\n{INJECTED}")), "{said}\n{}", shown(text.as_bytes()));
    assert!(text.contains(SIGN), "{said}: {}", shown(text.as_bytes()));
    text
}

#[test]
fn on_a_terminal_bars_prompts_and_files_are_seen_too() {
    let bench = Bench::new();
    for args in [
        &["docker", "pull", "lab/x:1"][..],
        &["docker", "push", "lab/x:1"],
        &["docker", "ps"],
        &["docker", "history", "x"],
        &["image", "tree", "x"],
        &["image", "cat", "x", "plain"],
        &["docker", "history", "missing"],
        &["docker", "ps", TYPED],
    ] {
        on_a_terminal(bench.command(args));
    }
    let listed = on_a_terminal(bench.command(&["docker", "ps"]));
    assert!(listed.len() < 6000, "a name of ten thousand bytes fills the terminal: {}", listed.len());
    assert!(long().len() >= 10_000);
}
