//! What a test of pulls stands on: a network namespace of its own, a registry, a dockerd. All of it ends with the test.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const INSIDE: &str = "DOCKWALK_TEST_INSIDE";

/// Runs `test` in network and mount namespaces of its own, by starting this same test again. When the machine lacks
/// something, says so; with `DOCKWALK_TEST_REQUIRE=1` that is a failure.
pub fn inside(name: &str, programs: &[&str], test: impl FnOnce(&Path)) {
    if std::env::var_os(INSIDE).is_some() {
        run("ip", &["link", "set", "lo", "up"]);
        let dir = tempfile::Builder::new().prefix("dockwalk-images-").tempdir().expect("a directory");
        // Users of the rootless part must get in.
        fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("chmod");
        test(dir.path());
        return;
    }
    let root = nix::unistd::geteuid().is_root();
    let lacks: Vec<_> = programs.iter().copied().filter(|p| !exists(p)).chain((!root).then_some("root")).collect();
    if !lacks.is_empty() {
        assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "{name} needs {}", lacks.join(", "));
        eprintln!("SKIPPED {name}: needs {}", lacks.join(", "));
        return;
    }
    // A name that no test has would run none, and pass.
    if let Some(this) = std::thread::current().name().filter(|this| *this != "main") {
        assert_eq!(this, name, "the whole name of the test");
    }
    let me = std::env::current_exe().expect("this test");
    let status = Command::new("unshare")
        .args(["--net", "--mount", "--propagation", "private", "--"])
        .arg(me)
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .expect("unshare");
    assert!(status.success(), "{name} failed inside its namespaces");
}

pub fn exists(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).any(|dir| dir.join(program).is_file())
}

/// Runs a program to its end and returns what it printed.
#[track_caller]
pub fn run(program: &str, args: &[&str]) -> String {
    output(Command::new(program).args(args))
}

/// The same for a prepared command.
#[track_caller]
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    out.into_owned()
}

/// A process that ends with the test, even with one that panics or is killed.
pub struct Server(Child);

impl Server {
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let log = fs::File::create(log).expect("a log");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        // A group of its own, so that what it starts ends with it.
        command.process_group(0);
        Self(command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).expect("a pid"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).ok();
        let end = Instant::now() + Duration::from_secs(15);
        while Instant::now() < end && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        nix::sys::signal::killpg(pid, nix::sys::signal::Signal::SIGKILL).ok();
        self.0.wait().ok();
    }
}

