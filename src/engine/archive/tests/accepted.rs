//! Archives that are odd, and that Docker takes.

use super::*;
use crate::engine::unpack::Compression;
use crate::spec::Reference;
use std::io::Write;

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    out.write_all(bytes).expect("in memory");
    out.finish().expect("in memory")
}

fn motd(bench: &Bench, name: &str) -> String {
    let image = bench.store.find(name).expect("there");
    std::fs::read_to_string(image.layers[0].join("etc/motd")).expect("a file")
}

#[test]
fn names_are_cleaned_and_stay_inside() {
    let (one, config) = (layer("one"), config(&[&layer("one")]));
    for (in_config, in_layer) in [
        ("./b/../c.json", "l/layer.tar"),
        ("c.json", "./l/./layer.tar"),
        ("b/../b/../c.json", "l//layer.tar"),
        ("none/../c.json", "l/../l/layer.tar"),
    ] {
        let bench = Bench::new();
        let listed = manifest(in_config, &[in_layer]);
        let all: &[(&str, &[u8])] = &[("c.json", &config), ("l/layer.tar", &one), ("manifest.json", &listed)];
        bench.load(&files(all)).expect(in_config);
        assert_eq!(motd(&bench, "a/b:1"), "one");
        // The same of the names that the entries themselves have.
        let bench = Bench::new();
        let listed = manifest("c.json", &["l/layer.tar"]);
        let all: &[(&str, &[u8])] = &[(in_config, &config), (in_layer, &one), ("manifest.json", &listed)];
        bench.load(&files(all)).expect(in_config);
        assert_eq!(motd(&bench, "a/b:1"), "one");
    }
    let bench = Bench::new();
    for name in ["../c.json", "b/../../c.json", "/c.json", "b/.."] {
        let listed = manifest(name, &["l/layer.tar"]);
        let archive = files(&[("c.json", &config), ("l/layer.tar", &one), ("manifest.json", &listed)]);
        let code = if name == "b/.." { Code::ArchiveMissing } else { Code::ArchiveNameOutside };
        bench.refuses(&archive, code);
    }
}

#[test]
fn packed_archives_and_layers_are_loaded_and_layers_kept_as_registries_take_them() {
    let (one, config) = (layer("one"), config(&[&layer("one"), &layer("one"), &layer("one")]));
    let (packed, gzip) = (bzip2(&one), {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(&one).expect("in memory");
        out.finish().expect("in memory")
    });
    let listed = manifest("c.json", &["one", "two", "one"]);
    let all: &[(&str, &[u8])] = &[("one", &packed), ("two", &gzip), ("c.json", &config), ("manifest.json", &listed)];
    for archive in [files(all), bzip2(&files(all))] {
        let bench = Bench::new();
        bench.load(&archive).expect("loaded");
        assert_eq!(motd(&bench, "a/b:1"), "one");
        let image = bench.store.find("a/b:1").expect("there");
        let blobs = bench.store.layer_blobs(&image.id);
        let types: Vec<_> = blobs.iter().map(|blob| blob.media_type.rsplit('.').next().expect("one")).collect();
        assert_eq!(types, ["tar", "tar+gzip", "tar"]);
        assert_eq!(blobs[0].digest, sha256(&one), "it is what was in it");
        let path = bench.store.blob_path(&blobs[0].digest);
        assert_eq!(Compression::of_file(&path).expect("readable"), Compression::None);
        assert_eq!(bench.count("ingest"), 0);
    }
    let bench = Bench::new();
    let cut: &[(&str, &[u8])] = &[("one", &packed[..packed.len() - 9]), all[1], all[2], all[3]];
    bench.refuses(&files(cut), Code::LayerDamaged);
    bench.refuses(&files(&[("one", &bzip2(&packed)), all[1], all[2], all[3]]), Code::LayerDamaged);
}

/// A layout with `manifest.json` beside it, as Docker writes both. The layer is in both.
fn both(layout: &[u8], listed: &[u8]) -> Vec<u8> {
    let (one, config) = (layer("one"), config(&[&layer("one")]));
    let mut tar = layout.to_vec();
    let more: &[(&str, &[u8])] = &[("l.tar", &one), ("c.json", &config), ("manifest.json", listed)];
    tar.truncate(tar.len() - 1024);
    [tar, files(more)].concat()
}

