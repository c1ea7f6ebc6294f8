//! What the built-in registry serves is damaged and mended by the engine.

use super::*;
use crate::client::{Client, ClientError};
use crate::spec::Digest;

/// Damages what a pull will get, or puts it right again.
#[derive(Debug, Clone, PartialEq)]
pub enum BreakingCommand {
    /// Flips a bit of what the built-in registry serves for that digest.
    Damage(Digest),
    /// Puts it right again.
    Mend(Digest),
}

impl BreakingCommand {
    fn tell(&self, client: &Client) -> Result<(), ClientError> {
        match self {
            Self::Damage(digest) => client.damage(digest, None).map(drop),
            Self::Mend(digest) => client.mend(Some(digest)).map(drop),
        }
    }
}

impl EffectRunner {
    /// Tells the engine on a thread: it may have to wait at the gate.
    pub(super) fn tamper(&mut self, ctx: &Context, state: &mut WindowState, command: BreakingCommand) {
        let Some(socket) = state.socket.clone() else {
            fail(state, &Problem::new("terminal-no-engine"));
            return;
        };
        let (sender, receiver) = channel();
        self.told = Some(receiver);
        let wake = waker(ctx);
        std::thread::spawn(move || {
            if let Err(error) = Client::connect(&socket).and_then(|client| command.tell(&client)) {
                // The window may have been closed meanwhile.
                sender.send(error.problem).ok();
                wake();
            }
        });
    }
}
