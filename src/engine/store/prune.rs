//! What nothing uses goes, by Docker's rules for `docker image prune`.

use super::*;
use crate::trace::LeftOver;

/// What a prune took away.
#[derive(Debug, Default)]
pub struct Pruned {
    /// What `docker image prune` prints.
    pub removed: Vec<Removed>,
    /// Bytes of file content of the layers that went, and of blobs that belonged to no image.
    pub freed: u64,
}

impl Store {
    /// Deletes images that no container uses and that `wanted` lets through: those without a tag, or with `all` the
    /// tagged ones as well. One that cannot be deleted stays, and is no failure. Then what belongs to no image at all goes:
    /// what a pull, a load, an import or a commit that failed, or was killed, has left, and nobody is taking up now.
    pub fn prune(&self, cx: &Cx, all: bool, wanted: &dyn Fn(&Image) -> bool, in_use: InUse<'_>) -> Result<Pruned> {
        let images = self.images();
        let sizes = self.layer_sizes()?;
        let mut pruned = Pruned::default();
        for image in images {
            let unnamed = image.tags.is_empty();
            let intermediate = unnamed && image.repo_digests.is_empty() && image.has_children;
            if intermediate || !(all || unnamed) || !wanted(&image) || in_use(&image.id).is_some() {
                continue;
            }
            let names: Vec<_> = match image.tags.as_slice() {
                [] => vec![image.id.hex().to_owned()],
                tags => tags.iter().map(Reference::to_string).collect(),
            };
            for name in names {
                match self.remove(cx, &name, &Removal::default(), in_use) {
                    Ok(removed) => pruned.removed.extend(removed),
                    // It went with its child, or came into use meanwhile.
                    Err(fault) if matches!(fault.kind, FaultKind::Conflict | FaultKind::NotFound) => {}
                    Err(fault) => return Err(fault),
                }
            }
        }
        self.prune_orphans(cx, &mut pruned)?;
        // Once each: a lowest layer has the digest of its blob, when that is not compressed.
        let gone = pruned.removed.iter().filter_map(|line| match line {
            Removed::Deleted(what) => sizes.get_key_value(what),
            Removed::Untagged(_) => None,
        });
        let gone: BTreeSet<_> = gone.collect();
        pruned.freed += gone.into_iter().map(|(_, size)| size).sum::<u64>();
        Ok(pruned)
    }

    /// Bytes of file content of every layer on the disk, by its chain id.
    fn layer_sizes(&self) -> Result<BTreeMap<String, u64>> {
        let size = |chain: &Digest| self.layer(chain).map_or(0, |(layer, _)| layer.size);
        Ok(self.layers()?.iter().map(|chain| (chain.to_string(), size(chain))).collect())
    }

    fn layers(&self) -> Result<Vec<Digest>> {
        named(&self.root.join("layers/sha256"), "")
    }

    /// How many bytes belong to no image, and how many all blobs have.
    pub fn left_over(&self) -> Result<(LeftOver, u64)> {
        let sizes = self.layer_sizes()?;
        let blobs = self.blob_sizes()?;
        let parts: u64 = self.unclaimed()?.iter().map(|(_, bytes)| bytes).sum();
        let state = self.lock();
        let (chains, documents) = (state.records.chains(), state.records.blobs());
        let needs = |digest: &Digest| {
            state.pinned.contains_key(digest) || chains.contains(digest) || documents.contains(digest)
        };
        let is = |chain: &str, held: bool| {
            chain.parse().is_ok_and(|chain: Digest| !chains.contains(&chain) && needs(&chain) == held)
        };
        let of = |held| sizes.iter().filter(|(chain, _)| is(chain, held)).map(|(_, size)| size).sum();
        let unneeded = blobs.iter().filter(|(digest, _)| !needs(digest)).map(|(_, size)| size).sum();
        let left = LeftOver { layers: of(false), held: of(true), blobs: unneeded, parts };
        Ok((left, blobs.iter().map(|(_, size)| size).sum()))
    }

    /// Every blob with its bytes.
    fn blob_sizes(&self) -> Result<Vec<(Digest, u64)>> {
        let bytes = |digest: &Digest| fs::metadata(self.blob_path(digest)).map_or(0, |meta| meta.len());
        let all = named(&self.root.join("blobs/sha256"), "")?;
        Ok(all.into_iter().map(|digest| (digest.clone(), bytes(&digest))).collect())
    }

    /// The beginnings of blobs, but of those that are being fetched, with their bytes.
    fn unclaimed(&self) -> Result<Vec<(Digest, u64)>> {
        let mut all = named(&self.root.join("ingest"), PARTIAL)?;
        all.retain(|digest| !self.lock().claimed.contains(digest));
        let bytes = |digest: &Digest| fs::metadata(self.partial_path(digest)).map_or(0, |meta| meta.len());
        Ok(all.into_iter().map(|digest| (digest.clone(), bytes(&digest))).collect())
    }

    fn prune_orphans(&self, cx: &Cx, pruned: &mut Pruned) -> Result<()> {
        let orphans: Vec<_> = self.layers()?.into_iter().filter(|chain| !self.lock().needs(chain)).collect();
        for chain in upper_first(orphans, &|chain| self.layer(chain)?.0.parent) {
            cx.check()?;
            self.remove_layer(cx, &chain, &mut pruned.removed)?;
        }
        for (digest, bytes) in self.blob_sizes()? {
            if self.drop_blob(cx, &digest)? {
                pruned.freed += bytes;
                pruned.removed.push(Removed::Deleted(digest.to_string()));
            }
        }
        for (digest, bytes) in self.unclaimed()? {
            let path = self.partial_path(&digest);
            let state = self.lock();
            if !state.claimed.contains(&digest) {
                fs::remove_file(&path).map_err(|e| Fault::io("delete", path.display(), &e))?;
                pruned.freed += bytes;
            }
        }
        Ok(())
    }
}

const PARTIAL: &str = ".partial";

/// The digests that the names in a directory are, once `end` is taken away. What is called otherwise is not ours to delete.
fn named(dir: &Path, end: &str) -> Result<Vec<Digest>> {
    let failed = |e: io::Error| Fault::io("read", dir.display(), &e);
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let hex = name.to_str().and_then(|name| name.strip_suffix(end));
        found.extend(hex.and_then(|hex| format!("sha256:{hex}").parse::<Digest>().ok()));
    }
    found.sort();
    Ok(found)
}

/// Layers in an order in which none goes before those that lie on it.
fn upper_first(layers: Vec<Digest>, parent: &dyn Fn(&Digest) -> Option<Digest>) -> Vec<Digest> {
    let parents: BTreeMap<Digest, Option<Digest>> = layers.into_iter().map(|of| (of.clone(), parent(&of))).collect();
    let mut on_it: BTreeMap<&Digest, usize> = BTreeMap::new();
    parents.values().flatten().for_each(|parent| *on_it.entry(parent).or_default() += 1);
    let mut free: Vec<&Digest> = parents.keys().filter(|chain| !on_it.contains_key(chain)).collect();
    let mut order = Vec::new();
    while let Some(chain) = free.pop() {
        order.push(chain.clone());
        let below = parents.get(chain).and_then(Option::as_ref).and_then(|parent| parents.get_key_value(parent));
        if let Some((parent, _)) = below {
            let left = on_it.entry(parent).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                free.push(parent);
            }
        }
    }
    order
}
