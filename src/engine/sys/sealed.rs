use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

/// The helper, as `build.rs` compiled it.
static HELPER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/helper"));

/// `docker-init`, the same.
pub static DOCKER_INIT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/docker_init"));

const MFD_EXEC: u32 = 0x10;
const F_SEAL_EXEC: i32 = 0x20;

/// A fresh copy of the helper in a memfd that nobody can write to or change any more, whoever gets hold of it: each process
/// has its own, so that what one container does with its (`/proc/self/exe`) concerns no other.
pub fn helper() -> io::Result<OwnedFd> {
    // Linux 6.3 wants to be told that it will be executed; older ones do not know the flag.
    let (mut file, exec) = match memfd(c"dockwalk-init", MFD_EXEC) {
        Err(e) if e.raw_os_error() == Some(libc::EINVAL) => (memfd(c"dockwalk-init", 0)?, 0),
        made => (made?, F_SEAL_EXEC),
    };
    file.write_all(HELPER)?;
    seal(&file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL | exec)?;
    Ok(file.into())
}

/// Bytes in a sealed memfd.
pub fn sealed(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut file = memfd(c"dockwalk-program", 0)?;
    file.write_all(bytes)?;
    seal(&file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE | libc::F_SEAL_SEAL)?;
    Ok(file.into())
}

fn memfd(name: &std::ffi::CStr, flags: u32) -> io::Result<File> {
    // SAFETY: `name` is a C string that outlives the call.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING | flags) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it; nobody else owns it.
    Ok(unsafe { File::from_raw_fd(fd as RawFd) })
}

fn seal(file: &File, seals: i32) -> io::Result<()> {
    // SAFETY: the descriptor is open for the call.
    let done = unsafe { libc::fcntl(file.as_fd().as_raw_fd(), libc::F_ADD_SEALS, seals) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn the_helper_cannot_be_written_to_by_whoever_holds_it() {
        let file = File::from(helper().unwrap());
        assert_eq!(file.write_at(b"x", 0).unwrap_err().raw_os_error(), Some(libc::EPERM));
        assert_eq!(file.set_len(0).unwrap_err().raw_os_error(), Some(libc::EPERM));
        let again = File::options().write(true).open(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap();
        assert_eq!(again.write_at(b"x", 0).unwrap_err().raw_os_error(), Some(libc::EPERM));
        assert_eq!(seal(&file, 0).unwrap_err().raw_os_error(), Some(libc::EPERM));
    }

    #[test]
    fn without_a_program_the_helper_ends() {
        let file = helper().unwrap();
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let status = std::process::Command::new(path).status().unwrap();
        assert_eq!(status.code(), Some(127));
    }
}
