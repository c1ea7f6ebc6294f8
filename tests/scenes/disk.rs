//! The disk as a picture: before it is measured it says how, afterwards everything is there to one scale, what would go is hatched and named,
//! and the laws of pictures hold.

use crate::laws::{ROOMS, hold};
use crate::sample::{LayerSpec, ROOT, Sample, digest, id, shell_layers};
use dockwalk::i18n::{Lang, Words};
use dockwalk::survival::prune::{Images, Ordered, Prune, Volumes};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Bar, Fill, Look, Node, Scene, StorageView, Tab, scene_in};

/// Two images that share a layer, a container of one of them, volumes with a name and without, nothing measured.
fn stored() -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    let own = LayerSpec { name: "app", size: 3_000_000, created_by: "COPY app /", files: Vec::new() };
    let mut layers = shell_layers();
    layers.truncate(1);
    s.pull("app", &layers.into_iter().chain([own]).collect::<Vec<_>>());
    s.create("box", "shell", "none");
    for (name, anonymous) in [("notes", false), ("a".repeat(64).as_str(), true)] {
        s.saw(Change::VolumeSeen(Volume { name: name.into(), path: format!("/v/{name}/_data"), anonymous }));
    }
    s
}

fn measure(s: &mut Sample) {
    let counted = |place, bytes, users| Change::BytesCounted(Counted { place, bytes: Some(bytes), users });
    let volume = |name: &str| DiskPlace::Volume { name: name.into() };
    let (stored, images) = (s.world.stored, ["shell", "app"]);
    let image = |name| KeptImage { id: digest(&format!("{name}/config")), parent: None, digests: Vec::new() };
    s.op(OpKind::DiskMeasure, ROOT, |s| {
        s.step(StepKind::MeasureDisk, ROOT, |s| {
            s.saw(counted(DiskPlace::Upper { container: id("box") }, 500_000, Vec::new()));
            s.saw(counted(volume("notes"), 1_500_000, vec![id("box")]));
            s.saw(counted(volume(&"a".repeat(64)), 250_000, Vec::new()));
            let left = LeftOver { parts: 9_000, ..LeftOver::default() };
            let images = images.map(image).into();
            let room = (40_000_000_000, 12_000_000_000);
            s.saw(Change::DiskSeen(Disk {
                path: ROOT.into(),
                room,
                blobs: 4_600_000,
                images,
                left,
                holders: Vec::new(),
                stored,
            }));
        });
    });
}

fn disk(s: &Sample, lang: Lang, room: Option<egui::Vec2>, prune: Option<Ordered>) -> Scene {
    let look = Look { room, storage: StorageView::Disk, prune, ..Look::default() };
    scene_in(Tab::Storage, &s.world, look, &Words::new(lang), &Approximate)
}

fn of(prune: Prune) -> Option<Ordered> {
    Some(Ordered { prune, filtered: false })
}

fn lawful(s: &Sample) {
    for lang in Lang::ALL {
        for room in ROOMS.into_iter().map(Some).chain([None]) {
            for prune in Prune::ALL.into_iter().map(of).chain([None]) {
                hold(&disk(s, lang, room, prune), &format!("{lang:?} in {room:?} of {prune:?}"));
            }
        }
    }
}

fn shape<'s>(scene: &'s Scene, entity: &Entity) -> &'s Node {
    scene.shape_of(entity).unwrap_or_else(|| panic!("{entity:?}"))
}

fn image(name: &str) -> Entity {
    Entity::Config(digest(&format!("{name}/config")))
}

