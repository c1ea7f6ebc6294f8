//! Capabilities (capabilities(7)): names, Docker's default set, and what `--cap-add` and `--cap-drop` make of it.

use super::{Fault, FaultKind, Result};
use crate::trace::{CAPABILITIES, Code};

/// What Docker leaves a container by default.
const DEFAULT: [&str; 14] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SYS_CHROOT",
    "MKNOD",
    "AUDIT_WRITE",
    "SETFCAP",
];

/// The set of a container, as bits; `have` is what the engine itself may give.
pub fn wanted(add: &[String], drop: &[String], privileged: bool, have: u64) -> Result<u64> {
    if privileged {
        return Ok(have);
    }
    let (added, all_added) = parse(add)?;
    let (dropped, all_dropped) = parse(drop)?;
    // As Docker has it: `ALL` is what the other list is taken from.
    let base = match (all_added, all_dropped) {
        (true, _) => have,
        (false, true) => 0,
        (false, false) => DEFAULT.iter().filter_map(|name| bit(name)).fold(0, |set, bit| set | bit),
    };
    let dropped = if all_dropped && all_added { 0 } else { dropped };
    Ok(((base & !dropped) | added) & have)
}

/// Fails when one of them is none, be it that it would not count.
pub fn check(add: &[String], drop: &[String]) -> Result<()> {
    parse(add).and_then(|_| parse(drop)).map(|_| ())
}

/// Bit of a name, with or without `CAP_`, in any case.
pub fn bit(name: &str) -> Option<u64> {
    let name = name.to_ascii_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    CAPABILITIES.iter().position(|known| *known == name).map(|number| 1 << number)
}

/// `CAP_CHOWN`, … of a set.
pub fn names(set: u64) -> Vec<String> {
    let named = CAPABILITIES.iter().enumerate().filter(|(number, _)| set & (1 << number) != 0);
    named.map(|(_, name)| format!("CAP_{name}")).collect()
}

/// Number and name of every capability that is not in a set, up to the kernel's last.
pub fn outside(set: u64, last: u32) -> impl Iterator<Item = (u64, String)> {
    (0..=u64::from(last)).filter(move |number| set & (1 << number) == 0).map(|number| {
        let name = usize::try_from(number).ok().and_then(|n| CAPABILITIES.get(n));
        (number, name.map_or_else(|| number.to_string(), |name| format!("CAP_{name}")))
    })
}

fn parse(list: &[String]) -> Result<(u64, bool)> {
    let mut all = false;
    let mut set = 0;
    for name in list {
        if name.eq_ignore_ascii_case("ALL") {
            all = true;
            continue;
        }
        let unknown = || Fault::new(FaultKind::BadRequest, Code::CapabilityUnknown).with("name", name);
        set |= bit(name).ok_or_else(unknown)?;
    }
    Ok((set, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HAVE: u64 = (1 << 41) - 1;

    fn check(add: &[&str], drop: &[&str], set: u64) {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(wanted(&list(add), &list(drop), false, HAVE).unwrap(), set);
    }

    #[test]
    fn the_default_is_dockers() {
        check(&[], &[], 0xa804_25fb);
    }

    #[test]
    fn caps_are_added_and_dropped_by_any_spelling() {
        check(&["net_admin"], &["CAP_CHOWN"], 0xa804_25fb & !1 | 1 << 12);
        check(&["NET_ADMIN"], &["ALL"], 1 << 12);
        check(&["ALL"], &["CHOWN"], HAVE & !1);
    }

    #[test]
    fn an_unknown_cap_is_refused() {
        assert_eq!(wanted(&["FLY".into()], &[], false, HAVE).unwrap_err().problem.code, Code::CapabilityUnknown);
    }
}
