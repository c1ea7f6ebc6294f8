//! What is asked of each pair, of which pair it is said why, and what is asked of the engine.

use super::*;
use crate::client::protocol::{ReachCommand, WalkCommand};
use crate::reach::End;
use crate::ui::diagrams::end_of;
use crate::ui::reach::ReachingCommand;

/// So many ends are asked all of each other; of more, only the pair that was chosen: each that does not answer is waited for.
const ALL: usize = 12;

impl WindowState {
    pub(super) fn reaching(&mut self, command: ReachingCommand) -> Option<Effect> {
        match command {
            ReachingCommand::Ask(question) => self.reaching.question = question,
            ReachingCommand::By(version) => self.reaching.version = version,
            ReachingCommand::Pair(from, to) => {
                self.reaching.pair = Some((from, to));
                self.reaching.hop = None;
            }
            ReachingCommand::Packet(packet) => self.reaching.packet = packet,
            ReachingCommand::Hop(number) => self.reaching.hop = Some(number),
            ReachingCommand::Follow => {
                let command = self.to_follow()?;
                return self.now_or(Effect::Walk(command));
            }
            ReachingCommand::Prove => {
                let command = self.to_prove();
                return self.now_or(Effect::Prove(command));
            }
        }
        None
    }

    /// What comes of it happens now, and is looked at; where a lesson asks something on the way to now, that comes first.
    fn now_or(&mut self, effect: Effect) -> Option<Effect> {
        let before = if self.at_end() { None } else { self.play(PlaybackCommand::Live) };
        if self.at_end() { Some(effect) } else { before }
    }

    /// All pairs, or the chosen one of many.
    pub fn proves_all(&self) -> bool {
        End::all(&self.world).len() <= ALL
    }

    fn to_prove(&self) -> ReachCommand {
        let pair = self.reaching.pair.as_ref().filter(|_| !self.proves_all());
        ReachCommand {
            question: self.reaching.question,
            version: self.reaching.version,
            from: pair.map(|(from, _)| from.word(&self.world)),
            to: pair.map(|(_, to)| to.word(&self.world)),
            outside: None,
            prove: true,
            patience: None,
        }
    }

    /// A packet can be sent between these two: nobody sends one from outside.
    pub fn can_follow(&self) -> bool {
        self.to_follow().is_some()
    }

    fn to_follow(&self) -> Option<WalkCommand> {
        let (from, to) = self.reaching.pair.as_ref().filter(|(from, _)| *from != End::Outside)?;
        let (question, version) = (self.reaching.question, self.reaching.version);
        let (from, to) = (from.word(&self.world), to.word(&self.world));
        Some(WalkCommand { question, version, from, to, outside: None, published: false, patience: None })
    }

    /// The engine is following a packet.
    pub fn is_following(&self) -> bool {
        self.world.walks.back().is_some_and(|state| state.end.is_none())
            && self.world.ops.values().any(|state| state.op.kind == OpKind::PacketWalk && state.outcome.is_none())
    }

    /// Whoever has a packet followed is shown it, from wherever that was asked.
    pub(super) fn look_at_walk(&mut self) {
        let latest = self.world.walks.back().map(|state| &state.walk);
        if latest.map(|walk| walk.id) == self.walked {
            return;
        }
        self.walked = latest.map(|walk| walk.id);
        if let Some(walk) = latest {
            self.reaching.pair = Some((end_of(&walk.from), end_of(&walk.to)));
            self.reaching.packet = true;
            self.reaching.hop = None;
        }
    }

    /// The engine is asking who reaches whom.
    pub fn is_proving(&self) -> bool {
        self.world.ops.values().any(|state| state.op.kind == OpKind::ReachProbe && state.outcome.is_none())
    }
}
