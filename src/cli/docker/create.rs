//! From the flags of `docker run` to the body of `POST /containers/create`. What is wrong with a flag is known here.

use super::{endpoints, flags, key_values, mount, pairs};
use crate::cli::docker_args::{CreateArgs, LimitArgs};
use crate::client::{ClientError, units};
use crate::docker::{
    BadPublish, ContainerConfig, ContainerCreate, ContainerUpdate, Empty, EndpointConfig, HealthConfig, HostConfig,
    LogConfig, NetworkingConfig, Port, PortBinding, Published, Rest, RestartPolicy, published,
};
use crate::trace::Code;
use std::collections::BTreeMap;

/// The body.
pub(super) fn body(
    args: &CreateArgs,
    attached: bool,
    size: Option<(u16, u16)>,
) -> Result<ContainerCreate, ClientError> {
    let stdin = args.interactive;
    let (network, endpoint) = endpoints::asked(args)?.remove(0);
    let mut env = Vec::new();
    for file in &args.env_file {
        // A name alone that has no value here is left out.
        env.extend(key_values::read(file, "--env-file", value)?);
    }
    env.extend(variables(&args.env)?);
    let mut labels = Vec::new();
    for file in &args.label_file {
        labels.extend(key_values::read(file, "--label-file", |_| None)?);
    }
    labels.extend(args.label.iter().cloned());
    let named = |stream: &str| attached && args.attach.iter().any(|name| name.eq_ignore_ascii_case(stream));
    let attach_stdin = (stdin && attached) || named("stdin");
    let printed = |stream: &str| (attached && args.attach.is_empty()) || named(stream);
    let config = ContainerConfig {
        image: args.image().to_owned(),
        hostname: args.hostname.clone().unwrap_or_default(),
        domainname: args.domainname.clone().unwrap_or_default(),
        mac_address: flags::mac_address(args.mac_address.as_deref())?,
        user: args.user.clone().unwrap_or_default(),
        tty: args.tty,
        open_stdin: stdin,
        stdin_once: stdin && attached,
        attach_stdin,
        attach_stdout: printed("stdout"),
        attach_stderr: printed("stderr"),
        env,
        cmd: args.command().to_vec(),
        entrypoint: args.entrypoint.as_ref().map(|program| vec![program.clone()]),
        working_dir: args.workdir.clone().unwrap_or_default(),
        labels: pairs(&labels),
        volumes: anonymous(&args.volume),
        stop_signal: args.stop_signal.clone(),
        stop_timeout: args.stop_timeout,
        exposed_ports: exposed(&args.expose, &args.publish)?,
        healthcheck: health(args)?,
        ..ContainerConfig::default()
    };
    let host_config = HostConfig { network_mode: network.clone(), ..host_config(args, size)? };
    let mut networking_config = NetworkingConfig::default();
    if endpoint != EndpointConfig::default() {
        networking_config.endpoints_config.insert(network, Some(endpoint));
    }
    Ok(ContainerCreate { config, host_config, networking_config })
}

/// `--health-cmd` and its kin. What is 0 says nothing.
fn health(args: &CreateArgs) -> Result<Option<HealthConfig>, ClientError> {
    let time = |flag: &str, text: &Option<String>| {
        let bad = |text: &String| ClientError::new(Code::BadDuration).with("flag", flag).with("value", text);
        let read = |text: &String| units::duration(text).filter(|time| *time >= 0).ok_or_else(|| bad(text));
        text.as_ref().map_or(Ok(0), read)
    };
    let command = args.health_cmd.iter().filter(|command| !command.is_empty());
    let config = HealthConfig {
        test: command.flat_map(|command| ["CMD-SHELL".to_owned(), command.clone()]).collect(),
        interval: time("--health-interval", &args.health_interval)?,
        timeout: time("--health-timeout", &args.health_timeout)?,
        start_period: time("--health-start-period", &args.health_start_period)?,
        retries: args.health_retries.unwrap_or(0),
        ..HealthConfig::default()
    };
    if config.retries < 0 {
        return Err(ClientError::new(Code::BadSize).with("flag", "--health-retries").with("value", config.retries));
    }
    let said = config != HealthConfig::default();
    if args.no_healthcheck {
        let none = HealthConfig { test: vec!["NONE".to_owned()], ..HealthConfig::default() };
        return if said { Err(ClientError::new(Code::HealthAndNone)) } else { Ok(Some(none)) };
    }
    Ok(said.then_some(config))
}

