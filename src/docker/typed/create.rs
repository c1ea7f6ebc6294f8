//! `docker create …`. Which streams a client takes part in, how large its terminal is and which file it keeps the id in are the
//! client's own, and no options of the container.

use super::{EXACT, Line, bytes, mount};
use crate::docker::container::{ContainerConfig, EndpointConfig, HealthConfig, HostConfig, PortBinding};
use crate::docker::{Port, published};
use crate::spec::Platform;
use std::collections::BTreeMap;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Create<'a> {
    /// None for a name that the engine makes up.
    pub name: Option<&'a str>,
    /// None for any that this machine runs.
    pub platform: Option<&'a Platform>,
    pub config: &'a ContainerConfig,
    pub host: &'a HostConfig,
    /// By the networks' names.
    pub networks: &'a BTreeMap<String, EndpointConfig>,
}

/// The line.
pub fn create(asked: &Create<'_>) -> Option<String> {
    let (config, host) = (asked.config, asked.host);
    let mut line = Line::of(&["docker", "create"]);
    line.flag(
        match (config.open_stdin, config.tty) {
            (true, true) => "-it",
            (true, false) => "-i",
            (false, _) => "-t",
        },
        config.open_stdin || config.tty,
    );
    line.flag("--rm", host.auto_remove);
    line.option("--name", asked.name.unwrap_or_default());
    network(&mut line, asked);
    ports(&mut line, config, host);
    for variable in &config.env {
        // A name alone would take the value that whoever types it has.
        line.needs(variable.find('=').is_some_and(|at| at > 0));
        line.value("-e", variable);
    }
    storage(&mut line, config, host);
    line.option("-w", &config.working_dir);
    line.option("-u", &config.user);
    line.options("--group-add", &host.group_add);
    line.option("-h", &config.hostname);
    line.option("--domainname", &config.domainname);
    limits(&mut line, host);
    separation(&mut line, host);
    kept(&mut line, config, host);
    if let Some(health) = &config.healthcheck {
        checks(&mut line, health);
    }
    line.option("--stop-signal", config.stop_signal.as_deref().unwrap_or_default());
    if let Some(seconds) = config.stop_timeout {
        line.value("--stop-timeout", &seconds.to_string());
    }
    line.flag("--init", host.init == Some(true));
    line.option("--platform", &asked.platform.map(ToString::to_string).unwrap_or_default());
    command(&mut line, config);
    line.needs(!config.network_disabled && config.shell.is_empty());
    line.done()
}

/// Of an entrypoint of several words all but the first are the command's first ones: the program gets the same arguments.
fn command(line: &mut Line, config: &ContainerConfig) {
    let (program, arguments) = match config.entrypoint.as_deref() {
        None => (None, [].as_slice()),
        Some([program, arguments @ ..]) => (Some(program), arguments),
        Some([]) => return line.needs(false),
    };
    if let Some(program) = program {
        line.value("--entrypoint", program);
    }
    line.name(&config.image);
    arguments.iter().chain(&config.cmd).for_each(|word| line.word(word));
}

/// The default one by any of its names.
fn is_default(network: &str) -> bool {
    matches!(network, "" | "default" | "bridge")
}

