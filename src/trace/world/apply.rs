use super::*;

impl World {
    /// The World after this event. On an error nothing has changed.
    pub fn apply_event(&mut self, event: &Event) -> Result<(), Illegal> {
        match &event.body {
            Body::OpBegan { op } => {
                require(!self.ops.contains_key(&op.id), || Illegal::Reused(op.id))?;
                self.ops.insert(op.id, Arc::new(OpState { op: op.clone(), outcome: None, took: 0 }));
                self.begun += 1;
            }
            Body::StepAnnounced { step } => {
                self.running(step.op)?;
                require(!self.open_steps.contains_key(&step.id), || Illegal::Reused(step.id))?;
                if let Some(parent) = step.parent {
                    require(self.open_steps.contains_key(&parent), || Illegal::NoStep(parent))?;
                }
                self.open_steps.insert(step.id, Arc::new(step.clone()));
            }
            Body::Observed { step, change, .. } => {
                if let Some(step) = step {
                    require(self.open_steps.contains_key(step), || Illegal::NoStep(*step))?;
                }
                self.apply(change)?;
            }
            Body::Console { .. } | Body::Dropped { .. } => {}
            Body::StepEnded { step, took, .. } => {
                let ended = self.open_steps.remove(step).ok_or(Illegal::NoStep(*step))?;
                if let (None, Some(state)) = (ended.parent, self.ops.get(&ended.op)) {
                    let took = state.took.saturating_add(*took);
                    self.ops.insert(ended.op, Arc::new(OpState { took, ..(**state).clone() }));
                }
            }
            Body::OpEnded { op, outcome } => {
                let state = self.running(*op)?;
                let ended = OpState { outcome: Some(outcome.clone()), ..(**state).clone() };
                let kind = ended.op.kind;
                self.ops.insert(*op, Arc::new(ended));
                self.over += 1;
                self.forget_ended(kind);
            }
        }
        Ok(())
    }

    fn running(&self, op: OpId) -> Result<&Arc<OpState>, Illegal> {
        self.ops.get(&op).filter(|state| state.outcome.is_none()).ok_or(Illegal::NoOp(op))
    }

