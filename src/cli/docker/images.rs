//! `docker images`, `rmi`, `history`, `tag`, `image prune`.

use super::table::{self, ago, short};
use super::{CommandSession, confirmed, each, encode};
use crate::cli::docker_args::{HistoryArgs, ImagesArgs, PruneArgs, RmiArgs, TagArgs};
use crate::cli::{Done, Failure, out};
use crate::client::ClientError;
use crate::client::units::human_size;
use crate::spec::visible;
use hyper::Method;
use serde_json::{Value, json};

const NONE: &str = "<none>";

pub(super) fn list(session: &CommandSession<'_>, args: &ImagesArgs) -> Done {
    let as_json = table::is_json(args.format.as_deref())?;
    let mut filters = args.filter.clone();
    filters.extend(
        args.repository.iter().filter(|name| !name.is_empty()).map(|repository| format!("reference={repository}")),
    );
    let path = format!("/images/json?all={}&filters={}", args.all, encode(&as_json_filters(&filters)?));
    let images: Vec<Value> = session.client.get(&path)?;
    let mut rows = Vec::new();
    for image in &images {
        let id = image["Id"].as_str().unwrap_or_default();
        let id = if args.no_trunc { id.to_owned() } else { short(id) };
        let created = ago(image["Created"].as_i64().unwrap_or(0));
        let size = human_size(image["Size"].as_u64().unwrap_or(0), 3);
        for (repository, tag) in names(image) {
            let of = format!("{repository}@");
            let digests = image["RepoDigests"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let digest = digests.filter_map(|digest| digest.strip_prefix(&of)).next().unwrap_or(NONE).to_owned();
            rows.push([repository, tag, digest, id.clone(), created.clone(), size.clone()]);
        }
    }
    if args.quiet {
        // A line a name, as Docker has it: an image with two of them is there twice.
        rows.iter().for_each(|row| out::line(&row[3]));
        return Ok(());
    }
    if as_json {
        for [repository, tag, digest, id, created, size] in rows {
            let line = json!({"Repository": repository, "Tag": tag, "Digest": digest, "ID": id, "CreatedSince": created, "Size": size});
            out::json(&line);
        }
        return Ok(());
    }
    let with_digest = |row: [String; 6]| {
        let keep = |i: &usize| args.digests || *i != 2;
        (0..6).filter(keep).map(|i| row[i].clone()).collect::<Vec<_>>()
    };
    let heads = ["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"];
    let heads: Vec<_> = heads.into_iter().filter(|head| args.digests || *head != "DIGEST").collect();
    out::table(&heads, &rows.into_iter().map(with_digest).collect::<Vec<_>>());
    Ok(())
}

fn names(image: &Value) -> Vec<(String, String)> {
    let tags = image["RepoTags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<_> = tags
        .map(|tag| tag.rsplit_once(':').unwrap_or((tag, NONE)))
        .map(|(r, t)| (r.to_owned(), t.to_owned()))
        .collect();
    if names.is_empty() {
        // Pulled by a digest, or left behind by a tag that moved on: the repository is still known.
        let repository = image["RepoDigests"][0].as_str().and_then(|name| name.split('@').next()).unwrap_or(NONE);
        names.push((repository.to_owned(), NONE.to_owned()));
    }
    names
}

/// `--filter KEY=VALUE` as the API wants it: `{"KEY":["VALUE"]}`; `label!=x` is the filter `label!`.
pub(super) fn as_json_filters(filters: &[String]) -> Result<String, ClientError> {
    let mut all = serde_json::Map::new();
    for filter in filters {
        let bad = || ClientError::new("bad-filter").with("filter", filter);
        let (name, value) = filter.split_once('=').ok_or_else(bad)?;
        let values = all.entry(name.trim().to_lowercase()).or_insert_with(|| json!([]));
        values.as_array_mut().ok_or_else(bad)?.push(value.trim().into());
    }
    Ok(Value::from(all).to_string())
}

pub(super) fn tag(session: &CommandSession<'_>, args: &TagArgs) -> Done {
    let target = super::pull::parse(&args.target)?;
    let tag = target.tag.as_deref().unwrap_or_default();
    if target.digest.is_some() {
        return Err(ClientError::new("tag-with-digest").with("reference", &args.target).into());
    }
    let path = format!("/images/{}/tag?repo={}&tag={tag}", encode(&args.source), encode(&target.familiar_name()));
    session.client.text(Method::POST, &path)?;
    Ok(())
}

pub(super) fn prune(session: &CommandSession<'_>, args: &PruneArgs) -> Done {
    let question = if args.all { "cli-prune-images-all" } else { "cli-prune-images" };
    if !args.force && !confirmed(&session.words.say(question)) {
        return Err(Failure::Status(1));
    }
    let mut filters = args.filter.clone();
    filters.push(format!("dangling={}", !args.all));
    let answer: Value =
        session.client.post(&format!("/images/prune?filters={}", encode(&as_json_filters(&filters)?)), &json!({}))?;
    let deleted = answer["ImagesDeleted"].as_array().cloned().unwrap_or_default();
    if !deleted.is_empty() {
        out::line("Deleted Images:");
    }
    for line in deleted.iter().filter_map(Value::as_object).flatten() {
        out::line(format_args!("{}: {}", line.0.to_lowercase(), line.1.as_str().unwrap_or_default()));
    }
    let reclaimed = human_size(answer["SpaceReclaimed"].as_u64().unwrap_or(0), 4);
    out::lines(format_args!("\nTotal reclaimed space: {reclaimed}"));
    Ok(())
}

pub(super) fn remove(session: &CommandSession<'_>, args: &RmiArgs) -> Done {
    each(session, &args.names, |name| {
        let path = format!("/images/{}?force={}&noprune={}", encode(name), args.force, args.no_prune);
        let text = session.client.text(Method::DELETE, &path)?;
        let lines: Vec<Value> = serde_json::from_str(&text).unwrap_or_default();
        for line in lines.iter().filter_map(Value::as_object).flatten() {
            out::line(format_args!("{}: {}", line.0, line.1.as_str().unwrap_or_default()));
        }
        Ok(())
    })
}

pub(super) fn history(session: &CommandSession<'_>, args: &HistoryArgs) -> Done {
    let lines: Vec<Value> = session.client.get(&format!("/images/{}/history", encode(&args.image)))?;
    if args.quiet {
        let id = |line: &Value| line["Id"].as_str().unwrap_or_default().to_owned();
        lines.iter().map(id).for_each(|id| out::line(if args.no_trunc { id } else { short(&id) }));
        return Ok(());
    }
    let row = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let by = text("CreatedBy").replace('\t', " ");
        let by = visible::line(&by);
        let by = if args.no_trunc { by } else { visible::cut(&by, 45).into_owned().into() };
        let size = human_size(line["Size"].as_u64().unwrap_or(0), 3);
        let id = if args.no_trunc { text("Id") } else { short(&text("Id")) };
        vec![id, ago(line["Created"].as_i64().unwrap_or(0)), by.into_owned(), size, text("Comment")]
    };
    out::table(&["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"], &lines.iter().map(row).collect::<Vec<_>>());
    Ok(())
}
