//! What `inspect` and `info` show, field by field: client libraries read fields that nobody asked for.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};

/// All fields that Docker 20.10 shows of a container that was created with an image and a command, by their JSON pointer. The checks
/// run against it, too.
const CONTAINER: &str = "
    Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount Driver Platform MountLabel
    ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver Mounts Config NetworkSettings
    State/Status State/Running State/Paused State/Restarting State/OOMKilled State/Dead State/Pid State/ExitCode State/Error
    State/StartedAt State/FinishedAt GraphDriver/Name GraphDriver/Data
    Config/Hostname Config/Domainname Config/User Config/AttachStdin Config/AttachStdout Config/AttachStderr Config/Tty
    Config/OpenStdin Config/StdinOnce Config/Env Config/Cmd Config/Image Config/Volumes Config/WorkingDir Config/Entrypoint
    Config/OnBuild Config/Labels
    HostConfig/Binds HostConfig/ContainerIDFile HostConfig/LogConfig HostConfig/NetworkMode HostConfig/PortBindings
    HostConfig/RestartPolicy HostConfig/AutoRemove HostConfig/VolumeDriver HostConfig/VolumesFrom HostConfig/CapAdd
    HostConfig/CapDrop HostConfig/CgroupnsMode HostConfig/Dns HostConfig/DnsOptions HostConfig/DnsSearch HostConfig/ExtraHosts
    HostConfig/GroupAdd HostConfig/IpcMode HostConfig/Cgroup HostConfig/Links HostConfig/OomScoreAdj HostConfig/PidMode
    HostConfig/Privileged HostConfig/PublishAllPorts HostConfig/ReadonlyRootfs HostConfig/SecurityOpt HostConfig/UTSMode
    HostConfig/UsernsMode HostConfig/ShmSize HostConfig/ConsoleSize HostConfig/Isolation HostConfig/CpuShares
    HostConfig/Memory HostConfig/NanoCpus HostConfig/CgroupParent HostConfig/BlkioWeight HostConfig/BlkioWeightDevice
    HostConfig/BlkioDeviceReadBps HostConfig/BlkioDeviceWriteBps HostConfig/BlkioDeviceReadIOps HostConfig/BlkioDeviceWriteIOps
    HostConfig/CpuPeriod HostConfig/CpuQuota HostConfig/CpuRealtimePeriod HostConfig/CpuRealtimeRuntime HostConfig/CpusetCpus
    HostConfig/CpusetMems HostConfig/Devices HostConfig/DeviceCgroupRules HostConfig/DeviceRequests HostConfig/KernelMemory
    HostConfig/KernelMemoryTCP HostConfig/MemoryReservation HostConfig/MemorySwap HostConfig/MemorySwappiness
    HostConfig/OomKillDisable HostConfig/PidsLimit HostConfig/Ulimits HostConfig/CpuCount HostConfig/CpuPercent
    HostConfig/IOMaximumIOps HostConfig/IOMaximumBandwidth HostConfig/MaskedPaths HostConfig/ReadonlyPaths
    NetworkSettings/Bridge NetworkSettings/SandboxID NetworkSettings/HairpinMode NetworkSettings/LinkLocalIPv6Address
    NetworkSettings/LinkLocalIPv6PrefixLen NetworkSettings/Ports NetworkSettings/SandboxKey NetworkSettings/SecondaryIPAddresses
    NetworkSettings/SecondaryIPv6Addresses NetworkSettings/EndpointID NetworkSettings/Gateway NetworkSettings/GlobalIPv6Address
    NetworkSettings/GlobalIPv6PrefixLen NetworkSettings/IPAddress NetworkSettings/IPPrefixLen NetworkSettings/IPv6Gateway
    NetworkSettings/MacAddress NetworkSettings/Networks
";

/// The same of `info`, but for what only swarm mode and plugins have.
const INFO: &str = "
    ID Containers ContainersRunning ContainersPaused ContainersStopped Images Driver DriverStatus Plugins MemoryLimit SwapLimit
    KernelMemory CpuCfsPeriod CpuCfsQuota CPUShares CPUSet PidsLimit IPv4Forwarding BridgeNfIptables BridgeNfIp6tables Debug
    NFd OomKillDisable NGoroutines SystemTime LoggingDriver CgroupDriver CgroupVersion KernelVersion OperatingSystem OSVersion
    OSType Architecture IndexServerAddress RegistryConfig NCPU MemTotal DockerRootDir HttpProxy HttpsProxy NoProxy Name Labels
    ExperimentalBuild ServerVersion Runtimes DefaultRuntime Swarm LiveRestoreEnabled Isolation InitBinary ContainerdCommit
    RuncCommit InitCommit SecurityOptions Warnings Plugins/Volume Plugins/Network Plugins/Log ContainerdCommit/ID
    Swarm/LocalNodeState RegistryConfig/InsecureRegistryCIDRs RegistryConfig/IndexConfigs RegistryConfig/Mirrors
";

fn has_all(shown: &Value, fields: &str) {
    let lacks: Vec<_> = fields.split_whitespace().filter(|path| shown.pointer(&format!("/{path}")).is_none()).collect();
    assert!(lacks.is_empty(), "{lacks:?} is not in\n{shown:#}");
}

