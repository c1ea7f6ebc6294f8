//! Questions that are asked of a cell of the table of who reaches whom.

use super::{Query, Question, QuestionState, Runner};
use crate::reach::End;
use crate::trace::World;

/// A question of the page, or an earlier one that was answered on the way to it, that one cell is the answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPair {
    /// The question's id.
    pub question: String,
    /// Who sends.
    pub from: End,
    /// Who is to answer.
    pub to: End,
    /// What was predicted: it comes back, or it does not.
    pub predicted: Option<bool>,
    /// Once the machine has told: the prediction was right. None: it has not, or nothing was predicted.
    pub right: Option<bool>,
    /// It is of this page, and can still be predicted.
    pub open: bool,
    /// The machine has told.
    pub told: bool,
}

impl Runner {
    /// Those of this page, those of earlier ones that the machine has not told, and those that it told on the way to this one – of which
    /// both ends are in the World.
    pub fn asked_pairs(&self, world: &World) -> Vec<AskedPair> {
        let here = self.progress().step;
        let told: Vec<(&str, &str)> = self.answered_here().collect();
        let steps = self.lesson().script.steps[..=here].iter().enumerate();
        let all = steps.flat_map(|(number, step)| step.questions.iter().map(move |question| (number, step, question)));
        let pairs = all.filter_map(|(number, step, question)| {
            let pair = self.asked_pair(world, &step.id, question)?;
            let is_told = told.contains(&(step.id.as_str(), question.id.as_str()));
            (number == here || is_told || !pair.told && pair.predicted.is_some()).then_some(pair)
        });
        pairs.collect()
    }

    fn asked_pair(&self, world: &World, step: &str, question: &Question) -> Option<AskedPair> {
        let Query::Probed { from, to } = &question.ask else { return None };
        let (from, to) = (End::called(world, from)?, End::called(world, to)?);
        // The first choice is yes.
        let (predicted, right, open) = match &self.asked_at(step, &question.id)?.state {
            QuestionState::Unanswered => (None, None, true),
            QuestionState::Predicted(choice) => (Some(*choice == 0), None, true),
            QuestionState::Revealed { predicted, right, .. } => {
                (predicted.map(|choice| choice == 0), predicted.map(|_| *right), false)
            }
        };
        let page = step == self.step().id;
        Some(AskedPair { question: question.id.clone(), from, to, predicted, right, open: open && page, told: !open })
    }
}
