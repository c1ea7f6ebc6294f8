//! Lessons: what a class is led through, what it is asked to predict, and how a machine's own World answers.
//!
//! ```text
//! lessons/NN-slug/lesson.toml ─┐
//! lessons/NN-slug/{ko,en}.md ──┴─▶ Lesson ──▶ Runner ◀── World, Console (live | recorded)
//!                                    │           └─▶ StepView: what the window, or a report, shows
//!                                    └─▶ lint, playback: `dockwalk lesson check`
//! ```
//!
//! A lesson names *queries*, never answers: the right choice of a question, its distractors and the values of goals are
//! computed from the World at hand. Pure: no file, process or clock is touched. It does not know how commands are run,
//! where files come from, or that there is a window.

mod answer;
mod choices;
mod claims;
mod console;
mod format;
mod library;
mod lint;
mod pairs;
mod places;
mod playback;
mod printed;
mod prose;
mod query;
mod runner;
mod script;
mod spoiler;
#[cfg(test)]
mod tests;
mod track;
mod view;
mod walk;

pub use answer::{Answer, Term};
pub use claims::{Verdict, verdicts_of};
pub use console::Console;
pub use format::{Lesson, Source};
pub use library::{embedded, is_called, recording};
pub use lint::lint;
pub use pairs::AskedPair;
pub use places::AskedPlace;
pub use playback::{Rest, play, rests};
pub use printed::{plain, words};
pub use prose::{ClaimNote, GoalText, Prose, QuestionText, Section};
pub use query::{Focus, HomeKind, Query, To};
pub use runner::{Noticed, Progress, QuestionState, Runner};
pub use script::{Condition, Goal, Hides, LessonStep, Question, Script, Shown, Tab, Terminal, Veils};
pub use track::Track;
pub use view::{ClaimView, GoalView, QuestionView, StepView, Summary, keys};

/// The directory that stands for `{{bind}}` in a lesson's commands, below the engine's root.
pub fn bind_directory(root: &str, lesson: &Lesson) -> String {
    format!("{}/lesson-{}", root.trim_end_matches('/'), lesson.script.id)
}
