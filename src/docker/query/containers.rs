//! Queries about containers, and about commands beside their main process.

use super::read::{BadQuery, QueryFault};
use crate::docker::filters::Filters;
use jiff::Timestamp;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::convert::Infallible;
use std::str::FromStr;

/// `GET /containers/json`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerListQuery {
    /// Also those that do not run.
    pub all: bool,
    /// The latest so many, whether they run or not. Below 1 it says nothing.
    pub limit: Option<i64>,
    /// With the bytes that each has written.
    pub size: bool,
    pub filters: Filters,
}

/// `GET /containers/{id}/json`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerInspectQuery {
    /// With the bytes that it has written.
    pub size: bool,
}

/// `POST /containers/create`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerCreateQuery {
    /// None: one is made up.
    pub name: Option<String>,
    /// `linux/arm64`
    pub platform: Option<String>,
}

/// `POST /containers/{id}/stop`, `POST /containers/{id}/restart`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerStopQuery {
    /// By name or number.
    pub signal: Option<String>,
    /// Until it is killed. Below 0 it is waited for.
    #[serde(rename = "t")]
    pub seconds: Option<i64>,
}

/// `POST /containers/{id}/kill`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerKillQuery {
    /// By name or number.
    pub signal: Option<String>,
}

/// `POST /containers/{id}/rename`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerRenameQuery {
    /// The new one.
    pub name: String,
}

/// `HEAD`, `GET` and `PUT /containers/{id}/archive`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerArchiveQuery {
    /// In the container.
    pub path: String,
    /// A directory takes no file's place, nor a file a directory's.
    #[serde(rename = "noOverwriteDirNonDir")]
    pub keep_kinds: bool,
    /// What is put there becomes the container's user's.
    #[serde(rename = "copyUIDGID")]
    pub owned: bool,
}

/// `GET /containers/{id}/top`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerTopQuery {
    /// The arguments of the host's `ps`.
    pub ps_args: Option<String>,
}

/// `GET /containers/{id}/stats`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ContainerStatsQuery {
    /// A line a second, without end.
    pub stream: bool,
    /// One line at once, which has nothing to be compared with.
    pub one_shot: bool,
}

impl Default for ContainerStatsQuery {
    fn default() -> Self {
        Self { stream: true, one_shot: false }
    }
}

/// `DELETE /containers/{id}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerRemoveQuery {
    /// Even when it runs.
    pub force: bool,
    /// With its anonymous volumes.
    #[serde(rename = "v")]
    pub volumes: bool,
    /// Not the container but a link to it, of the time before networks.
    pub link: bool,
}

/// `POST /containers/{id}/wait`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerWaitQuery {
    /// None is as [`WaitCondition::NotRunning`].
    pub condition: Option<WaitCondition>,
}

/// What a container is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitCondition {
    NotRunning,
    NextExit,
    Removed,
    /// None of Docker's.
    #[serde(untagged)]
    Other(String),
}

/// `POST /containers/{id}/resize`, `POST /exec/{id}/resize`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResizeQuery {
    #[serde(rename = "h")]
    pub rows: Option<u32>,
    #[serde(rename = "w")]
    pub cols: Option<u32>,
}

impl ResizeQuery {
    /// Rows and columns, both of which must be said. As Docker: beyond what a terminal can have the count begins anew.
    pub fn size(&self) -> Result<(u16, u16), BadQuery> {
        #[expect(clippy::cast_possible_truncation, reason = "as said above")]
        let said = |name, side: Option<u32>| match side {
            Some(side) => Ok(side as u16),
            None => Err(BadQuery::new(name, "", QueryFault::Number)),
        };
        Ok((said("h", self.rows)?, said("w", self.cols)?))
    }

    /// The same where a terminal of no size is refused.
    pub fn some_size(&self) -> Result<(u16, u16), BadQuery> {
        match self.size()? {
            (0, _) | (_, 0) => Err(BadQuery::new("h, w", 0, QueryFault::Number)),
            size => Ok(size),
        }
    }
}

/// `POST /containers/{id}/attach`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachQuery {
    /// What was printed before.
    pub logs: bool,
    /// What will be.
    pub stream: bool,
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    /// `ctrl-p,ctrl-q`
    pub detach_keys: Option<String>,
}

/// `GET /containers/{id}/logs`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogsQuery {
    pub stdout: bool,
    pub stderr: bool,
    pub follow: bool,
    /// Each line begins with when it was printed.
    pub timestamps: bool,
    /// What `--log-opt labels=…` and `env=…` say stands before each line, with a space behind it.
    pub details: bool,
    pub tail: Tail,
    #[serde(serialize_with = "write_moment", deserialize_with = "read_moment")]
    pub since: Option<Timestamp>,
    #[serde(serialize_with = "write_moment", deserialize_with = "read_moment")]
    pub until: Option<Timestamp>,
}

/// How many lines from the end are wanted; none for all of them. It is read from a number; Docker shows all for what is less than
/// none, and for what is no number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tail(pub Option<usize>);

impl FromStr for Tail {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let number = text.parse::<i64>().ok();
        Ok(Self(number.and_then(|number| usize::try_from(number).ok())))
    }
}

impl<'de> Deserialize<'de> for Tail {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// `1700000000.123456789`, seconds after 1970, or before, as Docker's clients send them. What lies beyond the years that can be
/// written is the first or the last of them.
pub fn unix_time(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(());
    digits(seconds.strip_prefix('-').unwrap_or(seconds)).and(digits(fraction))?;
    let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let (seconds, nanos): (i64, u32) = (seconds.parse().ok()?, nanos.parse().ok()?);
    let beyond = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let whole = Timestamp::from_second(seconds).ok();
    Some(
        whole.and_then(|whole| whole.checked_add(std::time::Duration::from_nanos(nanos.into())).ok()).unwrap_or(beyond),
    )
}

/// `0` is none.
fn read_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    moment(Option::<String>::deserialize(from)?.filter(|text| text != "0"))
}

/// `0` is 1970.
pub(super) fn read_moment_from_0<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    moment(Option::<String>::deserialize(from)?)
}

fn moment<E: Error>(text: Option<String>) -> Result<Option<Timestamp>, E> {
    let bad = |text: &str| E::invalid_value(Unexpected::Str(text), &"seconds after 1970");
    text.map(|text| unix_time(&text).ok_or_else(|| bad(&text))).transpose()
}

pub(super) fn write_moment<S: Serializer>(moment: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    moment.map(|moment| format!("{}.{:09}", moment.as_second(), moment.subsec_nanosecond())).serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_dockers_clients_send_them() {
        let read = |text| unix_time(text).map(|moment| format!("{moment:.9}"));
        assert_eq!(read("951782400.5").as_deref(), Some("2000-02-29T00:00:00.500000000Z"));
        assert_eq!(read("951782400.000000005").as_deref(), Some("2000-02-29T00:00:00.000000005Z"));
        assert_eq!(read("-5").as_deref(), Some("1969-12-31T23:59:55.000000000Z"));
        assert_eq!(unix_time("99999999999999"), Some(Timestamp::MAX));
        assert_eq!(unix_time("-99999999999999.5"), Some(Timestamp::MIN));
        for bad in ["", "-", "--1", "1.", ".5", "1e9", "99999999999999999999", "+1", "-1.-5"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
