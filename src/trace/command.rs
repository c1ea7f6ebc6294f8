//! How much of a command a trace keeps. A command line may have two million bytes, and a health check runs it every second.

use super::{Change, Evidence, Plan, Property};
use std::fmt::Write;

/// Bytes of a command, of a call and of an argument list that are kept: twice a page, for a page of options is what mount(2) takes.
pub const COMMAND: usize = 8192;

/// Cuts a text that is longer than [`COMMAND`], and says behind it how many bytes it had.
pub fn cut(text: &mut String) {
    if text.len() > COMMAND {
        cut_to(text, COMMAND, text.len());
    }
}

/// What is left of a text, and of how many bytes in all.
fn cut_to(text: &mut String, room: usize, all: usize) {
    let room = room.min(text.len());
    let end = (0..=room).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.truncate(end);
    // Writing to a string does not fail.
    write!(text, "… ({all} bytes)").ok();
}

/// The same of an argument list: the last of those that are left says how many bytes all had.
fn cut_words(words: &mut Vec<String>) {
    let all = words.iter().map(|word| word.len() + 1).sum::<usize>();
    if all <= COMMAND {
        return;
    }
    let mut room = COMMAND;
    let kept = words.iter().position(|word| {
        let fits = word.len() < room;
        room = room.saturating_sub(word.len() + 1);
        !fits
    });
    let Some(last) = kept else { return };
    let before: usize = words.iter().take(last).map(|word| word.len() + 1).sum();
    words.truncate(last + 1);
    if let Some(word) = words.last_mut() {
        cut_to(word, COMMAND.saturating_sub(before + 1), all);
    }
}

impl Plan {
    /// The same with no more of a command than a trace keeps. What nobody could type any more is left out.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        cut(&mut self.subject);
        cut(&mut self.call);
        if self.by_hand.len() > COMMAND {
            self.by_hand = String::new();
        }
        self
    }
}

impl Change {
    /// The same with no more of a command than a trace keeps.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        match &mut self {
            Self::ContainerCreated(container) => cut_words(&mut container.argv),
            Self::ProcessSeen(process) => cut_words(&mut process.argv),
            Self::ProcessChanged { property: Property::Executes(argv), .. } => cut_words(argv),
            _ => {}
        }
        self
    }
}

/// Evidence with no more of its calls than a trace keeps.
pub fn all_bounded(evidence: Vec<Evidence>) -> Vec<Evidence> {
    evidence.into_iter().map(Evidence::bounded).collect()
}

impl Evidence {
    fn bounded(mut self) -> Self {
        if let Self::Syscall { call, .. } = &mut self {
            cut(call);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::StepKind;

    fn words(lengths: &[usize]) -> Vec<usize> {
        let mut words: Vec<_> = lengths.iter().map(|length| "x".repeat(*length)).collect();
        cut_words(&mut words);
        let all = lengths.iter().map(|length| length + 1).sum::<usize>();
        if words.iter().any(|word| word.ends_with("bytes)")) {
            let last = words.pop().unwrap();
            let (kept, said) = last.split_once('…').unwrap();
            assert_eq!(said, format!(" ({all} bytes)"));
            words.push(kept.to_owned());
        }
        words.iter().map(String::len).collect()
    }

    #[test]
    fn what_is_left_of_an_argument_list_is_bounded_and_the_rest_is_said() {
        for (lengths, left) in [
            (&[][..], &[][..]),
            (&[3, 4], &[3, 4]),
            (&[8191], &[8191]),
            (&[8192], &[8191]),
            (&[1 << 20], &[8191]),
            (&[2, 1, 1 << 20, 7], &[2, 1, 8186]),
        ] {
            assert_eq!(words(lengths), left, "{lengths:?}");
        }
        let kept = words(&[0; 9000]);
        assert!(kept.len() <= COMMAND + 1 && kept.iter().all(|length| *length == 0), "{}", kept.len());
    }

    #[test]
    fn a_long_command_is_cut_where_a_character_ends_and_nobody_is_told_to_type_it() {
        let long = "가".repeat(COMMAND);
        let plan = Plan::new(StepKind::ProbeHealth, &long).call(&long).by_hand(&long).bounded();
        assert!(plan.call.starts_with("가가") && plan.call.ends_with("가… (24576 bytes)"), "{}", plan.call.len());
        assert_eq!((plan.subject, plan.by_hand.as_str()), (plan.call, ""));
        let short = Plan::new(StepKind::ProbeHealth, "x").call("y").by_hand("z");
        assert_eq!(short.clone().bounded(), short);
    }
}
