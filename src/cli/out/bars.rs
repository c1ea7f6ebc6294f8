//! Progress bars on a terminal. Names and words in them are a registry's: they are made visible.

use crate::spec::visible;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};

/// Bars below one another.
pub struct Bars(MultiProgress);

impl Bars {
    /// On standard output; none when it is no terminal.
    pub fn on_output() -> Option<Self> {
        io::stdout().is_terminal().then(|| Self(MultiProgress::with_draw_target(ProgressDrawTarget::stdout())))
    }

    /// On standard error; none when it is no terminal.
    pub fn on_error() -> Option<Self> {
        io::stderr().is_terminal().then(|| Self(MultiProgress::with_draw_target(ProgressDrawTarget::stderr())))
    }

    /// One more.
    pub fn add(&self, name: &str) -> Bar {
        let bar = Bar(self.0.add(ProgressBar::new(0)));
        bar.style("{prefix}: {msg}");
        bar.call(name);
        bar
    }

    /// Prints something while they are out of the way.
    pub fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}

/// A bar.
pub struct Bar(ProgressBar);

impl Bar {
    /// One alone, on standard error.
    pub fn alone(shown: bool, template: &str) -> Self {
        let bar = Self(if shown { ProgressBar::new(0) } else { ProgressBar::hidden() });
        bar.style(template);
        bar
    }

    /// The name before it.
    pub fn call(&self, name: &str) {
        self.0.set_prefix(visible::line(name).into_owned());
    }

    /// What is being done.
    pub fn say(&self, what: &str) {
        self.0.set_message(visible::line(what).into_owned());
    }

    /// How it looks: a template of indicatif's.
    pub fn style(&self, template: &str) {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_wrong| ProgressStyle::default_bar());
        self.0.set_style(style.progress_chars("=> "));
    }

    /// How far it is, of how much.
    pub fn reach(&self, current: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(current);
    }

    /// Draws it.
    pub fn tick(&self) {
        self.0.tick();
    }

    /// It stays as it is.
    pub fn finish(&self) {
        self.0.finish();
    }

    /// It stays as it is already.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// It goes.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }

    /// Prints something while it is out of the way.
    pub fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}
