use crate::engine::registry::auth::{Challenge, TokenAnswer, escape};

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
    let escaped = escape(text);
    assert!(escaped.bytes().all(|b| b.is_ascii_graphic() && !b"&=+#?\"".contains(&b)), "{escaped:?}");
    assert_eq!(unescape(&escaped), bytes);
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(&after[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}
