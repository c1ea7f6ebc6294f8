//! The store against what its digests and lists promise.
//!
//! Blobs and `images.json` are written through before they get their names; layers are not (see the store's module). So a
//! machine (not an engine) that crashes may leave a layer short, and a disk may rot. This is what finds it: every blob is
//! hashed, every layer's directory compared with the list of its tar – kinds and lengths, not contents –, and what no image
//! is made of is named. Whole blobs and layers without an image are what a pull that ended early has brought: the next one
//! takes them up.

use super::*;
use crate::client::protocol::{StoreFinding, StoreReport};
use crate::engine::evidence;
use crate::engine::unpack::shown;
use crate::trace::{Book, Change, Code, Evidence, Plan, Problem, StepKind};
use crate::tree::Kind;
use sha2::{Digest as _, Sha256};
use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;

/// What is wrong with one thing, and what would mend it.
struct Wrong {
    problem: Problem,
    /// How it is known.
    evidence: Evidence,
    harmful: bool,
    remedy: Remedy,
}

enum Remedy {
    DropBlob(Digest),
    DropLayer(Digest),
    DropFile(PathBuf),
    /// The next pull of the image fetches what is missing.
    Pull,
}

impl Store {
    /// Checks everything; with `repair` what is damaged and what belongs to no image is deleted, so that the next pull
    /// fetches it. What is in use stays and is said.
    pub fn check(&self, cx: &Cx, repair: bool, in_use: &dyn Fn(&Digest) -> bool) -> Result<StoreReport> {
        let mut report = StoreReport::default();
        let plan = Plan::new(StepKind::CheckStore, self.root.display()).by_hand("dockwalk image fsck");
        let wrong = cx.step(plan, |cx| {
            let mut wrong = self.check_blobs(cx, &mut report)?;
            wrong.extend(self.check_layers(cx, &mut report)?);
            wrong.extend(self.check_records(&mut report));
            wrong.extend(self.check_partials()?);
            for found in &wrong {
                cx.observe(Change::Remark(found.problem.clone()), vec![found.evidence.clone()]);
            }
            Ok(wrong)
        })?;
        for found in wrong {
            let repaired = repair && self.mend(cx, &found, in_use)?;
            report.findings.push(StoreFinding { problem: found.problem, harmful: found.harmful, repaired });
        }
        Ok(report)
    }

    fn check_blobs(&self, cx: &Cx, report: &mut StoreReport) -> Result<Vec<Wrong>> {
        let mut wrong = Vec::new();
        for (path, name) in listed(&self.root.join("blobs/sha256"))? {
            cx.check()?;
            let Ok(digest) = format!("sha256:{name}").parse::<Digest>() else {
                let problem = Problem::new(Code::StoreStray).with("path", path.display());
                let evidence = evidence::lstat(&path).1;
                wrong.push(Wrong { problem, evidence, harmful: false, remedy: Remedy::DropFile(path) });
                continue;
            };
            let (computed, bytes) = match hash(&path) {
                Ok(hashed) => hashed,
                // Deleted meanwhile, with its image.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Fault::io("read", path.display(), &error)),
            };
            report.blobs += 1;
            report.bytes += bytes;
            if computed != digest {
                let evidence = evidence::hashed("blob", &digest, &computed, bytes);
                let problem = Problem::new(Code::StoreBlobDamaged).with("digest", &digest).with("computed", computed);
                wrong.push(Wrong { problem, evidence, harmful: true, remedy: Remedy::DropBlob(digest) });
            } else if !self.lock().needs(&digest) {
                let problem = Problem::new(Code::StoreBlobOrphan).with("digest", &digest).with("size", bytes);
                let evidence = evidence::lstat(&path).1;
                wrong.push(Wrong { problem, evidence, harmful: false, remedy: Remedy::DropBlob(digest) });
            }
        }
        Ok(wrong)
    }

    fn check_layers(&self, cx: &Cx, report: &mut StoreReport) -> Result<Vec<Wrong>> {
        let mut wrong = Vec::new();
        for (path, name) in listed(&self.root.join("layers/sha256"))? {
            cx.check()?;
            // What begins with a dot is being filled or deleted right now.
            if name.starts_with('.') {
                continue;
            }
            let Ok(chain) = format!("sha256:{name}").parse::<Digest>() else {
                let problem = Problem::new(Code::StoreStray).with("path", path.display());
                let evidence = evidence::lstat(&path).1;
                wrong.push(Wrong { problem, evidence, harmful: false, remedy: Remedy::DropFile(path) });
                continue;
            };
            report.layers += 1;
            if let Some(reason) = self.layer_damage(&chain)? {
                let found = evidence::own(Book::Comparison, [path.display().to_string(), reason.clone()]);
                let problem = Problem::new(Code::StoreLayerDamaged).with("layer", &chain).with("reason", reason);
                wrong.push(Wrong { problem, evidence: found, harmful: true, remedy: Remedy::DropLayer(chain) });
            } else if !self.lock().needs(&chain) {
                let problem = Problem::new(Code::StoreLayerOrphan).with("layer", &chain);
                wrong.push(Wrong {
                    problem,
                    evidence: evidence::lstat(&path).1,
                    harmful: false,
                    remedy: Remedy::DropLayer(chain),
                });
            }
        }
        Ok(wrong)
    }

