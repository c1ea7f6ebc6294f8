//! A lesson in the window, on its recording: one action leads through it, and nothing leads past its stops unasked.

use crate::common::{Window, app, app_mut, click, open, press, tell};
use dockwalk::i18n::Lang;
use dockwalk::lesson::{QuestionState, QuestionView};
use dockwalk::trace::Entity;
use dockwalk::ui::command::{Command, LessonCommand, PlaybackCommand, SourceCommand};
use dockwalk::ui::diagrams::{StorageView, Tab};
use dockwalk::ui::state::{Face, Mover, Notice, Origin, Place};
use dockwalk::ui::{Open, Options};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use std::collections::BTreeSet;
use std::path::Path;

pub const LESSONS: [&str; 10] = [
    "01-pull-and-run",
    "02-storage",
    "03-tags-and-digests",
    "04-life",
    "05-kernel",
    "06-who-reaches-whom",
    "07-host-and-none",
    "08-copy",
    "09-table",
    "10-postgres",
];

/// That lesson on the recording that is part of the program.
fn lesson(name: &str, lang: Lang) -> Window {
    lesson_in(name, lang, (1440.0, 900.0))
}

/// The same in a window of that size.
pub fn lesson_in(name: &str, lang: Lang, size: (f32, f32)) -> Window {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/traces/{name}.ndjson"));
    let options = Options { lang: Some(lang), open: Open::LessonOn(name.to_owned(), path), ..Options::default() };
    let mut window = open(options, size);
    for _ in 0..500 {
        window.run_steps(1);
        if app(&window).state.has_trace() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(app(&window).state.has_trace(), "{:?}", app(&window).state.origin);
    app_mut(&mut window).state.speed = 16.0;
    window
}

pub fn page(window: &Window) -> dockwalk::lesson::StepView {
    let state = &app(window).state;
    state.course.as_ref().unwrap().view(state.lang)
}

/// Lets what plays come to its end.
fn settle(window: &mut Window) {
    for _ in 0..20_000 {
        if app(window).state.mover() != Mover::Wait {
            return;
        }
        window.run_steps(4);
    }
    panic!("it plays for ever: {:?}", app(window).state.cursor);
}

/// Clicks that choice of the open question.
fn choose(window: &mut Window, choice: &str) {
    let mut choices = window.query_all_by_label(choice).filter(|node| !node.accesskit_node().is_disabled());
    choices.next().unwrap_or_else(|| panic!("`{choice}` can be chosen")).click();
    drop(choices);
    window.run_steps(2);
}

/// The one next action, by key or by mouse; questions get the first choice.
pub fn onward(window: &mut Window, by_key: bool) {
    match app(window).state.mover() {
        Mover::Predict(id) => {
            match by_key {
                true => press(window, Key::Space),
                false => {
                    // After one prediction comes the next.
                    let another = matches!(app(window).state.face(), Face::Ask(_));
                    click(window, if another { "다음 질문" } else { "예상 고르기" });
                }
            }
            assert_eq!(app(window).state.asks.as_deref(), Some(&*id), "the question is shown");
            window.run_steps(20);
            let view = page(window);
            let question = view.questions.iter().find(|question| question.id == id).unwrap();
            let choice = question.choices[0].clone();
            choose(window, &choice);
        }
        _ if by_key => press(window, Key::Space),
        // The name of the next page could be the answer.
        Mover::Turn(_) if app(window).state.has_pending() => click(window, "다음"),
        mover => {
            let label = match &mover {
                Mover::Play => "재생: 이 쪽에서 일어난 일",
                Mover::Turn(_) => "다음: ",
                Mover::Face(Face::Note(_)) => "스터디 노트와 견주기: ",
                Mover::Face(Face::Answer(_)) => "다음 답 보기",
                Mover::Face(_) => "글 읽기",
                Mover::Finish => "레슨 마치기",
                Mover::Close => "시작 화면으로",
                other => panic!("{other:?} on a recording"),
            };
            let label = label.to_owned();
            let buttons: Vec<_> = window.query_all_by_label_contains(&label).collect();
            assert_eq!(buttons.len(), 1, "one button says `{label}`");
            buttons[0].click();
            drop(buttons);
            window.run_steps(2);
        }
    }
    settle(window);
}

fn walk(name: &str, lang: Lang, by_key: bool) {
    let mut window = lesson(name, lang);
    let of = page(&window).of;
    let (mut pages, mut seen) = (vec![], BTreeSet::new());
    for _ in 0..400 {
        let state = &app(&window).state;
        if state.course.is_none() {
            break;
        }
        if state.course.as_ref().unwrap().is_ended() {
            if let Mover::NextLesson(next) = state.mover() {
                assert_ne!(next, name);
                tell(&mut window, SourceCommand::StartPage);
                continue;
            }
            onward(&mut window, by_key);
            continue;
        }
        let (view, place) = (page(&window), state.place().unwrap());
        assert_ne!(place, Place::Passed, "{}: its stop was passed", view.id);
        let shown = first_words(&view.text);
        let text = window.query_all_by_label_contains(&shown).next().is_some();
        let face = app(&window).state.face();
        let read = place == Place::Here && face == Face::Text;
        assert_eq!(text, read, "{} at {place:?}, {face:?}: `{shown}`", view.id);
        // One thing at a time.
        let asked = view.questions.iter().filter(|question| is_drawn(&window, &question.ask)).count();
        assert_eq!(asked, usize::from(matches!(face, Face::Ask(_))), "{} {face:?}", view.id);
        for claim in &view.claims {
            let noted = is_drawn(&window, &claim.shown);
            assert_eq!(noted, face == Face::Note(claim.id.clone()), "{} {face:?}: {}", view.id, claim.id);
        }
        seen.insert(format!("{} {face:?}", view.id));
        if place == Place::Here && pages.last() != Some(&view.id) {
            assert!(view.goals.iter().all(|goal| goal.reached), "{}: {:?}", view.id, view.goals);
            pages.push(view.id.clone());
        }
        if app(&window).state.mover() == Mover::Finish {
            let progress = app(&window).state.course.as_ref().unwrap().runner().progress();
            assert_eq!(progress.revealed, progress.questions, "every question was answered");
        }
        onward(&mut window, by_key);
    }
    assert_eq!(pages.len(), of, "{pages:?}");
    let claims = dockwalk::lesson::embedded().into_iter().find(|source| source.folder == name).unwrap();
    let claims = dockwalk::lesson::Lesson::parse(&claims)
        .unwrap()
        .script
        .steps
        .iter()
        .map(|step| step.claims.len())
        .sum::<usize>();
    assert_eq!(seen.iter().filter(|side| side.contains("Note(")).count(), claims, "every claim was met: {seen:?}");
    assert_eq!(app(&window).state.origin, Origin::Nothing, "the lesson ends on the start page");
}

fn is_drawn(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(&first_words(text)).next().is_some()
}

/// The longest stretch of the text without marks of Markdown, as it is drawn.
fn first_words(text: &str) -> String {
    let stretches = text.split(['`', '*', '\n', '[', '|']).map(|part| part.trim().trim_start_matches("- "));
    stretches.max_by_key(|part| part.chars().count()).unwrap_or_default().to_owned()
}

#[test]
fn a_lesson_is_walked_by_one_key() {
    LESSONS.iter().for_each(|name| walk(name, Lang::Ko, true));
    walk(LESSONS[0], Lang::En, true);
}

#[test]
fn a_lesson_is_walked_by_one_button() {
    LESSONS.iter().for_each(|name| walk(name, Lang::Ko, false));
}

#[test]
fn no_move_of_the_debugger_leads_past_a_stop_unasked() {
    let moves = [
        PlaybackCommand::Step,
        PlaybackCommand::Over,
        PlaybackCommand::Into,
        PlaybackCommand::Out,
        PlaybackCommand::Continue,
        PlaybackCommand::PlayPause,
    ];
    for way in moves {
        let mut window = lesson(LESSONS[0], Lang::Ko);
        for _ in 0..400 {
            tell(&mut window, way.clone());
            settle(&mut window);
            while app(&window).state.is_playing() {
                window.run_steps(4);
            }
            if matches!(app(&window).state.mover(), Mover::Predict(_)) {
                break;
            }
        }
        let state = &app(&window).state;
        let rest = state.course.as_ref().unwrap().rest();
        assert_eq!(Some(state.cursor.position()), rest, "{way:?} rests where the step does");
        let before = state.cursor.position();
        tell(&mut window, way.clone());
        assert_eq!(app(&window).state.cursor.position(), before, "{way:?} asks first");
        assert!(app(&window).state.asks.is_some(), "{way:?} shows the question");
    }
}

#[test]
fn who_goes_on_alone_is_told_and_can_catch_up_or_go_back() {
    let mut window = lesson(LESSONS[0], Lang::Ko);
    tell(&mut window, PlaybackCommand::End);
    assert_eq!(app(&window).state.place(), Some(Place::Here), "a jump ends where a page asks");
    tell(&mut window, PlaybackCommand::Home);
    tell(&mut window, PlaybackCommand::Seek(u64::MAX));
    assert_eq!(app(&window).state.place(), Some(Place::Passed));
    window.get_by_label_contains("여기까지 이미 왔습니다");
    click(&mut window, "이 시점으로 되감기");
    assert_eq!(app(&window).state.place(), Some(Place::Here));
    let Mover::Predict(question) = app(&window).state.mover() else { panic!("a question is open") };
    let rest = app(&window).state.cursor.position();
    for beyond in [PlaybackCommand::End, PlaybackCommand::Live, PlaybackCommand::Seek(rest + 40)] {
        tell(&mut window, beyond.clone());
        assert_eq!(app(&window).state.cursor.position(), rest, "{beyond:?} would show what is asked");
        assert_eq!(app(&window).state.asks.as_ref(), Some(&question), "{beyond:?}");
    }
    tell(&mut window, LessonCommand::Predict(question, 0));
    tell(&mut window, PlaybackCommand::End);
    let next = app(&window).state.course.as_ref().unwrap().rest_of(1);
    assert_eq!(Some(app(&window).state.cursor.position()), next, "the next page asks, too");
    tell(&mut window, PlaybackCommand::Seek(u64::MAX));
    click(&mut window, "지금 시점의 쪽으로 가기");
    let view = page(&window);
    assert_eq!((view.number, app(&window).state.place()), (view.of, Some(Place::Here)));
}

#[test]
fn a_prediction_is_kept_until_the_machine_answers_and_the_answer_is_shown_where_one_is_then() {
    let mut window = lesson(LESSONS[0], Lang::Ko);
    press(&mut window, Key::Space);
    settle(&mut window);
    let question = page(&window).questions[0].clone();
    assert!(question.choices.len() > 1, "{question:?}");
    press(&mut window, Key::Space);
    click(&mut window, &question.choices[0]);
    window.get_by_label("예상을 적어 두었습니다. 진행하면 답이 나옵니다.");
    press(&mut window, Key::Space);
    settle(&mut window);
    let view = page(&window);
    assert_eq!((view.number, view.answered.len()), (2, 1));
    let answer = view.answered[0].answer.clone().unwrap();
    let said = if question.choices[0] == answer { "예상이 맞았습니다" } else { "예상과 달랐습니다" };
    window.get_by_label(said);
}

#[test]
fn in_a_lesson_there_is_one_primary_action_and_a_click_on_a_shape_does_not_take_its_key() {
    let mut window = lesson(LESSONS[0], Lang::Ko);
    while page(&window).number < 2 || !matches!(app(&window).state.mover(), Mover::Predict(_)) {
        onward(&mut window, true);
    }
    let buttons = || window.query_all_by_role(Role::Button);
    let labelled = |node: &egui_kittest::Node<'_>, text: &str| {
        node.accesskit_node().label().is_some_and(|label| label.starts_with(text))
    };
    assert!(
        !buttons().any(|node| labelled(&node, "다음 단계: ")),
        "the card of what comes next is no second way to it"
    );
    let shape = buttons().find(|node| labelled(node, "이미지 인덱스, "));
    let names: Vec<_> = buttons().filter_map(|node| node.accesskit_node().label()).collect();
    shape.unwrap_or_else(|| panic!("the index is drawn: {names:?}")).click();
    window.run_steps(2);
    assert!(app(&window).state.selection.is_some(), "it was a shape");
    press(&mut window, Key::Space);
    assert!(app(&window).state.asks.is_some(), "Space is still the next action");
}

