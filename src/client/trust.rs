//! Whom the disk and a socket can be believed. What lies where somebody else can write is theirs: whoever obeys it obeys them.
//!
//! ```text
//! engine   its root directory and all that it finds there │ the directory of its socket │ who connects
//! client   the root directory it starts an engine in      │ the directory of its socket │ who answers
//! ```
//!
//! One place for both, so that neither believes what the other would not. Does not know what is in the files.

use crate::trace::{Code, Problem};
use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The kernel's own and root's things are everybody's to believe: root could do as it likes anyway.
pub const ROOT: u32 = 0;

/// Others may write: `rwxrwx-w-`.
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;
/// In such a directory only the owner of a file may rename or delete it.
const STICKY: u32 = 0o1000;
/// What may lie in a directory that no engine has worked in yet: what the window keeps, the log of an engine that is about to
/// start, and what a disk of one's own has from the beginning.
const BEFORE: [&str; 5] = ["app.ron", "engine.log", "lessons", "lost+found", "progress.json"];

/// What a thing on the disk must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A file with one name.
    File,
    /// Either, or a socket.
    Any,
}

/// Who this process is: its effective user and group, as it sees them in its user namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Who {
    /// This process. Not the owner of `/proc/self`, which is root where a process may not be looked into (`PR_SET_DUMPABLE`).
    pub fn am_i() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let effective = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        // Where there is no /proc (macOS) no engine runs, but one elsewhere may be reached through a socket.
        let home = || directories::BaseDirs::new().and_then(|dirs| fs::metadata(dirs.home_dir()).ok());
        let uid = effective("Uid:").or_else(|| Some(home()?.uid()));
        let gid = effective("Gid:").or_else(|| Some(home()?.gid()));
        Self { uid: uid.unwrap_or(ROOT), gid: gid.unwrap_or(ROOT) }
    }

    /// The user that root works for: who called sudo(8) or pkexec(1). None for an ordinary user, who could say anything.
    pub fn works_for(self) -> Option<u32> {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u32>().ok());
        if self.uid == ROOT { number("SUDO_UID").or_else(|| number("PKEXEC_UID")) } else { None }
    }

    /// What was found at `path` is of that kind, belongs to this user, and nobody else may write to it.
    pub fn owns(self, path: &Path, found: &Metadata, kind: Kind) -> Result<(), Problem> {
        of_kind(path, found, kind)?;
        if found.uid() != self.uid {
            return Err(foreign(path, found, self));
        }
        self.alone_writes(path, found)
    }

    /// The directory of a socket: this user's own or root's (or of who called sudo), and nobody else can exchange what is
    /// in it. In a sticky directory nobody can, but for the directory's owner.
    pub fn may_listen_in(self, dir: &Path, also: Option<u32>) -> Result<(), Problem> {
        let found = look(dir)?;
        of_kind(dir, &found, Kind::Directory)?;
        if ![Some(self.uid), Some(ROOT), also].contains(&Some(found.uid())) {
            return Err(foreign(dir, &found, self));
        }
        if found.mode() & STICKY != 0 { Ok(()) } else { self.alone_writes(dir, &found) }
    }

    /// Nobody else can exchange anything on the way to `path`: each directory above it is this user's or root's, and others
    /// may not write to it, or not to what is not theirs. A link on the way is followed if it is this user's or root's.
    pub fn trusts_way_to(self, path: &Path) -> Result<(), Problem> {
        let real = path.parent().and_then(|above| above.canonicalize().ok());
        let ways = [path.parent().map(Path::to_owned), real];
        for above in ways.iter().flatten().flat_map(|way| way.ancestors()).filter(|way| way.is_absolute()) {
            // What is not there yet is made by us.
            let Ok(found) = fs::symlink_metadata(above) else { continue };
            let theirs = ![self.uid, ROOT].contains(&found.uid()) && !is_unmapped(found.uid());
            if theirs {
                return Err(foreign(above, &found, self));
            }
            if found.is_dir() && found.mode() & STICKY == 0 {
                self.alone_writes(above, &found)?;
            }
        }
        Ok(())
    }

    /// The user's own group counts as the user: many systems give each user one, and a umask to match (`0002`).
    fn alone_writes(self, path: &Path, found: &Metadata) -> Result<(), Problem> {
        let group = found.mode() & GROUP_WRITES != 0 && ![self.gid, ROOT].contains(&found.gid());
        if group || found.mode() & OTHERS_WRITE != 0 {
            let mode = format!("{:04o}", found.mode() & 0o7777);
            return Err(Problem::new(Code::PlaceOpen).with("path", path.display()).with("mode", mode));
        }
        Ok(())
    }

    /// Whoever is at the other end of a socket is this user, root, who called sudo, or the one that was asked for by number.
    pub fn believes(self, peer: u32, whose: Option<u32>) -> bool {
        peer == self.uid || peer == ROOT || Some(peer) == whose || self.works_for() == Some(peer)
    }
}

