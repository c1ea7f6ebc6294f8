//! What a container writes is seen in its upper directory, with the bytes that the kernel copied up.

use crate::cases::Case;
use crate::fixture::{Fixture, Started, write_line};
use dockwalk::engine::upper::{Kind, Uppers, diff};
use dockwalk::trace::{Body, Change, CopyUp, Effect, Evidence, Upper, UpperChange, UpperFile};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    ("one_byte_appended_to_a_hundred_megabytes_copies_them_all", append),
    ("what_is_emptied_on_opening_is_not_copied", truncate),
    ("mode_time_and_owner_copy_the_whole_file", metadata),
    ("holes_are_not_copied_up", sparse),
    ("what_is_deleted_leaves_a_whiteout_and_a_directory_made_anew_is_opaque", deleted),
    ("what_was_copied_is_known_by_its_new_names", renamed),
    ("what_is_new_is_added_and_what_goes_again_is_gone", added),
    ("a_log_grows_while_it_stays_open", log),
    ("a_terminal_makes_no_difference", terminal),
    ("a_link_in_the_upper_directory_leads_nowhere", link),
    ("a_tree_of_directories_made_at_once_is_seen_whole", burst),
    ("lost_notifications_are_made_up_for", flood),
    ("a_diff_says_what_docker_says", diff_as_docker),
    ("a_container_that_starts_again_goes_on_where_it_was", again),
];

/// What `docker diff` of Docker 20.10 (overlay2) says after [`diff`]'s script on the same files.
const AS_DOCKER: &str = "A /data/also\nA /data/dir/new\nA /data/link\nA /data/moved\nA /data/new\nA /srv\nA /srv/a\n\
    A /srv/a/b\nA /srv/a/b/c\nC /data\nC /data/dir\nC /data/file2\nC /data/file3\nC /data/file6\nC /data/swap\n\
    C /etc\nC /etc/motd\nC /tmp\nD /data/dir/a\nD /data/dir/sub\nD /data/file1\nD /data/file4";

const BIG: u64 = 100_000_000;
/// The size of a small lower file.
const LOW: u64 = 3800;

struct Bench {
    fixture: Fixture,
    uppers: Uppers,
}

impl Bench {
    fn new() -> Self {
        let fixture = Fixture::new();
        let data = fixture.base().join("data");
        for n in 0..8 {
            fs::write(data.join(format!("file{n}")), format!("what lies below, {n}\n").repeat(200)).unwrap();
        }
        fs::create_dir_all(data.join("dir/sub")).unwrap();
        fs::write(data.join("dir/sub/deep"), "deep").unwrap();
        let uppers = Uppers::start(Arc::clone(&fixture.conductor)).unwrap();
        Self { fixture, uppers }
    }

    fn big(self) -> Self {
        let block: Vec<u8> = (0..250_000_u32).flat_map(u32::to_le_bytes).collect();
        fs::write(self.fixture.base().join("data/big"), block.repeat(100)).unwrap();
        self
    }

    fn start(&self, script: &str, tty: bool) -> Started {
        let (mut spec, dir) = self.fixture.prepare(&["sh", "-c", script]);
        spec.tty = tty;
        self.uppers.watch(&self.fixture.upper_spec(&spec)).unwrap();
        self.fixture.start((spec, dir)).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Runs a script to its end: what its upper directory holds then, as the trace says.
    fn run(&self, script: &str) -> Upper {
        let mut started = self.start(script, false);
        let said = started.output();
        assert_eq!(said, "", "{script}");
        self.end(started)
    }

    fn end(&self, started: Started) -> Upper {
        started.running.wait();
        self.uppers.rest(&started.id);
        let upper = self.upper(&started);
        self.uppers.forget(&started.id);
        self.fixture.end(started);
        upper
    }

    fn upper(&self, started: &Started) -> Upper {
        self.fixture.conductor.world().uppers.get(&started.id).map(|upper| (**upper).clone()).unwrap_or_default()
    }

    /// Waits until the trace says so; it is said by itself.
    fn wait(&self, started: &Started, what: impl Fn(&Upper) -> bool) -> Upper {
        let begun = Instant::now();
        loop {
            let upper = self.upper(started);
            if what(&upper) {
                return upper;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "never said: {:?}", upper);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn changes(&self) -> Vec<UpperChange> {
        let change = |change| match change {
            Change::UpperChanged(it) => Some(it),
            _ => None,
        };
        self.fixture.changes().into_iter().filter_map(change).collect()
    }
}

fn file<'a>(upper: &'a Upper, path: &str) -> &'a UpperFile {
    upper.files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", upper.files.keys().collect::<Vec<_>>()))
}

fn copy<'a>(upper: &'a Upper, path: &str) -> &'a CopyUp {
    file(upper, path).copied.as_ref().unwrap_or_else(|| panic!("{path} is no copy: {:?}", file(upper, path)))
}

