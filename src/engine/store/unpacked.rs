//! From blobs of the store to layer directories: the one way, whoever brought the blobs (pull, load, import, commit).

use super::{NewLayer, Store};
use crate::engine::unpack::{self, Applied, Unpack};
use crate::engine::{Cx, Fault, Mismatch, Result, Why, evidence};
use crate::spec::Digest;
use crate::trace::{Change, Code, Descriptor, Evidence, Layer, Outcome, Plan, Problem, StepKind};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

/// One layer of an image that is brought into the store.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its blob.
    pub blob: Descriptor,
    /// What the blob's tar must hash to.
    pub diff_id: Digest,
    /// The layer on all below it.
    pub chain_id: Digest,
    /// Its directory is there already.
    pub unpacked: bool,
}

/// A layer that is being unpacked while its bytes come in.
#[derive(Debug)]
pub struct Ahead {
    /// Takes the bytes.
    pub unpack: Unpack,
    /// The directory that is filled.
    pub layer: NewLayer,
}

/// How far the unpacking has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpacking {
    /// So many of its blob's bytes are through.
    At(u64),
    /// It has its place.
    Done,
}

const BLOCK: usize = 128 * 1024;

impl Store {
    /// The layers of an image, lowest first, and whether each is unpacked.
    pub fn parts(&self, layers: &[Descriptor], diff_ids: &[Digest], chain_ids: &[Digest]) -> Vec<Part> {
        let layers = layers.iter().zip(diff_ids).zip(chain_ids);
        let part = |((blob, diff_id), chain_id): ((&Descriptor, &Digest), &Digest)| Part {
            blob: blob.clone(),
            diff_id: diff_id.clone(),
            chain_id: chain_id.clone(),
            unpacked: self.layer(chain_id).is_some(),
        };
        layers.map(part).collect()
    }

    /// Begins to unpack a layer whose bytes will be pushed.
    pub fn begin_unpack(&self, cx: &Cx, part: &Part) -> Result<Ahead> {
        let layer = self.new_layer(cx, &part.chain_id)?;
        let unpack = Unpack::start(layer.fs(), layer.listing(), self.options(), cx.cancel())?;
        Ok(Ahead { unpack, layer })
    }

    /// Unpacks every layer that is not, lowest first, a step each. `ahead` are those that were unpacked on their way in,
    /// by chain id; the others are read from their blobs.
    pub fn unpack_layers(
        &self,
        cx: &Cx,
        parts: &[Part],
        mut ahead: BTreeMap<Digest, Ahead>,
        tell: &dyn Fn(&Part, Unpacking),
    ) -> Result<()> {
        let mut below: Vec<PathBuf> = Vec::new();
        let mut parent = None;
        for part in parts {
            let plan = self.unpack_plan(part);
            if let Some((layer, evidence)) = self.layer(&part.chain_id) {
                let call = plan.call.clone();
                cx.past_step(plan, Duration::ZERO, Outcome::Done, |cx| {
                    cx.not_made(&call, Why::There, vec![evidence.clone()]);
                    cx.observe(Change::LayerUnpacked(layer), vec![evidence]);
                });
            } else if let Some(ahead) = ahead.remove(&part.chain_id) {
                let (new, applied) = ahead.finish();
                cx.check()?;
                let applied = applied.map_err(|fault| about(fault, part));
                let took = applied.as_ref().map_or(Duration::ZERO, |applied| applied.took);
                let made = applied.and_then(|applied| self.keep(cx, part, parent.as_ref(), &below, new, applied));
                let outcome =
                    made.as_ref().map_or_else(|fault| Outcome::Failed(fault.problem.clone()), |_| Outcome::Done);
                cx.past_step(plan, took, outcome, |cx| {
                    if let Ok(made) = &made {
                        made.observe(cx);
                    }
                });
                made?;
            } else {
                cx.step(plan, |cx| {
                    let (new, applied) = self.unpack_stored(cx, part, tell)?;
                    self.keep(cx, part, parent.as_ref(), &below, new, applied)?.observe(cx);
                    Ok(())
                })?;
            }
            tell(part, Unpacking::Done);
            below.insert(0, self.layer_fs(&part.chain_id));
            parent = Some(part.chain_id.clone());
        }
        Ok(())
    }

