//! A container's writable layer in the picture: what it adds, changes, deletes, and what was copied up from where.

use crate::laws::{check, draw};
use crate::sample::{ROOT, Sample, digest, id, shell_layers};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Edge, Look, Node, NodeId, Scene, Tab, svg};
use dockwalk::ui::facts;
use dockwalk::ui::theme::Theme;
use proptest::prelude::*;

fn upper(name: &str) -> String {
    format!("{ROOT}/containers/{}/upper", id(name))
}

fn file(path: &str, effect: Effect) -> UpperFile {
    UpperFile { path: path.into(), effect, dir: false, mount_point: false, size: 12, copied: None }
}

/// Copied up from the lowest layer.
fn copied(path: &str, bytes: u64, sample: &Sample) -> UpperFile {
    let image = sample.world.containers.values().next().expect("a container").image.clone();
    let layer = sample.world.layers_of(&image)[0].chain_id.clone();
    let copied = Some(CopyUp { path: path.into(), layer, size: 100_000_000, bytes });
    UpperFile { size: 100_000_001, copied, ..file(path, Effect::Replaced) }
}

fn wrote(sample: &mut Sample, name: &str, files: Vec<UpperFile>, paths: u64) {
    let copied = files.iter().filter_map(|file| file.copied.as_ref()).map(|copy| copy.bytes).sum();
    let deleted = files.iter().filter(|file| file.effect == Effect::Deleted).count() as u64;
    let totals = UpperTotals { paths, deleted, bytes: files.iter().map(|file| file.size).sum(), copied };
    let change = UpperChange { container: id(name), upper: upper(name), files, gone: Vec::new(), totals };
    sample.saw(Change::UpperChanged(change));
}

fn running(names: &[&str]) -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    for (n, name) in names.iter().enumerate() {
        s.create(name, "shell", "none");
        s.op(OpKind::ContainerStart, name, |s| {
            s.step(StepKind::StackFilesystem, name, |s| s.mount_root(name, 40 + n as u64))
        });
    }
    s
}

fn row<'a>(scene: &'a Scene, name: &str, path: &str) -> Option<&'a Node> {
    scene.node(&NodeId::of(Entity::UpperFile(id(name), path.into())))
}

fn copies(scene: &Scene) -> Vec<(&Node, &Node, &Edge)> {
    scene.edges().filter(|(.., edge)| edge.part == "copied up").collect()
}

#[test]
fn a_copied_file_shows_its_bytes_and_the_layer_that_they_came_from() {
    let mut s = running(&["web"]);
    let files =
        vec![copied("var/big.log", 100_000_000, &s), file("etc/motd", Effect::Deleted), file("new", Effect::Added)];
    wrote(&mut s, "web", files, 3);
    check(&s.world);
    let scene = draw(Tab::Layers, &s.world, Lang::Ko);
    let big = row(&scene, "web", "var/big.log").expect("drawn");
    assert!(big.label.contains("100.0 MB 복사됨"), "{}", big.label);
    let motd = row(&scene, "web", "etc/motd").expect("drawn");
    assert!(motd.texts[0].struck && motd.label.contains("지움"), "{}", motd.label);
    assert!(row(&scene, "web", "new").expect("drawn").label.contains("12 B"));
    let wires = copies(&scene);
    let (from, to, edge) = wires[0];
    assert_eq!((wires.len(), &to.id.entity), (1, &Some(Entity::Dir(upper("web")))));
    assert!(matches!(from.id.entity, Some(Entity::Layer(_))) && edge.flows);
    assert_eq!(edge.label.as_ref().unwrap().text.text, "100.0 MB 복사됨");
    assert!(scene.spoken.contains("web 컨테이너의 쓰기 레이어: 경로 3개"), "{}", scene.spoken);
    let picture = svg(Tab::Layers, &s.world, Look::default(), &Words::new(Lang::Ko), &Theme::DARK);
    assert!(picture.contains("100.0 MB 복사됨") && picture.contains("line-through"));
}

#[test]
fn two_containers_of_one_image_have_an_upper_each_and_the_merged_view_of_each_is_its_own() {
    let mut s = running(&["web", "shell"]);
    wrote(&mut s, "web", vec![file("only-in-web", Effect::Added)], 1);
    let scene = draw(Tab::Layers, &s.world, Lang::En);
    assert!(row(&scene, "web", "only-in-web").is_some() && row(&scene, "shell", "only-in-web").is_none());
    let merged = |number| {
        let key = MountKey { mntns: 4_026_532_300, id: number };
        scene.node(&NodeId::of(Entity::Mount(key))).expect("drawn").label.clone()
    };
    assert!(merged(40).contains("only-in-web") && merged(40).contains("writable layer"));
    assert!(!merged(41).contains("only-in-web"));
    check(&s.world);
}

