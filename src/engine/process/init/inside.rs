//! Files of `/etc`, volumes, binds and tmpfs.

use super::container::Outside;
use super::*;
use crate::engine::{Fault, FaultKind};

/// Paths of the host that will be mounted in the container; true for those with all that is mounted below them.
pub fn sources(spec: &ProcessSpec) -> Vec<(String, bool)> {
    let files = etc(spec).into_iter().map(|(_, path)| (path, false));
    let dirs = spec.mounts.iter().filter_map(source).map(|path| (path, true));
    files.chain(dirs).collect()
}

/// `/etc/hosts`, `/etc/hostname`, `/etc/resolv.conf`, as far as no mount of the user's takes their place.
pub fn etc_files(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside) {
    init.stage(StepKind::MountInside, "/etc");
    init.tolerant(mkdir("/etc"), THERE);
    for (target, path) in etc(spec) {
        let Some(from) = outside.take(&path) else { continue };
        init.tolerant(Call::MknodFile { path: target.into() }, THERE);
        init.call(Call::MoveMount { from, target: target.into() });
        init.look(Look::Mount(target.into(), MountKind::System));
    }
}

fn etc(spec: &ProcessSpec) -> Vec<(&'static str, String)> {
    let files = [
        ("/etc/hostname", &spec.rootfs.hostname),
        ("/etc/hosts", &spec.rootfs.hosts),
        ("/etc/resolv.conf", &spec.rootfs.resolv_conf),
    ];
    let free = files.into_iter().filter(|(target, _)| spec.mounts.iter().all(|mount| mount.target != *target));
    free.map(|(target, path)| (target, path.display().to_string())).collect()
}

/// Volumes, binds and tmpfs; outer ones first.
pub fn mounts(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside) -> Result<()> {
    let mut mounts: Vec<_> = spec.mounts.iter().collect();
    mounts.sort_by_key(|mount| mount.target.split('/').filter(|part| !part.is_empty()).count());
    for one in mounts {
        user_mount(init, spec, outside, one)?;
    }
    Ok(())
}

fn user_mount(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside, one: &MountSpec) -> Result<()> {
    let target = normal(&one.target)?;
    init.stage(StepKind::MountInside, &target);
    if let MountSource::Tmpfs { options } = &one.source {
        directories(init, spec, &target);
        let (flags, data) = tmpfs(options, one.read_only)?;
        init.by_hand(format!("mount -t tmpfs -o {} tmpfs {target}", if data.is_empty() { "rw" } else { &data }));
        init.main(mount("tmpfs", "tmpfs", &target, flags, &data));
        init.look(Look::Mount(target, MountKind::Tmpfs));
        return Ok(());
    }
    let Some(path) = source(one) else { return Ok(()) };
    let Some(from) = outside.take(&path) else { return Ok(()) };
    let kind = match &one.source {
        MountSource::Volume { name, .. } => MountKind::Volume { name: name.clone() },
        _ => MountKind::Bind { from: path.clone() },
    };
    init.by_hand(format!("mount --bind {path} {target}"));
    if std::path::Path::new(&path).is_dir() {
        directories(init, spec, &target);
    } else {
        let parent = target.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        directories(init, spec, &parent);
        init.tolerant(Call::MknodFile { path: target.clone() }, THERE);
    }
    init.main(Call::MoveMount { from, target: target.clone() });
    let set = if one.read_only { ATTR_RDONLY } else { 0 } | if spec.privileged { 0 } else { ATTR_NODEV };
    if set != 0 {
        init.call(Call::MountSetattr { target: target.clone(), set, recursive: true });
    }
    init.look(Look::Mount(target, kind));
    Ok(())
}

fn source(mount: &MountSpec) -> Option<String> {
    match &mount.source {
        MountSource::Volume { path, .. } | MountSource::Bind { path, .. } => Some(path.display().to_string()),
        MountSource::Tmpfs { .. } => None,
    }
}

/// Makes a directory with all above it. Where the image has it already, and nothing is mounted over it, there is no call.
pub fn directories(init: &mut Init, spec: &ProcessSpec, path: &str) {
    let covered = |below: &str| {
        spec.mounts
            .iter()
            .any(|mount| below.strip_prefix(mount.target.trim_end_matches('/')).is_some_and(|r| r.starts_with('/')))
    };
    let there = pathrs::Root::open(&spec.rootfs.merged).and_then(|root| root.resolve(path)).is_ok();
    if there && !covered(path) {
        return;
    }
    let mut so_far = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        so_far = format!("{so_far}/{part}");
        // Below a read-only mount it must be there; then EROFS says that nothing could be made, which is as well.
        init.tolerant(mkdir(&so_far), &[libc::EEXIST, libc::EROFS]);
    }
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
        return Err(Fault::new(FaultKind::BadRequest, "mount-target").with("target", target));
    }
    Ok(format!("/{}", parts.join("/")))
}

/// Flags and data of `--tmpfs` options. Docker's defaults are `noexec,nosuid,nodev`.
fn tmpfs(options: &str, read_only: bool) -> Result<(u64, String)> {
    let mut flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    if read_only {
        flags |= libc::MS_RDONLY;
    }
    let mut data = Vec::new();
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" => flags |= libc::MS_RDONLY,
            "rw" => flags &= !libc::MS_RDONLY,
            "exec" => flags &= !libc::MS_NOEXEC,
            "noexec" => flags |= libc::MS_NOEXEC,
            "suid" => flags &= !libc::MS_NOSUID,
            // Devices stay shut: see `dev.rs`.
            "nosuid" | "nodev" | "dev" => {}
            _ if ["size=", "mode=", "uid=", "gid=", "nr_inodes="].iter().any(|key| option.starts_with(key)) => {
                data.push(option);
            }
            _ => return Err(Fault::new(FaultKind::BadRequest, "tmpfs-option").with("option", option)),
        }
    }
    Ok((flags, data.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_made_plain() {
        assert_eq!(normal("/a//b/./../c/").unwrap(), "/a/c");
        assert_eq!(normal("/..").unwrap_err().problem.code, "mount-target");
        assert_eq!(normal("a").unwrap_err().problem.code, "mount-target");
    }

    #[test]
    fn tmpfs_options_are_flags_or_data() {
        let all = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
        assert_eq!(tmpfs("", false).unwrap(), (all, String::new()));
        assert_eq!(
            tmpfs("exec,size=1m,mode=1777", false).unwrap(),
            (all & !libc::MS_NOEXEC, "size=1m,mode=1777".into())
        );
        assert_eq!(tmpfs("what", false).unwrap_err().problem.code, "tmpfs-option");
    }
}
