use crate::engine::documents::{ACCEPTED, Document, chain_ids, config, document, sha256};
use crate::trace::Descriptor;
use std::collections::BTreeMap;

/// Indexes, manifests and configs as a registry sends them: what is accepted can be written into a trace and read again.
pub fn documents(bytes: &[u8]) {
    let this = |media_type: &str| Descriptor {
        media_type: media_type.into(),
        digest: sha256(bytes),
        size: bytes.len() as u64,
        platform: None,
        annotations: BTreeMap::new(),
    };
    for media_type in ACCEPTED {
        match document(bytes, &this(media_type)) {
            Ok(Document::Index(index)) => assert_eq!(through_json(&index), index),
            Ok(Document::Manifest(manifest)) => assert_eq!(through_json(&manifest), manifest),
            Err(unfit) => assert_eq!(unfit.digest, sha256(bytes)),
        }
    }
    if let Ok((config, _)) = config(bytes, &this("application/vnd.oci.image.config.v1+json")) {
        assert_eq!(chain_ids(&config.diff_ids).len(), config.diff_ids.len());
        assert_eq!(through_json(&config), config);
    }
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("writable");
    serde_json::from_str(&text).expect("readable")
}
