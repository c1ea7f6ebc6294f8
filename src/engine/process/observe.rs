//! Reads back from the kernel what a stage has made true, and records it.

use super::init::Look;
use crate::engine::conductor::Cx;
use crate::engine::evidence::{self, Text, Unread};
use crate::engine::rootfs::mountinfo::{self, MountInfo};
use crate::spec::ContainerId;
use crate::trace::{Change, Evidence, IdSpan, MountKind, Namespace, NamespaceKind, Process, Property, World};
use std::fs;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::OnceLock;

const NAMESPACES: [(NamespaceKind, &str); 7] = [
    (NamespaceKind::Cgroup, "cgroup"),
    (NamespaceKind::Ipc, "ipc"),
    (NamespaceKind::Mnt, "mnt"),
    (NamespaceKind::Net, "net"),
    (NamespaceKind::Pid, "pid"),
    (NamespaceKind::User, "user"),
    (NamespaceKind::Uts, "uts"),
];

/// A process that is looked at.
#[derive(Debug, Clone)]
pub struct Subject {
    /// In the engine's pid namespace.
    pub pid: u32,
    /// Its container; none on the lab host.
    pub container: Option<ContainerId>,
    /// The command line of the program that it becomes; until then it is the helper.
    pub argv: Vec<String>,
    /// A container's first process: the namespaces it is in are its own.
    pub main: bool,
    /// The `clone3` that made it, or the `clone`, and what the kernel said of it.
    pub made: Vec<Evidence>,
}

/// What a process is until it becomes its program.
const HELPER: &str = "dockwalk-init";

/// What the kernel showed at one moment; each file is read when it is first asked for, and once.
#[derive(Debug, Default)]
pub struct View {
    mountinfo: OnceLock<(Vec<MountInfo>, Content)>,
    /// `/proc/<pid>/status` before the credentials were changed, and after.
    born: OnceLock<Content>,
    status: OnceLock<Content>,
    namespaces: OnceLock<Vec<(NamespaceKind, u64, Evidence)>>,
    hostname: OnceLock<Named>,
    users: OnceLock<Content>,
    cwd: OnceLock<(String, Evidence)>,
    cgroup: OnceLock<Content>,
    executed: OnceLock<Evidence>,
}

/// What uname(2) says in a process's UTS namespace; nothing when that could not be entered.
#[derive(Debug, Default)]
struct Named {
    hostname: String,
    kernel: String,
    evidence: Vec<Evidence>,
}

/// A file that was read, or why it could not be.
#[derive(Debug)]
struct Content(Result<Text, Box<Unread>>);

impl Content {
    fn text(&self) -> &str {
        self.0.as_ref().map_or("", Text::content)
    }

    fn evidence(&self) -> Evidence {
        self.0.as_ref().map_or_else(|unread| unread.evidence.clone(), Text::evidence)
    }

    fn lines(&self, keep: impl Fn(&str) -> bool) -> Evidence {
        self.0.as_ref().map_or_else(|unread| unread.evidence.clone(), |text| text.lines(keep))
    }

    fn mount(&self, line: &str) -> Evidence {
        self.0.as_ref().map_or_else(|unread| unread.evidence.clone(), |text| text.mount(line))
    }
}

impl View {
    /// The `execve` that succeeded.
    pub fn executed(&self, evidence: Evidence) {
        self.executed.get_or_init(|| evidence);
    }
}

