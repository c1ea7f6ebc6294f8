use super::*;
use crate::client::protocol::GateCommand;
use crate::trace::{Level, Plan, Problem, Step, StepKind};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

fn conductor(dir: &Path) -> Arc<Conductor> {
    let journal = Journal::open(&dir.join("journal.ndjson")).unwrap();
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
    let fail = |cx: &Cx| step(cx, StepKind::CreateVeth, |_| Err(Fault::failed("link-gone").with("name", "x")));
    op(&conductor, &Cancel::new(), |cx| step(cx, StepKind::WireNetwork, fail)).unwrap_err();
    let failed = Outcome::Failed(Problem::new("link-gone").with("name", "x"));
    let outcomes: Vec<_> = [1, 2]
        .into_iter()
        .map(|id| conductor.recorder().with(|trace| trace.step(id).unwrap().outcome.clone()))
        .collect();
    assert_eq!(outcomes, [Some(failed.clone()), Some(failed.clone())]);
    assert_eq!(conductor.world().ops.get(&1).unwrap().outcome, Some(failed));
}

/// What removes a file of that name in the directory of this journal.
fn file(journal: &Path, name: &str) -> Inverse {
    Inverse::RemoveFile { path: journal.with_file_name(name) }
}

#[test]
fn a_journal_gives_back_what_is_pending_latest_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = Journal::open(&path).unwrap();
    let ids: Vec<_> = ["a", "b", "c"].map(|name| journal.add("one", file(&path, name)).unwrap()).into();
    journal.add("two", file(&path, "d")).unwrap();
    journal.done(ids[1]).unwrap();
    let expected = vec![(ids[2], file(&path, "c")), (ids[0], file(&path, "a"))];
    assert_eq!(journal.pending(Some("one")), expected);
    drop(journal);
    let again = Journal::open(&path).unwrap();
    assert_eq!(again.pending(Some("one")), expected);
    assert_eq!(again.pending(None).len(), 3);
    assert!(again.add("one", file(&path, "e")).unwrap() > ids[2], "a number is not used twice");
}

#[test]
fn a_torn_last_line_is_passed_over_and_the_next_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    Journal::open(&path).unwrap().add("one", file(&path, "a")).unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}{}", &whole[..whole.len() / 2])).unwrap();
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.refused(), []);
    journal.add("one", file(&path, "b")).unwrap();
    drop(journal);
    let names: Vec<_> = Journal::open(&path).unwrap().pending(None).into_iter().map(|(_, inverse)| inverse).collect();
    assert_eq!(names, [file(&path, "b"), file(&path, "a")]);
}

#[test]
fn a_journal_with_nothing_pending_starts_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = Journal::open(&path).unwrap();
    let (a, b) = (journal.add("one", file(&path, "a")).unwrap(), journal.add("one", file(&path, "b")).unwrap());
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
    let journal = Journal::open(&path).unwrap();
    for name in ["a", "b", "c"] {
        journal.add("one", file(&path, name)).unwrap();
    }
    let fault = Fault::failed("host-refused");
    let b = file(&path, "b");
    let left = journal.unwind(Some("one"), |inverse| if *inverse == b { Err(fault.clone()) } else { Ok(()) }).unwrap();
    assert_eq!(left, [(b.clone(), fault)]);
    assert_eq!(journal.pending(None).into_iter().map(|(_, inverse)| inverse).collect::<Vec<_>>(), [b]);
}

#[test]
fn a_journal_is_not_made_longer_by_what_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let journal = Journal::open(&path).unwrap();
    let kept = journal.add("engine", file(&path, "kept")).unwrap();
    for _ in 0..10_000 {
        let id = journal.add("one", file(&path, "a")).unwrap();
        journal.done(id).unwrap();
    }
    let lines = fs::read_to_string(&path).unwrap().lines().count();
    assert!(lines < 6000, "{lines} lines for one entry");
    drop(journal);
    let again = Journal::open(&path).unwrap();
    assert_eq!(again.pending(None), [(kept, file(&path, "kept"))]);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
}

/// Journals that were not written by an engine of the directory they lie in.
mod believing {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn will(id: u64, inverse: &Inverse) -> String {
        let inverse = serde_json::to_string(inverse).unwrap();
        format!(r#"{{"entry":"will","id":{id},"scope":"x","inverse":{inverse}}}"#)
    }

