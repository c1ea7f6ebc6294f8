use super::again::Again;
use super::ipc::Ipc;
use super::streams::Record;
use super::{Container, Phase, State, bounds, limits, tuning};
use crate::docker::{HostConfig, bool_of};
use crate::engine::lab::Netns;
use crate::engine::moment::Moment;
use crate::engine::net::{EndpointSettings, NAMES_AT};
use crate::engine::process::{MountSource, ProcessSpec, Running, Seccomp, check_capabilities, check_tmpfs};
use crate::engine::rootfs::{self, Rootfs, RootfsSpec};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result, evidence, random};
use crate::i18n::{Lang, Words};
use crate::spec::Platform;
use crate::trace::{Change, Code, ContainerState, Mode, NetworkMode, OpKind, Plan, Problem, StepKind};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a start has made by the time the process is to be cloned.
struct Made {
    rootfs: Rootfs,
    netns: Netns,
    endpoints: Vec<EndpointSettings>,
    /// Variables of those that it is linked to.
    links: Vec<String>,
    ipc: Ipc,
}

impl Engine {
    /// Starts a container. False when it runs already. When it fails, all that was made is undone.
    pub fn start(self: &Arc<Self>, container: &Arc<Container>, line: &Asked, cancel: &Cancel) -> Result<bool> {
        self.start_by(container, line, cancel, false)
    }

    /// The same; `again`: nobody asked for it but its policy.
    pub(super) fn start_by(
        self: &Arc<Self>,
        container: &Arc<Container>,
        line: &Asked,
        cancel: &Cancel,
        again: bool,
    ) -> Result<bool> {
        if !begin(container, cancel, again)? {
            return Ok(false);
        }
        let result = self.conductor.operate(OpKind::ContainerStart, &container.name, line, cancel, |cx| {
            let made = self.prepare(cx, container)?;
            let spec = self.process_spec(container, &made)?;
            let running = self.spawner.start(cx, &spec).map_err(|fault| foreign(container, fault))?;
            self.still_lends(&made.ipc, container).inspect_err(|_| self.kill_and_reap(cx, &running))?;
            let address = made.endpoints.iter().find(|endpoint| endpoint.name == "bridge").map(|it| it.address);
            self.started(cx, container, made, running)?;
            self.watch_homes(container);
            if let Some(address) = address {
                self.tell_linked(cx, container, address);
            }
            Ok(())
        });
        if let Err(fault) = &result {
            self.undo_start(container);
            let words = Words::new(Lang::En).problem(&fault.problem);
            container.update(|state| {
                (state.phase, state.error, state.starting) = (Phase::Exited, words, None);
                state.off_networks();
                state.closed();
                (state.status, state.running) = (super::exit::status_of(fault), None);
                state.settled += 1;
                if state.started.is_none() {
                    state.phase = Phase::Created;
                }
            });
            self.keep_or_say(container);
            container.streams.disconnect();
            if container.request.host_config.auto_remove {
                self.remove_ended(container);
            }
        }
        result.map(|()| true)
    }

