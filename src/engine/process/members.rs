//! Who is in a container: the processes of its pid namespace, and what they made in namespaces below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The processes, as the engine sees them, that are in the pid namespace of this one or descend from one of those. None when
/// it has ended. Of a process that ends or begins meanwhile it is not known whether it is among them.
pub fn members(first: u32) -> BTreeSet<u32> {
    members_of(Path::new("/proc"), first)
}

fn members_of(proc: &Path, first: u32) -> BTreeSet<u32> {
    let namespace = |pid: u32| fs::read_link(proc.join(pid.to_string()).join("ns/pid")).ok();
    let Some(own) = namespace(first) else { return BTreeSet::new() };
    let all = fs::read_dir(proc).into_iter().flatten().flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: BTreeMap<u32, u32> = all.filter_map(|pid| Some((pid, parent(proc, pid)?))).collect();
    let mut found: BTreeSet<u32> =
        parents.keys().copied().filter(|pid| namespace(*pid).as_ref() == Some(&own)).collect();
    // Children of those that are in it already, until there are no more.
    loop {
        let more: Vec<u32> = parents
            .iter()
            .filter(|(pid, parent)| !found.contains(pid) && found.contains(parent))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// The fourth field of `/proc/<pid>/stat`, behind the name, which may have anything in it.
fn parent(proc: &Path, pid: u32) -> Option<u32> {
    let stat = fs::read(proc.join(pid.to_string()).join("stat")).ok()?;
    let behind = stat.iter().rposition(|byte| *byte == b')')?;
    let fields = String::from_utf8_lossy(stat.get(behind + 1..)?).into_owned();
    fields.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn who_is_in_the_namespace_and_who_descends_from_it_is_a_member() {
        let dir = tempfile::tempdir().unwrap();
        for (pid, parent, namespace, name) in [
            (1, 0, 1, "init"),
            (10, 1, 2, "sh"),
            (11, 10, 2, "a) 1 (b"),
            // By exec: its parent is outside.
            (12, 1, 2, "exec"),
            // In a namespace that one of them made.
            (13, 12, 3, "unshared"),
            (14, 13, 3, "below"),
            (20, 1, 4, "other"),
        ] {
            let of = dir.path().join(pid.to_string());
            fs::create_dir_all(of.join("ns")).unwrap();
            fs::write(of.join("stat"), format!("{pid} ({name}) S {parent} 1 1 0")).unwrap();
            symlink(format!("pid:[{namespace}]"), of.join("ns/pid")).unwrap();
        }
        assert_eq!(members_of(dir.path(), 10), [10, 11, 12, 13, 14].into());
        assert_eq!(members_of(dir.path(), 20), [20].into());
        assert_eq!(members_of(dir.path(), 99), [].into());
    }
}
