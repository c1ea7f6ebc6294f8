//! What the inspector shows, as a JSON document.

use super::compare;
use super::job::Export;
use super::opened::{LayerInfo, Opened};
use super::subject::Subject;
use crate::spec::visible;
use crate::trace::Problem;
use crate::tree::{Aspects, EXPORT_VERSION, LayerEntry, PathChange, Query, Stack, View, Waste};
use serde::Serialize;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The head of every document.
#[derive(Serialize)]
struct Head<'a> {
    dockwalk_files: u32,
    shows: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    layers: Vec<Layer<'a>>,
}

#[derive(Serialize)]
struct Layer<'a> {
    number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<String>,
    size: u64,
    created_by: &'a str,
}

/// A path that two trees do not have alike.
#[derive(Serialize)]
struct Difference {
    path: String,
    mark: PathChange,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differs: Vec<crate::tree::Aspect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<LayerEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<LayerEntry>,
}

/// Bytes that nobody sees.
#[derive(Serialize)]
struct Wasted {
    path: String,
    bytes: u64,
    metadata_only: bool,
    versions: Vec<WastedVersion>,
}

#[derive(Serialize)]
struct WastedVersion {
    layer: u16,
    bytes: u64,
    hidden: crate::tree::Hidden,
}

/// Writes it there.
pub fn write(export: &Export, path: &Path) -> Result<(), Problem> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(path)?);
        document(export, &mut file)?;
        file.flush()
    };
    write().map_err(|error| Problem::new("files-unwritable").with("path", visible::path(path)).with("reason", error))
}

/// The document. Its long list is written one by one: it may be larger than what it was made of.
fn document(export: &Export, out: &mut impl Write) -> std::io::Result<()> {
    match export {
        Export::Tree(image, view, query) => {
            head(out, "tree", image)?;
            let (stack, visible) = (view.stack(), view.visible());
            write!(out, ",\n\"scope\":{}", serde_json::to_string(&visible.scope())?)?;
            let matches = (*query != Query::default()).then(|| stack.search(visible, query));
            let paths = visible.paths().filter(|id| matches.as_ref().is_none_or(|found| found.is_hit(*id)));
            list(out, "paths", paths.filter_map(|id| stack.exported(visible, id)))
        }
        Export::Differences(image, layer, against, view, query) => {
            head(out, "differences", image)?;
            let (name, kind) = match &against.subject {
                Subject::Image(name) => (name.as_str(), "image"),
                Subject::Container(id) => (id.as_str(), "container"),
            };
            let before = serde_json::json!({ kind: name, "up_to_layer": against.layer }).to_string();
            let before = visible::json(&before);
            write!(out, ",\n\"up_to_layer\":{layer},\n\"before\":{before}")?;
            list(out, "paths", differences(view, query).into_iter())
        }
        Export::Waste(image, waste) => {
            head(out, "waste", image)?;
            write!(out, ",\n\"seen\":{},\n\"hidden\":{}", waste.seen, waste.hidden)?;
            list(out, "paths", wasted(&image.stack, waste))
        }
    }
}

fn head(out: &mut impl Write, shows: &str, image: &Opened) -> std::io::Result<()> {
    let (image_name, container) = match &image.subject {
        Subject::Image(name) => (Some(name.as_str()), None),
        Subject::Container(id) => (None, Some(id.as_str())),
    };
    let layers = image.layers.iter().enumerate().map(|(number, info)| layer(number, info)).collect();
    let head = Head { dockwalk_files: EXPORT_VERSION, shows, image: image_name, container, layers };
    let text = serde_json::to_string(&head)?;
    let text = visible::json(&text);
    // Without its last brace, so that more can follow.
    out.write_all(&text.as_bytes()[..text.len() - 1])
}

