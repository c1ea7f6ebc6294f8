//! What an archive lists, where its two lists contradict each other, and documents that are odd or wrong: by Docker's rules.

use crate::archives::Entry::{self, File};
use crate::archives::{Place, config, listed, root, sha256, tar};
use crate::engine::{fails, good};
use crate::side::{Side, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn area(side: &Side<'_>) {
    let place = Place::new(side);
    contradicting(&place);
    taken(&place);
    refused(&place);
    names(&place);
}

/// A file of that name for each of these bytes.
fn blob(bytes: &[u8]) -> (String, Vec<u8>) {
    (format!("blobs/sha256/{}", sha256(bytes)), bytes.to_vec())
}

/// A layout of OCI with one image of one layer, called `name`.
fn layout(config: &[u8], layer: &[u8], name: &str) -> Vec<(String, Vec<u8>)> {
    let of = |kind: &str, bytes: &[u8]| json!({"mediaType": format!("application/vnd.oci.image.{kind}"), "digest": format!("sha256:{}", sha256(bytes)), "size": bytes.len()});
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": of("config.v1+json", config), "layers": [of("layer.v1.tar", layer)]
    });
    let manifest = manifest.to_string().into_bytes();
    let mut entry = of("manifest.v1+json", &manifest);
    entry["annotations"] = json!({"io.containerd.image.name": format!("docker.io/{name}")});
    let index = json!({"schemaVersion": 2, "manifests": [entry]}).to_string().into_bytes();
    let documents =
        [("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()), ("index.json".to_owned(), index)];
    documents.into_iter().chain([blob(&manifest), blob(config), blob(layer)]).collect()
}

/// `manifest.json` counts, whatever stands in `index.json`.
fn contradicting(place: &Place<'_>) {
    let (one, two) = (root(&[File("one", b"")]), root(&[File("two", b"")]));
    let (first, second) = (config(&[&one]).to_string(), config(&[&two]).to_string());
    let layout = layout(first.as_bytes(), &one, "lab/layout:1");
    let entry =
        |config: &str, layer: &str, tags: &[&str]| json!({"Config": config, "RepoTags": tags, "Layers": [layer]});
    let tags = || {
        let images = place.side.get("/images/json");
        let tags = images.as_array().unwrap().iter().flat_map(|image| image["RepoTags"].as_array().unwrap().clone());
        tags.map(|tag| tag.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    // What other checks left there is no matter of this one.
    let before = tags();
    let load = |list: Value, status: i32| {
        let list = list.to_string().into_bytes();
        let more = [
            File("1.json", first.as_bytes()),
            File("2.json", second.as_bytes()),
            File("1.tar", &one),
            File("2.tar", &two),
            File("manifest.json", &list),
        ];
        let layout: Vec<_> = layout.iter().map(|(name, bytes)| File(name, bytes)).collect();
        let archive = place.file("both.tar", &tar(layout.iter().chain(&more)));
        let said = place.side.output(&["load", "-i", &archive]);
        assert_eq!(said.status.code(), Some(status), "{list:?}: {}{}", text(&said.stdout), text(&said.stderr));
        tags().difference(&before).cloned().collect::<Vec<_>>()
    };
    let runs = |name: &str, file: &str| {
        good(place.side.args(&["run", "--rm", name, "/bin/cat", file]));
        place.side.good(&format!("rmi {name}"));
    };
    // Two images, another name, another image.
    let two = json!([entry("1.json", "1.tar", &["lab/first:1"]), entry("2.json", "2.tar", &["lab/second:1"])]);
    assert_eq!(load(two, 0), ["lab/first:1", "lab/second:1"]);
    runs("lab/first:1", "/one");
    runs("lab/second:1", "/two");
    assert_eq!(
        load(json!([entry("1.json", "1.tar", &["lab/other:1", "lab/other:2"])]), 0),
        ["lab/other:1", "lab/other:2"]
    );
    runs("lab/other:1", "/one");
    runs("lab/other:2", "/one");
    assert_eq!(load(json!([entry("2.json", "2.tar", &["lab/second:1"])]), 0), ["lab/second:1"]);
    runs("lab/second:1", "/two");
    // Layers that the config contradicts, a layer too few, a file that is not there, no list at all.
    let none: [&str; 0] = [];
    assert_eq!(load(json!([entry("1.json", "2.tar", &["lab/first:1"])]), 1), none);
    assert_eq!(load(json!([{"Config": "1.json", "RepoTags": ["lab/first:1"], "Layers": []}]), 1), none);
    assert_eq!(load(json!([entry("3.json", "1.tar", &["lab/first:1"])]), 1), none);
    assert_eq!(load(json!({"Config": "1.json"}), 1), none);
}

/// An archive of one image, its config and the entry that lists it as these change them.
fn archive(change: impl Fn(&mut Value), layers: &[&[u8]]) -> Vec<u8> {
    let mut config = config(layers);
    change(&mut config);
    let config = config.to_string();
    let names: Vec<_> = (0..layers.len()).map(|n| format!("{n}.tar")).collect();
    let list = listed("c.json", "lab/odd:1", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut entries: Vec<Entry<'_>> = names.iter().zip(layers).map(|(name, layer)| File(name, layer)).collect();
    entries.extend([File("c.json", config.as_bytes()), File("manifest.json", &list)]);
    tar(&entries)
}

fn taken(place: &Place<'_>) {
    let layer = root(&[]);
    let loads = |archive: &[u8], what: &str| {
        good(place.side.args(&["load", "-i", &place.file("odd.tar", archive)]));
        let shown = place.side.get("/images/lab/odd:1/json");
        assert_eq!(place.side.good("run --rm lab/odd:1 /bin/echo runs"), "runs", "{what}");
        place.side.good("rmi lab/odd:1");
        shown["Config"].clone()
    };
    let with = |field: &'static str, value: Value| archive(move |config| config[field] = value.clone(), &[&layer]);
    let of_run =
        |field: &'static str, value: Value| archive(move |config| config["config"][field] = value.clone(), &[&layer]);
    let image = loads(&of_run("Volumes", json!({"/data": null})), "a volume that is null");
    assert_eq!(image["Volumes"], json!({"/data": {}}));
    assert_eq!(loads(&of_run("Labels", json!({"a": null})), "a label that is null")["Labels"], json!({"a": ""}));
    loads(&of_run("ExposedPorts", json!({"80/tcp": null})), "a port that is null");
    assert_eq!(
        loads(&of_run("Cmd", json!(["/bin/echo", null])), "a word that is null")["Cmd"],
        json!(["/bin/echo", ""])
    );
    assert_eq!(loads(&of_run("Cmd", json!("/bin/true")), "a command that is a string")["Cmd"], json!(["/bin/true"]));
    loads(&of_run("Shell", json!("/bin/sh")), "a shell that is a string");
    loads(&of_run("Foo", json!(7)), "a field that nobody knows");
    loads(&with("history", json!([null])), "history that is null");
    loads(&with("created", json!(null)), "no moment");
    for kind in [json!(null), json!(7), json!("other")].iter().filter(|kind| !kind.is_number()) {
        let diff_ids = config(&[&layer])["rootfs"]["diff_ids"].clone();
        loads(&with("rootfs", json!({"type": kind, "diff_ids": diff_ids})), "a root of another type");
    }
    let named = archive(
        |config| {
            let run = config.as_object_mut().unwrap().remove("config").unwrap();
            config["CONFIG"] = json!({"cmd": run["Cmd"], "ENV": ["PATH=/bin"]});
        },
        &[&layer],
    );
    assert_eq!(loads(&named, "names of another case")["Env"], json!(["PATH=/bin"]));
    // Names of the list in small letters; a tar that ends where its last file does.
    let config = config(&[&layer]).to_string();
    let list = json!([{"config": "c.json", "repoTags": ["lab/odd:1"], "layers": ["l.tar"]}]).to_string();
    let entries = [File("l.tar", &layer), File("c.json", config.as_bytes()), File("manifest.json", list.as_bytes())];
    let mut whole = tar(&entries);
    loads(&whole, "a list in small letters");
    whole.truncate(whole.len() - 1024);
    loads(&whole, "a tar without its end");
    // An image without layers, whose list of them is null.
    let bare = archive(|config| config["rootfs"]["diff_ids"] = json!(null), &[]);
    good(place.side.args(&["load", "-i", &place.file("odd.tar", &bare)]));
    place.side.good("rmi lab/odd:1");
}

fn refused(place: &Place<'_>) {
    let layer = root(&[]);
    let fails = |archive: Vec<u8>, field: &str| {
        let said = fails(place.side.args(&["load", "-i", &place.file("odd.tar", &archive)]), 1);
        assert!(place.side.is_docker() || said.contains(field), "{field}: {said}");
    };
    for (field, value) in [
        ("Healthcheck", json!("true")),
        ("Healthcheck.Test", json!({"Test": "true"})),
        ("Healthcheck.Interval", json!({"Interval": "5s"})),
        ("OnBuild", json!("RUN true")),
        ("StopTimeout", json!("5")),
        ("StopTimeout", json!(1.5)),
        ("ArgsEscaped", json!("yes")),
        ("Tty", json!(1)),
        ("Hostname", json!(7)),
        ("Env", json!("A=1")),
        ("Cmd", json!({"a": 1})),
        ("Labels", json!({"a": 1})),
    ] {
        let name = field.split('.').next().unwrap();
        fails(archive(|config| config["config"][name] = value.clone(), &[&layer]), &format!("config.{field}"));
    }
    for (field, name, value) in [
        ("created", "created", json!("yesterday")),
        ("created", "created", json!("")),
        ("created", "created", json!(1_700_000_000)),
        ("history[0].created", "history", json!([{"created": "2026-11-21"}])),
        ("history[0].author", "history", json!([{"author": 1}])),
        ("history", "history", json!([{"created_by": "a"}, {"created_by": "b"}])),
        ("author", "author", json!(7)),
        ("docker_version", "docker_version", json!(20)),
        ("container_config", "container_config", json!("x")),
        ("rootfs", "rootfs", json!(null)),
        ("windows", "os", json!("windows")),
    ] {
        fails(archive(|config| config[name] = value.clone(), &[&layer]), field);
    }
    fails(archive(|config| config["rootfs"]["diff_ids"] = json!(null), &[&layer]), "0 diff ids");
}

/// A name needs its tag here. What is loaded by then stays, without a name.
fn names(place: &Place<'_>) {
    let layer = root(&[]);
    let config = config(&[&layer]).to_string();
    // In the order of their times, which two may have in common.
    let images = || place.side.good("images -q --no-trunc").lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let before = images();
    for name in ["lab/odd", "lab/odd:", "ODD:1", ":1", "", "127.0.0.1:5000/odd"] {
        let list = listed("c.json", name, &["l.tar"]);
        let entries = [File("l.tar", &layer), File("c.json", config.as_bytes()), File("manifest.json", &list)];
        fails(place.side.args(&["load", "-i", &place.file("odd.tar", &tar(&entries))]), 1);
        place.side.good(&format!("rmi sha256:{}", sha256(config.as_bytes())));
        assert_eq!(images(), before, "{name}: something stays");
    }
}
