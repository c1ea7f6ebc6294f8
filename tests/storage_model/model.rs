//! What Docker's rules say: which volumes and containers there are, and what each place holds.

use std::collections::{BTreeMap, BTreeSet};

/// Names of files of one place, and what is in each.
pub type Files = BTreeMap<String, String>;

/// Where the bytes of a mount live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// By name: one's own, or `CONTAINER:TARGET` of one that has none.
    Volume(String),
    /// A directory of the host's, by its place in the list.
    Bind(usize),
    /// Of that container, at that target.
    Tmpfs(String, &'static str),
}

#[derive(Debug, Clone)]
pub struct Mount {
    pub target: &'static str,
    pub home: Home,
    pub read_only: bool,
    /// A volume that is empty gets what the image has there.
    pub copies: bool,
}

#[derive(Debug, Clone)]
pub struct Container {
    pub running: bool,
    /// Gone when it ends, and its volumes without a name with it.
    pub auto: bool,
    pub mounts: Vec<Mount>,
    /// What it wrote into its own layer.
    pub own: Files,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub containers: BTreeMap<String, Container>,
    /// Volumes, directories of the host's, and the tmpfs of those that run.
    pub homes: BTreeMap<Home, Files>,
    /// Volumes with a directory in them, on which something is mounted: they are not empty.
    pub used_as_parent: BTreeSet<Home>,
    /// What the image has in the directories in which something may be mounted.
    pub image: BTreeMap<&'static str, Files>,
}

impl Model {
    pub fn volumes(&self) -> impl Iterator<Item = &String> {
        self.homes.keys().filter_map(|home| if let Home::Volume(name) = home { Some(name) } else { None })
    }

    /// Those that somebody gave a name.
    pub fn named(&self) -> Vec<String> {
        self.volumes().filter(|name| !name.contains(':')).cloned().collect()
    }

    pub fn users(&self, home: &Home) -> Vec<&String> {
        let uses = |of: &&Container| of.mounts.iter().any(|mount| mount.home == *home);
        self.containers.iter().filter(|(_, of)| uses(of)).map(|(name, _)| name).collect()
    }

    /// Makes it: its volumes with it, filled with what the image has there if nothing is in them.
    pub fn create(&mut self, name: &str, container: Container) {
        for mount in container.mounts.iter().filter(|mount| matches!(mount.home, Home::Volume(_))) {
            let parent = self.used_as_parent.contains(&mount.home);
            let files = self.homes.entry(mount.home.clone()).or_default();
            if files.is_empty() && !parent && mount.copies {
                *files = self.image.get(mount.target).cloned().unwrap_or_default();
            }
        }
        self.containers.insert(name.to_owned(), container);
    }

    pub fn start(&mut self, name: &str) {
        let container = self.containers.get_mut(name).unwrap();
        container.running = true;
        let mounts = container.mounts.clone();
        for mount in &mounts {
            if let Home::Tmpfs(..) = mount.home {
                self.homes.insert(mount.home.clone(), Files::new());
            }
            // A directory is made in the one above it.
            let above = mounts.iter().filter(|it| mount.target.starts_with(&format!("{}/", it.target)));
            self.used_as_parent.extend(above.map(|it| it.home.clone()));
        }
    }

    pub fn stop(&mut self, name: &str) {
        let container = self.containers.get_mut(name).unwrap();
        container.running = false;
        self.homes.retain(|home, _| !matches!(home, Home::Tmpfs(of, _) if of == name));
        if self.containers[name].auto {
            self.remove(name, true);
        }
    }

    /// Deletes it, and those of its volumes that have no name and no other user.
    pub fn remove(&mut self, name: &str, volumes: bool) {
        let container = self.containers.remove(name).unwrap();
        self.homes.retain(|home, _| !matches!(home, Home::Tmpfs(of, _) if of == name));
        let nameless = |home: &&Home| matches!(home, Home::Volume(name) if name.contains(':'));
        for home in container.mounts.iter().map(|mount| &mount.home).filter(nameless).filter(|_| volumes) {
            if self.users(home).is_empty() {
                self.forget(home);
            }
        }
    }

    pub fn forget(&mut self, home: &Home) {
        self.homes.remove(home);
        self.used_as_parent.remove(home);
    }

    /// What is seen in that container at that place.
    pub fn seen(&self, name: &str, target: &str) -> Option<(&Files, bool)> {
        let container = &self.containers[name];
        if target == OWN {
            return Some((&container.own, false));
        }
        let mount = container.mounts.iter().find(|mount| mount.target == target)?;
        Some((self.homes.get(&mount.home)?, mount.read_only))
    }

    pub fn seen_mut(&mut self, name: &str, target: &str) -> &mut Files {
        let container = self.containers.get_mut(name).unwrap();
        match container.mounts.iter().find(|mount| mount.target == target) {
            Some(mount) => self.homes.get_mut(&mount.home).unwrap(),
            None => &mut container.own,
        }
    }

    /// Places in which it can be looked.
    pub fn places(&self, name: &str) -> Vec<&'static str> {
        std::iter::once(OWN).chain(self.containers[name].mounts.iter().map(|mount| mount.target)).collect()
    }
}

/// The directory of the image that stands for a container's own layer: nothing is mounted there, and nothing is in it.
pub const OWN: &str = "/tmp";
