//! What a picture must not say when it is not so: a link that carries nothing is not up, what a stopped container holds is not
//! nobody's, what is one is counted once, what left the disk does not look as if it were there, and a list that is cut says so.

use crate::laws::{check, draw};
use crate::sample::{HOST_NS, LayerSpec, Sample, bridge_network, digest, id, link, route, shell_layers};
use dockwalk::i18n::{Lang, Words};
use dockwalk::spec::Digest;
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Glyph, Look, Node, NodeId, Scene, Style, Tab, svg};
use dockwalk::ui::facts;
use dockwalk::ui::theme::Theme;

fn started() -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s
}

fn texts(node: &Node) -> String {
    node.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(" | ")
}

/// Everything that is written in a picture.
fn written(scene: &Scene) -> String {
    let captions = scene.captions.iter().map(|caption| caption.text.text.clone());
    scene.nodes().map(texts).chain(captions).collect::<Vec<_>>().join("\n")
}

fn pictured(tab: Tab, s: &Sample) -> Scene {
    check(&s.world);
    let scene = draw(tab, &s.world, Lang::En);
    if let Ok(dir) = std::env::var("DOCKWALK_TEST_PICTURES") {
        let count = std::fs::read_dir(&dir).unwrap().count();
        let picture = svg(tab, &s.world, Look::default(), &Words::new(Lang::Ko), &Theme::DARK);
        std::fs::write(format!("{dir}/{count:03}-{tab:?}.svg"), picture).unwrap();
    }
    scene
}

fn node<'a>(scene: &'a Scene, entity: &Entity) -> &'a Node {
    scene.node(&NodeId::of(entity.clone())).unwrap_or_else(|| panic!("{entity:?} is not drawn"))
}

fn said_of(s: &Sample, entity: &Entity, label: &str) -> Vec<String> {
    let facts = facts::of(entity, &s.world, &Words::new(Lang::En)).unwrap();
    facts.rows.into_iter().filter(|row| row.label == label).map(|row| row.value).collect()
}

#[test]
fn a_bridge_without_a_port_that_runs_is_not_drawn_as_up() {
    let bridge = Entity::Link("docker0".into());
    let mut s = started();
    let mut see = |up: bool, carrier: Option<bool>, state: Option<&str>| {
        let link = link("docker0", HOST_NS, 3, "docker0", LinkKind::Bridge);
        s.saw(Change::LinkSeen(Link { up, carrier, state: state.map(Into::into), ..link }));
        let scene = pictured(Tab::Network, &s);
        let drawn = node(&scene, &bridge);
        let state = drawn.texts.iter().find(|text| text.text.contains("ifindex")).unwrap();
        let word = state.text.split(" · ifindex").next().unwrap().to_owned();
        (word, state.mark, drawn.style, said_of(&s, &bridge, "fact-state").remove(0))
    };
    let none = see(true, Some(false), Some("DOWN"));
    assert_eq!(none, ("NO-CARRIER · DOWN".into(), Some(Glyph::Cross), Style::Dashed, "<NO-CARRIER,UP> DOWN".into()));
    let runs = see(true, Some(true), Some("UP"));
    assert_eq!(runs, ("UP".into(), Some(Glyph::Check), Style::Strong, "<UP,LOWER_UP> UP".into()));
    let off = see(false, Some(false), Some("DOWN"));
    assert_eq!(off, ("DOWN".into(), Some(Glyph::Cross), Style::Dashed, "<> DOWN".into()));
    // A recording of before the carrier was asked for: the flag is known, no more.
    let old = see(true, None, None);
    assert_eq!(old, ("<UP>".into(), None, Style::Strong, "<UP>".into()));
}

#[test]
fn a_recording_of_before_the_carrier_was_asked_opens() {
    let old = r#"{"key":"docker0","netns":1,"ifindex":3,"name":"docker0","kind":"bridge","mac":"","mtu":1500,"up":true,
        "master":null,"peer_ifindex":null,"container":null}"#;
    let old: Link = serde_json::from_str(old).unwrap();
    assert_eq!((old.carries(), old.state_word()), (None, "<UP>"));
    let mut new = Link { carrier: Some(false), state: Some("DOWN".into()), ..old };
    assert_eq!(serde_json::from_str::<Link>(&serde_json::to_string(&new).unwrap()).unwrap(), new);
    new.up = false;
    assert_eq!((new.carries(), new.state_word()), (Some(false), "DOWN"));
}

