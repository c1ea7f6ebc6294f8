//! `dockwalk reach`: who can talk to whom, as a table with the reason in each cell, and below it what would change it.

use super::args::ReachArgs;
use super::{Args, Done, Failure, engine_of, out};
use crate::client::Client;
use crate::client::ClientError;
use crate::client::protocol::{Probed, ReachCommand, ReachReport};
use crate::docker::ProgressDetail;
use crate::i18n::Words;
use crate::reach::{self, Answer, Cell, End, IpVersion, Question, Remake, Verdict, Why};
use crate::spec::visible;
use crate::trace::Code;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::ops::Deref;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// After so long it is said what is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// What was computed and what came back are not the same.
const DISAGREES: u8 = 3;

pub(super) fn run(args: &Args, asked: &ReachArgs, words: &Words) -> Done {
    let command = command(asked)?;
    let client = engine_of::any(args, words)?;
    super::waits::watch(&client, words);
    let report = ask_told(&client, &command, words)?;
    if asked.json {
        out::json(&report);
    } else if let ([cell], true) = (report.matrix.cells.as_slice(), asked.to.is_some()) {
        one(&Shown::of(&report), cell, words);
    } else {
        let shown = Shown::of(&report);
        table(&shown, words);
        reasons(&shown, words);
    }
    if report.beside && !asked.json {
        out::line("");
        out::line(words.say("reach-four-alone"));
    }
    let disagrees = report.probes.iter().any(|probed| probed.verdict == Verdict::Disagrees);
    let reached = |cell: &Cell| cell.answer == Answer::Reaches;
    match (disagrees, asked.to.is_some() && asked.from.is_some()) {
        (true, _) => Err(Failure::Status(DISAGREES)),
        (false, true) if !report.matrix.cells.iter().all(reached) => Err(Failure::Status(1)),
        (false, _) => Ok(()),
    }
}

/// What was typed, as what the engine is asked.
fn command(asked: &ReachArgs) -> Result<ReachCommand, ClientError> {
    let (to, port) = match asked.to.as_deref().map(apart).transpose()? {
        Some((name, question)) => (Some(name), question),
        None => (None, None),
    };
    let flag = match asked {
        ReachArgs { tcp: Some(port), .. } => Some(Question::Tcp(*port)),
        ReachArgs { udp: Some(port), .. } => Some(Question::Udp(*port)),
        ReachArgs { name: true, .. } => Some(Question::Name),
        _ => None,
    };
    if let (Some(_), Some(_), Some(to)) = (port, flag, &asked.to) {
        return Err(ClientError::new(Code::ReachTwoQuestions).with("to", to));
    }
    Ok(ReachCommand {
        question: port.or(flag).unwrap_or(Question::Ping),
        version: version(asked.six, asked.outside),
        from: asked.from.clone(),
        to,
        outside: asked.outside,
        prove: asked.prove,
        patience: asked.patience,
    })
}

/// The one that was asked for, or that of an address that was named.
pub(super) fn version(six: bool, address: Option<IpAddr>) -> IpVersion {
    if six { IpVersion::V6 } else { address.map_or(IpVersion::V4, IpVersion::of) }
}

/// `db:5432`, `db:53/udp`, `db`, `[fd00::2]:80`, `fd00::2`: whom, and for what.
pub(super) fn apart(to: &str) -> Result<(String, Option<Question>), ClientError> {
    let between = |text: &str| text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).map(ToOwned::to_owned);
    let whole = between(to).unwrap_or_else(|| to.to_owned());
    if whole.parse::<Ipv6Addr>().is_ok() {
        return Ok((whole, None));
    }
    let Some((name, port)) = to.rsplit_once(':') else { return Ok((to.to_owned(), None)) };
    let name = between(name).filter(|name| name.parse::<Ipv6Addr>().is_ok()).unwrap_or_else(|| name.to_owned());
    let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let number = number.parse::<u16>().ok().filter(|number| *number > 0);
    let question = match (number, protocol) {
        (Some(number), "tcp") => Some(Question::Tcp(number)),
        (Some(number), "udp") => Some(Question::Udp(number)),
        _ => None,
    };
    match question {
        Some(question) if !name.is_empty() => Ok((name, Some(question))),
        _ => Err(ClientError::new(Code::ReachBadPort).with("to", to)),
    }
}

