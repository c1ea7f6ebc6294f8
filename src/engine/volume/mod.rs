//! Volumes: directories of the engine's that outlive containers.
//!
//! ```text
//! <root>/volumes/<name>/_data        what is mounted; the directory above it dates the volume
//!                       labels.json  its labels, where it has any: written before there is a volume
//!                       options.json what it is made of, the same
//!               .aside-…             what is being deleted, or copied for a volume that is to be filled
//! ```
//!
//! Does not know who mounts them.

mod archive;
mod copy;
mod driver;
mod mounted;

pub use archive::{Import, Outline};
pub use driver::{Backing, Options};

use super::conductor::{Conductor, Cx};
use super::contents::Place;
use super::fault::{Fault, FaultKind, Result};
use super::rootfs::find_mount;
use super::{evidence, handle, private, random};
use crate::docker::{VolumeCreate, typed};
use crate::spec::shell;
use crate::trace::{Book, Change, Code, Plan, StepKind, Volume as Seen};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::fcntl::{RenameFlags, renameat2};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The engine's volumes.
#[derive(Debug)]
pub struct Volumes {
    root: PathBuf,
    users: mounted::Users,
    /// Containers part with their volumes one at a time.
    pub(in crate::engine) parting: Mutex<()>,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Where its bytes are: `…/volumes/<name>/_data`.
    pub path: PathBuf,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Made for one container and named by 64 random hexadecimal digits.
    pub anonymous: bool,
    /// What it was labelled with when it was made.
    pub labels: Labels,
    /// What it was said to be made of.
    pub options: Options,
}

/// What a volume is to be that is not there yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its labels.
    pub labels: Labels,
    /// What it is made of (`-o`).
    pub options: Options,
}

impl Wanted {
    /// A volume of which nothing was asked is a directory.
    fn by_hand(&self, name: &str, data: &Path) -> String {
        if *self == Self::default() {
            return shell::line(["mkdir", "-p", &data.to_string_lossy()]);
        }
        let (labels, driver_opts) = (self.labels.clone(), self.options.clone());
        let asked = VolumeCreate { name: name.to_owned(), labels, driver_opts, ..VolumeCreate::default() };
        typed::volume_create(&asked).unwrap_or_default()
    }
}

/// The root of a container with nothing mounted over its layers.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    /// Its handle.
    pub root: &'a OwnedFd,
    /// Where it is.
    pub merged: &'a Path,
    /// The command that mounts it there.
    pub stacked_by: &'a str,
}

impl Volume {
    /// Whether it may get what an image has in its place: not what is in memory, as with Docker, and nothing must be in it. What is in
    /// one that is mounted only when it is used is seen then.
    pub fn may_take_content(&self) -> Result<bool> {
        match self.backing()? {
            Some(backing) => Ok(!backing.is_memory()),
            None => self.is_empty(),
        }
    }

    fn is_empty(&self) -> Result<bool> {
        let empty = handle::open(&self.path).map_err(Into::into).and_then(handle::is_empty);
        empty.map_err(|e| Fault::io("read", self.path.display(), &e))
    }

    /// What is mounted over its directory; none where it is that directory alone.
    pub fn backing(&self) -> Result<Option<Backing>> {
        driver::backing(&self.options)
    }
}

/// Such names are drawn, and given to nobody who asks for one.
fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Labels of a volume.
pub type Labels = BTreeMap<String, String>;

/// Bytes of a name: it is that of a directory (`NAME_MAX`).
const NAME: usize = 255;
/// Bytes of the file of them. What can be asked for is far less.
const LABEL_BYTES: u64 = 16 << 20;

impl Volumes {
    /// The volumes below `root/volumes`.
    pub fn open(root: &Path) -> Result<Self> {
        let root = root.join("volumes");
        private::dir(&root).map_err(|e| Fault::io("make", root.display(), &e))?;
        sweep(&root).map_err(|e| Fault::io("read", root.display(), &e))?;
        Ok(Self { root, users: mounted::Users::default(), parting: Mutex::default() })
    }

    /// Records the volumes that are there, when the engine starts.
    pub fn announce(&self, cx: &Cx) -> Result<()> {
        self.list()?.iter().try_for_each(|volume| see(cx, volume))
    }

