//! What a template can call: Go's own functions, and those that docker adds.

use super::Found;
use crate::docker::Json;
use serde_json::Number;
use std::cmp::Ordering;

const KNOWN: &[&str] = &[
    "and", "eq", "ge", "gt", "index", "join", "json", "le", "len", "lower", "lt", "ne", "not", "or", "pad", "print",
    "printf", "println", "slice", "split", "title", "truncate", "upper",
];

pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// Calls one. A value that a map does not have is nothing.
pub(super) fn call(name: &str, arguments: &[Found]) -> Result<Found, String> {
    let nothing = || Json::Null;
    let all: Vec<Json> = arguments.iter().map(|found| found.clone().unwrap_or_else(nothing)).collect();
    let text = |at: usize| match all.get(at) {
        Some(Json::Text(text)) => Ok(text.as_str()),
        Some(other) => Err(format!("{name}: expected string; found {}", shown(other))),
        None => Err(count(name)),
    };
    let whole = |at: usize| match all.get(at) {
        Some(Json::Number(number, _)) => {
            number.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or_else(|| format!("{name}: bad number {number}"))
        }
        _ => Err(count(name)),
    };
    let string = |text: String| Ok(Some(Json::Text(text)));
    let flag = |flag: bool| Ok(Some(Json::Flag(flag)));
    match (name, all.as_slice()) {
        ("json", [value]) => string(serde_json::to_string(value).unwrap_or_default()),
        ("lower", _) => string(text(0)?.to_lowercase()),
        ("upper", _) => string(text(0)?.to_uppercase()),
        ("title", _) => string(title(text(0)?)),
        ("join", [Json::List(list), _]) => string(list.iter().map(shown).collect::<Vec<_>>().join(text(1)?)),
        ("join", [Json::Null, _]) => string(String::new()),
        ("split", [_, _]) => {
            let (whole, separator) = (text(0)?, text(1)?);
            // As Go: nothing between two letters separates each.
            let parts: Vec<Json> = if separator.is_empty() {
                whole.chars().map(|letter| Json::Text(letter.to_string())).collect()
            } else {
                whole.split(separator).map(|part| Json::Text(part.to_owned())).collect()
            };
            Ok(Some(Json::List(parts)))
        }
        ("pad", [_, _, _]) => {
            let (inner, before, after) = (text(0)?, whole(1)?, whole(2)?);
            let room = |n: usize| " ".repeat(n.min(1 << 16));
            string(if inner.is_empty() { String::new() } else { room(before) + inner + &room(after) })
        }
        ("truncate", [_, _]) => string(text(0)?.chars().take(whole(1)?).collect()),
        ("println", values) => string(print(values, true) + "\n"),
        ("print", values) => string(print(values, false)),
        ("printf", [Json::Text(format), values @ ..]) => string(printf(format, values)),
        ("len", [Json::Text(text)]) => Ok(Some(Json::Number(text.len().into(), None))),
        ("len", [Json::List(list)]) => Ok(Some(Json::Number(list.len().into(), None))),
        ("len", [Json::Object(fields)]) => Ok(Some(Json::Number(fields.len().into(), None))),
        ("len", [Json::Null]) => Ok(Some(Json::Number(0.into(), None))),
        ("index", [of, path @ ..]) => index(of, path),
        ("slice", [Json::Text(of), ..]) => {
            let (from, to) =
                (if all.len() > 1 { whole(1)? } else { 0 }, if all.len() > 2 { whole(2)? } else { of.len() });
            let out_of_range = || format!("slice: index out of range: {from}:{to}");
            string(of.get(from..to).ok_or_else(out_of_range)?.to_owned())
        }
        ("not", [value]) => flag(!is_true(value)),
        ("and", [_, ..]) => Ok(all.iter().find(|value| !is_true(value)).or(all.last()).cloned()),
        ("or", [_, ..]) => Ok(all.iter().find(|value| is_true(value)).or(all.last()).cloned()),
        ("eq", [first, others @ ..]) if !others.is_empty() => {
            let same = others.iter().map(|other| equal(first, other)).collect::<Result<Vec<_>, _>>()?;
            flag(same.contains(&true))
        }
        ("ne", [a, b]) => flag(!equal(a, b)?),
        ("lt", [a, b]) => flag(compare(a, b)?.is_lt()),
        ("le", [a, b]) => flag(compare(a, b)?.is_le()),
        ("gt", [a, b]) => flag(compare(a, b)?.is_gt()),
        ("ge", [a, b]) => flag(compare(a, b)?.is_ge()),
        _ => Err(count(name)),
    }
}

fn count(name: &str) -> String {
    format!("wrong number or kind of args for {name}")
}

