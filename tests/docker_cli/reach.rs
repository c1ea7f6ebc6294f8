//! Who reaches whom: what is computed by rules, and what comes back when it is asked for real, are the same, whatever somebody did to
//! the links, routes and rules meanwhile; and the command that is named changes it.

use crate::engine::{Engine, fails, for_everyone, good, output};
use dockwalk::client::Client;
use dockwalk::client::protocol::{Probed, ReachCommand, ReachReport};
use dockwalk::reach::{Answer, Cell, End, IpVersion, Question, Verdict};
use std::time::{Duration, Instant};

/// Milliseconds that a probe waits: an answer takes less than one.
const PATIENCE: u64 = 250;
/// So many cells are compared at least.
const CELLS: usize = 120;

/// An engine with containers on all kinds of networks.
pub struct Lab<'e> {
    pub engine: &'e Engine,
    pub client: Client,
    pub version: IpVersion,
    pub compared: usize,
    pub uplink: bool,
}

impl<'e> Lab<'e> {
    pub fn new(engine: &'e Engine, version: IpVersion) -> Self {
        Self { engine, client: engine.client(), version, compared: 0, uplink: false }
    }

    pub fn docker(&self, line: &str) -> String {
        good(self.engine.dockwalk(&[&["docker"], &*line.split(' ').collect::<Vec<_>>()].concat()))
    }

    /// Typed by a person, at the lab's host.
    pub fn host(&self, line: &str) -> String {
        good(self.engine.dockwalk(&["host", "sh", "-c", line]))
    }

    /// The same in a container's network namespace.
    pub fn inside(&self, container: &str, line: &str) -> String {
        let pid = self.docker(&format!("inspect -f {{{{.State.Pid}}}} {container}"));
        self.host(&format!("nsenter --net=/proc/{pid}/ns/net {line}"))
    }

    fn default_route(&self, container: &str, network: &str) {
        let gateway = format!("inspect -f {{{{.NetworkSettings.Networks.{network}.Gateway}}}} {container}");
        self.inside(container, &format!("ip route add default via {}", self.docker(&gateway)));
    }

    pub fn ask(&self, question: Question, from: Option<&str>, to: Option<&str>, prove: bool) -> ReachReport {
        let (from, to) = (from.map(ToOwned::to_owned), to.map(ToOwned::to_owned));
        let (version, patience) = (self.version, Some(PATIENCE));
        let command = ReachCommand { question, version, from, to, outside: None, prove, patience };
        self.client.reach(&command).unwrap()
    }

    /// All pairs, computed and asked. A change that is under way in the kernel – a carrier that comes, a neighbour that is not known
    /// yet – has its time.
    #[track_caller]
    pub fn proven(&mut self, state: &str, question: Question) -> ReachReport {
        let begun = Instant::now();
        loop {
            let report = self.ask(question, None, None, true);
            let wrong: Vec<&Probed> =
                report.probes.iter().filter(|probed| probed.verdict == Verdict::Disagrees).collect();
            if wrong.is_empty() {
                let open = report.probes.iter().filter(|probed| probed.verdict == Verdict::Open).count();
                self.compared += report.probes.len() - open;
                return report;
            }
            if begun.elapsed() > Duration::from_secs(10) {
                let cells = wrong.iter().map(|probed| (probed, report.matrix.cell(&probed.from, &probed.to)));
                panic!("{:?}, {state}, {question:?}: {:#?}", self.engine.who(), cells.collect::<Vec<_>>());
            }
        }
    }

    /// One pair, computed.
    pub fn cell(&self, from: &str, to: &str) -> Cell {
        self.ask(Question::Ping, Some(from), Some(to), false).matrix.cells.remove(0)
    }

    /// What decides, and nothing else.
    #[track_caller]
    pub fn decides(&self, from: &str, to: &str, answer: Answer, why: &str) {
        let cell = self.cell(from, to);
        assert_eq!((cell.answer, cell.why.key()), (answer, why), "{from} → {to}: {cell:?}");
    }

