//! Who reaches whom by IPv6: what is computed and what comes back are the same, and the command that is named changes it.

use crate::engine::{Engine, fails, for_everyone, good, output};
use crate::reach::Lab;
use dockwalk::reach::{Answer, End, IpVersion, Question, Verdict};

use Answer::{DoesNot, Reaches};

/// So many cells are compared at least.
const CELLS: usize = 150;

#[test]
fn by_ipv6_what_is_computed_is_what_comes_back_when_it_is_asked() {
    for_everyone(|who| {
        let engine = Engine::start(who);
        let mut lab = Lab::new(&engine, IpVersion::V6);
        for (name, nth, flags) in [("one", 1, ""), ("two", 2, ""), ("closed", 3, "--internal ")] {
            lab.docker(&format!("network create {flags}--ipv6 --subnet fd00:5{nth}::/64 {name}"));
        }
        lab.docker("network create four");
        for (name, network) in [
            ("aa", "one"),
            ("bb", "one"),
            ("cc", "two"),
            ("dd", "closed"),
            ("ee", "closed"),
            ("plain", "four -p 80"),
            ("hosted", "host"),
            ("alone", "none"),
            ("near", "container:aa"),
        ] {
            lab.docker(&format!("run -d --name {name} --network {network} lab/shell:1 sleep 1000"));
        }
        for question in [Question::Ping, Question::Tcp(80), Question::Udp(9), Question::Name] {
            let report = lab.proven("as it was made", question);
            assert!(report.matrix.cells.iter().all(|cell| cell.answer != Answer::Unknown), "{report:?}");
            let six = |cell: &dockwalk::reach::Cell| cell.address.is_none_or(|address| address.is_ipv6());
            assert!(report.matrix.cells.iter().filter(|cell| cell.from != End::Outside).all(six), "{report:?}");
        }
        assert!(lab.compared >= CELLS, "{}", lab.compared);
        for (from, to, answer, why) in [
            ("aa", "bb", Reaches, "same-network"),
            ("aa", "cc", DoesNot, "other-bridge"),
            ("dd", "ee", Reaches, "same-network"),
            ("dd", "aa", DoesNot, "internal"),
            ("aa", "host", Reaches, "host-itself"),
            ("host", "dd", Reaches, "same-network"),
            ("hosted", "cc", Reaches, "same-network"),
            ("near", "aa", Reaches, "same-namespace"),
            ("aa", "plain", DoesNot, "no-six"),
            ("plain", "aa", DoesNot, "no-six-here"),
            ("alone", "aa", DoesNot, "no-network"),
        ] {
            lab.decides(from, to, answer, why);
        }
        // An ordinary user has no uplink where /dev/net/tun is root's alone; no lab has one of IPv6.
        assert!(["no-uplink", "no-uplink-six"].contains(&lab.cell("aa", "outside").why.key()));
        published(&lab);
        said(&lab);
        by_hand(&mut lab);
        println!("{who:?}: {} cells compared", lab.compared);
    });
}

/// This machine's `::1` leads to a container that has no IPv6 itself.
fn published(lab: &Lab<'_>) {
    let ask = |port| lab.ask(Question::Tcp(port), Some("outside"), Some("plain"), false).matrix.cells.remove(0);
    assert_eq!((ask(80).answer, ask(80).why.key()), (Reaches, "published"));
    assert_eq!(ask(81).why.key(), "other-ports");
}

fn by_hand(lab: &mut Lab<'_>) {
    lab.mended("plain", "aa");

    // With the link its addresses are gone, and do not come back with it.
    lab.inside("bb", "ip link set eth0 down");
    lab.proven("the container's link is down", Question::Ping);
    for (from, to) in [("aa", "bb"), ("bb", "aa"), ("host", "bb")] {
        lab.decides(from, to, DoesNot, "link-down");
    }
    lab.inside("bb", "ip link set eth0 up");
    lab.proven("it is up again, without its address", Question::Ping);
    lab.decides("aa", "bb", DoesNot, "no-address");
    lab.mended("aa", "bb");
    lab.docker("restart -t 0 bb");

    lab.inside("cc", "ip route del default");
    lab.inside("cc", "ip -6 route del default");
    lab.proven("a route is gone", Question::Ping);
    lab.inside("cc", "ip -6 route add default via fd00:52::1");

    lab.host("nft flush chain ip6 dockwalk between");
    lab.proven("nothing keeps bridges apart", Question::Ping);
    lab.decides("aa", "cc", Reaches, "forwarded");
    lab.host("sysctl -w net.ipv6.conf.all.forwarding=0");
    lab.proven("nothing is forwarded", Question::Ping);
    lab.decides("aa", "cc", DoesNot, "no-forwarding-six");
    lab.mended("aa", "cc");
    lab.host(
        "nft insert rule ip6 dockwalk forward ip6 saddr fd00:51::/64 ip6 daddr fd00:52::/64 ip6 nexthdr ipv6-icmp drop",
    );
    lab.proven("a rule drops pings", Question::Ping);
    lab.proven("and nothing else", Question::Tcp(80));
    lab.decides("aa", "cc", DoesNot, "dropped");
    lab.mended("aa", "cc");

    let bridge = lab.host("ip -6 -o addr show to fd00:51::1 | cut -d ' ' -f 2 | head -n 1");
    lab.host(&format!("ip link set {bridge} down"));
    lab.proven("a bridge is down", Question::Ping);
    lab.decides("aa", "bb", DoesNot, "link-down");
    lab.decides("host", "aa", DoesNot, "link-down");
    lab.mended("aa", "bb");
    lab.proven("it is up again, and the host has lost its address there", Question::Ping);
}

/// On a terminal and in a script.
fn said(lab: &Lab<'_>) {
    let reach = |args: &[&str]| lab.engine.dockwalk(&[&["reach"], args].concat());
    let table = good(reach(&["-6"]));
    assert!(table.lines().next().unwrap().contains("→ plain") && table.contains("✗ no IPv6"), "{table}");
    assert!(!table.contains("dockwalk reach -6"), "{table}");
    assert!(good(reach(&[])).contains("dockwalk reach -6"));
    let pair = output(reach(&["aa", "plain", "--ipv6"]));
    let text = String::from_utf8_lossy(&pair.stdout).into_owned();
    assert_eq!(pair.status.code(), Some(1), "{text}");
    assert!(text.contains("To change that: docker network connect one plain"), "{text}");
    let pair = good(reach(&["-6", "aa", "bb:9", "--prove"]));
    assert!(pair.contains("as computed") && pair.contains("tcp [fd00:51::"), "{pair}");
    let report = lab.ask(Question::Name, Some("aa"), Some("bb"), true);
    assert_eq!((report.probes[0].verdict, &*report.probes[0].probe.asked), (Verdict::Agrees, "name bb AAAA"));
    for (args, problem) in [
        (&["-6", "aa", "outside", "--outside", "192.0.2.1"][..], "192.0.2.1"),
        (&["aa", "outside", "--outside", "fd00:51::2"], "fd00:51::2"),
        (&["aa", "outside", "--outside", "::"], "::"),
        (&["aa", "outside", "--outside", "fe80::1"], "fe80::1"),
        (&["aa", "outside", "--outside", "ff02::1"], "ff02::1"),
        (&["aa", "outside", "--outside", "::ffff:192.0.2.1"], "192.0.2.1"),
    ] {
        let said = fails(reach(args), 1);
        assert!(said.contains(problem), "{said}");
    }
}
