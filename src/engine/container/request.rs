//! `POST /containers/create`: its body, and which of Docker's many options this engine can honour.

use super::invalid::invalid;
use super::refusal::unsupported;
use super::{LogOptions, bounds, limits, tuning};
use crate::docker::typed::{self, Create};
use crate::docker::{
    self, ContainerConfig, ContainerCreate, ContainerUpdate, EndpointConfig, ExecCreate, HealthConfig, HostConfig,
    Json, Known, MountRequest, NetworkCreate, NetworkingConfig, Rest, RestartPolicy, VolumeCreate, host_ports, known,
    range_of,
};
use crate::engine::{Fault, FaultKind, Result};
use crate::spec::Platform;
use crate::trace::{Code, NetworkMode};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Deref;

/// What a container is asked to be: its config (which this derefs to), what concerns the host, and its log.
#[derive(Debug, Clone, Default)]
pub struct Request {
    config: ContainerConfig,
    /// What concerns the host.
    pub host_config: HostConfig,
    /// What is asked of its places on networks, by the networks' names; where nothing is, it is on that of its mode.
    pub networks: BTreeMap<String, EndpointConfig>,
    /// What `HostConfig.LogConfig` says.
    pub(crate) log_options: LogOptions,
}

impl Request {
    /// The command that asks for it; empty where none can.
    pub(super) fn by_hand(&self, name: Option<&str>, platform: Option<&Platform>) -> String {
        let (config, host, networks) = (&self.config, &self.host_config, &self.networks);
        typed::create(&Create { name, platform, config, host, networks }).unwrap_or_default()
    }
}

impl Deref for Request {
    type Target = ContainerConfig;

    fn deref(&self) -> &ContainerConfig {
        &self.config
    }
}

