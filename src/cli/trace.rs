//! `dockwalk trace show|export|pcap`

use super::args::TraceCommand;
use super::{Args, Done, engine_of, out};
use crate::client::{Client, ClientError, Incoming, trust};
use crate::i18n::Words;
use crate::packet::pcapng;
use crate::spec::visible;
use crate::spool::Spool;
use crate::trace::{Base, Body, Code, Level, Outcome, Trace, WalkId, WalkState, log};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

pub(super) fn run(args: &Args, command: &TraceCommand, words: &Words) -> Done {
    match command {
        TraceCommand::Show { file, level } => show(file, level, words),
        TraceCommand::Export { file } => export(args, file, words),
        TraceCommand::Pcap { file, to, walk } => pcap(file, to, *walk),
    }
}

fn show(file: &Path, level: &str, words: &Words) -> Done {
    let level: Level = serde_json::from_value(serde_json::Value::from(level))
        .map_err(|_unknown| ClientError::new(Code::UnknownLevel).with("level", level))?;
    let fail = |reason: &dyn std::fmt::Display| {
        ClientError::new(Code::RecordingUnreadable).with("path", visible::path(file)).with("reason", reason)
    };
    let input = open(file).map_err(|e| fail(&e))?;
    let mut recordings = log::Recordings::new(input);
    let mut to = BufWriter::new(out::writer());
    loop {
        let line = recordings.next_line();
        let read = recordings.read_to(Spool::default());
        let Some(loaded) = read.map_err(|e| ClientError::from(e.problem(visible::path(file))))? else { return Ok(()) };
        let another = line.map(|line| words.say_with("cli-trace-another", &[("line", &line.to_string())]));
        let printed = another.map_or(Ok(()), |another| writeln!(to, "{another}"));
        let printed = printed.and_then(|()| print(&mut to, &loaded.trace, level, words)).and_then(|()| to.flush());
        if let Some(torn) = loaded.torn {
            let (line, bytes) = (torn.line.to_string(), torn.bytes.to_string());
            out::complaint(words.say_with("cli-trace-torn", &[("line", &line), ("bytes", &bytes)]));
        }
        if let Some(problem) = loaded.ended {
            out::complaint(words.problem(&problem));
        }
        match printed {
            Ok(()) => {}
            // A pager that was left early is no failure.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(e) => return Err(fail(&e).into()),
        }
    }
}

/// A packet that was followed, of the last of a file's recordings.
fn pcap(file: &Path, to: &Path, walk: Option<WalkId>) -> Done {
    let path = visible::path(file);
    let fail = |e: io::Error| ClientError::new(Code::RecordingUnreadable).with("path", path.clone()).with("reason", e);
    let mut recordings = log::Recordings::new(open(file).map_err(fail)?);
    let mut last = None;
    while let Some(loaded) =
        recordings.read_to(Spool::default()).map_err(|e| ClientError::from(e.problem(path.clone())))?
    {
        last = Some(loaded.trace.head().walks.clone());
    }
    let walks = last.unwrap_or_default();
    let wanted = walks.iter().rev().find(|state| walk.is_none_or(|wanted| state.walk.id == wanted));
    let state = wanted.ok_or_else(|| ClientError::new(Code::WalkNotRecorded).with("path", path.clone()))?;
    write_pcap(to, state).map_err(Into::into)
}

/// Writes a packet that was followed.
pub(super) fn write_pcap(to: &Path, state: &WalkState) -> Result<(), ClientError> {
    let fail = |e: io::Error| ClientError::new(Code::FileUnwritable).with("file", visible::path(to)).with("reason", e);
    trust::write_own_file(to, fail, |mut file| file.write_all(&pcapng::write(state)).map_err(fail))
}

/// A recording, or the files of an engine's trace one after the other: `run/trace` in the directory of one that was killed.
fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if !path.is_dir() {
        return Ok(Box::new(BufReader::new(File::open(path)?)));
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ndjson"));
    files.sort();
    let mut all: Box<dyn Read> = Box::new(io::empty());
    for file in files {
        all = Box::new(all.chain(File::open(file)?));
    }
    Ok(Box::new(BufReader::new(all)))
}

