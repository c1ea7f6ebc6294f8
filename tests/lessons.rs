//! Lessons are code: the reference run must pass, and a run that leaves something out must fail.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "common/engine.rs"]
mod engine;
#[path = "common/postgres.rs"]
mod mirror;

use crate::engine::{Engine, everyone, fails, good};
use assert_cmd::Command;
use dockwalk::lesson::{Lesson, LessonStep, embedded, play, recording, rests};
use dockwalk::trace::{Code, Trace, log};
use mirror::Mirror;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::sync::Arc;

fn lessons() -> impl Iterator<Item = Arc<Lesson>> {
    embedded().into_iter().map(|source| Arc::new(Lesson::parse(&source).expect("lessons are well formed")))
}

fn recorded(lesson: &Lesson) -> Trace {
    let name = &lesson.script.recording;
    let bytes = recording(name).unwrap_or_else(|| panic!("{name} is not part of the program"));
    let loaded = log::read(bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(loaded.torn, None, "{name}");
    loaded.trace
}

fn dockwalk(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwalk"));
    command.env_remove("DOCKER_HOST").env_remove("DOCKWALK_SOCKET").env_remove("DOCKWALK_ROOT").arg("--root").arg(root);
    command
}

#[test]
fn every_lesson_plays_on_its_recording() {
    for lesson in lessons() {
        assert_eq!(play(&lesson, &recorded(&lesson)), [], "{}", lesson.folder);
    }
}

#[test]
fn what_a_command_needs_of_this_machine_is_filled_in() {
    let lesson = lessons().find(|lesson| lesson.folder == "03-tags-and-digests").expect("it is there");
    let trace = recorded(&lesson);
    let mut runner = dockwalk::lesson::Runner::new(Arc::clone(&lesson));
    let first = rests(&lesson, &trace)[0].position;
    assert_eq!(runner.filled("registry damage {{top}}"), "registry damage {{top}}", "not known yet");
    runner.observe(&trace.seek(first), &dockwalk::lesson::Console::default());
    let line = runner.filled("registry damage {{top}}");
    assert!(
        line.starts_with("registry damage sha256:") && line.len() == "registry damage sha256:".len() + 64,
        "{line}"
    );
}

#[test]
fn steps_rest_one_after_the_other() {
    for lesson in lessons() {
        let trace = recorded(&lesson);
        let rests = rests(&lesson, &trace);
        assert_eq!(rests.len(), lesson.script.steps.len());
        assert!(rests.windows(2).all(|pair| pair[0].position <= pair[1].position), "{rests:?}");
        for (rest, step) in rests.iter().zip(&lesson.script.steps) {
            if let Some(kind) = step.stop_at {
                let next = trace.next_step(rest.position).map(|record| record.step.plan.kind);
                assert_eq!(next, Some(kind), "{}, {}", lesson.folder, step.id);
            }
        }
    }
}

#[test]
fn a_recording_that_breaks_off_misses_what_comes_after() {
    for lesson in lessons() {
        let whole = recorded(&lesson);
        let rests = rests(&lesson, &whole);
        // Steps that do something: what the others look at was there before.
        let acts = |step: &LessonStep| step.run.is_some() || step.types.is_some() || step.stop_at.is_some();
        let acting = lesson.script.steps.iter().zip(&rests).filter(|(step, _)| acts(step) && !step.goals.is_empty());
        for (step, rest) in acting {
            let before = rests.iter().map(|r| r.position).filter(|at| *at < rest.position).max().unwrap_or(0);
            let events = whole.events_in(0, before).map(|event| (*event).clone());
            let cut = Trace::from_events(events).expect("a beginning of a trace is a trace");
            let missed: Vec<_> = play(&lesson, &cut)
                .into_iter()
                .filter(|problem| problem.code == Code::LessonGoalMissed && problem.args["step"] == step.id)
                .collect();
            assert!(!missed.is_empty(), "{}: {} is reached without its events", lesson.folder, step.id);
        }
    }
}

#[test]
fn a_recording_says_nothing_of_the_computer_it_was_made_on() {
    for lesson in lessons() {
        let trace = recorded(&lesson);
        let host = trace.head().host.clone().expect("a recording begins with the host");
        assert_eq!(host.hostname, "dockwalk", "{}", lesson.folder);
        for event in trace.events() {
            let text = serde_json::to_string(&*event).expect("events are JSON");
            let of_somebody = text.replace("home/student", "").contains("home/");
            assert!(!of_somebody, "{}: {text}", lesson.folder);
        }
    }
}

#[test]
fn the_lessons_pass_their_own_check() {
    let root = tempfile::tempdir().expect("a directory");
    dockwalk(root.path()).args(["lesson", "check"]).assert().success();
}

#[test]
fn a_lesson_that_nobody_wrote_is_named_with_the_way_to_find_one() {
    let root = tempfile::tempdir().expect("a directory");
    let run = dockwalk(root.path()).args(["--lang", "en", "lesson", "check", "99"]).assert().failure();
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("99") && said.contains("dockwalk lesson list"), "{said}");
}

