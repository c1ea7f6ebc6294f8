//! Pushes, into a registry that keeps what it gets.

use super::server::Asked;
use super::*;
use crate::trace::PushedHow;
use std::collections::BTreeMap;

/// Path below `/v2/` → media type and bytes.
type Things = BTreeMap<String, (String, Vec<u8>)>;

/// What was pushed.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Things>>);

impl Kept {
    fn get(&self, path: &str) -> Option<(String, Vec<u8>)> {
        self.0.lock().get(path).cloned()
    }

    fn put(&self, path: String, kind: &str, bytes: Vec<u8>) {
        self.0.lock().insert(path, (kind.to_owned(), bytes));
    }

    /// As the distribution-spec wants it.
    fn answer(&self, asked: &Asked) -> Reply {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let path = path.trim_start_matches("/v2/");
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        match asked.method.as_str() {
            "GET" | "HEAD" if path.is_empty() => Reply::new(200, "{}"),
            "GET" | "HEAD" => match self.get(path) {
                Some((kind, bytes)) => Reply::new(200, bytes).with("Content-Type", kind),
                None => Reply::new(404, "{}"),
            },
            "POST" => {
                let repository = path.trim_end_matches("/blobs/uploads/");
                let from = value("from").zip(value("mount"));
                let there =
                    from.and_then(|(from, digest)| self.get(&format!("{from}/blobs/{digest}")).zip(Some(digest)));
                match there {
                    Some(((kind, bytes), digest)) => {
                        self.put(format!("{repository}/blobs/{digest}"), &kind, bytes);
                        Reply::new(201, "")
                    }
                    None => Reply::new(202, "").with("Location", format!("/v2/{path}one?_state=geheim")),
                }
            }
            "PUT" if path.contains("/uploads/") => {
                let digest = value("digest").unwrap_or_default();
                if document::sha256(&asked.body).as_str() != digest || value("_state") != Some("geheim") {
                    return Reply::new(400, r#"{"errors":[{"code":"DIGEST_INVALID"}]}"#);
                }
                let repository = path.split("/blobs/").next().unwrap_or_default();
                self.put(format!("{repository}/blobs/{digest}"), "application/octet-stream", asked.body.clone());
                Reply::new(201, "")
            }
            "PUT" => {
                let kind = asked.headers.get("content-type").cloned().unwrap_or_default();
                self.put(path.to_owned(), &kind, asked.body.clone());
                Reply::new(201, "")
            }
            _ => Reply::new(405, ""),
        }
    }
}

/// A bench with an image that was pulled, and a registry to push to.
struct Pushing {
    bench: Bench,
    image: TestImage,
    kept: Kept,
    to: Server,
}

impl Pushing {
    fn new(script: impl Fn(&Kept, &Asked, usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let image = TestImage::new(vec![layer("a", &noise(300_000)), layer("b", b"b")]);
        let content = image.clone();
        let from = Server::start(move |asked, _| content.answer(asked));
        let bench = Bench::new();
        bench.pull(&name(&from)).expect("a pull");
        let kept = Kept::default();
        let keeper = kept.clone();
        let to =
            Server::start(move |asked, before| script(&keeper, asked, before).unwrap_or_else(|| keeper.answer(asked)));
        let pushing = Self { bench, image, kept, to };
        pushing.tag(&name(&from), "x/y");
        pushing
    }

    fn name(&self, repository: &str) -> String {
        format!("{}/{repository}:1", self.to.addr)
    }

    fn tag(&self, from: &str, repository: &str) {
        let reference = self.name(repository).parse().expect("a reference");
        let store = Store::open(&self.bench.root(), IdRange::ALL, false).expect("a store");
        let tag = |cx: &Cx| store.name(cx, from, &reference).map(drop);
        self.bench.conductor.operate(OpKind::ImageTag, "", "", &Cancel::new(), tag).expect("tagged");
    }

    fn push(&self, repository: &str, auth: Option<&Credentials>) -> Result<()> {
        let store = Store::open(&self.bench.root(), IdRange::ALL, false).expect("a store");
        let puller = Puller::new(store, self.bench.options.clone());
        let reference = self.name(repository).parse().expect("a reference");
        let tell = |progress| self.bench.told.lock().push(progress);
        self.bench
            .conductor
            .operate(OpKind::ImagePush, "", "", &self.bench.cancel, |cx| puller.push(cx, &reference, auth, &tell))
    }

    fn told(&self) -> Vec<String> {
        let told = self.bench.told.lock();
        told.iter()
            .filter_map(|progress| match progress {
                Progress::Status { id: Some(_), text } => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    fn how(&self, repository: &str) -> Vec<PushedHow> {
        let world = self.bench.conductor.world();
        let key = |bytes: &[u8]| (self.to.addr.to_string(), repository.to_owned(), document::sha256(bytes));
        let all = self.image.layers.iter().chain([&self.image.config]);
        all.map(|bytes| world.pushed[&key(bytes)].how.clone()).collect()
    }
}

#[test]
fn an_image_is_pushed_as_it_was_pulled_and_looked_at_again() {
    let pushing = Pushing::new(|_, _, _| None);
    pushing.push("x/y", None).expect("a push");
    for blob in pushing.image.layers.iter().chain([&pushing.image.config]) {
        let path = format!("x/y/blobs/{}", document::sha256(blob));
        assert_eq!(&pushing.kept.get(&path).expect("it is there").1, blob);
    }
    let (kind, manifest) = pushing.kept.get("x/y/manifests/1").expect("it is there");
    assert_eq!(
        (kind.as_str(), manifest.clone()),
        ("application/vnd.oci.image.manifest.v1+json", pushing.image.manifest.clone())
    );
    assert_eq!(pushing.how("x/y"), [PushedHow::Uploaded, PushedHow::Uploaded, PushedHow::Uploaded]);
    let digest = document::sha256(&manifest);
    let pushed = Progress::Pushed { tag: "1".into(), digest: digest.clone(), size: manifest.len() as u64 };
    assert!(pushing.bench.told.lock().contains(&pushed));
    let world = pushing.bench.conductor.world();
    assert_eq!(world.remote_tags[&pushing.name("x/y")].target.digest, digest);
    let order: Vec<_> = pushing
        .to
        .lines()
        .into_iter()
        .map(|line| line.split(['?', ' ']).take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let last = [format!("PUT {}", "/v2/x/y/manifests/1"), format!("GET {}", "/v2/x/y/manifests/1")];
    assert_eq!(order[order.len() - 2..], last, "the manifest comes last, and is fetched again");
    assert!(!pushing.bench.trace().contains("geheim"), "an upload's address is a secret");
}

#[test]
fn what_is_there_is_not_sent_again_and_another_repository_gives_what_it_has() {
    let pushing = Pushing::new(|_, _, _| None);
    pushing.push("x/y", None).expect("a push");
    pushing.push("x/y", None).expect("the same again");
    assert_eq!(pushing.how("x/y"), [PushedHow::Existing, PushedHow::Existing, PushedHow::Existing]);
    assert!(pushing.told().ends_with(&["Layer already exists".into(), "Layer already exists".into()]));
    let before = pushing.to.asked().len();
    pushing.tag(&pushing.name("x/y"), "other/z");
    pushing.push("other/z", None).expect("elsewhere in the same registry");
    let from = || PushedHow::Mounted { from: "x/y".into() };
    assert_eq!(pushing.how("other/z"), [from(), from(), from()]);
    let sent = pushing.to.asked().split_off(before);
    assert!(sent.iter().all(|asked| asked.method != "PUT" || asked.path.contains("/manifests/")), "no bytes were sent");
    assert!(pushing.told().contains(&"Mounted from x/y".to_owned()));
}

#[test]
fn an_upload_that_breaks_off_is_begun_anew() {
    let pushing = Pushing::new(|_, asked, before| {
        let first = asked.method == "PUT" && asked.path.contains("/uploads/") && before == 0;
        // Half an answer, and the line is dead.
        first.then(|| Reply::new(500, "x").cut(0))
    });
    pushing.push("x/y", None).expect("a push");
    assert_eq!(pushing.how("x/y"), [PushedHow::Uploaded, PushedHow::Uploaded, PushedHow::Uploaded]);
}

#[test]
fn a_token_is_asked_for_pushing_and_for_the_repositories_that_give() {
    let tokens = Server::start(|_, _| Reply::new(200, r#"{"token":"secret-token"}"#));
    let challenge = format!(r#"Bearer realm="http://{}/token",service="test""#, tokens.addr);
    let pushing = Pushing::new(move |_, asked, _| {
        let known = asked.headers.get("authorization").is_some_and(|value| value == "Bearer secret-token");
        (!known).then(|| Reply::new(401, "").with("WWW-Authenticate", &challenge))
    });
    let me = Credentials::Basic { username: "me".into(), password: "geheim".into() };
    pushing.push("x/y", Some(&me)).expect("a push");
    pushing.tag(&pushing.name("x/y"), "other/z");
    pushing.push("other/z", Some(&me)).expect("a push");
    let paths: Vec<_> = tokens.asked().into_iter().map(|asked| asked.path).collect();
    assert!(paths[0].ends_with("scope=repository:x/y:pull%2Cpush"), "{paths:?}");
    assert!(paths[1].ends_with("scope=repository:other/z:pull%2Cpush&scope=repository:x/y:pull"), "{paths:?}");
    let trace = pushing.bench.trace();
    assert!(!trace.contains("secret-token") && !trace.contains("geheim"));
}

#[test]
fn a_registry_that_keeps_another_manifest_or_takes_none_is_named() {
    let pushing = Pushing::new(|_, asked, _| {
        let manifest = asked.method == "GET" && asked.path.contains("/manifests/");
        manifest.then(|| Reply::new(200, "{}").with("Content-Type", "application/json"))
    });
    assert_eq!(pushing.push("x/y", None).expect_err("another one").problem.code, "push-not-kept");
    assert!(!pushing.bench.conductor.world().remote_tags.contains_key(&pushing.name("x/y")), "it is not there");
    let pushing = Pushing::new(|_, asked, _| (asked.method == "POST").then(|| Reply::new(405, "")));
    assert_eq!(pushing.push("x/y", None).expect_err("read-only").problem.code, "registry-read-only");
    assert_eq!(pushing.push("x/unknown", None).expect_err("unknown").problem.code, "no-such-image");
}

#[test]
fn a_push_that_is_cancelled_ends_although_nobody_answers() {
    let pushing = Pushing::new(|_, asked, _| {
        let upload = asked.method == "PUT" && asked.path.contains("/uploads/");
        upload.then(|| Reply { stall: true, ..Reply::new(201, "x").cut(0) })
    });
    let (cancel, conductor) = (pushing.bench.cancel.clone(), Arc::clone(&pushing.bench.conductor));
    let canceller = std::thread::spawn(move || {
        let open = |conductor: &Conductor| {
            conductor.world().open_steps.values().any(|step| step.plan.call.starts_with("PUT "))
        };
        while !open(&conductor) {
            std::thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
    });
    assert_eq!(pushing.push("x/y", None).expect_err("cancelled").kind, FaultKind::Cancelled);
    canceller.join().expect("no panic");
}

#[test]
fn a_login_is_tried_at_the_registry() {
    let server = Server::start(|asked, _| {
        let right = asked.headers.get("authorization").is_some_and(|value| value == "Basic bWU6Z2VoZWlt");
        if right { Reply::new(200, "{}") } else { Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\"") }
    });
    let bench = Bench::new();
    let store = Store::open(&bench.root(), IdRange::ALL, false).expect("a store");
    let puller = Puller::new(store, RegistryOptions::default());
    let log_in = |password: &str| {
        let me = Credentials::Basic { username: "me".into(), password: password.into() };
        let host = server.addr.to_string();
        bench.conductor.operate(OpKind::RegistryLogin, "", "", &Cancel::new(), |cx| puller.log_in(cx, &host, &me))
    };
    log_in("geheim").expect("welcome");
    assert_eq!(log_in("falsch").expect_err("not welcome").problem.code, "registry-refused");
    assert!(!bench.trace().contains("bWU6Z2VoZWlt") && !bench.trace().contains("falsch"));
}
