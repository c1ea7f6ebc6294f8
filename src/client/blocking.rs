use super::endpoint::Endpoint;
use super::http::{self, Ask};
use super::protocol::{
    DamageCommand, EngineInfo, Finding, GateCommand, GateView, HostCommand, LinkCounters, MendQuery, ReachCommand,
    ReachLine, ReachReport, Rewind, SpeedAt, SpeedCommand, SpeedLine, SpeedReport, TagCommand, TryCommand, WalkCommand,
    WalkReport,
};
use super::{ClientError, Hijacked};
use crate::docker::{ExecStart, Id, with_query};
use crate::i18n::Lang;
use crate::spec::{ContainerId, Digest, Reference, visible};
use crate::trace::{Code, Damage, Evidence, Tried};
use http_body_util::BodyExt;
use hyper::Method;
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// A client of one engine. Cheap to clone; every call blocks the calling thread until the engine has answered.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) socket: Arc<Endpoint>,
    pub(super) runtime: Arc<Runtime>,
}

impl Client {
    /// A client of the engine that listens there: this user's or root's. Fails when none does.
    pub fn connect(socket: &Path) -> Result<Self, ClientError> {
        Self::new(socket, None)?.answered()
    }

    /// The same where the engine of the user with that number is wanted, and known to be it.
    pub fn connect_to(socket: &Path, whose: u32) -> Result<Self, ClientError> {
        Self::new(socket, Some(whose))?.answered()
    }

    fn answered(self) -> Result<Self, ClientError> {
        self.text(Method::GET, "/_ping")?;
        Ok(self)
    }