fn append() {
    let bench = Bench::new().big();
    let upper = bench.run("printf x >> /data/big");
    let (big, copied) = (file(&upper, "data/big"), copy(&upper, "data/big"));
    assert_eq!((big.effect, big.size), (Effect::Replaced, BIG + 1));
    assert_eq!((copied.size, copied.bytes), (BIG, BIG));
    assert_eq!(copied.layer.hex(), format!("{:064x}", 0));
    assert_eq!((upper.totals.bytes, upper.totals.copied), (BIG + 1, BIG));
    let observed = bench.fixture.events().into_iter().find_map(|event| match &event.body {
        Body::Observed { step: None, change, evidence } if matches!(&**change, Change::UpperChanged(it) if it.files[0].path == "data/big") =>
        {
            Some(evidence.clone())
        }
        _ => None,
    });
    let said = format!("{:?}", observed.expect("an observation without a step"));
    let parts = ["IN_CREATE", "st_size=100000001", "st_size=100000000", "overlay.origin", "64 of 64 blocks alike"];
    parts.iter().for_each(|part| assert!(said.contains(part), "{part} is not in {said}"));
}

fn truncate() {
    let bench = Bench::new().big();
    let script = "> /data/big; echo something else of another length > /data/file1; cp /data/file2 /data/file3";
    let upper = bench.run(script);
    assert_eq!(copy(&upper, "data/big").bytes, 0);
    assert_eq!((copy(&upper, "data/big").size, file(&upper, "data/big").size), (BIG, 0));
    assert_eq!(copy(&upper, "data/file1").bytes, 0);
    assert_eq!(copy(&upper, "data/file3").layer.hex(), format!("{:064x}", 0));
    assert!(upper.totals.copied < BIG, "{:?}", upper.totals);
}

fn metadata() {
    let bench = Bench::new();
    let upper = bench.run("chmod 600 /data/file1; touch /data/file2; chown 1000 /data/file3; chmod 700 /data/dir");
    for path in ["data/file1", "data/file2", "data/file3"] {
        let copied = copy(&upper, path);
        assert_eq!((copied.bytes, copied.size), (file(&upper, path).size, file(&upper, path).size), "{path}");
        assert_eq!(copied.bytes, LOW);
    }
    let dir = file(&upper, "data/dir");
    assert!(dir.dir && dir.effect == Effect::Replaced, "{dir:?}");
    assert!(!upper.files.contains_key("data"), "it only leads to what was changed");
}

fn sparse() {
    let bench = Bench::new();
    let file = fs::File::create(bench.fixture.base().join("data/sparse")).unwrap();
    file.set_len(64 << 20).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[9; 8192], 0).unwrap();
    let upper = bench.run("chmod 600 /data/sparse");
    let copied = copy(&upper, "data/sparse");
    assert_eq!(copied.size, 64 << 20);
    assert!((8192..=4 << 20).contains(&copied.bytes), "{copied:?}");
}

fn deleted() {
    let bench = Bench::new();
    let script = "rm /data/file1; rm -r /data/dir; mkdir /data/dir; echo new > /data/dir/new; rm /etc/motd; \
                  echo other > /etc/motd; mkdir /data/tmp; rmdir /data/tmp";
    let upper = bench.run(script);
    assert_eq!(file(&upper, "data/file1").effect, Effect::Deleted);
    assert_eq!(file(&upper, "data/dir").effect, Effect::Opaque);
    assert_eq!(file(&upper, "data/dir/new").effect, Effect::Added);
    let motd = file(&upper, "etc/motd");
    assert_eq!((motd.effect, &motd.copied), (Effect::Replaced, &None));
    assert!(!upper.files.contains_key("data/tmp"));
    assert_eq!(upper.totals.deleted, 2);
}

