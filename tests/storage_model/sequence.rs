//! Operations by the dozen: each is chosen by a seed, done for real, and held against the model, the disk and what is seen from inside.

use crate::IMAGE;
use crate::engine::{Who, output};
use crate::kernel::Checker;
use crate::left::Left;
use crate::model::{Container, Files, Home, Model, Mount, OWN};
use crate::random::Random;
use crate::server::Server;
use dockwalk::trace::{self, World};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// So many of each there are at most.
const VOLUMES: usize = 6;
const CONTAINERS: usize = 5;
/// Where something is mounted: a directory that the image lacks, one that it has, one in the first.
const TARGETS: [&str; 3] = ["/data", "/notes", "/data/inner"];

pub struct Sequence {
    server: Server,
    /// None of a dockerd.
    checker: Option<Checker>,
    before: Option<Left>,
    random: Random,
    seed: u64,
    /// Engines are killed, volumes are moved.
    rough: bool,
    model: Model,
    names: usize,
    /// Directories of the host's that are mounted, and one for what is copied.
    binds: [tempfile::TempDir; 2],
    desk: tempfile::TempDir,
    /// What volumes without a name are called.
    called: BTreeMap<String, String>,
    /// What was done, and what came of it.
    pub said: Vec<String>,
    /// How many times a place held what was written.
    held: usize,
}

impl Sequence {
    pub fn new(server: Server, seed: u64, rough: bool) -> Self {
        let dir = || tempfile::Builder::new().prefix("dwbind").tempdir_in("/tmp").unwrap();
        let (binds, desk) = ([dir(), dir()], dir());
        let (mut checker, mut before) = (None, None);
        if let Server::Dockwalk(engine) = &server {
            checker = Some(Checker::of(engine));
            before = Some(Left::look(engine));
            if let (Who::User, true) = (engine.who(), nix::unistd::getuid().is_root()) {
                let user = nix::unistd::User::from_name("dwtest").unwrap().unwrap();
                for dir in binds.iter().chain([&desk]) {
                    nix::unistd::chown(dir.path(), Some(user.uid), Some(user.gid)).unwrap();
                }
            }
        }
        let all = server.good(&["run", "--rm", IMAGE, "sh", "-c", "cd /notes; for f in *; do echo $f $(cat $f); done"]);
        let notes = all.lines().filter_map(|line| line.split_once(' ')).map(|(a, b)| (a.to_owned(), format!("{b}\n")));
        let mut model = Model { image: [("/notes", notes.collect())].into(), ..Model::default() };
        model.homes.extend((0..binds.len()).map(|at| (Home::Bind(at), Files::new())));
        Self {
            server,
            checker,
            before,
            random: Random(seed),
            seed,
            rough,
            model,
            names: 0,
            binds,
            desk,
            called: BTreeMap::new(),
            said: Vec::new(),
            held: 0,
        }
    }

    pub fn run(&mut self, ops: usize) {
        for _ in 0..ops {
            self.step();
            let done = self.said.last().cloned().unwrap_or_default();
            let when =
                format!("DOCKWALK_TEST_SEED={} DOCKWALK_TEST_OPS={ops}, step {}: {done}", self.seed, self.said.len());
            if std::env::var_os("DOCKWALK_TEST_TELL").is_some() {
                println!("{when}");
            }
            self.as_modelled(&when);
        }
    }

    /// Takes all of it away, and looks what is left. What the host's directories hold is the host's.
    pub fn end(mut self) -> (Server, usize) {
        for name in self.containers(|_| true) {
            self.server.good(&["rm", "-f", "-v", &name]);
            self.model.remove(&name, true);
        }
        for name in self.model.volumes().cloned().collect::<Vec<_>>() {
            self.server.good(&["volume", "rm", self.called.get(&name).unwrap_or(&name)]);
            self.model.forget(&Home::Volume(name));
        }
        let when = format!("DOCKWALK_TEST_SEED={}: all of it is removed", self.seed);
        self.as_modelled(&when);
        if let (Server::Dockwalk(engine), Some(before)) = (&self.server, &self.before) {
            before.assert_is(engine, &when);
        }
        (self.server, self.held)
    }

