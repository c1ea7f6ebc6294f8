//! A tar becomes a volume: the whole of it, or nothing.

use super::digests::{Comparison, Digests, Tap};
use super::{DATA, DESCRIPTION, DIGESTS, Description, FORMAT};
use crate::engine::conductor::Cx;
use crate::engine::fault::{Fault, FaultKind, Result};
use crate::engine::unpack::{self, Item, Limits, Placing, Reader};
use crate::engine::volume::{LABELS, Labels, Volume, Volumes, checked, is_anonymous, keep, mounted, see};
use crate::engine::{evidence, handle, private};
use crate::spec::shell;
use crate::trace::{Book, Change, Code, MoveWay, Moved, Plan, Problem, StepKind};
use crate::tree::{Kind, PathBytes};
use nix::unistd::syncfs;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Bytes of the description: labels are most of it.
const LARGEST: u64 = 32 << 20;
/// As much as gzip can make of zeros. What a volume may hold nobody else says, but its disk.
const RATIO: u64 = 1100;

/// How an archive becomes a volume.
pub struct Import<'a> {
    /// What it is to be called; what the archive says without.
    pub name: Option<&'a str>,
    /// An empty directory beside the volumes, on the same file system. It goes, or it becomes the volume.
    pub scratch: PathBuf,
    /// Whom files may be given to, and how they are written.
    pub options: unpack::Options,
    /// What labels may be.
    pub check: &'a dyn Fn(&Labels) -> Result<()>,
}

impl Volumes {
    /// Makes a volume of an archive, plain or compressed: the step `ImportVolume`. Every entry is verified before there is a volume.
    pub fn import(&self, cx: &Cx, how: Import<'_>, bytes: impl Read) -> Result<(Volume, Moved, Vec<Problem>)> {
        let scratch = Scratch(how.scratch.clone());
        let limits = Limits { ratio: RATIO, ..how.options.limits };
        let options = unpack::Options { limits, ..how.options };
        let bytes = BufReader::with_capacity(128 * 1024, Watched { inner: bytes, cx });
        let tar = unpack::decoder(bytes, limits).map_err(|e| foreign(cx, e))?;
        let mut reader = Reader::of_files(Tap::new(tar), limits);
        let unmade = |e: io::Error| Fault::io("write", scratch.0.display(), &e);
        let mut digests = Digests::new(private::file_for_both(&scratch.0.join(DIGESTS)).map_err(unmade)?);
        let description = description(&mut reader, &mut digests).map_err(|fault| damaged(cx, fault))?;
        let name = checked(how.name.unwrap_or(&description.name))?;
        if is_anonymous(name) {
            // By such a name it would be deleted with the next `volume prune`.
            return Err(Fault::new(FaultKind::BadRequest, Code::VolumeNameAnonymous).with("name", name));
        }
        (how.check)(&description.labels)?;
        self.refuse_existing(name)?;
        let (data, staged) = (self.place(name), scratch.0.join("volume"));
        let words = ["tar", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--strip-components=1", "-xf"];
        let file = format!("{name}.tar");
        let unpack = shell::line(words.into_iter().chain([&*file, "-C", &*data.to_string_lossy(), DATA]));
        let by_hand = format!("{} && {unpack}", shell::line(["mkdir", "-p", &*data.to_string_lossy()]));
        let plan = Plan::new(StepKind::ImportVolume, name).by_hand(by_hand);
        cx.step(plan.call(format!("rename({staged:?}, {:?})", self.dir(name))), |cx| {
            // Whoever sends it may be slow: nobody waits for that.
            let unpacked = unpack_all(cx, &staged, options, reader, digests);
            let (moved, mut remarks) = unpacked.map_err(|fault| damaged(cx, fault))?;
            keep(&staged, LABELS, &description.labels)?;
            let using = self.users_of(name);
            let made = mounted::alone(cx, &using).and_then(|_nobody_else| {
                self.refuse_existing(name)?;
                let renamed = self.name_it(&staged, name)?;
                let moved = Moved { volume: name.to_owned(), ..moved };
                remarks.extend(left_out(&description, name));
                self.tell(cx, name, &moved, &remarks, renamed)?;
                Ok((self.get(name)?, moved, remarks))
            });
            self.done_with(name, &using);
            made
        })
    }

    fn refuse_existing(&self, name: &str) -> Result<()> {
        if self.get(name).is_err() {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Conflict, Code::VolumeExists).with("name", name))
    }

