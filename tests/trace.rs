//! Cursor and log file, on the trace of a whole `docker run`.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod common {
    pub mod sample;
}

use common::sample::{Sample, shell_run};
use dockwalk::trace::*;
use std::io::{BufReader, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn at_start(trace: &Trace, level: Level) -> Cursor {
    let mut cursor = Cursor::default();
    cursor.seek(trace, 0);
    cursor.set_level(level);
    cursor
}

/// The kind of the step that comes next.
fn next(trace: &Trace, cursor: &Cursor) -> Option<StepKind> {
    trace.next_step(cursor.position()).map(|record| record.step.plan.kind)
}

/// Stands before the first step of that kind.
fn before(trace: &Trace, level: Level, kind: StepKind) -> Cursor {
    let mut cursor = at_start(trace, level);
    assert!(cursor.run_to(trace, kind));
    assert_eq!(next(trace, &cursor), Some(kind));
    cursor
}

#[test]
fn a_new_cursor_follows_the_end_until_it_is_moved() {
    let sample = shell_run();
    let mut trace = Trace::from_events(sample.events[..10].iter().cloned()).expect("legal");
    let mut cursor = Cursor::default();
    cursor.follow(&trace);
    assert_eq!(cursor.position(), 10);
    trace.push(Arc::new(sample.events[10].clone())).expect("legal");
    cursor.follow(&trace);
    assert_eq!(cursor.position(), 11);
    assert!(cursor.back(&trace));
    assert!(!cursor.is_live());
    let there = cursor.position();
    trace.push(Arc::new(sample.events[11].clone())).expect("legal");
    cursor.follow(&trace);
    assert_eq!(cursor.position(), there);
    cursor.jump_to_live(&trace);
    assert_eq!((cursor.position(), cursor.is_live()), (12, true));
}

#[test]
fn step_stops_after_the_announcement_and_before_the_deed() {
    let trace = shell_run().trace();
    let cursor = before(&trace, Level::Stage, StepKind::CreateVeth);
    let world = trace.seek(cursor.position());
    assert!(world.links.keys().all(|key| !key.0.ends_with("/veth")));
    let mut after = cursor.clone();
    assert!(after.over(&trace));
    assert!(trace.seek(after.position()).links.keys().any(|key| key.0.ends_with("/veth")));
}

#[test]
fn over_passes_what_is_inside_and_step_goes_into_it() {
    let trace = shell_run().trace();
    let mut over = before(&trace, Level::Stage, StepKind::WireNetwork);
    let mut into = over.clone();
    assert!(into.step(&trace));
    assert_eq!(next(&trace, &into), Some(StepKind::CreateVeth));
    assert!(over.over(&trace));
    assert_eq!(next(&trace, &over), Some(StepKind::StartProcess));
}

#[test]
fn out_leaves_the_step_that_the_next_one_is_part_of() {
    let trace = shell_run().trace();
    let mut cursor = before(&trace, Level::Stage, StepKind::JoinBridge);
    assert!(cursor.out(&trace));
    assert_eq!(next(&trace, &cursor), Some(StepKind::StartProcess));
}

#[test]
fn at_story_level_there_are_no_stages() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Story);
    let mut kinds = Vec::new();
    while cursor.step(&trace) {
        kinds.extend(next(&trace, &cursor));
    }
    assert!(kinds.iter().all(|kind| kind.level() == Level::Story), "{kinds:?}");
    assert_eq!(
        kinds[..4],
        [StepKind::PrepareHost, StepKind::ResolveImage, StepKind::DownloadLayers, StepKind::UnpackLayers]
    );
}

#[test]
fn run_to_finds_a_step_finer_than_the_level_and_else_the_end() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Story);
    assert!(cursor.run_to(&trace, StepKind::MovePeer));
    assert_eq!(next(&trace, &cursor), Some(StepKind::MovePeer));
    assert!(cursor.run_to(&trace, StepKind::Recover));
    assert_eq!(cursor.position(), trace.len());
}

