//! Reads the documents of an image: index, manifest, config, of OCI's and Docker's media types alike.

use super::Fault;
use super::moment::Moment;
use super::typed::{self, Misfit, Wrong};
use crate::docker::{self, IMAGE, Json};
use crate::spec::{Digest, DigestError, Platform};
use crate::trace::{Code, Config, Descriptor, History, Index, Manifest};
use oci_spec::image::{ImageConfiguration, ImageIndex, ImageManifest};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Media types of what a tag may point at.
pub const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// As many layers as the kernel stacks (`OVL_MAX_STACK`, fs/overlayfs/params.h). Docker stops at 127.
pub const LAYERS: usize = 500;
/// Entries of any list in a document: variables, labels, lines of history, manifests of an index. Large images have hundreds.
pub const ENTRIES: usize = 10_000;
/// Bytes of what becomes a path (`PATH_MAX`, with its end).
const PATH: usize = 4095;
/// Bytes of what becomes one argument or one variable (`MAX_ARG_STRLEN`, execve(2)).
const ARGUMENT: usize = 128 * 1024;
/// Bytes of a name: of a user, a signal, an operating system, a media type.
const NAME: usize = 255;
/// Addresses that are asked for one foreign layer.
const URLS: usize = 16;

/// What a tag or digest points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A list of manifests, one for each platform.
    Index(Index),
    /// One image.
    Manifest(Manifest),
}

/// Which of the two a document is, before it is read as that.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    schema_version: u32,
    media_type: Option<String>,
    artifact_type: Option<String>,
    manifests: Option<IgnoredAny>,
    config: Option<IgnoredAny>,
    layers: Option<IgnoredAny>,
}

/// Why bytes are no document of an image that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Which document, or the one that describes it.
    pub digest: Digest,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is of Docker's first schema.
    Schema1,
    /// It is something else than an image, of this kind.
    Artifact(String),
    /// A field of it is not as it has to be.
    Field(Misfit),
    /// It breaks a rule, this one.
    Unsupported(String),
}

impl From<Unfit> for Fault {
    fn from(Unfit { digest, why }: Unfit) -> Self {
        match why {
            Why::Schema1 => Self::failed(Code::Schema1Unsupported).with("digest", digest),
            Why::Artifact(kind) => Self::failed(Code::ArtifactNotImage).with("digest", digest).with("kind", kind),
            Why::Field(misfit) => {
                let Misfit { field, found, wanted } = misfit;
                let fault = Self::failed(Code::ManifestField).with("digest", digest).with("field", field);
                fault.with("found", found).with("wanted", wanted)
            }
            Why::Unsupported(reason) => {
                Self::failed(Code::ManifestUnsupported).with("digest", digest).with("reason", reason)
            }
        }
    }
}

/// Reads an index or a manifest. `this` is what the bytes were fetched as; its media type gives way to the document's own.
pub fn document(bytes: &[u8], this: &Descriptor) -> Result<Document, Unfit> {
    let fail = |reason: &str| unsupported(this, reason);
    let shape: Shape = typed::read(bytes).map_err(|e| {
        let old = serde_json::from_slice::<serde_json::Value>(bytes).is_ok_and(|json| json["schemaVersion"] == 1);
        if old { schema1(this) } else { wrong(this, e) }
    })?;
    if shape.schema_version == 1 {
        return Err(schema1(this));
    }
    if shape.schema_version != 2 {
        return Err(fail(&format!("schema version {}", shape.schema_version)));
    }
    let media_type = shape.media_type.unwrap_or_else(|| this.media_type.clone());
    if !ACCEPTED.contains(&media_type.as_str()) {
        return Err(fail(&format!("media type {media_type:?}")));
    }
    let this = Descriptor { media_type, ..this.clone() };
    let wrong = |e: Wrong| wrong(&this, e);
    match (shape.manifests, shape.config, shape.layers) {
        (Some(_), None, None) => {
            let read: ImageIndex = typed::read(bytes).map_err(wrong)?;
            count("manifests", read.manifests().len(), ENTRIES).map_err(|reason| unsupported(&this, &reason))?;
            let manifests = read.manifests().iter().map(|entry| descriptor(entry, &this)).collect::<Result<_, _>>()?;
            Ok(Document::Index(Index { this, manifests }))
        }
        (None, Some(_), Some(_)) => {
            let read: ImageManifest = typed::read(bytes).map_err(wrong)?;
            count("layers", read.layers().len(), LAYERS).map_err(|reason| unsupported(&this, &reason))?;
            let config = descriptor(read.config(), &this)?;
            let layers: Vec<_> =
                read.layers().iter().map(|layer| descriptor(layer, &this)).collect::<Result<_, _>>()?;
            if let Some(kind) = artifact(shape.artifact_type, &config, &layers) {
                return Err(Unfit { digest: this.digest, why: Why::Artifact(kind) });
            }
            if layers.iter().any(|layer| layer.media_type.ends_with("+encrypted")) {
                return Err(unsupported(&this, "its layers are encrypted"));
            }
            Ok(Document::Manifest(Manifest { this, config, layers }))
        }
        // One document that is both could mean one image to one program and another to the next (CVE-2021-41190).
        (Some(_), ..) => Err(fail("it is an index and a manifest at once")),
        _ => Err(fail("it is neither an index nor a manifest")),
    }
}