    /// Does it, with either client, and wants it to go as the model says.
    #[track_caller]
    fn ask(&mut self, line: &[&str], code: i32) {
        let docker = self.random.one_in(4);
        let paths = [(self.binds[0].path(), "BIND0"), (self.binds[1].path(), "BIND1"), (self.desk.path(), "DESK")];
        let mut said = line.join(" ");
        for (path, name) in paths {
            said = said.replace(path.to_str().unwrap(), name);
        }
        self.said.push(format!("{said}: {code}"));
        let output = output(self.server.command(line, docker));
        let words = String::from_utf8_lossy(&output.stderr);
        let told = self.said.join("\n");
        assert_eq!(
            output.status.code(),
            Some(code),
            "DOCKWALK_TEST_SEED={} step {}: {words}\n{told}",
            self.seed,
            self.said.len()
        );
    }

    fn name(&mut self, begin: char) -> String {
        self.names += 1;
        format!("{begin}{}", self.names)
    }

    fn containers(&self, so: impl Fn(&Container) -> bool) -> Vec<String> {
        self.model.containers.iter().filter(|(_, of)| so(of)).map(|(name, _)| name.clone()).collect()
    }

    fn one<T>(&mut self, mut all: Vec<T>) -> Option<T> {
        let at = self.random.below(all.len());
        (at < all.len()).then(|| all.swap_remove(at))
    }

    fn a_container(&mut self, so: impl Fn(&Container) -> bool) -> Option<String> {
        let all = self.containers(so);
        self.one(all)
    }

    fn step(&mut self) {
        // What cannot be done now is done otherwise.
        let before = self.said.len();
        while self.said.len() == before {
            match self.random.below(100) {
                0..=7 => self.create_volume(),
                8..=15 => self.remove_volume(),
                16..=33 => self.start_new(),
                34..=56 => self.write(),
                57..=61 => self.delete(),
                62..=66 => self.write_on_the_host(),
                67..=71 => self.copy_in(),
                72..=80 => self.stop_or_start(),
                81..=89 => self.remove(),
                _ if !self.rough => {}
                90 | 91 => self.prune(),
                92..=94 => self.moved(),
                95 | 96 => {
                    self.said.push("kill -9 of the engine".to_owned());
                    self.killed(None);
                }
                _ => self.killed_within(),
            }
        }
    }

    fn create_volume(&mut self) {
        if self.model.named().len() >= VOLUMES {
            return;
        }
        let again = self.model.named();
        let name = match self.one(again).filter(|_| self.random.one_in(6)) {
            Some(name) => name,
            None => self.name('v'),
        };
        self.ask(&["volume", "create", &name], 0);
        self.model.homes.entry(Home::Volume(name)).or_default();
    }

    fn remove_volume(&mut self) {
        if self.random.one_in(8) {
            return self.ask(&["volume", "rm", "nobody"], 1);
        }
        let all = self.model.named();
        let Some(name) = self.one(all) else { return };
        let home = Home::Volume(name.clone());
        let used = !self.model.users(&home).is_empty();
        self.ask(&["volume", "rm", &name], i32::from(used));
        if !used {
            self.model.forget(&home);
        }
    }

    /// A mount at that target, and what is typed for it.
    fn a_mount(&mut self, container: &str, target: &'static str) -> (Mount, [String; 2]) {
        let read_only = self.random.one_in(4);
        let ro = if read_only { ":ro" } else { "" };
        let volume = |home: Home, copies| Mount { target, home, read_only, copies };
        match self.random.below(8) {
            0 => {
                let of = volume(Home::Volume(format!("{container}:{target}")), true);
                (Mount { read_only: false, ..of }, ["-v".into(), target.into()])
            }
            1 | 2 => {
                let at = self.random.below(self.binds.len());
                let from = self.binds[at].path().display();
                (volume(Home::Bind(at), false), ["-v".into(), format!("{from}:{target}{ro}")])
            }
            3 => {
                let home = Home::Tmpfs(container.to_owned(), target);
                let mount = Mount { target, home, read_only: false, copies: false };
                (mount, ["--tmpfs".into(), target.into()])
            }
            kind => {
                let all = self.model.named();
                let old = self.one(all).filter(|_| kind != 4 || self.model.named().len() >= VOLUMES);
                let name = old.unwrap_or_else(|| self.name('v'));
                let home = Home::Volume(name.clone());
                if kind == 5 {
                    let ro = if read_only { ",readonly" } else { "" };
                    let typed = format!("type=volume,source={name},target={target},volume-nocopy{ro}");
                    return (volume(home, false), ["--mount".into(), typed]);
                }
                (volume(home, true), ["-v".into(), format!("{name}:{target}{ro}")])
            }
        }
    }

