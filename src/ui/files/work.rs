//! Does the inspector's jobs, each on a thread of its own.

use super::content::{self, Body, Picture};
use super::job::{Done, Job, Slot, Ticket};
use super::opened::{Opened, number};
use super::{Against, Order, archive, compare, fetch, json};
use crate::client::Client;
use crate::trace::{Code, Problem};
use crate::tree::{Scope, View};
use parking_lot::Mutex;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Where jobs are done.
#[derive(Debug)]
pub struct Bench {
    sender: Sender<(Ticket, Done)>,
    receiver: Receiver<(Ticket, Done)>,
    /// What is to stop when the next job of its slot begins.
    stops: [Arc<AtomicBool>; Slot::COUNT],
    client: Known,
}

/// The client that was used last.
type Known = Arc<Mutex<Option<Client>>>;

impl Default for Bench {
    fn default() -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, stops: Default::default(), client: Arc::default() }
    }
}

impl Bench {
    /// What became of jobs since the last time.
    pub fn done(&self) -> Vec<(Ticket, Done)> {
        self.receiver.try_iter().collect()
    }

    /// Begins jobs; what of their slots was under way is stopped. `wake` is called when there is news.
    pub fn begin(&mut self, orders: Vec<Order>, socket: Option<&Path>, wake: impl Fn() + Clone + Send + 'static) {
        for (ticket, job) in orders {
            let stop = Arc::new(AtomicBool::new(false));
            std::mem::replace(&mut self.stops[ticket.slot as usize], Arc::clone(&stop)).store(true, Ordering::Relaxed);
            if matches!(job, Job::Stop) {
                continue;
            }
            let place = Place {
                ticket,
                stop,
                say: self.sender.clone(),
                wake: Box::new(wake.clone()),
                socket: socket.map(Path::to_owned),
                client: Arc::clone(&self.client),
            };
            std::thread::spawn(move || {
                match place.run(job) {
                    Ok(done) => place.tell(done),
                    Err(Stopped::Failed(problem)) => place.tell(Done::Failed(problem)),
                    Err(Stopped::NotWanted) => {}
                };
            });
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stops.iter().for_each(|stop| stop.store(true, Ordering::Relaxed));
    }
}

/// Why a job came to no end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// It cannot be done.
    Failed(Problem),
    /// Nobody wants it any more.
    NotWanted,
}

impl<P: Into<Problem>> From<P> for Stopped {
    fn from(problem: P) -> Self {
        Self::Failed(problem.into())
    }
}

/// What a job has around it.
pub(super) struct Place {
    ticket: Ticket,
    stop: Arc<AtomicBool>,
    say: Sender<(Ticket, Done)>,
    wake: Box<dyn Fn() + Send>,
    socket: Option<PathBuf>,
    client: Known,
}

impl Place {
    fn tell(&self, done: Done) {
        // A window that was closed meanwhile hears nothing, and that is right.
        self.say.send((self.ticket, done)).ok();
        (self.wake)();
    }

    /// Says how far it is; ends here when nobody wants it any more.
    pub fn progress(&self, now: u64, of: Option<u64>) -> Result<(), Stopped> {
        self.go_on()?;
        self.tell(Done::Progress(now, of));
        Ok(())
    }

    /// Says the same from another thread.
    pub fn reporter(&self) -> Reporter {
        Reporter { ticket: self.ticket, stop: Arc::clone(&self.stop), say: self.say.clone() }
    }

    /// Ends here when nobody wants it any more.
    pub fn go_on(&self) -> Result<(), Stopped> {
        if self.stop.load(Ordering::Relaxed) { Err(Stopped::NotWanted) } else { Ok(()) }
    }

    /// The engine's client.
    pub fn client(&self) -> Result<Client, Stopped> {
        let Some(socket) = &self.socket else { return Err(Problem::new(Code::FilesNoEngine).into()) };
        let mut known = self.client.lock();
        if let Some(client) = known.as_ref().filter(|client| client.socket() == socket) {
            return Ok(client.clone());
        }
        let client = Client::connect(socket).map_err(|error| error.problem)?;
        *known = Some(client.clone());
        Ok(client)
    }

    fn run(&self, job: Job) -> Result<Done, Stopped> {
        Ok(match job {
            Job::Stop => return Err(Stopped::NotWanted),
            Job::Open(subject) => Done::Opened(Arc::new(fetch::open(self, subject)?)),
            Job::View(image, part, before) => {
                let visible = Arc::new(image.stack.visible(part.scope()));
                self.go_on()?;
                Done::Rows(match before.filter(|view| Arc::ptr_eq(view.stack(), &image.stack)) {
                    Some(mut view) => {
                        view.look(visible);
                        view
                    }
                    None => View::new(Arc::clone(&image.stack), visible),
                })
            }
            Job::All(mut view, open) => {
                if open {
                    view.expand_all()
                } else {
                    view.collapse_all()
                }
                Done::Rows(view)
            }
            Job::Search(mut view, query) => {
                let matches = view.stack().search(view.visible(), &query);
                self.go_on()?;
                let hits = matches.hits.len();
                view.show(Some(Arc::new(matches)));
                Done::Found(view, hits)
            }
            Job::Content(image, version, path, offset) => {
                let layer = &image.layers[usize::from(version.layer)];
                let read = |from: u64, most: u64| fetch::content(self, &image.subject, layer, &path, from, most);
                let (bytes, size) = read(offset, content::PAGE)?;
                self.go_on()?;
                let is_picture = offset == 0 && Body::begins_as_picture(&bytes);
                let picture = match is_picture {
                    false => Picture::No,
                    true if size > content::LARGEST_PICTURE => Picture::TooLarge,
                    true if size <= bytes.len() as u64 => content::picture(&bytes, 1024),
                    true => content::picture(&read(0, size)?.0, 1024),
                };
                Done::Content(Body { picture, ..Body::new(size, offset, bytes) })
            }
            Job::Waste(image) => Done::Waste(Arc::new(image.stack.waste())),
            Job::Compare(image, layer, against, other) => {
                let other = match other {
                    Some(other) => other,
                    None => Arc::new(fetch::open(self, against.subject.clone())?),
                };
                self.go_on()?;
                Done::Compared(differences(&image, layer, &other, &against), other)
            }
            Job::Export(export, path) => {
                json::write(&export, &path)?;
                Done::Exported(path)
            }
            Job::Load(path) => Done::Loaded(archive::load(self, &path)?),
            Job::Save(image, path) => {
                archive::save(self, &image, &path)?;
                Done::Saved(path)
            }
        })
    }
}

/// Says how far a job is, from a thread that helps it.
#[derive(Debug)]
pub(super) struct Reporter {
    ticket: Ticket,
    stop: Arc<AtomicBool>,
    say: Sender<(Ticket, Done)>,
}

impl Reporter {
    /// Says how far it is. False when nobody wants it any more.
    pub fn progress(&self, now: u64, of: Option<u64>) -> bool {
        !self.stop.load(Ordering::Relaxed) && self.say.send((self.ticket, Done::Progress(now, of))).is_ok()
    }
}

fn differences(image: &Opened, layer: usize, other: &Opened, against: &Against) -> View {
    let top = against.layer.map_or(other.stack.top(), number).min(other.stack.top());
    let left = other.stack.visible(Scope::UpTo(top));
    let right = image.stack.visible(Scope::UpTo(number(layer)));
    compare::view((&other.stack, &left), (&image.stack, &right))
}
