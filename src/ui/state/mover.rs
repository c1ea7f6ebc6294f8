//! The one next action: what the primary button says, and what it and Space do.

use super::*;

/// How far the lesson's present step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What the step is about has not been done.
    Before,
    /// It is being done.
    Moving,
    /// It rests where the step is read.
    Here,
    /// Somebody went on past it.
    Passed,
}

/// The next action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mover {
    /// There is none.
    Idle,
    /// Without a lesson: the debugger's next step.
    Step(StepKind),
    /// It is under way.
    Wait,
    /// That question of the step is to be predicted.
    Predict(String),
    /// Runs this command line.
    Run(String),
    /// Types this into the step's terminal.
    Type(String),
    /// Lets what waits go on to the step of that kind, else to the end.
    GoOn(Option<StepKind>),
    /// Plays what was recorded of this step.
    Play,
    /// To that side of the page.
    Face(Face),
    /// To the lesson's step of that number, from 0.
    Turn(usize),
    /// The lesson is at its end.
    Finish,
    /// It was finished: on to the lesson of that folder.
    NextLesson(String),
    /// It was finished, and there is no other: to the start page.
    Close,
}

impl Mover {
    /// Something comes of it.
    pub fn acts(&self) -> bool {
        !matches!(self, Self::Idle | Self::Wait)
    }
}

impl WindowState {
    /// The choices of the question that has to be answered and is shown: not the next action leads on, but choosing.
    pub fn choices_of(&self, mover: &Mover) -> Option<usize> {
        let (Mover::Predict(wanted), Some((shown, choices))) = (mover, self.open_question()) else { return None };
        (*wanted == shown).then_some(choices)
    }

    /// How far the lesson's present step is; none without a lesson.
    pub fn place(&self) -> Option<Place> {
        let course = self.course.as_ref()?;
        let position = self.cursor.position();
        let Some(rest) = course.rest().filter(|rest| *rest <= position) else {
            return Some(if self.is_under_way() { Place::Moving } else { Place::Before });
        };
        // A trace has nothing of it: only who did it knows.
        if self.is_live() && course.is_still_to_act() {
            return Some(Place::Before);
        }
        let gone_on = match course.runner().step().stop_at {
            Some(_) => self.trace.steps_before(rest) != self.trace.steps_before(position),
            // What was typed meanwhile is none of its business, as long as the next step is not reached, too.
            None => course.next_rest().is_some_and(|next| rest < next && next <= position),
        };
        Some(if gone_on { Place::Passed } else { Place::Here })
    }

    /// The lesson's step is being done.
    pub(super) fn is_moving(&self) -> bool {
        self.place() == Some(Place::Moving)
    }

    /// What was begun for the lesson's step still moves by itself.
    fn is_under_way(&self) -> bool {
        if !self.is_live() {
            return self.until.is_some() && self.cursor.playback().is_some();
        }
        self.waiting.is_empty()
            && (self.is_busy() || self.course.as_ref().is_some_and(|course| course.is_beginning(&self.trace)))
    }

    /// An operation is under way where the cursor is.
    pub(super) fn is_busy(&self) -> bool {
        self.world.ops.values().any(|op| op.outcome.is_none())
    }

    /// A question of the page that is shown is still to be predicted.
    pub(super) fn asks_first(&self) -> bool {
        matches!(self.mover(), Mover::Predict(_))
    }

    /// The next action.
    pub fn mover(&self) -> Mover {
        let Some(course) = &self.course else {
            return self.next().map_or(Mover::Idle, |record| Mover::Step(record.step.plan.kind));
        };
        if course.is_ended() {
            // Somebody tried a command of their own: it waits for this, not for the next lesson.
            if self.steps_the_engine() && !self.waiting.is_empty() {
                return Mover::GoOn(None);
            }
            return course.next_lesson().map_or(Mover::Close, |next| Mover::NextLesson(next.folder.clone()));
        }
        let (step, number) = (course.runner().step(), course.runner().progress().step);
        match self.place() {
            None => Mover::Idle,
            Some(Place::Moving) => Mover::Wait,
            Some(Place::Before) if !self.is_live() => Mover::Play,
            // What waits at the gate comes first: nothing new begins behind its back.
            Some(Place::Before) if !self.waiting.is_empty() => {
                // Where the step has a command of its own that was not run, what waits is something else.
                let own = step.run.is_some() || step.types.is_some();
                Mover::GoOn(step.stop_at.filter(|_| !own || course.has_begun()))
            }
            Some(Place::Before) => match (&step.run, &step.types) {
                (Some(line), _) => Mover::Run(course.runner().filled(line)),
                (None, Some(text)) => Mover::Type(course.runner().filled(text)),
                (None, None) => Mover::Idle,
            },
            Some(_) => self.onward_here(course, number),
        }
    }

