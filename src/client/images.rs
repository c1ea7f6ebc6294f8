//! What is done to images: names, archives, room.

use super::lines::each_line;
use super::protocol::{StoreCheckQuery, StoreReport};
use super::{Answer, Client, ClientError, trust};
use crate::docker::{
    Empty, FilterQuery, Filters, ImageCreateQuery, ImageRemoveQuery, ImageRemoved, ImageSaveAllQuery, ImageTagQuery,
    ImagesPruned, ProgressDetail, with_query,
};
use crate::spec::url::encode;
use crate::spec::visible;
use crate::trace::Code;
use hyper::Method;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// How far a load has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadProgress {
    /// A layer is unpacked: its short diff id, bytes so far, bytes in all.
    Layer(String, u64, u64),
    /// A line of text: `Loaded image: lab/shell:1`.
    Said(String),
}

/// What to make of a tar of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Its name, if it is to have one.
    pub reference: Option<String>,
    /// Instructions as in a Dockerfile.
    pub changes: Vec<String>,
    /// Words for its history.
    pub message: String,
    /// What it runs on.
    pub platform: Option<String>,
}

impl Client {
    /// Gives an image one more name.
    pub fn tag_image(&self, source: &str, target: &str) -> Result<(), ClientError> {
        let (repo, tag) = split(target);
        let query = ImageTagQuery { repo: repo.to_owned(), tag: Some(tag.to_owned()) };
        self.text(Method::POST, &with_query(&format!("/images/{}/tag", encode(source)), &query)).map(drop)
    }

    /// Takes a name off an image, and deletes it with the last one. What went.
    pub fn remove_image(&self, name: &str, force: bool, keep_parents: bool) -> Result<Vec<ImageRemoved>, ClientError> {
        self.delete(&with_query(&format!("/images/{}", encode(name)), &ImageRemoveQuery { force, keep_parents }))
    }

    /// Deletes the images that no container uses: those without a tag, or with the filter `dangling=false` all of them.
    pub fn prune_images(&self, filters: &Filters) -> Result<ImagesPruned, ClientError> {
        self.post(&with_query("/images/prune", &FilterQuery { filters: filters.clone() }), &Empty {})
    }

    /// Compares the store with what its digests promise; with `repair` deletes what is damaged or of no use.
    pub fn check_store(&self, repair: bool) -> Result<StoreReport, ClientError> {
        self.post(&with_query("/dockwalk/v1/images/fsck", &StoreCheckQuery { repair }), &Empty {})
    }

    /// Writes images as one archive to a file, which is there whole or not at all. Returns its size.
    pub fn save_images(&self, names: &[String], to: &Path, mut progress: impl FnMut(u64)) -> Result<u64, ClientError> {
        let failed = |e: io::Error| unwritten(to, &e);
        let mut partial = to.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        trust::may_replace(to).map_err(failed)?;
        let answer = self.open_archive(names)?;
        let copied = trust::new_file(&partial).map_err(failed).and_then(|mut file| {
            let size = copy(answer, &mut file, &|e| unwritten(to, &e), &mut progress)?;
            file.sync_data().map_err(failed)?;
            std::fs::rename(&partial, to).map_err(failed)?;
            Ok(size)
        });
        if copied.is_err()
            && let Err(error) = std::fs::remove_file(&partial)
        {
            tracing::debug!(%error, "nothing to remove");
        }
        copied
    }

    /// Writes images as one archive.
    pub fn save_images_to(&self, names: &[String], out: &mut impl Write) -> Result<u64, ClientError> {
        copy(self.open_archive(names)?, out, &not_printed, &mut |_| {})
    }

    /// Images as one archive, as it comes.
    pub fn open_archive(&self, names: &[String]) -> Result<Answer, ClientError> {
        let query = ImageSaveAllQuery { names: names.to_owned(), ..ImageSaveAllQuery::default() };
        self.open(Method::GET, &with_query("/images/get", &query), None::<&()>, &[])
    }