/// Reads a config, with the document by the names of its fields. What Docker refuses in one is refused.
pub fn config(bytes: &[u8], this: &Descriptor) -> Result<(Config, serde_json::Value), Unfit> {
    let (config, named) = kept(bytes, this)?;
    let json = Json::whole(bytes).map_err(|e| unsupported(this, &e.to_string()))?;
    docker::by_kind(&IMAGE, &json).map_err(|misfit| field(this, misfit))?;
    moments(&named).map_err(|misfit| field(this, misfit))?;
    let made = config.history.iter().filter(|entry| !entry.empty_layer).count();
    if made > config.diff_ids.len() {
        let reason = format!("history: {made} entries that made a layer, diff_ids: {}", config.diff_ids.len());
        return Err(unsupported(this, &reason));
    }
    Ok((config, named))
}

/// Every moment that it names is one.
fn moments(named: &serde_json::Value) -> Result<(), Misfit> {
    let history = named["history"].as_array().into_iter().flatten().enumerate();
    let all = history.map(|(n, entry)| (format!("history[{n}].created"), &entry["created"]));
    for (field, value) in std::iter::once(("created".to_owned(), &named["created"])).chain(all) {
        if value.as_str().is_some_and(|text| !Moment::is_rfc3339(text)) {
            return Err(Misfit { field, found: docker::shown(value), wanted: "RFC 3339".to_owned() });
        }
    }
    Ok(())
}

/// Reads the config of an image that is here already, whatever was taken at that time.
pub fn kept(bytes: &[u8], this: &Descriptor) -> Result<(Config, serde_json::Value), Unfit> {
    let json = Json::whole(bytes).map_err(|e| unsupported(this, &e.to_string()))?;
    let named = docker::by_kind(&IMAGE, &json).unwrap_or_else(|_misfit| json.value());
    let read: ImageConfiguration =
        typed::of(&as_docker_takes_it(named.clone())).map_err(|misfit| field(this, misfit))?;
    let run = read.config().clone().unwrap_or_default();
    let diff_id = |text: &String| text.parse().map_err(|e: DigestError| unsupported(this, &e.to_string()));
    // Docker writes these as the keys of a map, which have no order.
    let sorted = |keys: &Option<Vec<String>>| {
        let mut keys = keys.clone().unwrap_or_default();
        keys.sort();
        keys
    };
    let config = Config {
        this: this.clone(),
        platform: Platform {
            os: read.os().to_string(),
            architecture: read.architecture().to_string(),
            variant: said(read.variant()),
        },
        created: said(read.created()),
        env: run.env().clone().unwrap_or_default(),
        cmd: run.cmd().clone().unwrap_or_default(),
        entrypoint: run.entrypoint().clone().unwrap_or_default(),
        working_dir: run.working_dir().clone().unwrap_or_default(),
        user: run.user().clone().unwrap_or_default(),
        volumes: sorted(run.volumes()),
        exposed_ports: sorted(run.exposed_ports()),
        stop_signal: said(run.stop_signal()),
        labels: run.labels().clone().unwrap_or_default().into_iter().collect(),
        diff_ids: read.rootfs().diff_ids().iter().map(diff_id).collect::<Result<_, _>>()?,
        history: read
            .history()
            .iter()
            .flatten()
            .map(|entry| History {
                created_by: entry.created_by().clone().unwrap_or_default(),
                empty_layer: entry.empty_layer().unwrap_or_default(),
            })
            .collect(),
    };
    bounded(&config).map_err(|reason| unsupported(this, &reason))?;
    Ok((config, named))
}

