//! What a terminal printed, as text: what stands in it, and where.

/// Where `value` stands in `text` as a word of its own, in bytes: `172.17.0.2` is not in `172.17.0.20`.
pub fn words<'a>(text: &'a str, value: &'a str) -> impl Iterator<Item = usize> + 'a {
    let joins = |c: char| c.is_alphanumeric() || c == '.';
    let alone = move |at: usize| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + value.len()..].chars();
        // A full stop that ends a sentence, or a colon, is no part of a name or an address.
        let joined = match after.next() {
            Some('.') => after.next().is_some_and(char::is_alphanumeric),
            Some(next) => joins(next),
            None => false,
        };
        !before.is_some_and(joins) && !joined
    };
    let all = (!value.is_empty()).then(|| text.match_indices(value));
    all.into_iter().flatten().map(|(at, _)| at).filter(move |at| alone(*at))
}

/// A terminal's output without its escape sequences (ECMA-48: `ESC [ … letter`, `ESC ] … BEL`, `ESC` and one character).
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
            Some(']') => while chars.next().is_some_and(|c| c != '\u{7}') {},
            _ => {}
        }
    }
    out
}
