//! From nodes and a value to text.

use super::functions::{call, is_true, shown};
use super::{Found, Node, Operand, Pipe, unset};
use crate::docker::Json;
use crate::spec::visible;

type Ran<T> = Result<T, String>;

/// Objects whose members are whatever somebody named: one that is not there is no mistake. Those of docker's types.
const MAPS: &[&str] = &[
    "Labels",
    "Volumes",
    "ExposedPorts",
    "Ports",
    "PortBindings",
    "Networks",
    "Options",
    "DriverOpts",
    "Config",
    "Sysctls",
    "Tmpfs",
    "Data",
    "Containers",
    "Attributes",
    "LogConfig",
    "EndpointsConfig",
    "Annotations",
    "Label",
];

pub(super) fn render(nodes: &[Node], value: &Json) -> Ran<String> {
    let mut run = Run { root: value.clone(), variables: Vec::new(), out: String::new() };
    run.nodes(nodes, value)?;
    Ok(run.out)
}

struct Run {
    root: Json,
    /// The latest last.
    variables: Vec<(String, Json)>,
    out: String,
}

impl Run {
    fn nodes(&mut self, nodes: &[Node], dot: &Json) -> Ran<()> {
        nodes.iter().try_for_each(|node| self.node(node, dot))
    }

    fn node(&mut self, node: &Node, dot: &Json) -> Ran<()> {
        let outside = self.variables.len();
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Show(pipe) => {
                let found = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.out.push_str(&found.as_ref().map_or_else(|| "<no value>".to_owned(), shown));
                }
                // A variable stays until the end of what it stands in.
                return Ok(());
            }
            Node::If(pipe, body, otherwise) => {
                let found = self.pipe(pipe, dot)?;
                let nodes = if found.as_ref().is_some_and(is_true) { body } else { otherwise };
                self.nodes(nodes, dot)?;
            }
            Node::With(pipe, body, otherwise) => match self.pipe(pipe, dot)?.filter(is_true) {
                Some(inner) => self.nodes(body, &inner)?,
                None => self.nodes(otherwise, dot)?,
            },
            Node::Range(pipe, body, otherwise) => {
                let all = members(self.commands(pipe, dot)?, &pipe.text)?;
                if all.is_empty() {
                    self.nodes(otherwise, dot)?;
                }
                for (key, value) in all {
                    match pipe.variables.as_slice() {
                        [] => {}
                        [one] => self.variables.push((one.clone(), value.clone())),
                        [first, second, ..] => {
                            self.variables.push((first.clone(), key));
                            self.variables.push((second.clone(), value.clone()));
                        }
                    }
                    self.nodes(body, &value)?;
                    self.variables.truncate(outside);
                }
            }
        }
        self.variables.truncate(outside);
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Json) -> Ran<Found> {
        let found = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            let value = found.clone().unwrap_or_default();
            if pipe.declares {
                self.variables.push((name.clone(), value));
            } else {
                let known = self.variables.iter_mut().rev().find(|(known, _)| known == name);
                known.ok_or_else(|| format!("undefined variable: ${name}"))?.1 = value;
            }
        }
        Ok(found)
    }

    fn commands(&mut self, pipe: &Pipe, dot: &Json) -> Ran<Found> {
        let mut piped: Option<Found> = None;
        for command in &pipe.commands {
            piped = Some(self.command(command, dot, piped)?);
        }
        Ok(piped.flatten())
    }

    fn command(&mut self, command: &[Operand], dot: &Json, piped: Option<Found>) -> Ran<Found> {
        let Some((first, rest)) = command.split_first() else { return Ok(None) };
        let mut arguments = Vec::new();
        if let Operand::Function(name) = first {
            for operand in rest {
                // JSON has its own way to write what is in no line.
                arguments.push(if name == "json" { self.raw(operand, dot)? } else { self.operand(operand, dot)? });
            }
            arguments.extend(piped);
            return call(name, &arguments);
        }
        let found = self.operand(first, dot)?;
        // `.Label "name"`, as in the lists of docker: of what is a map, what has that name.
        match (rest, piped, &found) {
            ([], None, _) => Ok(found),
            ([name], None, Some(Json::Object(_))) => {
                let name = self.operand(name, dot)?;
                Ok(call("index", &[found, name])?.or_else(|| Some(Json::Text(String::new()))))
            }
            _ => Err(format!("can't give argument to non-function {}", named(first))),
        }
    }

    /// A value, in one line: what a stranger called something makes no lines of its own. Those of the template are its author's.
    fn operand(&mut self, operand: &Operand, dot: &Json) -> Ran<Found> {
        match operand {
            Operand::Dot(_) | Operand::Variable(..) => Ok(self.raw(operand, dot)?.map(seen)),
            _ => self.raw(operand, dot),
        }
    }

    fn raw(&mut self, operand: &Operand, dot: &Json) -> Ran<Found> {
        match operand {
            Operand::Dot(path) => walk(dot, path),
            Operand::Variable(name, path) if name.is_empty() => walk(&self.root, path),
            Operand::Variable(name, path) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                walk(&known.ok_or_else(|| format!("undefined variable: ${name}"))?.1, path)
            }
            Operand::Group(pipe, path) => match self.commands(pipe, dot)? {
                Some(value) => walk(&value, path),
                None if path.is_empty() => Ok(None),
                None => Err(format!("nil pointer evaluating .{}", path.join("."))),
            },
            Operand::Literal(value) => Ok(Some(value.clone())),
            Operand::Function(name) => call(name, &[]),
        }
    }
}

