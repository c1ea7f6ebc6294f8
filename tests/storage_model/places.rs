//! Operations on volumes, bind mounts, tmpfs and the containers that write there.

use crate::engine::Who;
use crate::left::Left;
use crate::model::{Container, Files, Home, Model, Mount};
use crate::sequence::{Actor, IMAGE, Sequence};
use crate::server::Server;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// So many of each there are at most.
const VOLUMES: usize = 6;
const CONTAINERS: usize = 5;
/// Where something is mounted: a directory that the image lacks, one that it has, one in the first.
const TARGETS: [&str; 3] = ["/data", "/notes", "/data/inner"];

pub struct Places {
    pub actor: Actor,
    before: Option<Left>,
    pub model: Model,
    /// Directories of the host's that are mounted, and one for what is copied.
    pub binds: [tempfile::TempDir; 2],
    desk: tempfile::TempDir,
    /// What volumes without a name are called.
    pub called: BTreeMap<String, String>,
    /// How many times a place held what was written.
    pub held: usize,
}

impl Sequence for Places {
    fn new(actor: Actor) -> Self {
        let dir = || tempfile::Builder::new().prefix("dwbind").tempdir_in("/tmp").unwrap();
        let (binds, desk, mut before) = ([dir(), dir()], dir(), None);
        if let Server::Dockwalk(engine) = &actor.server {
            before = Some(Left::look(engine));
            if let (Who::User, true) = (engine.who(), nix::unistd::getuid().is_root()) {
                let user = nix::unistd::User::from_name("dwtest").unwrap().unwrap();
                for dir in binds.iter().chain([&desk]) {
                    nix::unistd::chown(dir.path(), Some(user.uid), Some(user.gid)).unwrap();
                }
            }
        }
        let line = ["run", "--rm", IMAGE, "sh", "-c", "cd /notes; for f in *; do echo $f $(cat $f); done"];
        let all = actor.server.good(&line);
        let notes = all.lines().filter_map(|line| line.split_once(' ')).map(|(a, b)| (a.to_owned(), format!("{b}\n")));
        let mut model = Model { image: [("/notes", notes.collect())].into(), ..Model::default() };
        model.homes.extend((0..binds.len()).map(|at| (Home::Bind(at), Files::new())));
        Self { actor, before, model, binds, desk, called: BTreeMap::new(), held: 0 }
    }

    fn actor(&mut self) -> &mut Actor {
        &mut self.actor
    }

    fn act(&mut self) {
        match self.actor.random.below(100) {
            0..=7 => self.create_volume(),
            8..=15 => self.remove_volume(),
            16..=33 => self.start_new(),
            34..=56 => self.write(),
            57..=61 => self.delete(),
            62..=66 => self.write_on_the_host(),
            67..=71 => self.copy_in(),
            72..=80 => self.stop_or_start(),
            81..=89 => self.remove(),
            _ if !self.actor.rough => {}
            90 | 91 => self.prune(),
            92..=94 => self.moved(),
            95 | 96 => {
                self.actor.killed_between();
                self.all_stopped();
            }
            _ => self.killed_within(),
        }
    }

    #[track_caller]
    fn as_modelled(&mut self, when: &str) -> String {
        self.holds(when);
        String::new()
    }

    /// What the host's directories hold is the host's.
    fn end(mut self) -> (Server, usize) {
        for name in self.containers(|_| true) {
            self.actor.server.good(&["rm", "-f", "-v", &name]);
            self.model.remove(&name, true);
        }
        for name in self.model.volumes().cloned().collect::<Vec<_>>() {
            self.actor.server.good(&["volume", "rm", self.called.get(&name).unwrap_or(&name)]);
            self.model.forget(&Home::Volume(name));
        }
        let when = format!("DOCKWALK_TEST_SEED={}: all of it is removed", self.actor.seed);
        self.holds(&when);
        if let (Server::Dockwalk(engine), Some(before)) = (&self.actor.server, &self.before) {
            before.assert_is(engine, &when);
        }
        (self.actor.server, self.held)
    }
}

impl Places {
    /// Does it, and wants that end. Directories are others each time.
    #[track_caller]
    fn ask(&mut self, line: &[&str], code: i32) {
        let paths = [(self.binds[0].path(), "BIND0"), (self.binds[1].path(), "BIND1"), (self.desk.path(), "DESK")];
        let mut said = line.join(" ");
        for (path, name) in paths {
            said = said.replace(path.to_str().unwrap(), name);
        }
        self.actor.ask(line, &said, code);
    }

    fn containers(&self, so: impl Fn(&Container) -> bool) -> Vec<String> {
        self.model.containers.iter().filter(|(_, of)| so(of)).map(|(name, _)| name.clone()).collect()
    }

    fn one<T>(&mut self, mut all: Vec<T>) -> Option<T> {
        let at = self.actor.random.below(all.len());
        (at < all.len()).then(|| all.swap_remove(at))
    }

    fn a_container(&mut self, so: impl Fn(&Container) -> bool) -> Option<String> {
        let all = self.containers(so);
        self.one(all)
    }

    fn create_volume(&mut self) {
        if self.model.named().len() >= VOLUMES {
            return;
        }
        let again = self.model.named();
        let name = match self.one(again).filter(|_| self.actor.random.one_in(6)) {
            Some(name) => name,
            None => self.actor.name('v'),
        };
        self.ask(&["volume", "create", &name], 0);
        self.model.homes.entry(Home::Volume(name)).or_default();
    }

