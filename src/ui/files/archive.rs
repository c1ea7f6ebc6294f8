//! Archives of images and volumes: from a file into the engine, and from the engine into a file.

use super::place::{Place, Reporter, Stopped};
use crate::client::trust;
use crate::spec::visible;
use crate::trace::{Code, Problem};
use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Gives an archive, or the directory of an OCI image layout, to the engine. Returns the names of what it has loaded.
pub(super) fn load(place: &Place, path: &Path) -> Result<String, Stopped> {
    let client = place.client()?;
    let said = if path.is_dir() {
        client.load_images(path, |_| {})
    } else {
        let unreadable = |error: io::Error| {
            Problem::new(Code::FilesUnreadable).with("path", visible::path(path)).with("reason", error)
        };
        let source = File::open(path).map_err(unreadable)?;
        let of = source.metadata().map_err(unreadable)?.len();
        let counted = Counted { source, reporter: place.reporter(), bytes: 0, of, said: 0 };
        client.load_images_from(counted, |_| {})
    };
    let said = said.map_err(|error| error.problem)?;
    Ok(said.iter().map(|line| name(line)).collect::<Vec<_>>().join(", "))
}

/// The image's name in what docker says of it.
fn name(line: &str) -> &str {
    let rest = line.strip_prefix("Loaded image: ").or_else(|| line.strip_prefix("Loaded image ID: "));
    rest.unwrap_or(line)
}

/// Says how much was read, and ends when nobody wants it any more.
struct Counted {
    source: File,
    reporter: Reporter,
    bytes: u64,
    of: u64,
    said: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes += read as u64;
        if self.bytes - self.said > 1 << 20 || self.said == 0 {
            self.said = self.bytes;
            if !self.reporter.progress(self.bytes, Some(self.of)) {
                return Err(io::Error::other("not wanted any more"));
            }
        }
        Ok(read)
    }
}

/// Has the engine write an image as an archive.
pub(super) fn save(place: &Place, image: &str, path: &Path) -> Result<(), Stopped> {
    let unwritable =
        |error: io::Error| Problem::new(Code::FilesUnwritable).with("path", visible::path(path)).with("reason", error);
    trust::may_replace(path).map_err(unwritable)?;
    let mut answer = place.client()?.open_archive(&[image.to_owned()]).map_err(|error| error.problem)?;
    // What has its name is whole.
    let part = path.with_extension("partial");
    let mut file = trust::new_file(&part).map_err(unwritable)?;
    let mut fetch = || -> Result<(), Stopped> {
        let (mut bytes, mut said) = (0, 0);
        while let Some(chunk) = answer.chunk().map_err(|error| error.problem)? {
            file.write_all(&chunk).map_err(unwritable)?;
            bytes += chunk.len() as u64;
            place.go_on()?;
            if bytes - said > 1 << 20 {
                said = bytes;
                place.progress(bytes, None)?;
            }
        }
        file.sync_all().map_err(unwritable)?;
        std::fs::rename(&part, path).map_err(unwritable)?;
        Ok(())
    };
    fetch().inspect_err(|_unfinished| drop(std::fs::remove_file(&part)))
}

/// Has the engine write a volume as an archive. Returns what is to be said of it.
pub(super) fn export_volume(place: &Place, volume: &str, path: &Path) -> Result<Vec<Problem>, Stopped> {
    let client = place.client()?;
    let outline = client.volume_outline(volume).map_err(|error| error.problem)?;
    let reporter = place.reporter();
    let written = client.export_volume(volume, path, paced(reporter, outline.bytes)).map_err(|error| error.problem)?;
    written.map(|_bytes| outline.remarks).ok_or(Stopped::NotWanted)
}

/// Has the engine make a volume of an archive. Returns its name, and what is to be said of it.
pub(super) fn import_volume(place: &Place, path: &Path) -> Result<(String, Vec<Problem>), Stopped> {
    let unreadable =
        |error: io::Error| Problem::new(Code::FilesUnreadable).with("path", visible::path(path)).with("reason", error);
    let of = std::fs::metadata(path).map_err(unreadable)?.len();
    let imported = place.client()?.import_volume(path, None, paced(place.reporter(), of));
    // Where it was called off the request was cut, which is no fault.
    place.go_on()?;
    let imported = imported.map_err(|error| error.problem)?;
    Ok((imported.moved.volume, imported.remarks))
}

/// Says each MiB how far it is, and ends when nobody wants it any more.
fn paced(reporter: Reporter, of: u64) -> impl FnMut(u64) -> ControlFlow<()> + Send {
    let mut said = None;
    move |bytes| {
        if said.is_some_and(|said| bytes < said + (1 << 20)) {
            return if reporter.is_wanted() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        }
        said = Some(bytes);
        let wanted = reporter.progress(bytes, Some(of.max(bytes)));
        if wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}
