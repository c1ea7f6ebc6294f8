//! What a question asks is told nowhere before the machine tells it: not in the picture, not in what is said of it, not on a button, not
//! on another side of the page; and what is asked, and the goals, stand still and say what is so.

use crate::common::{Window, app, app_mut, press, tell};
use crate::lesson::{LESSONS, lesson_in, onward, page};
use dockwalk::i18n::{Lang, Veil, Words};
use dockwalk::lesson::Question;
use dockwalk::spec::Digest;
use dockwalk::trace::Entity;
use dockwalk::ui::command::{LessonCommand, ViewCommand};
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::state::{Face, Mover, Notice, Place};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use std::collections::BTreeSet;

const SMALL: (f32, f32) = (1280.0, 720.0);

/// Everything that the window shows and says: labels, values and descriptions of what there is, and every letter that is painted.
fn everything(window: &Window) -> Vec<String> {
    let nodes = window.root().children_recursive().filter(|node| node.accesskit_node().bounding_box().is_some());
    let said = nodes.flat_map(|node| {
        let node = node.accesskit_node();
        [node.label(), node.value(), node.description()]
    });
    let mut all: Vec<String> = said.flatten().collect();
    window.output().shapes.iter().for_each(|shape| letters(&shape.shape, &mut all));
    assert!(all.len() > 6, "{all:?}");
    all
}

fn letters(shape: &egui::Shape, found: &mut Vec<String>) {
    match shape {
        egui::Shape::Vec(all) => all.iter().for_each(|one| letters(one, found)),
        egui::Shape::Text(text) => found.push(text.galley.text().to_owned()),
        _ => {}
    }
}

/// What waits for its answer, or veils it before it is asked, and is not the question that is shown: that one names its choices.
fn pending(window: &Window) -> Vec<Question> {
    let state = &app(window).state;
    let Some(course) = state.course.as_ref().filter(|course| !course.is_ended()) else { return vec![] };
    let pending = course.runner().veiling(state.world());
    let shown = if state.presenter { None } else { Some(state.face()) };
    pending.filter(|question| shown != Some(Face::Ask(question.id.clone()))).cloned().collect()
}

/// Where something gives an answer away.
fn given_away(window: &Window, found: &mut BTreeSet<String>) -> usize {
    let state = &app(window).state;
    let questions = pending(window);
    if questions.is_empty() {
        return 0;
    }
    let asked = page(window).questions;
    // Before a class the question is the sentence, with its choices.
    let is_question = |text: &str| {
        let begin = |ask: &str| ask.replace(['`', '*'], "").chars().take(12).collect::<String>();
        state.presenter && asked.iter().any(|one| text.starts_with(&begin(&one.ask)))
    };
    let all = everything(window);
    for question in &questions {
        for text in all.iter().filter(|text| !is_question(text)) {
            if let Some(words) = question.hides.found_in(state.lang, text) {
                let (page, face) = (page(window).id, state.face());
                found.insert(format!("{:?} {page} {face:?}, {}: `{words}` in `{text}`", state.lang, question.id));
            }
        }
    }
    questions.len()
}

/// What was looked at on the way through a lesson.
#[derive(Default)]
struct Walk {
    given: BTreeSet<String>,
    looked: usize,
    planted: BTreeSet<String>,
    wrong: Vec<String>,
    titles: usize,
    several: usize,
    questions: usize,
    goals: (usize, usize),
}

/// Every lesson in that language, by its one key, with everything looked at on the way.
fn walk(lang: Lang) -> Walk {
    let mut walk = Walk::default();
    for name in LESSONS {
        let mut window = lesson_in(name, lang, SMALL);
        while app(&window).state.course.as_ref().is_some_and(|course| !course.is_ended()) {
            spoilers(&mut window, &mut walk);
            sides(&window, &mut walk);
            button(&window, &mut walk);
            goals(&window, &mut walk);
            if let Mover::Predict(id) = app(&window).state.mover() {
                chosen(&mut window, &id, &mut walk);
            }
            onward(&mut window, true);
        }
        cut(&mut window, &mut walk);
    }
    walk
}

#[test]
fn nothing_is_told_before_the_machine_tells_it_in_korean() {
    check(&walk(Lang::Ko));
}

#[test]
fn nothing_is_told_before_the_machine_tells_it_in_english() {
    check(&walk(Lang::En));
}

#[track_caller]
fn check(walk: &Walk) {
    assert!(walk.given.is_empty(), "{} of {}: {:#?}", walk.given.len(), walk.looked, walk.given);
    assert!(walk.wrong.is_empty(), "{:#?}", walk.wrong);
    assert!(walk.looked > 150 && walk.planted.len() > 15, "{}, {:?}", walk.looked, walk.planted);
    assert!(walk.titles > 5 && walk.several > 10 && walk.questions > 15, "{} {}", walk.titles, walk.several);
    assert!(walk.goals.0 > 5 && walk.goals.1 > 30, "{:?}", walk.goals);
}

