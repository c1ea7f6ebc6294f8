//! `docker inspect`, `version`, `info`.

use super::{CommandSession, encode};
use crate::cli::docker_args::{FormatArg, InspectArgs, NetworkInspectArgs};
use crate::cli::template::Template;
use crate::cli::{Done, Failure, out, report};
use crate::client::ClientError;
use crate::docker::{ContainerInspectQuery, Json, NetworkInspectQuery, with_query};
use crate::trace::Code;

/// Kinds of things and where each is asked for, in docker's order.
const KINDS: &[(&str, &str, &str)] = &[
    ("container", "/containers/", "/json"),
    ("image", "/images/", "/json"),
    ("network", "/networks/", ""),
    ("volume", "/volumes/", ""),
];

pub(in crate::cli) fn any(session: &CommandSession<'_>, args: &InspectArgs) -> Done {
    inspect(session, args, args.kind.as_deref())
}

pub(in crate::cli) fn container(session: &CommandSession<'_>, args: &InspectArgs) -> Done {
    inspect(session, args, Some("container"))
}

pub(in crate::cli) fn image(session: &CommandSession<'_>, args: &InspectArgs) -> Done {
    inspect(session, args, Some("image"))
}

pub(in crate::cli) fn volume(session: &CommandSession<'_>, args: &InspectArgs) -> Done {
    inspect(session, args, Some("volume"))
}

pub(in crate::cli) fn network(session: &CommandSession<'_>, args: &NetworkInspectArgs) -> Done {
    let verbose = if args.verbose { "true" } else { "" }.to_owned();
    shown(session, args.format.as_deref(), &args.names, |name| {
        let query = NetworkInspectQuery { verbose: verbose.clone(), ..NetworkInspectQuery::default() };
        session.client.get(&with_query(&format!("/networks/{}", encode(name)), &query))
    })
}

pub(in crate::cli) fn version(session: &CommandSession<'_>, args: &FormatArg) -> Done {
    whole(session, "/version", args)
}

pub(in crate::cli) fn info(session: &CommandSession<'_>, args: &FormatArg) -> Done {
    whole(session, "/info", args)
}

fn inspect(session: &CommandSession<'_>, args: &InspectArgs, kind: Option<&str>) -> Done {
    shown(session, args.format.as_deref(), &args.names, |name| find(session, name, kind, args.size))
}

fn shown(
    session: &CommandSession<'_>,
    format: Option<&str>,
    names: &[String],
    find: impl Fn(&str) -> Result<Json, ClientError>,
) -> Done {
    // A template of one thing alone; json is that of each in a line.
    let template = match format {
        None | Some("") => None,
        Some("json") => Some(Template::parse("{{json .}}")?),
        Some(text) => Some(Template::parse(text)?),
    };
    let (mut found, mut failed) = (Vec::new(), false);
    for name in names {
        match find(name) {
            Ok(thing) => found.push(thing),
            Err(error) => {
                report::as_docker(session.words, &error.problem);
                failed = true;
            }
        }
    }
    match template {
        None => out::json_pretty(&found),
        Some(template) => {
            for thing in &found {
                out::lines(template.render(thing)?);
            }
        }
    }
    if failed { Err(Failure::Status(1)) } else { Ok(()) }
}

fn find(session: &CommandSession<'_>, name: &str, kind: Option<&str>, size: bool) -> Result<Json, ClientError> {
    for (of, before, after) in KINDS.iter().filter(|(of, ..)| kind.is_none_or(|kind| kind == *of)) {
        let path = format!("{before}{}{after}", encode(name));
        // Only of a container it can be asked for.
        let size = size && *of == "container";
        match session.client.get(&with_query(&path, &ContainerInspectQuery { size })) {
            Err(error) if error.status == Some(404) && kind != Some(of) => {}
            result => return result,
        }
    }
    Err(ClientError::new(Code::NoSuchThing).with("name", name))
}

fn whole(session: &CommandSession<'_>, path: &str, args: &FormatArg) -> Done {
    let template = match args.format.as_deref() {
        None | Some("") => None,
        Some("json") => Some(Template::parse("{{json .}}")?),
        Some(text) => Some(Template::parse(text)?),
    };
    let answer: Json = session.client.get(path)?;
    if let Some(template) = template {
        out::lines(template.render(&answer)?);
        return Ok(());
    }
    for (name, value) in
        answer.value().as_object().into_iter().flatten().filter(|(_, v)| !v.is_object() && !v.is_array())
    {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !value.is_empty() {
            out::line(format_args!("{name}: {value}"));
        }
    }
    Ok(())
}
