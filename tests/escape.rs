//! Attacks out of a container, each as whoever made an image or runs in one could try it: as root's engine and as an
//! ordinary user's. What must not be reached is a canary outside.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]
#![allow(missing_docs, reason = "a test program")]

#[path = "escape/copies.rs"]
mod copies;
#[path = "common/engine.rs"]
mod engine;

use engine::{DOCKWALK, Engine, everyone, fails, good, output};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const CANARY: &str = "nobody-inside-may-read-this";
/// How often a race is run at least.
fn rounds() -> String {
    std::env::var("DOCKWALK_TEST_ROUNDS").unwrap_or_else(|_| "20000".into())
}

/// Descriptors that could be left open.
const NUMBERS: std::ops::Range<u32> = 3..20;

/// An engine, and a directory outside of every container with a canary in it, which everybody may write to.
struct Bench {
    engine: Engine,
    outside: tempfile::TempDir,
    attack: PathBuf,
}

fn check(test: impl Fn(&Bench)) {
    for who in everyone() {
        let outside = tempfile::Builder::new().prefix("dwout").tempdir_in("/tmp").unwrap();
        fs::set_permissions(outside.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::write(outside.path().join("canary"), CANARY).unwrap();
        let attack = outside.path().join("attack");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/escape/attack.c");
        good(command("cc", &["-static", "-O1", "-w", "-o", attack.to_str().unwrap(), source]));
        let bench = Bench { engine: Engine::start(who), outside, attack };
        test(&bench);
    }
}

fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Bench {
    fn docker(&self, args: &[&str]) -> Command {
        self.engine.docker(args)
    }

    /// What came of `docker …`, good or bad.
    fn try_docker(&self, args: &[&str]) -> String {
        text(&output(self.docker(args)))
    }

    /// An image with busybox and the attack, and what is put beside them.
    fn image(&self, name: &str, changes: &[&str], fill: impl FnOnce(&Path)) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for sub in ["bin", "etc", "tmp", "data"] {
            fs::create_dir(root.join(sub)).unwrap();
        }
        fs::copy("/usr/bin/busybox", root.join("bin/busybox")).unwrap();
        for applet in [
            "sh", "cat", "ls", "stat", "chroot", "chmod", "echo", "sleep", "id", "touch", "grep", "true", "mkdir",
            "pwd",
        ] {
            symlink("busybox", root.join("bin").join(applet)).unwrap();
        }
        fs::copy(&self.attack, root.join("bin/attack")).unwrap();
        fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000:web:/:/bin/sh\n").unwrap();
        fs::write(root.join("etc/group"), "root:x:0:\nweb:x:1000:\nadm:x:4:web\n").unwrap();
        fill(root);
        let archive = self.outside.path().join("image.tar");
        good(command("tar", &["-C", root.to_str().unwrap(), "-cf", archive.to_str().unwrap(), "."]));
        let changes = changes.iter().flat_map(|change| ["-c", change]);
        let args: Vec<&str> = ["import"].into_iter().chain(changes).chain([archive.to_str().unwrap(), name]).collect();
        good(self.docker(&args));
        fs::remove_file(archive).unwrap();
    }

    fn plain(&self) {
        self.image("plain:1", &["CMD [\"sh\"]"], |_| ());
    }

    fn canary(&self) -> String {
        self.outside.path().join("canary").display().to_string()
    }

    /// Nothing has been made outside but the canary and the attack itself.
    fn nothing_outside(&self, when: &str) {
        let mut names: Vec<_> = fs::read_dir(self.outside.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["attack", "canary"], "{when}");
        assert_eq!(fs::read_to_string(self.canary()).unwrap(), CANARY, "{when}");
    }
}

