use super::super::tests::verdict_of;
use super::*;

const ADMIN: &str = "CAP_SYS_ADMIN";

fn filter(json: &str) -> Filter {
    compile(json, 0).unwrap().unwrap()
}

/// Kinds of what is wrong.
fn kind(json: &str) -> String {
    compile(json, 0).unwrap_err().problem.args["kind"].clone()
}

fn errno(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number.cast_unsigned()
}

#[test]
fn a_profile_decides_as_it_says() {
    let profile = r#"{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
        {"names": ["read", "write", "no_such_call", "openat"], "action": "SCMP_ACT_ALLOW", "comment": "x"},
        {"name": "mkdirat", "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
        {"names": ["unlinkat"], "action": "SCMP_ACT_KILL_PROCESS"},
        {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["umount2"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "99.0"}},
        {"names": ["chdir"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "3.2", "arches": ["amd64", "arm64"]}},
        {"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390x"]}}]}"#;
    let plain = filter(profile);
    let admin = compile(profile, caps::bit(ADMIN).unwrap()).unwrap().unwrap();
    let allow = libc::SECCOMP_RET_ALLOW;
    for (call, of_plain, of_admin) in [
        (libc::SYS_read, allow, allow),
        (libc::SYS_openat, allow, allow),
        (libc::SYS_close, errno(1), errno(1)),
        (libc::SYS_mkdirat, errno(38), errno(38)),
        (libc::SYS_unlinkat, libc::SECCOMP_RET_KILL_PROCESS, libc::SECCOMP_RET_KILL_PROCESS),
        (libc::SYS_mount, errno(1), allow),
        (libc::SYS_umount2, allow, errno(1)),
        (libc::SYS_chroot, errno(1), errno(1)),
        (libc::SYS_chdir, allow, allow),
        (libc::SYS_getpid, errno(1), errno(1)),
        // Later than all that it names.
        (libc::SYS_openat2, errno(38), errno(38)),
    ] {
        assert_eq!(verdict_of(&plain, call, [0; 6]), of_plain, "{call}");
        assert_eq!(verdict_of(&admin, call, [0; 6]), of_admin, "{call} with {ADMIN}");
    }
}

#[test]
fn arguments_are_compared_as_64_bits() {
    let big = 0x1_0000_0002_u64;
    for (op, holds, fails) in [
        ("EQ", vec![big], vec![0, 2, big - 1, big + 1, 0x1_0000_0000, 0x2_0000_0002]),
        ("NE", vec![0, 2, big - 1, big + 1, 0x2_0000_0002], vec![big]),
        ("GT", vec![big + 1, 0x2_0000_0000, u64::MAX], vec![0, 3, big, big - 1]),
        ("GE", vec![big, big + 1, 0x2_0000_0000], vec![0, 3, big - 1]),
        ("LT", vec![0, 3, big - 1, 0x1_0000_0000], vec![big, big + 1, 0x2_0000_0000]),
        ("LE", vec![0, 3, big], vec![big + 1, 0x2_0000_0000]),
    ] {
        let json = format!(
            r#"{{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{{"names":["ioctl"],"action":"SCMP_ACT_TRAP",
            "args":[{{"index":1,"value":{big},"op":"SCMP_CMP_{op}"}},{{"index":2,"value":7,"op":"SCMP_CMP_EQ"}}]}}]}}"#
        );
        let filter = filter(&json);
        let verdict = |second, third| verdict_of(&filter, libc::SYS_ioctl, [0, second, third, 0, 0, 0]);
        for value in holds {
            assert_eq!(verdict(value, 7), libc::SECCOMP_RET_TRAP, "{op} {value:#x}");
            assert_eq!(verdict(value, 8), libc::SECCOMP_RET_ALLOW, "{op} {value:#x}: both must hold");
        }
        for value in fails {
            assert_eq!(verdict(value, 7), libc::SECCOMP_RET_ALLOW, "{op} {value:#x}");
        }
        assert_eq!(verdict_of(&filter, libc::SYS_read, [0, big, 7, 0, 0, 0]), libc::SECCOMP_RET_ALLOW);
    }
}

