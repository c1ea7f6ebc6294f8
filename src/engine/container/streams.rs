//! What a container prints and is typed, between its process, its log file and whoever is attached.
//!
//! ```text
//! process ──stdout, stderr | tty──▶ pump thread ─┬▶ log file      ─▶ docker logs
//!                                                ├▶ attachers     (each waits for its turn: a slow one slows the process)
//!                                                └▶ the trace     (the first 256 KiB)
//! attachers ──▶ queue ──▶ stdin thread ──▶ process
//! ```

use super::channel::{Channel, whole_characters};
use super::log::{Log, LogOptions, Lost};
use crate::engine::process::Io;
use crate::engine::{Conductor, Fault, Result, evidence};
use crate::spec::ContainerId;
use crate::trace::{Book, Change, Code, Problem};
use hyper::body::Bytes;
use parking_lot::Mutex;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::mpsc;

/// How many bytes of a process's output go into the trace, so that one that prints for ever leaves room for all else.
const RECORDED: usize = 256 * 1024;
/// What an event takes beside its text: a process that prints letter by letter has its limit, too.
const AROUND: usize = 100;

/// How many chunks wait for a slow reader or writer.
pub(super) const QUEUE: usize = 16;

/// What goes to a process's standard input.
#[derive(Debug)]
pub enum Input {
    /// Bytes.
    Data(Bytes),
    /// Nothing more will come.
    End,
}

/// A container's streams. They outlive its process: one can attach before the start.
#[derive(Debug)]
pub struct Streams {
    attached: Mutex<Vec<mpsc::Sender<(Channel, Bytes)>>>,
    input: Mutex<Queue>,
    /// Its log.
    pub log: Log,
}

#[derive(Debug)]
struct Queue {
    sender: mpsc::Sender<Input>,
    receiver: Option<mpsc::Receiver<Input>>,
}

impl Default for Queue {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { sender, receiver: Some(receiver) }
    }
}

impl Streams {
    /// With its log in that file.
    pub fn new(log: &Path, options: LogOptions) -> Result<Self> {
        Ok(Self { attached: Mutex::default(), input: Mutex::default(), log: Log::at(log, options)? })
    }

    /// What is printed from now on, until the process ends.
    pub fn attach(&self) -> mpsc::Receiver<(Channel, Bytes)> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        self.attached.lock().push(sender);
        receiver
    }

    /// The way to the process's standard input: of the one that runs, else of the next.
    pub fn input(&self) -> mpsc::Sender<Input> {
        self.input.lock().sender.clone()
    }

    /// Connects them to a process. The threads end with its output.
    pub fn connect(self: &Arc<Self>, io: Io, record: Record) -> Result<Vec<JoinHandle<()>>> {
        let record = Arc::new(Mutex::new(record));
        let input = self.input.lock().receiver.take();
        let mut threads = Vec::new();
        let mut pump = |file: File, channel| -> Result<()> {
            let (streams, record) = (Arc::clone(self), Arc::clone(&record));
            threads.push(thread("output", move || streams.pump(file, channel, &record))?);
            Ok(())
        };
        let stdin = match io {
            Io::Tty(master) => {
                let copy = master.try_clone().map_err(|e| Fault::io("duplicate", "a terminal", &e))?;
                pump(copy, Channel::Out)?;
                Some(master)
            }
            Io::Pipes { stdin, stdout, stderr } => {
                pump(stdout, Channel::Out)?;
                pump(stderr, Channel::Err)?;
                stdin
            }
        };
        if let (Some(file), Some(queue)) = (stdin, input) {
            thread("input", move || feed(file, queue))?;
        }
        Ok(threads)
    }

    /// The process has ended: everyone attached gets the end, and the next process gets a new queue.
    pub fn disconnect(&self) {
        self.attached.lock().clear();
        *self.input.lock() = Queue::default();
        self.log.close();
    }

    fn pump(&self, mut file: File, channel: Channel, record: &Mutex<Record>) {
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let n = match file.read(&mut buffer) {
                // A terminal says EIO when its last user has gone.
                Ok(0) => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => break,
                Ok(n) => n,
            };
            let lost = self.log.append(channel, &buffer[..n]);
            record.lock().take(channel, &buffer[..n]);
            record.lock().lost(lost);
            let bytes = Bytes::copy_from_slice(&buffer[..n]);
            let attached = self.attached.lock().clone();
            for to in attached {
                if to.blocking_send((channel, bytes.clone())).is_err() {
                    self.attached.lock().retain(|one| !one.is_closed());
                }
            }
        }
        let lost = self.log.finish(channel);
        record.lock().lost(lost);
        record.lock().end(channel);
    }
}

