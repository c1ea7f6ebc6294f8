//! `docker ps`, `stop`, `kill`, `rm`, `wait`, `logs`, `events`.

use super::listing::{Format, Row, labels, text};
use super::table::{ago, short};
use super::{CommandSession, each, encode};
use crate::cli::docker_args::{DiffArgs, EventsArgs, KillArgs, LogsArgs, Names, PsArgs, RenameArgs, RmArgs, StopArgs};
use crate::cli::template::Template;
use crate::cli::terminal::{Demux, not_printed};
use crate::cli::{Done, out, report};
use crate::client::ClientError;
use crate::client::units::human_size;
use crate::docker::{
    ContainerChange, ContainerEnded, ContainerInspect, ContainerKillQuery, ContainerListQuery, ContainerRemoveQuery,
    ContainerRenameQuery, ContainerStopQuery, ContainerSummary, Empty, Event, EventsQuery, Json, LogsQuery,
    PortSummary, unix_time, with_query,
};
use crate::spec::visible;
use crate::trace::Code;
use hyper::Method;
use jiff::Timestamp;
use serde::Serialize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(in crate::cli) fn ps(session: &CommandSession<'_>, args: &PsArgs) -> Done {
    let format = Format::parse(args.format.as_deref())?;
    let limit = if args.latest { Some(1) } else { args.last };
    let query = ContainerListQuery { all: args.all, limit, size: args.size, filters: super::filters(&args.filter)? };
    let containers: Vec<ContainerSummary> = session.client.get(&with_query("/containers/json", &query))?;
    let id = |c: &ContainerSummary| if args.no_trunc { c.id.clone() } else { short(&c.id) };
    if args.quiet {
        containers.iter().for_each(|c| out::line(id(c)));
        return Ok(());
    }
    let listed: Vec<_> = containers.iter().map(|c| listed(c, args.no_trunc, args.size)).collect();
    if format.print(PS, &listed)? {
        return Ok(());
    }
    let row = |c: &ContainerSummary| {
        let command = visible::line(&c.command);
        let command = if args.no_trunc { command } else { visible::cut(&command, 20).into_owned().into() };
        let command = format!("\"{command}\"");
        // One whose name has gone is shown by the id.
        let image = if c.image == c.image_id && !args.no_trunc { short(&c.image) } else { c.image.clone() };
        let row =
            vec![id(c), image, command, ago(c.created), c.status.clone(), ports(&c.ports), names(c, args.no_trunc)];
        row.into_iter().chain(args.size.then(|| sizes(c))).collect()
    };
    let heads = ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"];
    let heads: Vec<_> = heads.into_iter().chain(args.size.then_some("SIZE")).collect();
    out::table(&heads, &containers.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// The fields of `docker ps --format`, and their headings.
const PS: &[(&str, &str)] = &[
    ("ID", "CONTAINER ID"),
    ("Names", "NAMES"),
    ("Image", "IMAGE"),
    ("Command", "COMMAND"),
    ("CreatedAt", "CREATED AT"),
    ("RunningFor", "CREATED"),
    ("Ports", "PORTS"),
    ("State", "STATE"),
    ("Status", "STATUS"),
    ("Size", "SIZE"),
    ("Labels", "LABELS"),
    ("Mounts", "MOUNTS"),
    ("LocalVolumes", "LOCAL VOLUMES"),
    ("Networks", "NETWORKS"),
];

/// What docker says of a container in a list.
fn listed(c: &ContainerSummary, whole: bool, size: bool) -> Row {
    let command = if whole { c.command.clone() } else { visible::cut(&c.command, 20).into_owned() };
    let image = if c.image == c.image_id && !whole { short(&c.image) } else { c.image.clone() };
    let mounts = c.mounts.iter().map(|mount| {
        let name = if mount.name.is_empty() { mount.source.display().to_string() } else { mount.name.clone() };
        if whole { name } else { visible::cut(&name, 15).into_owned() }
    });
    let volumes = c.mounts.iter().filter(|mount| mount.kind == "volume").count();
    let (labels, label) = labels(&c.labels);
    let of = |name: &str| match name {
        "ID" if whole => text(&c.id),
        "ID" => text(short(&c.id)),
        "Names" => text(names(c, whole)),
        "Image" => text(&image),
        "Command" => text(format!("\"{command}\"")),
        "CreatedAt" => text(Timestamp::from_second(c.created).map_or_else(|_| String::new(), created_at)),
        "RunningFor" => text(ago(c.created)),
        "State" => text(&c.state),
        "Status" => text(&c.status),
        "Size" if size => text(sizes(c)),
        "Size" => text("0B"),
        "Labels" => labels.clone(),
        "Mounts" => text(mounts.clone().collect::<Vec<_>>().join(",")),
        "LocalVolumes" => text(volumes),
        "Networks" => text(c.network_settings.networks.keys().cloned().collect::<Vec<_>>().join(",")),
        _ => text(ports(&c.ports)),
    };
    let fields = PS.iter().map(|(name, head)| (*name, *head, of(name)));
    fields.chain([("Label", "", label)]).collect()
}

/// Without the slashes before them; `whole`: with those by which others know it.
pub(super) fn names(container: &ContainerSummary, whole: bool) -> String {
    let names = container.names.iter().map(|name| name.trim_start_matches('/'));
    names.filter(|name| whole || !name.contains('/')).collect::<Vec<_>>().join(",")
}

/// `80/tcp, 0.0.0.0:8000-8010->8000-8010/tcp`: such as follow one another stand together, those of which the number is another on the
/// host come last (docker CLI, `DisplayablePorts`).
fn ports(ports: &[PortSummary]) -> String {
    let mut ports: Vec<_> = ports.iter().collect();
    ports.sort_by_key(|port| (port.private_port, &port.ip, port.public_port, &port.kind));
    let (mut said, mut moved, mut runs) = (Vec::new(), Vec::new(), Vec::<(&PortSummary, u16)>::new());
    let at = |ip: &str| if ip.contains(':') { format!("[{ip}]") } else { ip.to_owned() };
    let group = |(first, last): &(&PortSummary, u16)| {
        let (from, kind) = (first.private_port, &first.kind);
        let numbers = if from == *last { from.to_string() } else { format!("{from}-{last}") };
        match first.ip.as_str() {
            "" => format!("{numbers}/{kind}"),
            ip => format!("{}:{numbers}->{numbers}/{kind}", at(ip)),
        }
    };
    for port in ports {
        let number = port.private_port;
        if let Some(public) = port.public_port.filter(|public| !port.ip.is_empty() && *public != number) {
            moved.push(format!("{}:{public}->{number}/{}", at(&port.ip), port.kind));
            continue;
        }
        match runs.iter_mut().find(|(of, _)| (&of.kind, &of.ip) == (&port.kind, &port.ip)) {
            None => runs.push((port, number)),
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            Some(run) => {
                said.push(group(run));
                *run = (port, number);
            }
        }
    }
    said.extend(runs.iter().map(group));
    said.extend(moved);
    said.join(", ")
}

/// `2026-11-21 20:55:10 +0000 UTC`, in this machine's zone, as Go prints it.
pub(super) fn created_at(moment: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::system();
    let (clock, offset) = (zone.to_datetime(moment), zone.to_offset_info(moment));
    let seconds = offset.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    let clock = clock.to_string().replace('T', " ");
    format!("{clock} {sign}{:02}{:02} {}", minutes / 60, minutes % 60, offset.abbreviation())
}

/// `5MB (virtual 6.2MB)`
fn sizes(container: &ContainerSummary) -> String {
    let written = human_size(container.size_rw.unwrap_or(0), 3);
    match container.size_root_fs.filter(|all| *all > 0) {
        Some(all) => format!("{written} (virtual {})", human_size(all, 3)),
        None => written,
    }
}

pub(in crate::cli) fn stop(session: &CommandSession<'_>, args: &StopArgs) -> Done {
    let query = ContainerStopQuery { signal: args.signal.clone(), seconds: args.time };
    post_each(session, &args.names, "stop", &query)
}

pub(in crate::cli) fn kill(session: &CommandSession<'_>, args: &KillArgs) -> Done {
    post_each(session, &args.names, "kill", &ContainerKillQuery { signal: args.signal.clone() })
}

pub(in crate::cli) fn restart(session: &CommandSession<'_>, args: &StopArgs) -> Done {
    let query = ContainerStopQuery { signal: args.signal.clone(), seconds: args.time };
    post_each(session, &args.names, "restart", &query)
}

pub(in crate::cli) fn pause(session: &CommandSession<'_>, args: &Names) -> Done {
    post_each(session, &args.names, "pause", &ContainerStopQuery::default())
}

pub(in crate::cli) fn unpause(session: &CommandSession<'_>, args: &Names) -> Done {
    post_each(session, &args.names, "unpause", &ContainerStopQuery::default())
}

pub(in crate::cli) fn rename(session: &CommandSession<'_>, args: &RenameArgs) -> Done {
    let query = ContainerRenameQuery { name: args.new_name.clone() };
    let path = with_query(&format!("/containers/{}/rename", encode(&args.container)), &query);
    session.client.call(Method::POST, &path, None::<&()>)?;
    Ok(())
}

pub(super) fn post_each<Q: Serialize + Default>(
    session: &CommandSession<'_>,
    names: &[String],
    action: &str,
    query: &Q,
) -> Done {
    each(session, names, |name| {
        let path = with_query(&format!("/containers/{}/{action}", encode(name)), query);
        session.client.call(Method::POST, &path, None::<&()>)?;
        out::line(name);
        Ok(())
    })
}

pub(in crate::cli) fn rm(session: &CommandSession<'_>, args: &RmArgs) -> Done {
    let query = ContainerRemoveQuery { force: args.force, volumes: args.volumes, link: args.link };
    each(session, &args.names, |name| {
        let path = with_query(&format!("/containers/{}", encode(name)), &query);
        match session.client.call(Method::DELETE, &path, None::<&()>) {
            // As docker: it is said, and is what was wanted.
            Err(error) if args.force && error.status == Some(404) => report::as_docker(session.words, &error.problem),
            Err(error) => return Err(error),
            Ok(_) => out::line(name),
        }
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

/// Seconds after 1970, how long ago, or a date: `90`, `1h30m`, `1.5s`, `2026-11-21`, `2026-11-21T20:55`, `2026-11-21T20:55:10Z`.
/// A date that does not say where is one of here.
fn moment(text: &str, now: SystemTime) -> Option<Timestamp> {
    if text.as_bytes().get(4) == Some(&b'-') {
        let date = text.get(..10).filter(|_| text.len() == 10 || text.as_bytes()[10] == b'T')?;
        let zone = jiff::tz::TimeZone::system();
        let local = || text.parse::<jiff::civil::DateTime>().ok().and_then(|at| zone.to_timestamp(at).ok());
        // A zone behind a date alone is UTC's; of another there is a clock before it.
        let utc = || {
            text.strip_suffix('Z').filter(|rest| *rest == date).and_then(|day| format!("{day}T00:00:00Z").parse().ok())
        };
        return text.parse::<Timestamp>().ok().or_else(utc).or_else(local);
    }
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().any(|b| b.is_ascii_digit());
    if plain {
        return unix_time(text);
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
    Timestamp::try_from(UNIX_EPOCH + then).ok()
}

/// The moment that an option says.
fn asked(option: &str, text: Option<&String>) -> Result<Option<Timestamp>, ClientError> {
    let bad = |text| ClientError::new(Code::BadMoment).with("option", option).with("value", text);
    text.map(|text| moment(text, SystemTime::now()).ok_or_else(|| bad(text))).transpose()
}

pub(in crate::cli) fn events(session: &CommandSession<'_>, args: &EventsArgs) -> Done {
    let format = match args.format.as_deref() {
        None | Some("") => None,
        Some("json") => Some(Template::parse("{{json .}}")?),
        Some(text) => Some(Template::parse(text)?),
    };
    let query = EventsQuery {
        since: asked("--since", args.since.as_ref())?,
        until: asked("--until", args.until.as_ref())?,
        filters: super::filters(&args.filter)?,
    };
    let mut answer = session.client.open(Method::GET, &with_query("/events", &query), None::<&()>, &[])?;
    let mut text = Vec::new();
    while let Some(chunk) = answer.chunk()? {
        text.extend_from_slice(&chunk);
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        for line in text.drain(..whole).collect::<Vec<_>>().split(|byte| *byte == b'\n') {
            match serde_json::from_slice::<Event>(line) {
                Ok(event) => match &format {
                    Some(format) => out::lines(format.render(&Json::whole(line).unwrap_or_default())?),
                    None => out::line(happened(&event)),
                },
                Err(_empty) => {}
            }
        }
    }
    Ok(())
}

/// `2026-11-28T16:00:00.000000001Z container start 4a6b… (image=lab/shell:1, name=box)`
fn happened(event: &Event) -> String {
    let moment = Timestamp::from_nanosecond(event.time_nano.into()).unwrap_or_default();
    let attributes: Vec<_> = event.actor.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let attributes = if attributes.is_empty() { String::new() } else { format!(" ({})", attributes.join(", ")) };
    format!("{moment:.9} {} {} {}{attributes}", event.kind, event.action, event.actor.id)
}

pub(in crate::cli) fn logs(session: &CommandSession<'_>, args: &LogsArgs) -> Done {
    let name = encode(&args.name);
    let container: ContainerInspect = session.client.get(&format!("/containers/{name}/json"))?;
    // As docker has it: 0 is as if it were not given.
    let moment = |option, text: &Option<String>| asked(option, text.as_ref().filter(|text| *text != "0"));
    let tail = |_no_number| ClientError::new(Code::BadNumber).with("name", "--tail").with("value", &args.tail);
    let query = LogsQuery {
        stdout: true,
        stderr: true,
        follow: args.follow,
        timestamps: args.timestamps,
        details: args.details,
        tail: args.tail.parse().map_err(tail)?,
        since: moment("--since", &args.since)?,
        until: moment("--until", &args.until)?,
    };
    let path = with_query(&format!("/containers/{name}/logs"), &query);
    let mut answer = session.client.open(Method::GET, &path, None::<&()>, &[])?;
    let mut demux = Demux::new(!container.config.tty);
    while let Some(chunk) = answer.chunk()? {
        if let Err(error) = demux.take(&chunk) {
            return Ok(not_printed(error)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_follow_one_another_stand_together() {
        let shown = |all: &[(u16, &str)]| {
            let port = |&(private_port, kind): &(u16, &str)| PortSummary {
                private_port,
                kind: kind.to_owned(),
                ..PortSummary::default()
            };
            ports(&all.iter().map(port).collect::<Vec<_>>())
        };
        assert_eq!(shown(&[]), "");
        assert_eq!(
            shown(&[(8001, "tcp"), (80, "tcp"), (53, "udp"), (8000, "tcp"), (8002, "tcp")]),
            "80/tcp, 53/udp, 8000-8002/tcp"
        );
        assert_eq!(shown(&[(53, "udp"), (53, "tcp"), (54, "udp")]), "53/tcp, 53-54/udp");
        assert_eq!(shown(&[(65535, "tcp"), (1, "tcp")]), "1/tcp, 65535/tcp");
    }

    #[test]
    fn published_ports_stand_behind_where_they_are_on_the_host() {
        let port = |ip: &str, public: u16, private_port: u16| PortSummary {
            ip: ip.to_owned(),
            private_port,
            public_port: Some(public),
            kind: "tcp".to_owned(),
        };
        let both = |public: u16, private: u16| [port("0.0.0.0", public, private), port("::", public, private)];
        let exposed = PortSummary { private_port: 90, kind: "tcp".to_owned(), ..PortSummary::default() };
        let all = [&both(8080, 80)[..], &both(7000, 7000), &both(7001, 7001), &[exposed]].concat();
        let said = "90/tcp, 0.0.0.0:7000-7001->7000-7001/tcp, [::]:7000-7001->7000-7001/tcp, \
                    0.0.0.0:8080->80/tcp, [::]:8080->80/tcp";
        assert_eq!(ports(&all), said);
    }

    #[test]
    fn moments_are_read_as_the_docker_cli_reads_them() {
        let now = UNIX_EPOCH + Duration::from_secs(10_000);
        let read = |text| moment(text, now);
        assert_eq!(read("1700000000.5"), unix_time("1700000000.5"));
        assert_eq!(read("1h30m"), unix_time("4600"));
        assert_eq!(read("1.5s"), unix_time("9998.5"));
        assert_eq!(read("2026-11-21T20:55:10Z"), unix_time("1795294510"));
        assert_eq!(read("2026-11-21T20:55:10.5+09:00"), unix_time("1795262110.5"));
        let zone = jiff::tz::TimeZone::system();
        for (text, clock) in [
            ("2026-11-21", "2026-11-21T00:00:00"),
            ("2026-11-21T20:55", "2026-11-21T20:55:00"),
            ("2026-11-21T20:55:10.25", "2026-11-21T20:55:10.25"),
        ] {
            let here = zone.to_timestamp(clock.parse().unwrap()).unwrap();
            assert_eq!(read(text), Some(here), "{text}");
        }
        for bad in ["2026-13-01", "2026-11-2", "2026-11-21x", "2026-11-21 20:55", "2026-11-21T25:00"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        for bad in ["", ".", "h", "10x", "yesterday", "-5m", "5m3", "1e999h", "1.2.3", "-5", "99999999999999999999"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read("99999999999999"), Some(Timestamp::MAX));
    }
}
