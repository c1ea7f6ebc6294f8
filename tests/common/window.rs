//! The window without the system's: opened, told and looked at by tests.
#![allow(dead_code, reason = "each test file uses a part of it")]

use dockwalk::ui::Options;
use dockwalk::ui::app::App;
use dockwalk::ui::command::Command;
use egui::{Key, Modifiers, Vec2};
use egui_kittest::{Harness, kittest::Queryable};

pub type Window = Harness<'static, Option<App>>;

/// Opens one of that size.
pub fn open(options: Options, size: (f32, f32)) -> Window {
    let show = move |ui: &mut egui::Ui, app: &mut Option<App>| {
        app.get_or_insert_with(|| App::with(ui.ctx(), options.clone())).show(ui);
    };
    // egui sees fonts a frame after they are set: the first frames may lack Hangul.
    let mut window = Harness::builder().allow_missing_glyphs().with_size(Vec2::from(size)).build_ui_state(show, None);
    window.run_steps(2);
    window
}

pub fn app(window: &Window) -> &App {
    window.state().as_ref().expect("the first frame made it")
}

pub fn app_mut(window: &mut Window) -> &mut App {
    window.state_mut().as_mut().expect("the first frame made it")
}

pub fn tell(window: &mut Window, command: impl Into<Command>) {
    let ctx = window.ctx.clone();
    app_mut(window).command(&ctx, command);
    window.run_steps(2);
}

pub fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(2);
}

pub fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run_steps(2);
}

/// The same with Alt.
pub fn press_alt(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::ALT, key);
    window.run_steps(2);
}
