//! Security options: which system calls are filtered and how, whether anything more may be had, and what is none.

use crate::engine::{fails, good};
use crate::side::{IMAGE, Side, shared, text};
use serde_json::json;

const MKDIR: &str = r#"{"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["mkdir", "mkdirat", "no_such_call"], "action": "SCMP_ACT_ERRNO"}]}"#;

pub fn area(side: &Side<'_>) {
    let dir = shared();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    filtered(side, &file);
    refused(side, &file);
    on_this_host(side);
    if !side.is_docker() {
        nothing_allowed(side, &file);
    }
}

/// A profile that refuses each call, its process's end, too: it ends all the same, and the next command finds it so.
fn nothing_allowed(side: &Side<'_>, file: &dyn Fn(&str, &str) -> String) {
    let none = format!("seccomp={}", file("none.json", r#"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38}"#));
    let said = side.output(&["run", "--name", "mute", "--security-opt", &none, IMAGE, "true"]);
    assert!(!said.status.success(), "{}", text(&said.stdout));
    assert_eq!(side.get("/containers/mute/json")["State"]["Running"], false);
    side.good("rm -f mute");
}

/// What a shell prints in a new container with these options.
fn run(side: &Side<'_>, options: &[&str], script: &str) -> String {
    let flags = options.iter().flat_map(|option| ["--security-opt", option]);
    let args: Vec<_> = ["run", "--rm"].into_iter().chain(flags).chain([IMAGE, "sh", "-c", script]).collect();
    good(side.args(&args))
}

const SHOW: &str = "busybox grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | busybox tr -d '\\t\\n'";

fn filtered(side: &Side<'_>, file: &dyn Fn(&str, &str) -> String) {
    let profile = |name: &str, text: &str| format!("seccomp={}", file(name, text));
    let deny = profile("deny.json", MKDIR);
    let missing = profile("missing.json", &MKDIR.replace("\"SCMP_ACT_ERRNO\"", "\"SCMP_ACT_ERRNO\", \"errnoRet\": 38"));
    let script = "busybox mkdir /a 2>&1; echo $?; busybox chmod 700 /bin; echo $?";
    assert!(run(side, &[&deny], script).contains("Operation not permitted\n1\n0"));
    assert!(run(side, &[&missing], script).contains("Function not implemented\n1\n0"));
    let arguments = profile(
        "arguments.json",
        r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
            {"names":["chmod"],"action":"SCMP_ACT_ERRNO","args":[{"index":1,"value":448,"op":"SCMP_CMP_EQ"}]},
            {"names":["fchmodat","fchmodat2"],"action":"SCMP_ACT_ERRNO",
             "args":[{"index":2,"value":448,"op":"SCMP_CMP_EQ"}]}]}"#,
    );
    let said = run(side, &[&arguments], "busybox chmod 700 /bin; echo $?; busybox chmod 755 /bin; echo $?");
    assert_eq!(said, "1\n0");
    let nothing = profile("nothing.json", "{}");
    for (options, shown) in [
        (&[][..], "NoNewPrivs:0Seccomp:2"),
        (&["seccomp=unconfined"], "NoNewPrivs:0Seccomp:0"),
        (&["seccomp:unconfined", "no-new-privileges"], "NoNewPrivs:1Seccomp:0"),
        (&[&deny, "no-new-privileges:true"], "NoNewPrivs:1Seccomp:2"),
        (&[&deny, "no-new-privileges=false"], "NoNewPrivs:0Seccomp:2"),
        (&[&nothing], "NoNewPrivs:0Seccomp:0"),
    ] {
        assert_eq!(run(side, options, SHOW), shown, "{options:?}");
    }
    // Commands beside it are under the same filter, and it is shown as it was sent.
    good(side.args(&["run", "-d", "--name", "box", "--security-opt", &deny, IMAGE, "sleep", "600"]));
    fails(side.args(&["exec", "box", "busybox", "mkdir", "/a"]), 1);
    good(side.args(&["exec", "box", "busybox", "touch", "/a"]));
    let shown = side.get("/containers/box/json")["HostConfig"]["SecurityOpt"].clone();
    let sent = MKDIR.split_ascii_whitespace().collect::<String>();
    assert_eq!(shown, json!([format!("seccomp={sent}")]));
    side.good("rm -f box");
}

fn refused(side: &Side<'_>, file: &dyn Fn(&str, &str) -> String) {
    let profile = |name: &str, text: &str| format!("seccomp={}", file(name, text));
    let both = r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],
        "archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":[]}]}"#;
    let names = r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"chmod","names":["chown"],"action":"SCMP_ACT_ERRNO"}]}"#;
    for (option, words) in [
        ("seccomp=/nosuch".to_owned(), "opening seccomp profile (/nosuch) failed"),
        ("seccomp=".to_owned(), "Invalid --security-opt"),
        ("nosuch".to_owned(), "Invalid --security-opt"),
        ("nosuch=x".to_owned(), "nosuch=x"),
        ("no-new-privileges:maybe".to_owned(), "no-new-privileges:maybe"),
        (profile("text.json", "no json"), "compacting json for seccomp profile"),
        (profile("action.json", r#"{"defaultAction":"NOSUCH"}"#), "string NOSUCH is not a valid action for seccomp"),
        (profile("both.json", both), "'architectures' and 'archMap' were specified in the seccomp profile"),
        (profile("names.json", names), "'name' and 'names' were specified in the seccomp profile"),
    ] {
        let said = fails(side.args(&["run", "--rm", "--security-opt", &option, IMAGE, "true"]), 125);
        assert!(said.contains(words), "{option}: {said}");
    }
    // What stands in a profile is read when it is wanted.
    let body = json!({"Image": IMAGE, "HostConfig": {"SecurityOpt": [r#"seccomp={"defaultAction":"NOSUCH"}"#]}});
    let (status, said) = side.post("/containers/create?name=box", &body.to_string());
    assert_eq!(status, 201, "{}", text(&said));
    let (status, said) = side.post("/containers/box/start", "");
    assert!(status >= 400 && text(&said).contains("not a valid action"), "{status} {}", text(&said));
    side.good("rm box");
}

/// On a host without AppArmor or SELinux nobody asks which profile or label it would be.
fn on_this_host(side: &Side<'_>) {
    let has = |path: &str| std::path::Path::new(path).exists();
    for (option, here) in [
        ("apparmor=foo", has("/sys/kernel/security/apparmor")),
        ("apparmor=unconfined", false),
        ("label=type:foo", has("/sys/fs/selinux/enforce")),
        ("label:disable", false),
    ] {
        if !here {
            assert_eq!(run(side, &[option], "echo fine"), "fine", "{option}");
        }
    }
}
