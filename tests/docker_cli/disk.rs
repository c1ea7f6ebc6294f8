//! What takes how much of the disk, and what a prune takes away of it: what is said by rule before is what then goes, and what Docker says.

use crate::clients::{Bench, Cli, check};
use crate::engine::{good, output};
use crate::gate::waiting;
use crate::isolation::trace;
use dockwalk::client::GateCommand;
use dockwalk::client::units::human_size;
use dockwalk::docker::DiskUsage;
use dockwalk::survival::prune::{Foretold, Images, Ordered, Prune, Volumes, images_of};
use dockwalk::trace::{Body, Change, DiskPlace, Evidence, StepKind, Trace, World};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

const WHO: &str = "lab/shell:1";

fn shell(bench: &Bench<'_>, flags: &str, image: &str, script: &str) -> String {
    let flags: Vec<_> = ["run"].into_iter().chain(flags.split(' ')).collect();
    good(bench.args(&[&flags[..], &[image, "sh", "-c", script]].concat()))
}

/// Running and stopped containers, volumes with a name and without, used and not, images in use, unused and without a tag.
fn fill(bench: &Bench<'_>) {
    good(bench.args(&["pull", "-q", WHO]));
    let zeros = |bytes: u32, to: &str| format!("head -c {bytes} /dev/zero > {to}");
    let script = [zeros(3000, "/own"), zeros(7000, "/n/x"), zeros(900, "/a/x")].join("; ");
    shell(bench, "-d --name runs -v named:/n -v /a", WHO, &format!("{script}; touch /ready; sleep 1000"));
    until("it writes", || output(bench.run("exec runs test -e /ready")).status.success());
    let script = [zeros(5000, "/own"), zeros(110, "/n/x"), zeros(60, "/a/x")].join("; ");
    shell(bench, "--name ended -v of-ended:/n -v /a", WHO, &script);
    good(bench.run(&format!("create --name new -v of-new:/n {WHO}")));
    shell(bench, "--rm -v spare:/n", WHO, &zeros(1234, "/n/x"));
    // Its volume without a name is left.
    shell(bench, "--name left -v /a", WHO, &zeros(4321, "/a/x"));
    good(bench.run("rm left"));
    // An image that nobody has; one without a tag that shares its layer; one without a tag alone; one that a stopped container has.
    shell(bench, "--name one", WHO, &zeros(20_000, "/layer"));
    good(bench.run("commit one unused:1"));
    good(bench.args(&["commit", "--change", "LABEL nameless=1", "one"]));
    shell(bench, "--name two", WHO, &zeros(30_000, "/layer"));
    good(bench.run("commit two"));
    shell(bench, "--name three", WHO, &zeros(40_000, "/layer"));
    good(bench.run("commit three of-stopped:1"));
    good(bench.run("rm one two three"));
    shell(bench, "--name stopped", "of-stopped:1", "true");
}

