//! Words as a shell takes them.

/// They stand alone without quotes.
const BARE: &str = "@%+=:,./-_";

/// A command line that a shell splits into these words again.
pub fn line<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    words.into_iter().map(|one| word(one.as_ref())).collect::<Vec<_>>().join(" ")
}

/// One word, in quotes where a shell would read something else.
pub fn word(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || BARE.contains(c) || (!c.is_ascii() && c.is_alphanumeric());
    if !text.is_empty() && text.chars().all(bare) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn what_a_shell_would_read_otherwise_stands_in_quotes() {
        assert_eq!(line(["docker", "run", "lab/shell:1"]), "docker run lab/shell:1");
        assert_eq!(line(["sh", "-c", "echo $X; ls"]), "sh -c 'echo $X; ls'");
        assert_eq!(line(["a b", "", "it's", "~", "한글"]), r"'a b' '' 'it'\''s' '~' 한글");
    }
}
