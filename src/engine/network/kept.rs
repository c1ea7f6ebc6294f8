//! What of a network outlives its engine: `networks/<id>.json` in the engine's directory.
//!
//! ```text
//! made on the host ─▶ <id>.json.new ─fdatasync─▶ rename ─▶ <id>.json        from here on it is whole
//! removed: <id>.json gone ─▶ taken away on the host
//! an engine starts: <id>.json ─▶ ours alone? what a client could ask for? ─▶ made on the host again, with the addresses of before
//! ```

use super::asked::Asked;
use crate::docker::{self, NetworkCreate};
use crate::engine::moment::Moment;
use crate::engine::net::{Network, Subnet};
use crate::engine::{Fault, Result, evidence, private};
use crate::spec::NetworkId;
use crate::trace::Code;
use nix::fcntl::OFlag;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// The version of the format.
const VERSION: u32 = 1;
/// Bytes of such a file: labels are what may be long in it.
const MOST: u64 = 16 << 20;

/// Files that cannot be believed, each with why.
pub(super) type Aside = Vec<(PathBuf, Fault)>;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    id: NetworkId,
    created: Moment,
    subnet: String,
    gateway: Ipv4Addr,
    /// As a client asks for it.
    request: Value,
}

/// The directory of them.
pub(super) fn shelf(root: &Path) -> PathBuf {
    root.join("networks")
}

fn place(root: &Path, id: &NetworkId) -> PathBuf {
    shelf(root).join(format!("{id}.json"))
}

/// Writes a network down. It is on the disk when this returns.
pub(super) fn keep(root: &Path, network: &Network, request: &NetworkCreate) -> Result<()> {
    let Some((segment, created)) = network.segment.as_ref().zip(network.created) else { return Ok(()) };
    let path = place(root, &network.id);
    let failed = |e: io::Error| Fault::io("write", path.display(), &e);
    let request = serde_json::to_value(request).map_err(|e| failed(e.into()))?;
    let (id, subnet) = (network.id.clone(), segment.subnet.to_string());
    let document = Document { version: VERSION, id, created, subnet, gateway: segment.gateway, request };
    let new = path.with_extension("json.new");
    let write = || {
        private::dir(&shelf(root))?;
        let mut file = private::file(&new)?;
        serde_json::to_writer_pretty(&mut file, &document)?;
        file.write_all(b"\n")?;
        file.sync_data()?;
        fs::rename(&new, &path)?;
        File::open(shelf(root))?.sync_all()
    };
    write().map_err(failed)
}

/// It is none any more.
pub(super) fn forget(root: &Path, id: &NetworkId) -> Result<()> {
    let path = place(root, id);
    match fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Fault::io("remove", path.display(), &e)),
        _ => Ok(()),
    }
}

/// Networks that are there, the oldest first, and what cannot be believed, with why.
pub(super) fn all(root: &Path) -> Result<(Vec<Network>, Aside)> {
    let (shelf, mut found, mut aside) = (shelf(root), Vec::new(), Vec::new());
    let failed = |e: io::Error| Fault::io("read", shelf.display(), &e);
    let entries = match fs::read_dir(&shelf) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((found, aside)),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "new") {
            // Of an engine that was killed before there was a network.
            fs::remove_file(&path).map_err(|e| Fault::io("remove", path.display(), &e))?;
            continue;
        }
        match read(&path) {
            Ok(network) => found.push(network),
            Err(fault) => aside.push((path, fault)),
        }
    }
    found.sort_by_key(|network| network.created);
    Ok((found, aside))
}

/// What a file says, looked at as if a stranger had sent it.
fn read(path: &Path) -> Result<Network> {
    let none = |reason: &dyn std::fmt::Display| {
        Fault::failed(Code::NetworkFileUnreadable).with("path", path.display()).with("reason", reason)
    };
    let opened = private::believed(path, OFlag::O_RDONLY)?.ok_or_else(|| none(&"?"))?;
    let size = opened.metadata().map_err(|e| Fault::io("look at", path.display(), &e))?.len();
    if size > MOST {
        return Err(none(&format!("{size} > {MOST} bytes")));
    }
    let text = evidence::read(path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
    let document: Document = serde_json::from_slice(&text.into_bytes()).map_err(|e| none(&e))?;
    let Document { version, id, created, subnet, gateway, request } = document;
    let hex = id.as_str().len() == 64 && id.as_str().bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let named = path.file_name().is_some_and(|name| name == format!("{id}.json").as_str());
    if version != VERSION || !hex || !named {
        return Err(none(&format!("version {version}, id {id}")));
    }
    let subnet = Subnet::parse(&subnet).ok_or_else(|| none(&subnet))?;
    let request = docker::from_value(&request).map_err(|misfit| none(&misfit.field))?;
    Asked::read(request)?.network(id, created, subnet, gateway)
}

#[cfg(test)]
mod tests {
    use super::super::Pools;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_kept_is_read_again_and_what_no_engine_writes_is_not() {
        let root = tempfile::tempdir().unwrap();
        let request: NetworkCreate = docker::from_value(&json!({"Name": "n", "Labels": {"a": "b"}})).unwrap();
        let id = NetworkId::from("ab".repeat(32).as_str());
        let network = Asked::read(request.clone()).unwrap().beside(id.clone(), &[], &[], &Pools::default()).unwrap();
        keep(root.path(), &network, &request).unwrap();
        assert_eq!(all(root.path()).unwrap(), (vec![network], Vec::new()));
        let path = place(root.path(), &id);
        let whole: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for (field, value) in [
            ("version", json!(2)),
            ("id", json!("../x")),
            ("more", json!(1)),
            ("subnet", json!("x")),
            ("request", json!({"Name": "bridge"})),
        ] {
            let mut other = whole.clone();
            other[field] = value;
            fs::write(&path, other.to_string()).unwrap();
            let (found, aside) = all(root.path()).unwrap();
            assert_eq!((found.len(), aside.len()), (0, 1), "{field}");
        }
        fs::write(path.with_extension("json.new"), "{").unwrap();
        all(root.path()).unwrap();
        assert!(!path.with_extension("json.new").exists());
        forget(root.path(), &id).unwrap();
        forget(root.path(), &id).unwrap();
        assert_eq!(all(root.path()).unwrap(), (Vec::new(), Vec::new()));
    }
}