impl Subject {
    fn path(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.pid)
    }

    fn read(&self, file: &str) -> Content {
        Content(evidence::read(Path::new(&self.path(file))))
    }

    /// Reads all that these looks need but the credentials, now. What a view has already stays as it is.
    pub fn see<'a>(&self, view: &View, looks: impl Iterator<Item = &'a Look>, pidfd: BorrowedFd<'_>) {
        for look in looks {
            match look {
                Look::Process => {
                    self.namespaces(view);
                    view.born.get_or_init(|| self.read("status"));
                    if self.main {
                        view.users.get_or_init(|| self.read("uid_map"));
                    }
                }
                Look::Cgroup => {
                    view.cgroup.get_or_init(|| self.read("cgroup"));
                }
                Look::Root(_) | Look::Mount(..) | Look::Protected(_) => {
                    // A mount is named by its mount namespace as well.
                    self.namespaces(view);
                    self.mountinfo(view);
                }
                Look::Hostname => {
                    view.hostname.get_or_init(|| hostname_in(pidfd));
                }
                Look::WorkingDir => {
                    view.cwd.get_or_init(|| self.link("cwd"));
                }
                Look::Credentials | Look::Executes => {}
            }
        }
    }

    /// Reads the credentials, once they are what they will be.
    pub fn view_credentials(&self, view: &View) {
        self.status(view);
    }

    fn link(&self, file: &str) -> (String, Evidence) {
        let (target, evidence) = evidence::readlink(Path::new(&self.path(file)));
        (target.unwrap_or_default(), evidence)
    }

    fn mountinfo<'v>(&self, view: &'v View) -> &'v (Vec<MountInfo>, Content) {
        view.mountinfo.get_or_init(|| {
            let content = self.read("mountinfo");
            (mountinfo::parse(content.text()), content)
        })
    }

    fn mounts<'v>(&self, view: &'v View) -> &'v [MountInfo] {
        &self.mountinfo(view).0
    }

    fn status<'v>(&self, view: &'v View) -> &'v Content {
        view.status.get_or_init(|| self.read("status"))
    }

    fn namespaces<'v>(&self, view: &'v View) -> &'v [(NamespaceKind, u64, Evidence)] {
        view.namespaces.get_or_init(|| {
            let seen = NAMESPACES.iter().filter_map(|(kind, name)| {
                let (target, evidence) = self.link(&format!("ns/{name}"));
                namespace_inode(&target).map(|inode| (*kind, inode, evidence))
            });
            seen.collect()
        })
    }

    /// Records what a look sees in a view.
    pub fn observe(&self, cx: &Cx, look: &Look, view: &View) {
        match look {
            Look::Process => self.observe_process(cx, view),
            Look::Cgroup => {
                let content = view.cgroup.get_or_init(|| self.read("cgroup"));
                self.property(cx, Property::Cgroup(own_group(content.text())), vec![content.evidence()]);
            }
            Look::Root(path) => self.observe_root(cx, view, path),
            Look::Mount(target, kind) => self.observe_mount(cx, view, target, Some(kind)),
            Look::Protected(paths) => {
                let covers = |entry: &&MountInfo| paths.contains(&entry.target);
                let covered = self.mounts(view).iter().filter(covers);
                let lines: Vec<_> = covered.map(|entry| self.line(view, entry)).collect();
                if !lines.is_empty() {
                    self.property(cx, Property::Protected(paths.clone()), lines);
                }
            }
            Look::Hostname => {
                if let Some(named) = view.hostname.get().filter(|named| !named.evidence.is_empty()) {
                    self.property(cx, Property::Hostname(named.hostname.clone()), named.evidence.clone());
                    self.property(cx, Property::Kernel(named.kernel.clone()), named.evidence.clone());
                }
            }
            Look::WorkingDir => {
                let (path, evidence) = view.cwd.get_or_init(|| self.link("cwd"));
                self.property(cx, Property::WorkingDir(path.clone()), vec![evidence.clone()]);
            }
            Look::Credentials => self.observe_credentials(cx, view),
            Look::Executes => self.observe_program(cx, view),
        }
    }

    fn property(&self, cx: &Cx, property: Property, evidence: Vec<Evidence>) {
        cx.observe(Change::ProcessChanged { pid: self.pid, property }, evidence);
    }

    /// A call that was made, in strace's form.
    pub fn observe_call(&self, cx: &Cx, call: String, evidence: Evidence) {
        self.property(cx, Property::Did(call), vec![evidence]);
    }

    fn observe_process(&self, cx: &Cx, view: &View) {
        let namespaces = self.namespaces(view);
        let known = cx.world();
        for (kind, inode, link) in namespaces {
            let own = self.main && !matches!(kind, NamespaceKind::Net | NamespaceKind::User);
            // What the engine shares with it is the host's; the network namespace is observed by who made it.
            if own
                && namespace_inode(&fs::read_link(own_link(*kind)).unwrap_or_default().display().to_string())
                    != Some(*inode)
                && !known.namespaces.contains_key(inode)
            {
                let namespace = Namespace { inode: *inode, kind: *kind, container: self.container.clone() };
                cx.observe(Change::NamespaceSeen(namespace), vec![link.clone()]);
            }
        }
        let status = view.born.get_or_init(|| self.read("status"));
        let pids = numbers(field(status.text(), "NSpid"));
        let inner_pid = pids.last().copied().unwrap_or(self.pid);
        let links = namespaces.iter().map(|(_, _, link)| link.clone());
        let evidence = self.made.iter().cloned().chain(links).chain([status.evidence()]).collect();
        let namespaces = namespaces.iter().map(|(kind, inode, _)| (*kind, *inode)).collect();
        let process = Process {
            pid: self.pid,
            inner_pid,
            container: self.container.clone(),
            argv: vec![HELPER.to_owned()],
            namespaces,
            main: self.main,
        };
        cx.observe(Change::ProcessSeen(process), evidence);
        if self.main {
            if !pids.is_empty() {
                self.property(cx, Property::Pids(pids), vec![status.lines(|line| line.starts_with("NSpid"))]);
            }
            let users = view.users.get_or_init(|| self.read("uid_map"));
            let spans: Vec<_> = users.text().lines().filter_map(span).collect();
            if !spans.is_empty() {
                self.property(cx, Property::Users(spans), vec![users.evidence()]);
            }
        }
    }

    fn observe_root(&self, cx: &Cx, view: &View, path: &str) {
        // Before the old root is left both are mounted at `/`; the container's is the overlay.
        let roots: Vec<_> = self.mounts(view).iter().filter(|entry| entry.target == "/").collect();
        let overlay = roots.iter().find(|entry| entry.fstype == "overlay");
        let Some(entry) = overlay.or(roots.first()).copied() else { return };
        let kind =
            if entry.fstype == "overlay" { entry.overlay() } else { MountKind::Bind { from: entry.source.clone() } };
        self.observe_entry(cx, view, entry, kind);
        self.property(cx, Property::Root(path.to_owned()), vec![self.line(view, entry)]);
    }

    fn observe_mount(&self, cx: &Cx, view: &View, target: &str, kind: Option<&MountKind>) {
        let found = self.mounts(view).iter().rfind(|entry| entry.target == target);
        if let (Some(entry), Some(kind)) = (found, kind) {
            self.observe_entry(cx, view, entry, kind.clone());
        }
    }

    fn observe_entry(&self, cx: &Cx, view: &View, entry: &MountInfo, kind: MountKind) {
        let mnt = self.namespaces(view).iter().find(|(kind, ..)| *kind == NamespaceKind::Mnt);
        let Some((_, mntns, _)) = mnt else { return };
        let mount = entry.mount(*mntns, self.container.clone(), kind);
        cx.observe(Change::MountSeen(mount), vec![self.line(view, entry)]);
    }

    fn line(&self, view: &View, entry: &MountInfo) -> Evidence {
        self.mountinfo(view).1.mount(&entry.line)
    }

    fn observe_credentials(&self, cx: &Cx, view: &View) {
        for (property, evidence) in credentials(self.status(view)) {
            self.property(cx, property, evidence);
        }
    }

    fn observe_program(&self, cx: &Cx, view: &View) {
        // A short program may be gone by now; then the call's own result is all there is to know.
        let cmdline = self.read("cmdline");
        let argv = words(cmdline.text());
        let evidence = match &cmdline.0 {
            Ok(text) if !argv.is_empty() => vec![text.words()],
            _ => view.executed.get().cloned().into_iter().chain([cmdline.evidence()]).collect(),
        };
        let argv = if argv.is_empty() { self.argv.clone() } else { argv };
        if let Some(known) = cx.world().processes.get(&self.pid) {
            let process = Process { argv: argv.clone(), ..known.process.clone() };
            cx.observe(Change::ProcessSeen(process), evidence.clone());
        }
        self.property(cx, Property::Executes(argv), evidence);
    }

    /// What the kernel says of it now that is another than what was seen last: who it is, what it may do, its command line.
    pub fn changed(&self, world: &World) -> Vec<(Change, Vec<Evidence>)> {
        let Some(known) = world.processes.get(&self.pid) else { return Vec::new() };
        let (status, cmdline) = (self.read("status"), self.read("cmdline"));
        let (Ok(_), Ok(text)) = (&status.0, &cmdline.0) else { return Vec::new() };
        let mut argv = words(text.content());
        // Who writes a title over it leaves what is behind that empty.
        if argv.ends_with(&[String::new(), String::new()]) {
            argv.truncate(argv.iter().rposition(|word| !word.is_empty()).map_or(0, |last| last + 1));
        }
        let mut found = Vec::from(credentials(&status));
        found.retain(|(property, _)| !known.properties.contains(property));
        let mut changes = Vec::new();
        // A command line may be what the process calls itself (prctl(2), PR_SET_MM): it is what is shown, and no proof of an execve.
        let seen = Change::ProcessSeen(Process { argv, ..known.process.clone() }).bounded();
        if matches!(&seen, Change::ProcessSeen(it) if !it.argv.is_empty() && it.argv != known.process.argv) {
            changes.push((seen, vec![text.words()]));
        }
        let of_it = |(property, evidence)| (Change::ProcessChanged { pid: self.pid, property }, evidence);
        changes.extend(found.into_iter().map(of_it));
        changes
    }
}

