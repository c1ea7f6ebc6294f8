//! A stranger's text, made visible: the one place that decides what of it may reach a terminal, a window or a file.
//!
//! ```text
//! names, labels, paths, history, messages ─▶ line, lines, bytes, path ─▶ terminal, window, screen reader, SVG
//! JSON with such text in it               ─▶ json                     ─▶ terminal
//! ```
//!
//! What would act instead of being seen is written as an escape: control characters (`\n`, `\x1b`, `\u{9b}`), marks that
//! turn the direction of text (`\u{202e}`), characters without a shape, separators of lines and paragraphs, characters
//! that stack beyond what any script needs, and bytes that are no UTF-8 (`\xff`). Everything else is left as it is: all
//! of Korean, composed or as jamo, and emoji with their joiners. A text made visible stays the same when it is made
//! visible again, so it does no harm to do it twice. It cannot be read back (a backslash is not escaped): JSON can.
//!
//! Does not know what a terminal or a window is.

mod classes;
mod stream;
#[cfg(test)]
mod tests;

pub use stream::Stream;

use classes::{is_hidden, is_mark, is_pictograph};
use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many characters without a width may follow one that has one: two more than modern scripts and jamo need.
const STACK: u8 = 4;

/// Text of which one line is meant.
pub fn line(text: &str) -> Cow<'_, str> {
    // Most of what a picture says is this.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    rewrite(text, CharFilter::new(Form::Line), escape)
}

/// Text that may have lines and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    rewrite(text, CharFilter::new(Form::Lines), escape)
}

/// JSON, already written: what JSON itself lets through raw becomes `\uXXXX`, so that it reads as the same value.
pub fn json(text: &str) -> Cow<'_, str> {
    rewrite(text, CharFilter::new(Form::Json), escape_in_json)
}

/// One line of bytes that need not be UTF-8.
pub fn bytes(bytes: &[u8]) -> String {
    let mut filter = CharFilter::new(Form::Line);
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        filter.copy(chunk.valid(), &mut out, escape);
        chunk.invalid().iter().for_each(|byte| escape_byte(*byte, &mut out));
        if !chunk.invalid().is_empty() {
            filter.interrupt();
        }
    }
    out
}

/// The pieces of a line that may stay as they are (true) and those that may not.
pub fn parts(text: &str) -> Parts<'_> {
    Parts { filter: CharFilter::new(Form::Line), rest: text }
}

/// [`parts`]
#[derive(Debug)]
pub struct Parts<'a> {
    filter: CharFilter,
    rest: &'a str,
}

impl<'a> Iterator for Parts<'a> {
    type Item = (&'a str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let mut chars = self.rest.char_indices().peekable();
        let first = self.filter.passes(chars.next()?.1, chars.peek().map(|(_, c)| *c));
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            let before = self.filter.clone();
            if self.filter.passes(c, chars.peek().map(|(_, c)| *c)) != first {
                (self.filter, end) = (before, at);
                break;
            }
        }
        let (part, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some((part, first))
    }
}

/// One line of a path of this system.
pub fn path(path: &Path) -> String {
    bytes(path.as_os_str().as_encoded_bytes())
}

/// How many columns of a terminal a line takes that was made visible.
pub fn width(line: &str) -> usize {
    line.width()
}

/// The line, at most that many columns wide: what does not fit is cut off, and `…` stands for it.
pub fn cut(line: &str, columns: usize) -> Cow<'_, str> {
    if width(line) <= columns {
        return Cow::Borrowed(line);
    }
    let mut taken = 0;
    let room = columns.saturating_sub(1);
    let fits = |(_, c): &(usize, char)| {
        taken += c.width().unwrap_or(0);
        taken <= room
    };
    let end = line.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8());
    Cow::Owned(format!("{}…", &line[..end]))
}

/// The line without what may not stay: for a cell of a terminal, where there is no room for an escape.
pub fn shapes(text: &str) -> Cow<'_, str> {
    match line(text) {
        Cow::Borrowed(text) => Cow::Borrowed(text),
        Cow::Owned(_) => parts(text).filter(|(_, stays)| *stays).map(|(part, _)| part).collect::<String>().into(),
    }
}

/// True when [`line()`] changes nothing.
pub fn is_line(text: &str) -> bool {
    matches!(line(text), Cow::Borrowed(_))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Line,
    Lines,
    Json,
}

/// Looks at a text character by character; whether one may stay depends on those before it.
#[derive(Debug, Clone)]
struct CharFilter {
    form: Form,
    /// How many marks may still be stacked here; none where there is nothing to stack them on.
    room: u8,
    before: Option<char>,
}

impl CharFilter {
    fn new(form: Form) -> Self {
        Self { form, room: 0, before: None }
    }

    /// Something else stands here: no mark may reach over it.
    fn interrupt(&mut self) {
        (self.room, self.before) = (0, None);
    }

    /// May it stay as it is?
    fn passes(&mut self, c: char, next: Option<char>) -> bool {
        let passes = match c {
            ' '..='~' => {
                self.room = if self.form == Form::Json && c == '"' { 0 } else { STACK };
                true
            }
            '\n' | '\t' if self.form != Form::Line => {
                self.room = 0;
                true
            }
            _ if c.is_control() => false,
            _ if is_hidden(c) => self.belongs_to_emoji(c, next),
            _ if is_mark(c) => {
                let fits = self.room > 0;
                self.room = self.room.saturating_sub(1);
                fits
            }
            _ => {
                self.room = STACK;
                true
            }
        };
        if passes {
            self.before = Some(c)
        } else {
            self.interrupt()
        }
        passes
    }

    /// A joiner between two pictures, or what says that a character is meant as one.
    fn belongs_to_emoji(&self, c: char, next: Option<char>) -> bool {
        let after_picture = self.before.is_some_and(is_pictograph);
        match c {
            '\u{200d}' => (after_picture || self.before == Some('\u{fe0f}')) && next.is_some_and(is_pictograph),
            '\u{fe0f}' if next == Some('\u{20e3}') => self.before.is_some_and(|c| matches!(c, '0'..='9' | '#' | '*')),
            '\u{fe0e}' | '\u{fe0f}' => after_picture,
            _ => false,
        }
    }

    fn copy(&mut self, text: &str, out: &mut String, escape: Escape) {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if self.passes(c, chars.peek().copied()) { out.push(c) } else { escape(c, out) }
        }
    }
}

type Escape = fn(char, &mut String);

fn rewrite(text: &str, mut filter: CharFilter, escape: Escape) -> Cow<'_, str> {
    // Nearly all text is this.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut clone = filter.clone();
    let mut chars = text.chars().peekable();
    let mut clean = true;
    while let (true, Some(c)) = (clean, chars.next()) {
        clean = clone.passes(c, chars.peek().copied());
    }
    if clean {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    filter.copy(text, &mut out, escape);
    Cow::Owned(out)
}

fn escape(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_ascii() => escape_byte(c as u8, out),
        // Writing to a String cannot fail.
        c => write!(out, "\\u{{{:x}}}", u32::from(c)).unwrap_or_default(),
    }
}

fn escape_byte(byte: u8, out: &mut String) {
    write!(out, "\\x{byte:02x}").unwrap_or_default();
}

fn escape_in_json(c: char, out: &mut String) {
    let mut units = [0; 2];
    for unit in c.encode_utf16(&mut units) {
        write!(out, "\\u{unit:04x}").unwrap_or_default();
    }
}