    /// Does what is said to change it, and looks whether it does.
    #[track_caller]
    pub fn mended(&self, from: &str, to: &str) {
        let before = self.cell(from, to);
        let fix = before.fix.clone().unwrap_or_else(|| panic!("{from} → {to}: {before:?}"));
        self.typed(&fix);
        let begun = Instant::now();
        loop {
            let report = self.ask(Question::Ping, Some(from), Some(to), true);
            let (cell, probed) = (&report.matrix.cells[0], &report.probes[0]);
            // A rule with a set of addresses is in words that are not read: then it is the probe that says what came of it.
            let proven = [Verdict::Agrees, Verdict::FoundToReach].contains(&probed.verdict);
            if cell.answer != before.answer && proven {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{fix}: {cell:?} {probed:?}");
        }
    }

    /// A line as a shell takes it, `docker` and `dockwalk` being ours.
    fn typed(&self, line: &str) {
        let line = line.strip_prefix("dockwalk ").unwrap_or(line);
        let words = good({
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &format!("printf '%s\\n' {line}")]);
            shell
        });
        good(self.engine.dockwalk(&words.lines().collect::<Vec<_>>()));
    }
}

use Answer::{DoesNot, Reaches};

#[test]
fn what_is_computed_is_what_comes_back_when_it_is_asked() {
    for_everyone(|who| {
        let engine = Engine::start(who);
        let mut lab = Lab::new(&engine, IpVersion::V4);
        lab.docker("network create front");
        lab.docker("network create --internal back");
        lab.docker("network create side");
        for (name, network) in [
            ("web", "front -p 80"),
            ("api", "front"),
            ("db", "back"),
            ("lone", "bridge"),
            ("far", "side"),
            ("hosted", "host"),
            ("alone", "none"),
            ("near", "container:web"),
        ] {
            lab.docker(&format!("run -d --name {name} --network {network} lab/shell:1 sleep 1000"));
        }
        lab.docker("network connect back api");
        for question in [Question::Ping, Question::Tcp(80), Question::Udp(9), Question::Name] {
            let report = lab.proven("as it was made", question);
            let pairs = if question == Question::Name { 9 * 8 - 8 } else { 10 * 9 };
            assert_eq!(report.matrix.cells.len(), pairs, "{question:?}");
            assert!(report.matrix.cells.iter().all(|cell| cell.answer != Answer::Unknown), "{report:?}");
        }
        assert!(lab.compared >= CELLS, "{}", lab.compared);
        lab.decides("web", "api", Reaches, "same-network");
        lab.decides("web", "db", DoesNot, "other-bridge");
        // An ordinary user has no uplink where /dev/net/tun is root's alone.
        lab.uplink = lab.cell("host", "outside").answer == Reaches;
        if lab.uplink {
            lab.decides("web", "outside", Reaches, "masqueraded");
            lab.decides("db", "outside", DoesNot, "internal");
        }
        lab.decides("near", "web", Reaches, "same-namespace");
        lab.decides("alone", "web", DoesNot, "no-network");
        lab.decides("hosted", "web", Reaches, "same-network");
        published(&lab);
        said(&lab);
        by_hand(&mut lab);
        println!("{who:?}: {} cells compared", lab.compared);
    });
}

