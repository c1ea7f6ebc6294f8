//! The picture of images: from a tag to the overlay, shared layers once, a tag that moved, bytes to scale.

use crate::laws::{check, draw, hold};
use crate::sample::{self, LayerSpec, Sample, descriptor, digest, shell_layers, two_images};
use dockwalk::i18n::{Lang, Words};
use dockwalk::spec::{Digest, Platform};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Approximate, Fill, Node, NodeId, Scene, Style, Tab, Tint, scene};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn of(world: &World, chosen: Option<&Entity>, lang: Lang) -> Scene {
    scene(Tab::Image, world, chosen, &Words::new(lang), &Approximate)
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn layers(prefix: &str, count: usize) -> Vec<LayerSpec> {
    let one = |n: usize| LayerSpec {
        name: leaked(format!("{prefix} {n}")),
        size: 10_u64.pow((n % 8) as u32) * 37,
        created_by: leaked(format!("RUN a-rather-long-command --number {n} && 그리고 더 긴 명령")),
        files: vec![("etc/a", Effect::Added)],
    };
    (0..count).map(one).collect()
}

/// Its first layers are those of `below`.
fn on_top(below: &[LayerSpec], prefix: &str, count: usize) -> Vec<LayerSpec> {
    let copy = |l: &LayerSpec| LayerSpec { files: l.files.clone(), ..*l };
    below.iter().map(copy).chain(layers(prefix, count)).collect()
}

fn blobs(scene: &Scene) -> Vec<&Node> {
    scene.nodes().filter(|n| matches!(n.id.entity, Some(Entity::Blob(_)))).collect()
}

fn wires<'a>(scene: &'a Scene, from: &Entity, to: &Entity) -> Vec<&'a str> {
    let is = |node: &Node, entity: &Entity| node.id.entity.as_ref() == Some(entity);
    scene.edges().filter(|(a, b, _)| is(a, from) && is(b, to)).map(|(.., edge)| edge.part).collect()
}

#[test]
fn a_layer_that_two_images_share_stands_once_and_both_manifests_lead_to_it() {
    let sample = two_images();
    let scene = of(&sample.world, None, Lang::Ko);
    assert_eq!(blobs(&scene).len(), 5, "four of one image, and the one that only the other has");
    for manifest in ["shell/amd64", "web/amd64"] {
        for layer in ["base", "mkdir"] {
            let (manifest, layer) = (Entity::Manifest(digest(manifest)), Entity::Blob(digest(layer)));
            assert_eq!(wires(&scene, &manifest, &layer), ["layers"], "{manifest:?} {layer:?}");
        }
    }
    let lowest = blobs(&scene).iter().filter(|n| n.rect.height() > 40.0).map(|n| n.rect.bottom()).fold(0.0, f32::max);
    let base = scene.shape_of(&Entity::Blob(digest("base"))).unwrap();
    assert_eq!(base.rect.bottom(), lowest, "the layer below all others is at the bottom");
}

#[test]
fn what_is_chosen_is_drawn_in_full_and_a_layer_of_it_changes_nothing() {
    let sample = two_images();
    let platforms = |chosen: Option<&Entity>| {
        let scene = of(&sample.world, chosen, Lang::En);
        ["shell", "web"].map(|name| scene.shape_of(&Entity::Manifest(digest(&format!("{name}/arm64")))).is_some())
    };
    assert_eq!(platforms(None), [false, true], "the image pulled last");
    for entity in [
        Entity::Config(digest("shell/config")),
        Entity::Tag("docker.io/lab/shell:1".into()),
        Entity::RemoteTag("docker.io/lab/shell:1".into()),
        Entity::Index(digest("shell/index")),
        Entity::Blob(digest("copy")),
    ] {
        assert_eq!(platforms(Some(&entity)), [true, false], "{entity:?}");
    }
}

#[test]
fn each_layer_leads_from_its_blob_over_its_diff_id_to_its_place_in_the_overlay() {
    let sample = two_images();
    let scene = of(&sample.world, Some(&Entity::Config(digest("shell/config"))), Lang::Ko);
    let image = digest("shell/config");
    let stack = sample.world.layers_of(&image);
    assert_eq!(stack.len(), 4);
    let mut heights = Vec::new();
    for (level, layer) in stack.iter().enumerate() {
        let (blob, layer) = (Entity::Blob(layer.blob.clone().unwrap()), Entity::Layer(layer.chain_id.clone()));
        assert_eq!(wires(&scene, &blob, &layer), ["unpacks to"]);
        let slot = scene.node(&NodeId::part(layer.clone(), "place")).expect("its place");
        assert_eq!(wires(&scene, &layer, &layer), ["lies in"]);
        assert!(slot.texts.iter().any(|t| t.text == format!("lowerdir {}", 4 - level)), "{:?}", slot.texts);
        heights.push(slot.rect.top());
    }
    assert!(heights.is_sorted_by(|a, b| a > b), "the first layer is at the bottom: {heights:?}");
}

