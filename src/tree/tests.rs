//! Layers and stacks, as tables and against a reference that follows the kernel's rules name by name.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn entry(path: &str, kind: Kind) -> LayerEntry {
    LayerEntry { kind, ..LayerEntry::directory(path) }
}

fn file(path: &str, size: u64) -> LayerEntry {
    entry(path, Kind::File { size })
}

fn dir(path: &str) -> LayerEntry {
    LayerEntry::directory(path)
}

fn gone(path: &str) -> LayerEntry {
    entry(path, Kind::Whiteout)
}

fn opaque(path: &str) -> LayerEntry {
    entry(path, Kind::Opaque)
}

fn link(path: &str, target: &str) -> LayerEntry {
    entry(path, Kind::Symlink { target: target.into() })
}

fn hard(path: &str, target: &str) -> LayerEntry {
    entry(path, Kind::Hardlink { target: target.into() })
}

fn stack(layers: &[&[LayerEntry]]) -> Stack {
    Stack::new(layers.iter().map(|entries| Arc::new(Layer::build(entries.to_vec()))).collect())
}

fn mark(stack: &Stack, scope: Scope, path: &str) -> Option<PathChange> {
    let (visible, id) = (stack.visible(scope), stack.find(path.as_bytes())?);
    visible.version(stack, id).map(|_| visible.mark(id))
}

#[test]
fn a_layer_is_folded_as_it_is_applied() {
    let layer = Layer::build([
        link("absolute", "/real"),
        dir("real"),
        file("absolute/a", 1),
        link("climbing", "../../real"),
        file("climbing/b", 2),
        hard("hard", "absolute/a"),
        gone("again"),
        dir("again"),
        gone("implied"),
        file("implied/f", 1),
        file("stays", 1),
        gone("stays"),
        dir("merged"),
        gone("merged"),
    ]);
    assert_eq!(layer.faults(), []);
    let inode = |path: &str| layer.inode(layer.find(path.as_bytes()).unwrap());
    assert_eq!((inode("real/a").size(), inode("real/b").size(), inode("hard").links), (1, 2, 2));
    assert!(inode("again").opaque && inode("implied").opaque && inode("implied").implied && inode("merged").opaque);
    assert_eq!(inode("stays").size(), 1);
    assert_eq!(layer.find(b"absolute/a"), None, "a path is looked up as it is");
}

#[test]
fn what_the_applier_refuses_is_named() {
    let faults = |entries: &[LayerEntry]| -> Vec<_> {
        Layer::build(entries.to_vec()).faults().iter().map(|fault| fault.reason).collect()
    };
    assert_eq!(faults(&[file("a", 1), file("a/b", 1)]), [FaultReason::NotADirectory]);
    assert_eq!(faults(&[hard("a", "nothing")]), [FaultReason::LinkToNothing]);
    assert_eq!(faults(&[file("a", 1), hard("a", "a")]), [FaultReason::LinkToNothing]);
    assert_eq!(faults(&[dir("d"), hard("a", "d")]), [FaultReason::LinkToDirectory]);
    assert_eq!(faults(&[gone("w"), hard("a", "w")]), [FaultReason::LinkToNothing]);
    assert_eq!(faults(&[file("", 1)]), [FaultReason::Root]);
    assert_eq!(faults(&[link("l", "l"), file("l/x", 1)]), [FaultReason::TooManyLinks]);
}

