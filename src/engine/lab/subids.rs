//! Subordinate ids: what `/etc/subuid` and `/etc/subgid` give to users (subuid(5)).

use std::fs;

/// A range of ids that belongs to a user (subuid(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubordinateIds {
    /// The first.
    pub start: u32,
    /// How many.
    pub count: u32,
}

/// The subordinate ids of a user in `/etc/subuid` or `/etc/subgid`.
pub fn subordinate_ids(file: &str, uid: u32) -> Vec<SubordinateIds> {
    let user = nix::unistd::User::from_uid(uid.into()).ok().flatten().map(|user| user.name);
    parse_ids(&fs::read_to_string(file).unwrap_or_default(), uid, user.as_deref())
}

pub(super) fn parse_ids(text: &str, uid: u32, user: Option<&str>) -> Vec<SubordinateIds> {
    let lines = text.lines().filter_map(parse_line);
    let theirs = lines.filter(|(owner, _)| Some(*owner) == user || owner.parse() == Ok(uid));
    theirs.map(|(_, ids)| ids).collect()
}

/// A line of subuid(5): whose, and which.
pub(super) fn parse_line(line: &str) -> Option<(&str, SubordinateIds)> {
    let mut fields = line.trim().split(':');
    let owner = fields.next().filter(|owner| !owner.is_empty())?;
    let (start, count) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (count > 0).then_some((owner, SubordinateIds { start, count }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subordinate_ids_are_found_by_name_or_number() {
        let text = "root:1:2\nann:100000:65536\n1000:200000:10\nbad\nann:x:1\nann:5:0\n";
        let found = parse_ids(text, 1000, Some("ann"));
        let expected = [(100_000, 65_536), (200_000, 10)].map(|(start, count)| SubordinateIds { start, count });
        assert_eq!(found, expected);
        assert_eq!(parse_ids(text, 7, None), []);
    }
}