fn labels(scene: &Scene) -> String {
    scene.nodes().map(|node| node.label.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn before_it_is_measured_it_says_how() {
    let s = stored();
    lawful(&s);
    let scene = disk(&s, Lang::Ko, None, of(Prune::Containers));
    assert!(scene.empty && scene.spoken.contains("docker system df -v"), "{}", scene.spoken);
}

#[test]
fn what_is_there_is_drawn_to_one_scale_and_what_is_shared_once() {
    let mut s = stored();
    measure(&mut s);
    lawful(&s);
    let scene = disk(&s, Lang::En, None, None);
    let said = labels(&scene);
    for told in [
        "Images, lab/app:1: 8.43 MB · 6.00 MB its own",
        "Containers, box: 500.0 kB · created",
        "Volumes, notes: 1.50 MB · used by box",
        "Volumes, aaaaaaaaaaaa: 250.0 kB · used by nobody · anonymous",
        "of no image: 9,000 B",
        "12.0 GB free",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    let shared = |node: &Node| node.bars.iter().map(|bar| bar.rect.height()).fold(f32::INFINITY, f32::min);
    let (shell, app) = (shape(&scene, &image("shell")), shape(&scene, &image("app")));
    let lowest = |node: &Node| node.bars.iter().find(|bar| bar.rect.height() == shared(node)).unwrap().rect.x_range();
    assert_eq!(lowest(shell), lowest(app), "both stand below the same part of the bar");
    let wide = |entity: &Entity| shape(&scene, entity).bars.iter().map(|bar| bar.rect.width()).fold(0.0, f32::max);
    let (notes, upper) = (wide(&Entity::Volume("notes".into())), wide(&Entity::Container(id("box"))));
    assert!((notes - 3.0 * upper).abs() < 0.5, "three times as many bytes: {notes} {upper}");
    assert!(scene.nodes().flat_map(|node| &node.bars).all(|bar| bar.fill != Fill::Hatched));
    assert!(!said.contains("this may not be so now"));
}

fn hatched(node: &Node) -> bool {
    let is = |bar: &Bar| bar.fill == Fill::Hatched;
    node.bars.iter().any(is)
}

#[test]
fn what_a_prune_takes_away_is_hatched_and_named_and_summed() {
    let mut s = stored();
    measure(&mut s);
    let scene = disk(&s, Lang::En, None, of(Prune::System { images: Images::All, volumes: Some(Volumes::Anonymous) }));
    let gone = [image("shell"), image("app"), Entity::Container(id("box")), Entity::Volume("a".repeat(64))];
    for entity in &gone {
        let node = shape(&scene, entity);
        assert!(node.label.contains("would go") && hatched(node), "{entity:?}: {}", node.label);
    }
    let stays = shape(&scene, &Entity::Volume("notes".into()));
    assert!(!hatched(stays) && !stays.label.contains("would go"));
    let layers: u64 = s.world.layers.values().map(|layer| layer.size).sum();
    let total = dockwalk::i18n::size(500_000 + 250_000 + layers + 9_000);
    let told = format!("docker system prune -a --volumes: frees {total}");
    assert!(scene.spoken.contains(&told), "{}\n{told}", scene.spoken);
    // The container that does not run is in the way of its image.
    let scene = disk(&s, Lang::En, None, of(Prune::Images(Images::All)));
    assert!(hatched(shape(&scene, &image("app"))) && !hatched(shape(&scene, &image("shell"))));
}

#[test]
fn figures_that_are_older_than_what_is_there_say_so() {
    let mut s = stored();
    measure(&mut s);
    s.create("later", "shell", "none");
    lawful(&s);
    let scene = disk(&s, Lang::En, None, of(Prune::Containers));
    let captions: Vec<_> = scene.captions.iter().map(|caption| caption.text.text.as_str()).collect();
    let captions = captions.join(" ");
    assert!(
        captions.contains("this may not be so now") && captions.contains("1 of what would go were not counted"),
        "{captions}"
    );
    assert!(labels(&scene).contains("Containers, later: not counted yet"));
    let filtered = Some(Ordered { prune: Prune::Containers, filtered: true });
    let scene = disk(&s, Lang::En, None, filtered);
    assert!(scene.captions.iter().any(|caption| caption.text.text.contains("less may go")));
}

#[test]
fn of_very_many_the_rest_is_counted() {
    let mut s = stored();
    for n in 0..200_u64 {
        let name = format!("volume-with-a-rather-long-name-{n}");
        s.saw(Change::VolumeSeen(Volume { name: name.clone(), path: format!("/v/{n}"), anonymous: n % 2 == 0 }));
        let place = DiskPlace::Volume { name };
        s.saw(Change::BytesCounted(Counted { place, bytes: Some(n * 1000), users: Vec::new() }));
    }
    measure(&mut s);
    for lang in Lang::ALL {
        for room in ROOMS {
            let scene = disk(&s, lang, Some(room), of(Prune::Volumes(Volumes::Anonymous)));
            hold(&scene, &format!("{lang:?} {room:?}"));
            assert!(
                scene.size.x <= room.x + 0.5 && scene.size.y <= room.y + 0.5,
                "{lang:?}: {:?} in {room:?}",
                scene.size
            );
        }
    }
    let scene = disk(&s, Lang::En, Some(ROOMS[0]), of(Prune::Volumes(Volumes::Anonymous)));
    let told = labels(&scene);
    assert!(told.contains("more") && told.contains("of them would go"), "{told}");
}
