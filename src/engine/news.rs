//! What Docker's clients are told as events: the latest are kept, as many as fit, for who asks what was; who listens hears of more.
//!
//! ```text
//! engine, when something is done ─▶ tell ─▶ the latest 1024 ─▶ after(position) ─▶ GET /events
//! ```
//!
//! Docker's own daemon keeps 256. The trace says far more and is kept far longer, but it is read from its beginning, and it has no
//! word for what was only asked (an attachment, a signal that nobody obeyed). Does not know who listens.

use super::container::Container;
use super::moment::Moment;
use super::process::MountSource;
use super::{Engine, Result};
use crate::docker::{Event, EventActor};
use crate::engine::store::Image;
use crate::spec::Reference;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::watch;

/// Events that are kept.
const KEPT: usize = 1024;
/// Bytes of what they say, together: labels may be long, and so may the commands of health checks.
const BYTES: usize = 8 << 20;

/// What is said of whom, by name.
pub type Attributes = BTreeMap<String, String>;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Container,
    Image,
    Volume,
    Network,
    /// What is kept of builds.
    Builder,
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Image => "image",
            Self::Volume => "volume",
            Self::Network => "network",
            Self::Builder => "builder",
        }
    }
}

/// An event, and when it was.
pub type Told = Arc<(Moment, Event)>;

/// The latest events.
#[derive(Debug)]
pub struct News {
    latest: Mutex<Latest>,
    /// How many there have been.
    count: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Latest {
    all: VecDeque<(usize, Told)>,
    bytes: usize,
    /// How many there have been before the first of them.
    before: u64,
}

impl Default for News {
    fn default() -> Self {
        Self { latest: Mutex::default(), count: watch::Sender::new(0) }
    }
}

impl News {
    /// Something has happened to the thing of that id.
    pub fn tell(&self, subject: Subject, action: &str, id: &str, attributes: Attributes) {
        let now = Moment::now();
        // Clients of API 1.21 and before read these, of containers and images.
        let old = matches!(subject, Subject::Container | Subject::Image);
        let old = |text: &str| if old { text.to_owned() } else { String::new() };
        let from = attributes.get("image").filter(|_| subject == Subject::Container).cloned().unwrap_or_default();
        let event = Event {
            status: old(action),
            id: old(id),
            from,
            kind: subject.name().to_owned(),
            action: action.to_owned(),
            actor: EventActor { id: id.to_owned(), attributes },
            scope: "local".to_owned(),
            time: now.unix(),
            time_nano: now.unix_nanos(),
        };
        let attributes: usize = event.actor.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        let bytes = attributes + event.from.len() + event.action.len() + event.status.len();
        let mut latest = self.latest.lock();
        latest.all.push_back((bytes, Arc::new((now, event))));
        latest.bytes += bytes;
        while latest.all.len() > KEPT || (latest.bytes > BYTES && latest.all.len() > 1) {
            let dropped = latest.all.pop_front().map_or(0, |(bytes, _)| bytes);
            latest.bytes -= dropped;
            latest.before += 1;
        }
        let count = latest.before + latest.all.len() as u64;
        // Told while nobody else tells, so that the number never goes back.
        self.count.send_replace(count);
    }

    /// The events after the first `position`, as far as they are kept, and the position behind them.
    pub fn after(&self, position: u64) -> (Vec<Told>, u64) {
        let latest = self.latest.lock();
        let skipped = usize::try_from(position.saturating_sub(latest.before)).unwrap_or(usize::MAX);
        let events = latest.all.iter().skip(skipped).map(|(_, told)| Arc::clone(told)).collect();
        (events, latest.before + latest.all.len() as u64)
    }

