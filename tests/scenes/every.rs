//! What every picture must hold to, whatever the World: nothing overlaps, no wire crosses a box that it does not belong to,
//! every text fits, every word is there in both languages, and the SVG is XML.

use crate::laws::{self, check, crosses, draw};
use crate::sample::{self, LayerSpec, Sample, crowd, id, shell_layers, shell_run};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{
    Approximate, Diagrams, How, Live, Look, NodeId, Reaching, Scene, StorageView, Style, Tab, scene_in, svg,
};
use dockwalk::ui::theme::Theme;
use egui::{Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

#[derive(Debug, Clone)]
struct Box {
    mode: &'static str,
    image: bool,
    mounts: Vec<(u8, bool)>,
    runs: bool,
    gone: bool,
}

fn boxes() -> impl Strategy<Value = Vec<Box>> {
    let mode = prop_oneof![4 => Just("bridge"), 1 => Just("host"), 1 => Just("none")];
    let mounts = prop::collection::vec((0_u8..5, any::<bool>()), 0..5);
    let one = (mode, any::<bool>(), mounts, prop::bool::weighted(0.8), prop::bool::weighted(0.2));
    let one = one.prop_map(|(mode, image, mounts, runs, gone)| Box { mode, image, mounts, runs, gone });
    prop::collection::vec(one, 0..12)
}

fn second_image(depth: usize) -> Vec<LayerSpec> {
    let mut layers = shell_layers();
    layers.truncate(depth);
    let created_by = "RUN apk add --no-cache a-package-with-a-very-long-name another-one 한글-패키지 and-so-on";
    let files = vec![("opt/어떤/아주/긴/경로/하나/그리고/더/긴/경로.txt", Effect::Added); 9];
    layers.push(LayerSpec { name: "extra", size: 731_004, created_by, files });
    layers
}

/// A second network with its own bridge and rule, a second registry, an image without a manifest.
fn more_of_everything(s: &mut Sample) {
    let network = dockwalk::spec::NetworkId::from(sample::hex("lab_net").as_str());
    s.saw(Change::LinkSeen(Link {
        up: true,
        ..sample::link("br-lab", sample::HOST_NS, 99, "br-lab", LinkKind::Bridge)
    }));
    s.saw(Change::NetworkSeen(Network {
        id: network.clone(),
        name: "lab_net".into(),
        driver: "bridge".into(),
        subnet: "172.18.0.0/16".into(),
        gateway: "172.18.0.1".into(),
        bridge: Some("br-lab".into()),
    }));
    for (action, text) in [("masquerade", "ip saddr 172.18.0.0/16 masquerade"), ("forward", "drop"), ("odd", "한글")]
    {
        let (key, network) = (format!("{action}/lab_net"), Some(network.clone()));
        s.saw(Change::RuleSeen(Rule {
            key,
            netns: sample::HOST_NS,
            network,
            action: action.into(),
            text: text.into(),
            chain: "postrouting".into(),
            place: 0,
        }));
    }
    s.saw(Change::LinkSeen(sample::link("lab/tunl0", sample::HOST_NS, 98, "tunl0", LinkKind::Other)));
    for n in 0..9 {
        s.saw(Change::RouteSeen(sample::route(sample::HOST_NS, &format!("10.{n}.0.0/16"), None, "tunl0")));
    }
    let host = "registry.example.com:5443".to_owned();
    s.saw(Change::RegistrySeen(Registry { host, scheme: "https".into(), auth: "bearer".into(), builtin: false }));
    for (reference, name) in
        [("registry.example.com:5443/a/very/long/repository/name:v1.2.3", "lone"), ("x/y:z", "never")]
    {
        let target = sample::descriptor(if name == "lone" { "manifest" } else { "index" }, name, 900);
        let registry = "registry.example.com:5443".to_owned();
        s.saw(Change::TagResolved { reference: reference.into(), registry, target });
    }
    let config = s.world.configs.values().next().map(|c| (**c).clone()).expect("an image was pulled");
    s.saw(Change::ConfigRead(Config { this: sample::descriptor("config", "alone", 10), ..config }));
    let image = sample::digest("alone");
    for reference in ["docker.io/library/committed:latest", "docker.io/library/committed:second"] {
        s.saw(Change::ImageTagged { reference: reference.into(), image: image.clone(), manifest: None });
    }
}

/// So many files, some of them with names that are too long for any box.
fn held(home: Home, count: usize) -> Change {
    let path = |n: usize| {
        if n % 3 == 1 { format!("아주/긴/경로/하나/그리고/더/긴/경로/{n}.txt") } else { format!("f{n}") }
    };
    let file = |n: usize| HomeFile { path: path(n), inode: n as u64, size: 4_200 * n as u64, changed: 9 - n as i64 };
    let newest: Vec<_> = (0..count.min(Contents::SHOWN)).map(file).collect();
    let fresh = newest.iter().take(1).map(|file| file.path.clone()).collect();
    let (files, bytes) = (count as u64 * 7, 1_000);
    Change::ContentsSeen(Contents {
        home,
        newest,
        fresh,
        files,
        dirs: 3,
        bytes,
        room: (10, 5),
        still: Still::Same,
        at: None,
        whole: count < 9,
    })
}

fn world_of(boxes: &[Box], depth: usize, more: bool) -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    s.pull("second", &second_image(depth));
    if more {
        more_of_everything(&mut s);
    }
    s.saw(Change::VolumeSeen(Volume { name: "kept".into(), path: "/v/kept/_data".into(), anonymous: false }));
    for name in ["notes", "a-volume-with-a-name-that-is-much-too-long-for-any-box"] {
        s.saw(Change::VolumeSeen(Volume { name: name.into(), path: format!("/v/{name}/_data"), anonymous: true }));
    }
    for (n, one) in boxes.iter().enumerate() {
        let name = if n == 3 {
            "컨테이너_이름이_아주_길어서_상자에_안_들어감".to_owned()
        } else {
            format!("box{n}")
        };
        let (number, mounts) = (n as u32, 100 + 20 * n as u64);
        s.create(&name, if one.image { "second" } else { "shell" }, one.mode);
        if !one.runs {
            continue;
        }
        s.op(OpKind::ContainerStart, &name, |s| {
            s.step(StepKind::StackFilesystem, &name, |s| s.mount_root(&name, mounts));
            match one.mode {
                "bridge" => s.wire(&name, number),
                "none" => {
                    let (inode, container) = (sample::container::netns(number), Some(id(&name)));
                    s.saw(Change::NamespaceSeen(Namespace {
                        inode,
                        kind: NamespaceKind::Net,
                        container: container.clone(),
                    }));
                    let key = format!("{name}/lo");
                    s.saw(Change::LinkSeen(Link {
                        container,
                        ..sample::link(&key, inode, 1, "lo", LinkKind::Loopback)
                    }));
                }
                _ => {}
            }
            s.run_process(&name, number);
            for (i, (kind, read_only)) in one.mounts.iter().enumerate() {
                let kind = match kind {
                    0 => MountKind::Volume { name: "notes".into() },
                    1 => MountKind::Volume { name: "a-volume-with-a-name-that-is-much-too-long-for-any-box".into() },
                    2 => MountKind::Bind { from: "/home/user/a/path/that/goes/on/and/on/for/ever".into() },
                    3 => MountKind::Tmpfs,
                    _ => MountKind::System,
                };
                s.mount(
                    &name,
                    mounts + 1 + i as u64,
                    &format!("/mnt/a/long/target/in/the/container/{i}"),
                    kind,
                    *read_only,
                );
            }
        });
        let id = id(&name);
        let tmpfs = s.world.mounts_of(&id).filter(|mount| mount.kind == MountKind::Tmpfs).map(|mount| mount.key);
        let homes = tmpfs.map(|mount| Home::Tmpfs { mount }).collect::<Vec<_>>();
        homes.into_iter().for_each(|home| s.saw(held(home, n)));
        if n % 2 == 0 {
            s.saw(held(Home::Volume { name: "notes".into() }, n));
        }
        if one.gone && one.mode == "bridge" {
            s.op(OpKind::ContainerRemove, &name, |s| s.remove(&name, number));
        }
    }
    s
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_moment_of_every_trace_is_drawn_by_the_laws(boxes in boxes(), depth in 0_usize..5, more: bool, at in 0.0_f64..=1.0) {
        let sample = world_of(&boxes, depth, more);
        let trace = sample.trace();
        check(&trace.seek((trace.len() as f64 * at) as u64));
        check(trace.head());
    }
}

