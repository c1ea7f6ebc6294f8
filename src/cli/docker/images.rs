//! `docker images`, `rmi`, `history`.

use super::table::{self, ago, short};
use super::{Session, each, encode};
use crate::cli::Done;
use crate::cli::docker_args::{HistoryArgs, ImagesArgs, RmiArgs};
use crate::client::units::human_size;
use hyper::Method;
use serde_json::{Value, json};

const NONE: &str = "<none>";

pub(super) fn list(session: &Session<'_>, args: &ImagesArgs) -> Done {
    let as_json = table::is_json(args.format.as_deref())?;
    let mut path = "/images/json".to_owned();
    if let Some(repository) = &args.repository {
        let filters = json!({"reference": [repository]}).to_string();
        path.push_str(&format!("?filters={}", encode(&filters)));
    }
    let images: Vec<Value> = session.client.get(&path)?;
    let mut rows = Vec::new();
    for image in &images {
        let id = image["Id"].as_str().unwrap_or_default();
        let id = if args.no_trunc { id.to_owned() } else { short(id) };
        let created = ago(image["Created"].as_i64().unwrap_or(0));
        let size = human_size(image["Size"].as_u64().unwrap_or(0), 3);
        let digest =
            image["RepoDigests"][0].as_str().and_then(|d| d.split_once('@')).map_or(NONE, |(_, digest)| digest);
        for (repository, tag) in names(image) {
            rows.push([repository, tag, digest.to_owned(), id.clone(), created.clone(), size.clone()]);
        }
    }
    if args.quiet {
        let mut ids: Vec<_> = rows.iter().map(|row| row[3].clone()).collect();
        ids.dedup();
        ids.iter().for_each(|id| println!("{id}"));
        return Ok(());
    }
    if as_json {
        for [repository, tag, digest, id, created, size] in rows {
            let line = json!({"Repository": repository, "Tag": tag, "Digest": digest, "ID": id, "CreatedSince": created, "Size": size});
            println!("{line}");
        }
        return Ok(());
    }
    let with_digest = |row: [String; 6]| {
        let keep = |i: &usize| args.digests || *i != 2;
        (0..6).filter(keep).map(|i| row[i].clone()).collect::<Vec<_>>()
    };
    let heads = ["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"];
    let heads: Vec<_> = heads.into_iter().filter(|head| args.digests || *head != "DIGEST").collect();
    table::print(&heads, &rows.into_iter().map(with_digest).collect::<Vec<_>>());
    Ok(())
}

fn names(image: &Value) -> Vec<(String, String)> {
    let tags = image["RepoTags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<_> = tags
        .map(|tag| tag.rsplit_once(':').unwrap_or((tag, NONE)))
        .map(|(r, t)| (r.to_owned(), t.to_owned()))
        .collect();
    if names.is_empty() {
        names.push((NONE.to_owned(), NONE.to_owned()));
    }
    names
}

pub(super) fn remove(session: &Session<'_>, args: &RmiArgs) -> Done {
    each(session, &args.names, |name| {
        let path = format!("/images/{}?force={}", encode(name), args.force);
        let text = session.client.text(Method::DELETE, &path)?;
        let lines: Vec<Value> = serde_json::from_str(&text).unwrap_or_default();
        for line in lines.iter().filter_map(Value::as_object).flatten() {
            println!("{}: {}", line.0, line.1.as_str().unwrap_or_default());
        }
        Ok(())
    })
}

pub(super) fn history(session: &Session<'_>, args: &HistoryArgs) -> Done {
    let lines: Vec<Value> = session.client.get(&format!("/images/{}/history", encode(&args.image)))?;
    if args.quiet {
        lines.iter().for_each(|line| println!("{}", short(line["Id"].as_str().unwrap_or_default())));
        return Ok(());
    }
    let row = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let by = text("CreatedBy").replace('\t', " ");
        let by =
            if args.no_trunc || by.chars().count() <= 45 { by } else { by.chars().take(44).chain(['…']).collect() };
        let size = human_size(line["Size"].as_u64().unwrap_or(0), 3);
        vec![short(&text("Id")), ago(line["Created"].as_i64().unwrap_or(0)), by, size, text("Comment")]
    };
    table::print(&["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"], &lines.iter().map(row).collect::<Vec<_>>());
    Ok(())
}