#[test]
fn marks_say_what_a_layer_did() {
    let stack = stack(&[
        &[
            file("same", 1),
            file("changed", 1),
            file("mode", 1),
            file("gone", 1),
            file("o/x", 1),
            file("d/y", 1),
            dir("m"),
        ],
        &[
            file("same", 1),
            file("changed", 2),
            LayerEntry { mode: 0o4755, ..file("mode", 1) },
            gone("gone"),
            gone("never"),
            opaque("o"),
            file("new", 1),
            gone("d"),
            dir("m"),
        ],
    ]);
    for scope in [Scope::UpTo(1), Scope::Layer(1)] {
        let marks =
            ["same", "changed", "mode", "gone", "never", "o", "new", "d", "m"].map(|path| mark(&stack, scope, path));
        use PathChange::{Added, Changed, Deleted, Metadata, NoEffect, Opaque, Same};
        let wanted = [Same, Changed, Metadata, Deleted, NoEffect, Opaque, Added, Deleted, Same].map(Some);
        assert_eq!(marks, wanted, "{scope:?}");
    }
    assert_eq!(mark(&stack, Scope::UpTo(1), "o/x"), Some(PathChange::Deleted));
    assert_eq!(mark(&stack, Scope::UpTo(1), "d/y"), Some(PathChange::Deleted));
    assert_eq!(mark(&stack, Scope::Layer(1), "o/x"), None);
    assert_eq!(mark(&stack, Scope::UpTo(0), "o/x"), Some(PathChange::Added));
}

#[test]
fn what_hides_beneath_is_told_with_its_reason() {
    let stack = stack(&[
        &[file("a/b", 1), file("c", 1)],
        &[file("a", 2), dir("c")],
        &[dir("a"), file("a/b", 3), gone("c")],
        &[opaque("a"), file("c", 9)],
        &[dir("a"), file("a/b", 5)],
    ]);
    let why = |path: &str, layer: u16, up_to: u16| {
        let id = stack.find(path.as_bytes()).unwrap();
        let which = stack.which(id, up_to);
        which.versions.into_iter().find(|v| v.version.layer == layer).and_then(|v| v.hidden)
    };
    let at = |path: &str| PathBytes::from(path);
    assert_eq!(why("a/b", 4, 4), None);
    assert_eq!(why("a/b", 2, 4), Some(Hidden::Opaque { layer: 3, at: at("a") }));
    assert_eq!(why("a/b", 0, 4), Some(Hidden::NotADirectory { layer: 1, at: at("a") }));
    assert_eq!(why("a", 3, 4), Some(Hidden::Merged { layer: 4 }));
    assert_eq!(why("a", 1, 4), Some(Hidden::Replaced { layer: 2 }));
    assert_eq!(why("c", 0, 2), Some(Hidden::Replaced { layer: 1 }));
    assert_eq!(why("c", 1, 3), Some(Hidden::Deleted { layer: 2, at: at("c") }));
    assert_eq!(stack.which(stack.find(b"c").unwrap(), 2).serving, None);
}

#[test]
fn a_path_is_followed_as_in_the_container() {
    let stack =
        stack(&[&[dir("usr/bin"), link("bin", "usr/bin"), link("usr/bin/sh", "/bin/dash"), file("usr/bin/dash", 4)]]);
    let follow = |path: &str, last| stack.resolve(path.as_bytes(), 0, last);
    assert_eq!(follow("/bin/sh", false).path, "usr/bin/sh".into());
    let to_end = follow("bin/sh", true);
    assert_eq!((to_end.path, to_end.links.len()), ("usr/bin/dash".into(), 3));
    let missing = follow("/bin/none/x", false);
    assert_eq!((missing.id, missing.path), (None, "usr/bin/none/x".into()));
    assert_eq!(missing.stopped, Some("usr/bin/none".into()));
}

#[test]
fn there_is_no_way_back_out_of_what_is_no_directory() {
    let stack = stack(&[
        &[dir("q"), link("l", "q/deep"), dir("q/deep"), file("q/in", 1), file("in", 1), file("f", 1), dir("gone")],
        &[gone("gone")],
    ]);
    let follow = |path: &str| {
        let found = stack.resolve(path.as_bytes(), 1, true);
        (found.id.map(|id| stack.path(id).to_string()), found.stopped.map(|path| path.to_string()))
    };
    let found = |path: &str| (Some(path.to_owned()), None);
    let stops = |path: &str| (None, Some(path.to_owned()));
    assert_eq!(follow("q/../in"), found("in"));
    assert_eq!(follow("../q/./in"), found("q/in"), "the root's parent is the root");
    assert_eq!(follow("l/../in"), found("q/in"), "a link is followed first");
    assert_eq!(follow("f/../in"), stops("f"));
    assert_eq!(follow("f/x"), stops("f"));
    assert_eq!(follow("none/../in"), stops("none"));
    assert_eq!(follow("gone/../in"), stops("gone"));
    assert_eq!(follow("gone"), found("gone"), "it is known");
}

