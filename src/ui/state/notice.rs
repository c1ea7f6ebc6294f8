//! Short messages: the one over the window, and the failures that were told, to be read again.

use super::*;

/// So many failures are kept.
const KEPT: usize = 30;

/// A short message over the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it says, in a sentence or two.
    pub text: String,
    /// All that there is to say, where that is more.
    pub whole: Option<String>,
    /// It says that something failed.
    pub bad: bool,
    /// It says that the engine does not answer, until it does.
    pub lost: bool,
    /// What failed, to be said again in another language.
    pub problem: Option<Problem>,
    /// How many times that has come.
    pub times: u32,
}

impl Notice {
    /// Something was done.
    pub fn good(text: String) -> Self {
        Self { text, whole: None, bad: false, lost: false, problem: None, times: 1 }
    }

    /// Something failed.
    pub fn failure(words: &Words, problem: &Problem) -> Self {
        let text = Self::text(words, problem);
        let whole = Some(words.problem(problem)).filter(|whole| *whole != text);
        Self { text, whole, bad: true, lost: false, problem: Some(problem.clone()), times: 1 }
    }

    /// What failed, in short: of bytes that were rejected the picture and the inspector tell the rest; of a port that cannot be had,
    /// Docker's own words are left out.
    pub fn text(words: &Words, problem: &Problem) -> String {
        match (&problem.code, problem.args.get("by")) {
            (Code::DigestMismatch, Some(by)) => {
                let by = words.say(&format!("promise-{by}"));
                words.say_with("notice-rejected", &[("by", by.as_str())])
            }
            (Code::PortTaken, _) => words.problem_as("notice-port-taken", problem),
            (Code::PortAllocated, _) => words.problem_as("notice-port-allocated", problem),
            (Code::PortDenied, _) => words.problem_as("notice-port-denied", problem),
            _ => words.problem(problem),
        }
    }

    /// Says it in another language.
    pub(super) fn translate(&mut self, words: &Words) {
        if let Some(problem) = &self.problem {
            *self = Self { times: self.times, lost: self.lost, bad: self.bad, ..Self::failure(words, problem) };
        }
    }
}

impl WindowState {
    /// Says it over the window. The same once more is counted, and a failure can be read again when it is gone.
    pub fn notify(&mut self, notice: Notice) {
        let again = |before: &Notice| before.text == notice.text && before.bad == notice.bad;
        if notice.bad {
            match self.failures.front_mut().filter(|last| again(last)) {
                Some(last) => last.times += 1,
                None => self.failures.push_front(notice.clone()),
            }
            self.failures.truncate(KEPT);
        }
        match self.notice.as_mut().filter(|shown| again(shown)) {
            Some(shown) => shown.times += 1,
            None => self.notice = Some(notice),
        }
    }
}
