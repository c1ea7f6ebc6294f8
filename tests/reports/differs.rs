//! Isolation, proven by difference: the same image is run by a real Docker 20.10 and by dockwalk, as root and as an ordinary user, and
//! what is seen from inside is compared. What differs stands in `docs/isolation.md` with its reason, and nothing else may.

use crate::engine::{Engine, Who, everyone, good};
use crate::lab;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

const TABLE: &str = include_str!("../../docs/isolation.md");
const IMAGE: &str = "isolated:1";

/// What a process tells of itself and its surroundings: `== part`, then lines.
const PROBE: &str = r#"
echo "== status"
grep -E '^(Umask|Uid|Gid|Groups|NoNewPrivs|Seccomp|Cap|SigIgn|SigBlk|NS|THP|Speculation)' /proc/1/status
echo "== mount"; cat /proc/1/mountinfo
echo "== dev"; find /dev | while read f; do stat -c '%n %F %a %t:%T %u:%g' "$f"; done
echo "== link"; find /dev -type l | while read f; do echo "$f $(readlink "$f")"; done
echo "== env"; env
echo "== limit"; cat /proc/1/limits
echo "== oom"; echo "score $(cat /proc/1/oom_score_adj)"
echo "== cgroup"; cat /proc/1/cgroup
for f in hosts hostname resolv.conf; do echo "== etc-$f"; cat /etc/$f; done
echo "== fd"; for n in $(ls /proc/1/fd); do echo "$n $(stat -c '%A' /proc/1/fd/$n) $(readlink /proc/1/fd/$n)"; done
echo "== key"; cat /proc/keys
echo "== mark"; stat -c '%n %F %a %u:%g %s' /.dockerenv
echo "== covered"
for p in /proc/asound /proc/acpi /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/timer_stats \
    /proc/sched_debug /proc/scsi /sys/firmware /proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger /proc/interrupts \
    /sys/devices/virtual/powercap /sys /sys/fs/cgroup /dev/shm /dev/mqueue /proc/sys/kernel/core_pattern; do
    if [ -d $p ]; then
        echo "$p directory of $(ls -A $p | wc -l): $(mkdir $p/made 2>&1 && rmdir $p/made)"
    elif [ -e $p ]; then
        echo "$p file of $(head -c 10 $p 2>/dev/null | wc -c): $( (: >> $p) 2>&1)"
    else
        echo "$p not there"
    fi
done
echo "== sysctl"; grep -r . /proc/sys/net /proc/sys/kernel /proc/sys/fs/mqueue 2>/dev/null
exit 0
"#;

/// What was seen, by name.
type Seen = BTreeMap<String, String>;

fn read(text: &str) -> Seen {
    let (mut part, mut seen) = ("", Seen::new());
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            part = name;
            continue;
        }
        let Some((name, value)) = told(part, line) else { continue };
        let more = seen.entry(format!("{part} {name}")).or_default();
        *more = if more.is_empty() { value } else { format!("{more}; {value}") };
    }
    seen
}

/// A line's name and what it says. None of what is another number each time.
fn told(part: &str, line: &str) -> Option<(String, String)> {
    let (name, value) = match part {
        "mount" => return mount(line),
        "limit" => (line.get(..26)?.trim(), line.get(26..)?.split_whitespace().collect::<Vec<_>>().join(" ")),
        "env" => line.split_once('=').map(|(name, value)| (name, value.to_owned()))?,
        "cgroup" => line.split_once(':')?.1.split_once(':').map(|(name, path)| (name, path.to_owned()))?,
        "status" | "sysctl" => line.split_once(':').map(|(name, value)| (name, value.trim().replace('\t', " ")))?,
        "etc-hosts" => line.split_once('\t').map(|(address, names)| (names, address.to_owned()))?,
        "etc-hostname" | "etc-resolv.conf" | "key" => ("text", line.to_owned()),
        _ => line.split_once(' ').map(|(name, value)| (name, value.to_owned()))?,
    };
    let varies =
        ["ns_last_pid", "random/uuid", "random/boot_id", "entropy_avail", "pty/nr", "nf_conntrack_count", "file-nr"];
    if part == "sysctl" && varies.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let value = match part {
        // Pipes are told by what they are.
        "fd" => value.split('[').next().unwrap_or_default().to_owned(),
        // Signals 32 and 33 are the C library's own: whether they are ignored is a matter of who started the daemon.
        "status" if name == "SigIgn" => {
            format!("{:x}", u64::from_str_radix(&value, 16).unwrap_or(u64::MAX) & !(3 << 31))
        }
        _ => value,
    };
    Some((name.to_owned(), value.trim().to_owned()))
}

