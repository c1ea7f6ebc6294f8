use super::*;
use crate::i18n::{Lang, Words};
use crate::trace::StepKind;

/// A step of a lesson in words, ready to be drawn or printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// The step's id.
    pub id: String,
    /// Its number, from 1.
    pub number: usize,
    /// How many steps there are.
    pub of: usize,
    /// Its title.
    pub title: String,
    /// Its text, Markdown: true once the step rests.
    pub text: String,
    /// What will be done, Markdown; empty where nothing is.
    pub before: String,
    /// The docker command that begins it, `{{bind}}` not yet replaced.
    pub command: Option<String>,
    /// What is typed, and where.
    pub input: Option<(Terminal, String)>,
    /// It rests before a step of this kind.
    pub stop_at: Option<StepKind>,
    /// The diagram to look at.
    pub tab: Option<Tab>,
    /// What its text speaks of.
    pub focus: Vec<Focus>,
    /// What is to be predicted.
    pub questions: Vec<QuestionView>,
    /// What was predicted at earlier steps, and was answered while this one was under way.
    pub answered: Vec<QuestionView>,
    /// What must become true.
    pub goals: Vec<GoalView>,
    /// The notes' claims.
    pub claims: Vec<ClaimView>,
}

impl Runner {
    /// The step in words.
    pub fn view(&self, lang: Lang) -> StepView {
        StepView::of(self, &Words::new(lang))
    }
}

impl StepView {
    /// The same with `{{bind}}` replaced by the directory that was made for the lesson.
    #[must_use]
    pub fn with_bind(mut self, directory: &str) -> Self {
        let fill = |text: &mut String| {
            if text.contains("{{bind}}") {
                *text = text.replace("{{bind}}", directory);
            }
        };
        fill(&mut self.text);
        fill(&mut self.before);
        self.command.iter_mut().for_each(fill);
        self.input.iter_mut().for_each(|(_, typed)| fill(typed));
        for question in self.questions.iter_mut().chain(&mut self.answered) {
            fill(&mut question.ask);
            question.because.iter_mut().for_each(fill);
        }
        self.goals.iter_mut().for_each(|goal| fill(&mut goal.text));
        self.claims.iter_mut().for_each(|claim| fill(&mut claim.shown));
        self
    }
}

/// What is typed, as a person reads it: without the line's end, and keys that are no letters by their names, `Ctrl-P`.
pub fn keys(typed: &str) -> String {
    let typed = typed.trim_end();
    let is_key = |c: char| c.is_ascii_control() && c != '\n';
    if !typed.contains(is_key) {
        return typed.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut joins = false;
    for c in typed.chars() {
        match (is_key(c), words.last_mut().filter(|_| joins)) {
            // ECMA-48: the control character of a letter is that letter less 64.
            (true, _) => words.push(format!("Ctrl-{}", char::from((c as u8) ^ 0x40))),
            (false, Some(word)) => word.push(c),
            (false, None) => words.push(c.to_string()),
        }
        joins = !is_key(c);
    }
    words.join(" ")
}

#[cfg(test)]
#[test]
fn keys_that_are_no_letters_are_named() {
    assert_eq!(keys("hostname\nexit\n"), "hostname\nexit");
    assert_eq!(keys("\u{10}\u{11}"), "Ctrl-P Ctrl-Q");
    assert_eq!(keys("ls\u{3}ps\n"), "ls Ctrl-C ps");
}

/// What came of a lesson, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// All questions, each with the number of its step from 0.
    pub questions: Vec<(usize, QuestionView)>,
    /// All claims in the order of the notes, each with the number of its step from 0.
    pub claims: Vec<(usize, ClaimView)>,
}

impl Summary {
    /// How many predictions were right.
    pub fn right(&self) -> usize {
        let right = |(_, question): &&(usize, QuestionView)| {
            matches!(question.state, QuestionState::Revealed { predicted: Some(_), right: true, .. })
        };
        self.questions.iter().filter(right).count()
    }
}

impl Runner {
    /// What came of the whole lesson.
    pub fn summary(&self, lang: Lang) -> Summary {
        let (words, mut all) = (Words::new(lang), Summary { questions: Vec::new(), claims: Vec::new() });
        let mut runner = self.clone();
        for number in 0..self.lesson().script.steps.len() {
            runner.go_to(number);
            let view = StepView::of(&runner, &words);
            all.questions.extend(view.questions.into_iter().map(|question| (number, question)));
            all.claims.extend(view.claims.into_iter().map(|claim| (number, claim)));
        }
        all.claims.sort_by_cached_key(|(_, claim)| claims::place_of(&claim.id));
        all
    }
}

