//! `docker volume`.

use super::listing::{Format, Row, labels, text};
use super::{CommandSession, each, encode, filters, pairs};
use crate::cli::docker_args::{VolumeCreateArgs, VolumeRmArgs, VolumesArgs};
use crate::cli::{Done, out};
use crate::docker::{FilterQuery, Volume, VolumeCreate, VolumeList, VolumeRemoveQuery, with_query};
use hyper::Method;

pub(in crate::cli) fn create(session: &CommandSession<'_>, args: &VolumeCreateArgs) -> Done {
    let volume: Volume = session.client.post("/volumes/create", &body(args))?;
    out::line(volume.name);
    Ok(())
}

/// The body of the request.
pub(super) fn body(args: &VolumeCreateArgs) -> VolumeCreate {
    VolumeCreate {
        name: args.name.clone().unwrap_or_default(),
        driver: args.driver.clone(),
        labels: pairs(&args.label),
        driver_opts: pairs(&args.opt),
        ..VolumeCreate::default()
    }
}

pub(in crate::cli) fn list(session: &CommandSession<'_>, args: &VolumesArgs) -> Done {
    let format = Format::parse(args.format.as_deref())?;
    let query = FilterQuery { filters: filters(&args.filter)? };
    let VolumeList { volumes: all, .. } = session.client.get(&with_query("/volumes", &query))?;
    if format.print(VOLUMES, &all.iter().map(listed).collect::<Vec<_>>())? {
        return Ok(());
    }
    if args.quiet {
        all.iter().for_each(|volume| out::line(&volume.name));
    } else {
        let rows: Vec<_> = all.iter().map(|volume| vec![volume.driver.clone(), volume.name.clone()]).collect();
        out::table(&["DRIVER", "VOLUME NAME"], &rows);
    }
    Ok(())
}

/// The fields of `docker volume ls --format`, and their headings.
const VOLUMES: &[(&str, &str)] = &[
    ("Name", "VOLUME NAME"),
    ("Driver", "DRIVER"),
    ("Scope", "SCOPE"),
    ("Mountpoint", "MOUNTPOINT"),
    ("Labels", "LABELS"),
    ("Links", "LINKS"),
    ("Size", "SIZE"),
    ("Group", "GROUP"),
    ("Availability", "AVAILABILITY"),
    ("Status", "STATUS"),
];

/// What docker says of a volume in a list. Nobody counts its size for that, nor who uses it.
fn listed(volume: &Volume) -> Row {
    let (labels, label) = labels(&volume.labels);
    let of = |name: &str| match name {
        "Name" => text(&volume.name),
        "Driver" => text(&volume.driver),
        "Scope" => text(&volume.scope),
        "Mountpoint" => text(volume.mountpoint.display()),
        "Labels" => labels.clone(),
        _ => text("N/A"),
    };
    VOLUMES.iter().map(|(name, head)| (*name, *head, of(name))).chain([("Label", "", label)]).collect()
}

pub(in crate::cli) fn remove(session: &CommandSession<'_>, args: &VolumeRmArgs) -> Done {
    each(session, &args.names, |name| {
        let query = VolumeRemoveQuery { force: args.force };
        session.client.text(Method::DELETE, &with_query(&format!("/volumes/{}", encode(name)), &query))?;
        out::line(name);
        Ok(())
    })
}