/// A line a step, indented by its depth; operations at the margin.
fn print(to: &mut impl Write, trace: &Trace, level: Level, words: &Words) -> io::Result<()> {
    if trace.start() > 0 {
        writeln!(to, "{}", dropped(words, trace.start(), trace.base().operations()))?;
    }
    for event in trace.events() {
        match &event.body {
            Body::OpBegan { op } => {
                let (subject, request) = (visible::line(&op.subject), visible::line(&op.request));
                writeln!(to, "{:>6}  ■ {:?} {subject} {request}", event.seq, op.kind)?;
            }
            Body::OpEnded { outcome: Outcome::Failed(problem), .. } => {
                writeln!(to, "{:>6}  ✗ {}", event.seq, words.problem(problem))?;
            }
            Body::StepAnnounced { step } if trace.mark(step.id).is_some_and(|mark| mark.level() <= level) => {
                let depth = depth(trace, step.parent);
                let (title, subject) = (words.step(step.plan.kind), visible::line(&step.plan.subject));
                writeln!(to, "{:>6}  {}{title} · {subject}", event.seq, "  ".repeat(depth + 1))?;
            }
            Body::Dropped { events, operations } => {
                writeln!(to, "{:>6}  {}", event.seq, dropped(words, *events, *operations))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn depth(trace: &Trace, parent: Option<u64>) -> usize {
    std::iter::successors(parent, |id| trace.mark(*id).and_then(|mark| mark.parent)).count()
}

fn dropped(words: &Words, events: u64, operations: u64) -> String {
    words.say_with("trace-dropped", &[("events", &events.to_string()), ("operations", &operations.to_string())])
}

/// Everything the running engine has recorded so far.
fn export(args: &Args, file: &Path, words: &Words) -> Done {
    let fail = |e: &dyn std::fmt::Display| {
        ClientError::new(Code::RecordingUnwritable).with("path", visible::path(file)).with("reason", e)
    };
    let client = Client::find(&engine_of::options(args))?;
    let length = client.info()?.trace_length;
    if file == Path::new("-") {
        save(&client, length, BufWriter::new(out::JsonWriter::default()), &fail)?;
        return Ok(());
    }
    let write = |to| save(&client, length, BufWriter::new(to), &fail);
    let count = trust::write_own_file(file, |e| fail(&e), write)?;
    out::complaint(words.say_with("cli-trace-exported", &[("count", &count.to_string())]));
    Ok(())
}

/// Writes the events up to `length` as they come, and says how many they were.
fn save(
    client: &Client,
    length: u64,
    to: impl Write,
    fail: &dyn Fn(&dyn std::fmt::Display) -> ClientError,
) -> Result<u64, ClientError> {
    let (mut to, mut writer, mut count) = (Some(to), None, 0);
    let mut begin = |base: &Base| -> Result<Option<log::Writer<_>>, ClientError> {
        to.take().map(|to| log::Writer::after(to, base)).transpose().map_err(|e| fail(&e))
    };
    if length == 0 {
        begin(&Base::default())?;
        return Ok(0);
    }
    for incoming in client.events(0, false) {
        match incoming {
            Incoming::Event(event) => {
                if writer.is_none() {
                    writer = begin(&Base::default())?;
                }
                if let Some(writer) = &mut writer {
                    writer.append(&event).map_err(|e| fail(&e))?;
                }
                count += 1;
                if event.seq >= length {
                    break;
                }
            }
            Incoming::Dropped(base) if writer.is_none() => writer = begin(&base)?,
            // Half of a recording would not say what is lacking.
            Incoming::Dropped(_) => return Err(ClientError::new(Code::TraceReaderBehind)),
            Incoming::Back => {}
            Incoming::Lost(error) => return Err(error),
            Incoming::Restarted => return Err(ClientError::new(Code::EngineRestarted)),
        }
    }
    Ok(count)
}
