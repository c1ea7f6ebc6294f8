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
        for fields in [r#""Memory":-5"#, r#""MemorySwap":-2"#, r#""CpuShares":-1"#] {
            refused(host(fields), fields);
        }
    }
    for fields in
        [r#""PidsLimit":-5"#, r#""Memory":0,"NanoCpus":0,"ShmSize":0"#, r#""MemorySwap":-1"#, r#""Memory":6291456"#]
    {
        let (status, said) = host(fields);
        assert_eq!(status, 201, "{fields}: {}", text(&said));
    }
    side.fails("create -w relative lab/shell:1", 1);
    side.fails("run --rm -w relative lab/shell:1", 125);
    side.fails("run --rm --cpus 100000 lab/shell:1", 125);
    side.fails("run --rm -m 1m lab/shell:1", 125);
    // A number is a number, whoever is named so.
    let users = "echo 7777:x:5:5::/five:/bin/sh >> /etc/passwd; echo 8:x:9: >> /etc/group; echo ready; sleep 600";
    side.start("box", "", users);
    side.good("commit box lab/users:1");
    assert_eq!(side.good("run --rm -u 7777 lab/users:1 id -u"), "7777");
    assert_eq!(side.good("run --rm -u 7777:8 lab/users:1 id -g"), "8");
    assert_eq!(side.good("run --rm -u 5:5 lab/users:1 id -u"), "5");
}
