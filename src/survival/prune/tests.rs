//! The rules, over a World that is made by hand. That the engine does the same is tested where an engine is (`tests/docker_cli/disk.rs`).

use super::*;
use crate::spec::Platform;
use crate::trace::{
    Change, Config, Container, Counted, Descriptor, Disk, Holder, KeptImage, Layer, LeftOver, NetworkMode, Volume,
};

fn digest(n: u8) -> Digest {
    Digest::from_sha256(&[n; 32])
}

fn descriptor(digest: Digest, size: u64) -> Descriptor {
    Descriptor { media_type: String::new(), digest, size, platform: None, annotations: Default::default() }
}

#[derive(Default)]
struct Lab {
    world: World,
    images: Vec<KeptImage>,
    left: LeftOver,
    holders: Vec<Holder>,
}

impl Lab {
    fn saw(&mut self, change: Change) {
        self.world.apply(&change).unwrap();
    }

    /// Layers are named by a number: it has so many kilobytes, and its packed layer a tenth. A layer is the same wherever it lies lowest.
    fn image(&mut self, id: u8, created: &str, tags: &[&str], layers: &[u8]) {
        let diff_ids = layers.iter().map(|n| digest(*n)).collect();
        let platform = Platform::host();
        self.saw(Change::ConfigRead(Config {
            this: descriptor(digest(id), 7),
            platform,
            created: Some(created.into()),
            env: Vec::new(),
            cmd: Vec::new(),
            entrypoint: Vec::new(),
            working_dir: String::new(),
            user: String::new(),
            volumes: Vec::new(),
            exposed_ports: Vec::new(),
            stop_signal: None,
            labels: Default::default(),
            diff_ids,
            history: Vec::new(),
        }));
        let mut parent = None;
        for n in layers {
            let (blob, bytes) = (digest(*n + 100), u64::from(*n) * 1000);
            if !self.world.blobs.contains_key(&blob) {
                self.saw(Change::BlobWanted(descriptor(blob.clone(), bytes / 10)));
                self.saw(Change::BlobVerified { digest: blob.clone(), size: bytes / 10, reused: false });
            }
            let (chain_id, path, files) = (digest(*n), String::new(), Vec::new());
            let (diff_id, blob) = (chain_id.clone(), Some(blob));
            self.saw(Change::LayerUnpacked(Layer {
                chain_id,
                parent,
                diff_id,
                blob,
                path,
                size: bytes,
                entries: 1,
                files,
            }));
            parent = Some(digest(*n));
        }
        for tag in tags {
            let reference = format!("docker.io/lab/{tag}");
            self.saw(Change::ImageTagged { reference, image: digest(id), manifest: None });
        }
        self.images.push(KeptImage { id: digest(id), parent: None, digests: Vec::new() });
    }

    fn made_of(&mut self, child: u8, parent: u8) {
        let image = self.images.iter_mut().find(|image| image.id == digest(child)).unwrap();
        image.parent = Some(digest(parent));
    }

    fn container(&mut self, name: &str, image: u8, state: ContainerState, bytes: u64) {
        let id = ContainerId::from(name);
        self.saw(Change::ContainerCreated(Container {
            id: id.clone(),
            name: name.into(),
            image: digest(image),
            image_name: "lab/a:1".into(),
            argv: Vec::new(),
            env: Vec::new(),
            working_dir: "/".into(),
            user: String::new(),
            hostname: name.into(),
            network_mode: NetworkMode::Bridge,
            tty: false,
            labels: Default::default(),
            state,
            health: None,
            auto_remove: false,
        }));
        self.saw(Change::BytesCounted(Counted {
            place: DiskPlace::Upper { container: id },
            bytes: Some(bytes),
            users: Vec::new(),
        }));
    }

    fn volume(&mut self, name: &str, anonymous: bool, users: &[&str], bytes: u64) {
        self.saw(Change::VolumeSeen(Volume { name: name.into(), path: format!("/v/{name}"), anonymous }));
        let users = users.iter().map(|name| ContainerId::from(*name)).collect();
        self.saw(Change::BytesCounted(Counted {
            place: DiskPlace::Volume { name: name.into() },
            bytes: Some(bytes),
            users,
        }));
    }

    fn gone(&self, prune: Prune) -> Foretold {
        let mut world = self.world.clone();
        let (path, images, left) = (String::new(), self.images.clone(), self.left);
        world
            .apply(&Change::DiskSeen(Disk {
                path,
                room: (0, 0),
                blobs: 0,
                images,
                left,
                holders: self.holders.clone(),
                stored: world.stored,
            }))
            .unwrap();
        Foretold::of(prune, &world).unwrap()
    }
}

const STOPPED: ContainerState = ContainerState::Exited { status: 0 };
const RUNS: ContainerState = ContainerState::Running { pid: 7 };

