//! What stands behind the `?` of a request: a type for each endpoint, and the one way it is written and read.
//!
//! ```text
//! cli, client, ui ─▶ ContainerRemoveQuery ─ with_query ─▶ "…?force=true" ─ from_query ─▶ ContainerRemoveQuery ─▶ engine
//! ```
//!
//! What is as in a type's default is not sent, and what is empty is as if it were not there. Does not know paths.

mod containers;
mod images;
mod read;
#[cfg(test)]
pub(crate) mod tests;

pub use containers::{
    AttachQuery, ContainerArchiveQuery, ContainerCreateQuery, ContainerInspectQuery, ContainerKillQuery,
    ContainerListQuery, ContainerRemoveQuery, ContainerRenameQuery, ContainerStatsQuery, ContainerStopQuery,
    ContainerTopQuery, ContainerWaitQuery, LogsQuery, ResizeQuery, Tail, WaitCondition, unix_time,
};
pub use images::{
    CommitQuery, ImageCreateQuery, ImageListQuery, ImageLoadQuery, ImagePushQuery, ImageRemoveQuery, ImageSaveAllQuery,
    ImageSaveQuery, ImageSource, ImageTagQuery,
};
pub use read::{BadQuery, bytes_from_query, from_query};

use super::filters::Filters;
use crate::spec::url::encode;
use containers::{read_moment_from_0, write_moment};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `POST /images/prune`, `GET /volumes`, `POST /volumes/prune`, `GET /networks`: filters and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilterQuery {
    pub filters: Filters,
}

/// `GET /events`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventsQuery {
    /// None: from now on.
    #[serde(serialize_with = "write_moment", deserialize_with = "read_moment_from_0")]
    pub since: Option<Timestamp>,
    /// None: without end.
    #[serde(serialize_with = "write_moment", deserialize_with = "read_moment_from_0")]
    pub until: Option<Timestamp>,
    pub filters: Filters,
}

/// `GET /networks/{name}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkInspectQuery {
    /// Of a swarm's network its services, too; what is no word for a truth is refused. Other networks have none.
    pub verbose: String,
    /// Where it must be known: `local`, or `swarm`; empty: anywhere.
    pub scope: String,
}

/// `DELETE /volumes/{name}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VolumeRemoveQuery {
    /// One that is not there counts as removed.
    pub force: bool,
}

/// A path with that query behind it; the path alone when all of it is as in the default.
///
/// ```
/// use dockwalk::docker::{ContainerRemoveQuery, with_query};
/// let query = ContainerRemoveQuery { force: true, ..ContainerRemoveQuery::default() };
/// assert_eq!(with_query("/containers/box", &query), "/containers/box?force=true");
/// ```
pub fn with_query<Q: Serialize + Default>(path: &str, query: &Q) -> String {
    let unsaid = fields(&Q::default());
    let said = fields(query).into_iter().filter(|(name, value)| unsaid.get(name) != Some(value));
    let pairs: Vec<_> =
        said.flat_map(|(name, value)| texts(value).into_iter().map(move |text| pair(&name, &text))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The same with one value that may be no text: the name of a file.
pub fn with_bytes(path: &str, name: &str, value: &[u8]) -> String {
    format!("{path}?{}", pair(name, value))
}

fn pair(name: &str, value: &(impl AsRef<[u8]> + ?Sized)) -> String {
    format!("{name}={}", encode(value))
}

/// The parameters, each with its value as JSON has it. `()` has none.
fn fields(query: &impl Serialize) -> Map<String, Value> {
    // Texts, numbers, lists and filters: there is nothing in them that JSON could not say.
    match serde_json::to_value(query) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// What is written behind the `=`, once for each member of a list; a map is JSON.
fn texts(value: Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![text],
        Value::Array(all) => all.into_iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}