/// CVE-2024-21626
#[test]
fn a_working_directory_is_never_outside() {
    check(|bench| {
        let canary = bench.canary();
        let read =
            format!("cat {canary}; chroot . /bin/sh -c 'cat {canary}'; chroot ../../../.. /bin/cat {canary}; pwd");
        bench.image("links:1", &[], |root| {
            NUMBERS.for_each(|n| symlink(format!("/proc/self/fd/{n}"), root.join(format!("w{n}"))).unwrap());
        });
        for (name, leads) in [("cwd", "/proc/self/cwd"), ("root", "/proc/self/root"), ("in", "/proc/self/cwd/in")] {
            bench.image(&format!("{name}:1"), &[], |root| symlink(leads, root.join(name)).unwrap());
            let said = bench.try_docker(&["run", "--rm", "-w", &format!("/{name}"), &format!("{name}:1"), "true"]);
            assert!(said.contains("links in /proc are not followed"), "{leads}: {said}");
        }
        good(bench.docker(&["run", "-d", "--name", "here", "links:1", "sleep", "600"]));
        for n in NUMBERS {
            let magic = format!("/proc/self/fd/{n}");
            let (beyond, link) = (format!("{magic}/tmp"), format!("/w{n}"));
            for dir in [&magic, &beyond, &link] {
                for said in [
                    bench.try_docker(&["run", "--rm", "-w", dir, "links:1", "sh", "-c", &read]),
                    bench.try_docker(&["exec", "-w", dir, "here", "sh", "-c", &read]),
                ] {
                    assert!(!said.contains(CANARY), "{dir}: {said}");
                    assert!(said.contains("working directory"), "{dir} was entered: {said}");
                }
            }
            if n % 4 == 0 {
                let name = format!("image{n}:1");
                bench.image(&name, &[&format!("WORKDIR {magic}"), "CMD [\"/bin/sh\"]"], |_| ());
                let said = bench.try_docker(&["run", "--rm", &name, "sh", "-c", &read]);
                assert!(said.contains("working directory") && !said.contains(CANARY), "{magic}: {said}");
            }
        }
        bench.nothing_outside("working directories");
    });
}

/// What the engine makes so that something can be mounted there.
#[test]
fn nothing_is_made_outside_through_a_mount_target() {
    check(|bench| {
        let outside = bench.outside.path().display().to_string();
        for n in NUMBERS {
            let there = format!("/proc/self/fd/{n}{outside}");
            let (etc, data) = (format!("etc{n}:1"), format!("data{n}:1"));
            bench.image(&etc, &[], |root| {
                fs::rename(root.join("etc"), root.join("moved")).unwrap();
                symlink(&there, root.join("etc")).unwrap();
            });
            bench.image(&data, &[], |root| {
                fs::remove_dir(root.join("data")).unwrap();
                symlink(&there, root.join("data")).unwrap();
                for file in ["hosts", "hostname", "resolv.conf"] {
                    symlink(format!("{there}/{file}"), root.join("etc").join(file)).unwrap();
                }
            });
            bench.try_docker(&["run", "--rm", &etc, "true"]);
            let volume = [
                "run",
                "--rm",
                "-v",
                "vol:/data",
                "-v",
                "vol:/data/below/it",
                &data,
                "touch",
                "/data/x",
                "/data/below/it/y",
            ];
            let said = bench.try_docker(&volume);
            assert!(!said.contains("invalid"), "{said}");
            bench.try_docker(&["run", "--rm", "--tmpfs", "/data/t", "-w", "/data/w", &data, "touch", "/data/t/x"]);
            bench.nothing_outside(&there);
        }
        // The same links in a volume, made by one container and met by the next.
        bench.plain();
        for n in NUMBERS {
            let link = format!("rm -rf /v/l; ln -s /proc/self/fd/{n}{outside} /v/l; ls -l /v");
            good(bench.docker(&["run", "--rm", "-v", "shared:/v", "plain:1", "busybox", "sh", "-c", &link]));
            bench.try_docker(&["run", "--rm", "-v", "shared:/v", "-v", "other:/v/l/m", "plain:1", "true"]);
            bench.try_docker(&["run", "--rm", "-v", "shared:/v", "-w", "/v/l/w", "plain:1", "true"]);
            bench.nothing_outside("a link in a volume");
        }
    });
}

