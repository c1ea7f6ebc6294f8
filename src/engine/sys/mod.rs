//! System calls that no crate wraps safely. The only module with `unsafe` code.
//!
//! ```text
//! Program ──clone3──▶ child: descriptors in place, execveat ──▶ helper (a sealed memfd): syscall, Record, syscall, … execve
//! ```
//!
//! Does not know what the calls are for.
#![expect(unsafe_code, reason = "raw system calls, and what runs between clone and exec")]

mod capture;
mod child;
mod fs;
#[path = "helper/format.rs"]
#[expect(dead_code, reason = "some of it is for the helper alone")]
mod helper;
mod program;
mod sealed;
mod task;

pub use capture::packet_statistics;
pub use child::{Clone3, Cloned, outcome, record};
pub use fs::FsContext;
pub use helper::{FIRST, NO_HELPER, OWN, Record};
pub use program::{Expect, How, Operand, Program};
pub use sealed::DOCKER_INIT;
pub use task::{get_fd, keep_from_children, open_process, received, send_signal, set_window_size};
