//! `docker update`, `docker top`.

use super::create::limits;
use super::listing::columns;
use super::{CommandSession, each, encode};
use crate::cli::docker_args::{TopArgs, UpdateArgs};
use crate::cli::{Done, out};
use crate::docker::{ContainerTop, ContainerTopQuery, ContainerUpdated, with_query};

pub(in crate::cli) fn update(session: &CommandSession<'_>, args: &UpdateArgs) -> Done {
    let body = limits(&args.limits)?;
    each(session, &args.names, |name| {
        let path = format!("/containers/{}/update", encode(name));
        let answer: ContainerUpdated = session.client.post(&path, &body)?;
        answer.warnings.iter().for_each(out::complaint);
        out::line(name);
        Ok(())
    })
}

pub(in crate::cli) fn top(session: &CommandSession<'_>, args: &TopArgs) -> Done {
    let ps_args = Some(args.ps_options.join(" ")).filter(|text| !text.is_empty());
    let path = with_query(&format!("/containers/{}/top", encode(&args.container)), &ContainerTopQuery { ps_args });
    let top: ContainerTop = session.client.get(&path)?;
    columns(&[&[top.titles][..], &top.processes].concat()).iter().for_each(out::line);
    Ok(())
}
