//! A sentence for everything that happens, so that a trace can be followed without the picture.
//!
//! Each [`Change`] has a message `change-<kind>`, some of them several, by what is different from the World before.

mod contents;
mod disk;
mod speed;
mod upper;
pub(super) mod walk;

use super::{Words, figure, size as bytes};
use crate::spec::{ContainerId, Digest};
use crate::trace::{
    Body, Change, ContainerState, DirRole, Event, Health, IdSpan, Link, LinkKey, MountKind, MoveWay, Outcome,
    PortState, ProbeReply, Property, PushedHow, Verdict, World,
};

/// A message and its variables.
struct Sentence {
    key: &'static str,
    vars: Vec<(&'static str, Said)>,
}

/// What stands for a variable.
enum Said {
    /// A name, a number: the same in every language.
    Text(String),
    /// A word of the reader's language, by its message.
    Word(&'static str),
}

fn sentence(key: &'static str) -> Sentence {
    Sentence { key, vars: Vec::new() }
}

impl Sentence {
    fn with(self, name: &'static str, value: impl ToString) -> Self {
        self.said(name, Said::Text(value.to_string()))
    }

    fn said(mut self, name: &'static str, value: Said) -> Self {
        self.vars.push((name, value));
        self
    }
}

impl Words {
    /// An event in one sentence. `before` is the World that it is applied to.
    pub fn narrate(&self, event: &Event, before: &World) -> String {
        let sentence = match &event.body {
            Body::Observed { change, .. } => return self.narrate_change(change, before),
            Body::OpBegan { op } => {
                sentence("event-op-began").with("subject", &op.subject).with("request", &op.request)
            }
            Body::StepAnnounced { step } => {
                let title = self.step(step.plan.kind);
                sentence("event-step-announced").with("title", title).with("subject", &step.plan.subject)
            }
            Body::StepEnded { step, outcome, .. } => {
                let kind = before.open_steps.get(step).map(|step| step.plan.kind);
                let title = kind.map_or_else(|| step.to_string(), |kind| self.step(kind));
                self.ended(outcome, "event-step-done", "event-step-failed", "event-step-cancelled").with("title", title)
            }
            Body::OpEnded { op, outcome } => {
                let subject = before.ops.get(op).map_or_else(|| op.to_string(), |state| state.op.subject.clone());
                self.ended(outcome, "event-op-done", "event-op-failed", "event-op-cancelled").with("title", subject)
            }
            Body::Dropped { events, operations } => {
                sentence("trace-dropped").with("events", events).with("operations", operations)
            }
            Body::Console { container: None, .. } => sentence("event-console-host"),
            Body::Console { container: Some(id), .. } => {
                sentence("event-console-container").with("container", container(before, id))
            }
        };
        self.speak(&sentence)
    }

    /// A change in one sentence.
    pub fn narrate_change(&self, change: &Change, before: &World) -> String {
        if let Change::Remark(problem) = change {
            return self.problem(problem);
        }
        let rejected = match change {
            Change::BlobRejected { digest, problem } => {
                let reason = self.problem(problem);
                Some(sentence("change-blob-rejected").with("digest", digest.short()).with("reason", reason))
            }
            Change::Rejected(it) => {
                let by = self.say(&format!("promise-{}", it.by.name()));
                let what = self.say(&format!("content-{}", it.content.name()));
                let text = sentence("change-rejected").with("what", what).with("digest", it.digest.short());
                Some(text.with("by", by).with("reason", self.problem(&it.problem)))
            }
            Change::RegistryWaiting(it) => {
                let text = sentence("change-registry-waiting").with("registry", &it.registry);
                Some(text.with("seconds", it.seconds).with("reason", self.problem(&it.problem)))
            }
            _ => None,
        };
        let said = self.speak(&rejected.unwrap_or_else(|| describe(change, before)));
        match change {
            Change::WalkEnded(end) => self.with_missed(said, &end.missed),
            _ => said,
        }
    }

