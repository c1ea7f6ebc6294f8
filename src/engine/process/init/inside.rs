//! Files of `/etc`, volumes, binds and tmpfs.

use super::shape::{Outside, Tree};
use super::*;
use crate::engine::process::Propagation;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;

/// Paths of the host that will be mounted in the container.
pub fn sources(spec: &ProcessSpec) -> Vec<Tree> {
    let files = etc(spec).into_iter().map(|(_, path)| Tree::alone(path));
    let dirs = spec.mounts.iter().filter_map(source);
    files.chain(dirs).chain(docker_init_source(spec).map(Tree::alone)).collect()
}

/// `/etc/hosts`, `/etc/hostname`, `/etc/resolv.conf`, as far as no mount of the user's takes their place. As the root.
pub fn etc_files(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside) -> Result<()> {
    init.stage(StepKind::MountInside, "/etc");
    for (target, path) in etc(spec) {
        let Some(from) = outside.take(&path) else { continue };
        init.about(About::Mount(target.to_owned()));
        let to = target::etc_file(init, spec, outside.root, target)?;
        if spec.read_only_root {
            init.call(Call::MountSetattr { fd: from, set: ATTR_RDONLY, propagation: 0, recursive: false });
        }
        init.call(attach(from, to));
        init.look(Look::Mount(target.into(), MountKind::System));
    }
    init.about(About::Itself);
    Ok(())
}

/// What Docker has in front of a command that is started with `--init`.
pub const DOCKER_INIT: &str = "/sbin/docker-init";

/// The engine's own `docker-init`, unless a mount of the user's takes its place.
pub fn docker_init(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside) -> Result<()> {
    let Some(path) = docker_init_source(spec) else { return Ok(()) };
    let Some(from) = outside.take(&path) else { return Ok(()) };
    init.stage(StepKind::MountInside, DOCKER_INIT);
    init.by_hand(format!("mount --bind -o ro {path} {DOCKER_INIT}"));
    init.about(About::Mount(DOCKER_INIT.to_owned()));
    let to = target::file(init, spec, outside.root, DOCKER_INIT)?;
    init.call(Call::MountSetattr {
        fd: from,
        set: ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV,
        propagation: 0,
        recursive: false,
    });
    init.main(attach(from, to));
    init.look(Look::Mount(DOCKER_INIT.to_owned(), MountKind::Bind { from: path }));
    init.about(About::Itself);
    Ok(())
}

fn docker_init_source(spec: &ProcessSpec) -> Option<String> {
    let free = spec.init && spec.mounts.iter().all(|mount| mount.target != DOCKER_INIT);
    free.then(|| spec.rootfs.docker_init.display().to_string())
}

/// The files of `/etc` that the engine provides.
const ETC: [&str; 3] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

fn etc(spec: &ProcessSpec) -> Vec<(&'static str, String)> {
    let files = ETC.into_iter().zip([&spec.rootfs.hostname, &spec.rootfs.hosts, &spec.rootfs.resolv_conf]);
    let free = files.filter(|(target, _)| spec.mounts.iter().all(|mount| mount.target != *target));
    free.map(|(target, path)| (target, path.display().to_string())).collect()
}

/// Volumes, binds and tmpfs; outer ones first.
pub fn mounts(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside) -> Result<()> {
    let mut mounts: Vec<_> = spec.mounts.iter().collect();
    mounts.sort_by_key(|mount| mount.target.split('/').filter(|part| !part.is_empty()).count());
    for one in mounts {
        user_mount(init, spec, outside, one)?;
    }
    init.about(About::Itself);
    Ok(())
}

fn user_mount(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside, one: &MountSpec) -> Result<()> {
    let target = normal(&one.target)?;
    refuse(&target, &target)?;
    refuse(&target, &target::leads(spec, &target)?)?;
    init.stage(StepKind::MountInside, &target);
    init.about(About::Mount(target.clone()));
    if let MountSource::Tmpfs { options } = &one.source {
        let (attributes, data, propagation) = tmpfs(options, one.read_only)?;
        init.by_hand(format!("mount -t tmpfs -o {} tmpfs {target}", if data.is_empty() { "rw" } else { &data }));
        fits(spec, "tmpfs", &target, true)?;
        let to = target::directory(init, spec, outside.root, &target)?;
        // As Docker: the mode of the directory that it covers, unless another is asked for.
        let covered =
            target::mode(spec, &target).filter(|_| !data.split(',').any(|option| option.starts_with("mode=")));
        let mode = covered.map_or(String::new(), |mode| format!("mode={mode:o},"));
        let from = init.filesystem("tmpfs", &format!("source=tmpfs,{mode}{data}"), attributes);
        if let Some((propagation, recursive)) = propagation.flag() {
            init.call(Call::MountSetattr { fd: from, set: 0, propagation, recursive });
        }
        init.main(attach(from, to));
        init.look(Look::Mount(target, MountKind::Tmpfs));
        return Ok(());
    }
    let Some(tree) = source(one) else { return Ok(()) };
    let Some(from) = outside.take_tree(&tree) else { return Ok(()) };
    let path = tree.path;
    let kind = match &one.source {
        MountSource::Volume { name, .. } => MountKind::Volume { name: name.clone() },
        _ => MountKind::Bind { from: path.clone() },
    };
    init.by_hand(format!("mount --bind {path} {target}"));
    let is_dir = std::path::Path::new(&path).is_dir();
    fits(spec, &path, &target, is_dir)?;
    let to = if is_dir {
        target::directory(init, spec, outside.root, &target)?
    } else {
        target::file(init, spec, outside.root, &target)?
    };
    let set = if one.read_only { ATTR_RDONLY } else { 0 } | if spec.privileged { 0 } else { ATTR_NODEV };
    if set != 0 {
        init.call(Call::MountSetattr { fd: from, set, propagation: 0, recursive: true });
    }
    init.main(attach(from, to));
    init.look(Look::Mount(target, kind));
    Ok(())
}

