//! Faces: Pretendard for words, D2Coding for what a machine said. Both have all Hangul; their licences are beside them.

use crate::spec::visible;
use egui::{FontData, FontDefinitions, FontFamily, FontId};
use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::{UnicodeNormalization, is_nfc};

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Pretendard-Regular.otf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/Pretendard-Bold.otf");
/// `|` alone: D2Coding draws it with a gap, and `||` in a command was read as another sign.
const BAR: &[u8] = include_bytes!("../../assets/fonts/Bar.ttf");
const MONO: &[u8] = include_bytes!("../../assets/fonts/D2Coding-Regular.ttf");

/// The family of headings and emphasis.
pub fn bold_family() -> FontFamily {
    FontFamily::Name("bold".into())
}

/// Bold words.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, bold_family())
}

/// Words.
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// What a machine said.
pub fn mono(size: f32) -> FontId {
    FontId::monospace(size)
}

/// All faces, with egui's own behind them for emoji and symbols.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [("Pretendard", REGULAR), ("Pretendard Bold", BOLD), ("D2Coding", MONO), ("Bar", BAR)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let rest = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &[&str]| first.iter().map(|name| (*name).to_owned()).chain(rest.clone()).collect::<Vec<_>>();
    fonts.families.insert(FontFamily::Proportional, family(&["Pretendard", "D2Coding"]));
    fonts.families.insert(bold_family(), family(&["Pretendard Bold", "Pretendard", "D2Coding"]));
    fonts.families.insert(FontFamily::Monospace, family(&["Bar", "D2Coding", "Pretendard"]));
    fonts
}

/// Composes Hangul: egui draws decomposed jamo (file names of macOS, some terminals) as separate letters.
pub fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// A stranger's text as one line of the window: visible, Hangul composed.
pub fn shown(text: &str) -> String {
    composed(&visible::line(text)).into_owned()
}

/// The same where it may have several lines.
pub fn shown_lines(text: &str) -> String {
    composed(&visible::lines(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::epaint::text::{Fonts, TextOptions};

    fn check(what: &str, text: impl Iterator<Item = char>) {
        let mut fonts = Fonts::new(TextOptions::default(), definitions());
        let chars: std::collections::BTreeSet<char> = text.filter(|c| !c.is_control()).collect();
        for font in [regular(14.0), bold(14.0), mono(14.0)] {
            let missing: String = chars.iter().filter(|c| !fonts.has_glyph(&font, **c)).collect();
            assert!(missing.is_empty(), "{what}: {:?} has no glyph for {missing:?}", font.family);
        }
    }

    #[test]
    fn every_hangul_syllable_and_box_drawing_character_has_a_glyph() {
        check("Hangul", '가'..='힣');
        check("box drawing and blocks", '\u{2500}'..='\u{259f}');
        check("ASCII", ' '..='~');
    }

    #[test]
    fn every_character_the_program_and_its_lessons_say_has_a_glyph() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        for dir in ["src/i18n", "lessons"] {
            collect(&root.join(dir), &mut files);
        }
        assert!(files.len() >= 20, "the words moved? {files:?}");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            check(&file.display().to_string(), text.chars());
        }
    }

    fn collect(dir: &std::path::Path, into: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => collect(&path, into),
                Some("ftl" | "md" | "toml") => into.push(path),
                _ => {}
            }
        }
    }

    /// Whether that face has a letter of its own.
    fn has(face: &str, letter: char) -> bool {
        let mut alone = definitions();
        alone.families.insert(FontFamily::Monospace, vec![face.to_owned()]);
        Fonts::new(TextOptions::default(), alone).has_glyph(&mono(14.0), letter)
    }

    #[test]
    fn a_bar_comes_from_a_face_that_draws_it_whole_and_is_as_wide_as_every_letter_of_the_mono_face() {
        let first = |letter| {
            let family = definitions().families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
            family.into_iter().find(|face| has(face, letter))
        };
        assert_eq!(first('|').as_deref(), Some("Bar"));
        assert_eq!(first('l').as_deref(), Some("D2Coding"), "it has this one letter");
        let mut fonts = Fonts::new(TextOptions::default(), definitions());
        let mut fonts = fonts.with_pixels_per_point(1.0);
        assert_eq!(fonts.glyph_width(&mono(13.5), '|'), fonts.glyph_width(&mono(13.5), 'M'));
        let mut before = definitions();
        before.families.insert(FontFamily::Monospace, vec!["D2Coding".into(), "Pretendard".into()]);
        let mut before = Fonts::new(TextOptions::default(), before);
        let before = before.with_pixels_per_point(1.0).row_height(&mono(13.5));
        assert_eq!(fonts.row_height(&mono(13.5)), before, "lines are where they were");
    }

    #[test]
    fn decomposed_jamo_are_composed_and_other_text_is_left_alone() {
        assert_eq!(composed("\u{1112}\u{1161}\u{11ab}"), "한");
        assert!(matches!(composed("한글 ls -l"), Cow::Borrowed(_)));
    }
}
