//! Lines that the engine writes for requests (`docker::typed`), read again by the grammar of `dockwalk docker`.

use super::{create, networks, volumes};
use crate::cli::Args;
use crate::cli::args::Command;
use crate::cli::docker_commands::{DockerCommand, NetworkCommand, OnContainers, VolumeCommand};
use crate::docker::typed::{self, Create};
use crate::docker::{
    BindOptions, ContainerCreate, Empty, EndpointConfig, HealthConfig, Ipam, NetworkCreate, Rest, TmpfsOptions,
    VolumeCreate, VolumeOptions,
};
use crate::line::split;
use clap::Parser;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn read(line: &str) -> DockerCommand {
    let words = split(line).unwrap_or_else(|| panic!("an open quote: {line}"));
    let args = Args::try_parse_from(["dockwalk".to_owned()].into_iter().chain(words));
    match args.unwrap_or_else(|refused| panic!("{line}: {refused}")).command {
        Some(Command::Docker { command }) => command,
        other => panic!("{line}: {other:?}"),
    }
}

/// The line for it.
fn typed(asked: &ContainerCreate, name: Option<&str>) -> Option<String> {
    let some = |(name, endpoint): (&String, &Option<EndpointConfig>)| Some((name.clone(), endpoint.clone()?));
    let networks: BTreeMap<_, _> = asked.networking_config.endpoints_config.iter().filter_map(some).collect();
    let (config, host, networks) = (&asked.config, &asked.host_config, &networks);
    typed::create(&Create { name, platform: None, config, host, networks })
}

/// What the line asks for.
fn create_again(line: &str) -> (ContainerCreate, Option<String>) {
    match read(line) {
        DockerCommand::OnContainers(OnContainers::Create(args)) => {
            (create::body(&args, true, None).unwrap_or_else(|fault| panic!("{line}: {fault:?}")), args.name.clone())
        }
        other => panic!("{line}: {other:?}"),
    }
}

/// Without what is the client's own, and with one word for what is the same.
fn plain(mut asked: ContainerCreate) -> ContainerCreate {
    let (config, host) = (&mut asked.config, &mut asked.host_config);
    (config.attach_stdin, config.attach_stdout, config.attach_stderr, config.stdin_once) = Default::default();
    host.console_size.clear();
    host.container_id_file.clear();
    host.rest = Rest::default();
    config.rest = Rest::default();
    host.memory_swappiness = host.memory_swappiness.filter(|percent| *percent != -1);
    host.oom_kill_disable = host.oom_kill_disable.filter(|is| *is);
    host.init = host.init.filter(|is| *is);
    host.pids_limit = host.pids_limit.max(0);
    host.ulimits.sort_by(|a, b| a.name.cmp(&b.name));
    if matches!(host.network_mode.as_str(), "" | "bridge") {
        host.network_mode = "default".to_owned();
    }
    if host.restart_policy.name == "no" {
        host.restart_policy.name.clear();
    }
    if let Some([program, arguments @ ..]) = config.entrypoint.clone().as_deref() {
        config.cmd.splice(0..0, arguments.iter().cloned());
        config.entrypoint = Some(vec![program.clone()]);
    }
    config.stop_signal = config.stop_signal.take().filter(|signal| !signal.is_empty());
    config.healthcheck = config.healthcheck.take().filter(|health| *health != HealthConfig::default());
    for mount in &mut host.mounts {
        mount.volume_options = mount.volume_options.take().filter(|options| *options != VolumeOptions::default());
        mount.tmpfs_options = mount.tmpfs_options.take().filter(|options| *options != TmpfsOptions::default());
        mount.bind_options = mount.bind_options.take().filter(|options| *options != BindOptions::default());
    }
    // What is published is exposed.
    config.exposed_ports.extend(host.port_bindings.keys().map(|port| (port.clone(), Empty {})));
    asked.networking_config.endpoints_config.retain(|_, endpoint| *endpoint != Some(EndpointConfig::default()));
    asked
}

