//! Tars written byte by byte, from lines of text: `KIND PATH key=value…`. Nothing is tidied up on the way.

use std::fmt::Write as _;

/// When entries are dated that say nothing else.
pub const TIME: i64 = 1_000_000_000;

/// One header and what belongs to it.
#[derive(Debug, Clone, Default)]
pub struct Item {
    pub path: Vec<u8>,
    pub flag: u8,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub time: i64,
    pub link: Vec<u8>,
    pub content: Vec<u8>,
    pub device: (u32, u32),
    pub pax: Vec<(String, Vec<u8>)>,
    pub gnu_names: bool,
    /// A map of holes in the form of GNU's old format: pairs of offset and length, and the size with holes.
    pub gnu_sparse: Option<(Vec<(u64, u64)>, u64)>,
}

/// ```text
/// dir  a m=755 u=0 g=0 t=1000000000        link l to=target            wh   a/b   (a/.wh.b)
/// file a/b m=644 c=content x=user.n:value  hard h to=a/b               opq  a     (a/.wh..wh..opq)
/// fifo p   char c dev=1,3   block b dev=8,0  pax:KEY=VALUE  gnu (long names as GNU writes them)
/// ```
/// `\xNN` is that byte. Without `m=`: 755 for directories, 644 else.
pub fn tar(text: &str) -> Vec<u8> {
    let items: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(item).collect();
    pack(&items)
}

pub fn pack(items: &[Item]) -> Vec<u8> {
    let mut out = Vec::new();
    items.iter().for_each(|item| write(item, &mut out));
    out.resize(out.len() + 1024, 0);
    out
}

pub fn item(line: &str) -> Item {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let kind = words.next().expect("a kind");
    let path = bytes(words.next().expect("a path"));
    let flag = match kind {
        "dir" => b'5',
        "link" => b'2',
        "hard" => b'1',
        "fifo" => b'6',
        "char" => b'3',
        "block" => b'4',
        "file" | "wh" | "opq" => b'0',
        other => panic!("{other} is no kind of entry"),
    };
    let path = match kind {
        "opq" if path.is_empty() => b".wh..wh..opq".to_vec(),
        "opq" => [&path, &b"/.wh..wh..opq"[..]].concat(),
        "wh" => {
            let slash = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
            [&path[..slash], b".wh.", &path[slash..]].concat()
        }
        _ => path,
    };
    let mode = if kind == "dir" { 0o755 } else { 0o644 };
    let mut item = Item { path, flag, mode, time: TIME, ..Item::default() };
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match key {
            "m" => item.mode = u32::from_str_radix(value, 8).expect("octal"),
            "u" => item.uid = value.parse().expect("a number"),
            "g" => item.gid = value.parse().expect("a number"),
            "t" => item.time = value.parse().expect("a number"),
            "c" => item.content = bytes(value),
            "to" => item.link = bytes(value),
            "dev" => {
                let (major, minor) = value.split_once(',').expect("two numbers");
                item.device = (major.parse().expect("a number"), minor.parse().expect("a number"));
            }
            "x" => {
                let (name, value) = value.split_once(':').expect("name:value");
                item.pax.push((format!("SCHILY.xattr.{name}"), bytes(value)));
            }
            "gnu" => item.gnu_names = true,
            pax => item.pax.push((pax.strip_prefix("pax:").expect("a key").to_owned(), bytes(value))),
        }
    }
    item
}

/// `\xNN` is that byte.
pub fn bytes(text: &str) -> Vec<u8> {
    dockwalk::tree::PathBytes::from_text(text).expect("an escaped path").as_bytes().to_vec()
}

fn write(item: &Item, out: &mut Vec<u8>) {
    let mut records = item.pax.clone();
    for (long, flag, key) in [(&item.path, b'L', "path"), (&item.link, b'K', "linkpath")] {
        if long.len() <= 100 {
            continue;
        }
        if item.gnu_names {
            let content = [&long[..], b"\0"].concat();
            let special = Item { path: b"././@LongLink".to_vec(), flag, content, ..Item::default() };
            write(&special, out);
        } else {
            records.push((key.to_owned(), long.clone()));
        }
    }
    if !records.is_empty() {
        let mut content = Vec::new();
        records.iter().for_each(|(key, value)| record(key, value, &mut content));
        let pax = Item { path: b"PaxHeaders/x".to_vec(), flag: b'x', content, ..Item::default() };
        write(&pax, out);
    }
    let mut header = [0u8; 512];
    let put = |header: &mut [u8; 512], at: usize, most: usize, text: &[u8]| {
        let text = &text[..text.len().min(most)];
        header[at..at + text.len()].copy_from_slice(text);
    };
    put(&mut header, 0, 100, &item.path);
    put(&mut header, 157, 100, &item.link);
    let octal = |width: usize, n: u64| format!("{n:0width$o}").into_bytes();
    put(&mut header, 100, 8, &octal(7, item.mode.into()));
    put(&mut header, 108, 8, &octal(7, item.uid.into()));
    put(&mut header, 116, 8, &octal(7, item.gid.into()));
    put(&mut header, 124, 12, &octal(11, item.content.len() as u64));
    match u64::try_from(item.time) {
        Ok(time) => put(&mut header, 136, 12, &octal(11, time)),
        // Base 256, two's complement (GNU tar, "Extensions").
        Err(_) => {
            put(&mut header, 136, 4, &[0xff; 4]);
            put(&mut header, 140, 8, &item.time.to_be_bytes());
        }
    }
    header[156] = item.flag;
    let gnu = item.gnu_names || item.gnu_sparse.is_some() || item.time < 0 || matches!(item.flag, b'L' | b'K');
    put(&mut header, 257, 8, if gnu { b"ustar  \0" } else { b"ustar\x0000" });
    put(&mut header, 329, 8, &octal(7, item.device.0.into()));
    put(&mut header, 337, 8, &octal(7, item.device.1.into()));
    if let Some((map, size)) = &item.gnu_sparse {
        for (at, (offset, length)) in map.iter().enumerate() {
            put(&mut header, 386 + 24 * at, 12, &octal(11, *offset));
            put(&mut header, 398 + 24 * at, 12, &octal(11, *length));
        }
        put(&mut header, 483, 12, &octal(11, *size));
    }
    put(&mut header, 148, 8, b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut header, 148, 8, format!("{sum:06o}\0 ").as_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(&item.content);
    out.resize(out.len().next_multiple_of(512), 0);
}

/// `LENGTH KEY=VALUE\n`, where the length counts itself (POSIX, pax Extended Header).
fn record(key: &str, value: &[u8], out: &mut Vec<u8>) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() > length {
        length += 1;
    }
    let mut head = String::new();
    write!(head, "{length} {key}=").expect("a string takes all");
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(value);
    out.push(b'\n');
}