/// Nothing gives an answer away: on any side of the page, in the list of steps, before a class.
fn spoilers(window: &mut Window, walk: &mut Walk) {
    walk.looked += given_away(window, &mut walk.given);
    if pending(window).is_empty() || app(window).state.place() != Some(Place::Here) {
        return;
    }
    let (here, faces) = (app(window).state.face(), app(window).state.faces());
    for face in faces.into_iter().filter(|face| *face != here) {
        tell(window, LessonCommand::Face(face));
        walk.looked += given_away(window, &mut walk.given);
    }
    tell(window, LessonCommand::Face(here));
    tell(window, ViewCommand::Steps);
    walk.looked += given_away(window, &mut walk.given);
    tell(window, ViewCommand::Steps);
    app_mut(window).state.presenter = true;
    window.run_steps(2);
    walk.looked += given_away(window, &mut walk.given);
    app_mut(window).state.presenter = false;
    window.run_steps(2);
    // The test sees what it looks for.
    let lang = app(window).state.lang;
    for question in pending(window).into_iter().filter(|question| walk.planted.insert(question.id.clone())) {
        app_mut(window).state.notice = Some(Notice::good(question.hides.of(lang)[0].clone()));
        window.run_steps(2);
        let mut seen = BTreeSet::new();
        given_away(window, &mut seen);
        assert!(seen.iter().any(|one| one.contains(&question.id)), "{}", question.id);
        app_mut(window).state.notice = None;
        window.run_steps(2);
    }
}

/// Every side of a page has a name of its own.
fn sides(window: &Window, walk: &mut Walk) {
    let tabs = window.query_all_by_role(Role::Tab);
    let tabs: Vec<_> = tabs.filter_map(|node| node.accesskit_node().label()).collect();
    if tabs.iter().collect::<BTreeSet<_>>().len() != tabs.len() {
        walk.wrong.push(format!("sides of {}: {tabs:?}", page(window).id));
    }
    walk.several += usize::from(app(window).state.faces().len() > 2);
}

/// The button names no page before what is asked is answered.
fn button(window: &Window, walk: &mut Walk) {
    let state = &app(window).state;
    let Mover::Turn(number) = state.mover() else { return };
    let lesson = state.course.as_ref().unwrap().lesson();
    let title = lesson.section(state.lang, &lesson.script.steps[number].id).unwrap().title.clone();
    let says = everything(window).iter().any(|text| text.contains(&title));
    if says == state.has_pending() {
        walk.wrong.push(format!("the button on {}: {title}", page(window).id));
    }
    walk.titles += usize::from(says);
}

/// A goal says what is to be done until it is.
fn goals(window: &Window, walk: &mut Walk) {
    let state = &app(window).state;
    let (view, course) = (page(window), state.course.as_ref().unwrap());
    let section = course.lesson().section(state.lang, &view.id).unwrap();
    for goal in &view.goals {
        let text = &section.goals[&goal.id];
        if goal.text != if goal.reached { &*text.reached } else { &*text.aim } {
            walk.wrong.push(format!("{} {}: {}", view.id, goal.id, goal.text));
        }
        walk.goals.0 += usize::from(!goal.reached);
        walk.goals.1 += usize::from(goal.reached);
    }
}

/// Choices stay where they are when one is chosen.
fn chosen(window: &mut Window, id: &str, walk: &mut Walk) {
    press(window, Key::Space);
    window.run_steps(20);
    let before = choices(window);
    tell(window, LessonCommand::Predict(id.to_owned(), 1));
    window.run_steps(20);
    if choices(window) != before || before.len() < 2 {
        walk.wrong.push(format!("the choices of {id}: {before:?}, {:?}", choices(window)));
    }
    walk.questions += 1;
}

/// The choices of the question that is shown, where they are.
fn choices(window: &Window) -> Vec<(String, egui::Rect)> {
    let nodes = window.query_all_by_role(Role::RadioButton);
    nodes.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())).collect()
}

/// No line of the end page is cut.
fn cut(window: &mut Window, walk: &mut Walk) {
    window.run_steps(4);
    let mut painted = vec![];
    painted_at_left(window, &mut painted);
    let cut = painted.iter().filter(|text| text.ends_with('…'));
    walk.wrong.extend(cut.map(|text| format!("cut on the end page: {text}")));
    if painted.len() < 12 {
        walk.wrong.push(format!("the end page: {painted:?}"));
    }
}

