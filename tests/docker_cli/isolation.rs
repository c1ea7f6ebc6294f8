//! What the isolation picture is told of a container that either command line started: read from the kernel, and held against
//! what the container says of itself.

use crate::clients::{Bench, check};
use crate::engine::{Who, fails, good};
use dockwalk::client::{Client, Incoming};
use dockwalk::trace::{
    Body, Change, Code, ContainerState, Evidence, IdSpan, NamespaceKind, ProcessState, Property, Trace, Verdict, World,
};
use std::sync::Arc;
use std::time::Duration;

/// All that the trace holds by now.
pub fn trace(client: &Client) -> Trace {
    let length = client.info().unwrap().trace_length;
    let events = client.events(0, false);
    let mut all = Vec::new();
    while (all.len() as u64) < length {
        match events.next_within(Duration::from_secs(20)) {
            Some(Incoming::Event(event)) => all.push((*event).clone()),
            Some(_) => {}
            None => panic!("{} of {length} events", all.len()),
        }
    }
    Trace::from_events(all).unwrap()
}

fn of_box(world: &World) -> (dockwalk::spec::ContainerId, Arc<ProcessState>) {
    let id = world.container("box").unwrap().id.clone();
    let process = Arc::clone(world.main_process(&id).unwrap());
    (id, process)
}

fn inside(bench: &Bench<'_>, script: &str) -> String {
    good(bench.args(&["exec", "box", "sh", "-c", script])).trim().to_owned()
}

/// Who the first process is and what it executes, as the World has it.
fn seen(client: &Client) -> (String, Vec<String>) {
    let world = trace(client).head().clone();
    let (_, state) = of_box(&world);
    let found =
        state.properties.iter().find_map(|it| if let Property::Credentials(ids) = it { Some(ids) } else { None });
    (found.cloned().unwrap_or_default(), state.process.argv.clone())
}

/// As the entrypoints of databases do: begun by root, it goes on as somebody else. Nobody is told of that, so it is looked at again: when
/// a command in the container has ended, when its processes are listed, and while its picture is looked at.
#[test]
fn a_program_that_changed_its_user_is_seen_as_that_user() {
    const SCRIPT: &str = "echo 'other:x:7:7::/:/bin/sh' >> /etc/passwd
        trap 'exec su other -s /bin/sh -c \"exec sleep 1000\"' USR1
        echo ready; while :; do sleep 0.1; done";
    check(|bench| {
        let client = bench.engine.client();
        let look = |how: &str, id: &dockwalk::spec::ContainerId| match how {
            "a command" => drop(good(bench.run("exec box true"))),
            "top" => drop(good(bench.run("top box"))),
            _ => client.look_at_usage(id).unwrap(),
        };
        for how in ["a command", "top", "the picture"] {
            good(bench.args(&["run", "-d", "--name", "box", "lab/shell:1", "sh", "-c", SCRIPT]));
            let (id, state) = of_box(trace(&client).head());
            crate::disk::until("ready", || good(bench.run("logs box")).contains("ready"));
            look(how, &id);
            let (ids, argv) = seen(&client);
            assert!(ids == "0:0" && argv[0] == "sh", "{how}: {ids} {argv:?}");
            good(bench.run("kill -s USR1 box"));
            let proc = std::path::Path::new("/proc").join(state.process.pid.to_string());
            crate::disk::until("its program", || std::fs::read(proc.join("cmdline")).unwrap().starts_with(b"sleep\0"));
            look(how, &id);
            assert_eq!(seen(&client), ("7:7".to_owned(), vec!["sleep".to_owned(), "1000".to_owned()]), "{how}");
            let trace = trace(&client);
            let process = dockwalk::trace::Entity::Process(state.process.pid);
            let events = trace.touching(&process, trace.len());
            let of_user = |event: Arc<dockwalk::trace::Event>| match &event.body {
                Body::Observed { change, evidence, .. } => match &**change {
                    Change::ProcessChanged { property: Property::Credentials(ids), .. } if ids == "7:7" => {
                        Some(evidence.clone())
                    }
                    _ => None,
                },
                _ => None,
            };
            let evidence: Vec<_> = events.filter_map(of_user).flatten().collect();
            let is_status = |it: &Evidence| matches!(it, Evidence::File { path, .. } if path.ends_with("/status"));
            assert!(evidence.len() == 1 && is_status(&evidence[0]), "{how}: once, by what says so: {evidence:?}");
            good(bench.run("rm -f box"));
        }
    });
}

