//! Commands beside a container's main process (`docker exec`) and on the lab host.

use super::channel::Channel;
use super::streams::{Input, QUEUE, Record, feed, thread};
use super::{Container, bounds, exit, names, request as asked};
use crate::client::protocol::HostCommand;
use crate::docker::ExecCreate;
use crate::engine::process::{ExecSpec, Io, Running};
use crate::engine::{Asked, Cancel, Engine, Fault, FaultKind, Result};
use crate::spec::ContainerId;
use crate::trace::{Code, OpKind};
use hyper::body::Bytes;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Weak};
use tokio::sync::mpsc;

/// A command that was prepared, runs, or has ended.
#[derive(Debug)]
pub struct ExecSession {
    /// Its id.
    pub id: String,
    /// In which container; none for the lab host.
    pub container: Option<ContainerId>,
    /// The container itself. It is not kept for the sake of a command that has ended in it.
    of: Weak<Container>,
    /// What was asked for.
    pub request: ExecCreate,
    state: Mutex<Life>,
}

#[derive(Debug, Default)]
struct Life {
    begun: bool,
    running: Option<Arc<Running>>,
    pid: u32,
    status: Option<i32>,
    size: Option<(u16, u16)>,
}

/// The sessions of an engine, oldest first.
#[derive(Debug, Default)]
pub struct ExecSessions(Mutex<VecDeque<Arc<ExecSession>>>);

/// How many sessions are remembered that do not run: ended ones, so that their exit status can be asked for, and such as
/// were prepared and never started.
const REMEMBERED: usize = 200;
/// Bytes of their requests, together.
const REMEMBERED_BYTES: usize = 8 << 20;

/// A session that runs.
#[derive(Debug)]
pub struct Talk {
    /// What it prints.
    pub output: mpsc::Receiver<(Channel, Bytes)>,
    /// What it is typed; none without standard input.
    pub input: Option<mpsc::Sender<Input>>,
}

impl ExecSessions {
    /// The session of that id.
    pub fn find(&self, id: &str) -> Result<Arc<ExecSession>> {
        let found = self.0.lock().iter().find(|session| session.id == id).cloned();
        found.ok_or_else(|| Fault::new(FaultKind::NotFound, Code::NoSuchExec).with("id", id))
    }

    fn add(&self, session: ExecSession) -> Arc<ExecSession> {
        let session = Arc::new(session);
        let mut all = self.0.lock();
        all.push_back(Arc::clone(&session));
        // From the newest back: what is too much is the oldest.
        let (mut count, mut bytes) = (0, 0);
        let mut kept: VecDeque<_> = VecDeque::with_capacity(all.len());
        for one in all.drain(..).rev() {
            let idle = !one.runs();
            (count, bytes) = (count + usize::from(idle), bytes + if idle { size(&one.request) } else { 0 });
            if !idle || count == 1 || (count <= REMEMBERED && bytes <= REMEMBERED_BYTES) {
                kept.push_front(one);
            }
        }
        *all = kept;
        session
    }
}

impl ExecSession {
    /// Its process id, whether it runs, and its exit status once it has ended.
    pub fn life(&self) -> (u32, bool, Option<i32>) {
        let life = self.state.lock();
        (life.pid, life.running.is_some(), life.status)
    }

    /// Tells its terminal its size; one that has not started yet will start with it.
    pub fn resize(&self, rows: u16, cols: u16) -> Result<()> {
        let running = {
            let mut life = self.state.lock();
            life.size = Some((rows, cols));
            life.running.clone()
        };
        running.map_or(Ok(()), |running| running.resize(rows, cols))
    }

    /// It is being started, or runs.
    fn runs(&self) -> bool {
        let life = self.state.lock();
        life.begun && life.status.is_none()
    }

    fn ended(&self, status: i32) {
        let mut life = self.state.lock();
        (life.running, life.status) = (None, Some(status));
    }
}

