//! The rules, over a World that is made by hand: `one` has a place of every kind, and `two` shares what it says.

use super::*;
use crate::spec::Digest;
use crate::trace::{Change, Contents, Dir, MountKey, NetworkMode, Still, Volume};

fn container(name: &str) -> ContainerId {
    ContainerId::from(name.repeat(64 / name.len() + 1)[..64].to_owned().as_str())
}

struct Lab {
    world: World,
    mounts: u64,
}

impl Lab {
    fn new() -> Self {
        let mut lab = Self { world: World::default(), mounts: 0 };
        for (name, anonymous) in [("named", false), ("anon", true), ("spare", false), ("waste", true)] {
            let path = format!("/v/{name}");
            lab.saw(Change::VolumeSeen(Volume { name: name.into(), path, anonymous }));
        }
        lab.saw(Change::DirSeen(Dir { path: "/src".into(), role: DirRole::BindSource, container: None }));
        lab.container("one", ContainerState::Running { pid: 7 });
        let volume = |name: &str| MountKind::Volume { name: name.into() };
        for (target, kind) in [
            ("/data", volume("named")),
            ("/anon", volume("anon")),
            ("/host", MountKind::Bind { from: "/src".into() }),
            ("/ram", MountKind::Tmpfs),
            ("/proc", MountKind::System),
        ] {
            lab.mount("one", target, kind);
        }
        lab
    }

    fn saw(&mut self, change: Change) {
        self.world.apply(&change).unwrap();
    }

    fn container(&mut self, name: &str, state: ContainerState) {
        let id = container(name);
        self.saw(Change::ContainerCreated(Container {
            id: id.clone(),
            name: name.into(),
            image: Digest::from_sha256(&[0; 32]),
            image_name: "lab/shell:1".into(),
            argv: vec!["sh".into()],
            env: Vec::new(),
            working_dir: "/".into(),
            user: String::new(),
            hostname: name.into(),
            network_mode: NetworkMode::Bridge,
            tty: false,
            labels: std::collections::BTreeMap::new(),
            state,
            health: None,
            auto_remove: name == "fleeting",
        }));
        self.saw(Change::DirSeen(Dir { path: format!("/c/{name}/upper"), role: DirRole::Upper, container: Some(id) }));
    }

    fn mount(&mut self, name: &str, target: &str, kind: MountKind) {
        self.mounts += 1;
        self.saw(Change::MountSeen(Mount {
            key: MountKey { mntns: 5, id: self.mounts },
            container: Some(container(name)),
            target: target.into(),
            kind,
            fstype: "ext4".into(),
            source: String::new(),
            root: "/".into(),
            options: String::new(),
            read_only: false,
        }));
    }

    /// It does not run any more: nothing of it is mounted.
    fn ends(&mut self, name: &str) {
        let id = container(name);
        let mounts: Vec<_> = self.world.mounts_of(&id).map(|mount| mount.key).collect();
        mounts.into_iter().for_each(|key| self.saw(Change::MountGone { key }));
        self.saw(Change::ContainerState { id, state: ContainerState::Exited { status: 0 } });
    }

    /// What stays and what goes; none where nothing is asked.
    fn fates(&self, kind: OpKind, subject: &str, request: &str) -> Option<(Vec<String>, Vec<String>)> {
        let op = Op { id: 3, kind, subject: subject.into(), request: request.into() };
        let survival = Survival::of(&op, || self.world.clone())?;
        let (stay, go): (Vec<_>, Vec<_>) = survival.places.into_iter().partition(|fate| fate.stays);
        let names = |all: Vec<Fate>| all.into_iter().map(|fate| fate.name).collect();
        Some((names(stay), names(go)))
    }
}

#[track_caller]
fn check(found: Option<(Vec<String>, Vec<String>)>, stay: &[&str], go: &[&str]) {
    let (stays, goes) = found.unwrap();
    assert_eq!(
        (stays.iter().map(String::as_str).collect::<Vec<_>>(), goes),
        (stay.to_vec(), go.iter().map(|it| (*it).to_owned()).collect())
    );
}

#[test]
fn what_is_stopped_loses_its_tmpfs_alone() {
    let mut lab = Lab::new();
    for request in
        ["POST /v1.41/containers/one/stop?t=0", "POST /containers/one/restart", "POST /v1.41/containers/one/kill"]
    {
        check(lab.fates(OpKind::ContainerStop, "one", request), &["one", "anon", "named", "/src"], &["/ram"]);
    }
    let kill = |lab: &Lab, signal| {
        lab.fates(OpKind::ContainerStop, "one", &format!("POST /v1.41/containers/one/kill?signal={signal}"))
    };
    assert!(kill(&lab, "SIGKILL").is_some() && kill(&lab, "9").is_some());
    assert_eq!(kill(&lab, "HUP"), None, "it may go on");
    lab.ends("one");
    assert_eq!(lab.fates(OpKind::ContainerStop, "one", "POST /v1.41/containers/one/stop"), None);
    assert_eq!(lab.fates(OpKind::ContainerStop, "nobody", "POST /v1.41/containers/nobody/stop"), None);
}

