//! The names of fields in what clients ask, and what they hold, as [`decode`](super::decode) reads them.
//! `tests/docker_types/case.rs` holds each list against its type.

use super::decode::Kind::{self, Flag, List, Map, Object, Pointer, Text, Upto, Whole, Words};
use super::decode::{Fields, Request};
use super::{
    AuthConfig, ContainerCreate, ContainerUpdate, ExecCreate, ExecStart, NetworkConnect, NetworkCreate,
    NetworkDisconnect, VolumeCreate,
};

const TEXTS: Kind = List(&Text);
const TEXT_OF: Kind = Map(&Text);
/// Rows or columns.
const SIDE: Kind = Upto(0xffff);
const WEIGHT: Kind = Upto(0xffff);
/// Members that say nothing but their names.
const SET: Kind = Map(&Object(&Fields(&[])));

/// Of a container and of what an image says for one.
const CONFIG: &Fields = &Fields(&[
    (Text, "Hostname Domainname User Image WorkingDir StopSignal MacAddress"),
    (Flag, "AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce ArgsEscaped NetworkDisabled"),
    (Words, "Cmd Entrypoint Shell"),
    (TEXTS, "Env OnBuild"),
    (TEXT_OF, "Labels"),
    (SET, "ExposedPorts Volumes"),
    (Pointer(&Whole), "StopTimeout"),
    (Pointer(&Object(HEALTH)), "Healthcheck"),
]);

impl Request for ContainerCreate {
    const FIELDS: &'static Fields = &Fields(&[
        (Object(CONFIG), ""),
        (Pointer(&Object(HOST)), "HostConfig"),
        (Pointer(&Object(NETWORKING)), "NetworkingConfig"),
    ]);
}

/// What of a container can be changed.
impl Request for ContainerUpdate {
    const FIELDS: &'static Fields = &Fields(&[
        (Whole, "Memory MemorySwap MemoryReservation KernelMemory NanoCpus CpuShares CpuPeriod CpuQuota"),
        (WEIGHT, "BlkioWeight"),
        (Text, "CpusetCpus CpusetMems"),
        (Pointer(&Whole), "PidsLimit"),
        (Object(&Fields(&[(Text, "Name"), (Whole, "MaximumRetryCount")])), "RestartPolicy"),
    ]);
}

/// With those of options that are fine as long as they say what is so anyway.
const HOST: &Fields = &Fields(&[
    (Text, "ContainerIDFile NetworkMode IpcMode CgroupnsMode UTSMode UsernsMode Isolation CpusetCpus CpusetMems"),
    (Flag, "AutoRemove Privileged PublishAllPorts ReadonlyRootfs"),
    (
        Whole,
        "ShmSize Memory MemorySwap MemoryReservation KernelMemory NanoCpus CpuShares CpuPeriod CpuQuota OomScoreAdj",
    ),
    (WEIGHT, "BlkioWeight"),
    (Pointer(&Whole), "PidsLimit MemorySwappiness"),
    (Pointer(&Flag), "Init OomKillDisable"),
    (Words, "CapAdd CapDrop"),
    (TEXTS, "Binds Dns DnsOptions DnsSearch ExtraHosts GroupAdd SecurityOpt VolumesFrom Links"),
    (List(&SIDE), "ConsoleSize"),
    (TEXT_OF, "Tmpfs Sysctls"),
    (List(&Object(&Fields(&[(Text, "Name"), (Whole, "Soft Hard")]))), "Ulimits"),
    (Object(&Fields(&[(Text, "Type"), (TEXT_OF, "Config")])), "LogConfig"),
    (Object(&Fields(&[(Text, "Name"), (Whole, "MaximumRetryCount")])), "RestartPolicy"),
    (Map(&List(&Object(&Fields(&[(Text, "HostIp HostPort")])))), "PortBindings"),
    (List(&Object(MOUNT)), "Mounts"),
]);

const MOUNT: &Fields = &Fields(&[
    (Text, "Type Source Target Consistency"),
    (Flag, "ReadOnly"),
    (Pointer(&Object(VOLUME)), "VolumeOptions"),
    (Pointer(&Object(&Fields(&[(Whole, "SizeBytes"), (Upto(0xffff_ffff), "Mode")]))), "TmpfsOptions"),
    (Pointer(&Object(&Fields(&[(Flag, "CreateMountpoint NonRecursive"), (Text, "Propagation")]))), "BindOptions"),
]);

const VOLUME: &Fields = &Fields(&[
    (Flag, "NoCopy"),
    (TEXT_OF, "Labels"),
    (Pointer(&Object(&Fields(&[(Text, "Name"), (TEXT_OF, "Options")]))), "DriverConfig"),
]);

/// An endpoint that is `null` is another than one that says nothing.
const NETWORKING: &Fields = &Fields(&[(Map(&Pointer(&Object(ENDPOINT))), "EndpointsConfig")]);

const ENDPOINT: &Fields = &Fields(&[
    (Pointer(&Object(&Fields(&[(Text, "IPv4Address IPv6Address"), (TEXTS, "LinkLocalIPs")]))), "IPAMConfig"),
    (TEXTS, "Aliases Links"),
    (Text, "MacAddress"),
]);

