use super::super::{Cancel, Conductor, Journal, Recorder};
use super::*;
use crate::trace::{Change, Code, OpKind, Plan, Problem, Registry, StepKind, Trace};
use proptest::prelude::*;
use std::sync::Arc;

const LIMIT: Limit = Limit(64 << 10);

fn conductor(dir: &Path) -> Arc<Conductor> {
    with(dir, Recorder::in_dir(dir, LIMIT).unwrap())
}

fn with(dir: &Path, recorder: Recorder) -> Arc<Conductor> {
    let journal = Journal::open(&dir.join("journal.ndjson"), crate::engine::undoers(None)).unwrap();
    Conductor::new(recorder, journal)
}

fn op<T>(conductor: &Arc<Conductor>, act: impl FnOnce(&crate::engine::Cx) -> crate::engine::Result<T>) -> T {
    conductor.operate(OpKind::Exec, "x", "x", &Cancel::new(), act).unwrap()
}

/// One operation with a step and an observation of about so many bytes.
fn one(conductor: &Arc<Conductor>, bytes: usize) {
    op(conductor, |cx| {
        cx.step(Plan::new(StepKind::Exec, "x"), |cx| {
            let host = "r".to_owned();
            let seen = Registry { host, scheme: "http".into(), auth: "none".into(), builtin: true };
            cx.observe(Change::RegistrySeen(seen), vec![Evidence::syscall("read(3)", "x".repeat(bytes))]);
            Ok(())
        })
    });
}

/// What a client has that reads all there is from a position on.
fn read(recorder: &Recorder, mut position: u64, bytes: usize) -> (u64, String) {
    let (mut text, mut start) = (String::new(), position);
    loop {
        let piece = recorder.lines(position, bytes).unwrap();
        if piece.text.is_empty() {
            return (start, text);
        }
        let mut piece_text = String::from_utf8(piece.text).unwrap();
        if let Some(base) = piece_text.lines().next().and_then(|line| log::base_of(line.as_bytes())) {
            (start, text) = (base.events, String::new());
            piece_text = piece_text.split_once('\n').unwrap().1.to_owned();
        }
        text += &piece_text;
        position = piece.position;
    }
}

fn whole(recorder: &Recorder) -> Trace {
    recorder.with(|trace| {
        let mut text = Vec::new();
        log::write(trace, &mut text).unwrap();
        log::read(text.as_slice()).unwrap().trace
    })
}

#[test]
fn the_limit_is_held_and_what_went_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    for n in 0..2000 {
        one(&conductor, n % 900);
        assert!(on_disk(dir.path()) <= LIMIT.0 + (LIMIT.of_segment() * 3), "after {n}");
    }
    let trace = whole(conductor.recorder());
    assert!(trace.start() > 1000 && trace.base().operations() > 200);
    let said = trace.events().rev().find_map(|event| match event.body {
        Body::Dropped { events, operations } => Some((events, operations)),
        _ => None,
    });
    assert_eq!(said, Some((trace.start(), trace.base().operations())));
    assert_eq!(trace.head(), &conductor.world());
    let files = fs::read_dir(dir.path().join("trace")).unwrap().count();
    assert!(files > 4, "{files} files");
    assert_eq!(open_in(dir.path()), 1, "the one that is written");
}

/// How many descriptors lead into that directory.
fn open_in(dir: &Path) -> usize {
    let links = fs::read_dir("/proc/self/fd").unwrap().map(|entry| fs::read_link(entry.unwrap().path()));
    links.filter(|to| to.as_ref().is_ok_and(|to| to.starts_with(dir.join("trace")))).count()
}

fn on_disk(dir: &Path) -> u64 {
    fs::read_dir(dir.join("trace")).unwrap().map(|entry| entry.unwrap().metadata().map_or(0, |m| m.len())).sum()
}

