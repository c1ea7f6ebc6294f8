//! An engine's parts, as far as processes need them, and a root file system from the host's static busybox.

use dockwalk::engine::conductor::{Journal, Recorder};
use dockwalk::engine::lab::{self, Lab, Netns};
use dockwalk::engine::process::{ExecSpec, Io, ProcessSpec, Running, Seccomp, SharedMemory, Spawner};
use dockwalk::engine::rootfs::{self, Rootfs, RootfsSpec};
use dockwalk::engine::upper::UpperSpec;
use dockwalk::engine::{Cancel, Conductor, Cx, Fault, undoers};
use dockwalk::spec::ContainerId;
use dockwalk::trace::{Body, Change, Container, ContainerState, Event, Evidence, Mode, OpKind};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// What a test works with.
pub struct Fixture {
    pub lab: Lab,
    pub conductor: Arc<Conductor>,
    pub spawner: Spawner,
    pub dir: TempDir,
    lower: Vec<PathBuf>,
    next: std::cell::Cell<u32>,
}

/// A container that was started.
pub struct Started {
    pub id: ContainerId,
    pub running: Running,
    pub dir: PathBuf,
}

impl Fixture {
    /// Enters the lab. Must be the first thing that a test does: the process has one thread.
    pub fn new() -> Self {
        let lab = lab::enter(Mode::Lab).unwrap_or_else(|fault| panic!("{fault}"));
        let dir = tempfile::Builder::new().prefix("dockwalk-process-").tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("journal.ndjson"), undoers(Some(&lab.host))).unwrap();
        let conductor = Conductor::new(Recorder::in_memory(), journal);
        let lower = vec![busybox(&dir.path().join("base")), second_layer(&dir.path().join("second"))];
        Self { lab, conductor, spawner: Spawner::new().unwrap(), dir, lower, next: Default::default() }
    }

    pub fn operate<T>(&self, act: impl FnOnce(&Cx) -> Result<T, Fault>) -> Result<T, Fault> {
        self.conductor.operate(OpKind::ContainerStart, "test", "test", &Cancel::new(), act)
    }

    /// A container's specification with a stacked root file system, not started.
    pub fn prepare(&self, argv: &[&str]) -> (ProcessSpec, PathBuf) {
        self.next.set(self.next.get() + 1);
        let id = ContainerId::from(format!("{:064x}", self.next.get()).as_str());
        let dir = self.dir.path().join("containers").join(id.as_str());
        let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
        let created = Container {
            id: id.clone(),
            name: "test".into(),
            image: "sha256:0000000000000000000000000000000000000000000000000000000000000000".parse().unwrap(),
            image_name: "busybox".into(),
            argv: argv.clone(),
            env: vec![],
            working_dir: String::new(),
            user: String::new(),
            hostname: "box".into(),
            network_mode: "none".into(),
            tty: false,
            labels: std::collections::BTreeMap::new(),
            state: ContainerState::Created,
            health: None,
            auto_remove: false,
        };
        self.operate(|cx| {
            cx.observe(Change::ContainerCreated(created), vec![Evidence::file("test", "test")]);
            Ok(())
        })
        .unwrap();
        let rootfs = self.stack(&id, &dir).unwrap_or_else(|fault| panic!("{fault}"));
        let spec = ProcessSpec {
            container: id,
            image: "busybox".into(),
            rootfs,
            argv,
            env: vec![],
            cwd: String::new(),
            user: String::new(),
            group_add: vec![],
            hostname: "box".into(),
            domainname: String::new(),
            tty: false,
            open_stdin: true,
            console_size: None,
            mounts: vec![],
            privileged: false,
            cap_add: vec![],
            cap_drop: vec![],
            no_new_privs: false,
            seccomp: Seccomp::Default,
            read_only_root: false,
            limits: Default::default(),
            netns: Netns::create().unwrap(),
            of_host: 0,
            joins_ipc: None,
            memory: SharedMemory::Own(64 << 20),
            init: false,
            sysctls: vec![],
            default_sysctls: vec![],
            ulimits: vec![],
            oom_score_adj: 0,
        };
        (spec, dir)
    }

    pub fn stack(&self, container: &ContainerId, dir: &Path) -> Result<Rootfs, Fault> {
        let (lower, rootless) = (self.lower.as_slice(), self.lab.rootless);
        let (hostname, domainname, addresses, extra_hosts) = ("box", "", Vec::new(), &[][..]);
        let (dns, init, network) = (rootfs::Dns::default(), false, rootfs::Network::Own);
        let spec = RootfsSpec {
            container,
            dir,
            lower,
            hostname,
            domainname,
            addresses,
            extra_hosts,
            dns,
            init,
            network,
            rootless,
        };
        self.operate(|cx| rootfs::stack(cx, &spec))
    }

    /// Where a container of [`Fixture::prepare`] writes, and what lies below: the base is the first layer.
    pub fn upper_spec(&self, spec: &ProcessSpec) -> UpperSpec {
        let chain = |n: usize| format!("sha256:{n:064x}").parse().unwrap();
        UpperSpec {
            container: spec.container.clone(),
            upper: spec.rootfs.upper.clone(),
            merged: spec.rootfs.merged.clone(),
            lower: self.lower.iter().enumerate().map(|(n, dir)| (dir.clone(), chain(n))).collect(),
            mount_points: ["proc", "sys", "dev", "etc/hosts", "etc/hostname", "etc/resolv.conf"]
                .map(str::to_owned)
                .into(),
            rootless: self.lab.rootless,
        }
    }

    /// The lowest layer.
    pub fn base(&self) -> &Path {
        &self.lower[0]
    }

    pub fn start(&self, (spec, dir): (ProcessSpec, PathBuf)) -> Result<Started, Fault> {
        let running = self.operate(|cx| self.spawner.start(cx, &spec))?;
        Ok(Started { id: spec.container, running, dir })
    }

    /// Runs a shell script in a new container: what it printed, and its status.
    pub fn run(&self, script: &str) -> (String, i32) {
        self.run_spec(self.prepare(&["sh", "-c", script]))
    }

    pub fn run_spec(&self, spec: (ProcessSpec, PathBuf)) -> (String, i32) {
        let mut started = self.start(spec).unwrap_or_else(|fault| panic!("{fault}"));
        let text = started.output();
        let status = self.end(started);
        (text, status)
    }

    /// Waits for a container's end and removes it.
    pub fn end(&self, started: Started) -> i32 {
        let status = started.running.wait();
        self.operate(|cx| {
            started.running.reaped(cx)?;
            self.spawner.cgroups().remove(cx, &started.id)?;
            rootfs::remove(cx, &started.id, &started.dir)?;
            let gone = Change::ContainerGone { id: started.id.clone() };
            cx.observe(gone, vec![Evidence::file("test", "test")]);
            Ok(())
        })
        .unwrap_or_else(|fault| panic!("{fault}"));
        status
    }

    pub fn exec(&self, started: &Started, argv: &[&str], user: &str, tty: bool) -> Result<Running, Fault> {
        let spec = ExecSpec {
            container: started.id.clone(),
            image: "busybox".into(),
            argv: argv.iter().map(ToString::to_string).collect(),
            env: vec!["EXTRA=1".into()],
            cwd: String::new(),
            user: user.into(),
            tty,
            open_stdin: false,
            console_size: None,
            privileged: false,
        };
        self.operate(|cx| self.spawner.exec(cx, &started.running, &spec))
    }

    pub fn events(&self) -> Vec<Arc<Event>> {
        self.conductor.recorder().after(0, usize::MAX)
    }

    /// Everything that was observed.
    pub fn changes(&self) -> Vec<Change> {
        let observed = |event: &Arc<Event>| match &event.body {
            Body::Observed { change, .. } => Some((**change).clone()),
            _ => None,
        };
        self.events().iter().filter_map(observed).collect()
    }
}

