//! Published ports: where they are on the host, who reaches them, who may not have them.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// A page to ask for, and the port that it is on.
const SERVES: &str = "mkdir /www; echo here > /www/page; httpd -p 80 -h /www; echo ready; exec sleep 600";

pub fn area(side: &Side<'_>) {
    let base = base();
    told(side, base);
    reached(side, base);
    refused(side, base);
    moved(side, base);
    asked_by_api(side, base);
    nowhere(side, base);
    bad_flags(side);
}

/// Ten ports that no other test that runs has: of this machine there is one loopback.
fn base() -> u16 {
    static TURN: AtomicU16 = AtomicU16::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    10_000 + u16::try_from(std::process::id() % 400).unwrap() * 50 + turn % 5 * 10
}

/// What is said of IPv4: whether the host has IPv6 is its own affair.
fn ports(side: &Side<'_>, name: &str) -> Vec<String> {
    let lines = side.good(&format!("port {name}"));
    lines.lines().filter(|line| !line.contains("[::]")).map(str::to_owned).collect()
}

fn inspected(side: &Side<'_>, name: &str) -> Value {
    let mut ports = side.get(&format!("/containers/{name}/json"))["NetworkSettings"]["Ports"].clone();
    let places = ports.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut);
    places.for_each(|places| places.retain(|place| place["HostIp"] != "::"));
    ports
}

fn told(side: &Side<'_>, base: u16) {
    let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|n| base + n);
    let flags = format!("-p {a}:80 -p 127.0.0.1:{b}-{c}:91 -p {d}-{e}:{d}-{e}/udp -p {f}:80 --expose 99");
    side.start("told", &flags, "echo ready; exec sleep 600");
    let all = [
        format!("80/tcp -> 0.0.0.0:{a}"),
        format!("80/tcp -> 0.0.0.0:{f}"),
        format!("91/tcp -> 127.0.0.1:{b}"),
        format!("{d}/udp -> 0.0.0.0:{d}"),
        format!("{e}/udp -> 0.0.0.0:{e}"),
    ];
    assert_eq!(ports(side, "told"), all);
    let of = side.good("port told 80");
    assert_eq!(of.lines().filter(|line| !line.contains(':') || line.starts_with("0.")).count(), 2, "{of}");
    assert_eq!(side.good("port told 91/tcp"), format!("127.0.0.1:{b}"));
    assert!(side.fails("port told 99", 1).contains("No public port '99' published for told"));
    let at = |ip: &str, port: u16| json!([{"HostIp": ip, "HostPort": port.to_string()}]);
    let shown = inspected(side, "told");
    assert_eq!((&shown["91/tcp"], &shown["99/tcp"]), (&at("127.0.0.1", b), &Value::Null));
    let kept = side.get("/containers/told/json");
    assert_eq!(kept["HostConfig"]["PortBindings"][format!("{d}/udp")], at("", d));
    assert_eq!(
        kept["HostConfig"]["PortBindings"]["91/tcp"],
        json!([{"HostIp": "127.0.0.1", "HostPort": format!("{b}-{c}")}])
    );
    assert_eq!(kept["Config"]["ExposedPorts"]["80/tcp"], json!({}));
    let line = side.good("ps --format {{.Ports}} -f name=told");
    let column: Vec<_> = line.split(", ").filter(|part| !part.starts_with("[::]")).collect();
    let expected = [
        "99/tcp".to_owned(),
        format!("0.0.0.0:{d}-{e}->{d}-{e}/udp"),
        format!("0.0.0.0:{a}->80/tcp"),
        format!("0.0.0.0:{f}->80/tcp"),
        format!("127.0.0.1:{b}->91/tcp"),
    ];
    assert_eq!(column, expected);
    for (filter, found) in [
        (format!("publish={a}"), 1),
        (format!("publish={d}-{e}/udp"), 1),
        (format!("publish={d}"), 0),
        ("publish=80".to_owned(), 0),
        ("expose=80".to_owned(), 1),
    ] {
        assert_eq!(side.good(&format!("ps -q -f {filter}")).lines().count(), found, "{filter}");
    }
    // They are the host's again while it does not run, and the same ones after that.
    side.good("stop -t 0 told");
    assert_eq!((ports(side, "told"), inspected(side, "told")), (Vec::new(), json!({})));
    side.good("start told");
    let again = ports(side, "told");
    let all = all.map(|line| line.replace(&format!("127.0.0.1:{b}"), &format!("127.0.0.1:{c}")));
    assert_eq!(again, all, "of a range the next one");
    side.good("rm -f told");
    // Ports that nobody names, of the image, too.
    side.image("lab/exposing:1", "EXPOSE 80 53/udp");
    good(side.args(&["run", "-d", "--name", "told", "-P", "--expose", "70", "lab/exposing:1", "sleep", "600"]));
    let all = ports(side, "told");
    let port = |line: &String| line.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    assert_eq!(
        all.iter().map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>(),
        ["53/udp", "70/tcp", "80/tcp"]
    );
    assert!(all.iter().map(port).all(|port| port >= 32_768) && port(&all[1]) != port(&all[2]), "{all:?}");
    side.good("rm -f told");
    side.good("rmi lab/exposing:1");
}

