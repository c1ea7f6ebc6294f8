use super::{CharFilter, Form, escape, escape_byte};

/// Bytes of several lines, made visible as they come; a character may be cut between two pieces.
#[derive(Debug)]
pub struct Stream {
    filter: CharFilter,
    /// The beginning of a character.
    rest: Vec<u8>,
}

impl Default for Stream {
    fn default() -> Self {
        Self { filter: CharFilter::new(Form::Lines), rest: Vec::new() }
    }
}

impl Stream {
    /// What is to be shown of these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() - unfinished(&self.rest);
        let all = std::mem::take(&mut self.rest);
        let mut out = String::with_capacity(whole);
        for chunk in all[..whole].utf8_chunks() {
            self.filter.copy(chunk.valid(), &mut out, escape);
            self.refuse(chunk.invalid(), &mut out);
        }
        self.rest.extend_from_slice(&all[whole..]);
        out
    }

    /// What is left when nothing more comes: a character that was never finished.
    pub fn end(&mut self) -> String {
        let mut out = String::new();
        let rest = std::mem::take(&mut self.rest);
        self.refuse(&rest, &mut out);
        out
    }

    fn refuse(&mut self, invalid: &[u8], out: &mut String) {
        invalid.iter().for_each(|byte| escape_byte(*byte, out));
        if !invalid.is_empty() {
            self.filter.interrupt();
        }
    }
}

/// How many bytes at the end are the beginning of a character whose rest may still come.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let start = tail.iter().rposition(|byte| byte & 0xc0 != 0x80);
    let Some(begun) = start.map(|at| &tail[at..]) else { return 0 };
    match std::str::from_utf8(begun) {
        Err(error) if error.error_len().is_none() => begun.len(),
        _ => 0,
    }
}
