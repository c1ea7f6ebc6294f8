//! `docker network`.

use super::CommandSession;
use super::table::{self, short};
use crate::cli::{Done, out};
use serde_json::Value;

pub(super) fn list(session: &CommandSession<'_>, quiet: bool, format: Option<&str>, whole: bool) -> Done {
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
