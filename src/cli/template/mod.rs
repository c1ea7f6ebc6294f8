//! `--format`: Go templates (text/template), the part of them that people use with docker: fields, variables, `if`, `with`,
//! `range`, pipes, comparisons, `index`, `len`, `printf`, and docker's own `json`, `join`, `split`, `lower`, `upper`, `title`,
//! `pad`, `truncate`, `println`.
//!
//! ```text
//! text ─parse─▶ nodes ─run over a value─▶ text
//! ```
//!
//! What is not known is refused by its name and place, as Go does. Pure: knows values and text, not what they are about.

mod functions;
mod parse;
mod run;
#[cfg(test)]
mod tests;
mod unset;

use crate::client::ClientError;
use crate::docker::Json;
use crate::trace::Code;

/// A value, or that a map does not have it.
type Found = Option<Json>;

/// A template that was read.
#[derive(Debug)]
pub struct Template(Vec<Node>);

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Text(String),
    /// `{{ … }}`
    Show(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
}

/// `$i, $x := a | b`
#[derive(Debug, Clone, PartialEq)]
struct Pipe {
    /// As it is written, for messages.
    text: String,
    /// Variables that it is given to, and whether they are new.
    variables: Vec<String>,
    declares: bool,
    commands: Vec<Vec<Operand>>,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq)]
enum Operand {
    /// `.`, `.A.B`
    Dot(Vec<String>),
    /// `$`, `$x.A`
    Variable(String, Vec<String>),
    /// `(…)`, `(…).A`
    Group(Box<Pipe>, Vec<String>),
    Literal(Json),
    Function(String),
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, ClientError> {
        parse::template(text).map(Self).map_err(|reason| fault(&reason))
    }

    /// What it makes of a value.
    pub fn render(&self, value: &Json) -> Result<String, ClientError> {
        run::render(&self.0, value).map_err(|reason| fault(&reason))
    }
}

fn fault(reason: &str) -> ClientError {
    ClientError::new(Code::TemplateRefused).with("reason", reason)
}
