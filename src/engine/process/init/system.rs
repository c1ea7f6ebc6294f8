use super::*;
use crate::engine::cgroup::Hierarchy;

const NOTHING_SPECIAL: u64 = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;

/// `/proc` and `/sys` as the container will see them, attached nowhere. In a user namespace the kernel makes them only for
/// who can see the whole of them where it is, which is before the root is changed.
pub fn fresh(init: &mut Init, spec: &ProcessSpec) -> (Fd, Fd) {
    let proc = init.filesystem("proc", "source=proc", NOTHING_SPECIAL);
    let sys = init.filesystem("sysfs", "source=sysfs", NOTHING_SPECIAL | read_only(spec));
    (proc, sys)
}

/// Written through a `/proc` that nobody but the kernel has put anything into: it is attached nowhere yet.
pub fn sysctls(init: &mut Init, spec: &ProcessSpec, proc: Fd) {
    let write = |init: &mut Init, (path, value): &(String, String)| {
        init.about(About::Sysctl(path.replace('/', "."), value.clone()));
        let flags = libc::O_WRONLY | libc::O_CLOEXEC;
        let fd = init.open(Call::Openat2 { dir: proc, path: format!("sys/{path}"), flags, links: false });
        Call::Write { fd, text: value.clone() }
    };
    for sysctl in &spec.default_sysctls {
        let written = write(init, sysctl);
        init.call(written);
    }
    init.about(About::Itself);
    if spec.sysctls.is_empty() {
        return;
    }
    let shown = |(path, value): &(String, String)| format!("{}={value}", path.replace('/', "."));
    let all = spec.sysctls.iter().map(shown).collect::<Vec<_>>().join(" ");
    init.stage(StepKind::SetSysctls, &all);
    init.by_hand(format!("sysctl -w {all}"));
    for sysctl in &spec.sysctls {
        let written = write(init, sysctl);
        init.main(written);
    }
    init.about(About::Itself);
}

/// `/proc`, `/sys`, `/sys/fs/cgroup`.
pub fn mounts(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>, outside: &mut shape::Outside) {
    for (name, fstype, mount) in [("proc", "proc", outside.proc), ("sys", "sysfs", outside.sys)] {
        let target = format!("/{name}");
        begin(init, &target);
        init.by_hand(format!("mount -t {fstype} {fstype} {target}"));
        let dir = target::system_dir(init, spec, outside.root, name);
        init.main(attach(mount, dir));
    }
    match &shape.join.hierarchy {
        Hierarchy::None => {}
        Hierarchy::V2 => {
            begin(init, "/sys/fs/cgroup");
            init.by_hand("mount -t cgroup2 cgroup /sys/fs/cgroup");
            // A kernel or an outer sandbox may refuse it; a container can do without.
            let mount = perhaps(init, "cgroup2", "source=cgroup", NOTHING_SPECIAL | read_only(spec));
            let path = "fs/cgroup".to_owned();
            init.perhaps(Call::MoveMount { from: mount, to: outside.sys, path }, None);
        }
        Hierarchy::V1(names) => version_1(init, names, outside.sys, read_only(spec)),
    }
}

fn read_only(spec: &ProcessSpec) -> u64 {
    if spec.privileged { 0 } else { ATTR_RDONLY }
}

fn version_1(init: &mut Init, names: &[String], sys: Fd, read_only: u64) {
    begin(init, "/sys/fs/cgroup");
    let groups = init.filesystem("tmpfs", "source=tmpfs,mode=755", NOTHING_SPECIAL);
    init.main(Call::MoveMount { from: groups, to: sys, path: "fs/cgroup".into() });
    for name in names {
        let below = name.strip_prefix("name=").unwrap_or(name).to_owned();
        init.call(Call::Mkdirat { dir: groups, path: below.clone(), mode: 0o755 });
        let mount = perhaps(init, "cgroup", &format!("source=cgroup,{name}"), NOTHING_SPECIAL | read_only);
        init.look(Look::Mount(format!("/sys/fs/cgroup/{below}"), MountKind::System));
        init.perhaps(Call::MoveMount { from: mount, to: groups, path: below }, None);
    }
    if read_only != 0 {
        init.call(Call::MountSetattr { fd: groups, set: ATTR_RDONLY, propagation: 0, recursive: false });
    }
}

/// A file system that may be refused; then it is not attached either.
fn perhaps(init: &mut Init, fstype: &'static str, options: &str, attributes: u64) -> Fd {
    let context = init.perhaps(Call::Fsopen { fstype }, None);
    let fd = Fd::From(context);
    let mut last = context;
    for option in options.split(',').filter(|option| !option.is_empty()) {
        let (key, value) = option.split_once('=').map_or((option, None), |(key, value)| (key, Some(value)));
        let call = Call::Fsconfig { fd, key: key.to_owned(), value: value.map(str::to_owned) };
        last = init.perhaps(call, Some(last));
    }
    let made = init.perhaps(Call::FsconfigCreate { fd }, Some(last));
    Fd::From(init.perhaps(Call::Fsmount { fd, attributes }, Some(made)))
}

fn begin(init: &mut Init, target: &str) {
    init.stage(StepKind::MountInside, target);
    init.look(Look::Mount(target.to_owned(), MountKind::System));
}