/// What is published leads in from outside, by the port that was given.
fn published(lab: &Lab<'_>) {
    let ask = |port, to: &str| lab.ask(Question::Tcp(port), Some("outside"), Some(to), false).matrix.cells.remove(0);
    let cell = ask(80, "web");
    let given = lab.docker("port web 80");
    let given = given.lines().next().unwrap().rsplit(':').next().unwrap();
    assert_eq!((cell.answer, cell.why.key()), (Reaches, "published"), "{cell:?}");
    assert_eq!(cell.why.variables(), [("ports", format!(":{given}→80"))]);
    assert_eq!((ask(81, "web").why.key(), ask(80, "api").why.key()), ("other-ports", "not-published"));
    // Who asks the host at that port is carried to it, too.
    let report = lab.ask(Question::Tcp(given.parse().unwrap()), Some("lone"), Some("host"), true);
    assert_eq!(report.probes[0].verdict, Verdict::Agrees, "{report:?}");
    // But nobody on an internal network.
    let report = lab.ask(Question::Tcp(given.parse().unwrap()), Some("db"), Some("host"), true);
    let (cell, probed) = (&report.matrix.cells[0], &report.probes[0]);
    assert_eq!((cell.answer, cell.why.key(), probed.verdict), (DoesNot, "internal", Verdict::Agrees), "{report:?}");
    // What the host itself answers is no other network's.
    let report = lab.ask(Question::Ping, Some("db"), Some("host"), true);
    assert_eq!(report.probes[0].verdict, Verdict::Agrees, "{report:?}");
}

/// Links, addresses and routes that somebody changes; what is named mends it.
fn by_hand(lab: &mut Lab<'_>) {
    lab.inside("web", "ip link set eth0 down");
    lab.proven("the container's link is down", Question::Ping);
    lab.decides("api", "web", DoesNot, "link-down");
    lab.decides("web", "api", DoesNot, "link-down");
    lab.mended("api", "web");
    if lab.uplink {
        lab.decides("web", "outside", DoesNot, "no-route");
        lab.mended("web", "outside");
    } else {
        lab.default_route("web", "front");
    }

    let bridge = lab.host("ip -o link show type bridge | grep -o 'br-[0-9a-f]*' | sort -u | head -n 1");
    lab.host(&format!("ip link set {bridge} down"));
    let report = lab.proven("a bridge is down", Question::Ping);
    let off = report.matrix.cells.iter().find(|cell| cell.from == End::Host && cell.why.key() == "link-down").unwrap();
    let End::Container(id) = off.to.clone() else { panic!("{off:?}") };
    lab.mended("host", &report.names[&id]);

    let veth = plug(lab, "far");
    lab.host(&format!("ip link set {veth} down"));
    lab.proven("the host's end is down", Question::Ping);
    lab.decides("far", "host", DoesNot, "link-down");
    lab.mended("far", "host");

    lab.inside("far", "ip route del default");
    lab.proven("a route is gone", Question::Ping);
    if lab.uplink {
        lab.decides("far", "outside", DoesNot, "no-route");
        lab.mended("far", "outside");
    } else {
        lab.default_route("far", "side");
    }

    let address = lab.inside("api", "ip -4 -o addr show dev eth0 | grep -o '[0-9.]*/16' | head -n 1");
    lab.inside("api", &format!("ip addr del {address} dev eth0"));
    lab.proven("an address is gone", Question::Ping);
    lab.inside("api", &format!("ip addr add {address} dev eth0"));
    lab.proven("it is there again", Question::Ping);
    refused(lab);
    lab.mended("web", "db");

    // In whichever order bridges have their rules, some of both ways is open without the chain that keeps them apart.
    lab.host("nft flush chain ip dockwalk between");
    lab.proven("nothing keeps bridges apart", Question::Ping);
    lab.decides("lone", "far", Reaches, "forwarded");
    let lone = lab.docker("inspect -f {{.NetworkSettings.IPAddress}} lone");
    lab.host(&format!("nft insert rule ip dockwalk forward ip saddr {lone} drop"));
    lab.proven("a rule drops it", Question::Ping);
    lab.decides("lone", "far", DoesNot, "dropped");
    lab.mended("lone", "far");
    lab.mended("far", "host");
}

/// The host's end of the cable to a container's `eth0`.
fn plug(lab: &Lab<'_>, container: &str) -> String {
    let index = lab.inside(container, "ip -o link show dev eth0 | sed 's/.*@if\\([0-9]*\\):.*/\\1/'");
    lab.host(&format!("ip -o link | sed -n 's/^{}: \\([^@:]*\\).*/\\1/p'", index.trim())).trim().to_owned()
}

