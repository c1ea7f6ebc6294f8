//! What means nothing is refused when a container is created, not when it is started.

use crate::side::{IMAGE, Side, text};

pub fn area(side: &Side<'_>) {
    let create = |fields: &str| side.post("/containers/create", &format!(r#"{{"Image":"{IMAGE}",{fields}}}"#));
    let host = |fields: &str| create(&format!(r#""Cmd":["true"],"HostConfig":{{{fields}}}"#));
    let refused = |(status, said): (u16, Vec<u8>), what: &str| assert_eq!(status, 400, "{what}: {}", text(&said));
    refused(create(r#""WorkingDir":"relative""#), "a relative working directory");
    refused(create(r#""WorkingDir":"./a""#), "a relative working directory");
    for fields in [
        r#""Memory":1000"#,
        r#""Memory":6291455"#,
        r#""NanoCpus":100000000000000"#,
        r#""NanoCpus":-1"#,
        r#""ShmSize":-1"#,
        r#""Memory":67108864,"MemorySwap":1000"#,
        r#""MemorySwap":67108864"#,
    ] {
        refused(host(fields), fields);
    }
    // Docker takes these and fails to start, or takes them for no limit.
    if !side.is_docker() {
        for fields in [r#""Memory":-5"#, r#""CpuShares":-1"#] {
            refused(host(fields), fields);
        }
    }
    for fields in
        [r#""PidsLimit":-5"#, r#""Memory":0,"NanoCpus":0,"ShmSize":0"#, r#""MemorySwap":-1"#, r#""Memory":6291456"#]
    {
        let (status, said) = host(fields);
        assert_eq!(status, 201, "{fields}: {}", text(&said));
    }
    for (fields, words) in [
        (r#""CpuQuota":5"#, "CPU cfs quota can not be less than 1ms (i.e. 1000)"),
        (r#""CpuPeriod":5"#, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"),
        (r#""RestartPolicy":{"Name":"always","MaximumRetryCount":3}"#, "retry count can"),
        (r#""RestartPolicy":{"Name":"unless-stopped","MaximumRetryCount":1}"#, "retry count can"),
        (r#""RestartPolicy":{"Name":"no","MaximumRetryCount":-1}"#, "retry count can"),
        (r#""RestartPolicy":{"Name":"on-failure","MaximumRetryCount":-3}"#, "cannot be negative"),
        (r#""MemorySwap":67108864"#, "always set the Memory limit"),
        (
            r#""LogConfig":{"Type":"json-file","Config":{"nope":"1"}}"#,
            "unknown log opt 'nope' for json-file log driver",
        ),
        (r#""SecurityOpt":["no-new-privileges=maybe"]"#, "no-new-privileges=maybe"),
    ] {
        let (status, said) = host(fields);
        // A word that is none is a fault of dockerd's own there.
        let wanted = if side.is_docker() && fields.contains("maybe") { 500 } else { 400 };
        assert_eq!(status, wanted, "{fields}: {}", text(&said));
        assert!(text(&said).contains(words), "{fields}: {}", text(&said));
    }
    for truth in ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"] {
        for sign in ["=", ":"] {
            let (status, said) = host(&format!(r#""SecurityOpt":["no-new-privileges{sign}{truth}"]"#));
            assert_eq!(status, 201, "{truth}: {}", text(&said));
        }
    }
    let new = |flag: &str| side.run(&format!("--security-opt {flag}"), "grep NoNewPrivs /proc/self/status");
    for (flag, is) in [("no-new-privileges=1", "1"), ("no-new-privileges:T", "1"), ("no-new-privileges=F", "0")] {
        assert!(new(flag).ends_with(is), "{flag}");
    }
    for word in ["foo", "cached", "DELEGATED"] {
        let (status, said) = host(&format!(r#""Mounts":[{{"Type":"tmpfs","Target":"/m","Consistency":"{word}"}}]"#));
        assert_eq!(status, 201, "{word}: {}", text(&said));
    }
    if !side.is_docker() {
        for fields in [
            r#""OomScoreAdj":5000"#,
            r#""MemorySwappiness":101"#,
            r#""CpuPeriod":1"#,
            r#""CpuQuota":1"#,
            r#""CpusetCpus":"foo""#,
            r#""Runtime":"foo""#,
            r#""VolumesFrom":["a:foo"]"#,
        ] {
            let (status, said) = host(fields);
            assert_eq!(status, 400, "{fields}");
            assert!(text(&said).contains("value is invalid"), "{fields}: {}", text(&said));
        }
    }
    side.fails("create -w relative lab/shell:1", 1);
    side.fails("run --rm -w relative lab/shell:1", 125);
    side.fails("run --rm --cpus 100000 lab/shell:1", 125);
    side.fails("run --rm -m 1m lab/shell:1", 125);
    for fields in [
        r#""CapAdd":["BOGUS"]"#,
        r#""CapDrop":["BOGUS"]"#,
        r#""Privileged":true,"CapAdd":["BOGUS"]"#,
        r#""CapAdd":["ALL","CAP_BOGUS"]"#,
        r#""ExtraHosts":["x:notanip"]"#,
    ] {
        refused(host(fields), fields);
    }
    side.fails("create --cap-add BOGUS lab/shell:1", 1);
    side.fails("create --security-opt no-new-privileges:maybe lab/shell:1", 1);
    let (status, said) =
        host(r#""CapAdd":["cap_net_admin","ALL"],"CapDrop":["net_raw"],"ExtraHosts":["x:host-gateway"]"#);
    assert_eq!(status, 201, "{}", text(&said));
    long_volume_names(side);
    beyond_all_ids(side);
    // A number is a number, whoever is named so.
    let users = "echo 7777:x:5:5::/five:/bin/sh >> /etc/passwd; echo 8:x:9: >> /etc/group; echo ready; sleep 600";
    side.start("box", "", users);
    side.good("commit box lab/users:1");
    assert_eq!(side.good("run --rm -u 7777 lab/users:1 id -u"), "7777");
    assert_eq!(side.good("run --rm -u 7777:8 lab/users:1 id -g"), "8");
    assert_eq!(side.good("run --rm -u 5:5 lab/users:1 id -u"), "5");
}

/// A volume's name is that of a directory. Docker fails to make it, with 500.
fn long_volume_names(side: &Side<'_>) {
    let (fits, long) = ("v".repeat(255), "v".repeat(256));
    side.good(&format!("volume create {fits}"));
    for name in [&long, &"v".repeat(5000)] {
        let (status, said) = side.post("/volumes/create", &format!(r#"{{"Name":"{name}"}}"#));
        assert_eq!(status, if side.is_docker() { 500 } else { 400 }, "{}", text(&said));
        side.fails(&format!("volume create {name}"), 1);
        side.fails(&format!("run --rm -v {name}:/d lab/shell:1 true"), 125);
        side.fails(&format!("run --rm --mount type=volume,src={name},dst=/d lab/shell:1 true"), 125);
    }
    for line in ["volume inspect", "volume rm"] {
        side.fails(&format!("{line} {long}"), 1);
    }
}

/// What Docker says of a number that is none; a name that nobody has is another matter.
fn beyond_all_ids(side: &Side<'_>) {
    for user in ["99999999999", "4294967295", "4294967294", "2147483648", "-1", "0:99999999999", "0:-1"] {
        let said = side.fails(&format!("run --rm -u {user} lab/shell:1 true"), 125);
        let id = user.rsplit(':').next().unwrap();
        let range = if side.is_docker() { "0-2147483647" } else { "from 0 to 2147483647" };
        assert!(said.contains(range) && (side.is_docker() || said.contains(id)), "{user}: {said}");
        // Who it is is known when it starts.
        side.good(&format!("create -u {user} lab/shell:1"));
    }
    assert_eq!(side.run("-u +5:+6", "id -u; id -g"), "5\n6");
    let said = side.fails("run --rm -u nobody-here lab/shell:1 true", 125);
    assert!(said.contains("nobody-here"), "{said}");
    let groups =
        ["99999999999", "-1", "nobody-here"].map(|group| format!("run --rm --group-add {group} lab/shell:1 true"));
    groups.iter().for_each(|line| drop(side.fails(line, 125)));
}