/// A file with content: the letter is what tells it.
fn with(path: &str, size: u64, content: u8) -> LayerEntry {
    LayerEntry { sum: Some(Sum::of_blake3(&[content; 32])), ..file(path, size) }
}

fn at(entry: LayerEntry, seconds: i64) -> LayerEntry {
    LayerEntry { mtime: Time { seconds, nanos: 0 }, ..entry }
}

#[test]
fn files_of_one_size_and_time_are_told_by_their_content() {
    let below = [with("same", 1, b'a'), with("other", 1, b'a'), with("moded", 1, b'a'), with("dated", 1, b'a')];
    let above = [
        with("same", 1, b'a'),
        with("other", 1, b'b'),
        LayerEntry { mode: 0o600, ..with("moded", 1, b'b') },
        at(with("dated", 1, b'a'), 5),
    ];
    let stack = stack(&[&below, &above]);
    let marks = ["same", "other", "moded", "dated"].map(|path| mark(&stack, Scope::UpTo(1), path).unwrap());
    assert_eq!(marks, [PathChange::Same, PathChange::Changed, PathChange::Changed, PathChange::Metadata]);
    let waste = stack.waste();
    let only = |path: &str| {
        let id = stack.find(path.as_bytes()).unwrap();
        waste.paths.iter().find(|wasted| wasted.id == id).unwrap().metadata_only
    };
    assert_eq!(["same", "other", "moded", "dated"].map(only), [true, false, false, true]);
}

#[test]
fn images_whose_files_have_one_size_and_time_are_compared_by_content() {
    let one = stack(&[&[with("conf", 1, b'a'), with("same", 1, b'a'), file("unknown", 1)]]);
    let two = stack(&[&[with("conf", 1, b'b'), at(with("same", 1, b'a'), 5), file("unknown", 1)]]);
    let (a, b) = (one.visible(Scope::UpTo(0)), two.visible(Scope::UpTo(0)));
    let found = compare(Side { stack: &one, visible: &a }, Side { stack: &two, visible: &b });
    let said: Vec<_> = found.iter().map(|c| (c.path.to_string(), c.aspects.iter().collect::<Vec<_>>())).collect();
    assert_eq!(said, [("conf".to_owned(), vec![Aspect::Content]), ("same".to_owned(), vec![Aspect::Time])]);
}

#[test]
fn of_files_that_nothing_tells_apart_nothing_is_claimed() {
    let known = with("a", 1, b'a');
    for (below, above) in [(file("a", 1), file("a", 1)), (known.clone(), file("a", 1)), (file("a", 1), known.clone())] {
        let stack = stack(&[&[below], &[above]]);
        assert!(!stack.waste().paths[0].metadata_only);
        let version = |layer| stack.inode(Version { layer, node: 1 });
        assert_eq!(version(0).same_content(version(1)), None);
    }
    let dated = stack(&[&[file("a", 1)], &[at(file("a", 1), 5)]]);
    assert_eq!(mark(&dated, Scope::UpTo(1), "a"), Some(PathChange::Changed), "it may be");
}

#[test]
fn waste_counts_each_inode_once_and_knows_why_it_is_hidden() {
    let stack = stack(&[
        &[file("x", 100), hard("y", "x"), file("o/big", 1000), with("mode", 10, b'm'), file("p", 7), hard("q", "p")],
        &[gone("x"), opaque("o"), LayerEntry { mode: 0o600, ..with("mode", 10, b'm') }, gone("p"), gone("q")],
    ]);
    let waste = stack.waste();
    let name = |id| stack.path(id).to_string();
    let paths: Vec<_> = waste.paths.iter().map(|w| (name(w.id), w.bytes, w.metadata_only)).collect();
    let wanted = [("o/big", 1000, false), ("mode", 10, true), ("p", 7, false)];
    assert_eq!(paths, wanted.map(|(path, bytes, metadata)| (path.to_owned(), bytes, metadata)));
    assert_eq!((waste.seen, waste.hidden), (110, 1017), "y still shows what x had");
    assert!((waste.efficiency() - 110.0 / 1127.0).abs() < 1e-9);
}