#[test]
fn every_moment_of_a_docker_run_is_drawn_by_the_laws() {
    let trace = shell_run().trace();
    (0..=trace.len()).for_each(|n| check(&trace.seek(n)));
}

#[test]
fn thirty_containers_have_room_and_no_crossing_wires() {
    check(&crowd(30).world);
}

#[test]
fn layers_grow_upwards() {
    let scene = draw(Tab::Image, &shell_run().at("pulled"), Lang::En);
    let top = |name: &str| scene.shape_of(&Entity::Blob(sample::digest(name))).expect("drawn").rect.top();
    assert!(top("base") > top("mkdir") && top("mkdir") > top("rm") && top("rm") > top("copy"));
}

#[test]
fn the_peer_slides_from_the_host_into_the_container_and_keeps_its_name_in_the_picture() {
    let sample = shell_run();
    let peer = NodeId::of(Entity::Link("web/eth0".into()));
    let container = NodeId::of(Entity::Container(id("web")));
    let home = |moment| draw(Tab::Network, &sample.at(moment), Lang::Ko).node(&peer).expect("drawn").parent.clone();
    assert_eq!(home("veth made"), Some(NodeId::of(Entity::Host)));
    assert_eq!(home("moved"), Some(container));
    let cable = |moment| {
        let scene = draw(Tab::Network, &sample.at(moment), Lang::Ko);
        scene.edges().filter(|(from, to, _)| from.id == peer || to.id == peer).count()
    };
    assert_eq!((cable("veth made"), cable("moved"), cable("one runs")), (1, 1, 1));
}

