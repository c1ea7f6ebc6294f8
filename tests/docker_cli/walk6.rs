//! A packet of IPv6 that is sent for real: what asks for neighbours, what forwards it, what stops it.

use crate::engine::{Engine, fails, for_everyone, good, output};
use crate::walk::{Lab, changes, outcome, places};
use dockwalk::client::protocol::WalkReport;
use dockwalk::packet::decode;
use dockwalk::reach::{End, IpVersion, Question, Verdict};
use dockwalk::trace::{ChangedBy, Field, Heading, Known, Passing, Stopped, WalkOutcome};
use std::time::{Duration, Instant};

#[test]
fn a_packet_of_ipv6_is_seen_at_each_place_that_it_comes_by() {
    for_everyone(|who| {
        let engine = Engine::start(who);
        let lab = Lab { engine: &engine, version: IpVersion::V6 };
        for (nth, name) in [(1, "one"), (2, "two")] {
            lab.docker(&format!("network create --ipv6 --subnet fd00:6{nth}::/64 {name}"));
        }
        for (name, network) in [("aa", "one"), ("bb", "one"), ("cc", "two"), ("plain", "bridge")] {
            lab.docker(&format!("run -d --name {name} --network {network} lab/shell:1 sleep 1000"));
        }
        same_bridge(&lab);
        ports_and_names(&lab);
        other_bridge(&lab);
        addresses(&lab);
        said(&lab);
        broken(&lab);
    });
}

fn ndps(report: &WalkReport) -> usize {
    report.state.hops.iter().filter(|hop| hop.packet.ndp.is_some()).count()
}

fn same_bridge(lab: &Lab<'_>) {
    lab.inside("aa", "ip -6 neigh flush dev eth0");
    let first = lab.walk(Question::Ping, "aa", "bb");
    assert_eq!(outcome(&first), &WalkOutcome::Answered);
    assert!(ndps(&first) >= 8, "a question and an answer at four links: {first:#?}");
    let (from, to) = (first.state.walk.from_netns, first.state.walk.to_netns.unwrap());
    let there = places(&first, Heading::There);
    assert_eq!(there.first(), Some(&(from, "eth0".to_owned(), Passing::Out)));
    assert_eq!(there.last(), Some(&(to, "eth0".to_owned(), Passing::In)));
    assert_eq!(there.len(), 4, "both ends of both cables: {there:?}");
    assert_eq!(places(&first, Heading::Back).last(), Some(&(from, "eth0".to_owned(), Passing::In)));
    for hop in first.state.hops.iter().filter(|hop| hop.frame.is_some()) {
        assert_eq!(decode(&hop.frame.as_ref().unwrap().bytes), hop.packet);
    }
    let second = lab.walk(Question::Ping, "aa", "bb");
    assert_eq!((outcome(&second), ndps(&second)), (&WalkOutcome::Answered, 0), "{second:#?}");
    assert_eq!(outcome(&lab.walk(Question::Ping, "aa", "host")), &WalkOutcome::Answered);
    assert_eq!(outcome(&lab.walk(Question::Ping, "host", "cc")), &WalkOutcome::Answered);
}

fn ports_and_names(lab: &Lab<'_>) {
    for question in [Question::Tcp(5432), Question::Udp(9)] {
        let report = lab.walk(question, "aa", "bb");
        assert_eq!(outcome(&report), &WalkOutcome::Refused, "{report:#?}");
    }
    let datagram = lab.walk(Question::Udp(9), "aa", "bb");
    let error = datagram.state.hops.iter().rev().find(|hop| hop.packet.icmpv6.is_some()).unwrap();
    assert!(error.packet.line().contains("ICMPv6 port unreachable"), "{}", error.packet.line());
    assert!(error.packet.quoted.as_ref().unwrap().udp.is_some());
    let name = lab.walk(Question::Name, "aa", "bb");
    assert_eq!(outcome(&name), &WalkOutcome::Answered);
    let lines: Vec<_> = name.state.hops.iter().map(|hop| hop.packet.line()).collect();
    for part in ["DNS AAAA? bb.", "DNS AAAA bb. = fd00:61::3", "ICMPv6 echo reply"] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part}: {lines:#?}");
    }
    assert_eq!(outcome(&lab.walk(Question::Name, "aa", "plain")), &WalkOutcome::NoSuchName);
}

