//! `POST /containers/create`: its body, and which of Docker's many options this engine can honour.

use super::{LogOptions, bounds};
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::NetworkMode;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The body, as far as it is used. What is neither here nor empty is refused by [`parse`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Request {
    /// The image as the user named it.
    pub image: String,
    pub(crate) hostname: String,
    pub(crate) user: String,
    pub(crate) tty: bool,
    pub(crate) open_stdin: bool,
    pub(crate) stdin_once: bool,
    pub(crate) env: Vec<String>,
    pub(crate) cmd: Words,
    pub(crate) entrypoint: Option<Words>,
    pub(crate) working_dir: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) volumes: BTreeMap<String, Value>,
    pub(crate) stop_signal: Option<String>,
    pub(crate) stop_timeout: Option<i64>,
    pub(crate) network_disabled: bool,
    pub(crate) host_config: HostConfig,
    /// What `HostConfig.LogConfig` says.
    #[serde(skip)]
    pub(crate) log_options: LogOptions,
}

/// What concerns the host.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostConfig {
    pub binds: Vec<String>,
    pub mounts: Vec<MountRequest>,
    pub tmpfs: BTreeMap<String, String>,
    pub network_mode: String,
    pub auto_remove: bool,
    pub memory: i64,
    pub memory_swap: i64,
    pub pids_limit: i64,
    pub nano_cpus: i64,
    pub cap_add: Vec<String>,
    pub cap_drop: Vec<String>,
    pub privileged: bool,
    pub security_opt: Vec<String>,
    pub dns: Vec<String>,
    pub extra_hosts: Vec<String>,
    pub readonly_rootfs: bool,
    pub shm_size: i64,
    pub console_size: Vec<u16>,
    pub log_config: LogConfig,
}

/// `--log-driver`, `--log-opt`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct LogConfig {
    #[serde(rename = "Type")]
    pub kind: String,
    pub config: BTreeMap<String, String>,
}