/// As Go has it: what is empty, nothing or none is not.
pub(super) fn is_true(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Flag(flag) => *flag,
        Json::Number(number, _) => number.as_f64() != Some(0.0),
        Json::Text(text) => !text.is_empty(),
        Json::List(all) => !all.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
    }
}

/// As Go prints it: `[a b]`, `map[a:1 b:2]`.
pub(super) fn shown(value: &Json) -> String {
    match value {
        Json::Null => "<nil>".to_owned(),
        Json::Flag(flag) => flag.to_string(),
        Json::Number(number, _) => number.to_string(),
        Json::Text(text) => text.clone(),
        Json::List(all) => format!("[{}]", all.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Json::Object(fields) => {
            let mut all: Vec<_> = fields.iter().map(|(name, value)| format!("{name}:{}", shown(value))).collect();
            all.sort();
            format!("map[{}]", all.join(" "))
        }
    }
}

/// Go's `Println` has spaces between all, its `Print` between what is no text.
fn print(values: &[Json], line: bool) -> String {
    let mut text = String::new();
    for (at, value) in values.iter().enumerate() {
        let plain = |value: &Json| !matches!(value, Json::Text(_));
        if at > 0 && (line || plain(value) && plain(&values[at - 1])) {
            text.push(' ');
        }
        text.push_str(&shown(value));
    }
    text
}

fn title(text: &str) -> String {
    // Of Go's own `strings.Title`: the first letter of each word, nothing else.
    let mut start = true;
    text.chars()
        .flat_map(|letter| {
            let upper = start;
            start = !(letter.is_alphanumeric() || matches!(letter, '_' | '\''));
            if upper { letter.to_uppercase().collect::<Vec<_>>() } else { vec![letter] }
        })
        .collect()
}

fn equal(a: &Json, b: &Json) -> Result<bool, String> {
    match (a, b) {
        (Json::Number(a, _), Json::Number(b, _)) => Ok(number(a) == number(b)),
        (Json::Text(_), Json::Text(_)) | (Json::Flag(_), Json::Flag(_)) => Ok(a == b),
        (Json::Null, other) | (other, Json::Null) => Ok(*other == Json::Null),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn compare(a: &Json, b: &Json) -> Result<Ordering, String> {
    let ordered = match (a, b) {
        (Json::Number(a, _), Json::Number(b, _)) => number(a).partial_cmp(&number(b)),
        (Json::Text(a), Json::Text(b)) => Some(a.cmp(b)),
        _ => None,
    };
    ordered.ok_or_else(|| "incompatible types for comparison".to_owned())
}

fn number(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

fn index(of: &Json, path: &[Json]) -> Result<Found, String> {
    let mut here = of;
    for key in path {
        let next = match (here, key) {
            (Json::Object(fields), Json::Text(name)) => {
                match fields.iter().find(|(known, _)| known == name) {
                    Some((_, value)) => value,
                    // Of a map of texts Go gives the empty one.
                    None if fields.iter().all(|(_, value)| matches!(value, Json::Text(_))) => {
                        return Ok(Some(Json::Text(String::new())));
                    }
                    None => return Ok(None),
                }
            }
            (Json::List(all), Json::Number(at, _)) => {
                let at = at.as_u64().and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| all.get(at)).ok_or_else(|| format!("index out of range: {}", shown(key)))?
            }
            (Json::Null, Json::Text(_)) => return Ok(Some(Json::Text(String::new()))),
            _ => return Err(format!("can't index item of {} with {}", shown(here), shown(key))),
        };
        here = next;
    }
    Ok(Some(here.clone()))
}

/// `%s %d %v %q %t %%`, with a width.
fn printf(format: &str, values: &[Json]) -> String {
    let (mut text, mut values, mut letters) = (String::new(), values.iter(), format.chars().peekable());
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let mut width = String::new();
        while let Some(digit) = letters.next_if(|letter| letter.is_ascii_digit() || *letter == '-') {
            width.push(digit);
        }
        let verb = letters.next().unwrap_or('%');
        if verb == '%' {
            text.push('%');
            continue;
        }
        let Some(value) = values.next() else {
            text.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        let said = match (verb, value) {
            ('q', Json::Text(inner)) => format!("{inner:?}"),
            ('s' | 'd' | 'v' | 't', value) => shown(value),
            (verb, value) => format!("%!{verb}({})", shown(value)),
        };
        let room = width.trim_start_matches('-').parse::<usize>().unwrap_or(0).min(1 << 12);
        let padded = if width.starts_with('-') { format!("{said:<room$}") } else { format!("{said:>room$}") };
        text.push_str(&padded);
    }
    text
}