/// A container with a volume, a bind and a tmpfs, that ran.
/// From when the engine reserves an address until eth0 has it, the address is the engine's: no picture and no fact gives it to a link.
#[test]
fn a_reserved_address_is_the_engines_until_the_link_has_it() {
    let mut s = started();
    s.pull("shell", &shell_layers());
    s.create("web", "shell", "bridge");
    s.op(OpKind::ContainerStart, "web", |s| s.wire("web", 0));
    let trace = s.trace();
    let inner = Entity::Link("web/eth0".into());
    let changes = s.events.iter().filter_map(|event| match &event.body {
        Body::Observed { change, .. } => Some((event.seq, change)),
        _ => None,
    });
    let (mut reserved, mut hanging, mut waiting, mut set) = (0, 0, 0, 0);
    for (seq, change) in changes {
        let world = trace.seek(seq);
        let scene = draw(Tab::Network, &world, Lang::En);
        let facts = facts::of(&inner, &world, &Words::new(Lang::En)).map(|facts| facts.rows).unwrap_or_default();
        let has = |label: &str| facts.iter().any(|row| row.label == label);
        let Some((network, address)) = world.reserved_for(&id("web")) else {
            assert!(!has("fact-address") && !has("fact-reserved"), "{change:?}");
            continue;
        };
        let ghost = NodeId::part(Entity::Network(network.clone()), format!("lease {address}"));
        let drawn = scene.node(&NodeId::of(inner.clone())).map(texts).unwrap_or_default();
        if world.addresses_of(&"web/eth0".into()).next().is_some() {
            set += 1;
            assert!(has("fact-address") && !has("fact-reserved") && scene.node(&ghost).is_none(), "{change:?}");
            assert!(
                drawn.contains(&format!("{address}/16")) && scene.spoken.contains("web has the address"),
                "{drawn}"
            );
            continue;
        }
        assert!(
            !has("fact-address") && !drawn.contains('/') && !scene.spoken.contains("web has the address"),
            "{drawn}"
        );
        assert!(scene.spoken.contains(&format!("The engine reserved {address} for web")), "{}", scene.spoken);
        let Some(link) = world.links.get(&LinkKey::from("web/eth0")) else {
            reserved += 1;
            assert!(texts(scene.node(&ghost).unwrap()).contains("reserved by the engine"), "{change:?}");
            continue;
        };
        assert!(has("fact-reserved"), "{change:?}");
        if link.netns == HOST_NS {
            hanging += 1;
            assert!(
                texts(scene.node(&ghost).unwrap()).contains("no link has it yet") && !drawn.contains(address),
                "{drawn}"
            );
        } else {
            waiting += 1;
            assert!(drawn.contains(&format!("{address} reserved")) && scene.node(&ghost).is_none(), "{drawn}");
        }
    }
    assert!(reserved > 0 && hanging > 0 && waiting > 0 && set > 0, "{reserved} {hanging} {waiting} {set}");
}

fn stopped() -> Sample {
    let mut s = started();
    s.pull("shell", &shell_layers());
    s.op(OpKind::VolumeCreate, "notes", |s| {
        s.saw(Change::VolumeSeen(Volume { name: "notes".into(), path: "/v/notes".into(), anonymous: false }));
    });
    s.create("shell", "shell", "none");
    s.op(OpKind::ContainerStart, "shell", |s| {
        s.run_process("shell", 0);
        s.mount("shell", 700, "/data", MountKind::Volume { name: "notes".into() }, false);
        s.mount("shell", 701, "/srv", MountKind::Bind { from: "/home/me".into() }, true);
        s.mount("shell", 702, "/tmp", MountKind::Tmpfs, false);
        s.mount("shell", 703, "/proc", MountKind::System, false);
    });
    s.op(OpKind::ContainerStop, "shell", |s| {
        s.saw(Change::ProcessGone { pid: 2044, status: 0 });
        s.saw(Change::ContainerState { id: id("shell"), state: ContainerState::Exited { status: 0 } });
        let mounts: Vec<_> = s.world.mounts.keys().copied().collect();
        mounts.into_iter().for_each(|key| s.saw(Change::MountGone { key }));
    });
    s
}