#[test]
fn a_link_that_is_down_is_drawn_unlike_one_that_is_up() {
    let sample = shell_run();
    let style = |moment| {
        let scene = draw(Tab::Network, &sample.at(moment), Lang::Ko);
        scene.shape_of(&Entity::Link("docker0".into())).expect("drawn").style
    };
    assert_eq!((style("bridge down"), style("engine started")), (Style::Dashed, Style::Strong));
}

#[test]
fn what_a_layer_deleted_is_struck_through_in_the_merged_view() {
    let scene = draw(Tab::Layers, &shell_run().at("one runs"), Lang::En);
    let struck: Vec<&str> =
        scene.nodes().flat_map(|n| &n.texts).filter(|t| t.struck).map(|t| t.text.as_str()).collect();
    assert!(struck.contains(&"/etc/motd"), "{struck:?}");
    assert!(struck.contains(&"/usr/share/lab/old.txt"), "{struck:?}");
}

#[test]
fn after_rm_volume_and_bind_are_there_and_upper_and_tmpfs_are_not() {
    let sample = shell_run();
    let (before, after) = (sample.at("two run"), sample.at("removed"));
    let shapes = |world: &World| {
        let scene = draw(Tab::Storage, world, Lang::En);
        let volume = scene.shape_of(&Entity::Volume("notes".into())).is_some();
        let bind = scene.shape_of(&Entity::Dir("/home/user/site".into())).is_some();
        let key = MountKey { mntns: 4_026_532_340, id: 74 };
        let tmpfs = scene.node(&NodeId::part(Entity::Mount(key), "ram")).is_some();
        let upper = format!("{}/containers/{}/upper", sample::ROOT, id("shell"));
        (volume, bind, tmpfs, scene.shape_of(&Entity::Dir(upper)).is_some())
    };
    assert_eq!(shapes(&before), (true, true, true, true));
    assert_eq!(shapes(&after), (true, true, false, false));
}

#[test]
fn nothing_yet_says_what_will_be_seen() {
    for tab in Tab::ALL {
        let scene = draw(tab, &World::default(), Lang::Ko);
        assert!(scene.empty && scene.captions.len() >= 2, "{tab:?}");
    }
}

#[test]
fn the_svg_is_well_formed_and_escapes_what_others_wrote() {
    let mut sample = shell_run();
    let path = "/home/<&\"'>\u{1}/한글".to_owned();
    sample.saw(Change::DirSeen(Dir { path, role: DirRole::BindSource, container: None }));
    for tab in Tab::ALL {
        for (lang, theme) in [(Lang::Ko, Theme::DARK), (Lang::En, Theme::LIGHT)] {
            let text = svg(tab, &sample.world, Look::default(), &Words::new(lang), &theme);
            well_formed(&text);
            assert!(text.contains("viewBox"), "{tab:?}");
        }
    }
    let storage = svg(Tab::Storage, &sample.world, Look::default(), &Words::new(Lang::Ko), &Theme::DARK);
    assert!(storage.contains("&lt;&amp;&quot;&apos;&gt;"), "escaped");
}