/// The rule of `ip6 dockwalk` that keeps bridges apart is told by the kernel; without it the packet is forwarded.
fn other_bridge(lab: &Lab<'_>) {
    let report = lab.walk(Question::Tcp(5432), "aa", "cc");
    let WalkOutcome::Dropped { by: Stopped::Rule { key: Some(key), chain, .. }, known, hop: Some(_) } =
        outcome(&report)
    else {
        panic!("{report:#?}")
    };
    assert_eq!((known, chain.as_str()), (&Known::Observed, "between"));
    assert!(key.starts_with("ip6/"), "{key}");
    lab.host("nft flush chain ip6 dockwalk between");
    // What the rules are now is heard a moment later.
    let begun = Instant::now();
    let report = loop {
        let report = lab.send(Question::Ping, "aa", "cc", false);
        if report.verdict == Some(Verdict::Agrees) {
            break report;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{report:#?}");
    };
    assert_eq!(outcome(&report), &WalkOutcome::Answered);
    let hops = changes(&report, Heading::There, &Field::HopLimit);
    assert!(matches!(&hops[..], [(now, Some(ChangedBy::Forwarding { .. }))] if now == "63"), "{hops:?}");
}

/// Whoever has an address is found by it, of either version.
fn addresses(lab: &Lab<'_>) {
    let report = lab.send(Question::Ping, "aa", "fd00:61::3", false);
    assert_eq!((outcome(&report), report.to.clone()), (&WalkOutcome::Answered, report.cell.clone().unwrap().to));
    assert!(matches!(report.to, End::Container(_)), "{report:#?}");
    let four = lab.docker("inspect -f {{.NetworkSettings.Networks.one.IPAddress}} bb");
    let other = Lab { engine: lab.engine, version: IpVersion::V4 };
    let report = other.send(Question::Tcp(9), "aa", &four, false);
    assert_eq!((outcome(&report), report.state.walk.version), (&WalkOutcome::Refused, IpVersion::V4));
    let out = other.send(Question::Ping, "aa", "2001:db8::1", false);
    assert_eq!((out.to.clone(), out.state.walk.version), (End::Outside, IpVersion::V6));
    assert!(matches!(outcome(&out), WalkOutcome::Dropped { .. }), "{out:#?}");
    assert_ne!(out.verdict, Some(Verdict::Disagrees), "{out:#?}");
}

fn said(lab: &Lab<'_>) {
    let walk = |args: &[&str]| lab.engine.dockwalk(&[&["walk"], args].concat());
    let file = lab.engine.socket().with_file_name("walk6.pcapng");
    let table = good(walk(&["-6", "aa", "bb", "--pcap", file.to_str().unwrap()]));
    for part in ["aa/eth0 →", "bb/eth0 ←", "ICMPv6 echo request", "hlim 64", "bb answered"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert_eq!(std::fs::read(&file).unwrap()[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    assert!(good(walk(&["aa", "[fd00:61::3]:9"])).contains("nobody listens"));
    for (args, problem) in [
        (&["-6", "aa", "192.0.2.1"][..], "192.0.2.1"),
        (&["aa", "fe80::1"], "fe80::1"),
        (&["aa", "::"], "::"),
        (&["aa", "fd00:61::2"], "fd00:61::2"),
        (&["-6", "aa", "plain"], "plain"),
        (&["aa", "fd00:61::3", "--name"], "fd00:61::3"),
    ] {
        let said = fails(walk(args), 1);
        assert!(said.contains(problem), "{args:?}: {said}");
    }
}

/// Nobody has the address; a link that is down has lost its own.
fn broken(lab: &Lab<'_>) {
    lab.inside("bb", "ip link set eth0 down");
    let report = lab.walk(Question::Ping, "aa", "bb");
    assert!(matches!(outcome(&report), WalkOutcome::Dropped { .. }), "{report:#?}");
    let gone = output(lab.engine.dockwalk(&["walk", "-6", "aa", "bb"]));
    assert_eq!(gone.status.code(), Some(1));
}
