use super::UpperSpec;
use super::below::{Below, Found};
use super::copied::{self, Copied};
use super::inotify::{Notification, WatchedDir, Watches};
use super::model::{Inode, Known, Model, beginning, is_below};
use super::origin::{self, Met};
use crate::engine::evidence::{self, Notice};
use crate::engine::rootfs::{MOUNTS, MTAB};
use crate::engine::speed::is_scratch;
use crate::engine::unpack::{Limits, overlay, shown};
use crate::spec::ContainerId;
use crate::trace::{Book, CopyUp, Effect, Evidence, Upper, UpperChange, UpperFile};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::inotify::AddWatchFlags as Mask;
use nix::sys::stat::{FileStat, Mode};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How many paths of one event bring evidence of their own.
const PROVEN: usize = 4;
/// Enters a directory, never along a link.
const ENTER: OFlag = OFlag::O_PATH.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);
/// Opens what the container made: never another file than that, and never waiting for one who writes into a pipe.
const READ: OFlag = OFlag::O_RDONLY.union(OFlag::O_NOFOLLOW).union(OFlag::O_NONBLOCK).union(OFlag::O_CLOEXEC);

/// One upper directory: what is known of it, and what is to be looked at.
#[derive(Debug)]
pub struct Tree {
    container: ContainerId,
    upper: PathBuf,
    mount_points: Vec<String>,
    rootless: bool,
    below: Below,
    root: OwnedFd,
    /// The mount, while it is watched. A handle keeps a mount alive, so it is let go with the container.
    merged: Option<OwnedFd>,
    dirs: BTreeMap<Vec<u8>, Dir>,
    model: Model,
    /// Where something happened since the last news, and what.
    dirty: BTreeMap<Vec<u8>, Vec<Notice>>,
    /// What is different since, with how it is known.
    fresh: BTreeMap<Vec<u8>, Vec<Evidence>>,
    /// Directories that were found and not looked into yet.
    todo: Vec<Vec<u8>>,
    /// Renames: the first half by cookie, whole ones by the new path.
    leaving: HashMap<u32, Vec<u8>>,
    came_from: HashMap<Vec<u8>, Vec<u8>>,
    /// Lower files that were met, by inode: the origin of a copy names one.
    served: HashMap<u64, Met>,
    /// Copies whose origin was not met yet.
    orphans: Vec<Vec<u8>>,
    /// Notifications were lost.
    lost: bool,
    /// The kernel allows no more watches: some directories are not watched.
    limited: bool,
    told: Upper,
}

/// A directory of the upper one.
#[derive(Debug)]
struct Dir {
    inode: u64,
    /// The layers that it is merged with.
    below: Vec<usize>,
}

/// What is new.
#[derive(Debug)]
pub struct News {
    pub change: UpperChange,
    pub evidence: Vec<Evidence>,
    /// Nothing but sizes.
    pub only_grown: bool,
}

impl Tree {
    pub fn new(spec: &UpperSpec) -> io::Result<Self> {
        Ok(Self {
            container: spec.container.clone(),
            upper: spec.upper.clone(),
            mount_points: spec.mount_points.clone(),
            rootless: spec.rootless,
            below: Below::new(&spec.lower, spec.rootless),
            root: open_root(&spec.upper)?,
            merged: None,
            dirs: BTreeMap::new(),
            model: Model::default(),
            dirty: BTreeMap::new(),
            fresh: BTreeMap::new(),
            todo: Vec::new(),
            leaving: HashMap::new(),
            came_from: HashMap::new(),
            served: HashMap::new(),
            orphans: Vec::new(),
            lost: false,
            limited: false,
            told: Upper::default(),
        })
    }

    pub fn container(&self) -> &ContainerId {
        &self.container
    }

    /// What is known.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The names that the layers below have in a directory, whatever lies above.
    pub fn hidden(&self, dir: &[u8]) -> io::Result<BTreeSet<Vec<u8>>> {
        let mut of = self.below.all();
        for end in (0..dir.len()).filter(|at| dir[*at] == b'/').chain([dir.len()]) {
            of = self.below.merged(&of, &dir[..end])?;
        }
        self.below.names(&of, dir)
    }

    /// A path has the mode, owner, size and time that it has below.
    pub fn is_as_below(&self, path: &[u8]) -> io::Result<bool> {
        let (parent, name) = split(path);
        let of = self.dirs.get(parent).map(|dir| dir.below.as_slice()).unwrap_or_default();
        let (here, below) = (overlay::look(self.open(parent)?, name)?, self.below.find(of, path)?);
        let told = |s: &FileStat| (s.st_mode, s.st_uid, s.st_gid, s.st_size, s.st_mtime, s.st_mtime_nsec);
        Ok(here.zip(below).is_some_and(|(here, below)| told(&here) == told(&below.stat)))
    }

