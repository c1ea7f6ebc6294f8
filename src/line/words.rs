/// Splits a command line as a shell does: spaces, quotes and backslashes. None when a quote is not closed.
pub fn split(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut inside) = (Vec::new(), String::new(), false);
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('\''), c) => word.push(c),
            (_, '\\') => word.extend(chars.next()),
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, inside) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if inside || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            (None, c) => word.push(c),
        }
    }
    if inside || !word.is_empty() {
        words.push(word);
    }
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_line_is_split_as_a_shell_splits_it() {
        let words = |line| split(line).map(|words| words.join("|"));
        assert_eq!(words("docker run -it  lab/shell:1").as_deref(), Some("docker|run|-it|lab/shell:1"));
        assert_eq!(words("sh -c 'echo \"a b\" $X' x\\ y").as_deref(), Some("sh|-c|echo \"a b\" $X|x y"));
        assert_eq!(words("a \"\" 'b'c").as_deref(), Some("a||bc"));
        assert_eq!(words("echo 'open"), None);
        assert_eq!(words("   ").as_deref(), Some(""));
    }
}
