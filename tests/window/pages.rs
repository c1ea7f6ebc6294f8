//! Every side of every page of every lesson fits into its panel in a window of 1280×720, with the question open and answered, in
//! both languages: nothing has to be scrolled.

use crate::common::{Window, app, app_mut, open, tell};
use dockwalk::i18n::Lang;
use dockwalk::lesson::{Lesson, embedded};
use dockwalk::ui::command::LessonCommand;
use dockwalk::ui::panels::lesson::HEIGHT;
use dockwalk::ui::state::{Mover, Place};
use dockwalk::ui::{Open, Options};
use std::path::Path;

fn window(name: &str, lang: Lang) -> Window {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/traces/{name}.ndjson"));
    let options = Options { lang: Some(lang), open: Open::LessonOn(name.to_owned(), path), ..Options::default() };
    let mut window = open(options, (1280.0, 720.0));
    for _ in 0..500 {
        window.run_steps(1);
        if app(&window).state.has_trace() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    app_mut(&mut window).state.speed = 16.0;
    window.run_steps(3);
    window
}

/// What is shown now, and by how much it is too high.
fn measure(window: &Window, found: &mut Vec<String>) {
    let (height, room) = window.ctx.data(|data| data.get_temp::<(f32, f32)>(egui::Id::unique(HEIGHT))).unwrap();
    assert!(room > 200.0, "{room}");
    if height > room {
        let state = &app(window).state;
        let course = state.course.as_ref().unwrap();
        let (folder, step) = (&course.lesson().folder, &course.runner().step().id);
        let (face, place) = (state.face(), state.place().unwrap());
        let ended = if course.is_ended() { "the end page" } else { "" };
        found.push(format!("{folder} {:?} {step} {place:?} {face:?} {ended}: {height} of {room}", state.lang));
    }
}

#[test]
fn no_page_has_to_be_scrolled_at_1280_by_720() {
    let mut found = vec![];
    let mut measured = 0;
    for source in embedded() {
        for lang in Lang::ALL {
            let mut window = window(&source.folder, lang);
            for _ in 0..400 {
                window.run_steps(2);
                measure(&window, &mut found);
                measured += 1;
                let state = &app(&window).state;
                if state.course.as_ref().unwrap().is_ended() {
                    break;
                }
                match state.mover() {
                    Mover::Predict(id) if state.asks.as_ref() == Some(&id) => {
                        tell(&mut window, LessonCommand::Predict(id, 1));
                    }
                    _ => tell(&mut window, LessonCommand::Onward),
                }
                while app(&window).state.mover() == Mover::Wait {
                    window.run_steps(4);
                }
                assert_ne!(app(&window).state.place(), Some(Place::Passed));
            }
            assert!(app(&window).state.course.as_ref().unwrap().is_ended(), "{}", source.folder);
        }
    }
    assert!(measured > 250, "{measured}");
    assert!(found.is_empty(), "{} of {measured} are too high:\n{}", found.len(), found.join("\n"));
}

/// A page is one idea: no text of one is longer than ninety words.
#[test]
fn no_text_of_a_lesson_is_long() {
    let mut long = vec![];
    for source in embedded() {
        let lesson = Lesson::parse(&source).unwrap();
        for lang in Lang::ALL {
            for (id, section) in &lesson.prose(lang).sections {
                let notes = section.claims.values().map(|claim| &claim.shown);
                let answers = section.questions.values().map(|question| &question.because);
                for text in [&section.text, &section.before].into_iter().chain(notes).chain(answers) {
                    let words = text.split_whitespace().count();
                    if words > 90 {
                        long.push(format!("{} {lang:?} {id}: {words} words: {text}", source.folder));
                    }
                }
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}