fn request(body: &Value) -> ContainerCreate {
    crate::docker::from_value(body).unwrap_or_else(|misfit| panic!("{misfit:?}: {body}"))
}

fn check(body: &Value, name: Option<&str>, line: &str) {
    let asked = request(body);
    assert_eq!(typed(&asked, name).as_deref(), Some(line));
    let (again, named) = create_again(line);
    assert_eq!((plain(again), named.as_deref()), (plain(asked), name), "{line}");
}

#[test]
fn a_container_is_typed_with_all_that_was_asked_for() {
    check(&json!({"Image": "lab/shell:1"}), None, "docker create lab/shell:1");
    check(
        &json!({"Image": "lab/shell:1", "Cmd": ["sh", "-c", "readlink /proc/self/ns/mnt > /tmp/id; httpd -f"],
            "HostConfig": {"NetworkMode": "host"}}),
        Some("web"),
        "docker create --name web --network host lab/shell:1 sh -c 'readlink /proc/self/ns/mnt > /tmp/id; httpd -f'",
    );
    check(
        &json!({"Image": "img", "Tty": true, "OpenStdin": true, "Env": ["A=it's", "B=-"], "Hostname": "-h",
            "ExposedPorts": {"80/tcp": {}, "53/udp": {}, "7/tcp": {}}, "Volumes": {"/anon": {}},
            "HostConfig": {"AutoRemove": true, "NetworkMode": "own", "Binds": ["data:/d:ro"],
                "PortBindings": {"80/tcp": [{"HostIp": "::1", "HostPort": "8080"}, {"HostIp": "", "HostPort": ""}],
                    "53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}]},
                "Memory": 64 << 20, "NanoCpus": 1_290_000_000_i64, "OomScoreAdj": -5,
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}},
            "NetworkingConfig": {"EndpointsConfig": {"own": {"Aliases": ["a"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}}}}}),
        None,
        "docker create -it --rm --network own --ip 10.0.0.9 --network-alias a -p 127.0.0.1::53/udp \
         -p '[::1]:8080:80' -p 80 --expose 7 -e 'A=it'\\''s' -e B=- -v data:/d:ro -v /anon -h-h -m 64m --cpus 1.29 \
         --oom-score-adj=-5 --restart on-failure:3 img",
    );
    check(
        &json!({"Image": "img", "Entrypoint": ["/e", "-x"], "Cmd": ["y"], "Labels": {"a": "b,c"},
            "Healthcheck": {"Test": ["CMD-SHELL", "true || false"], "Interval": 90_000_000_000_i64, "Timeout": 1_500_000},
            "HostConfig": {"Mounts": [{"Type": "volume", "Source": "data", "Target": "/d", "ReadOnly": true,
                "VolumeOptions": {"DriverConfig": {"Name": "local", "Options": {"o": "size=1m,uid=7"}}}}],
                "Tmpfs": {"/t": "size=1m"}, "Init": true, "SecurityOpt": ["seccomp=unconfined"]}}),
        None,
        "docker create --mount 'type=volume,source=data,target=/d,readonly,volume-driver=local,\"volume-opt=o=size=1m,uid=7\"' \
         --tmpfs /t:size=1m --security-opt seccomp=unconfined --label a=b,c --health-cmd 'true || false' \
         --health-interval 90s --health-timeout 1500us --init --entrypoint /e img -x y",
    );
}

#[test]
fn what_no_flag_asks_for_has_no_line() {
    for body in [
        json!({"Image": "img", "Entrypoint": []}),
        json!({"Image": "img", "Env": ["PATH"]}),
        json!({"Image": "img", "NetworkDisabled": true}),
        json!({"Image": "img", "Healthcheck": {"Test": ["CMD", "true"]}}),
        json!({"Image": "img", "HostConfig": {"SecurityOpt": ["seccomp={}"]}}),
        json!({"Image": "img", "HostConfig": {"PortBindings": {"80/tcp": []}}}),
        json!({"Image": "img", "HostConfig": {"Mounts": [{"Type": "bind", "Source": "a ", "Target": "/b"}]}}),
    ] {
        assert_eq!(typed(&request(&body), None), None, "{body}");
    }
}

