use super::busybox::Busybox;
use super::recipe::{Compression, Step};
use crate::engine::registry::document::sha256;
use crate::spec::{Digest, Platform};
use flate2::GzBuilder;
use std::collections::BTreeMap;
use std::io::{self, Write};
use tar::{Builder, EntryType, Header};

/// A layer: its blob, and the digest of its tar.
#[derive(Debug, Clone)]
pub struct LayerBlob {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    pub diff_id: Digest,
}

/// 2026-01-01T00:00:00Z: digests must not depend on when a layer was made.
pub const WHEN: u64 = 1_767_225_600;

/// Programs that are hard links to busybox; the others are symbolic links, so that both kinds are seen.
const HARD: [&str; 4] = ["cat", "ls", "ps", "sh"];

/// One tar entry, by path: a directory before what is in it.
enum TarEntry<'a> {
    Dir { mode: u32, owner: u64 },
    File { content: &'a [u8], mode: u32 },
    Symlink(&'a str),
    HardLink(&'a str),
}

/// Makes the layer of a step for a platform. A platform that the host's busybox is not made for gets a note instead of it.
pub fn layer(step: &Step, busybox: &Busybox, platform: &Platform) -> io::Result<LayerBlob> {
    let native = Platform::host().architecture == platform.architecture;
    let note = format!(
        "The host that assembled this image has no busybox for {platform},\nso this image holds no program. Pull it for the host's own platform.\n"
    );
    let mut entries: BTreeMap<String, TarEntry<'_>> = BTreeMap::new();
    for dir in &step.dir {
        entries.insert(dir.path.clone(), TarEntry::Dir { mode: dir.mode, owner: dir.owner });
    }
    for file in &step.file {
        // TOML's `"""` begins on the line after it.
        let content = file.text.as_bytes();
        entries.insert(file.path.clone(), TarEntry::File { content, mode: file.mode });
    }
    for path in &step.delete {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let slash = if dir.is_empty() { "" } else { "/" };
        entries.insert(format!("{dir}{slash}.wh.{name}"), TarEntry::File { content: b"", mode: 0o644 });
    }
    for path in &step.opaque {
        entries.insert(format!("{path}/.wh..wh..opq"), TarEntry::File { content: b"", mode: 0o644 });
    }
    if step.programs && native {
        entries.insert("bin".into(), TarEntry::Dir { mode: 0o755, owner: 0 });
        for name in &busybox.applets {
            let hard = HARD.contains(&name.as_str());
            let link = if hard { TarEntry::HardLink("bin/busybox") } else { TarEntry::Symlink("busybox") };
            entries.insert(format!("bin/{name}"), link);
        }
    } else if step.programs {
        entries.insert("README".into(), TarEntry::File { content: note.as_bytes(), mode: 0o644 });
    }
    let tar = tar(&entries, (step.programs && native).then_some(busybox))?;
    let diff_id = sha256(&tar);
    let (media_type, bytes) = match step.compression {
        Compression::Gzip => ("application/vnd.oci.image.layer.v1.tar+gzip", gzip(&tar)?),
        Compression::Zstd => ("application/vnd.oci.image.layer.v1.tar+zstd", zstd::encode_all(tar.as_slice(), 9)?),
    };
    Ok(LayerBlob { media_type, bytes, diff_id })
}

fn tar(entries: &BTreeMap<String, TarEntry<'_>>, busybox: Option<&Busybox>) -> io::Result<Vec<u8>> {
    let mut tar = Builder::new(Vec::new());
    // Hard links come after what they link to, and directories before what is in them.
    let rank = |entry: &TarEntry<'_>| match entry {
        TarEntry::Dir { .. } => 0,
        TarEntry::File { .. } => 1,
        TarEntry::Symlink(_) | TarEntry::HardLink(_) => 2,
    };
    let mut ordered: Vec<_> = entries.iter().collect();
    ordered.sort_by_key(|(_, entry)| rank(entry));
    let programs_at = ordered.partition_point(|(_, entry)| rank(entry) < 1);
    for (i, (path, entry)) in ordered.iter().enumerate() {
        if let (true, Some(busybox)) = (i == programs_at, busybox) {
            append(&mut tar, "bin/busybox", &TarEntry::File { content: &busybox.bytes, mode: 0o755 })?;
        }
        append(&mut tar, path, entry)?;
    }
    tar.into_inner()
}

fn append(tar: &mut Builder<Vec<u8>>, path: &str, entry: &TarEntry<'_>) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_mtime(WHEN);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header.set_mode(0o777);
    match entry {
        TarEntry::Dir { mode, owner } => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(*mode);
            header.set_uid(*owner);
            header.set_gid(*owner);
            tar.append_data(&mut header, format!("{path}/"), io::empty())
        }
        TarEntry::File { content, mode } => {
            header.set_entry_type(EntryType::Regular);
            header.set_mode(*mode);
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, path, *content)
        }
        TarEntry::Symlink(target) => {
            header.set_entry_type(EntryType::Symlink);
            tar.append_link(&mut header, path, target)
        }
        TarEntry::HardLink(target) => {
            header.set_entry_type(EntryType::Link);
            header.set_mode(0o755);
            tar.append_link(&mut header, path, target)
        }
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}
