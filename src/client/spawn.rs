use super::protocol::StartFailure;
use super::{Client, ClientError, place, trust};
use crate::spec::visible;
use crate::trace::{Code, Mode};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Which engine is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartOptions {
    /// `--root`
    pub root: Option<PathBuf>,
    /// `--socket`
    pub socket: Option<PathBuf>,
    /// In the lab unless told.
    pub mode: Option<Mode>,
    /// A new engine ends with the process that started it, even when that is killed.
    pub ends_with_us: bool,
    /// It works for that lesson alone, in a directory and at a socket of its own; `socket` is then another engine's.
    pub lesson: Option<String>,
}

impl StartOptions {
    /// Where it works.
    pub fn directory(&self) -> PathBuf {
        let root = place::root(self.root.as_deref());
        self.lesson.as_ref().map_or_else(|| root.clone(), |id| place::lesson_root(&root, id))
    }

    /// Where it listens.
    pub fn listens_at(&self) -> PathBuf {
        match &self.lesson {
            Some(_) => self.directory().join("engine.sock"),
            None => place::socket(self.socket.as_deref(), self.root.as_deref()),
        }
    }

    fn sockets(&self) -> Vec<PathBuf> {
        match &self.lesson {
            Some(_) => vec![self.listens_at()],
            None => place::sockets(self.socket.as_deref(), self.root.as_deref()),
        }
    }
}

/// How long a new engine may take until it listens. It needs a fraction of a second; a slow disk may make it more.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long an engine of an earlier run of a lesson is given: who stepped through it may be about to let go.
const FAREWELL: Duration = Duration::from_secs(8);

impl Client {
    /// The engine of that directory (none: this user's own), started when none runs.
    pub fn connect_or_start(root: Option<&Path>) -> Result<(Self, Option<Child>), ClientError> {
        Self::find_or_start(&StartOptions { root: root.map(Path::to_owned), ..StartOptions::default() })
    }

    /// The engine that runs. An error whose code is `engine-unreachable` says that none does.
    pub fn find(options: &StartOptions) -> Result<Self, ClientError> {
        let mut result = Err(ClientError::new(Code::EngineUnreachable));
        for socket in options.sockets() {
            // A place that was not chosen by this user is looked at first. Of one that was, only who answers matters.
            if place::is_default(&socket) {
                trust::check_socket_dir(&socket)?;
            }
            result = Self::connect(&socket);
            if result.as_ref().map_or_else(ClientError::is_final, |_| true) {
                break;
            }
        }
        result
    }

    /// The engine that runs, else a new one. What the new one says when it cannot start is the error.
    pub fn find_or_start(options: &StartOptions) -> Result<(Self, Option<Child>), ClientError> {
        match Self::find(options) {
            Ok(client) => Ok((client, None)),
            Err(error) if error.is_final() => Err(error),
            Err(_nobody_there) => start(options),
        }
    }

    /// A new engine for the lesson of the options, in which nothing is left from an earlier run.
    pub fn begin_lesson(options: &StartOptions) -> Result<(Self, Option<Child>), ClientError> {
        let begun = Instant::now();
        loop {
            Self::end_earlier(options)?;
            match start(options) {
                // It does not listen any more, and is not over yet.
                Err(error) if matches!(error.problem.code, Code::EngineRootLocked) && begun.elapsed() < FAREWELL => {}
                started => return started,
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the engine of an earlier run of a lesson, and deletes what that run left outside its directory; an error when somebody goes on stepping through it.
    pub fn end_earlier(options: &StartOptions) -> Result<(), ClientError> {
        let begun = Instant::now();
        loop {
            let client = match Self::find(options) {
                Ok(client) => client,
                Err(error) if error.is_final() => return Err(error),
                Err(_nobody_there) => {
                    let emptied = options.lesson.as_deref().map_or(Ok(()), place::empty_lesson_bind);
                    return emptied.map_err(|problem| ClientError { status: None, problem });
                }
            };
            // One that is about to end may not answer any more.
            let held = client.gate().is_ok_and(|gate| gate.held);
            if begun.elapsed() > FAREWELL {
                let socket = visible::path(client.socket());
                let lesson = options.lesson.clone().unwrap_or_default();
                return Err(ClientError::new(Code::LessonBusy).with("lesson", lesson).with("socket", socket));
            }
            if !held {
                client.shut_down().ok();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn start(options: &StartOptions) -> Result<(Client, Option<Child>), ClientError> {
    let refused = |error: std::io::Error| ClientError::new(Code::EngineNotStarted).with("reason", error);
    let root = trust::claim(&options.directory())?;
    let socket = options.listens_at();
    let log = root.join("engine.log");
    let mut command = Command::new(std::env::current_exe().map_err(refused)?);
    command.arg("engine").arg("--root").arg(base(&root, options)).arg("--socket").arg(&socket);
    if let Some(id) = &options.lesson {
        command.arg("--lesson").arg(id);
    }
    if options.mode == Some(Mode::Host) {
        command.args(["--mode", "host"]);
    }
    // The kernel closes our end of the pipe when we end, however we do.
    let stdin = if options.ends_with_us {
        command.arg("--while-stdin");
        Stdio::piped()
    } else {
        Stdio::null()
    };
    command.env("DOCKWALK_ERRORS", "json").stdin(stdin).stdout(Stdio::null());
    command.stderr(new_log(&log)?);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C at the terminal is for the program in it.
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(refused)?;
    let client = Client::new(&socket, None)?;
    let begun = Instant::now();
    loop {
        if client.text(hyper::Method::GET, "/_ping").is_ok() {
            return Ok((client, Some(child)));
        }
        if child.try_wait().map_err(refused)?.is_some() {
            return Err(last_words(&log));
        }
        if begun.elapsed() > PATIENCE {
            child.kill().and_then(|()| child.wait()).map_err(refused)?;
            return Err(ClientError::new(Code::EngineSlow).with("log", visible::path(&log)));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The directory of free play: for a lesson, the one above the directory of lessons.
fn base(root: &Path, options: &StartOptions) -> PathBuf {
    let above = options.lesson.as_ref().and_then(|_| root.ancestors().nth(2));
    above.unwrap_or(root).to_owned()
}

/// An empty file for what the engine says, in a directory where nobody else can put another thing in its place.
fn new_log(log: &Path) -> Result<File, ClientError> {
    if let Ok(found) = std::fs::symlink_metadata(log) {
        trust::Who::am_i().owns(log, &found, trust::Kind::File)?;
    }
    let opened = File::options().write(true).create(true).truncate(true).mode(0o600).open(log);
    opened.map_err(|error| ClientError::new(Code::EngineNotStarted).with("reason", error))
}

/// Why the engine ended.
fn last_words(log: &Path) -> ClientError {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let said = text.lines().rev().find_map(|line| serde_json::from_str::<StartFailure>(line).ok());
    match said {
        Some(failure) => failure.dockwalk_problem.into(),
        None => {
            let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("…").to_owned();
            ClientError::new(Code::EngineNotStarted).with("reason", last)
        }
    }
}
