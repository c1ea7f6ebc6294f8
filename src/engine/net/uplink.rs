//! The lab's way out: a tap `eth0` whose other end is a program that speaks TCP/IP with ordinary sockets of the real host
//! (slirp4netns(1), passt(1)). Needs no right on the real host, and ends with the engine.

use super::host::Host;
use super::observer::NamespaceObserver;
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::evidence;
use crate::engine::process::ProcessInverse;
use crate::engine::program;
use crate::trace::{Book, Change, Code, Evidence, Problem};
use nix::fcntl::OFlag;
use parking_lot::Mutex;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the engine's start waits for the uplink; it usually takes a tenth of that.
const PATIENCE: Duration = Duration::from_millis(200);

/// A running helper.
#[derive(Debug)]
pub(super) struct Uplink {
    child: Child,
    program: Program,
    entry: EntryId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Slirp4netns,
    Pasta,
}

/// A helper that can be started, and how.
#[derive(Debug, Clone)]
pub(super) struct Helper {
    program: Program,
    path: PathBuf,
    sandbox: Sandbox,
    /// How it is known whether it can lock itself up; none when that was not asked.
    asked: Option<Evidence>,
}

/// Whether it locks itself up before the first packet of a stranger reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sandbox {
    /// A mount namespace with nothing in it but what it reads, no capabilities, and few system calls.
    On,
    /// It does not know how to, or could not.
    Off,
}

/// slirp4netns 0.4 and later; pasta does the same without being told.
const SANDBOX: [&str; 2] = ["--enable-sandbox", "--enable-seccomp"];

impl Helper {
    /// The one that this host has, or where it was looked for.
    pub(super) fn find() -> std::result::Result<Self, Vec<Evidence>> {
        let mut looks = match program::search("slirp4netns") {
            Ok(path) => {
                let mut command = program::command(&path);
                let help = program::run(command.arg("--help"), b"", program::PATIENCE).ok();
                let said = help.as_ref().map(|output| format!("{}{}", output.stdout, output.stderr));
                let knows = |option: &&str| said.as_deref().is_some_and(|said| said.contains(option));
                let sandbox = if SANDBOX.iter().all(knows) { Sandbox::On } else { Sandbox::Off };
                let asked = help.zip(said).map(|(help, said)| evidence::command(&command, b"", help.status, &said));
                return Ok(Self { program: Program::Slirp4netns, path, sandbox, asked });
            }
            Err(looks) => looks,
        };
        match program::search("pasta") {
            Ok(path) => Ok(Self { program: Program::Pasta, path, sandbox: Sandbox::On, asked: None }),
            Err(more) => {
                looks.extend(more);
                Err(looks)
            }
        }
    }

    /// What it is told: `netns` is the path of the lab's network namespace.
    fn args(&self, netns: &str) -> Vec<String> {
        let mut args: Vec<&str> = Vec::new();
        match self.program {
            // Its standard input is a pipe whose other end only the engine has: it ends when the engine does.
            Program::Slirp4netns => {
                args.extend(["--configure", "--mtu=1500", "--disable-host-loopback", "--exit-fd=0"]);
                args.extend(SANDBOX.into_iter().filter(|_| self.sandbox == Sandbox::On));
                args.extend(["--netns-type=path", netns, UPLINK]);
            }
            Program::Pasta => {
                args.extend(["--foreground", "--quiet", "--config-net", "--ipv4-only", "--no-map-gw"]);
                args.extend(["--mtu", "1500", "-t", "none", "-u", "none", "-T", "none", "-U", "none"]);
                args.extend(["--dns-forward", DNS, "--ns-ifname", UPLINK, "--netns", netns]);
            }
        }
        args.into_iter().map(str::to_owned).collect()
    }

    /// The command that [`start`] runs, to announce it.
    pub(super) fn command(&self, netns: &Netns) -> String {
        format!("{} {}", self.path.display(), self.args(&netns.path()).join(" "))
    }

    fn spawn(&self, netns: &str) -> std::io::Result<(Child, Command)> {
        let mut command = match (self.program, program::find("setpriv")) {
            // pasta has nothing like --exit-fd. The signal comes when the thread that started it ends, so it is started by
            // the engine's main thread or one that lives as long.
            (Program::Pasta, Some(setpriv)) => {
                let mut command = program::command(&setpriv);
                command.args(["--pdeathsig", "KILL", "--"]).arg(&self.path);
                command
            }
            _ => program::command(&self.path),
        };
        command.args(self.args(netns)).stdin(Stdio::piped());
        command.spawn().map(|child| (child, command))
    }
}

/// What both helpers make their link with.
const TUN: &str = "/dev/net/tun";
/// Where both helpers answer DNS.
pub(super) const DNS: &str = "10.0.2.3";

/// What both helpers give the lab: its host's address, theirs, and that of DNS are in it.
pub(super) fn subnet() -> Subnet {
    Subnet::around(Ipv4Addr::new(10, 0, 2, 0), 24)
}

