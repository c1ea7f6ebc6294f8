//! What is held against the model after each operation: the disk, what is seen from inside, and the World.

use crate::engine::output;
use crate::model::{Files, Home, OWN};
use crate::places::Places;
use dockwalk::trace::{self, World};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

impl Places {
    /// Where it lies on the disk.
    pub fn path_of(&self, home: &Home) -> PathBuf {
        match home {
            Home::Bind(at) => self.binds[*at].path().to_owned(),
            Home::Volume(name) => {
                let name = self.called.get(name).unwrap_or(name);
                PathBuf::from(self.actor.server.good(&["volume", "inspect", "-f", "{{.Mountpoint}}", name]))
            }
            Home::Tmpfs(..) => panic!("a tmpfs is on no disk"),
        }
    }

    pub fn on_disk(&self, home: &Home) -> Files {
        files_in(&self.path_of(home))
    }

    /// All is there that the model says, and holds what was written.
    #[track_caller]
    pub fn holds(&mut self, when: &str) {
        let told = format!("{when}\n{}", self.actor.said.join("\n"));
        let listed = self.actor.server.good(&["ps", "-a", "--format", "{{.Names}} {{.State}}"]);
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
        if let Some(checker) = &mut self.actor.checker {
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
        let shown: BTreeSet<String> = self.actor.server.good(&line).lines().map(str::to_owned).collect();
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
        let output = output(self.actor.server.command(&["cp", &format!("{name}:{OWN}"), "-"], false));
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