#[test]
fn without_a_lesson_the_same_key_steps() {
    let mut window = lesson(LESSONS[0], Lang::Ko);
    app_mut(&mut window).state.course = None;
    tell(&mut window, PlaybackCommand::Home);
    let before = app(&window).state.cursor.position();
    tell(&mut window, Command::from(LessonCommand::Onward));
    assert!(app(&window).state.cursor.position() > before);
    tell(&mut window, SourceCommand::StartPage);
    tell(&mut window, Command::from(LessonCommand::Onward));
    assert!(!app(&window).state.has_trace());
}

/// What the window shows beside the lesson's panel: as read aloud, and every letter that is painted.
fn beside(window: &Window) -> Vec<String> {
    let again = if app(window).state.lang == Lang::Ko { "처음부터 다시" } else { "Start over" };
    let panel = window.get_by_label(again).rect().right() + 20.0;
    let nodes = window.root().children_recursive();
    let nodes = nodes.filter(|node| node.accesskit_node().bounding_box().is_some() && node.rect().left() > panel);
    let read = nodes.flat_map(|node| [node.accesskit_node().label(), node.accesskit_node().value()]).flatten();
    let mut painted = vec![];
    window.output().shapes.iter().for_each(|shape| letters(&shape.shape, panel, &mut painted));
    assert!(painted.len() > 20, "{painted:?}");
    read.chain(painted).collect()
}