/// Values of fields that are otherwise not honoured, but which say what this engine does anyway.
const FINE: &[(&str, &[&str])] = &[
    ("HostConfig.Isolation", &[r#""default""#, r#""Default""#, r#""DEFAULT""#]),
    // The only ones there are.
    ("HostConfig.Runtime", &[r#""dockwalk""#]),
    ("HostConfig.VolumeDriver", &[r#""local""#]),
    // What the client will ask of the start.
    ("Detach", &["true"]),
    ("Network.EnableIPv4", &["true"]),
    ("NetworkingConfig.DriverOpts", &["{}"]),
];

/// Reads the body. An option that this engine cannot honour is refused by name, never dropped.
pub fn parse(body: &Json) -> Result<Request> {
    let asked: ContainerCreate = docker::from_json(body)?;
    let ContainerCreate { config, host_config, networking_config } = asked;
    refuse_rest("", &config.rest)?;
    check_health(config.healthcheck.as_ref())?;
    conflicts(&config, &host_config)?;
    refuse_host_config(&host_config)?;
    let shares = matches!(host_config.network_mode.as_str().into(), NetworkMode::Container(_));
    let networks = endpoints(networking_config, shares)?;
    bounds::request(&config, &host_config)?;
    limits::check(&host_config)?;
    tuning::check(&config, &host_config)?;
    let mut request = Request { config, host_config, networks, log_options: LogOptions::default() };
    request.log_options = LogOptions::parse(&request.host_config.log_config)?;
    Ok(request)
}

/// What cannot go together (moby `runconfig/hostconfig_unix.go`): a container that shares another's network, or the host's name,
/// has none of its own that could be said.
fn conflicts(config: &ContainerConfig, host: &HostConfig) -> Result<()> {
    let conflict = |what: &str| Err(Fault::new(FaultKind::BadRequest, Code::OptionsConflict).with("what", what));
    if host.uts_mode == "host" && !config.hostname.is_empty() {
        return conflict("uts");
    }
    match host.network_mode.as_str().into() {
        NetworkMode::Container(_) => {}
        NetworkMode::Host if !host.links.is_empty() => return conflict("links-host"),
        _ => return Ok(()),
    }
    for (what, said) in [
        ("hostname", !config.hostname.is_empty()),
        ("dns", !host.dns.is_empty()),
        ("hosts", !host.extra_hosts.is_empty()),
        ("publish", host.publish_all_ports || host.port_bindings.values().flatten().any(|places| !places.is_empty())),
        ("expose", !config.exposed_ports.is_empty()),
        ("links", !host.links.is_empty()),
    ] {
        if said {
            return conflict(what);
        }
    }
    Ok(())
}

/// A container is created in one network.
pub(super) fn one_network(request: &Request) -> Result<()> {
    if request.networks.len() < 2 { Ok(()) } else { Err(many(request.networks.keys())) }
}

fn many<'a>(names: impl Iterator<Item = &'a String>) -> Fault {
    let networks = names.map(|name| bounds::short(name)).collect::<Vec<_>>().join(", ");
    Fault::new(FaultKind::BadRequest, Code::EndpointsMany).with("networks", networks)
}

/// What is asked of places on networks. As Docker: who shares another's network has none, and what is asked of one there, such as
/// `--ip`, says nothing.
fn endpoints(mut config: NetworkingConfig, shares: bool) -> Result<BTreeMap<String, EndpointConfig>> {
    if shares {
        config.endpoints_config.retain(|name, _| !matches!(name.as_str().into(), NetworkMode::Container(_)));
    }
    let one = |(network, asked): (String, Option<EndpointConfig>)| {
        let named = |code| Fault::new(FaultKind::BadRequest, code).with("network", bounds::short(&network));
        bounds::length("NetworkingConfig.EndpointsConfig", &network, bounds::NAME)?;
        if network.is_empty() || matches!(network.as_str().into(), NetworkMode::Container(_)) {
            return Err(named(Code::NoSuchNetwork));
        }
        let asked = asked.ok_or_else(|| named(Code::EndpointNull))?;
        endpoint(&asked)?;
        Ok((network, asked))
    };
    let all = &config.endpoints_config;
    bounds::count("NetworkingConfig.EndpointsConfig", all.len(), bounds::LIST)?;
    if all.len() > 1 && all.values().any(Option::is_none) {
        return Err(many(all.keys()));
    }
    config.endpoints_config.into_iter().map(one).collect()
}

/// What is asked of a place on a network, looked at before it is wanted.
pub(in crate::engine) fn endpoint(asked: &EndpointConfig) -> Result<()> {
    if let Some(ipam) = &asked.ipam_config {
        refuse("NetworkingConfig.IPAMConfig.LinkLocalIPs", &ipam.link_local_ips, ipam.link_local_ips.is_empty())?;
    }
    address(asked)?;
    address6(asked)?;
    tuning::mac(&asked.mac_address)?;
    bounds::count("NetworkingConfig.Aliases", asked.aliases.len(), bounds::LIST)?;
    bounds::count("NetworkingConfig.Links", asked.links.len(), bounds::LIST)?;
    asked.links.iter().try_for_each(|link| super::names::link(link).map(drop))?;
    asked.aliases.iter().try_for_each(|alias| bounds::length("NetworkingConfig.Aliases", alias, bounds::NAME))?;
    refuse_rest("NetworkingConfig.", &asked.rest)
}

/// The address that is asked for.
pub(super) fn address(asked: &EndpointConfig) -> Result<Option<Ipv4Addr>> {
    let text = asked.ipam_config.as_ref().map_or("", |ipam| ipam.ipv4_address.as_str());
    let bad = |_no_address| Fault::new(FaultKind::BadRequest, Code::InvalidIpv4).with("address", bounds::short(text));
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(bad) }
}

/// The same of IPv6.
pub(super) fn address6(asked: &EndpointConfig) -> Result<Option<Ipv6Addr>> {
    let text = asked.ipam_config.as_ref().map_or("", |ipam| ipam.ipv6_address.as_str());
    let bad = |_no_address| Fault::new(FaultKind::BadRequest, Code::InvalidIpv6).with("address", bounds::short(text));
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(bad) }
}

/// What a network is asked to be that is not chosen here.
pub(in crate::engine) fn refuse_network(request: &NetworkCreate) -> Result<()> {
    refuse("Network.Scope", &request.scope, matches!(request.scope.as_str(), "" | "local"))?;
    refuse_rest("Network.", &request.rest)?;
    let Some(ipam) = &request.ipam else { return Ok(()) };
    refuse("Network.IPAM.Driver", &ipam.driver, matches!(ipam.driver.as_str(), "" | "default"))?;
    let options = ipam.options.as_ref();
    refuse("Network.IPAM.Options", &options, options.is_none_or(BTreeMap::is_empty))?;
    refuse_rest("Network.IPAM.", &ipam.rest)?;
    ipam.config.iter().try_for_each(|pool| refuse_rest("Network.IPAM.", &pool.rest))
}

/// What Docker would put into the config of an image that is committed.
pub(in crate::engine) fn refuse_config(config: &Value) -> Result<()> {
    refuse("Config", config, is_empty(config))
}

/// What a container is asked to be from now on.
pub(super) fn check_update(asked: &ContainerUpdate) -> Result<()> {
    refuse_rest("HostConfig.", &asked.rest)
}

/// What becomes of a container when it ends.
pub(super) fn check_restart(restart: &RestartPolicy) -> Result<()> {
    let RestartPolicy { name, maximum_retry_count: count } = restart;
    let never = matches!(name.as_str(), "" | "no");
    let option = "HostConfig.RestartPolicy.Name";
    if !never && known(option, &Value::from(name.as_str())) != Known::Both {
        return Err(unsupported(option, &Value::from(name.as_str())));
    }
    // As Docker: nobody looks at the count where nothing is named.
    let fits = if name == "on-failure" { *count >= 0 } else { *count == 0 };
    if !name.is_empty() && !fits {
        let fault = Fault::new(FaultKind::BadRequest, Code::RestartRetryCount).with("policy", name);
        return Err(fault.with("count", count));
    }
    Ok(())
}

/// Of a kind of test that nobody knows nothing is run, as in Docker.
fn check_health(asked: Option<&HealthConfig>) -> Result<()> {
    let Some(health) = asked else { return Ok(()) };
    refuse_rest("Healthcheck.", &health.rest)?;
    bounds::arguments("Healthcheck.Test", &health.test)?;
    let said = serde_json::to_value(health).unwrap_or_default();
    invalid("Healthcheck", &said).map_or(Ok(()), Err)
}

/// As Docker: one port, and one or a range on the host.
fn refuse_ports(host: &HostConfig) -> Result<()> {
    let bad = |port: &str| Fault::new(FaultKind::BadRequest, Code::InvalidPort).with("port", bounds::short(port));
    bounds::count("HostConfig.PortBindings", host.port_bindings.len(), bounds::LIST)?;
    for (port, bindings) in &host.port_bindings {
        // 0 and what is no protocol mean no port, of which nothing is published.
        let number = port.split('/').next().unwrap_or_default();
        if !number.is_empty() && range_of(number).is_none_or(|(first, last)| first != last) {
            return Err(bad(number));
        }
        bounds::count("HostConfig.PortBindings", bindings.iter().flatten().count(), bounds::LIST)?;
        let places = bindings.iter().flatten().map(|binding| binding.host_port.as_str());
        let named = places.filter(|port| !port.is_empty());
        named.filter(|port| host_ports(port).is_none()).try_for_each(|port| Err(bad(port)))?;
    }
    Ok(())
}

fn refuse_host_config(host: &HostConfig) -> Result<()> {
    refuse_rest("HostConfig.", &host.rest)?;
    refuse_ports(host)?;
    check_restart(&host.restart_policy)?;
    if host.auto_remove && !matches!(host.restart_policy.name.as_str(), "" | "no") {
        return Err(Fault::new(FaultKind::BadRequest, Code::RestartAndRemove));
    }
    for (option, mode, fine) in [
        ("HostConfig.CgroupnsMode", &host.cgroupns_mode, &["", "host", "private"][..]),
        ("HostConfig.UTSMode", &host.uts_mode, &["", "host"]),
        // The engine's own is what a container has in any case.
        ("HostConfig.UsernsMode", &host.userns_mode, &["", "host"]),
    ] {
        refuse(option, mode, fine.contains(&mode.as_str()))?;
    }
    let ipc = host.ipc_mode.as_str();
    let lent = ipc.strip_prefix("container:").is_some_and(|name| !name.is_empty());
    refuse("HostConfig.IpcMode", &ipc, lent || matches!(ipc, "" | "none" | "private" | "shareable" | "host"))?;
    let sources = serde_json::to_value(&host.volumes_from).unwrap_or_default();
    invalid("HostConfig.VolumesFrom", &sources).map_or(Ok(()), Err)?;
    host.mounts.iter().try_for_each(refuse_mount)
}

fn refuse_mount(mount: &MountRequest) -> Result<()> {
    refuse_rest("HostConfig.Mounts.", &mount.rest)?;
    if let Some(options) = &mount.bind_options {
        refuse_rest("HostConfig.Mounts.BindOptions.", &options.rest)?;
    }
    if let Some(options) = &mount.volume_options {
        refuse_rest("HostConfig.Mounts.VolumeOptions.", &options.rest)?;
        bounds::labels("HostConfig.Mounts.VolumeOptions.Labels", &options.labels)?;
        if let Some(config) = &options.driver_config {
            refuse_rest("HostConfig.Mounts.VolumeOptions.DriverConfig.", &config.rest)?;
            driver(&config.name)?;
            bounds::labels("HostConfig.Mounts.VolumeOptions.DriverConfig.Options", &config.options)?;
        }
    }
    mount.tmpfs_options.as_ref().map_or(Ok(()), |it| refuse_rest("HostConfig.Mounts.TmpfsOptions.", &it.rest))
}

/// The same of a command in a container.
pub(super) fn refuse_exec(request: &ExecCreate) -> Result<()> {
    refuse_rest("", &request.rest)
}

/// The one driver of volumes that there is. Docker's CLI takes a 404 at a container's creation for an image that is to be pulled.
fn driver(name: &str) -> Result<()> {
    let fault = || Fault::new(FaultKind::BadRequest, Code::VolumeDriver).with("driver", bounds::short(name));
    if matches!(name, "" | "local") { Ok(()) } else { Err(fault()) }
}

/// The same of a volume.
pub(in crate::engine) fn refuse_volume(request: &VolumeCreate) -> Result<()> {
    driver(&request.driver).map_err(|fault| Fault::of(FaultKind::NotFound, fault.problem))?;
    refuse_rest("", &request.rest)
}

/// Fields that no type knows: fine when they say nothing, or what is so anyway.
fn refuse_rest(prefix: &str, rest: &Rest) -> Result<()> {
    for (name, value) in rest {
        let option = format!("{prefix}{name}");
        // How a Mac's files are kept in step: nothing on Linux, where Docker takes any word for it.
        let said_for_macs = option == "HostConfig.Mounts.Consistency" && value.is_string();
        let fine = said_for_macs
            || FINE.iter().any(|(of, values)| *of == option && values.contains(&value.to_string().as_str()));
        refuse(&option, value, fine || is_empty(value))?;
    }
    Ok(())
}

fn refuse(option: &str, value: &impl Serialize, fine: bool) -> Result<()> {
    let shown = || serde_json::to_value(value).unwrap_or_default();
    if fine { Ok(()) } else { Err(unsupported(option, &shown())) }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::String(s) => s.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_docker_cli_sends_for_a_plain_run_is_understood() {
        let body = json!({
            "Hostname": "", "User": "", "AttachStdin": true, "Tty": true, "OpenStdin": true, "StdinOnce": true,
            "Env": null, "Cmd": ["sh"], "Image": "lab/shell:1", "Volumes": {}, "WorkingDir": "", "Entrypoint": null,
            "OnBuild": null, "Labels": {},
            "HostConfig": {
                "Binds": null, "ContainerIDFile": "", "LogConfig": {"Type": "", "Config": {}}, "NetworkMode": "bridge",
                "PortBindings": {}, "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "AutoRemove": true,
                "ConsoleSize": [24, 80], "Dns": [], "Memory": 0, "MemorySwappiness": -1, "PidsLimit": 0, "Devices": [],
                "MaskedPaths": null
            },
            "NetworkingConfig": {"EndpointsConfig": {"default": {"IPAMConfig": null, "MacAddress": "", "GwPriority": 0}}}
        });
        let request = parse(&(&body).into()).unwrap();
        assert_eq!((request.image.as_str(), request.cmd.as_slice()), ("lab/shell:1", &["sh".to_owned()][..]));
        assert!(request.host_config.auto_remove && request.entrypoint.is_none());
        assert_eq!(request.host_config.console_size, [24, 80]);
    }

    #[test]
    fn an_option_that_cannot_be_honoured_is_refused_by_name() {
        for (field, value) in [("PidMode", json!("host")), ("Devices", json!([{"PathOnHost": "/dev/kvm"}]))] {
            let fault = parse(&(&json!({"Image": "x", "HostConfig": {field: value}})).into()).unwrap_err();
            assert_eq!(fault.problem.code, Code::UnsupportedOption, "{field}");
            assert_eq!(fault.problem.args["option"], format!("HostConfig.{field}"));
        }
    }

    #[test]
    fn an_option_within_an_option_is_refused_by_name_too() {
        let mount = |field: &str, value: Value| {
            let mount = json!({"Type": "bind", "Source": "/a", "Target": "/b", field: value});
            parse(&(&json!({"Image": "x", "HostConfig": {"Mounts": [mount]}})).into())
        };
        for (field, value, option) in [
            ("ImageOptions", json!({"Subpath": "a"}), "ImageOptions"),
            ("BindOptions", json!({"ReadOnlyForceRecursive": true}), "BindOptions.ReadOnlyForceRecursive"),
            ("VolumeOptions", json!({"Subpath": "a"}), "VolumeOptions.Subpath"),
            ("TmpfsOptions", json!({"Options": [["exec"]]}), "TmpfsOptions.Options"),
        ] {
            let problem = mount(field, value).unwrap_err().problem;
            assert_eq!(problem.args["option"], format!("HostConfig.Mounts.{option}"));
        }
        mount("BindOptions", json!({"Propagation": "rslave", "NonRecursive": true})).unwrap();
        for word in ["cached", "default", "foo", "CACHED", ""] {
            mount("Consistency", json!(word)).unwrap();
        }
    }

    #[test]
    fn what_has_no_place_in_a_volume_or_a_command_is_refused_by_name() {
        let volume = |body: Value| refuse_volume(&docker::from_value(&body).unwrap());
        volume(json!({"Name": null, "Driver": "local", "DriverOpts": {}, "Labels": {"a": "b"}})).unwrap();
        let cluster = volume(json!({"ClusterVolumeSpec": {"Group": "a"}})).unwrap_err();
        assert_eq!(cluster.problem.args["option"], "ClusterVolumeSpec");
        assert_eq!(volume(json!({"Driver": "nfs"})).unwrap_err().problem.code, Code::VolumeDriver);
        let exec = |body: Value| refuse_exec(&docker::from_value(&body).unwrap());
        exec(json!({"Cmd": ["a"], "Detach": true, "Env": null, "ConsoleSize": null})).unwrap();
        assert_eq!(exec(json!({"Cgroup": "x"})).unwrap_err().problem.args["option"], "Cgroup");
    }
}
