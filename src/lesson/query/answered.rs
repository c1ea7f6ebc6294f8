//! How each query is answered.

use super::{
    Ending, Query, copied, has_exited, image, is_removed, kernel, life, network, reach, speed, storage, tags, was_done,
};
use crate::lesson::{Answer, Term};
use crate::trace::{ContainerState, OpKind, World};

impl Query {
    /// The answer, or none while the World does not know enough.
    pub fn answer(&self, world: &World) -> Option<Answer> {
        use Query as Q;
        match self {
            Q::TagTargetKind { image } => image::tag_target_kind(world, image).map(Answer::Term),
            Q::IndexEntryCount { image } => {
                image::index(world, image).map(|index| Answer::Number(index.manifests.len() as u64))
            }
            Q::IndexDigest { image } => image::index(world, image).map(|index| digest(&index.this.digest)),
            Q::ChosenPlatform { image } => image::chosen_platform(world, image).map(Answer::Text),
            Q::ManifestDigest { image } => image::manifest(world, image).map(|m| digest(&m.this.digest)),
            Q::LayerCount { image } => image::manifest(world, image).map(|m| Answer::Number(m.layers.len() as u64)),
            Q::ConfigIsSeparate { image } => image::config_is_separate(world, image).map(Answer::Bool),
            Q::ConfigDigest { image } => image::config(world, image).map(|c| digest(&c.this.digest)),
            Q::ImageIdIsDigestOf { image } => image::image_id_is_digest_of(world, image).map(Answer::Term),
            Q::BlobDigestIsDiffId { image } => image::blob_digest_is_diff_id(world, image).map(Answer::Bool),
            Q::LowestLayer { image } => image::lowest_layer(world, image).map(Answer::Term),
            Q::DeletedPathStillBelow { image } => {
                image::deleted(world, image).map(|(_, still_below)| Answer::Bool(still_below))
            }
            Q::DeletedPath { image } => image::deleted(world, image).map(|(path, _)| Answer::Text(format!("/{path}"))),
            Q::BlobsVerified { image } => image::blobs_verified(world, image).map(Answer::Bool),
            Q::ImagePulled { image } => Some(Answer::Bool(image::is_pulled(world, image))),

            Q::BridgeName => network::bridge(world).map(|link| Answer::Text(link.name.clone())),
            Q::GatewayAddress => network::bridge_network(world).map(|n| Answer::Text(n.gateway.clone())),
            Q::NextAddress { container } => network::lease(world, container).map(Answer::Text),
            Q::ContainerAddress { container } => network::address(world, container).map(Answer::Text),
            Q::HostEndName { container } => {
                network::host_end(world, container).map(|link| Answer::Text(link.name.clone()))
            }
            Q::CableIndexes { container } => network::cable(world, container).map(|(outside, inside)| {
                Answer::List(vec![Answer::Number(outside.ifindex.into()), Answer::Number(inside.ifindex.into())])
            }),
            Q::EndsKnowEachOther { container } => network::ends_know_each_other(world, container).map(Answer::Bool),
            Q::HostEndMaster { container } => network::host_end_master(world, container).map(Answer::Text),
            Q::CableEndsOnHost { container } => network::cable_ends_on_host(world, container).map(Answer::Number),
            Q::SameLoopback { container } => network::same_loopback(world, container).map(Answer::Bool),
            Q::ContainerOnBridge { container } => Some(Answer::Bool(network::is_on_bridge(world, container))),
            Q::CableEndsAfterExit { container } => network::cable_ends_after_exit(world, container).map(Answer::Number),

            Q::OwnLinks { container } => reach::own_links(world, container).map(Answer::Number),
            Q::Reaches { container, to } => reach::reaches(world, container, to).map(Answer::Bool),
            Q::Probed { from, to } => reach::probed(world, from, to).map(Answer::Bool),
            Q::PlaceOf { to } => to.spoken_to(world).into_iter().next().map(Answer::Text),
            Q::HostLeavesBy { container } => reach::host_leaves_by(world, container).map(Answer::Text),
            Q::Uplink => reach::uplink(world),
            Q::SourceOutside { container } => reach::source_outside(world, container).map(Answer::Text),
            Q::RuleText(rule) => rule.found(world).map(|rule| Answer::Text(rule.text.clone())),
            Q::Subnet { network } => reach::subnet(world, network).map(Answer::Text),
            Q::AddressIn { container, network } => reach::address_in(world, container, network).map(Answer::Text),
            Q::PublishedTo { container } => reach::published_to(world, container).map(Answer::Text),
            Q::EndedWell { container } => life::status(world, container).map(|status| Answer::Bool(status == 0)),

            Q::ContainerRunning { container } => {
                let running = world.container_named(container).is_some_and(|c| is_running(c.state));
                Some(Answer::Bool(running))
            }
            Q::ContainerExited { container } => Some(Answer::Bool(has_exited(world, container))),
            Q::ContainerRemoved { container } => Some(Answer::Bool(is_removed(world, container))),
            Q::ContainerHostname { container } => {
                world.container_named(container).map(|c| Answer::Text(c.hostname.clone()))
            }

            Q::SameImage { image, other } => tags::same_image(world, image, other).map(Answer::Bool),
            Q::OwnLayers { image, other } => tags::own_layers(world, image, other).map(Answer::Number),
            Q::FollowsRegistry { image } => tags::follows(world, image).map(Answer::Bool),
            Q::RemovedInUse { image } => tags::removed_in_use(world, image).map(Answer::Bool),
            Q::LayersGone { image } => tags::layers_gone(world, image).map(Answer::Number),
            Q::TopLayerDigest { image } => tags::top_layer(world, image).map(Answer::Text),
            Q::RemoteDigest { image } => tags::remote(world, image).map(Answer::Text),
            Q::TakenThoughDamaged { image } => tags::taken_though_damaged(world, image).map(Answer::Bool),
            Q::RegistryWhole { image } => tags::is_damaged(world, image).map(|damaged| Answer::Bool(!damaged)),
            Q::RegistryDamaged { image } => tags::is_damaged(world, image).map(Answer::Bool),

            Q::RunsOnceCreated { container } => life::runs_once_created(world, container).map(Answer::Bool),
            Q::OperationsToRun { container } => life::operations(world, container).map(Answer::Number),
            Q::SeenInOther { container, other, path } => {
                life::in_other(world, container, other, path).map(Answer::Bool)
            }
            Q::ExecPid { container } => life::exec_pid(world, container).map(Answer::Number),
            Q::ExecShares { container } => life::exec_shares(world, container).map(Answer::Bool),
            Q::RunsAfterExec { container } => life::runs_after_exec(world, container).map(Answer::Bool),
            Q::CommandEndedWell { container, says } => {
                life::command_status(world, container, says).map(|it| Answer::Bool(it == 0))
            }
            Q::ExitStatus { container } => life::status(world, container).map(Answer::Number),

            Q::HostKernel => kernel::of_host(world).map(Answer::Text),
            Q::ContainerKernel { container } => kernel::of_container(world, container).map(Answer::Text),
            Q::SameKernel { container } => kernel::is_same(world, container).map(Answer::Bool),
            Q::OwnNamespaces { container } => kernel::own_namespaces(world, container).map(Answer::Number),
            Q::SharesNamespace { container, kind } => kernel::shares(world, container, *kind).map(Answer::Bool),
            Q::NamespaceNumber { container, kind } => kernel::namespace(world, container, *kind).map(Answer::Number),
            Q::PidOutside { container } => kernel::pid_outside(world, container).map(Answer::Number),
            Q::PidInside { container } => kernel::pid_inside(world, container).map(Answer::Number),
            Q::MemoryLimit { container } => kernel::memory_limit(world, container),
            Q::AddedBytes { container, .. } => kernel::added_bytes(world, container).map(kernel::size),
            Q::StartTook { container } => kernel::start_took(world, container).map(Answer::Number),

            Q::ContainerLinks { container } => {
                copied::links(world, container).map(|names| Answer::List(names.into_iter().map(Answer::Text).collect()))
            }
            Q::NetworkNamespace { container } => {
                copied::network_namespace(world, container.as_deref()).map(Answer::Number)
            }
            Q::CopiedIn { container, path } => copied::copied_in(world, container, path).map(Answer::Bool),
            Q::CopyLandsIn { container, path } => copied::lands_in(world, container, path).map(Answer::Term),
            Q::CopiedOut { container } => copied::copied_out(world, container).map(Answer::Bool),
            Q::CopyRequest { container } => copied::request(world, container).map(Answer::Text),
            Q::HasProgram { container, program } => copied::has_program(world, container, program).map(Answer::Bool),

            Q::PathLivesIn { container, path } => storage::path_lives_in(world, container, path).map(Answer::Term),
            Q::MountSource { container, target } => storage::mount_source(world, container, target).map(Answer::Text),
            Q::UpperDir { container } => storage::upper(world, container).map(Answer::Text),
            Q::VolumeExists { volume } => Some(Answer::Bool(world.volumes.contains_key(volume))),
            Q::VolumePath { volume } => world.volumes.get(volume).map(|v| Answer::Text(v.path.clone())),
            Q::NewestInode { volume, within } => storage::newest_inode(world, volume, within).map(Answer::Number),
            Q::VolumeRemoved { volume } => {
                let gone = !world.volumes.contains_key(volume) && was_done(world, OpKind::VolumeRemove);
                Some(Answer::Bool(gone))
            }
            Q::StaysIn { container, volume, file, place, after } => {
                let is_over = match after {
                    Ending::Stop => has_exited(world, container),
                    Ending::Remove => is_removed(world, container),
                };
                let is_in = is_over.then(|| storage::is_in(world, *place, container, volume, file));
                is_in.flatten().map(Answer::Bool)
            }
            Q::SpeedMeasured { container, times } => {
                Some(Answer::Bool(speed::times_measured(world, container) >= *times))
            }
            Q::Faster { container, pattern, place, than } => {
                speed::faster(world, container, *pattern, (*place, *than)).map(Answer::Term)
            }
            Q::MedianSpeed { container, pattern, place } => {
                speed::median(world, container, *pattern, *place).map(Answer::Text)
            }
            Q::CouldBeSwapped { container } => speed::could_be_swapped(world, container).map(Answer::Bool),
            Q::TmpfsDevice { container } => speed::device(world, container).map(Answer::Text),
            Q::PlacesHolding { container, volume, file } => {
                Some(storage::holding(world, container, volume, file)).filter(|all| all.len() == 4).map(terms)
            }
            Q::LeftAfterStop { container, volume, file } => {
                has_exited(world, container).then(|| terms(storage::holding(world, container, volume, file)))
            }
            Q::LeftAfterRemove { container, volume, file } => {
                is_removed(world, container).then(|| terms(storage::holding(world, container, volume, file)))
            }
        }
    }
}

fn digest(digest: &crate::spec::Digest) -> Answer {
    Answer::Text(digest.to_string())
}

fn terms(found: Vec<Term>) -> Answer {
    Answer::List(found.into_iter().map(Answer::Term).collect())
}

fn is_running(state: ContainerState) -> bool {
    state.lives()
}
