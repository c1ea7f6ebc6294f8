//! What strangers reported of other tools, tried here: each area is done by the real docker CLI and by ours against a real engine,
//! as root and as an ordinary user, and once more by the real CLI against a real dockerd, which must pass the same checks
//! (`DOCKWALK_TEST_AREAS="small told"`: those alone).
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]

#[path = "reports/allflags.rs"]
mod allflags;
#[path = "reports/archives.rs"]
mod archives;
#[path = "reports/attached.rs"]
mod attached;
#[path = "reports/backups.rs"]
mod backups;
#[path = "reports/binds.rs"]
mod binds;
#[path = "common/clients.rs"]
mod clients;
#[path = "reports/copied.rs"]
mod copied;
#[path = "reports/differs.rs"]
mod differs;
#[path = "reports/drivers.rs"]
mod drivers;
#[path = "common/engine.rs"]
mod engine;
#[path = "reports/environment.rs"]
mod environment;
#[path = "reports/exec.rs"]
mod exec;
#[path = "reports/exposed.rs"]
mod exposed;
#[path = "reports/filled.rs"]
mod filled;
#[path = "reports/filters.rs"]
mod filters;
#[path = "reports/flags.rs"]
mod flags;
#[path = "reports/foreign.rs"]
mod foreign;
#[path = "reports/frames.rs"]
mod frames;
#[path = "reports/groups.rs"]
mod groups;
#[path = "reports/healthy.rs"]
mod healthy;
#[path = "reports/hosts.rs"]
mod hosts;
#[path = "reports/inits.rs"]
mod inits;
#[path = "reports/kinds.rs"]
mod kinds;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod lab;
#[path = "reports/linknames.rs"]
mod linknames;
#[path = "reports/listed.rs"]
mod listed;
#[path = "reports/paused.rs"]
mod paused;
#[path = "reports/programs.rs"]
mod programs;
#[path = "reports/pruned.rs"]
mod pruned;
#[path = "reports/published.rs"]
mod published;
#[path = "reports/pulls.rs"]
mod pulls;
#[path = "reports/refused.rs"]
mod refused;
#[path = "reports/renamed.rs"]
mod renamed;
#[path = "reports/restarted.rs"]
mod restarted;
#[path = "reports/room.rs"]
mod room;
#[path = "reports/several.rs"]
mod several;
#[path = "reports/shares.rs"]
mod shares;
#[path = "reports/sharing.rs"]
mod sharing;
#[path = "reports/shown.rs"]
mod shown;
#[path = "reports/side.rs"]
mod side;
#[path = "reports/signals.rs"]
mod signals;
#[path = "docker_cli/terminal.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod terminal;
#[path = "reports/volumes.rs"]
mod volumes;

#[path = "reports/attachments.rs"]
mod attachments;
#[path = "reports/beside.rs"]
mod beside;
#[path = "reports/bodies.rs"]
mod bodies;
#[path = "reports/commands.rs"]
mod commands;
#[path = "reports/events.rs"]
mod events;
#[path = "reports/followed.rs"]
mod followed;
#[path = "reports/layerless.rs"]
mod layerless;
#[path = "reports/linked.rs"]
mod linked;
#[path = "reports/longlines.rs"]
mod longlines;
#[path = "reports/lookups.rs"]
mod lookups;
#[path = "reports/made.rs"]
mod made;
#[path = "reports/mark.rs"]
mod mark;
#[path = "reports/memory.rs"]
mod memory;
#[path = "reports/namespaces.rs"]
mod namespaces;
#[path = "reports/nested.rs"]
mod nested;
#[path = "reports/nets.rs"]
mod nets;
#[path = "reports/odd.rs"]
mod odd;
#[path = "reports/overlap.rs"]
mod overlap;
#[path = "reports/partly.rs"]
mod partly;
#[path = "reports/removals.rs"]
mod removals;
#[path = "reports/secured.rs"]
mod secured;
#[path = "reports/six.rs"]
mod six;
#[path = "reports/sizes.rs"]
mod sizes;
#[path = "reports/small.rs"]
mod small;
#[path = "reports/spelled.rs"]
mod spelled;
#[path = "reports/stats.rs"]
mod stats;
#[path = "reports/statuses.rs"]
mod statuses;
#[path = "reports/tmpfs.rs"]
mod tmpfs;
#[path = "reports/told.rs"]
mod told;
#[path = "reports/tuned.rs"]
mod tuned;
#[path = "reports/unasked.rs"]
mod unasked;
#[path = "reports/unbuilt.rs"]
mod unbuilt;
#[path = "reports/used.rs"]
mod used;
#[path = "reports/vanished.rs"]
mod vanished;
#[path = "reports/waits.rs"]
mod waits;
use side::Side;

/// Of the shell's image.
const PATH: &str = "ENV PATH=/bin";