/// With all that would end a line made visible.
fn seen(value: Json) -> Json {
    match value {
        Json::Text(text) => Json::Text(visible::line(&text).into_owned()),
        Json::List(all) => Json::List(all.into_iter().map(seen).collect()),
        Json::Object(fields) => {
            let field = |(name, value): (String, Json)| (visible::line(&name).into_owned(), seen(value));
            Json::Object(fields.into_iter().map(field).collect())
        }
        other => other,
    }
}

fn named(operand: &Operand) -> String {
    match operand {
        Operand::Dot(path) => format!(".{}", path.join(".")),
        Operand::Variable(name, path) => {
            std::iter::once(format!("${name}")).chain(path.clone()).collect::<Vec<_>>().join(".")
        }
        Operand::Group(pipe, _) => format!("({})", pipe.text),
        Operand::Literal(value) => shown(value),
        Operand::Function(name) => name.clone(),
    }
}

/// The value at a path. Names are the wire's; docker's types call some of them otherwise (`.ID` is `Id`).
fn walk(from: &Json, path: &[String]) -> Ran<Found> {
    let (mut here, mut within) = (from.clone(), "");
    for name in path {
        let next = match &here {
            Json::Object(fields) => {
                let same = fields.iter().find(|(known, _)| known == name);
                let same =
                    same.or_else(|| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name) && name == "ID"));
                same.map(|(_, value)| value.clone()).or_else(|| unset::value(fields, name))
            }
            Json::Null if MAPS.contains(&within) => return Ok(None),
            Json::Null => return Err(format!("nil pointer evaluating .{name}")),
            _ => return Err(format!("can't evaluate field {name} in .{within}")),
        };
        match next {
            Some(value) => (here, within) = (value, name),
            None if MAPS.contains(&within) && !unset::is_config(&here) => return Ok(None),
            None => return Err(format!("map has no entry for key {name:?}")),
        }
    }
    Ok(Some(here))
}

/// What is ranged over: numbers or names with values; maps in the order of their names.
fn members(found: Found, text: &str) -> Ran<Vec<(Json, Json)>> {
    let number = |n: usize| Json::Number(n.into(), None);
    match found {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::List(all)) => Ok(all.into_iter().enumerate().map(|(n, value)| (number(n), value)).collect()),
        Some(Json::Object(mut fields)) => {
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(fields.into_iter().map(|(name, value)| (Json::Text(name), value)).collect())
        }
        Some(other) => Err(format!("range can't iterate over {} in {text:?}", shown(&other))),
    }
}
