//! Before a class the sentence is what the page says: its text, the question with its choices, the answer with its reason, what becomes
//! of a claim of the notes.

use crate::common::{Window, app, app_mut};
use crate::lesson::{LESSONS, lesson_in, page};
use crate::walk::each_stop;
use dockwalk::i18n::Lang;
use dockwalk::lesson::QuestionState;
use dockwalk::ui::state::{Face, Mover, Place};
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use std::collections::BTreeMap;

/// The large sentence.
fn sentence(window: &Window) -> String {
    let said = window.query_all_by_role(Role::Status).filter_map(|node| node.accesskit_node().label());
    said.max_by_key(String::len).unwrap_or_default()
}

/// The first words of a text, as they are read.
fn first_words(markdown: &str) -> String {
    markdown.replace(['`', '*'], "").split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// What the sentence lacks, and which side of the page it is for.
fn lacking(window: &Window) -> Option<(&'static str, Vec<String>)> {
    let state = &app(window).state;
    if state.course.as_ref()?.is_ended() || state.place() != Some(Place::Here) {
        return None;
    }
    let face = match state.mover() {
        Mover::Predict(id) => Face::Ask(id),
        _ => state.face(),
    };
    let view = page(window);
    let (side, wanted) = match &face {
        Face::Text => ("text", vec![first_words(&view.text)]),
        Face::Ask(id) => {
            let question = view.questions.iter().find(|question| question.id == *id)?;
            let choices = match &question.state {
                QuestionState::Predicted(chosen) => vec![question.choices[*chosen].clone()],
                _ => question.choices.clone(),
            };
            ("question", [vec![first_words(&question.ask)], choices].concat())
        }
        Face::Answer(id) => {
            let question = view.answered.iter().find(|question| question.id == *id)?;
            let because = first_words(question.because.as_deref().unwrap_or_default());
            ("answer", vec![question.answer.clone()?, because])
        }
        Face::Note(id) => {
            let claim = view.claims.iter().find(|claim| claim.id == *id)?;
            let verdicts = claim.verdicts.iter().map(|verdict| state.words().say(verdict.key()));
            ("note", [vec![claim.id.clone(), first_words(&claim.shown)], verdicts.collect()].concat())
        }
    };
    let said = sentence(window);
    Some((side, wanted.into_iter().filter(|words| !said.contains(words.as_str())).collect()))
}

/// Every letter that is painted.
fn letters(shape: &egui::Shape, found: &mut Vec<(String, f32)>) {
    match shape {
        egui::Shape::Vec(all) => all.iter().for_each(|one| letters(one, found)),
        egui::Shape::Text(text) => {
            let sizes = text.galley.job.sections.iter().map(|section| section.format.font_id.size);
            found.push((text.galley.text().to_owned(), sizes.fold(f32::INFINITY, f32::min)));
        }
        _ => {}
    }
}

/// Every text that is painted and does not end.
fn elided(shape: &egui::Shape, found: &mut Vec<String>) {
    match shape {
        egui::Shape::Vec(all) => all.iter().for_each(|one| elided(one, found)),
        egui::Shape::Text(text) if text.galley.elided => found.push(text.galley.text().to_owned()),
        _ => {}
    }
}

/// What a page of the lessons on networks waits for in a terminal stands below the picture, large enough for the last row.
#[test]
fn before_a_class_the_lines_stand_there_that_the_page_speaks_of() {
    let mut seen = 0;
    for (name, lang) in [("06-who-reaches-whom", Lang::Ko), ("07-host-and-none", Lang::En)] {
        let mut window = lesson_in(name, lang, (1280.0, 720.0));
        app_mut(&mut window).state.presenter = true;
        each_stop(&mut window, |window| {
            let state = &app(window).state;
            let course = state.course.as_ref().unwrap();
            if course.is_ended() || state.place() != Some(Place::Here) || matches!(state.face(), Face::Note(_)) {
                return;
            }
            let mut painted = Vec::new();
            window.output().shapes.iter().for_each(|shape| letters(&shape.shape, &mut painted));
            for word in course.runner().printed().into_iter().take(2) {
                let large = painted.iter().find(|(text, size)| text.contains(&word) && *size > 20.0);
                assert!(large.is_some(), "{name} {}: {word}", page(window).id);
                seen += 1;
            }
        });
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn before_a_class_the_sentence_is_what_the_page_says() {
    let mut looked: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, lang) in LESSONS.iter().flat_map(|name| Lang::ALL.map(|lang| (name, lang))) {
        let mut window = lesson_in(name, lang, (1280.0, 720.0));
        app_mut(&mut window).state.presenter = true;
        each_stop(&mut window, |window| {
            let Some((side, lacking)) = lacking(window) else { return };
            *looked.entry(side).or_default() += 1;
            if side == "question" {
                let mut cut = Vec::new();
                window.output().shapes.iter().for_each(|shape| elided(&shape.shape, &mut cut));
                let begins = |text: &String| {
                    text.contains("1)\u{a0}") || sentence(window).starts_with(text.trim_end_matches('…'))
                };
                faults.extend(
                    cut.iter()
                        .filter(|text| begins(text))
                        .map(|text| format!("{name} {lang:?} {}: the question is cut: {text}", page(window).id)),
                );
            }
            if !lacking.is_empty() {
                faults.push(format!(
                    "{name} {lang:?} {} {side}: {lacking:?} in `{}`",
                    page(window).id,
                    sentence(window)
                ));
            }
        });
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    for side in ["text", "question", "answer", "note"] {
        assert!(looked.get(side).is_some_and(|n| *n > 15), "{looked:?}");
    }
}
