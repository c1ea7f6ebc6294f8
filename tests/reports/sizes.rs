//! How much a container has written: looked up where it writes, for who asks.

use crate::engine::good;
use crate::side::{IMAGE, Side};

pub fn area(side: &Side<'_>) {
    let written = |name: &str| side.get(&format!("/containers/{name}/json?size=1"))["SizeRw"].clone();
    let run = |name: &str, flags: &[&str], script: &str| {
        good(side.args(&[&["run", "--name", name], flags, &[IMAGE, "sh", "-c", script]].concat()));
        written(name)
    };
    side.start("five", "", "head -c 5000000 /dev/zero > /five; echo ready; sleep 600");
    assert_eq!(written("five"), 5_000_000);
    let whole = side.get("/containers/five/json?size=1")["SizeRootFs"].as_u64().unwrap();
    assert!(whole > 5_000_000, "{whole}");
    let listed = side.good("ps -s");
    assert!(listed.lines().next().unwrap().ends_with("SIZE") && listed.contains("5MB (virtual "), "{listed}");
    assert!(side.good("inspect -s five").contains("\"SizeRw\": 5000000"));
    let line = side.get("/containers/json?size=1")[0].clone();
    assert_eq!((&line["SizeRw"], line["SizeRootFs"].as_u64()), (&5_000_000.into(), Some(whole)));
    // It is not looked up for who does not ask.
    assert!(!side.good("ps").contains("SIZE") && !side.good("inspect five").contains("SizeRw"));
    assert!(side.get("/containers/json")[0].get("SizeRw").is_none());
    assert!(side.get("/containers/five/json").get("SizeRootFs").is_none());
    // It runs no more.
    side.good("stop -t 0 five");
    assert_eq!(written("five"), 5_000_000);
    assert!(side.good("ps -a -s").contains("5MB (virtual "));

    side.good(&format!("create --name made {IMAGE}"));
    assert_eq!(written("made"), 0);
    assert!(side.good("ps -a -s -f name=made").contains("0B (virtual "));
    assert_eq!(run("holes", &[], "dd of=/sparse bs=1 seek=3000000 count=0 2>/dev/null"), 3_000_000);
    assert_eq!(
        run("names", &[], "head -c 2000 /dev/zero > /a; ln /a /b; mkdir /d; ln /a /d/c; ln -s 1234 /link"),
        2004
    );
    assert_eq!(run("gone", &[], "head -c 2000 /dev/zero > /a; rm /a /bin/yes; rm -r /etc/init.d 2>/dev/null; true"), 0);
    assert_eq!(run("volume", &["-v", "/v"], "head -c 2000 /dev/zero > /v/a; echo 123 > /a"), 4);
    assert_eq!(run("tmpfs", &["--tmpfs", "/t"], "head -c 2000 /dev/zero > /t/a; echo 123 > /a"), 4);
    let up = run("up", &[], "echo x >> /etc/passwd; stat -c %s /etc/passwd");
    assert_eq!(side.good("logs up"), up.to_string(), "what is copied up counts whole");
}