/// Tags are balanced, attributes quoted, `&` and `<` stand for nothing but themselves.
fn well_formed(xml: &str) {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        text_is_legal(&rest[..at]);
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "tags are balanced");
            continue;
        }
        assert!(!tag.contains('<'), "{tag}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        text_is_legal(tag);
        if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty());
}

fn text_is_legal(text: &str) {
    assert!(text.chars().all(|c| c >= ' ' || c == '\n'), "{text:?}");
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{part}");
    }
}

#[test]
fn the_laws_can_fail() {
    let rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(10.0, 10.0));
    assert!(crosses(rect, pos2(-5.0, 5.0), pos2(15.0, 5.0)) && crosses(rect, pos2(5.0, 5.0), pos2(5.0, 50.0)));
    assert!(!crosses(rect, pos2(-5.0, 11.0), pos2(15.0, 11.0)) && !crosses(rect, pos2(-5.0, 0.0), pos2(0.0, -5.0)));
}

// ── in a window ──

struct Seen {
    diagrams: Diagrams,
    world: World,
    tab: Tab,
    selection: Option<Entity>,
    moving: bool,
}

fn window(world: World, tab: Tab) -> (Harness<'static>, Rc<RefCell<Seen>>) {
    let seen = Rc::new(RefCell::new(Seen { diagrams: Diagrams::new(), world, tab, selection: None, moving: false }));
    let state = Rc::clone(&seen);
    let harness = Harness::builder().with_size(vec2(900.0, 800.0)).build_ui(move |ui| {
        let Seen { diagrams, world, tab, selection, moving } = &mut *state.borrow_mut();
        // The harness asks for reduced motion.
        ui.style_mut().animation_time = if *moving { 0.1 } else { 0.0 };
        ui.horizontal(|ui| diagrams.zoom(ui, *tab, &Words::new(Lang::En), &Theme::DARK));
        diagrams.show(
            ui,
            *tab,
            world,
            &[],
            selection,
            &Words::new(Lang::En),
            How {
                theme: &Theme::DARK,
                scale: 1.0,
                spotlight: false,
                of: None,
                reach: &Reaching::PING,
                storage: StorageView::Picture,
                prune: None,
                places: &[],
                live: Live::default(),
            },
        );
    });
    (harness, seen)
}

#[test]
fn a_shape_is_found_by_its_name_and_chosen_by_a_click() {
    let (mut harness, seen) = window(shell_run().at("two run"), Tab::Network);
    harness.run();
    harness.get_by_label_contains("docker0, bridge").click();
    harness.run();
    assert_eq!(seen.borrow().selection, Some(Entity::Link("docker0".into())));
    harness.get_by_label_contains("eth0@if7, 172.17.0.3/16").click();
    harness.run();
    assert_eq!(seen.borrow().selection, Some(Entity::Link("shell/eth0".into())));
}

#[test]
fn arrow_keys_go_along_the_wires() {
    let (mut harness, seen) = window(shell_run().at("two run"), Tab::Network);
    harness.run();
    harness.get_by_label_contains("eth0@if7, 172.17.0.3/16").click();
    harness.run();
    assert!(!harness.get_by_label_contains("eth0@if7, 172.17.0.3/16").is_focused(), "the keys stay the debugger's");
    harness.get_by_label_contains("eth0@if7, 172.17.0.3/16").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowUp);
    harness.run();
    assert_eq!(seen.borrow().selection, Some(Entity::Link("shell/veth".into())));
    harness.key_press(egui::Key::ArrowUp);
    harness.run();
    assert_eq!(seen.borrow().selection, Some(Entity::Link("docker0".into())));
}

