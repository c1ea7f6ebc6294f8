//! How far each lesson was taken: kept in one small file, which is written whole or not at all.

use crate::client::trust;
use crate::spec::visible;
use crate::trace::{Code, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// All lessons, by folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(default)]
    lessons: BTreeMap<String, Taken>,
}

/// How far one was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taken {
    /// The farthest page that was reached in the present try, from 0.
    pub page: usize,
    /// How many pages the lesson had then.
    pub of: usize,
    /// It was finished once.
    pub done: bool,
    /// What was predicted in the present try.
    pub predictions: Vec<Prediction>,
}

/// What was predicted at a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prediction {
    /// The page's id.
    pub step: String,
    /// The question's id.
    pub question: String,
    /// The choice, from 0; none when the learner wanted to be told.
    pub choice: Option<usize>,
    /// Whether it was right; none as long as the machine has not told.
    pub right: Option<bool>,
}

impl Progress {
    /// How far that lesson was taken; none when it was not begun.
    pub fn of(&self, folder: &str) -> Option<&Taken> {
        self.lessons.get(folder)
    }

    /// What is known of it now.
    pub fn note(&mut self, folder: &str, taken: Taken) {
        if self.of(folder) != Some(&taken) {
            self.lessons.insert(folder.to_owned(), taken);
        }
    }

    /// A new try begins; that it was finished once stays.
    pub fn again(&mut self, folder: &str) {
        if let Some(taken) = self.lessons.get_mut(folder) {
            *taken = Taken { done: taken.done, of: taken.of, ..Taken::default() };
        }
    }

    /// Reads it. Where there is nothing to be read, nothing was begun.
    pub fn load(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it: whole, or not at all. What other windows wrote of other lessons stays.
    pub fn save(&self, path: &Path, before: &Self) -> Result<(), Problem> {
        let refused = |error: std::io::Error| {
            Problem::new(Code::ProgressUnwritable).with("path", visible::path(path)).with("reason", error)
        };
        let mut all = Self::load(path);
        let changed = self.lessons.iter().filter(|(folder, taken)| before.of(folder) != Some(taken));
        all.lessons.extend(changed.map(|(folder, taken)| (folder.clone(), taken.clone())));
        if let Some(dir) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(refused)?;
        }
        let text = serde_json::to_string(&all).map_err(|error| refused(error.into()))?;
        trust::write_own_file(path, refused, |mut file| file.write_all(text.as_bytes()).map_err(refused))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(page: usize) -> Taken {
        Taken { page, of: 14, ..Taken::default() }
    }

    #[test]
    fn what_is_written_is_read_and_two_windows_do_not_take_each_others_lessons() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/progress.json");
        let (mut one, mut other) = (Progress::load(&path), Progress::load(&path));
        one.note("01-a", taken(3));
        other.note("02-b", taken(5));
        one.save(&path, &Progress::default()).unwrap();
        other.save(&path, &Progress::default()).unwrap();
        let read = Progress::load(&path);
        assert_eq!((read.of("01-a"), read.of("02-b")), (Some(&taken(3)), Some(&taken(5))));
        let names: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "nothing is left of the writing");
    }

    #[test]
    fn what_cannot_be_read_is_as_if_nothing_were_begun_and_what_a_later_version_writes_beside_is_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("progress.json");
        for text in ["", "{", "[]", r#"{"lessons":{"x":7}}"#] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Progress::load(&path), Progress::default(), "{text}");
        }
        std::fs::write(&path, r#"{"lessons":{"x":{"page":2,"new":1}},"later":true}"#).unwrap();
        assert_eq!(Progress::load(&path).of("x").unwrap().page, 2);
    }

    #[test]
    fn a_new_try_keeps_that_it_was_finished_and_nothing_else() {
        let mut progress = Progress::default();
        let predictions = vec![Prediction { choice: Some(1), ..Prediction::default() }];
        progress.note("x", Taken { page: 13, of: 14, done: true, predictions });
        progress.again("x");
        assert_eq!(progress.of("x"), Some(&Taken { page: 0, of: 14, done: true, predictions: vec![] }));
    }
}
