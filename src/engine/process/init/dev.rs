//! `/dev`: a tmpfs with the harmless devices, terminals, shared memory and message queues.
//!
//! Device nodes are bind mounts of the host's own, for root as well as without: so everything in the container can be
//! mounted `nodev`, and a node that it makes with `mknod` (Docker leaves it CAP_MKNOD) opens nothing. Docker reaches the
//! same with a device control group, which needs a hierarchy that not every host has.

use super::*;
use crate::engine::process::call::Argument;

const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS: [(&str, &str); 6] = [
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
    ("/proc/kcore", "/dev/core"),
    ("pts/ptmx", "/dev/ptmx"),
];

/// Paths of the host that `/dev` needs.
pub fn sources() -> impl Iterator<Item = (String, bool)> {
    DEVICES.iter().map(|name| (format!("/dev/{name}"), false))
}

/// `/dev` and what is below it.
pub fn mounts(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>, outside: &mut container::Outside) {
    begin(init, "/dev");
    init.by_hand("mount -t tmpfs tmpfs /dev");
    init.tolerant(mkdir("/dev"), THERE);
    let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_STRICTATIME;
    init.main(mount("tmpfs", "tmpfs", "/dev", flags, "mode=755,size=65536k"));
    for name in DEVICES {
        let path = format!("/dev/{name}");
        if let Some(from) = outside.take(&path) {
            init.call(Call::MknodFile { path: path.clone() });
            init.call(Call::MoveMount { from, target: path.clone() });
            init.look(Look::Mount(path, MountKind::System));
        }
    }
    for (target, link) in LINKS {
        init.call(Call::Symlink { target: target.into(), link: link.into() });
    }
    let quiet = libc::MS_NOSUID | libc::MS_NOEXEC;
    let group = if shape.tty_group { ",gid=5" } else { "" };
    let data = format!("newinstance,ptmxmode=0666,mode=0620{group}");
    below(init, "devpts", "devpts", "/dev/pts", quiet, &data);
    let data = format!("mode=1777,size={}", spec.shm_size);
    below(init, "tmpfs", "shm", "/dev/shm", quiet | libc::MS_NODEV, &data);
    below(init, "mqueue", "mqueue", "/dev/mqueue", quiet | libc::MS_NODEV, "");
    if spec.tty {
        begin(init, "/dev/console");
        terminal(init, "/dev/pts/ptmx");
        init.call(Call::MknodFile { path: "/dev/console".into() });
        // The first terminal of a new devpts has the number 0.
        init.main(Call::Mount {
            source: Some("/dev/pts/0".into()),
            target: "/dev/console".into(),
            fstype: None,
            flags: libc::MS_BIND,
            data: None,
        });
    }
}

/// Makes a terminal, and makes it the controlling one and standard input, output and error.
pub(super) fn terminal(init: &mut Init, multiplexer: &str) {
    const TIOCGPTPEER: u64 = 0x5441;
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    let master = init.call(Call::Open { path: multiplexer.into(), flags });
    init.master = Some(master);
    let ioctl = |fd, request, argument| Call::Ioctl { fd, request, argument };
    init.call(ioctl(Fd::From(master), (libc::TIOCSPTLCK, "TIOCSPTLCK"), Argument::Pointer(0)));
    let peer = Argument::Int((libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC).into());
    let slave = init.call(ioctl(Fd::From(master), (TIOCGPTPEER, "TIOCGPTPEER"), peer));
    init.call(ioctl(Fd::From(slave), (libc::TIOCSCTTY, "TIOCSCTTY"), Argument::Int(0)));
    for number in 0..3 {
        init.call(Call::Dup3 { from: Fd::From(slave), to: number });
    }
}

fn below(init: &mut Init, fstype: &str, source: &str, target: &str, flags: u64, data: &str) {
    begin(init, target);
    init.by_hand(format!("mount -t {fstype} {source} {target}"));
    init.call(mkdir(target));
    init.main(mount(fstype, source, target, flags, data));
}

fn begin(init: &mut Init, target: &str) {
    init.stage(StepKind::MountInside, target);
    init.look(Look::Mount(target.to_owned(), MountKind::System));
}
