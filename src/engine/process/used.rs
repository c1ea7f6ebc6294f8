//! What processes use, added up from what `/proc` says of each (proc(5)): for those whom no control group counts.
//!
//! A process that has ended counts as long as a parent among these has waited for it. Memory that several share is counted once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What some processes use together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Of the kernel's ticks: in user mode, and in the kernel.
    pub ticks: (u64, u64),
    /// Bytes.
    pub memory: u64,
    /// Processes and threads.
    pub tasks: u64,
    /// Bytes read from and written to block devices; none where the kernel does not tell them of all.
    pub devices: Option<(u64, u64)>,
}

impl Used {
    /// Of these processes. Who ends meanwhile is not counted.
    pub fn by(pids: &BTreeSet<u32>) -> Self {
        Self::below(Path::new("/proc"), pids)
    }

    fn below(proc: &Path, pids: &BTreeSet<u32>) -> Self {
        let mut all = Self { devices: Some((0, 0)), ..Self::default() };
        for pid in pids {
            let dir = proc.join(pid.to_string());
            let Some((ticks, tasks)) = stat(&dir) else { continue };
            all.ticks = (all.ticks.0 + ticks.0, all.ticks.1 + ticks.1);
            all.tasks += tasks;
            all.memory += memory(&dir);
            all.devices = all.devices.zip(devices(&dir)).map(|(all, own)| (all.0 + own.0, all.1 + own.1));
        }
        all
    }
}

/// Ticks with those of children that were waited for, and threads. The name in parentheses may have anything in it.
fn stat(dir: &Path) -> Option<((u64, u64), u64)> {
    let text = fs::read(dir.join("stat")).ok()?;
    let behind = text.iter().rposition(|byte| *byte == b')')?;
    let fields = String::from_utf8_lossy(text.get(behind + 1..)?).into_owned();
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    // The third of all fields is the first of these.
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let (user, system) = (field(14)? + field(16)?, field(15)? + field(17)?);
    Some(((user, system), field(20)?))
}

/// Its share of what it has in memory; all of it where the kernel does not tell the share.
fn memory(dir: &Path) -> u64 {
    let text = fs::read_to_string(dir.join("smaps_rollup")).unwrap_or_default();
    let share = text.lines().find_map(|line| kibibytes(line.strip_prefix("Pss:")?));
    let whole = || {
        let status = fs::read_to_string(dir.join("status")).ok()?;
        status.lines().find_map(|line| kibibytes(line.strip_prefix("VmRSS:")?))
    };
    share.or_else(whole).unwrap_or(0)
}

fn kibibytes(text: &str) -> Option<u64> {
    text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

fn devices(dir: &Path) -> Option<(u64, u64)> {
    let text = fs::read_to_string(dir.join("io")).ok()?;
    let of = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    Some((of("read_bytes:")?, of("write_bytes:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_uses_is_added_up() {
        let dir = tempfile::tempdir().unwrap();
        for (pid, name, pss) in [(10, "sh", Some("Rss: 9 kB\nPss:  3 kB\nPss_Anon: 1 kB\n")), (11, "a) 1 (b", None)] {
            let of = dir.path().join(pid.to_string());
            fs::create_dir_all(&of).unwrap();
            let stat = format!("{pid} ({name}) S 1 1 1 0 -1 0 1 2 3 4 100 10 200 20 20 0 2 0 5");
            fs::write(of.join("stat"), stat).unwrap();
            fs::write(of.join("status"), "Name: x\nVmRSS:\t  5 kB\n").unwrap();
            fs::write(of.join("io"), "rchar: 1\nread_bytes: 7\nwrite_bytes: 8\n").unwrap();
            if let Some(pss) = pss {
                fs::write(of.join("smaps_rollup"), pss).unwrap();
            }
        }
        let used = |pids: &[u32]| Used::below(dir.path(), &pids.iter().copied().collect());
        let both = Used { ticks: (600, 60), memory: 8 * 1024, tasks: 4, devices: Some((14, 16)) };
        assert_eq!(used(&[10, 11, 99]), both, "of 99 nothing is there");
        fs::remove_file(dir.path().join("11/io")).unwrap();
        assert_eq!(used(&[10, 11]).devices, None, "what is not known of all is not known");
        assert_eq!(used(&[]), Used { devices: Some((0, 0)), ..Used::default() });
    }
}
