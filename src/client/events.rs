use super::endpoint::Endpoint;
use super::http::{self, Ask};
use super::protocol::{TraceEnd, TraceQuery};
use super::{Client, ClientError};
use crate::docker::with_query;
use crate::trace::{Base, Code, Event, Problem, log};
use http_body_util::BodyExt;
use hyper::Method;
use std::sync::Arc;
use std::sync::mpsc::{self, TrySendError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Events of a running engine, as they come. Dropping it ends the stream, and the hold of the gate with it.
#[derive(Debug)]
pub struct Events {
    receiver: mpsc::Receiver<Incoming>,
    /// Dropped with this value: ends the task.
    _stop: oneshot::Sender<()>,
    /// Keeps the runtime alive that the task runs on.
    _client: Client,
}

/// What comes over the stream.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// The next event.
    Event(Arc<Event>),
    /// The engine is not there. It is asked again until it is, which is not said again.
    Lost(ClientError),
    /// It is there again, and it is the same: the stream goes on.
    Back,
    /// Another engine answers there now: its trace begins anew, at event 1.
    Restarted,
    /// The engine dropped events before they could be had: the trace begins with this, and goes on after it.
    Dropped(Arc<Base>),
}

/// How many events wait for whoever receives. The engine's files hold the others: what is not read is not sent.
const WAITING: usize = 1024;
/// How often it is looked whether there is room again.
const ROOM: Duration = Duration::from_millis(2);

impl Client {
    /// The events after the first `from`, then each as it comes. With `hold` the gate stays closed until the result is
    /// dropped. When the engine goes away it is waited for, and the stream goes on where it was.
    pub fn events(&self, from: u64, hold: bool) -> Events {
        Events::open(self.clone(), from, hold)
    }
}

impl Events {
    fn open(client: Client, from: u64, hold: bool) -> Self {
        let (sender, receiver) = mpsc::sync_channel(WAITING);
        let (stop, stopped) = oneshot::channel::<()>();
        let socket = Arc::clone(&client.socket);
        client.runtime.spawn(async move {
            tokio::select! {
                () = follow(&socket, from, hold, &sender) => {}
                _ = stopped => {}
            }
        });
        Self { receiver, _stop: stop, _client: client }
    }

    /// What has come already; none when there is nothing now.
    pub fn try_next(&self) -> Option<Incoming> {
        self.receiver.try_recv().ok()
    }

    /// Waits up to that long for what comes next.
    pub fn next_within(&self, limit: Duration) -> Option<Incoming> {
        self.receiver.recv_timeout(limit).ok()
    }
}

impl Iterator for Events {
    type Item = Incoming;

    fn next(&mut self) -> Option<Incoming> {
        self.receiver.recv().ok()
    }
}

/// Follows the trace for as long as somebody receives.
async fn follow(socket: &Endpoint, from: u64, hold: bool, out: &mpsc::SyncSender<Incoming>) {
    let mut place = Place { position: from, engine: None, lost: None };
    loop {
        let error = match stream(socket, &mut place, hold, out).await {
            Ok(Some(problem)) if matches!(problem.code, Code::TraceNotRead) => ClientError::from(problem),
            // We did not read for a while – the machine slept, say. Nothing is lost: it goes on where it was.
            Ok(Some(problem)) => {
                tracing::info!(?problem, "the trace is asked for again");
                continue;
            }
            Ok(None) => {
                ClientError::new(Code::EngineUnreachable).with("socket", socket.display()).with("reason", "it ended")
            }
            Err(error) => error,
        };
        // Said once: whoever is told three times a second paints three times a second.
        let code = Some(error.problem.code.clone());
        if place.lost != code && !send(out, Incoming::Lost(error)).await {
            return;
        }
        place.lost = code;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// How far the trace was read, of which engine, and what was said when it went away.
struct Place {
    position: u64,
    engine: Option<u32>,
    lost: Option<Code>,
}

/// One connection's events, until it ends. A problem is the engine's reason for ending it.
async fn stream(
    socket: &Endpoint,
    place: &mut Place,
    hold: bool,
    out: &mpsc::SyncSender<Incoming>,
) -> Result<Option<Problem>, ClientError> {
    let query = TraceQuery { from: Some(place.position), hold, engine: place.engine };
    let path = with_query("/dockwalk/v1/trace", &query);
    let answer = http::send(socket, Ask { method: Method::GET, path, ..Ask::default() }).await?;
    let header = answer.headers().get("dockwalk-engine").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let answering = header.unwrap_or(0);
    let was_lost = place.lost.take().is_some();
    let news = if place.engine.replace(answering).is_some_and(|before| before != answering) {
        // The engine saw our number for the other one and streams from the beginning.
        place.position = 0;
        Some(Incoming::Restarted)
    } else {
        was_lost.then_some(Incoming::Back)
    };
    if let Some(news) = news
        && !send(out, news).await
    {
        return Ok(None);
    }
    let (mut body, mut line) = (answer.into_body(), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| http::cut(socket, &e))?;
        let Ok(data) = frame.into_data() else { continue };
        line.extend_from_slice(&data);
        let Some(end) = line.iter().rposition(|&b| b == b'\n') else { continue };
        for text in line[..end].split(|&b| b == b'\n').filter(|text| !text.is_empty()) {
            let incoming = match serde_json::from_slice::<Event>(text) {
                Ok(event) => {
                    place.position = event.seq;
                    Incoming::Event(Arc::new(event))
                }
                Err(error) => match log::base_of(text) {
                    Some(base) => {
                        place.position = base.events;
                        Incoming::Dropped(Arc::new(base))
                    }
                    None => {
                        let end = serde_json::from_slice::<TraceEnd>(text);
                        let other = |_neither| ClientError::new(Code::EngineOtherVersion).with("reason", error);
                        return Ok(Some(end.map_err(other)?.dockwalk_end));
                    }
                },
            };
            if !send(out, incoming).await {
                return Ok(None);
            }
        }
        line.drain(..=end);
    }
    Ok(None)
}

/// Waits for room. False when nobody receives any more.
async fn send(out: &mpsc::SyncSender<Incoming>, mut incoming: Incoming) -> bool {
    loop {
        match out.try_send(incoming) {
            Ok(()) => return true,
            Err(TrySendError::Disconnected(_)) => return false,
            Err(TrySendError::Full(back)) => incoming = back,
        }
        tokio::time::sleep(ROOM).await;
    }
}