    /// All of it is on the disk before it has its name.
    fn name_it(&self, staged: &Path, name: &str) -> Result<crate::trace::Evidence> {
        let dir = self.dir(name);
        let failed = |what| {
            let dir = &dir;
            move |e: io::Error| Fault::io(what, dir.display(), &e)
        };
        let synced = File::open(staged).and_then(|handle| Ok(syncfs(handle)?));
        synced.map_err(failed("write"))?;
        // Labels of a volume that an engine was killed over.
        if fs::symlink_metadata(&dir).is_ok() {
            handle::remove(&dir).map_err(failed("remove"))?;
        }
        let (renamed, evidence) = evidence::rename(staged, &dir);
        renamed.map_err(|e| failed("make")(e.into()))?;
        File::open(&self.root).and_then(|root| root.sync_all()).map_err(failed("write"))?;
        Ok(evidence)
    }

    fn tell(
        &self,
        cx: &Cx,
        name: &str,
        moved: &Moved,
        remarks: &[Problem],
        renamed: crate::trace::Evidence,
    ) -> Result<()> {
        see(cx, &self.get(name)?)?;
        let facts = [
            format!("{name}: {} entries, {} bytes of tar", moved.entries, moved.bytes),
            format!("{DIGESTS}: {}", moved.digest),
        ];
        let evidence = vec![renamed, evidence::own(Book::Archive, facts)];
        for remark in remarks {
            cx.observe(Change::Remark(remark.clone()), evidence.clone());
        }
        cx.observe(Change::VolumeMoved(moved.clone()), evidence);
        Ok(())
    }
}

/// The first entry.
fn description<R: BufRead>(reader: &mut Reader<Tap<R>>, digests: &mut Digests) -> Result<Description> {
    let none = || Fault::new(FaultKind::BadRequest, Code::VolumeArchiveForeign);
    let item = reader.next()?.filter(|item| item.entry.path.as_bytes() == DESCRIPTION.as_bytes()).ok_or_else(none)?;
    if !matches!(item.entry.kind, Kind::File { size } if size <= LARGEST) {
        return Err(none());
    }
    let mut text = Vec::new();
    reader.content(&item, |_, bytes| {
        text.extend_from_slice(bytes);
        Ok::<_, Fault>(())
    })?;
    digests.note(DESCRIPTION.as_bytes(), reader.boundary()?.cut())?;
    /// What any version says of itself.
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    let Version { format } = serde_json::from_slice(&text).map_err(|_other| none())?;
    if format > FORMAT {
        let fault = Fault::new(FaultKind::BadRequest, Code::VolumeArchiveNewer);
        return Err(fault.with("format", format).with("known", FORMAT));
    }
    serde_json::from_slice(&text).map_err(|_other| none())
}

