//! Who promised a digest, and catches it when the bytes are others.

use super::*;
use crate::engine::documents;
use crate::engine::registry::builtin::Builtin;
use crate::spec::Digest;
use crate::trace::{Change, Code, Content, Damage, Promise};

struct Broken {
    bench: Bench,
    builtin: Builtin,
}

impl Broken {
    fn new() -> Self {
        let mut bench = Bench::new();
        let assets = bench.dir.path().join("assets");
        let builtin = Builtin::serve(([127, 0, 0, 1], 0).into(), &assets).expect("busybox-static is installed");
        bench.options.builtin = Some(builtin.addr());
        Self { bench, builtin }
    }

    /// index, manifest, config, lowest layer of lab/base:1, by a pull into another store.
    fn digests(&self) -> [Digest; 4] {
        let other = Bench { options: self.bench.options.clone(), ..Bench::new() };
        let image = other.pull("lab/base:1").expect("a pull");
        let world = other.conductor.world();
        let index = world.remote_tags["docker.io/lab/base:1"].target.digest.clone();
        let manifest = world.chosen[&index].clone();
        [index, manifest.clone(), image.id, world.manifests[&manifest].layers[0].digest.clone()]
    }

    fn damage(&self, digest: &Digest, offset: Option<u64>) -> Result<Damage> {
        let conductor = &self.bench.conductor;
        conductor
            .operate(OpKind::RegistryDamage, digest, "", &Cancel::new(), |cx| self.builtin.damage(cx, digest, offset))
    }

    fn mend(&self, digest: Option<&Digest>) -> Result<Vec<Damage>> {
        let conductor = &self.bench.conductor;
        conductor.operate(OpKind::RegistryMend, "", "", &Cancel::new(), |cx| self.builtin.mend(cx, digest))
    }
}

#[test]
fn a_flipped_bit_is_caught_by_the_document_above_and_forgotten_when_it_is_mended() {
    let broken = Broken::new();
    let [index, manifest, config, layer] = broken.digests();
    let table = [
        (&index, Content::Index, Promise::Header),
        (&manifest, Content::Manifest, Promise::Index(index.clone())),
        (&config, Content::Config, Promise::Manifest(manifest.clone())),
        (&layer, Content::Blob, Promise::Manifest(manifest.clone())),
    ];
    for (digest, content, by) in table {
        let damage = broken.damage(digest, None).expect("damaged");
        assert_eq!((damage.content, &damage.digest), (content, digest));
        assert_eq!(broken.builtin.damaged(), std::slice::from_ref(&damage));
        let world = broken.bench.conductor.world();
        assert_eq!(*world.damaged[digest], damage);
        let fault = broken.bench.fails("lab/base:1", Code::DigestMismatch);
        assert_eq!(fault.problem.args["by"], by.name());
        assert_eq!(fault.problem.args["expected"], digest.to_string());
        assert_eq!(fault.problem.args.get("promised-in"), by.document().map(ToString::to_string).as_ref());
        let world = broken.bench.conductor.world();
        let rejected = &world.rejected[digest];
        assert_eq!((rejected.content, &rejected.by, &rejected.problem), (content, &by, &fault.problem));
        broken.mend(Some(digest)).expect("mended");
        assert!(broken.bench.conductor.world().damaged.is_empty());
    }
    broken.bench.pull("lab/base:1").expect("all is well again");
    assert!(broken.bench.conductor.world().rejected.is_empty());
}

#[test]
fn an_index_asked_for_by_digest_is_caught_by_the_name_itself() {
    let broken = Broken::new();
    let [index, ..] = broken.digests();
    broken.damage(&index, Some(3)).expect("damaged");
    let fault = broken.bench.fails(&format!("lab/base@{index}"), Code::DigestMismatch);
    assert_eq!(fault.problem.args["by"], "reference");
}

#[test]
fn what_is_damaged_is_seen_in_the_registrys_own_answer() {
    let broken = Broken::new();
    let [_, _, config, layer] = broken.digests();
    broken.damage(&config, Some(0)).expect("damaged before anything was pulled here");
    broken.damage(&config, Some(5)).expect("another byte instead");
    assert_eq!(broken.builtin.damaged()[0].offset, 5, "one bit is wrong, not two");
    let told = broken.bench.conductor.recorder().with(|trace| {
        let events = trace.events();
        let of = |event: &crate::trace::Event| match &event.body {
            Body::Observed { change, evidence, .. } if matches!(**change, Change::RegistryDamaged(_)) => {
                Some(evidence.clone())
            }
            _ => None,
        };
        events.filter_map(|event| of(&event)).collect::<Vec<_>>()
    });
    assert_eq!(told.len(), 2);
    for evidence in told {
        let found = evidence.iter().any(|e| match e {
            crate::trace::Evidence::Hash { expected, computed, .. } => {
                *expected == config.to_string() && computed != expected
            }
            _ => false,
        });
        assert!(found, "{evidence:?}");
    }
    broken.damage(&layer, None).expect("two things at once");
    assert_eq!(broken.mend(None).expect("all").len(), 2);
    assert_eq!(broken.mend(Some(&layer)).expect_err("it is whole").problem.code, Code::NotDamaged);
    let unknown = document::sha256(b"unknown");
    assert_eq!(broken.damage(&unknown, None).expect_err("unknown").problem.code, Code::RegistryLacksDigest);
    assert_eq!(broken.damage(&layer, Some(1 << 40)).expect_err("too far").problem.code, Code::OffsetBeyondEnd);
}

#[test]
fn a_tag_alone_promises_nothing() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let other = {
        let mut text = image.manifest.clone();
        text.push(b'\n');
        text
    };
    let served = other.clone();
    let server = Server::start(move |asked, _| match asked.path.as_str() {
        path if path.contains("/manifests/") => {
            Reply::new(200, served.clone()).with("Content-Type", documents::ACCEPTED[1])
        }
        _ => image.answer(asked),
    });
    let bench = Bench::new();
    bench.pull(&name(&server)).expect("without a header nobody can know that it is another document");
    let reference = format!("{}/a/b:1", server.addr);
    assert_eq!(bench.conductor.world().remote_tags[&reference].target.digest, document::sha256(&other));
}

#[test]
fn a_header_that_disagrees_with_the_body_is_caught_even_when_the_descriptor_agrees() {
    let image = TestImage::new(vec![layer("a", b"a")]);
    let digest = document::sha256(&image.manifest);
    let wrong = document::sha256(b"wrong");
    let header = wrong.clone();
    let server = Server::start(move |asked, _| {
        let mut reply = image.answer(asked);
        reply.headers.retain(|(name, _)| name != "Docker-Content-Digest");
        reply.with("Docker-Content-Digest", &header)
    });
    let bench = Bench::new();
    let fault = bench.fails(&format!("{}/a/b@{digest}", server.addr), Code::DigestMismatch);
    assert_eq!((fault.problem.args["by"].as_str(), &fault.problem.args["expected"]), ("header", &wrong.to_string()));
    assert_eq!(bench.fails(&name(&server), Code::DigestMismatch).problem.args["by"], "header");
}

#[test]
fn a_layer_that_unpacks_to_something_else_is_caught_by_the_config() {
    let image = TestImage::with_diff_ids(vec![layer("a", b"a")], &[document::sha256(b"something else")]);
    let (config, blob) = (document::sha256(&image.config), document::sha256(&image.layers[0]));
    let server = Server::start(move |asked, _| image.answer(asked));
    let bench = Bench::new();
    bench.fails(&name(&server), Code::DiffIdMismatch);
    assert_eq!(bench.conductor.world().rejected[&blob].by, Promise::Config(config));
}