    /// What a layer's directory lacks, in a few words; none when it is whole.
    fn layer_damage(&self, chain: &Digest) -> Result<Option<String>> {
        let dir = self.layer_dir(chain);
        let Some((layer, _)) = self.layer(chain) else { return Ok(Some("meta.json".into())) };
        if layer.chain_id != *chain {
            return Ok(Some("meta.json: another layer's".into()));
        }
        let root = dir.join("fs");
        if !root.is_dir() {
            return Ok(Some("fs".into()));
        }
        // Layers of earlier versions have no list: their files cannot be missed.
        let kept = self.layer_entries(chain)?;
        let Some(entries) = kept.map_or_else(|| self.earlier_entries(chain), |kept| Ok(Some(kept)))? else {
            return Ok(None);
        };
        let mut last: BTreeMap<Vec<u8>, Kind> = BTreeMap::new();
        let mut count = 0;
        for entry in entries {
            let Ok(entry) = entry else { return Ok(Some("summed.ndjson.zst".into())) };
            count += 1;
            last.insert(entry.path.as_bytes().to_vec(), entry.kind);
        }
        if count != layer.entries {
            return Ok(Some(format!("summed.ndjson.zst: {count} of {} entries", layer.entries)));
        }
        let mut real = BTreeSet::new();
        for (path, kind) in &last {
            let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
            if name.starts_with(b".wh.") || !inside_real(&root, path, &mut real) {
                continue;
            }
            let found = fs::symlink_metadata(root.join(OsStr::from_bytes(path)));
            let right = match (kind, &found) {
                (Kind::File { size }, Ok(meta)) => meta.is_file() && meta.len() == *size,
                (Kind::Directory, Ok(meta)) => meta.is_dir(),
                (Kind::Symlink { .. }, Ok(meta)) => meta.is_symlink(),
                (Kind::Hardlink { .. }, Ok(meta)) => !meta.is_dir(),
                // Without root there are no device nodes.
                (Kind::Fifo, found) => found.is_ok(),
                (_, found) => found.is_ok() || self.options.rootless,
            };
            if !right {
                return Ok(Some(shown(path)));
            }
        }
        Ok(None)
    }

    fn check_records(&self, report: &mut StoreReport) -> Vec<Wrong> {
        let records = self.lock().records.clone();
        let mut wrong = Vec::new();
        for (id, record) in &records.images {
            report.images += 1;
            let name = records.tags_of(id).next().cloned().unwrap_or_else(|| id.to_string());
            let documents = [&record.config, &record.manifest];
            for blob in documents.into_iter().chain(&record.layers) {
                if self.has_blob(&blob.digest, blob.size).is_none() && !self.blob_path(&blob.digest).exists() {
                    let problem = Problem::new(Code::StoreImageBlob).with("image", &name).with("digest", &blob.digest);
                    let evidence = evidence::absent(&self.blob_path(&blob.digest));
                    wrong.push(Wrong { problem, evidence, harmful: true, remedy: Remedy::Pull });
                }
            }
            for chain in record.chain_ids.iter().filter(|chain| !self.layer_dir(chain).exists()) {
                let problem = Problem::new(Code::StoreImageLayer).with("image", &name).with("layer", chain);
                let evidence = evidence::absent(&self.layer_dir(chain));
                wrong.push(Wrong { problem, evidence, harmful: true, remedy: Remedy::Pull });
            }
        }
        for (reference, tag) in records.tags.iter().filter(|(_, tag)| !records.images.contains_key(&tag.image)) {
            let problem = Problem::new(Code::StoreTagLost).with("reference", reference).with("image", &tag.image);
            let evidence = evidence::file(&self.records_path());
            wrong.push(Wrong { problem, evidence, harmful: true, remedy: Remedy::Pull });
        }
        wrong
    }

