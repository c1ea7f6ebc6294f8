//! What is asked of each pair, of which pair it is said why, and what is asked of the engine.

use super::*;
use crate::client::protocol::{ReachCommand, WalkCommand};
use crate::lesson::AskedPair;
use crate::reach::{End, Question};
use crate::trace::{Change, Probe, ProbeReply};
use crate::ui::diagrams::{REACH_TELLS as TELLS, Reaching, end_of};
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
            // What is asked is predicted before it is tried.
            ReachingCommand::Follow | ReachingCommand::Prove if self.must_predict() => {}
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

    /// What is looked at in the table: with what the lesson asks of it.
    pub fn looked_at(&self) -> Reaching {
        let pings = self.reaching.question == Question::Ping;
        let asked = if pings { self.asked_pairs() } else { Vec::new() };
        Reaching { pair: self.pair(), asked, ..self.reaching.clone() }
    }

    /// The pair that was chosen, else the one that the lesson's page is about.
    pub fn pair(&self) -> Option<(End, End)> {
        self.reaching.pair.clone().or_else(|| {
            let asked = self.asked_pairs();
            let id = match (self.open_question(), self.face()) {
                (Some((id, _)), _) | (None, Face::Ask(id) | Face::Answer(id)) => Some(id),
                (None, Face::Text | Face::Note(_)) => None,
            };
            let of_face = asked.iter().find(|one| id.as_ref() == Some(&one.question));
            of_face.or(asked.first()).map(|one| (one.from.clone(), one.to.clone()))
        })
    }

    /// What the lesson's page asks of pairs, where it is read.
    fn asked_pairs(&self) -> Vec<AskedPair> {
        let course = self.course.as_ref().filter(|course| !course.is_ended());
        let course = course.filter(|_| self.place() != Some(Place::Passed));
        let mut asked = course.map(|course| course.runner().asked_pairs(&self.world)).unwrap_or_default();
        // Before the page rests nobody is asked.
        asked.retain(|one| !one.open || self.place() == Some(Place::Here));
        asked
    }

    /// A pair of the table is still to be predicted.
    pub fn must_predict(&self) -> bool {
        self.asked_pairs().iter().any(|one| one.open && one.predicted.is_none())
    }

    /// A question of a pair is asked in the table; back on the text the picture is the page's again.
    pub(super) fn look_where_asked(&mut self) {
        self.reaching.pair = None;
        if !self.follow {
            return;
        }
        let of_page = self.course.as_ref().and_then(|course| course.runner().step().tab).map(follow::diagram_of);
        let asks = self.asks_of_table();
        self.tab = if asks { Tab::Reach } else { of_page.unwrap_or(self.tab) };
        if asks {
            self.look_anew();
        }
    }

    /// The page's question that is open, or that is looked at and waits for its answer, is asked of a pair: the table is where it is
    /// asked, and stays until something else is looked at.
    pub fn asks_of_table(&self) -> bool {
        let asked = self.asked_pairs();
        let of_pair = |id: &str| asked.iter().any(|one| one.question == id && !one.told);
        match (self.open_question(), self.face()) {
            (Some((id, _)), _) | (None, Face::Ask(id)) => of_pair(&id),
            (None, Face::Text | Face::Answer(_) | Face::Note(_)) => false,
        }
    }

    /// A page that is turned to begins with nothing chosen, and with the question that lessons ask.
    pub(super) fn look_anew(&mut self) {
        self.reaching = Reaching::default();
    }

    /// What comes of it happens now, and is looked at; where a lesson asks something on the way to now, that comes first.
    pub(super) fn now_or(&mut self, effect: Effect) -> Option<Effect> {
        let before = if self.at_end() { None } else { self.play(PlaybackCommand::Live) };
        if self.at_end() { Some(effect) } else { before }
    }

    /// All pairs, or the chosen one of many.
    pub fn proves_all(&self) -> bool {
        End::all(&self.world).len() <= ALL
    }

    fn to_prove(&self) -> ReachCommand {
        let pair = self.pair().filter(|_| !self.proves_all());
        let pair = pair.as_ref();
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
        let (from, to) = self.pair().filter(|(from, _)| *from != End::Outside)?;
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

    /// Of packets that were all sent it is told what came of them together, not of the last one alone.
    pub(super) fn probed(&self, event: &Event, words: &Words) -> Option<String> {
        let Body::Observed { change, .. } = &event.body else { return None };
        let all = self.world.probes.len();
        if !matches!(**change, Change::ReachProbed(_)) || self.is_proving() || all < 2 || words.is_veiled(TELLS) {
            return None;
        }
        let answers = |probe: &&Arc<Probe>| matches!(probe.reply, ProbeReply::Answered | ProbeReply::Refused);
        let yes = self.world.probes.values().filter(answers).count();
        let [all, yes, no] = [all, yes, all - yes].map(|number| number.to_string());
        Some(words.say_with("reach-probed-all", &[("all", &all), ("yes", &yes), ("no", &no)]))
    }

    /// The engine is asking who reaches whom.
    pub fn is_proving(&self) -> bool {
        self.world.ops.values().any(|state| state.op.kind == OpKind::ReachProbe && state.outcome.is_none())
    }
}