#[test]
fn nothing_is_drawn_of_which_nothing_is_known() {
    let sample = sample::shell_run();
    let scene = of(&sample.at("tag resolved"), None, Lang::Ko);
    assert!(blobs(&scene).is_empty());
    let scene = of(&sample.at("manifest read"), None, Lang::Ko);
    assert_eq!(blobs(&scene).len(), 4);
    let beyond =
        |scene: &Scene| scene.nodes().filter(|n| n.id.part.starts_with("diff") || n.id.part == "place").count();
    assert_eq!(beyond(&scene), 0, "the config was not read: no DiffID is known");
    let scene = of(&sample.at("receiving"), None, Lang::Ko);
    assert_eq!(beyond(&scene), 4, "DiffIDs are known, and nothing is unpacked");
    assert!(scene.nodes().all(|n| n.id.part != "place"));
}

#[test]
fn bars_are_to_one_scale_and_those_that_are_not_say_so() {
    let scene = of(&sample::shell_run().at("pulled"), None, Lang::Ko);
    let bar = |name: &str| scene.shape_of(&Entity::Blob(digest(name))).unwrap().bars[0].clone();
    let (base, mkdir, rm) = (bar("base"), bar("mkdir"), bar("rm"));
    assert!(base.fill == Fill::Full && mkdir.fill == Fill::Hollow && rm.fill == Fill::Hollow);
    assert_eq!(mkdir.rect.width(), rm.rect.width());
    assert!(base.rect.width() > 10.0 * mkdir.rect.width());
    let legend = scene.node(&NodeId::named("scale")).expect("a legend");
    assert!(legend.bars.iter().any(|b| b.fill == Fill::Hollow) && legend.bars.iter().any(|b| b.fill == Fill::Full));
}

#[test]
fn the_bar_of_what_is_on_its_way_is_full_when_it_is_here_and_not_before() {
    let sample = sample::shell_run();
    let bars = |moment: &str| {
        let scene = of(&sample.at(moment), None, Lang::Ko);
        scene.shape_of(&Entity::Blob(digest("base"))).unwrap().bars.clone()
    };
    let waiting = bars("manifest read");
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert!(waiting[0].fill == Fill::Hollow, "an outline, as long as it will be");
    let receiving = bars("first receiving");
    assert_eq!(receiving.len(), 2, "{receiving:?}");
    assert!(receiving[0].fill == Fill::Hollow && receiving[1].fill == Fill::Full);
    let part = receiving[1].rect.width() / receiving[0].rect.width();
    assert!((part - 0.62).abs() < 0.01, "{part}");
    let whole = bars("checking");
    assert_eq!(whole.len(), 1, "it is here, though others are not: {whole:?}");
    assert!(whole[0].fill == Fill::Full && whole[0].rect == receiving[0].rect);
}

#[test]
fn an_instruction_without_a_layer_stands_where_it_was_given() {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    let mut config = (**s.world.configs.values().next().unwrap()).clone();
    config.history.insert(2, History { created_by: "ENV LAB=shell".into(), empty_layer: true });
    s.saw(Change::ConfigRead(config));
    check(&s.world);
    let scene = of(&s.world, None, Lang::En);
    let thin = scene.nodes().find(|n| n.texts.iter().any(|t| t.text == "ENV LAB=shell")).expect("drawn");
    let top = |name: &str| scene.shape_of(&Entity::Blob(digest(name))).unwrap().rect;
    assert!(thin.rect.height() < top("rm").height() / 2.0, "thin");
    assert!(top("rm").bottom() < thin.rect.top() && thin.rect.bottom() < top("mkdir").top());
}

#[test]
fn the_stack_of_an_image_says_of_each_layer_which_other_images_have_it() {
    let sample = two_images();
    let chosen = Entity::Config(digest("shell/config"));
    let stack = |world: &World| {
        let scene = scene(Tab::Layers, world, Some(&chosen), &Words::new(Lang::En), &Approximate);
        let layers = scene.nodes().filter(|n| matches!(n.id.entity, Some(Entity::Layer(_))));
        layers.map(|n| n.label.contains("web") && n.label.contains("has it, too")).collect::<Vec<_>>()
    };
    assert_eq!(stack(&sample.world), [false, false, true, true], "the highest first");
    // Without the other it is nobody else's.
    let mut alone = Sample::default();
    alone.engine_start();
    alone.pull("shell", &shell_layers());
    assert_eq!(stack(&alone.world), [false; 4]);
}

