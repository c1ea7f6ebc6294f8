//! Arguments of calls as strace prints them, and as a trace claims them, read into values that can be compared.

/// One argument, field or element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A quoted string.
    Text(Vec<u8>),
    /// A number, or names of flags: what is joined by `|`, sorted.
    Word(Vec<String>),
    /// `17</upper/etc>`: a descriptor, and where it leads.
    Handle(i64, String),
    /// `{key=value, …}`; elements without a key are possible.
    Struct(Vec<(Option<String>, Value)>),
    /// `[value, …]`
    List(Vec<Value>),
    /// `[/* 4 vars */]`
    Count(usize),
    /// `…`: left out.
    Any,
}

/// The arguments of a call, without its parentheses.
pub fn arguments(text: &str) -> Vec<Value> {
    let mut reader = Reader { rest: text };
    reader.items(None).into_iter().map(|(_, value)| value).collect()
}

/// A number as it is compared: `0x1f`, `022` and `18` are the same as decimal.
pub fn number(word: &str) -> String {
    let word = if word == "~0U" { "4294967295" } else { word };
    let parsed = match (word.strip_prefix("0x"), word.strip_prefix('0')) {
        (Some(hex), _) => u64::from_str_radix(hex, 16).ok(),
        (None, Some(octal)) if !octal.is_empty() => u64::from_str_radix(octal, 8).ok(),
        _ => None,
    };
    parsed.map_or_else(|| word.to_owned(), |number| number.to_string())
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn skip(&mut self, what: &str) -> bool {
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Everything up to `end`, or to the end of the text.
    fn items(&mut self, end: Option<char>) -> Vec<(Option<String>, Value)> {
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.rest.is_empty() {
                return items;
            }
            if let Some(end) = end
                && self.rest.starts_with(end)
            {
                self.rest = &self.rest[end.len_utf8()..];
                return items;
            }
            if self.skip(",") {
                continue;
            }
            let before = self.rest.len();
            let key = self.key();
            items.push((key, self.value()));
            // What is none of this is passed over: a claim that says so finds nothing like it.
            if self.rest.len() == before {
                self.rest = self.rest.get(1..).unwrap_or_default();
            }
        }
    }

    /// `st_mode=`
    fn key(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let (key, rest) = self.rest.split_at(end);
        let value = rest.strip_prefix('=').filter(|_| !key.is_empty() && !rest.starts_with("=>"))?;
        let key = key.to_owned();
        self.rest = value;
        Some(key)
    }

    fn value(&mut self) -> Value {
        self.blank();
        let value = match self.rest.chars().next() {
            Some('"') => Value::Text(self.text()),
            Some('{') => {
                self.skip("{");
                Value::Struct(self.items(Some('}')))
            }
            Some('[') => {
                self.skip("[");
                let count = self.rest.strip_prefix("/* ").and_then(|rest| rest.split_once(" vars */]"));
                match count.and_then(|(count, rest)| Some((count.parse().ok()?, rest))) {
                    Some((count, rest)) => {
                        self.rest = rest;
                        Value::Count(count)
                    }
                    None => Value::List(self.items(Some(']')).into_iter().map(|(_, value)| value).collect()),
                }
            }
            _ => self.word(),
        };
        self.blank();
        // What went in and what came out: `{flags=…} => {parent_tid=[3]}`.
        if self.skip("=>") {
            let after = self.value();
            return match (value, after) {
                (Value::Struct(mut fields), Value::Struct(more)) => {
                    fields.extend(more);
                    Value::Struct(fields)
                }
                (_, after) => after,
            };
        }
        value
    }

    fn text(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => {
                    let Some((_, escaped)) = chars.next() else { break };
                    let mut digits = |first: String, most: usize, radix: u32| {
                        let mut digits = first;
                        while digits.len() < most && chars.peek().is_some_and(|(_, c)| c.is_digit(radix)) {
                            digits.extend(chars.next().map(|(_, c)| c));
                        }
                        u8::from_str_radix(&digits, radix).unwrap_or(b'?')
                    };
                    match escaped {
                        'n' => bytes.push(b'\n'),
                        't' => bytes.push(b'\t'),
                        'r' => bytes.push(b'\r'),
                        'v' => bytes.push(0x0b),
                        'f' => bytes.push(0x0c),
                        'x' => bytes.push(digits(String::new(), 2, 16)),
                        'u' => {
                            // Rust's `\u{1b}`.
                            let hex: String =
                                chars.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').skip(1).collect();
                            let c = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or('?');
                            bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                        }
                        '0'..='7' => bytes.push(digits(escaped.to_string(), 3, 8)),
                        other => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
                    }
                }
                c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        self.rest = &self.rest[end..];
        self.skip("...");
        bytes
    }

    fn word(&mut self) -> Value {
        // `~[RTMIN RT_1]`: a set of signals without these.
        if let (true, Some(end)) = (self.rest.starts_with("~["), self.rest.find(']')) {
            let word = self.rest[..=end].to_owned();
            self.rest = &self.rest[end + 1..];
            return Value::Word(vec![word]);
        }
        let (mut depth, mut end) = (0_usize, self.rest.len());
        for (at, c) in self.rest.char_indices() {
            match c {
                '(' | '<' => depth += 1,
                ')' | '>' if depth > 0 => depth -= 1,
                ',' | ']' | '}' if depth == 0 => {
                    end = at;
                    break;
                }
                '=' if depth == 0 && self.rest[at..].starts_with("=>") => {
                    end = at;
                    break;
                }
                _ => {}
            }
            // `1<<CAP_CHOWN`
            if c == '<' && (self.rest[at..].starts_with("<<") || self.rest[..at].ends_with('<')) {
                depth = depth.saturating_sub(1);
            }
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let mut word = word.trim().to_owned();
        while let (Some(from), Some(to)) = (word.find("/*"), word.find("*/")) {
            word.replace_range(from..(to + 2).max(from), "");
        }
        let word = word.trim();
        if word == "…" {
            return Value::Any;
        }
        if let Some((fd, leads)) = word.split_once('<')
            && let (Ok(fd), Some(leads)) = (fd.parse(), leads.strip_suffix('>'))
        {
            return Value::Handle(fd, leads.to_owned());
        }
        let mut parts: Vec<_> = word.split('|').map(|part| number(part.trim().trim_start_matches("1<<"))).collect();
        parts.sort();
        Value::Word(parts)
    }
}

impl Value {
    /// What is claimed (`self`) is what was seen.
    pub fn is(&self, seen: &Value) -> bool {
        match (self, seen) {
            (Value::Any, _) => true,
            (Value::Struct(claimed), Value::Struct(seen)) => fields(claimed, seen),
            (Value::List(claimed), Value::List(seen)) => list(claimed, seen),
            (Value::Count(count), Value::List(seen)) => *count == seen.len(),
            (claimed, seen) => claimed == seen,
        }
    }
}

/// Each field that is claimed is there; without a `…` there is no other.
fn fields(claimed: &[(Option<String>, Value)], seen: &[(Option<String>, Value)]) -> bool {
    let some = claimed.iter().any(|(key, value)| key.is_none() && *value == Value::Any);
    let named: Vec<_> = claimed.iter().filter(|(key, value)| key.is_some() || *value != Value::Any).collect();
    named.iter().all(|(key, value)| seen.iter().any(|(k, v)| k == key && value.is(v)))
        && (some || named.len() == seen.len())
}

fn list(claimed: &[Value], seen: &[Value]) -> bool {
    match claimed.split_last() {
        // Some of them.
        Some((Value::Any, some)) => some.iter().all(|claimed| seen.iter().any(|seen| claimed.is(seen))),
        _ => claimed.len() == seen.len() && claimed.iter().zip(seen).all(|(claimed, seen)| claimed.is(seen)),
    }
}

/// Arguments: a `…` stands for one, as the last for all that follow.
pub fn same(claimed: &[Value], seen: &[Value]) -> bool {
    match claimed.split_last() {
        Some((Value::Any, first)) if seen.len() >= first.len() => {
            first.iter().zip(seen).all(|(claimed, seen)| claimed.is(seen))
        }
        _ => claimed.len() == seen.len() && claimed.iter().zip(seen).all(|(claimed, seen)| claimed.is(seen)),
    }
}