/// One `--mount`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct MountRequest {
    #[serde(rename = "Type")]
    pub kind: String,
    pub source: String,
    pub target: String,
    pub read_only: bool,
    pub volume_options: VolumeOptions,
    pub tmpfs_options: TmpfsOptions,
    pub bind_options: BindOptions,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct VolumeOptions {
    pub no_copy: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TmpfsOptions {
    pub size_bytes: i64,
    pub mode: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct BindOptions {
    pub create_mountpoint: bool,
}

/// A list of words, or one string, as Docker accepts both.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "OneOrMany")]
pub(crate) struct Words(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Words {
    fn from(value: OneOrMany) -> Self {
        match value {
            OneOrMany::One(word) => Self(vec![word]),
            OneOrMany::Many(words) => Self(words),
        }
    }
}

/// Fields of the body that are used, or that change nothing here.
const CONFIG: &[&str] = &[
    "Image",
    "Hostname",
    "User",
    "AttachStdin",
    "AttachStdout",
    "AttachStderr",
    "ExposedPorts",
    "Tty",
    "OpenStdin",
    "StdinOnce",
    "Env",
    "Cmd",
    "Entrypoint",
    "WorkingDir",
    "Labels",
    "Volumes",
    "StopSignal",
    "StopTimeout",
    "NetworkDisabled",
    "OnBuild",
    "Shell",
    "HostConfig",
    "NetworkingConfig",
    "ArgsEscaped",
];

const HOST_CONFIG: &[&str] = &[
    "Binds",
    "Mounts",
    "Tmpfs",
    "NetworkMode",
    "AutoRemove",
    "Memory",
    "MemorySwap",
    "PidsLimit",
    "NanoCpus",
    "CapAdd",
    "CapDrop",
    "Privileged",
    "SecurityOpt",
    "Dns",
    "ExtraHosts",
    "ReadonlyRootfs",
    "ShmSize",
    "ConsoleSize",
    "ContainerIDFile",
    "LogConfig",
];

/// Values of fields that are otherwise not honoured, but which say what this engine does anyway.
const FINE: &[(&str, &[&str])] = &[
    (
        "RestartPolicy",
        &[
            r#"{"MaximumRetryCount":0,"Name":"no"}"#,
            r#"{"MaximumRetryCount":0,"Name":""}"#,
            r#"{"Name":"no"}"#,
            r#"{"Name":""}"#,
        ],
    ),
    ("MemorySwappiness", &["-1"]),
    ("IpcMode", &[r#""private""#]),
    ("CgroupnsMode", &[r#""private""#]),
    ("Isolation", &[r#""default""#]),
];

/// Reads the body. An option that this engine cannot honour is refused by name, never dropped.
pub fn parse(body: &Value) -> Result<Request> {
    let body = without_nulls(body);
    refuse_unknown(&body, "", CONFIG)?;
    if let Some(host_config) = body.get("HostConfig") {
        refuse_unknown(host_config, "HostConfig.", HOST_CONFIG)?;
    }
    refuse_networks(&body)?;
    let bad = |e: serde_json::Error| Fault::new(FaultKind::BadRequest, "bad-request").with("reason", e);
    let mut request = Request::deserialize(&body).map_err(bad)?;
    bounds::request(&request)?;
    let log = &request.host_config.log_config;
    if !matches!(log.kind.as_str(), "" | "json-file") {
        return Err(unsupported("HostConfig.LogConfig.Type", &Value::from(log.kind.as_str())));
    }
    request.log_options = LogOptions::parse(&log.config)?;
    Ok(request)
}

/// `null` means "as if it were not there", everywhere.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), without_nulls(v))).collect()
        }
        Value::Array(all) => all.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

fn refuse_unknown(object: &Value, prefix: &str, known: &[&str]) -> Result<()> {
    for (name, value) in object.as_object().into_iter().flatten() {
        let fine = FINE.iter().any(|(of, values)| of == name && values.contains(&value.to_string().as_str()));
        if !known.contains(&name.as_str()) && !is_empty(value) && !fine {
            return Err(unsupported(&format!("{prefix}{name}"), value));
        }
    }
    Ok(())
}

fn refuse_networks(body: &Value) -> Result<()> {
    let Some(endpoints) = body.pointer("/NetworkingConfig/EndpointsConfig").and_then(Value::as_object) else {
        return Ok(());
    };
    for (network, endpoint) in endpoints {
        if network.is_empty() || matches!(network.as_str().into(), NetworkMode::Named(_) | NetworkMode::Container(_)) {
            return Err(unsupported("NetworkingConfig", &Value::from(network.as_str())));
        }
        for (name, value) in endpoint.as_object().into_iter().flatten() {
            if !is_empty(value) {
                return Err(unsupported(&format!("NetworkingConfig.{name}"), value));
            }
        }
    }
    Ok(())
}

pub(super) fn unsupported(option: &str, value: &Value) -> Fault {
    let (option, value) = (bounds::short(option), value.to_string());
    let value = if value.len() > 256 { bounds::short(&value) } else { value };
    Fault::new(FaultKind::BadRequest, "unsupported-option").with("option", option).with("value", value)
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
        let request = parse(&body).unwrap();
        assert_eq!((request.image.as_str(), request.cmd.0.as_slice()), ("lab/shell:1", &["sh".to_owned()][..]));
        assert!(request.host_config.auto_remove && request.entrypoint.is_none());
        assert_eq!(request.host_config.console_size, [24, 80]);
    }

    #[test]
    fn an_option_that_cannot_be_honoured_is_refused_by_name() {
        for (field, value) in [
            ("PortBindings", json!({"80/tcp": [{"HostPort": "8080"}]})),
            ("RestartPolicy", json!({"Name": "always", "MaximumRetryCount": 0})),
            ("Init", json!(true)),
            ("PidMode", json!("host")),
            ("Devices", json!([{"PathOnHost": "/dev/kvm"}])),
        ] {
            let fault = parse(&json!({"Image": "x", "HostConfig": {field: value}})).unwrap_err();
            assert_eq!(fault.problem.code, "unsupported-option", "{field}");
            assert_eq!(fault.problem.args["option"], format!("HostConfig.{field}"));
        }
    }
}
