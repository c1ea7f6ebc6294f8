use crate::engine::Fault;
use crate::engine::lab::grant;
use crate::engine::unpack::fault::damaged;
use crate::engine::unpack::shown;
use crate::trace::Code;
use nix::errno::Errno;
use std::io;

/// Why an entry was not applied.
#[derive(Debug)]
pub enum ApplyError {
    /// The layer contradicts itself.
    Damaged(&'static str),
    /// This host refused a system call.
    Host(&'static str, io::Error),
    /// The owner is outside what may be given away here.
    Id { kind: grant::Kind, id: u64, range: u32 },
    /// The tar itself, or a limit.
    Tar(Fault),
}

impl ApplyError {
    pub fn doing(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Host(what, error)
    }

    pub fn errno(what: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| Self::Host(what, errno.into())
    }

    /// About which path it was.
    pub fn at(self, path: &[u8]) -> Fault {
        let path = shown(path);
        match self {
            Self::Damaged(reason) => damaged(format!("{path}: {reason}")),
            // No host is at fault where a file claims more bytes than its file system can count.
            Self::Host(_, error) if error.raw_os_error() == Some(libc::EFBIG) => {
                Fault::failed(Code::LayerFileTooLarge).with("path", path)
            }
            Self::Host(what, error) => Fault::io(what, path, &error),
            Self::Id { kind, id, range } => {
                grant::advise(Fault::failed(Code::IdOutOfRange).with("path", path), kind, id, range)
            }
            Self::Tar(fault) => fault,
        }
    }
}

impl From<Fault> for ApplyError {
    fn from(fault: Fault) -> Self {
        Self::Tar(fault)
    }
}
