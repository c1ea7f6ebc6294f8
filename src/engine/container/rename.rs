//! `docker rename`: the container gets another name, and the engine's list the same.

use super::{Container, names};
use crate::engine::{Asked, Cancel, Engine, Fault, FaultKind, Result, evidence};
use crate::trace::{Change, Code, OpKind, Plan, StepKind};

impl Engine {
    /// Gives a container another name. `cancel` ends waiting for who changes it now.
    pub fn rename(&self, container: &Container, name: &str, line: &Asked, cancel: &Cancel) -> Result<()> {
        let _turn = container.turn(cancel)?;
        let (name, old) = (name.strip_prefix('/').unwrap_or(name), container.name.get());
        let refused = |kind, code| Err(Fault::new(kind, code).with("container", &old).with("name", name));
        if name.is_empty() {
            return refused(FaultKind::BadRequest, Code::RenameToNothing);
        }
        if name == old {
            return refused(FaultKind::BadRequest, Code::RenameToSame);
        }
        names::check(name)?;
        self.conductor.operate(OpKind::ContainerRename, old.as_str(), line, &Cancel::new(), |cx| {
            let plan = Plan::new(StepKind::RenameContainer, &old).by_hand(format!("docker rename {old} {name}"));
            cx.step(plan, |cx| {
                self.containers.rename(container, name)?;
                let change = Change::ContainerRenamed { id: container.id.clone(), name: name.to_owned() };
                cx.observe(change, vec![evidence::request(line, None)]);
                Ok(())
            })
        })?;
        self.tell(container, "rename", &[("oldName", format!("/{old}"))]);
        Ok(())
    }
}
