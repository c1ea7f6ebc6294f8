use super::task::done;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const FSCONFIG_SET_FLAG: u32 = 0;
const FSCONFIG_SET_STRING: u32 = 1;
const FSCONFIG_CMD_CREATE: u32 = 6;
const MOUNT_ATTR_NODEV: u32 = 4;
const MOVE_MOUNT_F_EMPTY_PATH: u32 = 4;

/// A file system that is being configured (`fsopen`): for mounts whose options do not fit a page.
#[derive(Debug)]
pub struct FsContext {
    fd: OwnedFd,
    /// Each call that was made, in strace's form, and what it returned.
    made: Vec<(String, i64)>,
}

impl FsContext {
    /// `fsopen(kind, FSOPEN_CLOEXEC)`
    pub fn open(kind: &CStr) -> io::Result<Self> {
        // SAFETY: `kind` is a C string that outlives the call.
        let fd = done(unsafe { libc::syscall(libc::SYS_fsopen, kind.as_ptr(), 1_u32) })?;
        // SAFETY: the kernel has just made it; nobody else owns it.
        let context = unsafe { OwnedFd::from_raw_fd(fd as RawFd) };
        Ok(Self { fd: context, made: vec![(format!("fsopen({kind:?}, FSOPEN_CLOEXEC)"), fd)] })
    }

    /// The calls that were made so far, in strace's form, and what they returned.
    pub fn made(&self) -> &[(String, i64)] {
        &self.made
    }

    /// `fsconfig(fd, FSCONFIG_SET_STRING, key, value, 0)`
    pub fn set(&mut self, key: &CStr, value: &Path) -> io::Result<()> {
        let value = CString::new(value.as_os_str().as_bytes())?;
        self.config(FSCONFIG_SET_STRING, Some(key), Some(&value))
    }

    /// `fsconfig(fd, FSCONFIG_SET_FLAG, key, NULL, 0)`
    pub fn flag(&mut self, key: &CStr) -> io::Result<()> {
        self.config(FSCONFIG_SET_FLAG, Some(key), None)
    }

    /// `fsconfig(fd, FSCONFIG_CMD_CREATE)`, `fsmount`, `move_mount` to `target`. `attributes` are `MOUNT_ATTR_…`.
    pub fn mount(&mut self, attributes: u32, target: &Path) -> io::Result<()> {
        self.config(FSCONFIG_CMD_CREATE, None, None)?;
        // SAFETY: the descriptor is open for the call.
        let fd = done(unsafe { libc::syscall(libc::SYS_fsmount, self.fd.as_raw_fd(), 1_u32, attributes) })?;
        // SAFETY: the kernel has just made it; nobody else owns it.
        let mount = unsafe { OwnedFd::from_raw_fd(fd as RawFd) };
        let shown = match attributes {
            0 => "0".to_owned(),
            MOUNT_ATTR_NODEV => "MOUNT_ATTR_NODEV".to_owned(),
            other => format!("{other:#x}"),
        };
        self.made.push((format!("fsmount({}, FSMOUNT_CLOEXEC, {shown})", self.fd.as_raw_fd()), fd));
        let target = CString::new(target.as_os_str().as_bytes())?;
        // SAFETY: the descriptor is open, both paths are C strings that outlive the call.
        done(unsafe {
            libc::syscall(
                libc::SYS_move_mount,
                mount.as_raw_fd(),
                c"".as_ptr(),
                libc::AT_FDCWD,
                target.as_ptr(),
                MOVE_MOUNT_F_EMPTY_PATH,
            )
        })
        .map(|returned| {
            let call =
                format!("move_mount({}, \"\", AT_FDCWD, {target:?}, MOVE_MOUNT_F_EMPTY_PATH)", mount.as_raw_fd());
            self.made.push((call, returned));
        })
    }

    fn config(&mut self, command: u32, key: Option<&CStr>, value: Option<&CStr>) -> io::Result<()> {
        let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
        let fd = self.fd.as_raw_fd();
        // SAFETY: the descriptor is open; key and value are null or C strings that outlive the call.
        done(unsafe { libc::syscall(libc::SYS_fsconfig, fd, command, pointer(key), pointer(value), 0) }).map(
            |returned| {
                let name = match command {
                    FSCONFIG_SET_FLAG => "FSCONFIG_SET_FLAG",
                    FSCONFIG_SET_STRING => "FSCONFIG_SET_STRING",
                    _ => "FSCONFIG_CMD_CREATE",
                };
                let text = |text: Option<&CStr>| text.map_or_else(|| "NULL".to_owned(), |text| format!("{text:?}"));
                self.made.push((format!("fsconfig({fd}, {name}, {}, {}, 0)", text(key), text(value)), returned));
            },
        )
    }
}
