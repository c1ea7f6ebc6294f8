use super::*;
use crate::i18n::Veil;
use crate::trace::World;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Leads through a lesson: which step it is at, what was predicted, what became true. It only ever looks at Worlds, so
/// a live engine, a recording and a test lead it alike.
#[derive(Debug, Clone)]
pub struct Runner {
    lesson: Arc<Lesson>,
    at: usize,
    questions: BTreeMap<(String, String), Asked>,
    goals: BTreeMap<(String, String), Option<Answer>>,
    /// What was predicted in an earlier part of the same try.
    kept: BTreeMap<(String, String), usize>,
}

/// A question that is, or was, stood before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) choices: Vec<Answer>,
    pub(super) state: QuestionState,
    /// The step that was under way when the World told.
    told_at: Option<usize>,
}

/// How far a question is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionState {
    /// Nothing was predicted yet.
    Unanswered,
    /// This choice was predicted, and the World does not tell yet.
    Predicted(usize),
    /// The World told.
    Revealed {
        /// What was predicted; none when the learner wanted to be told.
        predicted: Option<usize>,
        /// The truth.
        answer: Answer,
        /// The prediction was right.
        right: bool,
    },
}

/// Something that an observation brought about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// A goal is reached.
    Goal {
        /// Its step.
        step: String,
        /// Its id.
        goal: String,
    },
    /// A prediction was answered.
    Revealed {
        /// Its step.
        step: String,
        /// Its id.
        question: String,
        /// It was right.
        right: bool,
    },
}

/// How far a learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step, from 0.
    pub step: usize,
    /// How many steps there are.
    pub steps: usize,
    /// Goals reached.
    pub goals_reached: usize,
    /// All goals.
    pub goals: usize,
    /// Predictions that were right.
    pub right: usize,
    /// Questions that were revealed.
    pub revealed: usize,
    /// All questions.
    pub questions: usize,
}

impl Runner {
    /// At the first step.
    pub fn new(lesson: Arc<Lesson>) -> Self {
        Self { lesson, at: 0, questions: BTreeMap::new(), goals: BTreeMap::new(), kept: BTreeMap::new() }
    }

    /// The lesson.
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// The step it is at.
    pub fn step(&self) -> &LessonStep {
        &self.lesson.script.steps[self.at]
    }

    /// Looks at what is now true: goals of this step that hold are reached, in their order, and stay so; predictions of this step and of
    /// earlier ones that the World can answer are revealed.
    pub fn observe(&mut self, world: &World, console: &Console) -> Vec<Noticed> {
        self.prepare_choices(world);
        let mut noticed = self.reveal(world);
        noticed.extend(self.reach(world, console));
        noticed
    }

    fn prepare_choices(&mut self, world: &World) {
        let step = &self.lesson.script.steps[self.at];
        for question in &step.questions {
            let key = (step.id.clone(), question.id.clone());
            if self.questions.contains_key(&key) {
                continue;
            }
            let seed = format!("{}/{}/{}", self.lesson.folder, step.id, question.id);
            if let Some(choices) = question.ask.choices(world, &seed) {
                let kept = self.kept.get(&key).copied().filter(|choice| *choice < choices.len());
                let state = kept.map_or(QuestionState::Unanswered, QuestionState::Predicted);
                self.questions.insert(key, Asked { choices, state, told_at: None });
            }
        }
    }

    fn reveal(&mut self, world: &World) -> Vec<Noticed> {
        let mut noticed = Vec::new();
        for step in &self.lesson.script.steps[..=self.at] {
            for question in &step.questions {
                let Some(asked) = self.questions.get_mut(&(step.id.clone(), question.id.clone())) else { continue };
                let QuestionState::Predicted(choice) = asked.state else { continue };
                let Some(answer) = question.ask.answer(world) else { continue };
                let right = asked.choices.get(choice) == Some(&answer);
                asked.state = QuestionState::Revealed { predicted: Some(choice), answer, right };
                asked.told_at = Some(self.at);
                let (step, question) = (step.id.clone(), question.id.clone());
                noticed.push(Noticed::Revealed { step, question, right });
            }
        }
        noticed
    }

    fn reach(&mut self, world: &World, console: &Console) -> Vec<Noticed> {
        let step = &self.lesson.script.steps[self.at];
        let mut noticed = Vec::new();
        for goal in &step.goals {
            let key = (step.id.clone(), goal.id.clone());
            if self.goals.contains_key(&key) {
                continue;
            }
            // One after the other, as they are listed: what held all along is reached where it tells something.
            let Some(value) = self.reached_with(goal, world, console) else { break };
            self.goals.insert(key, value);
            noticed.push(Noticed::Goal { step: step.id.clone(), goal: goal.id.clone() });
        }
        noticed
    }

