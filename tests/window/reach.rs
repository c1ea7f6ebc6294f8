//! Who reaches whom, in the window: a cell is chosen and says why, and a packet that is followed comes into view by itself.

use crate::common::{Window, app, app_mut, open, tell};
use crate::lesson::{lesson_in, onward, page};
use crate::sample::{self, id};
use dockwalk::i18n::{Lang, Words};
use dockwalk::lesson::QuestionState;
use dockwalk::reach::{self, End, Question};
use dockwalk::trace::*;
use dockwalk::ui::Options;
use dockwalk::ui::command::{PlaybackCommand, ReachingCommand, ViewCommand};
use dockwalk::ui::diagrams::Tab;
use dockwalk::ui::source::News;
use dockwalk::ui::state::{Mover, Place as At};
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;

/// A live window in which two containers run, and the sample that goes on.
fn window() -> (Window, sample::Sample) {
    let mut window = open(Options { lang: Some(Lang::En), ..Options::default() }, (1280.0, 720.0));
    let mut sample = sample::shell_run();
    let (_, two) = *sample.moments.iter().find(|(name, _)| *name == "two run").unwrap();
    sample.events.truncate(usize::try_from(two).unwrap());
    sample.world = sample.at("two run");
    let app = app_mut(&mut window);
    app.state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    app.state.receive(News::Events(sample.events.iter().cloned().map(Arc::new).collect()));
    window.run_steps(3);
    tell(&mut window, ViewCommand::Tab(Tab::ALL.iter().position(|tab| *tab == Tab::Reach).unwrap()));
    window.run_steps(3);
    assert_eq!(self::app(&window).state.tab, Tab::Reach);
    (window, sample)
}

fn is_disabled(window: &Window, label: &str) -> bool {
    window.get_by_label(label).accesskit_node().is_disabled()
}

#[test]
fn a_cell_that_is_chosen_says_why_and_its_packet_can_be_followed() {
    let (mut window, _) = window();
    let words = Words::new(Lang::En);
    assert!(is_disabled(&window, &words.say("reach-bar-follow")), "no pair is chosen");
    window.get_by_label_contains("web → shell: reaches").click();
    window.run_steps(3);
    let pair = (End::Container(id("web")), End::Container(id("shell")));
    assert_eq!(app(&window).state.reaching.pair, Some(pair));
    assert!(!is_disabled(&window, &words.say("reach-bar-follow")));
    let scene = app(&window).seen(Tab::Reach).unwrap().scene;
    let why = scene.nodes().find(|node| node.id.part == "why").expect("why stands below the table");
    assert!(why.label.starts_with("web → shell  172.17.0."), "{}", why.label);
    window.get_by_label_contains("outside → web").click();
    window.run_steps(3);
    assert!(is_disabled(&window, &words.say("reach-bar-follow")), "nobody sends from outside");
    window.get_by_label("TCP").click();
    window.run_steps(3);
    assert_eq!(app(&window).state.reaching.question, Question::Tcp(80));
}

#[test]
fn a_packet_that_is_followed_comes_into_view_and_is_stepped_through() {
    let (mut window, mut sample) = window();
    let known = sample.events.len();
    let endpoint = |name: &str| WalkEndpoint::Container { id: id(name), name: name.into() };
    let walk = Walk {
        id: 1,
        from: endpoint("shell"),
        to: endpoint("web"),
        from_netns: 1,
        to_netns: None,
        packet: WalkPacket::Echo,
        version: IpVersion::V4,
        address: None,
        watched: Vec::new(),
        rules: RuleTrace::On,
    };
    let hop = |number, name: &str| Hop {
        number,
        after: Some(u64::from(number)),
        heading: Heading::There,
        place: Place::Link { netns: 1, ifindex: 2, name: name.into(), link: name.into(), passing: Passing::Out },
        frame: None,
        packet: Decoded::default(),
        differs: Vec::new(),
    };
    sample.op(OpKind::PacketWalk, "shell → web", |s| {
        s.step(StepKind::WalkPacket, "shell → web", |s| {
            s.saw(Change::WalkBegan(walk));
            for (number, name) in [(1, "eth0"), (2, "eth1")] {
                s.step(StepKind::FollowPacket, name, |s| s.saw(Change::PacketSeen { walk: 1, hop: hop(number, name) }));
            }
            let (reply, outcome) = (ProbeReply::Answered, WalkOutcome::Answered);
            s.saw(Change::WalkEnded(WalkEnd { walk: 1, reply, outcome, fix: None, missed: Default::default() }));
        });
    });
    let news = sample.events[known..].iter().cloned().map(Arc::new).collect();
    app_mut(&mut window).state.receive(News::Events(news));
    tell(&mut window, PlaybackCommand::Live);
    window.run_steps(3);
    assert!(app(&window).state.reaching.packet, "it is looked at by itself");
    assert!(window.query_by_label_contains("2 shell eth1").is_some());
    // Back by a step each: what was seen later is not there yet.
    tell(&mut window, PlaybackCommand::Level(Level::Kernel));
    let mut backs = 0;
    while window.query_by_label_contains("2 shell eth1").is_some() {
        tell(&mut window, PlaybackCommand::Back);
        window.run_steps(3);
        backs += 1;
        assert!(backs < 10, "it stays");
    }
    assert!(window.query_by_label_contains("1 shell eth0").is_some(), "hop by hop");
    tell(&mut window, ReachingCommand::Packet(false));
    window.run_steps(3);
    assert!(window.query_by_label_contains("web → shell: ").is_some(), "the table again");
}

