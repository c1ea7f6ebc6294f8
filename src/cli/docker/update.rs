//! `docker update`, `docker top`.

use super::create::{cpus, restart_policy, size_of};
use super::listing::columns;
use super::{CommandSession, each, encode};
use crate::cli::docker_args::{TopArgs, UpdateArgs};
use crate::cli::{Done, out};
use crate::docker::{ContainerTop, ContainerTopQuery, ContainerUpdate, ContainerUpdated, with_query};

pub(in crate::cli) fn update(session: &CommandSession<'_>, args: &UpdateArgs) -> Done {
    let swap = match args.memory_swap.as_deref() {
        Some("-1") => -1,
        text => size_of(text, "--memory-swap")?,
    };
    let body = ContainerUpdate {
        memory: size_of(args.memory.as_deref(), "--memory")?,
        memory_swap: swap,
        memory_reservation: size_of(args.memory_reservation.as_deref(), "--memory-reservation")?,
        kernel_memory: size_of(args.kernel_memory.as_deref(), "--kernel-memory")?,
        nano_cpus: cpus(args.cpus.as_deref())?,
        cpu_shares: args.cpu_shares.unwrap_or_default(),
        cpu_period: args.cpu_period.unwrap_or_default(),
        cpu_quota: args.cpu_quota.unwrap_or_default(),
        cpuset_cpus: args.cpuset_cpus.clone().unwrap_or_default(),
        cpuset_mems: args.cpuset_mems.clone().unwrap_or_default(),
        blkio_weight: args.blkio_weight.unwrap_or_default(),
        pids_limit: args.pids_limit.unwrap_or(0),
        restart_policy: restart_policy(args.restart.as_deref())?,
        ..ContainerUpdate::default()
    };
    each(session, &args.names, |name| {
        let path = format!("/containers/{}/update", encode(name));
        let answer: ContainerUpdated = session.client.post(&path, &body)?;
        answer.warnings.iter().for_each(out::complaint);
        out::line(name);
        Ok(())
    })
}

pub(in crate::cli) fn top(session: &CommandSession<'_>, args: &TopArgs) -> Done {
    let ps_args = Some(args.ps_options.join(" ")).filter(|text| !text.is_empty());
    let path = with_query(&format!("/containers/{}/top", encode(&args.container)), &ContainerTopQuery { ps_args });
    let top: ContainerTop = session.client.get(&path)?;
    columns(&[&[top.titles][..], &top.processes].concat()).iter().for_each(out::line);
    Ok(())
}