/// Waits until `ready`, at most half a minute.
#[track_caller]
pub fn wait_for(what: &str, log: &Path, mut ready: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !ready() {
        assert!(Instant::now() < end, "{what} did not start:\n{}", fs::read_to_string(log).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Debian's docker-registry on a port of loopback; `auth` is its section of that name.
pub fn registry(dir: &Path, port: u16, auth: &str) -> Server {
    let home = dir.join(format!("registry-{port}"));
    fs::create_dir_all(&home).expect("a directory");
    let config = format!(
        "version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: {}/data}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n{auth}\n",
        home.display()
    );
    let (file, log) = (home.join("config.yml"), home.join("log"));
    fs::write(&file, config).expect("a config");
    let server = Server::start(Command::new("docker-registry").arg("serve").arg(&file), &log);
    wait_for("docker-registry", &log, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    server
}

/// A dockerd that shares nothing with one that may run on this host.
pub struct Docker {
    socket: PathBuf,
    cgroup: String,
    home: PathBuf,
    options: Vec<String>,
    server: Mutex<Option<Server>>,
}

impl Docker {
    pub fn start(dir: &Path) -> Self {
        Self::start_with(dir, &["--bridge=none"])
    }

    /// The same with these options: one with a bridge belongs in a network namespace.
    pub fn start_with(dir: &Path, options: &[&str]) -> Self {
        let home = dir.join("docker");
        fs::create_dir_all(&home).expect("a directory");
        let cgroup = format!("dockwalk-test-{}", std::process::id());
        let options = options.iter().map(ToString::to_string).collect();
        let docker = Self { socket: home.join("docker.sock"), cgroup, home, options, server: Mutex::default() };
        docker.launch();
        docker
    }

    /// Ends it in order, and starts it with all that it has.
    #[allow(dead_code, reason = "each test file uses a part of it")]
    pub fn restart(&self) {
        let server = self.server.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        drop(server);
        self.launch();
    }

    fn launch(&self) {
        let (home, log) = (&self.home, self.home.join("log"));
        let mut command = Command::new("dockerd");
        command
            .arg(format!("--host=unix://{}", self.socket.display()))
            .arg(format!("--data-root={}", home.join("data").display()))
            .arg(format!("--exec-root={}", home.join("exec").display()))
            .arg(format!("--pidfile={}", home.join("pid").display()))
            .arg(format!("--cgroup-parent=/{}", self.cgroup))
            .args(["--iptables=false", "--ip6tables=false", "--storage-driver=overlay2"])
            .args(&self.options);
        let server = Server::start(&mut command, &log);
        *self.server.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(server);
        wait_for("dockerd", &log, || self.command(&["version"]).output().is_ok_and(|o| o.status.success()));
    }

    #[allow(dead_code, reason = "each test file uses a part of it")]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.arg("-H").arg(format!("unix://{}", self.socket.display())).args(args).env("DOCKER_BUILDKIT", "0");
        command
    }

    #[track_caller]
    pub fn run(&self, args: &[&str]) -> String {
        output(&mut self.command(args))
    }

    /// The image's layers as this Docker stores them, highest first.
    pub fn layer_dirs(&self, image: &str) -> Vec<PathBuf> {
        let upper = self.run(&["image", "inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", image]);
        let lower = self.run(&["image", "inspect", "-f", "{{.GraphDriver.Data.LowerDir}}", image]);
        let all = upper.trim().split(':').chain(lower.trim().split(':'));
        // An image of one layer has nothing below it.
        all.filter(|dir| *dir != "<no value>").map(PathBuf::from).collect()
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        drop(self.server.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take());
        // runc leaves the empty parent behind.
        for base in fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten() {
            fs::remove_dir(base.path().join(&self.cgroup)).ok();
        }
    }
}

/// Mounts directories over each other, highest first, and looks at the result.
pub fn with_overlay<T>(at: &Path, layers: &[PathBuf], options: &str, look: impl FnOnce(&Path) -> T) -> T {
    fs::create_dir_all(at).expect("a mount point");
    let names: Vec<_> = layers.iter().map(|layer| layer.display().to_string()).collect();
    // An overlay has two layers at least.
    let empty = at.with_extension("empty");
    fs::create_dir_all(&empty).expect("a directory");
    let lower = format!("lowerdir={}:{}{options}", names.join(":"), empty.display());
    nix::mount::mount(Some("overlay"), at, Some("overlay"), nix::mount::MsFlags::MS_RDONLY, Some(lower.as_str()))
        .unwrap_or_else(|e| panic!("mount overlay {lower}: {e}"));
    let result = look(at);
    nix::mount::umount(at).expect("umount");
    result
}

/// Runs this test program's `test` as an ordinary user in a user namespace with 65,536 ids, as a rootless engine does.
pub fn as_user(dir: &Path, test: &str, env: &[(&str, &str)]) {
    let me = dir.join("test-program");
    fs::copy(std::env::current_exe().expect("this test"), &me).expect("a copy");
    let mut child = Command::new("setpriv")
        .args(["--reuid=54321", "--regid=54321", "--clear-groups", "unshare", "--user", "--mount"])
        .args(["sh", "-c", "read go; exec \"$@\"", "sh"])
        .arg(&me)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .spawn()
        .expect("setpriv");
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let mine = fs::read_link("/proc/self/ns/user").expect("a namespace");
    wait_for("unshare", &proc.join("status"), || {
        fs::read_link(proc.join("ns/user")).is_ok_and(|theirs| theirs != mine)
            && fs::read_to_string(proc.join("comm")).is_ok_and(|name| name.trim() == "sh")
    });
    for map in ["uid_map", "gid_map"] {
        fs::write(proc.join(map), "0 54321 1\n1 200000 65535\n").expect("an id map");
    }
    child.stdin.take().expect("a pipe").write_all(b"go\n").expect("go");
    assert!(child.wait().expect("the child").success(), "{test} failed as an ordinary user");
}

/// A dockerd with a bridge leaves a network namespace mounted, which keeps the directory.
#[allow(dead_code, reason = "each test file uses a part of it")]
pub fn unmount_below(dir: &Path) {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let places = mounts.lines().filter_map(|line| line.split(' ').nth(4)).map(Path::new);
    for place in places.filter(|place| place.starts_with(dir)) {
        nix::mount::umount2(place, nix::mount::MntFlags::MNT_DETACH).unwrap();
    }
}
