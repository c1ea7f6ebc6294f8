//! A lesson against a recording: where each of its steps rests, and whether it is reached at all.

use super::walk::{first_answer, walk};
use super::*;
use crate::trace::{Code, Problem, Trace};
use std::sync::Arc;

/// Where a step of a lesson rests in a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The step's id.
    pub step: String,
    /// The cursor's position to play to. At a step that has `stop_at`, the step of that kind comes next.
    pub position: u64,
    /// Goals that the recording does not reach; they belong to a step that rests nowhere but where the step before did.
    pub missed: Vec<String>,
}

/// Where each step of the lesson rests in this recording.
pub fn rests(lesson: &Arc<Lesson>, trace: &Trace) -> Vec<Rest> {
    let mut seen = Vec::new();
    walk(lesson, trace, |step, walk, runner| {
        let missed = step.goals.iter().filter(|goal| runner.goal(&goal.id).is_none()).map(|g| g.id.clone()).collect();
        seen.push(Rest { step: step.id.clone(), position: walk.position(), missed });
    });
    seen
}

/// Plays the lesson on its recording: every goal must be reached, and every question must be open when it is asked and
/// answered, from among its choices, before the end; and nothing that can be read until then says the answer.
pub fn play(lesson: &Arc<Lesson>, trace: &Trace) -> Vec<Problem> {
    let mut problems = Vec::new();
    let problem = |code: Code, step: &LessonStep, name: &str| {
        Problem::new(code).with("lesson", &lesson.folder).with("step", &step.id).with("name", name)
    };
    walk(lesson, trace, |step, walk, runner| {
        for goal in step.goals.iter().filter(|goal| runner.goal(&goal.id).is_none()) {
            problems.push(problem(Code::LessonGoalMissed, step, &goal.id));
        }
        for question in &step.questions {
            let Some(asked) = runner.asked(&question.id) else {
                problems.push(problem(Code::LessonQuestionNoChoices, step, &question.id));
                continue;
            };
            if question.ask.answer(walk.world()).is_some() {
                problems.push(problem(Code::LessonQuestionLate, step, &question.id));
            }
            match first_answer(&question.ask, walk) {
                None => problems.push(problem(Code::LessonQuestionUnanswered, step, &question.id)),
                Some((_, answer)) if !asked.choices.contains(&answer) => {
                    problems.push(problem(Code::LessonQuestionOutside, step, &question.id));
                }
                Some(_) => {}
            }
        }
    });
    problems.extend(spoiler::given_away(lesson, trace));
    problems
}
