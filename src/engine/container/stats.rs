//! `docker stats`: what a container uses. Its control group counts that where it has one; else it is added up from `/proc`, process
//! by process (moby `daemon/stats_unix.go`).

use super::{Container, Phase};
use crate::docker::{BlkioEntry, BlkioStats, ContainerStats, CpuStats, CpuUsage, MemoryStats, NetworkStats, PidsStats};
use crate::engine::cgroup::Group;
use crate::engine::moment::Moment;
use crate::engine::process::{Used, members};
use crate::engine::{Engine, machine};
use std::collections::BTreeMap;
use std::fs;

impl Engine {
    /// What a container uses now; of one that does not run nothing but its name. There is nothing before it.
    pub fn stats(&self, container: &Container) -> ContainerStats {
        let named = ContainerStats {
            name: format!("/{}", container.name),
            id: container.id.to_string(),
            ..ContainerStats::default()
        };
        let state = container.state();
        let Some(running) = state.running.filter(|_| state.phase == Phase::Running) else { return named };
        let group = running.group();
        let used = Used::by(&members(running.pid));
        ContainerStats {
            read: Moment::now().rfc3339(),
            pids_stats: tasks(group.as_ref(), &used),
            blkio_stats: devices(group.as_ref(), &used),
            cpu_stats: processor(group.as_ref(), &used),
            memory_stats: memory(group.as_ref(), &used),
            // What the host's interfaces do is not the container's.
            networks: if !state.endpoints.is_empty() { interfaces(running.pid) } else { BTreeMap::new() },
            ..named
        }
    }
}

fn tasks(group: Option<&Group>, used: &Used) -> PidsStats {
    group.and_then(Group::tasks).unwrap_or(PidsStats { current: used.tasks, limit: 0 })
}

fn processor(group: Option<&Group>, used: &Used) -> CpuStats {
    let tick = machine::tick();
    let (system_cpu_usage, online_cpus) = machine::processors();
    let counted = group.and_then(|group| group.processor(tick)).unwrap_or_else(|| {
        let (user, system) = (used.ticks.0 * tick, used.ticks.1 * tick);
        let usage = CpuUsage {
            total_usage: user + system,
            usage_in_kernelmode: system,
            usage_in_usermode: user,
            ..CpuUsage::default()
        };
        CpuStats { cpu_usage: usage, ..CpuStats::default() }
    });
    CpuStats { system_cpu_usage, online_cpus, ..counted }
}

/// Where no limit is below it, the limit is the machine's memory.
fn memory(group: Option<&Group>, used: &Used) -> MemoryStats {
    let added = || MemoryStats { usage: used.memory, ..MemoryStats::default() };
    let counted = group.and_then(Group::memory).unwrap_or_else(added);
    let all = machine::memory();
    let limit = if counted.limit == 0 || (all > 0 && counted.limit > all) { all } else { counted.limit };
    MemoryStats { limit, ..counted }
}

/// `/proc` does not tell which device it was: then it bears the number of none.
fn devices(group: Option<&Group>, used: &Used) -> BlkioStats {
    if let Some((bytes, requests)) = group.and_then(Group::devices) {
        return BlkioStats {
            io_service_bytes_recursive: bytes,
            io_serviced_recursive: requests,
            ..BlkioStats::default()
        };
    }
    let entry = |op: &str, value| BlkioEntry { op: op.to_owned(), value, ..BlkioEntry::default() };
    let bytes = used.devices.map(|(read, written)| vec![entry("read", read), entry("write", written)]);
    BlkioStats { io_service_bytes_recursive: bytes.unwrap_or_default(), ..BlkioStats::default() }
}

/// The interfaces of a process's network namespace, as it would see them itself.
fn interfaces(pid: u32) -> BTreeMap<String, NetworkStats> {
    let text = fs::read_to_string(format!("/proc/{pid}/net/dev")).unwrap_or_default();
    text.lines().filter_map(interface).filter(|(name, _)| name != "lo").collect()
}

/// `eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0`: received, then sent; bytes, packets, errors, dropped first.
fn interface(line: &str) -> Option<(String, NetworkStats)> {
    let (name, rest) = line.split_once(':')?;
    let fields: Vec<u64> = rest.split_ascii_whitespace().map_while(|field| field.parse().ok()).collect();
    let [rx_bytes, rx_packets, rx_errors, rx_dropped, _, _, _, _, tx_bytes, tx_packets, tx_errors, tx_dropped, ..] =
        fields[..]
    else {
        return None;
    };
    let stats =
        NetworkStats { rx_bytes, rx_packets, rx_errors, rx_dropped, tx_bytes, tx_packets, tx_errors, tx_dropped };
    Some((name.trim().to_owned(), stats))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_read_as_the_kernel_lists_them() {
        let of = |line| interface(line).map(|(name, stats)| (name, stats.rx_bytes, stats.tx_packets, stats.tx_dropped));
        assert_eq!(of("  eth0:     1   2 3 4 0 0 0 0   5 6 7 8 0 0 0 0"), Some(("eth0".to_owned(), 1, 6, 8)));
        for none in ["Inter-|   Receive  |  Transmit", " face |bytes packets", "eth0: 1 2 3", ""] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn without_a_group_the_processes_own_counts_are_taken() {
        let used = Used { ticks: (3, 1), memory: 4096, tasks: 2, devices: Some((7, 8)) };
        let tick = machine::tick();
        assert_eq!(processor(None, &used).cpu_usage.total_usage, 4 * tick);
        assert_eq!((memory(None, &used).usage, memory(None, &used).limit), (4096, machine::memory()));
        assert_eq!(tasks(None, &used), PidsStats { current: 2, limit: 0 });
        assert_eq!(devices(None, &used).io_service_bytes_recursive.len(), 2);
        assert_eq!(devices(None, &Used { devices: None, ..used }), BlkioStats::default());
    }
}