/// `base` is below `web` and `old`; `web` runs, `old` has no tag, `alone` has nobody.
fn lab() -> Lab {
    let mut lab = Lab::default();
    lab.image(40, "2020", &["base:1"], &[1]);
    lab.image(41, "2022", &["web:1", "web:latest"], &[1, 2]);
    lab.image(42, "2021", &[], &[1, 3]);
    lab.image(43, "2019", &["alone:1"], &[4]);
    lab.container("runs", 41, RUNS, 10);
    lab.container("ended", 43, STOPPED, 20);
    lab.container("new", 41, ContainerState::Created, 0);
    lab.volume("named", false, &["runs"], 100);
    lab.volume("of-ended", true, &["ended"], 200);
    lab.volume("spare", false, &[], 300);
    lab.volume("waste", true, &[], 400);
    lab
}

fn names<T: ToString>(all: &BTreeSet<T>) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn ids(all: &[u8]) -> BTreeSet<Digest> {
    all.iter().map(|n| digest(*n)).collect()
}

#[test]
fn nothing_is_said_where_nothing_was_counted() {
    assert_eq!(Foretold::of(Prune::Containers, &lab().world), None);
}

#[test]
fn what_does_not_run_goes_with_what_it_has_written() {
    let gone = lab().gone(Prune::Containers);
    assert_eq!((names(&gone.containers), gone.bytes), (vec!["ended".into(), "new".into()], 20));
    assert!(gone.volumes.is_empty() && gone.images.is_empty());
}

#[test]
fn volumes_go_that_no_container_has_whether_it_runs_or_not() {
    let gone = |which| lab().gone(Prune::Volumes(which));
    assert_eq!((names(&gone(Volumes::Anonymous).volumes), gone(Volumes::Anonymous).bytes), (vec!["waste".into()], 400));
    assert_eq!(
        (names(&gone(Volumes::All).volumes), gone(Volumes::All).bytes),
        (vec!["spare".into(), "waste".into()], 700)
    );
}

#[test]
fn of_images_the_layers_go_that_no_other_has() {
    let mut lab = lab();
    lab.left = LeftOver { layers: 5, held: 1_000_000, blobs: 6, parts: 7 };
    let gone = lab.gone(Prune::Images(Images::Dangling));
    assert_eq!((gone.images, gone.layers, gone.bytes, gone.beside), (ids(&[42]), ids(&[3]), 3018, 300));
    // `base` has no container, and its layer is one of `web`, which has.
    let gone = lab.gone(Prune::Images(Images::All));
    assert_eq!((gone.images, gone.layers, gone.bytes), (ids(&[40, 42]), ids(&[3]), 3018));
}

#[test]
fn what_stopped_containers_alone_need_goes_with_them() {
    let gone = lab().gone(Prune::System { images: Images::All, volumes: Some(Volumes::Anonymous) });
    assert_eq!(names(&gone.volumes), ["of-ended", "waste"]);
    assert_eq!((&gone.images, &gone.layers), (&ids(&[40, 42, 43]), &ids(&[3, 4])));
    assert_eq!((gone.bytes, gone.beside), (20 + 600 + 7000, 700));
    let gone = lab().gone(Prune::System { images: Images::Dangling, volumes: None });
    assert_eq!((gone.images, gone.volumes.len(), gone.bytes), (ids(&[42]), 0, 20 + 3000));
}

#[test]
fn an_image_that_another_was_committed_from_stays_as_long_as_that() {
    let mut lab = Lab::default();
    lab.image(40, "2020", &[], &[1]);
    lab.image(41, "2021", &["made:1"], &[1, 2]);
    lab.made_of(41, 40);
    assert!(lab.gone(Prune::Images(Images::Dangling)).images.is_empty(), "it lies between");
    assert_eq!(lab.gone(Prune::Images(Images::All)).images, ids(&[40, 41]), "with its child it goes");
    lab.container("ended", 41, STOPPED, 0);
    assert!(lab.gone(Prune::Images(Images::All)).images.is_empty());
    let all = Prune::System { images: Images::All, volumes: None };
    assert_eq!(lab.gone(all).images, ids(&[40, 41]));
}

#[test]
fn an_image_with_a_tag_is_untagged_alone_where_a_child_of_it_is_used() {
    let mut lab = Lab::default();
    lab.image(40, "2020", &["base:1"], &[1]);
    lab.image(41, "2021", &["made:1"], &[1, 2]);
    lab.made_of(41, 40);
    lab.container("runs", 41, RUNS, 0);
    let gone = lab.gone(Prune::Images(Images::All));
    assert!(gone.images.is_empty() && gone.bytes == 0);
}

