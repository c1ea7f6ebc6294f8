//! `docker stats`: what containers use, once or each second anew.

use super::listing::{Format, Row, text};
use super::table::short;
use super::{CommandSession, encode};
use crate::cli::docker_args::StatsArgs;
use crate::cli::{Done, Failure, out, report};
use crate::client::ClientError;
use crate::client::units::{binary_size, human_size};
use crate::docker::{
    ContainerListQuery, ContainerStats, ContainerStatsQuery, ContainerSummary, CpuStats, MemoryStats, with_query,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// Between two looks.
const PACE: Duration = Duration::from_secs(1);

/// The fields of `docker stats --format`, and their headings.
const STATS: &[(&str, &str)] = &[
    ("Container", "CONTAINER"),
    ("ID", "CONTAINER ID"),
    ("Name", "NAME"),
    ("CPUPerc", "CPU %"),
    ("MemUsage", "MEM USAGE / LIMIT"),
    ("MemPerc", "MEM %"),
    ("NetIO", "NET I/O"),
    ("BlockIO", "BLOCK I/O"),
    ("PIDs", "PIDS"),
];

/// A container by the name it is asked for, and what it uses; none when that could not be asked any more.
type Look = (String, Result<ContainerStats, ClientError>);

pub(in crate::cli) fn stats(session: &CommandSession<'_>, args: &StatsArgs) -> Done {
    let format = Format::parse(args.format.as_deref())?;
    let first = looks(session, args)?;
    if !args.names.is_empty() {
        let faults: Vec<_> = first.iter().filter_map(|(_, look)| look.as_ref().err()).collect();
        faults.iter().for_each(|error| report::as_docker(session.words, &error.problem));
        if !faults.is_empty() {
            return Err(Failure::Status(1));
        }
    }
    let mut before = processors(&first);
    loop {
        std::thread::sleep(PACE);
        let looks = looks(session, args)?;
        let all: Vec<_> = looks.iter().map(|look| cells(look, &before, args.no_trunc)).collect();
        if !args.no_stream {
            out::anew();
        }
        if !format.print(STATS, &all.iter().map(row).collect::<Vec<_>>())? {
            // As docker's own table: the container by its id alone.
            let heads: Vec<_> = STATS.iter().skip(1).map(|(_, head)| *head).collect();
            out::table(&heads, &all.iter().map(|cells| cells[1..].to_vec()).collect::<Vec<_>>());
        }
        if args.no_stream {
            return Ok(());
        }
        before = processors(&looks);
    }
}

/// One look at each.
fn looks(session: &CommandSession<'_>, args: &StatsArgs) -> Result<Vec<Look>, ClientError> {
    let names = if args.names.is_empty() {
        let query = ContainerListQuery { all: args.all, ..ContainerListQuery::default() };
        let all: Vec<ContainerSummary> = session.client.get(&with_query("/containers/json", &query))?;
        all.iter().map(|container| short(&container.id)).collect()
    } else {
        args.names.clone()
    };
    let query = ContainerStatsQuery { stream: false, one_shot: true };
    let look = |name: String| {
        let path = with_query(&format!("/containers/{}/stats", encode(&name)), &query);
        (name, session.client.get(&path))
    };
    Ok(names.into_iter().map(look).collect())
}

fn processors(looks: &[Look]) -> BTreeMap<String, CpuStats> {
    let stats = looks.iter().filter_map(|(_, look)| look.as_ref().ok());
    stats.map(|stats| (stats.id.clone(), stats.cpu_stats.clone())).collect()
}

fn row(cells: &[String; 9]) -> Row {
    STATS.iter().zip(cells).map(|((name, head), said)| (*name, *head, text(said))).collect()
}

/// What is said of a container, field by field.
fn cells((name, look): &Look, before: &BTreeMap<String, CpuStats>, whole: bool) -> [String; 9] {
    match look {
        Ok(stats) => said(name, stats, before.get(&stats.id), whole),
        Err(_gone) => [name, "--", "--", "--", "-- / --", "--", "--", "--", "--"].map(str::to_owned),
    }
}

fn said(asked: &str, stats: &ContainerStats, before: Option<&CpuStats>, whole: bool) -> [String; 9] {
    let (used, limit) = (memory(&stats.memory_stats), stats.memory_stats.limit);
    let networks = || stats.networks.values();
    let (received, sent) = (networks().map(|it| it.rx_bytes).sum(), networks().map(|it| it.tx_bytes).sum());
    let entries = &stats.blkio_stats.io_service_bytes_recursive;
    let bytes = |letter: char| {
        let of = entries.iter().filter(|entry| entry.op.to_ascii_lowercase().starts_with(letter));
        of.map(|entry| entry.value).sum()
    };
    [
        asked.to_owned(),
        if whole { stats.id.clone() } else { short(&stats.id) },
        stats.name.strip_prefix('/').unwrap_or(&stats.name).to_owned(),
        format!("{:.2}%", processor(before, &stats.cpu_stats)),
        format!("{} / {}", binary_size(used), binary_size(limit)),
        format!("{:.2}%", if limit == 0 { 0.0 } else { 100.0 * share(used, limit) }),
        format!("{} / {}", human_size(received, 3), human_size(sent, 3)),
        format!("{} / {}", human_size(bytes('r'), 3), human_size(bytes('w'), 3)),
        stats.pids_stats.current.to_string(),
    ]
}

/// Of one processor, in percent, as docker's CLI has it: four that are busy are 400.
fn processor(before: Option<&CpuStats>, now: &CpuStats) -> f64 {
    let Some(before) = before else { return 0.0 };
    let own = now.cpu_usage.total_usage.saturating_sub(before.cpu_usage.total_usage);
    let all = now.system_cpu_usage.saturating_sub(before.system_cpu_usage);
    if all == 0 { 0.0 } else { share(own, all) * f64::from(now.online_cpus) * 100.0 }
}

/// Without what could be dropped at once: pages of files that nobody has used for a while.
fn memory(stats: &MemoryStats) -> u64 {
    let idle = stats.stats.get("total_inactive_file").or_else(|| stats.stats.get("inactive_file"));
    let idle = idle.copied().filter(|idle| *idle < stats.usage).unwrap_or(0);
    stats.usage - idle
}

#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn share(of: u64, all: u64) -> f64 {
    of as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::{BlkioEntry, NetworkStats};

    fn at(own: u64, all: u64) -> CpuStats {
        let mut stats = CpuStats { system_cpu_usage: all, online_cpus: 2, ..CpuStats::default() };
        stats.cpu_usage.total_usage = own;
        stats
    }

    #[test]
    fn what_is_said_is_what_docker_says() {
        let mut stats = ContainerStats { id: "a".repeat(64), name: "/box".to_owned(), ..ContainerStats::default() };
        stats.cpu_stats = at(150, 1200);
        stats.memory_stats = MemoryStats {
            usage: 3 << 20,
            limit: 4 << 30,
            stats: [("total_inactive_file".to_owned(), 1 << 20), ("inactive_file".to_owned(), 9)].into(),
            ..MemoryStats::default()
        };
        let entry = |op: &str, value| BlkioEntry { op: op.to_owned(), value, ..BlkioEntry::default() };
        stats.blkio_stats.io_service_bytes_recursive = vec![entry("Read", 1_000_000), entry("write", 0)];
        let eth = NetworkStats { rx_bytes: 700, tx_bytes: 1234, ..NetworkStats::default() };
        stats.networks.insert("eth0".to_owned(), eth);
        stats.pids_stats.current = 3;
        let said = said("b", &stats, Some(&at(50, 200)), false).join("|");
        assert_eq!(said, "b|aaaaaaaaaaaa|box|20.00%|2MiB / 4GiB|0.05%|700B / 1.23kB|1MB / 0B|3");
    }

    #[test]
    fn who_does_not_run_uses_nothing() {
        let said = said("b", &ContainerStats::default(), None, true);
        assert_eq!(said[3..].join("|"), "0.00%|0B / 0B|0.00%|0B / 0B|0B / 0B|0");
        assert_eq!(processor(Some(&at(5, 10)), &at(4, 20)), 0.0, "who has ended is counted no more");
    }
}