fn letters(shape: &egui::Shape, right_of: f32, found: &mut Vec<String>) {
    match shape {
        egui::Shape::Vec(all) => all.iter().for_each(|one| letters(one, right_of, found)),
        egui::Shape::Text(text) if text.pos.x > right_of => found.push(text.galley.text().to_owned()),
        _ => {}
    }
}

/// The words of a text by which it could be known: no particles behind Latin letters, no marks.
fn words_of(text: &str) -> BTreeSet<String> {
    let apart = text.split(|c: char| c.is_whitespace() || "(),·“”‘’:→".contains(c));
    apart.filter(|word| word.chars().count() > 1).map(str::to_lowercase).collect()
}

/// The word stands in the text by itself: `172.17.0.2` is not in `172.17.0.20`.
fn stands_in(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    let part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        let after = &text[at + word.len()..];
        let before = text[..at].chars().next_back().is_some_and(part);
        !before && !after.chars().next().is_some_and(part)
    })
}

/// What of these texts tells that choice: a word of it that is in no other choice and not in the question.
fn told(beside: &[String], question: &QuestionView, choice: &str) -> Option<String> {
    let others = question.choices.iter().filter(|other| *other != choice).flat_map(|other| words_of(other));
    let not: BTreeSet<_> = words_of(&question.ask).into_iter().chain(others).collect();
    let mut own = words_of(choice).into_iter().filter(|word| !not.contains(word));
    own.find_map(|word| beside.iter().find(|text| stands_in(text, &word)).cloned())
}

