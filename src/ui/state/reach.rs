//! What is asked of each pair, of which pair it is said why, and what is asked of the engine.

use super::*;
use crate::client::protocol::ReachCommand;
use crate::reach::End;
use crate::ui::reach::ReachingCommand;

/// So many ends are asked all of each other; of more, only the pair that was chosen: each that does not answer is waited for.
const ALL: usize = 12;

impl WindowState {
    pub(super) fn reaching(&mut self, command: ReachingCommand) -> Option<Effect> {
        match command {
            ReachingCommand::Ask(question) => self.reaching.question = question,
            ReachingCommand::Pair(from, to) => self.reaching.pair = Some((from, to)),
            ReachingCommand::Prove => return Some(Effect::Prove(self.to_prove())),
        }
        None
    }

    /// All pairs, or the chosen one of many.
    pub fn proves_all(&self) -> bool {
        End::all(&self.world).len() <= ALL
    }

    fn to_prove(&self) -> ReachCommand {
        let pair = self.reaching.pair.as_ref().filter(|_| !self.proves_all());
        let word = |end: &End| match end {
            // A name may be another's by the time that the engine hears of it.
            End::Container(id) => id.as_str().to_owned(),
            End::Host | End::Outside => end.word(&self.world),
        };
        ReachCommand {
            question: self.reaching.question,
            from: pair.map(|(from, _)| word(from)),
            to: pair.map(|(_, to)| word(to)),
            outside: None,
            prove: true,
            patience: None,
        }
    }

    /// The engine is asking who reaches whom.
    pub fn is_proving(&self) -> bool {
        self.world.ops.values().any(|state| state.op.kind == OpKind::ReachProbe && state.outcome.is_none())
    }
}
