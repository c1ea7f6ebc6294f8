//! A container's writable layer becomes one more layer of a new image.

use super::{Container, Phase};
use crate::docker::typed::Line;
use crate::engine::archive::{Scratch, apply_changes, bring_in, compose, pack, tell_documents};
use crate::engine::handle;
use crate::engine::moment::Moment;
use crate::engine::rootfs::{MARK, MTAB, Rootfs, has_mtab};
use crate::engine::store::{Image, Record};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result, evidence, private};
use crate::spec::{Digest, Reference};
use crate::trace::{Book, Change, Code, Descriptor, OpKind, Plan, Problem, StepKind};
use flate2::Compression;
use flate2::write::GzEncoder;
use nix::sys::stat::FileStat;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// How a container is committed.
#[derive(Debug, Default)]
pub struct Commit {
    /// The new image's name, if it is to have one.
    pub tag: Option<Reference>,
    /// Who made it.
    pub author: String,
    /// Words for its history.
    pub comment: String,
    /// Instructions as in a Dockerfile.
    pub changes: Vec<String>,
    /// The container is to stand still meanwhile.
    pub pause: bool,
}

impl Commit {
    /// The same by `docker commit`, with what was asked for.
    fn by_hand(&self, container: &str) -> String {
        let mut line = Line::of(&["docker", "commit"]);
        line.flag("--pause=false", !self.pause);
        line.option("-a", &self.author);
        line.option("-m", &self.comment);
        line.options("-c", &self.changes);
        line.name(container);
        if let Some(tag) = &self.tag {
            line.word(&tag.familiar());
        }
        line.done().unwrap_or_default()
    }
}

/// sha256 of the tar with nothing in it: 1,024 zeros. Docker makes no layer of it.
const EMPTY: &str = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

impl Engine {
    /// Commits a container.
    pub fn commit(&self, container: &Container, how: &Commit, line: &Asked) -> Result<Image> {
        let lent = borrow(container)?;
        let result = self.conductor.operate(OpKind::ContainerCommit, &container.name, line, &Cancel::new(), |cx| {
            let by_hand = how.by_hand(&container.name.get());
            let plan = Plan::new(StepKind::CommitContainer, &container.name).by_hand(by_hand);
            cx.step(plan, |cx| {
                self.hold_still(cx, container, how)?;
                let image =
                    self.committing(cx, container, how).inspect(|image| self.tell_commit(container, how, image));
                self.release_after_commit(cx, container).and(image)
            })
        });
        drop(lent);
        result
    }

    /// Before the container goes on, as in Docker.
    fn tell_commit(&self, container: &Container, how: &Commit, image: &Image) {
        let named = how.tag.as_ref().map(Reference::familiar);
        if let Some(name) = &named {
            self.tell_image(image, "tag", name);
        }
        let of = [
            ("comment", how.comment.clone()),
            ("imageID", image.id.to_string()),
            ("imageRef", named.unwrap_or_default()),
        ];
        self.tell(container, "commit", &of);
    }

    /// Lets a container that runs stand still, if that is wanted and can be here. One that stands still already is left as it is.
    fn hold_still(&self, cx: &Cx, container: &Container, how: &Commit) -> Result<()> {
        if !how.pause {
            return Ok(());
        }
        match self.hold_for_commit(cx, container) {
            Err(fault) if matches!(fault.problem.code, Code::PauseNotHere) => {
                let problem = Problem::new(Code::CommitNotPaused).with("container", &container.name);
                cx.observe(Change::Remark(problem), vec![evidence::file(Path::new("/proc/self/cgroup"))]);
                Ok(())
            }
            other => other,
        }
    }

