//! System calls that no crate wraps safely. The only module with `unsafe` code.
//!
//! ```text
//! Program (owns every string and struct) ──clone3──▶ child: syscall, write a Record, syscall, … execve
//! ```
//!
//! Does not know what the calls are for.
#![expect(unsafe_code, reason = "raw system calls, and what runs between clone and exec")]

mod child;
mod fs;
mod program;
mod task;

pub use child::{Clone3, Cloned, Record};
pub use fs::FsContext;
pub use program::{Operand, Program};
pub use task::{get_fd, keep_from_children, send_signal, set_window_size};