/// CVE-2025-31133, CVE-2025-52565, CVE-2019-16884
#[test]
fn what_is_masked_is_masked_whatever_the_image_has_in_dev() {
    check(|bench| {
        let fill = |root: &Path| {
            fs::create_dir(root.join("dev")).unwrap();
            for name in ["null", "zero", "full", "console", "pts", "ptmx"] {
                symlink("/proc/sys/kernel/core_pattern", root.join("dev").join(name)).unwrap();
            }
        };
        bench.image("null:1", &[], fill);
        bench.image("volume:1", &["VOLUME /dev"], fill);
        bench.image("proc:1", &["VOLUME /proc/sys"], fill);
        bench.image("link:1", &[], |root| symlink("/proc/sys/kernel", root.join("proclink")).unwrap());
        let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
        let masked = "for f in /proc/keys /proc/kcore /proc/interrupts /proc/timer_list; do [ -e $f ] && cat $f && \
            stat -c '%t:%T' $f; done; cat /dev/null; stat -c '%F %t:%T' /dev/null";
        for args in [&["null:1"][..], &["-t", "null:1"]] {
            let run: Vec<&str> = [&["run", "--rm"][..], args, &["sh", "-c", masked]].concat();
            let said = good(bench.docker(&run)).replace('\r', "");
            assert!(said.lines().count() > 2, "{said}");
            let mut lines: Vec<_> = said.lines().collect();
            assert_eq!(lines.pop(), Some("character special file 1:3"), "{said}");
            assert!(lines.iter().all(|line| *line == "1:3"), "{said}");
        }
        for (args, wanted) in [
            (&["volume:1"][..], "mounted over /dev"),
            (&["proc:1"], "mounted over /proc"),
            (&["-v", "vol:/proc/sys", "null:1"], "mounted over /proc"),
            (&["--tmpfs", "/proc/acpi", "null:1"], "mounted over /proc"),
            (&["-v", "vol:/proclink", "link:1"], "mounted over /proc"),
            (&["-v", "vol:/proclink/deeper", "link:1"], "mounted over /proc"),
        ] {
            let run: Vec<&str> = [&["run", "--rm"][..], args, &["cat", "/proc/keys"]].concat();
            let said = bench.try_docker(&run);
            assert!(said.contains(wanted) && !said.contains(pattern.trim()), "{args:?}: {said}");
        }
        let write = "for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/kernel/domainname; do \
            echo x 2>/dev/null > $f && echo written; done; true";
        assert_eq!(good(bench.docker(&["run", "--rm", "null:1", "sh", "-c", write])), "");
        assert_eq!(fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap(), pattern);
    });
}

/// As in Docker, what an image has at the kernel's places that is no directory gives way to one.
#[test]
fn proc_sys_and_dev_are_the_containers_own_whatever_the_image_has_there() {
    check(|bench| {
        let outside = bench.outside.path().display().to_string();
        for (n, there) in ["/elsewhere", "/gone", "/etc/passwd", "/proc/self/fd/7", &outside].into_iter().enumerate() {
            let name = format!("place{n}:1");
            bench.image(&name, &[], |root| {
                fs::create_dir(root.join("elsewhere")).unwrap();
                for place in ["proc", "sys", "dev"] {
                    symlink(there, root.join(place)).unwrap();
                }
            });
            let look = "stat -c '%n %F' /proc /sys /dev; cat /proc/self/comm; ls /elsewhere";
            let said = good(bench.docker(&["run", "--rm", &name, "sh", "-c", look]));
            assert_eq!(said, "/proc directory\n/sys directory\n/dev directory\ncat", "{there}");
        }
        bench.nothing_outside("links at the kernel's places");
    });
}

#[test]
fn devices_are_the_containers_own() {
    check(|bench| {
        bench.plain();
        let modes = || ["null", "zero", "full", "random", "urandom", "tty"].map(|name| look(&format!("/dev/{name}")));
        let before = modes();
        let change = "for d in null zero full random urandom tty; do chmod 0600 /dev/$d; chown 7:7 /dev/$d; touch -d @1 /dev/$d; \
            done; for n in 0 1 2; do chmod 0600 /proc/self/fd/$n; chown 7:7 /proc/self/fd/$n; done; stat -c %a /dev/full";
        let change = change.replace("chown", "busybox chown");
        let said = bench.try_docker(&["run", "--rm", "plain:1", "sh", "-c", &change]);
        good(bench.docker(&["run", "-d", "--name", "one", "plain:1", "sleep", "600"]));
        let said_too = bench.try_docker(&["exec", "one", "sh", "-c", &change]);
        let after = modes();
        // Whatever went wrong, the host's own are mended.
        for (name, (mode, ..)) in ["null", "zero", "full", "random", "urandom", "tty"].iter().zip(before) {
            if nix::unistd::getuid().is_root() {
                fs::set_permissions(format!("/dev/{name}"), fs::Permissions::from_mode(mode)).unwrap();
            }
        }
        assert_eq!(before, after, "{said}\n{said_too}");
        let mode = good(bench.docker(&["run", "--rm", "plain:1", "stat", "-c", "%a", "/dev/full"]));
        assert_eq!(mode, "666", "another container's is as it was");
        for said in [said, said_too] {
            let changed = said.lines().last() == Some("600");
            assert!(changed || said.contains("Read-only") || said.contains("not permitted"), "{said}");
        }
    });
}

fn look(path: &str) -> (u32, u32, i64) {
    let meta = fs::metadata(path).unwrap();
    (meta.mode() & 0o7777, meta.uid(), meta.mtime())
}

