//! `docker volume`.

use super::table;
use super::{CommandSession, each, encode, filters, pairs};
use crate::cli::docker_args::{VolumeCreateArgs, VolumeRmArgs, VolumesArgs};
use crate::cli::{Done, out};
use crate::docker::{FilterQuery, Volume, VolumeCreate, VolumeList, VolumeRemoveQuery, with_query};
use hyper::Method;

pub(in crate::cli) fn create(session: &CommandSession<'_>, args: &VolumeCreateArgs) -> Done {
    let body = VolumeCreate {
        name: args.name.clone().unwrap_or_default(),
        labels: pairs(&args.label),
        ..VolumeCreate::default()
    };
    let volume: Volume = session.client.post("/volumes/create", &body)?;
    out::line(volume.name);
    Ok(())
}

pub(in crate::cli) fn list(session: &CommandSession<'_>, args: &VolumesArgs) -> Done {
    let as_json = table::is_json(args.format.as_deref())?;
    let query = FilterQuery { filters: filters(&args.filter)? };
    let VolumeList { volumes: all, .. } = session.client.get(&with_query("/volumes", &query))?;
    if as_json {
        all.iter().for_each(out::json);
    } else if args.quiet {
        all.iter().for_each(|volume| out::line(&volume.name));
    } else {
        let rows: Vec<_> = all.iter().map(|volume| vec![volume.driver.clone(), volume.name.clone()]).collect();
        out::table(&["DRIVER", "VOLUME NAME"], &rows);
    }
    Ok(())
}

pub(in crate::cli) fn remove(session: &CommandSession<'_>, args: &VolumeRmArgs) -> Done {
    each(session, &args.names, |name| {
        let query = VolumeRemoveQuery { force: args.force };
        session.client.text(Method::DELETE, &with_query(&format!("/volumes/{}", encode(name)), &query))?;
        out::line(name);
        Ok(())
    })
}
