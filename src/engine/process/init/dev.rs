//! `/dev`: a tmpfs with the harmless devices, terminals, shared memory and message queues.
//!
//! As root the nodes are made anew, in a tmpfs of the container's own that is then attached nowhere, and each is bound to its
//! place: what a container does to a node (`chmod`, `touch`) concerns no other and never the host. In a user namespace the
//! kernel lets nobody make nodes; there the host's are bound, read-only, which for a device means that it can be used and
//! not changed.
//!
//! All else in a container is mounted `nodev`, so a node that it makes with `mknod` (Docker leaves it CAP_MKNOD) opens
//! nothing. Docker reaches the same with a device control group, which needs a hierarchy that not every host has.
//! What the host mounts later below a bind of `slave` or `shared` propagation comes with the host's own flags: there such a node opens.

use super::shape::{Outside, Tree};
use super::*;
use crate::engine::process::SharedMemory;
use crate::engine::process::call::Argument;
use std::path::Path;

/// Major and minor numbers of the kernel's Documentation/admin-guide/devices.txt.
const DEVICES: [(&str, u32, u32); 6] =
    [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];
/// The memory of the kernel is not to be seen on each of them; as runc, no link leads to nothing then.
const MEMORY: &str = "/proc/kcore";
const LINKS: [(&str, &str); 6] = [
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    (MEMORY, "core"),
    ("pts/ptmx", "ptmx"),
];
const DEVPTS: (u64, &str) = (0x1cd1, "DEVPTS_SUPER_MAGIC");

/// Where the null device for masks comes from: each mask needs a mount of its own.
#[derive(Debug)]
pub struct Null(Fd);

impl Null {
    /// One more mount of the null device, read-only, attached nowhere.
    pub fn mount(&self, init: &mut Init) -> Fd {
        let null = init.open(Call::OpenTree { dir: self.0, path: String::new(), recursive: false });
        init.call(Call::MountSetattr {
            fd: null,
            set: ATTR_RDONLY | ATTR_NOSUID | ATTR_NOEXEC,
            propagation: 0,
            recursive: false,
        });
        null
    }
}

/// Paths of the host that `/dev` needs.
pub fn sources(spec: &ProcessSpec, may_mknod: bool) -> impl Iterator<Item = Tree> {
    let nodes = DEVICES.iter().filter(move |_| !may_mknod).map(|(name, ..)| format!("/dev/{name}"));
    let memory = match &spec.memory {
        SharedMemory::At(path) => Some(path.display().to_string()),
        SharedMemory::Own(_) | SharedMemory::Nothing => None,
    };
    let queues = has_queues_of_host(spec, may_mknod).then(|| QUEUES.to_owned());
    nodes.chain(memory).chain(queues).map(Tree::alone)
}

const QUEUES: &str = "/dev/mqueue";

/// In a user namespace nobody may mount the queues of an IPC namespace of the host: there the host's mount is bound, where it has one.
fn has_queues_of_host(spec: &ProcessSpec, may_mknod: bool) -> bool {
    is_of_host(spec) && !may_mknod && Path::new(QUEUES).is_dir()
}

fn is_of_host(spec: &ProcessSpec) -> bool {
    spec.of_host & u64::from(libc::CLONE_NEWIPC.cast_unsigned()) != 0
}

/// `/dev` and what is below it.
pub fn mounts(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>, outside: &mut Outside) -> Null {
    begin(init, "/dev");
    init.by_hand("mount -t tmpfs tmpfs /dev");
    let place = target::system_dir(init, spec, outside.root, "dev");
    let nodes = if shape.may_mknod { std::mem::take(&mut outside.nodes) } else { host_nodes(init, outside) };
    let attributes = ATTR_NOSUID | ATTR_NODEV | ATTR_STRICTATIME;
    let dev = init.filesystem("tmpfs", "source=tmpfs,mode=755,size=65536k", attributes);
    init.main(attach(dev, place));
    for ((name, ..), node) in DEVICES.iter().zip(nodes) {
        init.call(Call::Mknodat { dir: dev, path: (*name).into(), node: Node::File });
        init.call(Call::MoveMount { from: node, to: dev, path: (*name).into() });
        init.look(Look::Mount(format!("/dev/{name}"), MountKind::System));
    }
    let flags = libc::O_PATH | libc::O_CLOEXEC;
    let null = init.open(Call::Openat2 { dir: dev, path: "null".into(), flags, links: false });
    init.call(Call::Statx { fd: null, device: (1, 3) });
    if !spec.open_stdin && !spec.tty {
        let flags = libc::O_RDWR | libc::O_CLOEXEC;
        let input = init.open(Call::Openat2 { dir: dev, path: "null".into(), flags, links: false });
        init.call(Call::Dup3 { from: input, to: 0 });
    }
    for (target, link) in LINKS.into_iter().filter(|(target, _)| *target != MEMORY || Path::new(MEMORY).exists()) {
        init.call(Call::Symlinkat { target: target.into(), dir: dev, link: link.into() });
    }
    let quiet = ATTR_NOSUID | ATTR_NOEXEC;
    let group = if shape.tty_group { ",gid=5" } else { "" };
    let options = format!("newinstance,ptmxmode=0666,mode=0620{group}");
    let pts = below(init, dev, "devpts", "pts", quiet, &options);
    match &spec.memory {
        SharedMemory::Nothing => {}
        SharedMemory::Own(size) => {
            below(init, dev, "tmpfs", "shm", quiet | ATTR_NODEV, &format!("mode=1777,size={size}"));
        }
        SharedMemory::At(path) => bound(init, dev, "shm", &path.display().to_string(), outside),
    }
    if has_queues_of_host(spec, shape.may_mknod) {
        bound(init, dev, "mqueue", QUEUES, outside);
    } else if !is_of_host(spec) || shape.may_mknod {
        below(init, dev, "mqueue", "mqueue", quiet | ATTR_NODEV, "");
    }
    if spec.tty {
        begin(init, "/dev/console");
        let multiplexer = multiplexer(init, pts);
        let terminal = terminal(init, multiplexer);
        control(init);
        init.call(Call::Mknodat { dir: dev, path: "console".into(), node: Node::File });
        let console = init.open(Call::OpenTree { dir: terminal, path: String::new(), recursive: false });
        init.main(Call::MoveMount { from: console, to: dev, path: "console".into() });
    }
    Null(null)
}