/// OCI demands both names of a platform, and what kind its layers are of. Docker takes an image that does not say its system for
/// one of Linux, and one without an architecture for one that runs; it knows one kind of layers.
fn as_docker_takes_it(mut config: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = config.as_object_mut() {
        for (name, default) in [("os", "linux"), ("architecture", "")] {
            let said = fields.entry(name).or_insert_with(|| default.into());
            if said.is_null() || said == "" {
                *said = default.into();
            }
        }
        if let Some(rootfs) = fields.get_mut("rootfs").and_then(|rootfs| rootfs.as_object_mut()) {
            rootfs.insert("type".to_owned(), "layers".into());
            rootfs.entry("diff_ids").or_insert_with(|| serde_json::json!([]));
        }
    }
    config
}

/// What a stranger wrote is carried around, shown and handed to the kernel: it must not be more than that takes.
fn bounded(config: &Config) -> Result<(), String> {
    count("diff_ids", config.diff_ids.len(), LAYERS)?;
    count("history", config.history.len(), ENTRIES)?;
    count("Labels", config.labels.len(), ENTRIES)?;
    config.labels.iter().try_for_each(|(name, value)| {
        length("Labels", name, PATH)?;
        length("Labels", value, ARGUMENT)
    })?;
    let lists = [
        ("Env", &config.env, ARGUMENT),
        ("Cmd", &config.cmd, ARGUMENT),
        ("Entrypoint", &config.entrypoint, ARGUMENT),
        ("Volumes", &config.volumes, PATH),
        ("ExposedPorts", &config.exposed_ports, NAME),
    ];
    for (name, list, most) in lists {
        count(name, list.len(), ENTRIES)?;
        list.iter().try_for_each(|text| length(name, text, most))?;
    }
    let platform = &config.platform;
    let texts = [
        ("WorkingDir", Some(&config.working_dir), PATH),
        ("User", Some(&config.user), NAME),
        ("StopSignal", config.stop_signal.as_ref(), NAME),
        ("created", config.created.as_ref(), NAME),
        ("os", Some(&platform.os), NAME),
        ("architecture", Some(&platform.architecture), NAME),
        ("variant", platform.variant.as_ref(), NAME),
    ];
    texts.into_iter().try_for_each(|(name, text, most)| text.map_or(Ok(()), |text| length(name, text, most)))
}

fn count(what: &str, many: usize, most: usize) -> Result<(), String> {
    if many > most { Err(format!("{what}: {many} > {most}")) } else { Ok(()) }
}

/// A NUL may stand in it, as Docker has it: what the kernel cannot take is refused when a container is made of it.
fn length(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.len() > most { Err(format!("{what}: {} bytes > {most}", text.len())) } else { Ok(()) }
}

/// The media type of what Docker writes of an image.
pub const CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// Media types of image configs. The last ones were written by early tools, and Docker still takes them.
const CONFIGS: [&str; 6] = [
    "application/vnd.oci.image.config.v1+json",
    CONFIG,
    "application/octet-stream",
    "application/json",
    "text/html",
    "",
];

/// What a manifest is about when it is about no image: a chart, a signature, an SBOM, … (image-spec, "Guidelines for
/// Artifact Usage").
fn artifact(said: Option<String>, config: &Descriptor, layers: &[Descriptor]) -> Option<String> {
    if !CONFIGS.contains(&config.media_type.as_str()) {
        return Some(said.unwrap_or_else(|| config.media_type.clone()));
    }
    // Signatures and attestations have a config like an image's.
    let tar = |layer: &Descriptor| {
        matches!(layer.media_type.as_str(), "" | "application/octet-stream") || layer.media_type.contains("tar")
    };
    layers.iter().find(|layer| !tar(layer)).map(|layer| layer.media_type.clone())
}

/// True for layers that their owner does not want in other registries: Windows' base layers, mostly.
pub fn is_foreign(media_type: &str) -> bool {
    media_type.contains(".nondistributable.") || media_type.contains(".foreign.")
}

