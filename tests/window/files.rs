//! The layer inspector in the window, driven by what a screen reader sees. The image is built here; no engine is needed.

use crate::common;
use crate::common::{Window, app_mut, click, open};
use dockwalk::i18n::Lang;
use dockwalk::trace::{Code, Problem};
use dockwalk::tree::{Kind, Layer, LayerEntry, Stack};
use dockwalk::ui::Options;
use dockwalk::ui::app::App;
use dockwalk::ui::command::{Ask, FilesCommand, PathCommand};
use dockwalk::ui::files::content::Body;
use dockwalk::ui::files::{Act, Done, LayerInfo, Made, Opened, Order, Page, Slot, Subject, work};
use dockwalk::ui::source::News;
use egui::{Key, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;

fn file(path: &str, size: u64) -> LayerEntry {
    LayerEntry { kind: Kind::File { size }, ..LayerEntry::directory(path) }
}

/// Two layers: the upper one changes a file, deletes one, adds one. The lower one has an entry that cannot be unpacked.
fn image() -> Opened {
    let below = vec![file("etc/motd", 700), file("etc/passwd", 100), file("bin/busybox", 9_000), file("bin/sh", 30)];
    let below = below.into_iter().chain([file("bin/sh/inside", 1)]).collect();
    let whiteout = LayerEntry { kind: Kind::Whiteout, ..LayerEntry::directory("bin/busybox") };
    let above = vec![file("etc/motd", 5), whiteout, file("srv/한글.txt", 12)];
    let trees: Vec<_> = [below, above].into_iter().map(|entries| Arc::new(Layer::build(entries))).collect();
    let layer = |n: usize, made_by: &str| LayerInfo {
        chain: Some(format!("sha256:{:064x}", n + 1).parse().unwrap()),
        size: 1_000 * (2 - n as u64),
        entries: trees[n].len() - 1,
        made_by: made_by.into(),
        ..LayerInfo::default()
    };
    let layers = vec![layer(0, "ADD rootfs.tar /"), layer(1, "RUN rm /bin/busybox")];
    let history = vec![
        Made { text: "ADD rootfs.tar /".into(), layer: Some(0) },
        Made { text: "ENV LAB=shell".into(), layer: None },
        Made { text: "RUN rm /bin/busybox".into(), layer: Some(1) },
    ];
    Opened { subject: Subject::Image("lab/test:1".into()), layers, history, stack: Arc::new(Stack::new(trees)) }
}

/// A window that believes to be live and shows the inspector, before the engine has answered. The second is the order to read
/// the image.
fn asked(lang: Lang, size: (f32, f32)) -> (Window, Order) {
    let mut window = open(Options { lang: Some(lang), ..Options::default() }, size);
    app_mut(&mut window).state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    let orders = app_mut(&mut window).state.files.apply(Act::Open(Subject::Image("lab/test:1".into()), None));
    (window, orders.into_iter().next().unwrap())
}

/// The same with the image read.
fn opened(lang: Lang) -> Window {
    let (mut window, (ticket, _)) = asked(lang, (1440.0, 900.0));
    let orders = app_mut(&mut window).state.files.receive(ticket, Done::Opened(Arc::new(image())));
    let mut bench = work::Bench::default();
    bench.begin(orders, None, || ());
    until(&mut window, |app| {
        for (ticket, done) in bench.done() {
            assert!(app.state.files.receive(ticket, done).is_empty());
        }
        app.state.files.tree.view.is_some()
    });
    window.run_steps(2);
    window
}

fn until(window: &mut Window, done: impl Fn(&mut App) -> bool) {
    for _ in 0..500 {
        if done(app_mut(window)) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.run_steps(1);
    }
    panic!("it never came");
}

fn tell(window: &mut Window, act: Act) {
    common::tell(window, FilesCommand::Do(act));
}

#[test]
fn a_path_is_chosen_and_the_layers_say_who_serves_it_and_what_hides_beneath() {
    let mut window = opened(Lang::Ko);
    window.get_by_label("레이어 2: RUN rm /bin/busybox");
    window.get_by_label("ENV LAB=shell");
    tell(&mut window, Act::GoTo("etc/motd".into()));
    window.get_by_label("motd 내용이 바뀜 (M)");
    window.get_by_label("지금 보이는 것: 레이어 2");
    window.get_by_label("레이어 2: 이 버전이 보입니다");
    window.get_by_label("크기: 5 B");
    // The version beneath, by one click.
    click(&mut window, "레이어 1: 레이어 2에 가려짐");
    window.get_by_label("크기: 700 B");
    // What is deleted says by whom.
    tell(&mut window, Act::GoTo("bin/busybox".into()));
    window.get_by_label("지금은 보이지 않는 경로입니다");
    window.get_by_label("레이어 2: whiteout: 이 경로를 지움");
    window.get_by_label("레이어 1: 레이어 2의 whiteout에 가려짐");
}

#[test]
fn layers_are_shown_alone_and_up_to_one() {
    let mut window = opened(Lang::En);
    tell(&mut window, Act::All(true));
    until(&mut window, |app| app.state.files.tree.view.as_ref().is_some_and(|view| view.len() > 5));
    window.get_by_label("sh Added (A)");
    click(&mut window, "This layer only");
    until(&mut window, |app| app.state.files.listing.ready().is_some());
    window.run_steps(2);
    assert!(window.query_by_label("sh Added (A)").is_none());
    window.get_by_label("busybox Deleted, whiteout (D)");
    click(&mut window, "Layer 1: ADD rootfs.tar /");
    until(&mut window, |app| app.state.files.listing.ready().is_some());
    window.run_steps(2);
    window.get_by_label("busybox Added (A)");
    assert!(window.query_by_label_contains("한글").is_none());
}

#[test]
fn a_search_keeps_what_fits_and_the_way_to_it() {
    let mut window = opened(Lang::En);
    window.get_by_label("Find files").focus();
    window.run_steps(1);
    window.get_by_label("Find files").type_text("MOTD");
    window.run_steps(2);
    until(&mut window, |app| app.state.files.tree.hits == Some(1));
    window.run_steps(2);
    window.get_by_label("motd Content changed (M)");
    assert!(window.query_by_label_contains("srv").is_none());
    tell(&mut window, Act::Search(dockwalk::tree::Query::default()));
    click(&mut window, "Deleted, whiteout (D)");
    until(&mut window, |app| app.state.files.tree.hits == Some(1));
    window.run_steps(2);
    window.get_by_label("busybox Deleted, whiteout (D)");
}

#[test]
fn the_keyboard_walks_the_list_and_the_debugger_stays_where_it_is() {
    let mut window = opened(Lang::Ko);
    window.get_by_label("파일 트리").focus();
    window.run_steps(2);
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowRight, Key::ArrowRight] {
        window.key_press(key);
        window.run_steps(2);
    }
    let path = app_mut(&mut window).state.files.path().unwrap().to_string();
    assert_eq!(path, "bin/busybox");
    window.key_press(Key::End);
    window.run_steps(2);
    assert_eq!(app_mut(&mut window).state.files.path().unwrap().to_string(), "srv");
}

