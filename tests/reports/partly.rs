//! Archives of which not all is good, or which are put together in an odd way: what Docker loads of them is loaded.

use crate::archives::Entry::{self, File, Link};
use crate::archives::{Place, config, root, tar};
use crate::engine::{fails, good};
use crate::side::Side;
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    let place = Place::new(side);
    // Others may have left some without a name.
    place.left();
    listed(&place);
    unpadded(&place);
    misnamed(&place);
    halves(&place);
    strangely_named(&place);
    unrunnable(&place);
}

/// The tar that `docker load` is given, with the shell's layer in it.
fn archive(list: &[u8], more: &[Entry<'_>]) -> Vec<u8> {
    let layer = root(&[]);
    let config = config(&[&layer]).to_string();
    let entries = [File("l.tar", &layer), File("c.json", config.as_bytes()), File("manifest.json", list)];
    tar(more.iter().chain(&entries))
}

fn list(tags: &[&str]) -> String {
    json!([{"Config": "c.json", "RepoTags": tags, "Layers": ["l.tar"]}]).to_string()
}

impl Place<'_> {
    fn loads(&self, what: &str, archive: &[u8]) {
        good(self.side.args(&["load", "-i", &self.file("archive.tar", archive)]));
        assert_eq!(self.side.good("run --rm lab/partly:1"), "runs", "{what}");
        self.side.good("rmi lab/partly:1");
    }

    /// What is complained about.
    fn fails(&self, archive: &[u8]) -> String {
        fails(self.side.args(&["load", "-i", &self.file("archive.tar", archive)]), 1)
    }

    /// Removes what such an archive leaves, and says what it was called.
    fn left(&self) -> Vec<Vec<String>> {
        let all = self.side.get("/images/json");
        let names = |image: &Value| {
            let tags = image["RepoTags"].as_array().cloned().unwrap_or_default();
            tags.iter().map(|tag| tag.as_str().unwrap().to_owned()).filter(|tag| !tag.contains("<none>")).collect()
        };
        let mut left = Vec::new();
        for image in all.as_array().unwrap() {
            let names: Vec<String> = names(image);
            if names.is_empty() || names.iter().any(|name| name.starts_with("lab/partly")) {
                self.side.good(&format!("rmi -f {}", image["Id"].as_str().unwrap()));
                left.push(names);
            }
        }
        left.sort();
        left
    }
}

fn listed(place: &Place<'_>) {
    let list = list(&["lab/partly:1"]);
    for behind in [" more", "}", "[]", "\0\0", "\n"] {
        place.loads(behind, &archive(format!("{list}{behind}").as_bytes(), &[]));
    }
    for none in ["[]", "null", "[]x"] {
        assert_eq!(good(place.side.args(&["load", "-i", &place.file("none.tar", &archive(none.as_bytes(), &[]))])), "");
    }
    for bad in ["", " ", "\u{feff}[]", "{}", "\"x\"", "[null]", "[{}]"] {
        place.fails(&archive(bad.as_bytes(), &[]));
    }
    assert!(place.left().is_empty());
}

fn unpadded(place: &Place<'_>) {
    let list = list(&["lab/partly:1"]);
    let whole = archive(list.as_bytes(), &[]);
    let whole = &whole[..whole.len() - 1024];
    let padding = 512 - list.len() % 512;
    for less in [0, 1, padding / 2, padding] {
        place.loads(&format!("{less} bytes less"), &whole[..whole.len() - less]);
    }
    place.fails(&whole[..whole.len() - padding - 1]);
    place.fails(&[whole, &[0; 100]].concat());
    // A layer, the same, and a tar of files.
    let layer = root(&[File("last", b"here\n")]);
    let layer = &layer[..layer.len() - 1024 - 507];
    let config = config(&[layer]).to_string();
    let entries = [File("l.tar", layer), File("c.json", config.as_bytes()), File("manifest.json", list.as_bytes())];
    place.loads("a layer", &tar(&entries));
    good(place.side.args(&["import", &place.file("root.tar", layer), "lab/partly:1"]));
    assert_eq!(place.side.good("run --rm lab/partly:1 /bin/cat /last"), "here");
    place.side.good("rmi lab/partly:1");
}

