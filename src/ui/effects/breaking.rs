//! What the built-in registry serves is damaged and mended by the engine.

use super::*;
use crate::client::{Client, ClientError};
use crate::trace::Code;
use crate::ui::breaking::BreakingCommand;

fn tell(command: &BreakingCommand, client: &Client) -> Result<(), ClientError> {
    match command {
        BreakingCommand::Damage(digest) => client.damage(digest, None).map(drop),
        BreakingCommand::Mend(digest) => client.mend(Some(digest)).map(drop),
    }
}

impl EffectRunner {
    /// Tells the engine on a thread: it may have to wait at the gate.
    pub(super) fn tamper(&mut self, ctx: &Context, state: &mut WindowState, command: BreakingCommand) {
        let Some(socket) = state.socket.clone() else {
            fail(state, &Problem::new(Code::TerminalNoEngine));
            return;
        };
        let (sender, receiver) = channel();
        self.told = Some(receiver);
        let wake = waker(ctx);
        std::thread::spawn(move || {
            if let Err(error) = Client::connect(&socket).and_then(|client| tell(&command, &client)) {
                // The window may have been closed meanwhile.
                sender.send(error.problem).ok();
                wake();
            }
        });
    }
}
