//! `attach` for what was printed alone, with and without the connection; and what is said of one that was left.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use crate::terminal::Terminal;

fn frame(channel: u8, text: &[u8]) -> Vec<u8> {
    [&[channel, 0, 0, 0, 0, 0, 0, u8::try_from(text.len()).unwrap()], text].concat()
}

fn printed(side: &Side<'_>) {
    good(side.args(&["run", "--name", "done", IMAGE, "sh", "-c", "echo out; sleep 1; echo err >&2"]));
    side.start("runs", "", "echo ready; sleep 600");
    good(side.args(&["run", "-t", "--name", "tty", IMAGE, "echo", "hi"]));
    let (out, err) = (frame(1, b"out\n"), frame(2, b"err\n"));
    for (name, query, said) in [
        ("done", "logs=1&stream=0&stdout=1&stderr=1", [out.clone(), err.clone()].concat()),
        ("done", "logs=1&stdout=1", out),
        ("done", "logs=1&stderr=true", err),
        ("done", "logs=1", Vec::new()),
        ("done", "stream=0&stdout=1&stderr=1", Vec::new()),
        ("runs", "logs=1&stream=0&stdout=1&stderr=1", frame(1, b"ready\n")),
        ("tty", "logs=1&stream=0&stdout=1&stderr=1", b"hi\r\n".to_vec()),
    ] {
        let path = format!("/containers/{name}/attach?{query}");
        // The connection, and an answer like any other.
        assert_eq!(side.hijack(&path, ""), (101, said.clone()), "{path}");
        assert_eq!(side.post(&path, ""), (200, said), "{path}");
    }
    // What goes on until it ends, the same way.
    good(side.args(&["run", "-d", "--name", "soon", IMAGE, "sh", "-c", "sleep 2; echo end"]));
    assert_eq!(side.post("/containers/soon/attach?stream=1&stdout=1", ""), (200, frame(1, b"end\n")));
    for tty in [false, true] {
        let body = format!(r#"{{"AttachStdout":true,"AttachStderr":true,"Tty":{tty},"Cmd":["echo","hi"]}}"#);
        let (status, made) = side.post("/containers/runs/exec", &body);
        assert_eq!(status, 201, "{}", text(&made));
        let made: serde_json::Value = serde_json::from_slice(&made).unwrap();
        let start = format!("/exec/{}/start", made["Id"].as_str().unwrap());
        let said = if tty { b"hi\r\n".to_vec() } else { frame(1, b"hi\n") };
        assert_eq!(side.post(&start, &format!(r#"{{"Detach":false,"Tty":{tty}}}"#)), (200, said));
    }
    assert_eq!(side.post("/containers/none/attach?logs=1&stdout=1", "").0, 404);
}

fn left(side: &Side<'_>) {
    good(side.args(&["run", "-d", "-i", "-t", "--name", "left", IMAGE, "sh"]));
    let leave = |args: &[&str], keys: &[u8], said: Option<&str>| {
        let mut terminal = Terminal::open(side.args(args), 24, 80);
        terminal.type_line("echo $((100 + 1))");
        terminal.wait_for("101");
        terminal.type_bytes(keys);
        if let Some(said) = said {
            terminal.wait_for(said);
        }
        terminal.end()
    };
    let word = Some("read escape sequence");
    assert_eq!(leave(&["attach", "left"], b"\x10\x11", word), 1);
    assert_eq!(leave(&["attach", "--detach-keys", "ctrl-x,y", "left"], b"\x18y", word), 1);
    assert_eq!(leave(&["attach", "--detach-keys", "ctrl-x,y", "left"], b"\x10\x11\r\x18y", word), 1);
    assert_eq!(leave(&["exec", "-it", "left", "sh"], b"\x10\x11", word), 1);
    assert_eq!(leave(&["exec", "--detach-keys", "ctrl-a", "-it", "left", "sh"], b"\x01", word), 1);
    assert_eq!(leave(&["run", "-it", "--name", "new", IMAGE, "sh"], b"\x10\x11", None), 0);
    side.good("stop -t 0 new");
    assert_eq!(leave(&["start", "-a", "-i", "--detach-keys", "ctrl-x,y", "new"], b"\x18y", None), 0);
    assert!(side.good("ps").contains("new") && side.good("ps").contains("left"), "they go on");
    side.fails("attach --detach-keys nonsense left", 1);
    // One that ends says how.
    let mut terminal = Terminal::open(side.args(&["attach", "left"]), 24, 80);
    terminal.type_line("exit 3");
    assert_eq!(terminal.end(), 3);
}

pub fn area(side: &Side<'_>) {
    printed(side);
    left(side);
}
