//! From the command line to a listening engine and back: the order of things at start and at the end.
//!
//! ```text
//! claim root ─▶ enter lab (one thread!) ─▶ journal, recorder ─▶ recover ─▶ built-in registry, spawner ─▶ network ─▶ containers ─▶ listen
//!                                                                                                                            │
//! remove socket ◀─ unwind journal ◀─ network down ◀─ containers ended ◀─ SIGTERM, SIGINT, POST /dockwalk/v1/stop
//! ```

use super::container::{Containers, ExecSessions};
use super::contents::Contents;
use super::lab::{self, Lab};
use super::net::{Machine, Net};
use super::process::Spawner;
use super::registry::{Builtin, Puller, RegistryOptions};
use super::store::Store;
use super::upper::Uppers;
use super::volume::Volumes;
use super::{Cancel, Conductor, Engine, Fault, FaultKind, Result, api, conductor, private, undoers};
use crate::client::protocol::EngineInfo;
use crate::client::trust::Who;
use crate::trace::{Code, Mode, OpKind};
use nix::fcntl::OFlag;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How an engine is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its directory.
    pub root: PathBuf,
    /// Where it listens.
    pub socket: PathBuf,
    /// In the lab or on the host.
    pub mode: Mode,
    /// End when standard input does: with the program that started it.
    pub while_stdin: bool,
    /// Asked for images of docker.io before it is asked itself.
    pub mirrors: Vec<String>,
    /// Registries that may be spoken to without TLS.
    pub insecure: Vec<String>,
    /// How much of the trace is kept.
    pub trace_limit: conductor::Limit,
    /// What an earlier engine kept in the directory is deleted first: it belongs to a lesson that begins anew.
    pub emptied: bool,
}

/// Runs an engine until it is told to end. Must be called while the process has one thread. `ready` is called once it
/// listens.
pub fn run(options: &Options, ready: impl FnOnce(&EngineInfo)) -> Result<()> {
    if let Err(error) = super::sys::keep_from_children() {
        tracing::warn!(%error, "descriptors that were open at the start are inherited by programs of the host");
    }
    if let Err(error) = more_descriptors() {
        tracing::warn!(%error, "no more descriptors than programs begin with");
    }
    // What can be refused is refused before anything is made.
    lab::check(options.mode)?;
    registries(options)?;
    let owner = owner();
    api::check(&options.socket, owner.map(|(uid, _)| uid), &options.root)?;
    let new = !options.root.exists();
    let root = private::claim(&options.root)?;
    let _lock = lock(&root)?;
    let lab = enter(&root, options, owner).inspect_err(|_refused| {
        if new {
            forget(&root);
        }
    })?;
    super::reserve::let_go_where_full(&root);
    let conductor = open(&root, &lab, options.trace_limit)?;
    let engine = match start(&conductor, lab, &root, options) {
        Ok(engine) => Arc::new(engine),
        Err(fault) => {
            unwind(&conductor);
            return Err(fault);
        }
    };
    engine.resume_containers();
    let listening = api::listen(&engine.socket, owner);
    match listening {
        Ok(listening) => {
            let served = serve(&engine, listening, options.while_stdin, ready);
            end(&engine);
            remove_socket(&engine.socket);
            if served.is_ok() {
                clear(&root);
            }
            served
        }
        // The socket that is there is another engine's.
        Err(fault) => {
            engine.end();
            engine.end_containers(false);
            end(&engine);
            Err(fault)
        }
    }
}

/// As many descriptors as Docker's daemon is given by its packages.
const DESCRIPTORS: u64 = 1 << 20;

/// Each connection to a published port has two: programs begin with few for the sake of select(2), and may have more
/// (getrlimit(2)). What containers begin with is the same, as under Docker.
fn more_descriptors() -> nix::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = hard.min(DESCRIPTORS);
    if soft < wanted { setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) } else { Ok(()) }
}

/// Enters the lab, with a directory for the socket.
fn enter(root: &Path, options: &Options, owner: Option<(u32, u32)>) -> Result<Lab> {
    if let Some((_, gid)) = owner.filter(|_| in_root(&options.socket, root)) {
        private::let_through(root, gid)?;
    }
    let made = api::prepare(&options.socket, owner.map(|(uid, _)| uid))?;
    lab::enter(options.mode).inspect_err(|_refused| {
        if let Some(dir) = options.socket.parent().filter(|_| made) {
            remove_empty(dir);
        }
    })
}

/// An engine that did not begin leaves nothing: its directory was made for it, and holds the lock alone.
fn forget(root: &Path) {
    if let Err(error) = fs::remove_file(root.join("lock")) {
        tracing::debug!(%error, "no lock");
    }
    remove_empty(root);
}

