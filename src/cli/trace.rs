//! `dockwalk trace show|export`

use super::args::TraceCommand;
use super::{Args, Done, engine_of};
use crate::client::{Client, ClientError, trust};
use crate::i18n::Words;
use crate::trace::{Body, Event, Level, Outcome, Trace, log};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

pub(super) fn run(args: &Args, command: &TraceCommand, words: &Words) -> Done {
    match command {
        TraceCommand::Show { file, level } => show(file, level, words),
        TraceCommand::Export { file } => export(args, file, words),
    }
}

fn show(file: &Path, level: &str, words: &Words) -> Done {
    let level: Level = serde_json::from_value(serde_json::Value::from(level))
        .map_err(|_unknown| ClientError::new("unknown-level").with("level", level))?;
    let fail = |reason: &dyn std::fmt::Display| {
        ClientError::new("recording-unreadable").with("path", file.display()).with("reason", reason)
    };
    let input = File::open(file).map_err(|e| fail(&e))?;
    let loaded = log::read(BufReader::new(input)).map_err(|e| ClientError::from(e.problem(file.display())))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = print(&mut out, &loaded.trace, level, words).and_then(|()| out.flush());
    if let Some(torn) = loaded.torn {
        let (line, bytes) = (torn.line.to_string(), torn.bytes.to_string());
        eprintln!("{}", words.say_with("cli-trace-torn", &[("line", &line), ("bytes", &bytes)]));
    }
    // A pager that was left early is no failure.
    match printed {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(fail(&e).into()),
        _ => Ok(()),
    }
}

/// A line a step, indented by its depth; operations at the margin.
fn print(out: &mut impl Write, trace: &Trace, level: Level, words: &Words) -> io::Result<()> {
    for event in trace.events() {
        match &event.body {
            Body::OpBegan { op } => writeln!(out, "{:>6}  ■ {:?} {} {}", event.seq, op.kind, op.subject, op.request)?,
            Body::OpEnded { outcome: Outcome::Failed(problem), .. } => {
                writeln!(out, "{:>6}  ✗ {}", event.seq, words.problem(problem))?;
            }
            Body::StepAnnounced { step } if step.level() <= level => {
                let depth = depth(trace, step.parent);
                let title = words.step(step.plan.kind);
                writeln!(out, "{:>6}  {}{title} · {}", event.seq, "  ".repeat(depth + 1), step.plan.subject)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn depth(trace: &Trace, parent: Option<u64>) -> usize {
    std::iter::successors(parent, |id| trace.step(*id).and_then(|record| record.step.parent)).count()
}

/// Everything the running engine has recorded so far.
fn export(args: &Args, file: &Path, words: &Words) -> Done {
    let fail = |e: &dyn std::fmt::Display| {
        ClientError::new("recording-unwritable").with("path", file.display()).with("reason", e)
    };
    let client = Client::find(&engine_of::options(args))?;
    let length = client.info()?.trace_length;
    let out: Box<dyn Write> = match file.to_str() {
        Some("-") => Box::new(io::stdout().lock()),
        _ => Box::new(trust::own_file(file).map_err(|e| fail(&e))?),
    };
    let mut writer = log::Writer::new(BufWriter::new(out)).map_err(|e| fail(&e))?;
    for event in received(&client, length)? {
        writer.append(&event).map_err(|e| fail(&e))?;
    }
    if file != Path::new("-") {
        eprintln!("{}", words.say_with("cli-trace-exported", &[("count", &length.to_string())]));
    }
    Ok(())
}

fn received(client: &Client, length: u64) -> Result<Vec<std::sync::Arc<Event>>, ClientError> {
    let mut all = Vec::new();
    if length == 0 {
        return Ok(all);
    }
    for incoming in client.events(0, false) {
        match incoming {
            crate::client::Incoming::Event(event) => {
                let last = event.seq >= length;
                all.push(event);
                if last {
                    break;
                }
            }
            crate::client::Incoming::Lost(error) => return Err(error),
            crate::client::Incoming::Restarted => all.clear(),
        }
    }
    Ok(all)
}