pub fn until(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What there is of what can go.
#[derive(Debug, PartialEq)]
struct There {
    containers: BTreeSet<String>,
    volumes: BTreeSet<String>,
    images: BTreeSet<String>,
    layers: BTreeSet<String>,
}

fn there(world: &World, but: &Foretold) -> There {
    let texts = |all: &mut dyn Iterator<Item = String>| all.collect::<BTreeSet<_>>();
    There {
        containers: texts(
            &mut world.containers.keys().filter(|id| !but.containers.contains(id)).map(ToString::to_string),
        ),
        volumes: texts(&mut world.volumes.keys().filter(|name| !but.volumes.contains(*name)).cloned()),
        images: texts(&mut images_of(world).iter().filter(|id| !but.images.contains(id)).map(ToString::to_string)),
        layers: texts(&mut world.layers.keys().filter(|id| !but.layers.contains(id)).map(ToString::to_string)),
    }
}

/// The disk is measured, a prune is foretold, and then done: what is left, and what Docker says, are as foretold.
fn foretold(bench: &Bench<'_>, line: &str, prune: Prune) {
    good(bench.run("system df"));
    let client = bench.engine.client();
    let before = trace(&client).head().clone();
    assert_eq!(before.stored_since(), Some(0), "nothing has changed since");
    let gone = Foretold::of(prune, &before).unwrap();
    assert!(!gone.is_empty() && gone.uncounted == 0, "{line}: {gone:?}");
    let said = good(bench.run(line));
    let after = trace(&client).head().clone();
    assert_eq!(there(&after, &Foretold::default()), there(&before, &gone), "{line}\n{said}");
    let total = format!("Total reclaimed space: {}", human_size(gone.bytes, 4));
    assert_eq!(said.lines().last(), Some(&*total), "{line}");
    assert!(after.stored_since() > Some(0), "what was measured is not what is now");
    let packed = |world: &World| world.blobs.keys().cloned().collect::<BTreeSet<_>>();
    let went: BTreeSet<_> = packed(&before).difference(&packed(&after)).cloned().collect();
    assert_eq!(went, gone.blobs, "{line}");
}

fn clear(bench: &Bench<'_>) {
    let all = good(bench.run("ps -aq"));
    let ids: Vec<_> = all.split_whitespace().collect();
    if !ids.is_empty() {
        good(bench.args(&[&["rm", "-f"][..], &ids].concat()));
    }
    good(bench.run("system prune -af --volumes"));
    let names = good(bench.run("volume ls -q"));
    names.split_whitespace().for_each(|name| drop(good(bench.args(&["volume", "rm", name]))));
}

#[test]
fn what_a_prune_takes_away_is_foretold() {
    check(|bench| {
        clear(bench);
        // The real CLI of 20.10 speaks a version in which all volumes are meant.
        let old = matches!(bench.cli, Cli::Docker)
            && good(bench.args(&["version", "-f", "{{.Client.APIVersion}}"])).as_str() < "1.42";
        let unnamed = if old { Volumes::All } else { Volumes::Anonymous };
        let system = |images, volumes| Prune::System { images, volumes };
        let (dangling, all) = (Images::Dangling, Images::All);
        // Each after the others, so that there is something for each of them to take.
        let one_by_one = [
            ("image prune -f", Prune::Images(dangling)),
            ("volume prune -f", Prune::Volumes(unnamed)),
            ("container prune -f", Prune::Containers),
            ("image prune -af", Prune::Images(all)),
            ("volume prune -af", Prune::Volumes(Volumes::All)),
        ];
        let together = [
            ("system prune -f", system(dangling, None)),
            ("system prune -f --volumes", system(dangling, Some(unnamed))),
            ("system prune -af", system(all, None)),
        ];
        let at_once = [("system prune -af --volumes", system(all, Some(unnamed)))];
        for prunes in [&one_by_one[..], &together, &at_once] {
            fill(bench);
            for (line, prune) in prunes {
                if !(old && *line == "volume prune -af") {
                    foretold(bench, line, *prune);
                }
            }
            clear(bench);
        }
    });
}

#[test]
fn docker_s_reclaimable_is_what_would_go() {
    check(|bench| {
        clear(bench);
        fill(bench);
        // What images in use share is counted there, and does not go: here none shares anything with another.
        good(bench.run("rm stopped"));
        good(bench.run("rmi of-stopped:1 unused:1"));
        good(bench.run("image prune -f"));
        let tar = bench.engine.root().with_file_name("other.tar");
        let (dir, file) = (tar.with_file_name("other"), tar.display().to_string());
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("file"), vec![7; 12_345]).unwrap();
        let packed =
            std::process::Command::new("tar").args(["-C", &dir.display().to_string(), "-cf", &file, "file"]).status();
        assert!(packed.unwrap().success());
        std::fs::set_permissions(&tar, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        good(bench.args(&["import", &file, "other:1"]));
        let said = good(bench.args(&["system", "df", "--format={{.Type}}|{{.Reclaimable}}"]));
        let world = trace(&bench.engine.client()).head().clone();
        for (kind, prune) in [
            ("Images", Prune::Images(Images::All)),
            ("Containers", Prune::Containers),
            ("Local Volumes", Prune::Volumes(Volumes::All)),
        ] {
            let of = |line: &str| Some(line.strip_prefix(kind)?.strip_prefix('|')?.split(' ').next()?.to_owned());
            let bytes = Foretold::of(prune, &world).unwrap().bytes;
            assert_eq!(said.lines().find_map(of), Some(human_size(bytes, 4)), "{said}");
            assert!(bytes > 0, "{kind}");
        }
        clear(bench);
    });
}

/// What counted a thing, and the step that it was counted in.
fn counts(trace: &Trace) -> Vec<(Change, Vec<Evidence>, StepKind)> {
    let events = trace.events_in(0, trace.len());
    let counted = events.filter_map(|event| match &event.body {
        Body::Observed { step: Some(step), change, evidence }
            if matches!(**change, Change::BytesCounted(_) | Change::DiskSeen(_)) =>
        {
            Some((*change.clone(), evidence.clone(), trace.mark(*step)?.kind))
        }
        _ => None,
    });
    counted.collect()
}

#[test]
fn what_is_measured_is_told_with_what_was_looked_at_and_going_back_forgets_it() {
    check(|bench| {
        clear(bench);
        fill(bench);
        let client = bench.engine.client();
        let before = client.info().unwrap().trace_length;
        good(bench.run("system df -v"));
        let trace = trace(&client);
        let of = |at| trace.seek(at).disk.as_ref().map(|disk| disk.stored);
        assert!(of(before) < of(trace.len()));
        let all = counts(&trace);
        assert!(all.iter().all(|(_, evidence, kind)| !evidence.is_empty() && *kind == StepKind::MeasureDisk));
        let world = trace.head();
        let bytes = |name: &str| world.bytes_of(&DiskPlace::Volume { name: name.into() });
        assert_eq!((bytes("named"), bytes("spare"), bytes("of-ended")), (Some(7000), Some(1234), Some(110)));
        let upper = |name: &str| {
            let container = world.container_named(name).unwrap().id.clone();
            world.bytes_of(&DiskPlace::Upper { container })
        };
        assert_eq!((upper("runs"), upper("ended"), upper("new")), (Some(3000), Some(5000), Some(0)));
        let disk = world.disk.as_ref().unwrap();
        let images = good(bench.run("images -aq --no-trunc"));
        assert_eq!(disk.images.len(), images.split_whitespace().collect::<BTreeSet<_>>().len());
        assert!(disk.room.0 > disk.room.1 && disk.room.1 > 0 && disk.blobs > 0, "{disk:?}");
        // Whoever has a volume that was never mounted is known as well.
        let of_new = &world.counted[&DiskPlace::Volume { name: "of-new".into() }];
        assert_eq!(of_new.users, [world.container_named("new").unwrap().id.clone()]);
        clear(bench);
    });
}

#[test]
fn before_a_prune_the_gate_tells_which_and_the_disk_can_be_measured() {
    check(|bench| {
        clear(bench);
        fill(bench);
        let client = bench.engine.client();
        let events = client.events(0, true);
        assert!(events.next_within(Duration::from_secs(10)).is_some());
        let mut prune = bench.run("system prune -af --volumes");
        let prune = prune.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let view = waiting(&client);
        let op = view.waiting[0].op;
        let world = trace(&client).head().clone();
        let ordered = Ordered::of(&world.ops[&op].op.request, &view.callers[&op].words).unwrap();
        assert!(matches!(ordered.prune, Prune::System { images: Images::All, volumes: Some(_) }) && !ordered.filtered);
        client.get::<DiskUsage>("/system/df").unwrap();
        let world = trace(&client).head().clone();
        let gone = Foretold::of(ordered.prune, &world).unwrap();
        assert_eq!(waiting(&client).waiting[0].op, op, "it waits as before");
        client.command(&GateCommand::Open).unwrap();
        let said = String::from_utf8(prune.wait_with_output().unwrap().stdout).unwrap();
        let total = format!("Total reclaimed space: {}", human_size(gone.bytes, 4));
        assert_eq!(said.trim_end().lines().last(), Some(&*total), "{said}");
        drop(events);
        clear(bench);
    });
}
