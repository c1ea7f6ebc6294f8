//! An engine starts in a directory in which there are containers already.
//!
//! ```text
//! journal undone ─▶ each directory: its document read ─▶ in the list, in the World ─▶ --rm: deleted ─▶ policy: started
//! ```
//!
//! What ran when an engine was killed ended with it; that is written down as its end. What cannot be believed is neither taken up nor
//! deleted.

use super::super::place::Places;
use super::super::state::Life;
use super::super::streams::Streams;
use super::super::whole::{FILE, file};
use super::super::{Container, Phase, State, merge, names};
use super::document::{Document, MOST, Read};
use crate::docker::RestartPolicy;
use crate::engine::rootfs::Rootfs;
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, Result, evidence, private};
use crate::trace::{self, Book, Change, Code, ContainerState, Dir, DirRole, Evidence, Problem};
use nix::fcntl::OFlag;
use parking_lot::Mutex;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// What in a directory of the engine's is neither a file nor a directory: a link would lead what is written there somewhere else, and
/// a pipe would let nobody go on.
fn odd_entry(dir: &Path) -> io::Result<Option<String>> {
    let all = match fs::read_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        all => all?,
    };
    for entry in all {
        let entry = entry?;
        let kind = entry.file_type()?;
        if !kind.is_file() && !kind.is_dir() {
            return Ok(Some(format!("{}: {kind:?}", entry.path().display())));
        }
    }
    Ok(None)
}

/// Lines of the document that are evidence of what is drawn: the rest is long, and says how a container is started.
const SHOWN: [&str; 8] =
    ["\"id\"", "\"name\"", "\"created\"", "\"phase\"", "\"status\"", "\"started\"", "\"finished\"", "\"Image\""];

impl Engine {
    /// Takes up the containers that are kept in the engine's directory, the oldest first. Nothing is started yet.
    pub(in crate::engine) fn restore(&self, cx: &Cx) -> Result<()> {
        let root = self.root.join("containers");
        let failed = |e: io::Error| Fault::io("read", root.display(), &e);
        let (mut found, mut aside) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&root).map_err(failed)? {
            let dir = entry.map_err(failed)?.path();
            match self.read(&dir) {
                Ok(read) => found.push((dir, read)),
                Err(fault) => aside.push((dir, fault)),
            }
        }
        found.sort_by_key(|(_, read)| read.created);
        for (dir, read) in found {
            if let Err(fault) = self.take_up(cx, &dir, read) {
                aside.push((dir, fault));
            }
        }
        for (dir, fault) in aside {
            tracing::warn!(%fault, dir = %dir.display(), "a container is set aside");
            let problem =
                Problem::new(Code::ContainerSetAside).with("dir", dir.display()).with("code", &fault.problem.code);
            let look = evidence::absent(&file(&dir));
            // First that, then why: each in words of its own.
            cx.observe(Change::Remark(problem), vec![look.clone()]);
            cx.observe(Change::Remark(fault.problem), vec![look]);
        }
        Ok(())
    }

    /// What stands in a container's directory, if it can be believed.
    fn read(&self, dir: &Path) -> Result<Read> {
        private::believe_dir(dir)?;
        let path = file(dir);
        let none = |reason: String| Fault::failed(Code::ContainerFileUnreadable).with("reason", reason);
        for place in [dir.to_owned(), dir.join("etc")] {
            if let Some(odd) = odd_entry(&place).map_err(|e| Fault::io("read", place.display(), &e))? {
                return Err(none(odd));
            }
        }
        let opened = private::believed(&path, OFlag::O_RDONLY)?.ok_or_else(|| none(format!("no {FILE}")))?;
        let size = opened.metadata().map_err(|e| Fault::io("look at", path.display(), &e))?.len();
        if size > MOST {
            return Err(none(format!("{size} > {MOST} bytes")));
        }
        let text = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
        let read = Document::read(&text.into_bytes())?.checked(&self.volumes)?;
        if dir.file_name().is_none_or(|name| name != read.id.as_str()) {
            return Err(none(format!("id: {}", read.id)));
        }
        Ok(read)
    }

    fn take_up(&self, cx: &Cx, dir: &Path, read: Read) -> Result<()> {
        let image = self.store.of_container(&read.image.id, &read.image.config)?;
        let hold = self.store.hold(&image);
        let merged = merge::merge(&read.request, &image.config, &read.id)?;
        let streams = Arc::new(Streams::new(&dir.join("log.json"), read.request.log_options)?);
        // A name that is taken is the name of an older one.
        self.containers.reserve(Some(&read.name), &read.id)?;
        let places = self.places(&read.request, &merged.network);
        let container = Arc::new(Container {
            id: read.id,
            name: names::Name::new(&read.name),
            created: read.created,
            image,
            image_config: read.image.config,
            hold: Mutex::new(Some(hold)),
            settings: Mutex::new(read.settings),
            request: read.request,
            merged,
            mounts: read.mounts,
            anonymous: read.anonymous,
            links: Mutex::new(read.links),
            places: Mutex::new(if read.alone { Places::new() } else { places }),
            resolver: Mutex::default(),
            dir: dir.to_owned(),
            streams,
            life: Life::of(read.state),
            keeping: Mutex::default(),
        });
        if read.ran {
            // Before it is told: what is told is what stands there.
            self.keep_or_say(&container);
        }
        self.containers.add(Arc::clone(&container));
        self.show(cx, &container, read.ran);
        Ok(())
    }

    /// Tells the World of a container that was there before the engine.
    fn show(&self, cx: &Cx, container: &Container, ran: bool) {
        let world = cx.world();
        for chain in container.image.chain_ids.iter().filter(|chain| !world.layers.contains_key(*chain)) {
            if let Some((layer, look)) = self.store.layer(chain) {
                cx.observe(Change::LayerUnpacked(layer), vec![look]);
            }
        }
        let state = container.state();
        let stands = stands(&file(&container.dir));
        cx.observe(Change::ContainerFound(seen(container, &state)), vec![stands.clone()]);
        if ran {
            let problem = Problem::new(Code::ContainerEndedWithEngine).with("container", &container.name);
            let decision = format!("it ran, and no process outlives its engine: exit status {}", state.status);
            let looks = vec![stands, evidence::own(Book::Decision, [decision])];
            cx.observe(Change::Remark(problem.with("status", state.status)), looks);
        }
        let rootfs = Rootfs::below(&container.dir);
        let dirs = [(&rootfs.upper, DirRole::Upper), (&rootfs.work, DirRole::Work), (&rootfs.merged, DirRole::Merged)];
        for (dir, role) in dirs {
            if let (Ok(_), look) = evidence::stat(dir) {
                let (path, container) = (dir.display().to_string(), Some(container.id.clone()));
                cx.observe(Change::DirSeen(Dir { path, role, container }), vec![look]);
            }
        }
        // What it has written, told once.
        let spec = self.upper_spec(container);
        if spec.upper.is_dir() {
            match self.uppers.watch(&spec) {
                Ok(()) => self.uppers.rest(&container.id),
                Err(fault) => tracing::warn!(%fault, container = %container.id, "what it wrote is not shown"),
            }
        }
    }

    /// Deletes those that go with their end, and starts those whose policy wants that (moby `daemon/daemon.go`, `restore`).
    pub(in crate::engine) fn resume_containers(self: &Arc<Self>) {
        let mut all = self.containers.all();
        all.reverse();
        for container in &all {
            let state = container.state();
            let host = container.settings();
            if state.wants_start(&host.restart_policy) {
                if let Err(fault) = self.start(container, &Asked::default(), &Cancel::new()) {
                    tracing::warn!(%fault, container = %container.id, "a container was not started with its engine");
                }
            } else if container.request.host_config.auto_remove {
                self.remove_ended(container);
            }
        }
    }
}

