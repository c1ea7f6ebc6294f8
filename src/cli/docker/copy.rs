//! `docker cp`, `docker export` (docker/cli `cli/command/container/cp.go`, moby `pkg/archive/copy.go`).
//!
//! ```text
//! out  GET archive ─▶ tar ─▶ unpacked beside where it goes ─▶ moved there, under its name
//! in   files here ─▶ tar, under the name that they get ─▶ PUT archive
//! ```

use super::{CommandSession, encode};
use crate::cli::docker_args::{CpArgs, ExportArgs};
use crate::cli::out::Raw;
use crate::cli::{Done, out};
use crate::client::units::human_size;
use crate::client::{Answer, ClientError};
use crate::docker::{ContainerArchiveQuery, PathStat, clean, with_query};
use crate::spec::visible;
use crate::trace::Code;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where files are, as it is written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place<'a> {
    /// `-`
    Stream,
    Here(&'a str),
    Container(&'a str, &'a str),
}

impl<'a> Place<'a> {
    fn parse(text: &'a str) -> Self {
        if text == "-" {
            return Self::Stream;
        }
        match text.split_once(':') {
            // As docker: what begins with a dot or a slash is a path, whatever else is in it.
            Some((container, path)) if !text.starts_with(['/', '.']) => Self::Container(container, path),
            _ => Self::Here(text),
        }
    }
}

/// A path at which files are to be put, and what is there.
struct Target {
    path: String,
    is_there: bool,
    is_dir: bool,
}

pub(in crate::cli) fn cp(session: &CommandSession<'_>, args: &CpArgs) -> Done {
    let bytes = match (Place::parse(&args.source), Place::parse(&args.target)) {
        (Place::Container(name, path), Place::Stream) => {
            return Ok(to_stream(session, &out_of(name, path), &mut stream()?)?);
        }
        (Place::Container(name, path), Place::Here(target)) => to_here(session, name, path, target, args)?,
        (Place::Stream, Place::Container(name, path)) => {
            let target = in_container(session, name, path)?;
            if !target.is_dir {
                return Err(ClientError::new(Code::CopyNoDirectory).with("path", &args.target).into());
            }
            return Ok(send(session, name, &target.path, args.archive, io::stdin())?);
        }
        (Place::Here(source), Place::Container(name, path)) => to_container(session, source, name, path, args)?,
        (Place::Container(..), Place::Container(..)) => return Err(ClientError::new(Code::CopyBetween).into()),
        _ => return Err(ClientError::new(Code::CopyNoContainer).into()),
    };
    if !args.quiet {
        let target = args.target.as_str();
        out::complaint(format_args!("Successfully copied {} to {target}", human_size(bytes, 3)));
    }
    Ok(())
}