    fn committing(&self, cx: &Cx, container: &Container, how: &Commit) -> Result<Image> {
        let base = &container.image;
        let missing = || {
            let fault = Fault::new(FaultKind::NotFound, Code::CommitImageGone).with("container", &container.name);
            fault.with("image", &container.request.image)
        };
        let below = self.store.record(&base.id).ok_or_else(missing)?;
        let mut config = config_of(container);
        apply_changes(&mut config, &how.changes)?;
        let scratch = Scratch(self.store.scratch("commit")?);
        let file = scratch.0.join("layer.tar.gz");
        let (layer, diff_id) = self.pack_layer(cx, container, &file)?;
        let layer = (diff_id.as_str() != EMPTY).then_some(layer);
        let image = cx.step(Plan::new(StepKind::WriteDocuments, &container.name), |cx| {
            let document = document(container, how, config, layer.as_ref().map(|_| &diff_id));
            let layers = below.layers.iter().cloned().chain(layer.clone()).collect();
            let mut image = compose(document.to_string().into_bytes(), layers)?;
            image.record = Record { parent: Some(base.id.clone()), ..image.record };
            tell_documents(cx, &image);
            Ok(image)
        })?;
        bring_in(&self.store, cx, &image, layer.as_ref().map(|layer| (layer, file.as_path())), how.tag.as_slice())
    }

    /// The writable layer as a compressed tar: the step `PackLayer`.
    fn pack_layer(&self, cx: &Cx, container: &Container, file: &Path) -> Result<(Descriptor, Digest)> {
        let upper = Rootfs::below(&container.dir).upper;
        let plan = Plan::new(StepKind::PackLayer, upper.display())
            .call(format!("{} → {}", upper.display(), file.display()))
            .by_hand(format!("tar --numeric-owner --xattrs -C {} -czf layer.tar.gz .", upper.display()));
        cx.step(plan, |cx| {
            let failed = |e: io::Error| Fault::io("write", file.display(), &e);
            let out = BufWriter::with_capacity(128 * 1024, private::file(file).map_err(failed)?);
            let compressed = Hashing::new(out);
            let mut tar = Hashing::new(GzEncoder::new(compressed, Compression::default()));
            let apart = |path: &[u8], stat: &FileStat| is_engines(&upper, &container.image, path, stat);
            if upper.is_dir() {
                let packed = pack(cx, &upper, &apart, &mut tar)?;
                let facts = [format!("{}: {} entries", upper.display(), packed.entries)];
                let packed_up = evidence::own(Book::Archive, facts);
                for remark in packed.remarks {
                    cx.observe(Change::Remark(remark), vec![packed_up.clone()]);
                }
            } else {
                // Created and never started: nothing was written.
                tar.write_all(&[0; 1024]).map_err(failed)?;
            }
            let (diff_id, _, encoder) = tar.done();
            let (digest, size, mut out) = encoder.finish().map_err(failed)?.done();
            out.flush().map_err(failed)?;
            let media_type = "application/vnd.oci.image.layer.v1.tar+gzip".to_owned();
            let layer = Descriptor { media_type, digest, size, platform: None, annotations: BTreeMap::new() };
            Ok((layer, diff_id))
        })
    }
}

/// The right to read a container's files while nobody removes or starts it.
struct Lent<'a>(&'a Container);

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.0.update(|state| state.borrowed = false);
    }
}

/// Waits for whoever has it now: another commit, a copy.
fn borrow(container: &Container) -> Result<Lent<'_>> {
    loop {
        container.wait_until(None, |state| !state.borrowed);
        let borrowed = container.update(|state| {
            if matches!(state.phase, Phase::Removing | Phase::Removed) {
                return Err(super::refused(container, Code::ContainerBeingRemoved));
            }
            Ok(!std::mem::replace(&mut state.borrowed, true))
        })?;
        if borrowed {
            return Ok(Lent(container));
        }
    }
}