#[test]
fn what_a_stopped_container_mounts_is_used_by_it() {
    let mut s = stopped();
    let scene = pictured(Tab::Storage, &s);
    let volume = texts(node(&scene, &Entity::Volume("notes".into())));
    assert!(volume.contains("a stopped container's") && !volume.contains("kept without"), "{volume}");
    let all = written(&scene);
    assert!(!all.contains("not mounted yet"), "{all}");
    assert_eq!(all.matches("not mounted now").count(), 4, "/, /data, /srv, /tmp: {all}");
    assert_eq!(said_of(&s, &Entity::Volume("notes".into()), "fact-held-by"), ["shell /data"]);
    let layers = written(&pictured(Tab::Layers, &s));
    assert!(layers.contains("overlay not mounted now"), "{layers}");
    let network = written(&pictured(Tab::Network, &s));
    assert!(network.contains("when the container starts again"), "{network}");

    // It starts again: mounted, by the same container, and not twice.
    s.mount("shell", 800, "/data", MountKind::Volume { name: "notes".into() }, false);
    let all = written(&pictured(Tab::Storage, &s));
    assert_eq!((all.matches("/data").count(), all.contains("a stopped container's")), (1, true), "{all}");
    assert!(said_of(&s, &Entity::Volume("notes".into()), "fact-held-by").is_empty());

    // It is removed: the volume is nobody's now.
    s.saw(Change::MountGone { key: MountKey { mntns: 4_026_532_340, id: 800 } });
    s.saw(Change::ContainerGone { id: id("shell") });
    assert_eq!(s.world.held_mounts().count(), 0);
    let volume = texts(node(&pictured(Tab::Storage, &s), &Entity::Volume("notes".into())));
    assert!(volume.contains("kept without"), "{volume}");
}

#[test]
fn one_that_was_never_started_is_not_mounted_yet() {
    let mut s = started();
    s.pull("shell", &shell_layers());
    s.create("shell", "shell", "none");
    let all = written(&pictured(Tab::Storage, &s));
    assert!(all.contains("not mounted yet") && !all.contains("not mounted now"), "{all}");
    assert!(written(&pictured(Tab::Layers, &s)).contains("overlay not mounted yet"));
}

#[test]
fn nothing_now_is_not_nothing_yet() {
    let s = started();
    assert!(written(&pictured(Tab::Storage, &s)).contains("No container and no volume yet"));
    let mut s = stopped();
    s.op(OpKind::ContainerRemove, "shell", |s| s.saw(Change::ContainerGone { id: id("shell") }));
    s.op(OpKind::VolumeRemove, "notes", |s| s.saw(Change::VolumeGone { name: "notes".into() }));
    let dirs: Vec<_> = s.world.dirs.keys().cloned().collect();
    dirs.into_iter().for_each(|path| s.saw(Change::DirGone { path }));
    let all = written(&pictured(Tab::Storage, &s));
    assert!(all.contains("No container and no volume now") && !all.contains("yet"), "{all}");
    remove_image(&mut s, "shell");
    let all = written(&pictured(Tab::Layers, &s));
    assert!(all.contains("No layers now"), "{all}");
}