fn network(line: &mut Line, asked: &Create<'_>) {
    let (config, host, mode) = (asked.config, asked.host, asked.host.network_mode.as_str());
    line.needs(asked.networks.len() < 2 && !mode.contains('='));
    let of_mode = |name: &str| name == mode || (is_default(name) && is_default(mode));
    let endpoint = asked.networks.iter().next();
    let nothing = EndpointConfig::default();
    line.needs(endpoint.is_none_or(|(name, _)| of_mode(name)));
    let endpoint = endpoint.map_or(&nothing, |(_, endpoint)| endpoint);
    let own_mac = &endpoint.mac_address;
    if own_mac.is_empty() || *own_mac == config.mac_address {
        line.option("--network", if is_default(mode) { "" } else { mode });
    } else {
        line.value("--network", &format!("name={mode},mac-address={own_mac}"));
        line.needs(!mode.contains(','));
    }
    line.option("--mac-address", &config.mac_address);
    if let Some(ipam) = &endpoint.ipam_config {
        line.option("--ip", &ipam.ipv4_address);
        line.option("--ip6", &ipam.ipv6_address);
        line.needs(ipam.link_local_ips.is_empty());
    }
    line.options("--network-alias", &endpoint.aliases);
    line.options("--link", &host.links);
    let named = matches!(mode.into(), crate::trace::NetworkMode::Named(_));
    line.needs(endpoint.links == if named { host.links.clone() } else { Vec::new() });
    line.options("--dns", &host.dns);
    line.options("--dns-option", &host.dns_options);
    line.options("--dns-search", &host.dns_search);
    line.options("--add-host", &host.extra_hosts);
}

fn ports(line: &mut Line, config: &ContainerConfig, host: &HostConfig) {
    for (name, places) in &host.port_bindings {
        let (Some(port), Some(places)) = (Port::of(name), places) else { return line.needs(false) };
        line.needs(!places.is_empty());
        for place in places {
            let said = publish(&port, place);
            // What is said must mean this, and nothing else.
            line.needs(published(&said).is_ok_and(|all| all == [(port.clone(), place.clone())]));
            line.value("-p", &said);
        }
    }
    for name in config.exposed_ports.keys().filter(|name| !host.port_bindings.contains_key(*name)) {
        line.needs(Port::of(name).is_some_and(|port| port.to_string() == *name));
        line.value("--expose", name.strip_suffix("/tcp").unwrap_or(name));
    }
    line.flag("-P", host.publish_all_ports);
}

/// `8080:80`, `127.0.0.1::53/udp`
fn publish(port: &Port, PortBinding { host_ip, host_port }: &PortBinding) -> String {
    let inside = port.to_string();
    let inside = inside.strip_suffix("/tcp").unwrap_or(&inside);
    match (host_ip.as_str(), host_port.as_str()) {
        ("", "") => inside.to_owned(),
        ("", outside) => format!("{outside}:{inside}"),
        (ip, outside) if ip.contains(':') => format!("[{ip}]:{outside}:{inside}"),
        (ip, outside) => format!("{ip}:{outside}:{inside}"),
    }
}

fn storage(line: &mut Line, config: &ContainerConfig, host: &HostConfig) {
    for bind in &host.binds {
        line.needs(bind.contains(':') && !bind.starts_with('.') && bind.split(':').all(|part| !part.is_empty()));
        line.value("-v", bind);
    }
    for path in config.volumes.keys() {
        line.needs(!path.is_empty() && !path.contains(':'));
        line.value("-v", path);
    }
    host.mounts.iter().for_each(|one| mount::option(line, one));
    for (path, options) in &host.tmpfs {
        line.needs(!path.contains(':'));
        let colon = if options.is_empty() { "" } else { ":" };
        line.value("--tmpfs", &format!("{path}{colon}{options}"));
    }
    line.options("--volumes-from", &host.volumes_from);
    line.flag("--read-only", host.readonly_rootfs);
    size(line, "--shm-size", host.shm_size);
}

