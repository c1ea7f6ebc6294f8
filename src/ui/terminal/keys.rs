//! Keys to bytes, as xterm sends them; Hangul comes through the input method.

use super::Screen;
use egui::{Event, ImeEvent, Key, Modifiers};

/// What a frame's events come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) bytes: Vec<u8>,
    pub(super) copy: Option<String>,
}

pub(super) fn translate(events: &[Event], screen: &mut Screen) -> Typed {
    let mut typed = Typed::default();
    for event in events {
        match event {
            Event::Text(text) => typed.bytes.extend_from_slice(text.as_bytes()),
            Event::Paste(text) => typed.bytes.extend(pasted(text, screen.bracketed_paste())),
            // Ctrl+C copies while something is selected, else it interrupts.
            Event::Copy => match screen.selected_text() {
                Some(text) => {
                    typed.copy = Some(text);
                    screen.unselect();
                }
                None => typed.bytes.push(3),
            },
            Event::Cut => typed.bytes.push(24),
            Event::Ime(ImeEvent::Preedit { text, .. }) => screen.preedit.clone_from(text),
            Event::Ime(ImeEvent::Commit(text)) => {
                screen.preedit.clear();
                typed.bytes.extend_from_slice(text.as_bytes());
            }
            Event::Key { key, pressed: true, modifiers, .. } => {
                typed.bytes.extend(bytes_of(*key, *modifiers, screen.application_cursor()));
            }
            _ => {}
        }
    }
    typed
}

fn pasted(text: &str, bracketed: bool) -> Vec<u8> {
    // What is pasted is text: an escape in it could end the brackets, and the rest would be typed.
    let typed = |c: &char| !c.is_control() || matches!(c, '\r' | '\t');
    let text: String = text.replace("\r\n", "\r").replace('\n', "\r").chars().filter(typed).collect();
    if bracketed { format!("\x1b[200~{text}\x1b[201~").into_bytes() } else { text.into_bytes() }
}

fn bytes_of(key: Key, modifiers: Modifiers, application: bool) -> Vec<u8> {
    if modifiers.ctrl && !modifiers.shift {
        return control(key).map_or_else(Vec::new, |byte| vec![byte]);
    }
    let arrow = |letter: char| {
        let number = 1 + u8::from(modifiers.shift) + 2 * u8::from(modifiers.alt) + 4 * u8::from(modifiers.ctrl);
        match (number, application) {
            (1, true) => format!("\x1bO{letter}"),
            (1, false) => format!("\x1b[{letter}"),
            _ => format!("\x1b[1;{number}{letter}"),
        }
    };
    let text = match key {
        Key::Enter => "\r".to_owned(),
        Key::Tab if modifiers.shift => "\x1b[Z".to_owned(),
        Key::Tab => "\t".to_owned(),
        Key::Backspace => "\x7f".to_owned(),
        Key::Escape => "\x1b".to_owned(),
        Key::ArrowUp => arrow('A'),
        Key::ArrowDown => arrow('B'),
        Key::ArrowRight => arrow('C'),
        Key::ArrowLeft => arrow('D'),
        Key::Home => arrow('H'),
        Key::End => arrow('F'),
        Key::Insert => "\x1b[2~".to_owned(),
        Key::Delete => "\x1b[3~".to_owned(),
        Key::PageUp => "\x1b[5~".to_owned(),
        Key::PageDown => "\x1b[6~".to_owned(),
        Key::F1 => "\x1bOP".to_owned(),
        Key::F2 => "\x1bOQ".to_owned(),
        Key::F3 => "\x1bOR".to_owned(),
        Key::F4 => "\x1bOS".to_owned(),
        Key::F5 => "\x1b[15~".to_owned(),
        Key::F6 => "\x1b[17~".to_owned(),
        Key::F7 => "\x1b[18~".to_owned(),
        Key::F8 => "\x1b[19~".to_owned(),
        Key::F9 => "\x1b[20~".to_owned(),
        Key::F10 => "\x1b[21~".to_owned(),
        Key::F11 => "\x1b[23~".to_owned(),
        Key::F12 => "\x1b[24~".to_owned(),
        _ => String::new(),
    };
    text.into_bytes()
}

/// Ctrl+A is 1, Ctrl+Z is 26, Ctrl+[ \ ] are 27 to 29. C, X and V come as Copy, Cut and Paste.
fn control(key: Key) -> Option<u8> {
    match key {
        Key::Space => Some(0),
        Key::OpenBracket => Some(27),
        Key::Backslash => Some(28),
        Key::CloseBracket => Some(29),
        Key::C | Key::X | Key::V => None,
        key => match key.name().as_bytes() {
            [letter @ b'A'..=b'Z'] => Some(letter - b'A' + 1),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(event: Event, bytes: &[u8]) {
        assert_eq!(translate(std::slice::from_ref(&event), &mut Screen::new(4, 20)).bytes, bytes, "{event:?}");
    }

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn keys_are_sent_as_xterm_sends_them() {
        check(key(Key::Enter, Modifiers::NONE), b"\r");
        check(key(Key::ArrowUp, Modifiers::NONE), b"\x1b[A");
        check(key(Key::ArrowLeft, Modifiers::SHIFT), b"\x1b[1;2D");
        check(key(Key::D, Modifiers::CTRL), &[4]);
        check(Event::Copy, &[3]);
        check(Event::Paste("a\nb".into()), b"a\rb");
        check(Event::Paste("a\x1b[201~\u{9b}b\x03\tc".into()), b"a[201~b\tc");
    }

    #[test]
    fn hangul_is_sent_when_it_is_complete() {
        let mut screen = Screen::new(4, 20);
        let half = Event::Ime(ImeEvent::Preedit { text: "하".into(), active_range_chars: None });
        assert_eq!(translate(&[half], &mut screen).bytes, b"");
        assert_eq!(screen.preedit, "하");
        let whole = Event::Ime(ImeEvent::Commit("한".into()));
        assert_eq!(translate(&[whole], &mut screen).bytes, "한".as_bytes());
        assert_eq!(screen.preedit, "");
    }
}