#[test]
fn networks_and_volumes_are_typed_with_all_that_was_asked_for() {
    let network = |body: &Value, line: &str| {
        let asked: NetworkCreate = crate::docker::from_value(body).unwrap();
        assert_eq!(typed::network_create(&asked).as_deref(), Some(line));
        let DockerCommand::Network(NetworkCommand::Create(args)) = read(line) else { panic!("{line}") };
        assert_eq!(networks::body(&args).unwrap(), all_of(asked), "{line}");
    };
    network(&json!({"Name": "own"}), "docker network create own");
    network(&json!({"Name": "inner", "Internal": true}), "docker network create --internal inner");
    network(
        &json!({"Name": "six", "EnableIPv6": true, "Attachable": true, "Options": {"com.docker.network.driver.mtu": "1400"},
            "Labels": {"a": "b c"}, "IPAM": {"Config": [{"Subnet": "10.7.0.0/24", "Gateway": "10.7.0.9",
                "IPRange": "10.7.0.64/26", "AuxiliaryAddresses": {"nas": "10.7.0.5"}}, {"Subnet": "fd00::/64"}]}}),
        "docker network create --ipv6 --subnet 10.7.0.0/24 --ip-range 10.7.0.64/26 --gateway 10.7.0.9 \
         --aux-address nas=10.7.0.5 --subnet fd00::/64 --attachable -o com.docker.network.driver.mtu=1400 \
         --label 'a=b c' six",
    );
    let volume = |asked: VolumeCreate, line: &str| {
        assert_eq!(typed::volume_create(&asked).as_deref(), Some(line));
        let DockerCommand::Volume(VolumeCommand::Create(args)) = read(line) else { panic!("{line}") };
        let driver = "local".to_owned();
        assert_eq!(volumes::body(&args), VolumeCreate { driver, ..asked }, "{line}");
    };
    let pairs = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let driver_opts = pairs(&[("device", "tmpfs"), ("o", "size=1m,uid=7"), ("type", "tmpfs")]);
    volume(
        VolumeCreate { name: "mem".to_owned(), driver_opts, labels: pairs(&[("a", "")]), ..VolumeCreate::default() },
        "docker volume create -o device=tmpfs -o o=size=1m,uid=7 -o type=tmpfs --label a= mem",
    );
    volume(VolumeCreate::default(), "docker volume create");
}

/// What the command line says beside what was asked for.
fn all_of(mut asked: NetworkCreate) -> NetworkCreate {
    asked.check_duplicate = true;
    if asked.driver.is_empty() {
        asked.driver = "bridge".to_owned();
    }
    let ipam = asked.ipam.get_or_insert_with(Ipam::default);
    ipam.driver = "default".to_owned();
    ipam.options = Some(BTreeMap::new());
    asked
}

/// Words that a shell, clap or a list between commas would take apart.
const ODD: &[&str] = &[
    "a", "-x", "--rm", "a b", "it's", "\"", "$HOME", "a=b", "a,b", "\\", "", "~", "*", "\n", "한글", ";", "#", "a:b",
    "/p",
];

fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![select(ODD).prop_map(str::to_owned), "[a-z =,:'\"$/-]{0,6}"]
}