    /// Some of its directories are not watched.
    pub fn is_limited(&self) -> bool {
        self.limited
    }

    /// Something is to be looked at or said.
    pub fn has_news(&self) -> bool {
        self.lost || !self.dirty.is_empty() || !self.fresh.is_empty()
    }

    /// Begins to watch, and looks at what is there already.
    pub fn watch(&mut self, spec: &UpperSpec, watches: &mut Watches) -> io::Result<()> {
        self.merged = if watches.wants_merged() { Some(open_root(&spec.merged)?) } else { None };
        self.scan(watches);
        Ok(())
    }

    /// Stops watching. What is known stays.
    pub fn rest(&mut self, watches: &mut Watches) {
        watches.remove(&self.container, |_| true);
        self.dirs.clear();
        self.merged = None;
    }

    /// Notifications were lost: everything is to be looked at again.
    pub fn lose(&mut self) {
        self.lost = true;
    }

    /// A notification came. What may be a copy of a lower file is looked at before it changes further.
    pub fn notified(&mut self, notified: &Notification, watches: &mut Watches) {
        if notified.notice.mask.contains(Mask::IN_IGNORED) {
            // One that was made anew in its place may have got its inode, too, and have passed for it.
            self.leave(&notified.dir, watches);
            return self.look(&notified.dir, watches);
        }
        if notified.dir.is_empty() && notified.notice.name.as_deref().is_some_and(is_scratch) {
            return;
        }
        let mut path = beginning(&notified.dir);
        let Notice { mask, cookie, name, .. } = &notified.notice;
        path.extend_from_slice(name.as_ref().map_or(b"", |name| name.as_bytes()));
        if mask.contains(Mask::IN_MOVED_FROM) {
            self.leaving.insert(*cookie, path.clone());
        }
        if let Some(from) = mask.contains(Mask::IN_MOVED_TO).then(|| self.leaving.remove(cookie)).flatten() {
            self.came_from.insert(path.clone(), from);
        }
        let notices = self.dirty.entry(path.clone()).or_default();
        // A file that is written a thousand times is told of once.
        let known = notices.iter().fold(Mask::empty(), |known, notice| known | notice.mask);
        if !known.contains(*mask) {
            notices.push(notified.notice.clone());
        }
        let structure = Mask::IN_CREATE | Mask::IN_MOVED_TO | Mask::IN_MOVED_FROM | Mask::IN_DELETE;
        let merged = self.dirs.get(&*notified.dir).is_some_and(|dir| !dir.below.is_empty());
        if mask.intersects(structure) && (merged || mask.contains(Mask::IN_ISDIR)) {
            self.look(&path, watches);
        }
    }

    /// Looks at everything.
    pub fn scan(&mut self, watches: &mut Watches) {
        self.lost = false;
        let before = self.model.below(b"");
        watches.remove(&self.container, |_| true);
        self.dirs.clear();
        self.todo.push(Vec::new());
        self.explore(watches);
        for path in before {
            self.look(&path, watches);
        }
    }

    /// What is different since the last time.
    pub fn news(&mut self, watches: &mut Watches) -> Option<News> {
        if self.lost {
            self.scan(watches);
        }
        let dirty = std::mem::take(&mut self.dirty);
        for path in dirty.keys() {
            self.look(path, watches);
        }
        for path in std::mem::take(&mut self.orphans) {
            self.look(&path, watches);
        }
        self.orphans.clear();
        self.leaving.clear();
        self.came_from.clear();
        let fresh = std::mem::take(&mut self.fresh);
        let (mut here, mut gone) = (Vec::new(), Vec::new());
        for (path, proof) in fresh {
            match self.model.get(&path) {
                Some(known) => here.push((known.file.clone(), path, proof)),
                None if self.told.files.contains_key(&shown(&path)) => gone.push((shown(&path), path)),
                None => {}
            }
        }
        let totals = self.model.totals();
        if here.is_empty() && gone.is_empty() && totals == self.told.totals {
            return None;
        }
        here.sort_by_key(|(file, ..)| (file.mount_point, file.effect == Effect::Added && file.copied.is_none()));
        here.truncate(UpperChange::SHOWN);
        let old = |file: &UpperFile| self.told.files.get(&file.path);
        let same = |file: &UpperFile| old(file).is_some_and(|o| o.effect == file.effect && o.copied == file.copied);
        let only_grown = gone.is_empty() && here.iter().all(|(file, ..)| same(file));
        let mut evidence = Vec::new();
        for (_, path, proof) in here.iter_mut().take(PROVEN) {
            evidence.extend(dirty.get(path).into_iter().flatten().map(Notice::evidence));
            evidence.push(self.seen(path));
            evidence.append(proof);
        }
        for (_, path) in gone.iter().take(PROVEN) {
            evidence.extend(dirty.get(path).into_iter().flatten().map(Notice::evidence));
            evidence.push(self.seen(path));
        }
        if evidence.is_empty() {
            evidence.push(self.seen(b""));
        }
        let files = here.into_iter().map(|(file, ..)| file).collect();
        let upper = self.upper.display().to_string();
        let gone = gone.into_iter().map(|(path, _)| path).collect();
        let change = UpperChange { container: self.container.clone(), upper, files, gone, totals };
        self.told = std::mem::take(&mut self.told).after(&change);
        Some(News { change, evidence, only_grown })
    }

