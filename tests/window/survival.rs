//! What stays when something is stopped or deleted is asked where no lesson asks it: predicted in the picture, and marked there.

use crate::common::{Window, app, open, tell};
use dockwalk::i18n::Lang;
use dockwalk::trace::{Body, OpKind};
use dockwalk::ui::command::PlaybackCommand;
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::{Open, Options};
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use std::path::Path;
use std::time::Duration;

/// The recording of the lesson on four places, without the lesson, where the container is to be deleted.
fn before_it_is_deleted() -> Window {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traces/02-storage.ndjson");
    let options = Options { lang: Some(Lang::Ko), open: Open::Recording(path), ..Options::default() };
    let mut window = open(options, (1440.0, 900.0));
    for _ in 0..500 {
        window.run_steps(1);
        if app(&window).state.has_trace() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let trace = &app(&window).state.trace;
    let deletes = |body: &Body| matches!(body, Body::OpBegan { op } if op.kind == OpKind::ContainerRemove);
    let began = trace.events_in(0, trace.len()).rfind(|event| deletes(&event.body)).unwrap().seq;
    tell(&mut window, PlaybackCommand::Seek(began));
    window.run_steps(2);
    window
}

fn is_there(window: &Window, label: &str) -> bool {
    window.query_all_by_label_contains(label).next().is_some()
}

/// What is said of the picture as a whole.
fn spoken(window: &Window) -> String {
    window.get_by_role(Role::Figure).accesskit_node().description().unwrap_or_default()
}

#[test]
fn what_stays_is_predicted_in_the_picture_and_marked_there() {
    let mut window = before_it_is_deleted();
    assert_eq!(app(&window).state.tab, Tab::Storage, "that is where it is asked");
    for (place, choice) in [("쓰기 레이어", "사라짐"), ("볼륨", "사라짐"), ("바인드", "남음")] {
        window.get_by_label(&format!("{place}: {choice} 고르기")).click();
        window.run_steps(2);
        assert!(is_there(&window, &format!("{place}: 예상: {choice}")), "{place}");
    }
    assert!(!is_there(&window, "예상대로"), "nothing is told before");
    let trace = &app(&window).state.trace;
    let ends = |body: &Body| matches!(body, Body::OpEnded { .. });
    let events = trace.events_in(app(&window).state.cursor.position(), trace.len());
    let ended = events.into_iter().find(|event| ends(&event.body)).unwrap().seq;
    tell(&mut window, PlaybackCommand::Seek(ended));
    window.run_steps(3);
    assert_eq!(app(&window).state.tab, Tab::Storage);
    assert!(spoken(&window).contains("쓰기 레이어 reader: 예상대로 사라짐"), "{}", spoken(&window));
    for told in ["볼륨, memo", "예상은 사라짐", "바인드, lesson-02", "예상대로 남음"] {
        assert!(is_there(&window, told), "{told}");
    }
    assert!(!is_there(&window, "고르기"), "it is over");
    // Where another follows at once it is marked beside what is asked of that.
    tell(&mut window, PlaybackCommand::Seek(ended + 1));
    window.run_steps(2);
    assert!(is_there(&window, "예상대로 남음") && spoken(&window).contains("쓰기 레이어 reader: 예상대로 사라짐"));
    assert!(!is_there(&window, "예상은 사라짐"), "what is asked anew has no mark of before");
    // Back before it, what was predicted is there, and is not told.
    tell(&mut window, PlaybackCommand::Back);
    tell(&mut window, PlaybackCommand::Home);
    assert!(!is_there(&window, "예상"));
}
