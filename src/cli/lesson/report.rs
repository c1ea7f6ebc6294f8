use crate::i18n::Words;
use crate::lesson::{Lesson, QuestionView, Runner};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a run of a lesson prints.
pub(super) struct Report<'a> {
    lesson: &'a Arc<Lesson>,
    words: &'a Words,
    /// Questions whose answers were printed.
    answered: BTreeSet<String>,
}

impl<'a> Report<'a> {
    pub fn new(lesson: &'a Arc<Lesson>, words: &'a Words) -> Self {
        Self { lesson, words, answered: BTreeSet::new() }
    }

    pub fn title(&self) -> String {
        let title = self.lesson.title(self.words.lang());
        self.words.say_with("lesson-run-title", &[("name", &self.lesson.folder), ("title", title)])
    }

    /// The step that the runner is at: its command, what was answered on the way, its goals, and what it asks.
    pub fn step(&mut self, runner: &Runner, bind: &str) -> Vec<String> {
        let view = runner.view(self.words.lang());
        let (number, of) = (view.number.to_string(), view.of.to_string());
        let heading = [("number", number.as_str()), ("of", of.as_str()), ("title", view.title.as_str())];
        let mut lines = vec![self.words.say_with("lesson-run-step", &heading)];
        let typed = view.input.map(|(_, text)| crate::lesson::keys(&text));
        for command in view.command.into_iter().chain(typed) {
            let command = command.replace("{{bind}}", bind);
            lines.push(self.words.say_with("lesson-run-command", &[("command", &command)]));
        }
        // What was asked before is answered first: a goal may say the same.
        let mut asked: Vec<_> = view.answered;
        asked.retain(|question| self.answered.insert(question.id.clone()));
        lines.extend(asked.iter().flat_map(|question| [self.question(question), self.answer(question)]));
        for goal in &view.goals {
            // The value stands behind it.
            let text = first_line(&goal.text).trim_end_matches(':');
            lines.push(match (&goal.value, goal.reached) {
                (_, false) => self.words.say_with("lesson-run-goal-missed", &[("goal", text)]),
                (None, true) => self.words.say_with("lesson-run-goal", &[("goal", text)]),
                (Some(value), true) => {
                    self.words.say_with("lesson-run-goal-value", &[("goal", text), ("value", value)])
                }
            });
        }
        lines.extend(view.questions.iter().map(|question| self.question(question)));
        lines
    }

    fn question(&self, question: &QuestionView) -> String {
        self.words.say_with("lesson-run-question", &[("ask", first_line(&question.ask))])
    }

    fn answer(&self, question: &QuestionView) -> String {
        match &question.answer {
            None => self.words.say("lesson-run-no-answer"),
            Some(answer) if question.choices.contains(answer) => {
                self.words.say_with("lesson-run-answer", &[("answer", answer)])
            }
            Some(answer) => {
                let choices = question.choices.join(" | ");
                self.words.say_with("lesson-run-outside", &[("answer", answer), ("choices", &choices)])
            }
        }
    }

    /// What was answered last or never, and the sum.
    pub fn end(&self, runner: &Runner) -> Vec<String> {
        let mut lines = Vec::new();
        let mut runner = runner.clone();
        for i in 0..self.lesson.script.steps.len() {
            runner.go_to(i);
            for question in runner.view(self.words.lang()).questions {
                if !self.answered.contains(&question.id) {
                    lines.extend([self.question(&question), self.answer(&question)]);
                }
            }
        }
        let progress = runner.progress();
        let numbers = [progress.goals_reached, progress.goals, progress.revealed, progress.questions];
        let numbers = numbers.map(|number| number.to_string());
        let names = ["reached", "goals", "answered", "questions"];
        let vars: Vec<_> = names.into_iter().zip(numbers.iter().map(String::as_str)).collect();
        lines.push(self.words.say_with("lesson-run-sum", &vars));
        lines
    }

    /// Every goal reached, every question answered with one of its choices.
    pub fn is_good(&self, runner: &Runner) -> bool {
        let progress = runner.progress();
        let mut runner = runner.clone();
        let inside = (0..self.lesson.script.steps.len()).all(|i| {
            runner.go_to(i);
            let questions = runner.view(self.words.lang()).questions;
            questions.iter().all(|q| q.answer.as_ref().is_some_and(|answer| q.choices.contains(answer)))
        });
        inside && progress.goals_reached == progress.goals && progress.revealed == progress.questions
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
