use super::*;
use crate::engine::conductor::{Journal, Recorder};
use crate::trace::{Dir, DirRole, Evidence, HomeFile, Still};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

struct Kept {
    contents: Contents,
    conductor: Arc<Conductor>,
    home: Home,
    place: PathBuf,
    dir: tempfile::TempDir,
}

/// A bind's source that is watched.
fn kept(prepare: impl FnOnce(&Path)) -> Kept {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(&dir.path().join("journal"), crate::engine::undoers(None)).expect("a journal");
    let conductor = Conductor::new(Recorder::in_memory(), journal);
    let place = dir.path().join("place");
    fs::create_dir(&place).expect("made");
    prepare(&place);
    let path = place.display().to_string();
    let source = Dir { path: path.clone(), role: DirRole::BindSource, container: None };
    conductor.notice(Change::DirSeen(source), vec![crate::engine::evidence::stat(&place).1]);
    let contents = Contents::start(Arc::clone(&conductor), &dir.path().join("engine")).expect("a thread");
    let home = Home::Bind { from: path };
    contents.keep(home.clone(), Place::Path(place.clone()));
    Kept { contents, conductor, home, place, dir }
}

impl Kept {
    fn now(&self) -> Option<Seen> {
        self.conductor.world().contents.get(&self.home).map(|seen| (**seen).clone())
    }

