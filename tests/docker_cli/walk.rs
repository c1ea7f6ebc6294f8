//! A packet that is sent for real: where it was seen, what became of it there, what stopped it; and that `reach` computes the same.

use crate::engine::{Engine, Who, everyone, fails, for_everyone, good, output};
use dockwalk::client::GateCommand;
use dockwalk::client::protocol::{ReachCommand, WalkCommand, WalkReport};
use dockwalk::packet::decode;
use dockwalk::reach::{Answer, IpVersion, Question, Verdict};
use dockwalk::trace::{
    ChangedBy, Field, Heading, Hop, Known, Level, Passing, Place, RuleTrace, RuleVerdict, StepKind, Stopped,
    WalkOutcome,
};
use std::cell::Cell;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Milliseconds that an answer is waited for.
const PATIENCE: u64 = 300;

pub struct Lab<'e> {
    pub engine: &'e Engine,
    pub version: IpVersion,
}

impl Lab<'_> {
    pub fn docker(&self, line: &str) -> String {
        good(self.engine.dockwalk(&[&["docker"], &*line.split(' ').collect::<Vec<_>>()].concat()))
    }

    pub fn host(&self, line: &str) -> String {
        good(self.engine.dockwalk(&["host", "sh", "-c", line]))
    }

    pub fn inside(&self, container: &str, line: &str) -> String {
        let pid = self.docker(&format!("inspect -f {{{{.State.Pid}}}} {container}"));
        self.host(&format!("nsenter --net=/proc/{pid}/ns/net {line}"))
    }

    pub fn send(&self, question: Question, from: &str, to: &str, published: bool) -> WalkReport {
        let (from, to, patience) = (from.to_owned(), to.to_owned(), Some(PATIENCE));
        let version = self.version;
        let command = WalkCommand { question, version, from, to, outside: None, published, patience };
        self.engine.client().walk(&command).unwrap()
    }

    fn has_uplink(&self) -> bool {
        let (from, to) = (Some("host".to_owned()), Some("outside".to_owned()));
        let question = Question::Ping;
        let version = self.version;
        let command = ReachCommand { question, version, from, to, outside: None, prove: false, patience: None };
        self.engine.client().reach(&command).unwrap().matrix.cells[0].answer == Answer::Reaches
    }

    /// Follows a packet; what comes of it is what `reach` computes, and what was captured is in order.
    #[track_caller]
    pub fn walk(&self, question: Question, from: &str, to: &str) -> WalkReport {
        let report = self.send(question, from, to, false);
        assert_ne!(report.verdict, Some(Verdict::Disagrees), "{:#?}", report);
        assert_eq!(report.state.walk.rules, RuleTrace::On, "{:?}", self.engine.who());
        let times: Vec<_> = report.state.hops.iter().filter_map(|hop| hop.after).collect();
        assert!(times.is_sorted(), "{times:?}");
        report
    }
}

#[track_caller]
pub fn outcome(report: &WalkReport) -> &WalkOutcome {
    &report.state.end.as_ref().expect("it ended").outcome
}

/// `web/eth0 Out`, by the number of the namespace that a link is in.
pub fn places(report: &WalkReport, heading: Heading) -> Vec<(u64, String, Passing)> {
    let place = |hop: &Hop| match &hop.place {
        Place::Link { netns, name, passing, .. } => Some((*netns, name.clone(), *passing)),
        Place::Rule { .. } => None,
    };
    report.state.hops.iter().filter(|hop| hop.heading == heading).filter_map(|hop| place(hop)).collect()
}

fn arps(report: &WalkReport) -> usize {
    report.state.hops.iter().filter(|hop| hop.packet.arp.is_some()).count()
}

/// What a field became on its way, and what did it.
pub fn changes(report: &WalkReport, heading: Heading, field: &Field) -> Vec<(String, Option<ChangedBy>)> {
    let hops = report.state.hops.iter().filter(|hop| hop.heading == heading);
    let differs = hops.flat_map(|hop| &hop.differs).filter(|one| one.field == *field);
    differs.map(|one| (one.now.clone(), one.by.clone())).collect()
}

