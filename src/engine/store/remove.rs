use super::image::familiar;
use super::*;
use crate::docker::typed::Line;
use crate::engine::{Why, evidence};
use crate::trace::{Book, Change, Code, Evidence, Plan, StepKind, World};
use nix::errno::Errno;

/// How an image is removed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Removal {
    /// Also with tags in several repositories, and a tag that a container was made by.
    pub force: bool,
    /// Its parents stay, even those that have no tag and no other child.
    pub keep_parents: bool,
}

impl Removal {
    fn by_hand(&self, image: &str) -> String {
        let mut line = Line::of(&["docker", "image", "rm"]);
        line.flag("-f", self.force);
        line.flag("--no-prune", self.keep_parents);
        line.name(image);
        line.done().unwrap_or_default()
    }
}

/// A container that was made from an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name: who is told of it has given it, or sees it in `docker ps`.
    pub container: String,
    /// It runs, or is being started: its image stays, whatever is asked.
    pub running: bool,
}

/// Who uses an image, one that runs before all others.
pub type InUse<'a> = &'a dyn Fn(&Digest) -> Option<User>;

impl Store {
    /// Untags and deletes by Docker's rules (moby 20.10 `daemon/images/image_delete.go`). `in_use` names a container that uses an
    /// image.
    ///
    /// By a tag: the tag goes; with the last one goes the image. By an id: all tags go, which needs `force` when there are
    /// several. An image that a container uses goes by force only, and while that runs only its tags do; its layers stay as
    /// long as the container (see [`Store::hold`]). With an image go the images it was committed from, as far as nothing else
    /// needs them.
    pub fn remove(&self, cx: &Cx, name_or_id: &str, how: &Removal, in_use: InUse<'_>) -> Result<Vec<Removed>> {
        let plan = Plan::new(StepKind::RemoveImage, name_or_id).by_hand(how.by_hand(name_or_id));
        cx.step(plan, |cx| {
            let mut decision = decide(&self.lock().records, name_or_id, how.force, in_use)?;
            let mut removed = Vec::new();
            loop {
                let parent = self.record(&decision.id).and_then(|record| record.parent);
                removed.extend(self.carry_out(cx, &decision)?);
                let Some(id) = parent.filter(|_| decision.delete && !how.keep_parents) else { return Ok(removed) };
                let unneeded = {
                    let records = &self.lock().records;
                    let named = records.images.get(&id).is_none_or(|record| !record.repo_digests.is_empty());
                    !named && records.tags_of(&id).next().is_none() && records.children(&id).next().is_none()
                };
                if !unneeded || in_use(&id).is_some() {
                    return Ok(removed);
                }
                decision = Decision { id, untag: Vec::new(), forget: Vec::new(), delete: true };
            }
        })
    }

    /// Keeps an image's layers for a container, whatever becomes of the image.
    pub fn hold(self: &Arc<Self>, image: &Image) -> Pin {
        self.pin(image.chain_ids.clone())
    }

    /// A container has let go of its image's layers: those that were kept for its sake alone go.
    pub fn let_go(&self, cx: &Cx, image: &Image) -> Result<()> {
        if self.record(&image.id).is_some() {
            return Ok(());
        }
        image.chain_ids.iter().rev().try_for_each(|chain| self.remove_layer(cx, chain, &mut Vec::new()))
    }

    fn carry_out(&self, cx: &Cx, plan: &Decision) -> Result<Vec<Removed>> {
        let mut state = self.lock();
        let mut records = state.records.clone();
        let manifests: Vec<_> =
            plan.untag.iter().filter_map(|tag| records.tags.remove(tag)).map(|tag| tag.manifest).collect();
        if let Some(record) = records.images.get_mut(&plan.id) {
            record.repo_digests.retain(|name| !plan.forget.contains(name));
        }
        let gone = plan.delete.then(|| records.images.remove(&plan.id)).flatten();
        // An engine that is killed behind the next line deletes the rest when it starts again.
        // What a container keeps of it stays, and goes with that.
        let goes = gone.as_ref();
        let goes =
            goes.map(|record| StoreInverse::of(&self.root, record, |digest, _| !state.pinned.contains_key(digest)));
        let entry = goes.map(|inverse| cx.journal("image-remove", &inverse)).transpose()?;
        records.save(&self.records_path())?;
        state.records = records;
        drop(state);
        let removed = self.report(cx, plan, gone.as_ref())?;
        for manifest in manifests {
            self.drop_blob(cx, &manifest)?;
        }
        entry.map_or(Ok(()), |entry| cx.undone(entry))?;
        Ok(removed)
    }