    /// `Some` when the goal is reached, with the value to show beside it.
    fn reached_with(&self, goal: &Goal, world: &World, console: &Console) -> Option<Option<Answer>> {
        let value = match &goal.when {
            Condition::Holds(query) => (query.answer(world)? == Answer::Bool(true)).then_some(None)?,
            Condition::Known(query) => Some(query.answer(world)?),
            Condition::Console { terminal, shows } => {
                let value = match shows {
                    Shown::Now(query) => query.answer(world)?,
                    Shown::ValueOf(earlier) => self.value_of(earlier)?.clone(),
                };
                console.shows(terminal, &value.printed()?).then_some(Some(value))?
            }
        };
        let shown = goal.show.as_ref().and_then(|query| query.answer(world));
        Some(shown.or(value))
    }

    fn value_of(&self, goal: &str) -> Option<&Answer> {
        self.goals.iter().find(|((_, id), _)| id == goal)?.1.as_ref()
    }

    /// The words in a terminal's output that goals of this step were reached by.
    pub fn printed(&self) -> Vec<String> {
        let step = self.step();
        let reached = |goal: &Goal| self.goals.get(&(step.id.clone(), goal.id.clone()))?.as_ref()?.printed();
        let by_console = |goal: &&Goal| goal.show.is_none() && matches!(goal.when, Condition::Console { .. });
        step.goals.iter().filter(by_console).filter_map(reached).collect()
    }

    /// A command of the lesson, or what it types, with the values of goals in it: `{{top}}` is what the goal `top` was reached with.
    pub fn filled(&self, line: &str) -> String {
        self.goals.iter().fold(line.to_owned(), |line, ((_, goal), value)| {
            match value.as_ref().and_then(Answer::printed) {
                Some(value) => line.replace(&format!("{{{{{goal}}}}}"), &value),
                None => line,
            }
        })
    }

    /// Takes over what was predicted before: it counts as soon as the question is asked.
    pub fn restore(&mut self, kept: impl Iterator<Item = ((String, String), usize)>) {
        self.kept = kept.collect();
        for (key, asked) in &mut self.questions {
            let choice = self.kept.get(key).copied().filter(|choice| *choice < asked.choices.len());
            if let (Some(choice), QuestionState::Unanswered) = (choice, &asked.state) {
                asked.state = QuestionState::Predicted(choice);
            }
        }
    }

    /// What was predicted so far: step, question, choice (none: told), and whether it was right (none: not known yet).
    pub fn predictions(&self) -> impl Iterator<Item = (&str, &str, Option<usize>, Option<bool>)> {
        self.questions.iter().filter_map(|((step, question), asked)| match asked.state {
            QuestionState::Unanswered => None,
            QuestionState::Predicted(choice) => Some((&**step, &**question, Some(choice), None)),
            QuestionState::Revealed { predicted, right, .. } => Some((&**step, &**question, predicted, Some(right))),
        })
    }

    /// The learner predicts. Choosing again is possible until the World tells.
    pub fn predict(&mut self, question: &str, choice: usize) {
        if let Some(asked) = self.asked_mut(question) {
            let open = matches!(asked.state, QuestionState::Unanswered | QuestionState::Predicted(_));
            if open && choice < asked.choices.len() {
                asked.state = QuestionState::Predicted(choice);
            }
        }
    }

    /// The learner would rather be told. Does nothing while the World does not tell.
    pub fn tell(&mut self, question: &str, world: &World) {
        let query = self.step().questions.iter().find(|q| q.id == question).map(|q| q.ask.clone());
        let answer = query.and_then(|query| query.answer(world));
        if let (Some(answer), Some(asked)) = (answer, self.asked_mut(question))
            && asked.state == QuestionState::Unanswered
        {
            asked.state = QuestionState::Revealed { predicted: None, answer, right: false };
        }
    }

    fn asked_mut(&mut self, question: &str) -> Option<&mut Asked> {
        let key = (self.step().id.clone(), question.to_owned());
        self.questions.get_mut(&key)
    }

    pub(super) fn asked(&self, question: &str) -> Option<&Asked> {
        self.asked_at(&self.step().id, question)
    }

    pub(super) fn asked_at(&self, step: &str, question: &str) -> Option<&Asked> {
        self.questions.get(&(step.to_owned(), question.to_owned()))
    }

    /// Predictions of earlier steps that were answered while this one was under way, as (step, question).
    pub fn answered_here(&self) -> impl Iterator<Item = (&str, &str)> {
        let earlier = self.lesson.script.steps[..self.at].iter();
        let all = earlier.flat_map(|step| step.questions.iter().map(|question| (&*step.id, &*question.id)));
        all.filter(|(step, id)| self.asked_at(step, id).is_some_and(|asked| asked.told_at == Some(self.at)))
    }

