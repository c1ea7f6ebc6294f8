//! What is in an image, told by a real engine to its client and on the command line: as root and as an ordinary user.

use crate::crafted;
use crate::engine::{Engine, everyone, fails, good};
use dockwalk::client::{Client, LayerOf};
use dockwalk::trace::Code;
use dockwalk::tree::{Kind, Layer, PathChange, Scope};
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
        assert_eq!(code(b"etc", 0), Code::NotARegularFile);
        assert_eq!(code(b"none", 0), Code::NoSuchPath);
        let climbing = content(b"../../../../etc/passwd", 0, None).unwrap().all().unwrap();
        assert_eq!(climbing, content(b"etc/passwd", 0, None).unwrap().all().unwrap(), "it ends at the layer's root");
        assert_eq!(code(b"etc/motd", 1 << 40), Code::RangeBeyondEnd);
        let error = client.layer_tree(&LayerOf::Image(image.image.clone())).unwrap_err();
        assert_eq!((error.status, &error.problem.code), (Some(404), &Code::NoSuchLayer));
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
            fs::remove_file(dir.join("summed.ndjson.zst")).unwrap();
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

#[test]
fn files_of_one_size_and_time_are_told_apart_by_their_content() {
    use crafted::{Entry, dir, file, load};
    for who in everyone() {
        let engine = Engine::start(who);
        let image = |args: &[&str]| engine.dockwalk(&[&["image"], args].concat());
        let base = |conf: &'static str| {
            vec![dir("srv"), file("srv/conf", conf), file("srv/same", "same"), file("srv/dated", "dated")]
        };
        load(&engine, "one:1", &[base("port=1")]);
        load(&engine, "two:1", &[base("port=2")]);
        let said = good(image(&["compare", "one:1", "two:1"]));
        assert_eq!(said.lines().next(), Some("~ /srv/conf  content"), "{said}");
        assert!(said.ends_with("0 added, 0 removed, 1 changed"), "{said}");
        let json: serde_json::Value =
            serde_json::from_str(&good(image(&["compare", "one:1", "two:1", "--json"]))).unwrap();
        assert_eq!(json["differences"][0]["differs"], serde_json::json!(["content"]));
        let sum = json["differences"][0]["left"]["sum"].as_str().unwrap();
        // printf port=1 | b3sum | head -c 32
        assert_eq!(sum, "e12f6e6dd5bf03725fc87ad228487d5b");
        // A layer writes over a file: other content, another mode, another time, the same again.
        let over = vec![
            dir("srv"),
            file("srv/conf", "port=2"),
            Entry { mode: 0o600, ..file("srv/same", "same") },
            Entry { mtime: 9, ..file("srv/dated", "dated") },
        ];
        load(&engine, "over:1", &[base("port=1"), over]);
        let tree = good(image(&["tree", "over:1", "--path", "/srv"]));
        let sign = |name: &str| tree.lines().find(|line| line.ends_with(name)).unwrap().chars().next().unwrap();
        assert_eq!(["conf", "same", "dated"].map(sign), ['~', '%', '%'], "{tree}");
        let waste = good(image(&["waste", "over:1"]));
        let only =
            |name: &str| waste.lines().find(|line| line.contains(name)).unwrap().contains("the same content again");
        assert_eq!(["/srv/conf", "/srv/same", "/srv/dated"].map(only), [false, true, true], "{waste}");
        // The same of a store from before sums were kept, and of one that lost blobs, too: the files themselves are read.
        for lost in ["summed.ndjson.zst", "blobs"] {
            for layer in engine.client().image_layers("over:1").unwrap().layers {
                let dir = engine.root().join("layers/sha256").join(layer.chain_id.hex());
                match lost {
                    "blobs" => fs::remove_file(engine.root().join("blobs/sha256").join(layer.blob.unwrap().hex())),
                    list => fs::remove_file(dir.join(list)),
                }
                .unwrap();
            }
            assert_eq!(good(image(&["tree", "over:1", "--path", "/srv"])), tree, "{lost}");
            assert_eq!(good(image(&["waste", "over:1"])), waste, "{lost}");
        }
        // A container writes over a file and sets its time back.
        let script =
            "printf port=3 > /tmp/x; cat /tmp/x > /etc/conf; touch -d @1700000000 /etc/conf; echo ready; sleep 600";
        let busybox = fs::read("/bin/busybox").unwrap();
        let shell = vec![file("bin/busybox", &busybox), file("etc/conf", "port=1"), file("tmp/there", "")];
        load(&engine, "shell:1", &[shell]);
        let shell =
            ["docker", "run", "-d", "--name", "box", "--network", "none", "shell:1", "/bin/busybox", "sh", "-c"];
        let script = script.replace("cat", "/bin/busybox cat").replace("touch", "/bin/busybox touch");
        let script = script.replace("sleep", "/bin/busybox sleep");
        good(engine.dockwalk(&[&shell[..], &[&script]].concat()));
        let client = engine.client();
        let ready = (0..200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            good(engine.dockwalk(&["docker", "logs", "box"])).contains("ready")
        });
        assert!(ready);
        let upper = client.layer_tree(&LayerOf::Container("box".into())).unwrap();
        let (_, below) = client.image_stack("shell:1").unwrap();
        let stack = dockwalk::tree::Stack::new(vec![below.layers()[0].clone(), upper.into()]);
        let conf = stack.find(b"etc/conf").unwrap();
        let versions: Vec<_> = stack.versions(conf).iter().map(|version| stack.inode(*version)).collect();
        assert_eq!((versions[0].size(), versions[0].mtime), (versions[1].size(), versions[1].mtime));
        assert_eq!(stack.visible(Scope::UpTo(1)).mark(conf), PathChange::Changed);
        good(engine.dockwalk(&["docker", "rm", "-f", "box"]));
    }
}