    /// A container with mounts at some of the targets, and the line that makes it.
    fn a_new_one(&mut self) -> (String, Container, Vec<String>) {
        let name = self.name('c');
        let mut line: Vec<String> = ["run", "-d", "--name", &name].map(str::to_owned).into();
        let auto = self.random.one_in(6);
        line.extend(auto.then(|| "--rm".to_owned()));
        let mut mounts: Vec<Mount> = Vec::new();
        if let Some(other) = self.a_container(|_| true).filter(|_| self.random.one_in(5)) {
            let read_only = self.random.one_in(3);
            line.extend(["--volumes-from".into(), if read_only { format!("{other}:ro") } else { other.clone() }]);
            let theirs = &self.model.containers[&other].mounts;
            // A tmpfs is each container's own; what the image has was copied for the first.
            let shared = theirs.iter().filter(|mount| !matches!(mount.home, Home::Tmpfs(..)));
            mounts.extend(shared.map(|mount| Mount {
                read_only: mount.read_only || read_only,
                copies: false,
                ..mount.clone()
            }));
        }
        for target in TARGETS {
            // No directory can be made for the inner one in what is read-only.
            let closed = mounts.iter().any(|it| target.starts_with(&format!("{}/", it.target)) && it.read_only);
            let taken = mounts.iter().any(|it| it.target == target);
            if self.random.one_in(2) || closed || taken {
                continue;
            }
            let (mount, typed) = self.a_mount(&name, target);
            // Nor in one that comes over it now.
            let parent = mounts.iter().any(|it| it.target.starts_with(&format!("{target}/")));
            if parent && mount.read_only {
                continue;
            }
            mounts.push(mount);
            line.extend(typed);
        }
        line.extend([IMAGE, "sleep", "100000"].map(str::to_owned));
        (name, Container { running: false, auto, mounts, own: Files::new() }, line)
    }

    fn start_new(&mut self) {
        if self.model.containers.len() >= CONTAINERS {
            return;
        }
        if self.random.one_in(12) {
            let from = self.desk.path().join("missing");
            let mount = format!("type=bind,source={},target=/data", from.display());
            return self.ask(&["run", "-d", "--mount", &mount, IMAGE, "sleep", "100000"], 125);
        }
        let (name, container, line) = self.a_new_one();
        self.ask(&line.iter().map(String::as_str).collect::<Vec<_>>(), 0);
        self.model.create(&name, container);
        self.model.start(&name);
        self.learn_names(&name);
    }

    /// What its volumes without a name are called.
    fn learn_names(&mut self, container: &str) {
        let format = "{{range .Mounts}}{{println .Type .Name .Destination}}{{end}}";
        let shown = self.server.good(&["inspect", "-f", format, container]);
        for line in shown.lines() {
            let ["volume", name, target] = line.split_whitespace().collect::<Vec<_>>()[..] else { continue };
            let mounts = &self.model.containers[container].mounts;
            let home = &mounts.iter().find(|mount| mount.target == target).unwrap().home;
            if let Home::Volume(ours) = home
                && ours.contains(':')
            {
                self.called.insert(ours.clone(), name.to_owned());
            }
        }
    }

    /// A place of a container, and whether it is read-only.
    fn a_place(&mut self, running: bool) -> Option<(String, &'static str, bool)> {
        let name = self.a_container(|of| of.running || !running)?;
        let places = self.model.places(&name);
        let target = self.random.of(&places)?;
        let (_, read_only) = self.model.seen(&name, target)?;
        Some((name, target, read_only))
    }

