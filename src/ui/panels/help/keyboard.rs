//! A keyboard as it lies before one: the keys that do something are lit in the colour of what they are about.

use crate::ui::command::{About, Binding};
use crate::ui::{fonts, theme::Theme};
use egui::{Align2, Color32, CornerRadius, Key, Painter, Rect, Stroke, StrokeKind, Vec2, pos2, vec2};

/// What is on a place of the keyboard.
enum Cap {
    /// A key that may do something: what is printed on it, and what it is called with and without Shift.
    Key(&'static str, &'static [Key]),
    /// A key that changes what others do.
    Modifier(&'static str),
    /// A key that does nothing here.
    Dead(&'static str),
    /// No key.
    Gap,
}

use Cap::{Dead, Gap, Modifier};

/// A place and its width, in keys.
type Place = (Cap, f32);

const fn on(text: &'static str, keys: &'static [Key]) -> Place {
    (Cap::Key(text, keys), 1.0)
}

macro_rules! letters {
    ($($key:ident)*) => { [$(on(stringify!($key), &[Key::$key])),*] };
}

/// Keys of the widest row.
const WIDE: f32 = 18.4;
/// How high a key is.
const HIGH: f32 = 0.68;

fn rows() -> [Vec<Place>; 6] {
    let functions = letters!(F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12);
    let mut top = vec![on("Esc", &[Key::Escape])];
    for (number, key) in functions.into_iter().enumerate() {
        match number {
            0 => top.push((Gap, 1.0)),
            4 | 8 => top.push((Gap, 0.5)),
            _ => {}
        }
        top.push(key);
    }
    let digits = [
        on("`", &[Key::Backtick]),
        on("1", &[Key::Num1]),
        on("2", &[Key::Num2]),
        on("3", &[Key::Num3]),
        on("4", &[Key::Num4]),
        on("5", &[Key::Num5]),
        on("6", &[Key::Num6]),
        on("7", &[Key::Num7]),
        on("8", &[Key::Num8]),
        on("9", &[Key::Num9]),
        on("0", &[Key::Num0]),
        on("−", &[Key::Minus]),
        on("+ =", &[Key::Plus, Key::Equals]),
        (Dead("⌫"), 2.0),
        (Gap, 0.4),
        (Dead("Ins"), 1.0),
        on("Home", &[Key::Home]),
        on("PgUp", &[Key::PageUp]),
    ];
    let mut upper = vec![(Modifier("Tab"), 1.5)];
    upper.extend(letters!(Q W E R T Y U I O P));
    upper.extend([(Dead("["), 1.0), (Dead("]"), 1.0), (Dead("\\"), 1.5), (Gap, 0.4), (Dead("Del"), 1.0)]);
    upper.extend([on("End", &[Key::End]), on("PgDn", &[Key::PageDown])]);
    let mut home = vec![(Dead(""), 1.75)];
    home.extend(letters!(A S D F G H J K L));
    home.extend([(Dead(";"), 1.0), (Dead("'"), 1.0), (Modifier("Enter"), 2.25)]);
    let mut lower = vec![(Modifier("Shift"), 2.25)];
    lower.extend(letters!(Z X C V B N M));
    lower.extend([(Dead(","), 1.0), (Dead("."), 1.0), on("? /", &[Key::Slash, Key::Questionmark])]);
    lower.extend([(Modifier("Shift"), 2.75), (Gap, 1.4), on("↑", &[Key::ArrowUp])]);
    let last = vec![
        (Modifier("Ctrl"), 1.5),
        (Modifier("Alt"), 1.5),
        (Cap::Key("Space", &[Key::Space]), 9.0),
        (Modifier("Alt"), 1.5),
        (Modifier("Ctrl"), 1.5),
        (Gap, 0.4),
        on("←", &[Key::ArrowLeft]),
        on("↓", &[Key::ArrowDown]),
        on("→", &[Key::ArrowRight]),
    ];
    [top, digits.into(), upper, home, lower, last]
}

/// How large it is at that width.
pub fn size(width: f32) -> Vec2 {
    vec2(width, 6.0 * width / WIDE * HIGH)
}

/// Paints it into `at`.
pub fn paint(painter: &Painter, at: Rect, bindings: &[Binding], theme: &Theme) {
    let unit = at.width() / WIDE;
    for (number, row) in rows().into_iter().enumerate() {
        let (mut left, top) = (at.left(), at.top() + number as f32 * unit * HIGH);
        for (cap, wide) in row {
            let key = Rect::from_min_size(pos2(left, top), vec2(wide * unit, unit * HIGH)).shrink(1.5);
            left += wide * unit;
            match cap {
                Gap => {}
                Dead(text) => one(painter, key, text, [None, None], theme),
                Modifier(text) => one(painter, key, text, [Some(theme.text), None], theme),
                Cap::Key(text, keys) => {
                    let with = |modified| about(bindings, keys, modified).map(|about| theme.family(about.family()));
                    one(painter, key, text, [with(false), with(true)], theme);
                }
            }
        }
    }
}

/// What a key is about, alone or with Ctrl, Shift or Alt.
fn about(bindings: &[Binding], keys: &[Key], modified: bool) -> Option<About> {
    let is = |binding: &&Binding| {
        binding.keys.iter().any(|shortcut| {
            keys.contains(&shortcut.logical_key)
                && (shortcut.modifiers.any() || is_shifted(shortcut.logical_key)) == modified
        })
    };
    bindings.iter().find(is).map(Binding::about)
}

/// It is typed with Shift, whatever it is called.
fn is_shifted(key: Key) -> bool {
    key == Key::Questionmark
}

/// A key: in the colour of what it does alone, with a bar in that of what it does with Ctrl, Shift or Alt.
fn one(painter: &Painter, at: Rect, text: &str, colors: [Option<Color32>; 2], theme: &Theme) {
    let [alone, with] = colors;
    let round = CornerRadius::same(5);
    let lit = alone.or(with);
    let fill = match alone {
        Some(color) => theme.card.lerp_to_gamma(color, 0.22),
        None => theme.card,
    };
    let line = lit.unwrap_or(theme.line);
    painter.rect(at, round, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    let color = if lit.is_some() { theme.text } else { theme.weak.gamma_multiply(0.55) };
    let size = if text.chars().count() > 2 { 11.5 } else { 13.5 };
    let font = if lit.is_some() { fonts::bold(size) } else { fonts::regular(size) };
    painter.text(at.center() - vec2(0.0, 1.0), Align2::CENTER_CENTER, text, font, color);
    if let Some(color) = with {
        let bar =
            Rect::from_min_max(pos2(at.left() + 6.0, at.bottom() - 5.0), pos2(at.right() - 6.0, at.bottom() - 2.5));
        painter.rect_filled(bar, 1.0, color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is bound is a key of the picture, and all rows end where they should.
    #[test]
    fn every_bound_key_is_on_the_keyboard() {
        let rows = rows();
        let places = || rows.iter().flatten();
        let has = |key: &Key| places().any(|(cap, _)| matches!(cap, Cap::Key(_, keys) if keys.contains(key)));
        for binding in crate::ui::command::bindings() {
            for shortcut in binding.keys {
                assert!(has(&shortcut.logical_key), "{:?}", shortcut.logical_key);
            }
        }
        for row in &rows {
            let wide: f32 = row.iter().map(|(_, wide)| wide).sum();
            assert!(wide <= WIDE + 0.01, "{wide}");
            let main: f32 =
                row.iter().take_while(|(cap, wide)| !matches!(cap, Gap) || *wide != 0.4).map(|(_, wide)| wide).sum();
            assert!((main - 15.0).abs() < 0.01 || main > 15.0, "{main}");
        }
    }
}
