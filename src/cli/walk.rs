//! `dockwalk walk`: a packet that is sent for real, as a table of the places it was seen at, and below it what came of it.

use super::args::WalkArgs;
use super::out::Raw;
use super::{Args, Done, Failure, engine_of, out, reach, trace};
use crate::client::ClientError;
use crate::client::protocol::{WalkCommand, WalkReport};
use crate::i18n::Words;
use crate::packet::pcapng;
use crate::reach::{Question, Verdict};
use crate::spec::visible;
use crate::trace::{
    Code, Heading, Hop, IpVersion, Known, Passing, Place, RuleTrace, WalkEndpoint, WalkOutcome, WalkState,
};
use std::io::Write;
use std::path::Path;

/// What was computed and what came back are not the same.
const DISAGREES: u8 = 3;
/// Another packet is being followed: nothing was sent.
const BUSY: u8 = 4;

pub(super) fn run(args: &Args, asked: &WalkArgs, words: &Words) -> Done {
    let command = command(asked)?;
    let client = engine_of::any(args, words)?;
    super::waits::watch(&client, words);
    let mut stream = asked.pcap.as_deref().filter(|file| is_stream(file)).map(|_| stream(asked)).transpose()?;
    let report = reach::ask("walk-sending", words, || client.walk(&command)).map_err(|error| {
        let status = if matches!(error.problem.code, Code::WalkBusy) { BUSY } else { 1 };
        Failure::Said(error, status)
    })?;
    if let Some(stream) = &mut stream {
        let written = stream.write_all(&pcapng::write(&report.state)).and_then(|()| stream.flush());
        written.map_err(|error| ClientError::new(Code::OutputNotWritten).with("reason", error))?;
        return status(&report);
    }
    if let Some(file) = &asked.pcap {
        trace::write_pcap(file, &report.state)?;
    }
    if asked.json {
        out::json(&report);
    } else {
        said(&report, words);
        if let Some(file) = &asked.pcap {
            out::line(words.say_with("walk-saved", &[("path", &visible::path(file))]));
        }
    }
    status(&report)
}

/// `-`: standard output.
fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// It, for the file and for nothing else.
fn stream(asked: &WalkArgs) -> Result<Raw, ClientError> {
    if asked.json {
        return Err(ClientError::new(Code::WalkTwoOutputs));
    }
    Raw::of_file().ok_or_else(|| ClientError::new(Code::WalkToTerminal))
}

fn status(report: &WalkReport) -> Done {
    match (report.verdict, report.state.end.as_ref().map(|end| &end.outcome)) {
        (Some(Verdict::Disagrees), _) => Err(Failure::Status(DISAGREES)),
        (
            _,
            Some(WalkOutcome::Answered | WalkOutcome::AnsweredByHost | WalkOutcome::Refused | WalkOutcome::Arrived),
        ) => Ok(()),
        _ => Err(Failure::Status(1)),
    }
}

/// What was typed, as what the engine is asked.
fn command(asked: &WalkArgs) -> Result<WalkCommand, ClientError> {
    let (to, port) = reach::apart(&asked.to)?;
    let two = || ClientError::new(Code::ReachTwoQuestions).with("to", &asked.to);
    let question = match (port, asked.name, asked.udp) {
        (None, false, false) => Question::Ping,
        (None, true, _) => Question::Name,
        (Some(Question::Tcp(port)), false, true) => Question::Udp(port),
        (Some(question), false, _) => question,
        (Some(_), true, _) => return Err(two()),
        (None, false, true) => return Err(ClientError::new(Code::ReachBadPort).with("to", &asked.to)),
    };
    let WalkArgs { from, outside, published, patience, six, .. } = asked;
    let version = reach::version(*six, *outside);
    Ok(WalkCommand {
        question,
        version,
        from: from.clone(),
        to,
        outside: *outside,
        published: *published,
        patience: *patience,
    })
}

