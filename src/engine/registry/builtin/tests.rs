use super::*;
use crate::engine::conductor::{Cancel, Conductor, Journal, Recorder};
use crate::engine::registry::{Puller, RegistryOptions};
use crate::engine::store::Store;
use crate::engine::{FaultKind, IdRange};
use crate::spec::Platform;
use crate::trace::{Code, Effect, OpKind};
use std::collections::BTreeSet;

fn registry(dir: &Path) -> Builtin {
    Builtin::serve(([127, 0, 0, 1], 0).into(), &dir.join("assets")).expect("busybox-static is installed for the tests")
}

fn conductor(dir: &Path) -> Arc<Conductor> {
    // Beside what it is a journal of.
    let root = dir.join("root");
    std::fs::create_dir_all(&root).expect("a directory");
    Conductor::new(
        Recorder::in_memory(),
        Journal::open(&root.join("journal"), crate::engine::undoers(None)).expect("a journal"),
    )
}

#[test]
fn digests_depend_on_nothing_but_busybox_and_the_recipes() {
    let busybox = busybox::Busybox::of_host().expect("busybox-static is installed for the tests");
    assert_eq!(assemble::assemble(&busybox).expect("once"), assemble::assemble(&busybox).expect("twice"));
}

#[test]
fn the_second_start_takes_the_images_from_the_cache() {
    let dir = tempfile::tempdir().expect("a directory");
    let first = registry(dir.path()).shelf;
    let kept: BTreeSet<_> =
        std::fs::read_dir(dir.path().join("assets")).expect("assets").map(|e| e.expect("entry").path()).collect();
    let second = registry(dir.path());
    assert_eq!(first, second.shelf);
    assert_eq!(kept.len(), 1);
    assert_eq!(second.images(), crate::spec::lab::IMAGES, "what clients offer is what there is");
}

#[test]
fn a_shell_image_is_pulled_whole_and_its_layers_say_what_they_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let builtin = registry(dir.path());
    let conductor = conductor(dir.path());
    let store = Store::open(&dir.path().join("root"), IdRange::ALL, false).expect("a store");
    let options = RegistryOptions { builtin: Some(builtin.addr()), ..RegistryOptions::default() };
    let puller = Puller::new(Arc::clone(&store), options);
    let pull = |name: &str, platform: Option<&Platform>| {
        let reference = name.parse().expect("a reference");
        conductor.operate(OpKind::ImagePull, name, "POST /images/create", &Cancel::new(), |cx| {
            puller.pull(cx, &reference, platform, None, &|_| {})
        })
    };
    let base = pull("lab/base:1", None).expect("base");
    let image = pull("lab/shell:1", None).expect("shell");
    assert_eq!(image.chain_ids.len(), 4);
    assert_eq!(image.chain_ids[0], base.chain_ids[0], "the base is shared");
    assert_eq!(image.config.cmd, ["/bin/sh"]);
    assert_eq!(image.config.history.iter().filter(|h| !h.empty_layer).count(), 4);

    let world = conductor.world();
    let effects = |n: usize| {
        let layer = &world.layers[&image.chain_ids[n]];
        layer.files.iter().map(|f| (f.path.as_str(), f.effect)).collect::<Vec<_>>()
    };
    assert!(effects(0).contains(&("bin/busybox", Effect::Added)) && effects(0).contains(&("etc/motd", Effect::Added)));
    assert!(effects(0).len() < crate::trace::Layer::SHOWN, "all of the base layer is shown");
    assert_eq!(
        effects(1),
        [
            ("etc/greeting", Effect::Added),
            ("notes", Effect::Added),
            ("notes/a.txt", Effect::Added),
            ("notes/b.txt", Effect::Added)
        ]
    );
    assert_eq!(effects(2), [("etc/motd", Effect::Deleted)]);
    assert_eq!(effects(3), [("notes", Effect::Opaque), ("notes/c.txt", Effect::Added)]);

    let index = world.remote_tags["docker.io/lab/shell:1"].target.digest.clone();
    let entries = &world.indexes[&index].manifests;
    assert_eq!(entries.iter().filter(|e| e.platform.as_ref().is_some_and(Platform::is_unknown)).count(), 2);
    assert!(world.registries.values().all(|r| r.builtin));

    let other = if Platform::host().architecture == "arm64" { "linux/amd64" } else { "linux/arm64" };
    let foreign = pull("lab/shell:1", Platform::parse(other).as_ref()).expect("the other platform");
    assert_ne!(foreign.id, image.id);
    assert!(foreign.layers[0].join("README").is_file() && !foreign.layers[0].join("bin/busybox").exists());
    let fault = pull("lab/shell:1", Platform::parse("linux/s390x").as_ref()).expect_err("not made for it");
    assert_eq!((&fault.problem.code, fault.kind), (&Code::PlatformNotAvailable, FaultKind::NotFound));
    assert_eq!(fault.problem.args["available"], "linux/amd64, linux/arm64/v8");
    assert_eq!(pull("lab/nothing:1", None).expect_err("unknown").problem.code, Code::ImageNotFound);
}
