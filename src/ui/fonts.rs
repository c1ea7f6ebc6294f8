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

    /// The pixels of a letter, row by row: whether any is set.
    fn rows_of(letter: char, font: &FontId) -> Vec<bool> {
        let mut fonts = Fonts::new(TextOptions::default(), definitions());
        fonts.begin_pass(TextOptions::default());
        let galley =
            fonts.with_pixels_per_point(4.0).layout_no_wrap(letter.to_string(), font.clone(), egui::Color32::WHITE);
        let uv = galley.rows[0].glyphs[0].uv_rect;
        let image = fonts.texture_atlas().image().clone();
        let set = |x: u16, y: u16| image[(usize::from(x), usize::from(y))].a() > 60;
        (uv.min[1]..uv.max[1]).map(|y| (uv.min[0]..uv.max[0]).any(|x| set(x, y))).collect()
    }

    #[test]
    fn a_bar_has_no_gap_and_is_as_wide_as_every_letter_of_the_mono_face() {
        for font in [mono(12.5), mono(13.5), mono(18.0), regular(14.0)] {
            let rows = rows_of('|', &font);
            let drawn: Vec<bool> = rows.iter().copied().skip_while(|set| !set).collect();
            let drawn = drawn.iter().rposition(|set| *set).map_or(&[][..], |last| &drawn[..=last]);
            assert!(drawn.len() > 20 && drawn.iter().all(|set| *set), "{font:?}: {rows:?}");
        }
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