/// Asks, and says so where it takes its time.
pub(super) fn ask<T: Send>(
    waiting: &str,
    words: &Words,
    act: impl FnOnce() -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let (done, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let over = ended.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout);
            if let Some(mut progress) = out::Progress::on_error().filter(|_| !over) {
                progress.show(None, &words.say(waiting), None);
            }
            drop(ended);
        });
        let report = act();
        drop(done);
        report
    })
}

/// Asks, and says how far it is where it takes its time.
fn ask_told(client: &Client, command: &ReachCommand, words: &Words) -> Result<ReachReport, ClientError> {
    let (begun, mut progress) = (Instant::now(), out::Progress::on_error());
    let mut said = false;
    client.reach_told(command, |done, of| {
        let Some(progress) = progress.as_mut().filter(|_| said || begun.elapsed() >= PATIENCE) else { return };
        if !std::mem::replace(&mut said, true) {
            progress.show(None, &words.say("reach-asking"), None);
        }
        let (done, of) = (done.to_string(), of.to_string());
        let status = words.say_with("reach-progress", &[("done", &done), ("of", &of)]);
        progress.show(Some("reach"), &status, Some(ProgressDetail::default()));
    })
}

/// The reason as a sentence.
pub(super) fn why(why: &Why, words: &Words) -> String {
    let vars = why.variables();
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.say_with(&format!("reach-{}", why.key()), &vars)
}

/// With a word in each cell where the terminal is wide enough, else with marks alone: the words stand below.
fn table(report: &Shown<'_>, words: &Words) {
    let matrix = &report.matrix;
    let rows = |cell: &dyn Fn(&Cell) -> String| -> Vec<Vec<String>> {
        let row = |from: &End| {
            let cell = |to| matrix.cell(from, to).map_or_else(|| "·".to_owned(), cell);
            std::iter::once(called(report, from, words)).chain(matrix.to.iter().map(cell)).collect()
        };
        matrix.from.iter().map(row).collect()
    };
    let heads: Vec<String> = matrix.to.iter().map(|to| format!("→ {}", called(report, to, words))).collect();
    let heads: Vec<&str> = std::iter::once("").chain(heads.iter().map(String::as_str)).collect();
    let full = rows(&|cell| short(report, cell, words));
    let widest = |column: usize| {
        let cells = full.iter().filter_map(|row| row.get(column)).map(String::as_str);
        cells.chain([heads[column]]).map(visible::width).max().unwrap_or(0) + GAP
    };
    let needed: usize = (0..heads.len()).map(widest).sum();
    if out::size().is_some_and(|(_, columns)| needed > usize::from(columns) + GAP) {
        out::table(&heads, &rows(&|cell| brief(report, cell)));
    } else {
        out::table(&heads, &full);
    }
}

/// Between two columns.
const GAP: usize = 3;

/// A cell without words: twice the mark is proven, `≠` is the other way round.
fn brief(report: &Shown<'_>, cell: &Cell) -> String {
    let proof = probe(report, cell).map_or("", |probed| match probed.verdict {
        Verdict::Agrees => mark(cell.answer),
        Verdict::Disagrees => "≠",
        Verdict::Open => "?",
        Verdict::FoundToReach => "✓",
        Verdict::FoundNotTo => "✗",
    });
    format!("{}{proof}", mark(cell.answer))
}

fn mark(answer: Answer) -> &'static str {
    match answer {
        Answer::Reaches => "✓",
        Answer::DoesNot => "✗",
        Answer::Unknown => "?",
    }
}

/// What a cell says in a word.
fn short(report: &Shown<'_>, cell: &Cell, words: &Words) -> String {
    let mark = mark(cell.answer);
    let vars = cell.why.variables();
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let why = words.say_with(&format!("reach-short-{}", cell.why.key()), &vars);
    let proof =
        probe(report, cell).map_or_else(String::new, |probed| format!(" · {}", words.say(probed.verdict.key())));
    format!("{mark} {why}{proof}")
}

