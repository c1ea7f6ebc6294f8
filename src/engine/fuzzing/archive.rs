use crate::engine::archive::load;
use crate::engine::conductor::{Conductor, Journal, Recorder};
use crate::engine::store::Store;
use crate::engine::{Cancel, IdRange};
use crate::trace::OpKind;
use std::fs;
use std::path::Path;

/// What `docker load` is given: whatever it is, the store holds whole images afterwards, and nothing lies beside it.
pub fn archive(bytes: &[u8]) {
    let shared = Path::new("/dev/shm");
    let cage = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() }.expect("a directory");
    let root = cage.path().join("root");
    let store = Store::open(&root, IdRange { uids: 1, gids: 1 }, true).expect("a store");
    let journal = Journal::open(&root.join("journal"), crate::engine::undoers(None)).expect("a journal");
    let conductor = Conductor::new(Recorder::in_memory(), journal);
    let loaded = conductor
        .operate(OpKind::ImageLoad, "", "", &Cancel::new(), |cx| load(&store, cx, bytes, None, &|_| {}))
        .map_or(0, |loaded| loaded.len());
    let images = store.images();
    assert!(images.len() <= loaded || loaded == 0, "{} of {loaded}", images.len());
    for image in &images {
        assert!(image.layers.iter().all(|layer| layer.is_dir()), "{}", image.id);
    }
    let beside: Vec<_> =
        fs::read_dir(cage.path()).expect("readable").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(beside, ["root"]);
}