/// Needs what containers need. `dockwalk doctor` says what that is; there is no pretending here.
#[test]
fn the_first_lesson_runs_live_from_end_to_end() {
    let root = tempfile::tempdir().expect("a directory");
    dockwalk(root.path()).args(["lesson", "run", "1", "--headless"]).assert().success();
}

#[test]
fn the_second_lesson_runs_live_from_end_to_end() {
    let root = tempfile::tempdir().expect("a directory");
    dockwalk(root.path()).args(["lesson", "run", "2", "--headless"]).assert().success();
}

/// From end to end, as everyone, in both languages.
fn runs_live(lesson: &str) {
    runs_live_with(lesson, None);
}

/// The same with a mirror of Docker Hub.
fn runs_live_with(lesson: &str, mirror: Option<&Mirror>) {
    for who in everyone() {
        let engine = Engine::start(who);
        for lang in ["ko", "en"] {
            let root = engine.root().display().to_string();
            let mut run = engine.dockwalk(&["--root", &root, "--lang", lang, "lesson", "run", lesson, "--headless"]);
            run.envs(mirror.map(|mirror| ("DOCKWALK_REGISTRY_MIRRORS", mirror.url())));
            good(run);
        }
    }
}

#[test]
fn the_lesson_on_tags_runs_live_as_everyone_in_both_languages() {
    runs_live("3");
}

#[test]
fn the_lesson_on_a_life_runs_live_as_everyone_in_both_languages() {
    runs_live("4");
}

#[test]
fn the_lesson_on_the_kernel_runs_live_as_everyone_in_both_languages() {
    runs_live("5");
}

#[test]
fn the_lesson_on_who_reaches_whom_runs_live_as_everyone_in_both_languages() {
    runs_live("6");
}

#[test]
fn the_lesson_on_host_and_none_runs_live_as_everyone_in_both_languages() {
    runs_live("7");
}

#[test]
fn the_lesson_on_copies_runs_live_as_everyone_in_both_languages() {
    runs_live("8");
}

#[test]
fn the_lesson_on_postgres_runs_live_as_everyone_in_both_languages() {
    if let Some(mirror) = Mirror::start() {
        runs_live_with("10", Some(&mirror));
    }
}

/// No answer is printed before its question, be it as the value of a goal.
#[test]
fn a_run_asks_before_it_tells() {
    for (lesson, asks, tells) in [
        ("1", "Which address will this container get?", "An address has been reserved. → 172.17.0."),
        ("3", "How many of its layers does the first version not have", "Layers that it alone has → 1"),
        ("3", "how many layers go from the disk?", "Layers that went → 1"),
    ] {
        let root = tempfile::tempdir().expect("a directory");
        let run =
            dockwalk(root.path()).args(["--lang", "en", "lesson", "run", lesson, "--headless"]).assert().success();
        let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
        let (ask, tell) = (said.find(asks).expect(asks), said.find(tells).expect(tells));
        assert!(ask < tell, "{lesson}: {said}");
        assert!(said[ask..].find("answer: ").expect("it is answered") > 0, "{said}");
    }
}

/// A lesson with one command exchanged for one that changes nothing: the goal that it was for cannot be reached.
fn left_unsolved(name: &str, solved: &str, instead: &str, goal: &str) {
    left_unsolved_with(name, (solved, instead), goal, None);
}

