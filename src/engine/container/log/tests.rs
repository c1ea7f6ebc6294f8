use super::*;
use crate::engine::container::channel::Channel::{Err, Out};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::io::Write as _;

const BOTH: [bool; 2] = [true; 2];

struct Bench {
    log: Log,
    dir: tempfile::TempDir,
}

fn bench(size: u64, files: u32) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::at(&dir.path().join("log.json"), LogOptions { size, files, nothing: false }).unwrap();
    Bench { log, dir }
}

impl Bench {
    fn read(&self, ask: Ask) -> Vec<Piece> {
        rest(&mut self.log.reader(ask).unwrap(), &self.log)
    }

    fn tail(&self, lines: usize) -> String {
        let pieces = self.read(Ask { channels: BOTH, tail: Some(lines), ..Ask::default() });
        pieces.into_iter().map(|piece| piece.text).collect()
    }

    fn bytes(&self) -> u64 {
        fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
    }
}

fn rest(reader: &mut Reader, log: &Log) -> Vec<Piece> {
    let mut all = Vec::new();
    loop {
        match reader.batch(log).unwrap() {
            some if some.is_empty() => return all,
            some => all.extend(some),
        }
    }
}

#[test]
fn lines_are_kept_whole_whatever_the_chunks() {
    let bench = bench(1 << 20, 3);
    bench.log.append(Out, b"one\ntw");
    bench.log.append(Err, b"oops\n");
    bench.log.append(Out, b"o\nthree");
    bench.log.finish(Out);
    bench.log.close();
    let said = bench.read(Ask { channels: BOTH, ..Ask::default() });
    let said: Vec<_> = said.iter().map(|piece| (piece.channel, piece.text.as_str())).collect();
    assert_eq!(said, [(Out, "one\n"), (Err, "oops\n"), (Out, "two\n"), (Out, "three")]);
}

#[test]
fn a_long_line_is_one_line_to_whoever_counts_or_stamps() {
    for length in [LONGEST - 1, LONGEST, LONGEST + 1, 5 * LONGEST] {
        let bench = bench(1 << 20, 3);
        let long = "x".repeat(length) + "\n";
        bench.log.append(Out, long.as_bytes());
        bench.log.append(Out, b"two\nthree\n");
        assert_eq!(bench.tail(1), "three\n", "{length}");
        assert_eq!(bench.tail(2), "two\nthree\n", "{length}");
        assert_eq!(bench.tail(3), format!("{long}two\nthree\n"), "{length}");
        let pieces = bench.read(Ask { channels: BOTH, ..Ask::default() });
        assert_eq!(pieces.iter().filter(|piece| piece.begins).count(), 3, "{length}");
        assert!(pieces.iter().all(|piece| piece.text.len() <= LONGEST + 1));
        assert!(pieces.iter().all(|piece| piece.text.len() < LONGEST || piece.time == pieces[0].time));
    }
}

#[test]
fn lines_are_counted_and_stamped_as_they_were_printed_whatever_their_length_and_the_chunks() {
    let length = prop_oneof![0..4_usize, select(vec![LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 40_000])];
    let chunk = prop_oneof![1..100_usize, select(vec![LONGEST - 1, LONGEST, LONGEST + 1, 32 * 1024])];
    proptest!(ProptestConfig::with_cases(64), |(lengths in vec(length, 1..5), chunks in vec(chunk, 1..40), last in 0..6_usize)| {
        let bench = bench(1 << 20, 3);
        let text: String = lengths.iter().map(|length| "x".repeat(*length) + "\n").collect();
        let (mut rest, mut sizes) = (text.as_bytes(), chunks.iter().cycle());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
            bench.log.append(Out, chunk);
            rest = after;
        }
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        prop_assert_eq!(bench.tail(last), lines[lines.len().saturating_sub(last)..].concat());
        let pieces = bench.read(Ask { channels: BOTH, ..Ask::default() });
        prop_assert_eq!(pieces.iter().filter(|piece| piece.begins).count(), lines.len());
    });
}