/// An engine's directory as it may be worked in: made if it is not there, this user's own, with nobody else able to change
/// it, or (mode 0700) to look into it. One that is somebody's own, with other things in it, is refused and left as it is. Returns
/// its path without links.
pub fn claim(root: &Path) -> Result<PathBuf, Problem> {
    let who = Who::am_i();
    let refused = |what: &str| {
        let problem = Problem::new(Code::HostRefused).with("what", what).with("subject", root.display());
        move |error: std::io::Error| problem.clone().with("reason", error)
    };
    let root = std::path::absolute(root).map_err(refused("open"))?;
    who.trusts_way_to(&root)?;
    let link = fs::symlink_metadata(&root).ok().filter(Metadata::is_symlink);
    if let Some(link) = link.filter(|link| ![who.uid, ROOT].contains(&link.uid())) {
        return Err(foreign(&root, &link, who));
    }
    if let (Ok(target), Err(error)) = (fs::read_link(&root), fs::metadata(&root))
        && error.kind() == std::io::ErrorKind::NotFound
    {
        let problem = Problem::new(Code::EngineRootLink).with("root", root.display());
        return Err(problem.with("target", target.display()));
    }
    if fs::metadata(&root).is_ok_and(|found| !found.is_dir()) {
        return Err(Problem::new(Code::EngineRootFile).with("root", root.display()));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(&root).map_err(refused("make"))?;
    let root = root.canonicalize().map_err(refused("open"))?;
    who.trusts_way_to(&root)?;
    let found = look(&root)?;
    of_kind(&root, &found, Kind::Directory)?;
    if found.uid() != who.uid {
        return Err(foreign(&root, &found, who));
    }
    let names: Vec<_> = fs::read_dir(&root)
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect())
        .map_err(refused("read"))?;
    // An engine clears what it finds under its own names, and closes the directory to others: not where somebody else's work is.
    let others: Vec<_> = names.iter().filter(|name| !BEFORE.contains(&name.as_str())).cloned().collect();
    if !others.is_empty() && !is_an_engines(&root) {
        let some = others.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        return Err(Problem::new(Code::EngineRootUsed).with("root", root.display()).with("names", some));
    }
    // An empty one was open to others and holds nothing of theirs.
    if !names.is_empty() {
        who.alone_writes(&root, &found)?;
    }
    if found.mode() & 0o7777 != 0o700 {
        fs::set_permissions(&root, Permissions::from_mode(0o700)).map_err(refused("open"))?;
    }
    Ok(root)
}

/// An engine has worked there: its lock, which is made first and stays, is an empty file; its journal was there before the lock.
fn is_an_engines(root: &Path) -> bool {
    let lock = fs::symlink_metadata(root.join("lock"));
    let journal = fs::symlink_metadata(root.join("journal.ndjson"));
    lock.is_ok_and(|found| found.is_file() && found.len() == 0) || journal.is_ok_and(|found| found.is_file())
}

/// A file of ours under a name that anybody can foresee (`x.tar.partial`): what has that name already is removed and not
/// written through, be it a link of somebody else's. Nobody else may read it.
pub fn new_file(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// A whole file may take the place of what is there: of nothing or of a file, but not of `/dev/null`.
pub fn may_replace(path: &Path) -> std::io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(std::io::Error::other("there is something that is not a file")),
        _ => Ok(()),
    }
}