#[test]
fn what_is_stopped_and_deletes_itself_takes_as_much_as_it_does_then() {
    let mut lab = Lab::new();
    lab.container("fleeting", ContainerState::Running { pid: 9 });
    lab.mount("fleeting", "/anon", MountKind::Volume { name: "waste".into() });
    lab.mount("fleeting", "/data", MountKind::Volume { name: "spare".into() });
    let stop = "POST /v1.41/containers/fleeting/stop";
    check(lab.fates(OpKind::ContainerStop, "fleeting", stop), &["spare"], &["fleeting", "waste"]);
    // `rm -f` stops first, and is asked of as what it is.
    let stops = |request| lab.fates(OpKind::ContainerStop, "one", request);
    check(stops("DELETE /v1.41/containers/one?force=1"), &["anon", "named", "/src"], &["one", "/ram"]);
    check(stops("DELETE /v1.41/containers/one?force=1&v=1"), &["named", "/src"], &["one", "anon", "/ram"]);
}

#[test]
fn what_is_deleted_takes_its_layer_and_if_asked_its_anonymous_volumes() {
    let mut lab = Lab::new();
    lab.ends("one");
    let remove = |lab: &Lab, request| lab.fates(OpKind::ContainerRemove, "one", request);
    let kept = &["anon", "named", "/src"];
    check(remove(&lab, "DELETE /v1.41/containers/one"), kept, &["one"]);
    check(remove(&lab, "DELETE /v1.41/containers/one?force=1&v=0"), kept, &["one"]);
    check(remove(&lab, "POST /v1.41/containers/prune"), kept, &["one"]);
    for with in ["DELETE /v1.41/containers/one?v=1", "DELETE /containers/one?v=true", ""] {
        check(remove(&lab, with), &["named", "/src"], &["one", "anon"]);
    }
    // One that somebody else has, running or not, stays.
    lab.container("two", ContainerState::Running { pid: 8 });
    lab.mount("two", "/anon", MountKind::Volume { name: "anon".into() });
    check(remove(&lab, ""), kept, &["one"]);
    lab.ends("two");
    check(remove(&lab, ""), kept, &["one"]);
    check(lab.fates(OpKind::ContainerRemove, "two", ""), &["anon"], &["two"]);
}

#[test]
fn volumes_go_that_nobody_has() {
    let mut lab = Lab::new();
    let remove =
        |lab: &Lab, name: &str| lab.fates(OpKind::VolumeRemove, name, &format!("DELETE /v1.41/volumes/{name}"));
    check(remove(&lab, "spare"), &[], &["spare"]);
    check(remove(&lab, "named"), &["named"], &[]);
    assert_eq!(remove(&lab, "nowhere"), None);
    let prune = |lab: &Lab, request| lab.fates(OpKind::VolumeRemove, "waste", request);
    check(prune(&lab, "POST /v1.42/volumes/prune"), &["anon", "named", "spare"], &["waste"]);
    let all = "POST /v1.42/volumes/prune?filters=%7B%22all%22%3A%5B%221%22%5D%7D";
    check(prune(&lab, all), &["anon", "named"], &["spare", "waste"]);
    check(prune(&lab, "POST /v1.41/volumes/prune"), &["anon", "named"], &["spare", "waste"]);
    // Labels are not in the World, nor what one has that was never started.
    assert_eq!(prune(&lab, "POST /v1.42/volumes/prune?filters=%7B%22label%22%3A%5B%22a%22%5D%7D"), None);
    lab.container("new", ContainerState::Created);
    assert_eq!((prune(&lab, "POST /v1.42/volumes/prune"), remove(&lab, "spare")), (None, None));
}

#[test]
fn whether_a_place_is_there_is_what_was_seen_of_it() {
    let mut lab = Lab::new();
    let bind = Home::Bind { from: "/src".into() };
    let place = Place::Home(bind.clone());
    assert_eq!(place.is_there(&lab.world), Some(true));
    assert_eq!(Place::Home(Home::Bind { from: "/other".into() }).is_there(&lab.world), None, "nobody has looked");
    for (still, there) in [(Still::Same, true), (Still::Replaced, true), (Still::Gone, false)] {
        lab.saw(Change::ContentsSeen(Contents { still, ..Contents::none(bind.clone()) }));
        assert_eq!(place.is_there(&lab.world), Some(there), "{still:?}");
    }
    let upper = Place::Upper(container("one"));
    assert_eq!(upper.is_there(&lab.world), Some(true));
    lab.saw(Change::DirGone { path: "/c/one/upper".into() });
    assert_eq!(upper.is_there(&lab.world), Some(false));
}