/// A question in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionView {
    /// Its id, for [`Runner::predict`].
    pub id: String,
    /// What it is about, in two or three words.
    pub name: String,
    /// What is asked, Markdown.
    pub ask: String,
    /// What to choose among; empty while even that is not known.
    pub choices: Vec<String>,
    /// How far it is.
    pub state: QuestionState,
    /// The truth, once revealed.
    pub answer: Option<String>,
    /// Why it is so, Markdown, once revealed.
    pub because: Option<String>,
}

/// A goal in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalView {
    /// Its id.
    pub id: String,
    /// What is to become true, or what is so now that it did; Markdown.
    pub text: String,
    /// What is to become true, also where it did.
    pub aim: String,
    /// It did.
    pub reached: bool,
    /// The value it was reached with.
    pub value: Option<String>,
}

/// A claim of the notes in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimView {
    /// Its id.
    pub id: String,
    /// What it is about, in two or three words.
    pub name: String,
    /// The notes' claim, in our own words.
    pub said: String,
    /// What the machine shows, Markdown.
    pub shown: String,
    /// What becomes of the claim.
    pub verdicts: &'static [Verdict],
    /// The step's goals are reached, so the truth has been seen. Before, only `said` is shown. A lesson puts a claim in
    /// the step that shows its truth, after the one that asks.
    pub open: bool,
}

impl StepView {
    pub(super) fn of(runner: &Runner, words: &Words) -> Self {
        let step = runner.step();
        let lesson = runner.lesson();
        let section = lesson.section(words.lang(), &step.id).cloned().unwrap_or_default();
        let questions = step.questions.iter().map(|q| question(runner, words, &section, &step.id, &q.id)).collect();
        let answered = runner.answered_here().map(|(step, id)| {
            let section = lesson.section(words.lang(), step).cloned().unwrap_or_default();
            question(runner, words, &section, step, id)
        });
        let answered = answered.collect();
        let goals: Vec<_> = step.goals.iter().map(|g| goal(runner, words, &section, &g.id)).collect();
        let open = goals.iter().all(|goal| goal.reached);
        let claims = step.claims.iter().map(|id| claim(&section, id, open)).collect();
        Self {
            id: step.id.clone(),
            number: runner.progress().step + 1,
            of: lesson.script.steps.len(),
            title: section.title.clone(),
            text: section.text.clone(),
            before: section.before.clone(),
            command: step.run.as_deref().map(|line| runner.filled(line)),
            input: step.terminal.clone().zip(step.types.as_deref().map(|text| runner.filled(text))),
            stop_at: step.stop_at,
            tab: step.tab,
            focus: step.focus.clone(),
            questions,
            answered,
            goals,
            claims,
        }
    }
}

fn question(runner: &Runner, words: &Words, section: &Section, step: &str, id: &str) -> QuestionView {
    let text = section.questions.get(id).cloned().unwrap_or_default();
    let asked = runner.asked_at(step, id);
    let state = asked.map_or(QuestionState::Unanswered, |asked| asked.state.clone());
    let answer = match &state {
        QuestionState::Revealed { answer, .. } => Some(answer.show(words)),
        _ => None,
    };
    QuestionView {
        id: id.to_owned(),
        name: text.name,
        ask: text.ask,
        choices: asked.map(|a| a.choices.iter().map(|choice| choice.show(words)).collect()).unwrap_or_default(),
        state,
        because: answer.as_ref().map(|_| text.because),
        answer,
    }
}

fn goal(runner: &Runner, words: &Words, section: &Section, id: &str) -> GoalView {
    let reached = runner.goal(id);
    let text = section.goals.get(id).cloned().unwrap_or_default();
    GoalView {
        id: id.to_owned(),
        text: if reached.is_some() { text.reached } else { text.aim.clone() },
        aim: text.aim,
        reached: reached.is_some(),
        // “It was not deleted: no” says it twice, and once the other way round.
        value: reached.and_then(Option::as_ref).filter(|it| !matches!(it, Answer::Bool(_))).map(|it| it.show(words)),
    }
}

fn claim(section: &Section, id: &str, open: bool) -> ClaimView {
    let note = section.claims.get(id).cloned().unwrap_or_default();
    let verdicts = verdicts_of(id).unwrap_or_default();
    ClaimView { id: id.to_owned(), name: note.name, said: note.said, shown: note.shown, verdicts, open }
}
