//! Archives and tars of files as others made them, odd ones among them: imported, loaded, run or refused as Docker does it.

use crate::engine::{fails, good, output};
use crate::side::{Side, text};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A file of a tar: its name, and its content or where it links to.
#[derive(Clone, Copy)]
pub enum Entry<'a> {
    File(&'a str, &'a [u8]),
    Link(&'a str, &'a str),
}

use Entry::{File, Link};

/// A tar with a shell in it.
pub fn root(more: &[Entry<'_>]) -> Vec<u8> {
    let busybox = fs::read("/bin/busybox").unwrap();
    let links = ["sh", "cat", "true", "readlink", "ls", "echo"].map(|applet| format!("bin/{applet}"));
    let base = [File("bin/busybox", &busybox)].into_iter();
    let base: Vec<_> = base.chain(links.iter().map(|name| Link(name, "busybox"))).collect();
    tar(base.iter().chain(more))
}

pub fn tar<'a>(entries: impl IntoIterator<Item = &'a Entry<'a>>) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o755);
        header.set_mtime(1_700_000_000);
        match entry {
            File(name, content) => {
                header.set_size(content.len() as u64);
                // As they stand: the crate writes no `..`.
                header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
                header.set_cksum();
                tar.append(&header, *content).unwrap();
            }
            Link(name, target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                tar.append_link(&mut header, name, target).unwrap();
            }
        }
    }
    tar.into_inner().unwrap()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn config(layers: &[&[u8]]) -> Value {
    let platform = dockwalk::spec::Platform::host();
    let diff_ids: Vec<_> = layers.iter().map(|layer| format!("sha256:{}", sha256(layer))).collect();
    json!({
        "os": platform.os, "architecture": platform.architecture, "config": {"Cmd": ["/bin/echo", "runs"]},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}
    })
}

pub fn listed(config: &str, name: &str, layers: &[&str]) -> Vec<u8> {
    json!([{"Config": config, "RepoTags": [name], "Layers": layers}]).to_string().into_bytes()
}

pub struct Place<'a> {
    pub side: &'a Side<'a>,
    dir: tempfile::TempDir,
}