#[test]
fn a_line_that_another_stream_interrupts_is_whole_in_a_tail() {
    let bench = bench(1 << 20, 3);
    bench.log.append(Out, "a".repeat(LONGEST + 1).as_bytes());
    bench.log.append(Err, b"between\n");
    bench.log.append(Out, b"end\n");
    let text = bench.tail(1);
    assert!(text.starts_with("aaa") && text.ends_with("aend\n") && !text.contains("between"), "{}", text.len());
    let errors = bench.read(Ask { channels: [false, true], tail: Some(5), ..Ask::default() });
    assert_eq!(errors.len(), 1);
}

#[test]
fn a_character_is_not_cut_in_two() {
    let bench = bench(1 << 20, 3);
    bench.log.append(Out, "한".repeat(LONGEST).as_bytes());
    bench.log.finish(Out);
    bench.log.close();
    assert_eq!(bench.tail(1), "한".repeat(LONGEST));
}

#[test]
fn a_log_takes_no_more_room_than_it_may_and_keeps_the_end() {
    for files in [1, 2, 3] {
        let bench = bench(4096, files);
        for n in 0..2000 {
            bench.log.append(Out, format!("line {n}\n").as_bytes());
            assert!(bench.bytes() <= 4096 * u64::from(files));
        }
        let kept = bench.tail(usize::MAX);
        let lines: Vec<_> = kept.lines().collect();
        assert_eq!(lines.last(), Some(&"line 1999"));
        let first: usize = lines[0][5..].parse().unwrap();
        assert_eq!(lines.len(), 2000 - first, "no hole between the files");
        assert!(lines.len() >= 40 * (files as usize - 1), "{} lines", lines.len());
        assert_eq!(bench.tail(5).lines().next(), Some("line 1995"));
    }
}

#[test]
fn whoever_follows_loses_nothing_over_a_rotation() {
    let bench = bench(2048, 3);
    let mut reader = bench.log.reader(Ask { channels: BOTH, follow: true, ..Ask::default() }).unwrap();
    let mut read = Vec::new();
    for n in 0..1000 {
        bench.log.append(Out, format!("{n}\n").as_bytes());
        // Now and then, so that there is a file or two between.
        if n % 37 == 0 {
            read.extend(rest(&mut reader, &bench.log));
        }
    }
    read.extend(rest(&mut reader, &bench.log));
    let read: Vec<usize> = read.iter().map(|piece| piece.text.trim_end().parse().unwrap()).collect();
    assert_eq!(read, (0..1000).collect::<Vec<_>>());
}

#[test]
fn whoever_is_left_behind_goes_on_with_what_there_still_is() {
    let bench = bench(2048, 2);
    let mut reader = bench.log.reader(Ask { channels: BOTH, follow: true, ..Ask::default() }).unwrap();
    bench.log.append(Out, b"first\n");
    assert_eq!(rest(&mut reader, &bench.log).len(), 1);
    (0..1000).for_each(|n| drop(bench.log.append(Out, format!("{n}\n").as_bytes())));
    let read = rest(&mut reader, &bench.log);
    assert_eq!(read.last().unwrap().text, "999\n");
    // The file it had open is read to its end; the ones that came and went are lost.
    assert_eq!(read[0].text, "0\n");
    assert!(read.len() < 200, "{}", read.len());
}

#[test]
fn who_does_not_follow_ends_where_the_log_ended_when_it_was_asked_for() {
    let bench = bench(2048, 3);
    bench.log.append(Out, b"before\n");
    let mut reader = bench.log.reader(Ask { channels: BOTH, ..Ask::default() }).unwrap();
    (0..40).for_each(|_| drop(bench.log.append(Out, b"after\n")));
    assert_eq!(rest(&mut reader, &bench.log).len(), 1);
}

#[test]
fn lines_are_chosen_by_when_they_began() {
    let bench = bench(1 << 20, 3);
    ["one\n", "two\n", "three\n"].iter().for_each(|line| drop(bench.log.append(Out, line.as_bytes())));
    let all = bench.read(Ask { channels: BOTH, ..Ask::default() });
    let texts = |ask: Ask| bench.read(ask).into_iter().map(|piece| piece.text).collect::<String>();
    let second = Some(all[1].time.clone());
    assert_eq!(texts(Ask { channels: BOTH, since: second.clone(), ..Ask::default() }), "two\nthree\n");
    assert_eq!(texts(Ask { channels: BOTH, until: second, ..Ask::default() }), "one\ntwo\n");
}

