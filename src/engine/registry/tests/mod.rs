mod cable;
mod documents;
mod endless;
mod failures;
mod limits;
mod mirrors;
mod orphans;
mod promises;
mod push;
mod server;
mod tls;
mod transfer;

use super::*;
use crate::engine::conductor::{Conductor, Journal, Recorder};
use crate::engine::{Cancel, Fault, FaultKind, IdRange};
use crate::trace::{BlobState, Body, OpKind, StepKind};
use parking_lot::Mutex;
use server::{Reply, Server, TestImage, layer, ranged};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A store of its own for each test.
struct Bench {
    dir: tempfile::TempDir,
    conductor: Arc<Conductor>,
    options: RegistryOptions,
    cancel: Cancel,
    told: Mutex<Vec<Progress>>,
}

impl Bench {
    fn new() -> Self {
        Self::within(tempfile::tempdir().expect("a directory"))
    }

    /// Another engine in the directory of one before.
    fn within(dir: tempfile::TempDir) -> Self {
        let root = dir.path().join("root");
        std::fs::create_dir_all(&root).expect("a directory");
        let journal = Journal::open(&root.join("journal"), crate::engine::undoers(None)).expect("a journal");
        let conductor = Conductor::new(Recorder::in_memory(), journal);
        Self { dir, conductor, options: RegistryOptions::default(), cancel: Cancel::new(), told: Mutex::default() }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn pull(&self, name: &str) -> Result<Image> {
        self.pull_as(name, None)
    }

    fn pull_as(&self, name: &str, auth: Option<&Credentials>) -> Result<Image> {
        self.pull_for(name, None, auth)
    }

    fn pull_for(&self, name: &str, platform: Option<&str>, auth: Option<&Credentials>) -> Result<Image> {
        let platform = platform.map(|text| Platform::parse(text).expect("a platform"));
        self.pull_into(&self.store(), name, platform.as_ref(), auth)
    }

    fn store(&self) -> Arc<Store> {
        Store::open(&self.root(), IdRange::ALL, false).expect("a store")
    }

    fn pull_into(
        &self,
        store: &Arc<Store>,
        name: &str,
        platform: Option<&Platform>,
        auth: Option<&Credentials>,
    ) -> Result<Image> {
        let tell = |progress| self.told.lock().push(progress);
        let puller = Puller::new(Arc::clone(store), self.options.clone());
        let reference = name.parse().expect("a reference");
        self.conductor.operate(OpKind::ImagePull, name, "POST /images/create", &self.cancel, |cx| {
            puller.pull(cx, &reference, platform, auth, &tell)
        })
    }

    /// The pull fails, and leaves no unverified blob, no layer and nothing to undo.
    fn fails(&self, name: &str, code: &str) -> Fault {
        let fault = self.pull(name).expect_err("it must fail");
        assert_eq!(fault.problem.code, code, "{fault}");
        self.is_clean();
        for lang in crate::i18n::Lang::ALL {
            let text = crate::i18n::Words::new(lang).problem(&fault.problem);
            assert!(!text.contains("{ $") && !text.starts_with(code), "{lang:?}: {text}");
        }
        fault
    }

    /// The same, before anybody was asked.
    fn fails_before_asking(&self, name: &str, code: &str) -> Fault {
        let fault = self.fails(name, code);
        assert!(self.conductor.world().registries.is_empty());
        fault
    }

    fn is_clean(&self) {
        assert_eq!(names(&self.root().join("layers/sha256")), Vec::<String>::new(), "no layer");
        assert!(self.conductor.journal().pending(None).is_empty(), "nothing to undo");
        for blob in names(&self.root().join("blobs/sha256")) {
            let bytes = std::fs::read(self.root().join("blobs/sha256").join(&blob)).expect("a blob");
            assert_eq!(document::sha256(&bytes).hex(), blob, "only verified blobs");
        }
    }

    fn trace(&self) -> String {
        self.conductor
            .recorder()
            .with(|trace| serde_json::to_string(&trace.events().collect::<Vec<_>>()).expect("json"))
    }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("a directory");
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn name(server: &Server) -> String {
    format!("{}/a/b:1", server.addr)
}

/// Bytes that neither repeat nor compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}
