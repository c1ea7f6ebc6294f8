//! What the isolation picture says is what was asked of the kernel, and nothing else.

use crate::laws;
use crate::sample::{Sample, crowd, id, shell_run};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Look, Node, Scene, Style, Tab, scene_in};
use egui::vec2;

fn drawn(world: &World, lang: Lang, chosen: &str) -> Scene {
    let chosen = Entity::Container(id(chosen));
    let look = Look { chosen: Some(&chosen), ..Look::default() };
    scene_in(Tab::Isolation, world, look, &Words::new(lang), &Approximate)
}

fn written(scene: &Scene) -> String {
    let texts = scene.nodes().flat_map(|node| &node.texts).map(|text| text.text.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

/// What stands in the cell of that line at the container's side.
fn inside<'s>(scene: &'s Scene, row: &str) -> Vec<&'s str> {
    let of = |node: &&Node| node.id.part.starts_with(&format!("own {row} "));
    let node = scene.nodes().find(of).expect("the line is drawn");
    node.texts.iter().map(|text| text.text.as_str()).collect()
}

#[test]
fn one_process_has_a_number_outside_and_a_number_inside() {
    let world = shell_run().at("one runs");
    let scene = drawn(&world, Lang::En, "web");
    assert_eq!(inside(&scene, "Pid"), ["1", "other"]);
    let wire = scene.edges().find(|(_, _, edge)| edge.part == "is the same process").expect("a wire");
    assert_eq!(wire.0.texts[1].text, "2044");
    assert!(scene.spoken.contains("number 2044 on the host and number 1 inside"), "{}", scene.spoken);
}

#[test]
fn a_namespace_is_said_to_be_its_own_or_whose_it_is() {
    let mut sample = shell_run();
    let scene = drawn(&sample.at("one runs"), Lang::En, "web");
    assert_eq!(inside(&scene, "Namespace(Mnt)")[1], "its own");
    assert_eq!(inside(&scene, "Namespace(Net)")[1], "its own");
    assert_eq!(inside(&scene, "Namespace(User)")[1], "the host's");
    assert_eq!(inside(&scene, "Namespace(Ipc)"), ["not asked"], "recordings that have none say so");
    // As with `--network container:web`.
    let joined = sample.at("two run").processes[&2101].process.clone();
    let net = sample.at("two run").processes[&2044].process.namespaces[&NamespaceKind::Net];
    let mut namespaces = joined.namespaces.clone();
    namespaces.insert(NamespaceKind::Net, net);
    sample.world = sample.at("two run");
    sample.world.apply(&Change::ProcessSeen(Process { namespaces, ..joined })).expect("legal");
    let scene = drawn(&sample.world, Lang::En, "shell");
    assert_eq!(inside(&scene, "Namespace(Net)")[1], "with web");
}

#[test]
fn root_inside_is_somebody_else_outside() {
    let scene = drawn(&shell_run().at("one runs"), Lang::En, "web");
    assert_eq!(inside(&scene, "User"), ["uid 0 (root)", "outside: 1000"]);
    assert!(scene.spoken.contains("on the real host is user 1000"), "{}", scene.spoken);
}

#[test]
fn what_was_not_asked_is_said_not_to_have_been() {
    // The second container of the sample is as recordings of before have it.
    let scene = drawn(&shell_run().at("two run"), Lang::En, "shell");
    assert_eq!(inside(&scene, "Kernel"), ["not asked"]);
    assert_eq!(inside(&scene, "User"), ["not asked"]);
    let all = written(&scene);
    assert!(all.contains("seccomp: not asked") && !all.contains("It can:"), "{all}");
}

#[test]
fn capabilities_are_said_in_words() {
    for (lang, kept, lacking) in [
        (Lang::En, "change file owners", "mount and administer the system"),
        (Lang::Ko, "파일 주인 바꾸기", "마운트와 시스템 관리"),
    ] {
        let all = written(&drawn(&shell_run().at("one runs"), lang, "web"));
        assert!(all.contains(kept) && all.contains(lacking), "{all}");
    }
    let words = [Words::new(Lang::En), Words::new(Lang::Ko)];
    for name in CAPABILITIES {
        let key = format!("capability-{}", name.to_lowercase().replace('_', "-"));
        assert!(words.iter().all(|words| !words.say(&key).contains('⟨')), "{key}");
    }
}