    /// Loads the images of an archive: a file, or a directory in the layout of OCI. Returns what was said of each.
    pub fn load_images(&self, from: &Path, progress: impl FnMut(LoadProgress)) -> Result<Vec<String>, ClientError> {
        let unread =
            |e: io::Error| ClientError::new(Code::FileUnreadable).with("file", visible::path(from)).with("reason", e);
        if from.is_dir() {
            return self.load_dir(from, progress);
        }
        let file = File::open(from).map_err(unread)?;
        self.load_images_from(file, progress)
    }

    #[cfg(feature = "engine")]
    fn load_dir(&self, from: &Path, progress: impl FnMut(LoadProgress)) -> Result<Vec<String>, ClientError> {
        // The engine may run as another user: it is sent the files instead of their names.
        let (reader, writer) = io::pipe().map_err(|e| ClientError::new(Code::NoThread).with("reason", e))?;
        let dir = from.to_owned();
        let packing = std::thread::spawn(move || {
            let mut tar = tar::Builder::new(writer);
            tar.follow_symlinks(false);
            tar.append_dir_all("", dir).and_then(|()| tar.finish())
        });
        let loaded = self.load_images_from(reader, progress);
        match packing.join() {
            Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(ClientError::new(Code::FileUnreadable).with("file", visible::path(from)).with("reason", error))
            }
            _ => loaded,
        }
    }

    #[cfg(not(feature = "engine"))]
    fn load_dir(&self, _from: &Path, _progress: impl FnMut(LoadProgress)) -> Result<Vec<String>, ClientError> {
        Err(ClientError::new(Code::NotInThisBuild))
    }

    /// The same of bytes from anywhere.
    pub fn load_images_from(
        &self,
        archive: impl Read + Send + 'static,
        mut progress: impl FnMut(LoadProgress),
    ) -> Result<Vec<String>, ClientError> {
        let mut said = Vec::new();
        let answer = self.upload("/images/load", archive)?;
        each_line(answer, |line| {
            if let Some(text) = &line.stream {
                said.push(text.trim_end().to_owned());
                progress(LoadProgress::Said(text.trim_end().to_owned()));
            } else if let (Some(id), Some(ProgressDetail { current: Some(current), total: Some(total) })) =
                (&line.id, &line.progress_detail)
            {
                progress(LoadProgress::Layer(id.clone(), *current, *total));
            }
        })?;
        Ok(said)
    }

    /// Makes an image of a tar of files. Returns its id.
    pub fn import_image(
        &self,
        tar: impl Read + Send + 'static,
        options: &ImportOptions,
    ) -> Result<String, ClientError> {
        let (repo, tag) = options.reference.as_deref().map(split).unzip();
        let query = ImageCreateQuery {
            from_src: Some(ImageCreateQuery::BODY.to_owned()),
            repo: repo.map(str::to_owned),
            tag: tag.map(str::to_owned),
            message: options.message.clone(),
            changes: options.changes.clone(),
            platform: options.platform.clone(),
            ..ImageCreateQuery::default()
        };
        let mut id = String::new();
        each_line(self.upload(&with_query("/images/create", &query), tar)?, |line| {
            id = line.status.clone().unwrap_or_default()
        })?;
        Ok(id)
    }
}

fn copy(
    mut answer: Answer,
    out: &mut impl Write,
    failed: &dyn Fn(io::Error) -> ClientError,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, ClientError> {
    let mut size = 0;
    while let Some(chunk) = answer.chunk()? {
        out.write_all(&chunk).map_err(failed)?;
        size += chunk.len() as u64;
        progress(size);
    }
    out.flush().map_err(failed)?;
    Ok(size)
}

/// What went to a pipe or a file of somebody else's cannot be taken back.
fn not_printed(error: io::Error) -> ClientError {
    ClientError::new(Code::OutputNotWritten).with("reason", error)
}

fn unwritten(to: &Path, error: &io::Error) -> ClientError {
    ClientError::new(Code::FileUnwritable).with("file", visible::path(to)).with("reason", error)
}

/// `registry:5000/name:tag` at the tag; it may have none.
fn split(reference: &str) -> (&str, &str) {
    let name = reference.rfind('/').map_or(0, |at| at + 1);
    match reference[name..].find(':') {
        Some(at) => (&reference[..name + at], &reference[name + at + 1..]),
        None => (reference, ""),
    }
}