#[test]
fn where_the_layout_cannot_be_used_the_list_of_docker_is() {
    let listed = manifest("c.json", &["l.tar"]);
    let bare = sha256(&config(&[]));
    let layouts = [
        layout(|manifest, _| manifest["layers"] = json!([])),
        layout(|manifest, _| manifest["layers"] = json!(null)),
        layout(|manifest, _| drop(manifest.as_object_mut().expect("one").remove("layers"))),
        layout(|manifest, _| manifest["layers"][0]["size"] = json!(7)),
        layout(|manifest, _| manifest["config"]["mediaType"] = json!("application/vnd.cncf.helm.config.v1+json")),
        layout(|_, entry| entry["platform"] = json!({"os": "unknown", "architecture": "unknown"})),
        // It has no layers, and says so.
        files(&[
            ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#),
            ("index.json", &bare_index()),
            (&format!("blobs/sha256/{}", bare.hex()), &config(&[])),
            (&format!("blobs/sha256/{}", sha256(&bare_manifest()).hex()), &bare_manifest()),
        ]),
        files(&[("oci-layout", b"{}"), ("index.json", b"{broken")]),
        files(&[("oci-layout", b"{}"), ("index.json", br#"{"schemaVersion":2,"manifests":[]}"#)]),
    ];
    for (number, layout) in layouts.iter().enumerate() {
        let bench = Bench::new();
        let loaded = bench.load(&both(layout, &listed)).unwrap_or_else(|fault| panic!("{number}: {fault}"));
        assert_eq!((loaded.len(), loaded[0].image.layers.len()), (1, 1), "{number}");
        assert_eq!(motd(&bench, "a/b:1"), "one");
    }
    // The list counts where both can be used, and where it cannot. Of the same files the layout says more.
    let bench = Bench::new();
    let good = layout(|_, _| {});
    bench.refuses(&both(&layouts[3], &manifest("none.json", &[])), Code::ArchiveMissing);
    bench.refuses(&both(&good, &manifest("none.json", &[])), Code::ArchiveMissing);
    bench.refuses(&both(&good, b"["), Code::ArchiveDocument);
    let loaded = bench.load(&both(&good, &listed)).expect("loaded");
    assert_eq!(loaded[0].tags[0].familiar(), "a/b:1");
    assert_eq!(bench.load(&both(&good, b"[]")).expect("the list says nothing")[0].tags[0].familiar(), "a/b:2");
    assert_eq!(bench.load(&both(&good, b"null")).expect("the list says nothing")[0].tags[0].familiar(), "a/b:2");
}

fn bare_manifest() -> Vec<u8> {
    let config = config(&[]);
    let listed = json!({
        "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(&config), "size": config.len()
    });
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    json!({"schemaVersion": 2, "mediaType": media_type, "config": listed, "layers": []}).to_string().into_bytes()
}

fn bare_index() -> Vec<u8> {
    let manifest = bare_manifest();
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let entry = json!({"mediaType": media_type, "digest": sha256(&manifest), "size": manifest.len()});
    json!({"schemaVersion": 2, "manifests": [entry]}).to_string().into_bytes()
}

#[test]
fn an_archive_without_images_is_told_what_it_has_instead() {
    let bench = Bench::new();
    let attestation = layout(|_, entry| entry["platform"] = json!({"os": "unknown", "architecture": "unknown"}));
    bench.refuses(&attestation, Code::ArchiveAttestations);
    let marked = layout(|_, entry| {
        entry["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    });
    bench.refuses(&marked, Code::ArchiveAttestations);
    bench.refuses(&nested(|manifest| json!([{
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": sha256(manifest), "size": manifest.len(),
        "platform": {"os": "unknown", "architecture": "unknown"}
    }])), Code::ArchiveAttestations);
    bench.refuses(&nested(|_| json!([])), Code::ArchiveListEmpty);
    let empty = files(&[("oci-layout", b"{}"), ("index.json", br#"{"schemaVersion":2,"manifests":[]}"#)]);
    bench.refuses(&empty, Code::ArchiveListEmpty);
    bench.refuses(&files(&[("oci-layout", b"{}")]), Code::ArchiveNoImages);
    // Two images, none for here.
    let others = files(&[
        ("oci-layout", b"{}"),
        (
            "index.json",
            json!({"schemaVersion": 2, "manifests": [
                {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": sha256(b"1"), "size": 1,
                 "platform": {"os": "linux", "architecture": "s390x"}},
                {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": sha256(b"2"), "size": 1,
                 "platform": {"os": "linux", "architecture": "mips"}},
            ]})
            .to_string()
            .as_bytes(),
        ),
    ]);
    bench.refuses(&others, Code::ArchivePlatform);
}

/// An index in `index.json`, with these entries for a manifest.
fn nested(entries: impl Fn(&[u8]) -> serde_json::Value) -> Vec<u8> {
    let manifest = bare_manifest();
    let media_type = "application/vnd.oci.image.index.v1+json";
    let inner = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": entries(&manifest)}).to_string();
    let entry = json!({"mediaType": media_type, "digest": sha256(inner.as_bytes()), "size": inner.len()});
    let index = json!({"schemaVersion": 2, "manifests": [entry]}).to_string();
    files(&[
        ("oci-layout", b"{}"),
        ("index.json", index.as_bytes()),
        (&format!("blobs/sha256/{}", sha256(inner.as_bytes()).hex()), inner.as_bytes()),
        (&format!("blobs/sha256/{}", sha256(&manifest).hex()), &manifest),
    ])
}

#[test]
fn a_config_that_names_no_platform_is_taken_and_one_that_is_wrong_is_told_by_its_field() {
    let one = layer("one");
    let listed = manifest("c.json", &["l.tar"]);
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut config: serde_json::Value = serde_json::from_slice(&config(&[&layer("one")])).expect("json");
        change(&mut config);
        files(&[("l.tar", &one), ("c.json", config.to_string().as_bytes()), ("manifest.json", &listed)])
    };
    let without = |names: &'static [&str]| {
        move |config: &mut serde_json::Value| {
            names.iter().for_each(|name| drop(config.as_object_mut().expect("one").remove(*name)));
        }
    };
    for (number, archive) in [
        with(&without(&["os"])),
        with(&without(&["architecture"])),
        with(&without(&["os", "architecture"])),
        with(&|config| config["os"] = json!("")),
        with(&|config| config["architecture"] = json!(null)),
    ]
    .iter()
    .enumerate()
    {
        let bench = Bench::new();
        bench.load(archive).unwrap_or_else(|fault| panic!("{number}: {fault}"));
        let image = bench.store.find("a/b:1").expect("there");
        assert_eq!(image.config.platform.os, "linux");
        assert!(crate::spec::Platform::host().runs(&image.config.platform), "{number}");
    }
    let bench = Bench::new();
    for (archive, field, found, wanted) in [
        (with(&|config| config["config"] = json!({"Cmd": 1})), "config.Cmd", "number 1", "array"),
        (with(&|config| config["config"] = json!({"Env": {"A": "1"}})), "config.Env", r#"object {"A":"1"}"#, "array"),
        (with(&|config| config["config"] = json!({"Entrypoint": [7]})), "config.Entrypoint[0]", "number 7", "string"),
        (with(&|config| config["config"] = json!({"User": 0})), "config.User", "number 0", "string"),
        (with(&|config| config["config"] = json!([])), "config", "array []", "object"),
        (with(&|config| config["os"] = json!(1)), "os", "number 1", "string"),
        (
            with(&|config| config["history"] = json!([{"empty_layer": "yes"}])),
            "history[0].empty_layer",
            r#"string "yes""#,
            "boolean",
        ),
        (with(&without(&["rootfs"])), "rootfs", "missing", ""),
    ] {
        let fault = bench.load(&archive).expect_err(field);
        let args = ["name", "field", "found", "wanted"].map(|name| fault.problem.args[name].as_str());
        assert_eq!((&fault.problem.code, args), (&Code::ArchiveField, ["c.json", field, found, wanted]));
        bench.refuses(&archive, Code::ArchiveField);
    }
    let listed = br#"[{"Config":"c.json","Layers":"l.tar"}]"#;
    let fault = bench.load(&files(&[("manifest.json", listed)])).expect_err("a list that is none");
    assert_eq!((fault.problem.args["field"].as_str(), fault.problem.args["wanted"].as_str()), ("[0].Layers", "array"));
}

#[test]
fn what_stands_behind_the_list_is_not_looked_at_and_a_list_of_none_is_one() {
    let (one, config) = (layer("one"), config(&[&layer("one")]));
    let listed = manifest("c.json", &["l.tar"]);
    let load = |listed: &[u8]| {
        let bench = Bench::new();
        bench.load(&files(&[("l.tar", &one), ("c.json", &config), ("manifest.json", listed)])).map(|all| all.len())
    };
    for behind in [" more", "}", "[]", "\0\0", "\n\n", ","] {
        assert_eq!(load(&[&listed, behind.as_bytes()].concat()), Ok(1), "{behind}");
    }
    for none in ["[]", "null", "[]x", "[ ]\n", "null null"] {
        assert_eq!(load(none.as_bytes()), Ok(0), "{none}");
    }
    for bad in ["", " \n", "\u{feff}[]", "["] {
        assert_eq!(load(bad.as_bytes()).expect_err("none").problem.code, Code::ArchiveDocument, "{bad}");
    }
}

#[test]
fn the_last_block_may_lack_its_padding_but_not_its_content() {
    let (one, config) = (layer("one"), config(&[&layer("one")]));
    let listed = manifest("c.json", &["l.tar"]);
    let mut tar = files(&[("l.tar", &one), ("c.json", &config), ("manifest.json", &listed)]);
    tar.truncate(tar.len() - 1024);
    let padding = (512 - listed.len() % 512) % 512;
    for (less, whole) in [(0, true), (1, true), (padding, true), (padding + 1, false), (padding + listed.len(), false)]
    {
        let archive = &tar[..tar.len() - less];
        for archive in [archive.to_vec(), bzip2(archive)] {
            let bench = Bench::new();
            if whole {
                assert_eq!(bench.load(&archive).expect("whole").len(), 1, "{less}");
            } else {
                bench.refuses(&archive, Code::ArchiveDamaged);
            }
        }
    }
    // What is begun behind the last file is no header.
    Bench::new().refuses(&[tar, vec![0; 100]].concat(), Code::ArchiveDamaged);
}

#[test]
fn images_before_one_that_is_bad_are_loaded_and_one_with_a_bad_name_has_those_before_it() {
    let one = layer("one");
    let of = |n: u8| {
        let mut all: serde_json::Value = serde_json::from_slice(&config(&[&layer("one")])).expect("json");
        all["config"] = json!({"Cmd": [n.to_string()]});
        all.to_string().into_bytes()
    };
    let (first, second) = (of(1), of(2));
    let entry = |config: &str, tags: &[&str]| json!({"Config": config, "RepoTags": tags, "Layers": ["l.tar"]});
    let check = |entries: &[serde_json::Value], code: Code, names: &[&[&str]]| {
        let bench = Bench::new();
        let list = json!(entries).to_string();
        let all: &[(&str, &[u8])] = &[
            ("l.tar", &one),
            ("1.json", &first),
            ("2.json", &second),
            ("bad.json", b"{\"config\":{\"Cmd\":1}}"),
            ("windows.json", br#"{"os":"windows","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#),
            ("manifest.json", list.as_bytes()),
        ];
        assert_eq!(bench.load(&files(all)).expect_err(&list).problem.code, code, "{list}");
        let mut found: Vec<Vec<String>> =
            bench.store.images().iter().map(|image| image.tags.iter().map(Reference::familiar).collect()).collect();
        found.sort();
        assert_eq!(found, names, "{list}");
        assert_eq!(bench.count("ingest"), 0);
    };
    let good = || entry("1.json", &["a/b:1"]);
    check(&[good(), entry("none.json", &["a/b:2"])], Code::ArchiveMissing, &[&["a/b:1"]]);
    check(&[good(), entry("bad.json", &["a/b:2"])], Code::ArchiveField, &[&["a/b:1"]]);
    check(&[good(), json!({"Config": "2.json", "Layers": ["none"]})], Code::ArchiveMissing, &[&["a/b:1"]]);
    check(&[good(), json!({"Config": "2.json", "Layers": []})], Code::ArchiveDocument, &[&["a/b:1"]]);
    check(&[good(), json!({"Config": "windows.json", "Layers": []})], Code::ArchivePlatform, &[&["a/b:1"]]);
    check(&[entry("bad.json", &["a/b:2"]), good()], Code::ArchiveField, &[]);
    // What the list itself is unfit for is nobody's image.
    check(&[good(), json!(7)], Code::ArchiveField, &[]);
    let (digest, id) = (format!("a/b@sha256:{}", "0".repeat(64)), "0".repeat(64));
    for bad in ["a/b", "BAD:1", "", ":1", "a/b:bad tag", "x/../y:1", "localhost:5000/x", &digest, &id] {
        check(&[entry("1.json", &[bad])], Code::ArchiveTag, &[&[]]);
        check(
            &[entry("1.json", &["a/b:1", bad, "a/b:3"]), entry("2.json", &["a/b:2"])],
            Code::ArchiveTag,
            &[&["a/b:1"]],
        );
    }
    check(&[good(), entry("2.json", &["BAD:1"])], Code::ArchiveTag, &[&[], &["a/b:1"]]);
}

#[test]
fn what_the_archive_itself_is_called_does_not_matter() {
    let (one, config) = (layer("one"), config(&[&layer("one")]));
    let listed = manifest("c.json", &["l.tar"]);
    for name in ["", ".", "./", "a/..", "./."] {
        for linked in [false, true] {
            let mut tar = Builder::new(Vec::new());
            if linked {
                link(&mut tar, name, "none")
            } else {
                add(&mut tar, name, b"x")
            }
            for (name, bytes) in [("l.tar", &one), ("c.json", &config), ("manifest.json", &listed)] {
                add(&mut tar, name, bytes);
            }
            let bench = Bench::new();
            bench.load(&tar.into_inner().expect("in memory")).expect(name);
            assert_eq!(motd(&bench, "a/b:1"), "one");
        }
    }
}
