use super::image::familiar;
use super::*;
use crate::engine::Inverse;
use crate::trace::{Change, Evidence, Plan, StepKind};

impl Store {
    /// Untags and deletes by Docker's rules. `in_use` names a container that uses an image.
    ///
    /// By a tag: the tag goes; with the last one goes the image. By an id: all tags go, which needs `force` when they are
    /// of several repositories. An image that a container uses stays, even by force: only its tags go then.
    pub fn remove(
        &self,
        cx: &Cx,
        name_or_id: &str,
        force: bool,
        in_use: &dyn Fn(&Digest) -> Option<String>,
    ) -> Result<Vec<Removed>> {
        let plan = Plan::new(StepKind::RemoveImage, name_or_id).by_hand(format!("docker image rm {name_or_id}"));
        cx.step(plan, |cx| {
            let mut state = self.lock();
            let plan = decide(&state.records, name_or_id, force, in_use)?;
            let mut records = state.records.clone();
            plan.untag.iter().for_each(|tag| drop(records.tags.remove(tag)));
            let gone = plan.delete.then(|| records.images.remove(&plan.id)).flatten();
            records.save(&self.records_path())?;
            state.records = records;
            drop(state);
            self.report(cx, &plan, gone.as_ref())
        })
    }

    fn report(&self, cx: &Cx, plan: &Decision, gone: Option<&Record>) -> Result<Vec<Removed>> {
        let path = self.records_path();
        let text = fs::read_to_string(&path).map_err(|e| Fault::io("read", path.display(), &e))?;
        let evidence = Evidence::file(path.display().to_string(), text);
        let mut removed = Vec::new();
        // The World may not know an image whose blobs were damaged.
        let world = cx.world();
        for reference in &plan.untag {
            if world.tags.contains_key(reference) {
                cx.observe(Change::ImageUntagged { reference: reference.clone() }, vec![evidence.clone()]);
            }
            removed.push(Removed::Untagged(familiar(reference)));
        }
        let Some(record) = gone else { return Ok(removed) };
        removed.extend(record.repo_digests.iter().map(|name| Removed::Untagged(familiar(name))));
        if world.configs.contains_key(&plan.id) {
            cx.observe(Change::ImageGone { image: plan.id.clone() }, vec![evidence]);
        }
        removed.push(Removed::Deleted(plan.id.to_string()));
        self.delete_unused(cx, record, &mut removed)?;
        Ok(removed)
    }

    /// What no other image is made of goes: layers from the top, then blobs.
    fn delete_unused(&self, cx: &Cx, record: &Record, removed: &mut Vec<Removed>) -> Result<()> {
        let world = cx.world();
        for chain in record.chain_ids.iter().rev() {
            let call = format!("rm -r {}", self.layer_dir(chain).display());
            if !self.is_unused_layer(&self.lock(), chain) {
                continue;
            }
            let plan = Plan::new(StepKind::RemoveLayer, chain).call(&call).by_hand(&call);
            let Some(evidence) = cx.step(plan, |cx| self.delete_layer(cx, chain))? else { continue };
            if world.layers.contains_key(chain) {
                cx.observe(Change::LayerGone { chain_id: chain.clone() }, vec![evidence]);
            }
            removed.push(Removed::Deleted(chain.to_string()));
        }
        for digest in record.blobs() {
            if self.delete_blob(digest)? && world.blobs.contains_key(digest) {
                let call = format!("unlink(\"{}\")", self.blob_path(digest).display());
                cx.observe(Change::BlobGone { digest: digest.clone() }, vec![Evidence::syscall(call, 0)]);
            }
        }
        Ok(())
    }

    /// Deletes a layer unless a pull has come to count on it: first its name, so that half a layer is never taken for a
    /// whole one.
    fn delete_layer(&self, cx: &Cx, chain: &Digest) -> Result<Option<Evidence>> {
        let (from, gone) = (self.layer_dir(chain), self.unnamed_layer(chain));
        let entry = cx.journal("image-remove", Inverse::RemoveDir { path: gone.clone() })?;
        {
            let state = self.lock();
            if !self.is_unused_layer(&state, chain) {
                cx.undone(entry)?;
                return Ok(None);
            }
            fs::rename(&from, &gone).map_err(|e| Fault::io("delete", from.display(), &e))?;
        }
        fs::remove_dir_all(&gone).map_err(|e| Fault::io("delete", from.display(), &e))?;
        cx.undone(entry)?;
        Ok(Some(Evidence::syscall(format!("rmdir(\"{}\")", from.display()), 0)))
    }

    /// True when it was there and is gone now.
    fn delete_blob(&self, digest: &Digest) -> Result<bool> {
        let state = self.lock();
        if state.needs(digest) {
            return Ok(false);
        }
        let path = self.blob_path(digest);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(Fault::io("delete", path.display(), &e)),
        }
    }

    fn is_unused_layer(&self, state: &State, chain: &Digest) -> bool {
        !state.needs(chain) && self.layer(chain).is_some()
    }
}

impl State {
    fn needs(&self, digest: &Digest) -> bool {
        self.pinned.contains_key(digest)
            || self.records.chains().contains(digest)
            || self.records.blobs().contains(digest)
    }
}

/// What is going to be removed.
struct Decision {
    id: Digest,
    untag: Vec<String>,
    delete: bool,
}

fn decide(
    records: &Records,
    name_or_id: &str,
    force: bool,
    in_use: &dyn Fn(&Digest) -> Option<String>,
) -> Result<Decision> {
    let id = find_id(records, name_or_id)?;
    let tags: Vec<String> =
        records.tags.iter().filter(|(_, tag)| tag.image == id).map(|(reference, _)| reference.clone()).collect();
    let conflict = |code: &str| Fault::new(FaultKind::Conflict, code).with("image", name_or_id);
    let user = in_use(&id);
    let named = name_or_id.parse::<Reference>().ok().map(|reference| reference.to_string());
    match named.filter(|named| tags.contains(named)) {
        Some(tag) if tags.len() > 1 => Ok(Decision { id, untag: vec![tag], delete: false }),
        Some(tag) => match user {
            Some(container) if !force => Err(conflict("image-in-use").with("container", container)),
            user => Ok(Decision { id, untag: vec![tag], delete: user.is_none() }),
        },
        None => {
            if let Some(container) = user {
                return Err(conflict("image-in-use").with("container", container));
            }
            let repositories: BTreeSet<_> = tags.iter().map(|tag| tag.rsplit_once(':').map(|(name, _)| name)).collect();
            if repositories.len() > 1 && !force {
                return Err(conflict("image-many-repositories").with("tags", tags.join(", ")));
            }
            Ok(Decision { id, untag: tags, delete: true })
        }
    }
}
