//! What of a page is shown. A page is one thing after the other, each small enough to be read without scrolling: what the machine
//! answered, the text, what the notes say, what is asked next.

use super::*;
use crate::lesson::QuestionState;

pub use crate::ui::course::Face;

impl WindowState {
    /// The sides of the lesson's page, in the order in which they are read.
    pub fn faces(&self) -> Vec<Face> {
        let (Some(course), Some(Place::Here)) = (&self.course, self.place()) else { return vec![Face::Text] };
        let (runner, step) = (course.runner(), course.runner().step());
        let answers = runner.answered_here().map(|(_, question)| Face::Answer(question.to_owned()));
        let notes = step.claims.iter().map(|claim| Face::Note(claim.clone()));
        let questions = step.questions.iter().filter(|question| runner.is_asked(&question.id));
        let questions = questions.map(|question| Face::Ask(question.id.clone()));
        answers.chain([Face::Text]).chain(notes).chain(questions).collect()
    }

    /// The side that is shown: the one that was turned to, else the first.
    pub fn face(&self) -> Face {
        let faces = self.faces();
        let turned = self.course.as_ref().and_then(Course::face).filter(|face| faces.contains(face));
        turned.cloned().or_else(|| faces.first().cloned()).unwrap_or(Face::Text)
    }

    /// The side after the one that is shown.
    pub(super) fn next_face(&self) -> Option<Face> {
        let (face, faces) = (self.face(), self.faces());
        faces.iter().skip_while(|one| **one != face).nth(1).cloned()
    }

    /// Back to the side before, else to the page before; none at the very beginning.
    pub(super) fn before(&self) -> Option<LessonCommand> {
        let (face, faces) = (self.face(), self.faces());
        let at = faces.iter().position(|one| *one == face)?;
        if let Some(before) = at.checked_sub(1) {
            return Some(LessonCommand::Face(faces[before].clone()));
        }
        let number = self.course.as_ref()?.runner().progress().step;
        number.checked_sub(1).map(LessonCommand::Go)
    }

    /// There is something to go back to.
    pub fn can_go_back(&self) -> bool {
        self.before().is_some()
    }

    /// The question that is shown and may be answered, or answered otherwise, and how many choices it has; none while something lies
    /// over it. Before a class it is the one that is to be answered next: there it is the sentence under the picture.
    pub fn open_question(&self) -> Option<(String, usize)> {
        let course = self.course.as_ref()?;
        if self.overlay.is_some() || course.is_ended() {
            return None;
        }
        let id = match (self.presenter, self.face(), self.mover()) {
            (true, _, Mover::Predict(id)) | (false, Face::Ask(id), _) => id,
            _ => return None,
        };
        let view = course.view(self.lang);
        let question = view.questions.into_iter().find(|question| question.id == id)?;
        let open = !matches!(question.state, QuestionState::Revealed { .. });
        (open && !question.choices.is_empty()).then_some((id, question.choices.len()))
    }

    pub(super) fn turn_face(&mut self, face: Face) {
        self.asks = match &face {
            Face::Ask(question) => Some(question.clone()),
            _ => None,
        };
        if self.asks.is_some() {
            self.let_go_of_pointed();
        }
        if let Some(course) = &mut self.course {
            course.turn_face(Some(face));
        }
        self.look_where_asked();
    }
}