    fn prepare(self: &Arc<Self>, cx: &Cx, container: &Container) -> Result<Made> {
        // One of the request was refused; one of the image runc refuses when it starts.
        if let Some(nameless) = container.merged.env.iter().find(|entry| entry.starts_with('=')) {
            return Err(Fault::new(FaultKind::BadRequest, Code::InvalidVariable).with("variable", nameless));
        }
        let mut extra_hosts = extra_hosts(&container.request.host_config.extra_hosts, self.net.host_gateway())?;
        let linked = self.linked(container)?;
        extra_hosts.extend(linked.hosts);
        let (servers, asked) = (self.name_servers(container), &container.request.host_config);
        let named = servers.iter().any(|server| *server == NAMES_AT.to_string());
        let dns = rootfs::Dns { servers: &servers, search: &asked.dns_search, options: &asked.dns_options, named };
        let mut spec = RootfsSpec {
            extra_hosts: &extra_hosts,
            dns,
            init: has_init(container),
            network: match (&container.merged.network, self.lab.mode) {
                (NetworkMode::Host, Mode::Host) => rootfs::Network::Host,
                (NetworkMode::Host, Mode::Lab) => rootfs::Network::Lab,
                _ => rootfs::Network::Own,
            },
            ..self.rootfs_spec_at_rest(container)
        };
        let (rootfs, ipc) = cx.step(Plan::new(StepKind::StackFilesystem, &container.name), |cx| {
            let rootfs = rootfs::stack(cx, &spec)?;
            if container.state().started.is_none() {
                rootfs::mark(&rootfs, container.created)?;
            }
            let ipc = self.ipc(cx, container)?;
            self.mount_volumes(cx, container)?;
            if let Err(fault) = self.uppers.watch(&self.upper_spec(container)) {
                tracing::warn!(%fault, container = %container.id, "what it writes is not watched");
            }
            Ok((rootfs, ipc))
        })?;
        let (netns, endpoints) = self.wire(cx, container)?;
        container.update(|state| state.network = Some(netns.clone()));
        if !endpoints.is_empty() {
            spec.addresses = endpoints.iter().flat_map(EndpointSettings::addresses).collect();
            rootfs::write_etc_files(cx, &spec)?;
        }
        self.tell_mounts(container, true);
        container.update(|state| state.told.1 = true);
        Ok(Made { rootfs, netns, endpoints, links: linked.env, ipc })
    }

