//! `dockwalk image fsck`

use crate::cli::{Done, Failure, out};
use crate::client::Client;
use crate::client::units::human_size;
use crate::i18n::Words;

/// Says what is not as it should be. The exit status is 1 when something harmful is left.
pub(super) fn check(client: &Client, repair: bool, json: bool, words: &Words) -> Done {
    let report = client.check_store(repair)?;
    if json {
        out::json_pretty(&report);
    } else {
        for finding in &report.findings {
            let key = match (finding.repaired, finding.harmful) {
                (true, _) => "fsck-repaired",
                (false, true) => "fsck-harmful",
                (false, false) => "fsck-harmless",
            };
            out::line(format_args!("{} {}", words.say(key), words.problem(&finding.problem)));
        }
        if report.findings.iter().any(|finding| !finding.harmful && !finding.repaired) {
            out::line(words.say("fsck-left-over"));
        }
        let (images, blobs, layers) = (report.images.to_string(), report.blobs.to_string(), report.layers.to_string());
        let size = human_size(report.bytes, 4);
        let vars = [("images", &*images), ("blobs", &*blobs), ("size", &*size), ("layers", &*layers)];
        out::line(words.say_with(if report.is_sound() { "fsck-sound" } else { "fsck-unsound" }, &vars));
    }
    if report.is_sound() { Ok(()) } else { Err(Failure::Status(1)) }
}