    /// Looks at a path, and into it when it is a directory that was not known.
    fn look(&mut self, path: &[u8], watches: &mut Watches) {
        if let Err(error) = self.look_once(path, watches) {
            // What a container does meanwhile is no error; the next notification brings us back.
            tracing::debug!(%error, path = %shown(path), "not looked at");
        }
        self.explore(watches);
    }

    fn look_once(&mut self, path: &[u8], watches: &mut Watches) -> io::Result<()> {
        let (parent, name) = split(path);
        let Some(of) = self.dirs.get(parent).map(|dir| dir.below.clone()) else {
            self.vanish(path, watches);
            return Ok(());
        };
        let dir = match self.open(parent) {
            Ok(dir) => dir,
            Err(_) => {
                self.vanish(path, watches);
                return Ok(());
            }
        };
        let Some(stat) = overlay::look(&dir, name)? else {
            self.vanish(path, watches);
            return Ok(());
        };
        let below = if of.is_empty() { None } else { self.below.find(&of, path)? };
        if let Some(found) = below {
            self.served.entry(found.stat.st_ino).or_insert_with(|| (path.to_vec(), found));
        }
        match stat.st_mode & libc::S_IFMT {
            libc::S_IFDIR => self.directory(path, &dir, &stat, below, watches),
            _ if overlay::is_whiteout(&dir, name, &stat) => {
                self.leave(path, watches);
                match below {
                    Some(_) => self.put(path, Effect::Deleted, &stat, None, Vec::new()),
                    None => self.vanish(path, watches),
                }
                Ok(())
            }
            _ => {
                self.leave(path, watches);
                let (copied, proof) = self.copied(path, &dir, &stat, below)?;
                let effect = if below.is_some() { Effect::Replaced } else { Effect::Added };
                self.put(path, effect, &stat, copied, proof);
                Ok(())
            }
        }
    }

    fn directory(
        &mut self,
        path: &[u8],
        parent: &OwnedFd,
        stat: &FileStat,
        below: Option<Found>,
        watches: &mut Watches,
    ) -> io::Result<()> {
        if self.dirs.get(path).is_none_or(|dir| dir.inode != stat.st_ino) {
            self.leave(path, watches);
            self.todo.push(path.to_vec());
        }
        let opaque = overlay::is_opaque(parent, split(path).1, self.rootless);
        let effect = match below {
            None => Effect::Added,
            Some(found) if found.stat.st_mode & libc::S_IFMT != libc::S_IFDIR => Effect::Replaced,
            Some(_) if opaque => Effect::Opaque,
            Some(found) => {
                let owner = |s: &FileStat| (s.st_mode, s.st_uid, s.st_gid);
                if owner(&found.stat) == owner(stat) {
                    // It only leads to what was changed in it.
                    self.take(path);
                    return Ok(());
                }
                Effect::Replaced
            }
        };
        self.put(path, effect, stat, None, Vec::new());
        Ok(())
    }

    /// Looks into the directories that were found, and watches them: first that, so that nothing falls between.
    fn explore(&mut self, watches: &mut Watches) {
        while let Some(path) = self.todo.pop() {
            match self.enter(&path, watches) {
                Ok(names) => {
                    for name in names {
                        let child = [beginning(&path), name].concat();
                        if let Err(error) = self.look_once(&child, watches) {
                            tracing::debug!(%error, path = %shown(&child), "not looked at");
                        }
                    }
                }
                Err(error) => tracing::debug!(%error, path = %shown(&path), "not looked into"),
            }
        }
    }

