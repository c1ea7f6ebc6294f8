//! Containers of an engine that was killed, and of one whose files somebody has changed: what was whole is there, and what cannot be
//! believed is told by its name and stays.

use super::*;
use dockwalk::trace::{Change, ContainerState};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

fn docker(engine: &Engine, line: &str) -> Command {
    engine.dockwalk(&["docker"].into_iter().chain(line.split(' ')).collect::<Vec<_>>())
}

fn run(engine: &Engine, flags: &str, script: &str) {
    let flags = flags.split(' ');
    let line: Vec<_> = ["docker", "run"].into_iter().chain(flags).chain(["lab/shell:1", "sh", "-c", script]).collect();
    engine::output(engine.dockwalk(&line));
}

fn soon(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{what}: not so");
}

/// What was observed since the engine began.
fn changes(engine: &Engine) -> Vec<(Change, String)> {
    let text = good(engine.dockwalk(&["trace", "export", "-"]));
    let trace = log::read(text.as_bytes()).unwrap().trace;
    let observed = trace.events().filter_map(|event| match &event.body {
        Body::Observed { change, evidence, .. } => Some(((**change).clone(), format!("{evidence:?}"))),
        _ => None,
    });
    observed.collect()
}

#[test]
fn a_killed_engine_forgets_no_container() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        good(docker(&engine, "pull -q lab/shell:1"));
        good(docker(&engine, "create --name made lab/shell:1 true"));
        run(&engine, "--name ended", "echo said; exit 5");
        run(&engine, "-d --name ran -v /own", "echo x > /x; echo said; sleep 600");
        run(&engine, "-d --name goes --rm -v /own", "sleep 600");
        run(&engine, "-d --name again --restart unless-stopped", "echo said; sleep 600");
        run(&engine, "-d --name forced", "echo x > /x");
        soon("it runs", || {
            good(docker(&engine, "logs ran")) == "said" && good(docker(&engine, "logs again")) == "said"
        });
        good(docker(&engine, "wait forced"));
        let shown = |engine: &Engine, name: &str| {
            serde_json::from_str::<Value>(&good(docker(engine, &format!("inspect {name}")))).unwrap()[0].clone()
        };
        let before = ["made", "ended", "forced"].map(|name| shown(&engine, name));
        good(docker(&engine, "rmi -f lab/shell:1"));
        engine.kill();
        engine.start_again();
        for before in before {
            // Of an image that has lost its name the id stays.
            let mut now = shown(&engine, before["Name"].as_str().unwrap().trim_start_matches('/'));
            now["Config"]["Image"] = before["Config"]["Image"].clone();
            // A bridge network is another one each time, as Docker's is.
            now["NetworkSettings"]["Networks"] = before["NetworkSettings"]["Networks"].clone();
            for (field, value) in before.as_object().unwrap() {
                assert_eq!(now[field], *value, "{field}");
            }
        }
        let ran = shown(&engine, "ran");
        assert_eq!((&ran["State"]["Status"], &ran["State"]["ExitCode"]), (&"exited".into(), &137.into()), "{ran}");
        assert!(ran["State"]["FinishedAt"].as_str() > ran["State"]["StartedAt"].as_str(), "{ran}");
        assert_eq!(shown(&engine, "again")["State"]["Running"], true);
        fails(docker(&engine, "inspect goes"), 1);
        let own: Vec<_> = good(docker(&engine, "volume ls -q")).lines().map(str::to_owned).collect();
        assert_eq!(own.len(), 1, "{own:?}");
        assert_eq!(ran["Mounts"][0]["Name"], own[0].as_str());
        // Drawn as what was found, not as what was just made.
        let said = changes(&engine);
        let found = |name: &str| {
            said.iter().find_map(|(change, evidence)| match change {
                Change::ContainerFound(it) if it.name == name => Some((it.state, evidence.clone())),
                _ => None,
            })
        };
        assert!(!said.iter().any(|(change, _)| matches!(change, Change::ContainerCreated(_))));
        let (state, evidence) = found("ran").unwrap();
        assert_eq!(state, ContainerState::Exited { status: 137 });
        assert!(evidence.contains("container.json") && evidence.contains("137"), "{evidence}");
        assert_eq!(found("made").unwrap().0, ContainerState::Created);
        let ended = |change: &Change| matches!(change, Change::Remark(it) if it.code == Code::ContainerEndedWithEngine);
        assert_eq!(said.iter().filter(|(change, _)| ended(change)).count(), 3, "ran, again, goes");
        let wrote = |change: &Change| matches!(change, Change::UpperChanged(it) if it.container.as_str() == ran["Id"]);
        assert!(said.iter().any(|(change, _)| wrote(change)));
        // Their layers are here, though the image is none any more.
        for name in ["ran", "forced"] {
            good(docker(&engine, &format!("cp {name}:/x -")));
            good(docker(&engine, &format!("start {name}")));
        }
        soon("its log goes on", || good(docker(&engine, "logs ran")).lines().count() == 2);
        good(docker(&engine, "rm -f -v made ended ran again forced"));
        assert_eq!(good(docker(&engine, "volume ls -q")), "");
        good(docker(&engine, "image prune -f"));
        assert_eq!(fs::read_dir(engine.root().join("layers/sha256")).unwrap().count(), 0, "{who:?}: nobody needs them");
    }
}