/// Writes what comes to the process until it, or the queue, ends.
pub(super) fn feed(mut file: File, mut queue: mpsc::Receiver<Input>) {
    while let Some(Input::Data(bytes)) = queue.blocking_recv() {
        if file.write_all(&bytes).is_err() {
            return;
        }
    }
}

pub(super) fn thread(name: &str, act: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(act).map_err(|e| Fault::io("start", "a thread", &e))
}

/// Puts what a terminal prints into the trace, as whole characters.
#[derive(Debug)]
pub struct Record {
    conductor: Arc<Conductor>,
    container: Option<ContainerId>,
    left: usize,
    /// Bytes that were printed after that.
    unrecorded: u64,
    carried: [Vec<u8>; 2],
}

impl Record {
    /// For that container; none for the lab host.
    pub fn new(conductor: Arc<Conductor>, container: Option<ContainerId>) -> Self {
        Self { conductor, container, left: RECORDED, unrecorded: 0, carried: Default::default() }
    }

    /// More was printed.
    pub fn take(&mut self, channel: Channel, bytes: &[u8]) {
        if self.left == 0 {
            self.unrecorded += bytes.len() as u64;
            return;
        }
        let carried = &mut self.carried[channel as usize - 1];
        carried.extend_from_slice(bytes);
        let whole = whole_characters(carried);
        let text = String::from_utf8_lossy(&carried[..whole]).into_owned();
        carried.drain(..whole);
        self.say(text);
        self.left = self.left.saturating_sub(bytes.len() + AROUND);
        if self.left == 0 {
            let container = self.name();
            let problem = Problem::new(Code::ConsoleCut).with("container", container).with("bytes", RECORDED);
            let decision = evidence::own(Book::Decision, [format!("{RECORDED} bytes are recorded, and no more")]);
            self.conductor.notice(Change::Remark(problem), vec![decision]);
        }
    }

    /// It prints no more.
    pub fn end(&mut self, channel: Channel) {
        let rest = std::mem::take(&mut self.carried[channel as usize - 1]);
        self.say(String::from_utf8_lossy(&rest).into_owned());
    }

    /// What it printed is not in its log.
    fn lost(&self, lost: Option<Lost>) {
        let Some(lost) = lost else { return };
        let problem = lost.problem.with("container", self.name());
        self.conductor.notice(Change::Remark(problem), vec![lost.evidence]);
    }

    fn name(&self) -> &str {
        self.container.as_ref().map_or("host", ContainerId::short)
    }

    fn say(&self, text: String) {
        if !text.is_empty() {
            self.conductor.console(self.container.clone(), text);
        }
    }
}

impl Drop for Record {
    /// It was the last that read what the process prints: now it is known how much is not in the trace.
    fn drop(&mut self) {
        if self.unrecorded > 0 {
            let problem =
                Problem::new(Code::ConsoleLeftOut).with("container", self.name()).with("bytes", self.unrecorded);
            let left_out = evidence::own(Book::Decision, [format!("{} bytes more are not recorded", self.unrecorded)]);
            self.conductor.notice(Change::Remark(problem), vec![left_out]);
        }
    }
}
