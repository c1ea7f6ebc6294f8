//! What the doctor finds is true, with any privilege, and is said in both languages.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "support/cases.rs"]
mod cases;

use cases::Case;
use dockwalk::client::{Condition, Finding};
use dockwalk::engine::probe;
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::Code;
use std::process::{Command, ExitCode};

const CASES: &[Case] = &[
    ("everything_found_is_said_in_both_languages", everything_found_is_said_in_both_languages),
    ("what_the_lab_needs_is_found_where_it_works", what_the_lab_needs_is_found_where_it_works),
    ("nothing_is_left_by_looking", nothing_is_left_by_looking),
    ("what_is_not_there_is_missed_with_the_way_to_mend_it", what_is_not_there_is_missed_with_the_way_to_mend_it),
];
/// Root needs no user namespace, so nothing refuses it one.
const USER_ONLY: &[Case] = &[("a_refused_user_namespace_names_the_switch", a_refused_user_namespace_names_the_switch)];

fn main() -> ExitCode {
    cases::main(CASES, USER_ONLY)
}

fn find(findings: &[Finding], id: &str) -> Finding {
    findings.iter().find(|finding| finding.id == id).unwrap_or_else(|| panic!("{id} in {findings:#?}")).clone()
}

fn everything_found_is_said_in_both_languages() {
    let findings = probe::examine();
    assert!(findings.len() >= 13);
    for lang in Lang::ALL {
        let words = Words::new(lang);
        for finding in &findings {
            let said = [Some(finding.title(&words)), Some(finding.found(&words)), finding.cost(&words)];
            println!("{:?} {}", finding.state, said.iter().flatten().cloned().collect::<Vec<_>>().join(" | "));
            assert!(said.iter().flatten().all(|text| !text.is_empty() && !text.contains('⟨')), "{finding:?}: {said:?}");
            assert_eq!(finding.cost(&words).is_none(), finding.state == Condition::Good);
        }
    }
    let json = serde_json::to_string(&findings).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Finding>>(&json).unwrap(), findings);
}

fn what_the_lab_needs_is_found_where_it_works() {
    let findings = probe::examine();
    let spaces = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status().unwrap();
    if !spaces.success() {
        cases::lacking("user namespaces");
    }
    for id in ["kernel", "user-namespaces", "overlay"] {
        assert_eq!(find(&findings, id).state, Condition::Good, "{:?}", find(&findings, id));
    }
    cases::needs("nft");
    assert_eq!(find(&findings, "nft").state, Condition::Good, "{:?}", find(&findings, "nft"));
    let tun = std::fs::OpenOptions::new().read(true).write(true).open("/dev/net/tun").is_ok();
    assert_eq!(find(&findings, "tun").state == Condition::Good, tun);
}

fn nothing_is_left_by_looking() {
    let shown = || {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        let rules =
            Command::new("sh").args(["-c", "PATH=$PATH:/usr/sbin nft list tables 2>/dev/null; ip -br link"]).output();
        (mounts, String::from_utf8(rules.unwrap().stdout).unwrap())
    };
    let before = shown();
    probe::examine();
    assert_eq!(shown(), before);
}

/// A child that finds no programs but those of the system's own directories that are hidden from it.
fn what_is_not_there_is_missed_with_the_way_to_mend_it() {
    if std::env::var_os("DOCTOR_IN_CHILD").is_some() {
        let findings = probe::examine();
        for (id, package) in [("nft", "nftables"), ("uplink", "slirp4netns"), ("busybox", "busybox-static")] {
            let finding = find(&findings, id);
            assert_eq!(finding.state, Condition::Limited, "{finding:?}");
            assert!(finding.mend.as_ref().is_some_and(|mend| mend.contains(package)), "{finding:?}");
        }
        return;
    }
    // In a mount namespace of its own the programs are covered by a file that cannot be run.
    let hide = "set -e; for dir in /usr/sbin /sbin /usr/bin /bin /usr/local/bin; do for name in nft slirp4netns pasta busybox; do
        if test -e $dir/$name; then mount --bind /etc/passwd $(readlink -f $dir/$name); fi; done; done; exec \"$1\"";
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", hide, "sh"])
        .arg(std::env::current_exe().unwrap());
    let status = command.env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin").env("DOCTOR_IN_CHILD", "1").status().unwrap();
    assert!(status.success(), "{status}");
}

/// A user namespace in which no more may be made stands for a host that forbids them.
fn a_refused_user_namespace_names_the_switch() {
    if std::env::var_os("DOCTOR_IN_CHILD").is_some() {
        let refusal = dockwalk::engine::lab::refusal().expect("a switch that is set wrong");
        assert_eq!(refusal.switch, "user.max_user_namespaces");
        let fault = dockwalk::engine::lab::enter(dockwalk::trace::Mode::Lab).expect_err("no user namespace here");
        assert_eq!(fault.problem.code, Code::UsernsRefused);
        for lang in Lang::ALL {
            let said = Words::new(lang).problem(&fault.problem);
            assert!(said.contains("sudo sysctl -w user.max_user_namespaces") && said.contains("sudo dockwalk engine"));
        }
        let finding = find(&probe::examine(), "user-namespaces");
        assert_eq!(finding.state, Condition::Missing);
        assert!(finding.mend.is_some_and(|mend| mend.contains("user.max_user_namespaces")));
        return;
    }
    // The limit is set by root of the outer namespace; the one who tries is another user of it.
    let limit = "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --reuid=1 --regid=1 --clear-groups \"$1\"";
    let mut command = Command::new("unshare");
    let map = ["--user", "--map-root-user", "--map-auto"];
    command.args(map).args(["sh", "-c", limit, "sh"]).arg(std::env::current_exe().unwrap());
    if !Command::new("unshare").args(map).arg("true").status().unwrap().success() {
        cases::lacking("subordinate ids");
    }
    let status = command.env("DOCTOR_IN_CHILD", "1").status().unwrap();
    assert!(status.success(), "{status}");
}
