//! `docker system df`, `docker system prune`.

use super::listing::{Format, Row, text};
use super::table::{ago, short};
use super::{CommandSession, confirmed, filters, images, lifecycle, prune};
use crate::cli::docker_args::{DfArgs, SystemPruneArgs};
use crate::cli::{Done, Failure, out};
use crate::client::ClientError;
use crate::client::units::human_size;
use crate::docker::{ContainerSummary, DiskUsage, ImageSummary, Json, Volume, VolumeUsage};
use crate::spec::visible;
use crate::trace::Code;

/// The fields of `docker system df --format`, and their headings.
const KINDS: &[(&str, &str)] = &[
    ("Type", "TYPE"),
    ("TotalCount", "TOTAL"),
    ("Active", "ACTIVE"),
    ("Size", "SIZE"),
    ("Reclaimable", "RECLAIMABLE"),
];

pub(in crate::cli) fn df(session: &CommandSession<'_>, args: &DfArgs) -> Done {
    let format = Format::parse(args.format.as_deref())?;
    let usage: DiskUsage = session.client.get("/system/df")?;
    if args.verbose {
        return verbose(&usage, &format);
    }
    let kinds = kinds(&usage);
    let row = |cells: &[String; 5]| -> Row {
        KINDS.iter().zip(cells).map(|((name, head), said)| (*name, *head, text(said))).collect()
    };
    if !format.print(KINDS, &kinds.iter().map(row).collect::<Vec<_>>())? {
        let heads: Vec<_> = KINDS.iter().map(|(_, head)| *head).collect();
        out::table(&heads, &kinds.map(Vec::from));
    }
    Ok(())
}

/// A line each: how many, how many in use, bytes, and of those how many nobody needs.
fn kinds(usage: &DiskUsage) -> [[String; 5]; 4] {
    let (images, containers, volumes) = (&usage.images, &usage.containers, &usage.volumes);
    let used = images.iter().filter(|image| image.containers != 0);
    // What an image shares with another goes with the last of them.
    let own = |image: &ImageSummary| image.size.saturating_sub(u64::try_from(image.shared_size).unwrap_or(0));
    let needed: u64 = used.clone().filter(|image| image.shared_size != -1).map(own).sum();
    let written = |all: &mut dyn Iterator<Item = &ContainerSummary>| all.filter_map(|it| it.size_rw).sum::<u64>();
    let active =
        |container: &&ContainerSummary| matches!(container.state.as_str(), "running" | "paused" | "restarting");
    let bytes = |volume: &&Volume| u64::try_from(volume.usage_data.unwrap_or_default().size).unwrap_or(0);
    let mounted = |volume: &&Volume| volume.usage_data.is_some_and(|usage| usage.ref_count > 0);
    let line = |kind: &str, [total, active]: [usize; 2], size: u64, free: u64| {
        let share = (free * 100).checked_div(size).map_or_else(String::new, |percent| format!(" ({percent}%)"));
        let free = format!("{}{share}", human_size(free, 4));
        [kind.to_owned(), total.to_string(), active.to_string(), human_size(size, 4), free]
    };
    let none = human_size(0, 4);
    [
        line("Images", [images.len(), used.count()], usage.layers_size, usage.layers_size.saturating_sub(needed)),
        line(
            "Containers",
            [containers.len(), containers.iter().filter(active).count()],
            written(&mut containers.iter()),
            written(&mut containers.iter().filter(|it| !active(it))),
        ),
        line(
            "Local Volumes",
            [volumes.len(), volumes.iter().filter(mounted).count()],
            volumes.iter().map(|volume| bytes(&volume)).sum(),
            volumes.iter().filter(|volume| !mounted(volume)).map(|volume| bytes(&volume)).sum(),
        ),
        ["Build Cache".to_owned(), "0".to_owned(), "0".to_owned(), none.clone(), none],
    ]
}

