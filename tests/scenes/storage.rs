//! What volumes, binds and tmpfs hold is in their homes, and what a lesson asks of these is asked there.

use crate::laws::check;
use crate::sample::{Sample, id, shell_layers};
use dockwalk::i18n::{Lang, Words};
use dockwalk::lesson::{AskedPlace, HomeKind};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Look, Node, NodeId, Pick, Scene, Tab, scene_in};
use dockwalk::ui::facts;
use egui::vec2;

const TMPFS: MountKey = MountKey { mntns: 4_026_532_340, id: 702 };

fn contents(home: Home, files: &[&str], all: u64) -> Change {
    let file = |(n, path): (usize, &&str)| HomeFile {
        path: (*path).to_owned(),
        inode: 1835 + n as u64,
        size: 5,
        changed: 9 - n as i64,
    };
    let at = matches!(home, Home::Volume { .. }).then(|| "/v/notes/_data".to_owned());
    let newest: Vec<_> = files.iter().enumerate().map(file).collect();
    Change::ContentsSeen(Contents {
        home,
        newest,
        fresh: Vec::new(),
        files: all,
        dirs: 0,
        bytes: 5 * all,
        room: (10, 5),
        still: Still::Same,
        at,
        whole: true,
    })
}

fn box_with_three() -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    s.saw(Change::VolumeSeen(Volume { name: "notes".into(), path: "/v/notes/_data".into(), anonymous: false }));
    s.create("box", "shell", "none");
    s.op(OpKind::ContainerStart, "box", |s| {
        s.run_process("box", 0);
        s.mount_root("box", 700);
        s.mount("box", 701, "/data", MountKind::Volume { name: "notes".into() }, false);
        s.mount("box", 702, "/ram", MountKind::Tmpfs, false);
    });
    s
}

fn volume() -> Home {
    Home::Volume { name: "notes".into() }
}

fn drawn(s: &Sample, places: &[AskedPlace], room: Option<egui::Vec2>) -> Scene {
    check(&s.world);
    let look = Look { room, places, ..Look::default() };
    scene_in(Tab::Storage, &s.world, look, &Words::new(Lang::En), &Approximate)
}

fn texts(node: &Node) -> String {
    node.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(" | ")
}

fn file(home: Home, path: &str) -> Entity {
    Entity::HomeFile(Box::new(home), path.into())
}

#[test]
fn the_files_of_a_home_are_in_it_and_the_rest_is_counted() {
    let mut s = box_with_three();
    s.saw(contents(volume(), &["memo"], 1));
    s.saw(contents(
        Home::Tmpfs { mount: TMPFS },
        &["a", "b", "a-name-that-is-long-enough-to-be-cut-in-its-middle"],
        40,
    ));
    let scene = drawn(&s, &[], None);
    let memo = scene.shape_of(&file(volume(), "memo")).expect("drawn");
    assert_eq!(texts(memo), "memo | 5 B · inode 1835");
    assert_eq!(memo.parent, Some(NodeId::of(Entity::Volume("notes".into()))));
    assert!(scene.shape_of(&file(Home::Tmpfs { mount: TMPFS }, "a")).is_some());
    let ram = scene.node(&NodeId::part(Entity::Mount(TMPFS), "ram")).expect("drawn");
    assert!(texts(ram).contains("37 more"), "{}", texts(ram));
    // Where there is no room for more than a line, one of them is in that.
    let scene = drawn(&s, &[], Some(vec2(600.0, 170.0)));
    let line = texts(scene.node(&NodeId::of(Entity::Volume("notes".into()))).expect("drawn"));
    assert!(line.contains("memo 5 B") && scene.shape_of(&file(volume(), "memo")).is_none(), "{line}");
}

#[test]
fn a_file_has_its_path_on_the_host_beside_that_in_the_container() {
    let mut s = box_with_three();
    s.saw(contents(volume(), &["a/memo"], 1));
    s.saw(contents(Home::Tmpfs { mount: TMPFS }, &["memo"], 1));
    let rows = |entity: &Entity| {
        let facts = facts::of(entity, &s.world, &Words::new(Lang::En)).expect("known");
        facts.rows.into_iter().map(|row| format!("{}: {}", row.label, row.value)).collect::<Vec<_>>()
    };
    let rows_of_volume = rows(&file(volume(), "a/memo"));
    let inside = ["fact-on-host: /v/notes/_data/a/memo", "fact-inside: box:/data/a/memo", "fact-inode: 1835"];
    assert_eq!(rows_of_volume[..3], inside);
    let of_tmpfs = rows(&file(Home::Tmpfs { mount: TMPFS }, "memo"));
    assert_eq!(of_tmpfs[0], "fact-on-host: memory, no file on the host");
    assert!(rows(&Entity::Volume("notes".into())).contains(&"fact-home-file: a/memo  5 B".to_owned()));
}

/// What is gone holds nothing: neither a tmpfs nor its files are of the World when its container has ended.
#[test]
fn what_was_in_memory_goes_with_its_mount() {
    let mut s = box_with_three();
    s.saw(contents(Home::Tmpfs { mount: TMPFS }, &["memo"], 1));
    s.saw(Change::MountGone { key: TMPFS });
    assert!(s.world.contents.is_empty() && !s.world.has(&file(Home::Tmpfs { mount: TMPFS }, "memo")));
}

#[test]
fn a_place_is_asked_where_it_is_drawn_and_says_what_came_of_it() {
    let mut s = box_with_three();
    s.saw(contents(volume(), &["memo"], 1));
    let asked = |predicted, right, open| AskedPlace {
        question: "stays".into(),
        kind: HomeKind::Volume,
        container: "box".into(),
        volume: "notes".into(),
        home: None,
        title: String::new(),
        predicted,
        right,
        open,
    };
    let picks = |scene: &Scene| scene.nodes().filter_map(|node| node.pick.clone()).collect::<Vec<_>>();
    let scene = drawn(&s, &[asked(None, None, true)], None);
    let both = [true, false].map(|yes| Pick::Predict("stays".into(), yes));
    assert_eq!(picks(&scene), both);
    let home = |scene: &Scene| texts(scene.node(&NodeId::of(Entity::Volume("notes".into()))).expect("drawn"));
    assert!(!home(&scene).contains("kept after rm"), "its fate is what is asked: {}", home(&scene));
    let scene = drawn(&s, &[asked(Some(false), None, false)], None);
    assert!(picks(&scene).is_empty() && home(&scene).contains("predicted: goes"), "{}", home(&scene));
    let scene = drawn(&s, &[asked(Some(true), Some(true), false)], None);
    assert!(home(&scene).contains("as predicted: stays"), "{}", home(&scene));
    // The layer of another container is not asked.
    let other = AskedPlace { kind: HomeKind::Upper, container: "other".into(), ..asked(None, None, true) };
    assert!(picks(&drawn(&s, &[other], None)).is_empty());
    assert!(s.world.container("box").is_some_and(|it| it.id == id("box")));
}