    /// Its layers and nothing of a network: for who looks at its files.
    pub(super) fn rootfs_spec_at_rest<'a>(&self, container: &'a Container) -> RootfsSpec<'a> {
        RootfsSpec {
            container: &container.id,
            dir: &container.dir,
            lower: &container.image.layers,
            hostname: &container.merged.hostname,
            domainname: &container.request.domainname,
            addresses: Vec::new(),
            extra_hosts: &[],
            dns: rootfs::Dns::default(),
            init: false,
            network: rootfs::Network::Own,
            rootless: self.lab.rootless,
        }
    }

    /// Its network namespace, and its places on networks.
    fn wire(self: &Arc<Self>, cx: &Cx, container: &Container) -> Result<(Netns, Vec<EndpointSettings>)> {
        if let Some((_, netns)) = self.joined(container)? {
            return Ok((netns, Vec::new()));
        }
        let sandbox = random::hex(64)?;
        container.update(|state| state.sandbox = sandbox);
        let places = self.in_order(container);
        // What cannot be is refused before anything is made.
        let wishes = places.iter().map(|(name, place)| self.wish(container, name, place));
        let wishes = wishes.collect::<Result<Vec<_>>>()?;
        let told = |name: &str| -> Result<()> {
            self.tell_network(container, name, "connect")?;
            container.update(|state| state.told.0.push(name.to_owned()));
            Ok(())
        };
        if let Some((driver, _)) = wishes.iter().find(|(driver, _)| !driver.isolates()) {
            container.on_linkless(driver.network())?;
            told(&driver.network().name)?;
            return Ok((self.lab.host.clone(), Vec::new()));
        }
        let netns = self.net.make_netns(cx, &container.id)?;
        container.update(|state| state.netns = Some(netns.inode()));
        let mut endpoints = Vec::new();
        for (driver, wish) in &wishes {
            let endpoint = self.net.connect(cx, driver.as_ref(), &container.id, &netns, wish)?;
            match &endpoint {
                Some(endpoint) => container.took(endpoint),
                None => container.on_linkless(driver.network())?,
            }
            if !driver.network().is_predefined() {
                container.known_by_itself(&driver.network().name);
            }
            // Its first process may ask for names before its start is told.
            container.update(|state| state.endpoints.extend(endpoint.clone()));
            endpoints.extend(endpoint);
            told(&driver.network().name)?;
        }
        if wishes.is_empty() {
            self.net.alone(cx, &container.id, &netns)?;
        }
        self.serve_names(cx, container, &netns)?;
        self.publish(cx, container)?;
        Ok((netns, endpoints))
    }

    /// It asks at 127.0.0.11 from now on: on its first network with names it is by now.
    pub(super) fn tell_where_to_ask(&self, cx: &Cx, container: &Container) -> Result<()> {
        let (servers, asked) = (self.asked_for_names(container), &container.request.host_config);
        let (search, options) = (&asked.dns_search, &asked.dns_options);
        let dns = rootfs::Dns { servers: &servers, search, options, named: true };
        rootfs::change_resolv_conf(cx, &container.dir, &dns)
    }

    fn mount_volumes(&self, cx: &Cx, container: &Container) -> Result<()> {
        for mount in &container.mounts {
            let MountSource::Volume { name, .. } = &mount.source else { continue };
            self.volumes.mount(cx, &self.volumes.of_container(cx, name)?, &container.id)?;
        }
        Ok(())
    }

    fn name_servers(&self, container: &Container) -> Vec<String> {
        match container.request.host_config.dns.as_slice() {
            _ if self.has_names(container) => self.asked_for_names(container),
            [] if matches!(container.merged.network, NetworkMode::Bridge | NetworkMode::Named(_)) => self.net.dns(),
            asked => asked.to_vec(),
        }
    }

    /// The process lives: connects its streams, says so, and watches for its end.
    fn started(self: &Arc<Self>, cx: &Cx, container: &Arc<Container>, made: Made, mut running: Running) -> Result<()> {
        let io = running.io.take();
        let running = Arc::new(running);
        let record = Record::new(Arc::clone(&self.conductor), Some(container.id.clone()));
        let threads = io.map_or_else(|| Ok(Vec::new()), |io| container.streams.connect(io, record));
        let pid = running.pid;
        let evidence = match evidence::read(&PathBuf::from(format!("/proc/{pid}/stat"))) {
            Ok(stat) => vec![stat.evidence()],
            // A short program has ended and been collected by now; that it ran is known from its end.
            Err(unread) => std::iter::once(unread.evidence).chain(running.end()).collect(),
        };
        let threads = threads.inspect_err(|_| self.kill_and_reap(cx, &running))?;
        let state = ContainerState::Running { pid };
        let change = Change::ContainerState { id: container.id.clone(), state };
        cx.observe(change, evidence);
        container.update(|state| {
            (state.phase, state.starting) = (Phase::Running, None);
            (state.running, state.endpoints) = (Some(Arc::clone(&running)), made.endpoints);
            // When the run before ended is still told, as by Docker.
            (state.started, state.status) = (Some(Moment::now()), 0);
            state.error.clear();
        });
        self.keep_or_say(container);
        if let Err(fault) = self.begin_checks(cx, container) {
            tracing::warn!(%fault, container = %container.id, "nobody looks how a container does");
        }
        self.tell(container, "start", &[]);
        self.watch(Arc::clone(container), running, threads)
    }

    pub(super) fn kill_and_reap(&self, cx: &Cx, running: &Running) {
        let ended = running.signal(9).and_then(|()| {
            running.wait();
            running.reaped(cx)
        });
        ended.unwrap_or_else(|fault| tracing::warn!(%fault, "a process was not ended"));
    }
}

/// Takes the right to start it. False when it runs already.
fn begin(container: &Container, cancel: &Cancel, again: bool) -> Result<bool> {
    let ready = |state: &State| match state.phase {
        // Whoever removes it hears that it has ended, whether anybody looks at its files or not.
        _ if state.going => true,
        Phase::Starting | Phase::Ending => false,
        Phase::Created | Phase::Exited | Phase::Restarting => !state.borrowed && !state.changing,
        Phase::Running => !state.changing,
        Phase::Removing | Phase::Removed => true,
    };
    loop {
        container.wait_for(cancel, ready)?;
        let begun = container.update(|state| {
            if !ready(state) {
                return None;
            }
            Some(match state.phase {
                _ if state.going => Err(super::refused(container, Code::ContainerMarkedForRemoval)),
                Phase::Restarting if again => {
                    (state.phase, state.starting) = (Phase::Starting, Some(cancel.clone()));
                    Ok(true)
                }
                // Somebody was quicker.
                _ if again => Ok(false),
                Phase::Created | Phase::Exited => {
                    (state.phase, state.starting) = (Phase::Starting, Some(cancel.clone()));
                    state.again = Again::default();
                    Ok(true)
                }
                Phase::Running if state.is_still() => Err(super::refused(container, Code::ContainerPaused)),
                // As Docker: for who asks one runs that waits to be started again.
                Phase::Restarting | Phase::Running | Phase::Starting | Phase::Ending => Ok(false),
                Phase::Removing | Phase::Removed => Err(super::refused(container, Code::ContainerMarkedForRemoval)),
            })
        });
        if let Some(begun) = begun {
            return begun;
        }
    }
}

