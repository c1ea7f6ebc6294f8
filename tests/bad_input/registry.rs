//! A registry on loopback that lies, breaks off or stays honest, as a test tells it to.

use dockwalk::spec::{Digest, Platform};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The repository and tag that it has.
pub const IMAGE: &str = "test/notes:1";

/// What it does with one of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another byte in the middle.
    Changed,
    /// One byte more than was promised.
    Longer,
    /// The connection ends before this byte of the whole.
    CutAt(usize),
}

/// An image, and what is wrong with its delivery.
struct Shelf {
    /// Path → media type and bytes.
    files: HashMap<String, (&'static str, Vec<u8>)>,
    /// Path → what goes wrong there.
    faults: Mutex<HashMap<String, Fault>>,
    /// Paths with the byte from which they were asked for.
    asked: Mutex<Vec<(String, usize)>>,
}

/// The running registry. Its thread ends with the test's process.
pub struct Registry {
    pub addr: SocketAddr,
    /// Digests of its documents.
    pub manifest: Digest,
    pub layer: Digest,
    /// The layer's size.
    pub size: usize,
    /// All of its layers, lowest first.
    pub layers: Vec<Layer>,
    shelf: Arc<Shelf>,
}

/// A layer that it has.
pub struct Layer {
    pub digest: Digest,
    pub size: usize,
    /// The one file in it, and that one's sha256.
    pub file: String,
    pub content: Digest,
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

pub fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_sha256(&Sha256::digest(bytes).into())
}

impl Registry {
    /// It has [`IMAGE`], whose one layer holds a file of that many bytes which do not compress.
    pub fn start(payload: usize) -> Self {
        Self::of(&[payload])
    }

    /// The same with a layer for each number of bytes.
    pub fn of(payloads: &[usize]) -> Self {
        let name = |at: usize| if at == 0 { "note".to_owned() } else { format!("note-{at}") };
        let contents: Vec<_> = payloads.iter().enumerate().map(|(at, bytes)| (name(at), noise(*bytes, at))).collect();
        let tars: Vec<_> = contents.iter().map(|(name, content)| tar(name, content)).collect();
        let diff_ids: Vec<_> = tars.iter().map(|tar| sha256(tar)).collect();
        let described = tars.iter().zip(&diff_ids).map(|(tar, digest)| {
            json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": tar.len() })
        });
        let described: Vec<_> = described.collect();
        let host = Platform::host();
        let config = json!({
            "os": host.os, "architecture": host.architecture, "config": { "Cmd": ["/note"] },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(&config), "size": config.len() },
            "layers": described,
        });
        let manifest = manifest.to_string().into_bytes();
        let manifest_digest = sha256(&manifest);
        let blob = |digest: &Digest| format!("/v2/test/notes/blobs/{digest}");
        let mut files = HashMap::from([
            ("/v2/".to_owned(), ("application/json", b"{}".to_vec())),
            ("/v2/test/notes/manifests/1".to_owned(), (MANIFEST, manifest.clone())),
            (format!("/v2/test/notes/manifests/{manifest_digest}"), (MANIFEST, manifest)),
            (blob(&sha256(&config)), ("application/octet-stream", config)),
        ]);
        let layers: Vec<_> = contents
            .into_iter()
            .zip(&tars)
            .map(|((file, content), tar)| Layer {
                digest: sha256(tar),
                size: tar.len(),
                file,
                content: sha256(&content),
            })
            .collect();
        files.extend(tars.into_iter().map(|tar| (blob(&sha256(&tar)), ("application/octet-stream", tar))));
        let shelf = Arc::new(Shelf { files, faults: Mutex::default(), asked: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let served = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shelf = Arc::clone(&served);
                std::thread::spawn(move || serve(stream, &shelf));
            }
        });
        let (layer, size) = (layers[0].digest.clone(), layers[0].size);
        Self { addr, manifest: manifest_digest, layer, size, layers, shelf }
    }

    /// The image's whole name.
    pub fn image(&self) -> String {
        format!("{}/{IMAGE}", self.addr)
    }

    /// From now on this goes wrong with the layer.
    pub fn layer_goes(&self, fault: Fault) {
        let path = format!("/v2/test/notes/blobs/{}", self.layer);
        self.shelf.faults.lock().unwrap().insert(path, fault);
    }

    /// From now on this goes wrong with the tag's manifest.
    pub fn manifest_goes(&self, fault: Fault) {
        self.shelf.faults.lock().unwrap().insert("/v2/test/notes/manifests/1".into(), fault);
    }

    /// From now on it is honest.
    pub fn mend(&self) {
        self.shelf.faults.lock().unwrap().clear();
        self.shelf.asked.lock().unwrap().clear();
    }

    /// From which bytes on the layer was asked for since it was mended.
    pub fn layer_asked_from(&self) -> Vec<usize> {
        self.asked_from(&self.layer)
    }

    /// The same for one of its layers.
    pub fn asked_from(&self, layer: &Digest) -> Vec<usize> {
        let asked = self.shelf.asked.lock().unwrap();
        asked.iter().filter(|(path, _)| path.ends_with(layer.as_str())).map(|(_, from)| *from).collect()
    }
}

fn serve(mut stream: TcpStream, shelf: &Shelf) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    // A TLS hello is no line of text: the connection is closed, as a server without TLS does.
    while let Some(request) = lines.next() {
        let Some(path) = request.split(' ').nth(1).map(str::to_owned) else { return };
        let headers: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let range =
            headers.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
        let from = range.as_ref().and_then(|range| range.strip_suffix('-')?.parse::<usize>().ok());
        shelf.asked.lock().unwrap().push((path.clone(), from.unwrap_or(0)));
        if !answer(&mut stream, shelf, &path, from) {
            return;
        }
    }
}

/// False when the connection is over.
fn answer(stream: &mut TcpStream, shelf: &Shelf, path: &str, from: Option<usize>) -> bool {
    let Some((media, whole)) = shelf.files.get(path) else {
        let body = r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#;
        return write!(stream, "HTTP/1.1 404 x\r\nContent-Length: {}\r\n\r\n{body}", body.len()).is_ok();
    };
    let fault = shelf.faults.lock().unwrap().get(path).copied();
    let start = from.unwrap_or(0).min(whole.len());
    let mut body = whole[start..].to_vec();
    let mut end = body.len();
    match fault {
        Some(Fault::Changed) => {
            let middle = body.len() / 2;
            body[middle] ^= 1;
        }
        Some(Fault::Longer) => {
            body.push(b'!');
            end += 1;
        }
        Some(Fault::CutAt(at)) => end = at.saturating_sub(start).min(end),
        None => {}
    }
    let mut head = match from {
        Some(from) => format!("HTTP/1.1 206 x\r\nContent-Range: bytes {from}-{}/{0}\r\n", whole.len() - 1),
        None => "HTTP/1.1 200 x\r\n".to_owned(),
    };
    head.push_str(&format!("Content-Type: {media}\r\nContent-Length: {}\r\n", body.len()));
    if path.contains("/manifests/") {
        // What it promises, whatever it sends.
        head.push_str(&format!("Docker-Content-Digest: {}\r\n", sha256(whole)));
    }
    let sent = write!(stream, "{head}\r\n").and_then(|()| stream.write_all(&body[..end]));
    sent.is_ok() && end == body.len()
}

/// Bytes without a pattern, the same each time: an ordinary linear congruential generator.
fn noise(length: usize, seed: usize) -> Vec<u8> {
    let mut state = 1 + seed as u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A file that nobody may execute.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_000_000_000);
    tar.append_data(&mut header, name, content).unwrap();
    tar.into_inner().unwrap()
}
