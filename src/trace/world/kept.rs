//! What a World forgets, so that it does not grow with every container that came and went.

use super::*;

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

    /// The container is gone.
    pub(super) fn forget_tries(&mut self, container: &ContainerId) {
        self.usage.remove(container);
        self.commands.retain(|ended| ended.container != *container);
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
