//! Questions that are asked of a place in which a container's bytes live: does the file stay there?

use super::{HomeKind, Query, Question, QuestionState, Runner};
use crate::trace::Home;

/// A question of the page, or an earlier one that was answered on the way to it, that one place is the answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPlace {
    /// The question's id.
    pub question: String,
    /// Which kind of place.
    pub kind: HomeKind,
    /// Whose, where it is a container's own.
    pub container: String,
    /// Which one, where it is a volume.
    pub volume: String,
    /// Which one, where no other will do.
    pub home: Option<Home>,
    /// What it is called, where it is to be drawn when it is there no more.
    pub title: String,
    /// What was predicted: the file stays, or it does not.
    pub predicted: Option<bool>,
    /// Once the machine has told: the prediction was right. None: it has not, or nothing was predicted.
    pub right: Option<bool>,
    /// It is of this page, and can still be predicted.
    pub open: bool,
}

impl Runner {
    /// Those of this page, those of earlier ones that the machine has not told, and those that it told on the way to this one.
    pub fn asked_places(&self) -> Vec<AskedPlace> {
        let here = self.progress().step;
        let told: Vec<(&str, &str)> = self.answered_here().collect();
        let steps = self.lesson().script.steps[..=here].iter().enumerate();
        let all = steps.flat_map(|(number, step)| step.questions.iter().map(move |question| (number, step, question)));
        let places = all.filter_map(|(number, step, question)| {
            let place = self.asked_place(&step.id, question, number == here)?;
            let is_told = told.contains(&(step.id.as_str(), question.id.as_str()));
            let waits = place.right.is_none() && place.predicted.is_some();
            (number == here || is_told || waits).then_some(place)
        });
        places.collect()
    }

    fn asked_place(&self, step: &str, question: &Question, is_here: bool) -> Option<AskedPlace> {
        let Query::StaysIn { container, volume, place, .. } = &question.ask else { return None };
        // The first choice is yes.
        let (predicted, right, open) = match &self.asked_at(step, &question.id)?.state {
            QuestionState::Unanswered => (None, None, true),
            QuestionState::Predicted(choice) => (Some(*choice == 0), None, true),
            QuestionState::Revealed { predicted, right, .. } => {
                (predicted.map(|choice| choice == 0), predicted.map(|_| *right), false)
            }
        };
        Some(AskedPlace {
            question: question.id.clone(),
            kind: *place,
            container: container.clone(),
            volume: volume.clone(),
            home: None,
            title: String::new(),
            predicted,
            right,
            open: open && is_here,
        })
    }
}