/// What is read when a container is started, looked at when it is created: what means nothing is refused at once, as Docker does.
pub(super) fn check(host: &HostConfig) -> Result<()> {
    check_capabilities(&host.cap_add, &host.cap_drop)?;
    security(&host.security_opt)?;
    extra_hosts(&host.extra_hosts, Some(Ipv4Addr::UNSPECIFIED))?;
    host.tmpfs.values().try_for_each(|options| check_tmpfs(options))
}

impl Engine {
    fn process_spec(&self, container: &Container, made: &Made) -> Result<ProcessSpec> {
        let mut spec = process_spec(container, made)?;
        spec.default_sysctls =
            tuning::default_sysctls(&container.request.host_config, &container.merged.network, self.lab.rootless);
        // As Docker: who shares a network shares its names, in the same files.
        if let Some((other, _)) = self.joined(container)? {
            let files = Rootfs::below(&other.dir);
            (spec.rootfs.hosts, spec.rootfs.hostname) = (files.hosts, files.hostname);
            spec.rootfs.resolv_conf = files.resolv_conf;
            spec.hostname.clone_from(&other.merged.hostname);
            spec.domainname.clone_from(&other.request.domainname);
        }
        Ok(spec)
    }
}

fn process_spec(container: &Container, made: &Made) -> Result<ProcessSpec> {
    let request = &container.request;
    let host = &request.host_config;
    let (no_new_privs, seccomp) = security(&host.security_opt)?;
    let console_size = match host.console_size.as_slice() {
        [rows, cols] if *rows > 0 && *cols > 0 => Some((*rows, *cols)),
        _ => None,
    };
    Ok(ProcessSpec {
        container: container.id.clone(),
        image: request.image.clone(),
        rootfs: made.rootfs.clone(),
        argv: container.merged.argv(),
        env: made.links.iter().chain(&container.merged.env).cloned().collect(),
        cwd: container.merged.cwd.clone(),
        user: container.merged.user.clone(),
        group_add: host.group_add.clone(),
        hostname: container.merged.hostname.clone(),
        domainname: request.domainname.clone(),
        tty: request.tty,
        open_stdin: request.open_stdin,
        console_size,
        mounts: container.mounts.clone(),
        privileged: host.privileged,
        cap_add: host.cap_add.clone(),
        cap_drop: host.cap_drop.clone(),
        no_new_privs,
        seccomp,
        read_only_root: host.readonly_rootfs,
        limits: container.settings().limits()?,
        netns: made.netns.clone(),
        joins_ipc: made.ipc.of.as_ref().map(|running| running.pid),
        memory: made.ipc.memory.clone(),
        of_host: of_host(host),
        init: has_init(container),
        sysctls: tuning::sysctls(host)?,
        default_sysctls: Vec::new(),
        ulimits: tuning::ulimits(&host.ulimits)?,
        oom_score_adj: host.oom_score_adj,
    })
}

/// The namespaces that are not its own.
fn of_host(host: &HostConfig) -> u64 {
    let modes = [
        (&host.uts_mode, libc::CLONE_NEWUTS),
        (&host.ipc_mode, libc::CLONE_NEWIPC),
        (&host.cgroupns_mode, libc::CLONE_NEWCGROUP),
    ];
    let of_host = modes.iter().filter(|(mode, _)| *mode == "host");
    of_host.fold(0, |flags, (_, flag)| flags | u64::from(flag.cast_unsigned()))
}