impl State {
    /// Whether a container is started with its engine. One that was stopped by hand is, but for `unless-stopped`, as with Docker.
    fn wants_start(&self, policy: &RestartPolicy) -> bool {
        let most = u64::try_from(policy.maximum_retry_count).unwrap_or(0);
        let wanted = match policy.name.as_str() {
            "always" => true,
            "unless-stopped" => !self.again.by_hand,
            "on-failure" => self.status != 0 && (most == 0 || self.again.count < most),
            _ => false,
        };
        wanted && self.started.is_some()
    }
}

/// As it is drawn.
fn seen(container: &Container, state: &State) -> trace::Container {
    trace::Container {
        state: match state.phase {
            Phase::Created => ContainerState::Created,
            _ => ContainerState::Exited { status: state.status },
        },
        ..container.shown()
    }
}

/// What the document says of it.
fn stands(path: &Path) -> Evidence {
    let shown = |line: &str| SHOWN.iter().any(|name| line.trim_start().starts_with(name));
    evidence::read(path).map_or_else(|unread| unread.evidence, |text| text.lines(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &str, most: i64, status: i32, count: u64, by_hand: bool, started: bool) -> bool {
        let mut state = State::new();
        state.started = started.then(crate::engine::moment::Moment::now);
        (state.status, state.again.count, state.again.by_hand) = (status, count, by_hand);
        state.wants_start(&RestartPolicy { name: policy.to_owned(), maximum_retry_count: most })
    }

    #[test]
    fn a_policy_says_who_is_started_with_the_engine() {
        assert!(check("always", 0, 0, 0, true, true), "as with Docker, also one that was stopped by hand");
        assert!(check("unless-stopped", 0, 0, 0, false, true));
        assert!(!check("unless-stopped", 0, 137, 0, true, true));
        assert!(check("on-failure", 0, 137, 0, true, true));
        assert!(!check("on-failure", 0, 0, 0, false, true));
        assert!(check("on-failure", 3, 1, 2, false, true));
        assert!(!check("on-failure", 3, 1, 3, false, true));
        for policy in ["", "no", "always", "unless-stopped", "on-failure"] {
            assert!(!check(policy, 0, 1, 0, false, false), "{policy}: it was never started");
        }
        assert!(!check("no", 0, 1, 0, false, true) && !check("", 0, 1, 0, false, true));
    }
}
