use super::*;
use crate::client::protocol::{Caller, GateCommand};
use crate::trace::{Code, Level, Plan, Problem, Step, StepKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

fn conductor(dir: &Path) -> Arc<Conductor> {
    let journal = open(&dir.join("journal.ndjson"));
    Conductor::new(Recorder::in_memory(), journal)
}

fn op<T>(conductor: &Arc<Conductor>, cancel: &Cancel, act: impl FnOnce(&Cx) -> Result<T>) -> Result<T> {
    conductor.operate(OpKind::ContainerStart, "test", "test", cancel, act)
}

fn step(cx: &Cx, kind: StepKind, inside: impl FnOnce(&Cx) -> Result<()>) -> Result<()> {
    cx.step(Plan::new(kind, ""), inside)
}

/// wire_network { create_veth { message }, join_bridge { message } }, start_process { clone_process }
fn script(cx: &Cx) -> Result<()> {
    let message = |cx: &Cx| step(cx, StepKind::NetlinkMessage, |_| Ok(()));
    step(cx, StepKind::WireNetwork, |cx| {
        step(cx, StepKind::CreateVeth, message)?;
        step(cx, StepKind::JoinBridge, message)
    })?;
    step(cx, StepKind::StartProcess, |cx| step(cx, StepKind::CloneProcess, |_| Ok(())))
}

/// The script under way on a thread, with the gate held.
struct SteppedScript {
    conductor: Arc<Conductor>,
    cancel: Cancel,
    hold: Option<Hold>,
    thread: Option<JoinHandle<Result<()>>>,
    _dir: tempfile::TempDir,
}

impl SteppedScript {
    fn begin(prepare: impl FnOnce(&Gate)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (conductor, cancel) = (conductor(dir.path()), Cancel::new());
        let hold = Some(conductor.hold());
        prepare(conductor.gate());
        let (inner, stop) = (Arc::clone(&conductor), cancel.clone());
        let thread = Some(std::thread::spawn(move || op(&inner, &stop, script)));
        Self { conductor, cancel, hold, thread, _dir: dir }
    }

    /// The step that waits; none when the script is done.
    fn waiting(&self) -> Option<Step> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(step) = self.conductor.gate().view().waiting.into_iter().next() {
                return Some(step);
            }
            if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
                return None;
            }
            assert!(Instant::now() < deadline, "neither waiting nor done");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn check(&self, expected: StepKind) -> &Self {
        assert_eq!(self.waiting().map(|step| step.plan.kind), Some(expected));
        self
    }

    fn tell(&self, command: GateCommand) -> &Self {
        self.conductor.gate().command(&command);
        self
    }

    fn end(&mut self) -> Result<()> {
        self.thread.take().unwrap().join().unwrap()
    }

    fn done(&mut self) {
        assert_eq!(self.waiting(), None);
        self.end().unwrap();
    }
}

const STAGE: Level = Level::Stage;

#[test]
fn a_gate_that_nobody_holds_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    op(&conductor, &Cancel::new(), script).unwrap();
    assert!(!conductor.gate().view().held);
    assert_eq!(conductor.world().open_steps.len(), 0);
}

#[test]
fn stepping_stops_before_every_step_of_the_level_inside_and_after() {
    let mut session = SteppedScript::begin(|_| {});
    let level = STAGE;
    session.check(StepKind::WireNetwork).tell(GateCommand::Step { level });
    session.check(StepKind::CreateVeth).tell(GateCommand::Step { level });
    session.check(StepKind::JoinBridge).tell(GateCommand::Step { level });
    session.check(StepKind::StartProcess).tell(GateCommand::Step { level });
    session.check(StepKind::CloneProcess).tell(GateCommand::Step { level });
    session.done();
}

#[test]
fn a_finer_level_stops_before_finer_steps() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork).tell(GateCommand::Step { level: Level::Kernel });
    session.check(StepKind::CreateVeth).tell(GateCommand::Step { level: Level::Kernel });
    session.check(StepKind::NetlinkMessage).tell(GateCommand::Step { level: Level::Story });
    session.check(StepKind::StartProcess).tell(GateCommand::Step { level: Level::Story });
    session.done();
}

#[test]
fn over_passes_all_that_is_inside() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork).tell(GateCommand::Over { level: Level::Kernel });
    session.check(StepKind::StartProcess).tell(GateCommand::Continue);
    session.done();
}