    fn enter(&mut self, path: &[u8], watches: &mut Watches) -> io::Result<Vec<Vec<u8>>> {
        // A container can nest directories without end, and their paths grow with their number squared.
        if Limits::default().check_path(path).is_err() {
            self.limited = true;
            return Ok(Vec::new());
        }
        let handle = self.open(path)?;
        let inode = nix::sys::stat::fstat(&handle)?.st_ino;
        let below = match self.dirs.get(split(path).0) {
            _ if path.is_empty() => self.below.all(),
            Some(parent) if !parent.below.is_empty() && !self.opaque(path)? => {
                let of = parent.below.clone();
                self.below.merged(&of, path)?
            }
            _ => Vec::new(),
        };
        self.dirs.insert(path.to_vec(), Dir { inode, below });
        self.limited |= !watches.add(&handle, &self.container, path, WatchedDir::Upper)?;
        if let Some(merged) = self.merged.as_ref().filter(|_| watches.wants_merged()) {
            match walk(merged, path) {
                Ok(merged) => self.limited |= !watches.add(&merged, &self.container, path, WatchedDir::Merged)?,
                Err(error) => tracing::debug!(%error, path = %shown(path), "not in the merged directory"),
            }
        }
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut dir = nix::dir::Dir::openat(&handle, ".", flags, Mode::empty())?;
        let names = dir.iter().filter_map(Result::ok).map(|entry| entry.file_name().to_bytes().to_vec());
        // What is measured there is none of the container's.
        let other = |name: &Vec<u8>| path.is_empty() && is_scratch(OsStr::from_bytes(name));
        Ok(names.filter(|name| name != b"." && name != b".." && !other(name)).collect())
    }

    fn opaque(&self, path: &[u8]) -> io::Result<bool> {
        let (parent, name) = split(path);
        Ok(overlay::is_opaque(&self.open(parent)?, name, self.rootless))
    }

    /// What was copied up of a file that is seen, and how that is known.
    fn copied(
        &mut self,
        path: &[u8],
        dir: &OwnedFd,
        stat: &FileStat,
        below: Option<Found>,
    ) -> io::Result<(Option<CopyUp>, Vec<Evidence>)> {
        let attribute = if self.rootless { "user.overlay.origin" } else { "trusted.overlay.origin" };
        let name = split(path).1;
        let by_handle = overlay::path_of(dir, name);
        let (origin, marked) = evidence::lgetxattr(&by_handle, attribute);
        let Ok(Some(origin)) = origin else { return Ok((None, Vec::new())) };
        let inode: Inode = (stat.st_ino, by_handle.symlink_metadata()?.created().ok());
        if let Some(copy) = self.model.copy(&inode) {
            return Ok((Some(copy.clone()), Vec::new()));
        }
        let Some((was, found)) = self.origin(path, dir, stat, below, &origin)? else {
            self.orphans.push(path.to_vec());
            return Ok((None, Vec::new()));
        };
        let here = self.host(path);
        let lower = self.below.path(found.layer, &was);
        let mut proof = vec![marked, evidence::lstat(&lower).1];
        let regular = |s: &FileStat| s.st_mode & libc::S_IFMT == libc::S_IFREG;
        let measured = if regular(stat) && regular(&found.stat) {
            let upper = openat(dir, name, READ, Mode::empty())?;
            copied::measure(&upper.into(), &self.below.file(found.layer, &was)?)?
        } else {
            Copied { bytes: 0, compared: 0, alike: 0 }
        };
        if measured.compared > 0 {
            let Copied { bytes, compared, alike } = measured;
            let (here, lower) = (here.display().to_string(), lower.display().to_string());
            let found = format!("{alike} of {compared} blocks alike, {bytes} bytes copied up");
            proof.push(evidence::own(Book::Comparison, [here, lower, found]));
        }
        let size = u64::try_from(found.stat.st_size).unwrap_or(0);
        let layer = self.below.chain(found.layer).clone();
        let copy = CopyUp { path: shown(&was), layer, size, bytes: measured.bytes };
        self.model.copied(inode, copy.clone());
        Ok((Some(copy), proof))
    }