/// The files, then the list of their digests, held against what was read.
fn unpack_all<R: BufRead>(
    cx: &Cx,
    staged: &Path,
    options: unpack::Options,
    mut reader: Reader<Tap<R>>,
    mut digests: Digests,
) -> Result<(Moved, Vec<Problem>)> {
    let failed = |e: io::Error| Fault::io("make", staged.display(), &e);
    let data = staged.join("_data");
    private::new_dir(staged).map_err(failed)?;
    private::shown_dir(&data).map_err(failed)?;
    let root = handle::open(&data).map_err(|e| failed(e.into()))?;
    let mut placing = Placing::new(root, options);
    let list = loop {
        cx.check()?;
        let Some(mut item) = reader.next()? else { return Err(short()) };
        let path = item.entry.path.clone();
        if path.as_bytes() == DIGESTS.as_bytes() {
            break item;
        }
        item.entry.path = below(path.as_bytes())?;
        if let Kind::Hardlink { target } = &mut item.entry.kind {
            *target = below(target.as_bytes())?;
        }
        placing.place(&item, &mut reader)?;
        digests.note(path.as_bytes(), reader.boundary()?.cut())?;
    };
    let remarks = placing.finish()?;
    // The description is none of the volume's.
    let entries = digests.entries - 1;
    let (ours, _, digest) = digests.finish()?;
    compare(&list, &mut reader, Comparison::new(ours))?;
    if reader.next()?.is_some() {
        return Err(Fault::new(FaultKind::BadRequest, Code::VolumeArchiveForeign));
    }
    let bytes = reader.boundary()?.bytes;
    reader.finish()?;
    Ok((Moved { volume: String::new(), way: MoveWay::Import, entries, bytes, digest }, remarks))
}

fn compare<R: BufRead>(list: &Item, reader: &mut Reader<Tap<R>>, mut comparison: Comparison) -> Result<()> {
    if !matches!(list.entry.kind, Kind::File { .. }) || list.holes.is_some() {
        return Err(short());
    }
    reader.content(list, |_, bytes| comparison.take(bytes))?;
    comparison.finish()
}

/// `data/a/b` is `a/b` in the volume, `data` the volume itself.
fn below(path: &[u8]) -> Result<PathBytes> {
    let rest = path.strip_prefix(DATA.as_bytes());
    match rest.map(|rest| (rest.strip_prefix(b"/"), rest)) {
        Some((Some(inside), _)) => Ok(inside.into()),
        Some((None, b"")) => Ok(PathBytes::from("")),
        _ => Err(Fault::new(FaultKind::BadRequest, Code::VolumeArchiveForeign)),
    }
}

/// What the volume was made of is not made again: the files are in a directory of the engine's now.
fn left_out(description: &Description, name: &str) -> Option<Problem> {
    let said = description.options.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ");
    let problem = Problem::new(Code::VolumeOptionsLeft).with("name", name);
    (!description.options.is_empty()).then(|| problem.with("options", said.chars().take(200).collect::<String>()))
}

fn short() -> Fault {
    Fault::new(FaultKind::BadRequest, Code::VolumeArchiveShort)
}

/// It is no tar at all.
fn foreign(cx: &Cx, error: io::Error) -> Fault {
    let cut = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()).cloned();
    if cx.cancel().is_cancelled() {
        Fault::cancelled()
    } else {
        cut.unwrap_or_else(|| Fault::new(FaultKind::BadRequest, Code::VolumeArchiveForeign))
    }
}

/// What contradicts itself is an archive here, and no layer.
fn damaged(cx: &Cx, fault: Fault) -> Fault {
    if cx.cancel().is_cancelled() {
        return Fault::cancelled();
    }
    match unpack::complaint(&fault) {
        Some((kind, entry)) => {
            let fault = Fault::new(FaultKind::BadRequest, Code::VolumeArchiveDamaged).with("kind", kind);
            fault.with("entry", entry)
        }
        None => fault,
    }
}

/// A sender that goes away, and a cancelled operation, end it.
struct Watched<'a, R> {
    inner: R,
    cx: &'a Cx,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.cx.check().map_err(io::Error::other)?;
        self.inner.read(buffer).map_err(|_cut| io::Error::other(Fault::cancelled()))
    }
}

/// What is unpacked there goes, unless it has become a volume.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = handle::remove(&self.0) {
            tracing::warn!(%error, dir = %self.0.display(), "not removed");
        }
    }
}
