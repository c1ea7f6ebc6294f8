//! `docker ps`, `stop`, `kill`, `rm`, `wait`, `logs`.

use super::table::{self, ago, short};
use super::{CommandSession, each, encode};
use crate::cli::docker_args::{DiffArgs, KillArgs, LogsArgs, Names, PsArgs, RmArgs, StopArgs};
use crate::cli::terminal::Demux;
use crate::cli::{Done, out};
use crate::client::ClientError;
use crate::docker::{ContainerChange, ContainerEnded, ContainerInspect, ContainerSummary, Empty};
use crate::spec::visible;
use hyper::Method;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(in crate::cli) fn ps(session: &CommandSession<'_>, args: &PsArgs) -> Done {
    let as_json = table::is_json(args.format.as_deref())?;
    let limit = if args.latest { 1 } else { args.last.unwrap_or(-1) };
    let filters = encode(&super::filters(&args.filter)?.text());
    let path = format!("/containers/json?all={}&limit={limit}&filters={filters}", args.all);
    let containers: Vec<ContainerSummary> = session.client.get(&path)?;
    let id = |c: &ContainerSummary| if args.no_trunc { c.id.clone() } else { short(&c.id) };
    if args.quiet {
        containers.iter().for_each(|c| out::line(id(c)));
        return Ok(());
    }
    if as_json {
        containers.iter().for_each(out::json);
        return Ok(());
    }
    let row = |c: &ContainerSummary| {
        let command = visible::line(&c.command);
        let command = if args.no_trunc { command } else { visible::cut(&command, 20).into_owned().into() };
        let names = c.names.iter().map(|name| name.trim_start_matches('/')).collect::<Vec<_>>().join(",");
        let command = format!("\"{command}\"");
        vec![id(c), c.image.clone(), command, ago(c.created), c.status.clone(), String::new(), names]
    };
    let heads = ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"];
    out::table(&heads, &containers.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

pub(in crate::cli) fn stop(session: &CommandSession<'_>, args: &StopArgs) -> Done {
    let signal = args.signal.as_ref().map(|signal| format!("signal={}", encode(signal)));
    let time = args.time.map(|seconds| format!("t={seconds}"));
    let query = signal.into_iter().chain(time).collect::<Vec<_>>().join("&");
    post_each(session, &args.names, "stop", &query)
}

pub(in crate::cli) fn kill(session: &CommandSession<'_>, args: &KillArgs) -> Done {
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

pub(in crate::cli) fn rm(session: &CommandSession<'_>, args: &RmArgs) -> Done {
    each(session, &args.names, |name| {
        let path = format!("/containers/{}?force={}&v={}", encode(name), args.force, args.volumes);
        session.client.call(Method::DELETE, &path, None::<&()>)?;
        out::line(name);
        Ok(())
    })
}

pub(in crate::cli) fn wait(session: &CommandSession<'_>, args: &Names) -> Done {
    each(session, &args.names, |name| {
        let path = format!("/containers/{}/wait", encode(name));
        let ended: ContainerEnded = session.client.post(&path, &Empty {})?;
        out::line(ended.status_code);
        Ok(())
    })
}

pub(in crate::cli) fn diff(session: &CommandSession<'_>, args: &DiffArgs) -> Done {
    let changes: Option<Vec<ContainerChange>> =
        session.client.get(&format!("/containers/{}/changes", encode(&args.name)))?;
    for change in changes.unwrap_or_default() {
        let kind = match change.kind {
            1 => "A",
            2 => "D",
            _ => "C",
        };
        out::line(format_args!("{kind} {}", change.path));
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

pub(in crate::cli) fn logs(session: &CommandSession<'_>, args: &LogsArgs) -> Done {
    let name = encode(&args.name);
    let container: ContainerInspect = session.client.get(&format!("/containers/{name}/json"))?;
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
    let mut demux = Demux::new(!container.config.tty);
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
