//! Everything that can go wrong can be said, in both languages, and nothing is said that cannot go wrong.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Code, Problem};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn src() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(dir: &Path, ends: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ends, found);
        } else if path.extension().is_some_and(|e| e == ends) {
            found.push(path);
        }
    }
}

/// The problems that the Fluent files of a language have words for.
fn said(lang: Lang) -> BTreeSet<String> {
    let mut found = Vec::new();
    files(&src().join("i18n").join(lang.code()), "ftl", &mut found);
    let texts: Vec<_> = found.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let keys = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("problem-"));
    keys.map(|rest| rest.split([' ', '=']).next().unwrap().to_owned()).collect()
}

#[test]
fn every_code_has_words_in_both_languages_and_every_message_has_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    for lang in Lang::ALL {
        let said = said(lang);
        let unsaid: Vec<_> = codes.difference(&said).collect();
        let unmeant: Vec<_> = said.difference(&codes).collect();
        assert!(unsaid.is_empty(), "{lang:?} has no words for {unsaid:?}");
        assert!(unmeant.is_empty(), "{lang:?} has words for {unmeant:?}, which are in no list");
        let words = Words::new(lang);
        assert!(Code::ALL.iter().all(|code| words.knows_problem(code)), "{lang:?} leaves a file out");
    }
}

#[test]
fn every_code_is_used() {
    let mut found = Vec::new();
    files(&src(), "rs", &mut found);
    let mut used = BTreeSet::new();
    for file in found {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (at, _) in code.match_indices("Code::") {
            let name = &code[at + "Code::".len()..];
            used.insert(name.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned());
        }
    }
    let unused: Vec<_> = Code::ALL.iter().map(|code| format!("{code:?}")).filter(|code| !used.contains(code)).collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
}

fn read(json: &str) -> Problem {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_problem_of_a_later_version_is_shown_by_its_code_and_written_as_it_came() {
    let json = r#"{"code":"from-the-future","args":{"what":"x"}}"#;
    let later = read(json);
    let words = Words::new(Lang::En);
    assert!(matches!(later.code, Code::Unknown(_)) && !words.knows_problem(&later.code));
    assert_eq!(words.problem(&later), "from-the-future, what: x");
    assert_eq!(serde_json::to_string(&later).unwrap(), json);
}

#[test]
fn a_problem_is_written_as_it_always_was() {
    for code in Code::ALL {
        let json = format!(r#"{{"code":"{}"}}"#, code.name());
        assert_eq!(serde_json::to_string(&Problem::new(code.clone())).unwrap(), json);
        assert_eq!(read(&json).code, *code);
    }
}

/// Once there were two for the same, with other variables.
#[test]
fn what_an_older_recording_says_of_a_bad_reference_has_words() {
    for json in [
        r#"{"code":"reference-invalid","args":{"reason":"`A`: no"}}"#,
        r#"{"code":"invalid-reference","args":{"reason":"`A`: no","reference":"A"}}"#,
    ] {
        let old = read(json);
        assert_eq!(old.code, Code::InvalidReference);
        assert!(Words::new(Lang::En).problem(&old).starts_with("invalid reference format: `A`: no. "));
    }
}

/// Their messages say more today.
#[test]
fn what_an_older_recording_says_of_ids_has_words() {
    for (json, parts) in [
        (r#"{"code":"id-out-of-range","args":{"path":"a","id":"70000","count":"65537"}}"#, ["70000", "/etc/subgid"]),
        (r#"{"code":"owners-squashed","args":{"path":"a","id":"33"}}"#, ["33", "/etc/subuid"]),
        (r#"{"code":"id-not-mapped","args":{"id":"70000"}}"#, ["70000", "/etc/subuid"]),
        (r#"{"code":"subids-missing","args":{"user":"ann"}}"#, ["ann", "--add-subuids"]),
    ] {
        for lang in Lang::ALL {
            let said = Words::new(lang).problem(&read(json));
            assert!(parts.iter().all(|part| said.contains(part)) && !said.contains(['{', '⟨']), "{said}");
        }
    }
}

/// A variant that is left out would be said by its bare name.
#[test]
fn every_feature_that_is_not_built_has_words_in_both_languages() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let said = |name: &str| words.problem(&Problem::new(Code::NotBuilt).with("feature", name));
        assert!(said("no-such-feature").contains("no-such-feature"));
        for feature in dockwalk::docker::Feature::ALL {
            let text = said(feature.name());
            assert!(!text.starts_with(feature.name()) && text.contains("dockwalk"), "{lang:?} {feature:?}: {text}");
        }
    }
}

/// Words that stand in docs/glossary.md as not to be used, and have no other sense here.
const NOT: [&str; 18] = [
    "서술자",
    "기술자",
    "내부 레이어",
    "내부 저장소",
    "이름공간",
    "수업",
    "강의",
    "단원",
    "프레젠터",
    "랩(lab)",
    "실 머신",
    "가상 호스트",
    "스텝",
    "해시값",
    "증거",
    "트레이스",
    "사건",
    "버튼",
];

/// Phrases that no native speaker would write: each stood here once.
const AWKWARD: [&str; 22] = [
    "검사표",
    "태그의 문서 받기",
    "걷었",
    "걷어 냅",
    "도형의 근거",
    "앞에서 사라",
    "터미널로, 터미널에서",
    "네 자리",
    "빈 자리",
    "마운트 자리",
    "붙은 자리",
    "직접 해 보기",
    "말 걸기",
    "몫으로",
    "글자가 찍",
    "제어 그룹",
    "받기를 기다립",
    "기다림이 끝",
    "부탁한 한 번",
    "자리만 차지",
    "쓰는 법",
    "둘째 화면",
];

/// Where messages and lessons have one of these words in Korean.
fn said_in_korean(words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    files(&src().join("i18n/ko"), "ftl", &mut found);
    files(&src().parent().unwrap().join("lessons"), "md", &mut found);
    let mut said = Vec::new();
    for file in found.iter().filter(|file| !file.ends_with("en.md")) {
        let text = fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let words = words.iter().filter(|word| line.contains(**word));
            said.extend(words.map(|word| format!("{}:{}: {word}", file.display(), number + 1)));
        }
    }
    assert!(found.len() > 10, "{found:?}");
    said
}

#[test]
fn nothing_is_said_as_no_native_speaker_would_say_it() {
    let wrong = said_in_korean(&AWKWARD);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn one_thing_has_one_word_in_messages_and_lessons() {
    let wrong = said_in_korean(&NOT);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let glossary = fs::read_to_string(src().parent().unwrap().join("docs/glossary.md")).unwrap();
    for word in ["디스크립터", "라우트", "쓰기 레이어", "레슨", "스터디 노트"] {
        assert!(glossary.contains(word), "{word}");
    }
}

/// `docker0`은, `/data`에: of two forms of a particle the one that follows what is before it, never both.
#[test]
fn no_sentence_of_a_lesson_leaves_its_particle_open() {
    let mut found = Vec::new();
    files(&src().parent().unwrap().join("lessons"), "md", &mut found);
    for file in found {
        let text = fs::read_to_string(&file).unwrap();
        for open in ["은(는)", "이(가)", "을(를)", "와(과)", "(으)로", "이(라)", "(이)"] {
            assert!(!text.contains(open), "{}: {open}", file.display());
        }
    }
}