/// What is said of limits and of a container's end, as a change has it; what is not said is 0 or empty.
pub(super) fn limits(args: &LimitArgs) -> Result<ContainerUpdate, ClientError> {
    let memory_swap = match args.memory_swap.as_deref() {
        Some("-1") => -1,
        other => size_of(other, "--memory-swap")?,
    };
    Ok(ContainerUpdate {
        memory: size_of(args.memory.as_deref(), "--memory")?,
        memory_swap,
        memory_reservation: size_of(args.memory_reservation.as_deref(), "--memory-reservation")?,
        kernel_memory: size_of(args.kernel_memory.as_deref(), "--kernel-memory")?,
        nano_cpus: cpus(args.cpus.as_deref())?,
        cpu_shares: args.cpu_shares.unwrap_or_default(),
        cpu_period: args.cpu_period.unwrap_or_default(),
        cpu_quota: args.cpu_quota.unwrap_or_default(),
        cpuset_cpus: args.cpuset_cpus.clone().unwrap_or_default(),
        cpuset_mems: args.cpuset_mems.clone().unwrap_or_default(),
        blkio_weight: args.blkio_weight.unwrap_or_default(),
        pids_limit: args.pids_limit.unwrap_or_default(),
        restart_policy: restart_policy(args.restart.as_deref())?,
        rest: Rest::default(),
    })
}

fn host_config(args: &CreateArgs, size: Option<(u16, u16)>) -> Result<HostConfig, ClientError> {
    let tmpfs = args.tmpfs.iter().map(|entry| entry.split_once(':').unwrap_or((entry, "")));
    let log = args.log_opt.iter().map(|text| text.split_once('=').unwrap_or((text, "")));
    if let (Some("none"), Some(option)) = (args.log_driver.as_deref(), args.log_opt.first()) {
        let fault = ClientError::new(Code::UnknownLogOption).with("driver", "none");
        return Err(fault.with("option", option));
    }
    let limits = limits(&args.limits)?;
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(HostConfig {
        binds: binds(&args.volume)?,
        mounts: args.mount.iter().map(|text| mount::parse(text)).collect::<Result<_, _>>()?,
        tmpfs: tmpfs.map(owned).collect(),
        auto_remove: args.rm,
        memory: limits.memory,
        memory_swap: limits.memory_swap,
        memory_reservation: limits.memory_reservation,
        kernel_memory: limits.kernel_memory,
        nano_cpus: limits.nano_cpus,
        cpu_shares: limits.cpu_shares,
        cpu_period: limits.cpu_period,
        cpu_quota: limits.cpu_quota,
        cpuset_cpus: limits.cpuset_cpus,
        cpuset_mems: limits.cpuset_mems,
        blkio_weight: limits.blkio_weight,
        pids_limit: limits.pids_limit.max(0),
        restart_policy: limits.restart_policy,
        memory_swappiness: flags::swappiness(args.memory_swappiness)?,
        oom_kill_disable: Some(args.oom_kill_disable),
        cap_add: args.cap_add.clone(),
        cap_drop: args.cap_drop.clone(),
        group_add: args.group_add.clone(),
        privileged: args.privileged,
        security_opt: flags::security(&args.security_opt)?,
        dns: args.dns.clone(),
        dns_options: args.dns_option.clone(),
        dns_search: flags::search(&args.dns_search)?,
        container_id_file: args.cidfile.clone().unwrap_or_default(),
        ulimits: flags::ulimits(&args.ulimit)?,
        sysctls: flags::sysctls(&args.sysctl)?,
        oom_score_adj: args.oom_score_adj.unwrap_or_default(),
        extra_hosts: args.add_host.clone(),
        readonly_rootfs: args.read_only,
        shm_size: size_of(args.shm_size.as_deref(), "--shm-size")?,
        console_size: size.map_or_else(Vec::new, |(rows, cols)| vec![rows, cols]),
        log_config: LogConfig { kind: args.log_driver.clone().unwrap_or_default(), config: log.map(owned).collect() },
        volumes_from: args.volumes_from.clone(),
        links: args.link.clone(),
        uts_mode: flags::mode("uts", args.uts.as_ref(), &["host"])?,
        cgroupns_mode: flags::mode("cgroupns", args.cgroupns.as_ref(), &["host", "private"])?,
        userns_mode: flags::mode("userns", args.userns.as_ref(), &["host"])?,
        ipc_mode: args.ipc.clone().unwrap_or_default(),
        rest: args.unbuilt.host_config().rest(),
        init: args.init.then_some(true),
        port_bindings: bindings(&args.publish)?,
        publish_all_ports: args.publish_all,
        ..HostConfig::default()
    })
}

