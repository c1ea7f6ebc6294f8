//! Everything that can go wrong can be said, in both languages.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::Problem;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The problem codes that the source names: the first string of each call that makes a problem.
fn codes() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut found = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for maker in ["Fault::failed(", "Problem::new(", "Fault::new("] {
            for (at, _) in code.match_indices(maker) {
                let call = &code[at + maker.len()..];
                let call = &call[..call.find(';').unwrap_or(call.len()).min(160)];
                let Some(literal) = call.split('"').nth(1) else { continue };
                let before = call.split('"').next().unwrap();
                // A code that is computed is the test of whoever computes it.
                let direct = before.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | ',' | ' ' | '\n' | '_'));
                let is_code = literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                if direct && is_code && !literal.is_empty() {
                    found.insert(literal.to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn every_problem_the_source_names_has_words_in_both_languages() {
    let codes = codes();
    assert!(codes.len() > 30, "the search found only {codes:?}");
    let unsaid: Vec<String> = Lang::ALL
        .into_iter()
        .flat_map(|lang| {
            codes
                .iter()
                .filter(move |code| !Words::new(lang).knows_problem(code))
                .map(move |c| format!("{lang:?}: {c}"))
        })
        .collect();
    assert!(unsaid.is_empty(), "no words for:\n{}", unsaid.join("\n"));
}

#[test]
fn a_problem_of_a_later_version_is_shown_by_its_code() {
    let words = Words::new(Lang::En);
    assert!(!words.knows_problem("from-the-future"));
    assert!(words.problem(&Problem::new("from-the-future").with("what", "x")).contains("from-the-future"));
}
