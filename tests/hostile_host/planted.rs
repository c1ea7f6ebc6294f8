//! Directories, journals and links that an attacker puts where an engine looks.

use super::engine::{good, output};
use super::*;
use dockwalk::trace::Code;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Stdio};

/// What must be there afterwards: a directory, and a process.
struct Victims {
    dir: PathBuf,
    process: Child,
}

impl Victims {
    fn of(who: Who, place: &Path) -> Self {
        let dir = place.join("dear");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("file"), "dear").unwrap();
        let (uid, gid) = uid(who);
        own(&dir, (uid, gid));
        own(&dir.join("file"), (uid, gid));
        let mut sleep = Command::new("setpriv");
        sleep.args(["--reuid", &uid.to_string(), "--regid", &gid.to_string(), "--clear-groups", "sleep", "600"]);
        Self { dir, process: sleep.stdin(Stdio::null()).spawn().unwrap() }
    }

    /// A journal that would have them undone.
    fn journal(&self) -> String {
        let pid = self.process.id();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let start: u64 = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().parse().unwrap();
        format!(
            "{}\n{}\n",
            self.removal(),
            format_args!(
                r#"{{"entry":"will","id":2,"scope":"x","inverse":{{"undo":"kill_process","pid":{pid},"start_time":{start}}}}}"#
            )
        )
    }

    fn removal(&self) -> String {
        let path = self.dir.display();
        format!(r#"{{"entry":"will","id":1,"scope":"x","inverse":{{"undo":"remove_dir","path":"{path}"}}}}"#)
    }

    fn are_well(&mut self) {
        assert_eq!(fs::read_to_string(self.dir.join("file")).unwrap(), "dear");
        assert_eq!(self.process.try_wait().unwrap(), None, "it was killed");
    }
}

