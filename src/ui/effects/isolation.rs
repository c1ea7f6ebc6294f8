//! What the isolation picture asks for: the engine is told on threads, since it may have to wait at the gate.

use super::*;
use crate::spec::ContainerId;
use crate::trace::Entity;
use crate::ui::diagrams::Tab;
use crate::ui::isolation::IsolationCommand;
use std::time::{Duration, Instant};

/// Between two looks at what a container uses.
const PAUSE: Duration = Duration::from_secs(1);

/// The container whose plots, or whose process, are to be seen and go on: in a live engine, at the end of what has happened, while it
/// runs.
fn measured(state: &WindowState) -> Option<ContainerId> {
    if !state.steps_the_engine() || state.files.shown {
        return None;
    }
    let id = match &state.selection {
        _ if state.tab == Tab::Isolation => state.isolated()?,
        Some(Entity::Process(pid)) => state.world().processes.get(pid)?.process.container.clone()?,
        _ => return None,
    };
    state.world().containers.get(&id).filter(|container| container.state.lives()).map(|_| id)
}

/// Looks at what a container uses: one at a time.
#[derive(Debug, Default)]
pub(super) struct Measuring {
    last: Option<Instant>,
    /// Its other end is dropped when the engine has answered.
    under_way: Option<Receiver<()>>,
}

impl Measuring {
    fn is_under_way(&self) -> bool {
        let ended =
            |receiver: &Receiver<()>| matches!(receiver.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
        self.under_way.as_ref().is_some_and(|receiver| !ended(receiver))
    }
}

impl EffectRunner {
    /// Asks a container's kernel.
    pub(super) fn ask_container(&mut self, ctx: &Context, state: &mut WindowState, command: IsolationCommand) {
        let IsolationCommand::Try { container, call } = command;
        self.tell_engine(ctx, state, move |client| client.try_call(&container, call));
    }

    /// While a container's plots are seen, has it looked once a second what it uses. The answer comes with the trace.
    pub(super) fn measure(&mut self, ctx: &Context, state: &WindowState) {
        let Some(container) = measured(state) else {
            self.measuring.last = None;
            return;
        };
        ctx.request_repaint_after(PAUSE);
        let early = self.measuring.last.is_some_and(|last| last.elapsed() < PAUSE);
        if early || self.measuring.is_under_way() {
            return;
        }
        let Some(socket) = state.socket.clone() else { return };
        let (sender, receiver) = channel();
        (self.measuring.last, self.measuring.under_way) = (Some(Instant::now()), Some(receiver));
        std::thread::spawn(move || {
            // One that has ended meanwhile uses nothing, and that is told by its end.
            let told = Client::connect(&socket).and_then(|client| client.look_at_usage(&container));
            if let Err(error) = told {
                tracing::debug!(%error, "not measured");
            }
            drop(sender);
        });
    }
}