    fn report(&self, cx: &Cx, plan: &Decision, gone: Option<&Record>) -> Result<Vec<Removed>> {
        let evidence = self.records_read()?;
        let mut removed = Vec::new();
        // The World may not know an image whose blobs were damaged.
        let world = cx.world();
        for reference in &plan.untag {
            if world.tags.contains_key(reference) {
                cx.observe(Change::ImageUntagged { reference: reference.clone() }, vec![evidence.clone()]);
            }
            removed.push(Removed::Untagged(familiar(reference)));
        }
        removed.extend(plan.forget.iter().map(|name| Removed::Untagged(familiar(name))));
        let Some(record) = gone else { return Ok(removed) };
        removed.extend(record.repo_digests.iter().map(|name| Removed::Untagged(familiar(name))));
        if world.configs.contains_key(&plan.id) {
            cx.observe(Change::ImageGone { image: plan.id.clone() }, vec![evidence]);
        }
        removed.push(Removed::Deleted(plan.id.to_string()));
        self.delete_unused(cx, record, &mut removed)?;
        Ok(removed)
    }

    /// What was brought in for an image that did not come to be goes, as far as nothing else needs it.
    pub fn discard(&self, cx: &Cx, record: &Record) -> Result<()> {
        self.delete_unused(cx, record, &mut Vec::new())?;
        let id = &record.config.digest;
        if self.record(id).is_none() && cx.world().configs.contains_key(id) {
            // Its config may go on living as the blob of another image: the list of images says that this one is none.
            let looks = vec![self.records_read()?, evidence::absent(&self.blob_path(id))];
            cx.observe(Change::ImageGone { image: id.clone() }, looks);
        }
        Ok(())
    }

    /// What no other image is made of goes: layers from the top, then blobs.
    fn delete_unused(&self, cx: &Cx, record: &Record, removed: &mut Vec<Removed>) -> Result<()> {
        for chain in record.chain_ids.iter().rev() {
            self.remove_layer(cx, chain, removed)?;
        }
        record.blobs().try_for_each(|digest| self.drop_blob(cx, digest).map(drop))
    }

    /// Deletes a layer that nothing needs, and before it what a pull that failed has left on top of it.
    pub(super) fn remove_layer(&self, cx: &Cx, chain: &Digest, removed: &mut Vec<Removed>) -> Result<()> {
        if self.lock().needs(chain) {
            return Ok(());
        }
        let above = |world: &World| {
            let above = world.layers.values().filter(|layer| layer.parent.as_ref() == Some(chain));
            above.map(|layer| layer.chain_id.clone()).collect::<Vec<_>>()
        };
        above(&cx.world()).iter().try_for_each(|above| self.remove_layer(cx, above, removed))?;
        let world = cx.world();
        if !above(&world).is_empty() {
            // Somebody has come to need it meanwhile.
            return Ok(());
        }
        let dir = self.layer_dir(chain);
        let evidence = if dir.exists() {
            let call = format!("rm -r {}", dir.display());
            let plan = Plan::new(StepKind::RemoveLayer, chain).call(&call).by_hand(&call);
            let deleted = cx.step(plan, |cx| {
                let deleted = self.delete_layer(cx, chain)?;
                if deleted.is_none() {
                    let needed = format!("{chain} is pinned, or a layer of an image");
                    cx.not_made(&call, Why::Needed, vec![evidence::own(Book::Decision, [needed])]);
                }
                Ok(deleted)
            });
            let Some(evidence) = deleted? else { return Ok(()) };
            removed.push(Removed::Deleted(chain.to_string()));
            evidence
        } else {
            vec![evidence::absent(&dir)]
        };
        if world.layers.contains_key(chain) {
            cx.observe(Change::LayerGone { chain_id: chain.clone() }, evidence);
        }
        Ok(())
    }

    /// Deletes a blob that no image is made of, no tag names and nobody counts on. True when it was there.
    pub fn drop_blob(&self, cx: &Cx, digest: &Digest) -> Result<bool> {
        let deleted = self.delete_blob(digest)?;
        if let Some(unlinked) = deleted.clone().filter(|_| cx.world().blobs.contains_key(digest)) {
            cx.observe(Change::BlobGone { digest: digest.clone() }, vec![unlinked]);
        }
        Ok(deleted.is_some())
    }