#[test]
fn what_is_no_record_is_passed_over_from_either_end() {
    let bench = bench(1 << 20, 3);
    bench.log.append(Out, b"one\n");
    let path = bench.dir.path().join("log.json");
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(&[b"no json\n".to_vec(), vec![b'x'; 1 << 20], b"\n\n{}\n".to_vec()].concat()).unwrap();
    bench.log.append(Out, b"two\n");
    file.write_all(br#"{"log":"torn"#).unwrap();
    assert_eq!(bench.tail(2), "one\ntwo\n");
    assert_eq!(bench.read(Ask { channels: BOTH, ..Ask::default() }).len(), 2);
}

#[test]
fn nothing_is_open_for_a_log_that_is_not_written() {
    let bench = bench(1 << 20, 3);
    let open = || {
        let fds = fs::read_dir("/proc/self/fd").unwrap().filter_map(|fd| fs::read_link(fd.unwrap().path()).ok());
        fds.filter(|path| path.starts_with(bench.dir.path())).count()
    };
    assert_eq!(open(), 0);
    bench.log.append(Out, b"one\n");
    assert_eq!(open(), 1);
    bench.log.close();
    assert_eq!(open(), 0);
    bench.log.append(Out, b"two\n");
    bench.log.close();
    assert_eq!(bench.tail(2), "one\ntwo\n");
}

/// A device that is always full in the place of the file, until there is room.
#[test]
fn what_could_not_be_written_is_missed_where_it_was_printed() {
    let bench = bench(1 << 20, 3);
    let path = bench.dir.path().join("log.json");
    let texts = |ask: Ask| bench.read(ask).into_iter().map(|piece| (piece.channel, piece.text)).collect::<Vec<_>>();
    let all = || texts(Ask { channels: BOTH, ..Ask::default() });
    let gap = |bytes: u64| {
        let reason = "the log could not be written (No space left on device (os error 28)).";
        (Err, format!("dockwalk: {bytes} bytes of output are missing here: {reason}\n"))
    };
    let line = |channel, text: &str| (channel, text.to_owned());
    bench.log.append(Out, b"one\n");
    bench.log.close();
    let kept = bench.dir.path().join("kept");
    fs::rename(&path, &kept).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    assert!(bench.log.append(Out, b"two\n").is_some() && bench.log.append(Err, b"three\n").is_some());
    fs::remove_file(&path).unwrap();
    fs::rename(&kept, &path).unwrap();
    // As long as nothing more is written: behind the end, once, to who asked for standard error and for that time.
    assert_eq!(all(), [line(Out, "one\n"), gap(10)]);
    assert_eq!(texts(Ask { channels: [true, false], ..Ask::default() }), [line(Out, "one\n")]);
    assert_eq!(texts(Ask { channels: BOTH, since: Some("9".to_owned()), ..Ask::default() }), []);
    let mut follows = bench.log.reader(Ask { channels: BOTH, follow: true, ..Ask::default() }).unwrap();
    assert_eq!(rest(&mut follows, &bench.log).len(), 1, "it waits for more");
    // Then in its place.
    bench.log.close();
    assert!(bench.log.append(Out, b"four\n").is_none());
    assert_eq!(all(), [line(Out, "one\n"), gap(10), line(Out, "four\n")]);
    assert_eq!(rest(&mut follows, &bench.log).len(), 2);
    assert_eq!(follows.missing(&bench.log), None);
    assert_eq!(bench.tail(1), "four\n");
    // What is missing last is said when its stream ends.
    bench.log.close();
    fs::rename(&path, &kept).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    bench.log.append(Out, b"five\n");
    fs::remove_file(&path).unwrap();
    fs::rename(&kept, &path).unwrap();
    bench.log.close();
    bench.log.finish(Out);
    assert!(fs::read_to_string(&path).unwrap().lines().last().unwrap().contains("dockwalk: 5 bytes"));
    assert_eq!(all()[3..], [gap(5)]);
}