    fn ended(&self, outcome: &Outcome, done: &'static str, failed: &'static str, cancelled: &'static str) -> Sentence {
        match outcome {
            Outcome::Done => sentence(done),
            Outcome::Failed(problem) => sentence(failed).with("reason", self.problem(problem)),
            Outcome::Cancelled => sentence(cancelled),
        }
    }

    fn speak(&self, sentence: &Sentence) -> String {
        let said = |value: &Said| match value {
            Said::Text(text) => text.clone(),
            Said::Word(key) => self.say(key),
        };
        let vars: Vec<_> = sentence.vars.iter().map(|(name, value)| (*name, said(value))).collect();
        let vars: Vec<_> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let told = self.say_with(sentence.key, &vars);
        let words = sentence.vars.iter().zip(&vars).filter(|((_, value), _)| matches!(value, Said::Word(_)));
        match words.map(|(_, (_, word))| *word).any(|word| told.starts_with(word)) {
            true => capital(&told),
            false => told,
        }
    }
}

/// A sentence that begins with a word of the language begins with a capital, where there are any.
fn capital(told: &str) -> String {
    let mut rest = told.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn describe(change: &Change, before: &World) -> Sentence {
    match change {
        Change::HostSeen(host) => sentence("change-host-seen").with("os", &host.os).with("kernel", &host.kernel),
        // Said by `narrate_change`; the code alone is what is left for one without words.
        Change::Remark(problem) => sentence("change-remark").with("code", &problem.code),
        Change::RegistryLimit(_)
        | Change::RegistryWaiting(_)
        | Change::RegistryWaited { .. }
        | Change::RegistryDamaged(_)
        | Change::RegistryMended { .. }
        | Change::Rejected(_)
        | Change::Pushed(_) => describe_registry(change),
        Change::RegistrySeen(_)
        | Change::TagResolved { .. }
        | Change::IndexRead(_)
        | Change::PlatformChosen { .. }
        | Change::ManifestRead(_)
        | Change::ConfigRead(_)
        | Change::ImageTagged { .. }
        | Change::ImageUntagged { .. }
        | Change::ImageGone { .. } => describe_image(change, before),
        Change::BlobWanted(_)
        | Change::BlobProgress { .. }
        | Change::BlobVerified { .. }
        | Change::BlobRejected { .. }
        | Change::BlobGone { .. }
        | Change::LayerUnpacked(_)
        | Change::LayerGone { .. } => describe_layer(change, before),
        Change::MountSeen(_)
        | Change::MountGone { .. }
        | Change::VolumeSeen(_)
        | Change::VolumeGone { .. }
        | Change::VolumeMoved(_)
        | Change::DirSeen(_)
        | Change::DirGone { .. } => describe_storage(change, before),
        Change::UpperChanged(it) => upper::describe(it, before),
        Change::ContentsSeen(it) => contents::describe(it, before),
        Change::BytesCounted(it) => disk::counted(it, before),
        Change::DiskSeen(it) => disk::seen(it),
        Change::SpeedMeasured(it) => speed::measured(it, before),
        Change::SpeedRefused(it) => speed::refused(it, before),
        Change::MemorySeen(it) => speed::in_memory(it, before),
        Change::ContainerCreated(_)
        | Change::ContainerFound(_)
        | Change::ContainerState { .. }
        | Change::ContainerHealth { .. }
        | Change::ContainerRenamed { .. }
        | Change::ContainerGone { .. }
        | Change::NamespaceSeen(_)
        | Change::NamespaceGone { .. }
        | Change::ProcessSeen(_)
        | Change::ProcessChanged { .. }
        | Change::ProcessGone { .. }
        | Change::CgroupSeen(_)
        | Change::CgroupGone { .. }
        | Change::UsageSeen { .. }
        | Change::CallTried(_) => describe_process(change, before),
        Change::NetworkSeen(_)
        | Change::NetworkGone { .. }
        | Change::AddressReserved { .. }
        | Change::AddressReleased { .. }
        | Change::LinkSeen(_)
        | Change::LinkGone { .. }
        | Change::AddrSeen { .. }
        | Change::AddrGone { .. }
        | Change::MacLearned(_)
        | Change::MacForgotten { .. }
        | Change::RouteSeen(_)
        | Change::RouteGone(_)
        | Change::RuleSeen(_)
        | Change::RuleGone { .. }
        | Change::ReachProbed(_)
        | Change::WalkBegan(_)
        | Change::PacketSeen { .. }
        | Change::WalkEnded(_)
        | Change::PortPublished(_)
        | Change::PortClosed { .. } => describe_network(change, before),
    }
}

fn describe_image(change: &Change, before: &World) -> Sentence {
    match change {
        Change::RegistrySeen(it) => sentence("change-registry-seen").with("host", &it.host),
        Change::TagResolved { reference, registry, target } => {
            let said = before.remote_tags.get(reference).filter(|said| said.registry == *registry);
            match said.map(|said| &said.target.digest).filter(|digest| **digest != target.digest) {
                Some(from) => sentence("change-tag-resolved-moved").with("from", from.short()),
                None => sentence("change-tag-resolved"),
            }
            .with("reference", reference)
            .with("digest", target.digest.short())
        }
        Change::IndexRead(it) => sentence("change-index-read").with("count", it.manifests.len()),
        Change::PlatformChosen { index, manifest } => {
            let entry = before.indexes.get(index).and_then(|i| i.manifests.iter().find(|e| e.digest == *manifest));
            let platform = entry.and_then(|entry| entry.platform.as_ref());
            let platform = platform.map_or_else(|| manifest.short().to_owned(), ToString::to_string);
            sentence("change-platform-chosen").with("platform", platform)
        }
        Change::ManifestRead(it) => sentence("change-manifest-read").with("count", it.layers.len()),
        Change::ConfigRead(it) => sentence("change-config-read").with("digest", it.this.digest.short()),
        Change::ImageTagged { reference, image, .. } => {
            match before.tags.get(reference).filter(|tag| tag.image != *image) {
                Some(tag) => sentence("change-image-tagged-moved").with("from", tag.image.short()),
                None => sentence("change-image-tagged"),
            }
            .with("reference", reference)
            .with("image", image.short())
        }
        Change::ImageUntagged { reference } => sentence("change-image-untagged").with("reference", reference),
        Change::ImageGone { image } => sentence("change-image-gone").with("image", image.short()),
        _ => unnamed(change),
    }
}

fn describe_registry(change: &Change) -> Sentence {
    match change {
        Change::RegistryLimit(it) => {
            let text = match it.limit {
                Some(limit) => sentence("change-registry-limit").with("limit", limit),
                None => sentence("change-registry-limit-bare"),
            };
            text.with("registry", &it.registry).with("remaining", it.remaining)
        }
        Change::RegistryWaited { registry } => sentence("change-registry-waited").with("registry", registry),
        Change::RegistryDamaged(it) => sentence("change-registry-damaged")
            .with("digest", it.digest.short())
            .with("offset", it.offset)
            .with("bit", it.bit),
        Change::RegistryMended { digest, .. } => sentence("change-registry-mended").with("digest", digest.short()),
        Change::Pushed(it) => {
            let text = match &it.how {
                PushedHow::Uploaded => sentence("change-pushed").with("size", bytes(it.size)),
                PushedHow::Existing => sentence("change-pushed-existing"),
                PushedHow::Mounted { from } => sentence("change-pushed-mounted").with("from", from),
            };
            text.with("digest", it.digest.short()).with("repository", format!("{}/{}", it.registry, it.repository))
        }
        _ => unnamed(change),
    }
}

fn describe_layer(change: &Change, before: &World) -> Sentence {
    let promised = |digest: &Digest| before.blobs.get(digest).map_or(0, |blob| blob.descriptor.size);
    match change {
        Change::BlobWanted(it) => {
            sentence("change-blob-wanted").with("digest", it.digest.short()).with("size", bytes(it.size))
        }
        Change::BlobProgress { digest, received } => {
            let percent = received.saturating_mul(100).checked_div(promised(digest)).unwrap_or(100);
            sentence("change-blob-progress").with("digest", digest.short()).with("percent", percent)
        }
        Change::BlobVerified { digest, reused: true, .. } => {
            sentence("change-blob-verified-reused").with("digest", digest.short())
        }
        Change::BlobVerified { digest, size, .. } => {
            sentence("change-blob-verified").with("digest", digest.short()).with("size", bytes(*size))
        }
        Change::BlobGone { digest } => sentence("change-blob-gone").with("digest", digest.short()),
        Change::LayerUnpacked(it) if before.layers.contains_key(&it.chain_id) => {
            sentence("change-layer-there").with("layer", it.chain_id.short())
        }
        Change::LayerUnpacked(it) => {
            sentence("change-layer-unpacked").with("entries", it.entries).with("size", bytes(it.size))
        }
        Change::LayerGone { chain_id } => sentence("change-layer-gone").with("layer", chain_id.short()),
        _ => unnamed(change),
    }
}

fn describe_storage(change: &Change, before: &World) -> Sentence {
    match change {
        Change::MountSeen(it) => match &it.kind {
            MountKind::Overlay { lower, .. } => sentence("change-mount-seen-overlay").with("count", lower.len()),
            MountKind::Volume { name } if it.container.is_none() => sentence("change-mount-seen-of-volume")
                .with("volume", name)
                .with("fstype", &it.fstype)
                .with("target", &it.target),
            MountKind::Volume { name } => {
                sentence("change-mount-seen-volume").with("volume", name).with("target", &it.target)
            }
            MountKind::Bind { from } => {
                sentence("change-mount-seen-bind").with("from", from).with("target", &it.target)
            }
            MountKind::Tmpfs => sentence("change-mount-seen-tmpfs").with("target", &it.target),
            MountKind::System => sentence("change-mount-seen").with("fstype", &it.fstype).with("target", &it.target),
        },
        Change::MountGone { key } => {
            let target = before.mounts.get(key).map_or_else(|| key.id.to_string(), |mount| mount.target.clone());
            sentence("change-mount-gone").with("target", target)
        }
        Change::VolumeSeen(it) => sentence("change-volume-seen").with("volume", &it.name).with("path", &it.path),
        Change::VolumeGone { name } => sentence("change-volume-gone").with("volume", name),
        Change::VolumeMoved(it) => {
            let key = match it.way {
                MoveWay::Export => "change-volume-exported",
                MoveWay::Import => "change-volume-imported",
            };
            sentence(key).with("volume", &it.volume).with("entries", it.entries).with("bytes", bytes(it.bytes))
        }
        Change::DirSeen(it) => {
            let key = match it.role {
                DirRole::Upper => "change-dir-seen-upper",
                DirRole::Work => "change-dir-seen-work",
                DirRole::Merged => "change-dir-seen-merged",
                DirRole::BindSource => "change-dir-seen-bind",
            };
            sentence(key).with("path", &it.path)
        }
        Change::DirGone { path } => sentence("change-dir-gone").with("path", path),
        _ => unnamed(change),
    }
}

fn describe_process(change: &Change, before: &World) -> Sentence {
    match change {
        Change::ContainerCreated(it) => {
            sentence("change-container-created").with("container", &it.name).with("image", &it.image_name)
        }
        Change::ContainerFound(it) => {
            sentence("change-container-found").with("container", &it.name).with("image", &it.image_name)
        }
        Change::ContainerState { id, state } => {
            let (key, number) = match state {
                ContainerState::Created => ("change-container-state-created", None),
                ContainerState::Running { pid } => ("change-container-state-running", Some(pid.to_string())),
                ContainerState::Paused { pid } => ("change-container-state-paused", Some(pid.to_string())),
                ContainerState::Restarting { status } => {
                    ("change-container-state-restarting", Some(status.to_string()))
                }
                ContainerState::Exited { status } => ("change-container-state-exited", Some(status.to_string())),
            };
            let name = if state.lives() { "pid" } else { "status" };
            let told = sentence(key).with("container", container(before, id));
            number.into_iter().fold(told, |told, number| told.with(name, number))
        }
        Change::ContainerHealth { id, health } => {
            let key = match health {
                Health::Starting => "change-container-health-starting",
                Health::Healthy => "change-container-health-healthy",
                Health::Unhealthy => "change-container-health-unhealthy",
            };
            sentence(key).with("container", container(before, id))
        }
        Change::ContainerRenamed { id, name } => {
            sentence("change-container-renamed").with("container", container(before, id)).with("name", name)
        }
        Change::ContainerGone { id } => sentence("change-container-gone").with("container", container(before, id)),
        Change::NamespaceSeen(it) => {
            let (kind, inode) = (it.kind.name(), it.inode);
            match &it.container {
                None => sentence("change-namespace-seen-host").with("kind", kind).with("inode", inode),
                Some(id) => {
                    let told = sentence("change-namespace-seen").with("kind", kind).with("inode", inode);
                    told.with("container", container(before, id))
                }
            }
        }
        Change::NamespaceGone { inode } => {
            let kind = before.namespaces.get(inode).map_or("?", |it| it.kind.name());
            sentence("change-namespace-gone").with("kind", kind).with("inode", inode)
        }
        Change::ProcessSeen(it) => sentence("change-process-seen").with("pid", it.pid).with("inner", it.inner_pid),
        Change::ProcessChanged { pid, property } => describe_property(property).with("pid", pid),
        Change::ProcessGone { pid, status } => sentence("change-process-gone").with("pid", pid).with("status", status),
        Change::CgroupSeen(it) => {
            let limits: Vec<_> = it.limits.iter().map(|(file, value)| format!("{file} {}", value.trim())).collect();
            let key = if limits.is_empty() { "change-cgroup-seen" } else { "change-cgroup-seen-limits" };
            let told = sentence(key).with("container", container(before, &it.container));
            if limits.is_empty() { told } else { told.with("limits", limits.join(", ")) }
        }
        Change::UsageSeen { container: id, used } => {
            let told = sentence("change-usage-seen").with("container", container(before, id));
            told.with("memory", bytes(used.memory)).with("tasks", used.tasks)
        }
        Change::CallTried(it) => {
            let key = match it.verdict() {
                Verdict::Filtered => "change-call-tried-filtered",
                Verdict::Refused => "change-call-tried-refused",
                Verdict::Done => "change-call-tried-done",
                Verdict::RefusedBare => "change-call-tried-refused-bare",
                Verdict::DoneBare => "change-call-tried-done-bare",
            };
            let told = sentence(key).with("call", &it.call).with("container", container(before, &it.container));
            told.with("answer", &it.filtered.said)
        }
        Change::CgroupGone { path } => sentence("change-cgroup-gone").with("path", path),
        _ => unnamed(change),
    }
}

fn describe_property(property: &Property) -> Sentence {
    match property {
        Property::Executes(argv) => sentence("change-process-changed-executes").with("value", argv.join(" ")),
        Property::Hostname(name) => sentence("change-process-changed-hostname").with("value", name),
        Property::Root(path) => sentence("change-process-changed-root").with("value", path),
        Property::Credentials(ids) => sentence("change-process-changed-credentials").with("value", ids),
        Property::Capabilities(all) => sentence("change-process-changed-capabilities").with("value", all.len()),
        Property::Bounding(all) => sentence("change-process-changed-bounding").with("value", all.len()),
        Property::Pids(all) => sentence("change-process-changed-pids").with("value", chain(all)),
        Property::Users(spans) => describe_users(spans),
        Property::Kernel(release) => sentence("change-process-changed-kernel").with("value", release),
        Property::Seccomp(mode) => sentence("change-process-changed-seccomp").with("value", mode),
        Property::NoNewPrivs(on) => sentence("change-process-changed-no-new-privs").with("value", on),
        Property::WorkingDir(path) => sentence("change-process-changed-working-dir").with("value", path),
        Property::Cgroup(path) => sentence("change-process-changed-cgroup").with("value", path),
        Property::Protected(paths) => sentence("change-process-changed-protected").with("value", paths.len()),
        Property::Did(call) => sentence("change-process-changed-did").with("value", call),
    }
}

/// `4711 → 93 → 1`
fn chain(pids: &[u32]) -> String {
    pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}

fn describe_users(spans: &[IdSpan]) -> Sentence {
    match spans {
        [all] if all.is_all() => sentence("change-process-changed-users-all"),
        _ => {
            let root =
                spans.iter().find(|span| span.inside == 0).map_or("–".to_owned(), |span| span.outside.to_string());
            sentence("change-process-changed-users").with("value", root)
        }
    }
}

fn describe_network(change: &Change, before: &World) -> Sentence {
    match change {
        Change::NetworkSeen(it) => sentence("change-network-seen").with("network", &it.name),
        Change::NetworkGone { id } => {
            let name = before.networks.get(id).map_or_else(|| id.short().to_owned(), |it| it.name.clone());
            sentence("change-network-gone").with("network", name)
        }
        Change::AddressReserved { container: id, address, .. } => {
            sentence("change-address-reserved").with("address", address).with("container", container(before, id))
        }
        Change::AddressReleased { address, .. } => sentence("change-address-released").with("address", address),
        Change::LinkSeen(it) => describe_link(it, before),
        Change::LinkGone { key } => sentence("change-link-gone").with("link", link(before, key)),
        Change::AddrSeen { link: key, cidr } => {
            sentence("change-addr-seen").with("link", link(before, key)).with("address", cidr)
        }
        Change::AddrGone { link: key, cidr } => {
            sentence("change-addr-gone").with("link", link(before, key)).with("address", cidr)
        }
        Change::MacLearned(it) => {
            let told = sentence("change-mac-learned").with("bridge", link(before, &it.bridge));
            told.with("mac", &it.mac).with("port", link(before, &it.port))
        }
        Change::MacForgotten { bridge, mac } => {
            sentence("change-mac-forgotten").with("bridge", link(before, bridge)).with("mac", mac)
        }
        Change::RouteSeen(it) if it.refuses.is_some() => {
            sentence("change-route-seen-refusing").with("route", it.words())
        }
        Change::RouteSeen(it) => match &it.via {
            Some(via) => {
                let told = sentence("change-route-seen").with("destination", &it.destination);
                told.with("via", via).with("link", &it.dev)
            }
            None => sentence("change-route-seen-direct").with("destination", &it.destination).with("link", &it.dev),
        },
        Change::RouteGone(it) => sentence("change-route-gone").with("destination", &it.destination),
        Change::RuleSeen(it) => sentence("change-rule-seen").with("rule", &it.text),
        Change::RuleGone { key } => {
            let text = before.rules.get(key).map_or_else(|| key.clone(), |rule| rule.text.clone());
            sentence("change-rule-gone").with("rule", text)
        }
        Change::ReachProbed(it) => {
            let key = match it.reply {
                ProbeReply::Answered => "change-reach-probed-answered",
                ProbeReply::Refused => "change-reach-probed-refused",
                ProbeReply::Unreachable => "change-reach-probed-unreachable",
                ProbeReply::NoSuchName => "change-reach-probed-no-such-name",
                ProbeReply::NotSent => "change-reach-probed-not-sent",
                ProbeReply::Silent | ProbeReply::Other(_) => "change-reach-probed-silent",
            };
            let from = it.from.as_ref().map_or(walk::HOST, |id| Said::Text(container(before, id)));
            sentence(key).said("from", from).said("to", walk::end_called(&it.to, before)).with("asked", &it.asked)
        }
        Change::WalkBegan(it) => walk::began(it, before),
        Change::PacketSeen { hop, .. } => walk::seen(hop),
        Change::WalkEnded(it) => walk::ended(it, before),
        Change::PortPublished(it) => {
            let host = it.host.first().map_or_else(|| it.key.clone(), ToString::to_string);
            let told =
                sentence(if it.machine.is_empty() { "change-port-published" } else { "change-port-published-here" });
            let machine = it.machine.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let told =
                told.with("host", host).with("transport", &it.transport).with("to", it.to).with("machine", machine);
            told.with("container", container(before, &it.container))
        }
        Change::PortClosed { key } => sentence("change-port-closed").with("port", key),
        _ => unnamed(change),
    }
}

/// A link is seen again whenever something about it is different; the sentence says what.
fn describe_link(new: &Link, before: &World) -> Sentence {
    let Some(old) = before.links.get(&new.key) else {
        return sentence("change-link-seen").with("link", &new.name).with("index", new.ifindex);
    };
    if old.netns != new.netns {
        let home = before.host.as_ref().is_some_and(|host| host.netns == new.netns);
        let whose = new.container.as_ref().filter(|_| !home).map(|id| container(before, id));
        return match whose {
            Some(name) => sentence("change-link-seen-moved").with("link", &new.name).with("container", name),
            None => sentence("change-link-seen-moved-to-host").with("link", &new.name),
        };
    }
    if old.name != new.name {
        return sentence("change-link-seen-renamed").with("old", &old.name).with("link", &new.name);
    }
    if let Some(master) = new.master.filter(|_| old.master != new.master) {
        let bridge = before.links_in(new.netns).into_iter().find(|l| l.ifindex == master);
        let bridge = bridge.map_or_else(|| master.to_string(), |l| l.name.clone());
        return sentence("change-link-seen-joined").with("link", &new.name).with("bridge", bridge);
    }
    match (old.up, new.up) {
        (false, true) => sentence("change-link-seen-up").with("link", &new.name),
        (true, false) => sentence("change-link-seen-down").with("link", &new.name),
        _ => match (old.carries(), new.carries()) {
            (Some(false), Some(true)) => sentence("change-link-seen-carrier").with("link", &new.name),
            (Some(true), Some(false)) => sentence("change-link-seen-no-carrier").with("link", &new.name),
            _ if new.state.is_some() && old.state != new.state => {
                sentence("change-link-seen-state").with("link", &new.name).with("state", new.state_line())
            }
            _ if new.port.is_some() && old.port != new.port => {
                let state = new.port.as_ref().map_or("", PortState::as_str);
                sentence("change-link-seen-port").with("link", &new.name).with("state", state)
            }
            _ if old.isolated != new.isolated => {
                let key = if new.isolated { "change-link-seen-isolated" } else { "change-link-seen-isolated-no-more" };
                sentence(key).with("link", &new.name)
            }
            _ => sentence("change-link-seen-again").with("link", &new.name),
        },
    }
}

/// A change that the describer of its family was handed by mistake is still said, by its name in the trace.
fn unnamed(change: &Change) -> Sentence {
    sentence("change-remark").with("code", format!("{:?}", change.entity()))
}

fn container(world: &World, id: &ContainerId) -> String {
    world.containers.get(id).map_or_else(|| id.short().to_owned(), |it| it.name.clone())
}

fn link(world: &World, key: &LinkKey) -> String {
    world.links.get(key).map_or_else(|| key.0.to_string(), |it| it.name.clone())
}