/// Nodes in a tmpfs that nobody sees. Only what is attached can be copied, so until the old root goes, and this with it, it is
/// at a directory of the host, in the mount namespace of this process alone.
pub fn own_nodes(init: &mut Init, spec: &ProcessSpec) -> Vec<Fd> {
    let hidden = init.filesystem("tmpfs", "source=tmpfs,mode=755,size=64k", ATTR_NOSUID | ATTR_NOEXEC);
    let dir = spec.rootfs.merged.parent().map(|dir| dir.display().to_string()).unwrap_or_default();
    init.call(Call::MoveMount { from: hidden, to: Fd::Cwd, path: dir });
    let mut nodes = Vec::new();
    for (name, major, minor) in DEVICES {
        let path = name.to_owned();
        init.call(Call::Mknodat { dir: hidden, path: path.clone(), node: Node::Device(major, minor) });
        nodes.push(init.open(Call::OpenTree { dir: hidden, path, recursive: false }));
    }
    nodes
}

/// The host's nodes, as far as they are what they should be, so that they cannot be changed.
fn host_nodes(init: &mut Init, outside: &mut Outside) -> Vec<Fd> {
    let mut nodes = Vec::new();
    for (name, major, minor) in DEVICES {
        let Some(node) = outside.take(&format!("/dev/{name}")) else { continue };
        init.call(Call::Statx { fd: node, device: (major, minor) });
        init.call(Call::MountSetattr {
            fd: node,
            set: ATTR_RDONLY | ATTR_NOSUID | ATTR_NOEXEC,
            propagation: 0,
            recursive: false,
        });
        nodes.push(node);
    }
    nodes
}

/// How a terminal is asked for in a devpts, which `pts` is the root of.
pub(super) fn multiplexer(init: &mut Init, pts: Fd) -> Call {
    init.call(Call::Fstatfs { fd: pts, magic: DEVPTS, equal: true });
    Call::Openat2 { dir: pts, path: "ptmx".into(), flags: TERMINAL, links: false }
}

/// Flags of both ends of a terminal.
pub(super) const TERMINAL: i32 = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;

/// Makes a terminal, and standard input, output and error of it. Its own end.
pub(super) fn terminal(init: &mut Init, multiplexer: Call) -> Fd {
    const TIOCGPTPEER: u64 = 0x5441;
    let master = init.call(multiplexer);
    init.master = Some(master);
    let ioctl = |fd, request, argument| Call::Ioctl { fd, request, argument };
    init.call(ioctl(Fd::From(master), (libc::TIOCSPTLCK, "TIOCSPTLCK"), Argument::Pointer(0)));
    let peer = Argument::Int(TERMINAL.into());
    let slave = init.open(ioctl(Fd::From(master), (TIOCGPTPEER, "TIOCGPTPEER"), peer));
    for number in 0..3 {
        init.call(Call::Dup3 { from: slave, to: number });
    }
    slave
}

/// Makes standard input the controlling terminal.
pub(super) fn control(init: &mut Init) {
    let request = (libc::TIOCSCTTY, "TIOCSCTTY");
    init.call(Call::Ioctl { fd: Fd::Number(0), request, argument: Argument::Int(0) });
}

fn below(init: &mut Init, dev: Fd, fstype: &'static str, name: &str, attributes: u64, options: &str) -> Fd {
    let target = format!("/dev/{name}");
    begin(init, &target);
    let source = if name == "shm" { "shm" } else { fstype };
    init.by_hand(format!("mount -t {fstype} {source} {target}"));
    init.call(Call::Mkdirat { dir: dev, path: name.into(), mode: 0o755 });
    let mount = init.filesystem(fstype, &format!("source={source},{options}"), attributes);
    init.main(Call::MoveMount { from: mount, to: dev, path: name.into() });
    mount
}

/// A directory from outside, which others have, too.
fn bound(init: &mut Init, dev: Fd, name: &str, path: &str, outside: &mut Outside) {
    let Some(tree) = outside.take(path) else { return };
    let target = format!("/dev/{name}");
    init.stage(StepKind::MountInside, &target);
    init.look(Look::Mount(target.clone(), MountKind::Bind { from: path.to_owned() }));
    init.by_hand(format!("mount --bind {path} {target}"));
    init.call(Call::Mkdirat { dir: dev, path: name.into(), mode: 0o755 });
    init.call(Call::MountSetattr {
        fd: tree,
        set: ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC,
        propagation: 0,
        recursive: false,
    });
    init.main(Call::MoveMount { from: tree, to: dev, path: name.into() });
}

fn begin(init: &mut Init, target: &str) {
    init.stage(StepKind::MountInside, target);
    init.look(Look::Mount(target.to_owned(), MountKind::System));
}