/// Asks for the page, and tells whether it came.
fn fetches(side: &Side<'_>, who: &str, at: &str) -> bool {
    let (address, port) = at.split_once(':').unwrap();
    let ask = format!("printf 'GET /page HTTP/1.0\\r\\n\\r\\n' | nc -w 2 {address} {port}");
    let output = side.output(&["exec", who, "sh", "-c", &ask]);
    output.status.success() && output.stdout.ends_with(b"here\n")
}

fn reached(side: &Side<'_>, base: u16) {
    let (web, only) = (base, base + 1);
    side.good("network create pub-other");
    side.start("pub-web", &format!("-p {web}:80 -p 127.0.0.1:{only}:80"), SERVES);
    for (name, network) in [("pub-near", "bridge"), ("pub-far", "pub-other"), ("pub-host", "host")] {
        side.start(name, &format!("--network {network}"), "echo ready; exec sleep 600");
    }
    let place = &side.get("/containers/pub-web/json")["NetworkSettings"]["Networks"]["bridge"];
    let (address, host) = (place["IPAddress"].as_str().unwrap(), place["Gateway"].as_str().unwrap());
    for (who, at, comes) in [
        ("pub-host", format!("127.0.0.1:{web}"), true),
        ("pub-host", format!("{host}:{web}"), true),
        ("pub-host", format!("{address}:80"), true),
        ("pub-host", format!("127.0.0.1:{only}"), true),
        ("pub-host", format!("{host}:{only}"), false),
        ("pub-near", format!("{host}:{web}"), true),
        ("pub-near", format!("{address}:80"), true),
        ("pub-near", format!("{host}:{only}"), false),
        ("pub-far", format!("{host}:{web}"), true),
        // By another bridge nothing comes in, be it published. The tests' dockerd makes no rules.
        ("pub-far", format!("{address}:80"), side.is_docker()),
        // By the host to itself.
        ("pub-web", format!("{host}:{web}"), true),
    ] {
        assert_eq!(fetches(side, who, &at), comes, "{who} asks at {at}");
    }
    if !side.is_docker() {
        by_this_machine(web);
    }
    side.good("rm -f pub-web");
    assert!(
        !fetches(side, "pub-host", &format!("127.0.0.1:{web}")) && !fetches(side, "pub-near", &format!("{host}:{web}"))
    );
    for name in ["pub-near", "pub-far", "pub-host"] {
        side.good(&format!("rm -f {name}"));
    }
    side.good("network rm pub-other");
}

/// As a browser does, in whose network namespace the containers' host is not.
fn by_this_machine(web: u16) {
    let ask = |request: &[u8]| {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, web)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        text(&answer)
    };
    assert!(ask(b"GET /page HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nhere\n"));
    // One that says nothing keeps no other from being answered.
    let silent: Vec<_> = (0..20).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, web)).unwrap()).collect();
    assert!(ask(b"GET /page HTTP/1.0\r\n\r\n").ends_with("here\n"));
    drop(silent);
}

fn refused(side: &Side<'_>, base: u16) {
    side.start("pub-first", &format!("-p {base}:80"), "echo ready; exec sleep 600");
    let begins = "driver failed programming external connectivity on endpoint pub-second (";
    for (flags, words) in [
        (format!("-p {base}:81"), format!("Bind for 0.0.0.0:{base} failed: port is already allocated")),
        (format!("-p 127.0.0.1:{base}:81"), format!("listen tcp4 127.0.0.1:{base}: bind: address already in use")),
        (format!("-p {0}:1 -p {0}:2", base + 1), format!("Bind for 0.0.0.0:{} failed: port is already", base + 1)),
        (format!("-p 192.0.2.9:{}:80", base + 1), "bind: cannot assign requested address".to_owned()),
        ("-p 80/sctp".to_owned(), "Error starting userland proxy: protocol not supported".to_owned()),
    ] {
        let said = side.fails(&format!("run -d --name pub-second {flags} {IMAGE} sleep 600"), 125);
        assert!(said.contains(begins) && said.contains(&words), "{flags}: {said}");
        let state = side.get("/containers/pub-second/json")["State"].clone();
        assert_eq!((&state["Status"], &state["ExitCode"]), (&json!("created"), &json!(128)), "{flags}");
        assert!(state["Error"].as_str().unwrap().starts_with(begins), "{state}");
        assert_eq!((inspected(side, "pub-second"), ports(side, "pub-second")), (json!({}), Vec::new()));
        side.good("rm pub-second");
    }
    // Of a range the next that is free; and nothing is left of what was refused.
    side.start("pub-third", &format!("-p {base}-{}:80", base + 1), "echo ready; exec sleep 600");
    assert_eq!(ports(side, "pub-third"), [format!("80/tcp -> 0.0.0.0:{}", base + 1)]);
    side.good(&format!("create --name pub-second -p {base}:81 {IMAGE} sleep 600"));
    let words = "port is already allocated";
    assert!(side.fails("start pub-second", 1).contains(words));
    side.good("rm -f pub-first");
    side.good("start pub-second");
    assert_eq!(ports(side, "pub-second"), [format!("81/tcp -> 0.0.0.0:{base}")]);
    side.good("rm -f pub-second pub-third");
}