/// From the manifest on a picture would show by numbers and places which layer is the lowest, long before that is asked.
#[test]
fn no_picture_has_an_order_of_layers_while_it_is_asked() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let numbered: Vec<String> = (1..=9).map(|n| words.say_with("scene-layer", &[("n", &n.to_string())])).collect();
        let mut window = lesson_in(LESSONS[0], lang, (1440.0, 900.0));
        let (mut veiled, mut told) = (0, 0);
        while app(&window).state.course.as_ref().is_some_and(|course| !course.is_ended()) && told < 2 {
            let course = app(&window).state.course.as_ref().unwrap();
            let hides = course.runner().veiling(app(&window).state.world()).any(|question| question.id == "lowest");
            for tab in [Tab::Image, Tab::Layers] {
                tell(&mut window, ViewCommand::Tab(Tab::ALL.iter().position(|one| *one == tab).unwrap()));
                window.run_steps(3);
                let (listed, drawn) = layers(&window, tab);
                if drawn.len() < 3 {
                    continue;
                }
                let upwards: Vec<_> = drawn.iter().rev().cloned().collect();
                let says = everything(&window)
                    .into_iter()
                    .find(|text| numbered.iter().any(|layer| text == layer || text.starts_with(&format!("{layer} "))));
                let order = [listed.clone(), listed.iter().rev().cloned().collect()].contains(&drawn);
                let page = page(&window).id;
                if hides {
                    assert_eq!((order, says), (false, None), "{lang:?} {page} {tab:?}: {drawn:?}");
                    veiled += 1;
                } else {
                    assert!(upwards == listed && says.is_some(), "{lang:?} {page} {tab:?}: {drawn:?}");
                    told += 1;
                }
            }
            onward(&mut window, true);
        }
        assert!(veiled > 4 && told > 0, "{veiled} {told}");
    }
}

/// The layers of the lesson's image as its manifest lists them, and as they are drawn from the top down.
fn layers(window: &Window, tab: Tab) -> (Vec<Digest>, Vec<Digest>) {
    let world = app(window).state.world();
    let Some(manifest) = world.manifests.values().next() else { return (vec![], vec![]) };
    let listed: Vec<Digest> = manifest.layers.iter().map(|layer| layer.digest.clone()).collect();
    let scene = &app(window).seen(tab).unwrap().scene;
    let mut drawn: Vec<(f32, Digest)> = vec![];
    for digest in &listed {
        let unpacked = world.layers.iter().find(|(_, layer)| layer.blob.as_ref() == Some(digest));
        let unpacked = unpacked.and_then(|(chain, _)| scene.shape_of(&Entity::Layer(chain.clone())));
        let shape = scene.shape_of(&Entity::Blob(digest.clone())).or(unpacked);
        drawn.extend(shape.map(|shape| (shape.rect.top(), digest.clone())));
    }
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
    (listed, drawn.into_iter().map(|(_, digest)| digest).collect())
}

/// What is not said yet is not said to be predicted where nobody is asked.
#[test]
fn what_is_held_back_says_until_when() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let said = |window: &Window, key: &str| everything(window).iter().any(|text| *text == words.say(key));
        let mut window = lesson_in("02-storage", lang, (1440.0, 900.0));
        let mut seen = BTreeSet::new();
        while app(&window).state.course.as_ref().is_some_and(|course| !course.is_ended()) {
            let runner = app(&window).state.course.as_ref().unwrap().runner();
            // Before the page rests, nobody is asked yet.
            let here = app(&window).state.place() == Some(Place::Here);
            let told = |veil| if veil == Veil::Asked && !here { Veil::Later } else { veil };
            let veils = runner.veiling(app(&window).state.world()).map(|one| told(runner.veil(one)));
            let veils: BTreeSet<_> = veils.collect();
            for veil in [Veil::Predicted, Veil::Asked, Veil::Later] {
                let says = said(&window, veil.key());
                assert!(!says || veils.contains(&veil), "{lang:?} {}: {veil:?} of {veils:?}", page(&window).id);
                seen.extend(says.then_some(veil));
            }
            if let Mover::Predict(id) = app(&window).state.mover() {
                assert!(veils.contains(&Veil::Asked), "{id}: {veils:?}");
            }
            onward(&mut window, true);
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
    }
}

#[test]
fn nothing_is_cut_on_the_start_page() {
    for lang in Lang::ALL {
        let options = dockwalk::ui::Options { lang: Some(lang), ..dockwalk::ui::Options::default() };
        let mut window = crate::common::open(options, SMALL);
        window.run_steps(4);
        let cut: Vec<_> = everything(&window).into_iter().filter(|text| text.contains('…')).collect();
        assert!(cut.is_empty(), "{lang:?}, start page: {cut:?}");
    }
}

fn painted_at_left(window: &Window, found: &mut Vec<String>) -> f32 {
    fn walk(shape: &egui::Shape, left_of: f32, found: &mut Vec<String>) {
        match shape {
            egui::Shape::Vec(all) => all.iter().for_each(|one| walk(one, left_of, found)),
            // The bar at the top gives the title what room its chips leave.
            egui::Shape::Text(text) if text.pos.x < left_of && text.pos.y > 48.0 => {
                let elided = text.galley.elided;
                found.push(format!("{}{}", text.galley.text(), if elided { "…" } else { "" }));
            }
            _ => {}
        }
    }
    let panel = 300.0;
    window.output().shapes.iter().for_each(|shape| walk(&shape.shape, panel, found));
    panel
}
