//! `docker volume` and `docker network`.

use super::table::{self, short};
use super::{CommandSession, each, encode};
use crate::cli::{Done, Failure, out};
use hyper::Method;
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal};

pub(super) fn create_volume(session: &CommandSession<'_>, name: Option<&str>, labels: &[String]) -> Done {
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

pub(super) fn volumes(session: &CommandSession<'_>, quiet: bool, format: Option<&str>) -> Done {
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

pub(super) fn remove_volumes(session: &CommandSession<'_>, force: bool, names: &[String]) -> Done {
    each(session, names, |name| {
        session.client.text(Method::DELETE, &format!("/volumes/{}?force={force}", encode(name)))?;
        out::line(name);
        Ok(())
    })
}

pub(super) fn prune_volumes(session: &CommandSession<'_>, all: bool, force: bool) -> Done {
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

/// Asks on a terminal; where there is nobody to ask the answer is no.
pub(super) fn confirmed(question: &str) -> bool {
    out::question(format_args!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().is_terminal()
        && std::io::stdin().lock().read_line(&mut answer).is_ok()
        && answer.trim().eq_ignore_ascii_case("y")
}

pub(super) fn networks(session: &CommandSession<'_>, quiet: bool, format: Option<&str>, whole: bool) -> Done {
    let as_json = table::is_json(format)?;
    let all: Vec<Value> = session.client.get("/networks")?;
    let text = |network: &Value, name: &str| network[name].as_str().unwrap_or_default().to_owned();
    let id = |network: &Value| if whole { text(network, "Id") } else { short(&text(network, "Id")) };
    if as_json {
        all.iter().for_each(out::json);
    } else if quiet {
        all.iter().for_each(|network| out::line(id(network)));
    } else {
        let row = |n: &Value| vec![id(n), text(n, "Name"), text(n, "Driver"), text(n, "Scope")];
        out::table(&["NETWORK ID", "NAME", "DRIVER", "SCOPE"], &all.iter().map(row).collect::<Vec<_>>());
    }
    Ok(())
}