#[test]
fn a_packet_is_seen_at_each_place_that_it_comes_by() {
    for_everyone(|who| {
        let engine = Engine::start(who);
        let lab = Lab { engine: &engine, version: IpVersion::V4 };
        lab.docker("network create front");
        lab.docker("network create --internal back");
        for (name, network) in
            [("web", "front -p 80"), ("api", "front"), ("db", "back"), ("lone", "bridge"), ("alone", "none")]
        {
            lab.docker(&format!("run -d --name {name} --network {network} lab/shell:1 sleep 1000"));
        }
        same_bridge(&lab);
        other_bridge(&lab);
        translated(&lab);
        ports_and_names(&lab);
        nothing_left(&lab);
        elsewhere(&lab);
        broken(&lab);
        said(&lab);
        other_tables(&lab);
        busy(&lab);
    });
}

/// Who is not known is asked for (ARP); who is known is not.
fn same_bridge(lab: &Lab<'_>) {
    lab.inside("web", "ip neigh flush dev eth0");
    let first = lab.walk(Question::Ping, "web", "api");
    assert_eq!(outcome(&first), &WalkOutcome::Answered);
    assert!(arps(&first) >= 8, "a question and an answer at four links: {first:#?}");
    let (from, to) = (first.state.walk.from_netns, first.state.walk.to_netns.unwrap());
    let there = places(&first, Heading::There);
    assert_eq!(there.first(), Some(&(from, "eth0".to_owned(), Passing::Out)));
    assert_eq!(there.last(), Some(&(to, "eth0".to_owned(), Passing::In)));
    assert_eq!(there.len(), 4, "both ends of both cables: {there:?}");
    let back = places(&first, Heading::Back);
    assert_eq!(back.first(), Some(&(to, "eth0".to_owned(), Passing::Out)));
    assert_eq!(back.last(), Some(&(from, "eth0".to_owned(), Passing::In)));
    for hop in first.state.hops.iter().filter(|hop| hop.frame.is_some()) {
        let frame = hop.frame.as_ref().unwrap();
        assert_eq!(decode(&frame.bytes), hop.packet);
    }
    let second = lab.walk(Question::Ping, "web", "api");
    assert_eq!((outcome(&second), arps(&second)), (&WalkOutcome::Answered, 0), "{second:#?}");
}

/// The rule that keeps bridges apart is told by the kernel.
fn other_bridge(lab: &Lab<'_>) {
    let report = lab.walk(Question::Tcp(5432), "lone", "web");
    let WalkOutcome::Dropped {
        by: Stopped::Rule { key: Some(key), text, family, table, chain },
        known,
        hop: Some(hop),
    } = outcome(&report)
    else {
        panic!("{report:#?}")
    };
    assert_eq!((known, chain.as_str()), (&Known::Observed, "between"));
    assert_eq!((family.as_str(), table.as_str()), ("ip", "dockwalk"));
    assert!(key.starts_with("drop/front") && text.ends_with("drop"), "{key}: {text}");
    let last = &report.state.hops[usize::try_from(*hop).unwrap() - 1];
    assert!(matches!(&last.place, Place::Rule { verdict: RuleVerdict::Drop, handle: Some(_), .. }), "{last:?}");
    assert!(places(&report, Heading::Back).is_empty());
    assert_eq!(report.state.end.as_ref().unwrap().fix.as_deref(), Some("docker network connect front lone"));
    let inner = lab.walk(Question::Ping, "db", "lone");
    assert!(matches!(outcome(&inner), WalkOutcome::Dropped { .. }), "{inner:#?}");
}