/// What somebody does to a container's files.
type Harm = fn(&Path, &Path, Value);

fn put(file: &Path, value: &Value) {
    fs::write(file, serde_json::to_vec(value).unwrap()).unwrap();
}

const HARMS: &[(&str, Harm)] = &[
    ("torn", |file, _, _| {
        let text = fs::read(file).unwrap();
        fs::write(file, &text[..text.len() / 2]).unwrap();
    }),
    ("empty", |file, _, _| fs::write(file, "").unwrap()),
    ("newer", |file, _, mut json| {
        json["version"] = 99.into();
        put(file, &json);
    }),
    ("unknown", |file, _, mut json| {
        json["new"] = 1.into();
        put(file, &json);
    }),
    ("option", |file, _, mut json| {
        json["request"]["HostConfig"]["Devices"] = serde_json::json!([{"PathOnHost": "/dev/sda"}]);
        put(file, &json);
    }),
    ("id", |file, _, mut json| {
        json["id"] = "0".repeat(64).into();
        put(file, &json);
    }),
    ("name", |file, _, mut json| {
        json["name"] = "../../x".into();
        put(file, &json);
    }),
    ("target", |file, _, mut json| {
        json["mounts"][0]["target"] = "/a/../../etc".into();
        put(file, &json);
    }),
    ("volume", |file, _, mut json| {
        json["mounts"][0]["source"]["volume"]["name"] = "../containers".into();
        put(file, &json);
    }),
    ("anonymous", |file, _, mut json| {
        json["anonymous"] = serde_json::json!(["dear"]);
        put(file, &json);
    }),
    ("status", |file, _, mut json| {
        json["state"]["status"] = 1_000_000.into();
        put(file, &json);
    }),
    ("image", |file, _, mut json| {
        json["image"]["id"] = format!("sha256:{}", "0".repeat(64)).into();
        put(file, &json);
    }),
    ("deep", |file, _, _| fs::write(file, "[".repeat(100_000)).unwrap()),
    ("large", |file, _, _| fs::File::options().write(true).open(file).unwrap().set_len(64 << 20).unwrap()),
    ("open", |file, _, _| fs::set_permissions(file, fs::Permissions::from_mode(0o666)).unwrap()),
    ("link", |file, aside, _| {
        fs::rename(file, aside).unwrap();
        symlink(aside, file).unwrap();
    }),
    ("pipe", |file, _, _| {
        fs::remove_file(file).unwrap();
        nix::unistd::mkfifo(file, nix::sys::stat::Mode::S_IRUSR).unwrap();
    }),
    ("gone", |file, _, _| fs::remove_file(file).unwrap()),
    // What lies beside it, too: what a container writes would go where they lead.
    ("logs", |file, aside, _| {
        fs::write(aside, "").unwrap();
        let log = file.with_file_name("log.json");
        fs::remove_file(&log).ok();
        symlink(aside, log).unwrap();
    }),
    ("piped", |file, _, _| {
        let log = file.with_file_name("log.json");
        fs::remove_file(&log).ok();
        nix::unistd::mkfifo(&log, nix::sys::stat::Mode::S_IRUSR).unwrap();
    }),
    ("upper", |file, aside, _| {
        fs::create_dir(aside).unwrap();
        let upper = file.with_file_name("upper");
        fs::remove_dir_all(&upper).ok();
        symlink(aside, upper).unwrap();
    }),
];