/// Fields of the body, and what stands in some of them.
fn any_create() -> impl Strategy<Value = Value> {
    let words = || proptest::collection::vec(any_word(), 0..3);
    let pairs = || proptest::collection::btree_map("[a-z.]{1,3}=?", any_word(), 0..3);
    let number = || prop_oneof![Just(0_i64), -3..5_i64, Just(64 << 20), Just(1_234_567), Just(90_000_000_000)];
    let config = (
        (any::<bool>(), any::<bool>(), words(), words(), any_word(), any_word(), pairs()),
        (proptest::option::of(words()), proptest::option::of(any_word()), words(), number()),
    );
    let config = config.prop_map(|((tty, stdin, env, cmd, user, dir, labels), (entrypoint, signal, test, time))| {
        let env: Vec<_> = env.into_iter().enumerate().map(|(n, value)| format!("V{n}={value}")).collect();
        let volumes: BTreeMap<_, _> = test.iter().map(|path| (path.clone(), json!({}))).collect();
        json!({"Tty": tty, "OpenStdin": stdin, "Env": env, "Cmd": cmd, "User": user, "WorkingDir": dir, "Labels": labels,
            "Entrypoint": entrypoint, "StopSignal": signal, "StopTimeout": time, "Hostname": user, "Volumes": volumes,
            "Healthcheck": {"Test": test, "Interval": time, "Retries": 3},
            "ExposedPorts": {"90/tcp": {}, "53/udp": {}}})
    });
    let place = (select(&["", "127.0.0.1", "::1", "x"][..]), select(&["", "0", "8080", "80-81", "080"][..]));
    let mount =
        (select(&["bind", "volume", "tmpfs", "x"][..]), any_word(), any_word(), any::<bool>(), pairs(), number());
    let host = (
        (words(), words(), pairs(), pairs(), number(), number(), any::<bool>()),
        (place, select(&["", "default", "bridge", "host", "none", "own", "container:a"][..]), any_word(), mount),
    );
    let host = host.prop_map(|((binds, list, pairs, tmpfs, size, number, is), (place, network, word, mount))| {
        let (kind, source, target, read_only, options, mode) = mount;
        json!({"Binds": binds, "Dns": list, "CapAdd": list, "GroupAdd": list, "ExtraHosts": list, "VolumesFrom": list,
            "LogConfig": {"Type": word, "Config": pairs}, "Tmpfs": tmpfs, "Memory": size, "ShmSize": size,
            "MemorySwap": number, "NanoCpus": size, "CpuShares": number, "CpuQuota": number, "PidsLimit": number,
            "OomScoreAdj": number, "Privileged": is, "AutoRemove": !is, "Init": is, "ReadonlyRootfs": is,
            "IpcMode": word, "CpusetCpus": word, "NetworkMode": network, "PublishAllPorts": is,
            "PortBindings": {"80/tcp": [{"HostIp": place.0, "HostPort": place.1}]},
            "Mounts": [{"Type": kind, "Source": source, "Target": target, "ReadOnly": read_only,
                "VolumeOptions": (kind == "volume").then(|| json!({"Labels": options, "NoCopy": is})),
                "TmpfsOptions": (kind == "tmpfs").then(|| json!({"SizeBytes": size, "Mode": mode.clamp(0, 511)})),
                "BindOptions": (kind == "bind").then(|| json!({"NonRecursive": is}))}]})
    });
    // Of each half some fields: with all of them there would hardly ever be a line.
    let some = |value: Value, which: u64| -> serde_json::Map<String, Value> {
        let all = value.as_object().cloned().unwrap_or_default();
        all.into_iter().enumerate().filter(|(n, _)| which >> n & 1 == 1).map(|(_, field)| field).collect()
    };
    (config, host, any::<u64>(), any::<u64>(), any::<u64>()).prop_map(move |(config, host, these, those, few)| {
        let mut body = some(config, these & few);
        body.insert("Image".to_owned(), json!("lab/shell:1"));
        body.insert("HostConfig".to_owned(), Value::Object(some(host, those & few)));
        Value::Object(body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is asked for: there is no line, or one that asks for it.
    #[test]
    fn a_line_asks_for_what_it_was_written_for(body in any_create(), name in proptest::option::of("[a-z]{1,3}")) {
        let asked = request(&body);
        if let Some(line) = typed(&asked, name.as_deref()) {
            let (again, named) = create_again(&line);
            prop_assert_eq!(plain(again), plain(asked), "{}", line);
            prop_assert_eq!(named, name);
        }
    }
}
