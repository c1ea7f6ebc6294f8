//! What a learner does in a lesson.

use super::*;

/// Goes through a lesson, and answers it.
#[derive(Debug, Clone, PartialEq)]
pub enum LessonCommand {
    /// To that step of the lesson, from 0.
    Go(usize),
    /// Runs the step's command; in a recording, plays what it did.
    Run,
    /// Types what the step says into its terminal; in a recording, plays what it did.
    Type,
    /// Goes on to where the step rests.
    GoOn,
    /// Predicts: question and choice.
    Predict(String, usize),
    /// Would rather be told the answer to that question.
    Tell(String),
}

impl WindowState {
    pub(super) fn teach(&mut self, command: LessonCommand) -> Option<Effect> {
        let live = self.is_live();
        let course = self.course.as_mut()?;
        let step = course.runner().step().clone();
        use LessonCommand as C;
        match command {
            C::Go(number) => {
                let before = number.checked_sub(1).filter(|_| !live);
                let begins = before.map_or(0, |before| {
                    course.go_to(before);
                    course.rest().unwrap_or(0)
                });
                course.go_to(number);
                if !live {
                    self.until = None;
                    self.cursor.seek(&self.trace, begins);
                }
                self.refresh();
                self.look();
                self.attend();
            }
            C::Predict(question, choice) => course.predict(&question, choice),
            C::Tell(question) => course.tell(&question, &self.world),
            C::Run | C::Type | C::GoOn if !live => {
                self.until = course.rest().filter(|rest| *rest > self.cursor.position());
                if self.until.is_some() {
                    self.cursor.play(Direction::Forward, self.speed.max(2.0), false);
                }
            }
            C::Run => return Some(Effect::RunFor { line: step.run?, until: step.stop_at }),
            C::Type => {
                return Some(Effect::TypeInto { terminal: step.terminal?, text: step.types? });
            }
            C::GoOn => {
                self.cursor.jump_to_live(&self.trace);
                return Some(Effect::Gate(GateCommand::RunTo { kind: step.stop_at? }));
            }
        }
        None
    }

    pub(super) fn look(&mut self) {
        if let Some(course) = &mut self.course {
            course.look(&self.trace, self.cursor.position(), &self.world);
        }
    }
}
