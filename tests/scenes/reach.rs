//! The table of who reaches whom says what is computed, why, and what a probe found as long as nothing has changed since.

use crate::laws;
use crate::sample::{self, HOST_NS, crowd, id, shell_run};
use dockwalk::i18n::{Lang, Veil, Words};
use dockwalk::reach::{self, End, Question};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Look, Node, Pick, Reaching, Scene, Tab, scene_in};
use egui::{Vec2, vec2};

fn drawn(world: &World, reach: &Reaching, room: Option<Vec2>, words: &Words) -> Scene {
    let scene = scene_in(Tab::Reach, world, Look { reach, room, ..Look::default() }, words, &Approximate);
    laws::hold(&scene, &format!("in {room:?}"));
    scene
}

fn written(scene: &Scene) -> String {
    let texts = scene.nodes().flat_map(|node| &node.texts).map(|text| text.text.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

fn cell<'s>(scene: &'s Scene, from: &End, to: &End) -> &'s Node {
    let wanted = Some(Pick::Pair(from.clone(), to.clone()));
    scene.nodes().find(|node| node.pick == wanted).expect("the pair has a cell")
}

fn container(name: &str) -> End {
    End::Container(id(name))
}

fn pair(question: Question, from: &str, to: &str) -> Reaching {
    Reaching { question, pair: Some((container(from), container(to))), ..Reaching::default() }
}

#[test]
fn each_pair_has_a_cell_that_says_what_is_computed_and_the_chosen_one_says_why() {
    let world = shell_run().at("two run");
    let words = Words::new(Lang::En);
    let asked = pair(Question::Ping, "web", "shell");
    let scene = drawn(&world, &asked, None, &words);
    let matrix = reach::matrix(&world, Question::Ping, IpVersion::V4, None);
    assert!(matrix.cells.len() >= 10, "{}", matrix.cells.len());
    for one in &matrix.cells {
        let node = cell(&scene, &one.from, &one.to);
        let word = match one.answer {
            reach::Answer::Reaches => "reaches",
            reach::Answer::DoesNot => "does not reach",
            reach::Answer::Unknown => "not known",
        };
        assert!(node.label.contains(&format!(": {word}.")), "{one:?}: {}", node.label);
    }
    let all = written(&scene);
    assert!(all.contains("web → shell  172.17.0."), "{all}");
    let one = matrix.cell(&container("web"), &container("shell")).unwrap();
    assert!(one.fix.is_some() && all.contains(one.fix.as_deref().unwrap()), "{all}");
    assert!(scene.spoken.contains("web → shell"), "{}", scene.spoken);
}

#[test]
fn a_link_that_is_down_is_what_decides() {
    let mut sample = shell_run();
    sample.world = sample.at("two run");
    let down =
        sample.world.links.values().find(|link| link.name == "eth0" && link.container == Some(id("web"))).unwrap();
    let down = Link { up: false, carrier: Some(false), ..(**down).clone() };
    let key = down.key.clone();
    sample.saw(Change::LinkSeen(down));
    let scene = drawn(&sample.world, &pair(Question::Ping, "shell", "web"), None, &Words::new(Lang::Ko));
    let node = cell(&scene, &container("shell"), &container("web"));
    assert!(node.label.contains("막힘"), "{}", node.label);
    let because = scene.nodes().find(|node| node.id.part == "decides").expect("what decides can be chosen");
    let matrix = reach::matrix(&sample.world, Question::Ping, IpVersion::V4, None);
    let why = matrix.cell(&container("shell"), &container("web")).unwrap();
    assert_eq!(because.id.entity, why.because);
    assert!(matches!(&why.because, Some(Entity::Link(_))), "{why:?} {key:?}");
}

#[test]
fn what_a_probe_found_is_seen_until_something_changes() {
    let mut sample = shell_run();
    sample.world = sample.at("two run");
    let asked = pair(Question::Ping, "web", "shell");
    let computed = reach::matrix(&sample.world, Question::Ping, IpVersion::V4, None);
    let one = computed.cell(&container("web"), &container("shell")).unwrap();
    let probe = |reply| Probe {
        from: Some(id("web")),
        to: "shell".into(),
        asked: reach::asked(Question::Ping, one, "shell"),
        reply,
    };
    let words = Words::new(Lang::En);
    let proof = |sample: &sample::Sample| {
        let scene = drawn(&sample.world, &asked, None, &words);
        (cell(&scene, &container("web"), &container("shell")).label.clone(), written(&scene))
    };
    assert!(!proof(&sample).1.contains("Asked for real"));
    sample.saw(Change::ReachProbed(probe(ProbeReply::Answered)));
    let (label, all) = proof(&sample);
    assert!(label.ends_with(&words.say("reach-proof-agrees")), "{label}");
    assert!(all.contains(&words.say("reach-reply-answered")), "{all}");
    sample.saw(Change::ReachProbed(probe(ProbeReply::Silent)));
    let (label, _) = proof(&sample);
    assert!(label.ends_with(&words.say("reach-proof-disagrees")), "the latest answer counts: {label}");
    // Another route, and it may be otherwise.
    sample.saw(Change::RouteSeen(sample::route(HOST_NS, "10.9.0.0/16", None, "docker0")));
    assert!(sample.world.probes.is_empty());
    assert!(!proof(&sample).0.ends_with(&words.say("reach-proof-disagrees")));
}

#[test]
fn no_answer_stands_there_while_one_is_asked() {
    let world = shell_run().at("two run");
    let words = Words::new(Lang::Ko).veiling(vec![("scene-reach-counted", Veil::Asked)]);
    let scene = drawn(&world, &pair(Question::Ping, "web", "shell"), None, &words);
    assert!(scene.nodes().all(|node| node.pick.is_none() && node.id.part != "why"), "nothing can be chosen");
    for said in scene.nodes().map(|node| node.label.as_str()).chain([scene.spoken.as_str()]) {
        assert!(!said.contains("닿음") && !said.contains("막힘"), "{said}");
    }
}

#[test]
fn of_a_crowd_those_are_in_the_table_that_were_chosen_and_the_others_are_counted() {
    let world = crowd(60).world;
    let names: Vec<_> = world.containers.values().map(|container| container.name.clone()).collect();
    let asked = pair(Question::Tcp(80), &names[20], &names[50]);
    for room in laws::ROOMS {
        let scene = drawn(&world, &asked, Some(room), &Words::new(Lang::En));
        assert!(scene.size.x <= room.x && scene.size.y <= room.y, "{room:?}: {:?}", scene.size);
        cell(&scene, &container(&names[20]), &container(&names[50]));
        cell(&scene, &container(&names[20]), &End::Outside);
        let rows = scene.nodes().filter(|node| node.id.part == "row").count();
        let more = 60 + 1 - rows;
        let said = scene.captions.iter().any(|caption| caption.text.text.starts_with(&format!("{more} more ")));
        assert!(said, "{room:?}: {rows} rows");
    }
    let none = drawn(&World::default(), &Reaching::PING, Some(vec2(640.0, 297.0)), &Words::new(Lang::Ko));
    assert!(none.empty);
}