pub(in crate::cli) fn export(session: &CommandSession<'_>, args: &ExportArgs) -> Done {
    let path = format!("/containers/{}/export", encode(&args.container));
    let Some(file) = &args.output else {
        return Ok(to_stream(session, &path, &mut stream()?)?);
    };
    let failed = |e: io::Error| unwritten(file, &e);
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // It is there whole or as it was.
    let mut part = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    to_stream(session, &path, &mut part)?;
    part.persist(file).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Standard output, for a tar.
fn stream() -> Result<Raw, ClientError> {
    Raw::of_file().ok_or_else(|| ClientError::new(Code::CopyToTerminal))
}

fn out_of(name: &str, path: &str) -> String {
    let query = ContainerArchiveQuery { path: path.to_owned(), ..ContainerArchiveQuery::default() };
    with_query(&format!("/containers/{}/archive", encode(name)), &query)
}

fn to_stream(session: &CommandSession<'_>, path: &str, out: &mut impl Write) -> Result<(), ClientError> {
    let failed = |e: io::Error| ClientError::new(Code::OutputNotWritten).with("reason", e);
    let mut answer = session.client.open(Method::GET, path, None::<&()>, &[])?;
    while let Some(chunk) = answer.chunk()? {
        out.write_all(&chunk).map_err(failed)?;
    }
    out.flush().map_err(failed)
}

/// What is at a path in a container; none when there is nothing.
fn look(session: &CommandSession<'_>, name: &str, path: &str) -> Result<Option<PathStat>, ClientError> {
    match session.client.open(Method::HEAD, &out_of(name, path), None::<&()>, &[]) {
        Ok(answer) => stat_of(&answer).map(Some),
        Err(error) if error.status == Some(404) => {
            // The container itself must be there.
            session.client.get::<crate::docker::ContainerInspect>(&format!("/containers/{}/json", encode(name)))?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the header of the answer says is there.
fn stat_of(answer: &Answer) -> Result<PathStat, ClientError> {
    let bad = || ClientError::new(Code::EngineOddAnswer).with("header", PathStat::HEADER);
    let text = answer.header(PathStat::HEADER).ok_or_else(bad)?;
    let json = STANDARD.decode(text).map_err(|_no_base64| bad())?;
    serde_json::from_slice(&json).map_err(|_no_json| bad())
}

/// Where files are put in a container: a link that is there is followed.
fn in_container(session: &CommandSession<'_>, name: &str, path: &str) -> Result<Target, ClientError> {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let found = look(session, name, &whole)?;
    let (path, found) = match found {
        Some(stat) if stat.mode & PathStat::LINK != 0 => {
            let found = look(session, name, &stat.link_target)?;
            (stat.link_target, found)
        }
        found => (whole, found),
    };
    let is_dir = found.as_ref().is_some_and(|stat| stat.mode & PathStat::DIRECTORY != 0);
    Ok(Target { path, is_there: found.is_some(), is_dir })
}

/// The directory into which files go, and the name that the first of them gets there.
fn arrange(source: &str, source_is_dir: bool, target: &Target) -> Result<(String, String), ClientError> {
    let refused = |code| Err(ClientError::new(code).with("path", &target.path));
    match target {
        Target { is_dir: true, path, .. } => Ok((path.clone(), base(source))),
        Target { is_there: true, .. } if source_is_dir => refused(Code::CopyDirectoryOverFile),
        Target { is_there: false, path, .. } if !source_is_dir && path.ends_with('/') => refused(Code::CopyNoDirectory),
        Target { path, .. } => {
            let clean = path.trim_end_matches("/.").trim_end_matches('/');
            let (dir, name) = clean.rsplit_once('/').unwrap_or((".", clean));
            Ok((if dir.is_empty() { "/".to_owned() } else { dir.to_owned() }, name.to_owned()))
        }
    }
}

/// The last name of a path; `.` when it says that what is inside is meant.
fn base(path: &str) -> String {
    if path == "." || path.ends_with("/.") {
        return ".".to_owned();
    }
    let name = clean::absolute(path);
    match name.rsplit('/').next() {
        Some("") | None => ".".to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn to_here(
    session: &CommandSession<'_>,
    name: &str,
    path: &str,
    target: &str,
    args: &CpArgs,
) -> Result<u64, ClientError> {
    let mut path = path.to_owned();
    let called = base(&path);
    if args.follow_link
        && let Some(stat) = look(session, name, &path)?.filter(|stat| stat.mode & PathStat::LINK != 0)
    {
        // It is called as the link is.
        path = stat.link_target;
    }
    let mut answer = session.client.open(Method::GET, &out_of(name, &path), None::<&()>, &[])?;
    let stat = stat_of(&answer)?;
    let is_dir = stat.mode & PathStat::DIRECTORY != 0;
    let there = fs::metadata(target).ok();
    let place = Target {
        path: target.to_owned(),
        is_there: there.is_some(),
        is_dir: there.is_some_and(|there| there.is_dir()),
    };
    let (dir, new) = arrange(&called, is_dir, &place)?;
    let failed = |e: io::Error| unwritten(Path::new(target), &e);
    // First all of it beside where it goes: what is cut off is no copy, and a link in it leads nowhere.
    let scratch = tempfile::Builder::new().prefix(".dockwalk-cp-").tempdir_in(&dir).map_err(failed)?;
    let mut bytes = 0;
    let mut archive = tempfile::tempfile().map_err(failed)?;
    while let Some(chunk) = answer.chunk()? {
        bytes += chunk.len() as u64;
        archive.write_all(&chunk).map_err(failed)?;
    }
    io::Seek::rewind(&mut archive).map_err(failed)?;
    unpack(archive, scratch.path(), args.archive).map_err(failed)?;
    let came = base(&path);
    let came = if came == "." { scratch.path().to_owned() } else { scratch.path().join(&came) };
    put(&came, &Path::new(&dir).join(&new)).map_err(failed)?;
    Ok(bytes)
}

/// Takes a tar out into an empty directory, and nothing of it beyond.
fn unpack(tar: impl Read, dir: &Path, owners: bool) -> io::Result<()> {
    let mut archive = tar::Archive::new(tar);
    archive.set_preserve_permissions(true);
    archive.set_preserve_mtime(true);
    archive.set_preserve_ownerships(owners);
    archive.set_unpack_xattrs(false);
    let mut directories = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        // Directories last: one that nobody may write to takes its files first.
        if entry.header().entry_type().is_dir() {
            directories.push(entry);
        } else {
            entry.unpack_in(dir)?;
        }
    }
    directories.sort_by(|a, b| b.path_bytes().cmp(&a.path_bytes()));
    directories.iter_mut().try_for_each(|entry| entry.unpack_in(dir).map(drop))
}

/// Puts what was taken out where it belongs: into a directory that is there, or in the place of a file.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    let (is_dir, there) = (fs::symlink_metadata(from)?.is_dir(), fs::symlink_metadata(to).ok());
    if !(is_dir && there.is_some_and(|there| there.is_dir())) {
        if is_dir && fs::symlink_metadata(to).is_ok() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "cannot overwrite non-directory with directory"));
        }
        return fs::rename(from, to);
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        put(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

fn to_container(
    session: &CommandSession<'_>,
    source: &str,
    name: &str,
    path: &str,
    args: &CpArgs,
) -> Result<u64, ClientError> {
    let target = in_container(session, name, path)?;
    let unread = |e: io::Error| {
        ClientError::new(Code::FileUnreadable).with("file", visible::path(Path::new(source))).with("reason", e)
    };
    let follow = args.follow_link || source.ends_with('/') || source.ends_with("/.");
    let here = if follow { fs::canonicalize(source).map_err(unread)? } else { PathBuf::from(source) };
    let is_dir = fs::symlink_metadata(&here).map_err(unread)?.is_dir();
    let named =
        if base(source) == "." && !source.ends_with('.') { here.display().to_string() } else { source.to_owned() };
    let (dir, new) = arrange(&named, is_dir, &target)?;
    let mut builder = tar::Builder::new(tempfile::tempfile().map_err(unread)?);
    builder.follow_symlinks(false);
    add(&mut builder, &here, Path::new(&new)).map_err(unread)?;
    let mut archive = builder.into_inner().map_err(unread)?;
    let bytes = io::Seek::stream_position(&mut archive).map_err(unread)?;
    io::Seek::rewind(&mut archive).map_err(unread)?;
    send(session, name, &dir, args.archive, archive)?;
    Ok(bytes)
}

/// A file or a directory with all that is in it; sockets, which no tar has, are left out.
fn add(builder: &mut tar::Builder<fs::File>, path: &Path, name: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let found = fs::symlink_metadata(path)?;
    if found.file_type().is_socket() {
        return Ok(());
    }
    if !found.is_dir() {
        return builder.append_path_with_name(path, name);
    }
    builder.append_dir(name, path)?;
    let mut names =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    names.iter().try_for_each(|one| add(builder, &path.join(one), &name.join(one)))
}

fn send(
    session: &CommandSession<'_>,
    name: &str,
    path: &str,
    owned: bool,
    tar: impl Read + Send + 'static,
) -> Result<(), ClientError> {
    let query = ContainerArchiveQuery { path: path.to_owned(), keep_kinds: true, owned };
    let path = with_query(&format!("/containers/{}/archive", encode(name)), &query);
    let mut answer = session.client.upload_by(Method::PUT, &path, tar)?;
    while answer.chunk()?.is_some() {}
    Ok(())
}

fn unwritten(path: &Path, error: &io::Error) -> ClientError {
    ClientError::new(Code::FileUnwritable).with("file", visible::path(path)).with("reason", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_told_from_a_path_as_docker_does() {
        for (text, place) in [
            ("-", Place::Stream),
            ("box:/etc", Place::Container("box", "/etc")),
            ("box:etc:x", Place::Container("box", "etc:x")),
            ("./box:etc", Place::Here("./box:etc")),
            ("/a:b", Place::Here("/a:b")),
            ("file", Place::Here("file")),
        ] {
            assert_eq!(Place::parse(text), place, "{text}");
        }
    }

    #[test]
    fn what_is_copied_goes_where_docker_puts_it() {
        let target = |path: &str, is_there, is_dir| Target { path: path.to_owned(), is_there, is_dir };
        let at = |source, is_dir, target: Target| arrange(source, is_dir, &target).map_err(|error| error.problem.code);
        let pair = |dir: &str, name: &str| Ok((dir.to_owned(), name.to_owned()));
        assert_eq!(at("/a/file", false, target("/tmp", true, true)), pair("/tmp", "file"));
        assert_eq!(at("/a/dir", true, target("/tmp", true, true)), pair("/tmp", "dir"));
        assert_eq!(at("/a/dir/.", true, target("/tmp", true, true)), pair("/tmp", "."));
        assert_eq!(at("/a/file", false, target("/tmp/new", false, false)), pair("/tmp", "new"));
        assert_eq!(at("/a/dir", true, target("new/", false, false)), pair(".", "new"));
        assert_eq!(at("/a/file", false, target("/new", true, false)), pair("/", "new"));
        assert_eq!(at("/a/file", false, target("/new/", false, false)), Err(Code::CopyNoDirectory));
        assert_eq!(at("/a/dir", true, target("/new", true, false)), Err(Code::CopyDirectoryOverFile));
    }
}
