use super::json::{CompareReport, Difference};
use super::{Read, say};
use crate::cli::{Done, out};
use crate::i18n::Words;
use crate::tree::{Aspect, Comparison, PathId, Scope, Side, Version, compare};

pub(super) fn print(left: &Read, right: &Read, layer: Option<u16>, as_json: bool, words: &Words) -> Done {
    let scope = |read: &Read| match layer {
        Some(layer) => read.layer(layer).map(Scope::Layer),
        None => Ok(Scope::UpTo(read.stack.top())),
    };
    let (a, b) = (left.stack.visible(scope(left)?), right.stack.visible(scope(right)?));
    let found = compare(Side { stack: &left.stack, visible: &a }, Side { stack: &right.stack, visible: &b });
    if as_json {
        let entry = |read: &Read, side: Option<(PathId, Version)>| {
            side.map(|(_, version)| read.stack.layers()[usize::from(version.layer)].entry(version.node))
        };
        let differences = found.iter().map(|c| Difference {
            path: &c.path,
            left: entry(left, c.left),
            right: entry(right, c.right),
            differs: c.aspects.iter().collect(),
        });
        out::json(&CompareReport { left: &left.name, right: &right.name, differences: differences.collect() });
        return Ok(());
    }
    for difference in &found {
        out::line(line(left, right, difference, words));
    }
    let count = |wanted: &dyn Fn(&Comparison) -> bool| found.iter().filter(|c| wanted(c)).count().to_string();
    let (added, removed) = (count(&|c| c.left.is_none()), count(&|c| c.right.is_none()));
    let changed = count(&|c| c.left.is_some() && c.right.is_some());
    let vars = [("added", &*added), ("removed", &removed), ("changed", &changed)];
    out::line(words.say_with("tree-compared", &vars));
    Ok(())
}

fn line(left: &Read, right: &Read, c: &Comparison, words: &Words) -> String {
    let (a, b) = match (c.left, c.right) {
        (Some((_, a)), Some((_, b))) => (left.stack.inode(a), right.stack.inode(b)),
        (Some((_, a)), None) => return format!("- /{}  {}", c.path, say::size(left.stack.inode(a).size())),
        (None, Some((_, b))) => return format!("+ /{}  {}", c.path, say::size(right.stack.inode(b).size())),
        (None, None) => return String::new(),
    };
    let mut what = say::aspects(words, c.aspects);
    if c.aspects.has(Aspect::Size) {
        what = format!("{what}: {} → {}", say::size(a.size()), say::size(b.size()));
    }
    // Honest about what sizes and times cannot tell.
    if c.aspects.has(Aspect::Time) && a.same_content(b).is_none() {
        what = format!("{what} – {}", words.say("tree-same-size-other-time"));
    }
    format!("~ /{}  {what}", c.path)
}
