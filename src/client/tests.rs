use super::protocol::*;
use super::*;
use std::path::Path;

#[test]
fn a_socket_that_nobody_listens_at_is_said_to_be_unreachable() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("none.sock");
    let error = Client::connect(&socket).map(|_| ()).unwrap_err();
    assert_eq!(error.problem.code, "engine-unreachable");
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
