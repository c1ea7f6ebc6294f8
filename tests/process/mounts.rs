//! What is mounted in a container.

use crate::cases::Case;
use crate::fixture::Fixture;
use dockwalk::engine::process::{MountSource, MountSpec, Propagation};
use dockwalk::trace::{Change, Code, MountKind};
use std::fs;
use std::path::Path;

pub const CASES: &[Case] = &[
    ("the_system_mounts_are_there", system),
    ("volumes_binds_and_tmpfs_are_mounted_and_observed", all_kinds),
    ("a_file_can_be_bound_and_a_mount_lie_in_another", nested),
    ("a_symlink_of_the_image_does_not_lead_out_of_it", symlinks),
    ("a_bind_source_that_is_missing_is_named_or_made", missing_source),
    ("the_root_can_be_read_only", read_only_root),
    ("a_device_node_made_inside_opens_nothing", no_devices),
    ("limits_are_set_or_said_to_be_impossible", limits),
];

fn system() {
    let fixture = Fixture::new();
    let script = "awk '{print $5}' /proc/self/mountinfo; ls /dev; echo x > /dev/null; head -c 3 /dev/zero | wc -c; \
                  stat -L -c %a /dev/shm /dev/ptmx; cat /etc/motd";
    let (text, _) = fixture.run(script);
    let targets = [
        "/",
        "/proc",
        "/sys",
        "/dev",
        "/dev/pts",
        "/dev/shm",
        "/dev/mqueue",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/dev/null",
    ];
    let devices =
        ["fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stdin", "stdout", "tty", "urandom", "zero"];
    for wanted in targets.iter().chain(&devices) {
        assert!(text.lines().any(|line| line == *wanted), "{wanted}: {text}");
    }
    assert!(text.ends_with("3\n1777\n666\nsecond layer\n"), "{text}");
}

fn bind(path: &Path, target: &str, read_only: bool) -> MountSpec {
    MountSpec {
        source: MountSource::Bind {
            path: path.to_owned(),
            create: false,
            propagation: Propagation::default(),
            recursive: true,
        },
        target: target.into(),
        read_only,
    }
}

fn all_kinds() {
    let fixture = Fixture::new();
    let (volume, host) = (fixture.dir.path().join("volume"), fixture.dir.path().join("host"));
    fs::create_dir_all(&volume).unwrap();
    fs::create_dir_all(&host).unwrap();
    fs::write(host.join("file"), "from host\n").unwrap();
    let script = "echo kept > /vol/file; cat /host/file; touch /host/no; df -k /mem | tail -1 | awk '{print $2}'; stat -c %a /mem; touch /mem/x && echo ok";
    let (mut spec, dir) = fixture.prepare(&["sh", "-c", script]);
    let source = MountSource::Volume { name: "data".into(), path: volume.clone(), copy_up: false };
    let memory = MountSource::Tmpfs { options: "size=1m,mode=1770".into() };
    spec.mounts = vec![
        MountSpec { source, target: "/vol".into(), read_only: false },
        bind(&host, "/host", true),
        MountSpec { source: memory, target: "/mem".into(), read_only: false },
    ];
    let (text, _) = fixture.run_spec((spec, dir));
    assert!(text.starts_with("from host\n1024\n1770\nok\n"), "{text}");
    assert!(text.contains("/host/no: Read-only file system"), "{text}");
    assert_eq!(fs::read_to_string(volume.join("file")).unwrap(), "kept\n");
    assert_eq!(fs::read_to_string(host.join("file")).unwrap(), "from host\n");
    let seen = |target: &str| {
        let mounts = fixture.changes().into_iter().filter_map(|change| match change {
            Change::MountSeen(mount) if mount.target == target => Some(mount),
            _ => None,
        });
        mounts.last().unwrap_or_else(|| panic!("{target} not observed"))
    };
    assert_eq!(seen("/vol").kind, MountKind::Volume { name: "data".into() });
    assert_eq!(seen("/host").kind, MountKind::Bind { from: host.display().to_string() });
    assert!(seen("/host").read_only && !seen("/vol").read_only);
    assert_eq!((seen("/mem").kind, seen("/mem").fstype), (MountKind::Tmpfs, "tmpfs".into()));
    let MountKind::Overlay { lower, .. } = seen("/").kind else { panic!("an overlay") };
    assert_eq!(lower.len(), 2);
    assert!(lower[0].ends_with("second") && lower[1].ends_with("base"), "{lower:?}");
}