#[test]
fn out_goes_on_until_the_step_around_is_over() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork).tell(GateCommand::Step { level: STAGE });
    session.check(StepKind::CreateVeth).tell(GateCommand::Out { level: Level::Kernel });
    session.check(StepKind::StartProcess).tell(GateCommand::Continue);
    session.done();
}

#[test]
fn run_to_stops_before_the_next_of_a_kind_of_whatever_level() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork).tell(GateCommand::RunTo { kind: StepKind::NetlinkMessage });
    let first = session.check(StepKind::NetlinkMessage).waiting().unwrap().id;
    session.tell(GateCommand::RunTo { kind: StepKind::NetlinkMessage });
    let second = session.check(StepKind::NetlinkMessage).waiting().unwrap().id;
    assert!(second > first, "{first}, {second}");
    session.tell(GateCommand::RunTo { kind: StepKind::PivotRoot });
    session.done();
}

#[test]
fn a_breakpoint_stops_what_would_go_on() {
    let kinds = BTreeSet::from([StepKind::JoinBridge]);
    let mut session = SteppedScript::begin(|gate| gate.command(&GateCommand::Breakpoints { kinds }));
    session.check(StepKind::WireNetwork).tell(GateCommand::Continue);
    session.check(StepKind::JoinBridge).tell(GateCommand::Over { level: STAGE });
    session.check(StepKind::StartProcess).tell(GateCommand::Breakpoints { kinds: BTreeSet::new() });
    session.check(StepKind::StartProcess).tell(GateCommand::Continue);
    session.done();
}

#[test]
fn a_pause_sets_the_level_and_lets_nothing_go() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork);
    session.tell(GateCommand::Pause { level: Level::Kernel }).check(StepKind::WireNetwork);
    assert_eq!(session.conductor.gate().view().level, Level::Kernel);
    session.tell(GateCommand::RunTo { kind: StepKind::JoinBridge }).check(StepKind::JoinBridge);
    session.tell(GateCommand::Continue);
    session.done();
}

#[test]
fn the_gate_opens_when_its_last_holder_is_gone() {
    let mut session = SteppedScript::begin(|_| {});
    let second = session.conductor.hold();
    session.check(StepKind::WireNetwork);
    session.hold = None;
    session.check(StepKind::WireNetwork);
    assert!(session.conductor.gate().held());
    drop(second);
    session.end().unwrap();
    assert!(!session.conductor.gate().held());
}

#[test]
fn an_open_gate_lets_all_through_and_breakpoints_too_until_it_is_closed() {
    let mut session = SteppedScript::begin(|_| {});
    let kinds: BTreeSet<StepKind> = [StepKind::JoinBridge].into();
    session.check(StepKind::WireNetwork).tell(GateCommand::Breakpoints { kinds }).tell(GateCommand::Open);
    session.done();
    let gate = session.conductor.gate();
    assert!(gate.view().open && gate.view().held && !gate.view().passing);
    // Continue leaves it as it is; a level is no wish to stop.
    gate.command(&GateCommand::Continue);
    gate.command(&GateCommand::Pause { level: Level::Kernel });
    assert!(gate.view().open);
    gate.command(&GateCommand::Continue);
    assert!(gate.view().passing, "what was told to go on shows");
    gate.command(&GateCommand::Close);
    assert!(!gate.view().open && !gate.view().passing);
}

#[test]
fn whoever_says_where_to_stop_closes_the_gate() {
    for command in [
        GateCommand::Step { level: STAGE },
        GateCommand::Over { level: STAGE },
        GateCommand::Out { level: STAGE },
        GateCommand::RunTo { kind: StepKind::JoinBridge },
    ] {
        let session = SteppedScript::begin(|gate| {
            gate.command(&GateCommand::Open);
            gate.command(&command);
        });
        assert!(session.waiting().is_some(), "{command:?}");
        session.tell(GateCommand::Open);
    }
}

#[test]
fn the_next_holder_finds_the_gate_closed() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    let hold = conductor.hold();
    conductor.gate().command(&GateCommand::Open);
    let second = conductor.hold();
    assert!(conductor.gate().view().open, "one of two windows does not close it for the other");
    drop((hold, second));
    let _hold = conductor.hold();
    assert!(!conductor.gate().view().open, "no state is left behind by those that have gone");
}