#[test]
fn the_state_that_docker_tells_stands_out_with_the_ways_out_of_it() {
    let sample = shell_run();
    let now = |moment: &str| {
        let scene = drawn(&sample.at(moment), Lang::En, "web");
        let strong = scene.nodes().filter(|n| n.style == Style::Strong && n.id.part.starts_with("state "));
        let states: Vec<_> = strong.map(|node| node.id.part.to_string()).collect();
        let solid = scene.edges().filter(|(from, _, edge)| {
            from.id.part.starts_with("state ") && edge.line == dockwalk::ui::diagrams::Line::Solid
        });
        let mut ways: Vec<_> = solid.map(|(_, to, _)| to.id.part.replace("state ", "")).collect();
        ways.sort();
        (states, ways)
    };
    let of = |state: &str, ways: &[&str]| (vec![state.to_owned()], ways.iter().map(ToString::to_string).collect());
    assert_eq!(now("created"), of("state created", &["removing", "running"]));
    let mut waits = sample.at("one runs");
    let state = ContainerState::Restarting { status: 1 };
    waits.apply(&Change::ContainerState { id: id("web"), state }).expect("legal");
    let scene = drawn(&waits, Lang::En, "web");
    let strong = scene.nodes().find(|node| node.style == Style::Strong && node.id.part.starts_with("state "));
    assert_eq!(strong.expect("a state").id.part, "state restarting");
    assert_eq!(now("one runs"), of("state running", &["exited", "paused", "restarting"]));
}

fn used(second: u64, memory: u64) -> Used {
    Used {
        at: second * 1_000_000,
        processor: second * 250_000,
        memory,
        memory_limit: 0,
        tasks: 3,
        tasks_limit: 0,
        processors: 2,
    }
}

#[test]
fn what_is_used_is_plotted_against_its_limit() {
    let mut sample: Sample = shell_run();
    sample.world = sample.at("one runs");
    let limits = [("memory.max", "8000000"), ("cpu.max", "50000 100000"), ("pids.max", "max")];
    let limits = limits.map(|(file, limit)| (file.to_owned(), limit.to_owned())).into();
    let group = Cgroup { path: "/dockwalk/web".into(), container: id("web"), limits };
    sample.world.apply(&Change::CgroupSeen(group)).expect("legal");
    let before = written(&drawn(&sample.world, Lang::En, "web"));
    assert!(before.contains("≤ 8.00 MB") && before.contains("not measured"), "{before}");
    for second in 1..=90 {
        let used = used(second, 4_000_000);
        sample.world.apply(&Change::UsageSeen { container: id("web"), used }).expect("legal");
    }
    assert_eq!(sample.world.usage[&id("web")].len(), World::MOMENTS, "what grows has an end");
    let scene = drawn(&sample.world, Lang::En, "web");
    let all = written(&scene);
    assert!(all.contains("25.0 % / 50.0 %") && all.contains("4.00 MB / 8.00 MB") && all.contains("pids 3"), "{all}");
    let plot = scene.nodes().find(|node| node.id.part == "memory").expect("a plot");
    assert!(plot.bars.len() == World::MOMENTS && plot.bars.iter().all(|bar| bar.rect.height() > 5.0));
    laws::check(&sample.world);
}

#[test]
fn what_a_system_call_was_answered_says_who_decided() {
    let mut sample = shell_run();
    sample.world = sample.at("one runs");
    let answered = |errno, said: &str| Answered { errno, said: said.into() };
    sample
        .world
        .apply(&Change::CallTried(Tried {
            container: id("web"),
            call: "mount".into(),
            filtered: answered(1, "-1 EPERM (Operation not permitted)"),
            bare: Some(answered(14, "-1 EFAULT (Bad address)")),
        }))
        .expect("legal");
    let all = written(&drawn(&sample.world, Lang::En, "web"));
    assert!(all.contains("mount: refused by the filter (EPERM)"), "{all}");
    laws::check(&sample.world);
}

#[test]
fn a_crowd_is_names_and_one_of_them_is_drawn_in_full() {
    let world = crowd(60).world;
    let chosen = Entity::Container(id("box31"));
    for lang in Lang::ALL {
        for room in laws::ROOMS.into_iter().chain([vec2(1400.0, 900.0)]) {
            let look = Look { chosen: Some(&chosen), room: Some(room), ..Look::default() };
            let scene = scene_in(Tab::Isolation, &world, look, &Words::new(lang), &Approximate);
            laws::hold(&scene, &format!("{lang:?} in {room:?}"));
            assert!(scene.size.x <= room.x && scene.size.y <= room.y, "{lang:?} in {room:?}: {:?}", scene.size);
            assert!(scene.shape_of(&chosen).is_some());
            assert!(scene.spoken.contains("60"));
        }
    }
}