fn layer(number: usize, info: &LayerInfo) -> Layer<'_> {
    let text = |digest: &Option<crate::spec::Digest>| digest.as_ref().map(ToString::to_string);
    let (chain_id, diff_id, blob) = (text(&info.chain), text(&info.diff), text(&info.blob));
    Layer { number, chain_id, diff_id, blob, size: info.size, created_by: &info.made_by }
}

fn list<T: Serialize>(out: &mut impl Write, name: &str, items: impl Iterator<Item = T>) -> std::io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (number, item) in items.enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        out.write_all(visible::json(&serde_json::to_string(&item)?).as_bytes())?;
    }
    out.write_all(b"\n]}\n")
}

fn differences(view: &View, query: &Query) -> Vec<Difference> {
    let (stack, visible) = (view.stack(), view.visible());
    let matches = (*query != Query::default()).then(|| stack.search(visible, query));
    let found = visible.paths().filter(|id| visible.mark(*id) != PathChange::Same);
    let found = found.filter(|id| matches.as_ref().is_none_or(|found| found.is_hit(*id)));
    let one = |id| {
        let [before, after] = compare::sides(stack, id);
        let aspects = match (before, after) {
            (Some(before), Some(after)) => Aspects::between(stack.inode(before), stack.inode(after)),
            _ => Aspects::default(),
        };
        let entry = |version: crate::tree::Version| stack.layers()[usize::from(version.layer)].entry(version.node);
        Difference {
            path: stack.path(id).to_string(),
            mark: visible.mark(id),
            differs: aspects.iter().collect(),
            before: before.map(entry),
            after: after.map(entry),
        }
    };
    found.map(one).collect()
}

fn wasted<'a>(stack: &'a Stack, waste: &'a Waste) -> impl Iterator<Item = Wasted> + 'a {
    waste.paths.iter().map(|path| Wasted {
        path: stack.path(path.id).to_string(),
        bytes: path.bytes,
        metadata_only: path.metadata_only,
        versions: path
            .versions
            .iter()
            .map(|one| WastedVersion { layer: one.version.layer, bytes: one.bytes, hidden: one.hidden.clone() })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Kind, Layer, Scope};
    use std::sync::Arc;

    #[test]
    fn documents_are_json_and_hold_what_the_search_kept() {
        let file = |path: &str, size| LayerEntry { kind: Kind::File { size }, ..LayerEntry::directory(path) };
        let below = Layer::build([file("etc/motd", 7), file("bin/sh", 100)]);
        let above = Layer::build([file("etc/motd", 9)]);
        let stack = Arc::new(Stack::new(vec![Arc::new(below), Arc::new(above)]));
        let info = LayerInfo { made_by: "RUN \"x\"".into(), ..LayerInfo::default() };
        let subject = Subject::Image("lab/shell:1".into());
        let layers = vec![info.clone(), info];
        let image = Arc::new(Opened { subject, layers, history: Vec::new(), stack: Arc::clone(&stack) });
        let visible = Arc::new(stack.visible(Scope::UpTo(1)));
        let view = View::new(Arc::clone(&stack), visible);
        let read = |export: &Export| -> serde_json::Value {
            let mut bytes = Vec::new();
            document(export, &mut bytes).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        let query = Query { text: "motd".into(), ..Query::default() };
        let tree = read(&Export::Tree(Arc::clone(&image), view.clone(), query));
        assert_eq!(tree["layers"][1]["created_by"], "RUN \"x\"");
        assert_eq!(tree["paths"].as_array().map(Vec::len), Some(1));
        assert_eq!((&tree["paths"][0]["mark"], &tree["paths"][0]["size"]), (&"changed".into(), &9.into()));
        let all = read(&Export::Tree(Arc::clone(&image), view, Query::default()));
        assert_eq!(all["paths"].as_array().map(Vec::len), Some(5));
        let waste = read(&Export::Waste(Arc::clone(&image), Arc::new(stack.waste())));
        assert_eq!((&waste["hidden"], &waste["paths"][0]["path"]), (&7.into(), &"etc/motd".into()));
    }
}