fn renamed() {
    let bench = Bench::new();
    let upper = bench.run(
        "mv /data/file1 /data/moved; ln /data/file2 /data/also; echo x >> /data/file3; mkdir /data/n; \
                           mv /data/file3 /data/n/three; mv /data/n /data/m",
    );
    let bytes = copy(&upper, "data/file2").size;
    for (path, was) in [("data/moved", "data/file1"), ("data/also", "data/file2"), ("data/m/three", "data/file3")] {
        let copied = copy(&upper, path);
        assert_eq!(
            (copied.path.as_str(), copied.bytes, file(&upper, path).effect),
            (was, bytes, Effect::Added),
            "{path}"
        );
    }
    assert_eq!(file(&upper, "data/file1").effect, Effect::Deleted);
    assert_eq!(file(&upper, "data/file3").effect, Effect::Deleted);
    assert_eq!(upper.totals.copied, 3 * bytes, "a second name is no second copy");
    assert_eq!(upper.totals.bytes, 3 * bytes + 2, "two names of one file count once");
}

fn added() {
    let bench = Bench::new();
    let script = "mkdir -p /data/a/b; echo 12345 > /data/a/b/c; ln -s x /data/a/link; mkfifo /data/a/pipe; read wait; \
                  rm /data/a/b/c; read wait";
    let mut started = bench.start(script, false);
    let upper = bench.wait(&started, |upper| upper.files.contains_key("data/a/pipe"));
    for path in ["data/a", "data/a/b", "data/a/b/c", "data/a/link"] {
        assert_eq!((file(&upper, path).effect, &file(&upper, path).copied), (Effect::Added, &None), "{path}");
    }
    assert_eq!((file(&upper, "data/a/b/c").size, file(&upper, "data/a").dir), (6, true));
    assert_eq!(upper.totals.copied, 0);
    write_line(started.running.io.as_mut().unwrap(), "go");
    bench.wait(&started, |upper| !upper.files.contains_key("data/a/b/c"));
    assert!(bench.changes().iter().any(|change| change.gone == ["data/a/b/c"]));
    started.output();
    bench.end(started);
}

fn log() {
    let bench = Bench::new();
    let mut started = bench.start("exec 3>>/data/file1; while read line; do echo $line >&3; done", false);
    let size = LOW;
    bench.wait(&started, |upper| upper.files.get("data/file1").is_some_and(|file| file.size == size));
    for n in 1..=3 {
        write_line(started.running.io.as_mut().unwrap(), "123456789");
        let now = bench.wait(&started, |upper| file(upper, "data/file1").size == size + 10 * n);
        assert_eq!(copy(&now, "data/file1").bytes, size, "no second copy");
    }
    started.output();
    assert_eq!(bench.end(started).totals.copied, size);
}

fn terminal() {
    let bench = Bench::new();
    let mut started = bench.start("echo x >> /data/file1; read wait", true);
    let upper = bench.wait(&started, |upper| upper.files.contains_key("data/file1"));
    assert_eq!(copy(&upper, "data/file1").bytes, LOW);
    write_line(started.running.io.as_mut().unwrap(), "go");
    started.output();
    bench.end(started);
}

/// A container's directory becomes a link to one of the host's: nothing of the host is looked at.
fn link() {
    let bench = Bench::new();
    let secret = bench.fixture.dir.path().join("secret");
    fs::create_dir(&secret).unwrap();
    fs::set_permissions(&secret, PermissionsExt::from_mode(0o755)).unwrap();
    fs::write(secret.join("key"), "of the host").unwrap();
    symlink("nowhere", bench.fixture.base().join("data/low")).unwrap();
    let script = format!(
        "mkdir /data/d; echo x > /data/d/key; rm -r /data/d; ln -s {} /data/d; ls /data/d 2>/dev/null; \
                          read wait; echo done",
        secret.display()
    );
    let mut started = bench.start(&script, false);
    bench.wait(&started, |upper| upper.files.get("data/d").is_some_and(|file| !file.dir));
    fs::write(secret.join("another"), "of the host").unwrap();
    write_line(started.running.io.as_mut().unwrap(), "go");
    started.output();
    let upper = bench.end(started);
    assert!(upper.files.keys().all(|path| !path.contains("key") && !path.contains("another")), "{:?}", upper.files);
}

fn burst() {
    let bench = Bench::new();
    let script = "cd /data; for a in 1 2 3 4 5 6 7 8 9; do mkdir -p new/$a/b/c; for f in 1 2 3 4 5 6 7 8 9; do \
                  echo $f > new/$a/b/c/$f; done; done";
    let upper = bench.run(script);
    assert_eq!(upper.totals.paths, 1 + 9 * 3 + 81);
    assert_eq!(upper.totals.bytes, 162);
    assert_eq!(upper.files.values().filter(|file| !file.mount_point).count(), 109);
}

