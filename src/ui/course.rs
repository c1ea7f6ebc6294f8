//! A lesson in the window: its runner fed with what the cursor shows, so that nothing is told before it is seen.

use crate::lesson::{Console, Lesson, Rest, Runner, StepView, Track, rests};
use crate::trace::{Trace, World};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Beyond this many events at once only the last is looked at: a jump must not take longer than a frame.
const CLOSELY: u64 = 1000;
/// Beyond this many what was printed in between is not looked at either.
const FARTHEST: u64 = 20_000;

/// One side of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Face {
    /// What an earlier question was answered with on the way here.
    Answer(String),
    /// The text; before the page's rest is reached, what will be done.
    Text,
    /// A claim of the notes, by its id.
    Note(String),
    /// A question, by its id.
    Ask(String),
}

/// A lesson that is under way.
#[derive(Debug)]
pub struct Course {
    lesson: Arc<Lesson>,
    runner: Runner,
    console: Console,
    /// The farthest position that was looked at, and the World there.
    seen: u64,
    world: World,
    /// Where the steps rest in a recording; none: the trace still grows.
    rests: Option<Vec<Rest>>,
    /// Where they rest in a trace that grows.
    track: Track,
    /// The step that something was begun for, and how long the trace was.
    begun: Option<(usize, Option<u64>)>,
    /// The steps that something was begun for.
    acted: BTreeSet<usize>,
    /// The lesson after it.
    next: Option<Arc<Lesson>>,
    /// Its last page was left: the end page is shown.
    ended: bool,
    /// What of the page was turned to.
    face: Option<Face>,
}

impl Course {
    /// At its first step.
    pub fn new(lesson: Arc<Lesson>) -> Self {
        let (runner, track) = (Runner::new(Arc::clone(&lesson)), Track::new(Arc::clone(&lesson)));
        let (console, world) = (Console::default(), World::default());
        Self {
            lesson,
            runner,
            console,
            seen: 0,
            world,
            rests: None,
            track,
            begun: None,
            acted: BTreeSet::new(),
            next: None,
            ended: false,
            face: None,
        }
    }

    /// The same, with the lesson that comes after it.
    #[must_use]
    pub fn followed_by(self, next: Option<Arc<Lesson>>) -> Self {
        Self { next, ..self }
    }

    /// The lesson that comes after it.
    pub fn next_lesson(&self) -> Option<&Arc<Lesson>> {
        self.next.as_ref()
    }

    /// It is finished.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// It is finished: the end page is shown.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// What was predicted in an earlier part of this try, by step and question.
    pub fn restore(&mut self, kept: impl Iterator<Item = ((String, String), usize)>) {
        self.runner.restore(kept);
    }

    /// What of the page was turned to; none: its first side.
    pub fn face(&self) -> Option<&Face> {
        self.face.as_ref()
    }

    /// Turns to that side of the page.
    pub fn turn_face(&mut self, face: Option<Face>) {
        self.face = face;
    }

    /// The lines of its terminal that the page speaks of: those in which its goals found what they wait for, each as it was printed last,
    /// with the words themselves.
    pub fn spoken_of(&self) -> Vec<(String, Vec<String>)> {
        let Some(terminal) = self.runner.step().watches() else { return Vec::new() };
        let (text, words) = (self.console.text(terminal), self.runner.printed());
        // What a line is begun anew with (`\r`) stands where the rest was.
        let lines: Vec<&str> =
            text.lines().map(|line| line.trim_end().rsplit('\r').next().unwrap_or_default()).collect();
        let has = |line: &str, word: &String| crate::lesson::words(line, word).next().is_some();
        let of = |word: &String| lines.iter().rposition(|line| has(line, word));
        let found: BTreeSet<usize> = words.iter().filter_map(of).collect();
        let own = |line: &str| words.iter().filter(|word| has(line, word)).cloned().collect();
        found.into_iter().map(|at| (lines[at].to_owned(), own(lines[at]))).collect()
    }

    /// That terminal has printed something.
    pub fn has_printed(&self, terminal: &crate::lesson::Terminal) -> bool {
        !self.console.text(terminal).is_empty()
    }

