//! Every input that is kept of fuzzing goes through the same functions again.

use std::path::Path;

fn replay(target: &str, run: impl Fn(&[u8])) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&dir).expect("a corpus") {
        let path = entry.expect("an input").path();
        let bytes = std::fs::read(&path).expect("readable");
        assert!(bytes.len() <= 4096, "{}: kept inputs are small", path.display());
        // What fails says which it was.
        println!("{}", path.display());
        run(&bytes);
        inputs += 1;
    }
    assert!(inputs > 0, "{}", dir.display());
}

#[test]
fn the_corpus_of_requests_holds() {
    replay("requests", super::requests);
}

#[test]
fn the_corpus_of_inits_holds() {
    replay("init", super::init);
}

#[test]
fn the_corpus_of_packets_holds() {
    replay("packets", super::packets);
}

#[test]
fn the_corpus_of_logs_holds() {
    replay("logs", super::logs);
}

#[test]
fn the_corpus_of_references_holds() {
    replay("references", super::references);
}

#[test]
fn the_corpus_of_documents_holds() {
    replay("documents", super::documents);
}

#[test]
fn the_corpus_of_tokens_holds() {
    replay("tokens", super::tokens);
}

#[test]
fn the_corpus_of_tars_holds() {
    replay("tar", super::tar);
}

#[test]
fn the_corpus_of_archives_holds() {
    replay("archive", super::archive);
}
