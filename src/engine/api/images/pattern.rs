//! Shell patterns as Go's `path.Match` reads them: `*` and `?` stop at a slash.

/// True when the whole text fits.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    go(pattern.as_bytes(), text.as_bytes())
}

fn go(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            let reach = text.iter().position(|b| *b == b'/').unwrap_or(text.len());
            (0..=reach).any(|n| go(rest, &text[n..]))
        }
        (Some((b'?', rest)), Some((c, after))) => *c != b'/' && go(rest, after),
        (Some((b'[', rest)), Some((c, after))) => match class(rest, *c) {
            Some((true, rest)) => go(rest, after),
            _ => false,
        },
        (Some((b'\\', [escaped, rest @ ..])), Some((c, after))) => escaped == c && go(rest, after),
        (Some((wanted, rest)), Some((c, after))) => wanted == c && go(rest, after),
        _ => false,
    }
}

/// Whether `[…]` has the letter, and what comes behind it; none when it has no end.
fn class(pattern: &[u8], letter: u8) -> Option<(bool, &[u8])> {
    let (not, mut rest) = match pattern {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let mut found = false;
    let mut first = true;
    loop {
        match rest {
            [b']', after @ ..] if !first => return Some((found != not, after)),
            [low, b'-', high, after @ ..] if *high != b']' => {
                found |= (*low..=*high).contains(&letter);
                rest = after;
            }
            [one, after @ ..] => {
                found |= *one == letter;
                rest = after;
            }
            [] => return None,
        }
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_gos() {
        for (pattern, text, expected) in [
            ("lab/*", "lab/shell", true),
            ("*", "lab/shell", false),
            ("*/*", "lab/shell:1", true),
            ("lab/s?ell", "lab/shell", true),
            ("lab/[a-t]hell", "lab/shell", true),
            ("lab/[^s]hell", "lab/shell", false),
            ("lab/[shell", "lab/shell", false),
            (r"a\*", "a*", true),
            ("*shell*", "shell", true),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
