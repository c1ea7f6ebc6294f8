//! What a learner does in a lesson.

use super::*;
use crate::spec::ContainerId;
use std::collections::BTreeSet;

/// Goes through a lesson, and answers it.
#[derive(Debug, Clone, PartialEq)]
pub enum LessonCommand {
    /// The one next action, whatever it is; without a lesson, the debugger's next step.
    Onward,
    /// To that step of the lesson, from 0.
    Go(usize),
    /// To that side of the present page.
    Face(Face),
    /// To the side before, or the page before.
    Before,
    /// To the last step of the lesson that what was done on one's own has reached.
    CatchUp,
    /// Looks again at where the present step rests.
    Rewind,
    /// Runs the step's command; in a recording, plays what it did.
    Run,
    /// Types what the step says into its terminal; in a recording, plays what it did.
    Type,
    /// Plays a recording up to where the step rests.
    Play,
    /// Predicts: question and choice.
    Predict(String, usize),
    /// Would rather be told the answer to that question.
    Tell(String),
    /// Shows what the page of that number was about: the trace there, and the thing itself.
    Show(usize),
}

impl WindowState {
    pub(super) fn teach(&mut self, command: LessonCommand) -> Option<Effect> {
        if command == LessonCommand::Onward {
            return self.onward();
        }
        if command == LessonCommand::Before {
            let before = self.before()?;
            return self.teach(before);
        }
        let live = self.is_live();
        let course = self.course.as_mut()?;
        let step = course.runner().step().clone();
        use LessonCommand as C;
        match command {
            C::Onward | C::Before => {}
            C::Face(face) => self.turn_face(face),
            C::Go(number) => {
                self.asks = None;
                self.reaching = Reaching::default();
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
            C::CatchUp => {
                if let Some(number) = course.reached_by(self.cursor.position()) {
                    self.turn(number);
                }
            }
            C::Rewind => {
                let rest = course.rest()?;
                self.cursor.seek(&self.trace, rest);
                self.refresh();
                self.attend();
            }
            C::Predict(question, choice) => {
                course.predict(&question, choice);
                // Before a class it is chosen while another side is turned to.
                self.turn_face(Face::Ask(question));
                self.asks = None;
                self.note_progress();
            }
            C::Tell(question) => course.tell(&question, &self.world),
            C::Run | C::Type | C::Play if !live => {
                self.until = course.rest().filter(|rest| *rest > self.cursor.position());
                if self.until.is_some() {
                    self.cursor.play(Direction::Forward, self.speed.max(2.0), false);
                }
            }
            C::Run | C::Type if self.is_moving() => {}
            C::Run => {
                let course = self.course.as_mut()?;
                course.begins(&self.trace);
                let line = course.runner().filled(&step.run?);
                return Some(Effect::RunFor { line, until: step.stop_at });
            }
            C::Type => {
                self.course.as_mut()?.begins(&self.trace);
                let text = self.course.as_ref()?.runner().filled(&step.types?);
                return Some(Effect::TypeInto { terminal: step.terminal?, text });
            }
            C::Play => {}
            C::Show(number) => self.show_evidence(number)?,
        }
        None
    }

    /// Back to where that step rested, with what it was about selected. The page that says so stays.
    fn show_evidence(&mut self, number: usize) -> Option<()> {
        let course = self.course.as_ref()?;
        let rest = course.rest_of(number)?;
        let step = course.lesson().script.steps.get(number)?.clone();
        self.cursor.seek(&self.trace, rest);
        self.refresh();
        self.tab = step.tab.map_or(self.tab, follow::diagram_of);
        let focus = step.focus.first().and_then(|focus| focus.entity(&self.world));
        self.selection = focus.or_else(|| self.changed.first().cloned());
        Some(())
    }

    /// To that step of the lesson; the cursor stays where it is.
    pub(super) fn turn(&mut self, number: usize) {
        self.asks = None;
        // A picture that was looked at in between is no longer what the page is about.
        self.follow = true;
        if let Some(course) = &mut self.course {
            course.go_to(number);
        }
        self.look_anew();
        self.look();
        self.attend();
    }

    /// The container that was started for the lesson's page, or in which a command was run for it, as far as the cursor has come.
    pub fn worked_in(&self) -> Option<ContainerId> {
        let course = self.course.as_ref()?;
        let before = course.runner().progress().step.checked_sub(1);
        let (from, to) = (before.and_then(|before| course.rest_of(before)).unwrap_or(0), self.cursor.position());
        let begun: Vec<_> = self.trace.ops().map(|(_, seq)| seq).filter(|seq| from < *seq && *seq <= to).collect();
        let worked = begun.into_iter().rev().filter_map(|seq| match &self.trace.event(seq)?.body {
            Body::OpBegan { op } if matches!(op.kind, OpKind::ContainerStart | OpKind::Exec) => {
                Some(op.subject.clone())
            }
            _ => None,
        });
        let mut worked = worked.filter_map(|name| self.world.container_named(&name));
        worked.next().map(|container| container.id.clone())
    }

    /// What was begun for the lesson's step is over, for all that its terminals tell.
    pub fn settle(&mut self) {
        self.course.iter_mut().for_each(Course::settle);
    }

    /// Where the engine's gate stops, whatever it is told: at breakpoints, and where the lesson's step rests.
    pub fn stops(&self) -> BTreeSet<StepKind> {
        let lesson = self.course.as_ref().and_then(|course| course.runner().step().stop_at);
        self.cursor.breakpoints().iter().copied().chain(lesson).collect()
    }

    pub(super) fn look(&mut self) {
        if let Some(course) = &mut self.course {
            course.look(&self.trace, self.cursor.position(), &self.world);
        }
        self.note_progress();
    }
}
