//! The window, driven by what a screen reader sees: labels and roles. No display is needed.

use crate::common::{Window, app, app_mut, click, open, press, press_alt, tell};
use crate::recording;
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Code, Entity, Level, StepKind};
use dockwalk::ui::command::{self, Ask, PathCommand, PlaybackCommand, SourceCommand, TerminalCommand, ViewCommand};
use dockwalk::ui::source::{News, Recording};
use dockwalk::ui::state::Origin;
use dockwalk::ui::{Options, diagrams::Tab};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::{Harness, kittest::Queryable};

/// A window of that size in that language, on the sample recording.
fn window(lang: Lang, size: (f32, f32)) -> Window {
    let mut window = bare(lang, size);
    let app = app_mut(&mut window);
    let path = "sample.ndjson".into();
    app.state.receive(News::Loaded(Box::new(Recording { path, trace: recording::recording(), torn: None })));
    window.run_steps(3);
    window
}

/// The same on the start page.
fn bare(lang: Lang, size: (f32, f32)) -> Window {
    open(Options { lang: Some(lang), ..Options::default() }, size)
}

pub fn korean() -> Window {
    window(Lang::Ko, (1440.0, 900.0))
}

fn position(window: &Window) -> u64 {
    app(window).state.cursor.position()
}

#[test]
fn back_after_step_is_where_we_started() {
    let mut window = korean();
    let before = (position(&window), app(&window).state.world().clone());
    click(&mut window, "다음 단계");
    assert!(position(&window) > before.0);
    assert_ne!(*app(&window).state.world(), before.1);
    click(&mut window, "뒤로");
    assert_eq!((position(&window), app(&window).state.world().clone()), before);
}

#[test]
fn keys_do_what_buttons_do() {
    let mut window = korean();
    press(&mut window, Key::Space);
    let stepped = position(&window);
    press(&mut window, Key::ArrowLeft);
    press(&mut window, Key::ArrowRight);
    assert_eq!(position(&window), stepped);
    press(&mut window, Key::End);
    assert_eq!(position(&window), app(&window).state.trace.len());
    press(&mut window, Key::Home);
    assert_eq!(position(&window), 0);
}

#[test]
fn the_selection_survives_stepping_both_ways() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::End);
    let entity = Entity::Link("docker0".into());
    tell(&mut window, ViewCommand::Select(Some(entity.clone())));
    window.get_by_label("브리지");
    for key in [Key::ArrowLeft, Key::ArrowLeft, Key::Space, Key::Home, Key::End] {
        press(&mut window, key);
        assert_eq!(app(&window).state.selection, Some(entity.clone()));
    }
}

#[test]
fn what_is_gone_is_told_where_it_goes_and_let_go_of_by_the_next_step() {
    for lang in Lang::ALL {
        let mut window = window(lang, (1440.0, 900.0));
        let state = &app(&window).state;
        // A thing that is there once, and is not in the end.
        let head = state.trace.head();
        let mut found = None;
        for at in 1..state.trace.len() {
            let world = state.trace.seek(at);
            let lost = world.processes.keys().find(|pid| !head.processes.contains_key(*pid));
            if let Some(pid) = lost {
                found = Some((at, Entity::Process(*pid)));
                break;
            }
        }
        let Some((at, entity)) = found else { panic!("nothing ends in the sample") };
        tell(&mut window, PlaybackCommand::Seek(at));
        tell(&mut window, ViewCommand::Select(Some(entity.clone())));
        let said = Words::new(lang).say("inspector-gone");
        let mut told = false;
        for _ in 0..400 {
            if app(&window).state.at_end() {
                break;
            }
            tell(&mut window, PlaybackCommand::Step);
            let state = &app(&window).state;
            let there = dockwalk::ui::facts::of(&entity, state.world(), &state.words()).is_some();
            if there {
                assert_eq!(state.selection.as_ref(), Some(&entity), "{lang:?}: it is there");
                continue;
            }
            if state.changed().contains(&entity) {
                told |= window.query_by_label(&said).is_some();
            } else {
                assert_eq!(state.selection, None, "{lang:?}: one has moved on");
                assert!(window.query_by_label(&said).is_none());
            }
        }
        assert!(told, "{lang:?}: where it went that was said");
        // Where it has not come yet it stays chosen: going back and forth loses nothing.
        tell(&mut window, PlaybackCommand::Seek(at));
        tell(&mut window, ViewCommand::Select(Some(entity.clone())));
        tell(&mut window, PlaybackCommand::Home);
        assert_eq!(app(&window).state.selection.as_ref(), Some(&entity));
    }
}