/// The same with a mirror of Docker Hub.
fn left_unsolved_with(name: &str, (solved, instead): (&str, &str), goal: &str, mirror: Option<&Mirror>) {
    let root = tempfile::tempdir().expect("a directory");
    let folder = root.path().join("lessons").join(name);
    fs::create_dir_all(&folder).expect("a directory");
    let source = embedded().into_iter().find(|source| source.folder == name).expect("it is there");
    assert!(source.script.contains(solved), "{solved}");
    let script = source.script.replace(solved, instead);
    for (name, text) in [("lesson.toml", &*script), ("ko.md", &source.ko), ("en.md", &source.en)] {
        fs::write(folder.join(name), text).expect("it can be written");
    }
    let lessons = root.path().join("lessons");
    let run = dockwalk(&root.path().join("engine"))
        .envs(mirror.map(|mirror| ("DOCKWALK_REGISTRY_MIRRORS", mirror.url())))
        .args(["--lang", "en", "--lessons"])
        .arg(lessons)
        .args(["lesson", "run", name, "--headless"])
        .assert()
        .failure();
    let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(said.contains(&format!("✘ {goal}")), "{said}");
}

#[test]
fn a_lesson_left_unsolved_fails() {
    left_unsolved("02-storage", "docker volume create memo", "docker volume ls", "Make a volume");
}

#[test]
fn a_container_that_was_not_started_lets_the_lesson_on_its_life_fail() {
    left_unsolved("04-life", "\"docker start box\"", "\"docker ps\"", "Start the container");
}

#[test]
fn a_kernel_that_nobody_asked_lets_the_lesson_on_it_fail() {
    left_unsolved("05-kernel", "docker exec box uname -r", "docker exec box true", "Ask for the kernel");
}

#[test]
fn a_container_that_was_not_joined_lets_the_lesson_on_who_reaches_whom_fail() {
    left_unsolved("06-who-reaches-whom", "docker network connect own web", "docker network ls", "Join `web`");
}

#[test]
fn a_container_with_no_network_of_another_lets_the_lesson_on_host_and_none_fail() {
    left_unsolved("07-host-and-none", "--network host --name web", "--name web", "Read the number");
}

#[test]
fn a_letter_that_was_not_put_in_lets_the_lesson_on_copies_fail() {
    left_unsolved("08-copy", "docker cp {{bind}}/letter box:/letter", "docker ps", "Put the letter");
}

#[test]
fn a_database_on_another_volume_lets_the_lesson_on_postgres_fail() {
    let Some(mirror) = Mirror::start() else { return };
    let data = ",target=/var/lib/postgresql/data -d --name next";
    let (solved, instead) = (format!("source=myvolume01{data}"), format!("source=another{data}"));
    left_unsolved_with("10-postgres", (&solved, &instead), "Read the row that `db` wrote", Some(&mirror));
}

#[test]
fn places_that_were_not_measured_let_the_lesson_on_the_table_fail() {
    left_unsolved("09-table", "dockwalk speed box --quick\"", "docker ps\"", "Measure the four places");
}

#[test]
fn which_place_is_faster_is_known_once_it_is_measured() {
    use dockwalk::lesson::Query as Q;
    use dockwalk::trace::{HomeKind, SpeedPattern};
    let (of, to) = (|name: &str| name.to_owned(), |name: &str| Some(name.to_owned()));
    let in_table = |query| answers("09-table", &query);
    // Which is faster hangs on the machine: that it is known, and of what, does not.
    let faster = |place, than| Q::Faster { container: of("box"), pattern: SpeedPattern::RandomSynced, place, than };
    let known = in_table(faster(HomeKind::Tmpfs, HomeKind::Volume));
    assert!(known.len() >= 3 && known[0].is_none() && known.last() == Some(&None), "{known:?}");
    let none = Q::MedianSpeed { container: of("box"), pattern: SpeedPattern::CopyUp, place: HomeKind::Volume };
    assert_eq!(in_table(none), [None], "there is no layer below a volume");
    assert_eq!(in_table(Q::SpeedMeasured { container: of("box"), times: 2 }), ["no", "yes"].map(to));
}

/// What the command line itself refuses leaves no trace: a lesson says so of it, and of nothing else.
#[test]
fn a_command_that_is_to_be_refused_and_is_not_is_named() {
    let source = embedded().into_iter().find(|source| source.folder == "04-life").unwrap();
    let lesson = Lesson::parse(&source).unwrap();
    let problems = dockwalk::lesson::lint(&lesson, &|_| Ok(()));
    let codes: Vec<_> =
        problems.iter().map(|problem| (problem.code.clone(), problem.args["name"].to_string())).collect();
    assert_eq!(codes, [(Code::LessonNotRefused, "docker container -it lab/shell:1".to_owned())]);
}

/// Everything that is left in the directory of a lesson when its run is over.
fn left(root: &Path, id: &str) -> Vec<String> {
    let of = |dir: &str| fs::read_dir(root.join("lessons").join(id).join(dir)).into_iter().flatten();
    let names = ["containers", "run"].iter().flat_map(|dir| of(dir));
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.extend(root.join("lessons").join(id).join("engine.sock").exists().then(|| "engine.sock".to_owned()));
    names
}