#[test]
fn run_stops_at_each_breakpoint_and_then_at_the_end() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Stage);
    cursor.toggle_breakpoint(StepKind::JoinBridge);
    for _container in 0..2 {
        assert!(cursor.run(&trace));
        assert_eq!(next(&trace, &cursor), Some(StepKind::JoinBridge));
    }
    assert!(cursor.run(&trace));
    assert_eq!(cursor.position(), trace.len());
    cursor.toggle_breakpoint(StepKind::JoinBridge);
    assert!(cursor.breakpoints().is_empty());
}

#[test]
fn play_moves_one_boundary_each_time_its_part_of_a_second_is_over() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Stage);
    cursor.play(Direction::Forward, 2.0, false);
    assert!(!cursor.tick(&trace, Duration::from_millis(499)));
    assert!(cursor.tick(&trace, Duration::from_millis(2)));
    let mut stepped = at_start(&trace, Level::Stage);
    stepped.step(&trace);
    assert_eq!(cursor.position(), stepped.position());
    assert!(cursor.playback().is_some());
}

#[test]
fn play_pauses_at_a_breakpoint_and_at_the_end() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Stage);
    cursor.toggle_breakpoint(StepKind::FetchBlob);
    cursor.play(Direction::Forward, 1.0, false);
    assert!(cursor.tick(&trace, Duration::from_secs(1000)));
    assert_eq!((next(&trace, &cursor), cursor.playback()), (Some(StepKind::FetchBlob), None));
    cursor.toggle_breakpoint(StepKind::FetchBlob);
    cursor.play(Direction::Forward, 1.0, false);
    assert!(cursor.tick(&trace, Duration::from_secs(1000)));
    assert_eq!((cursor.position(), cursor.playback()), (trace.len(), None));
}

#[test]
fn play_backwards_ends_at_the_beginning() {
    let trace = shell_run().trace();
    let mut cursor = Cursor::default();
    cursor.jump_to_live(&trace);
    cursor.play(Direction::Backward, 4.0, false);
    assert!(cursor.tick(&trace, Duration::from_secs(1000)));
    assert_eq!((cursor.position(), cursor.playback()), (0, None));
}

#[test]
fn a_loop_begins_anew_and_an_empty_trace_does_not_loop_for_ever() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Story);
    let mut boundaries = 0;
    let mut walker = cursor.clone();
    while walker.step(&trace) {
        boundaries += 1;
    }
    cursor.play(Direction::Forward, 1.0, true);
    // All boundaries, the jump to the beginning, and one more.
    for _second in 0..boundaries + 2 {
        cursor.tick(&trace, Duration::from_secs(1));
    }
    let mut first = at_start(&trace, Level::Story);
    first.step(&trace);
    assert_eq!(cursor.position(), first.position());
    assert!(cursor.playback().is_some());
    let mut nowhere = Cursor::default();
    nowhere.play(Direction::Forward, 1.0, true);
    assert!(!nowhere.tick(&Trace::default(), Duration::from_secs(10)));
    assert_eq!(nowhere.playback(), None);
}

#[test]
fn seek_goes_no_farther_than_the_end_and_stops_playing() {
    let trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Stage);
    cursor.play(Direction::Forward, 1.0, true);
    assert!(cursor.seek(&trace, u64::MAX));
    assert_eq!((cursor.position(), cursor.playback()), (trace.len(), None));
    assert!(!cursor.step(&trace));
}

#[test]
fn what_touched_a_thing_is_found_up_to_where_one_stands() {
    let trace = shell_run().trace();
    let peer = Entity::Link("web/eth0".into());
    let all = trace.touching(&peer, trace.len()).count();
    assert!(all >= 5, "made, moved, renamed, addressed, up, gone: {all}");
    let first = trace.touching(&peer, trace.len()).next().map(|event| event.seq).expect("touched");
    assert_eq!(trace.touching(&peer, first).count(), 1);
    assert_eq!(trace.touching(&peer, first - 1).count(), 0);
}