fn nested() {
    let fixture = Fixture::new();
    let (outer, file) = (fixture.dir.path().join("outer"), fixture.dir.path().join("file"));
    fs::create_dir_all(&outer).unwrap();
    fs::write(&file, "bound\n").unwrap();
    let (mut spec, dir) = fixture.prepare(&["cat", "/outer/inner/file", "/etc/new"]);
    spec.mounts =
        vec![bind(&file, "/outer/inner/file", false), bind(&outer, "/outer", false), bind(&file, "/etc/new", false)];
    assert_eq!(fixture.run_spec((spec, dir)), ("bound\nbound\n".into(), 0));
}

fn symlinks() {
    let fixture = Fixture::new();
    let outside = fixture.dir.path().join("outside");
    fs::create_dir_all(&outside).unwrap();
    let (mut spec, dir) = fixture.prepare(&["sh", "-c", &format!("ls {}/inside /trap", outside.display())]);
    // An image that was made to lead the engine astray. As in Docker the link leads to a place in the container.
    std::os::unix::fs::symlink(outside.join("inside"), spec.rootfs.upper.join("trap")).unwrap();
    let source = fixture.dir.path().join("source");
    fs::create_dir_all(source.join("here")).unwrap();
    spec.mounts = vec![bind(&source, "/trap", false)];
    let (text, status) = fixture.run_spec((spec, dir));
    assert_eq!((text.matches("here").count(), status), (2, 0), "{text}");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

fn missing_source() {
    let fixture = Fixture::new();
    let path = fixture.dir.path().join("not/there");
    let (mut spec, dir) = fixture.prepare(&["true"]);
    spec.mounts = vec![bind(&path, "/x", false)];
    let fault = fixture.start((spec, dir)).err().expect("a fault");
    assert_eq!(fault.problem.code, Code::BindSourceMissing);
    let (mut spec, dir) = fixture.prepare(&["true"]);
    let source =
        MountSource::Bind { path: path.clone(), create: true, propagation: Propagation::default(), recursive: true };
    spec.mounts = vec![MountSpec { source, target: "/x".into(), read_only: false }];
    assert_eq!(fixture.run_spec((spec, dir)).1, 0);
    assert!(path.is_dir());
}

fn read_only_root() {
    let fixture = Fixture::new();
    let (mut spec, dir) = fixture.prepare(&["sh", "-c", "touch /x; touch /dev/shm/y && echo ok"]);
    spec.read_only_root = true;
    let (text, _) = fixture.run_spec((spec, dir));
    assert!(text.starts_with("ok\n") && text.contains("Read-only file system"), "{text}");
}

fn no_devices() {
    let fixture = Fixture::new();
    let script =
        "for d in / /dev /dev/shm; do mknod $d/zero-again c 1 5 2>/dev/null && head -c 1 $d/zero-again; done; true";
    let (text, _) = fixture.run(script);
    assert!(!text.contains('\0'), "{text:?}");
    if !fixture.lab.rootless {
        assert_eq!(text.to_lowercase().matches("permission denied").count(), 3, "{text}");
    }
}

fn limits() {
    let fixture = Fixture::new();
    let script = "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 5 & done; echo all";
    let (mut spec, dir) = fixture.prepare(&["sh", "-c", script]);
    (spec.limits.pids, spec.limits.memory, spec.limits.cpus) = (Some(6), Some(64 << 20), Some(0.5));
    let (text, _) = fixture.run_spec((spec, dir));
    let remark = fixture.changes().into_iter().any(|c| matches!(c, Change::Remark(p) if p.code == Code::CgroupNotHere));
    let limits = fixture.changes().into_iter().find_map(|change| match change {
        Change::CgroupSeen(cgroup) => Some(cgroup.limits),
        _ => None,
    });
    if fixture.spawner.cgroups().usable() {
        let limits = limits.expect("a group");
        assert_eq!(limits["pids.max"], "6");
        assert!(limits.values().any(|value| value == "67108864"), "{limits:?}");
        // Memory and swap together in version 1, swap alone in version 2: in both ways as much swap as memory.
        let (v1, v2) = (limits.get("memory.memsw.limit_in_bytes"), limits.get("memory.swap.max"));
        let unknown = |c: &Change| matches!(c, Change::Remark(p) if p.code == Code::CgroupNoSwap);
        match v1.or(v2) {
            Some(value) => assert_eq!(value, if v1.is_some() { "134217728" } else { "67108864" }),
            None => assert!(fixture.changes().iter().any(unknown), "it is said that swap is not limited"),
        }
        assert!(text.contains("fork"), "{text}");
    } else {
        assert!(remark && limits.is_none());
        assert_eq!(text, "all\n");
    }
}
