//! An engine that answers every request with hostile text: what no real one could be brought to say, ours included.

use super::fixture::{HOSTILE, long};
use dockwalk::trace::Code;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Listens until the test program ends.
pub fn listen(dir: &Path) -> PathBuf {
    let socket = dir.join("fake.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || serve(stream.unwrap()));
        }
    });
    socket
}

fn serve(stream: UnixStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let Some((method, path)) = head_and_body(&mut reader) else { return };
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let answer = answer(&method, path, query);
    let mut stream = stream;
    // A client that has gone is a client that has seen enough.
    stream.write_all(&answer).ok();
    stream.shutdown(std::net::Shutdown::Both).ok();
}

fn head_and_body(reader: &mut impl BufRead) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ').map(str::to_owned);
    let first = (words.next()?, words.next()?);
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end().to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(("transfer-encoding", "chunked")) => chunked = true,
            _ if header.is_empty() => break,
            _ => {}
        }
    }
    if chunked {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim_end(), 16).ok()?;
            std::io::copy(&mut reader.take(size as u64 + 2), &mut std::io::sink()).ok()?;
            if size == 0 {
                break;
            }
        }
    } else {
        std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    }
    Some(first)
}

fn http(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nX-Dockwalk-Size: 9\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn good(value: &Value) -> Vec<u8> {
    http("200 OK", "application/json", value.to_string().as_bytes())
}

fn lines(values: &[Value]) -> Vec<u8> {
    let text: String = values.iter().map(|value| format!("{value}\n")).collect();
    http("200 OK", "application/json", text.as_bytes())
}

/// What a refusal looks like: Docker's, dockwalk's, one of a later version, and no JSON at all.
fn refusal(path: &str) -> Option<Vec<u8>> {
    let dockwalk = |code: &str| json!({"message": HOSTILE, "dockwalk": {"code": code, "args": {"image": HOSTILE, HOSTILE: HOSTILE}}});
    let body = match () {
        () if path.contains("refused") => json!({"message": HOSTILE}).to_string(),
        () if path.contains("missing") => dockwalk(Code::NoSuchImage.name()).to_string(),
        () if path.contains("later") => dockwalk(HOSTILE).to_string(),
        () if path.contains("html") => format!("<html>{}", long()),
        () => return None,
    };
    Some(http("404 Not Found", "application/json", body.as_bytes()))
}

fn digest(n: u8) -> String {
    format!("sha256:{}", format!("{n:02x}").repeat(32))
}

fn answer(method: &str, path: &str, query: &str) -> Vec<u8> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if let Some(refusal) = refusal(path) {
        return refusal;
    }
    match (method, parts.as_slice()) {
        (_, ["_ping"]) => http("200 OK", "text/plain", b"OK"),
        (_, ["containers", "json"]) => good(&json!([container(HOSTILE), container(&long())])),
        (_, ["containers", "create"]) => good(&json!({"Id": "evil-id", "Warnings": [HOSTILE]})),
        (_, ["containers", _, "changes"]) => good(&json!([{"Kind": 1, "Path": HOSTILE}, {"Kind": 0, "Path": long()}])),
        (_, ["containers", _, "wait"]) => good(&json!({"StatusCode": HOSTILE})),
        (_, ["containers", _, "attach"]) | (_, ["exec", _, "start"]) => hijacked(),
        (_, ["containers", _, "logs"]) => http("200 OK", "application/octet-stream", HOSTILE.as_bytes()),
        (_, ["containers", _, "json"]) => good(
            &json!({"Id": "evil-id", "Name": HOSTILE, HOSTILE: [HOSTILE], "Config": {"Tty": true, "OpenStdin": false}, "State": {"Running": !path.contains("stopped"), "Status": HOSTILE}}),
        ),
        (_, ["containers", _, "exec"]) | (_, ["dockwalk", "v1", "host"]) => good(&json!({"Id": "evil-id"})),
        (_, ["exec", _, "json"]) => good(&json!({"ExitCode": 0})),
        ("DELETE", ["images", _]) => good(&json!([{"Untagged": HOSTILE}, {HOSTILE: long()}])),
        (_, ["images", "json"]) => good(&json!([image(HOSTILE), image(&long())])),
        (_, ["images", "prune"]) => {
            good(&json!({"ImagesDeleted": [{"Deleted": HOSTILE}, {HOSTILE: HOSTILE}], "SpaceReclaimed": 7}))
        }
        (_, ["images", "get"]) => http("200 OK", "application/x-tar", HOSTILE.as_bytes()),
        (_, ["images", "load"]) => {
            lines(&[progress(), json!({"stream": format!("Loaded image: {HOSTILE}\n")}), failed()])
        }
        (_, ["images", "create"]) if query.contains("fromSrc") => lines(&[json!({"status": HOSTILE})]),
        (_, ["images", "create"]) => {
            lines(&[json!({"status": HOSTILE, "id": HOSTILE}), progress(), json!({"status": long()}), failed()])
        }
        (_, ["images", .., "push"]) => lines(&[json!({"status": HOSTILE}), progress(), failed()]),
        (_, ["images", .., "history"]) => good(&json!([history(HOSTILE), history(&long())])),
        (_, ["images", ..]) => good(&json!({"Id": HOSTILE, "Labels": {HOSTILE: HOSTILE}, "Env": [long()]})),
        ("POST", ["volumes", "create"]) => good(&json!({"Name": HOSTILE})),
        ("POST", ["volumes", "prune"]) => good(&json!({"VolumesDeleted": [HOSTILE, long()]})),
        (_, ["volumes"]) => good(&json!({"Volumes": [{"Name": HOSTILE, HOSTILE: 1}, {"Name": long()}]})),
        (_, ["networks"]) => good(&json!([{"Id": HOSTILE, "Name": HOSTILE, "Driver": HOSTILE, "Scope": HOSTILE}])),
        (_, ["auth"]) => good(&json!({"Status": HOSTILE, "IdentityToken": ""})),
        (_, ["version" | "info"]) => good(&json!({"Name": HOSTILE, HOSTILE: HOSTILE, "List": [HOSTILE]})),
        (_, ["dockwalk", "v1", "images", "fsck"]) => {
            good(&json!({"images": 1, "blobs": 1, "bytes": 1, "layers": 1, "findings": [
            {"problem": {"code": HOSTILE, "args": {"x": HOSTILE}}, "harmful": true, "repaired": false}]}))
        }
        (_, ["dockwalk", "v1", "images", name, ..]) => good(&layers(*name == "y")),
        (_, ["dockwalk", "v1", "layers", _, "content"]) => {
            http("200 OK", "application/octet-stream", HOSTILE.as_bytes())
        }
        (_, ["dockwalk", "v1", "layers", of, "entries"]) => lines(&entries(of)),
        (_, ["dockwalk", "v1", "info"]) => {
            good(&json!({"version": HOSTILE, "root": HOSTILE, "socket": HOSTILE, "mode": "lab",
            "rootless": false, "pid": 1, "registry": HOSTILE, "trace_length": 2}))
        }
        (_, ["dockwalk", "v1", "trace"]) => lines(&events()),
        _ => good(&json!({"Name": HOSTILE, "Id": HOSTILE})),
    }
}

