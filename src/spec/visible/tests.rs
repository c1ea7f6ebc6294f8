use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, seen: &str) {
    assert_eq!(line(text), seen);
}

/// What must not come out of here, by a definition that shares nothing with the one above.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || ('\u{200b}'..='\u{200c}').contains(&c)
        || ('\u{200e}'..='\u{200f}').contains(&c)
        || ('\u{2028}'..='\u{202e}').contains(&c)
        || ('\u{2060}'..='\u{206f}').contains(&c)
        || c == '\u{feff}'
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

#[test]
fn what_would_act_is_seen() {
    check("a\x1b[31mred\x07", r"a\x1b[31mred\x07");
    check("one\ntwo\rthree\tfour\0", r"one\ntwo\rthree\tfour\x00");
    check("\u{7f}\u{9b}31m\u{85}", r"\x7f\u{9b}31m\u{85}");
    check("a\u{202e}fdp.exe", r"a\u{202e}fdp.exe");
    check("\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}", r"\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}");
    check("la\u{200b}test\u{feff}\u{2060}\u{ad}", r"la\u{200b}test\u{feff}\u{2060}\u{ad}");
    check("a\u{2028}b\u{2029}c", r"a\u{2028}b\u{2029}c");
    check("hi\u{e0041}\u{e007f}\u{fffe}\u{10ffff}", r"hi\u{e0041}\u{e007f}\u{fffe}\u{10ffff}");
    check("ㅤ\u{115f}\u{1160}\u{ffa0}", r"\u{3164}\u{115f}\u{1160}\u{ffa0}");
}

#[test]
fn what_is_only_seen_is_left_alone() {
    let same = [
        "docker run -it lab/shell:1",
        "한글 파일.txt",
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}",
        "ㄱㄴㄷ",
        "👨\u{200d}👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽 🇰🇷",
        "e\u{301}\u{323} שלום عربي",
        "日本語 — …",
        r"C:\x1b",
    ];
    for text in same {
        assert!(matches!(line(text), Cow::Borrowed(_)), "{text:?} became {:?}", line(text));
    }
}

#[test]
fn joiners_and_selectors_stay_between_pictures_alone() {
    check("a\u{200d}b", r"a\u{200d}b");
    check("nginx\u{fe0f}", r"nginx\u{fe0f}");
    check("👨\u{200d}", r"👨\u{200d}");
    check("👨\u{200d}\u{200d}👩", r"👨\u{200d}\u{200d}👩");
}

#[test]
fn marks_stand_on_something_and_not_higher_than_any_script_needs() {
    check("\u{301}x", r"\u{301}x");
    check(&format!("z{}", "\u{301}".repeat(6)), &format!(r"z{}\u{{301}}\u{{301}}", "\u{301}".repeat(4)));
    check("\u{200b}\u{301}", r"\u{200b}\u{301}");
    let many = format!("한{}", "\u{1161}".repeat(1000));
    assert!(width(&line(&many)) > 5000, "a pile of vowels is not as wide as one");
}

#[test]
fn lines_and_tabs_stay_where_lines_are_meant() {
    assert_eq!(lines("a\n\tb\r\n\x1b\u{301}"), "a\n\tb\\r\n\\x1b\\u{301}");
    assert_eq!(lines("a\n\u{301}b"), "a\n\\u{301}b");
}

#[test]
fn bytes_and_paths_that_are_no_text_are_seen() {
    assert_eq!(bytes(b"caf\xe9\x1b \xc2\x9b \xed\xa0\x80"), r"caf\xe9\x1b \u{9b} \xed\xa0\x80");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"/tmp/\xff\n"));
        assert_eq!(path(odd), r"/tmp/\xff\n");
    }
}

#[test]
fn json_stays_json_and_says_the_same() {
    let value =
        serde_json::json!({"k\u{9b}\u{202e}": "한글 \x1b \x7f \u{e0041} \u{301}\" e\u{301}", "list": ["\u{200b}"]});
    for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
        let seen = json(&text);
        assert!(!seen.chars().any(|c| c != '\n' && is_harmful(c)), "{seen}");
        assert!(seen.contains("한글") && seen.contains(r"\u009b\u202e") && seen.contains(r"\udb40\udc41"), "{seen}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&seen).unwrap(), value);
    }
}

#[test]
fn a_line_is_cut_where_its_columns_end() {
    assert_eq!(cut("한글과 컴퓨터", 6), "한글…");
    assert_eq!(cut("한글", 4), "한글");
    assert_eq!(cut("abcdef", 3), "ab…");
    assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    assert_eq!(width("한글 ab"), 7);
}

#[test]
fn a_stream_may_be_cut_anywhere() {
    let whole = "가나 \u{1b}[1m\u{202e}\n\u{9b} 👍".as_bytes();
    let whole = [whole, b"\xff\xe3\x81|\xe3"].concat();
    for size in 1..whole.len() {
        let mut stream = Stream::default();
        let mut seen: String = whole.chunks(size).map(|piece| stream.push(piece)).collect();
        seen.push_str(&stream.end());
        assert_eq!(seen, "가나 \\x1b[1m\\u{202e}\n\\u{9b} 👍\\xff\\xe3\\x81|\\xe3", "in pieces of {size}");
    }
}

proptest! {
    #[test]
    fn nothing_harmful_comes_out_and_twice_is_once(text in "[\\PC\\pC\\pM가-힣 -~]{0,60}") {
        for seen in [line(&text), lines(&text)] {
            prop_assert!(!seen.chars().any(|c| is_harmful(c) && !matches!(c, '\n' | '\t')), "{seen:?}");
        }
        let once = line(&text);
        prop_assert!(!once.contains(['\n', '\t']));
        prop_assert_eq!(line(&once), once.as_ref());
        let once = lines(&text);
        prop_assert_eq!(lines(&once), once.as_ref());
        let value = serde_json::Value::from(text.as_str());
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json(&value.to_string())).unwrap(), value);
    }

    #[test]
    fn any_bytes_become_one_harmless_line(raw: Vec<u8>) {
        let seen = bytes(&raw);
        prop_assert!(!seen.chars().any(is_harmful), "{seen:?}");
    }

    #[test]
    fn a_cut_line_fits(text in "[ -~가-힣👍\u{301}]{0,40}", columns in 1usize..50) {
        let text = line(&text).into_owned();
        prop_assert!(width(&cut(&text, columns)) <= columns);
    }
}
