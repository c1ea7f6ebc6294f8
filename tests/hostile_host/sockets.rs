//! Who listens where a client looks, and who asks an engine.

use super::engine::{DOCKWALK, good};
use super::stranger::{Listener, asks};
use super::*;
use dockwalk::trace::Code;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::PathBuf;
use std::process::{Child, Stdio};

const INSIDE: &str = "DOCKWALK_TEST_INSIDE";

/// Runs the test in a mount namespace with a `/tmp` of its own, so that `/tmp/dockwalk-UID` is nobody's real one.
fn with_own_tmp(name: &str, test: impl Fn(Who)) {
    if victims().is_empty() {
        return;
    }
    if std::env::var_os(INSIDE).is_some() {
        return victims().into_iter().filter(|who| *who == Who::User).for_each(test);
    }
    let me = std::env::current_exe().unwrap();
    for program in [me.as_path(), Path::new(DOCKWALK)] {
        let hidden = program.canonicalize().unwrap().starts_with("/tmp");
        assert!(
            !hidden,
            "{name} puts another /tmp over this one, where {} would not be found: have the clone, or CARGO_TARGET_DIR, elsewhere",
            program.display()
        );
    }
    let script = "mount -t tmpfs -o mode=1777 own /tmp && exec \"$@\"";
    let mut again = Command::new("unshare");
    again.args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]).arg(me);
    again.args(["--exact", name, "--nocapture"]).env(INSIDE, "1");
    assert!(again.status().unwrap().success(), "{name} failed in its namespace");
}

/// `dockwalk …` as the ordinary user, without a runtime directory.
fn user(args: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "dwtest", "--regid", "dwtest", "--init-groups", "--inh-caps=-all", "--", DOCKWALK]);
    command.args(args).env("HOME", "/home/dwtest").env("DOCKWALK_LANG", "en");
    for name in ["XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKWALK_SOCKET", "DOCKWALK_ROOT"] {
        command.env_remove(name);
    }
    command
}

/// An engine that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::SIGTERM).ok();
        self.0.wait().ok();
    }
}

/// Where that user's engine listens.
fn place() -> PathBuf {
    PathBuf::from(format!("/tmp/dockwalk-{}", uid(Who::User).0))
}

#[test]
fn a_socket_directory_of_somebody_else_is_not_used_by_client_or_engine() {
    with_own_tmp("sockets::a_socket_directory_of_somebody_else_is_not_used_by_client_or_engine", |_| {
        let (dir, log) = (place(), PathBuf::from("/tmp/told"));
        let root = tempfile::tempdir_in("/home/dwtest").unwrap();
        own(root.path(), uid(Who::User));
        let start = || {
            user(&[
                "engine",
                "--root",
                root.path().to_str().unwrap(),
                "--socket",
                dir.join("engine.sock").to_str().unwrap(),
            ])
        };
        let both = |code: Code| {
            refused(user(&["docker", "ps"]), code.clone(), &dir);
            refused(start(), code, &dir);
        };
        fs::create_dir(&dir).unwrap();
        own(&dir, (NOBODY, NOBODY));
        let stranger = Listener::at(&dir.join("engine.sock"), &log);
        both(Code::PlaceForeign);
        // The user's own, which they left open.
        own(&dir, uid(Who::User));
        mode(&dir, 0o777);
        both(Code::PlaceOpen);
        // A link to where the stranger listens.
        let other = PathBuf::from("/tmp/other");
        fs::rename(&dir, &other).unwrap();
        symlink(&other, &dir).unwrap();
        both(Code::PlaceKind);
        stranger.was_told_nothing();
        drop(stranger);

        // The attack could have worked: in a directory of the user's own all of it does.
        fs::remove_file(&dir).unwrap();
        let mut engine = Ended(start().stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap());
        while !dir.join("engine.sock").exists() {
            assert_eq!(engine.0.try_wait().unwrap(), None, "it ended");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o7777, 0o700);
        good(user(&["docker", "ps"]));
    });
}

/// The place was named by the user, so whose directory it is does not matter; who answers does.
#[test]
fn whoever_answers_is_this_user_or_root() {
    with_own_tmp("sockets::whoever_answers_is_this_user_or_root", |_| {
        let (socket, log) = (PathBuf::from("/tmp/named.sock"), PathBuf::from("/tmp/told"));
        let stranger = Listener::at(&socket, &log);
        let name = socket.to_str().unwrap();
        refused(user(&["--socket", name, "docker", "ps"]), Code::EngineStrange, &socket);
        let mut command = user(&["docker", "login", "-u", "ann", "-p", "secret", "localhost:1"]);
        command.env("DOCKER_HOST", format!("unix://{name}"));
        let said = refused(command, Code::EngineStrange, &socket);
        assert!(said.contains("65534"), "{said}");
        // Root is not safe from strangers either.
        let mut command = Command::new(DOCKWALK);
        command.args(["--socket", name, "docker", "ps"]).env("DOCKWALK_LANG", "en").env_remove("DOCKER_HOST");
        refused(command, Code::EngineStrange, &socket);
        stranger.was_told_nothing();
    });
}

#[test]
fn an_engine_serves_its_user_and_root_alone() {
    check(|_, engine| {
        let socket = engine.socket();
        assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o600);
        assert!(asks(&socket).contains("cannot connect"), "the mode of the socket");
        // By a hand that meant well.
        mode(&socket, 0o666);
        let answer = asks(&socket);
        assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains(Code::PeerRefused.name()), "{answer}");
        let words = Words::new(Lang::En).problem(&Problem::new(Code::PeerRefused).with("user", NOBODY));
        assert!(answer.contains(&words), "{answer}");
        good(engine.dockwalk(&["docker", "ps"]));
        mode(&socket, 0o600);
        good({
            // Root may, whoever's engine it is.
            let mut root = Command::new("perl");
            root.args([
                "-e",
                "use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un($ARGV[0])) or die; \
                       syswrite($s, qq(GET /_ping HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n)); \
                       sysread($s, my $a, 99); $a =~ / 200 / or die $a",
            ]);
            root.arg(&socket);
            root
        });
    });
}

/// The engine that root started for a user: theirs and root's, wherever its socket lies.
#[test]
fn an_engine_that_sudo_started_serves_who_called_it() {
    if !victims().contains(&Who::User) {
        return;
    }
    let (uid, gid) = uid(Who::User);
    let before = ["env".to_owned(), format!("SUDO_UID={uid}"), format!("SUDO_GID={gid}")].to_vec();
    let engine = Engine::start_in(Who::Root, |_| before);
    let dir = engine.root().parent().unwrap().to_owned();
    mode(&dir, 0o755);
    let found = fs::metadata(engine.socket()).unwrap();
    assert_eq!((found.uid(), found.gid(), found.mode() & 0o777), (uid, gid, 0o600));
    good(user(&["--socket", engine.socket().to_str().unwrap(), "docker", "ps"]));
    mode(&engine.socket(), 0o666);
    assert!(asks(&engine.socket()).contains(Code::PeerRefused.name()));
}