    /// The World after this change. Total: every change either holds or says why it cannot; then nothing has changed.
    pub fn apply(&mut self, change: &Change) -> Result<(), Illegal> {
        let missing = || Illegal::Missing(change.entity());
        if !self.probes.is_empty() && is_about_ways(change) {
            self.probes.clear();
        }
        let stores = self.is_about_disk(change);
        match change {
            Change::HostSeen(host) => self.host = Some(Arc::new(host.clone())),
            Change::Remark(problem) => self.remark(problem),

            Change::RegistrySeen(it) => insert(&mut self.registries, it.host.clone(), it),
            Change::RegistryLimit(it) => {
                self.registry(&it.registry)?;
                insert(&mut self.limits, it.registry.clone(), it);
            }
            Change::RegistryWaiting(it) => insert(&mut self.waits, it.registry.clone(), it),
            Change::RegistryWaited { registry } => remove(&mut self.waits, registry, missing)?,
            Change::RegistryDamaged(it) => {
                self.registry(&it.registry)?;
                require(!self.damaged.contains_key(&it.digest), || Illegal::Exists(change.entity()))?;
                insert(&mut self.damaged, it.digest.clone(), it);
            }
            Change::RegistryMended { digest, .. } => remove(&mut self.damaged, digest, missing)?,
            Change::Rejected(it) => insert(&mut self.rejected, it.digest.clone(), it),
            Change::Pushed(it) => {
                self.registry(&it.registry)?;
                let key = (it.registry.clone(), it.repository.clone(), it.digest.clone());
                insert(&mut self.pushed, key, it);
            }
            Change::TagResolved { reference, registry, target } => {
                self.registry(registry)?;
                let tag = RemoteTag { registry: registry.clone(), target: target.clone() };
                self.resolve(reference, tag);
            }
            Change::IndexRead(it) => {
                self.rejected.remove(&it.this.digest);
                insert(&mut self.indexes, it.this.digest.clone(), it);
            }
            Change::PlatformChosen { index, manifest } => {
                let read = self.indexes.get(index).ok_or_else(|| Illegal::Missing(Entity::Index(index.clone())))?;
                require(read.manifests.iter().any(|entry| entry.digest == *manifest), || Illegal::NotListed {
                    index: index.clone(),
                    manifest: manifest.clone(),
                })?;
                self.chosen.insert(index.clone(), manifest.clone());
            }
            Change::ManifestRead(it) => {
                self.rejected.remove(&it.this.digest);
                insert(&mut self.manifests, it.this.digest.clone(), it);
            }
            Change::ConfigRead(it) => {
                self.rejected.remove(&it.this.digest);
                insert(&mut self.configs, it.this.digest.clone(), it);
            }

            Change::BlobWanted(descriptor) => {
                let blob = Blob { descriptor: descriptor.clone(), state: BlobState::Waiting };
                insert(&mut self.blobs, descriptor.digest.clone(), &blob);
            }
            Change::BlobProgress { digest, received } => {
                self.fits(digest, *received, |promised| *received <= promised)?;
                self.set_blob(digest, BlobState::Receiving(*received))?;
            }
            Change::BlobVerified { digest, size, reused } => {
                self.fits(digest, *size, |promised| *size == promised)?;
                self.set_blob(digest, BlobState::Verified { reused: *reused })?;
                self.rejected.remove(digest);
            }
            Change::BlobRejected { digest, problem } => {
                self.set_blob(digest, BlobState::Rejected(problem.clone()))?;
            }
            Change::BlobGone { digest } => remove(&mut self.blobs, digest, missing)?,
            Change::LayerUnpacked(layer) => {
                if let Some(parent) = &layer.parent {
                    let there = self.layers.contains_key(parent);
                    require(there, || Illegal::Missing(Entity::Layer(parent.clone())))?;
                }
                insert(&mut self.layers, layer.chain_id.clone(), layer);
            }
            Change::LayerGone { chain_id } => {
                if let Some(above) = self.layers.values().find(|l| l.parent.as_ref() == Some(chain_id)) {
                    return Err(Illegal::InUse { used: change.entity(), by: Entity::Layer(above.chain_id.clone()) });
                }
                remove(&mut self.layers, chain_id, missing)?;
            }
            Change::ImageTagged { reference, image, manifest } => {
                let there = self.configs.contains_key(image);
                require(there, || Illegal::Missing(Entity::Config(image.clone())))?;
                self.tag(reference, Tag { image: image.clone(), manifest: manifest.clone() });
            }
            Change::ImageUntagged { reference } => remove(&mut self.tags, reference, missing)?,
            Change::ImageGone { image } => {
                if let Some((reference, _)) = self.tags.iter().find(|(_, tag)| tag.image == *image) {
                    return Err(Illegal::InUse { used: change.entity(), by: Entity::Tag(reference.clone()) });
                }
                remove(&mut self.configs, image, missing)?;
                self.forget_earlier(image);
            }

            Change::MountSeen(mount) => {
                self.owner(mount.container.as_ref())?;
                insert(&mut self.mounts, mount.key, mount);
                self.let_go(mount);
            }
            Change::MountGone { key } => {
                let gone = self.mounts.get(key).cloned();
                remove(&mut self.mounts, key, missing)?;
                self.contents.remove(&Home::Tmpfs { mount: *key });
                self.in_memory.remove(key);
                self.hold(gone);
            }
            Change::VolumeSeen(volume) => insert(&mut self.volumes, volume.name.clone(), volume),
            Change::VolumeGone { name } => {
                remove(&mut self.volumes, name, missing)?;
                self.contents.remove(&Home::Volume { name: name.clone() });
                self.moved.remove(name);
                self.counted.remove(&DiskPlace::Volume { name: name.clone() });
            }
            Change::VolumeMoved(moved) => {
                if !self.volumes.contains_key(&moved.volume) {
                    return Err(missing());
                }
                insert(&mut self.moved, moved.volume.clone(), moved);
            }
            Change::DirSeen(dir) => {
                self.owner(dir.container.as_ref())?;
                insert(&mut self.dirs, dir.path.clone(), dir);
            }
            Change::DirGone { path } => {
                remove(&mut self.dirs, path, missing)?;
                self.contents.remove(&Home::Bind { from: path.clone() });
                let gone = self.uppers.iter().find(|(_, upper)| upper.path == *path).map(|(id, _)| id.clone());
                gone.and_then(|id| self.uppers.remove(&id));
            }
            Change::UpperChanged(it) => {
                require(self.dirs.contains_key(&it.upper), missing)?;
                self.owner(Some(&it.container))?;
                let before = self.uppers.get(&it.container).map(|upper| (**upper).clone()).unwrap_or_default();
                insert(&mut self.uppers, it.container.clone(), &before.after(it));
            }
            Change::ContentsSeen(it) => {
                require(self.has(&it.home.entity()), missing)?;
                insert(&mut self.contents, it.home.clone(), it);
            }

            Change::BytesCounted(it) => {
                require(self.has(&it.place.entity()), missing)?;
                insert(&mut self.counted, it.place.clone(), it);
            }
            Change::DiskSeen(it) => self.disk = Some(Arc::new(it.clone())),
            Change::SpeedMeasured(it) => {
                self.owner(Some(&it.container))?;
                self.keep_speed(it);
            }
            Change::SpeedRefused(it) => {
                self.owner(Some(&it.container))?;
                self.keep_unmeasured(it);
            }
            Change::MemorySeen(it) => {
                require(self.mounts.contains_key(&it.mount), missing)?;
                insert(&mut self.in_memory, it.mount, it);
            }

            Change::ContainerCreated(container) | Change::ContainerFound(container) => {
                require(!self.containers.contains_key(&container.id), || Illegal::Exists(change.entity()))?;
                insert(&mut self.containers, container.id.clone(), container);
            }
            Change::ContainerState { id, state } => {
                let old = self.containers.get(id).ok_or_else(missing)?;
                if let Some(pid) = state.pid() {
                    let lives = self.processes.contains_key(&pid);
                    require(lives, || Illegal::Missing(Entity::Process(pid)))?;
                }
                // Nobody looks after one that has ended.
                let health = old.health.filter(|_| state.lives());
                let new = Container { state: *state, health, ..(**old).clone() };
                if !state.lives() {
                    self.usage.remove(id);
                }
                insert(&mut self.containers, id.clone(), &new);
            }
            Change::ContainerHealth { id, health } => {
                let old = self.containers.get(id).ok_or_else(missing)?;
                let new = Container { health: Some(*health), ..(**old).clone() };
                insert(&mut self.containers, id.clone(), &new);
            }
            Change::ContainerRenamed { id, name } => {
                let old = self.containers.get(id).ok_or_else(missing)?;
                let new = Container { name: name.clone(), ..(**old).clone() };
                insert(&mut self.containers, id.clone(), &new);
            }
            Change::ContainerGone { id } => {
                if let Some(process) = self.processes.values().find(|p| p.process.container.as_ref() == Some(id)) {
                    return Err(Illegal::InUse { used: change.entity(), by: Entity::Process(process.process.pid) });
                }
                remove(&mut self.containers, id, missing)?;
                self.uppers.remove(id);
                self.counted.remove(&DiskPlace::Upper { container: id.clone() });
                self.hold_nothing(id);
                self.forget_tries(id);
            }
            Change::NamespaceSeen(namespace) => {
                self.owner(namespace.container.as_ref())?;
                insert(&mut self.namespaces, namespace.inode, namespace);
            }
            Change::NamespaceGone { inode } => {
                if let Some(process) =
                    self.processes.values().find(|p| p.process.namespaces.values().any(|n| n == inode))
                {
                    return Err(Illegal::InUse { used: change.entity(), by: Entity::Process(process.process.pid) });
                }
                remove(&mut self.namespaces, inode, missing)?;
            }
            Change::ProcessSeen(process) => {
                self.owner(process.container.as_ref())?;
                // One that is seen again is still who it was.
                let properties = self.processes.get(&process.pid).map(|known| known.properties.clone());
                let state = ProcessState { process: process.clone(), properties: properties.unwrap_or_default() };
                insert(&mut self.processes, process.pid, &state);
            }
            Change::ProcessChanged { pid, property } => {
                let mut state = (**self.processes.get(pid).ok_or_else(missing)?).clone();
                state.learn(property);
                insert(&mut self.processes, *pid, &state);
            }
            Change::ProcessGone { pid, status } => {
                self.remember_end(*pid, *status);
                remove(&mut self.processes, pid, missing)?;
            }
            Change::CgroupSeen(cgroup) => {
                self.owner(Some(&cgroup.container))?;
                insert(&mut self.cgroups, cgroup.path.clone(), cgroup);
            }
            Change::CgroupGone { path } => remove(&mut self.cgroups, path, missing)?,

            Change::UsageSeen { container, used } => {
                self.owner(Some(container))?;
                self.used(container, *used);
            }
            Change::CallTried(tried) => {
                self.owner(Some(&tried.container))?;
                insert(&mut self.tried, (tried.container.clone(), tried.call.clone()), tried);
            }

            Change::NetworkSeen(network) => insert(&mut self.networks, network.id.clone(), network),
            Change::NetworkGone { id } => remove(&mut self.networks, id, missing)?,
            Change::AddressReserved { network, container, address } => {
                require(self.networks.contains_key(network), missing)?;
                self.owner(Some(container))?;
                let key = (network.clone(), address.clone());
                let taken = self.leases.get(&key).is_some_and(|holder| holder != container);
                require(!taken, || Illegal::Exists(change.entity()))?;
                self.leases.insert(key, container.clone());
            }
            Change::AddressReleased { network, address } => {
                require(self.leases.remove(&(network.clone(), address.clone())).is_some(), missing)?;
            }
            Change::LinkSeen(link) => {
                self.owner(link.container.as_ref())?;
                let clash = self.links.values().find(|other| {
                    other.key != link.key
                        && other.netns == link.netns
                        && (other.ifindex == link.ifindex || other.name == link.name)
                });
                if let Some(other) = clash {
                    return Err(Illegal::LinkClash(link.key.clone(), other.key.clone()));
                }
                let before = self.links.get(&link.key);
                if before.is_some_and(|before| (before.netns, before.master) != (link.netns, link.master)) {
                    self.forget_macs(&link.key);
                }
                insert(&mut self.links, link.key.clone(), link);
            }
            Change::LinkGone { key } => {
                remove(&mut self.links, key, missing)?;
                self.addresses = self.addresses.iter().filter(|(link, _)| link != key).cloned().collect();
                self.forget_macs(key);
            }
            Change::AddrSeen { link, cidr } => {
                require(self.links.contains_key(link), missing)?;
                self.addresses.insert((link.clone(), cidr.clone()));
            }
            Change::AddrGone { link, cidr } => {
                let had = self.addresses.remove(&(link.clone(), cidr.clone())).is_some();
                require(had, || Illegal::NoAddress(link.clone(), cidr.clone()))?;
            }
            Change::MacLearned(LearnedMac { bridge, mac, port }) => {
                for link in [bridge, port] {
                    let there = self.links.contains_key(link);
                    require(there, || Illegal::Missing(Entity::Link(link.clone())))?;
                }
                self.macs.insert((bridge.clone(), mac.clone()), port.clone());
            }
            Change::MacForgotten { bridge, mac } => {
                let had = self.macs.remove(&(bridge.clone(), mac.clone())).is_some();
                require(had, || Illegal::NoAddress(bridge.clone(), mac.clone()))?;
            }
            Change::RouteSeen(route) => {
                self.routes.insert(route.clone());
            }
            Change::RouteGone(route) => require(self.routes.remove(route).is_some(), missing)?,
            Change::RuleSeen(rule) => insert(&mut self.rules, rule.key.clone(), rule),
            Change::RuleGone { key } => remove(&mut self.rules, key, missing)?,
            Change::ReachProbed(probe) => {
                self.owner(probe.from.as_ref())?;
                self.keep_probe(probe);
            }
            Change::WalkBegan(it) => self.begin_walk(it)?,
            Change::PacketSeen { walk, hop } => self.see_packet(*walk, hop)?,
            Change::WalkEnded(it) => self.end_walk(it)?,
            Change::PortPublished(it) => {
                self.owner(Some(&it.container))?;
                insert(&mut self.publications, it.key.clone(), it);
            }
            Change::PortClosed { key } => remove(&mut self.publications, key, missing)?,
        }
        self.stored += u64::from(stores);
        Ok(())
    }

