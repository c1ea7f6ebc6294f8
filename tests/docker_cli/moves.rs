//! `dockwalk volume export` and `import`: a volume leaves, and comes back as it was, or not at all.

use crate::engine::{Engine, fails, for_everyone, good};
use dockwalk::client::Client;
use std::fs;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const IMAGE: &str = "lab/shell:1";
const FILL: &str = "umask 022; cd /v; mkdir -p d/empty; echo content > d/file; ln d/file again; ln -s /etc/passwd d/link; mkfifo pipe; \
    : > empty; echo odd > \"$(printf 'no\\377text\\nline')\"; dd of=sparse bs=1 seek=1073741824 count=0 2>/dev/null; \
    chown 1000:50 d/file; chown -h 12:34 d/link; chmod 4751 d/file; chown 7:8 d; chmod 700 d; \
    touch -d '2001-02-03 04:05:06' d/file empty pipe sparse d/empty d; chmod 1775 .; chown 3:4 .; touch -d '2002-03-04 05:06:07' .";
const LOOK: &str = "cd /v; find . -print0 | sort -z | xargs -0 stat -c '%n %F %a %u:%g %s %y' | grep -v ' directory ' ; \
    find . -type d | sort | xargs stat -c '%n %a %u:%g %y'; readlink d/link; stat -c '%h %b' d/file sparse; [ d/file -ef again ] && cat again";

struct Bench {
    engine: Engine,
    dir: PathBuf,
}

impl Bench {
    fn run(&self, flags: &str, script: &str) -> String {
        let flags = flags.split(' ');
        let args: Vec<_> =
            ["docker", "run", "--rm"].into_iter().chain(flags).chain([IMAGE, "sh", "-c", script]).collect();
        good(self.engine.dockwalk(&args))
    }

    fn line(&self, line: &str) -> Command {
        self.engine.dockwalk(&line.split(' ').collect::<Vec<_>>())
    }

