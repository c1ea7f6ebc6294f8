//! What a World forgets, so that it does not grow with every container that came and went.

use super::*;
use std::collections::BTreeSet;

impl World {
    /// How many operations of one kind that are over are known.
    pub const ENDED: usize = 64;
    /// How many remarks are known.
    pub const REMARKS: usize = 64;
    /// How many moments at which it was looked what a container uses are known.
    pub const MOMENTS: usize = 60;

    /// How many commands that were run in containers and have ended are known.
    pub const COMMANDS: usize = 64;
    /// How long the command line of one of them is at most, in bytes; longer ones are not kept.
    const LINE: usize = 1024;

    /// A process is gone: one that was run beside a container's main one is remembered for its end.
    pub(super) fn remember_end(&mut self, pid: u32, status: i32) {
        let Some(Process { container: Some(container), argv, main: false, .. }) =
            self.processes.get(&pid).map(|state| &state.process)
        else {
            return;
        };
        if argv.iter().map(String::len).sum::<usize>() > Self::LINE {
            return;
        }
        let ended = Ended { container: container.clone(), argv: argv.clone(), status };
        self.commands.push_back(Arc::new(ended));
        if self.commands.len() > Self::COMMANDS {
            self.commands.pop_front();
        }
    }

    /// How many answers to probes are known.
    pub const PROBES: usize = 1024;

    /// What a probe found is so until something changes. Beyond the number that is kept those of before are forgotten.
    pub(super) fn keep_probe(&mut self, probe: &Probe) {
        if self.probes.len() >= Self::PROBES {
            self.probes.clear();
        }
        self.probes.insert(probe.key(), Arc::new(probe.clone()));
    }

    /// Of the operations of that kind that are over the oldest is forgotten when there are too many.
    pub(super) fn forget_ended(&mut self, kind: OpKind) {
        let mut ended = self.ops.iter().filter(|(_, state)| state.op.kind == kind && state.outcome.is_some());
        let oldest = ended.next().map(|(id, _)| *id);
        if let Some(oldest) = oldest.filter(|_| ended.count() >= Self::ENDED) {
            self.ops.remove(&oldest);
        }
    }

    /// A mount of a container's is gone: the container still has it to mount when it starts again.
    pub(super) fn hold(&mut self, gone: Option<Arc<Mount>>) {
        let Some(mount) = gone else { return };
        let wanted = matches!(mount.kind, MountKind::Volume { .. } | MountKind::Bind { .. } | MountKind::Tmpfs);
        let Some(id) = mount.container.clone().filter(|id| wanted && self.containers.contains_key(id)) else { return };
        self.held.insert((id, mount.target.clone()), mount);
    }

    /// It is mounted, again.
    pub(super) fn let_go(&mut self, mount: &Mount) {
        if let Some(id) = &mount.container {
            self.held.remove(&(id.clone(), mount.target.clone()));
        }
    }

    /// The container is gone.
    pub(super) fn hold_nothing(&mut self, container: &ContainerId) {
        let of: Vec<_> = self.held.keys().filter(|(id, _)| id == container).cloned().collect();
        of.iter().for_each(|key| drop(self.held.remove(key)));
    }

    /// The oldest moment is forgotten when there are too many; of another run of the container all are.
    pub(super) fn used(&mut self, container: &ContainerId, used: Used) {
        let mut moments = self.usage.get(container).cloned().unwrap_or_default();
        if moments.back().is_some_and(|last| last.at >= used.at || last.processor > used.processor) {
            moments.clear();
        }
        moments.push_back(used);
        if moments.len() > Self::MOMENTS {
            moments.pop_front();
        }
        self.usage.insert(container.clone(), moments);
    }

    /// A link is gone, or a port of another bridge: the kernel forgets what was heard there.
    pub(super) fn forget_macs(&mut self, link: &LinkKey) {
        let of = self.macs.iter().filter(|((bridge, _), port)| bridge == link || *port == link);
        let of: Vec<_> = of.map(|(key, _)| key.clone()).collect();
        of.iter().for_each(|key| drop(self.macs.remove(key)));
    }

    /// How many places of one container are known that were measured, or could not be.
    pub const MEASURED: usize = 64;

    /// The latest of a pattern in a place. Beyond the number of places that is kept those of before are forgotten.
    pub(super) fn keep_speed(&mut self, speed: &Speed) {
        let Speed { container, target, .. } = speed;
        self.room_for(container, target);
        self.unmeasured.remove(&(container.clone(), target.clone()));
        let mut kept = speed.clone();
        kept.runs.truncate(Speed::RUNS);
        self.speeds.insert((container.clone(), target.clone(), speed.pattern), Arc::new(kept));
    }

    pub(super) fn keep_unmeasured(&mut self, it: &Unmeasured) {
        self.room_for(&it.container, &it.target);
        self.unmeasured.insert((it.container.clone(), it.target.clone()), Arc::new(it.clone()));
    }