/// Masquerade on the way out, and back; a published port.
fn translated(lab: &Lab<'_>) {
    // An ordinary user has no uplink where /dev/net/tun is root's alone.
    if lab.has_uplink() {
        let outside = lab.walk(Question::Ping, "web", "outside");
        assert_eq!(outcome(&outside), &WalkOutcome::Answered, "{outside:#?}");
        let source = changes(&outside, Heading::There, &Field::Source);
        assert!(matches!(source.as_slice(), [(_, Some(ChangedBy::Rule { text, .. }))] if text.ends_with("masquerade")));
        let back = changes(&outside, Heading::Back, &Field::Destination);
        assert!(matches!(back.as_slice(), [(_, Some(ChangedBy::Tracking { .. }))]), "{back:?}");
        let ttl = changes(&outside, Heading::There, &Field::Ttl);
        assert!(matches!(ttl.as_slice(), [(_, Some(ChangedBy::Forwarding { .. }))]), "{ttl:?}");
        let published = lab.send(Question::Tcp(80), "host", "web", true);
        assert_eq!(outcome(&published), &WalkOutcome::Refused, "{published:#?}");
        let carried = lab.send(Question::Tcp(80), "lone", "web", true);
        assert_eq!(outcome(&carried), &WalkOutcome::AnsweredByHost, "{carried:#?}");
        let port = changes(&published, Heading::There, &Field::DestinationPort);
        assert!(matches!(port.as_slice(), [(now, Some(ChangedBy::Rule { .. }))] if now == "80"), "{port:?}");
    } else {
        assert_ne!(lab.engine.who(), Who::Root, "root has an uplink");
    }
}

fn ports_and_names(lab: &Lab<'_>) {
    let closed = lab.walk(Question::Tcp(9), "web", "api");
    assert_eq!(outcome(&closed), &WalkOutcome::Refused);
    let answer = closed.state.hops.iter().rev().find_map(|hop| hop.packet.tcp.as_ref()).unwrap();
    assert_eq!(answer.flags, "RST,ACK");
    let datagram = lab.walk(Question::Udp(9), "web", "api");
    assert_eq!(outcome(&datagram), &WalkOutcome::Refused);
    let error = datagram.state.hops.iter().rev().find(|hop| hop.packet.icmp.is_some()).unwrap();
    assert_eq!(error.packet.quoted.as_ref().unwrap().udp.as_ref().unwrap().destination, 9);
    let name = lab.walk(Question::Name, "web", "api");
    assert_eq!(outcome(&name), &WalkOutcome::Answered);
    let asked: Vec<_> = name.state.hops.iter().filter_map(|hop| hop.packet.dns.as_ref()).collect();
    assert!(asked.iter().any(|dns| !dns.answers) && asked.iter().any(|dns| !dns.addresses.is_empty()), "{asked:?}");
    assert!(asked.iter().all(|dns| dns.question == "api."), "{asked:?}");
    assert_eq!(outcome(&lab.walk(Question::Name, "lone", "web")), &WalkOutcome::NoSuchName);
    let local = lab.walk(Question::Ping, "host", "web");
    assert_eq!(outcome(&local), &WalkOutcome::Answered);
}

/// The table that asks for the trace is gone, and was never a rule of the World's.
fn nothing_left(lab: &Lab<'_>) {
    assert!(!lab.host("nft list tables").contains("dockwalk_walk"));
    let open = lab.host("cat /proc/net/packet | wc -l");
    assert_eq!(open.trim(), "1", "a packet socket is left");
    let recording = good(lab.engine.dockwalk(&["trace", "export", "-"]));
    assert!(recording.contains("walk_began") && recording.contains("packet_seen"));
    let rule = |line: &&str| line.contains("rule_seen") && line.contains("nftrace");
    assert_eq!(recording.lines().find(rule), None);
}

