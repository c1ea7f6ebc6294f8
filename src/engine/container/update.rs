//! `docker update`: other limits, and another policy for its end.

use super::state::Settings;
use super::{Container, limits, request};
use crate::docker::ContainerUpdate;
use crate::engine::cgroup::Limits;
use crate::engine::process::{Running, members};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result};
use crate::trace::{Code, OpKind, Plan, Problem, StepKind};

impl Engine {
    /// Changes what is asked for. Of what cannot be set on this host the problem is returned. `cancel` ends waiting for who changes
    /// the container now.
    pub fn change(
        &self,
        container: &Container,
        asked: &ContainerUpdate,
        line: &Asked,
        cancel: &Cancel,
    ) -> Result<Vec<Problem>> {
        request::check_update(asked)?;
        let _turn = container.turn(cancel)?;
        if container.state().going {
            return Err(super::refused(container, Code::ContainerMarkedForRemoval));
        }
        let before = container.settings();
        let after = before.with(asked, container)?;
        limits::check(&after)?;
        let (old, new) = (before.limits()?, after.limits()?);
        let running = container.state().running;
        self.conductor.operate(OpKind::ContainerUpdate, container.name.get(), line, &Cancel::new(), |cx| {
            if let Some(running) = running.filter(|_| old != new) {
                self.set_limits(cx, container, &running, &new)?;
            }
            Ok(())
        })?;
        let remarks = limits::remarks(&after);
        container.set(after);
        self.tell(container, "update", &[]);
        Ok(remarks.into_iter().chain(self.spawner.cgroups().unable(&new)).collect())
    }

    /// The step `UpdateContainer`: writes them to the group's files, and reads them back.
    fn set_limits(&self, cx: &Cx, container: &Container, running: &Running, limits: &Limits) -> Result<()> {
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
        new.memory_reservation = keep(new.memory_reservation, asked.memory_reservation);
        new.kernel_memory = keep(new.kernel_memory, asked.kernel_memory);
        new.cpu_shares = keep(new.cpu_shares, asked.cpu_shares);
        new.cpu_period = keep(new.cpu_period, asked.cpu_period);
        new.cpu_quota = keep(new.cpu_quota, asked.cpu_quota);
        if asked.blkio_weight != 0 {
            new.blkio_weight = asked.blkio_weight;
        }
        let said = |old: &mut String, asked: &String| {
            if !asked.is_empty() {
                old.clone_from(asked);
            }
        };
        said(&mut new.cpuset_cpus, &asked.cpuset_cpus);
        said(&mut new.cpuset_mems, &asked.cpuset_mems);
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