pub fn area(side: &Side<'_>) {
    let created = |name: &str, host: &str| {
        let body = format!(r#"{{"Image":"{IMAGE}","Cmd":["true"],"HostConfig":{host}}}"#);
        let (status, said) = side.post(&format!("/containers/create?name={name}"), &body);
        assert_eq!(status, 201, "{}", text(&said));
        side.get(&format!("/containers/{name}/json"))
    };
    let plain = created("plain", "null");
    has_all(&plain, CONTAINER);
    let host = &plain["HostConfig"];
    for (field, value) in [
        ("LogConfig", json!({"Type": "json-file", "Config": {}})),
        ("RestartPolicy", json!({"Name": "", "MaximumRetryCount": 0})),
        ("ConsoleSize", json!([0, 0])),
        ("ShmSize", json!(64 << 20)),
        ("IpcMode", json!("private")),
        ("Binds", json!(null)),
        ("CapAdd", json!(null)),
        ("PidsLimit", json!(null)),
        ("MemorySwappiness", json!(null)),
        ("OomKillDisable", json!(false)),
        ("Memory", json!(0)),
        ("AutoRemove", json!(false)),
    ] {
        assert_eq!(host[field], value, "{field}");
    }
    for (field, path) in [
        ("MaskedPaths", "/proc/kcore"),
        ("MaskedPaths", "/proc/keys"),
        ("MaskedPaths", "/sys/firmware"),
        ("ReadonlyPaths", "/proc/sys"),
        ("ReadonlyPaths", "/proc/sysrq-trigger"),
    ] {
        assert!(host[field].as_array().unwrap().contains(&json!(path)), "{field}: {}", host[field]);
    }
    let asked =
        r#"{"Privileged":true,"LogConfig":{"Type":"","Config":{"max-size":"1m"}},"ShmSize":1048576,"Memory":67108864}"#;
    let other = created("other", asked);
    has_all(&other, CONTAINER);
    let host = &other["HostConfig"];
    assert_eq!((&host["MaskedPaths"], &host["ReadonlyPaths"]), (&json!(null), &json!(null)));
    assert_eq!(host["LogConfig"], json!({"Type": "json-file", "Config": {"max-size": "1m"}}));
    assert_eq!((&host["ShmSize"], &host["Memory"]), (&json!(1 << 20), &json!(64 << 20)));
    // As a client sees it that was not asked for anything either.
    side.good(&format!("create --name cli {IMAGE}"));
    let cli = side.get("/containers/cli/json");
    has_all(&cli, CONTAINER);
    assert_eq!(cli["HostConfig"]["LogConfig"], json!({"Type": "json-file", "Config": {}}));

    // Docker 20.10 takes no STOPSIGNAL as a change of a commit.
    if !side.is_docker() {
        images(side);
    }

    let info = side.get("/info");
    has_all(&info, INFO);
    assert_eq!(info["Debug"], json!(false));
    assert!(info["NFd"].as_u64().unwrap() > 0 && info["NGoroutines"].as_u64().unwrap() > 0, "{info:#}");
    assert!(side.good("info").contains("Debug"));
}

/// What a container has from its image.
fn images(side: &Side<'_>) {
    let id = side.good(&format!("create {IMAGE}"));
    let changes = ["STOPSIGNAL SIGINT", "VOLUME /of-image", "EXPOSE 80 53/udp"];
    let args: Vec<_> = changes.iter().flat_map(|change| ["--change", change]).collect();
    good(side.args(&[&["commit"], &args[..], &[&id, "lab/shown:1"]].concat()));
    let config = |flags: &str| {
        let id = side.good(&format!("create {flags} lab/shown:1 true").replace("  ", " "));
        let shown: Value = serde_json::from_str(&side.good(&format!("inspect {id}"))).unwrap();
        shown[0]["Config"].clone()
    };
    let (ports, volumes) = (json!({"80/tcp": {}, "53/udp": {}}), json!({"/of-image": {}}));
    for (flags, signal, ports, volumes) in [
        ("", "SIGINT", ports.clone(), volumes.clone()),
        ("--stop-signal SIGQUIT", "SIGQUIT", ports.clone(), volumes.clone()),
        ("-v /mine", "SIGINT", ports.clone(), json!({"/of-image": {}, "/mine": {}})),
        ("-v /of-image", "SIGINT", ports.clone(), volumes.clone()),
    ] {
        let config = config(flags);
        let shown = ["StopSignal", "ExposedPorts", "Volumes"].map(|field| config[field].clone());
        assert_eq!(shown, [json!(signal), ports, volumes], "{flags}");
    }
    let asked = r#"{"Image":"lab/shown:1","Cmd":["true"],"ExposedPorts":{"81/tcp":{},"80/tcp":{}}}"#;
    let (status, said) = side.post("/containers/create?name=exposed", asked);
    assert_eq!(status, 201, "{}", text(&said));
    let exposed = side.get("/containers/exposed/json")["Config"]["ExposedPorts"].clone();
    assert_eq!(exposed, json!({"80/tcp": {}, "81/tcp": {}, "53/udp": {}}));
    // An image that says nothing.
    let plain = side.get(&format!("/containers/{id}/json"))["Config"].clone();
    for field in ["StopSignal", "ExposedPorts", "Volumes"] {
        assert!(plain[field].is_null(), "{field}: {plain}");
    }
}
