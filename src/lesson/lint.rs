use super::*;
use crate::i18n::Lang;
use crate::trace::{Code, Problem};
use std::collections::BTreeSet;

/// What is wrong with a lesson that is well formed: texts that are missing or that nothing shows, claims that the notes
/// do not make, questions that cannot be asked, commands that docker's grammar refuses.
///
/// `command` says why it refuses a command line.
pub fn lint(lesson: &Lesson, command: &dyn Fn(&str) -> Result<(), String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let script = &lesson.script;
    if lesson.folder != format!("{}-{}", script.id, script.slug) {
        let problem = Problem::new(Code::LessonFolder).with("file", script_file(lesson));
        problems.push(problem.with("name", format!("{}-{}", script.id, script.slug)));
    }
    if script.steps.is_empty() {
        problems.push(Problem::new(Code::LessonNoSteps).with("file", script_file(lesson)));
    }
    let mut ids = BTreeSet::new();
    let mut goals: BTreeSet<&str> = BTreeSet::new();
    for step in &script.steps {
        let at = |code: Code, name: &str| {
            Problem::new(code).with("file", script_file(lesson)).with("step", &step.id).with("name", name)
        };
        if !ids.insert(step.id.as_str()) {
            problems.push(at(Code::LessonStepTwice, &step.id));
        }
        // What stands for a goal's value is one word in any case: a digest, or an address.
        let filled = |line: &str, value: &str| {
            goals.iter().fold(line.to_owned(), |line, goal| line.replace(&format!("{{{{{goal}}}}}"), value))
        };
        let digest = crate::spec::Digest::from_sha256(&[0; 32]).to_string();
        let said = |line: &str| {
            let as_digest = command(&filled(line, &digest));
            if as_digest.is_err() && command(&filled(line, ADDRESS)).is_ok() { Ok(()) } else { as_digest }
        };
        match step.run.as_deref().map(said) {
            Some(Err(reason)) if !step.refused => {
                problems.push(at(Code::LessonCommand, step.run.as_deref().unwrap_or_default()).with("reason", reason));
            }
            // What is to be refused must be, and nothing can come of it.
            Some(Ok(())) if step.refused => {
                problems.push(at(Code::LessonNotRefused, step.run.as_deref().unwrap_or_default()));
            }
            _ if step.refused && !step.is_unseen() => problems.push(at(Code::LessonNotRefused, &step.id)),
            _ => {}
        }
        if step.terminal.is_some() != step.types.is_some() {
            problems.push(at(Code::LessonTerminal, &step.id));
        }
        for claim in step.claims.iter().filter(|claim| verdicts_of(claim).is_none()) {
            problems.push(at(Code::LessonClaimUnknown, claim));
        }
        for question in &step.questions {
            if !question.ask.is_askable() {
                problems.push(at(Code::LessonQuestionForm, &question.id));
            }
            if Lang::ALL.into_iter().any(|lang| question.hides.of(lang).is_empty()) {
                problems.push(at(Code::LessonHidesNothing, &question.id));
            }
            if question.veils == Veils::FromStart && question.said_by().next().is_none() {
                problems.push(at(Code::LessonVeilsNothing, &question.id));
            }
        }
        for goal in &step.goals {
            if let Condition::Console { shows: Shown::ValueOf(earlier), .. } = &goal.when
                && !goals.contains(earlier.as_str())
            {
                problems.push(at(Code::LessonGoalEarlier, earlier));
            }
            goals.insert(goal.id.as_str());
        }
    }
    problems.extend(Lang::ALL.into_iter().flat_map(|lang| lint_prose(lesson, lang)));
    problems
}

/// Any address (TEST-NET-1, RFC 5737).
const ADDRESS: &str = "192.0.2.1";

fn script_file(lesson: &Lesson) -> String {
    format!("{}/lesson.toml", lesson.folder)
}

/// The texts against the script: what is missing, and what nothing shows.
fn lint_prose(lesson: &Lesson, lang: Lang) -> Vec<Problem> {
    let file = format!("{}/{}.md", lesson.folder, lang.code());
    let missing = |name: String| Problem::new(Code::LessonMissing).with("file", &file).with("name", name);
    let orphan = |line: usize, name: String| {
        Problem::new(Code::LessonOrphan).with("file", &file).with("line", line).with("name", name)
    };
    let prose = lesson.prose(lang);
    let mut problems = Vec::new();
    for step in &lesson.script.steps {
        let Some(section) = prose.sections.get(&step.id) else {
            problems.push(missing(format!("## {}: …", step.id)));
            continue;
        };
        let wanted = headings_of_script(step);
        let written = headings_of_prose(section);
        // What moves the machine is announced before it does.
        let moves = step.run.is_some() || step.types.is_some() || step.stop_at.is_some();
        if moves && section.before.is_empty() {
            problems.push(missing(format!("## {} … ### before", step.id)));
        }
        problems.extend(wanted.difference(&written).map(|name| missing(name.clone())));
        problems.extend(written.difference(&wanted).map(|name| orphan(section.line, name.clone())));
    }
    let known = |id: &String| lesson.script.steps.iter().any(|step| step.id == *id);
    let unknown = prose.sections.iter().filter(|(id, _)| !known(id));
    problems.extend(unknown.map(|(id, section)| orphan(section.line, format!("## {id}"))));
    problems
}

fn headings_of_script(step: &LessonStep) -> BTreeSet<String> {
    let questions =
        step.questions.iter().flat_map(|q| [format!("### question {}", q.id), format!("### answer {}", q.id)]);
    let goals = step.goals.iter().flat_map(|g| [format!("### goal {}", g.id), format!("### reached {}", g.id)]);
    let claims = step.claims.iter().map(|claim| format!("### claim {claim}"));
    questions.chain(goals).chain(claims).collect()
}

fn headings_of_prose(section: &Section) -> BTreeSet<String> {
    let questions = section.questions.iter().flat_map(|(id, text)| {
        let ask = (!text.ask.is_empty()).then(|| format!("### question {id}"));
        let because = (!text.because.is_empty()).then(|| format!("### answer {id}"));
        ask.into_iter().chain(because)
    });
    let goals = section.goals.iter().flat_map(|(id, text)| {
        let aim = (!text.aim.is_empty()).then(|| format!("### goal {id}"));
        let reached = (!text.reached.is_empty()).then(|| format!("### reached {id}"));
        aim.into_iter().chain(reached)
    });
    let claims = section.claims.keys().map(|id| format!("### claim {id}"));
    questions.chain(goals).chain(claims).collect()
}
