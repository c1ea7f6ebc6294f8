//! What a container may use at most: read from the request, and refused at once where the kernel would refuse it later, or where
//! a number means nothing (moby `daemon/daemon_unix.go`, verifyPlatformContainerResources).

use super::{bounds, invalid};
use crate::docker::HostConfig;
use crate::engine::cgroup::{Limits, MemorySwap};
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::{Code, Problem};
use nix::unistd::{SysconfVar, sysconf};

/// Bytes with which a process can still be started; Docker's own number.
const LEAST_MEMORY: i64 = 6 << 20;
/// Billionths of a processor.
const PROCESSOR: i64 = 1_000_000_000;

/// What runc takes (libcontainer `cgroups/fs/cpu.go`), which are the kernel's.
const SHARES: (i64, i64) = (2, 262_144);
/// No kernel has more (`NR_CPUS`).
const MOST_PROCESSORS: u32 = 8192;

/// Bytes of `/dev/shm` where nothing is said.
pub const SHM: i64 = 64 << 20;

/// Before anything is made.
pub(super) fn check(host: &HostConfig) -> Result<()> {
    let processors = sysconf(SysconfVar::_NPROCESSORS_ONLN).ok().flatten().unwrap_or(1);
    check_with(host, processors)
}

fn check_with(host: &HostConfig, processors: i64) -> Result<()> {
    if host.memory != 0 {
        within("HostConfig.Memory", host.memory, LEAST_MEMORY, i64::MAX)?;
    }
    if host.cpu_shares != 0 {
        within("HostConfig.CpuShares", host.cpu_shares, SHARES.0, SHARES.1)?;
    }
    for (option, value) in [
        ("CpuPeriod", host.cpu_period),
        ("CpuQuota", host.cpu_quota),
        ("MemoryReservation", host.memory_reservation),
        ("KernelMemory", host.kernel_memory),
        ("MemorySwappiness", host.memory_swappiness.unwrap_or(-1)),
        ("BlkioWeight", host.blkio_weight.into()),
    ] {
        let said = value != 0 || option == "MemorySwappiness";
        let bad = said.then(|| invalid::invalid(&format!("HostConfig.{option}"), &value.into())).flatten();
        bad.map_or(Ok(()), Err)?;
    }
    if host.memory_reservation > 0 && (1..host.memory_reservation).contains(&host.memory) {
        let fault = Fault::new(FaultKind::BadRequest, Code::MemoryReservationAbove);
        return Err(fault.with("memory", host.memory).with("reservation", host.memory_reservation));
    }
    let conflict = |other: &str| Err(Fault::new(FaultKind::BadRequest, Code::CpuConflict).with("other", other));
    match (host.nano_cpus > 0, host.cpu_period > 0, host.cpu_quota > 0) {
        (true, true, _) => return conflict("CPU Period"),
        (true, _, true) => return conflict("CPU Quota"),
        _ => {}
    }
    available("CpusetCpus", &host.cpuset_cpus, "/sys/devices/system/cpu/online")?;
    available("CpusetMems", &host.cpuset_mems, "/sys/devices/system/node/online")?;
    within("HostConfig.NanoCpus", host.nano_cpus, 0, processors.saturating_mul(PROCESSOR))?;
    within("HostConfig.ShmSize", host.shm_size, 0, i64::MAX)?;
    of(host).map(drop)
}

/// Whether this machine has all of a list of processors or memory nodes.
fn available(option: &str, asked: &str, online: &str) -> Result<()> {
    if asked.is_empty() {
        return Ok(());
    }
    let option = format!("HostConfig.{option}");
    invalid::invalid(&option, &asked.into()).map_or(Ok(()), Err)?;
    // A kernel without nodes has one.
    let there = std::fs::read_to_string(online).unwrap_or_else(|_| "0".to_owned());
    let there = there.trim();
    let ranges = |text: &str| text.split(',').filter_map(invalid::range).collect::<Vec<_>>();
    let online = ranges(there);
    let has = |(first, last): &(u32, u32)| {
        (*first..=*last).all(|number| online.iter().any(|(from, to)| (from..=to).contains(&&number)))
    };
    if ranges(asked).iter().all(|range| range.1 < MOST_PROCESSORS && has(range)) {
        return Ok(());
    }
    let fault = Fault::new(FaultKind::BadRequest, Code::CpusNotAvailable);
    let kind = if option == "HostConfig.CpusetMems" { "mems" } else { "cpus" };
    let fault = fault.with("kind", kind);
    Err(fault.with("asked", bounds::short(asked)).with("there", there))
}

pub(super) fn within(option: &str, value: i64, least: i64, most: i64) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let fault = Fault::new(FaultKind::BadRequest, Code::LimitOutOfRange);
    Err(fault.with("option", option).with("value", value).with("least", least).with("most", most))
}

/// Bytes of `/dev/shm`.
pub(super) fn shm(host: &HostConfig) -> u64 {
    let size = if host.shm_size > 0 { host.shm_size } else { SHM };
    size.unsigned_abs()
}

