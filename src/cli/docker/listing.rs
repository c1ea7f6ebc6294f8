//! Lists by `--format`: a line of JSON a row, a template a row, or a table that a template lays out.

use crate::cli::out;
use crate::cli::template::Template;
use crate::client::ClientError;
use crate::docker::Json;
use crate::spec::visible;

/// A row: each field's name in a template, its heading in a table, and what it says.
pub(super) type Row = Vec<(&'static str, &'static str, Json)>;

/// How a list is asked for.
#[derive(Debug)]
pub(super) enum Format {
    /// As the command does it by itself.
    Own,
    Json,
    Each(Template),
    Table(Template),
}

impl Format {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, ClientError> {
        let template = |text: &str| Template::parse(&text.replace("\\t", "\t").replace("\\n", "\n"));
        match text {
            None | Some("table" | "") => Ok(Self::Own),
            Some("json") => Ok(Self::Json),
            Some(text) => match text.strip_prefix("table ") {
                Some(columns) => template(columns).map(Self::Table),
                None => template(text).map(Self::Each),
            },
        }
    }

    /// The command is to print as it does by itself.
    pub(super) fn is_own(&self) -> bool {
        matches!(self, Self::Own)
    }

    /// Prints a list. False when the command is to do it by itself.
    pub(super) fn print(&self, heads: &[(&'static str, &'static str)], rows: &[Row]) -> Result<bool, ClientError> {
        match self {
            Self::Own => return Ok(false),
            Self::Json => {
                for row in rows {
                    let mut fields: Vec<_> = row.iter().filter(|(_, head, _)| !head.is_empty()).collect();
                    fields.sort_by_key(|(name, ..)| *name);
                    let fields = fields.into_iter().map(|(name, _, said)| ((*name).to_owned(), said.clone()));
                    out::json(&Json::Object(fields.collect()));
                }
            }
            Self::Each(template) => {
                for row in rows {
                    out::lines(template.render(&object(row))?);
                }
            }
            Self::Table(template) => {
                let headings = heads.iter().map(|(name, head)| ((*name).to_owned(), Json::Text((*head).to_owned())));
                let mut lines = vec![template.render(&Json::Object(headings.collect()))?];
                for row in rows {
                    lines.push(template.render(&object(row))?);
                }
                let cut = |line: &String| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
                columns(&lines.iter().map(cut).collect::<Vec<_>>()).iter().for_each(out::line);
            }
        }
        Ok(true)
    }
}

fn object(row: &Row) -> Json {
    Json::Object(row.iter().map(|(name, _, said)| ((*name).to_owned(), said.clone())).collect())
}

/// Text in a row.
pub(super) fn text(text: impl ToString) -> Json {
    Json::Text(text.to_string())
}

/// `a=b,c=d`, and the same for `.Label "a"`.
pub(super) fn labels<'a>(all: impl IntoIterator<Item = (&'a String, &'a String)>) -> (Json, Json) {
    let all: Vec<_> = all.into_iter().collect();
    let said = all.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",");
    let map = all.into_iter().map(|(name, value)| (name.clone(), Json::Text(value.clone()))).collect();
    (Json::Text(said), Json::Object(map))
}

/// As the docker CLI sets them: a column is three wider than its widest cell, and twenty at least.
pub(super) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    const LEAST: usize = 20;
    let cell = |text: &String| visible::line(text).to_string();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    // Nothing stands behind the last cell of a row, so it needs no room.
    let room = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() > column + 1).map(|row| visible::width(&row[column]) + 3);
        cells.max().unwrap_or(0).max(LEAST)
    };
    let line = |row: &Vec<String>| {
        let mut text = String::new();
        for (column, cell) in row.iter().enumerate() {
            text.push_str(cell);
            if column + 1 < row.len() {
                text.extend(std::iter::repeat_n(' ', room(column) - visible::width(cell)));
            }
        }
        text
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_the_docker_cli_makes_them() {
        let rows = [["UID", "CMD"], ["a-user-with-a-long-name", "sh -c x"], ["0", "a"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let lines = columns(&rows);
        assert_eq!(lines[1], "a-user-with-a-long-name   sh -c x");
        assert_eq!(lines[0], format!("{:26}CMD", "UID"));
        assert_eq!(columns(&[vec!["PID".into(), "CMD".into()]]), [format!("{:20}CMD", "PID")]);
    }
}