/// The config of an image (moby `image.Image`).
pub const IMAGE: Kind = Object(&Fields(&[
    (Text, "id parent comment created container docker_version author architecture variant os os.version"),
    (TEXTS, "os.features"),
    (Whole, "Size"),
    (Object(CONFIG), "container_config"),
    (Pointer(&Object(CONFIG)), "config"),
    (Pointer(&Object(&Fields(&[(Text, "type"), (TEXTS, "diff_ids")]))), "rootfs"),
    (List(&Object(&Fields(&[(Text, "created author created_by comment"), (Flag, "empty_layer")]))), "history"),
]));

const HEALTH: &Fields = &Fields(&[(TEXTS, "Test"), (Whole, "Interval Timeout StartPeriod StartInterval Retries")]);

/// `manifest.json` of an archive.
pub const ARCHIVE: Kind = List(&Object(&Fields(&[(Text, "Config Parent"), (TEXTS, "RepoTags Layers")])));

impl Request for ExecCreate {
    const FIELDS: &'static Fields = &Fields(&[
        (Flag, "AttachStdin AttachStdout AttachStderr Tty Privileged Detach"),
        (Text, "WorkingDir User DetachKeys"),
        (TEXTS, "Cmd Env"),
        (Pointer(&List(&SIDE)), "ConsoleSize"),
    ]);
}

impl Request for ExecStart {
    const FIELDS: &'static Fields = &Fields(&[(Flag, "Detach Tty")]);
}

impl Request for VolumeCreate {
    const FIELDS: &'static Fields = &Fields(&[(Text, "Name Driver"), (TEXT_OF, "DriverOpts Labels")]);
}

impl Request for NetworkCreate {
    const FIELDS: &'static Fields = &Fields(&[
        (Text, "Name Driver Scope"),
        (Flag, "CheckDuplicate EnableIPv6 Internal Attachable"),
        (TEXT_OF, "Options Labels"),
        (Pointer(&Object(&Fields(&[(Text, "Driver"), (TEXT_OF, "Options"), (List(&Object(POOL)), "Config")]))), "IPAM"),
    ]);
}

const POOL: &Fields = &Fields(&[(Text, "Subnet IPRange Gateway"), (TEXT_OF, "AuxiliaryAddresses")]);

impl Request for NetworkConnect {
    const FIELDS: &'static Fields = &Fields(&[(Text, "Container"), (Pointer(&Object(ENDPOINT)), "EndpointConfig")]);
}

impl Request for NetworkDisconnect {
    const FIELDS: &'static Fields = &Fields(&[(Text, "Container"), (Flag, "Force")]);
}

impl Request for AuthConfig {
    const FIELDS: &'static Fields = &Fields(&[(Text, "username password serveraddress identitytoken registrytoken")]);
}

#[cfg(test)]
mod tests {
    use super::super::{Json, from_json, from_value};
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_found_whatever_their_case_and_a_users_names_stay() {
        let asked: ContainerCreate = from_value(&json!({
            "image": "a", "CMD": ["b"], "labels": {"image": "l", "Cmd": "m"}, "volumes": {"/Data": {}},
            "hostconfig": {"privileged": true, "logconfig": {"type": "json-file", "config": {"max-size": "1m"}},
                "mounts": [{"type": "bind", "source": "/a", "TARGET": "/b", "bindoptions": {"createMountpoint": true}}],
                "portbindings": {"80/tcp": [{"hostport": "8080"}]}, "tmpfs": {"/Type": "ro"}},
        }))
        .unwrap();
        assert_eq!((asked.config.image.as_str(), asked.config.cmd[0].as_str()), ("a", "b"));
        assert_eq!(asked.config.labels, [("image", "l"), ("Cmd", "m")].map(|(n, v)| (n.into(), v.into())).into());
        assert!(asked.config.volumes.contains_key("/Data") && asked.config.rest.is_empty());
        let host = asked.host_config;
        assert!(host.privileged && host.rest.is_empty());
        assert_eq!(host.log_config.config["max-size"], "1m");
        assert!(host.mounts[0].bind_options.as_ref().unwrap().create_mountpoint && host.mounts[0].target == "/b");
        assert_eq!(host.port_bindings["80/tcp"].as_ref().unwrap()[0].host_port, "8080");
        assert!(host.tmpfs.contains_key("/Type"));
    }

    #[test]
    fn the_last_counts_before_others_and_what_nobody_knows_stays() {
        let read = Json::first(br#"{"user": "a", "User": "b", "USER": "c", "Cgroup": "x"}"#).unwrap().unwrap();
        let asked: ExecCreate = from_json(&read).unwrap();
        assert_eq!((asked.user.as_deref(), asked.rest.len()), (Some("c"), 1));
        let start: ExecStart = from_value(&json!({"tty": true, "DETACH": null})).unwrap();
        assert_eq!(start, ExecStart { tty: true, detach: false });
        let auth: AuthConfig = from_value(&json!({"Username": "me", "serverAddress": "reg"})).unwrap();
        assert_eq!((auth.username.as_str(), auth.serveraddress.as_str()), ("me", "reg"));
        assert!(from_value::<VolumeCreate>(&json!([1])).is_err());
    }
}