/// It is loaded with the names before the one that is none.
fn misnamed(place: &Place<'_>) {
    let digest = format!("lab/partly@sha256:{}", "0".repeat(64));
    for bad in ["lab/partly", "BAD:1", "", ":1", "lab/partly:bad tag", "x/../y:1", "localhost:5000/x", &digest] {
        let said = place.fails(&archive(list(&[bad]).as_bytes(), &[]));
        assert!(place.side.is_docker() || said.contains("was loaded"), "{said}");
        assert_eq!(place.left(), [Vec::<String>::new()], "{bad}");
        place.fails(&archive(list(&["lab/partly:1", bad, "lab/partly:3"]).as_bytes(), &[]));
        assert_eq!(place.left(), [["lab/partly:1"]], "{bad}");
    }
}

fn halves(place: &Place<'_>) {
    let layer = root(&[]);
    let mut other = config(&[&layer]);
    other["config"]["Cmd"] = json!(["other"]);
    let mut windows = other.clone();
    windows["os"] = json!("windows");
    let (other, windows) = (other.to_string(), windows.to_string());
    let more = [
        File("other.json", other.as_bytes()),
        File("windows.json", windows.as_bytes()),
        File("bad.json", br#"{"config":{"Cmd":1}}"#),
    ];
    let two = |second: Value| {
        let first = json!({"Config": "c.json", "RepoTags": ["lab/partly:1"], "Layers": ["l.tar"]});
        archive(json!([first, second]).to_string().as_bytes(), &more)
    };
    let second = |config: &str, tag: &str| json!({"Config": config, "RepoTags": [tag], "Layers": ["l.tar"]});
    for bad in [
        second("none.json", "lab/partly:2"),
        second("bad.json", "lab/partly:2"),
        second("windows.json", "lab/partly:2"),
        json!({"Config": "other.json", "RepoTags": ["lab/partly:2"], "Layers": []}),
    ] {
        place.fails(&two(bad.clone()));
        assert_eq!(place.left(), [["lab/partly:1"]], "{bad}");
    }
    // A name that leaves the archive is the fault of the image that it is said of.
    let of_layer = |name: &str| json!({"Config": "other.json", "RepoTags": ["lab/partly:2"], "Layers": [name]});
    let outside = ["../../../etc/passwd", "/etc/passwd", "a/../../other.json"];
    // Docker looks for such a layer inside the archive.
    let layers = outside.map(of_layer).into_iter().filter(|_| !place.side.is_docker());
    for bad in outside.map(|name| second(name, "lab/partly:2")).into_iter().chain(layers) {
        let said = place.fails(&two(bad.clone()));
        assert!(place.side.is_docker() || said.contains("Nothing of that image was loaded"), "{bad}: {said}");
        assert_eq!(place.left(), [["lab/partly:1"]], "{bad}");
    }
    place.fails(&two(second("other.json", "BAD:1")));
    assert_eq!(place.left(), [vec![], vec!["lab/partly:1".to_owned()]]);
    // It is the list that is bad.
    place.fails(&two(json!(7)));
    assert!(place.left().is_empty());
}

fn strangely_named(place: &Place<'_>) {
    let list = list(&["lab/partly:1"]);
    for name in [".", "./.", "a/.."] {
        place.loads(name, &archive(list.as_bytes(), &[File(name, b"x")]));
    }
    for name in [".", "./."] {
        place.loads(name, &archive(list.as_bytes(), &[Link(name, "none")]));
    }
}

/// What the kernel cannot be given is no matter before something is to run.
fn unrunnable(place: &Place<'_>) {
    let layer = root(&[]);
    let list = list(&["lab/partly:1"]);
    for field in [
        json!({"Cmd": ["/bin/echo", "a\0b"]}),
        json!({"Cmd": ["\0"]}),
        json!({"Entrypoint": ["x\0"]}),
        json!({"Env": ["A=\0"]}),
        json!({"User": "a\0"}),
        json!({"WorkingDir": "/a\0"}),
        json!({"Volumes": {"/a\0b": {}}}),
    ] {
        let mut config = config(&[&layer]);
        config["config"].as_object_mut().unwrap().extend(field.as_object().unwrap().clone());
        let config = config.to_string();
        let entries =
            [File("l.tar", &layer), File("c.json", config.as_bytes()), File("manifest.json", list.as_bytes())];
        good(place.side.args(&["load", "-i", &place.file("archive.tar", &tar(&entries))]));
        let out = place.side.output(&["run", "--rm", "lab/partly:1"]);
        assert!(!out.status.success(), "{field}");
        if field["Cmd"].is_array() {
            let said = place.side.good("run --rm lab/partly:1 /bin/echo another");
            assert_eq!(said, "another", "{field}");
        }
        place.side.clear();
        place.side.good("rmi lab/partly:1");
    }
}
