//! The table of one container's places: before it is measured it says how, afterwards each run is a dot, and the laws of pictures hold.

use crate::laws::{ROOMS, hold};
use crate::sample::{Sample, id, shell_layers};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Look, Scene, StorageView, Tab, scene_in};

fn a_box() -> Sample {
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
        s.mount("box", 703, "/host", MountKind::Bind { from: "/home/me/a-path-that-is-rather-long/src".into() }, true);
    });
    s
}

fn measured(s: &mut Sample, target: &str, place: HomeKind, pattern: SpeedPattern, runs: &[u64]) {
    let (container, target, runs) = (id("box"), target.to_owned(), runs.to_vec());
    s.saw(Change::SpeedMeasured(Speed { container, target, place, pattern, bytes: 8 << 20, files: 1, calls: 8, runs }));
}

fn table(s: &Sample, lang: Lang, room: Option<egui::Vec2>) -> Scene {
    scene_in(
        Tab::Storage,
        &s.world,
        Look { room, storage: StorageView::Table, ..Look::default() },
        &Words::new(lang),
        &Approximate,
    )
}

fn lawful(s: &Sample) {
    for lang in Lang::ALL {
        for room in ROOMS.into_iter().map(Some).chain([None]) {
            hold(&table(s, lang, room), &format!("{lang:?} in {room:?}"));
        }
    }
}

fn labels(scene: &Scene) -> Vec<&str> {
    scene.nodes().map(|node| node.label.as_str()).collect()
}

#[test]
fn before_a_measurement_the_table_says_how_and_no_number() {
    let s = a_box();
    lawful(&s);
    let scene = table(&s, Lang::En, None);
    let said = labels(&scene).join("\n");
    assert!(said.contains("to measure: dockwalk speed box --quick"), "{said}");
    assert!(said.contains("tmpfs /ram, After stop: gone") && said.contains("Volume /data, After rm: kept"), "{said}");
    assert!(said.contains("Bind /host, On the host: the host’s files, read-only"), "{said}");
    assert!(scene.nodes().all(|node| node.bars.is_empty()), "nothing was measured");
}

#[test]
fn each_run_is_a_dot_and_a_place_that_was_not_measured_says_why() {
    let mut s = a_box();
    measured(&mut s, "/data", HomeKind::Volume, SpeedPattern::WriteSynced, &[9_000_000, 7_000_000, 8_000_000]);
    measured(&mut s, "/ram", HomeKind::Tmpfs, SpeedPattern::WriteSynced, &[1_000_000, 1_200_000]);
    let problem = Problem::new(Code::SpeedReadOnly).with("place", "/host");
    let (container, target, place) = (id("box"), "/host".to_owned(), HomeKind::Bind);
    s.saw(Change::SpeedRefused(Unmeasured { container, target, place, problem }));
    lawful(&s);
    let scene = table(&s, Lang::En, None);
    let of = |target: &str| Entity::Speed(id("box"), target.into(), SpeedPattern::WriteSynced);
    let (volume, memory) = (scene.shape_of(&of("/data")).unwrap(), scene.shape_of(&of("/ram")).unwrap());
    assert_eq!((volume.bars.len(), memory.bars.len()), (4, 3), "a dot each, and the median");
    assert!(
        volume.label.contains("median 1.05 GB/s, from 1.20 GB/s to 932.1 MB/s, measured 3 times"),
        "{}",
        volume.label
    );
    let farthest =
        |node: &dockwalk::ui::diagrams::Node| node.bars.iter().map(|bar| bar.rect.right()).fold(0.0, f32::max);
    assert!(farthest(memory) < farthest(volume), "one scale for the row, the faster farther left");
    let said = labels(&scene).join("\n");
    assert!(said.contains("/host is read-only"), "{said}");
}