/// Bytes of the texts in a request.
fn size(request: &ExecCreate) -> usize {
    let lists = [&request.cmd, &request.env].into_iter().flatten().flatten();
    lists.map(|text| text.len() + size_of::<String>()).sum()
}

/// A shell with a plain prompt: what the user's own start-up files print has no place in a lesson or its recording.
fn host_shell() -> Vec<String> {
    let bash = std::path::Path::new("/bin/bash").exists().then(|| vec!["/bin/bash".to_owned(), "--norc".to_owned()]);
    bash.unwrap_or_else(|| vec!["/bin/sh".to_owned()])
}

impl Engine {
    /// Prepares a command in a container. `cancel` ends waiting for its start.
    pub fn prepare_exec(
        &self,
        container: &Arc<Container>,
        request: ExecCreate,
        cancel: &Cancel,
    ) -> Result<Arc<ExecSession>> {
        container.settled(cancel)?;
        container.main_process()?;
        container.check_moving()?;
        // As Docker, for which their variables are read each time.
        self.linked(container)?;
        asked::refuse_exec(&request)?;
        bounds::session(&request)?;
        if request.cmd.as_ref().is_none_or(Vec::is_empty) {
            return Err(Fault::new(FaultKind::BadRequest, Code::NoExecCommand).with("container", &container.name));
        }
        let id = names::random_id()?;
        let (of, container) = (Arc::downgrade(container), Some(container.id.clone()));
        let session = self.sessions.add(ExecSession { id, container, of, request, state: Mutex::default() });
        self.tell_session(&session, "exec_create");
        Ok(session)
    }

    /// Tells of a command in a container: which, with its arguments.
    fn tell_session(&self, session: &ExecSession, action: &str) {
        let Some(container) = session.of.upgrade() else { return };
        self.tell_command(&container, session.request.cmd.as_deref().unwrap_or_default(), &session.id, action);
    }

    /// The user has left a command that goes on.
    pub fn tell_session_left(&self, session: &ExecSession) {
        if let Some(container) = session.of.upgrade() {
            self.tell(&container, "exec_detach", &[("execID", session.id.clone())]);
        }
    }

    /// The same of any command in a container.
    pub(super) fn tell_command(&self, container: &Container, argv: &[String], id: &str, action: &str) {
        let (program, arguments) = argv.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let action = format!("{action}: {program} {}", arguments.join(" "));
        self.tell(container, &action, &[("execID", id.to_owned())]);
    }

    /// Prepares a command on the lab host; a shell when none is given.
    pub fn prepare_host(&self, mut command: HostCommand) -> Result<Arc<ExecSession>> {
        if command.argv.is_empty() {
            command.argv = host_shell();
        }
        let request = ExecCreate {
            attach_stdin: true,
            tty: command.tty,
            cmd: Some(command.argv),
            env: Some(command.env),
            console_size: command.size,
            ..ExecCreate::default()
        };
        bounds::session(&request)?;
        let id = names::random_id()?;
        Ok(self.sessions.add(ExecSession { id, container: None, of: Weak::new(), request, state: Mutex::default() }))
    }

