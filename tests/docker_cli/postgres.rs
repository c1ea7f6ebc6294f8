//! A real PostgreSQL on a volume: what `kill -9` of it, of its engine and of nobody leaves.

use crate::engine::{Engine, Who, fails, for_everyone, good};
use crate::mirror::Mirror;
use std::process::Command;

const MOUNT: &str = "type=volume,source=myvolume01,target=/var/lib/postgresql/data";
const IMAGE: &str = "postgres:15";
const ASK: &str = "until pg_isready -q -h 127.0.0.1; do sleep 0.2; done";

/// An engine whose Docker Hub is the mirror.
struct Lab(Engine);

impl Lab {
    fn start(who: Who, mirror: &Mirror) -> Self {
        let given = vec!["env".to_owned(), format!("DOCKWALK_REGISTRY_MIRRORS={}", mirror.url())];
        Self(Engine::start_in(who, |_| given))
    }

    fn docker(&self, args: &[&str]) -> Command {
        self.0.dockwalk(&[&["docker"], args].concat())
    }

    /// The notes' command, with a name and without its password.
    fn runs(&self, name: &str, more: &[&str]) {
        good(self.docker(&[&["run", "-d", "--name", name, "--mount", MOUNT], more, &[IMAGE]].concat()));
        self.accepts(name);
    }

    /// Waits until it takes connections.
    fn accepts(&self, name: &str) {
        good(self.docker(&["exec", name, "sh", "-c", ASK]));
    }

    fn sql(&self, name: &str, says: &str) -> Command {
        self.docker(&["exec", name, "psql", "-U", "postgres", "-At", "-v", "ON_ERROR_STOP=1", "-c", says])
    }

    fn has(&self, name: &str, rows: &str) {
        assert_eq!(good(self.sql(name, "select writer from memo")), rows, "{:?}, {name}", self.0.who());
    }

    /// `kill -9` of its process 1, by another than the engine.
    fn kill(&self, name: &str) {
        let pid = good(self.docker(&["inspect", "-f", "{{.State.Pid}}", name])).parse().unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
        assert_eq!(good(self.docker(&["wait", name])), "137", "{:?}", self.0.who());
    }
}

const PASSWORD: &[&str] = &["-e", "POSTGRES_PASSWORD=mysecretpassword"];

#[test]
fn rows_outlive_their_server_its_engine_and_its_container() {
    let Some(mirror) = Mirror::start() else { return };
    for_everyone(|who| {
        let mut lab = Lab::start(who, &mirror);
        let said = fails(lab.docker(&["run", "--name", "nopw", "--mount", MOUNT, IMAGE]), 1);
        assert!(said.contains("password") && said.contains("POSTGRES_PASSWORD"), "{who:?}: {said}");

        lab.runs("db", PASSWORD);
        good(lab.sql("db", "create table memo (writer text)"));
        good(lab.sql("db", "insert into memo values ('before the server was killed')"));
        lab.kill("db");
        good(lab.docker(&["start", "db"]));
        lab.accepts("db");
        lab.has("db", "before the server was killed");

        good(lab.sql("db", "insert into memo values ('before the engine was killed')"));
        lab.0.kill();
        lab.0.start_again();
        let both = "before the server was killed\nbefore the engine was killed";
        good(lab.docker(&["start", "db"]));
        lab.accepts("db");
        lab.has("db", both);

        // A password that is another is not looked at: the database is there.
        good(lab.docker(&["rm", "-f", "db"]));
        lab.runs("next", &["-e", "POSTGRES_PASSWORD=another"]);
        lab.has("next", both);
        assert_eq!(good(lab.docker(&["stop", "-t", "30", "next"])), "next");
        let status = good(lab.docker(&["inspect", "-f", "{{.State.ExitCode}}", "next"]));
        assert_eq!(status, "0", "{who:?}: SIGINT is a fast shutdown");
    });
}

#[test]
fn a_new_database_has_the_name_and_the_user_that_were_asked_for() {
    let Some(mirror) = Mirror::start() else { return };
    for_everyone(|who| {
        let lab = Lab::start(who, &mirror);
        lab.runs("db", &["-e", "POSTGRES_PASSWORD=it's", "-e", "POSTGRES_USER=kim", "-e", "POSTGRES_DB=my notes"]);
        let ask = "select current_user, current_database()";
        let from = "postgresql://kim:it%27s@db/my%20notes";
        good(lab.docker(&["network", "create", "own"]));
        good(lab.docker(&["network", "connect", "own", "db"]));
        // Over the network, where the password is asked for.
        let client = |url| lab.docker(&["run", "--rm", "--network", "own", IMAGE, "psql", url, "-Atc", ask]);
        assert_eq!(good(client(from)), "kim|my notes", "{who:?}");
        assert!(fails(client("postgresql://kim:other@db/my%20notes"), 2).contains("password authentication failed"));
    });
}

/// As with Docker: nobody stops the second server, and each knows nothing of the other.
#[test]
fn two_servers_on_one_volume_do_not_see_what_the_other_writes() {
    let Some(mirror) = Mirror::start() else { return };
    for_everyone(|who| {
        let lab = Lab::start(who, &mirror);
        lab.runs("db", PASSWORD);
        good(lab.sql("db", "create table memo (writer text)"));
        good(lab.sql("db", "insert into memo values ('db')"));
        lab.runs("two", PASSWORD);
        lab.has("two", "db");
        good(lab.sql("db", "create table late (word text)"));
        good(lab.sql("db", "table late"));
        assert!(fails(lab.sql("two", "table late"), 1).contains("\"late\" does not exist"), "{who:?}");
        let running = good(lab.docker(&["ps", "--format", "{{.Names}}"]));
        assert_eq!(running, "two\ndb", "{who:?}");
    });
}
