//! `docker volume`.

use super::table;
use super::{CommandSession, confirmed, each, encode};
use crate::cli::{Done, Failure, out};
use hyper::Method;
use serde_json::{Value, json};

pub(super) fn create(session: &CommandSession<'_>, name: Option<&str>, labels: &[String]) -> Done {
    let labels: serde_json::Map<_, _> = labels
        .iter()
        .map(|label| label.split_once('=').unwrap_or((label, "")))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let body = json!({"Name": name.unwrap_or_default(), "Labels": labels});
    let volume: Value = session.client.post("/volumes/create", &body)?;
    out::line(volume["Name"].as_str().unwrap_or_default());
    Ok(())
}

pub(super) fn list(session: &CommandSession<'_>, quiet: bool, format: Option<&str>) -> Done {
    let as_json = table::is_json(format)?;
    let answer: Value = session.client.get("/volumes")?;
    let all = answer["Volumes"].as_array().cloned().unwrap_or_default();
    let name = |volume: &Value| volume["Name"].as_str().unwrap_or_default().to_owned();
    if as_json {
        all.iter().for_each(out::json);
    } else if quiet {
        all.iter().for_each(|volume| out::line(name(volume)));
    } else {
        let rows: Vec<_> = all.iter().map(|volume| vec!["local".to_owned(), name(volume)]).collect();
        out::table(&["DRIVER", "VOLUME NAME"], &rows);
    }
    Ok(())
}

pub(super) fn remove(session: &CommandSession<'_>, force: bool, names: &[String]) -> Done {
    each(session, names, |name| {
        session.client.text(Method::DELETE, &format!("/volumes/{}?force={force}", encode(name)))?;
        out::line(name);
        Ok(())
    })
}

pub(super) fn prune(session: &CommandSession<'_>, all: bool, force: bool) -> Done {
    if !force && !confirmed(&session.words.say(if all { "cli-prune-all" } else { "cli-prune" })) {
        return Err(Failure::Status(1));
    }
    let path = if all { "/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D" } else { "/volumes/prune" };
    let answer: Value = session.client.post(path, &json!({}))?;
    for name in answer["VolumesDeleted"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        out::line(name);
    }
    Ok(())
}