    /// Deletes a layer unless a pull has come to count on it: first its name, so that half a layer is never taken for a
    /// whole one.
    fn delete_layer(&self, cx: &Cx, chain: &Digest) -> Result<Option<Vec<Evidence>>> {
        let (from, gone) = (self.layer_dir(chain), self.unnamed_layer(chain));
        let entry = cx.journal("image-remove", &StoreInverse::RemoveDir { path: gone.clone() })?;
        let renamed = {
            let state = self.lock();
            if state.needs(chain) {
                cx.undone(entry)?;
                return Ok(None);
            }
            let (result, renamed) = evidence::rename(&from, &gone);
            result.map_err(|e| Fault::io("delete", from.display(), &e.into()))?;
            renamed
        };
        handle::remove(&gone).map_err(|e| Fault::io("delete", from.display(), &e))?;
        cx.undone(entry)?;
        Ok(Some(vec![renamed, evidence::absent(&gone)]))
    }

    /// The call that deleted it; none when it is needed or was not there.
    fn delete_blob(&self, digest: &Digest) -> Result<Option<Evidence>> {
        let state = self.lock();
        if state.needs(digest) {
            return Ok(None);
        }
        let path = self.blob_path(digest);
        match evidence::unlink(&path) {
            (Ok(()), unlinked) => Ok(Some(unlinked)),
            (Err(Errno::ENOENT), _) => Ok(None),
            (Err(e), _) => Err(Fault::io("delete", path.display(), &e.into())),
        }
    }
}

impl State {
    pub(super) fn needs(&self, digest: &Digest) -> bool {
        self.pinned.contains_key(digest)
            || self.records.chains().contains(digest)
            || self.records.blobs().contains(digest)
    }
}

/// What is going to be removed.
struct Decision {
    id: Digest,
    /// Tags, by whole reference.
    untag: Vec<String>,
    /// Digests it was pulled by, with the whole name.
    forget: Vec<String>,
    delete: bool,
}

fn decide(records: &Records, name_or_id: &str, force: bool, in_use: InUse<'_>) -> Result<Decision> {
    let id = find_id(records, name_or_id)?;
    let tags: Vec<String> = records.tags_of(&id).cloned().collect();
    let conflict = |code: Code| Fault::new(FaultKind::Conflict, code).with("image", name_or_id);
    let (user, child) = (in_use(&id), records.children(&id).next());
    let digests: Vec<String> = records.images.get(&id).into_iter().flat_map(|r| r.repo_digests.clone()).collect();
    let named = name_or_id.parse::<Reference>().ok();
    if let Some(named) = named.as_ref().map(Reference::to_string).filter(|named| tags.contains(named)) {
        let repository = |name: &str| name.rsplit_once(':').map(|(name, _)| name.to_owned());
        let mine = repository(&named);
        let last = tags.iter().filter(|tag| repository(tag) == mine).count() == 1;
        // The digests of a repository go with its last tag.
        let of_mine = |name: &&String| last && name.split_once('@').map(|(name, _)| name) == mine.as_deref();
        let forget: Vec<String> = digests.iter().filter(of_mine).cloned().collect();
        if tags.len() > 1 {
            return Ok(Decision { id, untag: vec![named], forget, delete: false });
        }
        return match (user, child) {
            (Some(user), _) if !force => Err(conflict(Code::ImageInUse).with("container", user.container)),
            (Some(User { running: true, .. }), _) | (_, Some(_)) => {
                Ok(Decision { id, untag: vec![named], forget, delete: false })
            }
            _ => Ok(Decision { id, untag: vec![named], forget: Vec::new(), delete: true }),
        };
    }
    let by_digest = named.filter(|name| name.digest.is_some());
    let by_digest = by_digest.map(|name| format!("{}@{}", name.name(), name.manifest_key()));
    if let Some(named) = by_digest.filter(|named| digests.contains(named))
        && (!tags.is_empty() || digests.len() > 1)
    {
        return Ok(Decision { id, untag: Vec::new(), forget: vec![named], delete: false });
    }
    if let Some(child) = child {
        return Err(conflict(Code::ImageHasChildren).with("child", child.short()));
    }
    match user {
        Some(User { container, running: true }) => {
            return Err(conflict(Code::ImageInUseRunning).with("container", container));
        }
        _ if tags.len() > 1 && !force => {
            return Err(conflict(Code::ImageManyRepositories).with("tags", tags.join(", ")));
        }
        Some(User { container, .. }) if !force => {
            return Err(conflict(Code::ImageInUseStopped).with("container", container));
        }
        _ => {}
    }
    Ok(Decision { id, untag: tags, forget: Vec::new(), delete: true })
}