#[test]
fn sizes_of_directories_count_each_inode_once() {
    let stack = stack(&[&[file("a/x", 5), hard("b/y", "a/x"), file("b/z", 1)], &[gone("b/z")]]);
    let visible = stack.visible(Scope::UpTo(1));
    assert_eq!((visible.total(0), visible.files(0)), (5, 2));
    assert_eq!(stack.visible(Scope::Layer(0)).total(0), 6);
}

#[test]
fn two_images_are_compared_path_by_path() {
    let left = stack(&[&[file("a", 1), file("d/x", 1), file("t", 1), file("same", 1)]]);
    let right = stack(&[&[
        file("b", 1),
        dir("d"),
        LayerEntry { mtime: Time { seconds: 9, nanos: 0 }, ..file("t", 1) },
        file("same", 1),
    ]]);
    let (a, b) = (left.visible(Scope::UpTo(0)), right.visible(Scope::UpTo(0)));
    let found = compare(Side { stack: &left, visible: &a }, Side { stack: &right, visible: &b });
    let line = |c: &Comparison| {
        let aspects: Vec<_> = c.aspects.iter().collect();
        format!("{} {} {} {aspects:?}", c.path, c.left.is_some(), c.right.is_some())
    };
    let lines: Vec<_> = found.iter().map(line).collect();
    assert_eq!(lines, ["a true false []", "b false true []", "d/x true false []", "t true true [Time]"]);
}

#[test]
fn rows_open_close_and_come_back_after_a_search() {
    let stack = Arc::new(stack(&[&[file("a/b/c", 1), file("a/d", 20), file("e/f", 3)], &[gone("e/f")]]));
    let visible = Arc::new(stack.visible(Scope::UpTo(1)));
    let mut view = View::new(Arc::clone(&stack), Arc::clone(&visible));
    let names = |view: &View| {
        let row = |at| (view.row(at).depth, String::from_utf8_lossy(view.row(at).name).into_owned());
        (0..view.len()).map(row).map(|(depth, name)| format!("{depth}{name}")).collect::<Vec<_>>().join(" ")
    };
    view.expand_all();
    assert_eq!(names(&view), "0 1a 2b 3c 2d 1e 2f");
    view.toggle(1);
    assert_eq!(names(&view), "0 1a 1e 2f");
    view.toggle(1);
    assert_eq!(names(&view), "0 1a 2b 3c 2d 1e 2f", "what is inside stays open");
    view.order(Order::Size);
    assert_eq!(names(&view), "0 1a 2d 2b 3c 1e 2f");
    let query = Query { marks: [PathChange::Deleted].into(), ..Query::default() };
    view.show(Some(Arc::new(stack.search(&visible, &query))));
    assert_eq!(names(&view), "0 1e 2f");
    view.collapse_all();
    assert_eq!(names(&view), "0 1e");
    view.show(None);
    assert_eq!(names(&view), "0 1a 1e");
    assert_eq!(view.reveal(stack.find(b"a/b/c").unwrap()), Some(4));
    view.look(Arc::new(stack.visible(Scope::Layer(1))));
    assert_eq!(names(&view), "0 1e");
}

#[test]
fn an_exported_node_comes_back_from_its_json() {
    let stack = stack(&[&[file("a", 1), link("l", "a")], &[file("a", 2)]]);
    let visible = stack.visible(Scope::UpTo(1));
    for node in stack.export(&visible) {
        let text = serde_json::to_string(&node).unwrap();
        assert_eq!(serde_json::from_str::<ExportedNode>(&text).unwrap(), node, "{text}");
    }
    let a = stack.exported(&visible, stack.find(b"a").unwrap()).unwrap();
    assert_eq!(
        serde_json::to_string(&a).unwrap(),
        r#"{"path":"a","kind":"file","size":2,"mode":493,"uid":0,"gid":0,"mtime":{"seconds":0},"layer":1,"mark":"changed","differs":["size"],"links":1,"total":2,"beneath":[{"layer":0,"size":1,"hidden":{"why":"replaced","layer":1}}]}"#
    );
}

