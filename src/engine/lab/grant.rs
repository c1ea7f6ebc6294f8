//! What gives a user more subordinate ids, as a command: an id that is not mapped is lacking in `/etc/subuid` or `/etc/subgid`.
//!
//! ```text
//! inside   0        1 ────────────── count-1 │ count ──── id
//! outside  the user the user's ranges        │ to be added: a range that is nobody's yet
//! ```

use super::subids::{SubordinateIds, parse_ids, parse_line};
use crate::engine::fault::Fault;
use crate::engine::program;
use nix::unistd::{Uid, User};
use std::fs;

/// Ids of users, or of groups: each have a file and a flag of usermod(8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of users.
    Users,
    /// Of groups.
    Groups,
}

/// Where ranges begin by themselves (`SUB_UID_MIN` of login.defs(5)).
const FIRST: u64 = 100_000;
/// As many are given at least, as `useradd` does (`SUB_UID_COUNT`).
const USUAL: u64 = 65_536;
/// The highest id: one more means none.
const LAST: u64 = 0xffff_fffe;

impl Kind {
    fn file(self) -> &'static str {
        match self {
            Self::Users => "/etc/subuid",
            Self::Groups => "/etc/subgid",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Groups => "group",
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Users => "--add-subuids",
            Self::Groups => "--add-subgids",
        }
    }
}

/// A fault about an id inside, of which `mapped` are mapped from 0 on: says how many subordinate ids that takes, how many there are,
/// in which file, and the command that grants the rest.
pub fn advise(fault: Fault, kind: Kind, id: u64, mapped: u32) -> Fault {
    advice(kind, id, mapped).into_iter().fold(fault, |fault, (name, value)| fault.with(name, value))
}