#[test]
fn who_waits_at_the_gate_is_named_while_it_waits() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    let _hold = conductor.hold();
    let caller = Caller { pid: 4711, program: "docker".to_owned(), words: Vec::new() };
    let asked = Asked::by("POST /x".to_owned(), Some(caller.clone()));
    let inner = Arc::clone(&conductor);
    let thread = std::thread::spawn(move || {
        inner.operate(OpKind::ContainerStart, "test", asked, &Cancel::new(), |cx| {
            step(cx, StepKind::WireNetwork, |_| Ok(()))
        })
    });
    while conductor.gate().view().waiting.is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let view = conductor.gate().view();
    assert_eq!(view.callers.values().collect::<Vec<_>>(), [&caller]);
    assert!(view.waits_for(4711).is_some() && view.waits_for(4712).is_none());
    conductor.gate().command(&GateCommand::Continue);
    thread.join().unwrap().unwrap();
    assert!(conductor.gate().view().callers.is_empty());
}

#[test]
fn a_cancelled_operation_waits_no_longer_and_all_its_steps_end() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork).tell(GateCommand::Step { level: STAGE });
    session.check(StepKind::CreateVeth);
    session.cancel.cancel();
    let fault = session.end().unwrap_err();
    assert_eq!(fault, Fault::cancelled());
    let world = session.conductor.world();
    assert!(world.open_steps.is_empty());
    assert_eq!(world.ops.get(&1).unwrap().outcome, Some(Outcome::Cancelled));
}

#[test]
fn the_wait_at_the_gate_is_not_counted() {
    let mut session = SteppedScript::begin(|_| {});
    session.check(StepKind::WireNetwork).tell(GateCommand::Step { level: STAGE });
    session.check(StepKind::CreateVeth);
    std::thread::sleep(Duration::from_millis(300));
    session.tell(GateCommand::Continue);
    session.done();
    let took = session.conductor.recorder().with(|trace| trace.step(1).unwrap().took);
    assert!(took < 250_000_000, "{took} ns with a wait of 300 ms inside");
}

#[test]
fn a_failure_is_the_outcome_of_its_step_of_those_around_and_of_the_operation() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    let fail = |cx: &Cx| step(cx, StepKind::CreateVeth, |_| Err(Fault::failed(Code::LinkGone).with("name", "x")));
    op(&conductor, &Cancel::new(), |cx| step(cx, StepKind::WireNetwork, fail)).unwrap_err();
    let failed = Outcome::Failed(Problem::new(Code::LinkGone).with("name", "x"));
    let outcomes: Vec<_> = [1, 2]
        .into_iter()
        .map(|id| conductor.recorder().with(|trace| trace.step(id).unwrap().outcome.clone()))
        .collect();
    assert_eq!(outcomes, [Some(failed.clone()), Some(failed.clone())]);
    assert_eq!(conductor.world().ops.get(&1).unwrap().outcome, Some(failed));
}

/// How the tests undo: files and directories, in the directory of the journal itself; and what ends with the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
enum TestInverse {
    RemoveFile { path: PathBuf },
    Mortal { pid: u32 },
}

impl Undo for TestInverse {
    fn allowed(&self, root: &Path) -> bool {
        match self {
            Self::RemoveFile { path } => matches!(below(root, path).as_deref(), Some([_])),
            Self::Mortal { .. } => true,
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self, Self::RemoveFile { path } if !path.exists())
    }

    fn ends_with_the_machine(&self) -> bool {
        matches!(self, Self::Mortal { .. })
    }

    fn words(&self) -> (String, String) {
        ("it".to_owned(), format!("{self:?}"))
    }
}

/// Another module's, with a name for what it makes that is the same in another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
enum OtherInverse {
    RemoveFile { path: PathBuf },
}

impl Undo for OtherInverse {
    fn allowed(&self, root: &Path) -> bool {
        let Self::RemoveFile { path } = self;
        matches!(below(root, path).as_deref(), Some([other, _]) if *other == "other")
    }

    fn words(&self) -> (String, String) {
        ("other".to_owned(), format!("{self:?}"))
    }
}

fn remove(path: &Path) -> Result<Undone> {
    match fs::remove_file(path) {
        Ok(()) => Ok(Undone::Done),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Undone::Gone),
        Err(e) => Err(Fault::io("remove", path.display(), &e)),
    }
}

fn open(path: &Path) -> Journal {
    try_open(path).unwrap()
}

fn try_open(path: &Path) -> Result<Journal> {
    let test = |inverse: &TestInverse| match inverse {
        TestInverse::RemoveFile { path } => remove(path),
        TestInverse::Mortal { .. } => Ok(Undone::Gone),
    };
    let other = |OtherInverse::RemoveFile { path }: &OtherInverse| remove(&path.with_extension("other"));
    Journal::open(path, Undoers::default().with(test).with(other))
}

