//! What is asked of a container while it is committed. There is so much in it that the commit takes its time.

use crate::engine::{Engine, everyone, good, output};
use dockwalk::client::{Client, ClientError};
use dockwalk::docker::{ContainerInspect, ContainerRemoveQuery, ExecCreate, Id, with_query};
use dockwalk::trace::Code;
use hyper::Method;
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

const FILL: &str = "head -c 60000000 /dev/urandom > /big; echo ready; sleep 600";

fn post(client: &Client, what: &str) -> Result<(), ClientError> {
    client.call(Method::POST, &format!("/containers/one/{what}"), None::<&()>).map(drop)
}

fn status(client: &Client) -> String {
    client.get::<ContainerInspect>("/containers/one/json").unwrap().state.status
}

/// A commit that is under way: its container stands still.
fn begun<'s>(scope: &'s Scope<'s, '_>, engine: &'s Engine, client: &Client) -> ScopedJoinHandle<'s, String> {
    let commit = scope.spawn(|| good(engine.dockwalk(&["docker", "commit", "one", "lab/held:1"])));
    while status(client) != "paused" {
        assert!(!commit.is_finished(), "it was over before it was seen");
        std::thread::sleep(Duration::from_millis(2));
    }
    commit
}

#[test]
fn who_is_committed_counts_as_paused_and_is_not_let_go_on_by_others_ends() {
    for who in everyone() {
        let engine = Engine::start(who);
        let client = engine.client();
        good(engine.dockwalk(&["docker", "run", "-d", "--name", "one", "lab/shell:1", "sh", "-c", FILL]));
        while !good(engine.dockwalk(&["docker", "logs", "one"])).contains("ready") {
            std::thread::sleep(Duration::from_millis(50));
        }
        if !output(engine.dockwalk(&["docker", "pause", "one"])).status.success() {
            // Where no control group can be made nothing is held.
            continue;
        }
        post(&client, "unpause").unwrap();
        std::thread::scope(|scope| {
            let commit = begun(scope, &engine, &client);
            let code = |result: Result<(), ClientError>| result.unwrap_err().problem.code;
            assert_eq!(code(post(&client, "pause")), Code::ContainerAlreadyPaused);
            let exec = ExecCreate { cmd: Some(vec!["true".into()]), ..ExecCreate::default() };
            let asked: Result<Id, _> = client.post("/containers/one/exec", &exec);
            assert_eq!(code(asked.map(drop)), Code::ContainerPaused);
            let remove = client.call(Method::DELETE, "/containers/one", None::<&()>);
            assert_eq!(code(remove.map(drop)), Code::ContainerRunning, "not one that waits for the commit");
            commit.join().unwrap();
            assert_eq!(status(&client), "running");

            // Whoever lets it go on meanwhile, and stops it again, is obeyed.
            let commit = begun(scope, &engine, &client);
            post(&client, "unpause").unwrap();
            assert_eq!(status(&client), "running");
            post(&client, "pause").unwrap();
            assert!(!commit.is_finished(), "it takes longer than that");
            commit.join().unwrap();
            assert_eq!(status(&client), "paused", "it is not the commit's pause");
            post(&client, "unpause").unwrap();

            // One comes after the other.
            let first = begun(scope, &engine, &client);
            let second = scope.spawn(|| good(engine.dockwalk(&["docker", "commit", "one", "lab/held:2"])));
            first.join().unwrap();
            second.join().unwrap();
            assert_eq!(status(&client), "running");

            // It is ended at once, and started when nobody reads its files any more.
            let commit = begun(scope, &engine, &client);
            post(&client, "kill").unwrap();
            assert_eq!(status(&client), "exited");
            post(&client, "start").unwrap();
            commit.join().unwrap();
            assert_eq!(status(&client), "running");
            let commit = begun(scope, &engine, &client);
            let query = ContainerRemoveQuery { force: true, ..ContainerRemoveQuery::default() };
            client.call(Method::DELETE, &with_query("/containers/one", &query), None::<&()>).unwrap();
            commit.join().unwrap();
            assert_eq!(client.get::<ContainerInspect>("/containers/one/json").unwrap_err().status, Some(404));
        });
        assert_eq!(good(engine.dockwalk(&["docker", "run", "--rm", "lab/held:1", "echo", "here"])), "here");
    }
}