    pub(super) fn owner(&self, id: Option<&ContainerId>) -> Result<(), Illegal> {
        match id {
            Some(id) if !self.containers.contains_key(id) => Err(Illegal::Missing(Entity::Container(id.clone()))),
            _ => Ok(()),
        }
    }

    /// What was counted need not be so any more after this.
    fn is_about_disk(&self, change: &Change) -> bool {
        match change {
            Change::VolumeSeen(it) => !self.volumes.contains_key(&it.name),
            Change::LayerUnpacked(it) => !self.layers.contains_key(&it.chain_id),
            Change::ContentsSeen(it) => matches!(it.home, Home::Volume { .. }),
            Change::LayerGone { .. }
            | Change::BlobVerified { reused: false, .. }
            | Change::BlobGone { .. }
            | Change::ImageTagged { .. }
            | Change::ImageUntagged { .. }
            | Change::ImageGone { .. }
            | Change::VolumeGone { .. }
            | Change::ContainerCreated(_)
            | Change::ContainerFound(_)
            | Change::ContainerState { .. }
            | Change::ContainerGone { .. }
            | Change::UpperChanged(_) => true,
            _ => false,
        }
    }

    fn registry(&self, host: &str) -> Result<(), Illegal> {
        require(self.registries.contains_key(host), || Illegal::Missing(Entity::Registry(host.to_owned())))
    }

