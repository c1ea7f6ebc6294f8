//! Long names in sentences: what tells them apart is kept.

/// The sentence with its long paths shortened in the middle: `…/containers/9c1f…/merged`.
pub fn paths(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let body = word.trim_end();
        let (lead, path) = body.split_at(body.find('/').unwrap_or(body.len()));
        // Only what begins with a slash is a path; a digest or an image's name has its slash inside.
        let is_path = lead.chars().all(|c| !c.is_alphanumeric()) && path.len() > LONG;
        if is_path {
            out.push_str(lead);
            out.push_str(&self::path(path));
            out.push_str(&word[body.len()..]);
        } else {
            out.push_str(word);
        }
    }
    out
}

/// No shorter path is touched.
const LONG: usize = 30;
/// So many of its parts are kept, the last ones.
const KEPT: usize = 3;

fn path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let kept = &parts[parts.len().saturating_sub(KEPT)..];
    let head = if parts.len() > KEPT { "…/" } else { "/" };
    format!("{head}{}", kept.iter().map(|part| id(part)).collect::<Vec<_>>().join("/"))
}

/// Of an id its first four digits.
fn id(part: &str) -> String {
    let digits = part.chars().take_while(char::is_ascii_hexdigit).count();
    if digits >= 12 { format!("{}…{}", &part[..4], &part[digits..]) } else { part.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_what_tells_it_apart() {
        let id = "9c1f".repeat(16);
        let text = format!("/var/lib/dockwalk/containers/{id}/merged 에 마운트했습니다.");
        assert_eq!(paths(&text), "…/containers/9c1f…/merged 에 마운트했습니다.");
        let quoted = format!("“/home/student/.local/share/dockwalk/volumes/notes/_data”, {id}");
        assert_eq!(paths(&quoted), format!("“…/volumes/notes/_data”, {id}"));
    }

    #[test]
    fn what_is_short_or_no_path_stays_as_it_is() {
        for text in
            ["/etc/passwd 를 읽었습니다", "docker.io/library/a-rather-long-name-of-an-image:1", "", "  a  b ", "////"]
        {
            assert_eq!(paths(text), text);
        }
    }
}
