//! Owners that an ordinary user may not give to files: the message says how many ids that takes and what grants them, and what it
//! says helps.

use super::*;
use dockwalk::trace::Change;
use std::fs;
use std::path::{Path, PathBuf};

/// An engine of the ordinary user on a machine with other `/etc/subuid` and `/etc/subgid`: those in a directory of the test's.
struct Machine {
    engine: Engine,
    dir: tempfile::TempDir,
}

const FILES: [&str; 2] = ["subuid", "subgid"];

impl Machine {
    fn with(uids: &str, gids: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("dw").tempdir_in("/tmp").unwrap();
        fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for (name, text) in FILES.into_iter().zip([uids, gids]) {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let mounts = FILES.map(|name| format!("mount --bind {}/{name} /etc/{name} && ", dir.path().display())).concat();
        let script = format!("{mounts}exec \"$@\"");
        let before = ["unshare", "--mount", "--propagation", "private", "sh", "-c", &script, "sh"].map(str::to_owned);
        Self { engine: Engine::start_in(Who::User, |_| before.to_vec()), dir }
    }

    /// Does what the message says, in the files of this machine.
    fn grants(&mut self, command: &str) {
        let words: Vec<_> = command.split(' ').collect();
        assert_eq!((words[0], words[1], words[4]), ("sudo", "usermod", "dwtest"), "{command}");
        let (first, last) = words[3].split_once('-').unwrap();
        let count = last.parse::<u32>().unwrap() - first.parse::<u32>().unwrap() + 1;
        let file = self.dir.path().join(if words[2] == "--add-subuids" { "subuid" } else { "subgid" });
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}dwtest:{first}:{count}\n")).unwrap();
    }

    fn restart(&mut self) {
        self.engine.end();
        self.engine.start_again();
    }

    /// An archive of one file with this owner.
    fn tar(&self, uid: u64, gid: u64) -> PathBuf {
        let path = self.dir.path().join(format!("{uid}-{gid}.tar"));
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(uid);
        header.set_gid(gid);
        header.set_size(0);
        let mut tar = tar::Builder::new(fs::File::create(&path).unwrap());
        tar.append_data(&mut header, "srv/file", std::io::empty()).unwrap();
        tar.finish().unwrap();
        path
    }

    fn imports(&self, tar: &Path) {
        good(self.engine.dockwalk(&["docker", "import", tar.to_str().unwrap(), "owned:1"]));
    }

    /// It is refused, in both languages, and leaves nothing; what the engine says of it.
    fn refuses(&self, args: &[&str], status: i32) -> Problem {
        let before = Left::by(&self.engine);
        for lang in Lang::ALL {
            let said = fails(ours(&self.engine, lang, args), status);
            assert!(said.ends_with(&line(lang, &recorded(&self.engine))), "{said}");
            before.is_all_there_is(&self.engine);
        }
        recorded(&self.engine)
    }
}

const RANGE: &str = "dwtest:800000:65536\n";

fn says(problem: &Problem, parts: &[&str]) {
    for lang in Lang::ALL {
        let said = Words::new(lang).problem(problem);
        parts.iter().for_each(|part| assert!(said.contains(part), "{said}\nlacks {part}"));
    }
}

fn both_are_there() -> bool {
    let both = everyone() == [Who::Root, Who::User];
    if !both {
        lack("root and an ordinary user");
    }
    both
}

#[test]
fn an_owner_beyond_the_range_is_granted_by_the_command_in_the_message() {
    if !both_are_there() {
        return;
    }
    // A stranger has what is behind the user's.
    let text = format!("{RANGE}other:900000:65536\n");
    let mut machine = Machine::with(&text, &text);
    machine.imports(&machine.tar(65_536, 65_536));
    for (uid, gid, kind, flag, file) in [
        (100_000, 0, "user", "--add-subuids", "/etc/subuid"),
        (0, 200_000, "group", "--add-subgids", "/etc/subgid"),
        (65_536 * 3, 5, "user", "--add-subuids", "/etc/subuid"),
    ] {
        let tar = machine.tar(uid, gid);
        let problem = machine.refuses(&["import", tar.to_str().unwrap()], 1);
        assert_eq!((&problem.code, arg(&problem, "kind")), (&Code::IdOutOfRange, kind));
        let grant = arg(&problem, "grant").to_owned();
        assert!(grant.starts_with(&format!("sudo usermod {flag} ")), "{grant}");
        says(&problem, &["srv/file", &uid.max(gid).to_string(), file, &grant]);
        machine.grants(&grant);
        // It is there, and the engine does not know.
        let again = machine.refuses(&["import", tar.to_str().unwrap()], 1);
        assert_eq!(arg(&again, "grant"), "restart");
        says(&again, &[file, "dockwalk doctor"]);
        machine.restart();
        machine.imports(&tar);
    }
    // Nobody can be given this: there is no such id, or not that many are left.
    for id in [4_294_967_294_u64, 4_294_967_295, 1 << 40] {
        let tar = machine.tar(id, 0);
        let problem = machine.refuses(&["import", tar.to_str().unwrap()], 1);
        assert_eq!((&problem.code, arg(&problem, "grant")), (&Code::IdOutOfRange, "none"));
        says(&problem, &[&id.to_string(), "root"]);
    }
}

