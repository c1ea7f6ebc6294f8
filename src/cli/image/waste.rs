use super::json::{PathWaste, VersionWaste, WasteReport};
use super::{Read, say};
use crate::cli::{Done, out};
use crate::i18n::Words;
use crate::tree::{WastedPath, WastedVersion};

pub(super) fn print(read: &Read, top: usize, as_json: bool, words: &Words) -> Done {
    let stack = &read.stack;
    let waste = stack.waste();
    if as_json {
        let version =
            |v: &WastedVersion| VersionWaste { layer: v.version.layer, bytes: v.bytes, hidden: v.hidden.clone() };
        let path = |path: &WastedPath| PathWaste {
            path: stack.path(path.id),
            bytes: path.bytes,
            metadata_only: path.metadata_only,
            versions: path.versions.iter().map(version).collect(),
        };
        out::json(&WasteReport {
            seen: waste.seen,
            hidden: waste.hidden,
            efficiency: waste.efficiency(),
            paths: waste.paths.iter().map(path).collect(),
        });
        return Ok(());
    }
    for path in waste.paths.iter().take(top) {
        let copied = if path.metadata_only { words.say("tree-waste-metadata-only") } else { String::new() };
        out::line(format_args!("{:>8}  /{}  {copied}", say::size(path.bytes), stack.path(path.id)));
        for version in &path.versions {
            let layer = say::number(version.version.layer);
            out::line(format_args!(
                "{:>8}  {layer:>5}  {}",
                say::size(version.bytes),
                say::hidden(words, &version.hidden)
            ));
        }
    }
    if waste.paths.len() > top {
        out::line(words.say_with("tree-waste-more", &[("count", &(waste.paths.len() - top).to_string())]));
    }
    let share = format!("{:.1}", waste.efficiency() * 100.0);
    let vars =
        [("hidden", &*say::size(waste.hidden)), ("all", &say::size(waste.seen + waste.hidden)), ("share", &share)];
    out::line(words.say_with("tree-waste-total", &vars));
    Ok(())
}