/// Thing by thing.
fn verbose(usage: &DiskUsage, format: &Format) -> Done {
    let tables = [
        ("Images", "Images space usage:", IMAGES, usage.images.iter().flat_map(image).collect::<Vec<_>>()),
        ("Containers", "Containers space usage:", CONTAINERS, usage.containers.iter().map(container).collect()),
        ("Volumes", "Local Volumes space usage:", VOLUMES, usage.volumes.iter().map(volume).collect()),
    ];
    if !format.is_own() {
        let object = |(head, cell): (&(&'static str, &'static str), &String)| (head.0.to_owned(), text(cell));
        let list = |heads: &[(&'static str, &'static str)], rows: &[Vec<String>]| {
            Json::List(rows.iter().map(|row| Json::Object(heads.iter().zip(row).map(object).collect())).collect())
        };
        let fields = tables.iter().map(|(name, _, heads, rows)| (*name, *name, list(heads, rows)));
        let whole: Row = fields.chain([("BuildCache", "BuildCache", Json::List(Vec::new()))]).collect();
        format.print(&[], &[whole])?;
        return Ok(());
    }
    for (at, (_, title, heads, rows)) in tables.iter().enumerate() {
        if at > 0 {
            out::line("");
        }
        out::line(title);
        out::line("");
        out::table(&heads.iter().map(|(_, head)| *head).collect::<Vec<_>>(), rows);
    }
    out::lines(format_args!("\nBuild cache usage: {}\n", human_size(usage.builder_size, 4)));
    out::table(&["CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "USAGE", "SHARED"], &[]);
    Ok(())
}

const IMAGES: &[(&str, &str)] = &[
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("ID", "IMAGE ID"),
    ("CreatedSince", "CREATED"),
    ("Size", "SIZE"),
    ("SharedSize", "SHARED SIZE"),
    ("UniqueSize", "UNIQUE SIZE"),
    ("Containers", "CONTAINERS"),
];

fn image(image: &ImageSummary) -> Vec<Vec<String>> {
    let shared = u64::try_from(image.shared_size).ok();
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "N/A".to_owned(), |bytes| human_size(bytes, 3));
    let row = |(repository, tag): (String, String)| {
        let own = shared.map(|shared| image.size.saturating_sub(shared));
        let sizes = [size(Some(image.size)), size(shared), size(own), image.containers.to_string()];
        [repository, tag, short(&image.id), ago(image.created)].into_iter().chain(sizes).collect()
    };
    images::names(image).into_iter().map(row).collect()
}

const CONTAINERS: &[(&str, &str)] = &[
    ("ID", "CONTAINER ID"),
    ("Image", "IMAGE"),
    ("Command", "COMMAND"),
    ("LocalVolumes", "LOCAL VOLUMES"),
    ("Size", "SIZE"),
    ("RunningFor", "CREATED"),
    ("Status", "STATUS"),
    ("Names", "NAMES"),
];

fn container(container: &ContainerSummary) -> Vec<String> {
    let image = if container.image == container.image_id { short(&container.image) } else { container.image.clone() };
    vec![
        short(&container.id),
        image,
        format!("\"{}\"", visible::cut(&visible::line(&container.command), 20)),
        container.mounts.iter().filter(|mount| mount.kind == "volume").count().to_string(),
        human_size(container.size_rw.unwrap_or(0), 3),
        ago(container.created),
        container.status.clone(),
        lifecycle::names(container, false),
    ]
}

const VOLUMES: &[(&str, &str)] = &[("Name", "VOLUME NAME"), ("Links", "LINKS"), ("Size", "SIZE")];

fn volume(volume: &Volume) -> Vec<String> {
    let VolumeUsage { size, ref_count } = volume.usage_data.unwrap_or_default();
    let size = u64::try_from(size).map_or_else(|_not_counted| "N/A".to_owned(), |bytes| human_size(bytes, 3));
    vec![volume.name.clone(), ref_count.to_string(), size]
}

pub(in crate::cli) fn prune(session: &CommandSession<'_>, args: &SystemPruneArgs) -> Done {
    let asked = filters(&args.filter)?;
    if args.volumes && asked.has("until") {
        return Err(Failure::from(ClientError::new(Code::PruneVolumesUntil)));
    }
    if !args.force && !confirm(session, args) {
        return Err(Failure::Status(1));
    }
    let mut freed = prune::prune_containers(session, asked.clone())? + prune::prune_networks(session, asked.clone())?;
    if args.volumes {
        freed += prune::prune_volumes(session, asked.clone())?;
    }
    freed += prune::prune_images(session, asked.clone(), args.all)?;
    freed += prune::prune_builds(session, asked)?;
    prune::reclaimed(freed);
    Ok(())
}

/// Says what all would go, and asks.
fn confirm(session: &CommandSession<'_>, args: &SystemPruneArgs) -> bool {
    let words = session.words;
    let volumes = args.volumes.then_some("cli-prune");
    let images = if args.all { "cli-prune-images-all" } else { "cli-prune-images" };
    let all = ["cli-prune-containers", "cli-prune-networks"].into_iter().chain(volumes).chain([images]);
    all.for_each(|kind| out::complaint(words.say(kind)));
    if !args.filter.is_empty() {
        let filters = args.filter.join(", ");
        out::complaint(words.say_with("cli-prune-filtered", &[("filters", filters.as_str())]));
    }
    confirmed(&words.say("cli-prune-sure"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_needs_is_counted_as_docker_counts_it() {
        let image =
            |size, shared_size, containers| ImageSummary { size, shared_size, containers, ..ImageSummary::default() };
        let container = |state: &str, bytes| ContainerSummary {
            state: state.to_owned(),
            size_rw: Some(bytes),
            ..ContainerSummary::default()
        };
        let volume =
            |size, ref_count| Volume { usage_data: Some(VolumeUsage { size, ref_count }), ..Volume::default() };
        let usage = DiskUsage {
            layers_size: 1500,
            images: vec![image(1000, 500, 2), image(1000, 500, 0)],
            containers: vec![container("running", 10), container("exited", 30), container("paused", 0)],
            volumes: vec![volume(5, 0), volume(5, 1), volume(-1, 0)],
            ..DiskUsage::default()
        };
        let said = kinds(&usage).map(|line| line.join("|"));
        assert_eq!(said[0], "Images|2|1|1.5kB|1kB (66%)");
        assert_eq!(said[1], "Containers|3|2|40B|30B (75%)");
        assert_eq!(said[2], "Local Volumes|3|1|10B|5B (50%)");
        assert_eq!(said[3], "Build Cache|0|0|0B|0B");
        assert_eq!(kinds(&DiskUsage::default())[0].join("|"), "Images|0|0|0B|0B");
    }
}