/// Four names, three deep: collisions are the rule.
fn any_path() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof!["a", "b", "c", "d"], 1..4).prop_map(|names| names.join("/"))
}

fn any_entry() -> impl Strategy<Value = LayerEntry> {
    (any_path(), any_path(), 0..14u8, 1..5u64).prop_map(|(path, other, kind, size)| match kind {
        0..=3 => file(&path, size),
        4..=6 => LayerEntry { mode: 0o700 + size as u32, ..dir(&path) },
        7 => link(&path, &other),
        8 => hard(&path, &other),
        9 => opaque(&path),
        10..=12 => gone(&path),
        _ => entry(&path, Kind::Fifo),
    })
}

fn any_layers() -> impl Strategy<Value = Vec<Vec<LayerEntry>>> {
    proptest::collection::vec(proptest::collection::vec(any_entry(), 0..12), 1..6)
}

/// The kernel's rules without any of the cleverness: layer by layer into one map.
fn reference(layers: &[Arc<Layer>]) -> BTreeMap<Vec<u8>, (u16, NodeId)> {
    let mut seen = BTreeMap::new();
    for (number, layer) in (0..).zip(layers) {
        for id in 0..layer.len() as NodeId {
            let (path, inode) = (layer.path(id).as_bytes().to_vec(), layer.inode(id));
            let below = [&path[..], b"/"].concat();
            let merges = inode.is_directory() && (!inode.opaque || id == 0) && {
                let there: Option<&(u16, NodeId)> = seen.get(&path);
                there.is_none_or(|(l, n)| layers[usize::from(*l)].inode(*n).is_directory())
            };
            if !merges {
                seen.retain(|p: &Vec<u8>, (l, _)| !p.starts_with(&below) || *l == number);
            }
            if inode.is_whiteout() {
                seen.remove(&path);
            } else {
                seen.insert(path, (number, id));
            }
        }
    }
    seen
}

proptest! {
    #[test]
    fn a_stack_shows_what_the_reference_shows(layers in any_layers()) {
        let layers: Vec<_> = layers.into_iter().map(|entries| Arc::new(Layer::build(entries))).collect();
        let stack = Stack::new(layers.clone());
        for up_to in 0..layers.len() {
            let wanted = reference(&layers[..=up_to]);
            let visible = stack.visible(Scope::UpTo(up_to as u16));
            let there = (0..stack.len() as PathId).filter(|id| visible.is_there(*id));
            let found: BTreeMap<_, _> = there.map(|id| {
                let version = visible.version(&stack, id).unwrap();
                (stack.path(id).as_bytes().to_vec(), (version.layer, version.node))
            }).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn every_version_is_seen_or_hidden_for_a_reason(layers in any_layers()) {
        let layers: Vec<_> = layers.into_iter().map(|entries| Arc::new(Layer::build(entries))).collect();
        let stack = Stack::new(layers);
        let visible = stack.visible(Scope::UpTo(stack.top()));
        let mut bytes = 0;
        for id in 0..stack.len() as PathId {
            let which = stack.which(id, stack.top());
            for (at, found) in which.versions.iter().enumerate() {
                let seen = which.serving == Some(found.version);
                prop_assert!(!(seen && found.hidden.is_some()));
                // A mark that hides nothing more is the only other thing without a reason.
                let mark = at == 0 && stack.inode(found.version).is_whiteout();
                prop_assert!(seen || found.hidden.is_some() || mark, "{:?}", stack.path(id));
            }
            bytes += u64::from(visible.is_there(id));
        }
        prop_assert!(bytes >= 1);
        // What is seen and what is hidden is all there is.
        let all: u64 = stack.layers().iter().map(|l| l.inodes.iter().map(Inode::size).sum::<u64>()).sum();
        let waste = stack.waste();
        prop_assert_eq!(waste.seen + waste.hidden, all);
        prop_assert_eq!(waste.seen, visible.total(0));
    }
}