    fn write(&mut self) {
        let Some((name, target, read_only)) = self.a_place(true) else { return };
        let file = self.random.of(&["a", "b", "c"]).unwrap();
        let text = format!("{}", self.said.len());
        let append = self.random.one_in(4);
        let to = if append { ">>" } else { ">" };
        let line = format!("printf %s {text} {to} {target}/{file}");
        self.ask(&["exec", &name, "sh", "-c", &line], i32::from(read_only));
        if !read_only {
            let held = self.model.seen_mut(&name, target).entry(file.to_owned()).or_default();
            if !append {
                held.clear();
            }
            held.push_str(&text);
        }
    }

    fn delete(&mut self) {
        let Some((name, target, read_only)) = self.a_place(true) else { return };
        let files: Vec<String> = self.model.seen(&name, target).unwrap().0.keys().cloned().collect();
        let Some(file) = self.one(files) else { return };
        self.ask(&["exec", &name, "rm", &format!("{target}/{file}")], i32::from(read_only));
        if !read_only {
            self.model.seen_mut(&name, target).remove(&file);
        }
    }

    /// Past the engine.
    fn write_on_the_host(&mut self) {
        let at = self.random.below(self.binds.len());
        let text = format!("host {}", self.said.len());
        std::fs::write(self.binds[at].path().join("h"), &text).unwrap();
        self.said.push(format!("BIND{at}/h: {text}"));
        self.model.homes.get_mut(&Home::Bind(at)).unwrap().insert("h".into(), text);
    }

    fn copy_in(&mut self) {
        let Some((name, target, read_only)) = self.a_place(false) else { return };
        let mount = self.model.containers[&name].mounts.iter().find(|mount| mount.target == target);
        // Docker's `cp` knows nothing of them.
        if mount.is_some_and(|mount| matches!(mount.home, Home::Tmpfs(..))) {
            return;
        }
        let text = format!("copied {}", self.said.len());
        let from = self.desk.path().join("p");
        std::fs::write(&from, &text).unwrap();
        let (from, to) = (from.display().to_string(), format!("{name}:{target}/p"));
        self.ask(&["cp", &from, &to], i32::from(read_only));
        if !read_only {
            self.model.seen_mut(&name, target).insert("p".into(), text);
        }
    }

    fn stop_or_start(&mut self) {
        let Some(name) = self.a_container(|_| true) else { return };
        let running = self.model.containers[&name].running;
        let auto = self.model.containers[&name].auto;
        match self.random.below(4) {
            _ if !running => {
                self.ask(&["start", &name], 0);
                self.model.start(&name);
            }
            0 => {
                self.ask(&["kill", &name], 0);
                self.ended(&name);
            }
            1 if !auto => {
                self.ask(&["restart", "-t", "0", &name], 0);
                self.model.stop(&name);
                self.model.start(&name);
            }
            _ => {
                self.ask(&["stop", "-t", "0", &name], 0);
                self.ended(&name);
            }
        }
    }

