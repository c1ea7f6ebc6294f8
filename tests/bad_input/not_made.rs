//! What a step had announced and did not do, because there was nothing to do: it says so, and why.

use super::*;
use dockwalk::trace::{Change, StepKind};
use std::fs;

/// The kinds of steps that said that their call was not made, why, and the call, which is the one that was announced.
fn not_made(engine: &Engine) -> Vec<(StepKind, String, String)> {
    let text = good(engine.dockwalk(&["trace", "export", "-"]));
    let trace = log::read(text.as_bytes()).unwrap().trace;
    let said = trace.events().filter_map(|event| {
        let Body::Observed { step, change, evidence } = &event.body else { return None };
        let Change::Remark(problem) = &**change else { return None };
        if problem.code != Code::CallNotMade {
            return None;
        }
        assert!(!evidence.is_empty());
        let plan = trace.step(step.unwrap()).unwrap().step.plan;
        assert_eq!(arg(problem, "call"), plan.call);
        for lang in Lang::ALL {
            assert!(Words::new(lang).problem(problem).contains(&plan.call));
        }
        Some((plan.kind, arg(problem, "why").to_owned(), plan.call))
    });
    said.collect()
}

fn kinds(engine: &Engine) -> Vec<(StepKind, String)> {
    not_made(engine).into_iter().map(|(kind, why, _)| (kind, why)).collect()
}

#[test]
fn a_container_whose_directory_somebody_removed() {
    check(|engine| {
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        let begun = not_made(engine).len();
        let make = || good(engine.dockwalk(&["docker", "create", "lab/shell:1"]));
        let (left, gone) = (make(), make());
        let dir = engine.root().join("containers").join(&gone);
        fs::remove_dir_all(&dir).unwrap();
        good(engine.dockwalk(&["docker", "rm", &left, &gone]));
        let said = not_made(engine).split_off(begun);
        assert_eq!(said.len(), 1, "{said:?}");
        let (kind, why, call) = &said[0];
        assert_eq!((*kind, why.as_str()), (StepKind::RemoveDirectory, "gone"));
        assert!(call.contains(&gone), "{call}");
    });
}

#[test]
fn what_is_fetched_or_unpacked_once_is_not_said_to_be_so_again() {
    check(|engine| {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let (image, files) = (dir.path().join("image.tar"), dir.path().join("files.tar"));
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        let begun = kinds(engine).len();
        let there = |kind: StepKind| (kind, "there".to_owned());
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        let said = kinds(engine).split_off(begun);
        for kind in [StepKind::FetchConfig, StepKind::UnpackLayer] {
            assert!(said.contains(&there(kind)), "{kind:?}: {said:?}");
        }
        let begun = kinds(engine).len();
        good(engine.dockwalk(&["docker", "save", "-o", image.to_str().unwrap(), "lab/shell:1"]));
        good(engine.dockwalk(&["docker", "load", "-i", image.to_str().unwrap()]));
        let said = kinds(engine).split_off(begun);
        assert!(said.contains(&there(StepKind::TakeBlob)) && said.contains(&there(StepKind::UnpackLayer)), "{said:?}");
        fs::write(dir.path().join("file"), "text").unwrap();
        let tar = ["-C", dir.path().to_str().unwrap(), "-cf", files.to_str().unwrap(), "file"];
        assert!(Command::new("tar").args(tar).status().unwrap().success());
        good(engine.dockwalk(&["docker", "import", files.to_str().unwrap()]));
        let begun = kinds(engine).len();
        good(engine.dockwalk(&["docker", "import", files.to_str().unwrap()]));
        assert!(kinds(engine).split_off(begun).contains(&there(StepKind::TakeBlob)));
    });
}

#[test]
fn what_a_killed_engine_left_and_somebody_took_away() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        let run = || good(engine.dockwalk(&["docker", "run", "-d", "lab/shell:1", "sleep", "600"]));
        let (left, gone) = (run(), run());
        engine.kill();
        fs::remove_dir_all(engine.root().join("containers").join(&gone)).unwrap();
        engine.start_again();
        // Mounts went with the engine's namespace.
        let said: Vec<_> = not_made(&engine).into_iter().filter(|(kind, ..)| *kind == StepKind::Recover).collect();
        assert!(said.iter().all(|(_, why, _)| why == "gone"));
        for id in [&gone, &left] {
            assert!(said.iter().any(|(.., call)| call.contains(id)), "{said:?}");
        }
        assert_eq!(good(engine.dockwalk(&["docker", "ps", "-aq", "--no-trunc"])), left);
    }
}
