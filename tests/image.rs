//! What is in an image, told by a real engine to its client and on the command line: as root and as an ordinary user.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]
#![allow(missing_docs, reason = "a test program")]

#[path = "common/engine.rs"]
mod engine;

use dockwalk::client::{Client, LayerOf};
use dockwalk::tree::{Kind, Layer, PathChange, Scope};
use engine::{Engine, everyone, fails, good};
use std::fs;

const IMAGE: &str = "lab/shell:1";

fn with_image(test: impl Fn(&Engine, &Client)) {
    for who in everyone() {
        let engine = Engine::start(who);
        good(engine.dockwalk(&["docker", "pull", IMAGE]));
        test(&engine, &engine.client());
    }
}

#[test]
fn an_images_layers_are_stacked_and_their_files_read() {
    with_image(|_engine, client| {
        let (image, stack) = client.image_stack(IMAGE).unwrap();
        assert_eq!(image.layers.len(), 4);
        assert!(image.instructions.iter().any(|i| i.layer.is_none() && i.created_by.starts_with("CMD")));
        assert_eq!(image.layers[2].created_by, "RUN rm /etc/motd");
        assert!(image.layers.iter().all(|layer| layer.blob_size > Some(0) && layer.media_type.is_some()));
        let motd = stack.find(b"etc/motd").unwrap();
        assert_eq!((stack.seen(motd, 1).map(|v| v.layer), stack.seen(motd, 3)), (Some(0), None));
        assert_eq!(stack.visible(Scope::UpTo(3)).mark(motd), PathChange::Deleted);

        let layer = LayerOf::Image(image.layers[0].chain_id.clone());
        let content = |path: &[u8], from, limit| client.layer_content(&layer, path, from, limit);
        let head = content(b"bin/busybox", 0, Some(4)).unwrap();
        let busybox = stack.find(b"bin/busybox").unwrap();
        assert_eq!(head.size, stack.inode(stack.seen(busybox, 0).unwrap()).size());
        assert_eq!(head.all().unwrap(), b"\x7fELF");
        let whole = content(b"etc/motd", 0, None).unwrap().all().unwrap();
        assert_eq!(content(b"etc/motd", 3, None).unwrap().all().unwrap(), whole[3..], "hidden, and read all the same");
        let code = |path: &[u8], from| content(path, from, None).map(drop).unwrap_err().problem.code;
        assert_eq!(code(b"etc", 0), "not-a-regular-file");
        assert_eq!(code(b"none", 0), "no-such-path");
        let climbing = content(b"../../../../etc/passwd", 0, None).unwrap().all().unwrap();
        assert_eq!(climbing, content(b"etc/passwd", 0, None).unwrap().all().unwrap(), "it ends at the layer's root");
        assert_eq!(code(b"etc/motd", 1 << 40), "range-beyond-end");
        let error = client.layer_tree(&LayerOf::Image(image.image.clone())).unwrap_err();
        assert_eq!((error.status, error.problem.code.as_str()), (Some(404), "no-such-layer"));
    });
}

#[test]
fn a_layer_whose_list_is_lost_is_read_from_its_blob_or_its_directory() {
    with_image(|engine, client| {
        let image = client.image_layers(IMAGE).unwrap();
        for layer in &image.layers {
            let of = LayerOf::Image(layer.chain_id.clone());
            let kept = client.layer_tree(&of).unwrap();
            let dir = engine.root().join("layers/sha256").join(layer.chain_id.hex());
            fs::remove_file(dir.join("entries.ndjson.zst")).unwrap();
            assert_eq!(client.layer_tree(&of).unwrap(), kept, "from the blob");
            let blob = engine.root().join("blobs/sha256").join(layer.blob.as_ref().unwrap().hex());
            fs::remove_file(blob).unwrap();
            let walked = client.layer_tree(&of).unwrap();
            assert_eq!(lines(&walked), lines(&kept), "from the directory");
        }
    });
}

/// Path, kind and what it is to the layers below.
fn lines(layer: &Layer) -> Vec<String> {
    let line = |id| {
        let inode = layer.inode(id);
        format!("{} {:?} {}", layer.path(id), inode.kind, inode.opaque)
    };
    (0..u32::try_from(layer.len()).unwrap()).map(line).collect()
}

#[test]
fn a_containers_writable_layer_is_told_with_its_whiteouts() {
    with_image(|engine, client| {
        let script = r"echo new > /etc/new; rm /etc/passwd; rm -r /notes; mkdir /notes; echo raw > $(printf '/caf\351'); sleep 600";
        good(engine.dockwalk(&["docker", "run", "-d", "--name", "box", IMAGE, "sh", "-c", script]));
        let upper = LayerOf::Container("box".into());
        let soon = (0..200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            client.layer_tree(&upper).unwrap().find(b"caf\xe9").is_some()
        });
        assert!(soon, "the container wrote nothing");
        let layer = client.layer_tree(&upper).unwrap();
        let inode = |path: &[u8]| layer.inode(layer.find(path).unwrap());
        assert_eq!(inode(b"etc/new").kind, Kind::File { size: 4 });
        assert_eq!(inode(b"etc/passwd").kind, Kind::Whiteout);
        assert!(inode(b"notes").opaque);
        let content = client.layer_content(&upper, b"caf\xe9", 0, None).unwrap();
        assert_eq!((content.size, content.all().unwrap()), (4, b"raw\n".to_vec()));
    });
}

#[test]
fn the_command_line_tells_trees_and_what_hides_beneath() {
    with_image(|engine, _client| {
        let image = |args: &[&str]| engine.dockwalk(&[&["image"], args].concat());
        let tree = good(image(&["tree", IMAGE]));
        assert!(
            tree.contains("RUN rm /etc/motd") && tree.lines().any(|l| l.starts_with("-   1") && l.ends_with("motd")),
            "{tree}"
        );
        let alone = good(image(&["tree", IMAGE, "--layer", "4", "--path", "/notes"]));
        assert!(alone.contains("c.txt") && !alone.contains("motd") && alone.contains("\no   4 "), "{alone}");
        let json: serde_json::Value = serde_json::from_str(&good(image(&["tree", IMAGE, "--json"]))).unwrap();
        assert_eq!((json["format"].as_str(), json["version"].as_u64()), (Some("dockwalk-tree"), Some(1)));
        assert!(json["nodes"].as_array().unwrap().iter().any(|n| n["path"] == "etc/motd" && n["mark"] == "deleted"));
        let which = good(image(&["which", IMAGE, "/etc/motd"]));
        assert!(which.contains("is not there") && which.contains("layer 3 deletes /etc/motd"), "{which}");
        assert!(good(image(&["waste", IMAGE])).contains("/etc/motd"));
        assert!(good(image(&["cat", IMAGE, "/etc/passwd"])).starts_with("root:x:0:0"));
        assert!(!good(image(&["cat", IMAGE, "etc/motd", "--layer", "1"])).is_empty());
        assert!(good(image(&["compare", IMAGE, IMAGE])).ends_with("0 added, 0 removed, 0 changed"));
        assert!(fails(image(&["cat", IMAGE, "/etc/none"]), 1).contains("/etc/none"));
        assert!(fails(image(&["tree", IMAGE, "--layer", "9"]), 1).contains("to 4"));
        assert!(fails(image(&["which", "lab/none:1", "/"]), 1).contains("lab/none"));
    });
}