/// The lesson on the way to that page, where it rests.
fn at_page(lang: Lang, id: &str) -> Window {
    let mut window = lesson_in("06-who-reaches-whom", lang, (1280.0, 720.0));
    for _ in 0..200 {
        if page(&window).id == id && app(&window).state.place() == Some(At::Here) {
            return window;
        }
        onward(&mut window, true);
    }
    panic!("{id} is not reached");
}

/// What is said of the cell of that pair, and of what can be chosen in it.
fn said_of(window: &Window, pair: &str) -> Vec<String> {
    let scene = app(window).seen(Tab::Reach).unwrap().scene;
    let all = scene.nodes().map(|node| node.label.clone());
    all.filter(|label| label.starts_with(pair)).collect()
}

#[test]
fn a_lesson_asks_of_a_cell_which_is_predicted_there_and_marked_when_packets_were_sent() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = at_page(lang, "app");
        let (yes, no) = (words.say("scene-reach-yes"), words.say("scene-reach-no"));
        let ask = |guess: &str| words.say_with("scene-reach-guess-as", &[("guess", guess)]);
        while !matches!(app(&window).state.mover(), Mover::Predict(_)) {
            onward(&mut window, true);
        }
        crate::common::press(&mut window, egui::Key::Space);
        window.run_steps(20);
        assert_eq!(app(&window).state.tab, Tab::Reach, "the table is where it is asked");
        // No answer, and no reason, stands anywhere in it; the cell has two halves.
        let host = words.say("reach-host");
        for pair in ["web → app", &format!("{host} → app")] {
            let said = said_of(&window, pair);
            assert!(said.iter().any(|one| one.ends_with(&ask(&yes))) && said.len() == 3, "{pair}: {said:?}");
        }
        let shown = app(&window).seen(Tab::Reach).unwrap().scene;
        assert!(shown.nodes().all(|node| node.id.part != "why"));
        let half = |guess: &str, pair: &str| format!("{pair}: {}", ask(guess));
        window.get_by_label(&half(&yes, "web → app")).click();
        window.run_steps(20);
        window.get_by_label(&half(&yes, &format!("{host} → app"))).click();
        window.run_steps(20);
        let states: Vec<_> = page(&window).questions.into_iter().map(|one| one.state).collect();
        assert_eq!(states, [QuestionState::Predicted(0), QuestionState::Predicted(0)]);
        while page(&window).id == "app" || app(&window).state.place() != Some(At::Here) {
            onward(&mut window, true);
        }
        let told = |key: &str| words.say_with(key, &[("guess", &yes)]);
        let said = said_of(&window, "web → app: ");
        assert!(
            said.len() == 1 && said[0].contains(&no) && said[0].ends_with(&told("scene-reach-guess-wrong")),
            "{said:?}"
        );
        assert!(said[0].contains(&words.say("reach-proof-agrees")), "{said:?}");
        let said = said_of(&window, &format!("{host} → app: "));
        assert!(said[0].contains(&words.say("reach-proof-agrees")), "{said:?}");
        assert!(said[0].ends_with(&told("scene-reach-guess-right")), "{said:?}");
        // The pair that the page is about says why, and what changes it is what the next page does.
        let state = &app(&window).state;
        let (from, to) = state.pair().expect("the page is about a pair");
        let cell = reach::cell(state.world(), Question::Ping, IpVersion::V4, &from, &to, None).unwrap();
        let steps = &state.course.as_ref().unwrap().lesson().script.steps;
        let next = steps.iter().skip_while(|step| step.id != "apart").nth(1).unwrap();
        assert_eq!((from.name(state.world()), cell.fix.as_deref()), (Some("web"), next.run.as_deref()));
    }
}

/// Where nobody has IPv6 there is nothing to choose; else the table is that of the version that was chosen.
#[test]
fn ipv4_or_ipv6_is_chosen_where_somebody_has_ipv6() {
    let (mut window, mut sample) = window();
    assert!(window.query_by_label("IPv6").is_none(), "nobody has it");
    let known = sample.events.len();
    let addresses: Vec<_> = ["web", "shell"].into_iter().zip(2..).collect();
    sample.op(OpKind::NetworkConnect, "six", |s| {
        for (name, nth) in &addresses {
            let container = id(name);
            let end = s
                .world
                .links
                .values()
                .find(|link| link.container.as_ref() == Some(&container) && s.world.is_inner(link));
            let key = end.expect("its own end of the cable").key.clone();
            s.step(StepKind::AddAddress, "eth0", |s| {
                s.saw(Change::AddrSeen { link: key.clone(), cidr: format!("fd00::{nth}/64") });
            });
        }
    });
    let news = sample.events[known..].iter().cloned().map(Arc::new).collect();
    app_mut(&mut window).state.receive(News::Events(news));
    tell(&mut window, PlaybackCommand::Live);
    tell(&mut window, ViewCommand::Tab(Tab::ALL.iter().position(|tab| *tab == Tab::Reach).unwrap()));
    window.run_steps(3);
    let titled = |window: &Window| {
        let scene = app(window).seen(Tab::Reach).unwrap().scene;
        scene.captions.iter().any(|caption| caption.text.text.starts_with("IPv6 ping"))
    };
    assert!(!titled(&window), "IPv4 is asked first");
    let before = said_of(&window, "web → shell: ");
    window.get_by_label("IPv6").click();
    window.run_steps(3);
    assert_eq!(app(&window).state.reaching.version, IpVersion::V6);
    assert!(titled(&window), "the title says so");
    assert_ne!(said_of(&window, "web → shell: "), before, "another table");
    window.get_by_label("IPv4").click();
    window.run_steps(3);
    assert_eq!((app(&window).state.reaching.version, said_of(&window, "web → shell: ")), (IpVersion::V4, before));
}
