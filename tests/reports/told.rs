//! `events`: what is told of, of what it is told, and in which order.

use crate::engine::good;
use crate::side::{IMAGE, Side};
use jiff::Timestamp;
use serde_json::Value;

/// What happens while something is done, a line each.
struct Watched<'a> {
    side: &'a Side<'a>,
    since: String,
}

fn now() -> String {
    let now = Timestamp::now();
    format!("{}.{:09}", now.as_second(), now.subsec_nanosecond())
}

impl<'a> Watched<'a> {
    fn new(side: &'a Side<'a>) -> Self {
        Self { side, since: now() }
    }

    fn lines(&self, filters: &str) -> Vec<String> {
        let until = now();
        let mut words = vec!["events", "--since", &self.since, "--until", &until, "--format", "{{json .}}"];
        words.extend(filters.split(' ').filter(|word| !word.is_empty()));
        let said = good(self.side.args(&words));
        said.lines().map(|line| short(&serde_json::from_str(line).unwrap())).collect()
    }

    /// All that was told is this. The last of it may come a moment later than the answer.
    #[track_caller]
    fn is(&self, expected: &str) {
        let expected = in_any_order(expected.split(';').map(|line| line.trim().to_owned()).collect());
        for _ in 0..100 {
            if in_any_order(self.lines("")) == expected {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(in_any_order(self.lines("")), expected);
    }
}

/// What is done to several volumes one after the other, Docker does in the order of a map, which is none.
fn in_any_order(mut lines: Vec<String>) -> Vec<String> {
    let what = |line: &str| line.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    lines.chunk_by_mut(|a, b| a.starts_with("volume ") && what(a) == what(b)).for_each(<[String]>::sort_unstable);
    lines
}

/// Kind, action, the thing by its name, and what else is said of it. What was made up is a star.
fn short(event: &Value) -> String {
    let attributes = event["Actor"]["Attributes"].as_object().unwrap();
    let id = event["Actor"]["ID"].as_str().unwrap();
    let made_up = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let star = |text: &str| if made_up(text.trim_start_matches("sha256:")) { "*".to_owned() } else { text.to_owned() };
    let mut line = format!("{} {}", event["Type"].as_str().unwrap(), event["Action"].as_str().unwrap().trim());
    let name = attributes.get("name").map(|name| name.as_str().unwrap());
    line += &format!(" {}", star(name.unwrap_or(id)));
    for (name, value) in attributes {
        let value = value.as_str().unwrap();
        match name.as_str() {
            "container" | "execID" | "imageID" => assert!(made_up(value.trim_start_matches("sha256:")), "{event}"),
            "name" | "propagation" => {}
            "image" => assert_eq!(value, IMAGE, "{event}"),
            "driver" => assert_eq!(value, "local", "{event}"),
            _ => line += &format!(" {name}={}", star(value)),
        }
    }
    // What clients of old read.
    let old = matches!(event["Type"].as_str().unwrap(), "container" | "image");
    assert_eq!(event["status"].as_str().is_some_and(|status| !status.is_empty()), old, "{event}");
    assert_eq!(event["id"].as_str().is_some_and(|id| !id.is_empty()), old && !id.is_empty(), "{event}");
    assert_eq!(event["scope"], "local");
    line
}

pub fn area(side: &Side<'_>) {
    volumes(side);
    commands(side);
    signals(side);
    images(side);
    networks(side);
    left(side);
    looked_at(side);
    pruned(side);
}

fn volumes(side: &Side<'_>) {
    let watched = Watched::new(side);
    side.good(&format!("run --name told-a -l t=x -v told-vol:/d -v /anon {IMAGE} true"));
    side.good("rm -v told-a");
    watched.is("volume create told-vol; volume create *; container create told-a t=x; container attach told-a t=x; \
         network connect bridge type=bridge; volume mount told-vol destination=/d read/write=true; \
         volume mount * destination=/anon read/write=true; container start told-a t=x; \
         container die told-a exitCode=0 t=x; network disconnect bridge type=bridge; volume unmount told-vol; \
         volume unmount *; volume destroy *; container destroy told-a t=x");
    for (filters, count) in [
        ("-f type=volume", 7),
        ("-f type=network", 2),
        ("-f type=network -f type=volume", 9),
        ("-f volume=told-vol", 3),
        ("-f network=bridge", 2),
        ("-f network=bridge -f event=connect", 1),
        ("-f event=mount", 2),
        ("-f container=told-a", 5),
        ("-f container=told-a -f event=attach", 1),
        ("-f label=t=x", 5),
        ("-f event=moun", 0),
    ] {
        assert_eq!(watched.lines(filters).len(), count, "{filters}");
    }
    let watched = Watched::new(side);
    side.good("volume create told-new");
    side.good("volume create told-new");
    side.good("volume rm told-new");
    side.good("volume rm told-vol");
    side.good("volume prune -f");
    watched.is("volume create told-new; volume create told-new; volume destroy told-new; volume destroy told-vol; \
         volume prune  reclaimed=0");
}

fn commands(side: &Side<'_>) {
    let watched = Watched::new(side);
    side.good(&format!("run -d --name told-b {IMAGE} sleep 600"));
    side.good("exec told-b true");
    side.fails("exec told-b cat /none", 1);
    side.good("rm -f told-b");
    watched.is("container create told-b; network connect bridge type=bridge; container start told-b; \
         container exec_create: true told-b; container exec_start: true told-b; container exec_die told-b exitCode=0; \
         container exec_create: cat /none told-b; container exec_start: cat /none told-b; \
         container exec_die told-b exitCode=1; container kill told-b signal=9; container die told-b exitCode=137; \
         network disconnect bridge type=bridge; container destroy told-b");
    assert_eq!(watched.lines("-f event=exec_create").len(), 2);
    assert_eq!(watched.lines("-f event=exec_create -f event=exec_die").len(), 4);
    assert_eq!(watched.lines("-f event=exec_die").len(), 2);
}

fn signals(side: &Side<'_>) {
    let watched = Watched::new(side);
    side.good(&format!("run -d --name told-c {IMAGE} sleep 600"));
    side.good("kill -s USR1 told-c");
    side.good("stop -t 0 told-c");
    side.good("start told-c");
    let (status, _) = side.post("/containers/told-c/restart?t=0", "");
    assert_eq!(status, 204);
    side.good("kill told-c");
    side.good("rm told-c");
    let killed = "container die told-c exitCode=137; network disconnect bridge type=bridge";
    let stopped =
        format!("container kill told-c signal=15; container kill told-c signal=9; {killed}; container stop told-c");
    let started = "network connect bridge type=bridge; container start told-c";
    watched.is(&format!(
        "container create told-c; {started}; container kill told-c signal=10; {stopped}; {started}; {stopped}; {started}; \
         container restart told-c; container kill told-c signal=9; {killed}; container destroy told-c"
    ));
}

fn images(side: &Side<'_>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let archive = dir.path().join("archive.tar").display().to_string();
    let root = dir.path().join("root.tar");
    std::fs::write(&root, crate::archives::root(&[])).unwrap();
    let watched = Watched::new(side);
    side.good(&format!("create --name told-d {IMAGE}"));
    good(side.args(&["commit", "-m", "why", "told-d", "lab/told:1"]));
    side.good("rm told-d");
    watched
        .is("container create told-d; image tag lab/told:1; container commit told-d comment=why imageRef=lab/told:1; \
         container destroy told-d");
    let watched = Watched::new(side);
    side.good("tag lab/told:1 lab/told:2");
    side.good("rmi lab/told:1");
    side.good(&format!("save -o {archive} lab/told:2"));
    side.good("rmi lab/told:2");
    side.good(&format!("load -i {archive}"));
    side.good("rmi lab/told:2");
    side.good(&format!("import {} lab/told:3", root.display()));
    side.good("rmi lab/told:3");
    watched.is(
        "image tag lab/told:2; image untag *; image save *; image untag *; image delete *; image load *; image untag *; \
         image delete *; image tag lab/told:3; image import *; image untag *; image delete *",
    );
    assert_eq!(watched.lines("-f type=image -f event=delete").len(), 3);
    // The other has no registry.
    if !side.is_docker() {
        let watched = Watched::new(side);
        side.good(&format!("pull -q {IMAGE}"));
        watched.is("image pull lab/shell");
        assert_eq!(watched.lines(&format!("-f image={IMAGE}")).len(), 1);
    }
}

fn networks(side: &Side<'_>) {
    for (network, kind) in [("none", "null"), ("host", "host"), ("bridge", "bridge")] {
        let watched = Watched::new(side);
        side.good(&format!("run --rm --name told-e --network {network} {IMAGE} true"));
        watched.is(&format!(
            "container create told-e; container attach told-e; network connect {network} type={kind}; \
             container start told-e; container die told-e exitCode=0; network disconnect {network} type={kind}; \
             container destroy told-e"
        ));
    }
    // One that does not start.
    let watched = Watched::new(side);
    side.fails(&format!("run --rm --name told-f {IMAGE} no-such-program"), 127);
    watched.is("container create told-f; container attach told-f; network connect bridge type=bridge; \
         network disconnect bridge type=bridge; container destroy told-f");
}

/// Who leaves a terminal by the keys, or a command that goes on.
fn left(side: &Side<'_>) {
    good(side.args(&["run", "-dit", "--name", "told-g", IMAGE, "sleep", "600"]));
    let watched = Watched::new(side);
    side.type_into("/containers/told-g/attach?stream=1&stdin=1&stdout=1", "", "", b"x\x10\x11");
    watched.is("container attach told-g; container detach told-g");
    // Docker 20.10 takes that for a failure of the command.
    if !side.is_docker() {
        let watched = Watched::new(side);
        let body = r#"{"Cmd":["sh","-c","echo ready && sleep 601"],"Tty":true,"AttachStdin":true,"AttachStdout":true}"#;
        let (status, made) = side.post("/containers/told-g/exec", body);
        assert_eq!(status, 201);
        let made: Value = serde_json::from_slice(&made).unwrap();
        let path = format!("/exec/{}/start", made["Id"].as_str().unwrap());
        side.type_into(&path, r#"{"Detach":false,"Tty":true}"#, "ready", b"\x10\x11");
        watched.is("container exec_create: sh -c echo ready && sleep 601 told-g; \
             container exec_start: sh -c echo ready && sleep 601 told-g; container exec_detach told-g");
    }
    side.good("rm -f told-g");
}

/// What only looks at a container, or changes it while it runs.
fn looked_at(side: &Side<'_>) {
    side.start("told-h", "", "echo ready; sleep 600");
    let watched = Watched::new(side);
    side.good("top told-h");
    side.good("update --restart no told-h");
    side.good("rename told-h told-i");
    assert!(crate::engine::output(side.line("export told-i")).status.success());
    side.good("logs told-i");
    side.good("diff told-i");
    side.good("stats --no-stream told-i");
    side.good("inspect told-i");
    watched.is("container top told-h; container update told-h; container rename told-i oldName=/told-h; \
         container export told-i");
    // A pause, and the one that a commit makes for itself.
    let watched = Watched::new(side);
    if side.output(&["pause", "told-i"]).status.success() {
        side.good("unpause told-i");
        side.good("commit told-i lab/told:9");
        watched.is("container pause told-i; container unpause told-i; container pause told-i; \
             image tag lab/told:9; container commit told-i comment= imageRef=lab/told:9; container unpause told-i");
        side.good("rmi -f lab/told:9");
    }
    side.good("rm -f told-i");
}

/// All at once.
fn pruned(side: &Side<'_>) {
    side.good("system prune -f --volumes");
    let watched = Watched::new(side);
    side.good("system prune -f --volumes");
    let kinds = ["container", "network", "volume", "image", "builder"].map(|kind| format!("{kind} prune  reclaimed=0"));
    watched.is(&kinds.join("; "));
    assert_eq!(watched.lines("-f type=builder").len(), 1);
}