/// CVE-2016-9962: while a command joins a container it can be seen from inside. It must have nothing then that the container
/// has not, for one that may trace everything as well.
#[test]
fn nothing_of_the_engine_is_seen_while_a_command_joins() {
    check(|bench| {
        bench.plain();
        let secret = "another-containers-secret";
        let env = format!("TOKEN={secret}");
        good(bench.docker(&["run", "-d", "--name", "other", "-e", &env, "plain:1", "sleep", "600"]));
        let rounds = rounds();
        let watch = ["attack", "watch", &rounds, secret];
        let run = [
            "run",
            "-d",
            "--name",
            "spy",
            "--cap-add",
            "SYS_PTRACE",
            "--security-opt",
            "seccomp=unconfined",
            "plain:1",
        ];
        good(bench.docker(&[&run[..], &watch].concat()));
        for _ in 0..150 {
            good(bench.engine.dockwalk(&["docker", "exec", "spy", "true"]));
        }
        bench.try_docker(&["exec", "spy", "touch", "/stop"]);
        good(bench.docker(&["wait", "spy"]));
        let said = good(bench.docker(&["logs", "spy"]));
        let seen: u64 = said.split_whitespace().nth_back(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        assert!(said.starts_with("looked ") && seen > 20, "{said}");
    });
}

/// CVE-2019-5736
#[test]
fn the_engines_program_is_out_of_reach() {
    check(|bench| {
        let before = fs::read(DOCKWALK).unwrap();
        let loader = bench.outside.path().join("loader");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/escape/loader.c");
        good(command(
            "cc",
            &["-static", "-nostdlib", "-fno-stack-protector", "-O1", "-w", "-o", loader.to_str().unwrap(), source],
        ));
        let places = ["lib64/ld-linux-x86-64.so.2", "lib/ld-linux-aarch64.so.1"];
        let fill = |root: &Path| {
            for path in places {
                fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
                fs::copy(&loader, root.join(path)).unwrap();
            }
            fs::write(root.join("bin/script"), "#!/proc/self/exe\n").unwrap();
            fs::set_permissions(root.join("bin/script"), fs::Permissions::from_mode(0o755)).unwrap();
            symlink("/proc/self/exe", root.join("bin/link")).unwrap();
        };
        bench.image("self:1", &["ENTRYPOINT [\"/proc/self/exe\"]"], fill);
        bench.plain();
        good(bench.docker(&["run", "-d", "--name", "here", "self:1"])).clear();
        for entrypoint in ["/proc/self/exe", "/bin/script", "/bin/link", "/proc/1/exe", "/proc/thread-self/exe"] {
            let said = bench.try_docker(&["run", "--rm", "--entrypoint", entrypoint, "self:1", "watch"]);
            assert!(!said.contains("I am") && !said.contains("dockwalk/"), "{entrypoint}: {said}");
        }
        good(bench.docker(&["run", "-d", "--name", "two", "--entrypoint", "sleep", "self:1", "600"]));
        for argv in [&["/proc/self/exe"][..], &["/bin/script"], &["/bin/link", "x"]] {
            let said = bench.try_docker(&[&["exec", "two"][..], argv].concat());
            assert!(!said.contains("I am"), "{argv:?}: {said}");
        }
        assert!(fs::read(DOCKWALK).unwrap() == before, "the program was written to");
    });
}

#[test]
fn no_process_of_a_container_outlives_the_engine() {
    for who in everyone() {
        let outside = tempfile::tempdir().unwrap();
        fs::set_permissions(outside.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let attack = outside.path().join("attack");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/escape/attack.c");
        good(command("cc", &["-static", "-O1", "-w", "-o", attack.to_str().unwrap(), source]));
        let mut bench = Bench { engine: Engine::start(who), outside, attack };
        bench.plain();
        good(bench.docker(&["run", "-d", "--name", "main", "plain:1", "attack", "survive"]));
        good(bench.docker(&["run", "-d", "--name", "host", "plain:1", "sleep", "600"]));
        good(bench.docker(&["exec", "-d", "host", "attack", "survive"]));
        let found = || processes("survive");
        wait(|| found().len() >= 6, "they run");
        bench.engine.kill();
        wait(|| found().is_empty(), &format!("{who:?}: {:?} live on", found()));
        bench.engine.start_again();
    }
}

/// Processes with this word among their arguments, in a container of ours.
fn processes(word: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let argv = all.filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
    argv.filter(|argv| argv.starts_with("attack\0") && argv.contains(word)).collect()
}

fn wait(until: impl Fn() -> bool, what: &str) {
    let begun = Instant::now();
    while !until() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// CVE-2021-30465, CVE-2024-45310: a container exchanges a directory of a shared volume for a link while others are started
/// with something mounted below it.
#[test]
fn a_mount_target_that_is_exchanged_meanwhile_leads_nowhere_else() {
    check(|bench| {
        bench.plain();
        let outside = bench.outside.path().display().to_string();
        let up = format!("/../../../../../../..{outside}");
        let script = format!(
            "busybox mkdir -p /v/dir/mid; busybox ln -s {up} /v/link; exec attack swap /v/dir /v/link {}",
            rounds()
        );
        good(bench.docker(&["run", "-d", "--name", "swap", "-v", "vol:/v", "plain:1", "sh", "-c", &script]));
        let mut started = 0;
        for n in 0..60 {
            let below = format!("other:/v/dir/made{n}/deep");
            let said = output(bench.engine.dockwalk(&[
                "docker", "run", "--rm", "-v", "vol:/v", "-v", &below, "-w", "/v/dir/w", "plain:1", "true",
            ]));
            started += u32::from(said.status.success());
            bench.nothing_outside("while it is exchanged");
        }
        // It may end while the command joins it.
        bench.try_docker(&["exec", "swap", "touch", "/stop"]);
        good(bench.docker(&["wait", "swap"]));
        let said = good(bench.docker(&["logs", "swap"]));
        let times: u64 = said.split_whitespace().nth_back(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        assert!(times >= 20_000, "{said}");
        assert!(started > 0, "at times it goes well");
    });
}

#[test]
fn a_file_that_never_ends_or_answers_holds_nobody_up() {
    check(|bench| {
        for (n, make) in ["mkfifo", "mkdir"].into_iter().enumerate() {
            let name = format!("strange{n}:1");
            bench.image(&name, &["USER web"], |root| {
                for file in ["passwd", "group"] {
                    let path = root.join("etc").join(file);
                    fs::remove_file(&path).unwrap();
                    good(command(make, &[path.to_str().unwrap()]));
                }
            });
            let said = fails(bench.docker(&["run", "--name", "one", &name, "true"]), 125);
            assert!(said.contains("web"), "{said}");
            good(bench.docker(&["rm", "-f", "one"]));
            good(bench.docker(&["run", "--rm", "-u", "7:8", &name, "true"]));
        }
        assert_eq!(good(bench.docker(&["ps", "-aq"])), "");
    });
}

/// CVE-2022-36109, and what Docker's `id` says.
#[test]
fn the_primary_group_is_one_of_the_groups() {
    check(|bench| {
        bench.image("trap:1", &[], |root| {
            fs::write(root.join("etc/passwd"), "1234:x:0:0:trap:/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n").unwrap();
        });
        let groups = |user: &str| {
            good(bench.docker(&[
                "run",
                "--rm",
                "-u",
                user,
                "trap:1",
                "sh",
                "-c",
                "id -u; id -G; grep Groups /proc/self/status",
            ]))
        };
        assert_eq!(groups("web"), "1000\n1000 4\nGroups:\t4 1000");
        assert_eq!(groups("web:adm"), "1000\n4\nGroups:\t4");
        assert_eq!(groups("1234"), "1234\n0\nGroups:\t0", "a number is never a name (CVE-2016-3697)");
        fails(bench.docker(&["run", "--rm", "-u", "4294967296", "trap:1", "true"]), 125);
        good(bench.docker(&["run", "-d", "--name", "one", "trap:1", "sleep", "600"]));
        assert_eq!(good(bench.docker(&["exec", "-u", "web", "one", "id", "-G"])), "1000 4");
    });
}

#[test]
fn a_container_has_a_session_keyring_of_its_own() {
    check(|bench| {
        bench.plain();
        let open = ["--security-opt", "seccomp=unconfined"];
        let run = [&["run", "--rm"][..], &open, &["plain:1", "attack", "keyring"]].concat();
        let ours = good(command(bench.attack.to_str().unwrap(), &["keyring"]));
        let (one, two) = (good(bench.docker(&run)), good(bench.docker(&run)));
        assert!(one.parse::<i64>().unwrap() > 0 && one != ours && two != ours && one != two, "{ours} {one} {two}");
        good(bench.docker(&[&["run", "-d", "--name", "cc"][..], &open, &["plain:1", "sleep", "600"]].concat()));
        let exec = good(bench.docker(&["exec", "cc", "attack", "keyring"]));
        assert!(exec.parse::<i64>().unwrap() > 0 && exec != ours, "{exec}");
    });
}

#[test]
fn a_read_only_container_cannot_write_the_engines_files_either() {
    check(|bench| {
        bench.plain();
        let write = "for f in hosts hostname resolv.conf; do echo x >> /etc/$f && echo written; done; echo y > /dev/shm/y && echo ok";
        let said = good(bench.docker(&["run", "--rm", "--read-only", "plain:1", "sh", "-c", write]));
        assert_eq!(said, "ok");
        let said = good(bench.docker(&["run", "--rm", "plain:1", "sh", "-c", write]));
        assert_eq!(said, "written\nwritten\nwritten\nok");
    });
}

#[test]
fn a_privileged_command_has_all_capabilities_and_keeps_the_containers_filter() {
    check(|bench| {
        bench.plain();
        good(bench.docker(&["run", "-d", "--name", "none", "--cap-drop", "ALL", "plain:1", "sleep", "600"]));
        let look = ["grep", "-E", "^(CapEff|Seccomp):", "/proc/self/status"];
        let plain = good(bench.docker(&[&["exec", "none"][..], &look].concat()));
        assert_eq!(plain, "CapEff:\t0000000000000000\nSeccomp:\t2");
        let privileged = good(bench.docker(&[&["exec", "--privileged", "none"][..], &look].concat()));
        assert!(privileged.ends_with("Seccomp:\t2") && !privileged.contains("0000000000000000"), "{privileged}");
    });
}

#[test]
fn signals_that_the_engine_was_told_to_ignore_are_not_ignored_in_containers() {
    for who in everyone() {
        let ignoring = || ["sh", "-c", "trap '' HUP INT QUIT; exec \"$@\"", "sh"].map(str::to_owned).to_vec();
        let engine = Engine::start_in(who, |_| ignoring());
        good(engine.dockwalk(&["docker", "pull", "lab/shell:1"]));
        let mask = ["run", "--rm", "lab/shell:1", "grep", "SigIgn", "/proc/self/status"];
        assert_eq!(good(engine.docker(&mask)), "SigIgn:\t0000000000000000");
        good(engine.docker(&[
            "run",
            "-d",
            "--name",
            "one",
            "lab/shell:1",
            "sh",
            "-c",
            "trap 'exit 9' HUP; while :; do sleep 0.05; done",
        ]));
        std::thread::sleep(Duration::from_millis(300));
        good(engine.docker(&["kill", "-s", "HUP", "one"]));
        assert_eq!(good(engine.docker(&["wait", "one"])), "9");
    }
}

/// A process that joins can be killed or stopped from inside before it has done anything. It is collected all the same, or
/// the container's first process could never end.
#[test]
fn a_command_that_is_killed_as_it_joins_holds_nothing_up() {
    check(|bench| {
        bench.plain();
        for (name, signal) in [("killer", "9"), ("stopper", "19")] {
            good(bench.docker(&["run", "-d", "--name", name, "plain:1", "attack", "everybody", signal]));
            let commands: Vec<_> = (0..20)
                .map(|_| {
                    bench.engine.dockwalk(&["docker", "exec", name, "true"]).stderr(Stdio::null()).spawn().unwrap()
                })
                .collect();
            std::thread::sleep(Duration::from_secs(1));
            good(bench.docker(&["rm", "-f", name]));
            for mut command in commands {
                wait_child(&mut command);
            }
        }
        good(bench.docker(&["run", "--rm", "plain:1", "true"]));
        let zombies = children(bench.engine.pid()).into_iter().filter(|stat| stat.contains(") Z ")).collect::<Vec<_>>();
        assert_eq!(zombies, Vec::<String>::new());
    });
}

/// `docker run --rm` many times at once: the kernel gives the numbers of namespaces and addresses away again at once.
#[test]
fn containers_that_end_while_others_start_are_told_apart() {
    check(|bench| {
        bench.plain();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..12 {
                        good(bench.engine.dockwalk(&["docker", "run", "--rm", "plain:1", "true"]));
                    }
                });
            }
        });
        assert_eq!(good(bench.docker(&["ps", "-aq"])), "");
    });
}

fn wait_child(child: &mut std::process::Child) {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("a command hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// `/proc/<pid>/stat` of a process's children.
fn children(pid: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<String> =
        lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    pids.iter().filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok()).collect()
}
