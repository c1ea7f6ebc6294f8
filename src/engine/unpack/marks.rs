use crate::trace::Layer;
use std::collections::BTreeMap;

/// What a layer's tar says about its paths: the first ones by path, deletions before all others, so that a layer of a
/// hundred thousand files costs no memory and still shows what it deletes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TarMarks {
    hidden: BTreeMap<Vec<u8>, TarMark>,
    plain: BTreeMap<Vec<u8>, TarMark>,
}

/// What a tar says about one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TarMark {
    /// A directory: added, or merged with the one below.
    Dir,
    /// Anything else, with its bytes of content.
    File(u64),
    /// A whiteout.
    Whiteout,
    /// An opaque directory.
    Opaque,
}

/// Twice what is shown: directories that only merge are left out later.
const KEPT: usize = 2 * Layer::SHOWN;

impl TarMarks {
    /// Notes what is said about a path; the last word holds, but a directory stays opaque.
    pub fn note(&mut self, path: &[u8], mark: TarMark) {
        let hides = matches!(mark, TarMark::Whiteout | TarMark::Opaque);
        if self.hidden.get(path) == Some(&TarMark::Opaque) && matches!(mark, TarMark::Dir) {
            return;
        }
        let (to, other) = if hides { (&mut self.hidden, &mut self.plain) } else { (&mut self.plain, &mut self.hidden) };
        other.remove(path);
        if to.len() == KEPT && !to.contains_key(path) {
            match to.last_key_value() {
                Some((last, _)) if last.as_slice() <= path => return,
                _ => drop(to.pop_last()),
            }
        }
        to.insert(path.to_vec(), mark);
    }

    /// What hides something below, then the rest, each by path.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], TarMark)> {
        self.hidden.iter().chain(&self.plain).map(|(path, mark)| (path.as_slice(), *mark))
    }
}
