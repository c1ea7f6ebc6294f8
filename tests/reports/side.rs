//! Who is asked: dockwalk's engine by one of the clients, or a real dockerd.

use crate::clients::Bench;
use crate::engine::{fails, good, output};
use crate::lab::Docker;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

pub const IMAGE: &str = "lab/shell:1";

pub enum Side<'a> {
    Dockwalk(&'a Bench<'a>),
    Docker(&'a Docker),
}

impl<'a> Side<'a> {
    pub fn of(bench: &'a Bench<'a>) -> Self {
        Self::Dockwalk(bench)
    }

    pub fn dockers(docker: &'a Docker) -> Self {
        Self::Docker(docker)
    }

    /// Leaves no container, no volume and no network of somebody's.
    pub fn clear(&self) {
        for (list, remove) in
            [("ps -aq", "rm -f -v"), ("volume ls -q", "volume rm -f"), ("network ls -q -f type=custom", "network rm")]
        {
            for name in self.good(list).lines() {
                self.good(&format!("{remove} {name}"));
            }
        }
    }

    pub fn args(&self, args: &[&str]) -> Command {
        match self {
            Self::Dockwalk(bench) => bench.args(args),
            Self::Docker(docker) => docker.command(args),
        }
    }

    pub fn line(&self, line: &str) -> Command {
        self.args(&line.split(' ').collect::<Vec<_>>())
    }

    /// What it prints, when it goes well.
    pub fn good(&self, line: &str) -> String {
        good(self.line(line))
    }

    /// What a shell prints in a new container.
    pub fn run(&self, flags: &str, script: &str) -> String {
        let flags = flags.split(' ').filter(|flag| !flag.is_empty());
        let args: Vec<_> = ["run", "--rm"].into_iter().chain(flags).chain([IMAGE, "sh", "-c", script]).collect();
        good(self.args(&args))
    }

    /// A container that runs.
    pub fn start(&self, name: &str, flags: &str, script: &str) {
        let flags = flags.split(' ').filter(|flag| !flag.is_empty());
        let args = ["run", "-d", "--name", name].into_iter().chain(flags);
        good(self.args(&args.chain([IMAGE, "sh", "-c", script]).collect::<Vec<_>>()));
        self.soon(name, "ready");
    }

    /// Waits until a container has printed that.
    pub fn soon(&self, name: &str, text: &str) {
        for _ in 0..500 {
            if self.good(&format!("logs {name}")).contains(text) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{name} does not say {text}");
    }

    /// The complaint, when it fails with that status.
    pub fn fails(&self, line: &str, status: i32) -> String {
        fails(self.line(line), status)
    }

    pub fn output(&self, args: &[&str]) -> Output {
        output(self.args(args))
    }

    /// A new image of the shell's with that instruction.
    pub fn image(&self, name: &str, change: &str) {
        let id = self.good(&format!("create {IMAGE}"));
        good(self.args(&["commit", "--change", change, &id, name]));
        self.good(&format!("rm {id}"));
    }

    /// Who serves ends in order, and starts again with what it has.
    pub fn restart(&self) {
        match self {
            Self::Dockwalk(bench) => bench.engine.restart(),
            Self::Docker(docker) => docker.restart(),
        }
    }

    pub fn is_docker(&self) -> bool {
        matches!(self, Self::Docker(_))
    }

    fn socket(&self) -> PathBuf {
        match self {
            Self::Dockwalk(bench) => bench.engine.socket(),
            Self::Docker(docker) => docker.socket().to_owned(),
        }
    }

    /// A request as it goes over the wire: status and body.
    pub fn post(&self, path: &str, body: &str) -> (u16, Vec<u8>) {
        self.ask("POST", path, body, "Connection: close")
    }

    /// The same of a body that is said to be of another kind.
    pub fn post_as(&self, path: &str, body: &str, kind: &str) -> (u16, Vec<u8>) {
        self.ask_as("POST", path, body, "Connection: close", kind)
    }

    /// The same with a connection that is handed over: what comes over it until its end.
    pub fn hijack(&self, path: &str, body: &str) -> (u16, Vec<u8>) {
        self.ask("POST", path, body, "Connection: Upgrade\r\nUpgrade: tcp")
    }

    /// The same with a terminal's connection, once that was handed over: types when it has said that, and waits for its end.
    pub fn type_into(&self, path: &str, body: &str, said: &str, typed: &[u8]) {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "POST /v1.41{path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let seen = |answer: &[u8]| answer.windows(4).any(|end| end == b"\r\n\r\n") && text(answer).contains(said);
        while !seen(&answer) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
        stream.write_all(typed).unwrap();
        stream.read_to_end(&mut answer).unwrap();
    }

    pub fn get(&self, path: &str) -> serde_json::Value {
        let (status, body) = self.ask("GET", path, "", "Connection: close");
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    pub fn request(&self, method: &str, path: &str) -> (u16, Vec<u8>) {
        self.ask(method, path, "", "Connection: close")
    }

    fn ask(&self, method: &str, path: &str, body: &str, headers: &str) -> (u16, Vec<u8>) {
        self.ask_as(method, path, body, headers, "application/json")
    }

    fn ask_as(&self, method: &str, path: &str, body: &str, headers: &str, kind: &str) -> (u16, Vec<u8>) {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let length = body.len();
        // HTTP/1.0 has no chunks; a connection is handed over in 1.1 only.
        let version = if headers.contains("Upgrade") { "1.1" } else { "1.0" };
        let head = format!(
            "{method} /v1.41{path} HTTP/{version}\r\nHost: docker\r\n{headers}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head") + 4;
        let status = String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_off(end))
    }
}

/// Waits for something that comes by itself.
pub fn until(what: &str, reached: impl Fn() -> bool) {
    for _ in 0..1000 {
        if reached() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what}");
}

/// A directory that is bound into containers of anyone's.
pub fn shared() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