    /// Tells how many there have been, whenever there are more.
    pub fn count(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }
}

impl Engine {
    /// Of a container: with its labels, its image and its name.
    pub(super) fn tell(&self, container: &Container, action: &str, more: &[(&str, String)]) {
        let mut attributes = container.merged.labels.clone();
        let own = [("image", container.request.image.clone()), ("name", container.name.get())];
        attributes.extend(own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone())));
        self.news.tell(Subject::Container, action, container.id.as_str(), attributes);
    }

    /// Of an image: with its labels, and the name that it was done with or to.
    pub(super) fn tell_image(&self, image: &Image, action: &str, name: &str) {
        let mut attributes: Attributes = image.config.labels.clone();
        attributes.insert("name".to_owned(), name.to_owned());
        self.news.tell(Subject::Image, action, image.id.as_str(), attributes);
    }

    /// Of one that was fetched or sent: by its name.
    pub(super) fn tell_transfer(&self, reference: &Reference, action: &str) {
        let name = reference.familiar();
        let labels = self.store.find(&name).map(|image| image.config.labels.clone());
        let mut attributes: Attributes = labels.unwrap_or_default();
        attributes.insert("name".to_owned(), reference.familiar_name());
        self.news.tell(Subject::Image, action, &name, attributes);
    }

    /// Of a volume: with its driver.
    pub(super) fn tell_volume(&self, name: &str, action: &str, more: &[(&str, String)]) {
        let own = [("driver", "local".to_owned())];
        let attributes = own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.news.tell(Subject::Volume, action, name, attributes);
    }

    /// What nobody needed was taken away, so many bytes.
    pub(super) fn tell_pruned(&self, subject: Subject, freed: u64) {
        self.news.tell(subject, "prune", "", [("reclaimed".to_owned(), freed.to_string())].into());
    }

    /// A container's volumes are mounted, or no more.
    pub(super) fn tell_mounts(&self, container: &Container, mounted: bool) {
        for mount in &container.mounts {
            let MountSource::Volume { name, .. } = &mount.source else { continue };
            let of = ("container", container.id.to_string());
            if mounted {
                let how = [
                    of,
                    ("destination", mount.target.clone()),
                    ("propagation", String::new()),
                    ("read/write", (!mount.read_only).to_string()),
                ];
                self.tell_volume(name, "mount", &how);
            } else {
                self.tell_volume(name, "unmount", &[of]);
            }
        }
    }

    /// A container is on a network, or off it.
    pub(super) fn tell_network(&self, container: &Container, name: &str, action: &str) -> Result<()> {
        let driver = self.net.find(name)?;
        let network = driver.network();
        let attributes = [
            ("container", container.id.to_string()),
            ("name", network.name.clone()),
            ("type", network.driver_name().to_owned()),
        ];
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.news.tell(Subject::Network, action, network.id.as_str(), attributes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(news: &News, action: &str, bytes: usize) {
        news.tell(Subject::Volume, action, "v", [("x".to_owned(), "y".repeat(bytes))].into());
    }

    #[test]
    fn the_latest_are_kept_and_their_number_goes_on() {
        let news = News::default();
        let count = news.count();
        assert_eq!(news.after(0).1, 0);
        for n in 0..KEPT + 10 {
            tell(&news, &n.to_string(), 1);
        }
        let end = (KEPT + 10) as u64;
        let (all, position) = news.after(0);
        assert_eq!((all.len(), all[0].1.action.as_str(), position, *count.borrow()), (KEPT, "10", end, end));
        let (some, _) = news.after(end - 2);
        assert_eq!(some.iter().map(|told| told.1.action.as_str()).collect::<Vec<_>>(), ["1032", "1033"]);
        assert!(news.after(end).0.is_empty() && news.after(end + 5).0.is_empty());
    }

    #[test]
    fn long_labels_do_not_fill_the_memory() {
        let news = News::default();
        for _ in 0..40 {
            tell(&news, "a", 1 << 20);
        }
        assert_eq!((news.after(0).0.len(), news.after(0).1), (7, 40));
        tell(&news, "b", 2 * BYTES);
        assert_eq!(news.after(0).0.len(), 1, "the last one is there, however long");
    }

    #[test]
    fn what_is_neither_a_container_nor_an_image_has_no_old_names() {
        let news = News::default();
        tell(&news, "create", 1);
        news.tell(Subject::Container, "die", "id", [("image".to_owned(), "i".to_owned())].into());
        let (all, _) = news.after(0);
        let old = |at: usize| (all[at].1.status.clone(), all[at].1.id.clone(), all[at].1.from.clone());
        assert_eq!(old(0), (String::new(), String::new(), String::new()));
        assert_eq!(old(1), ("die".to_owned(), "id".to_owned(), "i".to_owned()));
    }
}
