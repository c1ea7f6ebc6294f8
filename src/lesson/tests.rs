//! The lessons of the program themselves, and a runner led through a World that is made here.

use super::*;
use crate::i18n::{Lang, Words};
use crate::trace::{Code, Event, Problem, World};
use std::sync::Arc;

fn lessons() -> Vec<Arc<Lesson>> {
    let parsed = embedded().into_iter().map(|source| Lesson::parse(&source).map(Arc::new).map_err(|p| in_words(&p)));
    parsed.collect::<Result<_, _>>().unwrap_or_else(|problems| panic!("{problems}"))
}

fn in_words(problems: &[Problem]) -> String {
    let words = Words::new(Lang::En);
    problems.iter().map(|problem| words.problem(problem)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_lesson_is_well_formed_in_both_languages() {
    // What the grammar says is held against it elsewhere.
    let refused = |line: &str| if line == "docker container -it lab/shell:1" { Err(line.to_owned()) } else { Ok(()) };
    for lesson in lessons() {
        let problems = lint(&lesson, &refused);
        assert!(problems.is_empty(), "{}", in_words(&problems));
    }
}

#[test]
fn every_word_of_an_answer_is_said_in_both_languages() {
    for words in Lang::ALL.map(Words::new) {
        for answer in Term::ALL.iter().copied().map(Answer::Term).chain([Answer::Bool(true), Answer::List(vec![])]) {
            assert!(!answer.show(&words).contains('⟨'), "{answer:?}");
        }
        for verdict in [Verdict::Confirmed, Verdict::Refined, Verdict::Corrected, Verdict::Measured, Verdict::Answered]
        {
            assert!(!words.say(verdict.key()).contains('⟨'), "{verdict:?}");
        }
    }
}

#[test]
fn the_claims_of_the_first_two_lessons_are_all_shown() {
    let lessons = lessons();
    let shown = |i: usize| lessons[i].script.steps.iter().flat_map(|step| step.claims.clone()).collect::<Vec<_>>();
    for claim in ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A11", "B5", "B6", "B8", "B11"] {
        assert!(shown(0).iter().any(|c| c == claim), "{claim} is not shown in the first lesson");
    }
    for claim in ["A22", "A24", "A25", "A26"] {
        assert!(shown(1).iter().any(|c| c == claim), "{claim} is not shown in the second lesson");
    }
}

#[test]
fn a_world_in_which_nothing_happened_reaches_no_goal() {
    for lesson in lessons() {
        let mut runner = Runner::new(lesson);
        loop {
            assert_eq!(runner.observe(&World::default(), &Console::default()), []);
            assert!(runner.step().goals.is_empty() || !runner.step_is_done(), "{}", runner.step().id);
            if !runner.advance() {
                break;
            }
        }
        assert_eq!(runner.progress().goals_reached, 0);
    }
}

#[test]
fn an_empty_recording_is_refused() {
    for lesson in lessons() {
        let trace = crate::trace::Trace::from_events(Vec::<Event>::new()).unwrap();
        let problems = play(&lesson, &trace);
        let goals: usize = lesson.script.steps.iter().map(|step| step.goals.len()).sum();
        let missed = problems.iter().filter(|problem| problem.code == Code::LessonGoalMissed).count();
        assert_eq!(missed, goals, "{}", in_words(&problems));
    }
}