    /// The same lesson, begun anew.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self::new(Arc::clone(&self.lesson)).followed_by(self.next.clone())
    }

    /// The lesson.
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// How far it is.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// Its step in words.
    pub fn view(&self, lang: crate::i18n::Lang) -> StepView {
        self.runner.view(lang)
    }

    /// It plays from this recording.
    pub fn plays(&mut self, trace: &Trace) {
        self.rests = Some(rests(&self.lesson, trace));
    }

    /// Where the present step rests: in a recording known from the beginning, live as soon as it is reached.
    pub fn rest(&self) -> Option<u64> {
        self.rest_of(self.runner.progress().step)
    }

    /// Where the step after it rests.
    pub fn next_rest(&self) -> Option<u64> {
        self.rest_of(self.runner.progress().step + 1)
    }

    /// Where the step of that number rests.
    pub fn rest_of(&self, number: usize) -> Option<u64> {
        self.rests.as_deref().unwrap_or(self.track.rests()).get(number).map(|rest| rest.position)
    }

    /// Where the next step rests, from the present one on, of which a question is still to be predicted.
    pub fn next_question(&self) -> Option<u64> {
        let steps = self.lesson.script.steps.iter().enumerate().skip(self.runner.progress().step);
        let open = steps.filter(|(_, step)| step.questions.iter().any(|one| self.runner.is_open(&step.id, &one.id)));
        open.filter_map(|(number, _)| self.rest_of(number)).min()
    }

    /// The last step that rests at this position or before it.
    pub fn reached_by(&self, position: u64) -> Option<usize> {
        let rests = self.rests.as_deref().unwrap_or(self.track.rests());
        rests.iter().take_while(|rest| rest.position <= position).count().checked_sub(1)
    }

    /// Something is begun for the present step.
    pub fn begins(&mut self, trace: &Trace) {
        let step = self.runner.progress().step;
        self.begun = Some((step, Some(trace.len())));
        self.acted.insert(step);
    }

    /// What was begun is over, whatever came of it.
    pub fn settle(&mut self) {
        if let Some((_, since)) = &mut self.begun {
            *since = None;
        }
    }

    /// Something was begun for the present step.
    pub fn has_begun(&self) -> bool {
        self.begun.is_some_and(|(step, _)| step == self.runner.progress().step)
    }

    /// The present step leaves nothing in a trace, and nothing was begun for it.
    pub fn is_still_to_act(&self) -> bool {
        self.runner.step().is_unseen() && !self.acted.contains(&self.runner.progress().step)
    }

    /// Something was begun for the present step, and the engine has not said anything since.
    pub fn is_beginning(&self, trace: &Trace) -> bool {
        self.has_begun() && self.begun.is_some_and(|(_, since)| since == Some(trace.len()))
    }

    /// Looks at what the cursor has come to.
    pub fn look(&mut self, trace: &Trace, position: u64, world: &World) {
        if position > self.seen {
            let near = position.saturating_sub(FARTHEST).max(trace.start());
            if near > self.seen {
                (self.seen, self.world) = (near, trace.seek(near));
            }
            let closely = position - self.seen <= CLOSELY;
            while self.seen < position {
                let Some(event) = trace.event(self.seen + 1) else { break };
                // It was applied once when it was pushed to the trace.
                self.world.apply_event(&event).ok();
                self.console.push(&event, &self.world);
                self.seen += 1;
                if closely && self.seen < position {
                    self.runner.observe(&self.world, &self.console);
                    self.track.look(trace, self.seen, &self.world, &self.console);
                }
            }
            self.track.look(trace, position, world, &self.console);
        }
        self.runner.observe(world, &self.console);
    }

    /// To that step.
    pub fn go_to(&mut self, step: usize) -> bool {
        (self.ended, self.face) = (false, None);
        self.runner.go_to(step)
    }

    /// The learner predicts.
    pub fn predict(&mut self, question: &str, choice: usize) {
        self.runner.predict(question, choice);
    }

    /// The World tells the answer to that question of the present step.
    pub fn can_tell(&self, question: &str, world: &World) -> bool {
        let mut questions = self.runner.step().questions.iter();
        questions.any(|one| one.id == question && one.ask.answer(world).is_some())
    }

    /// The learner wants to be told.
    pub fn tell(&mut self, question: &str, world: &World) {
        self.runner.tell(question, world);
    }
}
