//! `docker update`: other limits, and another policy for its end.

use super::state::Settings;
use super::{Container, limits, request};
use crate::docker::ContainerUpdate;
use crate::engine::cgroup::Limits;
use crate::engine::process::{Running, members};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result};
use crate::trace::{Code, OpKind, Plan, Problem, StepKind};

impl Engine {
    /// Changes what is asked for. Of what cannot be set on this host the problem is returned.
    pub fn change(&self, container: &Container, asked: &ContainerUpdate, line: &Asked) -> Result<Option<Problem>> {
        request::check_update(asked)?;
        let before = container.settings();
        let after = before.with(asked, container)?;
        limits::check(&after.host_config(&container.request.host_config))?;
        let (old, new) = (before.limits(container)?, after.limits(container)?);
        let running = container.state().running;
        self.conductor.operate(OpKind::ContainerUpdate, container.name.get(), line, &Cancel::new(), |cx| {
            if let Some(running) = running.filter(|_| old != new) {
                self.set_limits(cx, container, &running, new)?;
            }
            Ok(())
        })?;
        container.set(after);
        self.tell(container, "update", &[]);
        Ok(self.spawner.cgroups().unable(&new))
    }

    /// The step `UpdateContainer`: writes them to the group's files, and reads them back.
    fn set_limits(&self, cx: &Cx, container: &Container, running: &Running, limits: Limits) -> Result<()> {
        let plan = Plan::new(StepKind::UpdateContainer, &container.name);
        cx.step(plan.by_hand(format!("docker update {}", container.name)), |cx| {
            let group = running.group();
            let cgroups = self.spawner.cgroups();
            let members = || members(running.pid);
            let dirs = cgroups.change(cx, &container.id, group.as_ref(), limits, &members)?;
            dirs.iter().for_each(|dir| running.is_in(dir));
            Ok(())
        })
    }
}

impl Settings {
    /// The same with what is asked for: nothing is said of what is 0 or empty.
    fn with(&self, asked: &ContainerUpdate, container: &Container) -> Result<Self> {
        let mut new = self.clone();
        let keep = |old: i64, asked: i64| if asked == 0 { old } else { asked };
        new.memory_swap = keep(new.memory_swap, asked.memory_swap);
        new.memory = keep(new.memory, asked.memory);
        new.nano_cpus = keep(new.nano_cpus, asked.nano_cpus);
        new.pids_limit = keep(new.pids_limit, asked.pids_limit);
        // As Docker: a limit of memory above that of both together is a contradiction, unless both are said.
        let together = self.swap();
        if asked.memory > 0 && asked.memory_swap == 0 && together >= 0 && asked.memory > together {
            let fault = Fault::new(FaultKind::BadRequest, Code::UpdateMemoryAboveSwap).with("memory", asked.memory);
            return Err(fault.with("swap", together).with("container", &container.name));
        }
        if asked.memory > 0 && asked.memory_swap == 0 {
            new.memory_swap = together;
        }
        if !asked.restart_policy.name.is_empty() {
            request::check_restart(&asked.restart_policy)?;
            if container.request.host_config.auto_remove && asked.restart_policy.name != "no" {
                return Err(Fault::new(FaultKind::BadRequest, Code::RestartAndRemove));
            }
            new.restart_policy = asked.restart_policy.clone();
        }
        Ok(new)
    }
}