/// What is taken and does less than one may think.
pub(super) fn remarks(host: &HostConfig) -> Vec<Problem> {
    let kernel = (host.kernel_memory > 0).then(|| Problem::new(Code::KernelMemoryIgnored));
    let waits = host.oom_kill_disable == Some(true) && host.memory <= 0;
    kernel.into_iter().chain(waits.then(|| Problem::new(Code::OomKillUnlimited))).collect()
}

/// As control groups take them. Of processes any number below one is no limit.
pub(super) fn of(host: &HostConfig) -> Result<Limits> {
    let positive = |n: i64| u64::try_from(n).ok().filter(|&n| n > 0);
    #[expect(clippy::cast_precision_loss, reason = "billionths of a processor")]
    let cpus = (host.nano_cpus > 0).then(|| host.nano_cpus as f64 / 1e9);
    let memory = positive(host.memory);
    let memory_swap = memory_swap(memory, host.memory_swap)?;
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Ok(Limits {
        memory,
        memory_swap,
        memory_reservation: positive(host.memory_reservation),
        memory_swappiness: host.memory_swappiness.and_then(|percent| u64::try_from(percent).ok()),
        oom_kill_disable: host.oom_kill_disable == Some(true),
        pids: positive(host.pids_limit),
        cpus,
        cpu_period: positive(host.cpu_period),
        cpu_quota: Some(host.cpu_quota).filter(|quota| *quota != 0),
        cpu_shares: positive(host.cpu_shares),
        cpuset_cpus: text(&host.cpuset_cpus),
        cpuset_mems: text(&host.cpuset_mems),
        blkio_weight: positive(host.blkio_weight.into()),
    })
}

/// `--memory-swap`: 0 is as if it were not there, and less, as Docker takes it, no limit. It includes the memory, which must be given, too.
fn memory_swap(memory: Option<u64>, asked: i64) -> Result<Option<MemorySwap>> {
    let below = |memory: u64| {
        let fault = Fault::new(FaultKind::BadRequest, Code::MemorySwapBelowMemory).with("swap", asked);
        Err(fault.with("memory", memory))
    };
    match (asked, memory) {
        (0, _) | (..0, None) => Ok(None),
        (..0, Some(_)) => Ok(Some(MemorySwap::Unlimited)),
        (asked, Some(memory)) => match u64::try_from(asked) {
            Ok(bytes) if bytes >= memory => Ok(Some(MemorySwap::Bytes(bytes))),
            _ => below(memory),
        },
        (asked, None) => Err(Fault::new(FaultKind::BadRequest, Code::MemorySwapWithoutMemory).with("swap", asked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_is_asked_for_together_with_memory() {
        let asked = |memory, swap| memory_swap(memory, swap).map_err(|fault| fault.problem.code);
        assert_eq!(asked(Some(10), 0), Ok(None));
        assert_eq!(asked(Some(10), -1), Ok(Some(MemorySwap::Unlimited)));
        assert_eq!((asked(Some(10), -5), asked(None, -5)), (Ok(Some(MemorySwap::Unlimited)), Ok(None)));
        assert_eq!(asked(Some(10), 10), Ok(Some(MemorySwap::Bytes(10))));
        for (memory, swap, code) in [
            (Some(10), 9, Code::MemorySwapBelowMemory),
            (Some(10), 1, Code::MemorySwapBelowMemory),
            (None, 20, Code::MemorySwapWithoutMemory),
            (None, 1, Code::MemorySwapWithoutMemory),
            (None, i64::MAX, Code::MemorySwapWithoutMemory),
        ] {
            assert_eq!(asked(memory, swap), Err(code), "{memory:?} {swap}");
        }
    }

    #[test]
    fn numbers_that_mean_nothing_are_refused_by_name() {
        let host = HostConfig::default;
        for (host, option) in [
            (HostConfig { memory: -5, ..host() }, "Memory"),
            (HostConfig { memory: 1, ..host() }, "Memory"),
            (HostConfig { memory: LEAST_MEMORY - 1, ..host() }, "Memory"),
            (HostConfig { nano_cpus: 100_000_000_000_000, ..host() }, "NanoCpus"),
            (HostConfig { nano_cpus: 2 * PROCESSOR + 1, ..host() }, "NanoCpus"),
            (HostConfig { nano_cpus: -1, ..host() }, "NanoCpus"),
            (HostConfig { shm_size: -1, ..host() }, "ShmSize"),
        ] {
            let problem = check_with(&host, 2).unwrap_err().problem;
            assert_eq!(problem.code, Code::LimitOutOfRange);
            assert_eq!(problem.args["option"], format!("HostConfig.{option}"));
        }
        for fine in [
            HostConfig { memory: LEAST_MEMORY, nano_cpus: 2 * PROCESSOR, shm_size: 1, ..host() },
            HostConfig { pids_limit: -5, ..host() },
            HostConfig { memory_swap: -1, ..host() },
            HostConfig { memory_swap: i64::MIN, ..host() },
        ] {
            check_with(&fine, 2).unwrap();
        }
    }
}