    fn blob(&self, digest: &Digest) -> Result<&Arc<Blob>, Illegal> {
        self.blobs.get(digest).ok_or_else(|| Illegal::Missing(Entity::Blob(digest.clone())))
    }

    fn fits(&self, digest: &Digest, bytes: u64, good: impl Fn(u64) -> bool) -> Result<(), Illegal> {
        let promised = self.blob(digest)?.descriptor.size;
        require(good(promised), || Illegal::Size { digest: digest.clone(), bytes, promised })
    }

    fn set_blob(&mut self, digest: &Digest, state: BlobState) -> Result<(), Illegal> {
        let blob = Blob { descriptor: self.blob(digest)?.descriptor.clone(), state };
        insert(&mut self.blobs, digest.clone(), &blob);
        Ok(())
    }
}

impl ProcessState {
    fn learn(&mut self, property: &Property) {
        if matches!(property, Property::Did(_)) {
            return;
        }
        let same = |old: &Property| std::mem::discriminant(old) == std::mem::discriminant(property);
        self.properties.retain(|old| !same(old));
        self.properties.push(property.clone());
    }
}

fn insert<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, Arc<V>>, key: K, value: &V) {
    map.insert(key, Arc::new(value.clone()));
}

fn remove<K: Ord + Clone, V: Clone>(
    map: &mut OrdMap<K, V>,
    key: &K,
    missing: impl FnOnce() -> Illegal,
) -> Result<(), Illegal> {
    map.remove(key).map(|_| ()).ok_or_else(missing)
}

/// `Err(why)` unless `holds`.
pub(super) fn require(holds: bool, why: impl FnOnce() -> Illegal) -> Result<(), Illegal> {
    if holds { Ok(()) } else { Err(why()) }
}

/// What a probe found need not be so any more after this.
fn is_about_ways(change: &Change) -> bool {
    matches!(
        change,
        Change::ContainerState { .. }
            | Change::ContainerRenamed { .. }
            | Change::NetworkSeen(_)
            | Change::NetworkGone { .. }
            | Change::LinkSeen(_)
            | Change::LinkGone { .. }
            | Change::AddrSeen { .. }
            | Change::AddrGone { .. }
            | Change::RouteSeen(_)
            | Change::RouteGone(_)
            | Change::RuleSeen(_)
            | Change::RuleGone { .. }
            | Change::PortPublished(_)
            | Change::PortClosed { .. }
    )
}