#[test]
fn the_inspector_shows_what_is_known_and_how() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::End);
    tell(&mut window, ViewCommand::Select(Some(Entity::Link("docker0".into()))));
    // Recorded before the carrier was asked for: the flag is all that is known.
    window.get_by_label("상태: <UP>");
    window.get_by_label("주소: 172.17.0.1/16");
    assert!(window.get_all_by_label_contains("RTM_GETLINK").next().is_some());
    tell(&mut window, PlaybackCommand::Home);
    window.get_by_label("이 시점에는 아직 없습니다.");
}

#[test]
fn the_language_switch_changes_every_label_at_once() {
    let mut window = korean();
    window.get_by_label("네트워크");
    click(&mut window, "English");
    window.get_by_label("Network");
    window.get_by_label("Next step");
    assert!(window.query_by_label("다음 단계").is_none());
    press(&mut window, Key::G);
    window.get_by_label("다음 단계");
}

#[test]
fn a_finer_level_has_more_places_to_stop_at() {
    let mut window = korean();
    let stops = |window: &Window| app(window).state.marks.stops().len();
    click(&mut window, "이야기");
    let story = stops(&window);
    press_alt(&mut window, Key::Num2);
    assert!(stops(&window) > story);
    assert_eq!(app(&window).state.cursor.level(), Level::Stage);
    press_alt(&mut window, Key::Num1);
    press(&mut window, Key::ArrowDown);
    assert_eq!(app(&window).state.cursor.level(), Level::Stage);
}

#[test]
fn the_help_lists_every_key_and_goes_away() {
    let mut window = korean();
    press(&mut window, Key::Questionmark);
    let words = Words::new(Lang::Ko);
    for binding in command::bindings() {
        let label = words.say(&format!("key-{}", binding.name));
        assert!(window.get_all_by_label(&label).next().is_some(), "{label}");
    }
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("단축키").is_none());
    assert_eq!(app(&window).state.overlay, None);
}

#[test]
fn no_two_commands_share_a_key() {
    let mut seen = std::collections::HashSet::new();
    for binding in command::bindings() {
        for keys in binding.keys {
            assert!(seen.insert((keys.modifiers, keys.logical_key)), "{keys:?} is bound twice");
        }
    }
}

#[test]
fn a_breakpoint_stops_playback_and_continue() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::Home);
    tell(&mut window, PlaybackCommand::Breakpoint(StepKind::MakeBridge));
    press(&mut window, Key::C);
    assert_eq!(app(&window).state.next().map(|r| r.step.plan.kind), Some(StepKind::MakeBridge));
    press(&mut window, Key::S);
    let title = Words::new(Lang::Ko).step(StepKind::MakeBridge);
    assert!(window.get_all_by_label_contains(&title).next().is_some());
}

#[test]
fn dragging_the_playhead_goes_anywhere() {
    let mut window = korean();
    let track = window.get_by_label_contains("시간축").rect();
    let at = |fraction: f32| egui::pos2(track.left() + 8.0 + (track.width() - 16.0) * fraction, track.center().y);
    window.drag_at(at(0.0));
    window.run_steps(2);
    for fraction in [0.3, 0.6, 1.0] {
        window.hover_at(at(fraction));
        window.run_steps(2);
    }
    assert_eq!(position(&window), app(&window).state.trace.len());
    window.hover_at(at(0.0));
    window.run_steps(2);
    window.drop_at(at(0.0));
    window.run_steps(2);
    assert_eq!(position(&window), 0);
}

#[test]
fn the_diagram_follows_the_step_until_another_is_chosen() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::RunTo(StepKind::CreateVeth));
    press(&mut window, Key::Space);
    assert_eq!(app(&window).state.tab, Tab::Network);
    click(&mut window, "레이어");
    press(&mut window, Key::Space);
    assert_eq!(app(&window).state.tab, Tab::Layers);
}

