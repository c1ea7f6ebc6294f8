//! A volume becomes a tar.

use super::digests::{Digests, Tap};
use super::{DATA, DESCRIPTION, DIGESTS, Description, FORMAT};
use crate::engine::archive::pack_into;
use crate::engine::conductor::Cx;
use crate::engine::evidence;
use crate::engine::fault::{Fault, FaultKind, Result};
use crate::engine::handle;
use crate::engine::rootfs::find_mount;
use crate::engine::unpack::{Limits, overlay};
use crate::engine::volume::{Volume, Volumes, mounted};
use crate::spec::shell;
use crate::trace::{Book, Change, Code, MoveWay, Moved, Plan, Problem, StepKind};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::sys::stat::{fstat, stat};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use tar::{Builder, EntryType, Header};

/// What an export of a volume will be, looked at before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outline {
    /// About how many bytes of tar.
    pub bytes: u64,
    /// Files, directories and links.
    pub entries: u64,
    /// Of them sockets, which are left out.
    pub sockets: u64,
}

impl Volumes {
    /// What is in a volume. What a container changes meanwhile is no fault.
    pub fn outline(&self, volume: &Volume) -> Result<Outline> {
        let failed = |e: io::Error| Fault::io("read", volume.path.display(), &e);
        let root = handle::open(&self.seen_at(volume)?).map_err(|e| failed(e.into()))?;
        // The description, the list and the end.
        let mut outline = Outline { bytes: 4096, ..Outline::default() };
        let names = |dir: &OwnedFd| handle::names(dir).map_err(|e| failed(e.into()));
        let limits = Limits::default();
        let mut directories = 0;
        let mut way: Vec<(OwnedFd, Vec<OsString>, Vec<u8>)> = Vec::new();
        way.push((names(&root).map(|all| (root, all, DATA.as_bytes().to_vec())))?);
        while let Some((dir, left, above)) = way.last_mut() {
            let Some(name) = left.pop() else {
                way.pop();
                continue;
            };
            let Some(stat) = overlay::look(&*dir, &name).map_err(failed)? else { continue };
            outline.entries += 1;
            // What could not be unpacked again is refused before anything is written.
            let path = [above.as_slice(), b"/", name.as_bytes()].concat();
            limits.check_upper(&path).map_err(of_volume)?;
            if outline.entries > limits.entries {
                return Err(of_volume(limits.too_many_entries()));
            }
            // A header, and a line of the list.
            outline.bytes += 512 + 128 + name.len() as u64;
            match stat.st_mode & libc::S_IFMT {
                libc::S_IFSOCK => outline.sockets += 1,
                // Of a file with holes what is stored.
                libc::S_IFREG => {
                    let stored = stat.st_blocks.unsigned_abs().saturating_mul(512);
                    outline.bytes += stat.st_size.unsigned_abs().min(stored).next_multiple_of(512);
                }
                libc::S_IFDIR => {
                    directories += path.len();
                    if directories > limits.directories {
                        return Err(of_volume(limits.too_many_directories()));
                    }
                    match handle::enter(&*dir, &name) {
                        Ok(inside) => way.push((names(&inside).map(|all| (inside, all, path)))?),
                        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => {}
                        Err(errno) => return Err(failed(errno.into())),
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// Where its bytes are seen now: what is mounted there, else what would be.
    fn seen_at(&self, volume: &Volume) -> Result<PathBuf> {
        Ok(match volume.backing()? {
            Some(backing) if !backing.is_memory() && find_mount(&volume.path)?.is_none() => backing.device.into(),
            _ => volume.path.clone(),
        })
    }

    /// Writes a volume as a tar: the step `ExportVolume`. Whoever reads it may be slow, and nobody waits for that: containers begin and
    /// end meanwhile, and a volume that is deleted before all is written fails it. `users` tells the containers that run with it, for
    /// they may write meanwhile.
    pub fn export(&self, cx: &Cx, volume: &Volume, users: &dyn Fn() -> Vec<String>, out: impl Write) -> Result<Moved> {
        let file = format!("{}.tar", volume.name);
        let by_hand = ["tar", "--numeric-owner", "--xattrs", "-C", &volume.path.to_string_lossy(), "-cf", &file, "."];
        let plan = Plan::new(StepKind::ExportVolume, &volume.name).by_hand(shell::line(by_hand));
        cx.step(plan.call(format!("read({:?}/…) → sha256 → tar", volume.path)), |cx| {
            let (root, from) = self.opened(cx, volume)?;
            let (moved, remarks) = self.write(cx, volume, &root, out)?;
            let (_, look) = evidence::stat(&from);
            let facts = [
                format!("{}: {} entries, {} bytes of tar", volume.name, moved.entries, moved.bytes),
                format!("{DIGESTS}: {}", moved.digest),
            ];
            let evidence = vec![look, evidence::own(Book::Archive, facts)];
            for remark in remarks.into_iter().chain(busy(volume, &users())) {
                cx.observe(Change::Remark(remark), evidence.clone());
            }
            if cx.world().volumes.contains_key(&volume.name) {
                cx.observe(Change::VolumeMoved(moved.clone()), evidence);
            }
            Ok(moved)
        })
    }

    /// Its files, as they are seen while nobody mounts, unmounts or deletes it: what is open stays what it is.
    fn opened(&self, cx: &Cx, volume: &Volume) -> Result<(OwnedFd, PathBuf)> {
        let using = self.users_of(&volume.name);
        let opened = mounted::alone(cx, &using).and_then(|_nobody_else| {
            // Somebody may have deleted it while it was waited for.
            self.get(&volume.name)?;
            let from = self.seen_at(volume)?;
            let root = handle::open(&from).map_err(|e| Fault::io("open", from.display(), &e.into()))?;
            Ok((root, from))
        });
        self.done_with(&volume.name, &using);
        opened
    }

    /// The volume of that name has that directory.
    fn is_still(&self, volume: &Volume, root: &OwnedFd) -> Result<()> {
        let now = self.get(&volume.name)?;
        // What was in memory is gone with the last that used it, and was read while it was there.
        if volume.options == now.options && now.backing()?.is_some_and(|backing| backing.is_memory()) {
            return Ok(());
        }
        let from = self.seen_at(&now)?;
        let failed = |e: Errno| Fault::io("read", from.display(), &e.into());
        let (was, is) = (fstat(root).map_err(failed)?, stat(&from).map_err(failed)?);
        if (was.st_dev, was.st_ino) == (is.st_dev, is.st_ino) {
            return Ok(());
        }
        Err(Fault::new(FaultKind::NotFound, Code::VolumeNotFound).with("name", &volume.name))
    }

    fn write(&self, cx: &Cx, volume: &Volume, root: &OwnedFd, out: impl Write) -> Result<(Moved, Vec<Problem>)> {
        let unkept = |e: io::Error| Fault::io("write", self.root.display(), &e);
        let mut digests = Digests::new(tempfile::tempfile_in(&self.root).map_err(unkept)?);
        let mut tar = Builder::new(Tap::new(out));
        let text = serde_json::to_vec_pretty(&describe(volume)).map_err(|e| unkept(e.into()))?;
        document(cx, &mut tar, DESCRIPTION, text.len() as u64, text.as_slice())?;
        digests.note(DESCRIPTION.as_bytes(), tar.get_mut().cut())?;
        let packed = pack_into(cx, root, DATA.as_bytes(), &mut tar, &mut |path, tap| digests.note(path, tap.cut()))
            .map_err(|fault| unpackable(cx, fault))?;
        // What was deleted meanwhile is not whole, even where there is another of that name by now.
        self.is_still(volume, root)?;
        let (list, size, digest) = digests.finish()?;
        document(cx, &mut tar, DIGESTS, size, list)?;
        tar.finish().map_err(|e| unsent(cx, &e))?;
        let bytes = tar.get_ref().bytes;
        let (volume, way) = (volume.name.clone(), MoveWay::Export);
        Ok((Moved { volume, way, entries: packed.entries, bytes, digest }, packed.remarks))
    }
}

fn describe(volume: &Volume) -> Description {
    Description {
        format: FORMAT,
        name: volume.name.clone(),
        driver: "local".to_owned(),
        labels: volume.labels.clone(),
        options: volume.options.clone(),
        created: volume.created.clone(),
        dockwalk: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn document(cx: &Cx, tar: &mut Builder<impl Write>, name: &str, size: u64, text: impl Read) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_mtime(Timestamp::now().as_second().unsigned_abs());
    tar.append_data(&mut header, name, text).map_err(|e| unsent(cx, &e))
}

fn busy(volume: &Volume, users: &[String]) -> Option<Problem> {
    let problem = Problem::new(Code::VolumeExportedInUse).with("name", &volume.name);
    (!users.is_empty()).then(|| problem.with("containers", users.join(", ")))
}

/// What is of a volume is said of no container.
fn unpackable(cx: &Cx, fault: Fault) -> Fault {
    if cx.cancel().is_cancelled() {
        return Fault::cancelled();
    }
    of_volume(fault)
}

fn of_volume(fault: Fault) -> Fault {
    let code = match fault.problem.code {
        Code::UpperTooDeep => Code::VolumeTooDeep,
        Code::LayerTooManyEntries => Code::VolumeTooManyEntries,
        Code::LayerTooManyDirectories => Code::VolumeTooManyDirectories,
        other => other,
    };
    Fault { problem: Problem { code, ..fault.problem }, ..fault }
}

/// Whoever reads it has gone: that is no failure of the disk.
fn unsent(cx: &Cx, error: &io::Error) -> Fault {
    if cx.cancel().is_cancelled() { Fault::cancelled() } else { Fault::io("write", "the tar", error) }
}
