use super::scene::Font;
use std::cell::RefCell;
use std::collections::HashMap;

/// Says how wide a text is, so that layout needs no window.
pub trait Measure {
    /// In points at 100 %.
    fn width(&self, text: &str, font: Font) -> f32;
}

/// A good guess without a font: for files and tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Approximate;

impl Measure for Approximate {
    fn width(&self, text: &str, font: Font) -> f32 {
        let em: f32 = text.chars().map(|c| em(c, font)).sum();
        em * font.size() * if font.is_bold() { 1.04 } else { 1.0 }
    }
}

fn em(c: char, font: Font) -> f32 {
    match c {
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}' | '\u{FF00}'..='\u{FF60}' => 0.92,
        _ if font.is_mono() => 0.605,
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.29,
        'm' | 'w' | 'M' | 'W' | '—' | '…' => 0.88,
        'A'..='Z' => 0.68,
        _ => 0.57,
    }
}

/// Measures in the window's own fonts.
pub(super) struct InFonts<'a> {
    pub ctx: &'a egui::Context,
    pub faces: &'a super::paint::Faces,
    /// Widths measured before: egui itself forgets a text that was not painted.
    pub known: &'a RefCell<Widths>,
}

/// Widths by face and text.
pub(super) type Widths = HashMap<(Font, String), f32>;

/// More texts than any picture has: then the memory begins anew.
const REMEMBERED: usize = 20_000;

impl InFonts<'_> {
    fn laid_out(&self, text: &str, font: Font) -> f32 {
        let key = (font, text.to_owned());
        if let Some(width) = self.known.borrow().get(&key) {
            return *width;
        }
        let id = self.faces.font(font, font.size());
        let galley = self.ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), id, egui::Color32::WHITE));
        let mut known = self.known.borrow_mut();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, galley.size().x);
        galley.size().x
    }
}

/// So many characters of one width are measured at once.
const RULER: &str = "0000000000";

impl Measure for InFonts<'_> {
    fn width(&self, text: &str, font: Font) -> f32 {
        // Digests, paths and addresses: most of what there is to measure, and each of its characters is as wide as the next.
        let is_ruled = font.is_mono() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if is_ruled {
            return self.laid_out(RULER, font) / RULER.len() as f32 * text.len() as f32;
        }
        self.laid_out(text, font)
    }
}