/// Links, routes and addresses that are not there.
fn broken(lab: &Lab<'_>) {
    let report = lab.walk(Question::Ping, "alone", "web");
    let no_route =
        |report: &WalkReport| matches!(outcome(report), WalkOutcome::Dropped { by: Stopped::NoRoute { .. }, .. });
    assert!(no_route(&report), "{report:#?}");
    lab.inside("lone", "ip route del default");
    let report = lab.walk(Question::Ping, "lone", "web");
    // The host may look just then whether somebody is still there whom it knows.
    let left = report.state.hops.iter().any(|hop| hop.heading != Heading::Neighbour);
    assert!(no_route(&report) && !left, "{report:#?}");
    lab.inside("api", "ip link set eth0 down");
    lab.inside("web", "ip neigh flush dev eth0");
    let report = lab.walk(Question::Ping, "web", "api");
    let by = match outcome(&report) {
        WalkOutcome::Dropped { by, .. } => by,
        other => panic!("{other:?}"),
    };
    assert!(matches!(by, Stopped::LinkDown { name, .. } if name == "eth0"), "{report:#?}");
    lab.inside("api", "ip link set eth0 up");
    // It is there, and does not answer.
    lab.inside("api", "nft add table ip t");
    lab.inside("api", "nft 'add chain ip t in { type filter hook input priority 0 ; policy drop ; }'");
    let report = lab.send(Question::Udp(9), "web", "api", false);
    assert_eq!(outcome(&report), &WalkOutcome::Arrived, "{report:#?}");
    lab.inside("api", "nft delete table ip t");
}

/// What answers in place of whoever was asked is not taken for that.
fn elsewhere(lab: &Lab<'_>) {
    let address = |name: &str| {
        let line = format!("inspect -f {{{{.NetworkSettings.Networks.front.IPAddress}}}} {name}");
        lab.docker(&line).trim().to_owned()
    };
    let (web, api) = (address("web"), address("api"));
    let rules = |chain: &str, rule: &str| {
        lab.inside("web", "nft add table ip t");
        lab.inside("web", &format!("nft 'add chain ip t out {{ {chain} }}'"));
        lab.inside("web", &format!("nft 'add rule ip t out ip daddr {api} {rule}'"));
    };
    let is_elsewhere = |question| {
        let report = lab.send(question, "web", "api", false);
        assert_eq!(outcome(&report), &WalkOutcome::AnsweredElsewhere, "{report:#?}");
        assert_eq!(report.verdict, Some(Verdict::Open));
        assert!(report.state.end.unwrap().missed.is_nothing());
    };
    rules("type filter hook output priority 0 ;", "meta l4proto tcp reject with tcp reset");
    is_elsewhere(Question::Tcp(9));
    let said = output(lab.engine.dockwalk(&["walk", "web", "api:9"]));
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(!String::from_utf8_lossy(&said.stdout).contains("As `dockwalk reach`"), "{said:?}");
    lab.inside("web", "nft delete table ip t");
    rules("type filter hook output priority 0 ;", "meta l4proto udp reject");
    // The sender's own kernel says that it goes nowhere.
    let report = lab.send(Question::Udp(9), "web", "api", false);
    let own = |by: &Stopped| matches!(by, Stopped::Reported { by, kind: 3, .. } if by.to_string() == web);
    assert!(matches!(outcome(&report), WalkOutcome::Dropped { by, .. } if own(by)), "{report:#?}");
    lab.inside("web", "nft delete table ip t");
    rules("type nat hook output priority -100 ;", &format!("dnat to {web}"));
    is_elsewhere(Question::Ping);
    lab.inside("web", "nft delete table ip t");
    // Who has taken its address answers: the bridge sends that one the packet.
    lab.inside("web", &format!("ip neigh replace {api} lladdr 02:42:de:ad:00:01 dev eth0 nud permanent"));
    let report = lab.send(Question::Ping, "web", "api", false);
    let reached = [WalkOutcome::Answered, WalkOutcome::Arrived];
    assert!(!reached.contains(outcome(&report)), "{report:#?}");
    lab.inside("web", &format!("ip neigh del {api} dev eth0"));
    // Who shares a network namespace is reached without any cable.
    lab.docker("run -d --name beside --network container:web lab/shell:1 sleep 1000");
    let beside = lab.send(Question::Ping, "beside", "web", false);
    assert_eq!(outcome(&beside), &WalkOutcome::Answered, "{beside:#?}");
    for address in ["127.0.0.1", "0.0.0.0", &web] {
        let said = fails(lab.engine.dockwalk(&["walk", "api", "outside", "--outside", address]), 1);
        assert!(said.contains(address) && said.contains("--outside"), "{said}");
    }
}