/// What an engine does when it ends: nothing of a test, be it one that failed, stays on the host.
impl Drop for Fixture {
    fn drop(&mut self) {
        let left = self.conductor.journal().unwind(None);
        if !std::thread::panicking() {
            assert_eq!(left.unwrap(), []);
        }
    }
}

impl Started {
    pub fn output(&mut self) -> String {
        read_all(&mut self.running)
    }
}

/// Closes standard input and reads what is printed until the end.
pub fn read_all(running: &mut Running) -> String {
    let mut text = Vec::new();
    match running.io.take().expect("taken once") {
        Io::Pipes { stdin, mut stdout, mut stderr } => {
            drop(stdin);
            stdout.read_to_end(&mut text).unwrap();
            stderr.read_to_end(&mut text).unwrap();
        }
        Io::Tty(mut master) => {
            // EIO says that nobody has the terminal open any more.
            let mut block = [0; 4096];
            while let Ok(got @ 1..) = master.read(&mut block) {
                text.extend_from_slice(&block[..got]);
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

pub fn write_line(io: &mut Io, line: &str) {
    match io {
        Io::Tty(master) => writeln!(master, "{line}").unwrap(),
        Io::Pipes { stdin, .. } => writeln!(stdin.as_mut().expect("open"), "{line}").unwrap(),
    }
}

/// The lowest layer: busybox with a link for every applet.
fn busybox(dir: &Path) -> PathBuf {
    for sub in ["bin", "etc", "root", "tmp", "data", "home"] {
        fs::create_dir_all(dir.join(sub)).unwrap();
    }
    fs::copy("/usr/bin/busybox", dir.join("bin/busybox"))
        .expect("a static busybox on the host (package busybox-static)");
    let applets = std::process::Command::new("/usr/bin/busybox").arg("--list").output().unwrap();
    for applet in String::from_utf8(applets.stdout).unwrap().lines().filter(|applet| *applet != "busybox") {
        symlink("busybox", dir.join("bin").join(applet)).unwrap();
    }
    fs::write(dir.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000:web:/home:/bin/sh\n").unwrap();
    fs::write(dir.join("etc/group"), "root:x:0:\nweb:x:1000:\nadm:x:4:web\n").unwrap();
    fs::write(dir.join("data/from-image"), "image").unwrap();
    fs::write(dir.join("bin/data-file"), "#!/bin/sh\n").unwrap();
    dir.to_owned()
}

fn second_layer(dir: &Path) -> PathBuf {
    fs::create_dir_all(dir.join("etc")).unwrap();
    fs::write(dir.join("etc/motd"), "second layer\n").unwrap();
    dir.to_owned()
}