/// `-p`: where each port is to be on the host.
fn bindings(publish: &[String]) -> Result<BTreeMap<String, Option<Vec<PortBinding>>>, ClientError> {
    let mut all: BTreeMap<String, Option<Vec<PortBinding>>> = BTreeMap::new();
    for (port, binding) in places(publish)? {
        all.entry(port.to_string()).or_default().get_or_insert_default().push(binding);
    }
    Ok(all)
}

fn places(publish: &[String]) -> Result<Vec<Published>, ClientError> {
    let mut all = Vec::new();
    for text in publish {
        let bad = |bad: BadPublish| ClientError::new(Code::BadPublish).with("what", bad.what).with("value", bad.value);
        all.extend(published(text).map_err(bad)?);
    }
    Ok(all)
}

/// `--expose port[-port][/protocol]`: each port of a range by itself, and those that are published.
fn exposed(ports: &[String], publish: &[String]) -> Result<BTreeMap<String, Empty>, ClientError> {
    let bad = |text: &String| ClientError::new(Code::InvalidPort).with("port", text);
    let mut all: BTreeMap<_, _> = places(publish)?.into_iter().map(|(port, _)| (port.to_string(), Empty {})).collect();
    for text in ports {
        let range = Port::range(text).ok_or_else(|| bad(text))?;
        all.extend(range.map(|port| (port.to_string(), Empty {})));
    }
    Ok(all)
}

/// `-v` with a source. A relative path of this directory becomes absolute, as the docker CLI makes it.
fn binds(volumes: &[String]) -> Result<Vec<String>, ClientError> {
    let absolute = |text: &String| match text.split_once(':') {
        Some((source, rest)) if source.starts_with('.') => {
            let fail = |e: std::io::Error| ClientError::new(Code::BadVolume).with("volume", text).with("reason", e);
            let path = std::path::absolute(source).map_err(fail)?;
            let clean: std::path::PathBuf = path.components().collect();
            Ok(format!("{}:{rest}", clean.display()))
        }
        _ => Ok(text.clone()),
    };
    // As Docker's CLI: what is left empty is not taken for anything.
    if let Some(bad) = volumes.iter().find(|text| text.is_empty() || text.split(':').any(str::is_empty)) {
        return Err(ClientError::new(Code::InvalidVolumeSpec).with("spec", bad));
    }
    volumes.iter().filter(|text| text.contains(':')).map(absolute).collect()
}

/// `-v` without a source.
fn anonymous(volumes: &[String]) -> BTreeMap<String, Empty> {
    volumes.iter().filter(|text| !text.contains(':')).map(|text| (text.clone(), Empty {})).collect()
}

/// `-e`: a name alone takes the value of this process. Where that has none it is sent as it is, and takes away the image's.
pub(super) fn variables(entries: &[String]) -> Result<Vec<String>, ClientError> {
    let bad = |entry: &String| ClientError::new(Code::InvalidVariable).with("variable", entry);
    let variable = |entry: &String| match entry.split('=').next() {
        None | Some("") => Err(bad(entry)),
        Some(_) => Ok(value(entry).unwrap_or_else(|| entry.clone())),
    };
    entries.iter().map(variable).collect()
}

/// A variable with its value; none when that is this process's and it has none.
fn value(entry: &str) -> Option<String> {
    if entry.contains('=') {
        return Some(entry.to_owned());
    }
    std::env::var(entry).ok().map(|value| format!("{entry}={value}"))
}

pub(super) fn size_of(text: Option<&str>, flag: &str) -> Result<i64, ClientError> {
    let bad = |text: &str| ClientError::new(Code::BadSize).with("flag", flag).with("value", text);
    text.map_or(Ok(0), |text| units::bytes(text).ok_or_else(|| bad(text)))
}

