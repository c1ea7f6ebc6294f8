//! Image archives: from a file into the engine, and from the engine into a file.

use super::work::{Place, Stopped, Teller};
use crate::trace::Problem;
use hyper::Method;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Gives an archive, or the directory of an OCI image layout, to the engine. Returns what it says it has loaded.
pub(super) fn load(place: &Place, path: &Path) -> Result<String, Stopped> {
    let unreadable =
        |error: io::Error| Problem::new("files-unreadable").with("path", path.display()).with("reason", error);
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    let source: Box<dyn Read + Send> = if metadata.is_dir() {
        Box::new(packed(path).map_err(unreadable)?)
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    let of = metadata.is_file().then(|| metadata.len());
    let counted = Counted { source, teller: place.teller(), bytes: 0, of, said: 0 };
    let mut answer = place.client()?.upload("/images/load", counted).map_err(|error| error.problem)?;
    let (mut read, mut loaded) = (Vec::new(), Vec::new());
    while let Some(chunk) = answer.chunk().map_err(|error| error.problem)? {
        place.go_on()?;
        read.extend_from_slice(&chunk);
        while let Some(end) = read.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = read.drain(..=end).collect();
            loaded.extend(said(&line)?);
        }
    }
    loaded.extend(said(&read)?);
    Ok(loaded.join(", "))
}

/// The image's name in a line of the engine's answer; the failure that it tells of.
fn said(line: &[u8]) -> Result<Option<String>, Stopped> {
    let Ok(said) = serde_json::from_slice::<serde_json::Value>(line) else { return Ok(None) };
    if let Some(message) = said["error"].as_str() {
        let own = serde_json::from_value::<Problem>(said["errorDetail"]["dockwalk"].clone());
        return Err(own.unwrap_or_else(|_other_engine| Problem::new("engine-said").with("message", message)).into());
    }
    let text = said["stream"].as_str().unwrap_or_default().trim();
    let name = text.strip_prefix("Loaded image: ").or_else(|| text.strip_prefix("Loaded image ID: "));
    Ok(name.map(ToOwned::to_owned))
}

/// A directory as a tar, packed while it is read.
fn packed(directory: &Path) -> io::Result<impl Read + Send + 'static> {
    let (reader, writer) = io::pipe()?;
    let directory = directory.to_owned();
    std::thread::spawn(move || {
        let mut builder = tar::Builder::new(writer);
        builder.follow_symlinks(false);
        // Where it fails the tar has no end, and whoever reads it says so.
        builder.append_dir_all(".", &directory).and_then(|()| builder.finish()).ok();
    });
    Ok(reader)
}

/// Says how much was read, and ends when nobody wants it any more.
struct Counted {
    source: Box<dyn Read + Send>,
    teller: Teller,
    bytes: u64,
    of: Option<u64>,
    said: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes += read as u64;
        if self.bytes - self.said > 1 << 20 || self.said == 0 {
            self.said = self.bytes;
            if !self.teller.progress(self.bytes, self.of) {
                return Err(io::Error::other("not wanted any more"));
            }
        }
        Ok(read)
    }
}

/// Has the engine write an image as an archive.
pub(super) fn save(place: &Place, image: &str, path: &Path) -> Result<(), Stopped> {
    let unwritable =
        |error: io::Error| Problem::new("files-unwritable").with("path", path.display()).with("reason", error);
    let url = format!("/images/get?names={}", image.replace('%', "%25"));
    let mut answer = place.client()?.open(Method::GET, &url, None::<&()>, &[]).map_err(|error| error.problem)?;
    // What has its name is whole.
    let part = path.with_extension("partial");
    let mut file = File::create(&part).map_err(unwritable)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_lines_tell_names_and_failures() {
        let line = |text: &str| said(text.as_bytes());
        assert!(matches!(line(r#"{"stream":"Loaded image: lab/shell:1\n"}"#), Ok(Some(name)) if name == "lab/shell:1"));
        assert!(matches!(line(r#"{"status":"Loading layer","id":"x"}"#), Ok(None)));
        let failed = line(r#"{"error":"no","errorDetail":{"message":"no"}}"#);
        assert!(matches!(failed, Err(Stopped::Failed(problem)) if problem.code == "engine-said"));
    }
}
