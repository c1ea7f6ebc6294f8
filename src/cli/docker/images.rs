//! `docker images`, `rmi`, `history`, `tag`.

use super::listing::{Format, text};
use super::table::{ago, short};
use super::{CommandSession, each, encode};
use crate::cli::docker_args::{HistoryArgs, ImagesArgs, RmiArgs, TagArgs};
use crate::cli::{Done, out};
use crate::client::ClientError;
use crate::client::units::human_size;
use crate::docker::{ImageHistoryLine, ImageListQuery, ImageRemoved, ImageSummary, ImageTagQuery, with_query};
use crate::spec::visible;
use crate::trace::Code;
use hyper::Method;
use jiff::Timestamp;

const NONE: &str = "<none>";

pub(in crate::cli) fn list(session: &CommandSession<'_>, args: &ImagesArgs) -> Done {
    let format = Format::parse(args.format.as_deref())?;
    let repository = args.repository.iter().filter(|name| !name.is_empty());
    let filters = repository.fold(super::filters(&args.filter)?, |all, name| all.with("reference", name));
    let query = ImageListQuery { all: args.all, filters, ..ImageListQuery::default() };
    let images: Vec<ImageSummary> = session.client.get(&with_query("/images/json", &query))?;
    let (mut rows, mut listed) = (Vec::new(), Vec::new());
    for image in &images {
        let id = if args.no_trunc { image.id.clone() } else { short(&image.id) };
        let created = ago(image.created);
        let size = human_size(image.size, 3);
        for (repository, tag) in names(image) {
            let of = format!("{repository}@");
            let digest = image.repo_digests.iter().find_map(|digest| digest.strip_prefix(&of));
            let digest = digest.unwrap_or(NONE).to_owned();
            let created_at = Timestamp::from_second(image.created).map(super::lifecycle::created_at);
            let said = [
                id.clone(),
                repository.clone(),
                tag.clone(),
                digest.clone(),
                created.clone(),
                created_at.unwrap_or_default(),
                size.clone(),
                "N/A".to_owned(),
                size.clone(),
                "N/A".to_owned(),
                "N/A".to_owned(),
            ];
            listed.push(IMAGES.iter().zip(said).map(|((name, head), said)| (*name, *head, text(said))).collect());
            rows.push([repository, tag, digest, id.clone(), created.clone(), size.clone()]);
        }
    }
    if args.quiet {
        // A line a name, as Docker has it: an image with two of them is there twice.
        rows.iter().for_each(|row| out::line(&row[3]));
        return Ok(());
    }
    if format.print(IMAGES, &listed)? {
        return Ok(());
    }
    let with_digest = |row: [String; 6]| {
        let keep = |i: &usize| args.digests || *i != 2;
        (0..6).filter(keep).map(|i| row[i].clone()).collect::<Vec<_>>()
    };
    let heads = ["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"];
    let heads: Vec<_> = heads.into_iter().filter(|head| args.digests || *head != "DIGEST").collect();
    out::table(&heads, &rows.into_iter().map(with_digest).collect::<Vec<_>>());
    Ok(())
}

/// The fields of `docker images --format`, and their headings.
const IMAGES: &[(&str, &str)] = &[
    ("ID", "IMAGE ID"),
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("Digest", "DIGEST"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("Size", "SIZE"),
    ("Containers", "CONTAINERS"),
    ("VirtualSize", "SIZE"),
    ("SharedSize", "SHARED SIZE"),
    ("UniqueSize", "UNIQUE SIZE"),
];

/// Repositories and tags, `<none>` where there is none.
pub(super) fn names(image: &ImageSummary) -> Vec<(String, String)> {
    let parts = |tag: &String| {
        let (repository, tag) = tag.rsplit_once(':').unwrap_or((tag, NONE));
        (repository.to_owned(), tag.to_owned())
    };
    let mut names: Vec<_> = image.repo_tags.iter().map(parts).collect();
    if names.is_empty() {
        // Pulled by a digest, or left behind by a tag that moved on: the repository is still known.
        let repository = image.repo_digests.first().and_then(|name| name.split('@').next()).unwrap_or(NONE);
        names.push((repository.to_owned(), NONE.to_owned()));
    }
    names
}

pub(in crate::cli) fn tag(session: &CommandSession<'_>, args: &TagArgs) -> Done {
    let target = super::pull::parse(&args.target)?;
    if target.digest.is_some() {
        return Err(ClientError::new(Code::TagWithDigest).with("reference", &args.target).into());
    }
    let query = ImageTagQuery { repo: target.familiar_name(), tag: target.tag };
    session.client.text(Method::POST, &with_query(&format!("/images/{}/tag", encode(&args.source)), &query))?;
    Ok(())
}

pub(in crate::cli) fn remove(session: &CommandSession<'_>, args: &RmiArgs) -> Done {
    each(session, &args.names, |name| {
        let removed = session.client.remove_image(name, args.force, args.no_prune)?;
        for (word, name) in removed.iter().flat_map(ImageRemoved::said) {
            out::line(format_args!("{word}: {name}"));
        }
        Ok(())
    })
}

pub(in crate::cli) fn history(session: &CommandSession<'_>, args: &HistoryArgs) -> Done {
    let lines: Vec<ImageHistoryLine> = session.client.get(&format!("/images/{}/history", encode(&args.image)))?;
    let id = |line: &ImageHistoryLine| if args.no_trunc { line.id.clone() } else { short(&line.id) };
    if args.quiet {
        lines.iter().for_each(|line| out::line(id(line)));
        return Ok(());
    }
    let row = |line: &ImageHistoryLine| {
        let by = line.created_by.replace('\t', " ");
        let by = visible::line(&by);
        let by = if args.no_trunc { by } else { visible::cut(&by, 45).into_owned().into() };
        vec![id(line), ago(line.created), by.into_owned(), human_size(line.size, 3), line.comment.clone()]
    };
    out::table(&["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"], &lines.iter().map(row).collect::<Vec<_>>());
    Ok(())
}