/// Where else a manifest's layers are to be had, by their digests.
pub fn urls(manifest: &[u8]) -> BTreeMap<Digest, Vec<String>> {
    let Ok(read) = ImageManifest::from_reader(manifest) else { return BTreeMap::new() };
    let of = |layer: &oci_spec::image::Descriptor| {
        let mut urls = layer.urls().clone().filter(|urls| !urls.is_empty())?;
        urls.truncate(URLS);
        Some((layer.digest().to_string().parse().ok()?, urls))
    };
    read.layers().iter().filter_map(of).collect()
}

fn schema1(this: &Descriptor) -> Unfit {
    Unfit { digest: this.digest.clone(), why: Why::Schema1 }
}

fn wrong(this: &Descriptor, wrong: Wrong) -> Unfit {
    match wrong {
        Wrong::Syntax(reason) => unsupported(this, &reason),
        Wrong::Field(misfit) => field(this, misfit),
    }
}

fn field(this: &Descriptor, misfit: Misfit) -> Unfit {
    Unfit { digest: this.digest.clone(), why: Why::Field(misfit) }
}

/// A document that breaks a rule.
pub fn unsupported(this: &Descriptor, reason: &str) -> Unfit {
    Unfit { digest: this.digest.clone(), why: Why::Unsupported(reason.to_owned()) }
}

/// A descriptor of the document `within`. Only sha256 can be verified here.
fn descriptor(read: &oci_spec::image::Descriptor, within: &Descriptor) -> Result<Descriptor, Unfit> {
    let digest = read.digest().to_string();
    let digest = digest.parse().map_err(|e: DigestError| unsupported(within, &e.to_string()))?;
    let refused = |reason: String| unsupported(within, &reason);
    length("mediaType", read.media_type().as_ref(), NAME).map_err(refused)?;
    count("annotations", read.annotations().as_ref().map_or(0, |all| all.len()), ENTRIES).map_err(refused)?;
    let platform = read.platform().as_ref().map(|platform| Platform {
        os: platform.os().to_string(),
        architecture: platform.architecture().to_string(),
        variant: said(platform.variant()),
    });
    let annotations = read.annotations().clone().unwrap_or_default().into_iter().collect();
    Ok(Descriptor { media_type: read.media_type().to_string(), digest, size: read.size(), platform, annotations })
}

/// An empty text says as little as none.
fn said(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

/// ChainID(L₀) = DiffID(L₀);  ChainID(L₀|…|Lₙ) = sha256(ChainID(L₀|…|Lₙ₋₁) + " " + DiffID(Lₙ))   (image-spec, config.md)
pub fn chain_ids(diff_ids: &[Digest]) -> Vec<Digest> {
    let mut chain: Vec<Digest> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            Some(below) => sha256(format!("{below} {diff_id}").as_bytes()),
            None => diff_id.clone(),
        });
    }
    chain
}

