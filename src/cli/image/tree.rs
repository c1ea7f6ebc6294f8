use super::json::TreeHead;
use super::{Read, say};
use crate::cli::image_args::TreeArgs;
use crate::cli::{Done, out};
use crate::i18n::Words;
use crate::tree::{EXPORT_VERSION, PathId, Query, Scope, View};
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

pub(super) fn print(read: &Read, args: &TreeArgs, words: &Words) -> Done {
    let stack = &read.stack;
    let scope = match (args.layer, args.up_to) {
        (Some(layer), _) => Scope::Layer(read.layer(layer)?),
        (None, Some(layer)) => Scope::UpTo(read.layer(layer)?),
        (None, None) => Scope::UpTo(stack.top()),
    };
    let visible = Arc::new(stack.visible(scope));
    let from = match &args.path {
        None => 0,
        Some(path) => {
            let (Scope::Layer(up_to) | Scope::UpTo(up_to)) = scope;
            let resolved = stack.resolve(path.as_bytes(), up_to, false);
            let known = resolved.id.filter(|id| visible.version(stack, *id).is_some());
            known.ok_or_else(|| read.no_such_path(&resolved.path))?
        }
    };
    let mut view = View::new(Arc::clone(stack), Arc::clone(&visible));
    view.expand_all();
    if let Some(text) = &args.find {
        let query = Query { text: text.clone(), ..Query::default() };
        view.show(Some(Arc::new(stack.search(&visible, &query))));
    }
    let Some(first) = view.position(from) else { return Ok(()) };
    let depth = view.row(first).depth;
    let inside = (first + 1..view.len()).take_while(|at| view.row(*at).depth > depth);
    let rows = std::iter::once(first).chain(inside);
    if args.json {
        return as_json(read, scope, rows.map(|at| view.row(at).id), &visible);
    }
    match scope {
        Scope::Layer(layer) => heading(read, layer, words),
        Scope::UpTo(top) => {
            (0..=top).filter(|n| usize::from(*n) < read.image.layers.len()).for_each(|n| heading(read, n, words))
        }
    }
    for at in rows {
        let row = view.row(at);
        let name = if row.id == 0 { "/".to_owned() } else { crate::tree::PathBytes::from(row.name).to_string() };
        let indent = "  ".repeat(usize::from(row.depth - depth));
        let owner = format!("{}:{}", row.inode.uid, row.inode.gid);
        out::line(format_args!(
            "{} {:>3} {} {owner:>9} {:>7}  {indent}{name}{}",
            say::sign(row.mark),
            say::number(row.version.layer),
            say::mode(row.inode),
            if row.inode.is_directory() || row.inode.size() > 0 {
                say::size(row.total.max(row.inode.size()))
            } else {
                String::new()
            },
            say::more(row.inode),
        ));
    }
    out::line(words.say("tree-legend"));
    Ok(())
}

fn heading(read: &Read, layer: u16, words: &Words) {
    let Some(info) = read.image.layers.get(usize::from(layer)) else { return };
    let vars = [
        ("layer", &*say::number(layer).to_string()),
        ("size", &say::size(info.size)),
        ("instruction", read.instruction(layer)),
    ];
    out::line(words.say_with("tree-layer", &vars));
}

/// One object, a node a line.
fn as_json(read: &Read, scope: Scope, rows: impl Iterator<Item = PathId>, visible: &crate::tree::VisibleTree) -> Done {
    let head = TreeHead {
        format: "dockwalk-tree",
        version: EXPORT_VERSION,
        image: &read.name,
        id: &read.image.image,
        view: scope,
        layers: &read.image.layers,
        instructions: &read.image.instructions,
    };
    let head = serde_json::to_string(&head).unwrap_or_default();
    let nodes = rows.filter_map(|id| read.stack.exported(visible, id));
    out::written(write_object(&mut BufWriter::new(out::JsonWriter::default()), &head, nodes));
    Ok(())
}

fn write_object(to: &mut impl Write, head: &str, nodes: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    write!(to, "{},\"nodes\":[", head.strip_suffix('}').unwrap_or(head))?;
    for (at, node) in nodes.enumerate() {
        writeln!(to, "{}", if at == 0 { "" } else { "," })?;
        serde_json::to_writer(&mut *to, &node)?;
    }
    writeln!(to, "\n]}}")?;
    to.flush()
}
