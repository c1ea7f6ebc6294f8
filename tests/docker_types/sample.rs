//! A value of each type with something in every field: no `..Default`, so that a new field must be set here, too.

use dockwalk::docker::*;
use std::collections::BTreeMap;

fn list(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

fn map<T>(name: &str, value: T) -> BTreeMap<String, T> {
    BTreeMap::from([(name.to_owned(), value)])
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn config() -> ContainerConfig {
    ContainerConfig {
        hostname: text("box"),
        domainname: text("lan"),
        user: text("1:1"),
        attach_stdin: true,
        attach_stdout: true,
        attach_stderr: true,
        exposed_ports: map("80/tcp", Empty {}),
        tty: true,
        open_stdin: true,
        stdin_once: true,
        env: list("A=1"),
        cmd: list("sh"),
        args_escaped: true,
        image: text("lab/shell:1"),
        volumes: map("/data", Empty {}),
        working_dir: text("/"),
        entrypoint: Some(list("env")),
        network_disabled: true,
        mac_address: text("02:42:ac:11:00:02"),
        on_build: list("RUN true"),
        labels: map("a", text("b")),
        stop_signal: Some(text("SIGINT")),
        stop_timeout: Some(10),
        shell: list("sh"),
        healthcheck: Some(HealthConfig {
            test: list("CMD"),
            interval: 1,
            timeout: 2,
            start_period: 3,
            start_interval: 4,
            retries: 5,
            rest: Rest::new(),
        }),
        rest: Rest::new(),
    }
}

fn host_config() -> HostConfig {
    HostConfig {
        binds: list("/a:/b"),
        container_id_file: text("/id"),
        log_config: LogConfig { kind: text("json-file"), config: map("max-size", text("1m")) },
        network_mode: text("bridge"),
        port_bindings: ports(),
        publish_all_ports: true,
        restart_policy: RestartPolicy { name: text("no"), maximum_retry_count: 1 },
        auto_remove: true,
        links: list("a:b"),
        volumes_from: list("a:ro"),
        cgroupns_mode: text("private"),
        ipc_mode: text("private"),
        uts_mode: text("host"),
        userns_mode: text("host"),
        mounts: vec![MountRequest {
            kind: text("bind"),
            source: text("/a"),
            target: text("/b"),
            read_only: true,
            volume_options: Some(VolumeOptions {
                no_copy: true,
                labels: map("a", text("b")),
                driver_config: Some(DriverConfig {
                    name: text("name"),
                    options: map("c", text("d")),
                    rest: Rest::new(),
                }),
                rest: Rest::new(),
            }),
            tmpfs_options: Some(TmpfsOptions { size_bytes: 1, mode: 0o755, rest: Rest::new() }),
            bind_options: Some(BindOptions {
                propagation: text("rslave"),
                non_recursive: true,
                create_mountpoint: true,
                rest: Rest::new(),
            }),
            rest: Rest::new(),
        }],
        console_size: vec![24, 80],
        cap_add: list("CHOWN"),
        cap_drop: list("ALL"),
        group_add: list("audio"),
        dns: list("1.1.1.1"),
        dns_options: list("ndots:3"),
        dns_search: list("lan"),
        extra_hosts: list("a:1.1.1.1"),
        privileged: true,
        readonly_rootfs: true,
        security_opt: list("seccomp=unconfined"),
        tmpfs: map("/t", text("ro")),
        shm_size: 1,
        sysctls: map("net.ipv4.ip_forward", text("1")),
        ulimits: vec![Ulimit { name: text("nofile"), soft: 1, hard: 2 }],
        oom_score_adj: 1,
        memory: 1,
        memory_swap: 2,
        memory_reservation: 5,
        memory_swappiness: Some(6),
        kernel_memory: 7,
        oom_kill_disable: Some(true),
        nano_cpus: 3,
        cpu_shares: 8,
        cpu_period: 9,
        cpu_quota: 10,
        cpuset_cpus: text("0"),
        cpuset_mems: text("0-1"),
        blkio_weight: 11,
        pids_limit: 4,
        init: Some(true),
        rest: Rest::new(),
    }
}

fn host_config_other() -> HostConfigOther {
    let throttle = || vec![serde_json::json!({"Path": "/dev/sda", "Rate": 1})];
    let device = serde_json::json!({"PathOnHost": "/a", "PathInContainer": "/b", "CgroupPermissions": "rwm"});
    HostConfigOther {
        volume_driver: text("local"),
        cgroup: text("a"),
        pid_mode: text("host"),
        runtime: text("dockwalk"),
        isolation: text("default"),
        cgroup_parent: text("/a"),
        blkio_weight_device: vec![serde_json::json!({"Path": "/dev/sda", "Weight": 1})],
        blkio_device_read_bps: throttle(),
        blkio_device_write_bps: throttle(),
        blkio_device_read_iops: throttle(),
        blkio_device_write_iops: throttle(),
        cpu_realtime_period: 1,
        cpu_realtime_runtime: 1,
        devices: vec![device],
        device_cgroup_rules: list("c 1:3 r"),
        device_requests: vec![serde_json::json!({"Driver": "a", "Count": 1})],
        kernel_memory_tcp: 1,
        cpu_count: 1,
        cpu_percent: 1,
        io_maximum_iops: 1,
        io_maximum_bandwidth: 1,
        masked_paths: list("/proc/kcore"),
        readonly_paths: list("/proc/sys"),
    }
}

fn ports() -> BTreeMap<String, Option<Vec<PortBinding>>> {
    map("80/tcp", Some(vec![PortBinding { host_ip: text("127.0.0.1"), host_port: text("8080") }]))
}

pub fn container_create() -> ContainerCreate {
    let networking_config = NetworkingConfig { endpoints_config: map("bridge", Some(endpoint_config())) };
    ContainerCreate { config: config(), host_config: host_config(), networking_config }
}

pub fn container_created() -> ContainerCreated {
    ContainerCreated { id: text("1"), warnings: list("look out"), dockwalk: Vec::new() }
}

fn endpoint_config() -> EndpointConfig {
    EndpointConfig {
        ipam_config: Some(addresses_asked()),
        aliases: list("a"),
        links: list("b:c"),
        mac_address: text("02:42:ac:11:00:02"),
        rest: Rest::new(),
    }
}

fn addresses_asked() -> EndpointIpamConfig {
    let (ipv4_address, ipv6_address) = (text("172.17.0.9"), text("fd00::9"));
    EndpointIpamConfig { ipv4_address, ipv6_address, link_local_ips: list("169.254.1.1") }
}

fn endpoint() -> EndpointSettings {
    EndpointSettings {
        ipam_config: Some(addresses_asked()),
        links: list("a"),
        aliases: list("b"),
        network_id: text("1"),
        addresses: addresses(),
        driver_opts: map("a", text("b")),
    }
}

fn addresses() -> EndpointAddresses {
    EndpointAddresses {
        endpoint_id: text("2"),
        gateway: text("172.17.0.1"),
        ip_address: text("172.17.0.2"),
        ip_prefix_len: 16,
        ipv6_gateway: text("fd00::1"),
        global_ipv6_address: text("fd00::2"),
        global_ipv6_prefix_len: 64,
        mac_address: text("02:42:ac:11:00:02"),
    }
}

fn mount() -> MountPoint {
    MountPoint {
        kind: text("volume"),
        name: text("data"),
        source: "/a".into(),
        destination: text("/b"),
        driver: text("local"),
        mode: text("ro"),
        writable: true,
        propagation: text("rprivate"),
    }
}

pub fn container_summary() -> ContainerSummary {
    ContainerSummary {
        id: text("1"),
        names: list("/a"),
        image: text("lab/shell:1"),
        image_id: text("sha256:1"),
        command: text("sh"),
        created: 1,
        ports: vec![PortSummary { ip: text("::"), private_port: 80, public_port: Some(8080), kind: text("tcp") }],
        labels: map("a", text("b")),
        size_rw: Some(1),
        size_root_fs: Some(2),
        state: text("running"),
        status: text("Up 1 second"),
        host_config: SummaryHostConfig { network_mode: text("bridge") },
        network_settings: SummaryNetworks { networks: map("bridge", endpoint()) },
        mounts: vec![mount()],
    }
}

pub fn container_inspect() -> ContainerInspect {
    ContainerInspect {
        id: text("1"),
        created: text("2026-11-21T20:55:10.123456789Z"),
        path: text("sh"),
        args: list("-c"),
        state: ContainerState {
            status: text("running"),
            running: true,
            paused: true,
            restarting: true,
            oom_killed: true,
            dead: true,
            pid: 1,
            exit_code: 1,
            error: text("no"),
            started_at: text("2026-11-21T20:55:10.123456789Z"),
            health: Some(HealthState {
                status: text("healthy"),
                failing_streak: 1,
                log: vec![HealthProbe {
                    start: text("2026-11-21T20:55:10Z"),
                    end: text("2026-11-21T20:55:11Z"),
                    exit_code: 1,
                    output: text("no"),
                }],
            }),
            finished_at: text("2026-11-21T20:55:10.123456789Z"),
        },
        image: text("sha256:1"),
        resolv_conf_path: "/a".into(),
        hostname_path: "/b".into(),
        hosts_path: "/c".into(),
        log_path: "/d".into(),
        name: text("/a"),
        restart_count: 1,
        driver: text("overlay2"),
        platform: text("linux"),
        mount_label: text("a"),
        process_label: text("b"),
        app_armor_profile: text("c"),
        exec_ids: list("1"),
        host_config: HostConfigShown { other: host_config_other(), asked: host_config() },
        graph_driver: graph_driver(),
        size_rw: Some(1),
        size_root_fs: Some(2),
        mounts: vec![mount()],
        config: config(),
        network_settings: NetworkSettings {
            bridge: text("docker0"),
            sandbox_id: text("1"),
            sandbox_key: text("net:[1]"),
            hairpin_mode: true,
            link_local_ipv6_address: text("fe80::1"),
            link_local_ipv6_prefix_len: 64,
            secondary_ip_addresses: vec![serde_json::json!({"Addr": "172.17.0.9", "PrefixLen": 16})],
            secondary_ipv6_addresses: vec![serde_json::json!({"Addr": "fd00::9", "PrefixLen": 64})],
            ports: ports(),
            addresses: addresses(),
            networks: map("bridge", endpoint()),
        },
    }
}

pub fn container_change() -> ContainerChange {
    ContainerChange { path: text("/a"), kind: 1 }
}

pub fn container_top() -> ContainerTop {
    ContainerTop { titles: list("PID"), processes: vec![list("1")] }
}

pub fn container_update() -> ContainerUpdate {
    ContainerUpdate {
        memory: 1,
        memory_swap: 2,
        memory_reservation: 3,
        kernel_memory: 4,
        nano_cpus: 5,
        cpu_shares: 6,
        cpu_period: 7,
        cpu_quota: 8,
        cpuset_cpus: text("0"),
        cpuset_mems: text("0-1"),
        blkio_weight: 9,
        pids_limit: 10,
        restart_policy: RestartPolicy { name: text("on-failure"), maximum_retry_count: 3 },
        rest: Rest::default(),
    }
}

pub fn container_updated() -> ContainerUpdated {
    ContainerUpdated { warnings: list("no swap") }
}

pub fn container_ended() -> ContainerEnded {
    ContainerEnded { status_code: 1, error: Some(WaitError { message: text("left"), dockwalk: None }) }
}

pub fn exec_create() -> ExecCreate {
    ExecCreate {
        attach_stdin: true,
        attach_stdout: true,
        attach_stderr: true,
        tty: true,
        cmd: Some(list("sh")),
        env: Some(list("A=1")),
        working_dir: Some(text("/")),
        user: Some(text("1")),
        privileged: true,
        console_size: Some((24, 80)),
        detach_keys: Some(text("ctrl-p")),
        rest: Rest::new(),
    }
}

pub fn exec_start() -> ExecStart {
    ExecStart { detach: true, tty: true }
}

pub fn exec_inspect() -> ExecInspect {
    ExecInspect {
        id: text("1"),
        running: true,
        exit_code: Some(1),
        pid: 1,
        container_id: text("2"),
        open_stdin: true,
        open_stdout: true,
        open_stderr: true,
        can_remove: true,
        detach_keys: text("ctrl-p"),
        process_config: ExecProcess {
            tty: true,
            entrypoint: text("sh"),
            arguments: list("-c"),
            privileged: true,
            user: text("1"),
        },
    }
}

fn graph_driver() -> GraphDriver {
    GraphDriver { name: text("overlay2"), data: map("LowerDir", text("/a")) }
}

pub fn image_summary() -> ImageSummary {
    ImageSummary {
        id: text("sha256:1"),
        parent_id: text("sha256:2"),
        repo_tags: list("lab/shell:1"),
        repo_digests: list("lab/shell@sha256:3"),
        created: 1,
        size: 2,
        virtual_size: 2,
        shared_size: 1,
        containers: -1,
        labels: map("a", text("b")),
    }
}

pub fn image_inspect() -> ImageInspect {
    ImageInspect {
        id: text("sha256:1"),
        repo_tags: list("lab/shell:1"),
        repo_digests: list("lab/shell@sha256:3"),
        parent: text("sha256:2"),
        comment: text("said"),
        created: Some(text("2026-11-21T20:55:10Z")),
        docker_version: text("28"),
        author: text("me"),
        config: serde_json::json!({"Cmd": ["sh"]}),
        architecture: text("arm"),
        variant: text("v7"),
        os: text("linux"),
        size: 1,
        virtual_size: 1,
        graph_driver: graph_driver(),
        root_fs: RootFs { kind: text("layers"), layers: vec![digest()] },
        metadata: ImageMetadata { last_tag_time: text("2026-11-21T20:55:10Z") },
    }
}

fn digest() -> dockwalk::spec::Digest {
    format!("sha256:{}", "1".repeat(64)).parse().unwrap()
}

pub fn image_history_line() -> ImageHistoryLine {
    ImageHistoryLine {
        id: text("<missing>"),
        created: 1,
        created_by: text("RUN true"),
        tags: list("lab/shell:1"),
        size: 1,
        comment: text("said"),
    }
}

pub fn images_removed() -> Vec<ImageRemoved> {
    vec![ImageRemoved::untagged(text("lab/shell:1")), ImageRemoved::deleted(text("sha256:1"))]
}

pub fn images_pruned() -> ImagesPruned {
    ImagesPruned { images_deleted: images_removed(), space_reclaimed: 1 }
}

pub fn progress() -> ProgressLine {
    ProgressLine {
        status: Some(text("Downloading")),
        stream: None,
        id: Some(text("1")),
        progress_detail: Some(ProgressDetail { current: Some(1), total: Some(2) }),
        progress: Some(text("[=>]")),
        aux: None,
        error_detail: Some(ErrorDetail { message: text("no"), dockwalk: None }),
        error: Some(text("no")),
    }
}

pub fn pushed() -> ProgressLine {
    ProgressLine { aux: Some(Pushed { tag: text("1"), digest: digest(), size: 1 }), ..progress() }
}

pub fn loaded() -> ProgressLine {
    ProgressLine::stream("Loaded image: lab/shell:1\n")
}

pub fn refusal() -> ErrorMessage {
    ErrorMessage { message: text("no"), dockwalk: None }
}

pub fn event() -> Event {
    Event {
        status: text("start"),
        id: text("1"),
        from: text("lab/shell:1"),
        kind: text("container"),
        action: text("start"),
        actor: EventActor { id: text("1"), attributes: map("exitCode", text("0")) },
        scope: text("local"),
        time: 1,
        time_nano: 1_000_000_002,
    }
}

pub fn volume() -> Volume {
    Volume {
        name: text("data"),
        driver: text("local"),
        mountpoint: "/a".into(),
        created_at: text("2026-11-21T20:55:10Z"),
        scope: text("local"),
        labels: map("a", text("b")),
        options: map("c", text("d")),
        usage_data: Some(VolumeUsage { size: 1, ref_count: 2 }),
    }
}

pub fn volume_list() -> VolumeList {
    VolumeList { volumes: vec![volume()], warnings: list("look out") }
}

pub fn volume_create() -> VolumeCreate {
    VolumeCreate {
        name: text("data"),
        driver: text("local"),
        driver_opts: map("a", text("b")),
        labels: map("c", text("d")),
        rest: Rest::new(),
    }
}

pub fn volumes_pruned() -> VolumesPruned {
    VolumesPruned { volumes_deleted: list("data"), space_reclaimed: 1 }
}

fn pool() -> IpamConfig {
    IpamConfig {
        subnet: text("172.17.0.0/16"),
        ip_range: text("172.17.5.0/24"),
        gateway: text("172.17.0.1"),
        auxiliary_addresses: map("a", text("172.17.0.9")),
        rest: Rest::new(),
    }
}

pub fn network_create() -> NetworkCreate {
    NetworkCreate {
        name: text("net"),
        check_duplicate: true,
        driver: text("bridge"),
        scope: text("local"),
        enable_ipv6: true,
        ipam: Some(network().ipam),
        internal: true,
        attachable: true,
        options: map("a", text("b")),
        labels: map("c", text("d")),
        rest: Rest::new(),
    }
}

pub fn network_created() -> NetworkCreated {
    NetworkCreated { id: text("1"), warning: text("look out") }
}

pub fn network_connect() -> NetworkConnect {
    NetworkConnect { container: text("box"), endpoint_config: Some(endpoint_config()), rest: Rest::new() }
}

pub fn network_disconnect() -> NetworkDisconnect {
    NetworkDisconnect { container: text("box"), force: true, rest: Rest::new() }
}

pub fn network() -> Network {
    Network {
        name: text("bridge"),
        id: text("1"),
        created: text("2026-11-21T20:55:10Z"),
        scope: text("local"),
        driver: text("bridge"),
        enable_ipv6: true,
        ipam: Ipam {
            driver: text("default"),
            options: Some(map("a", text("b"))),
            config: vec![pool()],
            rest: Rest::new(),
        },
        internal: true,
        attachable: true,
        ingress: true,
        config_from: ConfigReference { network: text("a") },
        config_only: true,
        containers: map(
            "1",
            NetworkedContainer {
                name: text("a"),
                endpoint_id: text("1"),
                mac_address: text("02:42:ac:11:00:02"),
                ipv4_address: text("172.17.0.2/16"),
                ipv6_address: text("fd00::2/64"),
            },
        ),
        options: map("a", text("b")),
        labels: map("c", text("d")),
    }
}

pub fn version() -> Version {
    Version {
        platform: VersionPlatform { name: text("dockwalk") },
        components: vec![Component { name: text("Engine"), version: text("1"), details: map("Os", text("linux")) }],
        version: text("1"),
        api_version: text("1.43"),
        min_api_version: text("1.24"),
        git_commit: text("a"),
        go_version: text("b"),
        os: text("linux"),
        arch: text("amd64"),
        kernel_version: text("6"),
        build_time: text("c"),
    }
}

pub fn info() -> Info {
    Info {
        id: text("1"),
        name: text("host"),
        containers: 1,
        containers_running: 1,
        containers_paused: 1,
        containers_stopped: 1,
        images: 1,
        driver: text("overlay2"),
        driver_status: vec![(text("a"), text("b"))],
        plugins: Plugins { volume: list("local"), network: list("bridge"), log: list("json-file") },
        memory_limit: true,
        swap_limit: true,
        kernel_memory: true,
        pids_limit: true,
        cpu_cfs_period: true,
        cpu_cfs_quota: true,
        cpu_shares: true,
        cpu_set: true,
        oom_kill_disable: true,
        ipv4_forwarding: true,
        bridge_nf_iptables: true,
        bridge_nf_ip6tables: true,
        debug: true,
        n_fd: 1,
        n_goroutines: 1,
        system_time: text("2026-11-21T20:55:10Z"),
        logging_driver: text("json-file"),
        cgroup_driver: text("cgroupfs"),
        cgroup_version: text("2"),
        kernel_version: text("6"),
        operating_system: text("Debian"),
        os_version: text("12"),
        os_type: text("linux"),
        architecture: text("x86_64"),
        ncpu: 1,
        mem_total: 1,
        docker_root_dir: text("/a"),
        index_server_address: text("https://index.docker.io/v1/"),
        registry_config: RegistryConfig {
            insecure_registry_cidrs: list("127.0.0.0/8"),
            index_configs: map(
                "docker.io",
                IndexInfo { name: text("docker.io"), mirrors: list("x"), secure: true, official: true },
            ),
            mirrors: list("x"),
        },
        http_proxy: text("http://a"),
        https_proxy: text("http://b"),
        no_proxy: text("c"),
        labels: list("a=b"),
        experimental_build: true,
        server_version: text("1"),
        security_options: list("name=rootless"),
        default_runtime: text("dockwalk"),
        runtimes: map("dockwalk", Runtime { path: text("(built in)") }),
        swarm: Swarm { local_node_state: text("inactive") },
        live_restore_enabled: true,
        isolation: text("default"),
        init_binary: text("docker-init"),
        containerd_commit: commit(),
        runc_commit: commit(),
        init_commit: commit(),
        default_address_pools: vec![AddressPool { base: text("10.0.0.0/8"), size: 24 }],
        warnings: list("look out"),
    }
}

fn commit() -> Commit {
    Commit { id: text("1") }
}

pub fn auth_config() -> AuthConfig {
    AuthConfig {
        username: text("me"),
        password: text("secret"),
        serveraddress: text("reg.lan"),
        identitytoken: text("a"),
        registrytoken: text("b"),
    }
}

pub fn auth_answer() -> AuthAnswer {
    AuthAnswer { status: text("Login Succeeded"), identity_token: text("a") }
}

pub fn containers_pruned() -> ContainersPruned {
    ContainersPruned { containers_deleted: list("1"), space_reclaimed: 1 }
}

pub fn networks_pruned() -> NetworksPruned {
    NetworksPruned { networks_deleted: list("net") }
}