/// A line of a mountinfo: where, and what with which options. The directories of an overlay, the places of the three files of `/etc`
/// and the size of a host's own devices say nothing of isolation.
fn mount(line: &str) -> Option<(String, String)> {
    let (before, after) = line.split_once(" - ")?;
    let (before, after) = (before.split(' ').collect::<Vec<_>>(), after.split(' ').collect::<Vec<_>>());
    let [.., root, target, options] = before.get(..6)? else { return None };
    let [kind, _, of_all] = after.as_slice() else { return None };
    let etc = target.starts_with("/etc/");
    let quiet = ["lowerdir=", "upperdir=", "workdir=", "size=1", "nr_inodes="];
    let of_all: Vec<_> = of_all.split(',').filter(|it| !quiet.iter().any(|start| it.starts_with(start))).collect();
    let of_all = if etc { "the host's".to_owned() } else { of_all.join(",") };
    let kind = if etc { "file" } else { kind };
    let shared = before.iter().skip(6).map(|it| it.split(':').next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let root = if etc || root.len() > 60 { "" } else { root };
    Some((
        (*target).to_owned(),
        format!("{kind} {root} {options} {of_all} {shared}").split_whitespace().collect::<Vec<_>>().join(" "),
    ))
}

/// A line of the table in the docs.
struct Row {
    name: String,
    who: String,
    dockers: String,
    ours: String,
}

fn table() -> Vec<Row> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<_> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        let [name, who, dockers, ours, reason] = cells.try_into().unwrap_or_else(|_| panic!("five cells: {line}"));
        let known = ["R", "S", "R?", "S?"];
        assert!(reason.len() > 7 && who.split(", ").all(|one| known.contains(&one)), "{line}");
        Row { name, who, dockers, ours }
    };
    rows.map(row).collect()
}

/// `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn isolation_differs_from_dockers_where_the_docs_say_so_and_nowhere_else() {
    let name = "differs::isolation_differs_from_dockers_where_the_docs_say_so_and_nowhere_else";
    lab::inside(name, &["docker", "dockerd", "ip", "unshare", "setpriv"], |dir| {
        let docker = lab::Docker::start_with(dir, &[]);
        let archive = dir.join("image.tar");
        let engines: Vec<_> = everyone().into_iter().map(|who| (who, Engine::start(who))).collect();
        pack(&engines[0].1, &archive);
        let change = |command: Command| {
            let mut command = command;
            command.args(["import", "-c", "ENV PATH=/bin", "-c", "CMD [\"sh\"]"]).arg(&archive).arg(IMAGE);
            good(command);
        };
        change(docker.command(&[]));
        let run = ["run", "--rm", "-h", "box", IMAGE, "sh", "-c", PROBE];
        let dockers = read(&good(docker.command(&run)));
        let rows = table();
        let mut wrong = Vec::new();
        for (who, engine) in &engines {
            change(engine.docker(&[]));
            let ours = read(&good(engine.docker(&run)));
            let letter = if *who == Who::Root { "R" } else { "S" };
            wrong.extend(compare(&dockers, &ours, &rows, letter));
        }
        drop(docker);
        lab::unmount_below(dir);
        assert!(wrong.is_empty(), "not as docs/isolation.md says:\n{}", wrong.join("\n"));
    });
}

/// What differs and stands in no row, and rows of which nothing differs.
fn compare(dockers: &Seen, ours: &Seen, rows: &[Row], who: &str) -> Vec<String> {
    let names: BTreeSet<_> = dockers.keys().chain(ours.keys()).collect();
    let none = "none".to_owned();
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for name in names {
        let (theirs, mine) = (dockers.get(name).unwrap_or(&none), ours.get(name).unwrap_or(&none));
        if theirs == mine {
            continue;
        }
        let row = rows.iter().position(|row| {
            row.who.contains(who) && fits(&row.name, name) && fits(&row.dockers, theirs) && fits(&row.ours, mine)
        });
        match row {
            Some(row) => drop(used.insert(row)),
            None => wrong.push(format!("| `{name}` | {who} | `{theirs}` | `{mine}` | ")),
        }
    }
    let unused =
        rows.iter().enumerate().filter(|(at, row)| row.who.split(", ").any(|one| one == who) && !used.contains(at));
    wrong.extend(unused.map(|(_, row)| format!("{who}: nothing differs any more: {}", row.name)));
    wrong
}

/// The files of the shell's image as an archive that both can import.
fn pack(engine: &Engine, archive: &Path) {
    let files = "tar -C / -c $(ls / | grep -v -e proc -e sys -e dev)";
    let mut run = engine.dockwalk(&["docker", "run", "--rm", crate::side::IMAGE, "sh", "-c", files]);
    assert!(run.stdout(std::fs::File::create(archive).unwrap()).status().unwrap().success());
    std::fs::set_permissions(archive, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
}

#[test]
fn patterns_fit_what_they_say() {
    for (pattern, text, fit) in [
        ("a*c", "abc", true),
        ("a*c", "abd", false),
        ("*", "", true),
        ("a", "ab", false),
        ("a*", "ab", true),
        ("*b*d*", "abcde", true),
    ] {
        assert_eq!(fits(pattern, text), fit, "{pattern} {text}");
    }
    assert!(!table().is_empty());
}