/// On a terminal, in a script, and in a file.
fn said(lab: &Lab<'_>) {
    let walk = |args: &[&str]| lab.engine.dockwalk(&[&["walk"], args].concat());
    let file = lab.engine.socket().with_file_name("walk.pcapng");
    let table = good(walk(&["web", "api", "--pcap", file.to_str().unwrap()]));
    for part in ["web/eth0 →", "api/eth0 ←", "ICMP echo request", "api answered", "dockwalk reach", "walk.pcapng"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(bytes[..4], 0x0a0d_0d0a_u32.to_le_bytes());
    let dropped = output(walk(&["db", "web:80"]));
    let text = String::from_utf8_lossy(&dropped.stdout).into_owned();
    assert_eq!(dropped.status.code(), Some(1), "{text}");
    let json = good(walk(&["web", "api", "--json"]));
    let report: WalkReport = serde_json::from_str(&json).unwrap();
    assert_eq!(outcome(&report), &WalkOutcome::Answered);
    // The same packet from a recording.
    let recording = lab.engine.socket().with_file_name("walk.ndjson");
    good(lab.engine.dockwalk(&["trace", "export", recording.to_str().unwrap()]));
    let (number, again) = (report.state.walk.id.to_string(), file.with_file_name("again.pcapng"));
    let (from, to) = (recording.to_str().unwrap(), again.to_str().unwrap());
    good(lab.engine.dockwalk(&["trace", "pcap", from, to, "--walk", &number]));
    assert_eq!(std::fs::read(&again).unwrap(), dockwalk::packet::pcapng::write(&report.state));
    for (args, problem) in [
        (&["web", "nobody"][..], "nobody"),
        (&["web", "web"], "web"),
        (&["outside", "web"], "--published"),
        (&["web", "api:80", "--published"], "docker port"),
        (&["web", "api", "--udp"], "api"),
        (&["web", "api:80", "--name"], "api:80"),
        (&["web", "host", "--name"], "--name"),
        (&["web", "api", "--outside", "192.0.2.1"], "192.0.2.1"),
        (&["web", "api", "--pcap", "-", "--json"], "--pcap -"),
    ] {
        let said = fails(walk(args), 1);
        assert!(said.contains(problem), "{args:?}: {said}");
    }
    assert!(fails(lab.engine.dockwalk(&["trace", "pcap", from, to, "--walk", "9999"]), 1).contains("dockwalk walk"));
    let stream = output(walk(&["web", "api", "--pcap", "-"]));
    assert_eq!((stream.status.code(), &stream.stdout[..4]), (Some(0), &0x0a0d_0d0a_u32.to_le_bytes()[..]));
    let word = |at: usize| u32::from_le_bytes(stream.stdout[at..at + 4].try_into().unwrap()) as usize;
    let (mut at, mut blocks) = (0, 0);
    while at < stream.stdout.len() {
        (at, blocks) = (at + word(at + 4), blocks + 1);
    }
    assert!(at == stream.stdout.len() && blocks > 4, "nothing else is there: {blocks}");
    let dropped = output(walk(&["db", "web:80", "--pcap", "-"]));
    assert_eq!((dropped.status.code(), dropped.stdout.len() > 100), (Some(1), true));
}

/// A table of somebody's own is let alone, whatever its name; and its rule is named as nft names it.
fn other_tables(lab: &Lab<'_>) {
    lab.host("nft add table ip dockwalk_walk; nft add chain ip dockwalk_walk mine; nft add table ip dockwalk_walk1");
    lab.host("nft add table ip mine; nft 'add chain ip mine FORWARD { type filter hook forward priority -10 ; }'");
    lab.host("nft add rule ip mine FORWARD tcp dport 4711 drop");
    if lab.has_uplink() {
        let dropped = output(lab.engine.dockwalk(&["walk", "web", "outside:4711", "--patience", "200"]));
        let text = String::from_utf8_lossy(&dropped.stdout).into_owned();
        assert!(text.contains("nft ip mine FORWARD") && dropped.status.code() == Some(1), "{text}");
    }
    let report = lab.send(Question::Ping, "web", "api", false);
    assert_eq!((outcome(&report), &report.state.walk.rules), (&WalkOutcome::Answered, &RuleTrace::On));
    let tables = lab.host("nft list tables; nft list table ip dockwalk_walk");
    assert!(
        tables.contains("chain mine") && tables.contains("dockwalk_walk1") && !tables.contains("dockwalk_walk2"),
        "{tables}"
    );
    lab.host("nft delete table ip dockwalk_walk; nft delete table ip dockwalk_walk1; nft delete table ip mine");
}

/// Somebody else's packet is told from one that does not arrive.
fn busy(lab: &Lab<'_>) {
    let mut first = lab.engine.dockwalk(&["walk", "web", "lone", "--patience", "3000"]);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !lab.host("nft list tables").contains("dockwalk_walk") {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is not sent");
    }
    let second = output(lab.engine.dockwalk(&["walk", "web", "api"]));
    assert_eq!(second.status.code(), Some(4), "{second:?}");
    assert_eq!(first.wait().unwrap().code(), Some(1));
}

/// In the namespace that the engine works in stays nothing that was there for the packet alone, whatever ends the engine.
#[test]
fn a_killed_engine_leaves_no_trace_table_on_the_host() {
    if !everyone().contains(&Who::Root) {
        return;
    }
    let mut host = Command::new("unshare").args(["-n", "sleep", "600"]).spawn().unwrap();
    let pid = host.id();
    let net = format!("--net=/proc/{pid}/ns/net");
    let there = |line: &str| good(command(&["nsenter", &net, "sh", "-c", line]));
    let soon = |what: &str, is: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !is() {
            assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let own = std::fs::read_link("/proc/self/ns/net").unwrap();
    soon("a namespace", &|| std::fs::read_link(format!("/proc/{pid}/ns/net")).is_ok_and(|it| it != own));
    there("ip link set lo up");
    let inside =
        ["nsenter", &net, "unshare", "-m", "--propagation", "private", "sh", "-c", "exec \"$@\" --mode host", "sh"];
    let mut engine = Engine::start_in(Who::Root, |_| inside.map(ToOwned::to_owned).to_vec());
    good(engine.dockwalk(&["docker", "run", "-d", "--name", "web", "lab/shell:1", "sleep", "1000"]));
    let client = engine.client();
    let hold = client.events(client.info().unwrap().trace_length, true);
    soon("the gate is held", &|| client.gate().unwrap().held);
    let mut asking = engine.dockwalk(&["walk", "host", "web"]);
    let mut asking = asking.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let last = Cell::new(0);
    soon("it listens no more", &|| {
        let waiting = client.gate().unwrap().waiting;
        let Some(step) = waiting.first().filter(|step| step.id != last.get()) else { return false };
        last.set(step.id);
        let there = step.plan.kind == StepKind::CloseCapture;
        if !there {
            client.command(&GateCommand::Step { level: Level::Stage }).unwrap();
        }
        there
    });
    let tables = || there("nft list tables");
    assert!(tables().contains("dockwalk_walk"));
    engine.kill();
    drop(hold);
    asking.wait().unwrap();
    assert!(tables().contains("dockwalk_walk"), "nobody was left to delete it");
    engine.start_again();
    assert!(!tables().contains("dockwalk_walk") && tables().contains("dockwalk"), "{}", tables());
    good(engine.dockwalk(&["docker", "rm", "-f", "web"]));
    engine.end();
    assert_eq!(tables(), "");
    host.kill().unwrap();
    host.wait().unwrap();
}

fn command(argv: &[&str]) -> Command {
    let mut command = Command::new(argv[0]);
    command.args(&argv[1..]);
    command
}