/// What nothing is mounted over, be it by its name or by links of the image that lead there: the root, which would be hidden
/// from who is in it, `/dev`, which would be empty, and `/proc`.
fn refuse(target: &str, leads: &str) -> Result<()> {
    let code = match leads {
        "/" => Code::MountTarget,
        "/dev" => Code::MountOverDev,
        path if path == "/proc" || path.starts_with("/proc/") => Code::MountIntoProc,
        _ => return Ok(()),
    };
    let shown = if target == leads { target.to_owned() } else { format!("{target} → {leads}") };
    Err(Fault::new(FaultKind::BadRequest, code).with("target", shown))
}

/// A directory is mounted on a directory, a file on a file. What the engine provides in `/etc` is a file in any case.
fn fits(spec: &ProcessSpec, source: &str, target: &str, is_dir: bool) -> Result<()> {
    let provided = ETC.contains(&target).then_some(false);
    match target::is_dir(spec, target).or(provided) {
        Some(there) if there != is_dir => {
            let fault = Fault::new(FaultKind::BadRequest, Code::MountKinds).with("source", source);
            Err(fault.with("target", target).with("found", if there { "directory" } else { "file" }))
        }
        _ => Ok(()),
    }
}

fn source(mount: &MountSpec) -> Option<Tree> {
    let (path, recursive, propagation) = match &mount.source {
        MountSource::Volume { path, .. } => (path, true, Propagation::default()),
        MountSource::Bind { path, recursive, propagation, .. } => (path, *recursive, *propagation),
        MountSource::Tmpfs { .. } => return None,
    };
    Some(Tree { path: path.display().to_string(), recursive, propagation })
}

/// An absolute path without `.`, `..` and double slashes.
fn normal(target: &str) -> Result<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if !target.starts_with('/') || parts.is_empty() {
        return Err(Fault::new(FaultKind::BadRequest, Code::MountTarget).with("target", target));
    }
    Ok(format!("/{}", parts.join("/")))
}

/// Fails when a tmpfs knows no such options.
pub fn check_tmpfs(options: &str) -> Result<()> {
    tmpfs(options, false).map(drop)
}

/// What of an option's words is data of the file system.
const OF_TMPFS: [&str; 7] = ["size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks=", "mpol="];

/// Attributes, data and propagation of `--tmpfs` options. Docker's defaults are `noexec,nosuid,nodev`; of two words for one thing the
/// last counts.
fn tmpfs(options: &str, read_only: bool) -> Result<(u64, String, Propagation)> {
    let mut flags = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
    if read_only {
        flags |= ATTR_RDONLY;
    }
    let (mut data, mut propagation) = (Vec::new(), Propagation::default());
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" => flags |= ATTR_RDONLY,
            "rw" => flags &= !ATTR_RDONLY,
            "exec" => flags &= !ATTR_NOEXEC,
            "noexec" => flags |= ATTR_NOEXEC,
            "suid" => flags &= !ATTR_NOSUID,
            "nosuid" => flags |= ATTR_NOSUID,
            "noatime" => flags |= ATTR_NOATIME,
            "atime" => flags &= !ATTR_NOATIME,
            "strictatime" => flags |= ATTR_STRICTATIME,
            "nostrictatime" => flags &= !ATTR_STRICTATIME,
            "nodiratime" => flags |= ATTR_NODIRATIME,
            "diratime" => flags &= !ATTR_NODIRATIME,
            "sync" | "dirsync" => data.push(option),
            "async" => data.retain(|word| *word != "sync"),
            // Devices stay shut: see `dev.rs`. Locks that must be kept (`mand`) no kernel of these days has.
            "nodev" | "dev" | "defaults" | "mand" | "nomand" | "relatime" | "norelatime" => {}
            _ if OF_TMPFS.iter().any(|key| option.starts_with(key)) => {
                data.push(option);
            }
            _ => {
                let unknown = || Fault::new(FaultKind::BadRequest, Code::TmpfsOption).with("option", option);
                propagation = Propagation::of(option).ok_or_else(unknown)?;
            }
        }
    }
    // As for mount(2), whatever comes last.
    let flags = if flags & ATTR_STRICTATIME == 0 { flags } else { flags & !ATTR_NOATIME };
    Ok((flags, data.join(","), propagation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_made_plain() {
        assert_eq!(normal("/a//b/./../c/").unwrap(), "/a/c");
        assert_eq!(normal("/..").unwrap_err().problem.code, Code::MountTarget);
        assert_eq!(normal("a").unwrap_err().problem.code, Code::MountTarget);
    }

    #[test]
    fn tmpfs_options_are_flags_or_data() {
        let all = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
        let read = |options| tmpfs(options, false).unwrap();
        let none = Propagation::default();
        assert_eq!(read(""), (all, String::new(), none));
        assert_eq!(read("exec,size=1m,mode=1777"), (all & !ATTR_NOEXEC, "size=1m,mode=1777".into(), none));
        assert_eq!(read("suid,nosuid,ro,rw,defaults,sync,async"), (all, String::new(), none));
        assert_eq!(read("noatime,nodiratime"), (all | ATTR_NOATIME | ATTR_NODIRATIME, String::new(), none));
        assert_eq!(read("noatime,strictatime,rshared"), (all | ATTR_STRICTATIME, String::new(), Propagation::Rshared));
        assert_eq!(read("sync,nr_blocks=9,mpol=local"), (all, "sync,nr_blocks=9,mpol=local".into(), none));
        assert_eq!(tmpfs("what", false).unwrap_err().problem.code, Code::TmpfsOption);
    }
}
