//! Text that acts instead of being seen, and how to tell that none of it came through.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write;

/// What a test looks for to know that the hostile text was printed at all.
pub const SIGN: &str = "evil";
/// What stands at the beginning of a line only where a newline came through.
pub const INJECTED: &str = "INJECTED";
/// One of each kind, and Korean that must survive.
pub const HOSTILE: &str = "evil\x1b[31m\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x07\r\nINJECTED\u{9b}31m\u{85}\u{7f}\u{8}\0\u{202e}\u{2066}\u{200b}\u{200f}\u{2028}\u{feff}\u{e0041}\t한글";
/// What can be an argument: without NUL.
pub const TYPED: &str = "evil\x1b[31m\x07\r\nINJECTED\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200b}\u{2028}한글";

/// Ten thousand bytes of it.
pub fn long() -> String {
    HOSTILE.repeat(10_000 / HOSTILE.len() + 1)
}

/// All that is wrong with a text that was printed.
pub fn wrong(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, c) in text.char_indices() {
        let acts = c.is_control() && c != '\n'
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
        if acts {
            found.push(format!("{c:?} at {at}"));
        }
    }
    if text.lines().any(|line| line.starts_with(INJECTED)) {
        found.push("a line of its own".to_owned());
    }
    found
}

/// Prints it so that it harms nobody who reads a test's output.
pub fn shown(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut all, byte| {
        match byte {
            b'\n' | b' '..=b'~' => all.push(char::from(*byte)),
            byte => write!(all, "<{byte:02x}>").unwrap(),
        }
        all
    })
}