// ── what a trace refuses ──

#[test]
fn a_gap_a_repetition_and_an_observation_without_evidence_are_refused() {
    let sample = shell_run();
    let mut trace = Trace::from_events(sample.events[..3].iter().cloned()).expect("legal");
    let (len, head) = (trace.len(), trace.head().clone());
    let mut check = |event: Event, expected: TraceError| {
        assert_eq!(trace.push(Arc::new(event)), Err(expected));
        assert_eq!((trace.len(), trace.head()), (len, &head));
    };
    check(sample.events[4].clone(), TraceError::Gap { expected: 4, found: 5 });
    check(sample.events[2].clone(), TraceError::Gap { expected: 4, found: 3 });
    let mut bare = sample.events[3].clone();
    let Body::Observed { evidence, .. } = &mut bare.body else { panic!("the fourth event is an observation") };
    evidence.clear();
    check(bare, TraceError::NoEvidence(4));
}

#[test]
fn a_step_number_does_not_come_twice_even_when_the_first_is_over() {
    let mut sample = Sample::default();
    sample.op(OpKind::Exec, "x", |s| s.step(StepKind::Exec, "x", |_| {}));
    let mut trace = Trace::from_events(sample.events[..3].iter().cloned()).expect("legal");
    let again = Event { seq: 4, ..sample.events[1].clone() };
    let expected = TraceError::Illegal { seq: 4, illegal: Illegal::Reused(1) };
    assert_eq!(trace.push(Arc::new(again)), Err(expected));
    assert_eq!(trace.len(), 3);
}

// ── the file ──

fn file_of(events: &[Event]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = log::Writer::new(&mut file).expect("a Vec takes all");
    events.iter().for_each(|event| writer.append(event).expect("a Vec takes all"));
    file
}

/// A few events, with text that is more than one byte a letter.
fn small() -> Vec<Event> {
    let mut events = shell_run().events[..5].to_vec();
    let text = "한글 → / # ".to_owned();
    events.push(Event { seq: 6, at: 9, body: Body::Console { container: None, text } });
    events
}

#[test]
fn cut_at_any_byte_all_whole_events_are_loaded_and_the_torn_line_is_reported() {
    let events = small();
    let file = file_of(&events);
    let ends: Vec<usize> = file.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1).collect();
    let header = ends[0];
    for cut in 0..=file.len() {
        let read = log::read(&file[..cut]);
        if cut < header - 1 {
            assert!(matches!(read, Err(log::LogError::NoHeader)), "cut at {cut}: {read:?}");
            continue;
        }
        let loaded = read.unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        // A line that lacks its line feed alone is whole.
        let whole = ends[1..].iter().filter(|end| cut >= **end - 1).count();
        assert_eq!(loaded.trace.len(), whole as u64, "cut at {cut}");
        let begin = ends[whole];
        let expected = (cut > begin).then(|| log::Torn { line: whole as u64 + 2, bytes: cut - begin });
        assert_eq!(loaded.torn, expected, "cut at {cut}");
    }
}

#[test]
fn a_file_that_is_no_trace_or_of_another_version_says_so() {
    let check = |text: &str| log::read(text.as_bytes()).expect_err(text);
    assert!(matches!(check(""), log::LogError::NoHeader));
    assert!(matches!(check("hello\n"), log::LogError::NoHeader));
    assert!(matches!(check("{\"seq\":1}\n"), log::LogError::NoHeader));
    let newer = check("{\"dockwalk_trace\":3}\n");
    assert!(matches!(newer, log::LogError::Version { found: 3 }));
    assert!(newer.to_string().contains("update dockwalk"));
    assert!(log::read("{\"dockwalk_trace\":1}\n".as_bytes()).expect("an empty trace").trace.is_empty());
}