    fn unpack_plan(&self, part: &Part) -> Plan {
        let (blob, dir) = (self.blob_path(&part.blob.digest), self.layer_fs(&part.chain_id));
        Plan::new(StepKind::UnpackLayer, &part.chain_id)
            .call(format!("{} → {}", blob.display(), dir.display()))
            .by_hand(format!("tar --numeric-owner --xattrs -xf {} -C {}", blob.display(), dir.display()))
    }

    fn unpack_stored(&self, cx: &Cx, part: &Part, tell: &dyn Fn(&Part, Unpacking)) -> Result<(NewLayer, Applied)> {
        let path = self.blob_path(&part.blob.digest);
        let failed = |e: std::io::Error| Fault::io("read", path.display(), &e);
        let mut file = std::fs::File::open(&path).map_err(failed)?;
        let ahead = self.begin_unpack(cx, part)?;
        let mut done = 0;
        loop {
            let mut block = vec![0; BLOCK];
            cx.check()?;
            let n = file.read(&mut block).map_err(failed)?;
            block.truncate(n);
            if n == 0 || !ahead.unpack.push(block) {
                break;
            }
            done += n as u64;
            tell(part, Unpacking::At(done));
        }
        let (new, applied) = ahead.finish();
        Ok((new, applied.map_err(|fault| about(fault, part))?))
    }

    /// The tar was what the config promises: the layer gets its place.
    fn keep(
        &self,
        cx: &Cx,
        part: &Part,
        parent: Option<&Digest>,
        below: &[PathBuf],
        new: NewLayer,
        applied: Applied,
    ) -> Result<Made> {
        if applied.diff_id != part.diff_id {
            return Err(not_promised(part, &applied));
        }
        let layer = Layer {
            chain_id: part.chain_id.clone(),
            parent: parent.cloned(),
            diff_id: part.diff_id.clone(),
            blob: Some(part.blob.digest.clone()),
            path: self.layer_fs(&part.chain_id).display().to_string(),
            size: applied.size,
            entries: applied.entries,
            files: unpack::effects(&applied.marks, below, self.options().rootless)?,
        };
        let hash = evidence::hashed("tar", &part.diff_id, &applied.diff_id, applied.tar_size);
        cx.check()?;
        let renamed = self.keep_layer(new, &layer)?;
        Ok(Made { layer, evidence: vec![hash, renamed], remarks: applied.remarks })
    }
}

impl Ahead {
    /// All bytes went through: waits for the rest of the work.
    pub fn finish(self) -> (NewLayer, Result<Applied>) {
        (self.layer, self.unpack.finish())
    }
}

/// A layer that has its place, to be told.
struct Made {
    layer: Layer,
    evidence: Vec<Evidence>,
    remarks: Vec<Problem>,
}

impl Made {
    fn observe(&self, cx: &Cx) {
        for problem in &self.remarks {
            cx.observe(Change::Remark(problem.clone()), self.evidence.clone());
        }
        cx.observe(Change::LayerUnpacked(self.layer.clone()), self.evidence.clone());
    }
}

/// The tar is another than the config promises.
fn not_promised(part: &Part, applied: &Applied) -> Fault {
    let (expected, computed) = (part.diff_id.clone(), applied.diff_id.clone());
    let fault = Fault::failed(Code::DiffIdMismatch)
        .with("digest", &part.blob.digest)
        .with("expected", &expected)
        .with("computed", &computed)
        .with("bytes", applied.tar_size);
    let mismatch = Mismatch { blob: part.blob.digest.clone(), expected, computed, bytes: applied.tar_size };
    Fault { mismatch: Some(Box::new(mismatch)), ..fault }
}

/// Which layer it was that could not be unpacked.
fn about(fault: Fault, part: &Part) -> Fault {
    fault.with("digest", &part.blob.digest)
}
