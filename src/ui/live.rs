//! A live engine, on two threads: one hears its events, one tells its gate. The window never waits for either.

use super::source::News;
use crate::client::protocol::{GateCommand, GateView};
use crate::client::{Client, Incoming, StartOptions, place, trust};
use crate::i18n::Lang;
use crate::spec::visible;
use crate::trace::{Code, Problem};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Which engine, and how to start it.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Its directory and socket.
    pub options: StartOptions,
    /// What to do when none runs there.
    pub way: Way,
}

/// How an engine is come by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// The one that `DOCKER_HOST` names, as the commands do; else the one that runs, else a new one.
    #[default]
    FindOrStart,
    /// The one that runs, else a new one with privileges (pkexec).
    StartPrivileged,
    /// The one that runs there, or none.
    Attach,
}

/// The window's end of a live engine. Dropping it opens the gate again.
#[derive(Debug)]
pub struct Link {
    /// What the engine says.
    pub news: Receiver<News>,
    orders: Sender<GateCommand>,
    /// Dropped with this value: while nothing happens nothing is sent, and a queue would not say that nobody listens.
    _alive: Arc<()>,
}

impl Link {
    /// Tells the gate.
    pub fn order(&self, command: GateCommand) {
        // When the thread is gone, so is the engine, and the window has been told already.
        self.orders.send(command).ok();
    }
}

/// How many events make a batch, and how many batches wait for the window: a frame takes no more than it has time for.
const BATCH: usize = 400;
/// See `BATCH`.
pub const BATCHES: usize = 3;

/// Connects on a thread of its own; `wake` is called when there is news.
pub fn connect(wanted: Wanted, wake: impl Fn() + Clone + Send + 'static) -> Link {
    let (say, news) = sync_channel(BATCHES);
    let (orders, told) = channel();
    let alive = Arc::new(());
    let watched = Arc::downgrade(&alive);
    std::thread::spawn(move || {
        let found = match wanted.way {
            Way::FindOrStart => find(&wanted.options),
            Way::StartPrivileged => start_privileged(&wanted.options),
            Way::Attach => Client::find(&wanted.options).map(|client| (client, None)).map_err(|error| error.problem),
        };
        let found = found.and_then(|(client, engine)| is_ours(&client).map(|()| (client, engine)));
        match found {
            Ok((client, engine)) => {
                let socket = client.socket().to_owned();
                if tell(&say, &wake, News::Connected { socket }) {
                    command(client.clone(), told, say.clone(), wake.clone());
                    listen(&client, &watched, &say, &wake);
                }
                drop(engine);
            }
            Err(problem) => drop(tell(&say, &wake, News::Failed(problem))),
        }
    });
    Link { news, orders, _alive: alive }
}

/// What the engine was started by; kept so that nothing waits for a child that nobody remembers.
type Started = Option<Child>;

fn find(options: &StartOptions) -> Result<(Client, Started), Problem> {
    if options.lesson.is_some() {
        return Client::begin_lesson(options).map_err(|error| error.problem);
    }
    if let Some(socket) = place::docker_host()? {
        return Client::connect(&socket).map(|client| (client, None)).map_err(|error| error.problem);
    }
    Client::find_or_start(options).map_err(|error| error.problem)
}

/// Docker's own engine answers as well, and has nothing to be looked at.
fn is_ours(client: &Client) -> Result<(), Problem> {
    match client.info() {
        Err(error) if error.status == Some(404) => {
            Err(Problem::new(Code::EngineNotDockwalk).with("socket", visible::path(client.socket())))
        }
        Err(error) => Err(error.problem),
        Ok(_) => Ok(()),
    }
}

/// The command with which a person starts the engine with privileges.
pub fn privileged_command(options: &StartOptions) -> Vec<String> {
    let program = std::env::current_exe().map_or_else(|_| "dockwalk".to_owned(), |path| path.display().to_string());
    let socket = options.listens_at().display().to_string();
    let lesson = options.lesson.iter().flat_map(|id| ["--lesson".to_owned(), id.clone()]);
    [program, "engine".into(), "--socket".into(), socket].into_iter().chain(lesson).collect()
}