#[test]
fn of_two_conditions_on_one_argument_one_must_hold_and_a_mask_is_one() {
    let json = r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[
        {"names":["personality"],"action":"SCMP_ACT_ALLOW","args":[
            {"index":0,"value":0,"op":"SCMP_CMP_EQ"},{"index":0,"value":8,"op":"SCMP_CMP_EQ"}]},
        {"names":["clone"],"action":"SCMP_ACT_ALLOW","args":[
            {"index":0,"value":2114060288,"valueTwo":0,"op":"SCMP_CMP_MASKED_EQ"}]}]}"#;
    let filter = filter(json);
    for (call, first, allowed) in [
        (libc::SYS_personality, 0, true),
        (libc::SYS_personality, 8, true),
        (libc::SYS_personality, 4, false),
        (libc::SYS_clone, 0x11, true),
        (libc::SYS_clone, 0x1000_0011, false),
    ] {
        let expected = if allowed { libc::SECCOMP_RET_ALLOW } else { errno(1) };
        assert_eq!(verdict_of(&filter, call, [first, 0, 0, 0, 0, 0]), expected, "{call} {first:#x}");
    }
}

#[test]
fn a_profile_that_is_none_is_refused_with_the_reason() {
    assert_eq!(compile("{}", 0).unwrap(), None, "nothing is filtered");
    let call = |rest: &str| format!(r#"{{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{{{rest}}}]}}"#);
    for (json, expected) in [
        ("builtin".to_owned(), "json"),
        ("[]".to_owned(), "json"),
        ("[\"SCMP_ACT_ALLOW\"]".to_owned(), "json"),
        ("{\"defaultAction\":1}".to_owned(), "json"),
        ("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":\"read\"}]}".to_owned(), "json"),
        (call(r#""names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":4096"#), "errno"),
        (call(r#""names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":18446744073709551615"#), "errno"),
        (call(r#""names":["read"],"action":"SCMP_ACT_ERRNO","includes":{"minKernel":"abc"}"#), "kernel"),
        (call(r#""names":["read"],"action":"SCMP_ACT_ERRNO","excludes":{"minKernel":"4"}"#), "kernel"),
        (r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_NOSUCH"]}"#.to_owned(), "architecture"),
        (
            r#"{"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["x"]}]}"#
                .to_owned(),
            "architecture",
        ),
        ("{\"defaultAction\":\"NOSUCH\"}".to_owned(), "action"),
        (call(r#""names":["read"]"#), "action"),
        (call(r#""names":["read"],"action":"SCMP_ACT_NOTIFY""#), "action"),
        (call(r#""names":["read"],"name":"write","action":"SCMP_ACT_ALLOW""#), "names"),
        (call(r#""names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"op":"EQ"}]"#), "operator"),
        (call(r#""names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":6,"op":"SCMP_CMP_EQ"}]"#), "argument"),
        (
            r#"{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"SCMP_ARCH_X86_64"}]}"#.to_owned(),
            "architectures",
        ),
    ] {
        assert_eq!(kind(&json), expected, "{json}");
    }
    let many = format!(
        r#"{{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{}]}},"#,
        [r#"{"op":"SCMP_CMP_EQ"}"#; 2].join(",")
    );
    let json =
        format!(r#"{{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{}]}}"#, many.repeat(400).trim_end_matches(','));
    assert_eq!(kind(&json), "length");
}

#[test]
fn a_profile_is_read_as_go_reads_it() {
    let odd = r#"{"$schema":"x","DEFAULTACTION":"SCMP_ACT_ERRNO","archMap":null,"syscalls":[
        {"_why":1,"Names":["read"],"name":null,"action":"SCMP_ACT_ALLOW","args":null,"includes":null,"excludes":{},"errnoRet":null},
        {"names":["close"],"action":"SCMP_ACT_ERRNO","errnoRet":4095},
        {"names":["dup"],"action":"SCMP_ACT_TRACE","errnoRet":65535}]}"#;
    let filter = filter(odd);
    for (call, expected) in [
        (libc::SYS_read, libc::SECCOMP_RET_ALLOW),
        (libc::SYS_write, errno(1)),
        (libc::SYS_close, errno(4095)),
        (libc::SYS_dup, libc::SECCOMP_RET_TRACE | 0xffff),
    ] {
        assert_eq!(verdict_of(&filter, call, [0; 6]), expected, "{call}");
    }
    assert_eq!(compile(r#"{"other":1}"#, 0).unwrap(), None, "it says nothing that is known");
}

#[test]
fn every_call_of_dockers_own_profile_has_a_number_here() {
    for (name, expected) in [
        ("read", libc::SYS_read),
        ("clone3", 435),
        ("openat2", libc::SYS_openat2),
        ("newfstatat", libc::SYS_newfstatat),
        ("mmap", libc::SYS_mmap),
        ("sendfile", libc::SYS_sendfile),
        ("cachestat", 451),
    ] {
        assert_eq!(number(name).map(libc::c_long::from), Some(expected), "{name}");
    }
    assert_eq!(number("no_such_call"), None);
}
