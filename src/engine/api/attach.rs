//! `attach`: the connection itself is handed over (RFC 9110, 7.8, upgrade to `tcp`), bytes both ways. Who does not ask for that
//! – `curl` – has what is printed as the body of an answer, and types nothing.

use super::Shared;
use super::answer::{Answer, stream};
use super::frames::{content_type, frame};
use super::guard::Connection;
use super::query;
use crate::docker::AttachQuery;
use crate::engine::container::channel::Channel;
use crate::engine::container::streams::Input;
use crate::engine::container::{Ask, Container};
use crate::engine::{Engine, Fault, FaultKind};
use crate::trace::Code;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use hyper::body::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

/// Docker's keys for leaving a terminal alone.
const DETACH: &[u8] = &[16, 17];

pub(super) async fn attach(engine: Shared, Path(id): Path<String>, mut request: Request) -> Answer {
    let query: AttachQuery = query::read(&request)?;
    let container = engine.containers.find(&id)?;
    let tty = container.request.tty;
    let upgrade = upgrade_of(&mut request);
    let wanted = |channel| match channel {
        Channel::Out => query.stdout,
        Channel::Err => query.stderr,
    };
    // Attached before the log is read, so that nothing is lost between; a line may come twice at most.
    let output = query.stream.then(|| container.streams.attach());
    let early = if query.logs { Some(printed(&container)?) } else { None };
    let keys = detach_keys(query.detach_keys.as_deref())?;
    engine.tell(&container, "attach", &[]);
    let input = (query.stdin && query.stream && container.request.open_stdin).then(|| Typed {
        to: container.streams.input(),
        keys: if tty { keys } else { Vec::new() },
        closes: container.request.stdin_once && !tty,
    });
    let only = (wanted(Channel::Out), wanted(Channel::Err));
    let of = Arc::clone(&container);
    let left: Left = Box::new(move |engine| engine.tell(&of, "detach", &[]));
    let talk = Conversation { raw: tty, early, output, input, only, left: Some(left) };
    begin(upgrade, talk.input.is_some(), tty, Arc::clone(&engine), std::future::ready(talk))
}

/// Begins a conversation: over the connection, which is handed over, or as the body of the answer. The latter goes one way: who wants
/// to type has to ask for the connection.
pub(super) fn begin(
    upgrade: Option<OnUpgrade>,
    types: bool,
    raw: bool,
    engine: Arc<Engine>,
    talk: impl Future<Output = Conversation> + Send + 'static,
) -> Answer {
    let Some(upgrade) = upgrade else {
        if types {
            return Err(Fault::new(FaultKind::BadRequest, Code::NoUpgrade).into());
        }
        let (out, chunks) = mpsc::channel(1);
        tokio::spawn(async move { talk.await.tell(out, engine).await });
        return Ok(stream(content_type(raw), chunks));
    };
    tokio::spawn(async move { talk.await.hold(upgrade, engine).await });
    Ok(switching(raw))
}

/// The connection, once the answer has gone out; none when the client does not ask for it.
pub(super) fn upgrade_of(request: &mut Request) -> Option<OnUpgrade> {
    let asked = request.headers().contains_key(header::UPGRADE);
    if let Some(connection) = request.extensions().get::<Connection>().filter(|_| asked) {
        connection.hand_over();
    }
    request.extensions_mut().remove::<OnUpgrade>().filter(|_| asked)
}

/// `101 UPGRADED`
pub(super) fn switching(raw: bool) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("tcp"));
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type(raw)));
    response
}

/// What a client and a process say to each other.
pub(super) struct Conversation {
    /// Output goes out as it is, without frames.
    pub raw: bool,
    pub early: Option<mpsc::Receiver<(Channel, Bytes)>>,
    pub output: Option<mpsc::Receiver<(Channel, Bytes)>>,
    pub input: Option<Typed>,
    /// Standard output and standard error are wanted.
    pub only: (bool, bool),
    /// What is to be told when the detach keys are typed.
    pub left: Option<Left>,
}

/// Done once, when the user leaves and the process stays.
pub(super) type Left = Box<dyn FnOnce(&Engine) + Send>;

/// Where typed bytes go.
pub(super) struct Typed {
    pub to: mpsc::Sender<Input>,
    /// Which keys end the conversation; none do when it is empty.
    pub keys: Vec<u8>,
    /// The end of the client's input is the end of the process's.
    pub closes: bool,
}