#[test]
fn an_operation_that_runs_is_never_dropped_and_goes_when_it_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    (0..100).for_each(|_| one(&conductor, 300));
    op(&conductor, |_| {
        let begun = *conductor.recorder().length().borrow();
        (0..1000).for_each(|_| one(&conductor, 300));
        assert!(conductor.recorder().start() < begun, "it began at {begun}");
        assert!(conductor.recorder().event(begun).is_some());
        Ok(())
    });
    (0..20).for_each(|_| one(&conductor, 300));
    assert!(on_disk(dir.path()) <= LIMIT.0 + LIMIT.of_segment() * 3);
}

#[test]
fn long_evidence_is_had_for_as_long_as_its_event() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    let long = |n: usize| vec![Evidence::file("/proc/x", format!("{n}{}", "x".repeat(Evidence::INLINE * 2)))];
    let mut kept = Vec::new();
    for n in 0..30 {
        op(&conductor, |cx| {
            cx.observe(Change::Remark(Problem::new(Code::NatNotHere)), long(n));
            Ok(())
        });
        kept.push((*conductor.recorder().length().borrow() - 1, n));
    }
    let recorder = conductor.recorder();
    let (mut had, mut gone) = (0, 0);
    for (before_end, n) in kept {
        // The end of the operation, and perhaps word of what was dropped, come after it.
        let found = (before_end - 2..=before_end).find_map(|seq| recorder.evidence(seq));
        match found {
            Some(evidence) => {
                assert_eq!(evidence, long(n));
                had += 1;
            }
            None => gone += 1,
        }
    }
    assert!(had >= 1 && gone >= 20, "{had} {gone}");
}

#[test]
fn the_files_of_an_engine_that_was_killed_are_recordings_up_to_where_they_are_torn() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    (0..600).for_each(|_| one(&conductor, 200));
    let mut files: Vec<_> =
        fs::read_dir(dir.path().join("trace")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let text: Vec<u8> = files.iter().flat_map(|file| fs::read(file).unwrap()).collect();
    let all = log::read(text.as_slice()).unwrap();
    assert_eq!((all.torn, all.trace.head()), (None, &conductor.world()));
    assert!(all.trace.start() > 0);
    for cut in [1, 50, 333, 3333] {
        let loaded = log::read(&text[..text.len() - cut]).unwrap();
        assert!(loaded.torn.is_some() || cut == 1);
        assert!(loaded.trace.len() <= all.trace.len());
    }
}

#[test]
fn a_disk_that_takes_no_more_costs_the_oldest_and_that_is_said_once() {
    let dir = tempfile::tempdir().unwrap();
    let recorder = Recorder::in_dir(dir.path(), LIMIT).unwrap();
    let journal = Journal::open(&dir.path().join("journal.ndjson"), crate::engine::undoers(None)).unwrap();
    let conductor = Conductor::new(recorder, journal);
    one(&conductor, 100);
    // No file can be made any more.
    fs::remove_dir_all(dir.path().join("trace")).unwrap();
    fs::write(dir.path().join("trace"), "").unwrap();
    for n in 0..8000 {
        one(&conductor, 900 + n % 7);
    }
    let trace = whole(conductor.recorder());
    assert_eq!(trace.head(), &conductor.world());
    assert!(trace.start() > 0, "memory has its limit, too");
    let said = trace.head().remarks.iter().filter(|remark| remark.code == Code::TraceNotWritten).count();
    assert_eq!(said, 1);
    assert!(conductor.recorder().lock_for_test(|segments| segments.size_in_memory()) <= IN_MEMORY + (2 << 20));
}

/// What was kept of the latest event.
fn latest(conductor: &Conductor) -> Vec<Evidence> {
    let recorder = conductor.recorder();
    // Behind it end its step and its operation.
    recorder.evidence(*recorder.length().borrow() - 2).unwrap()
}

