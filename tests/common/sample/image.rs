//! A pull, as its events tell of it.

use super::*;

/// One layer of an image.
pub struct LayerSpec {
    pub name: &'static str,
    pub size: u64,
    pub created_by: &'static str,
    pub files: Vec<(&'static str, Effect)>,
}

pub fn shell_layers() -> Vec<LayerSpec> {
    use Effect::{Added, Deleted, Opaque, Replaced};
    let layer = |name, size, created_by, files| LayerSpec { name, size, created_by, files };
    vec![
        layer(
            "base",
            1_214_301,
            "FROM busybox:1.35",
            vec![
                ("bin/busybox", Added),
                ("bin/sh", Added),
                ("etc/passwd", Added),
                ("etc/motd", Added),
                ("usr/share/lab/old.txt", Added),
                ("usr/share/lab/readme.txt", Added),
            ],
        ),
        layer(
            "mkdir",
            18_420,
            "RUN /bin/sh -c mkdir -p /notes && echo hello > /notes/hello.txt # buildkit",
            vec![("notes", Added), ("notes/hello.txt", Added), ("etc/passwd", Replaced)],
        ),
        layer("rm", 312, "RUN /bin/sh -c rm /etc/motd # buildkit", vec![("etc/motd", Deleted)]),
        layer(
            "copy",
            2_104,
            "COPY lesson /usr/share/lab",
            vec![("usr/share/lab", Opaque), ("usr/share/lab/lesson.txt", Added), ("usr/share/lab/quiz.txt", Added)],
        ),
    ]
}

impl Sample {
    pub fn pull(&mut self, name: &str, layers: &[LayerSpec]) {
        self.pull_as(&format!("docker.io/lab/{name}:1"), name, layers);
    }

    /// An image whose documents are told apart by `name`, by a reference of its own.
    pub fn pull_as(&mut self, reference: &str, name: &str, layers: &[LayerSpec]) {
        let reference = reference.to_owned();
        let amd = Platform { os: "linux".into(), architecture: "amd64".into(), variant: None };
        let arm = Platform { architecture: "arm64".into(), ..amd.clone() };
        let unknown = Platform { os: "unknown".into(), architecture: "unknown".into(), variant: None };
        let manifest =
            Descriptor { platform: Some(amd.clone()), ..descriptor("manifest", &format!("{name}/amd64"), 1_096) };
        let other = Descriptor { platform: Some(arm), ..descriptor("manifest", &format!("{name}/arm64"), 1_096) };
        let note = ("vnd.docker.reference.type".to_owned(), "attestation-manifest".to_owned());
        let attestation = Descriptor {
            platform: Some(unknown),
            annotations: BTreeMap::from([note]),
            ..descriptor("manifest", &format!("{name}/attestation"), 840)
        };
        let index = descriptor("index", &format!("{name}/index"), 856);
        let config = descriptor("config", &format!("{name}/config"), 2_310);
        let blobs: Vec<Descriptor> = layers.iter().map(|l| layer_blob(l.name, l.size)).collect();
        self.op(OpKind::ImagePull, &reference.clone(), |s| {
            s.step(StepKind::ResolveImage, &reference, |s| {
                let registry = Registry {
                    host: "127.0.0.1:5000".into(),
                    scheme: "http".into(),
                    auth: "none".into(),
                    builtin: true,
                };
                s.saw(Change::RegistrySeen(registry));
                s.saw(Change::TagResolved {
                    reference: reference.clone(),
                    registry: "127.0.0.1:5000".into(),
                    target: index.clone(),
                });
                s.mark("tag resolved");
                let manifests = vec![manifest.clone(), other, attestation];
                s.saw(Change::IndexRead(Index { this: index.clone(), manifests }));
                s.mark("index read");
                let (index, chosen) = (index.digest.clone(), manifest.digest.clone());
                s.step(StepKind::ChoosePlatform, "linux/amd64", |s| {
                    s.saw(Change::PlatformChosen { index, manifest: chosen });
                });
                let this = manifest.clone();
                s.saw(Change::ManifestRead(Manifest { this, config: config.clone(), layers: blobs.clone() }));
                s.mark("manifest read");
                s.saw(Change::ConfigRead(Config {
                    this: config.clone(),
                    platform: amd.clone(),
                    created: Some("2024-03-01T09:00:00Z".into()),
                    env: vec![
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
                        "LAB=1".into(),
                    ],
                    cmd: vec!["/bin/sh".into()],
                    entrypoint: Vec::new(),
                    working_dir: "/".into(),
                    user: String::new(),
                    volumes: Vec::new(),
                    exposed_ports: Vec::new(),
                    stop_signal: None,
                    labels: BTreeMap::new(),
                    diff_ids: layers.iter().map(|l| digest(&format!("{}/diff", l.name))).collect(),
                    history: layers
                        .iter()
                        .map(|l| History { created_by: l.created_by.into(), empty_layer: false })
                        .collect(),
                }));
            });
            s.download(&blobs);
            s.unpack(layers);
            let (image, manifest) = (config.digest.clone(), Some(manifest.digest.clone()));
            s.step(StepKind::TagImage, &reference.clone(), |s| {
                s.saw(Change::ImageTagged { reference, image, manifest });
            });
        });
        self.mark("pulled");
    }

    fn download(&mut self, blobs: &[Descriptor]) {
        self.step(StepKind::DownloadLayers, "layers", |s| {
            let known: Vec<Digest> = s.world.blobs.keys().cloned().collect();
            for blob in blobs {
                s.saw(Change::BlobWanted(blob.clone()));
            }
            for (i, blob) in blobs.iter().enumerate() {
                let (digest, size) = (blob.digest.clone(), blob.size);
                let reused = known.contains(&digest);
                s.step(StepKind::FetchBlob, digest.clone().as_str(), |s| {
                    if !reused {
                        s.saw(Change::BlobProgress { digest: digest.clone(), received: size * 62 / 100 });
                        match i {
                            0 => s.mark("first receiving"),
                            2 => s.mark("receiving"),
                            _ => {}
                        }
                        s.saw(Change::BlobProgress { digest: digest.clone(), received: size });
                        if i == 2 {
                            s.mark("checking");
                        }
                    }
                    s.saw(Change::BlobVerified { digest, size, reused });
                });
            }
        });
    }

    fn unpack(&mut self, layers: &[LayerSpec]) {
        self.step(StepKind::UnpackLayers, "layers", |s| {
            let mut parent: Option<Digest> = None;
            for layer in layers {
                let below = parent.as_ref().map_or("", |p: &Digest| p.short()).to_owned();
                let chain_id = digest(&format!("{}/chain over {below}", layer.name));
                let path = format!("{ROOT}/layers/sha256/{}/fs", chain_id.hex());
                let files = layer.files.iter().map(|(path, effect)| LayerFile {
                    path: (*path).into(),
                    effect: *effect,
                    size: 120,
                });
                s.saw(Change::LayerUnpacked(Layer {
                    chain_id: chain_id.clone(),
                    parent: parent.replace(chain_id),
                    diff_id: digest(&format!("{}/diff", layer.name)),
                    blob: Some(digest(layer.name)),
                    path,
                    size: layer.size * 2,
                    entries: layer.files.len() as u64,
                    files: files.collect(),
                }));
            }
        });
    }
}