impl Conversation {
    /// Says what is printed until the process's output ends, the client goes, or the engine ends.
    async fn tell(self, out: mpsc::Sender<Bytes>, engine: Arc<Engine>) {
        let mut ending = engine.ending.subscribe();
        let (raw, only) = (self.raw, self.only);
        let (mut early, mut output) = (self.early, self.output);
        let speaks = async {
            while let Some((channel, bytes)) = next(&mut early, &mut output).await {
                if is_wanted(only, channel) && out.send(frame(raw, channel, &bytes)).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = speaks => {}
            () = out.closed() => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }

    /// Holds it until the process's output ends, the client goes, or the engine ends.
    async fn hold(self, upgrade: OnUpgrade, engine: Arc<Engine>) {
        let mut ending = engine.ending.subscribe();
        let upgraded = match upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => return tracing::debug!(%error, "the client went before its connection was handed over"),
        };
        let (reader, mut writer) = tokio::io::split(TokioIo::new(upgraded));
        let (raw, only) = (self.raw, self.only);
        let (mut early, mut output) = (self.early, self.output);
        let speaks = async {
            while let Some((channel, bytes)) = next(&mut early, &mut output).await {
                if is_wanted(only, channel) && writer.write_all(&frame(raw, channel, &bytes)).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = speaks => {}
            detached = listen(reader, self.input) => {
                if let Some(left) = self.left.filter(|_| detached) {
                    left(&engine);
                }
            }
            _ = ending.wait_for(|ending| *ending) => {}
        }
        // The client may have closed it already.
        writer.shutdown().await.ok();
    }
}

fn is_wanted((stdout, stderr): (bool, bool), channel: Channel) -> bool {
    if channel == Channel::Out { stdout } else { stderr }
}

async fn next(
    early: &mut Option<mpsc::Receiver<(Channel, Bytes)>>,
    output: &mut Option<mpsc::Receiver<(Channel, Bytes)>>,
) -> Option<(Channel, Bytes)> {
    if let Some(first) = early {
        if let Some(said) = first.recv().await {
            return Some(said);
        }
        *early = None;
    }
    output.as_mut()?.recv().await
}

/// What was printed so far, read from the log as it is taken.
fn printed(container: &Arc<Container>) -> Result<mpsc::Receiver<(Channel, Bytes)>, Fault> {
    let mut reader = container.streams.log.reader(Ask { channels: [true; 2], ..Ask::default() })?;
    let (sender, receiver) = mpsc::channel(1);
    let container = Arc::clone(container);
    tokio::task::spawn_blocking(move || {
        loop {
            let pieces = match reader.batch(&container.streams.log) {
                Ok(pieces) => pieces,
                Err(fault) => return tracing::debug!(%fault, "a log cannot be read any more"),
            };
            if pieces.is_empty() {
                return;
            }
            for piece in pieces {
                if sender.blocking_send((piece.channel, piece.text.into())).is_err() {
                    return;
                }
            }
        }
    });
    Ok(receiver)
}

/// Something to say instead of what a process prints.
pub(super) fn said(text: String) -> mpsc::Receiver<(Channel, Bytes)> {
    let (sender, receiver) = mpsc::channel(1);
    sender.try_send((Channel::Err, text.into())).unwrap_or_else(|_full| tracing::debug!("it has room for one"));
    receiver
}

/// Passes on what is typed. Ends when the user types the detach keys, or the client breaks off; the mere end of its input
/// does not end the conversation. True when it was the keys.
async fn listen(mut reader: impl AsyncReadExt + Unpin, typed: Option<Typed>) -> bool {
    let mut buffer = vec![0; 16 * 1024];
    let mut watch = typed.as_ref().map(|typed| Keys::new(&typed.keys));
    loop {
        let n = match reader.read(&mut buffer).await {
            Ok(0) => break,
            Err(_) => return false,
            Ok(n) => n,
        };
        let (Some(typed), Some(watch)) = (&typed, &mut watch) else { continue };
        let (through, detached) = watch.filter(&buffer[..n]);
        // The process may have closed its input.
        if !through.is_empty() {
            typed.to.send(Input::Data(through.into())).await.ok();
        }
        if detached {
            return true;
        }
    }
    if let Some(typed) = typed.filter(|typed| typed.closes) {
        typed.to.send(Input::End).await.ok();
    }
    std::future::pending().await
}

/// Looks for the detach keys. What might be their beginning is held back until it is clear.
struct Keys<'a> {
    keys: &'a [u8],
    seen: usize,
}

impl<'a> Keys<'a> {
    fn new(keys: &'a [u8]) -> Self {
        Self { keys, seen: 0 }
    }

    /// What goes through, and whether the keys were typed.
    fn filter(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        if self.keys.is_empty() {
            return (bytes.to_vec(), false);
        }
        let mut out = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            if byte == self.keys[self.seen] {
                self.seen += 1;
                if self.seen == self.keys.len() {
                    return (out, true);
                }
                continue;
            }
            out.extend_from_slice(&self.keys[..self.seen]);
            self.seen = usize::from(byte == self.keys[0]);
            if self.seen == 0 {
                out.push(byte);
            }
        }
        (out, false)
    }
}

/// `ctrl-p,ctrl-q`; a key is a character or `ctrl-` with one of `@`, `a`–`z`, `[`, `\`, `]`, `^`, `_`.
pub(super) fn detach_keys(text: Option<&str>) -> Result<Vec<u8>, Fault> {
    let Some(text) = text else { return Ok(DETACH.to_vec()) };
    let key = |key: &str| match (key.as_bytes(), key.strip_prefix("ctrl-").map(str::as_bytes)) {
        ([one], _) => Some(*one),
        (_, Some([one])) if matches!(one.to_ascii_uppercase(), b'@'..=b'_') => Some(one.to_ascii_uppercase() & 0x1f),
        _ => None,
    };
    let bad = || Fault::new(FaultKind::BadRequest, Code::BadDetachKeys).with("keys", text);
    text.split(',').map(|part| key(part).ok_or_else(bad)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detach_keys_end_it_and_their_beginning_alone_goes_through() {
        let mut keys = Keys::new(DETACH);
        assert_eq!(keys.filter(b"ls\x10"), (b"ls".to_vec(), false));
        assert_eq!(keys.filter(b"x"), (b"\x10x".to_vec(), false));
        assert_eq!(keys.filter(b"a\x10\x10"), (b"a\x10".to_vec(), false));
        assert_eq!(keys.filter(b"\x11rest"), (Vec::new(), true));
    }

    #[test]
    fn detach_keys_are_read_as_docker_writes_them() {
        assert_eq!(detach_keys(Some("ctrl-p,ctrl-q")).unwrap(), [16, 17]);
        assert_eq!(detach_keys(Some("a,ctrl-[")).unwrap(), [b'a', 27]);
        assert_eq!(detach_keys(Some("ctrl-1")).unwrap_err().problem.code, Code::BadDetachKeys);
    }
}