fn run_of(engine: &Engine, lesson: &str) -> std::process::Command {
    let root = engine.root().display().to_string();
    engine.dockwalk(&["--root", &root, "lesson", "run", lesson, "--headless"])
}

#[test]
fn a_lesson_works_beside_free_play_and_each_try_begins_with_nothing() {
    for who in everyone() {
        let engine = Engine::start(who);
        // The lesson's own names, taken: in free play they are somebody's.
        good(engine.dockwalk(&["docker", "volume", "create", "memo"]));
        good(engine.dockwalk(&["docker", "create", "--name", "box", "lab/shell:1", "true"]));
        good(run_of(&engine, "2"));
        assert_eq!(good(engine.dockwalk(&["docker", "volume", "ls", "-q"])), "memo", "{who:?}");
        assert!(good(engine.dockwalk(&["docker", "ps", "-a"])).contains("box"), "{who:?}");
        assert_eq!(left(&engine.root(), "02"), [""; 0], "{who:?}");

        // What the first try pulled and wrote is there no more when the second begins.
        let lesson = engine.root().join("lessons/02");
        assert!(lesson.join("images.json").exists() && lesson.join("lesson-02/memo").exists(), "{who:?}");
        fs::write(lesson.join("lesson-02/of-the-first-try"), "x").unwrap();
        let old = lesson.join("volumes/old");
        fs::create_dir_all(old.join("_data")).unwrap();
        let owner = fs::metadata(&lesson).unwrap().uid();
        [&old, &old.join("_data")].iter().for_each(|dir| chown(dir, Some(owner), None).unwrap());
        good(run_of(&engine, "2"));
        assert!(!lesson.join("lesson-02/of-the-first-try").exists() && !lesson.join("volumes/old").exists(), "{who:?}");
    }
}

