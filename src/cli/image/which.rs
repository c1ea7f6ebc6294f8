use super::json::{FollowedLink, PathVersion, WhichReport};
use super::{Read, say};
use crate::cli::{Done, out};
use crate::i18n::Words;
use crate::tree::{Kind, PathBytes, PathId, Version, WhichVersion};

pub(super) fn print(read: &Read, path: &str, as_json: bool, words: &Words) -> Done {
    let stack = &read.stack;
    let resolved = stack.resolve(path.as_bytes(), stack.top(), false);
    let id = resolved.id.ok_or_else(|| read.no_such_path(&resolved.path))?;
    let which = stack.which(id, stack.top());
    if as_json {
        let version = |found: &WhichVersion| PathVersion {
            layer: found.version.layer,
            created_by: read.instruction(found.version.layer),
            entry: stack.layers()[usize::from(found.version.layer)].entry(found.version.node),
            mark: stack.mark(id, found.version),
            hidden: found.hidden.clone(),
        };
        let link = |(id, target): &(PathId, PathBytes)| FollowedLink { path: stack.path(*id), target: target.clone() };
        out::json(&WhichReport {
            path: &resolved.path,
            links: resolved.links.iter().map(link).collect(),
            serving: which.serving.map(|version| version.layer),
            versions: which.versions.iter().map(version).collect(),
        });
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