    #[test]
    fn an_entry_that_points_elsewhere_is_not_among_those_to_undo() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let foreign = Inverse::RemoveDir { path: elsewhere.path().to_owned() };
        let ours = Inverse::RemoveDir { path: dir.path().join("containers/a") };
        fs::write(&path, format!("{}\n{}\n", will(1, &foreign), will(2, &ours))).unwrap();
        for _ in 0..2 {
            let journal = Journal::open(&path).unwrap();
            assert_eq!(journal.pending(None), [(2, ours.clone())]);
            assert_eq!(journal.refused(), [Refused::Foreign(foreign.clone())], "it stays to be looked at");
        }
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.add("x", foreign).unwrap_err().problem.code, "engine-fault");
    }

    #[test]
    fn what_lies_elsewhere_and_is_gone_needs_no_word() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let moved = Inverse::RemoveDir { path: "/no/such/root/containers/a".into() };
        fs::write(&path, format!("{}\n", will(1, &moved))).unwrap();
        let journal = Journal::open(&path).unwrap();
        assert_eq!((journal.pending(None), journal.refused()), (vec![], vec![]));
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn lines_that_are_none_are_said_and_the_others_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let ours = Inverse::RemoveDir { path: dir.path().join("containers/a") };
        let mut text = b"not a line\n\xff\xfe\x1b[2J\n".to_vec();
        text.extend(format!("{}\n{}\n", will(u64::MAX, &ours), will(7, &ours)).bytes());
        fs::write(&path, text).unwrap();
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.pending(None), [(7, ours.clone())]);
        let refused = journal.refused();
        let lines: Vec<_> = refused
            .iter()
            .map(|refused| match refused {
                Refused::Unreadable { line, text } => (*line, text.contains('\u{1b}')),
                Refused::Foreign(_) => panic!("{refused:?}"),
            })
            .collect();
        assert_eq!(lines, [(1, false), (2, false), (3, false)]);
        assert_eq!(journal.add("x", ours).unwrap(), 8);
    }

    #[test]
    fn a_process_of_another_life_of_the_machine_is_not_killed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let kill = Inverse::KillProcess { pid: 4_000_000, start_time: 1 };
        Journal::open(&path).unwrap().add("x", kill.clone()).unwrap();
        assert_eq!(Journal::open(&path).unwrap().pending(None), [(1, kill)], "of this one it is");
        let text = fs::read_to_string(&path).unwrap();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        assert!(text.contains(boot.trim()), "{text}");
        fs::write(&path, text.replace(boot.trim(), "00000000-0000-0000-0000-000000000000")).unwrap();
        assert_eq!(Journal::open(&path).unwrap().pending(None), []);
    }

    #[test]
    fn only_a_file_of_ours_alone_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let check = |code: &str| {
            let problem = Journal::open(&path).unwrap_err().problem;
            assert_eq!(problem.code, code, "{problem:?}");
            assert_eq!(problem.args["path"], path.display().to_string());
            fs::remove_file(&path).unwrap();
        };
        let other = dir.path().join("other");
        fs::write(&other, "").unwrap();
        symlink(&other, &path).unwrap();
        check("place-kind");
        fs::hard_link(&other, &path).unwrap();
        check("place-names");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        check("place-kind");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o602)).unwrap();
        check("place-open");
        if nix::unistd::geteuid().is_root() {
            fs::write(&path, "").unwrap();
            std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
            check("place-foreign");
        }
        Journal::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_is_recorded_can_be_had_from_any_event_on() {
    let dir = tempfile::tempdir().unwrap();
    let recorder = Recorder::in_dir(dir.path()).unwrap();
    let journal = Journal::open(&dir.path().join("journal")).unwrap();
    let conductor = Conductor::new(recorder, journal);
    let long = Evidence::file("/proc/x", "x".repeat(Evidence::INLINE * 2));
    let remark = Change::Remark(Problem::new("nat-not-here"));
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
    let Body::Observed { evidence, .. } = &recorder.event(2).unwrap().body else { panic!("an observation") };
    assert!(matches!(&evidence[0], Evidence::File { content, .. } if content.len() < Evidence::INLINE + 8));
    assert_eq!(recorder.evidence(1), None);
}

mod undoing {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Stdio};

    #[test]
    fn a_directory_goes_with_all_that_is_in_it_but_not_what_links_point_at() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, gone) = (dir.path().join("kept"), dir.path().join("gone"));
        fs::create_dir_all(gone.join("work/work")).unwrap();
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("file"), "kept").unwrap();
        std::os::unix::fs::symlink(&kept, gone.join("link")).unwrap();
        fs::write(gone.join("work/work/file"), "gone").unwrap();
        fs::set_permissions(gone.join("work/work"), fs::Permissions::from_mode(0o000)).unwrap();
        let inverse = Inverse::RemoveDir { path: gone.clone() };
        undo(&inverse, None).unwrap();
        undo(&inverse, None).unwrap();
        assert!(!gone.exists());
        assert_eq!(fs::read_to_string(kept.join("file")).unwrap(), "kept");
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn a_link_in_the_place_of_a_directory_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, link) = (dir.path().join("kept"), dir.path().join("link"));
        fs::create_dir(&kept).unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        undo(&Inverse::RemoveDir { path: link }, None).unwrap_err();
        assert!(kept.exists());
    }

    #[test]
    fn only_that_very_process_is_killed() {
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let start_time = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().parse().unwrap();
        let pid = child.id();
        undo(&Inverse::KillProcess { pid, start_time: start_time + 1 }, None).unwrap();
        assert_eq!(child.try_wait().unwrap(), None, "another one with its number");
        undo(&Inverse::KillProcess { pid, start_time }, None).unwrap();
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        undo(&Inverse::KillProcess { pid, start_time }, None).unwrap();
    }

    #[test]
    fn a_directory_that_is_no_control_group_is_not_taken_for_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dockwalk-7");
        fs::create_dir(&path).unwrap();
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        fs::write(path.join("cgroup.procs"), child.id().to_string()).unwrap();
        undo(&Inverse::RemoveCgroup { path: path.clone() }, None).unwrap_err();
        assert_eq!(child.try_wait().unwrap(), None, "what its file names is not killed");
        assert!(path.exists());
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn what_is_gone_already_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("never/made");
        for inverse in [
            Inverse::RemoveFile { path: path.clone() },
            Inverse::RemoveDir { path: path.clone() },
            Inverse::RemoveCgroup { path: path.clone() },
            Inverse::Unmount { path: path.clone(), mntns: 1 },
            Inverse::DeleteLink { netns: 1, name: "none".into() },
            Inverse::DeleteNftTable { netns: 1, family: "ip".into(), name: "none".into() },
            Inverse::RestoreSysctl { netns: 1, path, value: "0".into() },
        ] {
            undo(&inverse, None).unwrap_or_else(|fault| panic!("{inverse:?}: {fault}"));
        }
    }
}