#[test]
fn what_cannot_be_believed_is_told_by_its_name_and_stays() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        good(docker(&engine, "pull -q lab/shell:1"));
        good(docker(&engine, "volume create dear"));
        let mut dirs: Vec<(&str, PathBuf, Vec<u8>)> = Vec::new();
        for (name, _) in HARMS {
            let id = good(docker(&engine, &format!("create --name harm-{name} -v dear:/d -v /own lab/shell:1 true")));
            let dir = engine.root().join("containers").join(id);
            let kept = fs::read(dir.join("container.json")).unwrap();
            dirs.push((name, dir, kept));
        }
        good(docker(&engine, "create --name well lab/shell:1 true"));
        engine.end();
        for ((name, dir, kept), (_, harm)) in dirs.iter().zip(HARMS) {
            let aside = engine.root().parent().unwrap().join(name);
            harm(&dir.join("container.json"), &aside, serde_json::from_slice(kept).unwrap());
        }
        // Not a container at all.
        fs::write(engine.root().join("containers/stray"), "x").unwrap();
        engine.start_again();
        assert_eq!(good(docker(&engine, "ps -a --format {{.Names}}")), "well");
        let said: Vec<_> = changes(&engine)
            .into_iter()
            .filter_map(|(change, _)| match change {
                Change::Remark(problem) if problem.code == Code::ContainerSetAside => Some(problem),
                _ => None,
            })
            .collect();
        assert_eq!(said.len(), HARMS.len() + 1, "{said:#?}");
        for (name, dir, _) in &dirs {
            let told = said.iter().find(|it| it.args["dir"] == dir.display().to_string());
            let told = told.unwrap_or_else(|| panic!("{who:?}: {name} is not told: {said:#?}"));
            for lang in Lang::ALL {
                let words = Words::new(lang).problem(told);
                assert!(words.contains(&*dir.display().to_string()), "{words}");
            }
            println!("{who:?} {name}: {}", told.args["code"]);
            assert!(dir.exists(), "{name}");
        }
        assert!(good(docker(&engine, "volume ls -q")).contains("dear"));
        // Mended they are there again.
        engine.end();
        for (_, dir, kept) in &dirs {
            let file = dir.join("container.json");
            fs::remove_file(&file).ok();
            fs::write(&file, kept).unwrap();
            for beside in ["log.json", "upper"].map(|name| dir.join(name)) {
                if fs::symlink_metadata(&beside).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
                    fs::remove_file(&beside).unwrap();
                }
            }
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(dir).unwrap());
            std::os::unix::fs::chown(&file, Some(owner), Some(owner)).unwrap();
        }
        engine.start_again();
        let now = good(docker(&engine, "ps -a --format {{.Names}}"));
        assert_eq!(now.lines().count(), HARMS.len() + 1, "{now}");
        good(docker(&engine, "start -a harm-torn"));
        // Of two with the same name the older one has it.
        engine.end();
        let (file, other) = (dirs[0].1.join("container.json"), &dirs[1].0);
        let mut json: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        json["name"] = format!("harm-{other}").into();
        put(&file, &json);
        engine.start_again();
        let now = good(docker(&engine, "ps -a --format {{.Names}}"));
        assert_eq!(now.lines().count(), HARMS.len(), "{now}");
    }
}