#[test]
fn what_is_wasted_leads_to_the_file() {
    let mut window = opened(Lang::Ko);
    tell(&mut window, Act::Page(Page::Waste));
    until(&mut window, |app| app.state.files.waste.ready().is_some());
    window.run_steps(2);
    window.get_by_label("낭비 9,700 B (98.5 %), 전체 9,847 B, 경로 2개");
    click(&mut window, "/bin/busybox: 9,000 B, 지워짐");
    assert_eq!(app_mut(&mut window).state.files.page, Page::Tree);
    window.get_by_label("busybox 삭제됨, whiteout (D)");
}

#[test]
fn two_layers_are_compared() {
    let mut window = opened(Lang::En);
    tell(&mut window, Act::Page(Page::Compare));
    until(&mut window, |app| app.state.files.differences.view.is_some());
    window.run_steps(2);
    window.get_by_label("busybox Deleted, whiteout (D)");
    assert!(window.query_by_label_contains("passwd").is_none(), "it is alike on both sides");
    click(&mut window, "motd Content changed (M)");
    window.get_by_label("Size: 700 B → 5 B");
}

#[test]
fn contents_are_lines_or_bytes() {
    let mut window = opened(Lang::En);
    tell(&mut window, Act::GoTo("srv/한글.txt".into()));
    let files = &mut app_mut(&mut window).state.files;
    // Choosing asked the engine that is not there; the answer to a second question is given here.
    let orders = files.apply(Act::Part(0));
    let (ticket, _) = orders.into_iter().find(|(ticket, _)| ticket.slot == Slot::Content).unwrap();
    files.receive(ticket, Done::Content(Body::new(12, 0, "안녕\nhi\n".into())));
    window.run_steps(2);
    window.get_by_label("안녕");
    click(&mut window, "Hex");
    window.get_by_label("00000000  ec 95 88 eb 85 95 0a 68  ·······h");
}

