//! `dockwalk volume export|import`: a volume as a file, and a file as a volume.

use super::args::VolumeCommand;
use super::out::Progress;
use super::{Args, Done, engine_of, out};
use crate::client::{Client, ClientError};
use crate::docker::ProgressDetail;
use crate::i18n::{Words, size};
use crate::spec::visible;
use crate::trace::{Code, Problem};
use std::ops::ControlFlow;
use std::path::Path;

pub(super) fn run(args: &Args, command: &VolumeCommand, words: &Words) -> Done {
    let client = engine_of::any(args, words)?;
    super::waits::watch(&client, words);
    match command {
        VolumeCommand::Export { name, file } => export(&client, name, file, words),
        VolumeCommand::Import { file, name } => import(&client, file, name.as_deref(), words),
    }
}

fn export(client: &Client, name: &str, file: &Path, words: &Words) -> Done {
    let outline = client.volume_outline(name)?;
    say(&outline.remarks, words);
    let show = shown(name.to_owned(), words.say("cli-volume-exporting"), outline.bytes);
    let written = client.export_volume(name, file, show)?.unwrap_or_default();
    let (file, bytes) = (visible::path(file), size(written));
    out::line(words.say_with("cli-volume-exported", &[("name", name), ("file", &file), ("bytes", &bytes)]));
    Ok(())
}

fn import(client: &Client, file: &Path, name: Option<&str>, words: &Words) -> Done {
    let unread = |e| ClientError::new(Code::FileUnreadable).with("file", visible::path(file)).with("reason", e);
    let of = std::fs::metadata(file).map_err(unread)?.len();
    let show = shown(visible::path(file), words.say("cli-volume-importing"), of);
    let imported = client.import_volume(file, name, show)?;
    say(&imported.remarks, words);
    let (moved, entries) = (&imported.moved, imported.moved.entries.to_string());
    let bytes = size(moved.bytes);
    let vars = [("name", moved.volume.as_str()), ("entries", &entries), ("bytes", &bytes)];
    out::line(words.say_with("cli-volume-imported", &vars));
    Ok(())
}

fn say(remarks: &[Problem], words: &Words) {
    remarks.iter().for_each(|remark| out::complaint(words.problem(remark)));
}

/// A line on a terminal that says how far it is, each MiB anew.
fn shown(id: String, status: String, of: u64) -> impl FnMut(u64) -> ControlFlow<()> + Send {
    const OFTEN: u64 = 1 << 20;
    let (mut progress, mut said) = (Progress::on_error(), 0);
    move |bytes| {
        if let Some(progress) = progress.as_mut().filter(|_| said == 0 || bytes >= said + OFTEN || bytes == of) {
            said = bytes;
            let detail = ProgressDetail { current: Some(bytes), total: Some(of) };
            progress.show(Some(&id), &status, Some(detail));
        }
        ControlFlow::Continue(())
    }
}
