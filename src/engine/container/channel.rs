//! What a process prints: which of its outputs it was, and where its characters end.

/// Which of its outputs a process wrote to. The number is that of Docker's stream frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Standard output, or the terminal.
    Out = 1,
    /// Standard error.
    Err = 2,
}

/// How many bytes there are without a character that is cut off at the end.
pub(super) fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        // No error length: more bytes could make it whole.
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => {
            let tail = bytes.len().saturating_sub(3);
            let begun = bytes[tail..].iter().rposition(|b| b & 0xC0 == 0xC0).map(|i| tail + i);
            let cut = |at: &usize| {
                std::str::from_utf8(&bytes[*at..])
                    .err()
                    .is_some_and(|e| e.error_len().is_none() && e.valid_up_to() == 0)
            };
            begun.filter(cut).unwrap_or(bytes.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_in_two_waits_for_its_rest() {
        let text = "한글".as_bytes();
        assert_eq!(whole_characters(text), 6);
        assert_eq!(whole_characters(&text[..5]), 3);
        assert_eq!(whole_characters(&text[..4]), 3);
        assert_eq!(whole_characters(b"a\xff"), 2);
        let broken = [b"\xff".as_slice(), &text[..2]].concat();
        assert_eq!(whole_characters(&broken), 1);
    }
}
