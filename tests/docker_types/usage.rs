//! The same of what is used: a value of each type with something in every field.

use dockwalk::docker::*;
use std::collections::BTreeMap;

fn text(text: &str) -> String {
    text.to_owned()
}

pub fn disk_usage() -> DiskUsage {
    DiskUsage {
        layers_size: 1,
        images: vec![crate::sample::image_summary()],
        containers: vec![crate::sample::container_summary()],
        volumes: vec![crate::sample::volume()],
        build_cache: Vec::new(),
        builder_size: 1,
    }
}

pub fn builds_pruned() -> BuildsPruned {
    BuildsPruned { caches_deleted: vec![text("1")], space_reclaimed: 1 }
}

pub fn container_stats() -> ContainerStats {
    let entries = || vec![BlkioEntry { major: 8, minor: 1, op: text("read"), value: 4096 }];
    let cpu = || CpuStats {
        cpu_usage: CpuUsage { total_usage: 5, percpu_usage: vec![2, 3], usage_in_kernelmode: 1, usage_in_usermode: 4 },
        system_cpu_usage: 100,
        online_cpus: 2,
        throttling_data: ThrottlingData { periods: 3, throttled_periods: 2, throttled_time: 1 },
    };
    ContainerStats {
        read: text("2026-11-29T08:00:01.5Z"),
        preread: text("2026-11-29T08:00:00.5Z"),
        pids_stats: PidsStats { current: 3, limit: 20 },
        blkio_stats: BlkioStats {
            io_service_bytes_recursive: entries(),
            io_serviced_recursive: entries(),
            io_queue_recursive: entries(),
            io_service_time_recursive: entries(),
            io_wait_time_recursive: entries(),
            io_merged_recursive: entries(),
            io_time_recursive: entries(),
            sectors_recursive: entries(),
        },
        num_procs: 1,
        storage_stats: StorageStats {
            read_count_normalized: 1,
            read_size_bytes: 2,
            write_count_normalized: 3,
            write_size_bytes: 4,
        },
        cpu_stats: cpu(),
        precpu_stats: cpu(),
        memory_stats: MemoryStats {
            usage: 1,
            max_usage: 2,
            stats: BTreeMap::from([(text("anon"), 3)]),
            failcnt: 4,
            limit: 5,
        },
        name: text("/box"),
        id: text("1"),
        networks: BTreeMap::from([(
            text("eth0"),
            NetworkStats {
                rx_bytes: 1,
                rx_packets: 2,
                rx_errors: 3,
                rx_dropped: 4,
                tx_bytes: 5,
                tx_packets: 6,
                tx_errors: 7,
                tx_dropped: 8,
            },
        )]),
    }
}