#[test]
fn a_tag_that_moved_points_at_the_new_document_and_shows_where_it_was() {
    let mut s = Sample::default();
    s.engine_start();
    let moving = "docker.io/lab/moving:latest";
    s.pull_as(moving, "monday", &shell_layers());
    let before = s.world.clone();
    s.pull_as(moving, "tuesday", &on_top(&shell_layers()[..2], "new", 1));
    check(&s.world);
    let tag = Entity::RemoteTag(moving.into());
    let (old, new) = (Entity::Index(digest("monday/index")), Entity::Index(digest("tuesday/index")));
    let scene = of(&before, None, Lang::Ko);
    assert_eq!((wires(&scene, &tag, &old), wires(&scene, &tag, &new)), (vec!["points"], vec![]));
    let scene = of(&s.world, None, Lang::Ko);
    assert_eq!((wires(&scene, &tag, &old), wires(&scene, &tag, &new)), (vec!["pointed"], vec!["points"]));
    let said = |entity: &Entity| scene.shape_of(entity).unwrap().label.clone();
    assert!(said(&old).contains("이전") && !said(&new).contains("이전"), "{} {}", said(&old), said(&new));
    assert_eq!(scene.shape_of(&old).unwrap().style, Style::Dashed);
    let config = scene.shape_of(&Entity::Config(digest("monday/config"))).expect("it is on this host still");
    assert_eq!(config.style, Style::Dashed);
    assert!(scene.spoken.contains("lab/moving"), "{}", scene.spoken);
}

#[test]
fn a_local_tag_that_moved_has_a_way_from_where_it_was() {
    let mut s = two_images();
    let (demo, shell, web) = ("docker.io/demo/app:1", digest("shell/config"), digest("web/config"));
    for image in [&shell, &web] {
        s.saw(Change::ImageTagged { reference: demo.into(), image: image.clone(), manifest: None });
        check(&s.world);
    }
    let scene = of(&s.world, None, Lang::Ko);
    let tag = Entity::Tag(demo.into());
    let moved: Vec<_> = scene.edges().filter(|(.., edge)| edge.part == "moved").collect();
    let [(was, now, _)] = moved[..] else { panic!("{moved:?}") };
    assert_eq!((&was.id.entity, &now.id.entity), (&Some(tag.clone()), &Some(tag.clone())));
    assert!(was.label.contains("demo/app:1") && was.label.contains("이전") && !now.label.contains("이전"));
    assert_eq!(wires(&scene, &tag, &Entity::Config(web)), ["points"]);
    assert!(scene.spoken.contains("demo/app:1"), "{}", scene.spoken);
}

#[test]
fn tags_that_point_at_the_same_document_join() {
    let mut s = Sample::default();
    s.engine_start();
    for tag in ["docker.io/lab/shell:1", "docker.io/lab/shell:latest", "docker.io/lab/shell:stable"] {
        s.pull_as(tag, "shell", &shell_layers());
    }
    check(&s.world);
    let scene = of(&s.world, None, Lang::En);
    let index = Entity::Index(digest("shell/index"));
    assert_eq!(scene.nodes().filter(|n| n.id.entity.as_ref() == Some(&index)).count(), 1);
    for tag in ["1", "latest", "stable"] {
        let tag = Entity::RemoteTag(format!("docker.io/lab/shell:{tag}"));
        assert_eq!(wires(&scene, &tag, &index), ["points"], "{tag:?}");
    }
}

#[test]
fn two_registries_whose_tags_point_at_one_document_join_too() {
    let mut s = two_images();
    let host = "registry.example.com".to_owned();
    s.saw(Change::RegistrySeen(Registry {
        host: host.clone(),
        scheme: "https".into(),
        auth: "bearer".into(),
        builtin: false,
    }));
    for (tag, name) in [("registry.example.com/a:1", "shell"), ("registry.example.com/b:1", "web")] {
        let target = descriptor("index", &format!("{name}/index"), 856);
        s.saw(Change::TagResolved { reference: tag.into(), registry: host.clone(), target });
    }
    check(&s.world);
    let scene = of(&s.world, None, Lang::En);
    let (tag, index) = (Entity::RemoteTag("registry.example.com/a:1".into()), Entity::Index(digest("shell/index")));
    assert_eq!(wires(&scene, &tag, &index), ["points"]);
}

