//! Random bytes of the kernel's: for ids and names that nobody can guess.

use super::{Fault, Result};

/// So many random bytes (getrandom(2)).
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// So many random hexadecimal digits.
pub fn hex(digits: usize) -> Result<String> {
    let mut bytes = vec![0; digits.div_ceil(2)];
    fill(&mut bytes)?;
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(digits);
    Ok(text)
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|e| Fault::io("read", "getrandom(2)", &e.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_digits_as_were_wanted_and_never_the_same() {
        for digits in [1, 7, 12, 64] {
            let text = hex(digits).unwrap();
            assert_eq!(text.len(), digits);
            assert!(text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{text}");
        }
        assert_ne!(hex(64).unwrap(), hex(64).unwrap());
        assert_ne!(bytes::<32>().unwrap(), [0; 32]);
    }
}
