use super::*;
use crate::trace::Code;
use std::collections::BTreeMap;

/// Message keys with the variables each uses.
fn messages(files: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let (mut key, mut vars) = (None, Vec::new());
    for line in files.iter().flat_map(|(_, text)| text.lines().chain([""])) {
        let starts = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if let (true, Some((name, _))) = (starts, line.split_once('='))
            && let Some(key) = key.replace(name.trim().to_owned())
        {
            assert!(found.insert(key.clone(), std::mem::take(&mut vars)).is_none(), "{key} is there twice");
        }
        vars.extend(line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect::<String>()
        }));
        vars.sort();
        vars.dedup();
    }
    found.extend(key.map(|key| (key, vars)));
    found
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (ko, en) = (messages(KO), messages(EN));
    assert!(!ko.is_empty());
    for (key, vars) in &ko {
        assert_eq!(Some(vars), en.get(key), "{key}: Korean against English");
    }
    let only_english: Vec<_> = en.keys().filter(|key| !ko.contains_key(*key)).collect();
    assert!(only_english.is_empty(), "not in Korean: {only_english:?}");
}

#[test]
fn every_step_has_a_title_and_an_explanation() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        for &kind in StepKind::ALL {
            for text in [words.step(kind), words.step_why(kind)] {
                assert!(!text.is_empty() && !text.contains('⟨'), "{lang:?}: {text}");
            }
        }
    }
}

#[test]
fn every_book_of_the_engine_is_named_as_its_own() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let named: std::collections::BTreeSet<_> = Book::ALL.map(|book| words.book(book)).into();
        assert_eq!(named.len(), Book::ALL.len(), "{lang:?}: {named:?}");
        assert!(named.iter().all(|name| !name.contains('⟨')), "{lang:?}: {named:?}");
    }
}

/// Korean particles follow the sound of the word before them, which a variable does not tell.
#[test]
fn no_korean_sentence_leaves_the_choice_of_a_particle_to_the_reader() {
    for (file, line) in KO.iter().chain(KO_GRAMMAR).flat_map(|(file, text)| text.lines().map(move |line| (file, line)))
    {
        for pair in ["이(가)", "을(를)", "은(는)", "와(과)", "과(와)", "(으)로", "(이)"] {
            assert!(!line.contains(pair), "{file}: {line}");
        }
    }
}

#[test]
fn what_was_being_done_is_said_in_the_readers_language() {
    let problem =
        |what: &str| Problem::new(Code::DiskFull).with("what", what).with("subject", "/x").with("reason", "ENOSPC");
    let korean = Words::new(Lang::Ko);
    assert!(korean.problem(&problem("write")).contains("공간이 없어 쓰기 작업을"));
    assert!(korean.problem(&problem("utimensat")).contains("공간이 없어 utimensat 작업을"));
    assert!(Words::new(Lang::En).problem(&problem("write")).contains("no space left to write it"));
}

#[test]
fn a_message_is_one_visible_line_whatever_its_variables_are() {
    let words = Words::new(Lang::Ko);
    let hostile = "evil\x1b[31m\nINJECTED\u{202e}한글";
    let seen = r"evil\x1b[31m\nINJECTED\u{202e}한글";
    let known = Problem::new(Code::EngineSaid).with("message", hostile);
    let later = serde_json::json!({"code": hostile, "args": {"x": hostile}});
    let later: Problem = serde_json::from_value(later).expect("a problem of a later version");
    for said in [words.problem(&known), words.problem(&later), words.say(hostile)] {
        assert!(said.contains(seen) && !said.contains(['\n', '\x1b', '\u{202e}']), "{said:?}");
    }
    let endless = Problem::new(Code::EngineSaid).with("message", "x".repeat(100_000));
    assert!(words.problem(&endless).chars().count() < LONGEST + 200);
}