#[test]
fn an_image_for_another_platform_is_drawn_with_the_reason_why_it_cannot_run() {
    let mut s = two_images();
    let config = (**s.world.configs.get(&digest("shell/config")).unwrap()).clone();
    let platform = Platform::parse("linux/s390x").unwrap();
    s.saw(Change::ConfigRead(Config { platform, ..config }));
    check(&s.world);
    for lang in Lang::ALL {
        for chosen in ["shell/config", "web/config"] {
            let scene = of(&s.world, Some(&Entity::Config(digest(chosen))), lang);
            hold(&scene, chosen);
            assert!(scene.spoken.contains("linux/s390x") && scene.spoken.contains("linux/amd64"), "{}", scene.spoken);
            let card = scene.shape_of(&Entity::Config(digest("shell/config"))).unwrap();
            assert!(card.texts.iter().any(|t| t.mark == Some(dockwalk::ui::diagrams::Glyph::Cross)), "{}", card.label);
        }
    }
}

#[test]
fn an_index_in_an_index_is_drawn_in_it() {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    let inner = s.world.indexes.get(&digest("shell/index")).unwrap().this.clone();
    let other = descriptor("manifest", "alone", 400);
    let outer = Index { this: descriptor("index", "outer", 700), manifests: vec![inner, other] };
    s.saw(Change::IndexRead(outer.clone()));
    let (reference, registry) = ("docker.io/lab/shell:1".to_owned(), "127.0.0.1:5000".to_owned());
    s.saw(Change::TagResolved { reference, registry, target: outer.this });
    check(&s.world);
    let scene = of(&s.world, None, Lang::En);
    let [outer, inner] = ["outer", "shell/index"].map(|name| Entity::Index(digest(name)));
    assert_eq!(wires(&scene, &outer, &inner), ["lists"]);
    assert_eq!(wires(&scene, &inner, &Entity::Manifest(digest("shell/amd64"))), ["lists"]);
}

#[test]
fn an_image_of_127_layers_is_drawn_ten_layers_in_a_row_but_where_one_looks() {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("big", &layers("big", 127));
    let scene = of(&s.world, None, Lang::Ko);
    hold(&scene, "127 layers");
    let shown = blobs(&scene).len();
    assert!((12..=30).contains(&shown), "{shown} rows");
    assert!(scene.shape_of(&Entity::Blob(digest("big 126"))).is_some(), "the topmost");
    let chosen = Entity::Blob(digest("big 42"));
    let scene = of(&s.world, Some(&chosen), Lang::Ko);
    hold(&scene, "127 layers, one chosen");
    assert!(scene.node(&NodeId::of(chosen)).is_some(), "the chosen one stands alone");
    assert!(scene.size.y < 3_000.0, "{:?}", scene.size);
}

#[test]
fn the_arrow_of_a_tag_that_moves_is_one_arrow() {
    let mut s = Sample::default();
    s.engine_start();
    let moving = "docker.io/lab/moving:latest";
    for name in ["monday", "tuesday", "wednesday", "monday"] {
        s.pull_as(moving, name, &shell_layers());
        let scene = of(&s.world, None, Lang::Ko);
        let points = scene
            .edges()
            .filter(|(from, _, edge)| edge.part == "points" && from.id == NodeId::of(Entity::RemoteTag(moving.into())));
        let ends: Vec<_> = points.map(|(_, to, _)| to.id.entity.clone()).collect();
        assert_eq!(ends, [Some(Entity::Index(digest(&format!("{name}/index"))))]);
    }
    check(&s.world);
}