/// The digest of these bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_sha256(&Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_ids_are_those_of_the_image_spec() {
        let diff: Vec<Digest> = ["a", "b"].map(|c| format!("sha256:{}", c.repeat(64)).parse().expect("valid")).to_vec();
        let chain = chain_ids(&diff);
        assert_eq!(chain[0], diff[0]);
        // printf 'sha256:aaa… sha256:bbb…' | sha256sum
        assert_eq!(chain[1], sha256(format!("{} {}", diff[0], diff[1]).as_bytes()));
    }

    fn this() -> Descriptor {
        let (media_type, digest) = (ACCEPTED[1].to_owned(), sha256(b""));
        Descriptor { media_type, digest, size: 0, platform: None, annotations: BTreeMap::new() }
    }

    /// Why a config with this `config` (or this at its top) is refused; empty when it is taken.
    fn refused(config: serde_json::Value, top: serde_json::Value) -> String {
        let mut document = serde_json::json!({
            "os": "linux", "architecture": "amd64", "config": config, "rootfs": {"type": "layers", "diff_ids": []}
        });
        for (name, value) in top.as_object().into_iter().flatten() {
            document[name] = value.clone();
        }
        match super::config(document.to_string().as_bytes(), &this()) {
            Ok(_) => String::new(),
            Err(unfit) => reason(unfit),
        }
    }

    #[test]
    fn what_a_stranger_wrote_into_a_config_has_bounds() {
        use serde_json::json;
        let many = |n: usize| (0..n).map(|n| format!("A{n}=")).collect::<Vec<_>>();
        let keys = |n: usize| many(n).into_iter().map(|key| (key, json!({}))).collect::<serde_json::Map<_, _>>();
        for good in [
            json!({"WorkingDir": "/".repeat(4095)}),
            json!({"Env": many(10_000), "User": "u".repeat(255)}),
            json!({"Env": [format!("A={}", "x".repeat(100_000))]}),
            // Docker keeps such an image, and another command may be run in it.
            json!({"Cmd": ["a\0b"], "Env": ["A=\0"], "User": "root\0x", "Labels": {"a\0": "\0"}}),
            json!({"WorkingDir": "/a\0", "Entrypoint": ["\0"], "Volumes": {"/a\0": {}}, "StopSignal": "\0"}),
        ] {
            assert_eq!(refused(good, json!({})), "");
        }
        for (bad, reason) in [
            (json!({"WorkingDir": "/".repeat(4096)}), "WorkingDir: 4096 bytes > 4095"),
            (json!({"User": "u".repeat(256)}), "User: 256 bytes > 255"),
            (json!({"Env": many(10_001)}), "Env: 10001 > 10000"),
            (json!({"Cmd": ["x".repeat(131_073)]}), "Cmd: 131073 bytes > 131072"),
            (json!({"Entrypoint": many(10_001)}), "Entrypoint: 10001 > 10000"),
            (json!({"Volumes": {"/".repeat(4096): {}}}), "Volumes: 4096 bytes > 4095"),
            (json!({"ExposedPorts": keys(10_001)}), "ExposedPorts: 10001 > 10000"),
            (json!({"Labels": {"a": "x".repeat(131_073)}}), "Labels: 131073 bytes > 131072"),
            (json!({"StopSignal": "S".repeat(256)}), "StopSignal: 256 bytes > 255"),
        ] {
            assert_eq!(refused(bad, json!({})), reason);
        }
        let history = vec![json!({}); 10_001];
        assert_eq!(refused(json!({}), json!({"history": history})), "history: 10001 > 10000");
        let diff_ids = vec![sha256(b""); 501];
        let rootfs = json!({"rootfs": {"type": "layers", "diff_ids": diff_ids}});
        assert_eq!(refused(json!({}), rootfs), "diff_ids: 501 > 500");
        // Neither the stack of a thread nor its memory grows with what is nested.
        let nested = format!(r#"{{"x":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert!(config(nested.as_bytes(), &this()).is_err());
    }

    #[test]
    fn manifests_and_indexes_have_bounds() {
        use serde_json::json;
        let listed = json!({"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": sha256(b""), "size": 0});
        let config = json!({"mediaType": CONFIGS[0], "digest": sha256(b""), "size": 0});
        let read = |document: serde_json::Value| document_of(&document).map_err(reason);
        let manifest = |n: usize| json!({"schemaVersion": 2, "config": config, "layers": vec![&listed; n]});
        assert!(read(manifest(500)).is_ok());
        assert_eq!(read(manifest(501)).unwrap_err(), "layers: 501 > 500");
        let index = json!({"schemaVersion": 2, "mediaType": ACCEPTED[0], "manifests": vec![&listed; 10_001]});
        assert_eq!(read(index).unwrap_err(), "manifests: 10001 > 10000");
        let mut long = manifest(1);
        long["layers"][0]["mediaType"] = json!(format!("tar{}", "x".repeat(300)));
        assert_eq!(read(long).unwrap_err(), "mediaType: 303 bytes > 255");
        let mut many = manifest(1);
        many["layers"][0]["urls"] = json!(vec!["https://a/b"; 1000]);
        assert_eq!(urls(many.to_string().as_bytes())[&sha256(b"")].len(), URLS);
    }

    fn reason(unfit: Unfit) -> String {
        match unfit.why {
            Why::Unsupported(reason) => reason,
            why => panic!("{why:?}"),
        }
    }

    fn document_of(json: &serde_json::Value) -> Result<Document, Unfit> {
        document(json.to_string().as_bytes(), &this())
    }
}
