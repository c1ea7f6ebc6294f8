//! What a terminal prints and the shapes of the picture show each other; what passes a cable is seen while it does, and only of now.

use crate::common::{Window, app, app_mut, open, press, tell};
use crate::lesson::{lesson_in, onward};
use crate::sample::{self, id};
use dockwalk::client::protocol::LinkCounters;
use dockwalk::i18n::Lang;
use dockwalk::trace::{Entity, LinkKey};
use dockwalk::ui::Options;
use dockwalk::ui::command::{PlaybackCommand, ViewCommand};
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::source::News;
use dockwalk::ui::terminal::Screen;
use dockwalk::ui::traffic::Traffic;
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use std::path::Path;
use std::sync::Arc;

const LINES: [&str; 4] = [
    "7: veth@if4: <UP>",
    "    link/ether 02:42:ac:11:00:04 brd ff:ff:ff:ff:ff:ff",
    "    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0",
    "    inet 172.17.0.20/16",
];

/// A live window on the network picture, and a terminal that has printed these lines.
fn window(title: &str) -> Window {
    let mut window = open(Options { lang: Some(Lang::En), ..Options::default() }, (1440.0, 900.0));
    let state = &mut app_mut(&mut window).state;
    state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    state.receive(News::Events(sample::shell_run().events.into_iter().map(Arc::new).collect()));
    window.run_steps(3);
    tell(&mut window, ViewCommand::Tab(Tab::ALL.iter().position(|tab| *tab == Tab::Network).unwrap()));
    let script = format!("printf '{}\\n'; read x", LINES.join("\\n"));
    let argv = ["/bin/sh", "-c", &script].map(str::to_owned);
    app_mut(&mut window).terminals.run(title, &argv, Path::new("/nowhere"), Lang::En, || ()).unwrap();
    for _ in 0..1000 {
        if app(&window).terminals.rows() >= 4 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.step();
    }
    window.run_steps(3);
    window
}

fn link(key: &str) -> Entity {
    Entity::Link(LinkKey::from(key))
}

fn screen(window: &Window) -> &Screen {
    &app(window).terminals.list()[0].screen
}

fn point_at_row(window: &mut Window, title: &str, row: u16) {
    let rect = window.get_by_label(&format!("Terminal {title}")).rect();
    let cell = dockwalk::ui::terminal::cell(&window.ctx);
    let y = rect.top() + dockwalk::ui::terminal::MARGIN + (f32::from(row) + 0.5) * cell.y;
    window.hover_at(egui::pos2(rect.left() + 60.0, y));
    window.run_steps(3);
}

#[test]
fn the_line_that_is_pointed_at_lights_its_shape() {
    let title = "docker exec web ip addr";
    let mut window = window(title);
    point_at_row(&mut window, title, 2);
    assert_eq!(app(&window).state.told, [link("web/eth0")], "{:?}", screen(&window));
    point_at_row(&mut window, title, 3);
    assert_eq!(app(&window).state.told, [], "172.17.0.2 is no part of 172.17.0.20");
    window.hover_at(egui::pos2(2.0, 2.0));
    window.run_steps(3);
    assert_eq!(app(&window).state.told, []);
}

#[test]
fn the_shape_that_was_chosen_or_is_pointed_at_marks_its_lines() {
    let mut window = window("docker exec web ip addr");
    assert_eq!(screen(&window).marked(), [] as [u16; 0]);
    tell(&mut window, ViewCommand::Select(Some(link("web/eth0"))));
    assert_eq!(screen(&window).marked(), [1, 2], "its hardware address and its address: {:?}", screen(&window));
    tell(&mut window, ViewCommand::Select(Some(Entity::Container(id("web")))));
    assert_eq!(screen(&window).marked(), [1, 2], "what is its part");
    tell(&mut window, ViewCommand::Select(Some(Entity::Container(id("shell")))));
    assert_eq!(screen(&window).marked(), [] as [u16; 0]);
    tell(&mut window, ViewCommand::Select(None));
    let seen = app(&window).seen(Tab::Network).unwrap();
    let shape = seen.scene.shape_of(&link("web/eth0")).unwrap().rect.center();
    let at = seen.transform * shape;
    window.hover_at(at);
    window.run_steps(3);
    assert_eq!(screen(&window).marked(), [1, 2]);
}