fn start_privileged(options: &StartOptions) -> Result<(Client, Started), Problem> {
    if options.lesson.is_some() {
        // The socket is in a directory of this user's, whoever listens there.
        trust::claim(&options.directory())?;
        Client::end_earlier(options).map_err(|error| error.problem)?;
    } else if let Ok(client) = Client::find(options) {
        return Ok((client, None));
    }
    let mut command = Command::new("pkexec");
    command.args(privileged_command(options)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| Problem::new(Code::PkexecMissing).with("reason", error))?;
    let socket = options.listens_at();
    // A password is typed meanwhile, so there is no time limit: it ends when pkexec does.
    loop {
        if let Ok(client) = Client::connect(&socket) {
            return Ok((client, Some(child)));
        }
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            Ok(Some(status)) => return Err(Problem::new(Code::PkexecRefused).with("status", status)),
            Err(error) => return Err(Problem::new(Code::PkexecMissing).with("reason", error)),
        }
    }
}

/// False when the window does not listen any more.
fn tell(say: &SyncSender<News>, wake: &impl Fn(), news: News) -> bool {
    let heard = say.send(news).is_ok();
    wake();
    heard
}

fn listen(client: &Client, alive: &Weak<()>, say: &SyncSender<News>, wake: &impl Fn()) {
    let events = client.events(0, true);
    let mut quiet = true;
    let mut gate = GateWatch::default();
    loop {
        // After a burst the gate is asked who waits; then once a second, which wakes the window only when something is different.
        let next = events.next_within(if quiet { SECOND } else { Duration::from_millis(15) });
        let mut batch = Vec::new();
        let mut other = None;
        let mut coming = next;
        while let Some(incoming) = coming {
            match incoming {
                Incoming::Event(event) => batch.push(event),
                incoming => {
                    other = Some(incoming);
                    break;
                }
            }
            coming = if batch.len() < BATCH { events.try_next() } else { None };
        }
        let silent = batch.is_empty() && other.is_none();
        if !batch.is_empty() && !tell(say, wake, News::Events(batch)) {
            return;
        }
        let going_on = match other {
            Some(Incoming::Lost(error)) => tell(say, wake, News::Lost(error.problem)),
            Some(Incoming::Back) => tell(say, wake, News::Back),
            Some(Incoming::Dropped(base)) => tell(say, wake, News::Dropped(base)),
            Some(Incoming::Restarted) => tell(say, wake, News::Connected { socket: client.socket().to_owned() }),
            _ if silent => gate.look(client, !quiet, say, wake) && alive.strong_count() > 0,
            _ => true,
        };
        if !going_on {
            return;
        }
        quiet = silent;
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// An engine that has not answered for so long is said to be silent.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was seen of the gate last.
#[derive(Default)]
struct GateWatch {
    seen: Option<GateView>,
    silent: bool,
}

impl GateWatch {
    /// Asks for it. False when the window does not listen any more.
    fn look(&mut self, client: &Client, tell_all: bool, say: &SyncSender<News>, wake: &impl Fn()) -> bool {
        match client.gate_within(PATIENCE) {
            Ok(view) => {
                let was_silent = std::mem::take(&mut self.silent);
                let same = self.seen.replace(view.clone()).as_ref() == Some(&view);
                (same && !was_silent && !tell_all) || tell(say, wake, News::Gate(Box::new(view)))
            }
            Err(error) if matches!(error.problem.code, Code::EngineSilent) => {
                let known = std::mem::replace(&mut self.silent, true);
                known || tell(say, wake, News::Lost(error.problem))
            }
            // The event stream reports an engine that has gone.
            Err(_gone) => true,
        }
    }
}

fn command(client: Client, told: Receiver<GateCommand>, say: SyncSender<News>, wake: impl Fn() + Send + 'static) {
    std::thread::spawn(move || {
        for command in told {
            let news = match client.command(&command) {
                Ok(view) => News::Gate(Box::new(view)),
                Err(error) => News::Lost(error.problem),
            };
            if !tell(&say, &wake, news) {
                return;
            }
        }
    });
}

/// The environment of a program in a terminal: it talks to the same engine, and speaks as the window does, which says by itself
/// that a step waits.
pub fn environment(socket: &Path, lang: Lang) -> [(&'static str, String); 4] {
    [
        (place::IN_WINDOW, "1".to_owned()),
        ("DOCKWALK_SOCKET", socket.display().to_string()),
        ("DOCKER_HOST", format!("unix://{}", socket.display())),
        ("DOCKWALK_LANG", lang.code().to_owned()),
    ]
}