fn said(report: &WalkReport, words: &Words) {
    let WalkState { walk, hops, end } = &report.state;
    let (from, to) = (called(&walk.from, words), called(&walk.to, words));
    let address = walk.address.map_or_else(|| to.clone(), |address| format!("{to} ({address})"));
    out::line(words.say_with("walk-title", &[("from", &from), ("to", &address), ("packet", &walk.line())]));
    out::line("");
    if hops.is_empty() {
        out::line(words.say_with("walk-no-frames", &[("links", &walk.watched.len().to_string())]));
    } else {
        let heads =
            ["number", "time", "place", "packet", "changed"].map(|head| words.say(&format!("walk-head-{head}")));
        let rows: Vec<_> = hops.iter().map(|hop| row(report, hop, words)).collect();
        out::table(&heads.each_ref().map(String::as_str), &rows);
    }
    out::line("");
    if let RuleTrace::Off(problem) = &walk.rules {
        out::line(words.problem(problem));
    }
    if knew(report) {
        out::line(words.say(match walk.version {
            IpVersion::V4 => "walk-no-arp",
            IpVersion::V6 => "walk-no-ndp",
        }));
    }
    let Some(end) = end else { return };
    out::line(words.walk_outcome(walk, end));
    if let WalkOutcome::Dropped { known, hop, .. } = &end.outcome {
        if let Some(hop) = hop {
            out::line(words.say_with("walk-last-seen", &[("hop", &hop.to_string())]));
        }
        if let (Known::Computed, Some(cell)) = (known, &report.cell) {
            out::line(words.say_with("walk-computed", &[("why", &reach::why(&cell.why, words))]));
        }
    }
    if let Some(fix) = &end.fix {
        out::line(words.say_with("reach-fix", &[("command", fix)]));
    }
    if let (Some(verdict), Some(cell)) = (report.verdict, &report.cell) {
        let why = || reach::why(&cell.why, words);
        match verdict {
            Verdict::Agrees => out::line(words.say("walk-agrees")),
            Verdict::Disagrees => out::line(words.say_with("walk-disagrees", &[("why", &why())])),
            Verdict::FoundToReach | Verdict::FoundNotTo => out::line(words.say_with("walk-found", &[("why", &why())])),
            Verdict::Open => {}
        }
    }
}

/// It went over a cable, and nobody asked for a hardware address.
fn knew(report: &WalkReport) -> bool {
    let hops = &report.state.hops;
    let nothing = |mac: &str| mac.bytes().all(|byte| matches!(byte, b'0' | b':'));
    let cable = |hop: &Hop| hop.packet.ethernet.as_ref().is_some_and(|header| !nothing(&header.destination));
    hops.iter().any(|hop| cable(hop)) && hops.iter().all(|hop| hop.heading != Heading::Neighbour)
}

fn row(report: &WalkReport, hop: &Hop, words: &Words) -> Vec<String> {
    let time = hop.time().unwrap_or_default();
    let (place, packet) = match &hop.place {
        Place::Link { name, netns, passing, .. } => {
            let arrow = match passing {
                Passing::In => "←",
                Passing::Out => "→",
            };
            (format!("{} {arrow}", link_name(report, *netns, name, words)), hop.packet.line())
        }
        Place::Rule { chain, text, verdict, .. } => {
            let vars = [("rule", &**text), ("verdict", verdict.as_str())];
            (format!("nft {chain}"), words.say_with("walk-rule", &vars))
        }
    };
    let changed: Vec<_> = hop.told().map(|one| words.walk_change(one)).collect();
    vec![hop.number.to_string(), time, place, packet, changed.join(", ")]
}

/// `web/eth0`, `host/docker0`
fn link_name(report: &WalkReport, netns: u64, name: &str, words: &Words) -> String {
    let walk = &report.state.walk;
    let ends = [(&walk.from, Some(walk.from_netns)), (&walk.to, walk.to_netns)];
    let whose = ends.into_iter().find(|(_, of)| *of == Some(netns)).map_or(&WalkEndpoint::Host, |(end, _)| end);
    format!("{}/{name}", called(whose, words))
}

fn called(end: &WalkEndpoint, words: &Words) -> String {
    match end {
        WalkEndpoint::Container { name, .. } => name.clone(),
        WalkEndpoint::Host => words.say("reach-host"),
        WalkEndpoint::Outside => words.say("reach-outside"),
    }
}