#[test]
fn a_recorded_terminal_shows_what_was_printed_by_then() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::End);
    tell(&mut window, TerminalCommand::Dock);
    let app = app_mut(&mut window);
    let (past, trace) = (&mut app.terminals.past, &app.state.trace);
    let all: Vec<_> = past.terminals().cloned().collect();
    assert_eq!(all.len(), 2);
    let texts: Vec<_> = all.iter().filter_map(|of| past.screen(trace, of).map(|screen| screen.text())).collect();
    assert!(texts.iter().any(|text| text.contains("안녕하세요 ┌──┐")), "{texts:?}");
    window.get_by_label("녹화된 화면입니다. 읽기만 할 수 있습니다.");
    tell(&mut window, PlaybackCommand::Home);
    assert_eq!(app_mut(&mut window).terminals.past.terminals().count(), 0);
}

#[test]
fn a_program_in_a_terminal_reads_and_prints_hangul() {
    let mut terminals = dockwalk::ui::terminal::Terminals::default();
    terminals.run("cat", &["/bin/cat".to_owned()], std::path::Path::new("/nowhere"), Lang::En, || ()).unwrap();
    let commit = Event::Ime(egui::ImeEvent::Commit("안녕 ┌─┐".into()));
    let enter =
        Event::Key { key: Key::Enter, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    terminals.shown().unwrap().type_events(&[commit, enter]);
    let mut text = String::new();
    for _ in 0..300 {
        terminals.poll();
        text = terminals.shown().unwrap().screen.text();
        // Once it is echoed by the terminal, once printed by cat.
        if text.matches("안녕 ┌─┐").count() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(text, "안녕 ┌─┐\n안녕 ┌─┐");
    let mut installed = false;
    let show = move |ui: &mut egui::Ui| {
        if !std::mem::replace(&mut installed, true) {
            dockwalk::ui::style::install(ui.ctx());
        } else {
            terminals.shown().unwrap().screen.show(ui, "터미널 시험", dockwalk::ui::terminal::Life::Runs);
        }
    };
    // A character without a glyph would panic.
    let mut window = Harness::builder().with_size(Vec2::new(400.0, 160.0)).build_ui(show);
    window.run_steps(3);
    window.get_by_label("터미널 시험").click();
    window.run_steps(2);
    assert!(window.get_by_label("터미널 시험").is_focused());
}

#[test]
fn a_window_in_which_nothing_moves_asks_for_no_frames() {
    for open_terminal in [false, true] {
        let mut window = korean();
        tell(&mut window, PlaybackCommand::RunTo(StepKind::CreateVeth));
        if open_terminal {
            tell(&mut window, TerminalCommand::Dock);
        }
        // Long enough for every animation to end.
        window.run_steps(120);
        let delay = window.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
        assert!(delay.is_some_and(|delay| delay.as_secs() > 60), "asks for a frame after {delay:?}");
    }
}

#[test]
fn playing_goes_on_by_itself_and_pausing_stops_it() {
    let mut window = korean();
    let before = position(&window);
    press(&mut window, Key::P);
    // A frame of the harness is a quarter of a second, a step of playback one.
    window.run_steps(20);
    assert!(position(&window) > before);
    press(&mut window, Key::P);
    let paused = position(&window);
    window.run_steps(20);
    assert_eq!(position(&window), paused);
}

#[test]
fn everything_fits_in_both_languages_and_sizes() {
    for lang in Lang::ALL {
        for size in [(1280.0, 800.0), (1024.0, 700.0)] {
            let mut window = window(lang, size);
            tell(&mut window, TerminalCommand::Dock);
            for tab in 0..Tab::ALL.len() {
                tell(&mut window, ViewCommand::Tab(tab));
                tell(&mut window, PlaybackCommand::End);
                tell(&mut window, ViewCommand::Select(Some(Entity::Link("docker0".into()))));
                fits(&window, lang, size);
            }
        }
    }
}

/// No control of the panels reaches beyond the window.
fn fits(window: &Window, lang: Lang, size: (f32, f32)) {
    let words = Words::new(lang);
    let keys = ["key-step", "key-back", "key-home", "key-end", "key-help", "key-presenter"];
    // The tools of the picture stand behind one button where there is no room beside the tabs.
    let folded = window.query_by_label(&words.say("stage-more")).is_some();
    let tools: &[&str] = if folded { &["stage-more"] } else { &["stage-follow", "key-export", "key-steps"] };
    let labels = keys.into_iter().chain(tools.iter().copied()).chain(["level-story", "level-kernel", "dock-close"]);
    for label in labels.map(|key| words.say(key)) {
        let found = window.query_by_label(&label);
        let rect = found.unwrap_or_else(|| panic!("{lang:?} {size:?}: no {label}")).rect();
        let inside = rect.min.x >= 0.0 && rect.max.x <= size.0 && rect.min.y >= 0.0 && rect.max.y <= size.1;
        assert!(inside, "{lang:?} {size:?}: {label} at {rect:?}");
    }
    let language = window.get_by_label("English").rect();
    let level = window.get_by_label(&words.say("level-kernel")).rect();
    assert!(level.max.x <= language.min.x, "{lang:?} {size:?}: {level:?} reaches into {language:?}");
    let tabs = window.get_by_label(&words.say(Tab::Isolation.key())).rect();
    let tool = window.get_by_label(&words.say(tools[0])).rect();
    assert!(tabs.max.x <= tool.min.x, "{lang:?} {size:?}: {tabs:?} reaches into {tool:?}");
}

#[test]
fn panels_keep_their_places_while_stepping() {
    let mut window = korean();
    let place = |window: &Window| {
        ["다음 단계", "뒤로", "한국어", "네트워크", "단축키 보기", "그림 내보내기"]
            .map(|label| window.get_by_label(label).rect())
    };
    let before = place(&window);
    for _ in 0..12 {
        press(&mut window, Key::Space);
        assert_eq!(place(&window), before);
        tell(&mut window, ViewCommand::Select(Some(Entity::Link("docker0".into()))));
        assert_eq!(place(&window), before);
    }
}

#[test]
fn the_start_page_offers_lessons_recordings_and_the_engine() {
    let window = bare(Lang::Ko, (1024.0, 700.0));
    window.get_by_label("엔진에 연결");
    window.get_by_label("녹화 열기");
    for source in dockwalk::lesson::embedded() {
        let lesson = dockwalk::lesson::Lesson::parse(&source).unwrap();
        assert!(window.query_by_label_contains(lesson.title(Lang::Ko)).is_some());
    }
}

#[test]
fn an_engine_that_cannot_start_has_two_ways_on() {
    let mut window = bare(Lang::En, (1024.0, 700.0));
    let problem = dockwalk::trace::Problem::new(Code::InitDied);
    app_mut(&mut window).state.receive(News::Failed(problem));
    window.run_steps(2);
    window.get_by_label("The engine cannot start");
    window.get_by_label("Ask for the password and start");
    window.get_by_label("Open a recording");
    click(&mut window, "To the start page");
    window.get_by_label("Connect to the engine");
}

#[test]
fn a_recording_is_saved_and_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("녹화.ndjson");
    let mut window = korean();
    tell(&mut window, PathCommand::Chosen(Ask::Save, path.clone()));
    let events = app(&window).state.trace.len();
    tell(&mut window, SourceCommand::StartPage);
    assert_eq!(app(&window).state.origin, Origin::Nothing);
    tell(&mut window, PathCommand::Chosen(Ask::Open, path.clone()));
    for _ in 0..200 {
        window.run_steps(1);
        if app(&window).state.has_trace() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(app(&window).state.trace.len(), events);
    tell(&mut window, PathCommand::Chosen(Ask::Open, dir.path().join("none.ndjson")));
    for _ in 0..200 {
        window.run_steps(1);
        if matches!(app(&window).state.origin, Origin::Failed(_)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    window.get_by_label("녹화를 열 수 없습니다");
}

#[test]
fn what_failed_is_said_with_its_cause_and_its_fix() {
    use dockwalk::trace::{Body, Event, Op, OpKind, Outcome, Problem, Trace};
    let problem = Problem::new(Code::TerminalNone);
    let op = Op { id: 1, kind: OpKind::ImagePull, subject: "lab/none".into(), request: "POST /images/create".into() };
    let bodies = [Body::OpBegan { op }, Body::OpEnded { op: 1, outcome: Outcome::Failed(problem.clone()) }];
    let events = bodies.into_iter().zip(1..).map(|(body, seq)| Event { seq, at: seq, body });
    let trace = Trace::from_events(events).unwrap();
    let mut window = bare(Lang::Ko, (1440.0, 900.0));
    let recording = Recording { path: "failed.ndjson".into(), trace, torn: None };
    app_mut(&mut window).state.receive(News::Loaded(Box::new(recording)));
    tell(&mut window, PlaybackCommand::End);
    window.get_by_label(&Words::new(Lang::Ko).problem(&problem));
}

#[test]
fn a_terminals_room_stays_what_it_is_while_time_moves() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::End);
    tell(&mut window, TerminalCommand::Dock);
    let before = window.get_by_label("터미널 닫기").rect();
    for command in [PlaybackCommand::Home, PlaybackCommand::Step, PlaybackCommand::Step, PlaybackCommand::End] {
        tell(&mut window, command);
        assert_eq!(window.get_by_label("터미널 닫기").rect(), before);
    }
}

#[test]
fn the_diagram_is_exported_as_svg() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("network.svg");
    let mut window = korean();
    tell(&mut window, PlaybackCommand::End);
    tell(&mut window, ViewCommand::Tab(2));
    tell(&mut window, PathCommand::Chosen(Ask::Export, path.clone()));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("<svg") || text.starts_with("<?xml"), "{}", &text[..40]);
    assert!(text.contains("docker0"));
}

