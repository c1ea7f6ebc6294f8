//! The names of fields in what clients ask, as [`case`](super::case) looks for them. `tests/docker_types/case.rs` holds each list against its type.

use super::case::{Fields, Request, Within, plain};
use super::{AuthConfig, ContainerCreate, ExecCreate, ExecStart, VolumeCreate};

impl Request for ContainerCreate {
    const FIELDS: &'static Fields = &Fields {
        plain: "Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts Tty OpenStdin StdinOnce Env Cmd \
                ArgsEscaped Image Volumes WorkingDir Entrypoint NetworkDisabled OnBuild Labels StopSignal StopTimeout Shell",
        within: &[("HostConfig", Within::Object(HOST)), ("NetworkingConfig", Within::Object(NETWORKING))],
    };
}

/// With those of options that are fine as long as they say what is so anyway.
const HOST: &Fields = &Fields {
    plain: "Binds ContainerIDFile NetworkMode AutoRemove ConsoleSize CapAdd CapDrop Dns ExtraHosts Privileged ReadonlyRootfs \
            SecurityOpt Tmpfs ShmSize Memory MemorySwap NanoCpus PidsLimit Init MemorySwappiness IpcMode CgroupnsMode Isolation",
    within: &[
        ("LogConfig", Within::Object(&plain("Type Config"))),
        ("RestartPolicy", Within::Object(&plain("Name MaximumRetryCount"))),
        ("PortBindings", Within::Map(&plain("HostIp HostPort"))),
        ("Mounts", Within::List(MOUNT)),
    ],
};

const MOUNT: &Fields = &Fields {
    plain: "Type Source Target ReadOnly Consistency",
    within: &[
        ("VolumeOptions", Within::Object(&plain("NoCopy"))),
        ("TmpfsOptions", Within::Object(&plain("SizeBytes Mode"))),
        ("BindOptions", Within::Object(&plain("CreateMountpoint Propagation"))),
    ],
};

const NETWORKING: &Fields = &plain("EndpointsConfig");

impl Request for ExecCreate {
    const FIELDS: &'static Fields = &plain(
        "AttachStdin AttachStdout AttachStderr Tty Cmd Env WorkingDir User Privileged ConsoleSize DetachKeys Detach",
    );
}

impl Request for ExecStart {
    const FIELDS: &'static Fields = &plain("Detach Tty");
}

impl Request for VolumeCreate {
    const FIELDS: &'static Fields = &plain("Name Driver DriverOpts Labels");
}

impl Request for AuthConfig {
    const FIELDS: &'static Fields = &plain("username password serveraddress identitytoken registrytoken");
}

#[cfg(test)]
mod tests {
    use super::super::from_value;
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
    fn the_name_as_it_is_counts_before_others_and_what_nobody_knows_stays() {
        let asked: ExecCreate = from_value(&json!({"user": "a", "User": "b", "USER": "c", "Cgroup": "x"})).unwrap();
        assert_eq!((asked.user.as_deref(), asked.rest.len()), (Some("b"), 1));
        let start: ExecStart = from_value(&json!({"tty": true, "DETACH": null})).unwrap();
        assert_eq!(start, ExecStart { tty: true, detach: false });
        let auth: AuthConfig = from_value(&json!({"Username": "me", "serverAddress": "reg"})).unwrap();
        assert_eq!((auth.username.as_str(), auth.serveraddress.as_str()), ("me", "reg"));
        assert!(from_value::<VolumeCreate>(&json!([1])).is_err());
    }
}