/// A file that the user names, for this user to read: a recording says what containers were given as environment.
pub fn own_file(path: &Path) -> std::io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Writes such a file, which is as before when writing fails: the new one takes its place only when it is whole. One of this user's
/// that was there keeps its permissions. What is no file – a pipe, a terminal – is written to as it is.
pub fn write_own_file<T, E>(
    path: &Path,
    failed: impl Fn(std::io::Error) -> E,
    write: impl FnOnce(File) -> Result<T, E>,
) -> Result<T, E> {
    // A link goes on pointing where it points.
    let path = &fs::canonicalize(path).unwrap_or_else(|_not_there| path.to_owned());
    let found = fs::metadata(path).ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        return own_file(path).map_err(failed).and_then(write);
    }
    let mut name = path.as_os_str().to_owned();
    let number = getrandom::u64().map_err(|error| failed(std::io::Error::other(error)))?;
    name.push(format!(".{number:016x}.new"));
    let new = Path::new(&name);
    // The directory may be everybody's: what lies there under that name is not followed and not written to.
    let file = File::options().write(true).create_new(true).mode(0o600).open(new).map_err(&failed)?;
    let kept = file.metadata().and_then(|own| match found.filter(|found| found.uid() == own.uid()) {
        Some(found) => file.set_permissions(Permissions::from_mode(found.mode() & 0o777)),
        None => Ok(()),
    });
    let written = kept.map_err(&failed).and_then(|()| write(file)).and_then(|done| {
        fs::rename(new, path).map_err(&failed)?;
        Ok(done)
    });
    if written.is_err() {
        fs::remove_file(new).unwrap_or_else(|error| tracing::warn!(%error, path = %new.display(), "not removed"));
    }
    written
}

/// The place itself, not what a link points at.
pub fn look(path: &Path) -> Result<Metadata, Problem> {
    fs::symlink_metadata(path).map_err(|error| {
        let problem = Problem::new(Code::HostRefused).with("what", "open").with("subject", path.display());
        problem.with("reason", error)
    })
}

fn of_kind(path: &Path, found: &Metadata, kind: Kind) -> Result<(), Problem> {
    let is = found.file_type();
    let right = match kind {
        Kind::Directory => is.is_dir(),
        Kind::File => is.is_file(),
        Kind::Any => is.is_dir() || is.is_file() || is.is_socket(),
    };
    if !right {
        let found = match () {
            () if is.is_symlink() => "link",
            () if is.is_dir() => "directory",
            () if is.is_file() => "file",
            () if is.is_fifo() => "pipe",
            () => "other",
        };
        return Err(Problem::new(Code::PlaceKind).with("path", path.display()).with("found", found));
    }
    if is.is_file() && found.nlink() > 1 {
        return Err(Problem::new(Code::PlaceNames).with("path", path.display()).with("count", found.nlink()));
    }
    Ok(())
}

fn foreign(path: &Path, found: &Metadata, who: Who) -> Problem {
    let problem = Problem::new(Code::PlaceForeign).with("path", path.display());
    problem.with("owner", found.uid()).with("user", who.uid)
}

/// In a user namespace that somebody else made, the owners of what lies outside are not known.
fn is_unmapped(uid: u32) -> bool {
    let overflow = || fs::read_to_string("/proc/sys/kernel/overflowuid").ok().and_then(|id| id.trim().parse().ok());
    let all = || fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| map.contains("4294967295"));
    uid == overflow().unwrap_or(65_534_u32) && !all()
}

/// The directory of a socket that was not asked for by name: before anybody speaks to who listens in it.
pub fn check_socket_dir(socket: &Path) -> Result<(), Problem> {
    let dir: PathBuf = socket.parent().map(Path::to_owned).unwrap_or_default();
    match fs::symlink_metadata(&dir) {
        // Nobody listens there.
        Err(_absent) => Ok(()),
        Ok(_) => Who::am_i().may_listen_in(&dir, None),
    }
}