fn limits(line: &mut Line, host: &HostConfig) {
    size(line, "-m", host.memory);
    if host.memory_swap == -1 {
        line.value("--memory-swap", "-1");
    } else {
        size(line, "--memory-swap", host.memory_swap);
    }
    size(line, "--memory-reservation", host.memory_reservation);
    size(line, "--kernel-memory", host.kernel_memory);
    if let Some(percent) = host.memory_swappiness.filter(|percent| *percent != -1) {
        line.value("--memory-swappiness", &percent.to_string());
    }
    line.flag("--oom-kill-disable", host.oom_kill_disable == Some(true));
    line.option("--cpus", &processors(host.nano_cpus));
    line.needs((0..EXACT).contains(&host.nano_cpus));
    let numbers = [
        ("--cpu-shares", host.cpu_shares),
        ("--cpu-period", host.cpu_period),
        ("--cpu-quota", host.cpu_quota),
        ("--blkio-weight", host.blkio_weight.into()),
        // Less than one is as if nothing were said.
        ("--pids-limit", host.pids_limit.max(0)),
        ("--oom-score-adj", host.oom_score_adj),
    ];
    for (name, number) in numbers.into_iter().filter(|(_, number)| *number != 0) {
        line.needs(number > 0 || matches!(name, "--cpu-quota" | "--oom-score-adj"));
        line.value(name, &number.to_string());
    }
    line.option("--cpuset-cpus", &host.cpuset_cpus);
    line.option("--cpuset-mems", &host.cpuset_mems);
    for limit in &host.ulimits {
        let hard = if limit.soft == limit.hard { String::new() } else { format!(":{}", limit.hard) };
        line.value("--ulimit", &format!("{}={}{hard}", limit.name, limit.soft));
    }
}

fn separation(line: &mut Line, host: &HostConfig) {
    line.flag("--privileged", host.privileged);
    line.options("--cap-add", &host.cap_add);
    line.options("--cap-drop", &host.cap_drop);
    for option in &host.security_opt {
        // A profile is a file on the command line, and its content in a request.
        line.needs(!option.contains('{'));
        line.value("--security-opt", option);
    }
    line.pairs("--sysctl", &host.sysctls);
    line.option("--uts", &host.uts_mode);
    line.option("--ipc", &host.ipc_mode);
    line.option("--cgroupns", &host.cgroupns_mode);
    line.option("--userns", &host.userns_mode);
}

/// What is written down of it, and what becomes of it at its end.
fn kept(line: &mut Line, config: &ContainerConfig, host: &HostConfig) {
    line.pairs("--label", &config.labels);
    line.option("--log-driver", &host.log_config.kind);
    line.pairs("--log-opt", &host.log_config.config);
    let (policy, count) = (host.restart_policy.name.as_str(), host.restart_policy.maximum_retry_count);
    match policy {
        "" | "no" => line.needs(count == 0),
        _ if count == 0 => line.value("--restart", policy),
        _ => line.value("--restart", &format!("{policy}:{count}")),
    }
}

fn checks(line: &mut Line, health: &HealthConfig) {
    let times = [
        ("--health-interval", health.interval),
        ("--health-timeout", health.timeout),
        ("--health-start-period", health.start_period),
    ];
    match health.test.as_slice() {
        [] => {}
        [none] if none == "NONE" => {
            line.needs(times.iter().all(|(_, time)| *time == 0) && health.retries == 0);
            line.flag("--no-healthcheck", true);
        }
        [kind, command] if kind == "CMD-SHELL" && !command.is_empty() => line.value("--health-cmd", command),
        _ => line.needs(false),
    }
    for (name, time) in times.into_iter().filter(|(_, time)| *time != 0) {
        line.needs((0..EXACT).contains(&time));
        line.value(name, &duration(time));
    }
    if health.retries != 0 {
        line.needs(health.retries > 0);
        line.value("--health-retries", &health.retries.to_string());
    }
    line.needs(health.start_interval == 0);
}

fn size(line: &mut Line, name: &str, size: i64) {
    line.needs((0..EXACT).contains(&size));
    if size != 0 {
        line.value(name, &bytes(size));
    }
}

/// `1m30s` is `90s`, in the largest unit that it is whole in.
fn duration(time: i64) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
    let whole = units.into_iter().find(|(unit, _)| time % unit == 0);
    whole.map_or_else(|| format!("{time}ns"), |(unit, name)| format!("{}{name}", time / unit))
}

/// `1.5`; nothing where nothing is asked for.
fn processors(nano: i64) -> String {
    let (whole, rest) = (nano / 1_000_000_000, nano % 1_000_000_000);
    match (whole, rest) {
        (0, 0) => String::new(),
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{}", format!("{rest:09}").trim_end_matches('0')),
    }
}