#[test]
fn a_damaged_line_in_the_middle_is_named() {
    let events = small();
    let file = String::from_utf8(file_of(&events)).expect("JSON");
    let damaged = file.replacen("{\"seq\":3", "{\"seq\":x", 1);
    let error = log::read(damaged.as_bytes()).expect_err("damaged");
    assert!(matches!(error, log::LogError::Damaged { line: 4, .. }), "{error}");
    // Whole, and of a kind that a later dockwalk knows.
    let later = file.replacen("\"event\":\"step_announced\"", "\"event\":\"step_dreamt_of\"", 1);
    assert_ne!(later, file);
    let error = log::read(later.as_bytes()).expect_err("unknown");
    assert!(matches!(&error, log::LogError::Unknown { what, .. } if what == "step_dreamt_of"), "{error}");
    assert_eq!(error.problem("x").code, Code::RecordingUnknown);
    let torn = later.replacen("\"event\":\"step_dreamt_of\"", "\"event\":\"step_dreamt_of\",", 1);
    let error = log::read(torn.as_bytes()).expect_err("no JSON");
    assert!(matches!(error, log::LogError::Damaged { .. }), "{error}");
    let lines: Vec<&str> = file.lines().collect();
    let gap = [lines[0], lines[1], lines[3]].join("\n");
    let error = log::read(gap.as_bytes()).expect_err("a line is missing");
    let expected = TraceError::Gap { expected: 2, found: 3 };
    assert!(matches!(&error, log::LogError::Event { line: 3, source } if *source == expected), "{error}");
}

