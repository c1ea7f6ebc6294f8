//! Who a process is: `user[:group]` looked up in the container's own `/etc/passwd` and `/etc/group`.
//!
//! Does not follow a symlink out of the root it is given.

use super::{Fault, FaultKind, Result};
use crate::trace::Code;
use std::io::Read;
use std::path::Path;

/// A user as the kernel is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
    /// Home directory, which may be empty; `/` when `/etc/passwd` has no line for it.
    pub home: String,
}

/// Looks a user up in the files below `root`, and groups that it is to be in besides: these by their numbers, too.
pub fn look_up(root: &Path, user: &str, group_add: &[String]) -> Result<(Identity, Vec<u32>)> {
    let group = read_inside(root, "etc/group");
    let mut identity = identify(user, &read_inside(root, "etc/passwd"), &group)?;
    let added: Vec<u32> = group_add.iter().map(|one| find_group(one, lines(&group))).collect::<Result<_>>()?;
    for gid in &added {
        if !identity.groups.contains(gid) {
            identity.groups.push(*gid);
        }
    }
    Ok((identity, added))
}

/// A file of the container, or nothing. Docker reads all of it; nobody has users for more than 64 MiB. An image may have anything in its place: a FIFO
/// that nobody writes to, a device; only a file is read.
fn read_inside(root: &Path, path: &str) -> String {
    const MOST: u64 = 64 << 20;
    let flags = pathrs::flags::OpenFlags::O_RDONLY | pathrs::flags::OpenFlags::O_NONBLOCK;
    let mut text = Vec::new();
    let opened = pathrs::Root::open(root).and_then(|root| root.open_subpath(path, flags));
    // An image may well have no such file; then only numbers can be meant.
    let Ok(file) = opened else { return String::new() };
    let read = match file.metadata() {
        Ok(meta) if meta.is_file() => file.take(MOST).read_to_end(&mut text).map(drop),
        other => other.map(drop),
    };
    if let Err(error) = read {
        tracing::debug!(%error, path, "not read");
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn identify(user: &str, passwd: &str, group: &str) -> Result<Identity> {
    let (user, group_part) = match user.split_once(':') {
        // What stands behind a second colon nobody looks at, as in runc.
        Some((user, rest)) => (user, rest.split(':').next().filter(|group| !group.is_empty())),
        None => (user, None),
    };
    let user = if user.is_empty() { "0" } else { user };
    let number =
        number(user).ok_or_else(|| Fault::new(FaultKind::BadRequest, Code::UserOutOfRange).with("id", user))?;
    let mut entries = lines(passwd);
    let entry = entries.clone().find(|line| match number {
        Some(number) => line.field(2).and_then(|id| id.parse().ok()) == Some(number),
        None => line.field(0) == Some(user),
    });
    let field = |n: usize| entry.as_ref().and_then(|line| line.field(n));
    let id = |n: usize| entry.as_ref().map_or(Ok(None), |line| line.id(n, "/etc/passwd"));
    let uid = match number {
        Some(uid) => uid,
        // A number that cannot be meant is an error, and none at all nobody: Docker makes root of either.
        None => match id(2)? {
            Some(uid) => uid,
            None => return Err(Fault::new(FaultKind::BadRequest, Code::UserNotFound).with("user", user)),
        },
    };
    let name = field(0).unwrap_or_default();
    let own_group = id(3)?.unwrap_or(0);
    let groups = lines(group);
    let (gid, groups) = match group_part {
        Some(wanted) => (find_group(wanted, groups)?, Vec::new()),
        None => {
            let member = |line: &Line<'_>| {
                !name.is_empty() && line.field(3).is_some_and(|members| members.split(',').any(|who| who == name))
            };
            let ids = groups.filter(member).filter_map(|line| line.id(2, "/etc/group").transpose());
            (own_group, ids.collect::<Result<_>>()?)
        }
    };
    // The primary group is one of them, too: else a process that changes it could leave what only its members are kept from.
    let others: Vec<u32> = groups;
    let groups = std::iter::once(gid).chain(others.into_iter().filter(|other| *other != gid)).collect();
    // By the number, as Docker: of several names for one the first says it, and it may be none.
    let home = entries.find(|line| line.field(2).and_then(|id| id.parse().ok()) == Some(uid));
    let home = home.map_or("/", |line| line.field(5).unwrap_or_default()).to_owned();
    Ok(Identity { uid, gid, groups, home })
}

/// A line of `/etc/passwd` or `/etc/group`, which may have blanks around it.
#[derive(Debug, Clone)]
struct Line<'a> {
    number: usize,
    fields: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn field(&self, n: usize) -> Option<&'a str> {
        self.fields.get(n).copied()
    }

    /// The number in a field; none when it is no number. One that is too large is the file's fault.
    fn id(&self, n: usize, file: &str) -> Result<Option<u32>> {
        let Some(id) = self.field(n) else { return Ok(None) };
        number(id).ok_or_else(|| {
            let fault = Fault::new(FaultKind::BadRequest, Code::UserFileOutOfRange).with("id", id);
            fault.with("file", file).with("line", self.number)
        })
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> + Clone {
    text.lines().zip(1..).map(|(line, number)| Line { number, fields: line.trim().split(':').collect() })
}

/// What is all digits, be it behind a sign, is a number, never a name: an image's `/etc/passwd` does not say who `1234` is. None
/// when it is no number, an error (`None` outside) when it is below 0 or larger than 2147483647, the largest that Docker takes.
#[expect(clippy::option_option, reason = "three answers: a name, a number, a number that is none")]
fn number(text: &str) -> Option<Option<u32>> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(None);
    }
    let number = text.parse::<i32>().ok()?;
    u32::try_from(number).ok().map(Some)
}

