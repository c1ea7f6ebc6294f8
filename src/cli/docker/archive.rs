//! `docker save`, `load`, `import`, `commit`.

use super::CommandSession;
use crate::cli::Done;
use crate::cli::docker_args::{CommitArgs, ImportArgs, LoadArgs, SaveArgs};
use crate::cli::out::{self, Progress, Raw};
use crate::client::{ClientError, ImportOptions, LoadProgress};
use crate::docker::{CommitQuery, Id, ProgressDetail, with_query};
use crate::spec::visible;
use crate::trace::Code;
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;

pub(in crate::cli) fn save(session: &CommandSession<'_>, args: &SaveArgs) -> Done {
    match &args.output {
        Some(file) => session.client.save_images(&args.names, file, |_| {})?,
        None => {
            let mut out = Raw::of_file().ok_or_else(|| ClientError::new(Code::SaveToTerminal))?;
            session.client.save_images_to(&args.names, &mut out)?
        }
    };
    Ok(())
}

pub(in crate::cli) fn load(session: &CommandSession<'_>, args: &LoadArgs) -> Done {
    let mut progress = if args.quiet { None } else { Progress::on_output() };
    let show = move |told: LoadProgress| match (told, &mut progress) {
        (LoadProgress::Layer(id, current, total), Some(progress)) => {
            let detail = ProgressDetail { current: Some(current), total: Some(total) };
            progress.show(Some(&id), "Loading layer", Some(detail));
        }
        (LoadProgress::Layer(..), None) => {}
        (LoadProgress::Said(line), Some(progress)) => progress.show(None, &line, None),
        (LoadProgress::Said(line), None) => out::line(line),
    };
    match &args.input {
        Some(path) => session.client.load_images(path, show)?,
        None if std::io::stdin().is_terminal() => return Err(ClientError::new(Code::LoadFromTerminal).into()),
        None => session.client.load_images_from(std::io::stdin(), show)?,
    };
    Ok(())
}

pub(in crate::cli) fn import(session: &CommandSession<'_>, args: &ImportArgs) -> Done {
    let options = ImportOptions {
        reference: args.reference.clone(),
        changes: args.change.clone(),
        message: args.message.clone(),
        platform: args.platform.clone(),
    };
    let tar: Box<dyn Read + Send> = if args.file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let unread = |e: std::io::Error| {
            ClientError::new(Code::FileUnreadable).with("file", visible::path(&args.file)).with("reason", e)
        };
        Box::new(File::open(&args.file).map_err(unread)?)
    };
    out::line(session.client.import_image(tar, &options)?);
    Ok(())
}

pub(in crate::cli) fn commit(session: &CommandSession<'_>, args: &CommitArgs) -> Done {
    let mut query = CommitQuery {
        container: args.container.clone(),
        author: args.author.clone(),
        comment: args.message.clone(),
        pause: Some(args.pause),
        changes: args.change.clone(),
        ..CommitQuery::default()
    };
    if let Some(text) = &args.reference {
        let reference = super::pull::parse(text)?;
        if reference.digest.is_some() {
            return Err(ClientError::new(Code::TagWithDigest).with("reference", text).into());
        }
        query.repo = Some(reference.familiar_name());
        query.tag = reference.tag;
    }
    let made: Id = session.client.post(&with_query("/commit", &query), &())?;
    out::line(made.id);
    Ok(())
}
