use super::header::Wrong;
use crate::tree::Kind;

/// Before the name of what is hidden (OCI image-spec, layer.md).
const WHITEOUT: &[u8] = b".wh.";
/// In a directory of which all is hidden.
const OPAQUE: &[u8] = b".wh..wh..opq";
/// What aufs kept for itself: layers of old Dockers have it.
const AUFS: &[u8] = b".wh..wh.";

/// What a name alone says of an entry.
pub enum Named {
    /// It is what its header says.
    Plain,
    /// It says of that path that it is hidden.
    Mark(Vec<u8>, Kind),
    /// It means nothing outside aufs.
    Nothing,
}

/// Reads the marks of hiding.
pub fn named(path: &[u8]) -> Result<Named, Wrong> {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let dir = &path[..path.len() - name.len()];
    if name == OPAQUE {
        return Ok(Named::Mark(dir.strip_suffix(b"/").unwrap_or_default().to_vec(), Kind::Opaque));
    }
    if name.starts_with(AUFS) {
        return Ok(Named::Nothing);
    }
    match name.strip_prefix(WHITEOUT) {
        None => Ok(Named::Plain),
        Some(b"" | b"." | b"..") => Err("a whiteout that names nothing"),
        Some(name) => Ok(Named::Mark([dir, name].concat(), Kind::Whiteout)),
    }
}

/// `/a/./b/../c/` is `a/c`: by the text alone, as Docker and umoci clean it. What climbs out is refused.
pub fn clean(path: &[u8]) -> Result<Vec<u8>, Wrong> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop().ok_or("`..` in a path would leave the layer")?),
            _ => parts.push(part),
        }
    }
    Ok(parts.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_relative_and_never_climb() {
        assert_eq!(clean(b"/a/./b//c/"), Ok(b"a/b/c".to_vec()));
        assert_eq!(clean(b"./"), Ok(Vec::new()));
        assert_eq!(clean(b"./b/../c"), Ok(b"c".to_vec()));
        assert_eq!(clean(b"a/b/../../c/.."), Ok(Vec::new()));
        for climbs in [&b"a/../../b"[..], b"..", b"/../b", b"a/.././.."] {
            assert!(clean(climbs).is_err());
        }
    }
}
