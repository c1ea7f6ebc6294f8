//! How the choices of a question are made. None is ever typed in a lesson: they are other values of the same World,
//! arithmetic neighbours, or the whole of a small closed set.

use super::{Answer, Term};
use std::ops::RangeInclusive;

pub(super) fn yes_no() -> Vec<Answer> {
    vec![Answer::Bool(true), Answer::Bool(false)]
}

pub(super) fn terms(all: &[Term]) -> Vec<Answer> {
    all.iter().copied().map(Answer::Term).collect()
}

pub(super) fn numbers(range: RangeInclusive<u64>) -> Vec<Answer> {
    range.map(Answer::Number).collect()
}

/// With what a container's process may have ended: by itself well, by itself badly, by SIGKILL, by SIGTERM.
pub(super) fn statuses() -> Vec<Answer> {
    [0, 1, 128 + 9, 128 + 15].map(Answer::Number).to_vec()
}

/// Texts whose own order tells nothing, such as addresses.
pub(super) fn texts(all: Vec<String>) -> Vec<Answer> {
    all.into_iter().map(Answer::Text).collect()
}

/// Names in an order that depends on `seed` alone; none when there is nothing to choose between.
pub(super) fn names(mut all: Vec<String>, seed: &str) -> Option<Vec<Answer>> {
    all.sort_unstable();
    all.dedup();
    all.sort_by_key(|name| fnv1a(&format!("{seed}\0{name}")));
    (all.len() > 1).then(|| texts(all))
}

/// Nothing, the first, the first two, … of these: for “what is left?”, most durable first.
pub(super) fn ever_more(all: &[Term]) -> Vec<Answer> {
    (0..=all.len()).map(|n| Answer::List(terms(&all[..n]))).collect()
}

/// FNV-1a: the same on every machine and in every version, unlike the standard library's hasher.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_names_depends_on_the_seed_and_on_nothing_else() {
        let all = || vec!["lo".to_owned(), "eth0".to_owned(), "docker0".to_owned(), "lo".to_owned()];
        let reversed = || all().into_iter().rev().collect::<Vec<_>>();
        assert_eq!(names(all(), "a"), names(reversed(), "a"));
        let orders: std::collections::BTreeSet<_> = (0..20).map(|n| names(all(), &n.to_string())).collect();
        assert!(orders.len() > 1, "twenty seeds must not all give one order");
        assert_eq!(names(vec!["lo".into(), "lo".into()], "a"), None);
    }

    #[test]
    fn what_is_left_grows_by_one() {
        let choices = ever_more(&[Term::Bind, Term::Volume]);
        assert_eq!(
            choices,
            [
                Answer::List(vec![]),
                Answer::List(terms(&[Term::Bind])),
                Answer::List(terms(&[Term::Bind, Term::Volume]))
            ]
        );
    }
}