/// What removes a file of that name in the directory of this journal.
fn file(journal: &Path, name: &str) -> TestInverse {
    TestInverse::RemoveFile { path: journal.with_file_name(name) }
}

fn kept(undo: &impl Undo) -> Inverse {
    Inverse::of(undo).unwrap()
}

#[test]
fn each_module_undoes_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    fs::create_dir(dir.path().join("other")).unwrap();
    for name in ["a", "other/a", "other/a.other"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    let journal = open(&path);
    journal.add("x", &file(&path, "a")).unwrap();
    journal.add("x", &OtherInverse::RemoveFile { path: dir.path().join("other/a") }).unwrap();
    drop(journal);
    assert_eq!(open(&path).unwind(None).unwrap(), []);
    let left = |name: &str| dir.path().join(name).exists();
    assert_eq!((left("a"), left("other/a"), left("other/a.other")), (false, true, false));
    let journal = open(&path);
    let elsewhere = TestInverse::RemoveFile { path: dir.path().join("other/deeper/a") };
    journal.add("x", &elsewhere).unwrap_err();
    journal.undo(&kept(&elsewhere)).unwrap_err();
}

#[test]
fn a_journal_gives_back_what_is_pending_latest_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = open(&path);
    let ids: Vec<_> = ["a", "b", "c"].map(|name| journal.add("one", &file(&path, name)).unwrap()).into();
    journal.add("two", &file(&path, "d")).unwrap();
    journal.done(ids[1]).unwrap();
    let expected = vec![(ids[2], kept(&file(&path, "c"))), (ids[0], kept(&file(&path, "a")))];
    assert_eq!(journal.pending(Some("one")), expected);
    drop(journal);
    let again = open(&path);
    assert_eq!(again.pending(Some("one")), expected);
    assert_eq!(again.pending(None).len(), 3);
    assert!(again.add("one", &file(&path, "e")).unwrap() > ids[2], "a number is not used twice");
}

#[test]
fn a_torn_last_line_is_passed_over_and_the_next_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    open(&path).add("one", &file(&path, "a")).unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}{}", &whole[..whole.len() / 2])).unwrap();
    let journal = open(&path);
    assert_eq!(journal.refused(), []);
    journal.add("one", &file(&path, "b")).unwrap();
    drop(journal);
    let names: Vec<_> = open(&path).pending(None).into_iter().map(|(_, inverse)| inverse).collect();
    assert_eq!(names, [file(&path, "b"), file(&path, "a")].map(|it| kept(&it)));
}

#[test]
fn a_journal_with_nothing_pending_starts_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = open(&path);
    let (a, b) = (journal.add("one", &file(&path, "a")).unwrap(), journal.add("one", &file(&path, "b")).unwrap());
    journal.done(a).unwrap();
    assert_ne!(fs::metadata(&path).unwrap().len(), 0);
    journal.done(b).unwrap();
    journal.done(b).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn unwinding_keeps_what_cannot_be_undone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = open(&path);
    for name in ["a", "b", "c"] {
        journal.add("one", &file(&path, name)).unwrap();
        fs::write(dir.path().join(name), "").unwrap();
    }
    // A directory is not removed as a file.
    fs::remove_file(dir.path().join("b")).unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    let b = kept(&file(&path, "b"));
    let left = journal.unwind(Some("one")).unwrap();
    assert_eq!(left.iter().map(|(inverse, _)| inverse).collect::<Vec<_>>(), [&b]);
    assert_eq!(journal.pending(None).into_iter().map(|(_, inverse)| inverse).collect::<Vec<_>>(), [b]);
    assert!(!dir.path().join("a").exists() && !dir.path().join("c").exists());
}

#[test]
fn the_first_line_says_the_version_and_an_older_journal_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    open(&path).add("one", &file(&path, "a")).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines[0], lines.len()), (r#"{"entry":"journal","version":2}"#, 2));
    // As the engine before wrote it.
    fs::write(&path, format!("{}\n", lines[1])).unwrap();
    let older = open(&path);
    assert_eq!((older.pending(None), older.refused()), (vec![(1, kept(&file(&path, "a")))], vec![]));
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "and from now on it says so");
}