fn container(text: &str) -> Value {
    json!({"Id": text, "Names": [format!("/{text}")], "Image": text, "Command": text, "Created": 1, "Status": text})
}

fn image(text: &str) -> Value {
    json!({"Id": text, "RepoTags": [format!("{text}:{text}")], "RepoDigests": [format!("{text}@{text}")], "Created": 1, "Size": 1})
}

fn history(text: &str) -> Value {
    json!({"Id": text, "Created": 1, "CreatedBy": text, "Size": 1, "Comment": text})
}

fn progress() -> Value {
    json!({"status": HOSTILE, "id": HOSTILE, "progressDetail": {"current": 1, "total": 2}})
}

fn failed() -> Value {
    json!({"errorDetail": {"message": HOSTILE}, "error": HOSTILE})
}

fn hijacked() -> Vec<u8> {
    let head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    [head.as_bytes(), HOSTILE.as_bytes()].concat()
}

/// Of `y` the upper layer is missing: the two can be compared.
fn layers(short: bool) -> Value {
    let layer = |n: u8| {
        json!({"chain_id": digest(n), "diff_id": digest(n + 10), "blob": null, "blob_size": null, "media_type": HOSTILE,
        "size": 9, "entries": 3, "created_by": HOSTILE})
    };
    json!({"image": digest(9), "tags": [HOSTILE], "layers": if short { json!([layer(1)]) } else { json!([layer(1), layer(2)]) },
        "instructions": [{"created_by": HOSTILE, "layer": 0}, {"created_by": long(), "layer": null}]})
}

/// As an engine of before would write them: names raw.
fn entries(of: &str) -> Vec<Value> {
    let entry = |path: &str, kind: Value| {
        let mut entry = json!({"path": path, "mode": 0o644, "uid": 0, "gid": 0, "mtime": {"seconds": 1}});
        entry.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        entry
    };
    let size = if of.ends_with("01") { 5 } else { 9 };
    let file = || json!({"kind": "file", "size": size});
    vec![
        entry("", json!({"kind": "directory"})),
        entry("plain", file()),
        entry(HOSTILE, file()),
        entry(r"evil\xff\xed\xa0\x80", file()),
        entry("link", json!({"kind": "symlink", "target": HOSTILE})),
        entry(&HOSTILE.repeat(20), file()),
    ]
}

fn events() -> Vec<Value> {
    vec![
        json!({"seq": 1, "at": 0, "event": "op_began", "op": {"id": 1, "kind": "image_pull", "subject": HOSTILE, "request": HOSTILE}}),
        json!({"seq": 2, "at": 1, "event": "op_ended", "op": 1, "outcome": {"result": "failed", "problem": {"code": HOSTILE, "args": {"x": HOSTILE}}}}),
    ]
}