/// An image among others, some of which it shares layers with, some of which are only half here.
fn a_world(images: &[(u8, u8, u8)], moved: bool, single: bool) -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    let mut known: Vec<Vec<LayerSpec>> = vec![layers("base", 3)];
    for (n, (below, keep, more)) in images.iter().enumerate() {
        let below = &known[*below as usize % known.len()];
        let keep = (*keep as usize).min(below.len());
        let stack = on_top(&below[..keep], &format!("own {n}"), *more as usize);
        let reference = match (moved, n % 3) {
            (true, 0) => "docker.io/lab/moving:latest".to_owned(),
            (_, 1) => format!("registry.example.com:5443/team/a-long-name-{n}:v1"),
            _ => format!("docker.io/lab/image-{n}:1"),
        };
        s.pull_as(&reference, &format!("image {n}"), &stack);
        known.push(stack);
    }
    if single {
        let manifest = Manifest {
            this: descriptor("manifest", "single", 500),
            config: descriptor("config", "single config", 200),
            layers: vec![sample::layer_blob("base 0", 37)],
        };
        let target = manifest.this.clone();
        let (reference, registry) = ("docker.io/lab/single:1".to_owned(), "127.0.0.1:5000".to_owned());
        s.saw(Change::TagResolved { reference, registry, target });
        s.saw(Change::ManifestRead(manifest));
    }
    s
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_images_at_any_moment_are_drawn_by_the_laws(
        images in prop::collection::vec((0_u8..6, 0_u8..20, 0_u8..34), 1..6),
        moved: bool,
        single: bool,
        at in 0.0_f64..=1.0,
        pick in any::<prop::sample::Index>(),
    ) {
        let sample = a_world(&images, moved, single);
        let trace = sample.trace();
        let world = trace.seek((trace.len() as f64 * at) as u64);
        hold(&draw(Tab::Image, &world, Lang::Ko), "at some moment");
        let world = trace.head();
        let everything: Vec<Entity> = world.blobs.keys().cloned().map(Entity::Blob)
            .chain(world.configs.keys().cloned().map(Entity::Config))
            .chain(world.remote_tags.keys().cloned().map(Entity::RemoteTag))
            .collect();
        let chosen = (!everything.is_empty()).then(|| pick.get(&everything));
        for lang in Lang::ALL {
            let scene = of(world, chosen, lang);
            hold(&scene, &format!("{chosen:?} in {lang:?}"));
            let again = of(world, chosen, lang);
            prop_assert!(again.nodes().eq(scene.nodes()), "the same World, another picture");
        }
    }
}

#[test]
fn what_is_broken_is_cracked_and_the_promise_that_caught_it_is_told() {
    let registry = || "127.0.0.1:5000".to_owned();
    let manifest = digest("shell/amd64");
    for (content, name, by, from) in [
        (Content::Blob, "rm", Promise::Manifest(manifest.clone()), Entity::Manifest(manifest.clone())),
        (Content::Config, "shell/config", Promise::Manifest(manifest.clone()), Entity::Manifest(manifest.clone())),
        (Content::Manifest, "shell/amd64", Promise::Index(digest("shell/index")), Entity::Index(digest("shell/index"))),
        (Content::Index, "shell/index", Promise::Header, Entity::RemoteTag("docker.io/lab/shell:1".into())),
    ] {
        let mut s = Sample::default();
        s.engine_start();
        s.pull("shell", &shell_layers());
        let digest = digest(name);
        let entity = content.entity(&digest);
        let drawn = |s: &Sample, lang| {
            check(&s.world);
            of(&s.world, None, lang)
        };
        s.saw(Change::RegistryDamaged(Damage {
            registry: registry(),
            content,
            digest: digest.clone(),
            offset: 7,
            bit: 0,
        }));
        let scene = drawn(&s, Lang::Ko);
        let node = scene.shape_of(&entity).unwrap();
        assert!(node.crack.is_some() && node.label.contains("레지스트리에서 깨짐"), "{}", node.label);
        let problem =
            Problem::new(Code::DigestMismatch).with("registry", "r").with("expected", &digest).with("computed", "x");
        s.saw(Change::Rejected(Rejected { content, digest: digest.clone(), by, problem }));
        let scene = drawn(&s, Lang::En);
        let node = scene.shape_of(&entity).unwrap();
        assert!(
            node.crack.is_some() && node.label.contains("rejected") && node.style == Style::Dashed,
            "{}",
            node.label
        );
        let red = scene.edges().find(|(a, b, _)| a.id.entity.as_ref() == Some(&from) && b.id == node.id).unwrap().2;
        assert_eq!(red.tint, Tint::Bad);
        assert!(scene.spoken.contains("Caught by"), "{}", scene.spoken);
        s.saw(Change::RegistryMended { registry: registry(), content, digest });
        assert!(drawn(&s, Lang::Ko).shape_of(&entity).unwrap().crack.is_some(), "what came is no better for it");
    }
}

#[test]
fn what_the_store_alone_knows_is_drawn_without_a_registry() {
    let full = two_images();
    let mut world = World { registries: Default::default(), remote_tags: Default::default(), ..full.world.clone() };
    world.ops = Default::default();
    check(&world);
    let scene = of(&world, None, Lang::Ko);
    assert!(scene.shape_of(&Entity::Index(digest("shell/index"))).is_some());
    let lone: BTreeMap<&Digest, _> = world.configs.iter().collect();
    assert_eq!(lone.len(), 2);
}
