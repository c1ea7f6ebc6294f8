//! `docker pull` and `docker push`: Docker's stream of JSON lines, a line for each layer on a terminal, one after the other elsewhere.

use super::{CommandSession, credentials, encode};
use crate::cli::Done;
use crate::cli::docker_args::{PullArgs, PushArgs};
use crate::cli::out::{self, Progress};
use crate::client::{ClientError, each_line};
use crate::docker::{ImageCreateQuery, ImagePushQuery, ProgressLine, with_query};
use crate::spec::Reference;
use crate::trace::Code;
use hyper::Method;

/// Where a pull is told: its command's own output, or beside the output of `docker run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    Stdout,
    Stderr,
    Nowhere,
}

pub(in crate::cli) fn command(session: &CommandSession<'_>, args: &PullArgs) -> Done {
    let reference = parse(&args.image)?;
    let place = if args.quiet { Where::Nowhere } else { Where::Stdout };
    let named = args.image.contains('@') || args.image.rsplit('/').next().unwrap_or("").contains(':');
    if args.all_tags {
        if named {
            return Err(ClientError::new(Code::AllTagsOfTag).with("image", &args.image).into());
        }
        let all = Reference { tag: None, ..reference };
        fetch(session, &all, None, args.platform.as_deref(), place)?;
        out::line(reference_line(&all));
        return Ok(());
    }
    if place == Where::Stdout && !named {
        out::line("Using default tag: latest");
    }
    pull(session, &reference, args.platform.as_deref(), place)?;
    out::line(reference_line(&reference));
    Ok(())
}

/// As docker ends a pull: the whole name.
fn reference_line(reference: &Reference) -> String {
    let mut text = reference.name();
    if let Some(tag) = &reference.tag {
        text = format!("{text}:{tag}");
    }
    if let Some(digest) = &reference.digest {
        text = format!("{text}@{digest}");
    }
    text
}

pub(super) fn parse(text: &str) -> Result<Reference, ClientError> {
    text.parse().map_err(|e| ClientError::new(Code::InvalidReference).with("reason", e))
}

pub(super) fn pull(
    session: &CommandSession<'_>,
    reference: &Reference,
    platform: Option<&str>,
    place: Where,
) -> Result<(), ClientError> {
    fetch(session, reference, Some(reference.manifest_key()), platform, place)
}

/// The same of a tag or digest; of all tags without.
fn fetch(
    session: &CommandSession<'_>,
    reference: &Reference,
    tag: Option<String>,
    platform: Option<&str>,
    place: Where,
) -> Result<(), ClientError> {
    let query = ImageCreateQuery {
        from_image: Some(reference.name()),
        tag,
        platform: platform.map(str::to_owned),
        ..ImageCreateQuery::default()
    };
    let path = with_query("/images/create", &query);
    let auth: Vec<_> = credentials::header(reference)?.into_iter().collect();
    let answer = session.client.open(Method::POST, &path, None::<&()>, &auth)?;
    let mut screen = Screen::new(place);
    each_line(answer, |line| screen.show(line))
}

pub(in crate::cli) fn push(session: &CommandSession<'_>, args: &PushArgs) -> Done {
    let reference = parse(&args.image)?;
    let place = if args.quiet { Where::Nowhere } else { Where::Stdout };
    let name = reference.digest.as_ref().map_or(reference.name(), |digest| format!("{}@{digest}", reference.name()));
    let tag = (reference.digest.is_none() && !args.all_tags).then(|| reference.manifest_key());
    let path = with_query(&format!("/images/{}/push", encode(&name)), &ImagePushQuery { tag });
    // Docker sends an empty one when it has nothing to say.
    let auth = credentials::header(&reference)?.unwrap_or(("X-Registry-Auth", "e30=".to_owned()));
    let answer = session.client.open(Method::POST, &path, None::<&()>, &[auth])?;
    let mut screen = Screen::new(place);
    each_line(answer, |line| screen.show(line))?;
    if args.quiet {
        out::line(reference_line(&reference));
    }
    Ok(())
}

/// What the user sees.
struct Screen {
    place: Where,
    /// On a terminal.
    progress: Option<Progress>,
}

impl Screen {
    fn new(place: Where) -> Self {
        let progress = match place {
            Where::Stdout => Progress::on_output(),
            Where::Stderr => Progress::on_error(),
            Where::Nowhere => None,
        };
        Self { place, progress }
    }

    fn show(&mut self, line: &ProgressLine) {
        let Some(status) = line.status.as_deref().filter(|_| line.aux.is_none()) else { return };
        let is_bytes = line.progress_detail.is_some_and(|detail| detail.total.is_some());
        match &mut self.progress {
            Some(progress) => progress.show(line.id.as_deref(), status, line.progress_detail),
            None if is_bytes => {}
            None => self.print(&said(line)),
        }
    }

    fn print(&self, text: &str) {
        match self.place {
            Where::Stdout => out::line(text),
            Where::Stderr => out::complaint(text),
            Where::Nowhere => {}
        }
    }
}

fn said(line: &ProgressLine) -> String {
    let status = line.status.as_deref().unwrap_or_default();
    line.id.as_ref().map_or_else(|| status.to_owned(), |id| format!("{id}: {status}"))
}