/// Starts the helper and waits a little for its link. None when there is no helper, or it failed: that is said.
pub(super) fn start(
    cx: &Cx,
    host: &Arc<Mutex<NamespaceObserver>>,
    helper: std::result::Result<Helper, Vec<Evidence>>,
) -> Result<Option<Uplink>> {
    let record = |change: Change, evidence: Vec<Evidence>| cx.observe(change, evidence);
    let helper = match helper {
        Ok(helper) => helper,
        Err(looks) => {
            record(Change::Remark(Problem::new(Code::UplinkNotHere)), looks);
            return Ok(None);
        }
    };
    if let (Err(errno), evidence) = evidence::open(Path::new(TUN), OFlag::O_RDWR) {
        let reason = std::io::Error::from(errno);
        record(Change::Remark(Problem::new(Code::TunRefused).with("reason", reason)), vec![evidence]);
        return Ok(None);
    }
    if helper.sandbox == Sandbox::Off {
        let problem = Problem::new(Code::UplinkSandboxUnknown).with("program", helper.path.display());
        let unasked = || evidence::own(Book::Decision, [format!("{} --help gave no answer", helper.path.display())]);
        record(Change::Remark(problem), vec![helper.asked.clone().unwrap_or_else(unasked)]);
    }
    match try_start(cx, host, &helper)? {
        Tried::Runs(uplink) => Ok(Some(uplink)),
        // In a container that may make no mount namespace, for one. Better so than not at all: the address space is its own.
        Tried::Ended(status, evidence) if helper.program == Program::Slirp4netns && helper.sandbox == Sandbox::On => {
            let problem = Problem::new(Code::UplinkUnsandboxed).with("program", helper.path.display());
            record(Change::Remark(problem.with("reason", status)), vec![evidence]);
            let bare = Helper { sandbox: Sandbox::Off, ..helper };
            match try_start(cx, host, &bare)? {
                Tried::Runs(uplink) => Ok(Some(uplink)),
                Tried::Ended(status, evidence) => Ok(gave_up(cx, &bare, &status, evidence)),
            }
        }
        Tried::Ended(status, evidence) => Ok(gave_up(cx, &helper, &status, evidence)),
    }
}

fn gave_up(cx: &Cx, helper: &Helper, status: &str, evidence: Evidence) -> Option<Uplink> {
    let problem = Problem::new(Code::UplinkFailed).with("program", helper.path.display()).with("reason", status);
    cx.observe(Change::Remark(problem), vec![evidence]);
    None
}

/// What came of starting it.
enum Tried {
    Runs(Uplink),
    /// It ended at once, with that status.
    Ended(String, Evidence),
}

fn try_start(cx: &Cx, host: &Arc<Mutex<NamespaceObserver>>, helper: &Helper) -> Result<Tried> {
    let (program, path, netns) = (helper.program, &helper.path, host.lock().netns().path());
    let (mut child, command) = helper.spawn(&netns).map_err(|e| Fault::io("run", path.display(), &e))?;
    let entry = match ProcessInverse::of(child.id()).and_then(|inverse| cx.journal(SCOPE, &inverse)) {
        Ok(entry) => entry,
        Err(fault) => {
            // What nothing could undo after a crash does not stay.
            child.kill().and_then(|()| child.wait().map(drop)).unwrap_or_else(|e| tracing::debug!(%e, "gone already"));
            return Err(fault);
        }
    };
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if look(host, &|change, evidence| cx.observe(change, evidence))? {
            return Ok(Tried::Runs(Uplink { child, program, entry }));
        }
        if let Some(status) = child.try_wait().map_err(|e| Fault::io("wait for", path.display(), &e))? {
            cx.undone(entry)?;
            let evidence = evidence::command(&command, b"", status, "");
            return Ok(Tried::Ended(status.to_string(), evidence));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    // When its link comes, the monitor hears of it.
    Ok(Tried::Runs(Uplink { child, program, entry }))
}

/// True once the link leads somewhere.
fn look(host: &Arc<Mutex<NamespaceObserver>>, record: Recorded<'_>) -> Result<bool> {
    let mut host = host.lock();
    host.look(None, record)?;
    Ok(host.way_out().is_some())
}

impl Uplink {
    /// Ends the helper; its link goes with it.
    pub(super) fn stop(mut self, cx: &Cx, host: &Host) -> Result<()> {
        let _acting = host.monitor.acting();
        drop(self.child.stdin.take());
        let began = Instant::now();
        let gone = |child: &mut Child| child.try_wait().is_ok_and(|status| status.is_some());
        while self.program == Program::Slirp4netns && began.elapsed() < PATIENCE && !gone(&mut self.child) {
            std::thread::sleep(Duration::from_millis(2));
        }
        if !gone(&mut self.child) {
            self.child.kill().map_err(|e| Fault::io("kill", "the uplink's helper", &e))?;
            self.child.wait().map_err(|e| Fault::io("wait for", "the uplink's helper", &e))?;
        }
        host.look_around(cx)?;
        cx.undone(self.entry)
    }
}