#[test]
fn a_journal_of_a_newer_engine_is_left_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let text = "{\"entry\":\"journal\",\"version\":3}\n{\"entry\":\"anything\"}\n";
    fs::write(&path, text).unwrap();
    let problem = try_open(&path).unwrap_err().problem;
    assert_eq!(problem.code, Code::JournalVersion);
    assert_eq!((&*problem.args["version"], &*problem.args["journal"]), ("3", &*path.display().to_string()));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn an_engine_that_was_killed_while_it_shortened_its_journal_has_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    open(&path).add("one", &file(&path, "a")).unwrap();
    // Half of a new one, that has not taken the place of the old one.
    fs::write(path.with_extension("new"), "{\"entry\":\"journal\",\"ver").unwrap();
    let journal = open(&path);
    assert_eq!(journal.pending(None), [(1, kept(&file(&path, "a")))]);
    assert!(!path.with_extension("new").exists(), "it was made anew, and has taken its place");
}

#[test]
fn a_journal_is_not_made_longer_by_what_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = open(&path);
    let entry = journal.add("engine", &file(&path, "kept")).unwrap();
    for _ in 0..10_000 {
        let id = journal.add("one", &file(&path, "a")).unwrap();
        journal.done(id).unwrap();
    }
    let lines = fs::read_to_string(&path).unwrap().lines().count();
    assert!(lines < 6000, "{lines} lines for one entry");
    drop(journal);
    let again = open(&path);
    assert_eq!(again.pending(None), [(entry, kept(&file(&path, "kept")))]);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
}

/// Journals that were not written by an engine of the directory they lie in.
mod believing {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn will(id: u64, inverse: &impl Undo) -> String {
        format!(r#"{{"entry":"will","id":{id},"scope":"x","inverse":{}}}"#, kept(inverse))
    }

    #[test]
    fn an_entry_that_points_elsewhere_is_not_among_those_to_undo() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let foreign = TestInverse::RemoveFile { path: elsewhere.path().to_owned() };
        let ours = file(&path, "a");
        let unknown = r#"{"undo":"format_disk","disk":"sda"}"#;
        let unknown_line = format!(r#"{{"entry":"will","id":3,"scope":"x","inverse":{unknown}}}"#);
        fs::write(&path, format!("{}\n{}\n{unknown_line}\n", will(1, &foreign), will(2, &ours))).unwrap();
        for _ in 0..2 {
            let journal = open(&path);
            assert_eq!(journal.pending(None), [(2, kept(&ours))]);
            let unknown: Inverse = serde_json::from_str(unknown).unwrap();
            assert!(journal.words(&unknown).1.contains("format_disk"), "what no module knows is shown as it stands");
            journal.undo(&unknown).unwrap_err();
            let refused = [Refused::Foreign(kept(&foreign)), Refused::Foreign(unknown)];
            assert_eq!(journal.refused(), refused, "it stays to be looked at");
        }
        let journal = open(&path);
        assert_eq!(journal.add("x", &foreign).unwrap_err().problem.code, Code::EngineFault);
    }

    #[test]
    fn what_lies_elsewhere_and_is_gone_needs_no_word() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let moved = TestInverse::RemoveFile { path: "/no/such/root/containers/a".into() };
        fs::write(&path, format!("{}\n", will(1, &moved))).unwrap();
        let journal = open(&path);
        assert_eq!((journal.pending(None), journal.refused()), (vec![], vec![]));
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn lines_that_are_none_are_said_at_each_start_and_the_others_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let ours = file(&path, "a");
        let mut text = format!("{}\n", will(3, &ours)).into_bytes();
        text.extend_from_slice(b"not a line\n\xff\xfe\x1b[2J\n");
        text.extend(format!("{}\n{}\n", will(u64::MAX, &ours), will(7, &ours)).bytes());
        fs::write(&path, text).unwrap();
        for _ in 0..2 {
            let journal = open(&path);
            assert_eq!(journal.pending(None), [(7, kept(&ours)), (3, kept(&ours))]);
            let text = fs::read(&path).unwrap();
            let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
            let refused = journal.refused();
            assert_eq!(refused.len(), 3);
            for (refused, begins) in refused.iter().zip([&b"not a line"[..], b"\xff\xfe", b"{\"entry\":\"will\""]) {
                let Refused::Unreadable { line, text } = refused else { panic!("{refused:?}") };
                assert!(!text.contains('\u{1b}'), "{text}");
                assert!(lines[line - 1].starts_with(begins), "line {line} of the file as it is now");
            }
        }
        let journal = open(&path);
        assert_eq!(journal.add("x", &ours).unwrap(), 8);
        for (id, _) in journal.pending(None) {
            journal.done(id).unwrap();
        }
        assert_eq!(open(&path).refused().len(), 3, "nothing but them is left, and they are");
    }

