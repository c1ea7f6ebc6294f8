//! `dockwalk lesson run --headless`: a lesson live, from end to end, with nobody at the keyboard.
//!
//! ```text
//! lesson ─command─▶ Pty (dockwalk docker …) ─▶ engine ─events─▶ Follower (World, Console) ─▶ Runner ─▶ report
//!        ─stop_at─▶ gate (run to) ────────────▶
//! ```
//!
//! The gate is held as the window holds it, so that a lesson which stops at the wrong place fails here, too.

use super::files::{argv, find, own, say};
use super::follow::Follower;
use super::pty::Pty;
use super::report::Report;
use crate::client::protocol::GateCommand;
use crate::client::{Client, ClientError, StartOptions, place};
use crate::i18n::{Lang, Words};
use crate::lesson::{Lesson, LessonStep, Terminal, bind_directory, play};
use crate::spec::visible;
use crate::trace::{Code, Problem, log};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to run a lesson.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Its name, number or slug.
    pub lesson: String,
    /// `--lessons`
    pub lessons: Option<PathBuf>,
    /// Keep the recording there.
    pub record: Option<PathBuf>,
    /// Below which engine's directory it works.
    pub engine: StartOptions,
}

/// How long a command, or what it is to bring about, may take. A pull over a slow line is the longest.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long attaching may take until what is typed arrives: nothing is printed that would tell.
const ATTACHING: Duration = Duration::from_millis(500);
/// How long a goal may take when its command has ended.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// Runs a lesson and prints a report. True when every goal was reached and every question answered.
pub fn run_headless(options: &RunOptions, lang: Lang, out: &mut dyn Write) -> Result<bool, Vec<Problem>> {
    let lesson = find(options.lessons.as_deref(), &options.lesson)?;
    let engine = StartOptions { lesson: Some(lesson.script.id.clone()), ..options.engine.clone() };
    let (client, child) = Client::begin_lesson(&engine).map_err(of_client)?;
    let result = run_on(&client, options, &lesson, lang, out);
    if let Some(mut child) = child {
        // It was started for this lesson alone. One that is gone already has nothing to be told.
        client.shut_down().ok();
        child.wait().ok();
    }
    result
}

fn run_on(
    client: &Client,
    options: &RunOptions,
    lesson: &Arc<Lesson>,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<bool, Vec<Problem>> {
    let info = client.info().map_err(of_client)?;
    let mut driver = Driver {
        follower: Follower::new(client, Arc::clone(lesson)),
        bind: place::lesson_bind(&bind_directory(&info.root.display().to_string(), lesson), &lesson.script.id)
            .map_err(|problem| vec![problem])?,
        client,
        foreground: None,
        fails: false,
        host: None,
        problems: Vec::new(),
    };
    driver.follower.catch_up(info.trace_length)?;
    if options.record.is_some() && !driver.follower.is_fresh() {
        return Err(vec![Problem::new(Code::LessonRecordUsed).with("events", info.trace_length)]);
    }
    let words = Words::new(lang);
    let mut report = Report::new(lesson, &words);
    say(out, &report.title())?;
    for (i, step) in lesson.script.steps.iter().enumerate() {
        driver.follower.runner.go_to(i);
        let begun = driver.take(step, ends_by_itself(&lesson.script.steps[i + 1..]));
        for line in report.step(&driver.follower.runner, &driver.bind) {
            say(out, &line)?;
        }
        if let Err(problem) = begun {
            driver.problems.push(problem);
            break;
        }
    }
    driver.finish();
    for line in report.end(&driver.follower.runner) {
        say(out, &line)?;
    }
    for problem in &driver.problems {
        say(out, &words.problem(problem))?;
    }
    let good = report.is_good(&driver.follower.runner) && driver.problems.is_empty();
    if let (true, Some(file)) = (good, &options.record) {
        let trace = driver.follower.trace();
        keep(file, trace, lesson)?;
        let (file, events) = (file.display().to_string(), trace.len().to_string());
        say(out, &words.say_with("lesson-run-recorded", &[("file", &file), ("events", &events)]))?;
    }
    Ok(good)
}

/// Whether nobody types into the command that runs before the next one begins, which waits for its end.
fn ends_by_itself(later: &[LessonStep]) -> bool {
    let next = later.iter().position(|step| step.run.is_some()).unwrap_or(later.len());
    later[..next].iter().all(|step| matches!(step.terminal, None | Some(Terminal::Host)) && step.stop_at.is_none())
}

fn of_client(error: ClientError) -> Vec<Problem> {
    vec![error.problem]
}

/// Everything that a lesson under way needs.
struct Driver<'a> {
    client: &'a Client,
    follower: Follower,
    bind: String,
    /// The command that runs, or holds the container's terminal.
    foreground: Option<Pty>,
    /// It is to be refused.
    fails: bool,
    /// A shell on the lab host.
    host: Option<Pty>,
    problems: Vec<Problem>,
}