    /// It does not run any more, or is not there.
    fn ended(&mut self, name: &str) {
        self.model.stop(name);
        let begun = Instant::now();
        loop {
            let line = ["ps", "-a", "-f", &format!("name=^{name}$"), "--format", "{{.State}}"];
            let state = self.server.good(&line);
            let there = self.model.containers.contains_key(name);
            if state == if there { "exited" } else { "" } {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{name} is {state}\n{}", self.said.join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn remove(&mut self) {
        let Some(name) = self.a_container(|_| true) else { return };
        let running = self.model.containers[&name].running;
        let volumes = self.random.one_in(2);
        let force = running && !self.random.one_in(5);
        let mut line = vec!["rm"];
        line.extend(force.then_some("-f"));
        line.extend(volumes.then_some("-v"));
        line.push(&name);
        let refused = running && !force;
        self.ask(&line, i32::from(refused));
        if !refused {
            self.model.remove(&name, volumes);
        }
    }

    fn prune(&mut self) {
        let all = self.random.one_in(3);
        let line = ["volume", "prune", "-f", "-a"];
        self.ask(if all { &line } else { &line[..3] }, 0);
        for name in self.model.volumes().cloned().collect::<Vec<_>>() {
            let home = Home::Volume(name.clone());
            if (all || name.contains(':')) && self.model.users(&home).is_empty() {
                self.model.forget(&home);
            }
        }
    }

    /// A volume becomes a file, and the file another volume.
    fn moved(&mut self) {
        let all = self.model.named();
        let Some(name) = self.one(all.clone()).filter(|_| all.len() < VOLUMES) else { return };
        let Server::Dockwalk(engine) = &self.server else { return };
        let (file, new) = (self.desk.path().join("moved.tar").display().to_string(), format!("v{}", self.names + 1));
        self.names += 1;
        crate::engine::good(engine.dockwalk(&["volume", "export", &name, &file]));
        crate::engine::good(engine.dockwalk(&["volume", "import", &file, &new]));
        std::fs::remove_file(file).unwrap();
        self.said.push(format!("volume {name} becomes {new}"));
        let home = Home::Volume(name);
        let files = self.model.homes[&home].clone();
        if self.model.used_as_parent.contains(&home) {
            self.model.used_as_parent.insert(Home::Volume(new.clone()));
        }
        self.model.homes.insert(Home::Volume(new), files);
    }

    /// The engine dies while something is done: that was done, or it was not.
    fn killed_within(&mut self) {
        match self.random.below(4) {
            0 if self.model.containers.len() < CONTAINERS => {
                let (name, container, line) = self.a_new_one();
                let line: Vec<&str> = line.iter().map(String::as_str).collect();
                self.killed_while(&line);
                // Its volumes may be there without it, with all that the image has there or with nothing.
                if self.listed(&["ps", "-a", "--format", "{{.Names}}"]).contains(&name) {
                    let auto = container.auto;
                    self.model.create(&name, container);
                    self.learn_names(&name);
                    assert!(!auto, "{name}: --rm and nothing of it runs\n{}", self.said.join("\n"));
                } else {
                    let there = self.listed(&["volume", "ls", "-q"]);
                    for mount in &container.mounts {
                        let Home::Volume(volume) = &mount.home else { continue };
                        if there.contains(volume) && !self.model.homes.contains_key(&mount.home) {
                            self.model.homes.insert(mount.home.clone(), Files::new());
                        }
                        let copied = self.model.image.get(mount.target).filter(|_| mount.copies);
                        let (Some(copied), true) = (copied, there.contains(volume)) else { continue };
                        if self.model.homes[&mount.home].is_empty() && self.on_disk(&mount.home) == *copied {
                            self.model.homes.insert(mount.home.clone(), copied.clone());
                        }
                    }
                }
                // It may have been started, and a directory made in a volume for what is mounted in it.
                for volume in self.model.volumes().cloned().collect::<Vec<_>>() {
                    let home = Home::Volume(volume);
                    if self.path_of(&home).join("inner").is_dir() {
                        self.model.used_as_parent.insert(home);
                    }
                }
            }
            1 => {
                let Some((name, target, false)) = self.a_place(true) else { return };
                let mount = self.model.containers[&name].mounts.iter().find(|mount| mount.target == target);
                let Some(home) = mount.map(|mount| mount.home.clone()) else { return };
                if matches!(home, Home::Tmpfs(..)) {
                    return;
                }
                let text = format!("late {}", self.said.len());
                let line = format!("printf %s '{text}' > {target}/k");
                self.killed_while(&["exec", &name, "sh", "-c", &line]);
                // It is opened, or written, or neither. Nothing else is different.
                let now = self.on_disk(&home).get("k").cloned();
                let files = self.model.homes.get_mut(&home).unwrap();
                let before = files.remove("k");
                assert!([before, Some(String::new()), Some(text)].contains(&now), "{now:?}\n{}", self.said.join("\n"));
                files.extend(now.map(|now| ("k".to_owned(), now)));
            }
            2 => {
                let Some(name) = self.a_container(|of| !of.auto) else { return };
                self.killed_while(&["rm", "-f", "-v", &name]);
                if !self.listed(&["ps", "-a", "--format", "{{.Names}}"]).contains(&name) {
                    let homes: Vec<Home> =
                        self.model.containers[&name].mounts.iter().map(|it| it.home.clone()).collect();
                    let before = self.model.homes.clone();
                    self.model.remove(&name, true);
                    // Those without a name go after it: what was not reached stays, whole.
                    let there = self.listed(&["volume", "ls", "-q"]);
                    for home in homes {
                        let Home::Volume(volume) = &home else { continue };
                        let stays = self.called.get(volume).is_some_and(|name| there.contains(name));
                        if stays && !self.model.homes.contains_key(&home) {
                            self.model.homes.insert(home.clone(), before[&home].clone());
                        }
                    }
                }
            }
            _ => {
                let unused = |name: &String| self.model.users(&Home::Volume(name.clone())).is_empty();
                let all: Vec<String> = self.model.named().into_iter().filter(unused).collect();
                let Some(name) = self.one(all) else { return };
                self.killed_while(&["volume", "rm", &name]);
                if !self.listed(&["volume", "ls", "-q"]).contains(&name) {
                    self.model.forget(&Home::Volume(name));
                }
            }
        }
    }

    fn listed(&self, line: &[&str]) -> BTreeSet<String> {
        self.server.good(line).lines().map(str::to_owned).collect()
    }

    /// Ours would start an engine of its own where it finds none: Docker's client asks.
    fn killed_while(&mut self, line: &[&str]) {
        let mut asking = self.server.command(line, true);
        asking.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let after = Duration::from_millis(self.random.below(150) as u64);
        self.said.push(format!("kill -9 of the engine {after:?} after: {}", line.join(" ")));
        let asking = asking.spawn().unwrap();
        // It is not known how far it comes: that is what is tried.
        std::thread::sleep(after);
        self.killed(Some(asking));
    }

    /// It, and who asks something of it: who is late would ask the next one.
    fn killed(&mut self, asking: Option<Child>) {
        let Server::Dockwalk(engine) = &mut self.server else { panic!("that is not done to Docker") };
        self.checker = None;
        engine.kill();
        if let Some(mut asking) = asking {
            asking.kill().unwrap();
            asking.wait().unwrap();
        }
        engine.start_again();
        self.checker = Some(Checker::of(engine));
        for name in self.containers(|of| of.running) {
            self.model.stop(&name);
        }
    }

    /// Where it lies on the disk.
    fn path_of(&self, home: &Home) -> PathBuf {
        match home {
            Home::Bind(at) => self.binds[*at].path().to_owned(),
            Home::Volume(name) => {
                let name = self.called.get(name).unwrap_or(name);
                PathBuf::from(self.server.good(&["volume", "inspect", "-f", "{{.Mountpoint}}", name]))
            }
            Home::Tmpfs(..) => panic!("a tmpfs is on no disk"),
        }
    }

    fn on_disk(&self, home: &Home) -> Files {
        files_in(&self.path_of(home))
    }

    /// All is there that the model says, and holds what was written.
    #[track_caller]
    fn as_modelled(&mut self, when: &str) {
        let told = format!("{when}\n{}", self.said.join("\n"));
        let listed = self.server.good(&["ps", "-a", "--format", "{{.Names}} {{.State}}"]);
        let listed: BTreeMap<_, _> = listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, state)| (name.to_owned(), state == "running"))
            .collect();
        let modelled = self.model.containers.iter().map(|(name, of)| (name.clone(), of.running)).collect();
        assert_eq!(listed, modelled, "the left is listed: {told}");
        let volumes = self.listed(&["volume", "ls", "-q"]);
        let modelled = self.model.volumes().map(|name| self.called.get(name).unwrap_or(name).clone()).collect();
        assert_eq!(volumes, modelled, "the left is listed: {told}");

        for (home, files) in &self.model.homes {
            if !matches!(home, Home::Tmpfs(..)) {
                assert_eq!(self.on_disk(home), *files, "{home:?} holds the left: {told}");
                self.held += 1;
            }
        }
        for name in self.model.containers.keys() {
            if self.model.containers[name].running {
                self.held += self.seen_inside(name, &told);
            } else {
                let own = self.own_layer(name);
                assert_eq!(own, self.model.containers[name].own, "the layer of {name} holds the left: {told}");
                self.held += 1;
            }
        }
        let expected = self.expected();
        if let Some(checker) = &mut self.checker {
            let begun = Instant::now();
            loop {
                let world = checker.world();
                let known: BTreeSet<_> = world.volumes.keys().cloned().collect();
                let wrong: Vec<String> = expected.iter().filter_map(|it| it.differs(&world)).collect();
                if known == volumes && wrong.is_empty() {
                    break;
                }
                let over = begun.elapsed() > Duration::from_secs(10);
                assert!(!over, "the World knows {known:?} of {volumes:?}; {wrong:#?}: {told}");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// What a container that runs sees in its places.
    #[track_caller]
    fn seen_inside(&self, name: &str, told: &str) -> usize {
        let places = self.model.places(name);
        let script = "for d in \"$@\"; do for f in $d/*; do [ -f \"$f\" ] && echo \"$f=$(cat $f)\"; done; done; true";
        let line = [&["exec", name, "sh", "-c", script, "sh"], places.as_slice()].concat();
        let shown: BTreeSet<String> = self.server.good(&line).lines().map(str::to_owned).collect();
        let mut modelled = BTreeSet::new();
        for place in &places {
            let (files, _) = self.model.seen(name, place).unwrap();
            modelled.extend(files.iter().map(|(file, text)| format!("{place}/{file}={}", text.trim_end())));
        }
        assert_eq!(shown, modelled, "{name} sees the left: {told}");
        places.len()
    }

    /// What one that does not run has written into its own layer.
    fn own_layer(&self, name: &str) -> Files {
        let output = output(self.server.command(&["cp", &format!("{name}:{OWN}"), "-"], false));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut archive = tar::Archive::new(output.stdout.as_slice());
        let mut files = Files::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            if entry.header().entry_type().is_file() {
                let (mut text, path) = (String::new(), entry.path().unwrap().into_owned());
                entry.read_to_string(&mut text).unwrap();
                files.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), text);
            }
        }
        files
    }