/// More notifications than the kernel keeps, while the one who listens is held up.
fn flood() {
    let bench = Bench::new();
    let mut started = bench.start(
        "read wait; cd /data; i=0; while [ $i -lt 6000 ]; do echo $i > n$i; i=$((i+1)); done; \
                                   rm file1; echo x >> file2",
        false,
    );
    // While the trace is looked at, nothing is recorded; the one who wants to record waits, and hears nothing.
    bench.fixture.conductor.recorder().with(|_| {
        write_line(started.running.io.as_mut().unwrap(), "go");
        started.output();
        started.running.wait();
    });
    let upper = bench.end(started);
    assert_eq!(upper.totals.paths, 6002);
    assert!(upper.files.len() <= UpperChange::SHOWN);
    assert_eq!(file(&upper, "data/file1").effect, Effect::Deleted);
    assert_eq!(copy(&upper, "data/file2").bytes, LOW);
}

fn again() {
    let bench = Bench::new();
    let (spec, dir) = bench.fixture.prepare(&["sh", "-c", "echo x >> /data/file1; rm /data/file2"]);
    let mut started = bench.fixture.start((spec.clone(), dir.clone())).unwrap_or_else(|fault| panic!("{fault}"));
    started.output();
    started.running.wait();
    bench.fixture.operate(|cx| started.running.reaped(cx)).unwrap();
    // It was not watched so far: what lies there is found.
    bench.uppers.watch(&bench.fixture.upper_spec(&spec)).unwrap();
    let upper = bench.wait(&started, |upper| upper.totals.paths == 2);
    assert_eq!(copy(&upper, "data/file1").bytes, LOW);
    bench.uppers.rest(&started.id);
    let before = bench.changes().len();
    bench.uppers.watch(&bench.fixture.upper_spec(&spec)).unwrap();
    bench.uppers.settle(&started.id);
    assert_eq!(bench.changes().len(), before, "what was said is not said again");
    assert!(bench.changes().iter().all(|change| change.totals.copied == LOW));
    let evidence = |e: &Evidence| matches!(e, Evidence::Syscall { .. } | Evidence::Own { .. });
    assert!(bench.fixture.events().iter().all(|event| match &event.body {
        Body::Observed { change, evidence: all, .. } if matches!(**change, Change::UpperChanged(_)) =>
            !all.is_empty() && all.iter().all(evidence),
        _ => true,
    }));
    bench.uppers.forget(&started.id);
    bench.fixture.operate(|cx| dockwalk::engine::rootfs::remove(cx, &started.id, &started.dir)).unwrap();
}

fn diff_as_docker() {
    let bench = Bench::new();
    let base = bench.fixture.base();
    for dir in ["data/empty", "data/swap"] {
        fs::create_dir_all(base.join(dir)).unwrap();
    }
    fs::write(base.join("data/dir/a"), "a").unwrap();
    fs::write(base.join("data/swap/x"), "x").unwrap();
    let script = "echo x >> /etc/motd; echo new > /data/new; rm /data/file1; chmod 600 /data/file2; touch /data/file3; \
                  mv /data/file4 /data/moved; ln /data/file5 /data/also; mkdir -p /srv/a/b; echo 1 > /srv/a/b/c; \
                  rm -r /data/dir; mkdir /data/dir; echo n > /data/dir/new; touch /data/empty/t; rm /data/empty/t; \
                  rm -r /data/swap; echo file > /data/swap; rm /data/file6; echo again > /data/file6; chmod 700 /tmp; \
                  ln -s x /data/link";
    let (spec, dir) = bench.fixture.prepare(&["sh", "-c", script]);
    let upper = bench.fixture.upper_spec(&spec);
    let mut started = bench.fixture.start((spec, dir)).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(started.output(), "");
    let kind = |kind| match kind {
        Kind::Changed => "C",
        Kind::Added => "A",
        Kind::Deleted => "D",
    };
    let mut said: Vec<_> = diff(&upper).unwrap().iter().map(|(path, of)| format!("{} {path}", kind(*of))).collect();
    said.sort();
    assert_eq!(said.join("\n"), AS_DOCKER);
    bench.fixture.end(started);
}