#[test]
fn a_try_that_was_killed_is_in_nobodys_way() {
    for who in everyone() {
        let engine = Engine::start(who);
        let lesson = engine.root().join("lessons/02");
        let mut child = run_of(&engine, "2").stdin(std::process::Stdio::null()).spawn().unwrap();
        let begun = std::time::Instant::now();
        // In the midst of things: the container is there.
        while fs::read_dir(lesson.join("containers")).map_or(0, Iterator::count) == 0 {
            assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{who:?}: no container");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        good(run_of(&engine, "2"));
        assert_eq!(left(&engine.root(), "02"), [""; 0], "{who:?}");
    }
}

#[test]
fn a_lesson_that_somebody_steps_through_is_not_taken_from_them() {
    let engine = Engine::start(everyone()[0]);
    let (root, socket) = (engine.root(), engine.root().join("lessons/01/engine.sock"));
    let (root, at) = (root.display().to_string(), socket.display().to_string());
    let mut other = engine.dockwalk(&["engine", "--root", &root, "--lesson", "01", "--socket", &at]).spawn().unwrap();
    let begun = std::time::Instant::now();
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "it does not listen");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let client = dockwalk::client::Client::connect_to(&socket, nix::unistd::getuid().as_raw()).unwrap();
    let stepping = client.events(0, true);
    while !client.gate().unwrap().held {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let said = fails(run_of(&engine, "1"), 1);
    assert!(said.contains("under way in another window"), "{said}");
    assert!(other.try_wait().unwrap().is_none(), "it still runs");
    drop(stepping);
    // Nobody steps any more: the next try takes its place.
    good(run_of(&engine, "1"));
    other.wait().unwrap();
}

#[test]
fn a_lessons_id_is_a_name_and_no_path() {
    let root = tempfile::tempdir().unwrap();
    for id in ["..", "a/b", ""] {
        dockwalk(root.path()).args(["engine", "--lesson", id]).assert().failure();
    }
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

/// Each step of a lesson with what a learner who predicts nothing sees at its rest.
fn each_rest(lesson: &Arc<Lesson>, look: &mut dyn FnMut(&dockwalk::lesson::Runner, &dockwalk::trace::World)) {
    let trace = recorded(lesson);
    let mut runner = dockwalk::lesson::Runner::new(Arc::clone(lesson));
    for (number, rest) in rests(lesson, &trace).iter().enumerate() {
        runner.go_to(number);
        let world = trace.seek(rest.position);
        runner.observe(&world, &dockwalk::lesson::Console::default());
        look(&runner, &world);
    }
}

#[test]
fn a_goal_that_is_a_sentence_has_no_yes_or_no_below_it() {
    let mut sentences = std::collections::BTreeSet::new();
    for lesson in lessons() {
        each_rest(&lesson, &mut |runner, world| {
            for goal in runner.step().goals.iter() {
                let dockwalk::lesson::Condition::Known(query) = &goal.when else { continue };
                let yes_or_no = matches!(query.answer(world), Some(dockwalk::lesson::Answer::Bool(_)));
                if yes_or_no && goal.show.is_none() {
                    let seen =
                        runner.view(dockwalk::i18n::Lang::Ko).goals.into_iter().find(|it| it.id == goal.id).unwrap();
                    assert_eq!((seen.reached, seen.value), (true, None), "{}", goal.id);
                    sentences.insert(goal.id.clone());
                }
            }
        });
    }
    assert!(sentences.contains("was-refused") && sentences.contains("was-caught"), "{sentences:?}");
}

#[test]
fn what_a_picture_says_long_before_it_is_asked_is_veiled_from_the_first_page_until_the_machine_tells() {
    let mut seen = std::collections::BTreeMap::<String, Vec<String>>::new();
    let lesson = lessons().find(|lesson| lesson.folder == "02-storage").unwrap();
    each_rest(&lesson, &mut |runner, world| {
        for question in runner.veiling(world) {
            seen.entry(question.id.clone()).or_default().push(runner.step().id.clone());
        }
    });
    let before_stop = ["ready", "volume", "four-places", "mounted", "write", "from-host"];
    for place in ["upper", "volume", "bind", "tmpfs"] {
        assert_eq!(seen[&format!("{place}-after-stop")], before_stop, "{place}");
    }
    for place in ["upper", "volume", "bind"] {
        let (last, before) = seen[&format!("{place}-after-rm")].split_last().unwrap();
        assert_eq!((last.as_str(), before), ("stop", before_stop.map(str::to_owned).as_slice()), "{place}");
    }
    assert_eq!(seen["where-memo"], ["four-places"], "what is veiled while it is asked alone");
}

#[test]
fn a_question_that_veils_what_nothing_says_is_named() {
    let mut source = embedded().into_iter().find(|source| source.folder == "03-tags-and-digests").unwrap();
    let ask = r#"ask = { query = "same_image", image = "lab/app:stable", other = "lab/app:1" }"#;
    assert!(source.script.contains(ask));
    source.script = source.script.replace(ask, &format!("{ask}\nveils = \"from-start\"")).into();
    let lesson = Lesson::parse(&source).unwrap();
    let problems = dockwalk::lesson::lint(&lesson, &|_| Ok(()));
    let codes: Vec<_> =
        problems.iter().map(|problem| (problem.code.clone(), problem.args["name"].to_string())).collect();
    assert_eq!(codes, [(Code::LessonVeilsNothing, "same-image".to_owned())]);
}

/// What a query answers while a recording goes on, each answer once.
fn answers(folder: &str, query: &dockwalk::lesson::Query) -> Vec<Option<String>> {
    let lesson = lessons().find(|lesson| lesson.folder == folder).unwrap();
    let words = dockwalk::i18n::Words::new(dockwalk::i18n::Lang::En);
    let (mut world, mut seen) = (dockwalk::trace::World::default(), vec![]);
    for event in recorded(&lesson).events() {
        world.apply_event(&event).unwrap();
        let answer = query.answer(&world).map(|answer| answer.show(&words));
        if seen.last() != Some(&answer) {
            seen.push(answer);
        }
    }
    seen
}

/// An answer is there from when the World tells until that is so no more.
#[test]
fn queries_answer_when_the_world_tells_and_not_before() {
    use dockwalk::lesson::{Query as Q, To};
    let (of, to) = (|name: &str| name.to_owned(), |name: &str| Some(name.to_owned()));
    let in_life = |query| answers("04-life", &query);
    assert_eq!(in_life(Q::RunsOnceCreated { container: of("box") }), [None, to("no"), None]);
    assert_eq!(in_life(Q::OperationsToRun { container: of("twin") }), [None, to("2"), None]);
    assert_eq!(in_life(Q::RunsAfterExec { container: of("box") }), [None, to("yes"), to("no"), None]);
    assert_eq!(in_life(Q::ExecShares { container: of("box") }), [None, to("yes"), None]);
    assert_eq!(in_life(Q::ExitStatus { container: of("box") }), [None, to("137"), None]);
    assert_eq!(in_life(Q::ExitStatus { container: of("polite") }), [None, to("0"), None]);
    let marked = Q::SeenInOther { container: of("box"), other: of("twin"), path: of("/mark") };
    assert_eq!(in_life(marked), [None, to("no"), None]);

    let in_kernel = |query| answers("05-kernel", &query);
    assert_eq!(in_kernel(Q::SameKernel { container: of("box") }), [None, to("yes"), None]);
    let shares = |kind| Q::SharesNamespace { container: of("box"), kind };
    assert_eq!(in_kernel(shares(dockwalk::trace::NamespaceKind::Pid)), [None, to("no"), None]);
    assert_eq!(in_kernel(shares(dockwalk::trace::NamespaceKind::User)), [None, to("yes"), None]);
    assert_eq!(in_kernel(Q::MemoryLimit { container: of("hungry") }), [None, to("32 MiB"), None]);
    assert_eq!(in_kernel(Q::MemoryLimit { container: of("box") }), [None, to("no limit"), None]);
    let took = in_kernel(Q::StartTook { container: of("twin") });
    let [None, Some(took)] = took.as_slice() else { panic!("{took:?}") };
    assert!(took.parse::<u64>().unwrap() > 0);

    let in_reach = |query| answers("06-who-reaches-whom", &query);
    let reaches = |container: &str, to| Q::Reaches { container: of(container), to };
    let (by_name, by_address) = (To::Word(of("web")), To::AddressOf(of("web")));
    assert_eq!(in_reach(reaches("db", by_address)), [None, to("yes"), None]);
    assert_eq!(in_reach(reaches("db", by_name.clone())), [None, to("no"), None]);
    let probed = |from: &str, at: &str| Q::Probed { from: of(from), to: of(at) };
    // What was found holds until something changes on which it hangs.
    assert_eq!(in_reach(probed("web", "app")), [None, to("no"), None, to("yes")]);
    assert_eq!(in_reach(probed("host", "app")), [None, to("yes"), None, to("yes")]);
    assert_eq!(in_reach(probed("box", "outside")), [None, to("no")]);
    assert_eq!(in_reach(probed("host", "box")), [None, to("yes")]);
    assert_eq!(in_reach(reaches("app", by_name)), [None, to("yes")]);
    assert_eq!(in_reach(Q::HostLeavesBy { container: of("db") }), [None, to("docker0"), None]);
    assert_eq!(in_reach(Q::Uplink), [None, to("eth0")]);
    assert_eq!(in_reach(Q::PlaceOf { to: To::Outside }), [None, to("10.0.2.2")]);
    assert_eq!(in_reach(Q::SourceOutside { container: of("db") }), [None, to("10.0.2.100"), None]);
    assert_eq!(in_reach(Q::Subnet { network: of("host") }), [None], "it has none");
    assert_eq!(in_reach(Q::PublishedTo { container: of("web") }), [None, to("172.17.0.2:80")]);
    let address = |network: &str| Q::AddressIn { container: of("web"), network: of(network) };
    assert_eq!(in_reach(address("bridge")), [None, to("172.17.0.2")]);
    assert_eq!(in_reach(address("own")), [None, to("172.18.0.3")]);

    let in_modes = |query| answers("07-host-and-none", &query);
    let own = |container: &str| Q::OwnLinks { container: of(container) };
    let all = ["web", "alone", "guest"].map(|name| in_modes(own(name)));
    assert_eq!(all, ["0", "1", "0"].map(|count| vec![None, to(count), None]));
    assert_eq!(in_modes(Q::EndedWell { container: of("second") }), [None, to("no"), None]);
    assert_eq!(in_modes(reaches("alone", To::Gateway)), [None, to("no"), None]);

    let in_copy = |query| answers("08-copy", &query);
    let path = |name: &str| (of("box"), of(name));
    let copied = |(container, path)| Q::CopiedIn { container, path };
    assert_eq!(in_copy(copied(path("/letter"))), [None, to("yes"), None]);
    assert_eq!(in_copy(copied(path("/no-such-file"))), [None]);
    assert_eq!(in_copy(Q::CopiedOut { container: of("box") }), [None, to("yes")]);
    assert_eq!(in_copy(Q::ContainerLinks { container: of("box") }), [None, to("lo"), None]);
    assert_eq!(in_copy(Q::HasProgram { container: of("box"), program: of("docker") }), [None, to("no"), None]);
}
