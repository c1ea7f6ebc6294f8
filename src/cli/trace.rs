//! `dockwalk trace show|export`

use super::args::TraceCommand;
use super::{Args, Done, engine_of, out};
use crate::client::{Client, ClientError, trust};
use crate::i18n::Words;
use crate::spec::visible;
use crate::trace::{Body, Code, Event, Level, Outcome, Trace, log};
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
        .map_err(|_unknown| ClientError::new(Code::UnknownLevel).with("level", level))?;
    let fail = |reason: &dyn std::fmt::Display| {
        ClientError::new(Code::RecordingUnreadable).with("path", visible::path(file)).with("reason", reason)
    };
    let input = File::open(file).map_err(|e| fail(&e))?;
    let loaded = log::read(BufReader::new(input)).map_err(|e| ClientError::from(e.problem(visible::path(file))))?;
    let mut to = BufWriter::new(out::writer());
    let printed = print(&mut to, &loaded.trace, level, words).and_then(|()| to.flush());
    if let Some(torn) = loaded.torn {
        let (line, bytes) = (torn.line.to_string(), torn.bytes.to_string());
        out::complaint(words.say_with("cli-trace-torn", &[("line", &line), ("bytes", &bytes)]));
    }
    // A pager that was left early is no failure.
    match printed {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(fail(&e).into()),
        _ => Ok(()),
    }
}

/// A line a step, indented by its depth; operations at the margin.
fn print(to: &mut impl Write, trace: &Trace, level: Level, words: &Words) -> io::Result<()> {
    for event in trace.events() {
        match &event.body {
            Body::OpBegan { op } => {
                let (subject, request) = (visible::line(&op.subject), visible::line(&op.request));
                writeln!(to, "{:>6}  ■ {:?} {subject} {request}", event.seq, op.kind)?;
            }
            Body::OpEnded { outcome: Outcome::Failed(problem), .. } => {
                writeln!(to, "{:>6}  ✗ {}", event.seq, words.problem(problem))?;
            }
            Body::StepAnnounced { step } if step.level() <= level => {
                let depth = depth(trace, step.parent);
                let (title, subject) = (words.step(step.plan.kind), visible::line(&step.plan.subject));
                writeln!(to, "{:>6}  {}{title} · {subject}", event.seq, "  ".repeat(depth + 1))?;
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
        ClientError::new(Code::RecordingUnwritable).with("path", visible::path(file)).with("reason", e)
    };
    let client = Client::find(&engine_of::options(args))?;
    let length = client.info()?.trace_length;
    let to: Box<dyn Write> = match file.to_str() {
        Some("-") => Box::new(out::JsonWriter::default()),
        _ => Box::new(trust::own_file(file).map_err(|e| fail(&e))?),
    };
    let mut writer = log::Writer::new(BufWriter::new(to)).map_err(|e| fail(&e))?;
    for event in received(&client, length)? {
        writer.append(&event).map_err(|e| fail(&e))?;
    }
    if file != Path::new("-") {
        out::complaint(words.say_with("cli-trace-exported", &[("count", &length.to_string())]));
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