/// `no`, `always`, `unless-stopped`, `on-failure[:3]`; the engine knows which there are.
pub(super) fn restart_policy(text: Option<&str>) -> Result<RestartPolicy, ClientError> {
    let Some(text) = text else { return Ok(RestartPolicy::default()) };
    let (name, count) = text.split_once(':').unwrap_or((text, "0"));
    let bad = |_no_number| ClientError::new(Code::BadRestart).with("value", text);
    Ok(RestartPolicy { name: name.to_owned(), maximum_retry_count: count.parse().map_err(bad)? })
}

pub(super) fn cpus(text: Option<&str>) -> Result<i64, ClientError> {
    let bad = |text: &str| ClientError::new(Code::BadSize).with("flag", "--cpus").with("value", text);
    #[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
    let nano = |n: f64| (n * 1e9).round() as i64;
    let parse = |text: &str| text.parse::<f64>().ok().filter(|n| (0.0..=100_000.0).contains(n)).map(nano);
    text.map_or(Ok(0), |text| parse(text).ok_or_else(|| bad(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{
        Args,
        args::Command,
        docker_commands::{DockerCommand, OnContainers},
    };
    use clap::Parser;

    fn check(line: &str) -> ContainerCreate {
        let argv = ["dockwalk", "docker"].into_iter().chain(line.split(' '));
        match Args::parse_from(argv).command {
            Some(Command::Docker { command: DockerCommand::OnContainers(OnContainers::Run(run)) }) => {
                body(&run.create, true, None).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_comes_after_the_image_is_the_containers() {
        let config = check("run -it --rm --name x lab/shell:1 sh -c -i --rm").config;
        assert_eq!(config.cmd, ["sh", "-c", "-i", "--rm"]);
        assert!(config.tty && config.stdin_once);
    }

    #[test]
    fn flags_become_the_fields_docker_gives_them() {
        let body =
            check("run -m 64m --cpus 1.5 -v data:/d -v /anon -e A=1 --tmpfs /t:size=1m --network none -h box img");
        let (config, host) = (&body.config, &body.host_config);
        assert_eq!((host.memory, host.nano_cpus), (64 << 20, 1_500_000_000));
        assert_eq!((host.binds[0].as_str(), config.volumes.keys().next().unwrap().as_str()), ("data:/d", "/anon"));
        assert_eq!((host.tmpfs["/t"].as_str(), host.network_mode.as_str()), ("size=1m", "none"));
        assert_eq!((config.hostname.as_str(), config.env[0].as_str()), ("box", "A=1"));
    }

    #[test]
    fn only_what_was_named_is_attached() {
        let attached = |flags| {
            let config = check(&format!("run {flags} img")).config;
            [config.attach_stdin, config.attach_stdout, config.attach_stderr]
        };
        assert_eq!(attached("--rm"), [false, true, true]);
        assert_eq!(attached("-i"), [true, true, true]);
        assert_eq!(attached("-a stdout"), [false, true, false]);
        assert_eq!(attached("-a STDERR -a stdin"), [true, false, true]);
        assert_eq!(attached("-i -a stdout"), [true, true, false]);
    }

    #[test]
    fn a_variable_without_a_value_is_sent_as_a_name() {
        let env = |flags| check(&format!("run {flags} img")).config.env;
        assert_eq!(env("-e A=1 -e DOCKWALK_NOT_SET -e B="), ["A=1", "DOCKWALK_NOT_SET", "B="]);
        let path = format!("PATH={}", std::env::var("PATH").unwrap());
        assert_eq!(env("-e PATH"), [path]);
        for bad in ["", "=x", "="] {
            assert_eq!(variables(&[bad.to_owned()]).unwrap_err().problem.code, Code::InvalidVariable, "{bad}");
        }
    }

    #[test]
    fn ports_that_are_published_are_exposed() {
        let body = check("run -p 8080:80 -p 8081:80 -p 53/udp -P --expose 90 img");
        let of = |port: &str| body.host_config.port_bindings[port].clone().unwrap();
        let ports: Vec<_> = of("80/tcp").into_iter().map(|binding| binding.host_port).collect();
        assert_eq!((ports, of("53/udp").len()), (vec!["8080".to_owned(), "8081".to_owned()], 1));
        assert!(body.host_config.publish_all_ports);
        assert_eq!(body.config.exposed_ports.keys().collect::<Vec<_>>(), ["53/udp", "80/tcp", "90/tcp"]);
    }
}
