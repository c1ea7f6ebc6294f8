//! What the `prune` of each kind of thing asks and prints. It is said as docker says it: scripts read it.

use super::{CommandSession, confirmed, filters};
use crate::cli::docker_args::{ContainerPruneArgs, NetworkPruneArgs, PruneArgs, VolumePruneArgs};
use crate::cli::{Done, Failure, out};
use crate::client::units::human_size;
use crate::docker::{ContainersPruned, Empty, FilterQuery, ImageRemoved, NetworksPruned, VolumesPruned, with_query};
use std::fmt::Display;

pub(in crate::cli) fn containers(session: &CommandSession<'_>, args: &ContainerPruneArgs) -> Done {
    asked(session, args.force, "cli-prune-containers")?;
    let path = with_query("/containers/prune", &FilterQuery { filters: filters(&args.filter)? });
    let pruned: ContainersPruned = session.client.post(&path, &Empty {})?;
    deleted("Containers", &pruned.containers_deleted);
    reclaimed(pruned.space_reclaimed);
    Ok(())
}

pub(in crate::cli) fn networks(session: &CommandSession<'_>, args: &NetworkPruneArgs) -> Done {
    asked(session, args.force, "cli-prune-networks")?;
    let path = with_query("/networks/prune", &FilterQuery { filters: filters(&args.filter)? });
    let pruned: NetworksPruned = session.client.post(&path, &Empty {})?;
    deleted("Networks", &pruned.networks_deleted);
    Ok(())
}

pub(in crate::cli) fn volumes(session: &CommandSession<'_>, args: &VolumePruneArgs) -> Done {
    asked(session, args.force, if args.all { "cli-prune-all" } else { "cli-prune" })?;
    let filters = filters(&args.filter)?;
    let filters = if args.all { filters.with("all", "true") } else { filters };
    let path = with_query("/volumes/prune", &FilterQuery { filters });
    let pruned: VolumesPruned = session.client.post(&path, &Empty {})?;
    deleted("Volumes", &pruned.volumes_deleted);
    reclaimed(pruned.space_reclaimed);
    Ok(())
}

pub(in crate::cli) fn images(session: &CommandSession<'_>, args: &PruneArgs) -> Done {
    asked(session, args.force, if args.all { "cli-prune-images-all" } else { "cli-prune-images" })?;
    let filters = filters(&args.filter)?.with("dangling", (!args.all).to_string());
    let pruned = session.client.prune_images(&filters)?;
    let lines = pruned.images_deleted.iter().flat_map(ImageRemoved::said);
    deleted("Images", &lines.map(|(word, name)| format!("{}: {name}", word.to_lowercase())).collect::<Vec<_>>());
    reclaimed(pruned.space_reclaimed);
    Ok(())
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

fn reclaimed(bytes: u64) {
    out::line(format_args!("Total reclaimed space: {}", human_size(bytes, 4)));
}