    /// The directory of the volume of that name, which need not be there.
    pub fn dir(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where its bytes are.
    pub fn place(&self, name: &str) -> PathBuf {
        self.dir(name).join("_data")
    }

    /// The same for who looks at them: of a volume that is another directory of the host, that directory.
    pub fn bytes_of(&self, name: &str) -> Place {
        match self.get(name).and_then(|volume| volume.backing()) {
            Ok(Some(backing)) if backing.is_memory() => Place::Memory(self.place(name)),
            Ok(Some(backing)) => Place::Path(PathBuf::from(backing.device)),
            Ok(None) | Err(_) => Place::Path(self.place(name)),
        }
    }

    /// A volume was undone: it is drawn no longer. `dir`: its directory.
    pub fn forgotten(&self, conductor: &Conductor, dir: &Path) {
        let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if conductor.world().volumes.contains_key(&name) {
            conductor.notice(Change::VolumeGone { name }, vec![evidence::absent(dir)]);
        }
    }

    /// The volume of that name, made if it is not there. A volume outlives the engine, so there is nothing in the journal.
    pub fn create(&self, cx: &Cx, name: &str) -> Result<Volume> {
        self.create_as(cx, Some(name), &Wanted::default())
    }

    /// The same with labels and options. Without a name an anonymous one is made. One that is there keeps those that it has.
    pub fn create_as(&self, cx: &Cx, name: Option<&str>, wanted: &Wanted) -> Result<Volume> {
        let name = match name {
            Some(name) => checked(name)?.to_owned(),
            None => random::hex(64)?,
        };
        driver::backing(&wanted.options)?;
        let data = self.place(&name);
        if data.is_dir() {
            let volume = self.get(&name)?;
            if !cx.world().volumes.contains_key(&name) {
                see(cx, &volume)?;
            }
            return Ok(volume);
        }
        let plan = Plan::new(StepKind::MakeVolume, &name).call(format!("mkdir({data:?}, 0755)"));
        cx.step(plan.by_hand(wanted.by_hand(&name, &data)), |cx| {
            let users = self.users_of(&name);
            let made = self.make(cx, &name, wanted, &users);
            self.done_with(&name, &users);
            made
        })
    }

    fn make(&self, cx: &Cx, name: &str, wanted: &Wanted, users: &mounted::Using) -> Result<Volume> {
        let _one_at_a_time = mounted::alone(cx, users)?;
        let (dir, data) = (self.dir(name), self.place(name));
        if data.is_dir() {
            // Somebody else was faster: it is as they wanted it.
            return self.get(name);
        }
        keep(&dir, LABELS, &wanted.labels)?;
        keep(&dir, OPTIONS, &wanted.options)?;
        private::shown_dir(&data).map_err(|e| Fault::io("make", data.display(), &e))?;
        let volume = self.get(name)?;
        see(cx, &volume)?;
        Ok(volume)
    }

    /// All, by name.
    pub fn list(&self) -> Result<Vec<Volume>> {
        let entries = fs::read_dir(&self.root).map_err(|e| Fault::io("read", self.root.display(), &e))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut volumes: Vec<_> = names.filter_map(|name| self.get(&name).ok()).collect();
        volumes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(volumes)
    }

    /// The volume of that name, or a fault `volume-not-found`.
    pub fn get(&self, name: &str) -> Result<Volume> {
        let not_found = || Fault::new(FaultKind::NotFound, Code::VolumeNotFound).with("name", name);
        if checked(name).is_err() {
            return Err(not_found());
        }
        let dir = self.root.join(name);
        let path = dir.join("_data");
        let meta = fs::metadata(&dir).ok().filter(|_| path.is_dir()).ok_or_else(not_found)?;
        let created = rfc3339(meta.modified().unwrap_or(SystemTime::UNIX_EPOCH));
        let anonymous = is_anonymous(name);
        let (labels, options) = (kept(&dir, LABELS), kept(&dir, OPTIONS));
        Ok(Volume { name: name.to_owned(), path, created, anonymous, labels, options })
    }

    /// Deletes a volume. `in_use` tells which containers use it, if any do: then it is refused.
    pub fn remove(&self, cx: &Cx, name: &str, in_use: &dyn Fn(&str) -> Vec<String>) -> Result<()> {
        let volume = self.get(name).inspect_err(|_missing| self.missed(cx, name))?;
        let unused = || {
            let users = in_use(name);
            let refused = || Fault::new(FaultKind::Conflict, Code::VolumeInUse).with("name", name);
            if users.is_empty() { Ok(()) } else { Err(refused().with("containers", users.join(", "))) }
        };
        unused()?;
        let dir = self.root.join(&volume.name);
        let parted = self.aside()?;
        let plan = Plan::new(StepKind::RemoveDirectory, dir.display()).by_hand(format!("rm -r {}", dir.display()));
        cx.step(plan.call(format!("rename({dir:?}, {parted:?})")), |cx| {
            let users = self.users_of(name);
            let removed = self.remove_unused(cx, name, &parted, &users, &unused);
            self.done_with(name, &users);
            removed
        })
    }

    fn remove_unused(
        &self,
        cx: &Cx,
        name: &str,
        parted: &Path,
        users: &mounted::Using,
        unused: &dyn Fn() -> Result<()>,
    ) -> Result<()> {
        // From here on nobody mounts anything there: whoever waits for it finds the volume gone.
        let _nobody_else = mounted::alone(cx, users)?;
        unused()?;
        // What is mounted there is not the volume's to delete.
        self.unmount_now(cx, name)?;
        let dir = self.dir(name);
        // There or not, and never a part of it, whenever the engine is killed.
        let (renamed, evidence) = evidence::rename(&dir, parted);
        renamed.map_err(|e| Fault::io("remove", dir.display(), &e.into()))?;
        if let Err(error) = handle::remove(parted) {
            // What is left of it is its owner's to see.
            fs::rename(parted, &dir).map_err(|e| Fault::io("remove", parted.display(), &e))?;
            return Err(Fault::io("remove", dir.display(), &error));
        }
        if cx.world().volumes.contains_key(name) {
            cx.observe(Change::VolumeGone { name: name.to_owned() }, vec![evidence, evidence::absent(&dir)]);
        }
        Ok(())
    }

    /// The volume of a container that is to start. One whose directory somebody has deleted is a fault `volume-gone`, and drawn no
    /// longer.
    pub fn of_container(&self, cx: &Cx, name: &str) -> Result<Volume> {
        self.get(name).map_err(|fault| match fault.problem.code {
            Code::VolumeNotFound => {
                self.missed(cx, name);
                let path = self.place(name);
                Fault::failed(Code::VolumeGone).with("name", name).with("path", path.display())
            }
            _ => fault,
        })
    }

    /// One that was there, and that somebody else has removed meanwhile, is drawn no longer.
    fn missed(&self, cx: &Cx, name: &str) {
        let dir = self.root.join(name);
        let gone = fs::symlink_metadata(&dir).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if gone && cx.world().volumes.contains_key(name) {
            cx.observe(Change::VolumeGone { name: name.to_owned() }, vec![evidence::absent(&dir)]);
        }
    }

    /// Does that with a volume that is there, while nobody deletes it.
    pub fn claim(&self, cx: &Cx, name: &str, act: impl FnOnce()) -> Result<()> {
        let users = self.users_of(name);
        let there = mounted::alone(cx, &users).and_then(|_nobody_else| self.of_container(cx, name));
        let claimed = there.map(|_volume| act());
        self.done_with(name, &users);
        claimed
    }

    /// Fills a volume that is empty with what a container's image has at `target`: the step `FillVolume`. Where there is nothing to copy
    /// there is no step. This thread has a mount namespace of its own, with which goes what is mounted here.
    pub fn fill(&self, cx: &Cx, volume: &Volume, layers: &Layers<'_>, target: &str) -> Result<()> {
        let Some(source) = source(layers.root, target) else { return Ok(()) };
        if let Some(backing) = volume.backing()?
            && find_mount(&volume.path)?.is_none()
        {
            backing.mount(&volume.path).map_err(|e| Fault::io("mount", volume.path.display(), &e.into()))?;
        }
        // One volume may be at two places.
        if !volume.is_empty()? {
            return Ok(());
        }
        let into = handle::open(&volume.path).map_err(|e| Fault::io("open", volume.path.display(), &e.into()))?;
        let merged = layers.merged.display();
        let copy = format!("cp -a {merged}{target}/. {}", volume.path.display());
        let by_hand = format!("{} && {copy}; umount {merged}", layers.stacked_by);
        cx.step(Plan::new(StepKind::FillVolume, &volume.name).call(copy).by_hand(by_hand), |cx| {
            let staged = self.aside()?;
            let copied = Self::copy_into(volume, &staged, source, into)
                .map_err(|(path, error)| Fault::io("fill", volume.path.join(path).display(), &error))?;
            let copied = evidence::own(Book::Copy, copied.iter().map(|path| path.display()));
            cx.observe(Change::VolumeSeen(seen(volume)), vec![evidence::stat(&volume.path).1, copied]);
            Ok(())
        })
    }

    /// A name beside the volumes' that nobody has.
    fn aside(&self) -> Result<PathBuf> {
        Ok(self.root.join(format!("{ASIDE}{}", random::hex(16)?)))
    }

    /// Copies beside the volume's directory first, so that a copy that ends early leaves nothing in it; of another file system's directory,
    /// in which nothing can be moved, at once.
    fn copy_into(
        volume: &Volume,
        staged: &Path,
        source: OwnedFd,
        into: OwnedFd,
    ) -> std::result::Result<Vec<PathBuf>, copy::Failed> {
        if !volume.options.is_empty() {
            return copy::tree(source, into);
        }
        let at = |error: io::Error| (PathBuf::new(), error);
        let copied = private::new_dir(staged).map_err(at).and_then(|()| {
            let beside = handle::open(staged).map_err(|e| at(e.into()))?;
            let again = |handle: &OwnedFd| handle.try_clone().map_err(at);
            let copied = copy::tree(again(&source)?, again(&beside)?)?;
            for name in handle::names(&beside).map_err(|e| at(e.into()))? {
                match renameat2(&beside, name.as_os_str(), &into, name.as_os_str(), RenameFlags::RENAME_NOREPLACE) {
                    // What somebody put there meanwhile stays.
                    Ok(()) | Err(Errno::EEXIST) => {}
                    Err(errno) => return Err((name.into(), errno.into())),
                }
            }
            copy::attributes_of(&source, &into).map_err(at)?;
            Ok(copied)
        });
        match handle::remove(staged) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, volume = volume.name, "what was copied for it stays beside it");
            }
            _ => {}
        }
        copied
    }
}

