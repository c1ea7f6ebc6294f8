//! What gives an answer away: words of a lesson, or of the program, that may be read before the machine tells.

use super::walk::{Walk, first_answer, walk};
use super::*;
use crate::i18n::{Lang, Veil, Words};
use crate::trace::{Body, Code, Problem, StepKind, Trace};
use std::collections::BTreeMap;
use std::sync::Arc;

/// When a step rests, and what the program says there.
struct Read {
    rest: u64,
    /// What happened last.
    event: Option<u64>,
    /// The step that was begun last.
    last: Option<StepKind>,
}

/// The places in which a question's `hides` can be read, though the machine has not told the answer yet.
pub(super) fn given_away(lesson: &Arc<Lesson>, trace: &Trace) -> Vec<Problem> {
    let (mut reads, mut told) = (Vec::new(), BTreeMap::new());
    walk(lesson, trace, |step, at, _| {
        for question in &step.questions {
            told.insert((reads.len(), question.id.as_str().to_owned()), first_answer(&question.ask, at).map(|it| it.0));
        }
        reads.push(read(at));
    });
    let mut problems = Vec::new();
    for (number, step) in lesson.script.steps.iter().enumerate() {
        for question in &step.questions {
            let Some(Some(until)) = told.get(&(number, question.id.clone())).copied() else { continue };
            for lang in Lang::ALL {
                let texts = before(lesson, trace, lang, (number, question), (&reads, &told), until);
                problems.extend(texts.into_iter().filter_map(|(page, text)| {
                    let words = question.hides.found_in(lang, &text)?;
                    let problem = Problem::new(Code::LessonGivenAway).with("lesson", &lesson.folder);
                    let problem = problem.with("step", page).with("name", &question.id).with("words", words);
                    Some(problem.with("text", text.lines().next().unwrap_or_default()))
                }));
            }
        }
    }
    problems
}

fn read(walk: &Walk<'_>) -> Read {
    let trace = walk.trace();
    let observed = |at: &u64| trace.event(*at).is_some_and(|event| matches!(event.body, Body::Observed { .. }));
    let event = (trace.start() + 1..=walk.position()).rev().find(observed);
    let last = trace.steps(0).take_while(|mark| mark.announced < walk.position()).last().map(|mark| mark.kind);
    Read { rest: walk.position(), event, last }
}

type Told = BTreeMap<(usize, String), Option<u64>>;

/// All that may be read of the lesson, and is said at its rests, before the trace has come to `until`; by the page's id.
fn before(
    lesson: &Lesson,
    trace: &Trace,
    lang: Lang,
    (number, question): (usize, &Question),
    (reads, told): (&[Read], &Told),
    until: u64,
) -> Vec<(String, String)> {
    let words = Words::new(lang).veiling(question.said_by().map(|key| (key, Veil::Asked)).collect());
    let mut texts = Vec::new();
    // What is veiled from the start is told on no page before, either.
    let first = if question.veils == Veils::FromStart { 0 } else { number };
    for (page, step) in lesson.script.steps.iter().enumerate().skip(first) {
        if page > number && reads[page - 1].rest >= until {
            break;
        }
        let Some(section) = lesson.section(lang, &step.id) else { continue };
        let mut add = |text: &String| texts.push((step.id.clone(), text.clone()));
        add(&section.title);
        add(&section.before);
        section.goals.values().for_each(|goal| add(&goal.aim));
        section.questions.values().for_each(|one| add(&one.name));
        if reads[page].rest >= until {
            continue;
        }
        add(&section.text);
        section.goals.values().for_each(|goal| add(&goal.reached));
        section.claims.values().for_each(|claim| [&claim.said, &claim.shown].into_iter().for_each(&mut add));
        section.questions.iter().filter(|(id, _)| page != number || **id != question.id).for_each(|(_, q)| add(&q.ask));
        // What was answered on the way here is shown here.
        let from = page.checked_sub(1).map_or(0, |before| reads[before].rest);
        let here = |at: &Option<u64>| at.is_some_and(|at| from < at && at <= reads[page].rest);
        for ((asked, id), _) in told.iter().filter(|(_, at)| here(at)) {
            let from = &lesson.script.steps[*asked].id;
            let answered = lesson.section(lang, from).and_then(|section| section.questions.get(id));
            answered.into_iter().for_each(|text| add(&text.because));
        }
        if let Some(event) = reads[page].event.and_then(|at| trace.event(at)) {
            add(&words.narrate(&event, &trace.seek(event.seq - 1)));
        }
        reads[page].last.into_iter().for_each(|kind| add(&words.step(kind)));
    }
    texts
}