fn long(conductor: &Arc<Conductor>, bytes: usize) -> Evidence {
    let evidence = Evidence::file("/proc/x", "y".repeat(bytes));
    op(conductor, |cx| {
        cx.step(Plan::new(StepKind::Exec, "x"), |cx| {
            cx.observe(Change::Remark(Problem::new(Code::Cancelled)), vec![evidence.clone()]);
            Ok(())
        })
    });
    evidence
}

#[test]
fn long_evidence_is_whole_without_a_disk_too_or_it_is_said_how_much_of_it_is_not() {
    // Without a directory; in one where a file of events can be made and none of evidence; in one where none can be made.
    let (dir, denied, full) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let nowhere = with(dir.path(), Recorder::in_memory());
    let no_file = with(denied.path(), Recorder::in_dir(denied.path(), Limit::DEFAULT).unwrap());
    fs::create_dir(denied.path().join("trace/00000000000000000001.evidence")).unwrap();
    let no_disk = with(full.path(), Recorder::in_dir(full.path(), Limit::LEAST).unwrap());
    one(&no_disk, 100);
    fs::remove_dir_all(full.path().join("trace")).unwrap();
    fs::write(full.path().join("trace"), "").unwrap();
    (0..1000).for_each(|_| one(&no_disk, 900));
    assert!(no_disk.recorder().lock_for_test(Segments::size_in_memory) > 0);
    for conductor in [&nowhere, &no_file, &no_disk] {
        for bytes in [Evidence::INLINE + 1, Evidence::INLINE * 3, 900 << 10] {
            let evidence = long(conductor, bytes);
            assert_eq!(latest(conductor), [evidence], "{bytes}");
        }
        // Too much to be remembered.
        let whole = serde_json::to_vec(&[long(conductor, 2 << 20)]).unwrap().len();
        let [Evidence::File { content, .. }, Evidence::Own { facts, .. }] = &latest(conductor)[..] else { panic!() };
        assert!(content.ends_with('…') && content.len() < Evidence::INLINE + 8);
        assert!(facts.contains(&whole.to_string()), "{facts}");
    }
    for _ in 0..40 {
        long(&no_disk, 900 << 10);
        let kept = no_disk.recorder().lock_for_test(Segments::size_in_memory);
        assert!(kept <= IN_MEMORY + (2 << 20), "{kept}");
    }
}

#[test]
fn a_file_of_long_evidence_that_somebody_removed_is_said_to_be_lacking() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = with(dir.path(), Recorder::in_dir(dir.path(), Limit::DEFAULT).unwrap());
    let evidence = long(&conductor, Evidence::INLINE * 2);
    assert_eq!(latest(&conductor), [evidence]);
    fs::remove_file(dir.path().join("trace/00000000000000000001.evidence")).unwrap();
    assert!(matches!(&latest(&conductor)[..], [Evidence::File { .. }, Evidence::Own { .. }]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_comes_again_from_any_number_has_the_same_lines(sizes in prop::collection::vec(0_usize..1500, 1..200), at in 0.0..1.0_f64, bytes in 1_usize..5000) {
        let dir = tempfile::tempdir().unwrap();
        let conductor = conductor(dir.path());
        sizes.iter().for_each(|bytes| one(&conductor, *bytes));
        let recorder = conductor.recorder();
        let (start, all) = read(recorder, 0, 64 * 1024);
        prop_assert_eq!(start, recorder.start());
        let length = *recorder.length().borrow();
        let from = start + ((length - start) as f64 * at) as u64;
        let (begun, rest) = read(recorder, from, bytes);
        prop_assert_eq!(begun, from);
        let skip = usize::try_from(from - start).unwrap();
        let expected: String = all.lines().skip(skip).map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(rest, expected);
        let trace = whole(recorder);
        let mut folded = trace.base().world.clone();
        for n in trace.start()..=trace.len() {
            prop_assert_eq!(&trace.seek(n), &folded, "at {}", n);
            if let Some(event) = trace.event(n + 1) {
                folded.apply_event(&event).unwrap();
            }
        }
    }
}