    /// Questions whose answers are not known to the learner yet, and not told by the World: those of this step, and those that were
    /// predicted before.
    pub fn pending<'a>(&'a self, world: &'a World) -> impl Iterator<Item = &'a Question> {
        let steps = self.lesson.script.steps[..=self.at].iter().enumerate();
        let all = steps.flat_map(|(number, step)| step.questions.iter().map(move |question| (number, step, question)));
        let waits = move |(number, step, question): &(usize, &LessonStep, &Question)| {
            let asked = self.asked_at(&step.id, &question.id).map(|asked| &asked.state);
            let open = match asked {
                Some(QuestionState::Predicted(_)) => true,
                // Nobody can be asked any more on a page that lies behind.
                Some(QuestionState::Unanswered) | None => *number == self.at,
                Some(QuestionState::Revealed { .. }) => false,
            };
            open && question.ask.answer(world).is_none()
        };
        all.filter(waits).map(|(_, _, question)| question)
    }

    /// Questions whose answers the program must not say now: those that are pending, and those still to come that veil from the start.
    pub fn veiling<'a>(&'a self, world: &'a World) -> impl Iterator<Item = &'a Question> {
        let later = self.lesson.script.steps[self.at + 1..]
            .iter()
            .flat_map(|step| step.questions.iter().map(move |q| (step, q)));
        let veils = move |(step, question): &(&LessonStep, &Question)| {
            let asked = self.asked_at(&step.id, &question.id).map(|asked| &asked.state);
            let told = matches!(asked, Some(QuestionState::Revealed { .. }));
            question.veils == Veils::FromStart && !told && question.ask.answer(world).is_none()
        };
        self.pending(world).chain(later.filter(veils).map(|(_, question)| question))
    }

    /// Until when that question, one of those that are veiling, has what would answer it veiled.
    pub fn veil(&self, question: &Question) -> Veil {
        let steps = self.lesson.script.steps.iter();
        let step = steps.filter(|step| step.questions.contains(question)).map(|step| &*step.id).next();
        match step.and_then(|step| self.asked_at(step, &question.id)).map(|asked| &asked.state) {
            Some(QuestionState::Predicted(_)) => Veil::Predicted,
            Some(_) => Veil::Asked,
            None => Veil::Later,
        }
    }

    /// What to choose among is known for this question of the step.
    pub fn is_asked(&self, question: &str) -> bool {
        self.asked(question).is_some()
    }

    /// That question of that step was not predicted, and its answer not told.
    pub fn is_open(&self, step: &str, question: &str) -> bool {
        self.asked_at(step, question).is_none_or(|asked| asked.state == QuestionState::Unanswered)
    }

    /// The first question of this step that is still to be predicted.
    pub fn open_question(&self) -> Option<&str> {
        let mut questions = self.step().questions.iter();
        let open = |id: &str| self.asked(id).is_some_and(|asked| asked.state == QuestionState::Unanswered);
        questions.find(|question| open(&question.id)).map(|question| &*question.id)
    }

    pub(super) fn goal(&self, goal: &str) -> Option<&Option<Answer>> {
        self.goals.get(&(self.step().id.clone(), goal.to_owned()))
    }

    /// On to the next step. False at the last.
    pub fn advance(&mut self) -> bool {
        self.go_to(self.at + 1)
    }

    /// Back to the step before. What was predicted and reached stays. False at the first.
    pub fn back(&mut self) -> bool {
        self.at.checked_sub(1).is_some_and(|before| self.go_to(before))
    }

    /// To any step. False when there is none of that number.
    pub fn go_to(&mut self, step: usize) -> bool {
        let there = step < self.lesson.script.steps.len();
        if there {
            self.at = step;
        }
        there
    }

    /// True when this goal of the step is reached.
    pub fn is_reached(&self, goal: &str) -> bool {
        self.goal(goal).is_some()
    }

    /// True when every goal of this step is reached.
    pub fn step_is_done(&self) -> bool {
        self.step().goals.iter().all(|goal| self.goal(&goal.id).is_some())
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let steps = &self.lesson.script.steps;
        let verdicts = || {
            self.questions.values().filter_map(|asked| match asked.state {
                QuestionState::Revealed { right, .. } => Some(right),
                _ => None,
            })
        };
        Progress {
            step: self.at,
            steps: steps.len(),
            goals_reached: self.goals.len(),
            goals: steps.iter().map(|step| step.goals.len()).sum(),
            right: verdicts().filter(|right| *right).count(),
            revealed: verdicts().count(),
            questions: steps.iter().map(|step| step.questions.len()).sum(),
        }
    }
}