    #[test]
    fn a_process_of_another_life_of_the_machine_is_not_killed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let kill = TestInverse::Mortal { pid: 4_000_000 };
        open(&path).add("x", &kill).unwrap();
        assert_eq!(open(&path).pending(None), [(1, kept(&kill))], "of this one it is");
        let text = fs::read_to_string(&path).unwrap();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        assert!(text.contains(boot.trim()), "{text}");
        fs::write(&path, text.replace(boot.trim(), "00000000-0000-0000-0000-000000000000")).unwrap();
        assert_eq!(open(&path).pending(None), []);
    }

    #[test]
    fn only_a_file_of_ours_alone_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let check = |code: Code| {
            let problem = try_open(&path).unwrap_err().problem;
            assert_eq!(problem.code, code, "{problem:?}");
            assert_eq!(problem.args["path"], path.display().to_string());
            fs::remove_file(&path).unwrap();
        };
        let other = dir.path().join("other");
        fs::write(&other, "").unwrap();
        symlink(&other, &path).unwrap();
        check(Code::PlaceKind);
        fs::hard_link(&other, &path).unwrap();
        check(Code::PlaceNames);
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        check(Code::PlaceKind);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o602)).unwrap();
        check(Code::PlaceOpen);
        if nix::unistd::geteuid().is_root() {
            fs::write(&path, "").unwrap();
            std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
            check(Code::PlaceForeign);
        }
        open(&path);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_is_recorded_can_be_had_from_any_event_on() {
    let dir = tempfile::tempdir().unwrap();
    let recorder = Recorder::in_dir(dir.path(), Limit::DEFAULT).unwrap();
    let journal = open(&dir.path().join("journal"));
    let conductor = Conductor::new(recorder, journal);
    let long = Evidence::file("/proc/x", "x".repeat(Evidence::INLINE * 2));
    let remark = Change::Remark(Problem::new(Code::NatNotHere));
    op(&conductor, &Cancel::new(), |cx| {
        cx.observe(remark.clone(), vec![long.clone()]);
        Ok(())
    })
    .unwrap();
    let recorder = conductor.recorder();
    assert_eq!(*recorder.length().borrow(), 3);
    assert_eq!(recorder.after(1, 10).len(), 2);
    assert_eq!(recorder.after(1, 1).len(), 1);
    assert_eq!(recorder.after(9, 1).len(), 0);
    assert_eq!(recorder.evidence(2), Some(vec![long]), "whole, though the event holds its beginning");
    let Body::Observed { evidence, .. } = recorder.event(2).unwrap().body else { panic!("an observation") };
    assert!(matches!(&evidence[0], Evidence::File { content, .. } if content.len() < Evidence::INLINE + 8));
    assert_eq!(recorder.evidence(1), None);
}

#[test]
fn a_panic_ends_its_steps_and_its_operation_as_failed_and_hurts_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let conductor = conductor(dir.path());
    let boom = |cx: &Cx| -> Result<()> {
        step(cx, StepKind::WireNetwork, |cx| {
            step(cx, StepKind::CreateVeth, |cx| cx.conductor().recorder().with(|_locked| panic!("boom {}", 1)))
        })
    };
    let fault = op(&conductor, &Cancel::new(), boom).unwrap_err();
    assert_eq!(fault, Fault::failed(Code::EngineFault).with("reason", "boom 1"));
    let fault = op(&conductor, &Cancel::new(), |_| -> Result<()> { panic!("outside of steps") }).unwrap_err();
    assert_eq!(fault, Fault::failed(Code::EngineFault).with("reason", "outside of steps"));
    op(&conductor, &Cancel::new(), script).unwrap();
    let failed = |body: &Body| match body {
        Body::StepEnded { outcome, .. } | Body::OpEnded { outcome, .. } => matches!(outcome, Outcome::Failed(_)),
        _ => false,
    };
    let events = conductor.recorder().after(0, usize::MAX);
    assert_eq!(events.iter().filter(|event| failed(&event.body)).count(), 4, "two steps, two operations");
    let ended = |id| events.iter().any(|event| matches!(event.body, Body::OpEnded { op, .. } if op == id));
    assert!([1, 2, 3].into_iter().all(ended));
}