/// The answer to an open question of the page, and what beside it gives that away: it is shown, and no other choice is. A bare
/// number, and yes or no, says nothing by itself: that the World does not know the answer yet is looked at first.
fn given_away(window: &Window, question: &QuestionView) -> (String, Option<String>) {
    let state = &app(window).state;
    let step = state.course.as_ref().unwrap().runner().step();
    let ask = &step.questions.iter().find(|one| one.id == question.id).unwrap().ask;
    let from = state.cursor.position();
    assert_eq!(ask.answer(state.world()), None, "{}: the World knows it", question.id);
    let answer = (from..=state.trace.len()).find_map(|at| ask.answer(&state.trace.seek(at))).unwrap();
    let answer = answer.show(&state.words());
    let beside = beside(window);
    let mut others = question.choices.iter().filter(|choice| **choice != answer);
    let alone = !others.any(|choice| told(&beside, question, choice).is_some());
    let bare = answer.parse::<u64>().is_ok() || ["예", "아니요", "yes", "no"].contains(&&*answer);
    let text = told(&beside, question, &answer).filter(|_| alone && !bare);
    (answer, text)
}

#[test]
fn nothing_beside_a_question_gives_its_answer_away() {
    let (mut given, mut questions, mut planted) = (vec![], BTreeSet::new(), 0);
    for (name, lang) in LESSONS.into_iter().flat_map(|name| Lang::ALL.map(|lang| (name, lang))) {
        let mut window = lesson(name, lang);
        while app(&window).state.course.as_ref().is_some_and(|course| !course.is_ended()) {
            let open = |one: &QuestionView| one.state == QuestionState::Unanswered && !one.choices.is_empty();
            let here = app(&window).state.place() == Some(Place::Here);
            for question in page(&window).questions.iter().filter(|one| here && open(one)) {
                let (answer, text) = given_away(&window, question);
                given.extend(text.map(|text| format!("{name} {lang:?} {}: {answer} in `{text}`", question.id)));
                // The test sees what it looks for.
                if questions.insert(format!("{name} {}", question.id)) && words_of(&answer).len() > 1 {
                    app_mut(&mut window).state.notice = Some(Notice::good(answer.clone()));
                    window.run_steps(2);
                    planted += usize::from(told(&beside(&window), question, &answer).is_some());
                    app_mut(&mut window).state.notice = None;
                    window.run_steps(2);
                }
            }
            onward(&mut window, true);
        }
    }
    given.dedup();
    assert!(given.is_empty(), "{given:#?}");
    assert!(questions.len() >= 22, "{} questions were looked at: {questions:?}", questions.len());
    assert!(planted >= 4, "{planted} planted answers were seen");
}