/// What was for the running engine alone. One that is killed leaves it: its trace can be read, and the next engine clears it.
fn clear(root: &Path) {
    if let Err(fault) = remove_all(&root.join("run")) {
        tracing::warn!(%fault, "not cleared");
    }
    // Whatever is still in it is in the journal.
    remove_empty(&root.join("containers"));
}

fn remove_empty(dir: &Path) {
    if let Err(error) = fs::remove_dir(dir) {
        tracing::debug!(%error, dir = %dir.display(), "not removed");
    }
}

fn remove_socket(socket: &Path) {
    if let Err(error) = fs::remove_file(socket) {
        tracing::debug!(%error, "the socket was gone already");
    }
}

/// True when the socket lies in the engine's directory itself.
fn in_root(socket: &Path, root: &Path) -> bool {
    socket.parent().and_then(|dir| dir.canonicalize().ok()).is_some_and(|dir| dir == root)
}

/// One engine a directory. The kernel lets go of the lock when the process ends, however it does.
fn lock(root: &Path) -> Result<File> {
    let path = root.join("lock");
    let file = private::believed(&path, OFlag::O_CREAT | OFlag::O_WRONLY)?;
    let file = file.ok_or_else(|| Fault::io("open", path.display(), &std::io::ErrorKind::NotFound.into()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Fault::new(FaultKind::Conflict, Code::EngineRootLocked).with("root", root.display()))
        }
        Err(TryLockError::Error(e)) => Err(Fault::io("lock", path.display(), &e)),
    }
}

fn open(root: &Path, lab: &Lab, limit: conductor::Limit) -> Result<Arc<Conductor>> {
    let run = root.join("run");
    if run.exists() {
        fs::remove_dir_all(&run).map_err(|e| Fault::io("clear", run.display(), &e))?;
    }
    private::dir(&run).map_err(|e| Fault::io("make", run.display(), &e))?;
    let recorder = conductor::Recorder::in_dir(&run, limit)?;
    let journal = conductor::Journal::open(&root.join("journal.ndjson"), undoers(Some(&lab.host)))?;
    Ok(Conductor::new(recorder, journal))
}

fn start(conductor: &Arc<Conductor>, lab: Lab, root: &Path, options: &Options) -> Result<Engine> {
    conductor::recover(conductor)?;
    if options.emptied {
        empty(root)?;
    }
    let containers = root.join("containers");
    private::dir(&containers).map_err(|e| Fault::io("make", containers.display(), &e))?;
    let store = Store::open(root, lab.ids, lab.rootless)?;
    let volumes = Volumes::open(root)?;
    let spawner = Spawner::new()?;
    let builtin = Builtin::serve(([127, 0, 0, 1], 0).into(), &root.join("builtin"));
    let builtin = builtin.inspect_err(|fault| tracing::warn!(%fault, "no built-in registry"));
    let (builtin, no_builtin) = match builtin {
        Ok(builtin) => (Some(builtin), None),
        Err(fault) => (None, Some(fault)),
    };
    let registries =
        RegistryOptions { builtin: builtin.as_ref().map(Builtin::addr), no_builtin, ..registries(options)? };
    let puller = Puller::new(Arc::clone(&store), registries);
    conductor.operate(OpKind::EngineStart, "engine", "dockwalk engine", &Cancel::new(), |cx| {
        lab::observe(cx, &lab, root)?;
        let machine = match (lab.mode, options.emptied) {
            (Mode::Host, _) => Machine::Same,
            (Mode::Lab, false) => Machine::Needed,
            (Mode::Lab, true) => Machine::Wished,
        };
        let net = Net::start(cx, &lab, machine)?;
        store.announce(cx)?;
        volumes.announce(cx)?;
        let engine = Engine {
            conductor: Arc::clone(conductor),
            lab,
            net,
            store,
            puller,
            builtin,
            spawner,
            volumes,
            uppers: Uppers::start(Arc::clone(conductor))?,
            contents: Contents::start(Arc::clone(conductor), root)?,
            containers: Containers::default(),
            sessions: ExecSessions::default(),
            news: super::news::News::default(),
            reserve: super::reserve::Reserve::in_dir(root),
            measuring: parking_lot::Mutex::default(),
            pools: super::network::Pools::default(),
            root: root.to_owned(),
            keeps: !options.emptied,
            socket: options.socket.clone(),
            ending: watch::Sender::new(false),
        };
        engine.restore_networks(cx)?;
        engine.restore(cx)?;
        engine.watch_volumes()?;
        Ok(engine)
    })
}

/// What the user says of registries. Certificates are where Docker has them.
fn registries(options: &Options) -> Result<RegistryOptions> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let own = [".config/docker/certs.d", ".docker/certs.d"].map(|dir| home.join(dir));
    let certs = own.into_iter().filter(|dir| dir.is_absolute()).chain([PathBuf::from("/etc/docker/certs.d")]).collect();
    let (mirrors, insecure) = (options.mirrors.clone(), options.insecure.clone());
    let options = RegistryOptions { mirrors, insecure, certs, ..RegistryOptions::default() };
    options.check()?;
    Ok(options)
}

