use crate::trace::{Effect, UpperChange, UpperFile, UpperTotals};
use imbl::OrdMap;

/// A container's writable layer, as far as it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Upper {
    /// Its directory.
    pub path: String,
    /// At most [`UpperChange::SHOWN`] of its paths: what hides something below before what was added, then by path.
    pub files: OrdMap<String, UpperFile>,
    /// What all of it comes to.
    pub totals: UpperTotals,
}

impl Upper {
    /// What it is after this change.
    #[must_use]
    pub fn after(mut self, change: &UpperChange) -> Self {
        (self.path, self.totals) = (change.upper.clone(), change.totals);
        for path in &change.gone {
            self.files.remove(path);
        }
        for file in &change.files {
            self.files.insert(file.path.clone(), file.clone());
        }
        while self.files.len() > UpperChange::SHOWN {
            let plain = |file: &&UpperFile| file.effect == Effect::Added && file.copied.is_none();
            let least = self.files.values().rev().find(plain);
            let path = least.or_else(|| self.files.values().next_back()).map(|file| file.path.clone());
            path.and_then(|path| self.files.remove(&path));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: String, effect: Effect) -> UpperFile {
        UpperFile { path, effect, dir: false, mount_point: false, size: 1, copied: None }
    }

    fn change(files: Vec<UpperFile>, gone: &[&str], paths: u64) -> UpperChange {
        let gone = gone.iter().map(ToString::to_string).collect();
        let totals = UpperTotals { paths, ..UpperTotals::default() };
        UpperChange { container: "c".into(), upper: "/u".into(), files, gone, totals }
    }

    #[test]
    fn what_hides_something_stays_when_there_is_too_much_and_the_totals_count_all() {
        let many = (0..300).map(|n| file(format!("a{n:03}"), Effect::Added)).collect();
        let upper = Upper::default().after(&change(many, &[], 300));
        assert_eq!((upper.files.len(), upper.totals.paths), (UpperChange::SHOWN, 300));
        let upper = upper.after(&change(vec![file("z".into(), Effect::Deleted)], &["a000"], 300));
        assert!(upper.files.contains_key("z") && !upper.files.contains_key("a000"));
        assert!(upper.files.contains_key("a199") && !upper.files.contains_key("a200"));
        let gone = upper.after(&change(Vec::new(), &["z", "never told"], 299));
        assert!(!gone.files.contains_key("z"));
    }
}