/// To where the page of that id rests.
fn come_to(window: &mut Window, id: &str) {
    while page(window).id != id || app(window).state.place() != Some(Place::Here) {
        onward(window, true);
    }
    window.run_steps(4);
}

/// The finished table is shown while the container is there: what was measured, and what becomes of each place, with nothing held back.
#[test]
fn the_table_is_shown_when_all_of_it_is_known() {
    for lang in Lang::ALL {
        let mut window = lesson_in("09-table", lang, (1280.0, 720.0));
        come_to(&mut window, "stop");
        let state = &app(&window).state;
        assert!((state.storage, state.tab) == (StorageView::Table, Tab::Storage), "{:?}", state.tab);
        let scene = &app(&window).seen(Tab::Storage).unwrap().scene;
        let words = dockwalk::i18n::Words::new(lang);
        let fates: Vec<_> = ["stop", "rm"]
            .map(|row| {
                let row = format!("{}: ", words.say(&format!("scene-table-{row}")));
                let of_row =
                    scene.nodes().filter_map(|node| node.label.split_once(&row).map(|(_, said)| said.to_owned()));
                of_row.collect::<Vec<_>>()
            })
            .concat();
        let (stays, goes) = (words.say("scene-table-rm-stays"), words.say("scene-table-rm-goes"));
        let expected = [[&stays, &stays, &stays, &goes], [&goes, &stays, &stays, &goes]].concat();
        assert_eq!(fates.iter().collect::<Vec<_>>(), expected, "{lang:?}");
        let measured = scene.nodes().filter(|node| matches!(node.id.entity, Some(Entity::Speed(..)))).count();
        assert!(measured >= 4 * 4, "{lang:?}: {measured}");
    }
}

/// Who was root when the container was started and is the server's user since is drawn as that.
#[test]
fn the_server_is_drawn_as_the_user_that_it_is() {
    let mut window = lesson_in("10-postgres", Lang::Ko, (1440.0, 900.0));
    come_to(&mut window, "both");
    assert_eq!(app(&window).state.tab, Tab::Isolation);
    let scene = &app(&window).seen(Tab::Isolation).unwrap().scene;
    let said: Vec<_> = scene.nodes().map(|node| node.label.as_str()).filter(|label| label.contains("uid ")).collect();
    assert!(!said.is_empty() && said.iter().all(|label| !label.contains("uid 0")), "{said:?}");
}
