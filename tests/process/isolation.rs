//! What a process in a container is kept from, and what it sees.

use crate::cases::Case;
use crate::fixture::Fixture;
use std::fs;
use std::path::Path;

pub const CASES: &[Case] = &[
    ("a_container_has_namespaces_of_its_own", namespaces),
    ("its_first_process_is_pid_1_with_its_own_hostname", pid_and_hostname),
    ("capabilities_and_seccomp_are_dockers_default", privileges),
    ("an_ordinary_user_of_the_image_has_no_capabilities", ordinary_user),
    ("seccomp_and_capabilities_can_be_asked_for", asked_for),
    ("masked_and_read_only_paths_are_covered", masked),
    ("no_descriptor_of_the_engines_is_inherited", descriptors),
];

fn namespaces() {
    let fixture = Fixture::new();
    let (text, status) = fixture.run("for n in cgroup ipc mnt net pid uts; do readlink /proc/self/ns/$n; done");
    assert_eq!(status, 0);
    let inside: Vec<&str> = text.lines().collect();
    assert_eq!(inside.len(), 6, "{text}");
    for (name, inside) in ["cgroup", "ipc", "mnt", "net", "pid", "uts"].iter().zip(inside) {
        let outside = fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
        assert!(inside.starts_with(&format!("{name}:[")), "{inside}");
        assert_ne!(outside.to_str().unwrap(), inside);
    }
}

fn pid_and_hostname() {
    let fixture = Fixture::new();
    let (text, _) =
        fixture.run("echo $$; hostname; cat /etc/hostname; echo $HOSTNAME $HOME; pwd; grep -c ip6 /etc/hosts");
    assert_eq!(text, "1\nbox\nbox\nbox /root\n/\n5\n");
}

fn privileges() {
    let fixture = Fixture::new();
    let (text, _) = fixture
        .run("grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status; umask; unshare -m true; mount -t tmpfs x /tmp");
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("").trim().to_owned();
    for set in ["CapPrm:", "CapEff:", "CapBnd:"] {
        assert_eq!(value(set), "00000000a80425fb", "{set}");
    }
    assert_eq!((value("CapInh:"), value("CapAmb:")), ("0".repeat(16), "0".repeat(16)));
    assert_eq!((value("Seccomp:"), value("NoNewPrivs:")), ("2".into(), "0".into()));
    assert!(text.contains("\n0022\n"), "{text}");
    assert_eq!(text.matches("not permitted").count() + text.matches("permission denied").count(), 2, "{text}");
}

fn ordinary_user() {
    let fixture = Fixture::new();
    let (mut spec, dir) =
        fixture.prepare(&["sh", "-c", "id; grep CapEff /proc/self/status; echo $HOME; echo hi > /dev/stdout"]);
    spec.user = "web".into();
    spec.cwd = "/srv/made/for/it".into();
    let (text, status) = fixture.run_spec((spec, dir));
    assert_eq!(status, 0, "{text}");
    assert!(text.starts_with("uid=1000(web) gid=1000(web) groups=4(adm),1000(web)\n"), "{text}");
    assert!(text.contains("CapEff:\t0000000000000000\n/home\nhi\n"), "{text}");
}

fn asked_for() {
    let fixture = Fixture::new();
    let (mut spec, dir) = fixture.prepare(&[
        "sh",
        "-c",
        "grep -E '^(CapEff|Seccomp:|NoNewPrivs)' /proc/self/status; mount -t tmpfs x /tmp && echo mounted",
    ]);
    spec.cap_add = vec!["SYS_ADMIN".into()];
    spec.cap_drop = vec!["CHOWN".into()];
    spec.no_new_privs = true;
    let (text, _) = fixture.run_spec((spec, dir));
    assert_eq!(text, "CapEff:\t00000000a82425fa\nNoNewPrivs:\t1\nSeccomp:\t2\nmounted\n");
    let (mut spec, dir) = fixture.prepare(&["grep", "Seccomp:", "/proc/self/status"]);
    spec.privileged = true;
    assert_eq!(fixture.run_spec((spec, dir)).0, "Seccomp:\t0\n");
}

fn masked() {
    let fixture = Fixture::new();
    let there =
        |paths: &[&'static str]| paths.iter().copied().filter(|path| Path::new(path).exists()).collect::<Vec<_>>();
    let hidden = there(&["/proc/kcore", "/proc/keys", "/proc/acpi", "/sys/firmware", "/proc/scsi", "/proc/timer_list"]);
    assert!(!hidden.is_empty());
    for path in hidden {
        let (text, _) = fixture.run(&format!("(test -d {path} && ls {path} || cat {path}) | wc -c"));
        assert_eq!(text, "0\n", "{path}");
    }
    for path in there(&[
        "/proc/sysrq-trigger",
        "/proc/sys/kernel/domainname",
        "/proc/irq/default_smp_affinity",
        "/sys/kernel/uevent_helper",
    ]) {
        let (text, _) = fixture.run(&format!("echo 1 > {path}"));
        assert!(text.contains("Read-only file system"), "{path}: {text}");
    }
}

fn descriptors() {
    let fixture = Fixture::new();
    let (text, _) = fixture.run("ls /proc/1/fd");
    // The fourth is the directory that `ls` reads, when the shell has become `ls`.
    assert!(["0\n1\n2\n", "0\n1\n2\n3\n"].contains(&text.as_str()), "{text}");
}