    fn file(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    fn volumes(&self) -> String {
        good(self.line("docker volume ls -q")).replace('\n', " ")
    }

    /// Nothing is on its way any more. Who went away is noticed a moment later.
    fn is_clean(&self) {
        let ingest = || fs::read_dir(self.engine.root().join("ingest")).unwrap().count();
        for _ in 0..500 {
            if ingest() == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("something is left in ingest/");
    }
}

fn check(test: impl Fn(&mut Bench) + Sync) {
    for_everyone(|who| {
        let engine = Engine::start(who);
        let dir = engine.root().parent().unwrap().to_owned();
        let mut bench = Bench { engine, dir };
        good(bench.line("docker pull -q lab/shell:1"));
        test(&mut bench);
    });
}

#[test]
fn a_volume_is_exported_and_comes_back_as_containers_saw_it() {
    check(|bench| {
        good(bench.line("docker volume create --label tier=db data"));
        bench.run("-v data:/v", FILL);
        let place = bench.engine.root().join("volumes/data/_data/empty");
        xattr::set(&place, "user.note", b"kept").unwrap();
        let before = bench.run("-v data:/v", LOOK);
        assert!(before.contains("1000:50 8 2001-02-03 04:05:06") && before.ends_with("content"), "{before}");
        for (file, name) in [("data.tar", "plain"), ("data.tgz", "packed")] {
            let said = good(bench.line(&format!("volume export data {}", bench.file(file))));
            assert!(said.contains("The volume data is in"), "{said}");
            let mode = fs::metadata(bench.file(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "what is in a volume is nobody else's");
            let said = good(bench.line(&format!("volume import {} {name}", bench.file(file))));
            assert!(said.contains("10 files and directories verified"), "{said}");
            assert_eq!(bench.run(&format!("-v {name}:/v"), LOOK), before);
            let labels = good(bench.line(&format!("docker volume inspect -f {{{{.Labels}}}} {name}")));
            assert_eq!(labels, "map[tier:db]");
            let place = bench.engine.root().join("volumes").join(name).join("_data/empty");
            assert_eq!(xattr::get(place, "user.note").unwrap().as_deref(), Some(&b"kept"[..]));
        }
        assert!(fs::metadata(bench.file("data.tar")).unwrap().len() < 1 << 20, "holes are none of it");
        // Other tools read it.
        let listed = Command::new("tar").args(["tvf", &bench.file("data.tar")]).output().unwrap();
        assert!(listed.status.success(), "{listed:?}");
        // One that is there stays as it is.
        let said = fails(bench.line(&format!("volume import {}", bench.file("data.tar"))), 1);
        assert!(said.contains("data is there already") && said.contains("volume import FILE NAME"), "{said}");
        fails(bench.line(&format!("volume export none {}", bench.file("none.tar"))), 1);
        assert!(!bench.dir.join("none.tar").exists() && !bench.dir.join("none.tar.part").exists());
        bench.is_clean();
    });
}

#[test]
fn what_may_change_meanwhile_is_said_and_the_trace_has_what_was_read() {
    check(|bench| {
        bench.run("-v data:/v", "echo x > /v/f");
        good(bench.line("docker run -d --name writer -v data:/v lab/shell:1 sleep 600"));
        let file = bench.file("data.tar");
        let output = crate::engine::output(bench.line(&format!("volume export data {file}")));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("[writer]") && said.contains("docker pause"), "{said}");
        let beside =
            fs::read_dir(&bench.dir).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        assert_eq!(beside.filter(|name| name.starts_with("data.tar")).collect::<Vec<_>>(), ["data.tar"]);
        let length = |client: &Client| client.info().unwrap().trace_length;
        let client = bench.engine.client();
        let before = length(&client);
        good(bench.line(&format!("volume import {file} other")));
        assert!(length(&client) - before < 10, "a few events, however many files");
        let trace = good(bench.line("trace export -"));
        let moved: Vec<_> = trace.lines().filter(|line| line.contains("volume_moved")).collect();
        assert_eq!(moved.len(), 2, "{trace}");
        let digest = |line: &str| line.split("\"digest\":\"").nth(1).unwrap()[..71].to_owned();
        assert_eq!(digest(moved[0]), digest(moved[1]));
        assert!(moved[1].contains("rename") && moved[1].contains("\"entries\":2"), "{}", moved[1]);
        good(bench.line("docker rm -f writer"));
    });
}

/// A volume with content that is no hole, exported. Returns the archive.
fn exported(bench: &Bench) -> PathBuf {
    bench.run(
        "-v data:/v",
        "head -c 6000000 /dev/urandom > /v/large; mkdir /v/d; for n in $(seq 300); do echo $n > /v/d/$n; done",
    );
    let file = bench.dir.join("data.tar");
    good(bench.line(&format!("volume export data {}", file.display())));
    file
}

#[test]
fn nobody_waits_for_who_reads_an_archive_slowly_or_sends_one() {
    check(|bench| {
        let file = exported(bench);
        good(bench.line("docker run -d --name writer -v data:/v lab/shell:1 sleep 600"));
        let connect = |head: &str| {
            let mut stream = UnixStream::connect(bench.engine.socket()).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        };
        let mut reader = connect("GET /dockwalk/v1/volumes/data/export HTTP/1.1\r\nHost: d\r\n\r\n");
        reader.read_exact(&mut [0; 16]).unwrap();
        // The container ends, and one that has the volume comes and goes.
        good(bench.line("docker rm -f writer"));
        bench.run("-v data:/v", "echo y > /v/g");
        drop(reader);

        let path = "/dockwalk/v1/volumes/import?name=slow";
        let head = format!("POST {path} HTTP/1.1\r\nHost: d\r\nContent-Length: 9000000\r\n\r\n");
        let mut sender = connect(&head);
        sender.write_all(&fs::read(&file).unwrap()[..1_000_000]).unwrap();
        good(bench.line("docker volume create slow"));
        bench.run("-v slow:/v", "test -z \"$(ls /v)\"");
        drop(sender);
        good(bench.line("docker volume rm slow"));

        // Two at once to one file: each writes one of its own, and it is one of them whole.
        let export = || bench.line(&format!("volume export data {}", file.display()));
        let (mut one, mut two) = (export().spawn().unwrap(), export().spawn().unwrap());
        assert!(one.wait().unwrap().success() && two.wait().unwrap().success());
        good(bench.line(&format!("volume import {} again", file.display())));
        good(bench.line("docker volume rm again data"));
    });
}

#[test]
fn an_archive_that_was_damaged_is_refused_and_leaves_nothing() {
    check(|bench| {
        let file = exported(bench);
        let whole = fs::read(&file).unwrap();
        let readable = |name: &str, bytes: &[u8]| {
            fs::write(bench.dir.join(name), bytes).unwrap();
            fs::set_permissions(bench.dir.join(name), fs::Permissions::from_mode(0o644)).unwrap();
        };
        let mut other = whole.clone();
        other[3_000_000] ^= 1;
        readable("flipped.tar", &other);
        let said = fails(bench.line(&format!("volume import {} other", bench.file("flipped.tar"))), 1);
        assert!(said.contains("data/large") && said.contains("digest differs"), "{said}");
        readable("short.tar", &whole[..4_000_000]);
        let said = fails(bench.line(&format!("volume import {} other", bench.file("short.tar"))), 1);
        assert!(said.contains("no whole tar"), "{said}");
        fails(bench.line(&format!("volume import {} other", bench.file("nothing.tar"))), 1);
        assert_eq!(bench.volumes(), "data");
        bench.is_clean();
    });
}

#[test]
fn who_calls_it_off_or_is_killed_leaves_the_whole_volume_or_none() {
    check(|bench| {
        let file = exported(bench);
        let size = fs::metadata(&file).unwrap().len();
        // A user's archive is read by the test, too.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let client = bench.engine.client();
        let mut told = Vec::new();
        let part = |told: &[u64]| if told.len() > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let to = bench.dir.join("broken.tar");
        let stopped = client.export_volume("data", &to, |bytes| {
            told.push(bytes);
            part(&told)
        });
        assert_eq!(stopped.unwrap(), None);
        assert!(told.is_sorted() && !to.exists() && !bench.dir.join("broken.tar.part").exists());
        let half = move |bytes| if bytes > size / 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        client.import_volume(&file, Some("other"), half).unwrap_err();
        bench.is_clean();
        assert_eq!(bench.volumes(), "data");
        // The command is killed while it sends.
        let pipe = bench.dir.join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
        fs::set_permissions(&pipe, fs::Permissions::from_mode(0o644)).unwrap();
        let mut command = bench.line(&format!("volume import {} other", pipe.display()));
        let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut sends = fs::File::options().write(true).open(&pipe).unwrap();
        sends.write_all(&fs::read(&file).unwrap()[..4_000_000]).unwrap();
        killed.kill().unwrap();
        killed.wait().unwrap();
        bench.is_clean();
        assert_eq!(bench.volumes(), "data");
        // The engine is, at some moments: from then on it answers nobody.
        for part in [1, 3, 6] {
            let pid = nix::unistd::Pid::from_raw(bench.engine.pid().cast_signed());
            let client = bench.engine.client();
            let kill = move |bytes| {
                if bytes > size * part / 6 - 1 {
                    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).ok();
                }
                ControlFlow::Continue(())
            };
            let done = client.import_volume(&file, Some("other"), kill);
            bench.engine.kill();
            bench.engine.start_again();
            bench.is_clean();
            let there = bench.volumes().contains("other");
            assert!(there || done.is_err());
            if !there {
                good(bench.line(&format!("volume import {} other", file.display())));
            }
            is_whole(bench, "other");
            good(bench.line("docker volume rm other"));
        }
    });
}

fn is_whole(bench: &Bench, name: &str) {
    let sums = "cd /v; cat large d/* | sha256sum; ls d | wc -l";
    assert_eq!(bench.run(&format!("-v {name}:/v"), sums), bench.run("-v data:/v", sums));
}