impl Driver<'_> {
    /// Takes one step of the lesson to where it rests, and predicts. `alone`: nobody will speak to the command that runs.
    fn take(&mut self, step: &LessonStep, alone: bool) -> Result<(), Problem> {
        self.follower.observe();
        let to = match step.stop_at {
            Some(kind) => GateCommand::RunTo { kind },
            None => GateCommand::Continue,
        };
        if step.run.is_some() {
            self.end_foreground(&step.id)?;
        }
        if step.run.is_some() || step.stop_at.is_some() || self.follower.is_held() {
            self.gate(&to)?;
        }
        if let Some(command) = &step.run {
            self.begin(&step.id, command)?;
            self.fails = step.fails || step.refused;
        }
        if let (Some(terminal), Some(text)) = (&step.terminal, &step.types) {
            // What a command brought about in the engine is there before the command has written the file that is read now.
            if *terminal == Terminal::Host && alone && !self.follower.is_held() {
                self.await_foreground()?;
            }
            let text = self.follower.runner.filled(&text.replace("{{bind}}", &self.bind));
            self.type_in(terminal, &text)?;
        }
        self.come_to_rest(step)?;
        self.follower.predict_something();
        Ok(())
    }

    /// Waits until the command in the foreground has ended, or for so long that it is one which does not.
    fn await_foreground(&mut self) -> Result<(), Problem> {
        let begun = Instant::now();
        while begun.elapsed() < AFTERWARDS && self.foreground.as_mut().is_some_and(|pty| pty.status().is_none()) {
            self.follower.pump(Duration::from_millis(20))?;
        }
        Ok(())
    }

    fn gate(&self, command: &GateCommand) -> Result<(), Problem> {
        self.client.command(command).map(drop).map_err(|error| error.problem)
    }

    fn begin(&mut self, step: &str, command: &str) -> Result<(), Problem> {
        let command = self.follower.runner.filled(&command.replace("{{bind}}", &self.bind));
        let args = argv(&command).map(own).ok_or_else(|| {
            let problem = Problem::new(Code::LessonCommand).with("file", "lesson.toml").with("step", step);
            problem.with("name", &command).with("reason", "a quotation mark is not closed")
        })?;
        self.foreground = Some(Pty::open(&command, self.client.socket(), &args)?);
        Ok(())
    }

    fn type_in(&mut self, terminal: &Terminal, text: &str) -> Result<(), Problem> {
        if *terminal == Terminal::Host && self.host.is_none() {
            self.host = Some(Pty::open("dockwalk host", self.client.socket(), &["host".to_owned()])?);
        }
        let follower = &mut self.follower;
        let pty = if *terminal == Terminal::Host { &mut self.host } else { &mut self.foreground };
        let Some(pty) = pty else {
            let closed = Problem::new(Code::LessonTerminalFailed).with("command", format!("{terminal:?}"));
            return Err(closed.with("reason", "no command holds it open"));
        };
        // A shell that has not printed its prompt yet may still throw away what was typed before. One that was there already, and is
        // attached to, prints none.
        let (begun, attached) =
            (Instant::now(), argv(&pty.command).is_some_and(|words| words.iter().any(|word| word == "attach")));
        let patience = if attached { ATTACHING } else { AFTERWARDS };
        while !pty.has_printed() && begun.elapsed() < patience {
            follower.pump(Duration::from_millis(20))?;
        }
        pty.type_in(text)
    }

    /// Waits until the step's goals are reached and, where it has one, its stop is come to.
    fn come_to_rest(&mut self, step: &LessonStep) -> Result<(), Problem> {
        let begun = Instant::now();
        let mut ended_at = None;
        loop {
            self.follower.pump(Duration::from_millis(20))?;
            let stopped = step.stop_at.is_none_or(|kind| self.follower.waits_at(kind));
            if stopped && self.follower.runner.step_is_done() {
                return Ok(());
            }
            if ended_at.is_none() && self.foreground.as_mut().is_some_and(|pty| pty.status().is_some()) {
                ended_at = Some(Instant::now());
            }
            let late = begun.elapsed() > PATIENCE || ended_at.is_some_and(|at| at.elapsed() > AFTERWARDS);
            // On a machine with much to do what brings the goal about may be told and not taken in yet.
            if late && (self.has_heard_all()? || begun.elapsed() > PATIENCE) {
                return Err(self.why_late(step, begun.elapsed()));
            }
        }
    }

    fn has_heard_all(&self) -> Result<bool, Problem> {
        let info = self.client.info().map_err(|error| error.problem)?;
        Ok(self.follower.trace().len() >= info.trace_length)
    }

    fn why_late(&mut self, step: &LessonStep, waited: Duration) -> Problem {
        if let Some(pty) = &mut self.foreground
            && let Some(status) = pty.status().filter(|status| (*status != 0) != self.fails)
        {
            let problem = Problem::new(Code::LessonCommandFailed).with("step", &step.id).with("command", &pty.command);
            return problem.with("status", status).with("output", pty.printed());
        }
        let runner = &self.follower.runner;
        let missed = step.goals.iter().find(|goal| !runner.is_reached(&goal.id));
        let problem = match (missed, step.stop_at) {
            (None, Some(kind)) => Problem::new(Code::LessonNoStop).with("name", kind.name()),
            (goal, _) => {
                let name = goal.map(|goal| goal.id.clone()).unwrap_or_default();
                Problem::new(Code::LessonGoalTimeout).with("name", name)
            }
        };
        problem.with("step", &step.id).with("seconds", waited.as_secs())
    }

    /// Waits for the command in the foreground to end well.
    fn end_foreground(&mut self, step: &str) -> Result<(), Problem> {
        let Some(mut pty) = self.foreground.take() else { return Ok(()) };
        let follower = &mut self.follower;
        let fails = std::mem::take(&mut self.fails);
        let mut lost = Ok(());
        let status = pty.wait(PATIENCE, || lost = follower.pump(Duration::from_millis(20)));
        lost?;
        let problem = |code: Code| {
            let problem = Problem::new(code).with("step", step).with("command", &pty.command);
            problem.with("output", pty.printed())
        };
        match status {
            Some(0) if !fails => Ok(()),
            Some(1..) if fails => Ok(()),
            Some(status) => Err(problem(Code::LessonCommandFailed).with("status", status)),
            None => Err(problem(Code::LessonCommandStuck).with("seconds", PATIENCE.as_secs())),
        }
    }

    /// Lets everything end, and takes in what is still said of it.
    fn finish(&mut self) {
        let end = self.gate(&GateCommand::Continue).and_then(|()| self.end_foreground("end"));
        self.problems.extend(end.err());
        if let Some(mut host) = self.host.take() {
            // A shell that is gone already needs no `exit`; one that does not go is killed when dropped.
            host.type_in("exit\n").ok();
            let follower = &mut self.follower;
            host.wait(AFTERWARDS, || drop(follower.pump(Duration::from_millis(20))));
        }
        if let Err(problem) = self.follower.settle() {
            self.problems.push(problem);
        }
    }
}

