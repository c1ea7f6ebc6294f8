//! What the window remembers from one run to the next: language, appearance, level, speed.

use super::state::Shell;
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
pub fn load(storage: &dyn eframe::Storage, shell: &mut Shell) {
    let text = storage.get_string(KEY).unwrap_or_default();
    if let Ok(settings) = serde_json::from_str::<Settings>(&text) {
        (shell.lang, shell.dark) = (settings.lang, settings.dark);
        shell.cursor.set_level(settings.level);
        shell.speed =
            settings.speed.clamp(super::state::SPEEDS[0], super::state::SPEEDS[super::state::SPEEDS.len() - 1]);
    }
}

/// Stores it.
pub fn save(storage: &mut dyn eframe::Storage, shell: &Shell) {
    let (lang, dark, level, speed) = (shell.lang, shell.dark, shell.cursor.level(), shell.speed);
    if let Ok(text) = serde_json::to_string(&Settings { lang, dark, level, speed }) {
        storage.set_string(KEY, text);
    }
}