/// What a directory begins with that is no volume's any more, or not yet: no volume may be called so.
const ASIDE: &str = ".aside-";

/// Clears away what an engine that was killed had not deleted yet, or had not made yet.
fn sweep(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let cleared = if name.to_string_lossy().starts_with(ASIDE) { handle::remove(&path) } else { swept(&path) };
        match cleared {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %path.display(), "what is left of a volume stays");
            }
            _ => {}
        }
    }
    Ok(())
}

/// Of one volume.
fn swept(dir: &Path) -> io::Result<()> {
    // Labels and options are written before the directory is made. With anything else in it, it is not ours to delete.
    let ours =
        |entry: io::Result<fs::DirEntry>| entry.is_ok_and(|it| it.file_name() == LABELS || it.file_name() == OPTIONS);
    if fs::read_dir(dir)?.all(ours) {
        handle::remove(dir)?;
    }
    Ok(())
}

const LABELS: &str = "labels.json";
const OPTIONS: &str = "options.json";

/// Writes labels or options down. Those of an engine that was killed before it had made the volume are gone then.
fn keep(dir: &Path, name: &str, labels: &BTreeMap<String, String>) -> Result<()> {
    let file = dir.join(name);
    let failed = |what| move |e: io::Error| Fault::io(what, dir.display(), &e);
    match fs::remove_file(&file) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed("write")(e)),
        _ => {}
    }
    if labels.is_empty() {
        return Ok(());
    }
    private::dir(dir).map_err(failed("make"))?;
    let file = private::file(&file).map_err(failed("write"))?;
    serde_json::to_writer(file, labels).map_err(|e| failed("write")(e.into()))
}