/// The smallest text of the picture, in points of the window.
fn smallest(window: &Window) -> f32 {
    let seen = app(window).seen(app(window).state.tab).unwrap();
    let texts = seen.scene.nodes().flat_map(|node| &node.texts).map(|text| text.font.size());
    texts.fold(f32::INFINITY, f32::min) * seen.transform.scaling
}

#[test]
fn before_a_class_there_is_the_picture_a_sentence_and_what_comes_next() {
    for size in [(1280.0, 720.0), (1920.0, 1080.0)] {
        let mut window = window(Lang::Ko, size);
        for tab in 0..Tab::ALL.len() {
            tell(&mut window, ViewCommand::Tab(tab));
            tell(&mut window, PlaybackCommand::Seek(60));
            press(&mut window, Key::F);
            window.run_steps(3);
            assert!(window.query_by_label("살펴보기").is_none() && window.query_by_label("일어난 일").is_none());
            assert_eq!(window.query_all_by_role(Role::Status).count(), 1, "what happened is said");
            assert!(window.query_by_label_contains("다음 단계 · ").is_some());
            // The frame that the harness leaves around the window is none of the screen.
            let least = 22.0 * (size.1 - 16.0) / 720.0;
            assert!(smallest(&window) >= least - 0.1, "{size:?}: {} of {least} points", smallest(&window));
            press(&mut window, Key::Escape);
            window.run_steps(3);
            assert!(window.query_by_label("일어난 일").is_some());
        }
    }
}