    fn room_for(&mut self, container: &ContainerId, target: &str) {
        let measured = self.speeds.keys().filter(|(id, ..)| id == container).map(|(_, target, _)| target.clone());
        let refused = self.unmeasured.keys().filter(|(id, _)| id == container).map(|(_, target)| target.clone());
        let targets: BTreeSet<String> = measured.chain(refused).collect();
        if targets.len() >= Self::MEASURED && !targets.contains(target) {
            self.forget_speeds(container);
        }
    }

    /// The container is gone.
    pub(super) fn forget_speeds(&mut self, container: &ContainerId) {
        let of: Vec<_> = self.speeds.keys().filter(|(id, ..)| id == container).cloned().collect();
        of.iter().for_each(|key| drop(self.speeds.remove(key)));
        let of: Vec<_> = self.unmeasured.keys().filter(|(id, _)| id == container).cloned().collect();
        of.iter().for_each(|key| drop(self.unmeasured.remove(key)));
    }

    /// The container is gone.
    pub(super) fn forget_tries(&mut self, container: &ContainerId) {
        self.usage.remove(container);
        self.forget_speeds(container);
        self.commands = only(&self.commands, |ended| ended.container != *container);
        let of: Vec<_> = self.tried.keys().filter(|(id, _)| id == container).cloned().collect();
        of.iter().for_each(|key| drop(self.tried.remove(key)));
    }

    pub(super) fn remark(&mut self, problem: &Problem) {
        self.remarks.push_back(Arc::new(problem.clone()));
        if self.remarks.len() > Self::REMARKS {
            self.remarks.pop_front();
        }
    }
}

/// Those of which that is true. `Vector::retain` of imbl 7.0.2 corrupts the memory of one that shares its chunks with another: it is not
/// called (clippy.toml).
pub(super) fn only<T: Clone>(all: &Vector<T>, is: impl Fn(&T) -> bool) -> Vector<T> {
    all.iter().filter(|one| is(one)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> ContainerId {
        "c".repeat(64).as_str().into()
    }

    fn process(pid: u32, argv: &[&str], main: bool) -> Change {
        let argv = argv.iter().map(|word| (*word).to_owned()).collect();
        let namespaces = std::collections::BTreeMap::new();
        Change::ProcessSeen(Process { pid, inner_pid: pid, container: Some(id()), argv, namespaces, main })
    }

    fn run(world: &mut World, argv: &[&str], main: bool, status: i32) {
        world.apply(&process(7, argv, main)).expect("legal");
        world.apply(&Change::ProcessGone { pid: 7, status }).expect("legal");
    }

    fn with_container() -> World {
        let mut world = World::default();
        world.containers.insert(id(), Arc::new(super::super::tests::a_container(id())));
        world
    }

    #[test]
    fn a_command_is_known_after_its_end_and_a_main_process_is_not_one() {
        let mut world = with_container();
        run(&mut world, &["sleep", "1"], true, 0);
        run(&mut world, &["ping", "web"], false, 1);
        let known: Vec<_> = world.commands.iter().map(|ended| (ended.argv.join(" "), ended.status)).collect();
        assert_eq!(known, [("ping web".to_owned(), 1)]);
    }

    #[test]
    fn commands_that_ended_are_bounded_and_go_with_their_container() {
        let mut world = with_container();
        run(&mut world, &[&"x".repeat(World::LINE + 1)], false, 0);
        assert!(world.commands.is_empty(), "a long line is not kept");
        (0..World::COMMANDS + 9).for_each(|n| run(&mut world, &["true", &n.to_string()], false, 0));
        assert_eq!(world.commands.len(), World::COMMANDS);
        assert_eq!(world.commands.front().map(|ended| ended.argv[1].as_str()), Some("9"), "the oldest went");
        world.apply(&Change::ContainerGone { id: id() }).expect("legal");
        assert!(world.commands.is_empty());
    }

    /// With other Worlds beside it that share what it remembers (imbl's `retain` ends such a program by SIGSEGV).
    #[test]
    fn what_is_forgotten_leaves_the_rest_as_it_was() {
        let name = |n: usize| ContainerId::from(format!("{n:064}").as_str());
        let (mut world, mut expected, mut others) = (World::default(), Vec::new(), Vec::new());
        for round in 0..4_000_usize {
            let n = round * 7919 % 40;
            if round % 9 == 0 {
                world.forget_tries(&name(n));
                expected.retain(|ended: &Arc<Ended>| ended.container != name(n));
            }
            let (container, argv) = (name(n), vec![round.to_string()]);
            let ended = Arc::new(Ended { container, argv, status: 0 });
            world.commands.push_back(Arc::clone(&ended));
            expected.push(ended);
            if expected.len() > World::COMMANDS {
                world.commands.pop_front();
                expected.remove(0);
            }
            if round % 5 == 0 {
                others.push(world.clone());
            }
            others.drain(..others.len().saturating_sub(20));
            assert!(world.commands.iter().eq(&expected), "round {round}");
        }
    }
}