/// What the engine made in the writable layer: for its own mounts, and the mark. In Docker these lie in a layer of their own, which is no
/// part of an image.
fn is_engines(upper: &Path, image: &Image, path: &[u8], stat: &FileStat) -> bool {
    const FILES: [&str; 4] = ["hosts", "hostname", "mtab", "resolv.conf"];
    match path {
        b"etc/hosts" | b"etc/hostname" | b"etc/resolv.conf" => stat.st_mode & libc::S_IFMT == libc::S_IFREG,
        b"dev" | b"proc" | b"sys" => stat.st_mode & libc::S_IFMT == libc::S_IFDIR,
        // The mark of a container, as long as it wrote nothing there.
        path if path == MARK.as_bytes() => stat.st_mode & libc::S_IFMT == libc::S_IFREG && stat.st_size == 0,
        path if path == MTAB.as_bytes() => has_mtab(upper),
        // `/etc` is there for these files alone, or was copied up for them: nobody changed it.
        b"etc" => {
            // The container may have put a link there by now.
            let Ok(names) = handle::open(&upper.join("etc")).and_then(handle::names) else { return false };
            let alone = !names.is_empty() && names.iter().all(|name| FILES.iter().any(|file| name == *file));
            let below = image.layers.iter().rev().find_map(|layer| fs::symlink_metadata(layer.join("etc")).ok());
            alone
                && below.is_none_or(|below| {
                    (below.mode(), below.uid(), below.gid()) == (stat.st_mode, stat.st_uid, stat.st_gid)
                })
        }
        _ => false,
    }
}

/// What the new image runs: what the container ran, on what its image says besides.
fn config_of(container: &Container) -> Value {
    let mut config = container.image.raw_config.get("config").filter(|c| c.is_object()).cloned().unwrap_or(json!({}));
    let merged = &container.merged;
    let list = |words: &[String]| if words.is_empty() { Value::Null } else { json!(words) };
    config["Env"] = json!(merged.env);
    config["Cmd"] = list(&merged.cmd);
    config["Entrypoint"] = list(&merged.entrypoint);
    config["WorkingDir"] = json!(merged.cwd);
    config["User"] = json!(merged.user);
    if !merged.labels.is_empty() {
        config["Labels"] = json!(merged.labels);
    }
    let asked = &container.request;
    for (field, members) in [("ExposedPorts", &asked.exposed_ports), ("Volumes", &asked.volumes)] {
        if !members.is_empty() && !config[field].is_object() {
            config[field] = json!({});
        }
        for (name, member) in members {
            config[field][name] = json!(member);
        }
    }
    if let Some(health) = container.health_check() {
        config["Healthcheck"] = json!(health);
    }
    if let Some(signal) = asked.stop_signal.as_ref().filter(|signal| !signal.is_empty()) {
        config["StopSignal"] = json!(signal);
    }
    config
}

/// The base image's config with one line of history, and mostly one layer, more.
fn document(container: &Container, how: &Commit, config: Value, diff_id: Option<&Digest>) -> Value {
    let mut document = (*container.image.raw_config).clone();
    let created = Moment::now().rfc3339();
    if let Some(fields) = document.as_object_mut() {
        // They are about the container or the Docker that made the base.
        for name in ["container", "container_config", "docker_version", "parent", "id"] {
            fields.remove(name);
        }
    }
    document["config"] = config;
    document["created"] = json!(created);
    document["author"] = json!(how.author);
    document["comment"] = json!(how.comment);
    let mut entry = json!({"created": created, "created_by": container.merged.argv().join(" ")});
    for (name, text) in [("author", &how.author), ("comment", &how.comment)] {
        if !text.is_empty() {
            entry[name] = json!(text);
        }
    }
    match diff_id {
        Some(diff_id) => {
            match document["rootfs"]["diff_ids"].as_array_mut() {
                Some(all) => all.push(json!(diff_id)),
                // An image without layers may have no list of them either.
                None => document["rootfs"] = json!({"type": "layers", "diff_ids": [diff_id]}),
            }
        }
        None => entry["empty_layer"] = json!(true),
    }
    match document["history"].as_array_mut() {
        Some(all) => all.push(entry),
        None => document["history"] = json!([entry]),
    }
    document
}

/// Hashes and counts what is written through it.
struct Hashing<W> {
    inner: W,
    sha: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Self {
        Self { inner, sha: Sha256::new(), bytes: 0 }
    }

    fn done(self) -> (Digest, u64, W) {
        (Digest::from_sha256(&self.sha.finalize().into()), self.bytes, self.inner)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.sha.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