/// How long until the next frame is wanted.
fn wait(harness: &Harness<'_>) -> Duration {
    harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

#[test]
fn a_picture_that_one_only_looks_at_is_not_painted_again() {
    for moment in ["two run", "receiving"] {
        let sample = shell_run();
        let (mut harness, seen) = window(sample.at("created"), Tab::Image);
        harness.run();
        seen.borrow_mut().moving = true;
        seen.borrow_mut().world = sample.at(moment);
        // Moves, pulses, flows – and comes to rest: `run` panics when a window never does.
        harness.run_steps(2);
        assert!(wait(&harness) < Duration::from_millis(50), "{moment}: nothing moves: {:?}", wait(&harness));
        assert!(wait(&harness) > Duration::from_millis(25), "{moment}: more than some 30 frames a second");
        harness.run_steps(20);
        assert_eq!(wait(&harness), Duration::MAX, "{moment}: something still moves");
    }
}

#[test]
fn with_reduced_motion_nothing_moves() {
    let sample = shell_run();
    let (mut harness, seen) = window(sample.at("veth made"), Tab::Network);
    harness.run();
    seen.borrow_mut().world = sample.at("moved");
    harness.step();
    assert_eq!(wait(&harness), Duration::MAX);
}

#[test]
fn the_whole_picture_is_said_in_a_sentence() {
    let (mut harness, seen) = window(shell_run().at("two run"), Tab::Network);
    harness.run();
    let spoken = seen.borrow().diagrams.spoken(Tab::Network).to_owned();
    assert!(spoken.contains("172.17.0.2/16"), "{spoken}");
    let figure = harness.get_by_role(egui::accesskit::Role::Figure);
    assert_eq!(figure.accesskit_node().description(), Some(spoken));
}

#[test]
fn the_picture_is_made_larger_and_fitted_again_by_its_buttons() {
    let (mut harness, _seen) = window(shell_run().at("two run"), Tab::Network);
    harness.run();
    let width = |harness: &Harness<'_>| harness.get_by_label_contains("eth0@if7").rect().width();
    let before = width(&harness);
    harness.get_by_label("Zoom in").click();
    harness.run();
    assert!(width(&harness) > before * 1.15);
    harness.get_by_label("Fit").click();
    harness.run();
    assert!((width(&harness) - before).abs() < 0.5);
}

#[test]
fn tabs_follow_the_steps() {
    assert_eq!(Tab::for_step(StepKind::CreateVeth), Some(Tab::Network));
    assert_eq!(Tab::for_step(StepKind::FetchBlob), Some(Tab::Image));
    assert_eq!(Tab::for_step(StepKind::MountOverlay), Some(Tab::Layers));
    assert_eq!(Tab::for_step(StepKind::MountInside), Some(Tab::Storage));
    assert_eq!(Tab::for_step(StepKind::Syscall), None);
}

/// What stands in the field of containers that are not open.
fn folded(scene: &Scene) -> Vec<&dockwalk::ui::diagrams::Node> {
    scene.nodes().filter(|node| node.parent.as_ref().is_some_and(|id| id.part.starts_with("field of"))).collect()
}

#[test]
fn a_crowd_is_an_overview_in_any_room_and_the_one_that_was_chosen_is_open() {
    for count in [12, 60, 100] {
        let world = crowd(count).world;
        let count = count as usize;
        let chosen = Entity::Container(world.containers.keys().nth(count / 2).unwrap().clone());
        for room in laws::ROOMS {
            let look = Look { chosen: Some(&chosen), room: Some(room), ..Look::default() };
            for tab in [Tab::Network, Tab::Storage, Tab::Isolation, Tab::Reach] {
                let scene = scene_in(tab, &world, look, &Words::new(Lang::En), &Approximate);
                laws::hold(&scene, &format!("{tab:?} of {count} in {room:?}"));
                let fits = scene.size.x <= room.x && scene.size.y <= room.y;
                assert!(fits, "{tab:?} of {count} in {room:?}: {:?}", scene.size);
                assert!(scene.shape_of(&chosen).is_some(), "{tab:?} of {count} in {room:?}");
            }
            let scene = scene_in(Tab::Network, &world, look, &Words::new(Lang::En), &Approximate);
            let field = folded(&scene);
            let alike = |label: &str| {
                label.split(", ").find_map(|part| part.split_once(" like ")?.0.parse::<usize>().ok()).unwrap_or(1)
            };
            let in_field: usize = field.iter().map(|node| alike(&node.label)).sum();
            let boxes = scene.nodes().filter(|node| {
                let container = matches!(node.id.entity, Some(Entity::Container(_))) && node.id.part.is_empty();
                container && !field.iter().any(|other| other.id == node.id)
            });
            assert_eq!(in_field + boxes.count(), count, "{count} in {room:?}: nobody is left out");
            let end = scene.nodes().find(|node| {
                node.parent.as_ref().is_some_and(|id| id.entity.as_ref() == Some(&chosen))
                    && matches!(node.id.entity, Some(Entity::Link(_)))
            });
            assert!(end.is_some(), "{count} in {room:?}: its own end of the cable is drawn");
        }
    }
}