/// Who a process is and what it may do, by its `/proc/<pid>/status`.
fn credentials(content: &Content) -> [(Property, Vec<Evidence>); 5] {
    let evidence = |keys: &[&str]| vec![content.lines(|line| keys.iter().any(|key| line.starts_with(key)))];
    let status = content.text();
    let first = |key| field(status, key).split_whitespace().next().unwrap_or_default();
    let set = |key| super::caps::names(u64::from_str_radix(first(key), 16).unwrap_or(0));
    let sets = evidence(&["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]);
    let filters = first("Seccomp_filters");
    let mode = match first("Seccomp") {
        "2" => format!("2 (filter, {filters})"),
        other => other.to_owned(),
    };
    [
        (Property::Credentials(format!("{}:{}", first("Uid"), first("Gid"))), evidence(&["Uid", "Gid", "Groups"])),
        (Property::Capabilities(set("CapEff")), sets.clone()),
        (Property::Bounding(set("CapBnd")), sets),
        (Property::Seccomp(mode), evidence(&["Seccomp"])),
        (Property::NoNewPrivs(first("NoNewPrivs") == "1"), evidence(&["NoNewPrivs"])),
    ]
}

/// The arguments in a `/proc/<pid>/cmdline`, each of which ends with a NUL.
fn words(cmdline: &str) -> Vec<String> {
    let argv: Vec<_> = cmdline.split('\0').map(str::to_owned).collect();
    argv.split_last().map(|(_, argv)| argv.to_vec()).unwrap_or_default()
}

/// The number in `mnt:[4026531841]`.
fn namespace_inode(link: &str) -> Option<u64> {
    link.split_once('[')?.1.strip_suffix(']')?.parse().ok()
}

fn own_link(kind: NamespaceKind) -> String {
    let name = NAMESPACES.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name);
    format!("/proc/thread-self/ns/{name}")
}

/// Hostname and kernel as a process's UTS namespace has them, from a thread that enters it; without evidence when that cannot be.
fn hostname_in(pidfd: BorrowedFd<'_>) -> Named {
    let look = || {
        let entered = evidence::setns(&pidfd, nix::sched::CloneFlags::CLONE_NEWUTS).ok()?;
        let (name, named) = evidence::uname().ok()?;
        let text = |field: &std::ffi::OsStr| field.to_string_lossy().into_owned();
        let (hostname, kernel) = (text(name.nodename()), text(name.release()));
        Some(Named { hostname, kernel, evidence: vec![entered, named] })
    };
    std::thread::scope(|scope| scope.spawn(look).join().ok().flatten()).unwrap_or_default()
}

/// The group of `/proc/<pid>/cgroup`: that of version 2, or of a version 1 hierarchy that it was moved in.
fn own_group(content: &str) -> String {
    let mut paths = content.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    paths.clone().find(|path| path.contains("dockwalk")).or_else(|| paths.next_back()).unwrap_or("/").to_owned()
}

fn field<'a>(status: &'a str, key: &str) -> &'a str {
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.unwrap_or_default().trim()
}

fn numbers(text: &str) -> Vec<u32> {
    text.split_whitespace().map_while(|word| word.parse().ok()).collect()
}

/// `0 1000 1`
fn span(line: &str) -> Option<IdSpan> {
    match numbers(line)[..] {
        [inside, outside, count] => Some(IdSpan { inside, outside, count }),
        _ => None,
    }
}
