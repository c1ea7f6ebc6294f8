//! What is mounted in a container.
use crate::fixture::Fixture;
use crate::harness::Test;

pub const TESTS: &[Test] = &[Test { name: "the_system_mounts_are_there", run: system }];

fn system() {
    let fixture = Fixture::new();
    let (text, _) = fixture.run("awk '{print $5}' /proc/self/mountinfo; ls /dev; echo x > /dev/null; head -c 3 /dev/zero | wc -c; stat -c %a /dev/shm /dev/ptmx; cat /etc/motd");
    for target in [
        "/",
        "/proc",
        "/sys",
        "/dev",
        "/dev/pts",
        "/dev/shm",
        "/dev/mqueue",
        "/etc/hosts",
        "/etc/hostname",
        "/etc/resolv.conf",
        "/dev/null",
    ] {
        assert!(text.lines().any(|line| line == target), "{target}: {text}");
    }
    for name in [
        "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom",
        "zero",
    ] {
        assert!(text.lines().any(|line| line == name), "{name}: {text}");
    }
    assert!(text.ends_with("3\n1777\n777\nsecond layer\n"), "{text}");
}
