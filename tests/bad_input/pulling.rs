//! Images that are not there, or not what they should be; registries that cannot be reached; disks without room.

use super::engine::{Engine, Who, fails, good};
use super::left::{Left, ingested, seen_by};
use super::registry::{Fault, Registry};
use super::*;
use dockwalk::spec::Digest;
use dockwalk::trace::Code;
use std::process::Command;

#[test]
fn an_image_or_a_tag_that_the_built_in_registry_lacks() {
    check(|engine| {
        for image in ["lab/no-such-image:1", "lab/shell:no-such-tag"] {
            for (args, status) in [(vec!["pull", image], 1), (vec!["run", "--rm", image, "sh"], 125)] {
                let problem = refuses(engine, &args, status, Code::ImageNotFound);
                assert_eq!(arg(&problem, "image"), image);
                assert!(arg(&problem, "registry").starts_with("127.0.0.1:"), "{problem:?}");
            }
        }
    });
}

#[test]
fn an_image_or_a_tag_that_another_registry_lacks() {
    let registry = Registry::start(1000);
    check(|engine| {
        for name in ["test/none:1", "test/notes:none"] {
            let image = format!("{}/{name}", registry.addr);
            let problem = refuses(engine, &["pull", &image], 1, Code::ImageNotFound);
            assert_eq!((arg(&problem, "image"), arg(&problem, "registry")), (&*image, &*registry.addr.to_string()));
        }
    });
}

#[test]
fn an_image_name_that_is_none() {
    check(|engine| {
        let before = Left::by(engine);
        for lang in Lang::ALL {
            let said = fails(ours(engine, lang, &["pull", "Lab/Shell:1"]), 1);
            let reason = "Lab/Shell:1".parse::<dockwalk::spec::Reference>().unwrap_err();
            let problem = Problem::new(Code::InvalidReference).with("reason", reason);
            assert_eq!(said, line(lang, &problem));
        }
        before.is_all_there_is(engine);
    });
}

#[test]
fn a_layer_whose_bytes_are_others_than_its_digest_says() {
    let registry = Registry::start(300_000);
    registry.layer_goes(Fault::Changed);
    check(|engine| {
        let problem = refuses(engine, &["pull", &registry.image()], 1, Code::DigestMismatch);
        assert_eq!(arg(&problem, "registry"), registry.addr.to_string());
        assert_eq!(arg(&problem, "expected"), registry.layer.as_str());
        let computed: Digest = arg(&problem, "computed").parse().unwrap();
        assert_ne!(computed, registry.layer);
        assert_eq!(good(ours(engine, Lang::En, &["images", "-q"])), "");
    });
}

#[test]
fn a_manifest_whose_bytes_are_others_than_was_promised() {
    let registry = Registry::start(1000);
    registry.manifest_goes(Fault::Changed);
    check(|engine| {
        let problem = refuses(engine, &["pull", &registry.image()], 1, Code::DigestMismatch);
        assert_eq!(arg(&problem, "expected"), registry.manifest.as_str());
    });
    // Asked for by its digest, it must be what was asked for, whatever the registry promises.
    check(|engine| {
        let other = format!("sha256:{}", "0".repeat(64));
        let image = format!("{}/test/notes@{other}", registry.addr);
        refuses(engine, &["pull", &image], 1, Code::ImageNotFound);
    });
}

#[test]
fn a_layer_that_is_longer_than_was_promised() {
    let registry = Registry::start(300_000);
    registry.layer_goes(Fault::Longer);
    check(|engine| {
        let problem = refuses(engine, &["pull", &registry.image()], 1, Code::SizeMismatch);
        assert_eq!(arg(&problem, "digest"), registry.layer.as_str());
        assert_eq!(arg(&problem, "expected"), registry.size.to_string());
        assert_eq!(arg(&problem, "received"), (registry.size + 1).to_string());
    });
}

#[test]
fn a_download_that_was_cut_goes_on_where_it_was() {
    let registry = Registry::start(1_000_000);
    let image = registry.image();
    check(|engine| {
        registry.layer_goes(Fault::CutAt(600_000));
        let before = Left::by(engine);
        for lang in Lang::ALL {
            let said = fails(ours(engine, lang, &["pull", &image]), 1);
            let problem = recorded(engine);
            assert_eq!(problem.code, Code::BlobTruncated, "{problem:?}");
            assert!(said.ends_with(&line(lang, &problem)), "{said}");
            assert_eq!(arg(&problem, "received"), "600000");
            assert_eq!(arg(&problem, "expected"), registry.size.to_string());
            assert_eq!(arg(&problem, "digest"), registry.layer.as_str());
        }
        assert_eq!(ingested(engine), [600_000], "what has come is kept");
        before.clone().and_ingest(engine).is_all_there_is(engine);
        registry.mend();
        good(ours(engine, Lang::En, &["pull", &image]));
        assert_eq!(registry.layer_asked_from(), [600_000]);
        assert_eq!(ingested(engine), Vec::<u64>::new());
        assert!(good(ours(engine, Lang::En, &["images"])).contains("test/notes"));
    });
}