/// Routes that lead nowhere, and ports by which their bridge lets nothing through.
fn refused(lab: &mut Lab<'_>) {
    let api = lab.docker("inspect -f {{.NetworkSettings.Networks.front.IPAddress}} api");
    for refuses in ["unreachable", "blackhole", "prohibit"] {
        lab.inside("web", &format!("ip route add {refuses} {api}"));
        lab.proven(refuses, Question::Ping);
        lab.decides("web", "api", DoesNot, "route-refuses");
        lab.decides("api", "web", DoesNot, "route-refuses-back");
        lab.mended("api", "web");
    }
    let (web, api) = (plug(lab, "web"), plug(lab, "api"));
    lab.host(&format!("bridge link set dev {web} isolated on && bridge link set dev {api} isolated on"));
    lab.proven("both are isolated", Question::Ping);
    lab.decides("web", "api", DoesNot, "isolated");
    lab.decides("web", "host", Reaches, "host-itself");
    lab.mended("web", "api");
    lab.host(&format!("bridge link set dev {web} isolated off && bridge link set dev {api} isolated off"));
    lab.host(&format!("bridge link set dev {web} state 0"));
    lab.proven("a port is disabled", Question::Ping);
    lab.decides("web", "host", DoesNot, "port-blocked");
    lab.decides("api", "web", DoesNot, "port-blocked");
    lab.mended("api", "web");
}

/// On a terminal and in a script.
fn said(lab: &Lab<'_>) {
    let reach = |args: &[&str]| lab.engine.dockwalk(&[&["reach"], args].concat());
    let table = good(reach(&[]));
    assert!(table.lines().next().unwrap().contains("→ web") && table.contains("✗ other bridge"), "{table}");
    let pair = output(reach(&["lone", "api"]));
    let text = String::from_utf8_lossy(&pair.stdout).into_owned();
    assert_eq!(pair.status.code(), Some(1), "{text}");
    assert!(text.contains("To change that: docker network connect"), "{text}");
    let pair = good(reach(&["lone", "host:9", "--prove"]));
    assert!(pair.contains("as computed") && pair.contains("nobody listens"), "{pair}");
    let json = good(reach(&["lone", "host", "--json"]));
    let report: ReachReport = serde_json::from_str(&json).unwrap();
    assert_eq!(report.matrix.cells[0].answer, Reaches);
    for (args, problem) in [
        (&["lone", "nobody"][..], "nobody"),
        (&["lone", "web:http"], "web:http"),
        (&["lone", "web:80", "--udp", "53"], "web:80"),
    ] {
        let said = fails(reach(args), 1);
        assert!(said.contains(problem), "{said}");
    }
    for address in ["0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.1"] {
        let said = fails(reach(&["lone", "outside", "--outside", address]), 1);
        assert!(said.contains(address), "{said}");
    }
    let (question, from) = (Question::Ping, Some("lone".to_owned()));
    let (to, outside, patience) = (None, None, Some(PATIENCE));
    let (mut seen, version) = (Vec::new(), IpVersion::V4);
    let command = ReachCommand { question, version, from, to, outside, prove: true, patience };
    let report = lab.client.reach_told(&command, |done, of| seen.push((done, of))).unwrap();
    let all = report.matrix.cells.len();
    assert_eq!((seen.last(), report.matrix.from.len()), (Some(&(all, all)), 1), "it is told how far it is");
    let command = ReachCommand { from: Some("nobody".to_owned()), ..command };
    assert!(lab.client.reach_told(&command, |_, _| ()).is_err());
    lab.host("sysctl -w net.ipv4.ip_forward=0");
    lab.decides("lone", "far", DoesNot, "no-forwarding");
    lab.host("sysctl -w net.ipv4.ip_forward=1");
    lab.docker("stop -t 0 alone");
    assert!(fails(reach(&["lone", "alone"]), 1).contains("docker start alone"));
}