#[test]
fn what_is_late_waits_and_what_fails_says_so_and_can_be_tried_again() {
    let (mut window, (ticket, _)) = asked(Lang::Ko, (1024.0, 700.0));
    assert!(window.query_by_label_contains("레이어를 읽는 중").is_none(), "nothing blinks for what is quick");
    // A frame of the harness is a quarter of a second.
    window.run_steps(5);
    window.get_by_label("lab/test:1: 레이어를 읽는 중");
    let problem = Problem::new(Code::FilesNoEngine);
    app_mut(&mut window).state.files.receive(ticket, Done::Failed(problem));
    window.run_steps(2);
    window.get_by_label("레이어를 읽지 못했습니다");
    window.get_by_label("다시 읽기");
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let (mut window, (ticket, _)) = asked(Lang::Ko, (1024.0, 700.0));
    tell(&mut window, Act::Cancel(Slot::Open));
    assert!(app_mut(&mut window).state.files.receive(ticket, Done::Opened(Arc::new(image()))).is_empty());
    assert!(app_mut(&mut window).state.files.image().is_none());
}

#[test]
fn what_cannot_be_unpacked_is_named_with_the_reason_and_only_where_it_is() {
    let mut window = opened(Lang::Ko);
    let why = "/bin/sh/inside: 경로 가운데에 디렉터리가 아닌 것이 있습니다";
    assert!(window.query_by_label(why).is_none());
    click(&mut window, "풀 수 없어 트리에 없는 항목 1개");
    window.get_by_label(why);
    tell(&mut window, Act::Only(true));
    assert!(window.query_by_label_contains("풀 수 없어").is_none(), "the upper layer has none");
}

#[test]
fn enter_in_the_field_for_a_path_is_the_answer() {
    let mut window = opened(Lang::Ko);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("files.json");
    let ctx = window.ctx.clone();
    app_mut(&mut window).command(&ctx, PathCommand::Ask(Ask::ExportFiles));
    window.run_steps(3);
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.run_steps(1);
    window.event(egui::Event::Text(path.display().to_string()));
    window.run_steps(1);
    window.key_press(Key::Enter);
    window.run_steps(2);
    assert_eq!(app_mut(&mut window).state.overlay, None);
    until(&mut window, |app| app.state.notice.is_some());
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(written.to_string().contains("busybox"), "{written}");
}

#[test]
fn in_a_narrow_window_the_tools_give_way_to_the_tabs() {
    for lang in [Lang::Ko, Lang::En] {
        let (more, files, export) = match lang {
            Lang::Ko => ("그 밖의 도구", "파일", "그림 내보내기"),
            Lang::En => ("More tools", "Files", "Export the diagram"),
        };
        let mut window = opened(lang);
        let tab = |window: &Window| {
            let mut tabs = window.get_all_by_role(egui::Role::Tab);
            tabs.find(|tab| tab.accesskit_node().label().is_some_and(|label| label == files)).unwrap().rect()
        };
        assert!(window.query_by_label(more).is_none());
        tell(&mut window, Act::Show(false));
        window.set_size(Vec2::new(900.0, 640.0));
        window.run_steps(2);
        let (last, button) = (tab(&window), window.get_by_label(more).rect());
        assert!(last.max.x <= button.min.x && button.max.x <= 900.0, "{lang:?}: {last:?} {button:?}");
        click(&mut window, more);
        window.get_by_label_contains(export);
    }
}

#[test]
fn everything_fits_in_both_languages_and_sizes() {
    for (lang, labels) in [
        (Lang::Ko, ["여기까지", "이 레이어만", "파일 찾기", "모두 펼치기", "경로 복사", "이미지 열기…"]),
        (Lang::En, ["Up to here", "This layer only", "Find files", "Expand all", "Copy path", "Open image archive…"]),
    ] {
        for size in [(1280.0, 800.0), (1024.0, 700.0)] {
            let mut window = opened(lang);
            window.set_size(Vec2::from(size));
            tell(&mut window, Act::GoTo("etc/motd".into()));
            for label in labels {
                let rect = window.get_by_label(label).rect();
                let inside = rect.min.x >= 0.0 && rect.max.x <= size.0 && rect.min.y >= 0.0 && rect.max.y <= size.1;
                assert!(inside, "{lang:?} {size:?}: {label} at {rect:?}");
            }
            let column = window.get_by_label(labels[1]).rect();
            let search = window.get_by_label(labels[2]).rect();
            assert!(column.max.x <= search.min.x, "{lang:?} {size:?}: {column:?} reaches into {search:?}");
        }
    }
}