    fn check_partials(&self) -> Result<Vec<Wrong>> {
        let mut wrong = Vec::new();
        for (path, name) in listed(&self.root.join("ingest"))? {
            // Bytes that came before a pull was cut: the next one goes on from there, so they are no fault.
            if path.is_file() && !name.ends_with(".partial") {
                let problem = Problem::new(Code::StoreStray).with("path", path.display());
                let evidence = evidence::lstat(&path).1;
                wrong.push(Wrong { problem, evidence, harmful: false, remedy: Remedy::DropFile(path) });
            }
        }
        Ok(wrong)
    }

    /// True when it is mended now.
    fn mend(&self, cx: &Cx, found: &Wrong, in_use: &dyn Fn(&Digest) -> bool) -> Result<bool> {
        let plan = |subject: String| Plan::new(StepKind::RepairStore, subject);
        match &found.remedy {
            Remedy::Pull => Ok(false),
            Remedy::DropFile(path) => cx.step(plan(path.display().to_string()), |_| {
                let dir = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
                let removed = if dir { handle::remove(path) } else { fs::remove_file(path) };
                removed.map(|()| true).map_err(|e| Fault::io("delete", path.display(), &e))
            }),
            // Whole, and of no image: unless one has come to need it since.
            Remedy::DropBlob(digest) if !found.harmful => {
                cx.step(plan(digest.to_string()), |cx| self.drop_blob(cx, digest))
            }
            Remedy::DropLayer(chain) if !found.harmful => cx.step(plan(chain.to_string()), |cx| {
                self.remove_layer(cx, chain, &mut Vec::new())?;
                Ok(!self.layer_dir(chain).exists())
            }),
            Remedy::DropBlob(digest) => cx.step(plan(digest.to_string()), |cx| {
                let path = self.blob_path(digest);
                let unlinked = {
                    let state = self.lock();
                    if state.pinned.contains_key(digest) || state.claimed.contains(digest) {
                        return Ok(false);
                    }
                    let (result, unlinked) = evidence::unlink(&path);
                    result.map_err(|e| Fault::io("delete", path.display(), &e.into()))?;
                    unlinked
                };
                if cx.world().blobs.contains_key(digest) {
                    cx.observe(Change::BlobGone { digest: digest.clone() }, vec![unlinked]);
                }
                Ok(true)
            }),
            Remedy::DropLayer(chain) => cx.step(plan(chain.to_string()), |cx| self.drop_layer(cx, chain, in_use)),
        }
    }

    fn drop_layer(&self, cx: &Cx, chain: &Digest, in_use: &dyn Fn(&Digest) -> bool) -> Result<bool> {
        let (from, gone) = (self.layer_dir(chain), self.unnamed_layer(chain));
        let entry = cx.journal("fsck", &StoreInverse::RemoveDir { path: gone.clone() })?;
        let renamed = {
            let state = self.lock();
            if state.pinned.contains_key(chain) || in_use(chain) {
                cx.undone(entry)?;
                return Ok(false);
            }
            let (result, renamed) = evidence::rename(&from, &gone);
            result.map_err(|e| Fault::io("delete", from.display(), &e.into()))?;
            renamed
        };
        handle::remove(&gone).map_err(|e| Fault::io("delete", from.display(), &e))?;
        cx.undone(entry)?;
        let world = cx.world();
        let above = world.layers.values().any(|layer| layer.parent.as_ref() == Some(chain));
        if world.layers.contains_key(chain) && !above {
            let looks = vec![renamed, evidence::absent(&gone)];
            cx.observe(Change::LayerGone { chain_id: chain.clone() }, looks);
        }
        Ok(true)
    }
}

/// Names in a directory, sorted.
fn listed(dir: &Path) -> Result<Vec<(PathBuf, String)>> {
    let failed = |e: io::Error| Fault::io("read", dir.display(), &e);
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        all.push((entry.path(), entry.file_name().to_string_lossy().into_owned()));
    }
    all.sort();
    Ok(all)
}

fn hash(path: &Path) -> io::Result<(Digest, u64)> {
    let mut file = fs::File::open(path)?;
    let (mut sha, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((Digest::from_sha256(&sha.finalize().into()), bytes)),
            n => {
                sha.update(&buffer[..n]);
                bytes += n as u64;
            }
        }
    }
}

/// True when all that lies above a path is a directory of this layer: what the tar put behind a link lies elsewhere, and a
/// directory that a later entry replaced took with it what was inside.
fn inside_real(root: &Path, path: &[u8], real: &mut BTreeSet<Vec<u8>>) -> bool {
    let Some(cut) = path.iter().rposition(|b| *b == b'/') else { return true };
    let parent = &path[..cut];
    if real.contains(parent) {
        return true;
    }
    let there = inside_real(root, parent, real)
        && fs::symlink_metadata(root.join(OsStr::from_bytes(parent))).is_ok_and(|meta| meta.is_dir());
    if there {
        real.insert(parent.to_vec());
    }
    there
}
