//! `docker ps`, `stop`, `kill`, `rm`, `wait`, `logs`.

use super::table::{self, ago, short};
use super::{CommandSession, each, encode};
use crate::cli::docker_args::{DiffArgs, KillArgs, LogsArgs, Names, PsArgs, RmArgs, StopArgs};
use crate::cli::terminal::Demux;
use crate::cli::{Done, out};
use crate::client::ClientError;
use crate::spec::visible;
use hyper::Method;
use serde_json::{Map, Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) fn ps(session: &CommandSession<'_>, args: &PsArgs) -> Done {
    let as_json = table::is_json(args.format.as_deref())?;
    let limit = if args.latest { 1 } else { args.last.unwrap_or(-1) };
    let mut filters = Map::new();
    for filter in &args.filter {
        let (name, value) =
            filter.split_once('=').ok_or_else(|| ClientError::new("bad-filter").with("filter", filter))?;
        if let Some(values) = filters.entry(name).or_insert_with(|| json!([])).as_array_mut() {
            values.push(value.into());
        }
    }
    let filters = encode(&Value::from(filters).to_string());
    let path = format!("/containers/json?all={}&limit={limit}&filters={filters}", args.all);
    let containers: Vec<Value> = session.client.get(&path)?;
    let text = |c: &Value, name: &str| c[name].as_str().unwrap_or_default().to_owned();
    let id = |c: &Value| if args.no_trunc { text(c, "Id") } else { short(&text(c, "Id")) };
    if args.quiet {
        containers.iter().for_each(|c| out::line(id(c)));
        return Ok(());
    }
    if as_json {
        containers.iter().for_each(out::json);
        return Ok(());
    }
    let row = |c: &Value| {
        let command = text(c, "Command");
        let command = visible::line(&command);
        let command = if args.no_trunc { command } else { visible::cut(&command, 20).into_owned().into() };
        let names = c["Names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let names = names.map(|name| name.trim_start_matches('/')).collect::<Vec<_>>().join(",");
        let created = ago(c["Created"].as_i64().unwrap_or(0));
        vec![id(c), text(c, "Image"), format!("\"{command}\""), created, text(c, "Status"), String::new(), names]
    };
    let heads = ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"];
    out::table(&heads, &containers.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

pub(super) fn stop(session: &CommandSession<'_>, args: &StopArgs) -> Done {
    let signal = args.signal.as_ref().map(|signal| format!("signal={}", encode(signal)));
    let time = args.time.map(|seconds| format!("t={seconds}"));
    let query = signal.into_iter().chain(time).collect::<Vec<_>>().join("&");
    post_each(session, &args.names, "stop", &query)
}

pub(super) fn kill(session: &CommandSession<'_>, args: &KillArgs) -> Done {
    let query = args.signal.as_ref().map_or_else(String::new, |signal| format!("signal={}", encode(signal)));
    post_each(session, &args.names, "kill", &query)
}

pub(super) fn post_each(session: &CommandSession<'_>, names: &[String], action: &str, query: &str) -> Done {
    each(session, names, |name| {
        let path = format!("/containers/{}/{action}?{query}", encode(name));
        session.client.call(Method::POST, &path, None::<&()>)?;
        out::line(name);
        Ok(())
    })
}

pub(super) fn rm(session: &CommandSession<'_>, args: &RmArgs) -> Done {
    each(session, &args.names, |name| {
        let path = format!("/containers/{}?force={}&v={}", encode(name), args.force, args.volumes);
        session.client.call(Method::DELETE, &path, None::<&()>)?;
        out::line(name);
        Ok(())
    })
}

pub(super) fn wait(session: &CommandSession<'_>, args: &Names) -> Done {
    each(session, &args.names, |name| {
        let answer: Value = session.client.post(&format!("/containers/{}/wait", encode(name)), &json!({}))?;
        out::line(&answer["StatusCode"]);
        Ok(())
    })
}

pub(super) fn diff(session: &CommandSession<'_>, args: &DiffArgs) -> Done {
    let changes: Option<Vec<Value>> = session.client.get(&format!("/containers/{}/changes", encode(&args.name)))?;
    for change in changes.unwrap_or_default() {
        let kind = match change["Kind"].as_u64() {
            Some(1) => "A",
            Some(2) => "D",
            _ => "C",
        };
        out::line(format_args!("{kind} {}", change["Path"].as_str().unwrap_or_default()));
    }
    Ok(())
}

/// Seconds after 1970, of the same, or of how long ago: `90`, `1h30m`, `1.5s`.
fn moment(text: &str, now: SystemTime) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().any(|b| b.is_ascii_digit());
    if plain {
        return Some(text.to_owned());
    }
    if text.is_empty() {
        return None;
    }
    let (mut rest, mut ago) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |length| digits + length);
        let seconds = match &rest[digits..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        ago = ago.checked_add(Duration::try_from_secs_f64(rest[..digits].parse::<f64>().ok()? * seconds).ok()?)?;
        rest = &rest[unit..];
    }
    let then = now.duration_since(UNIX_EPOCH).ok()?.saturating_sub(ago);
    Some(format!("{}.{:09}", then.as_secs(), then.subsec_nanos()))
}

pub(super) fn logs(session: &CommandSession<'_>, args: &LogsArgs) -> Done {
    let name = encode(&args.name);
    let container: Value = session.client.get(&format!("/containers/{name}/json"))?;
    let tty = container["Config"]["Tty"].as_bool().unwrap_or(false);
    let moment = |option, text: &Option<String>| match text {
        Some(text) => moment(text, SystemTime::now())
            .ok_or_else(|| ClientError::new("bad-moment").with("option", option).with("value", text)),
        None => Ok("0".to_owned()),
    };
    let path = format!(
        "/containers/{name}/logs?stdout=1&stderr=1&follow={}&timestamps={}&tail={}&since={}&until={}",
        args.follow,
        args.timestamps,
        encode(&args.tail),
        moment("--since", &args.since)?,
        moment("--until", &args.until)?
    );
    let mut answer = session.client.open(Method::GET, &path, None::<&()>, &[])?;
    let mut demux = Demux::new(!tty);
    while let Some(chunk) = answer.chunk()? {
        // Whoever read it has gone: `docker logs | head`.
        if demux.take(&chunk).is_err() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_the_docker_cli_reads_them() {
        let now = UNIX_EPOCH + Duration::from_secs(10_000);
        let read = |text| moment(text, now);
        assert_eq!(read("1700000000.5").as_deref(), Some("1700000000.5"));
        assert_eq!(read("1h30m").as_deref(), Some("4600.000000000"));
        assert_eq!(read("1.5s").as_deref(), Some("9998.500000000"));
        for bad in ["", ".", "h", "10x", "yesterday", "-5m", "5m3", "1e999h"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
