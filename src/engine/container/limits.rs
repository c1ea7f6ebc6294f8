//! What a container may use at most: read from the request, and refused at once where the kernel would refuse it later, or where
//! a number means nothing (moby `daemon/daemon_unix.go`, verifyPlatformContainerResources).

use crate::docker::HostConfig;
use crate::engine::cgroup::{Limits, MemorySwap};
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use nix::unistd::{SysconfVar, sysconf};

/// Bytes with which a process can still be started; Docker's own number.
const LEAST_MEMORY: i64 = 6 << 20;
/// Billionths of a processor.
const PROCESSOR: i64 = 1_000_000_000;

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
    within("HostConfig.NanoCpus", host.nano_cpus, 0, processors.saturating_mul(PROCESSOR))?;
    within("HostConfig.ShmSize", host.shm_size, 0, i64::MAX)?;
    of(host).map(drop)
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

/// As control groups take them. Of processes any number below one is no limit.
pub(super) fn of(host: &HostConfig) -> Result<Limits> {
    let positive = |n: i64| u64::try_from(n).ok().filter(|&n| n > 0);
    #[expect(clippy::cast_precision_loss, reason = "billionths of a processor")]
    let cpus = (host.nano_cpus > 0).then(|| host.nano_cpus as f64 / 1e9);
    let memory = positive(host.memory);
    let memory_swap = memory_swap(memory, host.memory_swap)?;
    Ok(Limits { memory, memory_swap, pids: positive(host.pids_limit), cpus })
}

/// `--memory-swap`: 0 is as if it were not there, -1 no limit. It includes the memory, which must be given, too.
fn memory_swap(memory: Option<u64>, asked: i64) -> Result<Option<MemorySwap>> {
    let below = |memory: u64| {
        let fault = Fault::new(FaultKind::BadRequest, Code::MemorySwapBelowMemory).with("swap", asked);
        Err(fault.with("memory", memory))
    };
    if asked < -1 {
        within("HostConfig.MemorySwap", asked, -1, i64::MAX)?;
    }
    match (asked, memory) {
        (0, _) | (-1, None) => Ok(None),
        (-1, Some(_)) => Ok(Some(MemorySwap::Unlimited)),
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
        assert_eq!(asked(Some(10), 10), Ok(Some(MemorySwap::Bytes(10))));
        for (memory, swap, code) in [
            (Some(10), 9, Code::MemorySwapBelowMemory),
            (Some(10), 1, Code::MemorySwapBelowMemory),
            (None, 20, Code::MemorySwapWithoutMemory),
            (None, 1, Code::MemorySwapWithoutMemory),
            (None, i64::MAX, Code::MemorySwapWithoutMemory),
            (Some(10), -2, Code::LimitOutOfRange),
            (None, i64::MIN, Code::LimitOutOfRange),
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
        ] {
            check_with(&fine, 2).unwrap();
        }
        let swap = HostConfig { memory_swap: -2, ..host() };
        assert_eq!(check_with(&swap, 2).unwrap_err().problem.code, Code::LimitOutOfRange);
    }
}