    /// What is said of it as soon as that is so; what was said last, when that takes too long.
    fn once(&self, is: impl Fn(&Seen) -> bool) -> Option<Seen> {
        let begun = Instant::now();
        loop {
            let now = self.now();
            if now.as_ref().is_some_and(&is) || begun.elapsed() > Duration::from_secs(20) {
                return now.filter(is);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn names(seen: &Seen) -> Vec<&str> {
    seen.newest.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn what_is_written_is_said_with_the_call_that_saw_it() {
    let kept = kept(|_| {});
    kept.contents.settle(&kept.home);
    assert_eq!(kept.now(), None, "that it is empty goes without saying");
    let memo = kept.place.join("memo");
    fs::write(&memo, "hello").expect("written");
    let seen = kept.once(|seen| seen.bytes == 5).expect("said");
    let meta = fs::metadata(&memo).expect("there");
    let changed = meta.ctime() * 1_000_000_000 + meta.ctime_nsec();
    assert_eq!(seen.newest, [HomeFile { path: "memo".into(), inode: meta.ino(), size: 5, changed }]);
    assert_eq!((seen.files, seen.dirs, seen.whole), (1, 0, true));
    let last = kept.conductor.recorder().after(0, 100).pop().expect("an event");
    let crate::trace::Body::Observed { evidence, .. } = &last.body else { panic!("{last:?}") };
    let [Evidence::Syscall { call, result }, Evidence::Own { .. }, Evidence::Syscall { call: room, .. }] =
        evidence.as_slice()
    else {
        panic!("{evidence:?}")
    };
    assert!(room.starts_with("fstatfs(") && seen.room.0 > seen.room.1 && seen.room.1 > 0, "{room} {seen:?}");
    assert!(call.starts_with("newfstatat(") && call.contains(r#""memo""#), "{call}");
    assert_eq!(result, "0");
    fs::remove_file(&memo).expect("removed");
    assert!(kept.once(|seen| seen.files == 0).is_some());
}

#[test]
fn directories_that_are_made_are_watched_too_and_links_lead_nowhere() {
    let kept = kept(|place| fs::create_dir(place.join("a")).expect("made"));
    fs::create_dir_all(kept.place.join("a/b/c")).expect("made");
    fs::write(kept.dir.path().join("outside"), "123456").expect("written");
    symlink(kept.dir.path(), kept.place.join("a/way-out")).expect("linked");
    assert!(kept.once(|seen| seen.dirs == 3 && names(seen) == ["a/way-out"]).is_some(), "{:?}", kept.now());
    fs::write(kept.place.join("a/b/c/deep"), "1234").expect("written");
    let seen = kept.once(|seen| seen.bytes == 4).expect("said");
    assert_eq!((names(&seen), seen.files), (vec!["a/b/c/deep", "a/way-out"], 2));
    fs::remove_dir_all(kept.place.join("a/b")).expect("removed");
    assert!(kept.once(|seen| seen.bytes == 0 && seen.dirs == 1).is_some());
}

#[test]
fn the_latest_of_many_files_are_named_and_the_rest_is_counted() {
    // What somebody dates back is new all the same.
    let write = |place: &Path, n: u64| {
        let path = place.join(format!("f{n:03}"));
        fs::write(&path, "x").expect("written");
        let file = fs::File::options().write(true).open(&path).expect("open");
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(300 - n)).expect("dated");
    };
    let kept = kept(|place| (0..200).for_each(|n| write(place, n)));
    assert!(kept.once(|seen| seen.files == 200 && seen.fresh.is_empty()).is_some());
    std::thread::sleep(Duration::from_millis(10));
    write(&kept.place, 200);
    let seen = kept.once(|seen| seen.bytes == 201).expect("said");
    assert_eq!(
        (names(&seen).first(), seen.newest.len(), &seen.fresh),
        (Some(&"f200"), Seen::SHOWN, &vec!["f200".to_owned()])
    );
}

#[test]
fn of_a_whole_disk_so_much_is_looked_at_and_that_there_is_more_is_said() {
    let kept = kept(|place| {
        (0..5000).for_each(|n| fs::write(place.join(format!("{n}")), "").expect("written"));
        (0..40).for_each(|n| fs::create_dir_all(place.join(format!("d{n}/1/2/3/4/5/6/7/8"))).expect("made"));
    });
    let seen = kept.once(|seen| !seen.whole).expect("said");
    assert!(seen.files <= 4096, "{}", seen.files);
}

/// Whoever holds the directory that it was has what is in that; what lies at its path now is another.
#[test]
fn what_took_its_place_is_not_it() {
    let kept = kept(|place| fs::write(place.join("memo"), "hello").expect("written"));
    assert!(kept.once(|seen| seen.files == 1).is_some());
    fs::rename(&kept.place, kept.dir.path().join("moved")).expect("moved");
    fs::create_dir(&kept.place).expect("made");
    fs::write(kept.place.join("other"), "12").expect("written");
    kept.contents.settle(&kept.home);
    let now = kept.now().expect("said");
    assert_eq!((now.files, now.still), (0, Still::Replaced));
    fs::remove_dir_all(&kept.place).expect("removed");
    kept.contents.settle(&kept.home);
    assert_eq!(kept.now().map(|now| now.still), Some(Still::Gone));
}

#[test]
fn of_what_is_drawn_no_more_nothing_is_said() {
    let kept = kept(|place| fs::write(place.join("memo"), "hello").expect("written"));
    assert!(kept.once(|seen| seen.files == 1).is_some());
    let path = kept.place.display().to_string();
    let look = vec![crate::engine::evidence::stat(&kept.place).1];
    kept.conductor.notice(Change::DirGone { path }, look);
    assert_eq!(kept.now(), None, "it goes with its directory");
    let before = kept.conductor.recorder().after(0, 1000).len();
    fs::write(kept.place.join("more"), "hello").expect("written");
    kept.contents.settle(&kept.home);
    assert_eq!(kept.conductor.recorder().after(0, 1000).len(), before);
    assert!(kept.contents.shared.lock().homes.is_empty());
    assert!(kept.contents.shared.lock().watches.is_empty());
}

#[test]
fn a_file_is_a_home_too() {
    let kept = kept(|place| {
        fs::remove_dir(place).expect("removed");
        fs::write(place, "name=1").expect("written");
    });
    let seen = kept.once(|seen| seen.bytes == 6).expect("said");
    assert_eq!(names(&seen), [""]);
    fs::write(&kept.place, "name=1234").expect("written");
    assert!(kept.once(|seen| seen.bytes == 9).is_some());
}

/// One that only moves up among those that are named was not written.
#[test]
fn what_is_deleted_makes_nothing_new() {
    let kept = kept(|place| {
        (0..9).for_each(|n| {
            fs::write(place.join(format!("f{n}")), "x").expect("written");
            std::thread::sleep(Duration::from_millis(8));
        });
    });
    assert!(kept.once(|seen| seen.files == 9).is_some());
    fs::remove_file(kept.place.join("f8")).expect("removed");
    let seen = kept.once(|seen| seen.files == 8).expect("said");
    assert_eq!((names(&seen)[0], seen.fresh.len()), ("f7", 0));
}

/// What is said is written there itself: it would never end.
#[test]
fn the_engines_own_directory_is_not_looked_into() {
    let dir = tempfile::tempdir().expect("a directory");
    let root = dir.path().join("engine");
    fs::create_dir(&root).expect("made");
    fs::write(root.join("trace"), "1").expect("written");
    fs::write(dir.path().join("memo"), "hello").expect("written");
    let home = Home::Bind { from: dir.path().display().to_string() };
    let (place, own) = (Place::Path(dir.path().to_owned()), fs::metadata(&root).expect("there"));
    let way = |but| Way { home: &home, place: &place, is: None, but, inotify: None };
    let (found, is) = way(Some((own.dev(), own.ino()))).look().expect("looked at");
    assert_eq!((names(&found.contents), found.contents.whole), (vec!["memo"], false));
    let (found, again) = way(None).look().expect("looked at");
    assert_eq!((found.contents.files, found.contents.whole, is), (2, true, again));
}

#[test]
fn so_many_directories_are_looked_into_and_so_deep() {
    let kept = kept(|place| (0..300).for_each(|n| fs::create_dir(place.join(format!("d{n}"))).expect("made")));
    let seen = kept.once(|seen| !seen.whole).expect("said");
    assert_eq!((seen.dirs, seen.files), (300, 0));
    let deep = self::kept(|place| {
        let path = (0..60).fold(place.to_owned(), |path, n| path.join(format!("{n}")));
        fs::create_dir_all(&path).expect("made");
        fs::write(path.join("deep"), "x").expect("written");
    });
    let seen = deep.once(|seen| !seen.whole).expect("said");
    assert_eq!(seen.files, 0);
}

/// Nobody who ends waits for ever: there is no look while none can be made.
#[test]
fn who_settles_what_is_not_kept_waits_for_nobody() {
    let kept = kept(|_| {});
    kept.contents.settle(&Home::Bind { from: "/nowhere".into() });
    kept.contents.forget(&kept.home);
    kept.contents.settle(&kept.home);
}

#[test]
fn who_never_closes_what_it_writes_is_heard_each_time() {
    use std::io::Write;
    let kept = kept(|place| fs::write(place.join("log"), "").expect("written"));
    kept.contents.settle(&kept.home);
    let mut log = fs::File::options().append(true).open(kept.place.join("log")).expect("opened");
    for lines in 1..=3 {
        log.write_all(b"a line\n").expect("written");
        let seen = kept.once(|seen| seen.bytes == 7 * lines);
        assert!(seen.is_some(), "of line {lines} nobody tells: {:?}", kept.now());
    }
}