#[test]
fn a_clicker_leads_through_it() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::Home);
    let start = position(&window);
    press(&mut window, Key::F);
    press(&mut window, Key::PageDown);
    press(&mut window, Key::PageDown);
    let there = position(&window);
    assert!(there > start);
    press(&mut window, Key::PageUp);
    assert!(start < position(&window) && position(&window) < there);
}

#[test]
fn a_second_window_shows_the_class_what_the_first_steps_through() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::End);
    assert_eq!(window.query_all_by_role(Role::Status).count(), 1);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F);
    window.run_steps(3);
    assert_eq!(window.query_all_by_role(Role::Status).count(), 2, "the sentence stands in both");
    assert!(window.query_by_label("일어난 일").is_some(), "and the first is as it was");
    window.key_press_modifiers(Modifiers::SHIFT, Key::F);
    window.run_steps(3);
    assert_eq!(window.query_all_by_role(Role::Status).count(), 1);
}

#[test]
fn a_modifier_does_not_press_the_key_below_it() {
    let mut window = korean();
    tell(&mut window, PlaybackCommand::Level(Level::Stage));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    window.run_steps(2);
    assert_eq!(app(&window).state.tab, Tab::Image);
    assert_eq!(app(&window).state.cursor.level(), Level::Stage);
}