/// The same as a problem's variables.
pub fn advice(kind: Kind, id: u64, mapped: u32) -> [(&'static str, String); 6] {
    let text = fs::read_to_string(kind.file()).unwrap_or_default();
    let (uid, user) = outside();
    let granted = parse_ids(&text, uid, Some(&user)).iter().map(|ids| u64::from(ids.count)).sum();
    let grant = match mend(&text, granted, id, mapped) {
        Mend::Nothing => "none".to_owned(),
        Mend::Restart => "restart".to_owned(),
        Mend::Grant(range) => command(&[(kind, range)], &user),
    };
    [
        ("id", id.to_string()),
        ("kind", kind.name().to_owned()),
        ("file", kind.file().to_owned()),
        ("needed", id.to_string()),
        ("have", granted.max(u64::from(mapped.saturating_sub(1))).to_string()),
        ("grant", grant),
    ]
}

/// What helps.
#[derive(Debug, PartialEq, Eq)]
enum Mend {
    /// There is no such id, or nobody has that many left.
    Nothing,
    /// The file grants it, and the engine has not seen that.
    Restart,
    /// One more range.
    Grant(SubordinateIds),
}

fn mend(text: &str, granted: u64, id: u64, mapped: u32) -> Mend {
    if id > LAST || mapped == u32::MAX {
        return Mend::Nothing;
    }
    match (id + 1).checked_sub(u64::from(mapped).max(granted + 1)) {
        None | Some(0) => Mend::Restart,
        // In usual steps: an image seldom has one such id.
        Some(lacking) => match free(text, lacking.next_multiple_of(USUAL)) {
            Some(range) if u64::from(range.count) >= lacking => Mend::Grant(range),
            _ => Mend::Nothing,
        },
    }
}

/// The command that gives a user without ids as many as are usual; those that are there already stay.
pub fn usual(user: &str) -> String {
    let whose = User::from_name(user).ok().flatten().map(|user| user.uid.as_raw());
    let mut ranges = Vec::new();
    for kind in [Kind::Users, Kind::Groups] {
        let text = fs::read_to_string(kind.file()).unwrap_or_default();
        let have: u64 =
            whose.map_or(0, |uid| parse_ids(&text, uid, Some(user)).iter().map(|ids| u64::from(ids.count)).sum());
        let range = (have < USUAL - 1).then(|| free(&text, USUAL)).flatten();
        ranges.extend(range.map(|range| (kind, range)));
    }
    command(&ranges, user)
}

/// A range behind all that anybody has.
fn free(text: &str, count: u64) -> Option<SubordinateIds> {
    let ends = text.lines().filter_map(parse_line).map(|(_, ids)| u64::from(ids.start) + u64::from(ids.count));
    let start = ends.max().unwrap_or(FIRST).max(FIRST);
    // As many as there are: the last step may be a smaller one.
    let count = count.min((LAST + 1).checked_sub(start)?);
    Some(SubordinateIds {
        start: u32::try_from(start).ok()?,
        count: u32::try_from(count).ok().filter(|count| *count > 0)?,
    })
}

fn command(ranges: &[(Kind, SubordinateIds)], user: &str) -> String {
    let last = |ids: &SubordinateIds| u64::from(ids.start) + u64::from(ids.count) - 1;
    if program::find("usermod").is_some() {
        let flags = ranges.iter().map(|(kind, ids)| format!(" {} {}-{}", kind.flag(), ids.start, last(ids)));
        return format!("sudo usermod{} {user}", flags.collect::<String>());
    }
    let lines = ranges
        .iter()
        .map(|(kind, ids)| format!("echo {user}:{}:{} | sudo tee -a {}", ids.start, ids.count, kind.file()));
    lines.collect::<Vec<_>>().join(" && ")
}

/// Who is root inside, as the host knows them.
pub fn outside() -> (u32, String) {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let uid = map.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        (fields.next()? == "0").then(|| fields.next()?.parse::<u32>().ok()).flatten()
    });
    let uid = uid.unwrap_or_else(|| nix::unistd::getuid().as_raw());
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    (uid, user.map_or_else(|| uid.to_string(), |user| user.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_given_in_usual_steps() {
        let text = "ann:100000:65536\nbob:165536:65536\n";
        let check = |granted, id, mapped, mends| assert_eq!(mend(text, granted, id, mapped), mends, "{id}");
        let grant = |count| Mend::Grant(SubordinateIds { start: 231_072, count });
        check(65_536, 65_537, 65_537, grant(65_536));
        check(65_536, 100_000, 65_537, grant(65_536));
        check(65_536, 131_072, 65_537, grant(65_536));
        check(65_536, 131_073, 65_537, grant(131_072));
        check(0, 1, 1, grant(65_536));
        // Granted since the engine began, or not to be mapped for another reason.
        check(131_072, 100_000, 65_537, Mend::Restart);
        check(65_536, 65_536, 1, Mend::Restart);
        check(65_536, 65_537, 1, grant(65_536));
    }

    #[test]
    fn what_no_host_has_is_not_granted() {
        for id in [LAST + 1, 1 << 40, u64::MAX] {
            assert_eq!(mend("", 0, id, 1), Mend::Nothing, "{id}");
        }
        assert_eq!(mend("", 0, 5, u32::MAX), Mend::Nothing);
        assert_eq!(mend("ann:4294967000:295\n", 0, 5, 1), Mend::Nothing);
        assert_eq!(mend("ann:1:4294900000\n", 0, 100_000, 1), Mend::Nothing);
    }

    #[test]
    fn a_range_is_free_behind_all_that_others_have() {
        let check = |text, range: Option<(u32, u32)>| {
            assert_eq!(free(text, USUAL), range.map(|(start, count)| SubordinateIds { start, count }), "{text}");
        };
        check("", Some((100_000, 65_536)));
        check("ann:1000:10\n", Some((100_000, 65_536)));
        check("ann:100000:65536\n", Some((165_536, 65_536)));
        check("ann:100000:65536\nbob:300000:5\n# none\ncarl:200000:65536\n", Some((300_005, 65_536)));
        check("ann:4294967000:200\n", Some((4_294_967_200, 95)));
        check("ann:4294967000:295\n", None);
    }
}
