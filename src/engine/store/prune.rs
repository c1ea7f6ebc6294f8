//! What nothing uses goes, by Docker's rules for `docker image prune`.

use super::*;

/// What a prune took away.
#[derive(Debug, Default)]
pub struct Pruned {
    /// What `docker image prune` prints.
    pub removed: Vec<Removed>,
    /// Bytes of file content of the layers that went.
    pub freed: u64,
}

impl Store {
    /// Deletes images that no container uses and that `wanted` lets through: those without a tag, or with `all` the
    /// tagged ones as well. One that cannot be deleted stays, and is no failure.
    pub fn prune(
        &self,
        cx: &Cx,
        all: bool,
        wanted: &dyn Fn(&Image) -> bool,
        in_use: &dyn Fn(&Digest) -> Option<String>,
    ) -> Result<Pruned> {
        let images = self.images();
        let sizes: BTreeMap<String, u64> = images
            .iter()
            .flat_map(|image| image.chain_ids.iter().map(Digest::to_string).zip(image.layer_sizes.iter().copied()))
            .collect();
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
        let gone = pruned.removed.iter().filter_map(|line| match line {
            Removed::Deleted(what) => sizes.get(what),
            Removed::Untagged(_) => None,
        });
        pruned.freed = gone.sum();
        Ok(pruned)
    }
}
