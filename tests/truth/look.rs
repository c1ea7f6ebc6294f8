//! A tree as lines, from our model and from a directory, so that the two can be compared as text.

use dockwalk::tree::{Inode, Kind, PathBytes, PathId, Scope, Stack};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Path → all that stat, readlink and listxattr say. The root is `.`
pub type Tree = BTreeMap<String, String>;

/// What our pure model says that a mount of these layers shows.
pub fn model(stack: &Stack) -> Tree {
    let visible = stack.visible(Scope::UpTo(stack.top()));
    let there: BTreeMap<String, PathId> =
        visible.paths().filter(|id| visible.is_there(*id)).map(|id| (name(stack.path(id).as_bytes()), id)).collect();
    let mut groups = BTreeMap::new();
    let line = |(path, id): (String, PathId)| {
        let version = visible.version(stack, id).expect("there");
        let inode = stack.inode(version);
        let number = stack.layers()[usize::from(version.layer)].inode_number(version.node);
        let first = groups.entry((version.layer, number)).or_insert_with(|| path.clone());
        let time = if inode.implied { "now".to_owned() } else { date(inode.mtime.seconds, inode.mtime.nanos.into()) };
        let owner = format!("{:o} {}:{} {time}", inode.mode, inode.uid, inode.gid);
        let what = says(inode, &owner, first, &time);
        let line =
            format!("{what}{}", attributes(inode.shown_xattrs().map(|(name, value)| (name.clone(), value.clone()))));
        (path, line)
    };
    there.into_iter().map(line).collect()
}

fn says(inode: &Inode, owner: &str, first: &str, time: &str) -> String {
    let links = format!("same-as={first} nlink={}", inode.links);
    match &inode.kind {
        Kind::Directory => format!("dir {owner}"),
        Kind::File { size } => format!("file {owner} {links} size={size}"),
        Kind::Symlink { target } => format!("link {}:{} {time} {links} -> {target}", inode.uid, inode.gid),
        Kind::Fifo => format!("fifo {owner} {links}"),
        Kind::Char { major, minor } => format!("char {owner} {links} dev={major},{minor}"),
        Kind::Block { major, minor } => format!("block {owner} {links} dev={major},{minor}"),
        Kind::Hardlink { .. } | Kind::Whiteout | Kind::Opaque => "?".to_owned(),
    }
}

/// What there is below a directory. Times within an hour of `begun` are `now`. The second: what the small files hold.
pub fn directory(root: &Path, begun: i64) -> (Tree, Tree) {
    let mut found = vec![PathBuf::new()];
    let mut at = 0;
    while at < found.len() {
        let whole = root.join(&found[at]);
        if fs::symlink_metadata(&whole).is_ok_and(|meta| meta.is_dir()) {
            for entry in fs::read_dir(&whole).unwrap_or_else(|e| panic!("{}: {e}", whole.display())) {
                found.push(found[at].join(entry.expect("an entry").file_name()));
            }
        }
        at += 1;
    }
    found.sort_by_cached_key(|path| name(path.as_os_str().as_bytes()));
    let (mut tree, mut contents, mut groups) = (Tree::new(), Tree::new(), BTreeMap::new());
    for path in found {
        let whole = root.join(&path);
        let key = name(path.as_os_str().as_bytes());
        // A whiteout in a directory that does not merge is listed by overlayfs, and cannot be looked up: it is not there.
        let meta = match fs::symlink_metadata(&whole) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            other => other.unwrap_or_else(|e| panic!("{}: {e}", whole.display())),
        };
        let first = groups.entry((meta.dev(), meta.ino())).or_insert_with(|| key.clone()).clone();
        let time = if (begun..begun + 3600).contains(&meta.mtime()) {
            "now".to_owned()
        } else {
            date(meta.mtime(), meta.mtime_nsec())
        };
        let inode = Inode {
            kind: kind(&whole, &meta),
            mode: meta.mode() & 0o7777,
            uid: meta.uid().into(),
            gid: meta.gid().into(),
            mtime: Default::default(),
            links: u32::try_from(meta.nlink()).expect("few"),
            opaque: false,
            implied: false,
            xattrs: Box::default(),
            sum: None,
        };
        let owner = format!("{:o} {}:{} {time}", inode.mode, inode.uid, inode.gid);
        if meta.is_file() {
            let mut some = Vec::new();
            fs::File::open(&whole).expect("a file").take(1 << 20).read_to_end(&mut some).expect("read");
            contents.insert(key.clone(), format!("{:?}", Sha256::digest(&some)));
        }
        tree.insert(key, format!("{}{}", says(&inode, &owner, &first, &time), attributes(host_attributes(&whole))));
    }
    (tree, contents)
}

fn kind(path: &Path, meta: &fs::Metadata) -> Kind {
    let number = |n: u64| u32::try_from(n).expect("a device's number");
    let (major, minor) = (number(nix::sys::stat::major(meta.rdev())), number(nix::sys::stat::minor(meta.rdev())));
    match meta.mode() & 0o170_000 {
        0o040_000 => Kind::Directory,
        0o100_000 => Kind::File { size: meta.len() },
        0o120_000 => Kind::Symlink { target: fs::read_link(path).expect("a link").into_os_string().into_vec().into() },
        0o010_000 => Kind::Fifo,
        0o020_000 => Kind::Char { major, minor },
        0o060_000 => Kind::Block { major, minor },
        other => panic!("{}: {other:o}", path.display()),
    }
}

fn host_attributes(path: &Path) -> Vec<(PathBytes, PathBytes)> {
    let names = xattr::list(path).map(Vec::from_iter).unwrap_or_default();
    let mut all: Vec<_> = names
        .into_iter()
        .filter_map(|name| {
            let value = xattr::get(path, &name).ok().flatten()?;
            Some((PathBytes::from(name.into_vec()), PathBytes::from(value)))
        })
        .collect();
    all.sort();
    all
}

fn attributes(all: impl IntoIterator<Item = (PathBytes, PathBytes)>) -> String {
    all.into_iter().map(|(name, value)| format!(" {name}={value}")).collect()
}

fn date(seconds: i64, nanos: i64) -> String {
    if nanos == 0 { seconds.to_string() } else { format!("{seconds}+{nanos}ns") }
}

fn name(path: &[u8]) -> String {
    if path.is_empty() { ".".to_owned() } else { PathBytes::from(path).to_string() }
}

/// `path: ours ≠ theirs`, for every path where they differ.
pub fn differences(ours: &Tree, theirs: &Tree) -> Vec<String> {
    let paths: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let nothing = String::from("–");
    let say = |path: &&String| {
        let (a, b) = (ours.get(*path).unwrap_or(&nothing), theirs.get(*path).unwrap_or(&nothing));
        (a != b).then(|| format!("{path}: {a} ≠ {b}"))
    };
    paths.iter().filter_map(say).collect()
}
