use crate::spec::{Digest, Platform, Reference};

/// Names of images, digests and platforms as somebody types them: what is accepted comes back from its own text.
pub fn references(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(reference) = text.parse::<Reference>() {
        for written in [reference.to_string(), reference.familiar()] {
            assert_eq!(written.parse().as_ref(), Ok(&reference), "{text:?} is written {written:?}");
        }
        // It becomes a part of an address, as it is.
        for part in [reference.repository.as_str(), &reference.manifest_key()] {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-:".contains(&b);
            assert!(part.bytes().all(plain) && !part.split('/').any(|part| part == ".."), "{part:?}");
        }
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text);
        assert!(digest.hex().len() == 64 && digest.hex().bytes().all(|b| b.is_ascii_hexdigit()), "{text:?}");
    }
    if let Some(platform) = Platform::parse(text) {
        assert_eq!(Platform::parse(&platform.to_string()), Some(platform));
    }
}