/// The areas: a test of each against dockwalk, and the list of all for the real dockerd.
macro_rules! areas {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            clients::check(|bench| {
                let side = Side::of(bench);
                side.good(&format!("pull -q {}", side::IMAGE));
                $name::area(&side);
                side.clear();
            });
        })*

        const AREAS: &[(&str, fn(&Side<'_>))] = &[$((stringify!($name), $name::area)),*];
    };
}

areas! {
    allflags archives attached attachments backups beside binds bodies commands copied drivers environment events exec exposed filled filters flags
    followed foreign frames groups healthy hosts inits kinds layerless linked linknames listed longlines lookups mark memory namespaces nested nets odd
    overlap partly paused programs pruned published refused removals renamed restarted room secured several shares sharing shown signals six sizes
    small spelled stats statuses tmpfs told tuned
    unasked unbuilt used vanished volumes waits
}

#[test]
fn docker_itself_passes_the_same_checks() {
    lab::inside("docker_itself_passes_the_same_checks", &["docker", "dockerd", "ip", "unshare"], |dir| {
        let engine = engine::Engine::start(engine::Who::Root);
        let docker = lab::Docker::start_with(dir, &[]);
        // Its layers are of a kind that this Docker cannot read: what they make together is taken there.
        let archive = dir.join("shell.tar");
        let files = "tar -C / -c $(ls / | grep -v -e proc -e sys -e dev)";
        let mut run = engine.dockwalk(&["docker", "run", "--rm", side::IMAGE, "sh", "-c", files]);
        assert!(run.stdout(std::fs::File::create(&archive).unwrap()).status().unwrap().success());
        docker.run(&[
            "import",
            "--change",
            "CMD [\"sh\"]",
            "--change",
            PATH,
            &archive.display().to_string(),
            side::IMAGE,
        ]);
        let side = Side::dockers(&docker);
        let wanted = std::env::var("DOCKWALK_TEST_AREAS").unwrap_or_default();
        let asked = |(name, _): &&(&str, fn(&Side<'_>))| wanted.is_empty() || wanted.split(' ').any(|one| one == *name);
        let differs = |(_, area): &&(&str, fn(&Side<'_>))| {
            let passed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| area(&side)));
            side.clear();
            passed.is_err()
        };
        let different: Vec<_> = AREAS.iter().filter(asked).filter(differs).map(|(name, _)| name).collect();
        drop(docker);
        lab::unmount_below(dir);
        assert!(different.is_empty(), "Docker is otherwise in {different:?}");
    });
}

/// What the host mounts below a bind after the start comes into the container whose bind hears of it, and into no other. The host is
/// a namespace of the test's own here; one of the two is shared with nobody.
#[test]
fn what_the_host_mounts_later_reaches_who_asked_for_it() {
    lab::inside("what_the_host_mounts_later_reaches_who_asked_for_it", &["docker", "mount", "unshare"], |dir| {
        let host = dir.join("host");
        std::fs::create_dir_all(host.join("below")).unwrap();
        let [host, below] = [&host, &host.join("below")].map(|path| path.display().to_string());
        lab::run("mount", &["--bind", &host, &host]);
        lab::run("mount", &["--make-shared", &host]);
        for who in engine::everyone() {
            let engine = engine::Engine::start(who);
            let docker = |line: &str| engine::good(engine.docker(&line.split(' ').collect::<Vec<_>>()));
            docker(&format!("pull -q {}", side::IMAGE));
            for (name, option) in [("hears", ":rslave,ro"), ("apart", "")] {
                docker(&format!("run -d --name {name} -v {host}:/d{option} {} sleep 600", side::IMAGE));
            }
            lab::run("mount", &["-t", "tmpfs", "later", &below]);
            std::fs::write(format!("{below}/seen"), "").unwrap();
            assert_eq!(
                (docker("exec hears ls /d/below"), docker("exec apart ls /d/below")),
                ("seen".into(), "".into())
            );
            // With what is mounted there already, or without.
            for (option, seen) in [("", "seen"), (",bind-recursive=disabled", "")] {
                let mount = format!("--mount type=bind,src={host},dst=/d{option}");
                assert_eq!(docker(&format!("run --rm {mount} {} ls /d/below", side::IMAGE)), seen, "{option}");
            }
            lab::run("umount", &[&below]);
            assert_eq!(docker("exec hears ls /d/below"), "");
            let mounts = docker("inspect -f {{range.Mounts}}{{.Propagation}},{{.RW}}{{end}} hears apart");
            assert_eq!(mounts, "rslave,false\nrprivate,true");
            // The engine's own namespace lets nothing out.
            let line = format!("run --rm -v {host}:/d:rshared {} true", side::IMAGE);
            let said = engine::fails(engine.docker(&line.split(' ').collect::<Vec<_>>()), 125);
            assert!(said.contains("not a shared mount") && said.contains("rslave"), "{said}");
            docker("rm -f hears apart");
        }
        lab::run("umount", &[&host]);
    });
}