impl Drop for Victims {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The command that starts an engine in that directory, as the user of that engine.
fn start(engine: &Engine, root: &Path) -> Command {
    engine.dockwalk(&["engine", "--root", root.to_str().unwrap(), "--socket", engine.socket().to_str().unwrap()])
}

/// Gives everything there to a user.
fn give_all(dir: &Path, to: (u32, u32)) {
    let owner = format!("{}:{}", to.0, to.1);
    let mut chown = Command::new("chown");
    chown.args(["-hR", &owner]).arg(dir);
    good(chown);
}

/// An engine that has run and ended, and what stands beside its directory.
fn ended(test: impl Fn(Who, &Engine, &mut Victims)) {
    check(|who, mut engine| {
        good(engine.dockwalk(&["docker", "pull", "lab/shell:1"]));
        engine.end();
        let mut victims = Victims::of(who, engine.root().parent().unwrap());
        test(who, &engine, &mut victims);
        victims.are_well();
    });
}

#[test]
fn a_root_directory_of_somebody_else_is_not_worked_in() {
    ended(|_, engine, victims| {
        let root = engine.root();
        fs::write(root.join("journal.ndjson"), victims.journal()).unwrap();
        give_all(&root, (NOBODY, NOBODY));
        refused(start(engine, &root), Code::PlaceForeign, &root);
        assert!(root.join("images.json").exists(), "nothing of it is touched");
    });
}

#[test]
fn nor_does_a_client_write_into_one() {
    ended(|who, engine, victims| {
        let root = engine.root();
        let log = root.join("engine.log");
        symlink(victims.dir.join("file"), &log).unwrap();
        std::os::unix::fs::lchown(&log, Some(NOBODY), None).unwrap();
        // A directory of the attacker's, then one of ours with their link in it.
        own(&root, (NOBODY, NOBODY));
        refused(engine.dockwalk(&["--root", root.to_str().unwrap(), "docker", "ps"]), Code::PlaceForeign, &root);
        own(&root, uid(who));
        refused(engine.dockwalk(&["--root", root.to_str().unwrap(), "docker", "ps"]), Code::PlaceKind, &log);
    });
}

#[test]
fn a_way_that_somebody_else_can_bend_is_not_walked() {
    ended(|who, engine, _| {
        let above = engine.root().parent().unwrap().join("above");
        let root = above.join("root");
        fs::create_dir_all(&root).unwrap();
        mode(&root, 0o700);
        own(&root, uid(who));
        own(&above, (NOBODY, NOBODY));
        refused(start(engine, &root), Code::PlaceForeign, &above);
        own(&above, uid(who));
        mode(&above, 0o777);
        refused(start(engine, &root), Code::PlaceOpen, &above);
        // The attacker's link to a directory of the victim's.
        mode(&above, 0o755);
        let link = above.join("link");
        symlink(&root, &link).unwrap();
        std::os::unix::fs::lchown(&link, Some(NOBODY), None).unwrap();
        refused(start(engine, &link), Code::PlaceForeign, &link);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    });
}

#[test]
fn what_the_engine_believes_is_its_users_alone() {
    ended(|who, engine, victims| {
        let root = engine.root();
        let outside = victims.dir.parent().unwrap().join("outside");
        for name in ["journal.ndjson", "lock", "images.json", "run", "containers", "layers/sha256", "blobs", "volumes"]
        {
            println!("{name}");
            let path = root.join(name);
            if ["run", "containers"].contains(&name) {
                // An engine that was killed leaves them.
                fs::create_dir(&path).unwrap();
                mode(&path, 0o700);
                own(&path, uid(who));
            }
            let dir = path.is_dir();
            let mut is_refused = |code: Code| {
                refused(start(engine, &root), code, &path);
                victims.are_well();
            };
            if name == "journal.ndjson" {
                fs::write(&path, "").unwrap();
                own(&path, uid(who));
            }
            own(&path, (NOBODY, NOBODY));
            is_refused(Code::PlaceForeign);
            own(&path, uid(who));

            mode(&path, if dir { 0o777 } else { 0o666 });
            is_refused(Code::PlaceOpen);
            mode(&path, if dir { 0o700 } else { 0o600 });

            fs::rename(&path, &outside).unwrap();
            symlink(&outside, &path).unwrap();
            is_refused(Code::PlaceKind);
            fs::remove_file(&path).unwrap();

            nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
            own(&path, uid(who));
            is_refused(Code::PlaceKind);
            fs::remove_file(&path).unwrap();

            if !dir {
                fs::hard_link(&outside, &path).unwrap();
                is_refused(Code::PlaceNames);
                fs::remove_file(&path).unwrap();
            }
            fs::rename(&outside, &path).unwrap();
        }
    });
}

/// The file is the user's own, so what it says of this directory is done, and what it says of any other is not.
#[test]
fn a_journal_that_points_elsewhere_is_named_and_not_obeyed() {
    check(|who, mut engine| {
        engine.end();
        let root = engine.root();
        let mut victims = Victims::of(who, root.parent().unwrap());
        let ours = root.join("containers/left");
        fs::create_dir_all(&ours).unwrap();
        for dir in [ours.parent().unwrap(), &ours] {
            own(dir, uid(who));
        }
        let dear = victims.dir.display().to_string();
        let will =
            |id: u32, inverse: String| format!(r#"{{"entry":"will","id":{id},"scope":"x","inverse":{{{inverse}}}}}"#);
        let lines = [
            victims.removal(),
            will(2, format!(r#""undo":"remove_file","path":"{dear}/file""#)),
            will(3, format!(r#""undo":"remove_dir","path":"{}/containers/../../dear""#, root.display())),
            will(4, format!(r#""undo":"remove_cgroup","path":"{dear}""#)),
            will(5, r#""undo":"restore_sysctl","netns":1,"path":"/proc/sys/kernel/core_pattern","value":"x""#.into()),
            "garbage \u{1b}[2J".to_owned(),
            will(6, format!(r#""undo":"remove_dir","path":"{}""#, ours.display())),
        ];
        let journal = root.join("journal.ndjson");
        fs::write(&journal, lines.join("\n") + "\n").unwrap();
        own(&journal, uid(who));
        engine.start_again();
        victims.are_well();
        assert!(!ours.exists(), "an entry of this engine's own is undone");
        let trace = good(engine.dockwalk(&["trace", "export", "-"]));
        let foreign = trace.lines().filter(|line| line.contains(Code::JournalEntryForeign.name())).collect::<Vec<_>>();
        assert_eq!(foreign.len(), 5, "{foreign:#?}");
        for what in [format!("rm -r {dear}"), format!("{dear}/file"), "core_pattern".into(), "../dear".into()] {
            assert!(foreign.iter().any(|line| line.contains(&what)), "{what}: {foreign:#?}");
        }
        let unreadable: Vec<_> =
            trace.lines().filter(|line| line.contains(Code::JournalLineUnreadable.name())).collect();
        assert_eq!(unreadable.len(), 1, "{unreadable:#?}");
        assert!(unreadable[0].contains(&journal.display().to_string()), "{unreadable:?}");
        // It works on.
        good(engine.dockwalk(&["docker", "run", "--rm", "lab/shell:1", "true"]));
        engine.end();
        let text = fs::read_to_string(&journal).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].contains(r#""version""#) && lines[1].starts_with("garbage"), "{text}");
        assert_eq!(lines.len(), 7, "the version, and what stays to be looked at: {text}");
    });
}

/// A process that was journaled is killed after a crash, but not another that has its number since.
#[test]
fn only_a_process_of_this_life_of_the_machine_is_killed() {
    check(|who, mut engine| {
        engine.end();
        let root = engine.root();
        let mut victims = Victims::of(who, root.parent().unwrap());
        let journal = root.join("journal.ndjson");
        let text = victims.journal().lines().nth(1).unwrap().to_owned();
        let other = text.replacen(r#""scope""#, r#""life":"00000000-0000-0000-0000-000000000000 1","scope""#, 1);
        fs::write(&journal, other + "\n").unwrap();
        own(&journal, uid(who));
        engine.start_again();
        victims.are_well();
        engine.end();
        fs::write(&journal, text + "\n").unwrap();
        own(&journal, uid(who));
        engine.start_again();
        assert!(victims.process.wait().unwrap().code().is_none(), "the test could have failed: this one is killed");
    });
}

/// A predictable place in a shared directory is the fallback of whoever has no home.
#[test]
fn an_engine_without_a_home_does_not_work_in_somebody_elses_directory() {
    if victims().is_empty() {
        return;
    }
    // Nobody on this machine: no home, and no entry in passwd(5) that would tell one.
    let number = "424242";
    let dir = PathBuf::from(format!("/var/tmp/dockwalk-{number}"));
    fs::create_dir(&dir).unwrap();
    own(&dir, (NOBODY, NOBODY));
    let socket = tempfile::tempdir().unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", number, "--regid", number, "--clear-groups", "--inh-caps=-all", "--", engine::DOCKWALK]);
    command.args(["engine", "--socket"]).arg(socket.path().join("e.sock")).env("DOCKWALK_LANG", "en");
    for name in ["HOME", "XDG_DATA_HOME", "DOCKWALK_ROOT"] {
        command.env_remove(name);
    }
    let said = output(command);
    fs::remove_dir(&dir).unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains(&format!("{} belongs to user 65534", dir.display())), "{said}");
}