    /// What the World must say of the places of those that run.
    fn expected(&self) -> Vec<Expected> {
        let mut all = Vec::new();
        for (name, of) in self.model.containers.iter().filter(|(_, of)| of.running) {
            all.extend(of.mounts.iter().map(|mount| {
                let files = &self.model.homes[&mount.home];
                let bytes = files.values().map(String::len).sum::<usize>() as u64;
                let home = match &mount.home {
                    Home::Bind(at) => Some(trace::Home::Bind { from: self.binds[*at].path().display().to_string() }),
                    Home::Volume(name) => {
                        let name = self.called.get(name).unwrap_or(name).clone();
                        Some(trace::Home::Volume { name })
                    }
                    Home::Tmpfs(..) => None,
                };
                Expected { container: name.clone(), target: mount.target, home, files: files.len() as u64, bytes }
            }));
        }
        all
    }
}

/// So much must the World say of a mount's home.
struct Expected {
    container: String,
    target: &'static str,
    home: Option<trace::Home>,
    files: u64,
    bytes: u64,
}

impl Expected {
    fn differs(&self, world: &World) -> Option<String> {
        let of = self.home.clone().or_else(|| {
            let id = &world.container(&self.container)?.id;
            let mut all = world.contents.keys().filter_map(|home| match home {
                trace::Home::Tmpfs { mount } => Some((home, world.mounts.get(mount)?)),
                _ => None,
            });
            all.find(|(_, mount)| mount.container.as_ref() == Some(id) && mount.target == self.target)
                .map(|it| it.0.clone())
        });
        // Of a place in which nothing was ever seen nothing is told.
        let seen = of.and_then(|home| world.contents.get(&home)).map_or((0, 0), |it| (it.files, it.bytes));
        let right = (self.files, self.bytes);
        (seen != right).then(|| format!("{} {}: {seen:?}, not {right:?}", self.container, self.target))
    }
}

fn files_in(dir: &Path) -> Files {
    let mut files = Files::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.insert(name, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    files
}
