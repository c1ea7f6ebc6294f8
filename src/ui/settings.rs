//! What the window remembers from one run to the next: language, appearance, level, speed.

use super::state::WindowState;
use crate::i18n::Lang;
use crate::trace::Level;
use serde::{Deserialize, Serialize};

const KEY: &str = "settings";

#[derive(Serialize, Deserialize)]
struct Settings {
    lang: Lang,
    dark: bool,
    level: Level,
    speed: f32,
}

/// Takes over what was stored. What cannot be read is as if nothing were stored.
pub fn load(storage: &dyn eframe::Storage, state: &mut WindowState) {
    let text = storage.get_string(KEY).unwrap_or_default();
    if let Ok(settings) = serde_json::from_str::<Settings>(&text) {
        (state.lang, state.dark) = (settings.lang, settings.dark);
        state.cursor.set_level(settings.level);
        state.speed =
            settings.speed.clamp(super::state::SPEEDS[0], super::state::SPEEDS[super::state::SPEEDS.len() - 1]);
    }
}

/// Stores it.
pub fn save(storage: &mut dyn eframe::Storage, state: &WindowState) {
    let (lang, dark, level, speed) = (state.lang, state.dark, state.cursor.level(), state.speed);
    if let Ok(text) = serde_json::to_string(&Settings { lang, dark, level, speed }) {
        storage.set_string(KEY, text);
    }
}