fn find_group<'a>(wanted: &str, mut groups: impl Iterator<Item = Line<'a>>) -> Result<u32> {
    let out_of_range = || Fault::new(FaultKind::BadRequest, Code::UserOutOfRange).with("id", wanted);
    if let Some(number) = number(wanted).ok_or_else(out_of_range)? {
        return Ok(number);
    }
    let found = groups.find(|line| line.field(0) == Some(wanted));
    let found = found.map_or(Ok(None), |line| line.id(2, "/etc/group"))?;
    let unknown = || Fault::new(FaultKind::BadRequest, Code::GroupNotFound).with("group", wanted);
    found.ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:44:www:/var/www:/bin/sh\n";
    const GROUP: &str = "root:x:0:\nweb:x:44:\nadm:x:4:root,web\nlog:x:5:web\n";

    fn check(user: &str, uid: u32, gid: u32, groups: &[u32], home: &str) {
        let wanted = Identity { uid, gid, groups: groups.to_vec(), home: home.into() };
        assert_eq!(identify(user, PASSWD, GROUP).unwrap(), wanted, "{user}");
    }

    #[test]
    fn users_are_found_by_name_and_by_number() {
        check("", 0, 0, &[0, 4], "/root");
        check("web", 33, 44, &[44, 4, 5], "/var/www");
        check("33", 33, 44, &[44, 4, 5], "/var/www");
        check("web:log", 33, 5, &[5], "/var/www");
        check("1000", 1000, 0, &[0], "/");
        check("1000:77", 1000, 77, &[77], "/");
    }

    #[test]
    fn a_number_is_never_a_name() {
        let passwd = "1234:x:0:0:trap:/root:/bin/sh\n4294967296:x:0:0:trap:/:/bin/sh\n99999999999999999999:x:0:0::/:\n";
        let group = "77:x:0:\n";
        let found = identify("1234:77", passwd, group).unwrap();
        assert_eq!((found.uid, found.gid, found.home.as_str()), (1234, 77, "/"));
        let beyond =
            ["4294967296", "99999999999999999999", "2147483648", "4294967295", "-1", "-2147483649", "+2147483648"];
        for user in beyond.into_iter().chain(["0:4294967296", "0:-1", "0:99999999999"]) {
            assert_eq!(identify(user, passwd, group).unwrap_err().problem.code, Code::UserOutOfRange, "{user}");
        }
        assert_eq!(identify("2147483647", passwd, group).unwrap().uid, 2_147_483_647);
        assert_eq!(identify("+5", passwd, group).unwrap().uid, 5);
        for user in ["-", "+", "1-", "--1", "-x"] {
            assert_eq!(identify(user, passwd, group).unwrap_err().problem.code, Code::UserNotFound, "{user}");
        }
    }

    #[test]
    fn odd_lines_are_read_as_docker_reads_them_or_not_at_all() {
        let passwd = "short:x:5\nshort2\nneg:x:-5:-6::/n:\nbig:x:4294967296:1::/b:\nhuge:x:2147483648:1::/h:\n\
            cr:x:7:8::/cr:/bin/sh\r\n\t sp:x:18:18::/sp:\ndup:x:10:11::/dup1:\ndup:x:12:13::/dup2:\nd2:x:14:15::/d2:\n\
            d3:x:14:16::/d3:\nalpha:x:abc:1::/a:\nmany:x:19:20:g:/many:/sh:more\nnogid:x:21:::/ng:\ngneg:x:50:-6::/:\nlast:x:30:31::/last";
        let group =
            "ga:x:40:dup,many\r\n gb:x:41:sp\ngc:x:-41:nogid\ngd:x:2147483648:d2\nge:x:abc:cr\ngdup:x:45:\ngdup:x:46:";
        let found = |user: &str| {
            let found = identify(user, passwd, group).unwrap();
            (found.uid, found.gid, found.groups[1..].to_vec(), found.home)
        };
        for (user, uid, gid, groups, home) in [
            ("short", 5, 0, &[][..], ""),
            ("5", 5, 0, &[], ""),
            ("cr", 7, 8, &[], "/cr"),
            ("sp", 18, 18, &[41], "/sp"),
            ("dup", 10, 11, &[40], "/dup1"),
            ("12", 12, 13, &[40], "/dup2"),
            ("d3", 14, 16, &[], "/d2"),
            ("many", 19, 20, &[40], "/many"),
            ("last", 30, 31, &[], "/last"),
            ("last:gdup", 30, 45, &[], "/last"),
        ] {
            assert_eq!(found(user), (uid, gid, groups.to_vec(), home.to_owned()), "{user}");
        }
        for (user, file, line, id) in [
            ("neg", "/etc/passwd", "3", "-5"),
            ("big", "/etc/passwd", "4", "4294967296"),
            ("huge", "/etc/passwd", "5", "2147483648"),
            ("nogid", "/etc/group", "3", "-41"),
            ("gneg", "/etc/passwd", "15", "-6"),
            ("50", "/etc/passwd", "15", "-6"),
            ("d2", "/etc/group", "4", "2147483648"),
            ("last:gd", "/etc/group", "4", "2147483648"),
        ] {
            let problem = identify(user, passwd, group).unwrap_err().problem;
            let said = ["file", "line", "id"].map(|name| problem.args[name].as_str());
            assert_eq!((problem.code, said), (Code::UserFileOutOfRange, [file, line, id]), "{user}");
        }
        for (user, code) in [
            ("short2", Code::UserNotFound),
            ("alpha", Code::UserNotFound),
            (" sp", Code::UserNotFound),
            ("last:ge", Code::GroupNotFound),
        ] {
            assert_eq!(identify(user, passwd, group).unwrap_err().problem.code, code, "{user}");
        }
    }

    #[test]
    fn who_is_not_there_is_named() {
        assert_eq!(identify("nobody", PASSWD, GROUP).unwrap_err().problem.code, Code::UserNotFound);
        assert_eq!(identify("web:none", PASSWD, GROUP).unwrap_err().problem.code, Code::GroupNotFound);
    }

    #[test]
    fn groups_that_are_added_come_after_the_others_and_once() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("etc")).unwrap();
        std::fs::write(dir.path().join("etc/passwd"), PASSWD).unwrap();
        std::fs::write(dir.path().join("etc/group"), format!("{GROUP}neg:x:-5:\nbig:x:2147483648:\n")).unwrap();
        let look = |user: &str, added: &[&str]| {
            let added: Vec<_> = added.iter().map(ToString::to_string).collect();
            look_up(dir.path(), user, &added).map(|(identity, added)| (identity.groups, added))
        };
        assert_eq!(look("", &["log", "77"]).unwrap(), (vec![0, 4, 5, 77], vec![5, 77]));
        assert_eq!(look("web", &["log", "4", "adm", "0"]).unwrap(), (vec![44, 4, 5, 0], vec![5, 4, 4, 0]));
        assert_eq!(look("web:log", &["adm", "+6"]).unwrap().0, [5, 4, 6]);
        for (group, code) in [
            ("nobody", Code::GroupNotFound),
            ("", Code::GroupNotFound),
            (" 4", Code::GroupNotFound),
            ("4:5", Code::GroupNotFound),
            ("adm,log", Code::GroupNotFound),
            ("-5", Code::UserOutOfRange),
            ("2147483648", Code::UserOutOfRange),
            ("neg", Code::UserFileOutOfRange),
            ("big", Code::UserFileOutOfRange),
        ] {
            assert_eq!(look("", &[group]).unwrap_err().problem.code, code, "{group}");
        }
    }

    #[test]
    fn what_is_no_file_is_not_read_and_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("etc")).unwrap();
        let fifo = dir.path().join("etc/passwd");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        std::fs::create_dir(dir.path().join("etc/group")).unwrap();
        assert_eq!(look_up(dir.path(), "web", &[]).unwrap_err().problem.code, Code::UserNotFound);
        assert_eq!(look_up(dir.path(), "7:8", &[]).unwrap().0.groups, [8]);
        std::fs::remove_file(&fifo).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&fifo).unwrap());
        assert_eq!(look_up(dir.path(), "7", &[]).unwrap().0.uid, 7);
    }

    #[test]
    fn a_symlink_does_not_lead_out_of_the_root() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("etc")).unwrap();
        let outside = dir.path().parent().unwrap().join(format!("{}-passwd", std::process::id()));
        std::fs::write(&outside, "spy:x:7:7::/:\n").unwrap();
        std::os::unix::fs::symlink(&outside, dir.path().join("etc/passwd")).unwrap();
        assert_eq!(look_up(dir.path(), "spy", &[]).unwrap_err().problem.code, Code::UserNotFound);
        std::fs::remove_file(outside).unwrap();
    }
}
