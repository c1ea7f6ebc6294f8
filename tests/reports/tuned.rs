//! What of the kernel is set for a container alone: limits, kernel parameters, its score when memory is short, its names and whom
//! it asks for others, its hardware address.

use crate::engine::{good, output};
use crate::side::{IMAGE, Side, text};
use serde_json::json;

pub fn area(side: &Side<'_>) {
    ulimits(side);
    sysctls(side);
    score(side);
    names(side);
    hardware_address(side);
}

fn create(side: &Side<'_>, fields: &str) -> (u16, String) {
    let (status, said) = side.post("/containers/create", &format!(r#"{{"Image":"{IMAGE}",{fields}}}"#));
    (status, text(&said))
}

fn ulimits(side: &Side<'_>) {
    let shown = "ulimit -n; ulimit -Hn";
    for (flags, limits) in [
        ("--ulimit nofile=100:200", "100\n200"),
        ("--ulimit nofile=100", "100\n100"),
        ("--ulimit nofile=5 --ulimit nofile=100:200", "100\n200"),
        ("--ulimit nofile=64 -u student", "64\n64"),
    ] {
        assert_eq!(side.run(flags, shown), limits, "{flags}");
    }
    assert_eq!(side.run("--ulimit core=0 --ulimit cpu=-1", "ulimit -c; ulimit -t"), "0\nunlimited");
    // Commands beside its first process have them, too.
    side.start("box", "--ulimit nofile=100:200 --oom-score-adj 500", "echo ready; sleep 600");
    assert_eq!(
        good(side.args(&["exec", "box", "sh", "-c", &format!("{shown}; cat /proc/self/oom_score_adj")])),
        "100\n200\n500"
    );
    let host = &side.get("/containers/box/json")["HostConfig"];
    assert_eq!(host["Ulimits"], json!([{"Name": "nofile", "Hard": 200, "Soft": 100}]));
    assert_eq!(host["OomScoreAdj"], 500);
    for bad in ["nofile=200:100", "foo=1", "nofile=x", "nofile=1:2:3", "nofile", "fsize=9223372036854775808"] {
        for command in ["run --rm", "create"] {
            side.fails(&format!("{command} --ulimit {bad} {IMAGE}"), 125);
        }
    }
    // What takes a privilege that whoever runs this may have or not is had, or is said.
    let said = output(side.line(&format!("run --rm --ulimit nofile=-1 {IMAGE} true")));
    assert!(
        said.status.success() || text(&said.stderr).contains("ulimit") || side.is_docker(),
        "{}",
        text(&said.stderr)
    );
    if !side.is_docker() {
        for bad in
            [r#"[{"Name":"foo","Soft":1,"Hard":1}]"#, r#"[{"Name":"nofile","Soft":2,"Hard":1}]"#, "[{}]", "[null]"]
        {
            let (status, said) = create(side, &format!(r#""HostConfig":{{"Ulimits":{bad}}}"#));
            assert_eq!(status, 400, "{bad}: {said}");
        }
    }
    side.good("rm -f box");
}

fn sysctls(side: &Side<'_>) {
    let shown = "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/eth0/forwarding";
    assert_eq!(side.run("--sysctl net.ipv4.ip_forward=1", shown), "1\n1");
    let of_link = side.run("--sysctl net.ipv4.conf.eth0.forwarding=1", shown);
    assert!(of_link.ends_with("\n1"), "{of_link}");
    let host = std::fs::read_to_string("/proc/sys/kernel/msgmax").unwrap();
    // Some kernels let only root of the machine set these.
    let said = output(side.line(&format!("run --rm --sysctl kernel.msgmax=8000 {IMAGE} cat /proc/sys/kernel/msgmax")));
    let (out, err) = (text(&said.stdout), text(&said.stderr));
    assert!(said.status.success() && out == "8000\n" || err.contains("sysctl kernel.msgmax=8000"), "{out}{err}");
    assert_eq!(std::fs::read_to_string("/proc/sys/kernel/msgmax").unwrap(), host, "the host's is another");
    side.good(&format!("create --name box --sysctl net.ipv4.ip_forward=1 {IMAGE}"));
    assert_eq!(side.get("/containers/box/json")["HostConfig"]["Sysctls"], json!({"net.ipv4.ip_forward": "1"}));
    side.good("rm box");
    for bad in
        ["kernel.hostname=x", "vm.swappiness=1", "net.ipv4.ip_forward", "kernel.domainname=a", "net/ipv4/ip_forward=0"]
    {
        for command in ["run --rm", "create"] {
            side.fails(&format!("{command} --sysctl {bad} {IMAGE}"), 125);
        }
    }
    for bad in
        ["--sysctl net.foo=1", "--sysctl net.ipv4.ip_forward=abc", "--network host --sysctl net.ipv4.ip_forward=1"]
    {
        let said = output(side.line(&format!("run --rm {bad} {IMAGE} true")));
        assert!(said.status.code().is_some_and(|status| status >= 125), "{bad}: {}", text(&said.stderr));
    }
    if !side.is_docker() {
        for bad in ["vm.swappiness", "net.../../kernel/core_pattern", "net./x", "kernel.core_pattern", "fs.mqueue."] {
            let (status, said) = create(side, &format!(r#""HostConfig":{{"Sysctls":{{"{bad}":"1"}}}}"#));
            assert!(status == 400 && said.contains("is not allowed"), "{bad}: {status} {said}");
        }
    }
}

fn score(side: &Side<'_>) {
    let score = |flags: &str| side.run(flags, "cat /proc/self/oom_score_adj");
    assert_eq!((score("--oom-score-adj 500"), score("--oom-score-adj 1000")), ("500".into(), "1000".into()));
    for bad in ["1001", "-1001", "x"] {
        side.fails(&format!("run --rm --oom-score-adj {bad} {IMAGE} true"), 125);
    }
    let said = output(side.line(&format!("run --rm --oom-score-adj -500 {IMAGE} cat /proc/self/oom_score_adj")));
    let (out, err) = (text(&said.stdout), text(&said.stderr));
    assert!(out == "-500\n" || err.contains("oom-score-adj -500") || side.is_docker(), "{out}{err}");
}

fn names(side: &Side<'_>) {
    let said = side.run(
        "--domainname example.org -h web",
        "hostname; cat /etc/hostname /proc/sys/kernel/domainname; tail -n 1 /etc/hosts; echo $HOSTNAME",
    );
    let lines: Vec<_> = said.lines().collect();
    assert_eq!((&lines[..3], lines[4]), (&["web", "web", "example.org"][..], "web"));
    assert!(lines[3].ends_with("\tweb.example.org web"), "{said}");
    side.good(&format!("create --name box --domainname example.org --dns-search a.org --dns-option ndots:3 {IMAGE}"));
    let shown = side.get("/containers/box/json");
    assert_eq!(shown["Config"]["Domainname"], "example.org");
    let host = &shown["HostConfig"];
    assert_eq!((&host["DnsSearch"], &host["DnsOptions"]), (&json!(["a.org"]), &json!(["ndots:3"])));
    side.good("rm box");

    let asked = |flags: &str| side.run(flags, "cat /etc/resolv.conf");
    assert_eq!(
        asked("--dns 9.9.9.9 --dns-search a.org --dns-search b --dns-option ndots:3 --dns-option debug"),
        "search a.org b\nnameserver 9.9.9.9\noptions ndots:3 debug"
    );
    assert_eq!(asked("--dns 9.9.9.9 --dns-opt debug --network host"), "nameserver 9.9.9.9\noptions debug");
    assert_eq!(asked("--dns 9.9.9.9 --dns-search ."), "nameserver 9.9.9.9");
    let some = asked("--dns-search a.org --network none");
    assert!(some.starts_with("search a.org\nnameserver "), "{some}");
    for bad in ["a_b..c", "-x", "1.2", "a/b"] {
        for command in ["run --rm", "create"] {
            side.fails(&format!("{command} --dns-search {bad} {IMAGE}"), 125);
        }
    }
    if !side.is_docker() {
        for bad in [
            r#""Domainname":"a\nb""#,
            r#""HostConfig":{"DnsSearch":["a\nnameserver 6.6.6.6"]}"#,
            r#""HostConfig":{"DnsOptions":["a\nnameserver 6.6.6.6"]}"#,
        ] {
            let (status, said) = create(side, bad);
            assert_eq!(status, 400, "{bad}: {said}");
        }
    }
}

/// Docker's CLI of now asks an engine of then for none, so this goes over the wire.
fn hardware_address(side: &Side<'_>) {
    let (status, said) =
        create(side, r#""Cmd":["cat","/sys/class/net/eth0/address"],"MacAddress":"02:42:AC:11:00:63""#);
    assert_eq!(status, 201, "{said}");
    let id: serde_json::Value = serde_json::from_str(&said).unwrap();
    let id = id["Id"].as_str().unwrap();
    assert_eq!(good(side.args(&["start", "-a", id])), "02:42:ac:11:00:63");
    assert_eq!(side.get(&format!("/containers/{id}/json"))["Config"]["MacAddress"], "02:42:AC:11:00:63");
    for network in ["host", "container:x"] {
        let fields = format!(r#""MacAddress":"02:42:ac:11:00:63","HostConfig":{{"NetworkMode":"{network}"}}"#);
        let (status, said) = create(side, &fields);
        assert!(status == 400 && (said.contains("mac-address") || network != "host"), "{network}: {said}");
    }
    if !side.is_docker() {
        for bad in ["foo", "01:00:00:00:00:01", "00:00:00:00:00:00", "02:42"] {
            let (status, said) = create(side, &format!(r#""MacAddress":"{bad}""#));
            assert_eq!(status, 400, "{bad}: {said}");
        }
    }
    side.fails(&format!("create --mac-address foo {IMAGE}"), 125);
}
