//! What is written is what is read, and what is read is looked at.

use super::document::Document;
use crate::engine::FaultKind;
use crate::engine::volume::Volumes;
use crate::trace::Code;
use serde_json::{Value, json};

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn sample() -> Value {
    json!({
        "version": 1,
        "id": ID,
        "name": "box",
        "created": "2026-11-29T10:00:00.123456789Z",
        "state": {
            "phase": "exited",
            "status": 3,
            "oom_killed": false,
            "started": "2026-11-29T10:00:01.000000000Z",
            "finished": "2026-11-29T10:00:02.000000000Z",
            "error": "",
            "restarts": 2,
            "by_hand": true,
            "health": null,
            "boot": "some",
        },
        "image": {"id": format!("sha256:{ID}"), "config": "{}"},
        "mounts": [
            {"source": {"volume": {"name": ID, "copy_up": true}}, "target": "/own", "read_only": false},
            {"source": {"bind": {"path": "/srv", "create": false}}, "target": "/srv", "read_only": true},
            {"source": {"tmpfs": {"options": "size=1m"}}, "target": "/t", "read_only": false},
        ],
        "anonymous": [ID],
        "links": [{"other": ID, "alias": "db"}],
        "request": {"Image": "lab/shell:1", "Cmd": ["sh"], "Entrypoint": [], "Labels": {"a": "b"},
            "HostConfig": {"Memory": 33_554_432, "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}}},
        "settings": {"Memory": 67_108_864, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4}},
    })
}

/// What becomes of the sample, changed so.
fn read(change: impl FnOnce(&mut Value)) -> Result<(), Code> {
    let mut json = sample();
    change(&mut json);
    let dir = tempfile::tempdir().unwrap();
    let volumes = Volumes::open(dir.path()).unwrap();
    let document = Document::read(json.to_string().as_bytes());
    document.and_then(|document| document.checked(&volumes)).map(drop).map_err(|fault| fault.problem.code)
}

#[test]
fn what_stands_there_is_taken_up() {
    let dir = tempfile::tempdir().unwrap();
    let volumes = Volumes::open(dir.path()).unwrap();
    let document = Document::read(sample().to_string().as_bytes()).unwrap();
    let read = document.checked(&volumes).unwrap();
    assert_eq!((read.id.as_str(), read.name.as_str(), read.ran), (ID, "box", false));
    assert_eq!(read.request.labels["a"], "b");
    assert_eq!(read.request.entrypoint, Some(Vec::new()), "it was asked for none, which is not the image's");
    assert_eq!((read.request.host_config.memory, read.settings.memory), (33_554_432, 67_108_864));
    assert_eq!(read.settings.restart_policy.maximum_retry_count, 4);
    assert_eq!((read.state.status, read.state.again.count, read.state.again.by_hand), (3, 2, true));
    assert_eq!((read.mounts.len(), read.anonymous.len(), read.links.len()), (3, 1, 1));
}

#[test]
fn what_ran_has_ended() {
    let of = |boot: &str| {
        let mut json = sample();
        json["state"]["phase"] = "running".into();
        json["state"]["boot"] = boot.into();
        let dir = tempfile::tempdir().unwrap();
        let read = Document::read(json.to_string().as_bytes()).unwrap();
        let read = read.checked(&Volumes::open(dir.path()).unwrap()).unwrap();
        assert!(read.ran && read.state.running.is_none() && read.state.finished > read.state.started);
        read.state.status
    };
    assert_eq!((of(&crate::engine::machine::boot()), of("another")), (137, 255));
}

#[test]
fn what_no_engine_writes_is_refused() {
    read(|_| ()).unwrap();
    let unreadable = Err(Code::ContainerFileUnreadable);
    assert_eq!(read(|it| it["version"] = 2.into()), Err(Code::ContainerFileNewer));
    assert_eq!(read(|it| it["version"] = 0.into()), unreadable);
    assert_eq!(read(|it| it["more"] = 1.into()), unreadable);
    assert_eq!(read(|it| it["state"]["more"] = 1.into()), unreadable);
    assert_eq!(read(|it| it["id"] = "../x".into()), unreadable);
    assert_eq!(read(|it| it["created"] = "yesterday".into()), unreadable);
    assert_eq!(read(|it| it["state"]["status"] = 256.into()), unreadable);
    assert_eq!(read(|it| it["state"]["status"] = (-1).into()), unreadable);
    assert_eq!(read(|it| it["state"]["error"] = "x".repeat(1 << 20).into()), unreadable);
    assert_eq!(read(|it| it["state"]["started"] = Value::Null), Ok(()), "a start that failed");
    let never_started = |it: &mut Value| {
        it["state"]["phase"] = "running".into();
        it["state"]["started"] = Value::Null;
    };
    assert_eq!(read(never_started), unreadable);
    assert_eq!(read(|it| it["anonymous"] = json!(["data"])), unreadable);
    assert_eq!(read(|it| it["links"][0]["alias"] = "a b".into()), unreadable);
    assert_eq!(read(|it| it["name"] = "a/b".into()), Err(Code::InvalidContainerName));
    for target in ["/", "a", "/a/../b", "/a/"] {
        assert_eq!(read(|it| it["mounts"][0]["target"] = target.into()), Err(Code::InvalidMountTarget), "{target}");
    }
    let source = |source: Value| read(|it| it["mounts"][1]["source"] = source);
    assert_eq!(source(json!({"volume": {"name": "..", "copy_up": true}})), Err(Code::InvalidVolumeName));
    assert_eq!(source(json!({"bind": {"path": "srv", "create": true}})), Err(Code::BindSourceRelative));
    assert_eq!(source(json!({"tmpfs": {"options": "what"}})), Err(Code::TmpfsOption));
    let option = |name: &str, value: Value| read(|it| it["settings"][name] = value);
    assert_eq!(option("PidMode", json!("host")), Err(Code::UnsupportedOption));
    assert!(option("NoSuch", json!(1)).is_err());
    assert!(option("Memory", json!(1)).is_err());
    assert_eq!(Document::read(b"[]").unwrap_err().kind, FaultKind::Failed);
}