#[test]
fn so_it_is_with_an_archive_of_images_and_with_the_user_of_a_process() {
    if !both_are_there() {
        return;
    }
    // Two ranges, which count together.
    let two = "dwtest:800000:30000\nother:830000:1\ndwtest:900000:40000\n";
    let mut machine = Machine::with(two, two);
    machine.imports(&machine.tar(69_999, 69_999));
    let archive = machine.dir.path().join("images.tar");
    let root = Engine::start(Who::Root);
    good(root.dockwalk(&["docker", "import", machine.tar(100_000, 100_000).to_str().unwrap(), "far:1"]));
    good(root.dockwalk(&["docker", "save", "-o", archive.to_str().unwrap(), "far:1"]));
    fs::set_permissions(&archive, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let load = ["load", "-i", archive.to_str().unwrap()];
    let problem = machine.refuses(&load, 1);
    assert_eq!(
        (&problem.code, arg(&problem, "have"), arg(&problem, "needed")),
        (&Code::IdOutOfRange, "70000", "100000")
    );
    good(machine.engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
    let run = |user| ["run", "--rm", "-u", user, "lab/shell:1", "id", "-u"];
    let not_mapped = machine.refuses(&run("100000"), 125);
    assert_eq!((&not_mapped.code, arg(&not_mapped, "grant")), (&Code::IdNotMapped, arg(&problem, "grant")));
    says(&not_mapped, &["100000", "/etc/subuid", "70000", arg(&problem, "grant")]);
    let group = machine.refuses(&run("0:100000"), 125);
    assert_eq!((&group.code, arg(&group, "kind")), (&Code::IdNotMapped, "group"));
    assert_eq!(machine.refuses(&run("4000000000"), 125).code, Code::UserOutOfRange);
    for grant in [arg(&not_mapped, "grant"), arg(&group, "grant")] {
        machine.grants(grant);
    }
    machine.restart();
    good(machine.engine.dockwalk(&[&["docker"], &load[..]].concat()));
    assert_eq!(good(machine.engine.dockwalk(&[&["docker"], &run("100000")[..]].concat())), "100000");
    good(machine.engine.dockwalk(&[&["docker"], &run("0:100000")[..]].concat()));
}

#[test]
fn without_any_range_all_is_roots_and_that_is_said_with_what_mends_it() {
    if !both_are_there() {
        return;
    }
    for (uids, gids, files) in [
        ("other:800000:65536\n", "other:800000:65536\n", "/etc/subuid, /etc/subgid"),
        ("", RANGE, "/etc/subuid"),
        (RANGE, "", "/etc/subgid"),
    ] {
        let machine = Machine::with(uids, gids);
        machine.imports(&machine.tar(33, 44));
        let text = good(machine.engine.dockwalk(&["trace", "export", "-"]));
        let trace = log::read(text.as_bytes()).unwrap().trace;
        let remarks: Vec<_> = trace
            .events()
            .filter_map(|event| match &event.body {
                Body::Observed { change, .. } => match &**change {
                    Change::Remark(problem) => Some(problem.clone()),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        let remark = |code: Code| remarks.iter().find(|remark| remark.code == code).unwrap();
        let missing = remark(Code::SubidsMissing);
        assert_eq!(arg(missing, "files"), files);
        // Only what is lacking is granted, behind all that anybody has.
        let grant = arg(missing, "grant");
        assert!(grant.starts_with("sudo usermod --add-sub") && grant.ends_with(" dwtest"), "{grant}");
        assert_eq!(grant.contains("--add-subuids"), files.contains("/etc/subuid"), "{grant}");
        assert_eq!(grant.contains("--add-subgids"), files.contains("/etc/subgid"), "{grant}");
        assert!(!uids.contains("other") || !grant.contains("100000-"), "{grant}");
        says(missing, &["dwtest", files, grant]);
        let squashed = remark(Code::OwnersSquashed);
        says(squashed, &["srv/file", "33"]);
    }
}
