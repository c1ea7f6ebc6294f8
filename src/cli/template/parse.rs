//! From text to nodes.

use super::{Node, Operand, Pipe};
use crate::docker::Json;

type Parsed<T> = Result<T, String>;

/// Templates within each other, and pipes in brackets.
const DEPTH: usize = 64;

pub(super) fn template(text: &str) -> Parsed<Vec<Node>> {
    let pieces = pieces(text)?;
    let mut pieces = pieces.into_iter().peekable();
    let (nodes, end) = block(&mut pieces, 0)?;
    match end {
        None => Ok(nodes),
        Some(end) => Err(format!("unexpected {{{{{end}}}}}")),
    }
}

enum Piece {
    Text(String),
    Action(String),
}

/// Text and actions. `{{-` and `-}}` take the white space beside them away.
fn pieces(text: &str) -> Parsed<Vec<Piece>> {
    let (mut pieces, mut rest, mut trim) = (Vec::new(), text, false);
    loop {
        let start = rest.find("{{");
        let mut plain = &rest[..start.unwrap_or(rest.len())];
        if trim {
            plain = plain.trim_start();
        }
        let Some(start) = start else {
            pieces.push(Piece::Text(plain.to_owned()));
            return Ok(pieces);
        };
        let inner = &rest[start + 2..];
        let inner = match inner.strip_prefix('-').filter(|after| after.starts_with(char::is_whitespace)) {
            Some(after) => {
                plain = plain.trim_end();
                after
            }
            None => inner,
        };
        pieces.push(Piece::Text(plain.to_owned()));
        let end = action_end(inner).ok_or("unclosed action")?;
        let mut action = &inner[..end];
        trim = action.ends_with('-') && action[..action.len() - 1].ends_with(char::is_whitespace);
        if trim {
            action = &action[..action.len() - 1];
        }
        let action = action.trim();
        if !(action.starts_with("/*") && action.ends_with("*/")) {
            pieces.push(Piece::Action(action.to_owned()));
        }
        rest = &inner[end + 2..];
    }
}

/// Where `}}` stands that is in no quotes.
fn action_end(text: &str) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, letter) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '`') => quote = Some(letter),
            None if text[at..].starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

type Pieces = std::iter::Peekable<std::vec::IntoIter<Piece>>;

/// Nodes up to the end of the block, and the word that ends it.
fn block(pieces: &mut Pieces, depth: usize) -> Parsed<(Vec<Node>, Option<String>)> {
    if depth > DEPTH {
        return Err("too many templates within each other".to_owned());
    }
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        let action = match piece {
            Piece::Text(text) if text.is_empty() => continue,
            Piece::Text(text) => {
                nodes.push(Node::Text(text));
                continue;
            }
            Piece::Action(action) => action,
        };
        let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((&action, ""));
        let make: fn(Pipe, Vec<Node>, Vec<Node>) -> Node = match word {
            "end" | "else" => return Ok((nodes, Some(action))),
            "if" => Node::If,
            "with" => Node::With,
            "range" => Node::Range,
            "define" | "template" | "block" | "break" | "continue" => {
                return Err(format!("{{{{{word}}}}} is not part of dockwalk"));
            }
            _ => {
                nodes.push(Node::Show(pipe(&action)?));
                continue;
            }
        };
        nodes.push(control(pieces, depth, make, rest)?);
    }
    Ok((nodes, None))
}

fn control(
    pieces: &mut Pieces,
    depth: usize,
    make: fn(Pipe, Vec<Node>, Vec<Node>) -> Node,
    text: &str,
) -> Parsed<Node> {
    let pipe = pipe(text)?;
    let (body, end) = block(pieces, depth + 1)?;
    let unclosed = || format!("{text}: unexpected EOF, {{{{end}}}} is missing");
    let end = end.ok_or_else(unclosed)?;
    let otherwise = match end.strip_prefix("else").map(str::trim) {
        None => Vec::new(),
        Some("") => match block(pieces, depth + 1)? {
            (nodes, Some(end)) if end == "end" => nodes,
            _ => return Err(unclosed()),
        },
        // `else if` needs one end for both.
        Some(rest) => match rest.split_once(char::is_whitespace) {
            Some(("if", text)) => vec![control(pieces, depth + 1, Node::If, text)?],
            Some(("with", text)) => vec![control(pieces, depth + 1, Node::With, text)?],
            _ => return Err(format!("unexpected {{{{{end}}}}}")),
        },
    };
    Ok(make(pipe, body, otherwise))
}

