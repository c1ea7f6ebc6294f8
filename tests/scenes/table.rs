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
        s.mount("box", 703, "/host", MountKind::Bind { from: BOUND.into() }, true);
    });
    s.saw(Change::DirSeen(Dir { path: BOUND.into(), role: DirRole::BindSource, container: None }));
    s
}

const BOUND: &str = "/home/me/a-path-that-is-rather-long/src";

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

/// Before a class at 1280×720, and beside an open terminal: there and in all that is higher no row less than has room.
#[test]
fn as_many_rows_are_shown_as_have_room_and_how_many_are_not_is_said() {
    let mut measured_box = a_box();
    for pattern in SpeedPattern::ALL {
        measured(&mut measured_box, "/data", HomeKind::Volume, pattern, &[9_000_000, 7_000_000]);
    }
    let rows = |s: &Sample, high: f32| {
        let scene = table(s, Lang::Ko, Some(egui::vec2(640.0, high)));
        let count = scene.nodes().filter(|node| node.id.part.starts_with("row ")).count();
        let said = scene.captions.iter().map(|caption| caption.text.text.clone());
        let said: Vec<_> = said.filter(|text| text.contains("줄을 뺐습니다")).collect();
        let told = (count < 17)
            .then(|| Words::new(Lang::Ko).say_with("scene-table-rows-more", &[("n", &(17 - count).to_string())]));
        assert_eq!(said, told.into_iter().collect::<Vec<_>>(), "{count} rows of 17 in {high}");
        assert!(count == 7 || scene.size.y <= high, "{count} rows: {} in {high}", scene.size.y);
        // One row more would have no room.
        assert!(count == 17 || high - scene.size.y < 17.0, "{count} rows: {} in {high}", scene.size.y);
        count
    };
    for s in [a_box(), measured_box] {
        let all: Vec<_> = (12..=40).map(|tens| rows(&s, 10.0 * tens as f32)).collect();
        assert!(all.windows(2).all(|two| two[0] <= two[1]), "{all:?}");
        assert!(all.iter().collect::<std::collections::BTreeSet<_>>().len() > 8, "row by row: {all:?}");
        assert_eq!((all[0], all[28]), (7, 17), "{all:?}");
        // 594 points of 720, drawn twice as large.
        assert!(rows(&s, 297.0) >= 13, "{}", rows(&s, 297.0));
    }
}

#[test]
fn the_table_names_its_container_and_each_cell_opens_what_it_is_about() {
    let s = a_box();
    let scene = table(&s, Lang::En, None);
    let entity = |label: &str| {
        let node = scene.nodes().find(|node| node.label.starts_with(label));
        node.unwrap_or_else(|| panic!("{label}: {:?}", labels(&scene))).id.entity.clone()
    };
    let mount = |target: &str| s.world.mounts.values().find(|it| it.target == target).map(|it| Entity::Mount(it.key));
    let (container, volume) = (Some(Entity::Container(id("box"))), Some(Entity::Volume("notes".into())));
    assert_eq!(entity("Container, box"), container);
    for label in ["Volume /data, Made by", "tmpfs /ram, Made by", "Bind /host, Compose"] {
        assert_eq!(entity(label), container, "{label}");
    }
    for label in ["Volume /data, Where", "Volume /data, After rm", "Volume /data, Managed by", "Volume /data, Moved by"]
    {
        assert_eq!(entity(label), volume, "{label}");
    }
    assert_eq!(entity("Bind /host, Where"), Some(Entity::Dir(BOUND.into())));
    assert_eq!(entity("Bind /host, On the host"), mount("/host"));
    assert_eq!(entity("tmpfs /ram, Where"), mount("/ram"));
    assert_eq!(entity("Volume /data, After stop"), mount("/data"));
    // What is chosen shows no other table.
    for chosen in scene.nodes().filter_map(|node| node.id.entity.as_ref()) {
        let look = Look { chosen: Some(chosen), storage: StorageView::Table, ..Look::default() };
        let again = scene_in(Tab::Storage, &s.world, look, &Words::new(Lang::En), &Approximate);
        assert_eq!(labels(&again), labels(&scene), "{chosen:?}");
    }
}