    /// Without asking whether anybody listens.
    pub(super) fn new(socket: &Path, whose: Option<u32>) -> Result<Self, ClientError> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime
            .worker_threads(1)
            .enable_all()
            .thread_name("client")
            .build()
            .map_err(|e| ClientError::new(Code::NoThread).with("reason", e))?;
        Ok(Self { socket: Arc::new(Endpoint::new(socket, whose)), runtime: Arc::new(runtime) })
    }

    /// Where the engine listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// About the engine.
    pub fn info(&self) -> Result<EngineInfo, ClientError> {
        self.get("/dockwalk/v1/info")
    }

    /// The gate as it is now.
    pub fn gate(&self) -> Result<GateView, ClientError> {
        self.get("/dockwalk/v1/gate")
    }

    /// The same, of an engine that may be there and not answer: then the error is `engine-silent`.
    pub fn gate_within(&self, limit: Duration) -> Result<GateView, ClientError> {
        let ask = Ask { method: Method::GET, path: "/dockwalk/v1/gate".to_owned(), ..Ask::default() };
        let answer = async {
            let body = http::send(&self.socket, ask).await?.into_body().collect().await;
            parse(&body.map_err(|error| http::cut(&self.socket, &error))?.to_bytes())
        };
        let silent = ClientError::new(Code::EngineSilent).with("socket", visible::path(&self.socket));
        let timed = self.runtime.block_on(async { tokio::time::timeout(limit, answer).await });
        timed.map_err(|_elapsed| silent.with("seconds", limit.as_secs()))?
    }

    /// Tells the gate what to do; returns how it is then.
    pub fn command(&self, command: &GateCommand) -> Result<GateView, ClientError> {
        self.post("/dockwalk/v1/gate", command)
    }

    /// The whole evidence of an event.
    pub fn evidence(&self, seq: u64) -> Result<Vec<Evidence>, ClientError> {
        self.get(&format!("/dockwalk/v1/evidence/{seq}"))
    }

    /// What this machine allows.
    pub fn doctor(&self) -> Result<Vec<Finding>, ClientError> {
        self.get("/dockwalk/v1/doctor")
    }

    /// Undoes on the host what a container (name or id) did to it, by removing it; none for all containers.
    pub fn rewind(&self, container: Option<&str>) -> Result<(), ClientError> {
        let scope = Rewind { container: container.map(ToOwned::to_owned) };
        self.call(Method::POST, "/dockwalk/v1/rewind", Some(&scope)).map(drop)
    }

    /// Flips a bit of what the built-in registry serves for that digest: of the byte at `offset`, or of the middle one.
    pub fn damage(&self, digest: &Digest, offset: Option<u64>) -> Result<Damage, ClientError> {
        self.post("/dockwalk/v1/registry/damage", &DamageCommand { digest: digest.clone(), offset })
    }

    /// Undoes that; none for all that is damaged. Returns what was mended.
    pub fn mend(&self, digest: Option<&Digest>) -> Result<Vec<Damage>, ClientError> {
        self.delete(&with_query("/dockwalk/v1/registry/damage", &MendQuery { digest: digest.cloned() }))
    }

    /// What is damaged in the built-in registry.
    pub fn damaged(&self) -> Result<Vec<Damage>, ClientError> {
        self.get("/dockwalk/v1/registry/damage")
    }

    /// Lets a tag of the built-in registry point at what another tag points at. Returns the digest.
    pub fn move_tag(&self, tag: &Reference, to: &Reference) -> Result<Digest, ClientError> {
        self.post("/dockwalk/v1/registry/tag", &TagCommand { tag: tag.clone(), to: to.clone() })
    }

    /// Has it looked what a container uses now: the answer is in the trace.
    pub fn look_at_usage(&self, container: &ContainerId) -> Result<(), ClientError> {
        self.call(Method::POST, &format!("/dockwalk/v1/containers/{container}/usage"), None::<&()>).map(drop)
    }

    /// What has passed each link until now; it is in no trace.
    pub fn counters(&self) -> Result<Vec<LinkCounters>, ClientError> {
        self.get("/dockwalk/v1/counters")
    }

    /// Tries a system call in a container, one of [`TRIED_CALLS`](super::protocol::TRIED_CALLS).
    pub fn try_call(&self, container: &ContainerId, call: &str) -> Result<Tried, ClientError> {
        let command = TryCommand { call: call.to_owned() };
        self.post(&format!("/dockwalk/v1/containers/{container}/try"), &command)
    }

    /// Has it computed who reaches whom, and tried, where that is wanted.
    pub fn reach(&self, command: &ReachCommand) -> Result<ReachReport, ClientError> {
        self.post("/dockwalk/v1/reach", command)
    }

    /// Has it send a packet, and follow it.
    pub fn walk(&self, command: &WalkCommand) -> Result<WalkReport, ClientError> {
        self.post("/dockwalk/v1/walk", command)
    }

    /// Has it measure how fast the places of a container are; `see` is told how far it is.
    pub fn speed(&self, command: &SpeedCommand, mut see: impl FnMut(&SpeedAt)) -> Result<SpeedReport, ClientError> {
        self.lines("/dockwalk/v1/speed", command, |line| match line {
            SpeedLine::At(at) => {
                see(&at);
                None
            }
            SpeedLine::Report(report) => Some(Ok(*report)),
            SpeedLine::Failed(problem) => Some(Err((*problem).into())),
        })
    }

    /// Sends a command and takes the answer line by line, until one of them is the end.
    fn lines<L: DeserializeOwned, T>(
        &self,
        path: &str,
        command: &impl Serialize,
        mut take: impl FnMut(L) -> Option<Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        let mut answer = self.open(Method::POST, path, Some(command), &[])?;
        let mut bytes = Vec::new();
        loop {
            let chunk = answer.chunk()?;
            let (over, mut from) = (chunk.is_none(), bytes.len());
            bytes.extend(chunk.unwrap_or_default());
            while let Some(end) = bytes[from..].iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = bytes.drain(..=from + end).collect();
                from = 0;
                if let Some(end) = take(parse(&line)?) {
                    return end;
                }
            }
            if over {
                return Err(ClientError::new(Code::EngineFault).with("reason", "no answer"));
            }
        }
    }

    /// The same, and `see` is told how many probes of how many have their answer.
    pub fn reach_told(
        &self,
        command: &ReachCommand,
        mut see: impl FnMut(usize, usize),
    ) -> Result<ReachReport, ClientError> {
        self.lines("/dockwalk/v1/reach/lines", command, |line| match line {
            ReachLine::Probed { done, of } => {
                see(done, of);
                None
            }
            ReachLine::Report(report) => Some(Ok(*report)),
            ReachLine::Failed(problem) => Some(Err((*problem).into())),
        })
    }

    /// Ends the engine, as SIGTERM does.
    pub fn shut_down(&self) -> Result<(), ClientError> {
        self.call(Method::POST, "/dockwalk/v1/stop", None::<&()>).map(drop)
    }

    /// Runs a command on the lab host. The second is its id: `/exec/{id}/resize`, `/exec/{id}/json`.
    pub fn host(&self, command: &HostCommand) -> Result<(Hijacked, String), ClientError> {
        let Id { id } = self.prepare_host(command)?;
        let body = ExecStart { detach: false, tty: command.tty };
        Ok((self.hijack(&format!("/exec/{id}/start"), Some(&body))?, id))
    }

    /// Prepares one: it runs when it is started as any `exec` is.
    pub fn prepare_host(&self, command: &HostCommand) -> Result<Id, ClientError> {
        self.post("/dockwalk/v1/host", command)
    }

    /// `GET`s JSON.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        parse(&self.call(Method::GET, path, None::<&()>)?)
    }

    /// `POST`s JSON and reads JSON.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ClientError> {
        parse(&self.call(Method::POST, path, Some(body))?)
    }

    /// `DELETE`s, and reads JSON.
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        parse(&self.call(Method::DELETE, path, None::<&()>)?)
    }

    /// Asks without a body, and reads text.
    pub fn text(&self, method: Method, path: &str) -> Result<String, ClientError> {
        self.call(method, path, None::<&()>).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Asks, and reads the whole answer.
    pub fn call(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Result<Vec<u8>, ClientError> {
        let mut answer = self.open(method, path, body, &[])?;
        let mut all = Vec::new();
        while let Some(chunk) = answer.chunk()? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    /// Asks, and returns as soon as the head of the answer is there: its body is read chunk by chunk.
    pub fn open(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        headers: &[(&'static str, String)],
    ) -> Result<Answer, ClientError> {
        let ask = Ask { method, path: path.to_owned(), body: json(body)?, headers: headers.to_vec() };
        Ok(Answer::of(self.runtime.block_on(http::send(&self.socket, ask))?, self))
    }

    /// Asks for the connection itself.
    pub fn hijack(&self, path: &str, body: Option<&impl Serialize>) -> Result<Hijacked, ClientError> {
        self.hijack_in(path, body, Lang::En)
    }

    /// The same; what the engine must say over that connection itself, it says in that language.
    pub fn hijack_in(&self, path: &str, body: Option<&impl Serialize>, lang: Lang) -> Result<Hijacked, ClientError> {
        let upgrade = [("Connection", "Upgrade"), ("Upgrade", "tcp"), ("Accept-Language", lang.code())];
        let headers = upgrade.map(|(name, value)| (name, value.to_owned())).to_vec();
        let ask = Ask { method: Method::POST, path: path.to_owned(), body: json(body)?, headers };
        self.runtime.block_on(async {
            let answer = http::send(&self.socket, ask).await?;
            Hijacked::of(&self.socket, answer).await
        })
    }
}

/// The body of an answer, as it comes.
#[derive(Debug)]
pub struct Answer {
    headers: hyper::HeaderMap,
    body: hyper::body::Incoming,
    client: Client,
}

impl Answer {
    pub(super) fn of(answer: hyper::Response<hyper::body::Incoming>, client: &Client) -> Self {
        let (head, body) = answer.into_parts();
        Self { headers: head.headers, body, client: client.clone() }
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Waits for more; none at the end.
    pub fn chunk(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        loop {
            let frame = self.client.runtime.block_on(self.body.frame());
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(http::cut(&self.client.socket, &error)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data.to_vec()));
                    }
                }
            }
        }
    }
}

fn json(body: Option<&impl Serialize>) -> Result<Option<Vec<u8>>, ClientError> {
    let bad = |e: serde_json::Error| ClientError::new(Code::BadRequest).with("reason", e);
    body.map(serde_json::to_vec).transpose().map_err(bad)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(bytes).map_err(|e| ClientError::new(Code::EngineOtherVersion).with("reason", e))
}