#[test]
fn what_separates_a_container_is_read_from_the_kernel_and_what_was_tried_in_it_is_answered_by_the_kernel() {
    check(|bench| {
        good(bench.run("run -d --name box lab/shell:1 sleep 1000"));
        let client = bench.engine.client();
        let world = trace(&client).head().clone();
        let (id, state) = of_box(&world);
        let properties = &state.properties;

        // Its numbers, outermost first.
        let pids = properties.iter().find_map(|p| if let Property::Pids(pids) = p { Some(pids.clone()) } else { None });
        let pids = pids.unwrap();
        assert_eq!((pids.first(), pids.last()), (Some(&state.process.pid), Some(&1)));
        // Its kernel is the host's.
        let host = world.host.clone().unwrap();
        assert!(properties.contains(&Property::Kernel(host.kernel.clone())));
        assert_eq!(inside(bench, "uname -r"), host.kernel);
        // Whose users its users are.
        let users = properties.iter().find_map(|p| if let Property::Users(all) = p { Some(all.clone()) } else { None });
        let users = users.unwrap();
        if bench.engine.who() == Who::Root {
            assert!(users == [IdSpan { inside: 0, outside: 0, count: u32::MAX }] || users[0].inside == 0, "{users:?}");
        } else {
            assert!(users[0].inside == 0 && users[0].outside != 0, "{users:?}");
        }
        // Each of its namespaces, by the number that it reads itself.
        for kind in ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"] {
            let link = inside(bench, &format!("readlink /proc/1/ns/{kind}"));
            let seen = state.process.namespaces.iter().find(|(known, _)| known.name() == kind).unwrap();
            assert_eq!(link, format!("{kind}:[{}]", seen.1));
        }
        let shared = state.process.namespaces[&NamespaceKind::User];
        assert_eq!(world.namespaces[&shared].container, None, "the user namespace is the host's");
        let host_ipc = world.namespaces.values().find(|ns| ns.kind == NamespaceKind::Ipc && ns.container.is_none());
        assert_ne!(host_ipc.unwrap().inode, state.process.namespaces[&NamespaceKind::Ipc]);
        let bounding = properties.iter().any(|p| matches!(p, Property::Bounding(names) if names.len() == 14));
        assert!(bounding, "{properties:?}");

        // What it uses.
        client.look_at_usage(&id).unwrap();
        // What the filter refuses, what it lets through, and what is no call that is tried.
        let mount = client.try_call(&id, "mount").unwrap();
        assert_eq!((mount.verdict(), mount.filtered.errno), (Verdict::Filtered, 1), "{mount:?}");
        assert_eq!(mount.filtered.said, "-1 EPERM (Operation not permitted)");
        assert!(mount.bare.as_ref().is_some_and(|bare| bare.said.contains("EFAULT")), "{mount:?}");
        let getpid = client.try_call(&id, "getpid").unwrap();
        assert_eq!(getpid.verdict(), Verdict::Done, "{getpid:?}");
        let chroot = client.try_call(&id, "chroot").unwrap();
        assert!(chroot.verdict() == Verdict::Refused && chroot.filtered.said.contains("EFAULT"), "{chroot:?}");
        for call in dockwalk::client::protocol::TRIED_CALLS {
            let tried = client.try_call(&id, call).unwrap();
            assert!(!tried.filtered.said.is_empty(), "{tried:?}");
        }
        assert_eq!(client.try_call(&id, "exit_group").unwrap_err().problem.code, Code::CallNotTried);
        assert_eq!(inside(bench, "echo lives"), "lives");

        let trace = trace(&client);
        let world = trace.head();
        let used = world.usage[&id].back().copied().unwrap();
        assert!(used.memory > 0 && used.tasks >= 1 && used.processors > 0, "{used:?}");
        assert_eq!(world.tried.len(), dockwalk::client::protocol::TRIED_CALLS.len());
        // Whoever made the calls is gone, and how each answer is known is there.
        let others = world.processes.values().filter(|p| p.process.container.as_ref() == Some(&id));
        assert_eq!(others.count(), 1);
        let tried = dockwalk::trace::Entity::TriedCall(id.clone(), "mount".into());
        let event = trace.touching(&tried, trace.len()).next().unwrap();
        let Body::Observed { evidence, .. } = &event.body else { panic!("{event:?}") };
        let calls: Vec<_> = evidence
            .iter()
            .map(|it| matches!(it, Evidence::Syscall { call, .. } if call == "mount(NULL, NULL, NULL, 0, NULL)"))
            .collect();
        assert_eq!(calls, [true, true], "{evidence:?}");

        // Without a filter nothing is refused by one.
        good(bench.run("rm -f box"));
        good(bench.run("run -d --name box --security-opt seccomp=unconfined lab/shell:1 sleep 1000"));
        let id = self::trace(&client).head().container("box").unwrap().id.clone();
        let mount = client.try_call(&id, "mount").unwrap();
        assert!(mount.bare.is_none() && mount.verdict() == Verdict::RefusedBare, "{mount:?}");
        good(bench.run("kill box"));
        assert_eq!(client.try_call(&id, "mount").unwrap_err().problem.code, Code::ContainerNotRunning);
        assert_eq!(client.look_at_usage(&id).unwrap_err().problem.code, Code::ContainerNotRunning);
        good(bench.run("rm box"));
        fails(bench.run("inspect box"), 1);
    });
}