    /// Starts a prepared command.
    pub fn talk(self: &Arc<Self>, session: &Arc<ExecSession>, line: &Asked, cancel: &Cancel) -> Result<Talk> {
        if std::mem::replace(&mut session.state.lock().begun, true) {
            return Err(Fault::new(FaultKind::Conflict, Code::ExecStarted).with("id", &session.id));
        }
        let container = session.of.upgrade();
        if let (Some(id), None) = (&session.container, &container) {
            let gone = Fault::new(FaultKind::NotFound, Code::NoSuchContainer).with("container", id);
            session.ended(exit::status_of_command(&gone));
            return Err(gone);
        }
        if let Some(container) = &container {
            let runs = container.settled(cancel).and_then(|()| container.main_process());
            let moves = runs.and_then(|_| container.check_moving());
            moves.inspect_err(|fault| session.ended(exit::status_of_command(fault)))?;
        }
        self.tell_session(session, "exec_start");
        let subject = container.as_ref().map_or_else(|| "host".to_owned(), |c| c.name.get());
        let result = self.conductor.operate(OpKind::Exec, subject, line, cancel, |cx| {
            let request = &session.request;
            let argv = request.cmd.clone().unwrap_or_default();
            let env = request.env.clone().unwrap_or_default();
            let size = session.state.lock().size.or(request.console_size);
            let Some(container) = &container else {
                let running = self.spawner.on_host(cx, &self.lab, &argv, &env, request.tty)?;
                if let Some((rows, cols)) = size {
                    running.resize(rows, cols)?;
                }
                return Ok(running);
            };
            let spec = ExecSpec {
                container: container.id.clone(),
                image: container.request.image.clone(),
                argv,
                env,
                cwd: request.working_dir.clone().unwrap_or_default(),
                user: request.user.clone().unwrap_or_default(),
                tty: request.tty,
                open_stdin: request.attach_stdin,
                console_size: size,
                privileged: request.privileged,
            };
            bounds::directory("WorkingDir", &spec.cwd)?;
            let (main, beside) = container.beside(cancel)?;
            self.spawner.exec(cx, &main, &spec).map_err(|fault| beside.why(&main, fault))
        });
        let mut running = result.inspect_err(|fault| session.ended(exit::status_of_command(fault)))?;
        let io = running.io.take();
        let running = Arc::new(running);
        {
            let mut life = session.state.lock();
            (life.pid, life.running) = (running.pid, Some(Arc::clone(&running)));
        }
        self.follow(session, running, io)
    }

    fn follow(self: &Arc<Self>, session: &Arc<ExecSession>, running: Arc<Running>, io: Option<Io>) -> Result<Talk> {
        let (sender, output) = mpsc::channel(QUEUE);
        let record = Record::new(Arc::clone(&self.conductor), session.container.clone());
        let record = Arc::new(Mutex::new(record));
        let (mut threads, mut input) = (Vec::new(), None);
        let mut pump = |file: File, channel| -> Result<()> {
            let (sender, record) = (sender.clone(), Arc::clone(&record));
            threads.push(thread("session", move || pump(file, channel, &sender, &record))?);
            Ok(())
        };
        let stdin = match io {
            Some(Io::Tty(master)) => {
                let copy = master.try_clone().map_err(|e| Fault::io("duplicate", "a terminal", &e))?;
                pump(copy, Channel::Out)?;
                Some(master)
            }
            Some(Io::Pipes { stdin, stdout, stderr }) => {
                pump(stdout, Channel::Out)?;
                pump(stderr, Channel::Err)?;
                stdin
            }
            None => None,
        };
        if let Some(file) = stdin {
            let (queue, receiver) = mpsc::channel(QUEUE);
            thread("input", move || feed(file, receiver))?;
            input = Some(queue);
        }
        // The watch holds the last sender: who has read all output finds the exit status there.
        let (session, engine) = (Arc::clone(session), Arc::clone(self));
        thread("watch", move || {
            let status = running.wait();
            session.ended(status);
            if let Some(container) = session.of.upgrade() {
                let of = [("execID", session.id.clone()), ("exitCode", status.to_string())];
                engine.tell(&container, "exec_die", &of);
            }
            drop(sender);
        })?;
        Ok(Talk { output, input })
    }
}

fn pump(mut file: File, channel: Channel, to: &mpsc::Sender<(Channel, Bytes)>, record: &Mutex<Record>) {
    let mut buffer = vec![0; 32 * 1024];
    let mut listening = true;
    while let Ok(n) = file.read(&mut buffer) {
        if n == 0 {
            break;
        }
        record.lock().take(channel, &buffer[..n]);
        // Read on when nobody listens, so that the process is not stopped by a full pipe.
        listening = listening && to.blocking_send((channel, Bytes::copy_from_slice(&buffer[..n]))).is_ok();
    }
    record.lock().end(channel);
}