    fn remove_volume(&mut self) {
        if self.actor.random.one_in(8) {
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
        let read_only = self.actor.random.one_in(4);
        let ro = if read_only { ":ro" } else { "" };
        let volume = |home: Home, copies| Mount { target, home, read_only, copies };
        match self.actor.random.below(8) {
            0 => {
                let of = volume(Home::Volume(format!("{container}:{target}")), true);
                (Mount { read_only: false, ..of }, ["-v".into(), target.into()])
            }
            1 | 2 => {
                let at = self.actor.random.below(self.binds.len());
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
                let name = old.unwrap_or_else(|| self.actor.name('v'));
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
        let name = self.actor.name('c');
        let mut line: Vec<String> = ["run", "-d", "--name", &name].map(str::to_owned).into();
        let auto = self.actor.random.one_in(6);
        line.extend(auto.then(|| "--rm".to_owned()));
        let mut mounts: Vec<Mount> = Vec::new();
        if let Some(other) = self.a_container(|_| true).filter(|_| self.actor.random.one_in(5)) {
            let read_only = self.actor.random.one_in(3);
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
            if self.actor.random.one_in(2) || closed || taken {
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
        if self.actor.random.one_in(12) {
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
        let shown = self.actor.server.good(&["inspect", "-f", format, container]);
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
        let target = self.actor.random.of(&places)?;
        let (_, read_only) = self.model.seen(&name, target)?;
        Some((name, target, read_only))
    }

    fn write(&mut self) {
        let Some((name, target, read_only)) = self.a_place(true) else { return };
        let file = self.actor.random.of(&["a", "b", "c"]).unwrap();
        let text = format!("{}", self.actor.said.len());
        let append = self.actor.random.one_in(4);
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
        let at = self.actor.random.below(self.binds.len());
        let text = format!("host {}", self.actor.said.len());
        std::fs::write(self.binds[at].path().join("h"), &text).unwrap();
        self.actor.said.push(format!("BIND{at}/h: {text}"));
        self.model.homes.get_mut(&Home::Bind(at)).unwrap().insert("h".into(), text);
    }

    fn copy_in(&mut self) {
        let Some((name, target, read_only)) = self.a_place(false) else { return };
        let mount = self.model.containers[&name].mounts.iter().find(|mount| mount.target == target);
        // Docker's `cp` knows nothing of them.
        if mount.is_some_and(|mount| matches!(mount.home, Home::Tmpfs(..))) {
            return;
        }
        let text = format!("copied {}", self.actor.said.len());
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
        match self.actor.random.below(4) {
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
            let state = self.actor.server.good(&line);
            let there = self.model.containers.contains_key(name);
            if state == if there { "exited" } else { "" } {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{name} is {state}\n{}", self.actor.said.join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn remove(&mut self) {
        let Some(name) = self.a_container(|_| true) else { return };
        let running = self.model.containers[&name].running;
        let volumes = self.actor.random.one_in(2);
        let force = running && !self.actor.random.one_in(5);
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
        let all = self.actor.random.one_in(3);
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
        let (file, new) = (self.desk.path().join("moved.tar").display().to_string(), self.actor.name('v'));
        let Server::Dockwalk(engine) = &self.actor.server else { return };
        crate::engine::good(engine.dockwalk(&["volume", "export", &name, &file]));
        crate::engine::good(engine.dockwalk(&["volume", "import", &file, &new]));
        std::fs::remove_file(file).unwrap();
        self.actor.said.push(format!("volume {name} becomes {new}"));
        let home = Home::Volume(name);
        let files = self.model.homes[&home].clone();
        if self.model.used_as_parent.contains(&home) {
            self.model.used_as_parent.insert(Home::Volume(new.clone()));
        }
        self.model.homes.insert(Home::Volume(new), files);
    }

    /// The engine dies while something is done: that was done, or it was not.
    fn killed_within(&mut self) {
        match self.actor.random.below(4) {
            0 if self.model.containers.len() < CONTAINERS => {
                let (name, container, line) = self.a_new_one();
                let line: Vec<&str> = line.iter().map(String::as_str).collect();
                self.killed_while(&line);
                // Its volumes may be there without it, with all that the image has there or with nothing.
                if self.listed(&["ps", "-a", "--format", "{{.Names}}"]).contains(&name) {
                    let auto = container.auto;
                    self.model.create(&name, container);
                    self.learn_names(&name);
                    assert!(!auto, "{name}: --rm and nothing of it runs\n{}", self.actor.said.join("\n"));
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
                let text = format!("late {}", self.actor.said.len());
                let line = format!("printf %s '{text}' > {target}/k");
                self.killed_while(&["exec", &name, "sh", "-c", &line]);
                // It is opened, or written, or neither. Nothing else is different.
                let now = self.on_disk(&home).get("k").cloned();
                let files = self.model.homes.get_mut(&home).unwrap();
                let before = files.remove("k");
                assert!(
                    [before, Some(String::new()), Some(text)].contains(&now),
                    "{now:?}\n{}",
                    self.actor.said.join("\n")
                );
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

    fn killed_while(&mut self, line: &[&str]) {
        self.actor.killed_while(line);
        self.all_stopped();
    }

    fn all_stopped(&mut self) {
        for name in self.containers(|of| of.running) {
            self.model.stop(&name);
        }
    }

    pub fn listed(&self, line: &[&str]) -> BTreeSet<String> {
        self.actor.server.good(line).lines().map(str::to_owned).collect()
    }
}
