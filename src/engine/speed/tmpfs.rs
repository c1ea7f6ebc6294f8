//! Where a tmpfs lies, and where its pages could go: what the kernel says of that.

use crate::engine::conductor::Cx;
use crate::engine::evidence::{self, Text};
use crate::engine::fault::{Fault, Result};
use crate::trace::{Change, Code, Evidence, Mount, TmpfsMemory};
use std::path::{Path, PathBuf};

const MEMINFO: &str = "/proc/meminfo";
const SWAPS: &str = "/proc/swaps";

/// Looks, and records it.
pub(super) fn look(cx: &Cx, pid: u32, mount: &Mount) -> Result<TmpfsMemory> {
    let table = read(&PathBuf::from(format!("/proc/{pid}/mountinfo")))?;
    let id = mount.key.id.to_string();
    let line = table.content().lines().find(|line| line.split(' ').next() == Some(&id));
    let missing = || Fault::failed(Code::MountNotThere).with("path", &mount.target);
    let line = line.ok_or_else(missing)?;
    let device = line.split(' ').nth(2).and_then(device).ok_or_else(missing)?;
    let (swaps, memory) = (read(Path::new(SWAPS))?, read(Path::new(MEMINFO))?);
    let seen = TmpfsMemory {
        mount: mount.key,
        source: mount.source.clone(),
        device,
        swaps: areas(swaps.content()),
        swap: (bytes(memory.content(), "SwapTotal"), bytes(memory.content(), "SwapFree")),
        shmem: bytes(memory.content(), "Shmem"),
    };
    let told = |line: &str| ["SwapTotal:", "SwapFree:", "Shmem:"].iter().any(|name| line.starts_with(name));
    let evidence = vec![table.mount(line), swaps.evidence(), memory.lines(told)];
    cx.observe(Change::MemorySeen(seen.clone()), evidence);
    Ok(seen)
}

/// Bytes that the machine could give without swapping.
pub(super) fn available() -> Result<(u64, Evidence)> {
    let memory = read(Path::new(MEMINFO))?;
    Ok((bytes(memory.content(), "MemAvailable"), memory.lines(|line| line.starts_with("MemAvailable:"))))
}

fn read(path: &Path) -> Result<Text> {
    evidence::read(path).map_err(|unread| Fault::io("read", path.display(), &unread.error))
}

/// `0:57`
fn device(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// proc_swaps(5): below the line of heads one for each area.
fn areas(text: &str) -> Vec<String> {
    text.lines().skip(1).filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

/// proc_meminfo(5): `Shmem:  1024 kB`; 0 where there is no such line.
fn bytes(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_writes_is_read() {
        let swaps = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/swap.img  file\t\t4194300\t\t0\t\t-2\n/dev/zram0 partition 1 0 5\n";
        assert_eq!(areas(swaps), ["/swap.img", "/dev/zram0"]);
        assert!(areas("Filename Type Size Used Priority\n").is_empty() && areas("").is_empty());
        let memory = "MemTotal:       8000 kB\nShmem:             4 kB\nSwapTotal:         0 kB\n";
        assert_eq!((bytes(memory, "Shmem"), bytes(memory, "SwapTotal"), bytes(memory, "Swap")), (4096, 0, 0));
        assert_eq!((device("0:57"), device("x")), (Some((0, 57)), None));
    }
}
