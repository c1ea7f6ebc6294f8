//! Pulls one image into a directory and says how long each part took: `pull ROOT IMAGE`. `benches/pull.sh` times it.

use dockwalk::engine::conductor::{Cancel, Conductor, Journal, Recorder};
use dockwalk::engine::registry::{Builtin, Puller, RegistryOptions};
use dockwalk::engine::store::Store;
use dockwalk::engine::{Fault, IdRange};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Body, OpKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [root, image] = args.as_slice() else {
        eprintln!("usage: pull ROOT IMAGE");
        return ExitCode::from(2);
    };
    match pull(Path::new(root), image) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}", Words::new(Lang::of_user()).problem(&fault.problem));
            ExitCode::FAILURE
        }
    }
}

fn pull(root: &Path, image: &str) -> Result<(), Fault> {
    let start = Instant::now();
    std::fs::create_dir_all(root).map_err(|e| Fault::io("make", root.display(), &e))?;
    let conductor = Conductor::new(Recorder::in_memory(), Journal::open(&root.join("journal.ndjson"))?);
    let store = Store::open(root, IdRange::ALL, false)?;
    let reference = image
        .parse()
        .map_err(|e: dockwalk::spec::ReferenceError| Fault::failed("reference-invalid").with("reason", e))?;
    let builtin = if image.starts_with("lab/") {
        let assets: PathBuf = root.join("assets");
        Some(Builtin::serve(([127, 0, 0, 1], 0).into(), &assets)?.addr())
    } else {
        None
    };
    let puller = Puller::new(store, RegistryOptions { builtin, ..RegistryOptions::default() });
    let pulled = conductor
        .operate(OpKind::ImagePull, image, "", &Cancel::new(), |cx| puller.pull(cx, &reference, None, None, &|_| {}))?;
    conductor.recorder().with(|trace| {
        let mut open = std::collections::BTreeMap::new();
        for event in trace.events() {
            match &event.body {
                Body::StepAnnounced { step } => drop(open.insert(step.id, (step.plan.kind, step.plan.subject.clone()))),
                Body::StepEnded { step, took, .. } => {
                    if let Some((kind, subject)) = open.remove(step) {
                        println!(
                            "{:>9.1} ms  {} {subject}",
                            Duration::from_nanos(*took).as_secs_f64() * 1e3,
                            kind.name()
                        );
                    }
                }
                _ => {}
            }
        }
    });
    println!("{} {} bytes in {:.2} s", pulled.id, pulled.size, start.elapsed().as_secs_f64());
    Ok(())
}
