//! `docker save`, `load`, `import`.

use super::Session;
use crate::cli::Done;
use crate::cli::docker_args::{ImportArgs, LoadArgs, SaveArgs};
use crate::client::{ClientError, ImportOptions, LoadProgress};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;

pub(super) fn save(session: &Session<'_>, args: &SaveArgs) -> Done {
    match &args.output {
        Some(file) => session.client.save_images(&args.names, file, |_| {})?,
        None if std::io::stdout().is_terminal() => return Err(ClientError::new("save-to-terminal").into()),
        None => session.client.save_images_to(&args.names, &mut std::io::stdout().lock())?,
    };
    Ok(())
}

pub(super) fn load(session: &Session<'_>, args: &LoadArgs) -> Done {
    let bar = if args.quiet || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{prefix}: Loading layer [{bar:40}] {bytes}/{total_bytes}") {
        bar.set_style(style.progress_chars("=> "));
    }
    let show = |progress: LoadProgress| match progress {
        LoadProgress::Layer(id, current, total) => {
            bar.set_prefix(id);
            bar.set_length(total);
            bar.set_position(current);
        }
        LoadProgress::Said(line) => bar.suspend(|| println!("{line}")),
    };
    let loaded = match &args.input {
        Some(path) => session.client.load_images(path, show),
        None if std::io::stdin().is_terminal() => return Err(ClientError::new("load-from-terminal").into()),
        None => session.client.load_images_from(std::io::stdin(), show),
    };
    bar.finish_and_clear();
    loaded?;
    Ok(())
}

pub(super) fn import(session: &Session<'_>, args: &ImportArgs) -> Done {
    let options = ImportOptions {
        reference: args.reference.clone(),
        changes: args.change.clone(),
        message: args.message.clone(),
        platform: args.platform.clone(),
    };
    let tar: Box<dyn Read + Send> = if args.file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let unread =
            |e: std::io::Error| ClientError::new("file-unreadable").with("file", args.file.display()).with("reason", e);
        Box::new(File::open(&args.file).map_err(unread)?)
    };
    println!("{}", session.client.import_image(tar, &options)?);
    Ok(())
}