/// Deletes containers, images, volumes and what a lesson mounted. The list of images goes first: whoever is killed in between leaves no image
/// without its layers. What is made from this computer alone, the built-in registry's images, stays.
fn empty(root: &Path) -> Result<()> {
    let list = root.join("images.json");
    match fs::remove_file(&list) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Fault::io("remove", list.display(), &e)),
        _ => {}
    }
    let failed = |e: std::io::Error| Fault::io("read", root.display(), &e);
    for entry in fs::read_dir(root).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let bind = name.to_string_lossy().starts_with("lesson-");
        if bind || ["containers", "networks", "layers", "blobs", "ingest", "volumes"].iter().any(|kept| name == *kept) {
            remove_all(&root.join(name))?;
        }
    }
    Ok(())
}

fn remove_all(dir: &Path) -> Result<()> {
    match super::handle::remove(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Fault::io("remove", dir.display(), &e)),
        _ => Ok(()),
    }
}

fn unwind(conductor: &Conductor) {
    match conductor.journal().unwind(None) {
        Ok(left) => left.iter().for_each(|(inverse, fault)| tracing::warn!(%inverse, %fault, "not undone")),
        Err(fault) => tracing::error!(%fault, "the journal cannot be written"),
    }
}

fn serve(
    engine: &Arc<Engine>,
    listening: api::Listening,
    while_stdin: bool,
    ready: impl FnOnce(&EngineInfo),
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("api").build();
    let runtime = runtime.map_err(|e| Fault::io("start", "threads", &e))?;
    let result = runtime.block_on(async {
        ready(&engine.info());
        let fail = |e: std::io::Error| Fault::io("handle", "signals", &e);
        let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
        tokio::select! {
            served = listening.serve(Arc::clone(engine)) => served,
            _ = terminate.recv() => Ok(()),
            _ = interrupt.recv() => Ok(()),
            () = stdin_ends(), if while_stdin => Ok(()),
        }
    });
    // Streams end, and with them the holds of the gate: from here on nothing waits.
    engine.end();
    if engine.keeps {
        runtime.block_on(ended(engine, while_stdin));
    }
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

/// How long whoever has asked twice waits for what hangs. What it leaves is undone by the journal.
const ASKED_TWICE: Duration = Duration::from_secs(5);

/// Ends the containers. Who asks once more does not want to wait for them.
async fn ended(engine: &Arc<Engine>, short: bool) {
    let ending = Arc::clone(engine);
    let mut all = tokio::task::spawn_blocking(move || ending.end_containers(short));
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    let mut limit = None;
    loop {
        let late = async {
            match limit {
                Some(limit) => tokio::time::sleep_until(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = &mut all => {
                ended.unwrap_or_else(|error| tracing::error!(%error, "containers were not ended"));
                return;
            }
            _ = terminate.recv() => engine.kill_containers(),
            _ = interrupt.recv() => engine.kill_containers(),
            () = late => {
                tracing::warn!("something hangs, and is not waited for");
                return;
            }
        }
        limit.get_or_insert_with(|| tokio::time::Instant::now() + ASKED_TWICE);
    }
}

/// What is typed meanwhile is nobody's business.
async fn stdin_ends() {
    let mut nowhere = tokio::io::sink();
    if let Err(error) = tokio::io::copy(&mut tokio::io::stdin(), &mut nowhere).await {
        tracing::debug!(%error, "standard input");
    }
}

/// Who may use the socket: the user who asked for an engine with privileges.
fn owner() -> Option<(u32, u32)> {
    let uid = Who::am_i().works_for()?;
    let given = std::env::var("SUDO_GID").ok().and_then(|value| value.parse::<u32>().ok());
    let group = || nix::unistd::User::from_uid(uid.into()).ok().flatten().map(|user| user.gid.as_raw());
    Some((uid, given.or_else(group).unwrap_or(uid)))
}

/// What an engine that keeps nothing has goes; of another one containers have ended.
fn end(engine: &Arc<Engine>) {
    for container in engine.containers.all().into_iter().filter(|_| !engine.keeps) {
        if let Err(fault) = engine.remove(&container, &super::Asked::default(), (true, true), &Cancel::new()) {
            tracing::debug!(%fault, container = %container.id, "left to the journal");
        }
    }
    let down = engine.conductor.operate(OpKind::Recover, "engine", "", &Cancel::new(), |cx| engine.net.stop(cx));
    if let Err(fault) = down {
        tracing::warn!(%fault, "the network was left to the journal");
    }
    unwind(&engine.conductor);
}