/// `docker-init` looks after its command.
fn has_init(container: &Container) -> bool {
    container.request.host_config.init == Some(true)
}

impl Engine {
    /// What of its limits this host cannot set: a container runs without them, and whoever made it is to know.
    pub fn warnings(&self, container: &Container) -> Vec<Problem> {
        let settings = container.settings();
        let unable = settings.limits().map(|limits| self.spawner.cgroups().unable(&limits));
        let shares_hosts = matches!(container.merged.network, NetworkMode::Host);
        let discarded = shares_hosts && !container.request.host_config.port_bindings.is_empty();
        let discarded = discarded.then(|| Problem::new(Code::PublishDiscarded));
        limits::remarks(&settings).into_iter().chain(unable.unwrap_or_default()).chain(discarded).collect()
    }
}

/// `--security-opt`. What stands in a seccomp profile is read when a container starts, as in Docker.
pub(super) fn security(options: &[String]) -> Result<(bool, Seccomp)> {
    let (mut no_new_privs, mut seccomp) = (false, Seccomp::Default);
    for option in options {
        let refused = || super::refusal::unsupported("HostConfig.SecurityOpt", &Value::from(option.as_str()));
        // The one that stands first parts them: a profile has both.
        let (name, value) = option.find(['=', ':']).map_or((option.as_str(), None), |at| {
            let (name, rest) = option.split_at(at);
            (name, Some(&rest[1..]))
        });
        match (name, value) {
            ("no-new-privileges", None) => no_new_privs = true,
            ("no-new-privileges", Some(value)) => no_new_privs = bool_of(value).ok_or_else(refused)?,
            ("seccomp", Some("unconfined")) => seccomp = Seccomp::Unconfined,
            ("seccomp", Some("builtin")) => seccomp = Seccomp::Default,
            ("seccomp", Some(profile)) if !profile.is_empty() => {
                bounds::document(profile.as_bytes())?;
                seccomp = Seccomp::Profile(profile.into());
            }
            // No profile and no label is given to anybody here in any case.
            ("apparmor", Some("unconfined")) | ("label", Some("disable")) => {}
            // As Docker where the kernel does not have that; where it has, it would be said to hold and does not.
            ("apparmor", Some(_)) if !Path::new("/sys/kernel/security/apparmor").exists() => {}
            ("label", Some(_)) if !Path::new("/sys/fs/selinux/enforce").exists() => {}
            _ => return Err(refused()),
        }
    }
    Ok((no_new_privs, seccomp))
}

/// `--add-host name:address` (or `name=address`); `host-gateway` is the default bridge's own address.
fn extra_hosts(asked: &[String], gateway: Option<Ipv4Addr>) -> Result<Vec<(String, String)>> {
    let parse = |text: &String| {
        let (name, address) = text.split_once(['=', ':'])?;
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let gateway = gateway.filter(|_| address == "host-gateway").map(IpAddr::V4);
        gateway.or_else(|| address.parse().ok()).map(|ip| (name.to_owned(), ip.to_string()))
    };
    let bad = |text: &String| Fault::new(FaultKind::BadRequest, Code::InvalidExtraHost).with("value", text);
    asked.iter().map(|text| parse(text).ok_or_else(|| bad(text))).collect()
}

/// A program that is not there or cannot be executed, in an image that was made for other machines: that is why.
fn foreign(container: &Container, fault: Fault) -> Fault {
    let (host, made_for) = (Platform::host(), &container.image.config.platform);
    if host.runs(made_for) || fault.problem.code.not_executed().is_none() {
        return fault;
    }
    Fault::new(FaultKind::BadRequest, Code::PlatformNotRunnable)
        .with("image", &container.request.image)
        .with("platform", made_for)
        .with("host", host)
}