/// A report, and what came of asking by the pair that it is of.
struct Shown<'r> {
    report: &'r ReachReport,
    probes: HashMap<(&'r End, &'r End), &'r Probed>,
}

impl<'r> Shown<'r> {
    fn of(report: &'r ReachReport) -> Self {
        let probes = report.probes.iter().map(|probed| ((&probed.from, &probed.to), probed)).collect();
        Self { report, probes }
    }
}

impl Deref for Shown<'_> {
    type Target = ReachReport;

    fn deref(&self) -> &ReachReport {
        self.report
    }
}

fn probe<'r>(report: &Shown<'r>, cell: &Cell) -> Option<&'r Probed> {
    report.probes.get(&(&cell.from, &cell.to)).copied()
}

/// What each is called: the host and what is outside in the user's language.
fn called(report: &Shown<'_>, end: &End, words: &Words) -> String {
    match end {
        End::Container(id) => report.names.get(id).cloned().unwrap_or_else(|| id.short().to_owned()),
        End::Host => words.say("reach-host"),
        End::Outside => words.say("reach-outside"),
    }
}

/// Below the table: each pair that does not reach, why, and what would change it; and each where the probe disagrees.
fn reasons(report: &Shown<'_>, words: &Words) {
    let told = |cell: &&Cell| {
        cell.answer != Answer::Reaches || probe(report, cell).is_some_and(|probed| probed.verdict == Verdict::Disagrees)
    };
    for (at, cell) in report.matrix.cells.iter().filter(told).enumerate() {
        if at == 0 {
            out::line("");
        }
        said(report, cell, words);
    }
}

/// One pair: what comes of it and why, the way as far as it came, and what would change it.
fn one(report: &Shown<'_>, cell: &Cell, words: &Words) {
    out::line(format_args!("{}", short(report, cell, words)));
    said(report, cell, words);
}

fn said(report: &Shown<'_>, cell: &Cell, words: &Words) {
    let why = why(&cell.why, words);
    let (from, to) = (called(report, &cell.from, words), called(report, &cell.to, words));
    let address = cell.address.map_or_else(String::new, |address| format!(" ({address})"));
    out::line(format_args!("{from} → {to}{address}: {why}"));
    if let Some(fix) = &cell.fix {
        let key = if cell.answer == Answer::Reaches { "reach-cut" } else { "reach-fix" };
        out::line(format_args!("  {}", words.say_with(key, &[("command", fix)])));
    }
    match reach::remake(report.matrix.question, cell) {
        Some(Remake::Publish { port }) => {
            out::line(format_args!("  {}", words.say_with("reach-remake-publish", &[("port", &port)])));
        }
        Some(Remake::Network) => out::line(format_args!("  {}", words.say("reach-remake-network"))),
        None => {}
    }
    if let Some(probed) = probe(report, cell) {
        let reply = words.probe_reply(&probed.probe.reply);
        let vars = [("asked", &*probed.probe.asked), ("reply", &*reply), ("proof", &*words.say(probed.verdict.key()))];
        out::line(format_args!("  {}", words.say_with("reach-probed", &vars)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_stands_behind_the_name() {
        let of = |text: &str| apart(text).map_err(|error| error.problem.code);
        assert_eq!(of("db"), Ok(("db".to_owned(), None)));
        assert_eq!(of("db:5432"), Ok(("db".to_owned(), Some(Question::Tcp(5432)))));
        assert_eq!(of("db:53/udp"), Ok(("db".to_owned(), Some(Question::Udp(53)))));
        assert_eq!(of("fd00::2"), Ok(("fd00::2".to_owned(), None)));
        assert_eq!(of("[fd00::2]"), Ok(("fd00::2".to_owned(), None)));
        assert_eq!(of("[fd00::2]:80"), Ok(("fd00::2".to_owned(), Some(Question::Tcp(80)))));
        assert_eq!(of("[fd00::2]:53/udp"), Ok(("fd00::2".to_owned(), Some(Question::Udp(53)))));
        for bad in ["db:", "db:0", "db:70000", "db:80/sctp", ":80", "db:http"] {
            assert_eq!(of(bad), Err(Code::ReachBadPort), "{bad}");
        }
    }
}
