use super::{Read, say};
use crate::cli::{Done, out};
use crate::i18n::Words;
use crate::tree::{Kind, Version};
use serde_json::json;

pub(super) fn print(read: &Read, path: &str, as_json: bool, words: &Words) -> Done {
    let stack = &read.stack;
    let resolved = stack.resolve(path.as_bytes(), stack.top(), false);
    let id = resolved.id.ok_or_else(|| read.no_such_path(&resolved.path))?;
    let which = stack.which(id, stack.top());
    if as_json {
        let version = |version: Version| {
            let layer = &stack.layers()[usize::from(version.layer)];
            json!({
                "layer": version.layer, "created_by": read.instruction(version.layer), "entry": layer.entry(version.node),
                "mark": stack.mark(id, version)
            })
        };
        let versions: Vec<_> = which
            .versions
            .iter()
            .map(|found| {
                let mut value = version(found.version);
                value["hidden"] = json!(found.hidden);
                value
            })
            .collect();
        let links: Vec<_> =
            resolved.links.iter().map(|(id, to)| json!({"path": stack.path(*id), "target": to})).collect();
        let serving = which.serving.map(|version| version.layer);
        out::json(&json!({"path": resolved.path, "links": links, "serving": serving, "versions": versions}));
        return Ok(());
    }
    for (id, target) in &resolved.links {
        let vars = [("path", &*format!("/{}", stack.path(*id))), ("target", &target.to_string())];
        out::line(words.say_with("tree-link-followed", &vars));
    }
    let path = format!("/{}", resolved.path);
    match which.serving {
        Some(version) => {
            let layer = say::number(version.layer).to_string();
            out::line(words.say_with("tree-served", &[("path", &path), ("layer", &layer)]));
            line(read, version);
        }
        None => out::line(words.say_with("tree-served-by-none", &[("path", &path)])),
    }
    let beneath: Vec<_> = which.versions.iter().filter(|found| which.serving != Some(found.version)).collect();
    if !beneath.is_empty() {
        out::line(words.say("tree-beneath"));
    }
    for found in beneath {
        line(read, found.version);
        if let Some(hidden) = &found.hidden {
            out::line(format_args!("       {}", say::hidden(words, hidden)));
        }
    }
    Ok(())
}

fn line(read: &Read, version: Version) {
    let inode = read.stack.inode(version);
    let size = if let Kind::File { size } = inode.kind { say::size(size) } else { String::new() };
    let owner = format!("{}:{}", inode.uid, inode.gid);
    let made = read.instruction(version.layer);
    out::line(format_args!(
        "  {:>3}  {} {owner} {size}{}  {made}",
        say::number(version.layer),
        say::mode(inode),
        say::more(inode)
    ));
}