impl<'a> Place<'a> {
    pub fn new(side: &'a Side<'a>) -> Self {
        Self { side, dir: tempfile::tempdir().unwrap() }
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    /// The same packed by a program.
    fn packed(&self, program: &str, path: &str) -> String {
        let out = Command::new(program).args(["-c", path]).output().unwrap();
        assert!(out.status.success(), "{program}");
        self.file(&format!("{}.{program}", Path::new(path).file_name().unwrap().display()), &out.stdout)
    }

    fn load(&self, name: &str, entries: &[Entry<'_>]) {
        good(self.side.args(&["load", "-i", &self.file("archive.tar", &tar(entries))]));
        assert_eq!(self.side.good(&format!("run --rm {name}")), "runs", "{name}");
        self.side.good(&format!("rmi {name}"));
    }

    /// What is complained about.
    fn refused(&self, entries: &[Entry<'_>]) -> String {
        fails(self.side.args(&["load", "-i", &self.file("archive.tar", &tar(entries))]), 1)
    }
}

pub fn area(side: &Side<'_>) {
    let place = Place::new(side);
    imported(&place);
    packed(&place);
    named(&place);
    linked(&place);
    fields(&place);
    broken(&place);
}

fn imported(place: &Place<'_>) {
    let side = place.side;
    let plain = place.file("root.tar", &root(&[File("motd", b"hello\n")]));
    let import = |path: &str| good(side.args(&["import", path, "lab/imported:1"]));
    // zstd came with Docker 23.
    for program in ["xz", "bzip2", "gzip", "zstd"].into_iter().filter(|program| *program != "zstd" || !side.is_docker())
    {
        import(&place.packed(program, &plain));
        assert_eq!(side.good("run --rm lab/imported:1 /bin/cat /motd"), "hello", "{program}");
        let layers = &side.get("/images/lab/imported:1/json")["RootFS"]["Layers"];
        assert_eq!(*layers, json!([format!("sha256:{}", sha256(&fs::read(&plain).unwrap()))]), "{program}");
        side.good("rmi lab/imported:1");
    }
    let again = place.packed("xz", &place.packed("xz", &plain));
    fails(side.args(&["import", &again, "lab/imported:1"]), 1);
    let cut = fs::read(place.packed("xz", &plain)).unwrap();
    fails(side.args(&["import", &place.file("cut.xz", &cut[..cut.len() / 2]), "lab/imported:1"]), 1);
    for (start, name) in [
        (&b"PK\x03\x04 and more"[..], "zip"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"{\"a\": 1}", "JSON"),
        (b"words", "text"),
    ] {
        let said = fails(side.args(&["import", &place.file("none", start), "lab/imported:1"]), 1);
        assert!(side.is_docker() || said.contains(name), "{name}: {said}");
    }
}

fn packed(place: &Place<'_>) {
    let layer = root(&[]);
    let of = |program: &str| fs::read(place.packed(program, &place.file("layer", &layer))).unwrap();
    let config = config(&[&layer]).to_string();
    for program in ["xz", "bzip2", "gzip"] {
        let layer = of(program);
        let list = listed("c.json", "lab/packed:1", &["layer.tar"]);
        let entries = [File("layer.tar", &layer), File("c.json", config.as_bytes()), File("manifest.json", &list)];
        place.load("lab/packed:1", &entries);
        // The same archive, packed as a whole.
        let whole = place.packed(program, &place.file("whole.tar", &tar(&entries)));
        good(place.side.args(&["load", "-i", &whole]));
        assert_eq!(place.side.good("run --rm lab/packed:1"), "runs", "{program}");
        place.side.good("rmi lab/packed:1");
    }
}

fn named(place: &Place<'_>) {
    let layer = root(&[]);
    let config = config(&[&layer]).to_string();
    for (in_config, in_layer) in [
        ("./b/../c.json", "l/layer.tar"),
        ("c.json", "./l/../l/./layer.tar"),
        ("b/../b/../c.json", "l//layer.tar"),
        ("c.json", "none/../l/layer.tar"),
    ] {
        let list = listed(in_config, "lab/named:1", &[in_layer]);
        place.load(
            "lab/named:1",
            &[
                File("b/x", b""),
                File("l/layer.tar", &layer),
                File("c.json", config.as_bytes()),
                File("manifest.json", &list),
            ],
        );
    }
    // Docker clamps these to what it unpacked, so that they name nothing. Entries that leave it takes for ones in its root.
    for name in ["../../c.json", "b/../../etc/passwd"] {
        let list = listed(name, "lab/named:1", &["l/layer.tar"]);
        place.refused(&[File("l/layer.tar", &layer), File("d.json", config.as_bytes()), File("manifest.json", &list)]);
    }
    if !place.side.is_docker() {
        let list = listed("c.json", "lab/named:1", &["layer.tar"]);
        place.refused(&[
            File("a/../../outside", b"x"),
            File("layer.tar", &layer),
            File("c.json", config.as_bytes()),
            File("manifest.json", &list),
        ]);
    }
    // Names in a layer, the same.
    let layer = root(&[File("q/../inside", b"there\n"), File("./a/b/../../c/d", b"deep\n")]);
    let import = place.file("climbing.tar", &layer);
    good(place.side.args(&["import", &import, "lab/named:1"]));
    assert_eq!(place.side.good("run --rm lab/named:1 /bin/cat /inside /c/d"), "there\ndeep");
    place.side.good("rmi lab/named:1");
}

/// What the engine writes into `/etc` comes through whatever the image has there, and nothing of the host's is touched.
fn linked(place: &Place<'_>) {
    let side = place.side;
    let outside = place.file("outside", b"untouched");
    for links in [
        &[Link("etc/hosts", "/elsewhere/hosts"), File("elsewhere/hosts", b"the image's\n")][..],
        &[Link("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf")],
        &[Link("etc/resolv.conf", "/run/systemd/resolve/stub-resolv.conf"), Link("run", "var/run")],
        &[Link("etc/hostname", "hostname"), Link("etc/hosts", "../../../../../../none")],
        &[Link("etc/hosts", &outside), Link("etc/resolv.conf", &outside), Link("etc/hostname", &outside)],
        &[Link("etc", "usr/etc"), File("usr/etc/motd", b"")],
        &[Link("etc", "/usr/etc"), Link("usr/etc/resolv.conf", "../../run/none")],
    ] {
        let import = place.file("linked.tar", &root(links));
        good(side.args(&["import", &import, "lab/linked:1"]));
        let script = "cat /etc/hosts /etc/resolv.conf; echo; cat /etc/hostname";
        for flags in [&["--hostname", "box"][..], &["--hostname", "box", "--read-only"]] {
            let args = [&["run", "--rm"], flags, &["lab/linked:1", "/bin/sh", "-c", script]].concat();
            let said = good(side.args(&args));
            assert!(said.contains("127.0.0.1\tlocalhost") && said.ends_with("box"), "{said}");
        }
        side.good("rmi lab/linked:1");
    }
    // In a volume, or in a directory that is bound there, the links stay what they are, and lead where they lead inside.
    let bound = crate::side::shared();
    let etc = bound.path().join("etc");
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, etc.join(name)).unwrap();
    for flags in ["-v {}:/etc", "-v {}:/etc -v gone:/run", "-v filled:/etc"] {
        fs::create_dir(&etc).unwrap();
        link("../run/none/resolv.conf", "resolv.conf");
        link("hosts.d/real", "hosts");
        fs::set_permissions(&etc, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let image = place.file(
            "linked.tar",
            &root(&[Link("etc/resolv.conf", "../run/none/resolv.conf"), Link("etc/hosts", "hosts.d/real")]),
        );
        good(side.args(&["import", &image, "lab/linked:1"]));
        let flags = flags.replace("{}", &etc.display().to_string());
        let args = [&["run", "--rm"], &flags.split(' ').collect::<Vec<_>>()[..], &["lab/linked:1", "/bin/sh", "-c"]];
        let script = "cat /etc/hosts /etc/resolv.conf";
        let said = good(side.args(&[&args.concat()[..], &[script]].concat()));
        assert!(said.contains("127.0.0.1\tlocalhost") && said.contains("nameserver"), "{flags}: {said}");
        fs::remove_dir_all(&etc).unwrap();
        side.good("rmi lab/linked:1");
    }
    // What is no directory gives way to one.
    for links in [&[File("etc", b"a file")][..], &[Link("etc", "etc")], &[Link("etc", "/bin/busybox")]] {
        good(side.args(&["import", &place.file("linked.tar", &root(links)), "lab/linked:1"]));
        assert!(side.good("run --rm lab/linked:1 /bin/cat /etc/hosts").contains("localhost"));
        side.good("rmi lab/linked:1");
    }
    assert_eq!(fs::read_to_string(&outside).unwrap(), "untouched");
}

fn fields(place: &Place<'_>) {
    let layer = root(&[]);
    let list = listed("c.json", "lab/fields:1", &["layer.tar"]);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut config = config(&[&layer]);
        change(&mut config);
        config.to_string().into_bytes()
    };
    let without = |name: &'static str| move |config: &mut Value| drop(config.as_object_mut().unwrap().remove(name));
    for config in [
        with(&without("os")),
        with(&without("architecture")),
        with(&|config| {
            without("os")(config);
            without("architecture")(config);
        }),
        with(&|config| config["os"] = json!("")),
    ] {
        place.load("lab/fields:1", &[File("layer.tar", &layer), File("c.json", &config), File("manifest.json", &list)]);
    }
    for (config, said) in [
        (with(&|config| config["config"]["Cmd"] = json!(1)), ["config.Cmd", "number 1", "array"]),
        (with(&|config| config["config"]["Env"] = json!({"A": "b"})), ["config.Env", "object {\"A\":\"b\"}", "array"]),
        (with(&|config| config["config"]["User"] = json!(0)), ["config.User", "number 0", "string"]),
        (with(&|config| config["rootfs"]["diff_ids"] = json!("x")), ["rootfs.diff_ids", "string \"x\"", "array"]),
    ] {
        let complaint =
            place.refused(&[File("layer.tar", &layer), File("c.json", &config), File("manifest.json", &list)]);
        assert!(place.side.is_docker() || said.iter().all(|part| complaint.contains(part)), "{complaint}");
    }
}

/// A load has begun when it is answered: what is wrong is in its stream. An import tells by its status.
fn broken(place: &Place<'_>) {
    let side = place.side;
    let told = |body: &str| {
        let (status, said) = side.post("/images/load", body);
        let last: Value = serde_json::from_str(text(&said).trim().lines().last().unwrap()).unwrap();
        (status, last["errorDetail"]["message"].is_string() && last["error"].is_string())
    };
    for body in ["rubbish", "{}", &"\u{1}".repeat(2000)] {
        assert_eq!(told(body), (200, true), "{body}");
        let (status, said) = side.post("/images/create?fromSrc=-&repo=lab/broken", body);
        assert_eq!(status, 500, "{}", text(&said));
        let said: Value = serde_json::from_slice(&said).unwrap();
        assert!(said["message"].is_string(), "{said}");
        let file = place.file("broken", body.as_bytes());
        assert!(!fails(side.args(&["load", "-i", &file]), 1).is_empty());
        assert!(!fails(side.args(&["import", &file, "lab/broken:1"]), 1).is_empty());
    }
    let (status, said) = side.post("/images/create?fromSrc=-&changes=RUN%20true", "rubbish");
    assert_eq!(status, 400, "an instruction that makes no sense: {}", text(&said));
    let none = output(side.line("image inspect lab/broken:1"));
    assert!(!none.status.success());
}