#[test]
fn a_mount_that_two_namespaces_show_is_one() {
    let mut s = started();
    s.pull("shell", &shell_layers());
    s.create("shell", "shell", "none");
    s.op(OpKind::ContainerStart, "shell", |s| s.mount_root("shell", 40));
    let engines = s.world.mounts.values().next().unwrap().clone();
    let places = |s: &Sample| {
        let scene = pictured(Tab::Image, s);
        written(&scene).lines().filter(|line| line.contains("container")).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = places(&s);
    let key = MountKey { mntns: 77, id: 9 };
    s.saw(Change::MountSeen(Mount { key, target: "/".into(), ..(*engines).clone() }));
    assert_eq!(s.world.mounts.len(), 2);
    assert_eq!(s.world.distinct_mounts().count(), 1, "the engine's namespace and the container's show one overlay");
    assert_eq!(places(&s), before);
    // Another container's, on the same layers, is another; so is a volume at two targets.
    s.create("other", "shell", "none");
    s.op(OpKind::ContainerStart, "other", |s| {
        s.mount_root("other", 41);
        s.mount("other", 800, "/a", MountKind::Volume { name: "notes".into() }, false);
        s.mount("other", 801, "/b", MountKind::Volume { name: "notes".into() }, false);
    });
    assert_eq!(s.world.distinct_mounts().count(), 4);
}

/// As the engine removes it: names, image, layers and blobs that no other image has.
fn remove_image(s: &mut Sample, name: &str) {
    let world = s.world.clone();
    let tag = format!("docker.io/lab/{name}:1");
    let image = world.tags[&tag].image.clone();
    let needed = |blob: &Digest| {
        let others = world.manifests.values().filter(|m| m.config.digest != image);
        others.flat_map(|m| &m.layers).any(|layer| layer.digest == *blob)
    };
    let layers: Vec<_> = world.layers_of(&image).into_iter().cloned().collect();
    s.op(OpKind::ImageRemove, &tag, |s| {
        s.saw(Change::ImageUntagged { reference: tag.clone() });
        s.saw(Change::ImageGone { image: image.clone() });
        for layer in layers.iter().rev().filter(|layer| !layer.blob.as_ref().is_some_and(needed)) {
            s.saw(Change::LayerGone { chain_id: layer.chain_id.clone() });
            s.saw(Change::BlobGone { digest: layer.blob.clone().unwrap() });
        }
    });
}

#[test]
fn what_left_the_disk_is_a_ghost_all_along_the_chain() {
    let mut s = started();
    s.pull("shell", &shell_layers());
    let world = s.world.clone();
    let manifest = world.manifests.values().next().unwrap();
    let mut chain: Vec<Entity> = world.indexes.keys().cloned().map(Entity::Index).collect();
    chain.push(Entity::Manifest(manifest.this.digest.clone()));
    chain.push(Entity::Config(manifest.config.digest.clone()));
    chain.extend(manifest.layers.iter().map(|layer| Entity::Blob(layer.digest.clone())));
    let scene = pictured(Tab::Image, &s);
    assert!(chain.iter().all(|entity| node(&scene, entity).style != Style::Ghost), "it is here");
    remove_image(&mut s, "shell");
    let scene = pictured(Tab::Image, &s);
    for entity in &chain {
        let drawn = node(&scene, entity);
        assert_eq!(drawn.style, Style::Ghost, "{entity:?}: {}", texts(drawn));
        assert!(texts(drawn).contains("not here"), "{entity:?}: {}", texts(drawn));
    }
    // The registry still says it: that is no file of this host's.
    assert!(scene.nodes().any(|n| matches!(n.id.entity, Some(Entity::RemoteTag(_))) && n.style == Style::Solid));
}

#[test]
fn what_another_image_uses_is_no_ghost() {
    let mut s = started();
    s.pull("base", &shell_layers());
    let mut more = shell_layers();
    more.push(LayerSpec { name: "more", size: 4_100, created_by: "RUN more", files: Vec::new() });
    s.pull("app", &more);
    remove_image(&mut s, "app");
    let own = Entity::Blob(digest("more"));
    let scene = pictured(Tab::Image, &s);
    let drawn = |entity: &Entity| scene.nodes().find(|n| n.id.entity.as_ref() == Some(entity)).map(|n| n.style);
    for layer in &shell_layers() {
        let style = drawn(&Entity::Blob(digest(layer.name)));
        assert!(style.is_some_and(|style| style != Style::Ghost), "{}: {style:?}", layer.name);
    }
    assert!(drawn(&own).is_none_or(|style| style == Style::Ghost));
    let base = s.world.configs.keys().next().unwrap().clone();
    assert_ne!(drawn(&Entity::Config(base)), Some(Style::Ghost));
    let gone: Vec<_> = s.world.manifests.values().filter(|m| !s.world.configs.contains_key(&m.config.digest)).collect();
    for manifest in gone {
        let style = drawn(&Entity::Manifest(manifest.this.digest.clone()));
        assert!(style.is_none_or(|style| style == Style::Ghost), "{style:?}");
    }
}

#[test]
fn a_list_that_is_cut_says_so() {
    let mut s = started();
    for n in 0..8 {
        s.saw(Change::RouteSeen(route(HOST_NS, &format!("10.{n}.0.0/16"), None, "docker0")));
    }
    let scene = pictured(Tab::Network, &s);
    let shown = scene.nodes().filter(|node| matches!(node.id.entity, Some(Entity::Route(..)))).count();
    let rest = format!("and {} more", s.world.routes.len() - shown);
    assert!(written(&scene).contains(&rest), "{rest}: {}", written(&scene));

    s.pull("shell", &shell_layers());
    s.create("shell", "shell", "none");
    let netns = 4_026_540_000;
    s.saw(Change::NamespaceSeen(Namespace { inode: netns, kind: NamespaceKind::Net, container: Some(id("shell")) }));
    for n in 0..4 {
        s.saw(Change::RouteSeen(route(netns, &format!("192.168.{n}.0/24"), None, "eth0")));
        let (name, container) = (format!("tap{n}"), Some(id("shell")));
        let key = format!("shell/{name}");
        s.saw(Change::LinkSeen(Link { container, ..link(&key, netns, 20 + n, &name, LinkKind::Other) }));
    }
    let all = written(&pictured(Tab::Network, &s));
    assert_eq!(all.matches("and 3 more").count(), 2, "routes and links of the container: {all}");

    let files =
        |n: usize| (0..n).map(|i| LayerFile { path: format!("f{i:03}"), effect: Effect::Added, size: 3 }).collect();
    let mut big = (**s.world.layers.values().next().unwrap()).clone();
    (big.entries, big.files) = (60, files(50));
    let chain = Entity::Layer(big.chain_id.clone());
    s.saw(Change::LayerUnpacked(big));
    assert_eq!(said_of(&s, &chain, "…"), ["and 20 more"], "40 of 60 are listed");
    let all = written(&pictured(Tab::Layers, &s));
    assert!(all.contains("and at least"), "the merged view: {all}");
}

#[test]
fn a_page_is_where_this_machine_reaches_it() {
    let at = |mode: Mode, host: &str, machine: &[&str], transport: Transport| {
        let mut s = Sample::default();
        s.engine_start();
        let mut world = s.world.clone();
        let mut seen = Host::clone(world.host.as_ref().unwrap());
        seen.mode = mode;
        world.host = Some(seen.into());
        let port = Publication {
            key: "port".to_owned(),
            container: id("web"),
            network: bridge_network(),
            transport,
            host: vec![host.parse().unwrap()],
            to: "172.17.0.2:80".parse().unwrap(),
            machine: machine.iter().map(|at| at.parse().unwrap()).collect(),
        };
        world.publications.insert("port".to_owned(), port.into());
        facts::page("port", &world)
    };
    let here = Some("http://127.0.0.1:8080/".to_owned());
    assert_eq!(at(Mode::Lab, "0.0.0.0:8080", &["127.0.0.1:8080", "[::1]:8080"], Transport::Tcp), here);
    assert_eq!(at(Mode::Lab, "0.0.0.0:8080", &[], Transport::Tcp), None, "of the lab's host alone");
    assert_eq!(at(Mode::Lab, "0.0.0.0:8080", &["127.0.0.1:8080"], Transport::Udp), None);
    assert_eq!(at(Mode::Host, "0.0.0.0:8080", &[], Transport::Tcp), here);
    assert_eq!(at(Mode::Host, "[::1]:8080", &[], Transport::Tcp).as_deref(), Some("http://[::1]:8080/"));
}
