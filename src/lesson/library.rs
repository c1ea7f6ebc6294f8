//! The lessons that are part of the program, and their recordings.

use super::Source;
use std::borrow::Cow;

macro_rules! lessons {
    ($($folder:literal),* $(,)?) => {
        /// The lessons that are part of the program, in order.
        pub fn embedded() -> Vec<Source> {
            vec![$(Source {
                folder: Cow::Borrowed($folder),
                script: Cow::Borrowed(include_str!(concat!("../../lessons/", $folder, "/lesson.toml"))),
                ko: Cow::Borrowed(include_str!(concat!("../../lessons/", $folder, "/ko.md"))),
                en: Cow::Borrowed(include_str!(concat!("../../lessons/", $folder, "/en.md"))),
            }),*]
        }
    };
}

macro_rules! recordings {
    ($($name:literal),* $(,)?) => {
        /// A recording that is part of the program, by the name that lessons give it.
        pub fn recording(name: &str) -> Option<&'static [u8]> {
            match name {
                $($name => Some(include_bytes!(concat!("../../fixtures/traces/", $name))),)*
                _ => None,
            }
        }
    };
}

lessons![
    "01-pull-and-run",
    "02-storage",
    "03-tags-and-digests",
    "04-life",
    "05-kernel",
    "06-who-reaches-whom",
    "07-host-and-none",
    "08-copy",
    "09-table",
    "10-postgres",
];
recordings![
    "01-pull-and-run.ndjson",
    "02-storage.ndjson",
    "03-tags-and-digests.ndjson",
    "04-life.ndjson",
    "05-kernel.ndjson",
    "06-who-reaches-whom.ndjson",
    "07-host-and-none.ndjson",
    "08-copy.ndjson",
    "09-table.ndjson",
    "10-postgres.ndjson"
];

/// Is the lesson in this folder (`01-pull-and-run`) meant by a name, its number (`1`, `01`) or its slug (`pull-and-run`)?
pub fn is_called(folder: &str, name: &str) -> bool {
    let (id, slug) = folder.split_once('-').unwrap_or((folder, ""));
    let number = |text: &str| text.parse::<u32>().ok();
    folder == name || slug == name || (number(id).is_some() && number(id) == number(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn names(folder: &str) -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        // A folder that is not there holds nothing.
        let Ok(entries) = fs::read_dir(&path) else { return BTreeSet::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn every_lesson_of_the_folder_is_in_the_program() {
        let embedded: BTreeSet<_> = embedded().into_iter().map(|source| source.folder.into_owned()).collect();
        assert_eq!(names("lessons"), embedded);
    }

    #[test]
    fn every_recording_of_the_folder_is_in_the_program() {
        for name in names("fixtures/traces") {
            assert!(recording(&name).is_some(), "{name} is missing from the table in library.rs");
        }
    }
}
