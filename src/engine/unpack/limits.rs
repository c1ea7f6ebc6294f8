use super::shown;
use crate::engine::Fault;
use crate::trace::Code;

/// What a layer may ask of this host. Honest layers stay far below; a layer beyond is refused, and nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries of one layer. Large images have some 200,000.
    pub entries: u64,
    /// Bytes of one extended header, long name or map of holes. The same in Go's archive/tar, and so in Docker.
    pub header: u64,
    /// Bytes of a path or of a link's target: more cannot be named in a system call (`PATH_MAX`).
    pub path: usize,
    /// Directories within each other.
    pub depth: usize,
    /// Bytes of all directories' paths, which are in memory until the end.
    pub directories: usize,
    /// How many bytes may come out of one compressed byte, once `unquestioned` bytes came out of a layer.
    pub ratio: u64,
    /// A file full of zeros compresses 1,000:1 and may be meant.
    pub unquestioned: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 4_000_000,
            header: 1 << 20,
            path: 4095,
            depth: 256,
            directories: 64 << 20,
            ratio: 200,
            unquestioned: 4 << 30,
        }
    }
}

/// Bytes of one name, on every file system of Linux (`NAME_MAX`).
pub const NAME: usize = 255;

impl Limits {
    /// Checks a cleaned path.
    pub fn check_path(&self, path: &[u8]) -> Result<(), Fault> {
        self.check_length(path)?;
        let mut depth = 0;
        for name in path.split(|b| *b == b'/') {
            depth += 1;
            if name.len() > NAME {
                return Err(too_long(name, NAME));
            }
        }
        if depth > self.depth { Err(self.too_deep(path)) } else { Ok(()) }
    }

    /// Checks a path in a container's writable layer: there is no end to what a container can nest.
    pub fn check_upper(&self, path: &[u8]) -> Result<(), Fault> {
        self.check_path(path).map_err(|_too_deep| {
            Fault::failed(Code::UpperTooDeep).with("path", beginning(path)).with("limit", self.depth)
        })
    }

    /// Checks the bytes of a path or of a symbolic link's target.
    pub fn check_length(&self, path: &[u8]) -> Result<(), Fault> {
        if path.len() > self.path { Err(too_long(path, self.path)) } else { Ok(()) }
    }

    /// The path leads, perhaps over links, to where too many directories lie within each other.
    pub fn too_deep(&self, path: &[u8]) -> Fault {
        Fault::failed(Code::LayerTooDeep).with("path", beginning(path)).with("limit", self.depth)
    }

    /// An extended header, long name or map of holes is too large.
    pub fn header_too_large(&self, size: u64) -> Fault {
        Fault::failed(Code::LayerHeaderTooLarge).with("size", size).with("limit", self.header)
    }

    /// There are too many entries.
    pub fn too_many_entries(&self) -> Fault {
        Fault::failed(Code::LayerTooManyEntries).with("limit", self.entries)
    }

    /// The paths of its directories are too long together.
    pub fn too_many_directories(&self) -> Fault {
        Fault::failed(Code::LayerTooManyDirectories).with("limit", self.directories)
    }

    /// None when so many bytes may come out of so many compressed ones.
    pub fn bomb(&self, compressed: u64, bytes: u64) -> Option<Fault> {
        (bytes > self.unquestioned && bytes / self.ratio > compressed).then(|| {
            Fault::failed(Code::LayerBomb).with("compressed", compressed).with("size", bytes).with("limit", self.ratio)
        })
    }
}

fn too_long(name: &[u8], limit: usize) -> Fault {
    Fault::failed(Code::LayerNameTooLong).with("path", beginning(name)).with("length", name.len()).with("limit", limit)
}

/// So much of a path as tells which it is.
fn beginning(path: &[u8]) -> String {
    const ENOUGH: usize = 100;
    if path.len() > ENOUGH { format!("{}…", shown(&path[..ENOUGH])) } else { shown(path) }
}