/// By keys alone: Tab leads to the lines, arrows from one to the next; Enter chooses what the line speaks of.
#[test]
fn lines_are_reached_by_keys_and_light_their_shapes() {
    let mut window = window("docker exec web ip addr");
    for _ in 0..200 {
        press(&mut window, Key::Tab);
        if screen(&window).read().is_some() {
            break;
        }
    }
    let spoken = |window: &Window| {
        let mut focused = window.root().children_recursive().filter(|node| node.is_focused());
        focused.next().and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    };
    assert_eq!(screen(&window).read(), Some(3), "the last line first");
    assert!(spoken(&window).ends_with(LINES[3].trim()), "{}", spoken(&window));
    press(&mut window, Key::ArrowUp);
    window.run_steps(2);
    assert_eq!((screen(&window).read(), &*app(&window).state.told), (Some(2), &[link("web/eth0")][..]));
    let said = spoken(&window);
    assert!(said.contains(LINES[2].trim()) && said.contains("eth0") && said.len() > LINES[2].len(), "{said}");
    let id = window.ctx.memory(egui::Memory::focused).unwrap();
    let at = window.ctx.read_response(id).unwrap().rect;
    let cell = dockwalk::ui::terminal::cell(&window.ctx);
    assert!((at.height() - cell.y).abs() < 0.5, "the ring is around the line alone: {at:?}");
    press(&mut window, Key::Enter);
    assert_eq!(app(&window).state.selection, Some(link("web/eth0")));
    for _ in 0..6 {
        press(&mut window, Key::ArrowUp);
    }
    assert_eq!(screen(&window).read(), Some(0), "no farther than there are lines");
    press(&mut window, Key::ArrowDown);
    assert_eq!(screen(&window).read(), Some(1));
    press(&mut window, Key::Escape);
    window.run_steps(2);
    assert_eq!((screen(&window).read(), app(&window).state.told.len()), (None, 0));
}

/// Which line speaks of a thing may be what a question asks.
#[test]
fn nothing_is_marked_while_a_question_keeps_something_back() {
    let mut window = lesson_in("06-who-reaches-whom", Lang::En, (1440.0, 900.0));
    let mut looked = 0;
    while app(&window).state.course.as_ref().is_some_and(|course| !course.is_ended()) {
        let state = &app(&window).state;
        let course = state.course.as_ref().unwrap();
        let asks = course.runner().veiling(state.world()).next().is_some();
        let containers: Vec<_> = state.world().containers.keys().cloned().collect();
        if asks {
            for id in containers {
                tell(&mut window, ViewCommand::Select(Some(Entity::Container(id))));
                looked += 1;
                let past = &mut app_mut(&mut window).terminals;
                assert!(past.shown().is_none_or(|shown| shown.screen.marked().is_empty()));
                assert!(app(&window).state.told.is_empty());
            }
            tell(&mut window, ViewCommand::Select(None));
        }
        onward(&mut window, true);
    }
    assert!(looked > 0, "no question of that lesson was open beside a container");
}

#[test]
fn what_passes_is_counted_beside_its_cable_and_only_of_now() {
    let mut window = window("docker exec web ip addr");
    let texts = |window: &Window| {
        let mut all = Vec::new();
        window.output().shapes.iter().for_each(|shape| letters(&shape.shape, &mut all));
        all.iter().filter(|text| text.starts_with('↓')).cloned().collect::<Vec<_>>()
    };
    assert!(texts(&window).is_empty());
    let (netns, ifindex) = {
        let link = &app(&window).state.world().links[&LinkKey::from("web/eth0")];
        (link.netns, link.ifindex)
    };
    let counters =
        |n: u64| LinkCounters { netns, ifindex, rx_packets: n + 2, rx_bytes: 98 * n, tx_packets: n, tx_bytes: 98 * n };
    let mut traffic = Traffic::default();
    traffic.look(&[counters(10)]);
    app_mut(&mut window).state.traffic = Some(traffic);
    // The engine of this window does not answer: what is known of it stays as it is for this frame.
    window.run_steps(1);
    assert_eq!(texts(&window), ["↓12 ↑10"]);
    tell(&mut window, ViewCommand::Select(Some(link("web/eth0"))));
    let is_told = |window: &Window| window.query_by_label_contains("12 (980 B)").is_some();
    assert!(is_told(&window), "in what is known of it");
    tell(&mut window, PlaybackCommand::Back);
    app_mut(&mut window).state.traffic.get_or_insert_default().look(&[counters(20)]);
    window.run_steps(1);
    assert!(texts(&window).is_empty() && !is_told(&window), "numbers of now in the past");
}

fn letters(shape: &egui::Shape, found: &mut Vec<String>) {
    match shape {
        egui::Shape::Vec(all) => all.iter().for_each(|one| letters(one, found)),
        egui::Shape::Text(text) => found.push(text.galley.text().to_owned()),
        _ => {}
    }
}
