use crate::engine::registry::auth::{Challenge, TokenAnswer};
use crate::spec::url;

/// What stands in `Www-Authenticate`, and what an authorization service answers.
pub fn tokens(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(Challenge::Bearer { realm, service, scope }) = Challenge::parse(text) {
        for part in [Some(realm), service, scope].into_iter().flatten() {
            assert!(text.contains(&part), "{part:?} is not from {text:?}");
        }
    }
    if let Ok(answer) = serde_json::from_str::<TokenAnswer>(text) {
        assert_ne!(answer.token().as_deref(), Some(""));
    }
    let escaped = url::encode(text);
    assert!(escaped.bytes().all(|b| b.is_ascii_graphic() && !b"&=+#?\"".contains(&b)), "{escaped:?}");
    assert!(percent_encoding::percent_decode_str(&escaped).eq(bytes.iter().copied()));
}