    /// Where the step rests: side by side through the page, then to the next. No question is passed that was not predicted.
    fn onward_here(&self, course: &Course, number: usize) -> Mover {
        let open = course.runner().open_question().filter(|_| self.place() == Some(Place::Here));
        let next = self.next_face();
        match (self.face(), open, next) {
            (Face::Ask(shown), Some(open), _) if shown == open => Mover::Predict(shown),
            (_, Some(open), Some(Face::Ask(_)) | None) => Mover::Predict(open.to_owned()),
            // What was predicted already need not be looked at again.
            (_, None, Some(Face::Ask(_)) | None) if number + 1 < course.lesson().script.steps.len() => {
                Mover::Turn(number + 1)
            }
            (_, None, Some(Face::Ask(_)) | None) => Mover::Finish,
            (_, _, Some(face)) => Mover::Face(face),
        }
    }

    /// Does it.
    pub(super) fn onward(&mut self) -> Option<Effect> {
        match self.mover() {
            Mover::Idle | Mover::Wait => None,
            Mover::Step(_) => self.play(PlaybackCommand::Step),
            Mover::Predict(question) => {
                self.turn_face(Face::Ask(question));
                None
            }
            Mover::Face(face) => {
                self.turn_face(face);
                None
            }
            Mover::Run(_) => self.teach(LessonCommand::Run),
            Mover::Type(_) => self.teach(LessonCommand::Type),
            Mover::GoOn(stop) => {
                self.cursor.jump_to_live(&self.trace);
                Some(Effect::Gate(stop.map_or(GateCommand::Continue, |kind| GateCommand::RunTo { kind })))
            }
            Mover::Play => self.teach(LessonCommand::Play),
            Mover::Turn(number) => self.turn_and_go_on(number),
            Mover::Finish => {
                self.course.iter_mut().for_each(Course::end);
                self.note_progress();
                self.restore_gate()
            }
            Mover::NextLesson(folder) => self.leave(Leave::Lesson(folder)),
            Mover::Close => self.leave(Leave::StartPage),
        }
    }

    /// To that step of the lesson. One that has no command of its own goes on with what the one before began.
    pub(super) fn turn_and_go_on(&mut self, number: usize) -> Option<Effect> {
        let from = self.place();
        self.turn(number);
        let step = self.course.as_ref()?.runner().step();
        let alone = step.run.is_none() && step.types.is_none();
        let moves = matches!(self.mover(), Mover::GoOn(_) | Mover::Play);
        if alone && moves && from == Some(Place::Here) { self.onward() } else { None }
    }

    /// The messages that would tell what is being predicted.
    pub(super) fn veiled(&self) -> Vec<(&'static str, Veil)> {
        let runner = self.predicted().map(Course::runner);
        let veiling =
            runner.into_iter().flat_map(|runner| runner.veiling(&self.world).map(|one| (one, self.veil(runner, one))));
        let of_lesson = veiling.flat_map(|(question, veil)| question.said_by().map(move |key| (key, veil)));
        of_lesson.chain(self.veiled_by_survivors()).collect()
    }

    /// Until when the step that comes next is not told; none when it is.
    pub fn veil_of_next(&self) -> Option<Veil> {
        let runner = self.predicted().map(Course::runner)?;
        runner.pending(&self.world).map(|question| self.veil(runner, question)).max()
    }

    /// Until when that question has its answer veiled. Before the page rests, nobody is asked yet.
    fn veil(&self, runner: &crate::lesson::Runner, question: &crate::lesson::Question) -> Veil {
        match runner.veil(question) {
            Veil::Asked if self.place() != Some(Place::Here) => Veil::Later,
            veil => veil,
        }
    }

    /// Predictions wait for their answer: the title of the page that comes next could tell it.
    pub fn has_pending(&self) -> bool {
        self.pending().next().is_some()
    }

    /// The questions that wait for their answer. Who went on past the page has seen it.
    fn pending(&self) -> impl Iterator<Item = &crate::lesson::Question> {
        self.predicted().into_iter().flat_map(|course| course.runner().pending(&self.world))
    }

    /// The course, while its page is not one that was gone past.
    pub(super) fn predicted(&self) -> Option<&Course> {
        self.course.as_ref().filter(|course| !course.is_ended() && self.place() != Some(Place::Passed))
    }

    /// A step's name, unless it is still to come and would tell what is being predicted.
    pub fn step_name(&self, words: &Words, kind: StepKind, announced: u64) -> String {
        let comes = announced >= self.cursor.position();
        let veil = self.veil_of_next().filter(|_| comes);
        veil.map_or_else(|| words.step(kind), |veil| words.say(veil.key()))
    }

    /// A question waits for its answer, of this page or of one before: what comes next would tell it.
    pub fn is_predicting(&self) -> bool {
        self.has_pending()
    }

    /// The step that the lesson's present one rests before, when it rests there now: nothing but the next action leads past it.
    pub fn is_held_by_lesson(&self) -> bool {
        let stops = self.course.as_ref().is_some_and(|course| course.runner().step().stop_at.is_some());
        stops && self.place() == Some(Place::Here)
    }
}
