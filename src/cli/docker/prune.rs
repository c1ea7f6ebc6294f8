//! What the `prune` of each kind of thing asks and prints. It is said as docker says it: scripts read it.

use super::{CommandSession, confirmed, filters};
use crate::cli::docker_args::{ContainerPruneArgs, NetworkPruneArgs, PruneArgs, VolumePruneArgs};
use crate::cli::{Done, Failure, out};
use crate::client::ClientError;
use crate::client::units::human_size;
use crate::docker::{
    BuildsPruned, ContainersPruned, Empty, FilterQuery, Filters, ImageRemoved, NetworksPruned, VolumesPruned,
    with_query,
};
use std::fmt::Display;

pub(in crate::cli) fn containers(session: &CommandSession<'_>, args: &ContainerPruneArgs) -> Done {
    asked(session, args.force, "cli-prune-containers")?;
    reclaimed(prune_containers(session, filters(&args.filter)?)?);
    Ok(())
}

pub(in crate::cli) fn networks(session: &CommandSession<'_>, args: &NetworkPruneArgs) -> Done {
    asked(session, args.force, "cli-prune-networks")?;
    prune_networks(session, filters(&args.filter)?)?;
    Ok(())
}

pub(in crate::cli) fn volumes(session: &CommandSession<'_>, args: &VolumePruneArgs) -> Done {
    asked(session, args.force, if args.all { "cli-prune-all" } else { "cli-prune" })?;
    let filters = filters(&args.filter)?;
    reclaimed(prune_volumes(session, if args.all { filters.with("all", "true") } else { filters })?);
    Ok(())
}

pub(in crate::cli) fn images(session: &CommandSession<'_>, args: &PruneArgs) -> Done {
    asked(session, args.force, if args.all { "cli-prune-images-all" } else { "cli-prune-images" })?;
    reclaimed(prune_images(session, filters(&args.filter)?, args.all)?);
    Ok(())
}

/// Takes away containers that do not run, says which, and tells how many bytes that were.
pub(super) fn prune_containers(session: &CommandSession<'_>, filters: Filters) -> Result<u64, ClientError> {
    let path = with_query("/containers/prune", &FilterQuery { filters });
    let pruned: ContainersPruned = session.client.post(&path, &Empty {})?;
    deleted("Containers", &pruned.containers_deleted);
    Ok(pruned.space_reclaimed)
}

/// The same of networks, which take no room.
pub(super) fn prune_networks(session: &CommandSession<'_>, filters: Filters) -> Result<u64, ClientError> {
    let path = with_query("/networks/prune", &FilterQuery { filters });
    let pruned: NetworksPruned = session.client.post(&path, &Empty {})?;
    deleted("Networks", &pruned.networks_deleted);
    Ok(0)
}

/// The same of what is kept of builds.
pub(super) fn prune_builds(session: &CommandSession<'_>, filters: Filters) -> Result<u64, ClientError> {
    let path = with_query("/build/prune", &FilterQuery { filters });
    let pruned: BuildsPruned = session.client.post(&path, &Empty {})?;
    Ok(pruned.space_reclaimed)
}

/// The same of volumes.
pub(super) fn prune_volumes(session: &CommandSession<'_>, filters: Filters) -> Result<u64, ClientError> {
    let path = with_query("/volumes/prune", &FilterQuery { filters });
    let pruned: VolumesPruned = session.client.post(&path, &Empty {})?;
    deleted("Volumes", &pruned.volumes_deleted);
    Ok(pruned.space_reclaimed)
}

/// The same of images; `all`: those with a name, too.
pub(super) fn prune_images(session: &CommandSession<'_>, filters: Filters, all: bool) -> Result<u64, ClientError> {
    let pruned = session.client.prune_images(&filters.with("dangling", (!all).to_string()))?;
    let lines = pruned.images_deleted.iter().flat_map(ImageRemoved::said);
    deleted("Images", &lines.map(|(word, name)| format!("{}: {name}", word.to_lowercase())).collect::<Vec<_>>());
    Ok(pruned.space_reclaimed)
}

fn asked(session: &CommandSession<'_>, force: bool, question: &str) -> Done {
    if force || confirmed(&session.words.say(question)) { Ok(()) } else { Err(Failure::Status(1)) }
}

/// Nothing at all where there was nothing.
fn deleted(what: &str, names: &[impl Display]) {
    if !names.is_empty() {
        out::line(format_args!("Deleted {what}:"));
        names.iter().for_each(out::line);
        out::line("");
    }
}

pub(super) fn reclaimed(bytes: u64) {
    out::line(format_args!("Total reclaimed space: {}", human_size(bytes, 4)));
}