fn kept(dir: &Path, name: &str) -> BTreeMap<String, String> {
    written(dir, name).unwrap_or_else(|error| {
        tracing::warn!(%error, dir = %dir.display(), name, "what is kept of a volume cannot be read");
        BTreeMap::new()
    })
}

/// Its options. Where they cannot be read a container must not write into the bare directory instead.
fn options(dir: &Path) -> Result<BTreeMap<String, String>> {
    written(dir, OPTIONS).map_err(|error| Fault::io("read", dir.join(OPTIONS).display(), &error))
}

/// Nothing where there is no such file.
fn written(dir: &Path, name: &str) -> io::Result<BTreeMap<String, String>> {
    let file = match File::open(dir.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(LABEL_BYTES).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn seen(volume: &Volume) -> Seen {
    Seen { name: volume.name.clone(), path: volume.path.display().to_string(), anonymous: volume.anonymous }
}

fn see(cx: &Cx, volume: &Volume) -> Result<()> {
    let (found, look) = evidence::stat(&volume.path);
    found.map_err(|e| Fault::io("look at", volume.path.display(), &e.into()))?;
    cx.observe(Change::VolumeSeen(seen(volume)), vec![look]);
    Ok(())
}

/// Docker's rule: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`
fn checked(name: &str) -> Result<&str> {
    if name.len() > NAME {
        let fault = Fault::new(FaultKind::BadRequest, Code::ValueTooLong).with("what", "Name");
        return Err(fault.with("length", name.len()).with("limit", NAME));
    }
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let rest = bytes.clone().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if first && rest && bytes.next().is_some() {
        return Ok(name);
    }
    Err(Fault::new(FaultKind::BadRequest, Code::VolumeName).with("name", name))
}

/// What the image has there, when that is a directory. Links on the way are the image's and lead nowhere but into it.
fn source(root: &OwnedFd, target: &str) -> Option<OwnedFd> {
    let found = pathrs::Root::from_fd(root.try_clone().ok()?).resolve(target).ok()?;
    // The handle opens nothing: it may be a pipe. What is no directory cannot be entered.
    handle::enter(found.as_fd(), OsStr::new(".")).ok()
}

/// `2026-11-21T20:55:09Z`, as Docker writes when a volume was made.
fn rfc3339(time: SystemTime) -> String {
    format!("{:.0}", Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH))
}

#[cfg(test)]
mod race;
#[cfg(test)]
mod tests;
