use crate::engine::container::channel::Channel;
use crate::engine::container::{Ask, Log, LogOptions, Piece};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// A log's files as a full disk, a crash or somebody else left them, and what is asked of them. What comes is what a reader
/// finds that holds all of it in memory and takes its time. Then the same bytes as what a container prints: the files keep
/// their bound, and what is in them is the end of what was printed.
pub fn logs(bytes: &[u8]) {
    let Some((&[how, lines, when], rest)) = bytes.split_first_chunk::<3>() else { return };
    let shared = Path::new("/dev/shm");
    let dir = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() }.expect("a directory");
    let ask = Ask {
        channels: [how & 1 == 0, how & 2 == 0],
        tail: (how & 4 == 0).then_some(usize::from(lines)),
        since: (how & 8 != 0).then(|| format!("{:03}", when & 15)),
        until: (how & 16 != 0).then(|| format!("{:03}", when >> 4)),
        follow: how & 32 != 0,
    };
    read(dir.path(), rest, &ask);
    printed(dir.path(), rest, how);
}

/// The byte 0 parts the files, oldest first. A line that is longer than a record makes a small input a large file.
fn read(dir: &Path, bytes: &[u8], ask: &Ask) {
    let path = dir.join("log.json");
    let files: Vec<Vec<u8>> = bytes.split(|&b| b == 0).take(3).map(grown).collect();
    for (age, content) in files.iter().rev().enumerate() {
        let name = if age == 0 { "log.json".to_owned() } else { format!("log.json.{age}") };
        fs::write(dir.join(name), content).expect("a file");
    }
    let log = Log::of_files(&path, u32::try_from(files.len() - 1).expect("three"));
    let mut reader = log.reader(ask.clone()).expect("readable");
    let mut found = Vec::new();
    loop {
        let batch = reader.batch(&log).expect("readable");
        if batch.is_empty() {
            break;
        }
        // One batch and one record.
        assert!(batch.iter().map(|piece| piece.text.len()).sum::<usize>() <= 64 * 1024 + 128 * 1024);
        found.extend(batch);
    }
    assert_eq!(found, expected(&files, ask));
    let begun = found.iter().filter(|piece| piece.begins).count();
    assert!(ask.tail.is_none_or(|lines| begun <= lines), "{begun} lines");
}

/// A line of one `+` and a digit stands for so many times 50,000 bytes of rubbish.
fn grown(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in content.split_inclusive(|&b| b == b'\n') {
        match line {
            [b'+', digit @ b'0'..=b'9', end @ ..] if end.len() <= 1 => {
                out.extend(std::iter::repeat_n(b'x', usize::from(digit - b'0') * 50_000));
                out.extend_from_slice(end);
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

#[derive(Deserialize)]
struct Record {
    log: String,
    stream: String,
    time: String,
    #[serde(default)]
    continued: bool,
}

/// All records; those of the last lines by when a line ends; those of the time.
fn expected(files: &[Vec<u8>], ask: &Ask) -> Vec<Piece> {
    let mut records = Vec::new();
    for file in files {
        let whole = file.iter().rposition(|&b| b == b'\n').map_or(&[][..], |end| &file[..end]);
        let lines = whole.split(|&b| b == b'\n').filter(|line| line.len() <= 128 * 1024);
        records.extend(lines.filter_map(|line| serde_json::from_slice::<Record>(line).ok()));
    }
    let channel = |record: &Record| usize::from(record.stream == "stderr");
    records.retain(|record| ask.channels[channel(record)]);
    // Each line as the numbers of its records.
    let (mut lines, mut of): (Vec<Vec<usize>>, [Option<usize>; 2]) = (Vec::new(), [None; 2]);
    for (at, record) in records.iter().enumerate() {
        let line = of[channel(record)].filter(|_| record.continued).unwrap_or_else(|| {
            lines.push(Vec::new());
            lines.len() - 1
        });
        lines[line].push(at);
        of[channel(record)] = Some(line);
    }
    lines.sort_by_key(|line| line.last().copied());
    let skipped = lines.len().saturating_sub(ask.tail.unwrap_or(usize::MAX));
    let mut chosen: Vec<usize> = lines.into_iter().skip(skipped).flatten().collect();
    chosen.sort_unstable();
    let chosen = chosen.into_iter().map(|at| &records[at]);
    let since = chosen.filter(|record| ask.since.as_ref().is_none_or(|since| record.time >= *since));
    let until = since.take_while(|record| ask.until.as_ref().is_none_or(|until| record.time <= *until));
    until
        .map(|record| Piece {
            channel: if record.stream == "stderr" { Channel::Err } else { Channel::Out },
            time: record.time.clone(),
            text: record.log.clone(),
            begins: !record.continued,
        })
        .collect()
}

fn printed(dir: &Path, bytes: &[u8], how: u8) {
    let dir = dir.join("printed");
    fs::create_dir(&dir).expect("a directory");
    let options = LogOptions { size: 512, files: u32::from(how % 3) + 1, nothing: false };
    let log = Log::at(&dir.join("log.json"), options).expect("a log");
    let mut reader = log.reader(Ask { channels: [true; 2], follow: true, ..Ask::default() }).expect("readable");
    let mut followed = String::new();
    for chunk in bytes.chunks(usize::from(how) + 1) {
        log.append(Channel::Out, chunk);
    }
    log.finish(Channel::Out);
    log.close();
    let rest = |reader: &mut crate::engine::container::Reader| {
        let mut text = String::new();
        loop {
            let batch = reader.batch(&log).expect("readable");
            if batch.is_empty() {
                return text;
            }
            batch.iter().for_each(|piece| text.push_str(&piece.text));
        }
    };
    followed.push_str(&rest(&mut reader));
    let kept = rest(&mut log.reader(Ask { channels: [true; 2], ..Ask::default() }).expect("readable"));
    for file in fs::read_dir(&dir).expect("readable") {
        // A record that is larger than a file has one for itself.
        let content = fs::read(file.expect("a file").path()).expect("readable");
        let records = content.split_inclusive(|&b| b == b'\n').count();
        assert!(content.len() <= 512 || records == 1, "{} bytes, {records} records", content.len());
    }
    assert!(followed.ends_with(&kept));
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(text.ends_with(&kept), "{text:?} {kept:?}");
        assert_eq!(kept.is_empty(), text.is_empty());
    }
}
