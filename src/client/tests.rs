use super::protocol::*;
use super::*;
use crate::trace::Code;
use std::path::Path;

#[test]
fn a_socket_that_nobody_listens_at_is_said_to_be_unreachable() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("none.sock");
    let error = Client::connect(&socket).map(|_| ()).unwrap_err();
    assert_eq!(error.problem.code, Code::EngineUnreachable);
    assert_eq!(error.problem.args["socket"], socket.display().to_string());
}

#[test]
fn an_engine_with_a_directory_of_its_own_has_its_socket_there() {
    let root = Path::new("/some/where");
    assert_eq!(place::socket(None, Some(root)), root.join("engine.sock"));
    assert_eq!(place::sockets(None, Some(root)).len(), 1);
    assert_eq!(place::socket(Some(Path::new("/a.sock")), Some(root)), Path::new("/a.sock"));
}

#[test]
fn a_gate_command_is_written_as_the_api_reads_it() {
    let json = serde_json::to_string(&GateCommand::Step { level: crate::trace::Level::Stage }).unwrap();
    assert_eq!(json, r#"{"do":"step","level":"stage"}"#);
}

#[test]
fn a_file_that_is_written_anew_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("walk.pcapng");
    let write = |bytes: &[u8]| {
        use std::io::Write;
        trust::write_own_file(&path, |error| error, |mut file| file.write_all(bytes)).unwrap();
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(write(b"one"), 0o600, "a new one is this user's alone");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!((write(b"two"), std::fs::read(&path).unwrap().as_slice()), (0o640, b"two".as_slice()));
}

/// What an older dockwalk, or its user, made with a umask of `0002` or `0`.
#[test]
fn a_directory_is_closed_unless_others_may_have_put_something_into_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let check = |name: &str, mode: u32, holds: bool, expected: Result<(), Code>| {
        let root = dir.path().join(name);
        std::fs::create_dir(&root).unwrap();
        if holds {
            // As an engine leaves it.
            std::fs::write(root.join("lock"), "").unwrap();
        }
        std::fs::set_permissions(&root, PermissionsExt::from_mode(mode)).unwrap();
        match (trust::claim(&root), expected) {
            (Ok(_), Ok(())) => {
                assert_eq!(std::fs::metadata(&root).unwrap().permissions().mode() & 0o7777, 0o700, "{name}");
            }
            (Err(problem), Err(code)) => assert_eq!(problem.code, code, "{name}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
    };
    check("older", 0o711, true, Ok(()));
    check("own-group", 0o775, true, Ok(()));
    check("new", 0o777, false, Ok(()));
    check("open", 0o777, true, Err(Code::PlaceOpen));
    let file = dir.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    trust::claim(&file).unwrap_err();
    assert!(trust::claim(&dir.path().join("not/there/yet")).is_ok());
    // Through a link to a directory, but not to where none is.
    for (name, target, code) in [
        ("led", "older", None),
        ("dangling", "nowhere/at/all", Some(Code::EngineRootLink)),
        ("absolute", "/nowhere-at-all/x", Some(Code::EngineRootLink)),
        ("led-on", "dangling", Some(Code::EngineRootLink)),
        ("led-to-file", "a-file", Some(Code::EngineRootFile)),
    ] {
        let link = dir.path().join(name);
        std::os::unix::fs::symlink(target, &link).unwrap();
        assert_eq!(trust::claim(&link).err().map(|problem| problem.code), code, "{name}");
    }
}

/// Answers one request with that body, and returns the request's first line.
fn answer_once(listener: &std::os::unix::net::UnixListener, body: &str) -> String {
    use std::io::{BufRead, BufReader, Write};
    let (mut stream, _) = listener.accept().unwrap();
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nDockwalk-Engine: 7\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    head[0].clone()
}

#[test]
fn a_stream_that_the_engine_ended_for_slowness_goes_on_by_itself() {
    use crate::client::Incoming;
    use crate::trace::{Body, Event, Problem};
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("s");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let event = |seq| {
        let body = Body::Console { container: None, text: "x".into() };
        serde_json::to_string(&Event { seq, at: 0, body }).unwrap()
    };
    let (first, second) = (event(1), event(2));
    let end = serde_json::to_string(&TraceEnd { dockwalk_end: Problem::new(Code::TraceReaderSlow) }).unwrap();
    let engine = std::thread::spawn(move || {
        [answer_once(&listener, &format!("{first}\n{end}\n")), answer_once(&listener, &format!("{second}\n"))]
    });
    let events = Client::new(&socket, None).unwrap().events(0, true);
    for expected in [1, 2] {
        match events.next_within(std::time::Duration::from_secs(20)) {
            Some(Incoming::Event(event)) => assert_eq!(event.seq, expected),
            other => panic!("{other:?} where event {expected} belongs"),
        }
    }
    let [first, second] = engine.join().unwrap();
    assert!(first.contains("from=0&hold=true") && second.contains("from=1&hold=true"), "{first} {second}");
}

#[test]
fn what_is_no_socket_to_connect_to_is_called_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let said = |path: &Path| {
        let error = std::os::unix::net::UnixStream::connect(path).unwrap_err();
        let problem = endpoint::unreachable(path, &error).problem;
        (problem.code, problem.args.get("what").cloned())
    };
    let other = |what: &str| (Code::EngineSocketOther, Some(what.to_owned()));
    let datagrams = std::os::unix::net::UnixDatagram::bind(dir.path().join("datagrams")).unwrap();
    assert_eq!(said(&dir.path().join("datagrams")), other("datagrams"));
    drop(datagrams);
    std::fs::write(dir.path().join("file"), "").unwrap();
    assert_eq!(said(&dir.path().join("file")), other("file"));
    assert_eq!(said(dir.path()), other("directory"));
    assert_eq!(said(&dir.path().join("none")).0, Code::EngineUnreachable);
    drop(std::os::unix::net::UnixListener::bind(dir.path().join("left")).unwrap());
    assert_eq!(said(&dir.path().join("left")).0, Code::EngineUnreachable);
}
