//! A registry that does what a test tells it to, and remembers what it was asked.

use crate::engine::registry::document::sha256;
use crate::spec::Digest;
use parking_lot::Mutex;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Close after so many bytes of the body; the header still promises all of them.
    pub cut: Option<usize>,
    /// After `cut` bytes keep the connection open and send nothing.
    pub stall: bool,
    /// Say nothing of how long the body is: it ends with the connection.
    pub endless: bool,
    /// Send the body byte by byte, with so much time between.
    pub drip: Option<std::time::Duration>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), cut: None, stall: false, endless: false, drip: None }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }

    /// Closes after so many bytes.
    pub fn cut(mut self, at: usize) -> Self {
        self.cut = Some(at);
        self
    }
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

pub struct Server {
    pub addr: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// `script` gets each request, and how often that method and path were asked for before.
    pub fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(script, None)
    }

    /// The same behind TLS.
    pub fn start_tls(
        tls: rustls::ServerConfig,
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(script, Some(Arc::new(tls)))
    }

    fn listen(
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, log, tls) = (Arc::clone(&script), Arc::clone(&log), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &*script, &log),
                    Some(tls) => {
                        let connection = rustls::ServerConnection::new(tls).expect("a connection");
                        serve(rustls::StreamOwned::new(connection, stream), &*script, &log);
                    }
                });
            }
        });
        Self { addr, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    /// Requests whose path has `part` in it.
    pub fn asked_for(&self, part: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path.contains(part)).collect()
    }

    /// All that was asked, as `GET /v2/`.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

fn serve(stream: impl Read + Write, script: &Script, log: &Mutex<Vec<Asked>>) {
    let mut stream = BufReader::new(stream);
    // A TLS hello is no line of text: the connection is closed, as a plain server does.
    while let Some(asked) = request(&mut stream) {
        let before = {
            let mut log = log.lock();
            log.push(asked.clone());
            log.iter().filter(|other| other.path == asked.path && other.method == asked.method).count() - 1
        };
        let reply = script(&asked, before);
        let mut head = format!("HTTP/1.1 {} x\r\n", reply.status);
        if !reply.endless {
            head.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
        }
        reply.headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        let end = if asked.method == "HEAD" { 0 } else { reply.cut.unwrap_or(reply.body.len()) };
        let out = stream.get_mut();
        let mut send = || match reply.drip {
            None => write!(out, "{head}\r\n").and_then(|()| out.write_all(&reply.body[..end])),
            Some(pause) => write!(out, "{head}\r\n").and_then(|()| {
                reply.body[..end].iter().try_for_each(|byte| {
                    std::thread::sleep(pause);
                    out.write_all(&[*byte]).and_then(|()| out.flush())
                })
            }),
        };
        let sent = send().and_then(|()| out.flush());
        if reply.stall {
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        if sent.is_err() || reply.cut.is_some() || reply.endless {
            return;
        }
    }
}

fn request(stream: &mut impl BufRead) -> Option<Asked> {
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|&n| n > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    while let Some(line) = line().filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body })
}

/// An image of one platform as its registry has it.
#[derive(Clone)]
pub struct TestImage {
    pub layers: Vec<Vec<u8>>,
    pub config: Vec<u8>,
    pub manifest: Vec<u8>,
}

impl TestImage {
    /// Layers are uncompressed tars here: a blob's digest is its diff id.
    pub fn new(layers: Vec<Vec<u8>>) -> Self {
        let diff_ids: Vec<Digest> = layers.iter().map(|layer| sha256(layer)).collect();
        Self::with_diff_ids(layers, &diff_ids)
    }

    pub fn with_diff_ids(layers: Vec<Vec<u8>>, diff_ids: &[Digest]) -> Self {
        let host = crate::spec::Platform::host();
        let config = json!({
            "os": host.os, "architecture": host.architecture,
            "config": { "Cmd": ["sh"], "Env": null }, "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        let config = config.to_string().into_bytes();
        let descriptors: Vec<_> = layers
            .iter()
            .map(|layer| json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": sha256(layer), "size": layer.len() }))
            .collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(&config), "size": config.len() },
            "layers": descriptors,
        });
        Self { layers, config, manifest: manifest.to_string().into_bytes() }
    }

    /// What an honest registry answers.
    pub fn answer(&self, asked: &Asked) -> Reply {
        let path = asked.path.as_str();
        if path == "/v2/" {
            return Reply::new(200, "{}");
        }
        if path.ends_with("/manifests/1") || path.ends_with(sha256(&self.manifest).as_str()) {
            return Reply::new(200, self.manifest.clone())
                .with("Content-Type", "application/vnd.oci.image.manifest.v1+json")
                .with("Docker-Content-Digest", sha256(&self.manifest));
        }
        let blobs = self.layers.iter().chain([&self.config]);
        match blobs.into_iter().find(|blob| path.ends_with(&format!("/blobs/{}", sha256(blob)))) {
            Some(blob) => ranged(asked, blob),
            None => Reply::new(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#),
        }
    }
}

/// The blob, or the part of it that was asked for.
pub fn ranged(asked: &Asked, blob: &[u8]) -> Reply {
    let from =
        asked.headers.get("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match from {
        Some(from) => Reply::new(206, &blob[from..])
            .with("Content-Range", format!("bytes {from}-{}/{}", blob.len() - 1, blob.len())),
        None => Reply::new(200, blob),
    }
}

/// A layer with one file.
pub fn layer(path: &str, content: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_000_000_000);
    tar.append_data(&mut header, path, content).expect("in memory");
    tar.into_inner().expect("in memory")
}