#[test]
fn a_registry_that_nobody_answers_for() {
    // A port that was free a moment ago.
    let addr = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(|engine| {
        let image = format!("{addr}/test/notes:1");
        for (args, status) in [(vec!["pull", &*image], 1), (vec!["run", "--rm", &*image], 125)] {
            let problem = refuses(engine, &args, status, Code::RegistryUnreachable);
            assert_eq!(arg(&problem, "registry"), addr.to_string());
            assert!(arg(&problem, "reason").contains("refused"), "{problem:?}");
        }
    });
}

/// Puts a small file system where the engine's directory is, in a mount namespace of its own.
fn on_a_small_disk(root: &std::path::Path, who: Who, size: &str) -> Vec<String> {
    let owner = match who {
        Who::Root => String::new(),
        Who::User => {
            let user = nix::unistd::User::from_name("dwtest").unwrap().unwrap();
            format!(",uid={},gid={}", user.uid, user.gid)
        }
    };
    let script = format!(
        "mkdir -p {0} && mount -t tmpfs -o size={size},mode=711{owner} small {0} && exec \"$@\"",
        root.display()
    );
    ["unshare", "--mount", "--propagation", "private", "sh", "-c", &script, "sh"].map(str::to_owned).to_vec()
}

#[test]
fn a_disk_without_room_for_the_image() {
    if !root_is_there() {
        return;
    }
    let registry = Registry::start(12_000_000);
    let image = registry.image();
    for who in everyone() {
        println!("{who:?}");
        let engine = Engine::start_in(who, |root| on_a_small_disk(root, who, "8m"));
        let before = Left::by(&engine);
        for lang in Lang::ALL {
            let said = fails(ours(&engine, lang, &["pull", &image]), 1);
            let problem = recorded(&engine);
            assert_eq!(problem.code, Code::DiskFull, "{problem:?}");
            assert!(said.ends_with(&line(lang, &problem)), "{said}");
            assert!(arg(&problem, "subject").starts_with(engine.root().to_str().unwrap()), "{problem:?}");
        }
        before.clone().and_ingest(&engine).is_all_there_is(&engine);
        assert!(ingested(&engine).len() <= 1, "at most what can be gone on with");
        // The same engine, when there is room.
        let (pid, size) = (engine.pid().to_string(), "remount,size=64m");
        let root = engine.root();
        let mut more = Command::new("nsenter");
        more.args(["-t", &pid, "-m", "mount", "-o", size]).arg(&root);
        if who == Who::Root {
            good(more);
            good(ours(&engine, Lang::En, &["pull", &image]));
            assert_eq!(ingested(&engine), Vec::<u64>::new());
        }
        assert!(seen_by(&engine).exists());
    }
}

#[test]
fn a_disk_without_room_for_the_built_in_images() {
    if !root_is_there() {
        return;
    }
    let engine = Engine::start_in(Who::Root, |root| on_a_small_disk(root, Who::Root, "400k"));
    for lang in Lang::ALL {
        let said = fails(ours(&engine, lang, &["pull", "lab/shell:1"]), 1);
        let problem = recorded(&engine);
        assert_eq!(problem.code, Code::DiskFull, "{problem:?}");
        assert!(said.ends_with(&line(lang, &problem)), "{said}");
        assert!(arg(&problem, "subject").starts_with(engine.root().to_str().unwrap()), "{problem:?}");
    }
}

#[test]
fn built_in_images_that_could_not_be_made() {
    if !root_is_there() {
        return;
    }
    // The host's busybox is no program: images of `lab/` are not looked for at Docker Hub instead.
    let hidden =
        "for b in /bin/busybox /usr/bin/busybox; do [ -e $b ] && mount --bind /etc/hostname $b; done; exec \"$@\"";
    let before = ["unshare", "--mount", "--propagation", "private", "sh", "-c", hidden, "sh"].map(str::to_owned);
    let engine = Engine::start_in(Who::Root, |_| before.to_vec());
    let problem = refuses(&engine, &["pull", "lab/shell:1"], 1, Code::BusyboxMissing);
    assert!(arg(&problem, "path").contains("busybox"), "{problem:?}");
}
