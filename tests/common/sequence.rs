//! A random sequence of operations: each is chosen by a seed, done for real, and held against a model. `DOCKWALK_TEST_SEED` and
//! `DOCKWALK_TEST_OPS` say which sequence, and how long; `DOCKWALK_TEST_TELL` has each step printed. A failure prints what to ask for.

use crate::engine::{Engine, Who, for_everyone, output};
use crate::kernel::Checker;
use crate::lab;
use crate::random::{self, Random};
use crate::server::Server;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

/// Every sequence's image.
pub const IMAGE: &str = "lab/shell:1";
/// What is tried for every commit.
const SEEDS: [u64; 2] = [1, 2];

/// What is done at random, and the model that it is held against.
pub trait Sequence: Sized {
    fn new(actor: Actor) -> Self;
    fn actor(&mut self) -> &mut Actor;
    /// Does something; what cannot be done now is nothing.
    fn act(&mut self);
    /// Holds what there is against the model. Returns what more is to be the same beside a dockerd.
    fn as_modelled(&mut self, when: &str) -> String;
    /// Takes all of it away, and looks what is left; and how often something was held against something.
    fn end(self) -> (Server, usize);
}

/// Who does it, and what was done.
pub struct Actor {
    pub server: Server,
    /// None of a dockerd.
    pub checker: Option<Checker>,
    pub random: Random,
    pub seed: u64,
    /// Engines are killed, and more that only ours survive.
    pub rough: bool,
    names: usize,
    /// What was done, and what came of it.
    pub said: Vec<String>,
}

impl Actor {
    fn new(server: Server, seed: u64, rough: bool) -> Self {
        let checker = if let Server::Dockwalk(engine) = &server { Some(Checker::of(engine)) } else { None };
        Self { server, checker, random: Random(seed), seed, rough, names: 0, said: Vec::new() }
    }

    /// One that nobody has.
    pub fn name(&mut self, begin: char) -> String {
        self.names += 1;
        format!("{begin}{}", self.names)
    }

    /// Does it, with either client, and wants that end. `said`: how it is said of either server.
    #[track_caller]
    pub fn ask(&mut self, line: &[&str], said: &str, code: i32) {
        let docker = self.random.one_in(4);
        self.said.push(format!("{said}: {code}"));
        let output = output(self.server.command(line, docker));
        let (words, told) = (String::from_utf8_lossy(&output.stderr), self.said.join("\n"));
        let (seed, step) = (self.seed, self.said.len());
        assert_eq!(output.status.code(), Some(code), "DOCKWALK_TEST_SEED={seed} step {step}: {words}\n{told}");
    }

    /// The engine dies while somebody asks that. Ours would start an engine of its own where it finds none: Docker's client asks.
    pub fn killed_while(&mut self, line: &[&str]) -> usize {
        let mut asking = self.server.command(line, true);
        asking.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let after = Duration::from_millis(self.random.below(150) as u64);
        self.said.push(format!("kill -9 of the engine {after:?} after: {}", line.join(" ")));
        let asking = asking.spawn().unwrap();
        // It is not known how far it comes: that is what is tried.
        std::thread::sleep(after);
        self.killed(Some(asking))
    }

    /// The engine dies between two steps.
    pub fn killed_between(&mut self) -> usize {
        self.said.push("kill -9 of the engine".to_owned());
        self.killed(None)
    }

    /// It, and who asks something of it: who is late would ask the next one. Returns how often the World has agreed until then.
    fn killed(&mut self, asking: Option<Child>) -> usize {
        let Server::Dockwalk(engine) = &mut self.server else { panic!("that is not done to Docker") };
        let agreed = self.checker.take().map_or(0, |checker| checker.agreed);
        engine.kill();
        if let Some(mut asking) = asking {
            asking.kill().unwrap();
            asking.wait().unwrap();
        }
        engine.start_again();
        self.checker = Some(Checker::of(engine));
        agreed
    }
}

fn run<S: Sequence>(server: Server, seed: u64, ops: usize, rough: bool) -> S {
    let mut sequence = S::new(Actor::new(server, seed, rough));
    for step in 1..=ops {
        while sequence.actor().said.len() < step {
            sequence.act();
        }
        let done = sequence.actor().said.last().cloned().unwrap_or_default();
        let when = format!("DOCKWALK_TEST_SEED={seed} DOCKWALK_TEST_OPS={ops}, step {step}: {done}");
        if std::env::var_os("DOCKWALK_TEST_TELL").is_some() {
            println!("{when}");
        }
        let more = sequence.as_modelled(&when);
        if let Some(said) = sequence.actor().said.last_mut() {
            said.push_str(&more);
        }
    }
    sequence
}

/// As root and as an ordinary user.
pub fn hold<S: Sequence>(ops: usize, what: &str) {
    for_everyone(|who| {
        let (seeds, ops) = random::asked(&SEEDS, ops);
        let mut server = Server::Dockwalk(Engine::start(who));
        server.good(&["pull", "-q", IMAGE]);
        for seed in seeds {
            let held;
            (server, held) = run::<S>(server, seed, ops, true).end();
            println!("{who:?}: DOCKWALK_TEST_SEED={seed} DOCKWALK_TEST_OPS={ops}: {what} {held} times");
        }
    });
}

/// The same sequences by an engine of ours and by a dockerd: each says the same. Within a [lab](lab::inside).
pub fn beside_docker<S: Sequence>(dir: &Path, ops: usize) {
    let engine = Engine::start(Who::Root);
    let (image, docker) = (dir.join("shell.tar"), lab::Docker::start_with(dir, &[]));
    crate::engine::good(engine.dockwalk(&["docker", "pull", "-q", IMAGE]));
    crate::engine::good(engine.dockwalk(&["docker", "save", "-o", image.to_str().unwrap(), IMAGE]));
    docker.run(&["load", "-q", "-i", image.to_str().unwrap()]);
    let mut servers = (Server::Dockwalk(engine), Server::Docker(docker));
    let (seeds, ops) = random::asked(&SEEDS, ops);
    for seed in seeds {
        let mut ours = run::<S>(servers.0, seed, ops, false);
        let said = std::mem::take(&mut ours.actor().said);
        servers.0 = ours.end().0;
        let mut dockers = run::<S>(servers.1, seed, ops, false);
        let theirs = &dockers.actor().said;
        let different = said.iter().zip(theirs).find(|(ours, dockers)| ours != dockers);
        assert!(different.is_none(), "DOCKWALK_TEST_SEED={seed}: ours and Docker's: {different:#?}");
        assert_eq!(said.len(), theirs.len());
        servers.1 = dockers.end().0;
        println!("DOCKWALK_TEST_SEED={seed}: {ops} steps are Docker's");
    }
    drop(servers);
    lab::unmount_below(dir);
}
