//! The word that was meant.

/// The one of `words` that is nearest to what was typed, if it is near enough to be a slip of the finger: a letter that is another,
/// too many or lacking, or two that changed places. Of two as near, the first by the alphabet. Two letters are a slip where they
/// changed places, or one behind the first is lacking: `rn` is meant for `run`, but `ls` not for `ps`.
pub(super) fn nearest<'w>(typed: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let letters = typed.trim_start_matches('-').chars().count();
    let may = match letters {
        0..=1 => return None,
        2..=4 => 1,
        _ => 2,
    };
    let typed = typed.to_lowercase();
    let turned: String = typed.chars().rev().collect();
    let near = words.map(|word| (distance(&typed, word), word)).filter(|(far, _)| *far <= may);
    let slips = |word: &str| word == turned || word.chars().count() == 3 && word.chars().next() == typed.chars().next();
    near.filter(|(_, word)| letters > 2 || slips(word)).min().map(|(_, word)| word)
}

/// How many slips lie between two words (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let words = ["run", "rm", "rmi", "ps", "pull", "push", "images", "image", "inspect", "--name", "--network"];
        let near = |typed| nearest(typed, words.into_iter());
        for (typed, meant) in [
            ("rnu", "run"),
            ("rum", "rm"),
            ("pss", "ps"),
            ("pul", "pull"),
            ("sp", "ps"),
            ("rn", "run"),
            ("imagse", "image"),
            ("inpsect", "inspect"),
            ("INSPECT", "inspect"),
            ("--nmae", "--name"),
            ("--netwrok", "--network"),
        ] {
            assert_eq!(near(typed), Some(meant), "{typed}");
        }
        for other in ["ls", "l", "", "-", "systemctl", "--publish", "한글"] {
            assert_eq!(near(other), None, "{other}");
        }
    }
}
