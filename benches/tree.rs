//! What opening an image of 200,000 files costs, in time and memory. Run: `cargo bench --bench tree`. Prints, and never fails.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use dockwalk::tree::{Kind, Layer, LayerEntry, PathBytes, Query, Scope, Stack, Time, View};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const FILES: u32 = 200_000;
const LAYERS: u32 = 10;
const ROWS: usize = 60;

fn main() {
    let before = resident();
    let entries: Vec<Vec<LayerEntry>> = (0..LAYERS).map(layer).collect();
    let count: usize = entries.iter().map(Vec::len).sum();
    println!("{count} entries in {LAYERS} layers");
    let (took, layers) = time(|| entries.into_iter().map(|e| Arc::new(Layer::build(e))).collect::<Vec<_>>());
    let memory: usize = layers.iter().map(|layer| layer.memory()).sum();
    println!("fold the layers             {took:>10.2?}   {}", megabytes(memory));
    let (took, stack) = time(|| Arc::new(Stack::new(layers)));
    println!("stack them                  {took:>10.2?}   {}  {} paths", megabytes(stack.memory()), stack.len());
    let (took, visible) = time(|| Arc::new(stack.visible(Scope::UpTo(stack.top()))));
    println!("look at all layers          {took:>10.2?}   {}", megabytes(visible.memory()));
    println!("look at one layer           {:>10.2?}", time(|| stack.visible(Scope::Layer(3))).0);
    let (took, mut view) = time(|| View::new(Arc::clone(&stack), Arc::clone(&visible)));
    println!("first rows                  {took:>10.2?}");
    println!("open everything             {:>10.2?}   {} rows", time(|| view.expand_all()).0, view.len());
    let top = (0..view.len()).find(|at| view.row(*at).depth == 1).unwrap();
    println!("close the largest directory {:>10.2?}", time(|| view.toggle(top)).0);
    println!("open it again               {:>10.2?}", time(|| view.toggle(top)).0);
    println!("a frame of {ROWS} rows          {:>10.2?}   the slowest of 1000", frames(&view));
    for text in ["file-77", "*/dir-3/*", "nothing-fits"] {
        let query = Query { text: text.into(), ..Query::default() };
        let (took, matches) = time(|| stack.search(&visible, &query));
        println!("search {text:<20} {took:>10.2?}   {} found", matches.hits.len());
        let matches = Arc::new(matches);
        println!("show what was found         {:>10.2?}   {} rows", time(|| view.show(Some(matches))).0, view.len());
    }
    let id = stack.find(b"top-1/dir-3/file-77-1-3").unwrap_or(1);
    println!("which layer serves a path   {:>10.2?}", time(|| stack.which(id, stack.top())).0);
    println!("wasted bytes                {:>10.2?}", time(|| stack.waste()).0);
    println!("resident memory             {}", megabytes(resident().saturating_sub(before)));
}

/// Directories of two hundred files; from the second layer on, some of those below are changed and deleted.
fn layer(number: u32) -> Vec<LayerEntry> {
    let mut entries = Vec::new();
    let mut push = |path: String, kind: Kind| {
        let mtime = Time { seconds: i64::from(number), nanos: 0 };
        let xattrs = Vec::new();
        entries.push(LayerEntry {
            path: PathBytes::from(path),
            kind,
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime,
            xattrs,
            sum: None,
        });
    };
    for file in 0..FILES / LAYERS {
        let (top, dir) = (number, file / 200);
        if file == 0 {
            push(format!("top-{top}"), Kind::Directory);
        }
        if file % 200 == 0 {
            push(format!("top-{top}/dir-{dir}"), Kind::Directory);
        }
        push(format!("top-{top}/dir-{dir}/file-{file}-{top}-{dir}"), Kind::File { size: u64::from(file) });
    }
    for below in 0..number {
        push(format!("top-{below}/dir-{number}/file-{}-{below}-{number}", number * 200 + 7), Kind::File { size: 1 });
        push(format!("top-{below}/dir-{number}/file-{}-{below}-{number}", number * 200 + 8), Kind::Whiteout);
        push(format!("top-{below}/dir-{}", number + 20), Kind::Opaque);
    }
    entries
}

fn time<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let result = black_box(act());
    (begun.elapsed(), result)
}

/// What a frame asks for, all over the tree.
fn frames(view: &View) -> Duration {
    let frame = |n: usize| {
        let first = (n * 7919) % view.len().saturating_sub(ROWS).max(1);
        time(|| (first..(first + ROWS).min(view.len())).map(|at| black_box(view.row(at)).total).sum::<u64>()).0
    };
    (0..1000).map(frame).max().unwrap_or_default()
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<usize>().ok()).unwrap_or(0) * 1024
}

#[expect(clippy::cast_precision_loss, reason = "printed with one digit")]
fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
