//! What the built-in registry serves is damaged and mended by the engine.

use super::*;
use crate::ui::breaking::BreakingCommand;

impl EffectRunner {
    /// Has the engine do it.
    pub(super) fn tamper(&mut self, ctx: &Context, state: &mut WindowState, command: BreakingCommand) {
        self.tell_engine(ctx, state, move |client| match &command {
            BreakingCommand::Damage(digest) => client.damage(digest, None).map(drop),
            BreakingCommand::Mend(digest) => client.mend(Some(digest)).map(drop),
        });
    }
}