#[test]
fn cat_says_why_there_is_nothing_to_print() {
    use crafted::{Entry, dir, file, link, load};
    for who in everyone() {
        let engine = Engine::start(who);
        let below = vec![
            file("p", "below"),
            dir("q"),
            file("in", "inside"),
            file("gone/deep", "deep"),
            file("opaque/f", "f"),
            link("l", "q"),
            file("only/below", "only"),
        ];
        let above =
            vec![file(".wh.p", ""), file(".wh.gone", ""), file("opaque/.wh..wh..opq", ""), file("q/new", "new")];
        let above: Vec<Entry> = above.into_iter().chain([file(".wh.never", "")]).collect();
        load(&engine, "cat:1", &[below, above]);
        let cat = |path: &str, more: &[&str]| engine.dockwalk(&[&["image", "cat", "cat:1", path], more].concat());
        for (path, content) in [
            ("q/../in", "inside"),
            ("/q/./../in", "inside"),
            ("l/../in", "inside"),
            ("l/new", "new"),
            ("../../in", "inside"),
            ("only/below", "only"),
        ] {
            assert_eq!(good(cat(path, &[])), content, "{path}");
        }
        for (path, said) in [
            ("/p", &["/p is not there", "layer 2 deletes /p", "--layer 1 cat:1 /p"][..]),
            ("/gone/deep", &["layer 2 deletes /gone", "Layer 1 has it"]),
            ("/opaque/f", &["layer 2 makes /opaque opaque", "Layer 1 has it"]),
            ("in/../p", &["/in in cat:1 is no directory"]),
            ("in/x", &["/in in cat:1 is no directory"]),
            ("none/../in", &["/none: no layer of cat:1"]),
            ("gone/../in", &["layer 2 deletes /gone"]),
            ("/never", &["no layer of cat:1"]),
        ] {
            let complaint = fails(cat(path, &[]), 1);
            assert!(said.iter().all(|part| complaint.contains(part)), "{path}: {complaint}");
        }
        assert_eq!(good(cat("/p", &["--layer", "1"])), "below");
        assert_eq!(good(cat("q/../in", &["--layer", "1"])), "inside");
        for (path, said) in [
            ("/p", "layer 2 of cat:1 deletes it"),
            ("only/below", "layer 2 of cat:1 says nothing of it. Layers that have it: 1"),
            ("none", "no layer of cat:1"),
        ] {
            let complaint = fails(cat(path, &["--layer", "2"]), 1);
            assert!(complaint.contains(said), "{path}: {complaint}");
        }
    }
}
