//! What the window remembers from one run to the next: language, appearance, level, speed, where the terminals stand, what was run.

use super::state::WindowState;
use super::terminal::Terminals;
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
    #[serde(default)]
    terminals: Dock,
}

/// Of the terminals.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Dock {
    beside: bool,
    /// None: as high as it was made.
    height: Option<f32>,
    history: Vec<String>,
}

/// Takes over what was stored. What cannot be read is as if nothing were stored.
pub fn load(storage: &dyn eframe::Storage, state: &mut WindowState, terminals: &mut Terminals) {
    let text = storage.get_string(KEY).unwrap_or_default();
    if let Ok(settings) = serde_json::from_str::<Settings>(&text) {
        (state.lang, state.dark) = (settings.lang, settings.dark);
        state.cursor.set_level(settings.level);
        state.speed =
            settings.speed.clamp(super::state::SPEEDS[0], super::state::SPEEDS[super::state::SPEEDS.len() - 1]);
        terminals.side = settings.terminals.beside;
        terminals.height = settings.terminals.height.map(|height| height.clamp(100.0, 900.0));
        terminals.field.remember(settings.terminals.history);
    }
}

/// Stores it.
pub fn save(storage: &mut dyn eframe::Storage, state: &WindowState, terminals: &Terminals) {
    let (lang, dark, level, speed) = (state.lang, state.dark, state.cursor.level(), state.speed);
    let history = terminals.field.history().to_vec();
    let terminals = Dock { beside: terminals.side, height: terminals.height, history };
    if let Ok(text) = serde_json::to_string(&Settings { lang, dark, level, speed, terminals }) {
        storage.set_string(KEY, text);
    }
}