#[test]
fn a_container_that_waits_to_be_started_again_is_told_to_and_no_more_once_it_is_stopped() {
    check(|bench| {
        good(bench.run("run -d --name box --restart always lab/shell:1 false"));
        let client = bench.engine.client();
        let events = client.events(0, false);
        let mut seen = Vec::new();
        while seen.len() < 4 {
            let incoming = events.next_within(Duration::from_secs(30)).expect("it is started again and again");
            let Incoming::Event(event) = incoming else { continue };
            if let Body::Observed { change, .. } = &event.body
                && let Change::ContainerState { state, .. } = &**change
            {
                seen.push(*state);
            }
        }
        assert!(matches!(seen[0], ContainerState::Running { .. }), "{seen:?}");
        assert_eq!(seen[1..3], [ContainerState::Exited { status: 1 }, ContainerState::Restarting { status: 1 }]);
        assert!(matches!(seen[3], ContainerState::Running { .. }), "{seen:?}");
        good(bench.run("stop -t 0 box"));
        let world = trace(&client).head().clone();
        let state = world.container("box").unwrap().state;
        assert!(matches!(state, ContainerState::Exited { .. }), "{state:?}");
        good(bench.run("rm box"));
    });
}

/// The children of the engine that have ended and were not collected.
fn zombies(engine: u32) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let stats = all.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    let is = |stat: &String| {
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        rest.starts_with(&format!("Z {engine} "))
    };
    stats.filter(is).collect()
}

/// What is done beside a container's main process ends before what its end undoes: nothing is told of a container that is gone.
#[test]
fn who_is_beside_a_container_that_is_removed_is_told_that_it_does_not_run() {
    check(|bench| {
        let client = bench.engine.client();
        for round in 0..8 {
            good(bench.run("run -d --name box --health-cmd true --health-interval 1ms lab/shell:1 sleep 1000"));
            let id = trace(&client).head().container("box").unwrap().id.clone();
            std::thread::scope(|scope| {
                for n in 0..3 {
                    let (id, client) = (&id, bench.engine.client());
                    scope.spawn(move || {
                        let fault = loop {
                            let done = match n {
                                0 => client.look_at_usage(id),
                                _ => client.try_call(id, "mount").map(drop),
                            };
                            match done {
                                Err(error) if error.problem.code == Code::ContainerPaused => {}
                                Err(error) => break error.problem,
                                Ok(()) => {}
                            }
                        };
                        let gone = [Code::ContainerNotRunning, Code::NoSuchContainer, Code::Cancelled];
                        assert!(gone.contains(&fault.code), "round {round}: {fault:?}");
                    });
                }
                // Who stands still hears of nothing, also of his end.
                for command in [&["exec", "box", "true"][..], &["pause", "box"]] {
                    scope.spawn(move || {
                        let said = || crate::engine::output(bench.args(command)).stderr;
                        while !String::from_utf8_lossy(&said()).contains("No such container") {}
                    });
                }
                std::thread::sleep(Duration::from_millis(60 + 7 * round));
                good(bench.run("rm -f box"));
            });
        }
        let trace = trace(&client);
        let left = trace.head().processes.values().filter(|p| p.process.container.is_some());
        assert_eq!(left.count(), 0);
        let broken =
            trace.events().filter(|event| serde_json::to_string(event).unwrap().contains(Code::EngineFault.name()));
        assert_eq!(broken.count(), 0);
        for _ in 0..300 {
            if zombies(bench.engine.pid()).is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{:?}", zombies(bench.engine.pid()));
    });
}