/// Writes the recording, if it says nothing of this computer and the lesson plays on it.
fn keep(file: &Path, trace: &crate::trace::Trace, lesson: &Arc<Lesson>) -> Result<(), Vec<Problem>> {
    if let Some(what) = leak(trace) {
        return Err(vec![Problem::new(Code::LessonRecordLeak).with("what", what)]);
    }
    let problems = play(lesson, trace);
    if !problems.is_empty() {
        return Err(problems);
    }
    let refused =
        |e: std::io::Error| vec![Problem::new(Code::LessonRecord).with("file", visible::path(file)).with("reason", e)];
    let mut bytes = Vec::new();
    log::write(trace, &mut bytes).and_then(|()| fs::write(file, bytes)).map_err(refused)
}

/// Something of this computer that others need not know: its name, the user's home directory.
fn leak(trace: &crate::trace::Trace) -> Option<String> {
    let hostname = trace.head().host.as_ref().map(|host| host.hostname.clone());
    let hostname = hostname.filter(|name| !name.is_empty() && !["localhost", "dockwalk"].contains(&name.as_str()));
    let home = std::env::var("HOME").ok().filter(|home| home.len() > 1 && home != "/root");
    let secrets: Vec<_> = hostname.into_iter().chain(home).collect();
    trace.events().find_map(|event| {
        let text = serde_json::to_string(&*event).unwrap_or_default();
        secrets.iter().find(|secret| text.contains(secret.as_str())).cloned()
    })
}
