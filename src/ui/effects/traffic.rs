//! While the network picture of a live engine is looked at, a thread asks for its counters, and wakes the window when anything has passed.

use super::*;
use crate::client::protocol::LinkCounters;
use crate::ui::diagrams::Tab;
use crate::ui::traffic::{Traffic, is_worth_a_look};
use parking_lot::Mutex;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// Between two looks: while something passes, and when nothing has for a while.
const OFTEN: Duration = Duration::from_millis(500);
const SELDOM: Duration = Duration::from_secs(2);
/// How long that while is.
const QUIET: Duration = Duration::from_secs(10);

/// The thread, while there is one.
#[derive(Debug, Default)]
pub(super) struct Counting {
    thread: Option<(PathBuf, Asking)>,
}

#[derive(Debug)]
struct Asking {
    /// What it found last and nobody has taken yet.
    found: Arc<Mutex<Option<Vec<LinkCounters>>>>,
    /// It ends when this is dropped.
    _goes_on: Sender<()>,
}

/// The picture of what is now is to be seen, and something may pass.
fn wanted(state: &WindowState) -> Option<&PathBuf> {
    let seen = state.steps_the_engine() && state.answers() && state.tab == Tab::Network && !state.files.shown;
    state.socket.as_ref().filter(|_| seen && is_worth_a_look(state.world()))
}

impl EffectRunner {
    /// Takes what was found, and has it looked for as long as that is wanted.
    pub(super) fn count(&mut self, ctx: &Context, state: &mut WindowState) {
        let Some(socket) = wanted(state).cloned() else {
            self.counting.thread = None;
            state.traffic = None;
            return;
        };
        if self.counting.thread.as_ref().is_none_or(|(of, _)| *of != socket) {
            state.traffic = None;
            self.counting.thread = Some((socket.clone(), ask(socket, waker(ctx))));
        }
        let Some((_, asking)) = &self.counting.thread else { return };
        let found = asking.found.lock().take();
        if let Some(found) = found {
            state.traffic.get_or_insert_default().look(&found);
            ctx.request_repaint();
        }
    }
}

fn ask(socket: PathBuf, wake: impl Fn() + Send + 'static) -> Asking {
    let (goes_on, ended) = channel::<()>();
    let found = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&found);
    std::thread::spawn(move || {
        let client = match Client::connect(&socket) {
            Ok(client) => client,
            Err(error) => return tracing::debug!(%error, "nothing is counted"),
        };
        let (mut known, mut passed, mut first) = (Traffic::default(), Instant::now(), true);
        loop {
            match client.counters() {
                Ok(counters) => {
                    let news = known.look(&counters);
                    if news {
                        passed = Instant::now();
                    }
                    // A window in which nothing moves is not woken.
                    if news || first {
                        *slot.lock() = Some(counters);
                        wake();
                    }
                    first = false;
                }
                Err(error) => tracing::debug!(%error, "not counted"),
            }
            let pause = if passed.elapsed() < QUIET { OFTEN } else { SELDOM };
            if ended.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    });
    Asking { found, _goes_on: goes_on }
}