#[test]
fn what_a_container_is_made_of_stays_as_long_as_it_does() {
    let mut lab = Lab::default();
    lab.image(40, "2020", &[], &[1, 2]);
    lab.image(41, "2021", &["b:1"], &[1, 3]);
    lab.container("held", 40, STOPPED, 5);
    lab.saw(Change::ImageGone { image: digest(40) });
    lab.images.retain(|image| image.id != digest(40));
    lab.holders.push(Holder { container: "held".into(), layers: vec![digest(1), digest(2)] });
    let gone = lab.gone(Prune::Images(Images::All));
    assert_eq!((gone.layers, gone.bytes), ([digest(3)].into(), 3000), "the base is the container's, too");
    let gone = lab.gone(Prune::System { images: Images::All, volumes: None });
    assert_eq!((gone.layers, gone.bytes), ([digest(1), digest(3)].into(), 4005), "it goes before");
}

#[test]
fn of_several_requests_the_last_takes_images_alone() {
    assert_eq!(ordered("POST /v1.43/images/prune", "docker system prune -f"), Some(("image prune", false)));
}

#[test]
fn sums_end_where_numbers_do() {
    let mut lab = Lab::default();
    lab.image(40, "2020", &["a:1"], &[1]);
    for name in ["one", "two"] {
        lab.container(name, 40, STOPPED, u64::MAX);
    }
    assert_eq!(lab.gone(Prune::Containers).bytes, u64::MAX);
}

#[test]
fn what_was_not_counted_is_not_guessed() {
    let mut lab = lab();
    lab.saw(Change::VolumeSeen(Volume { name: "later".into(), path: "/v/later".into(), anonymous: true }));
    let gone = lab.gone(Prune::Volumes(Volumes::Anonymous));
    assert_eq!((names(&gone.volumes), gone.bytes, gone.uncounted), (vec!["later".into(), "waste".into()], 400, 1));
}

fn ordered(request: &str, words: &str) -> Option<(&'static str, bool)> {
    let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
    Ordered::of(request, &words).map(|ordered| (ordered.prune.command(), ordered.filtered))
}

#[test]
fn a_request_says_what_is_pruned() {
    let of = |request| ordered(request, "");
    assert_eq!(of("POST /v1.43/containers/prune"), Some(("container prune", false)));
    assert_eq!(
        of("POST /v1.43/containers/prune?filters=%7B%22until%22%3A%5B%221h%22%5D%7D"),
        Some(("container prune", true))
    );
    assert_eq!(
        of("POST /images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D"),
        Some(("image prune -a", false))
    );
    assert_eq!(
        of("POST /images/prune?filters=%7B%22dangling%22%3A%7B%22true%22%3Atrue%7D%7D"),
        Some(("image prune", false))
    );
    assert_eq!(of("POST /v1.42/volumes/prune"), Some(("volume prune", false)));
    assert_eq!(of("POST /v1.41/volumes/prune"), Some(("volume prune -a", false)));
    assert_eq!(
        of("POST /v1.42/volumes/prune?filters=%7B%22all%22%3A%5B%221%22%5D%7D"),
        Some(("volume prune -a", false))
    );
    for other in
        ["POST /v1.43/networks/prune", "POST /v1.43/build/prune", "DELETE /containers/prune", "GET /system/df", ""]
    {
        assert_eq!(of(other), None, "{other}");
    }
}

#[test]
fn a_command_line_says_what_follows() {
    let of = |words| ordered("POST /v1.43/containers/prune", words);
    assert_eq!(of("docker system prune -f"), Some(("system prune", false)));
    assert_eq!(
        of("/usr/bin/docker -H unix:///s system prune -af --volumes"),
        Some(("system prune -a --volumes", false))
    );
    assert_eq!(of("dockwalk docker system prune --all=true --filter until=1h"), Some(("system prune -a", true)));
    assert_eq!(of("docker container prune -f"), Some(("container prune", false)));
    assert_eq!(of("docker builder prune"), Some(("container prune", false)), "the request counts");
    assert_eq!(ordered("POST /v1.43/networks/prune", "docker system prune"), Some(("system prune", false)));
    assert_eq!(
        ordered("GET /system/df", "docker system prune"),
        None,
        "who asks for something else prunes nothing now"
    );
    // Who speaks an older version means all volumes.
    let words = ["docker", "system", "prune", "--volumes"].map(str::to_owned);
    let old = Ordered::of("POST /v1.41/containers/prune", &words).unwrap().prune;
    assert_eq!(old, Prune::System { images: Images::Dangling, volumes: Some(Volumes::All) });
}

#[test]
fn every_prune_is_read_as_it_is_written() {
    for prune in Prune::ALL {
        let words: Vec<_> = format!("docker {}", prune.command()).split(' ').map(str::to_owned).collect();
        assert_eq!(Ordered::of("POST /v1.43/containers/prune", &words).map(|it| it.prune), Some(prune));
    }
}
