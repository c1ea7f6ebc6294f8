//! Does the inspector's jobs, each on a thread of its own.

use super::content::{self, Body, Picture};
use super::job::{Done, Job, Slot, Ticket};
use super::opened::{Opened, number};
use super::place::{Known, Place, Stopped};
use super::{Against, Order, archive, compare, fetch, json};
use crate::tree::{Scope, View};
use std::path::Path;
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

impl Place {
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
            Job::ExportVolume(volume, path) => {
                let remarks = archive::export_volume(self, &volume, &path)?;
                Done::VolumeExported(path, remarks)
            }
            Job::ImportVolume(path) => {
                let (volume, remarks) = archive::import_volume(self, &path)?;
                Done::VolumeImported(volume, remarks)
            }
        })
    }
}

fn differences(image: &Opened, layer: usize, other: &Opened, against: &Against) -> View {
    let top = against.layer.map_or(other.stack.top(), number).min(other.stack.top());
    let left = other.stack.visible(Scope::UpTo(top));
    let right = image.stack.visible(Scope::UpTo(number(layer)));
    compare::view((&other.stack, &left), (&image.stack, &right))
}