#[test]
fn what_was_opened_to_be_emptied_is_said_and_has_no_arrow() {
    let mut s = running(&["web"]);
    let files = vec![copied("var/big.log", 0, &s)];
    wrote(&mut s, "web", files, 1);
    let scene = draw(Tab::Layers, &s.world, Lang::En);
    assert!(copies(&scene).is_empty());
    assert!(row(&scene, "web", "var/big.log").unwrap().label.contains("0 B"));
}

#[test]
fn five_hundred_changes_stay_readable() {
    let mut s = running(&["web"]);
    let mut files: Vec<UpperFile> = (0..199).map(|n| file(&format!("usr/lib/package/{n}"), Effect::Added)).collect();
    files.push(copied("var/lib/dpkg/status", 5_000_000, &s));
    wrote(&mut s, "web", files, 500);
    check(&s.world);
    let scene = draw(Tab::Layers, &s.world, Lang::Ko);
    assert!(row(&scene, "web", "var/lib/dpkg/status").is_some(), "what tells most is there");
    let box_of = scene.node(&NodeId::of(Entity::Dir(upper("web")))).unwrap();
    assert!(box_of.label.contains("외 494개") && box_of.rect.height() < 220.0, "{}", box_of.label);
}

#[test]
fn mount_points_are_counted_and_not_listed() {
    let mut s = running(&["web"]);
    let point = |path| UpperFile { mount_point: true, dir: true, ..file(path, Effect::Added) };
    wrote(&mut s, "web", vec![point("proc"), point("dev")], 0);
    check(&s.world);
    let scene = draw(Tab::Layers, &s.world, Lang::Ko);
    assert!(row(&scene, "web", "proc").is_none());
    assert!(scene.node(&NodeId::of(Entity::Dir(upper("web")))).unwrap().label.contains("마운트 지점 2개"));
}

#[test]
fn the_inspector_knows_the_file_and_the_directory() {
    let mut s = running(&["web"]);
    let files = vec![copied("var/big.log", 100_000_000, &s)];
    wrote(&mut s, "web", files, 1);
    let words = Words::new(Lang::En);
    let one = facts::of(&Entity::UpperFile(id("web"), "var/big.log".into()), &s.world, &words).unwrap();
    let value = |label: &str| one.rows.iter().find(|row| row.label == label).map(|row| row.value.clone());
    assert_eq!((one.title.as_str(), value("fact-copied").as_deref()), ("/var/big.log", Some("100.0 MB")));
    assert!(one.rows.iter().any(|row| matches!(row.leads_to, Some(Entity::Layer(_)))));
    let dir = facts::of(&Entity::Dir(upper("web")), &s.world, &words).unwrap();
    assert!(dir.rows.iter().any(|row| row.label == "fact-upper-copied" && row.value == "100.0 MB"));
    let trace = s.trace();
    assert!(trace.touching(&Entity::UpperFile(id("web"), "var/big.log".into()), trace.len()).next().is_some());
    assert!(digest("base") != digest("rm"));
}

fn effects() -> impl Strategy<Value = Effect> {
    prop_oneof![Just(Effect::Added), Just(Effect::Replaced), Just(Effect::Deleted), Just(Effect::Opaque)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_containers_write_is_drawn_by_the_laws(
        written in prop::collection::vec(prop::collection::vec((effects(), any::<bool>(), 0_u64..1 << 40), 0..30), 1..5),
        long in any::<bool>(),
    ) {
        let names: Vec<String> = (0..written.len()).map(|n| format!("box{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut s = running(&names);
        for (name, files) in names.iter().zip(&written) {
            let file = |(n, (effect, copy, bytes)): (usize, &(Effect, bool, u64))| {
                let path = if long { format!("아주/긴/경로/그리고/a/very/long/path/{n}") } else { format!("f{n}") };
                match copy {
                    true => copied(&path, *bytes, &s),
                    false => UpperFile { size: *bytes, ..file(&path, *effect) },
                }
            };
            let files: Vec<UpperFile> = files.iter().enumerate().map(file).collect();
            let count = files.len() as u64;
            if count > 0 {
                wrote(&mut s, name, files, count);
            }
        }
        check(&s.world);
    }
}