/// A file that a writer appends to while it is read.
#[derive(Clone, Default)]
struct Growing(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no one panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Reads what was there when it got to it, a few bytes at a time.
struct Follower {
    file: Growing,
    at: usize,
}

impl Read for Follower {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let file = self.file.0.lock().expect("no one panics");
        let count = into.len().min(7).min(file.len() - self.at);
        into[..count].copy_from_slice(&file[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_reader_of_a_file_that_still_grows_sees_a_beginning_of_it() {
    let events = shell_run().events;
    let file = Growing::default();
    let mut writer = log::Writer::new(file.clone()).expect("memory");
    let (writing, reading) = (events.clone(), file.clone());
    let appending = std::thread::spawn(move || {
        for event in &writing {
            writer.append(event).expect("memory");
            std::thread::yield_now();
        }
    });
    let mut last = 0;
    loop {
        let done = appending.is_finished();
        let loaded =
            log::read(BufReader::with_capacity(16, Follower { file: reading.clone(), at: 0 })).expect("readable");
        let count = loaded.trace.len() as usize;
        assert!(count >= last, "events that were there are gone");
        assert!(loaded.trace.events().zip(&events).all(|(read, written)| *read == *written));
        last = count;
        if done {
            break;
        }
    }
    appending.join().expect("the writer went well");
    assert_eq!(last, events.len());
}

// ── what is kept, and where ──

#[test]
fn what_is_forgotten_leaves_every_later_moment_as_it_was() {
    let whole = shell_run().trace();
    for through in [1, 40, whole.len() / 2, whole.len() - 1, whole.len()] {
        let mut trace = shell_run().trace();
        trace.forget(through);
        assert_eq!((trace.start(), trace.len()), (through, whole.len()));
        assert_eq!(trace.event(through), None);
        assert!(trace.events().eq(whole.events_in(through, whole.len())));
        (through..=whole.len()).for_each(|n| assert_eq!(trace.seek(n), whole.seek(n), "at {n}"));
        assert_eq!(trace.seek(0), whole.seek(through), "before the beginning there is the beginning");
        assert!(trace.steps(0).all(|mark| mark.announced > through));
        let began = |trace: &Trace| trace.events().filter(|e| matches!(e.body, Body::OpBegan { .. })).count() as u64;
        assert_eq!(trace.base().operations() + began(&trace), began(&whole));
    }
}

#[test]
fn a_cursor_at_what_is_forgotten_stands_at_the_beginning_and_goes_no_farther_back() {
    let mut trace = shell_run().trace();
    let mut cursor = at_start(&trace, Level::Stage);
    cursor.step(&trace);
    trace.forget(100);
    cursor.follow(&trace);
    assert_eq!((cursor.position(), cursor.is_live()), (100, false));
    assert!(!cursor.back(&trace) && cursor.step(&trace));
    let there = cursor.position();
    assert!(cursor.back(&trace));
    assert!(cursor.position() >= 100 && cursor.position() < there);
    cursor.seek(&trace, 0);
    assert_eq!(cursor.position(), 100);
}

#[test]
fn a_trace_without_its_beginning_is_a_recording_with_the_world_it_begins_with() {
    let mut trace = shell_run().trace();
    trace.forget(77);
    let mut file = Vec::new();
    log::write(&trace, &mut file).unwrap();
    let loaded = log::read_to(file.as_slice(), dockwalk::spool::Spool::default()).unwrap();
    assert_eq!(loaded.trace.base(), trace.base());
    assert_eq!(loaded.trace.head(), trace.head());
    assert!(loaded.trace.events().eq(trace.events()));
    (77..=trace.len()).for_each(|n| assert_eq!(loaded.trace.seek(n), trace.seek(n), "at {n}"));
}

#[test]
fn files_one_after_the_other_are_a_recording_when_one_goes_on_where_the_other_ends() {
    let whole = shell_run().trace();
    let part = |from: u64, to: u64| {
        let base = Base { events: from, world: whole.seek(from) };
        let mut writer = log::Writer::after(Vec::new(), &base).unwrap();
        whole.events_in(from, to).for_each(|event| writer.append(&event).unwrap());
        writer.into_inner()
    };
    let both = [part(50, 90), part(90, 120)].concat();
    let trace = log::read(both.as_slice()).unwrap().trace;
    assert_eq!((trace.start(), trace.len()), (50, 120));
    assert_eq!(trace.head(), &whole.seek(120));
    let gap = [part(50, 90), part(91, 120)].concat();
    assert!(matches!(log::read(gap.as_slice()), Err(log::LogError::Several { line: 42 })));
}

/// What `trace show` reads of that: begin and end of each recording, and where it is torn.
fn recordings(file: &[u8]) -> Vec<(u64, u64, Option<usize>)> {
    let mut recordings = log::Recordings::new(file);
    let mut found = Vec::new();
    while let Some(loaded) = recordings.read_to(InMemory::default()).unwrap() {
        found.push((loaded.trace.start(), loaded.trace.len(), loaded.torn.map(|torn| torn.bytes)));
    }
    found
}

#[test]
fn recordings_one_after_the_other_are_read_as_such_and_never_called_damaged() {
    let whole = shell_run().trace();
    let part = |from: u64, to: u64| {
        let base = Base { events: from, world: whole.seek(from) };
        let mut writer = log::Writer::after(Vec::new(), &base).unwrap();
        whole.events_in(from, to).for_each(|event| writer.append(&event).unwrap());
        writer.into_inner()
    };
    let several = |file: &[u8], line: u64, found: &[(u64, u64, Option<usize>)]| {
        let refused = log::read(file).expect_err("more than one");
        assert!(matches!(refused, log::LogError::Several { line: at } if at == line), "{refused}");
        assert_eq!(recordings(file), found);
    };
    // Two files put together; an engine that was started anew, twice.
    several(&[part(0, 9), part(0, 5)].concat(), 11, &[(0, 9, None), (0, 5, None)]);
    several(&[part(0, 1), part(0, 2), part(0, 3)].concat(), 3, &[(0, 1, None), (0, 2, None), (0, 3, None)]);
    // A header alone; the same part once more; one from which the beginning is lacking.
    several(&[part(0, 4), part(0, 0)].concat(), 6, &[(0, 4, None), (0, 0, None)]);
    several(&[part(50, 60), part(50, 60)].concat(), 12, &[(50, 60, None), (50, 60, None)]);
    several(&[part(0, 10), part(20, 30)].concat(), 12, &[(0, 10, None), (20, 30, None)]);
    // One that was being written when its engine was killed.
    let first = part(0, 9);
    several(
        &[&first[..first.len() - 7], &part(0, 5)].concat(),
        10,
        &[(0, 8, Some(last_line(&first) - 7)), (0, 5, None)],
    );
    // One that goes on is no other.
    assert_eq!(recordings(&[part(0, 10), part(10, 30)].concat()), [(0, 30, None)]);
    // A later version is said to be one, wherever it stands.
    let later = [part(0, 9), b"{\"dockwalk_trace\":99}\n".to_vec()].concat();
    assert!(matches!(log::read(later.as_slice()), Err(log::LogError::Version { found: 99 })));
}

fn last_line(file: &[u8]) -> usize {
    file.len() - 1 - file[..file.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap()
}

#[test]
fn the_stream_of_an_engine_is_a_recording_without_a_header_and_with_a_reason_at_its_end() {
    let events = small();
    let file = file_of(&events);
    let header = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let stream = &file[header..];
    assert_eq!(log::read(stream).unwrap().trace.len(), 6);
    let end = br#"{"dockwalk_end":{"code":"trace-reader-slow","args":{"seconds":"60"}}}"#;
    let loaded = log::read([stream, end, b"\n"].concat().as_slice()).unwrap();
    assert_eq!(loaded.trace.len(), 6);
    assert_eq!(loaded.ended.unwrap().code, Code::TraceReaderSlow);
    // It goes on behind it, or another begins.
    let (early, late) = stream.split_at(stream.iter().position(|byte| *byte == b'\n').unwrap() + 1);
    assert_eq!(log::read([early, end, b"\n", late].concat().as_slice()).unwrap().trace.len(), 6);
    assert_eq!(recordings(&[stream, end, b"\n", &file].concat()), [(0, 6, None), (0, 6, None)]);
    // From the middle on nothing is known of what was before.
    assert!(matches!(log::read(late), Err(log::LogError::NoHeader)));
}

#[test]
fn recordings_of_the_first_version_are_read() {
    let file = String::from_utf8(file_of(&shell_run().events)).unwrap();
    let old = file.replacen("{\"dockwalk_trace\":2", "{\"dockwalk_trace\":1", 1);
    assert_ne!(old, file);
    assert_eq!(log::read(old.as_bytes()).unwrap().trace.head(), shell_run().trace().head());
    for fixture in ["01-pull-and-run", "02-storage"] {
        let path = format!("{}/fixtures/traces/{fixture}.ndjson", env!("CARGO_MANIFEST_DIR"));
        let input = BufReader::new(std::fs::File::open(path).unwrap());
        assert!(log::read(input).unwrap().trace.len() > 100, "{fixture}");
    }
}

/// An engine that makes and removes for as long as one likes: what is known does not grow with it.
#[test]
fn a_world_does_not_grow_with_what_came_and_went() {
    let mut world = World::default();
    let mut size = 0;
    for n in 1..=2000 {
        let op = Op { id: n, kind: OpKind::Exec, subject: "x".into(), request: String::new() };
        let remark = Change::Remark(Problem::new(Code::NatNotHere));
        let evidence = vec![Evidence::syscall("read(3)", 0)];
        let bodies = [
            Body::OpBegan { op },
            Body::Observed { step: None, change: Box::new(remark), evidence },
            Body::OpEnded { op: n, outcome: Outcome::Done },
        ];
        for body in bodies {
            world.apply_event(&Event { seq: n, at: 0, body }).unwrap();
        }
        if n == 200 {
            size = serde_json::to_string(&world).unwrap().len();
        }
    }
    assert_eq!((world.begun, world.over), (2000, 2000));
    assert!(world.ops.contains_key(&2000) && !world.ops.contains_key(&1));
    let now = serde_json::to_string(&world).unwrap().len();
    assert!(now < size + size / 10, "{size} bytes after 200 operations, {now} after 2000");
}