    /// What a copy is a copy of: what lies below it, or below the name that it had before, or what its mark says.
    fn origin(
        &self,
        path: &[u8],
        dir: &OwnedFd,
        stat: &FileStat,
        below: Option<Found>,
        mark: &[u8],
    ) -> io::Result<Option<Met>> {
        let mut name = path.to_vec();
        for _ in 0..self.came_from.len() {
            let Some(from) = self.came_from.get(&name) else { break };
            name.clone_from(from);
        }
        let of = self.dirs.get(split(&name).0).map(|dir| dir.below.as_slice()).unwrap_or_default();
        let found = if name == path { below } else { self.below.find(of, &name)? };
        if let Some(found) = found {
            return Ok(Some((name, found)));
        }
        if let Some(inode) = origin::inode(mark) {
            return Ok(self.served.get(&inode).cloned());
        }
        if stat.st_mode & libc::S_IFMT != libc::S_IFREG {
            return Ok(None);
        }
        let upper = openat(dir, split(path).1, READ, Mode::empty())?;
        origin::alike(&self.served, &self.below, &self.model, stat, &upper.into())
    }

    fn put(&mut self, path: &[u8], effect: Effect, stat: &FileStat, copied: Option<CopyUp>, proof: Vec<Evidence>) {
        let kind = stat.st_mode & libc::S_IFMT;
        let size = if matches!(kind, libc::S_IFREG | libc::S_IFLNK) { stat.st_size } else { 0 };
        let size = u64::try_from(size).unwrap_or(0);
        let dir = kind == libc::S_IFDIR;
        let place = effect == Effect::Added && copied.is_none() && (dir || size == 0);
        let leads = |target: &String| target.as_bytes() == path || is_below(target.as_bytes(), path);
        // A link that is in every container.
        let of_all = kind == libc::S_IFLNK && path == MTAB.as_bytes() && stat.st_size == MOUNTS.len() as i64;
        let mount_point = of_all || place && self.mount_points.iter().any(leads);
        let file = UpperFile { path: shown(path), effect, dir, mount_point, size, copied };
        let content = (kind == libc::S_IFREG && effect != Effect::Deleted).then_some(stat.st_ino);
        if self.model.put(path, Known { file, content }) {
            self.fresh.entry(path.to_vec()).or_default().extend(proof);
        }
    }

    fn take(&mut self, path: &[u8]) {
        if self.model.take(path) {
            self.fresh.entry(path.to_vec()).or_default();
        }
    }

    /// Nothing of the container's is at this path any more.
    fn vanish(&mut self, path: &[u8], watches: &mut Watches) {
        self.leave(path, watches);
        self.take(path);
    }

    /// What was a directory here is none, or another.
    fn leave(&mut self, path: &[u8], watches: &mut Watches) {
        if !self.dirs.contains_key(path) {
            return;
        }
        watches.remove(&self.container, |dir| dir == path || is_below(dir, path));
        self.dirs.retain(|dir, _| dir != path && !is_below(dir, path));
        for inside in self.model.below(path).into_iter().filter(|found| found != path) {
            self.take(&inside);
        }
    }

    /// What is seen at a path now, or at the first part of it that is not there.
    fn seen(&self, path: &[u8]) -> Evidence {
        let names: Vec<_> = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).collect();
        let (last, parents) =
            names.split_last().map_or((OsStr::new("."), &[][..]), |(last, parents)| (OsStr::from_bytes(last), parents));
        let Ok(mut dir) = self.root.try_clone() else { return evidence::absent(&self.upper) };
        let mut leads = self.upper.clone();
        for name in parents {
            match openat(&dir, OsStr::from_bytes(name), ENTER, Mode::empty()) {
                Ok(inside) => dir = inside,
                Err(_) => return evidence::lstat_at(&dir, &leads, OsStr::from_bytes(name)).1,
            }
            leads.push(OsStr::from_bytes(name));
        }
        evidence::lstat_at(&dir, &leads, last).1
    }

    fn host(&self, path: &[u8]) -> PathBuf {
        self.upper.join(OsStr::from_bytes(path))
    }

    fn open(&self, path: &[u8]) -> io::Result<OwnedFd> {
        walk(&self.root, path)
    }
}

fn open_root(path: &Path) -> io::Result<OwnedFd> {
    Ok(nix::fcntl::open(path, ENTER, Mode::empty())?)
}

/// Goes down name by name and never along a link: the container may put one anywhere at any moment.
fn walk(root: &OwnedFd, path: &[u8]) -> io::Result<OwnedFd> {
    let mut dir = root.try_clone()?;
    for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
        dir = match openat(&dir, OsStr::from_bytes(name), ENTER, Mode::empty()) {
            Err(Errno::ELOOP) => return Err(Errno::ENOTDIR.into()),
            other => other?,
        };
    }
    Ok(dir)
}

/// The directory and the name in it.
fn split(path: &[u8]) -> (&[u8], &OsStr) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path[..at], OsStr::from_bytes(&path[at + 1..])),
        None => (b"", OsStr::from_bytes(path)),
    }
}
