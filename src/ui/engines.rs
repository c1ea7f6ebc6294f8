//! Which engines run on this machine, and what they hold. Looked for on a thread, as long as somebody wants to know.

use crate::client::protocol::EngineInfo;
use crate::client::{Client, StartOptions, place};
use crate::docker::Info;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often it is looked.
const OFTEN: Duration = Duration::from_secs(2);

/// An engine that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Why one looks there.
    pub place: Place,
    /// Where it listens.
    pub socket: PathBuf,
    /// What it says of itself.
    pub info: EngineInfo,
    /// Its containers.
    pub containers: usize,
    /// Those of them that run.
    pub running: usize,
    /// Its images.
    pub images: usize,
}

/// Why one looks for an engine there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `DOCKER_HOST` names it.
    DockerHost,
    /// It was named when the window was opened.
    Named,
    /// The user's own.
    Own,
    /// Root's.
    Root,
}

/// What is known of them now.
#[derive(Debug, Default)]
pub struct Engines {
    news: Option<(Receiver<Vec<Running>>, Arc<()>)>,
}

impl Engines {
    /// Looks for them while `wanted`, and returns what has been found since.
    pub fn receive(
        &mut self,
        wanted: bool,
        options: &StartOptions,
        wake: impl Fn() + Send + 'static,
    ) -> Option<Vec<Running>> {
        if !wanted {
            self.news = None;
            return None;
        }
        let (news, _) = self.news.get_or_insert_with(|| {
            let (say, news) = sync_channel(1);
            let (alive, options) = (Arc::new(()), options.clone());
            let watched = Arc::downgrade(&alive);
            std::thread::spawn(move || watch(&options, &watched, &say, wake));
            (news, alive)
        });
        news.try_iter().last()
    }
}

fn watch(options: &StartOptions, alive: &Weak<()>, say: &SyncSender<Vec<Running>>, wake: impl Fn()) {
    let mut before = Vec::new();
    while alive.strong_count() > 0 {
        let now = look(options);
        if now != before {
            before.clone_from(&now);
            if say.send(now).is_err() {
                return;
            }
            wake();
        }
        std::thread::sleep(OFTEN);
    }
}

/// The engines that answer now, each once.
pub fn look(options: &StartOptions) -> Vec<Running> {
    let named = options.socket.is_some() || options.root.is_some();
    let named = named.then(|| (Place::Named, place::socket(options.socket.as_deref(), options.root.as_deref())));
    let docker_host = place::docker_host().ok().flatten().map(|socket| (Place::DockerHost, socket));
    let [own, root] = place::defaults();
    let all = docker_host.into_iter().chain(named).chain([(Place::Own, own), (Place::Root, root)]);
    let mut found: Vec<Running> = Vec::new();
    for (place, socket) in all {
        if !found.iter().any(|engine| engine.socket == socket) {
            found.extend(ask(place, socket));
        }
    }
    found
}

fn ask(place: Place, socket: PathBuf) -> Option<Running> {
    // Whose directory it is, is looked at first, as for every client.
    let client = Client::find(&StartOptions { socket: Some(socket.clone()), ..StartOptions::default() }).ok()?;
    let mut info = client.info().ok()?;
    let holds: Info = client.get("/info").ok()?;
    // It counts while it works; that is no news for a page that is shown as long as this one.
    info.trace_length = 0;
    let (containers, running, images) = (holds.containers, holds.containers_running, holds.images);
    Some(Running { place, socket, info, containers, running, images })
}