/// With the network that the default route leads by.
fn moved(side: &Side<'_>, base: u16) {
    side.good("network create pub-zz");
    side.start("pub-moves", &format!("--network pub-zz -p {base}:80"), SERVES);
    side.start("pub-host", "--network host", "echo ready; exec sleep 600");
    let here = [format!("80/tcp -> 0.0.0.0:{base}")];
    for line in ["network connect bridge pub-moves", "network disconnect pub-zz pub-moves"] {
        side.good(line);
        assert_eq!(ports(side, "pub-moves"), here, "{line}");
        assert!(fetches(side, "pub-host", &format!("127.0.0.1:{base}")), "{line}");
    }
    side.good("network disconnect bridge pub-moves");
    assert_eq!(inspected(side, "pub-moves"), json!({}));
    assert!(!fetches(side, "pub-host", &format!("127.0.0.1:{base}")));
    side.good("network connect pub-zz pub-moves");
    assert_eq!(ports(side, "pub-moves"), here);
    assert!(fetches(side, "pub-host", &format!("127.0.0.1:{base}")));
    side.good("rm -f pub-moves pub-host");
    side.good("network rm pub-zz");
}

fn asked_by_api(side: &Side<'_>, base: u16) {
    let create = |bindings: &Value, exposed: Value| {
        let body = json!({"Image": IMAGE, "Cmd": ["sleep", "600"], "ExposedPorts": exposed,
            "HostConfig": {"PortBindings": bindings}});
        side.post("/containers/create?name=pub-api", &body.to_string())
    };
    for (port, ip, host, comes) in [
        ("80/tcp", "", base.to_string(), true),
        // What is no address is each; a protocol behind the number is not read.
        ("80/tcp", "x", base.to_string(), true),
        ("80/tcp", "", format!("{base}/udp"), true),
        // Not as it is written in what is exposed.
        ("80", "", base.to_string(), false),
        ("80/foo", "", base.to_string(), false),
        ("0/tcp", "", base.to_string(), false),
        ("81/tcp", "", base.to_string(), false),
    ] {
        let bindings = json!({port: [{"HostIp": ip, "HostPort": host}]});
        let (status, said) = create(&bindings, json!({"80/tcp": {}}));
        assert_eq!(status, 201, "{bindings}: {}", text(&said));
        side.good("start pub-api");
        assert_eq!(ports(side, "pub-api").len(), usize::from(comes), "{bindings}");
        assert_eq!(side.get("/containers/pub-api/json")["HostConfig"]["PortBindings"], bindings);
        side.good("rm -f pub-api");
    }
    for bad in [
        json!({"80-82/tcp": [{"HostPort": "1"}]}),
        json!({"x/tcp": [{"HostPort": "1"}]}),
        json!({"80/tcp": [{"HostPort": "x"}]}),
        json!({"80/tcp": [{"HostPort": "70000"}]}),
        json!({"80/tcp": [{"HostPort": "9-8"}]}),
    ] {
        let (status, said) = create(&bad, json!({"80/tcp": {}}));
        assert!(status == 400 && text(&said).contains("invalid port specification: "), "{bad}: {}", text(&said));
    }
}

/// Where there is no way out of the container's network, or none of its own.
fn nowhere(side: &Side<'_>, base: u16) {
    side.good("network create --internal pub-inner");
    for network in ["none", "pub-inner", "host"] {
        let run = format!("run -d --name pub-no --network {network} -p {base}:80 {IMAGE} sleep 600");
        let output = side.output(&run.split(' ').collect::<Vec<_>>());
        let (said, done) = (text(&output.stderr), output.status.success());
        let warned = said.contains("Published ports are discarded when using host network mode");
        assert!(done && warned == (network == "host"), "{network}: {said}");
        assert_eq!((inspected(side, "pub-no"), ports(side, "pub-no")), (json!({}), Vec::new()), "{network}");
        side.good("rm -f pub-no");
    }
    side.good("network rm pub-inner");
}

fn bad_flags(side: &Side<'_>) {
    for (flag, words) in [
        ("99999:80", "invalid hostPort: 99999"),
        ("a:80", "invalid hostPort: a"),
        ("80:b", "invalid containerPort: b"),
        ("1-3:80-81", "invalid ranges specified for container and host Ports: 80-81 and 1-3"),
        ("80:80/foo", "invalid proto: foo"),
        ("1.2.3:80:80", "invalid IP address: 1.2.3"),
        ("80:80:80", "invalid IP address: 80"),
        ("80:", "no port specified: 80:<empty>"),
    ] {
        let said = side.fails(&format!("create -p {flag} {IMAGE}"), 125);
        assert!(said.contains(words), "{flag}: {said}");
    }
}