fn pipe(text: &str) -> Parsed<Pipe> {
    let mut words = words(text)?.into_iter().peekable();
    let pipe = commands(&mut words, text, 0)?;
    match words.next() {
        None => Ok(pipe),
        Some(word) => Err(format!("unexpected {word:?} in {text:?}")),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Word {
    Operand(Operand),
    /// `.A` directly behind a bracket.
    Path(Vec<String>),
    Open,
    Close,
    Bar,
    Comma,
    Declare,
    Assign,
}

type Words = std::iter::Peekable<std::vec::IntoIter<Word>>;

fn commands(words: &mut Words, text: &str, depth: usize) -> Parsed<Pipe> {
    if depth > DEPTH {
        return Err("too many brackets within each other".to_owned());
    }
    let mut pipe =
        Pipe { text: text.trim().to_owned(), variables: Vec::new(), declares: false, commands: vec![Vec::new()] };
    while let Some(word) = words.next_if(|word| *word != Word::Close) {
        let last = pipe.commands.last_mut().ok_or("no command")?;
        match word {
            Word::Operand(operand) => last.push(operand),
            Word::Open => {
                let inner = commands(words, text, depth + 1)?;
                if words.next() != Some(Word::Close) {
                    return Err(format!("unclosed left paren in {text:?}"));
                }
                let path = match words.next_if(|word| matches!(word, Word::Path(_))) {
                    Some(Word::Path(path)) => path,
                    _ => Vec::new(),
                };
                last.push(Operand::Group(Box::new(inner), path));
            }
            Word::Bar if last.is_empty() => return Err(format!("missing value for command in {text:?}")),
            Word::Bar => pipe.commands.push(Vec::new()),
            // What stood before it are variables.
            Word::Comma | Word::Declare | Word::Assign => {
                let names = last.drain(..).map(|operand| match operand {
                    Operand::Variable(name, path) if path.is_empty() && !name.is_empty() => Ok(name),
                    other => Err(format!("unexpected {other:?} before a variable is set")),
                });
                pipe.variables.extend(names.collect::<Parsed<Vec<_>>>()?);
                pipe.declares |= word == Word::Declare;
            }
            Word::Close | Word::Path(_) => return Err(format!("unexpected {word:?} in {text:?}")),
        }
    }
    if pipe.commands.iter().any(Vec::is_empty) {
        return Err(format!("missing value for command in {text:?}"));
    }
    Ok(pipe)
}

fn words(text: &str) -> Parsed<Vec<Word>> {
    let (mut words, mut rest) = (Vec::new(), text);
    loop {
        let spaced = rest.len();
        rest = rest.trim_start();
        let adjoins = rest.len() == spaced;
        let Some(first) = rest.chars().next() else { return Ok(words) };
        let take = |fits: &dyn Fn(char) -> bool| rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        let (word, length) = match first {
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            '|' => (Word::Bar, 1),
            ',' => (Word::Comma, 1),
            ':' if rest.starts_with(":=") => (Word::Declare, 2),
            '=' => (Word::Assign, 1),
            '"' => {
                let end = quoted(rest).ok_or("unterminated quoted string")?;
                let string: String =
                    serde_json::from_str(&rest[..end]).map_err(|e| format!("{}: {e}", &rest[..end]))?;
                (Word::Operand(Operand::Literal(Json::Text(string))), end)
            }
            '`' => {
                let end = rest[1..].find('`').ok_or("unterminated raw quoted string")? + 1;
                (Word::Operand(Operand::Literal(Json::Text(rest[1..end].to_owned()))), end + 1)
            }
            '.' => {
                let end = take(&|letter| letter == '.' || is_name(letter));
                let path = fields(&rest[..end])?;
                let behind = adjoins && matches!(words.last(), Some(Word::Close));
                (if behind { Word::Path(path) } else { Word::Operand(Operand::Dot(path)) }, end)
            }
            '$' => {
                let end =
                    1 + rest[1..].find(|letter: char| letter != '.' && !is_name(letter)).unwrap_or(rest.len() - 1);
                let (name, path) = rest[1..end].find('.').map_or((&rest[1..end], ""), |dot| rest[1..end].split_at(dot));
                (Word::Operand(Operand::Variable(name.to_owned(), fields(path)?)), end)
            }
            letter if letter.is_ascii_digit() || matches!(letter, '-' | '+') => {
                let end = take(&|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+' | '_'));
                (Word::Operand(Operand::Literal(number(&rest[..end])?)), end)
            }
            letter if is_name(letter) => {
                let end = take(&is_name);
                let operand = match &rest[..end] {
                    "true" => Operand::Literal(Json::Flag(true)),
                    "false" => Operand::Literal(Json::Flag(false)),
                    "nil" => Operand::Literal(Json::Null),
                    name if super::functions::is_known(name) => Operand::Function(name.to_owned()),
                    name => return Err(format!("function {name:?} not defined")),
                };
                (Word::Operand(operand), end)
            }
            other => return Err(format!("unexpected {other:?} in {text:?}")),
        };
        words.push(word);
        rest = &rest[length..];
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// `.A.B`; `.` is nothing of it.
fn fields(text: &str) -> Parsed<Vec<String>> {
    match text {
        "" | "." => Ok(Vec::new()),
        text => {
            let parts: Vec<String> = text[1..].split('.').map(str::to_owned).collect();
            if parts.iter().any(String::is_empty) { Err(format!("unexpected . in {text:?}")) } else { Ok(parts) }
        }
    }
}

fn number(text: &str) -> Parsed<Json> {
    let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('+'))
        .map_err(|_no_number| format!("bad number syntax: {text:?}"))?;
    Ok(Json::from(&value))
}

/// The length of a quoted string with its quotes.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, letter)| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends.then_some(at + 1)
    })
}
