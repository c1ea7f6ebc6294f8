//! What a container's first process does before it is the user's program: a list of calls in stages.

mod container;
mod dev;
mod exec;
mod host;
mod inside;
mod privileges;
mod protect;
mod system;

pub use container::{Shape, container};
pub use host::{Beside, beside, on_host};
pub use privileges::Privileges;

use super::call::{Call, Fd};
use super::{MountSource, MountSpec, ProcessSpec, Result};
use crate::engine::sys::Program;
use crate::trace::{MountKind, StepKind};
use std::ops::Range;

/// All calls of a child, and the stages they belong to.
#[derive(Debug, Default)]
pub struct Init {
    /// In order.
    pub calls: Vec<Prepared>,
    /// In order; together they cover all calls.
    pub stages: Vec<Stage>,
    /// The call that leaves the terminal's master behind.
    pub master: Option<usize>,
    /// The call before which the engine looks at all but the credentials: without root it may not once they are changed.
    pub look_at: usize,
    /// The first `execve`.
    pub execve_at: usize,
}

/// One call.
#[derive(Debug)]
pub struct Prepared {
    /// Which.
    pub call: Call,
    /// Errors that do not matter: a directory that is there already.
    pub tolerated: Vec<i32>,
    /// The child waits for the engine before it, even when nobody steps.
    pub hold: bool,
}

/// Calls that belong together.
#[derive(Debug)]
pub struct Stage {
    /// What the step is.
    pub kind: StepKind,
    /// On what.
    pub subject: String,
    /// A command a person could type.
    pub by_hand: String,
    /// Which calls.
    pub calls: Range<usize>,
    /// The call that says best what the stage does.
    pub main: Option<usize>,
    /// What is to be read back from the kernel when it is over.
    pub looks: Vec<Look>,
}

/// Something to read back from the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// The process itself and its namespaces.
    Process,
    /// Its control group.
    Cgroup,
    /// Its root, which is this directory of the host, and the overlay that is mounted there.
    Root(String),
    /// What is mounted at a target.
    Mount(String, MountKind),
    /// Paths that are covered.
    Protected(Vec<String>),
    /// Its UTS namespace's hostname.
    Hostname,
    /// Its working directory.
    WorkingDir,
    /// User, capabilities, seccomp, no_new_privs.
    Credentials,
    /// The program.
    Executes,
}

impl Init {
    /// Begins a stage; what is called from now on belongs to it.
    fn stage(&mut self, kind: StepKind, subject: impl ToString) {
        let calls = self.calls.len()..self.calls.len();
        let (subject, by_hand) = (subject.to_string(), String::new());
        self.stages.push(Stage { kind, subject, by_hand, calls, main: None, looks: Vec::new() });
    }

    /// A command a person could type for this stage.
    fn by_hand(&mut self, command: impl ToString) {
        if let Some(stage) = self.stages.last_mut() {
            stage.by_hand = command.to_string();
        }
    }

    /// Read this back when the stage is over.
    fn look(&mut self, look: Look) {
        if let Some(stage) = self.stages.last_mut() {
            stage.looks.push(look);
        }
    }

    /// A call that must succeed. The first of the child waits for the engine to have written down how to kill it.
    fn call(&mut self, call: Call) -> usize {
        self.tolerant(call, &[])
    }

    /// The call that says best what the stage does.
    fn main(&mut self, call: Call) -> usize {
        let index = self.call(call);
        if let Some(stage) = self.stages.last_mut() {
            stage.main = Some(index);
        }
        index
    }

    /// The child waits here for the engine to look.
    fn look_here(&mut self) {
        self.look_at = self.calls.len();
    }

    /// A call that may fail in these ways.
    fn tolerant(&mut self, call: Call, tolerated: &[i32]) -> usize {
        let hold = self.calls.is_empty() || (self.look_at > 0 && self.look_at == self.calls.len());
        self.calls.push(Prepared { call, tolerated: tolerated.to_vec(), hold });
        if let Some(stage) = self.stages.last_mut() {
            stage.calls.end = self.calls.len();
        }
        self.calls.len() - 1
    }

    /// The calls in the interpreter's form.
    pub fn program(&self) -> Program {
        let mut program = Program::default();
        for Prepared { call, tolerated, hold } in &self.calls {
            call.lower(&mut program, tolerated, *hold);
        }
        program
    }
}

/// A mount of a new file system.
fn mount(fstype: &str, source: &str, target: &str, flags: u64, data: &str) -> Call {
    Call::Mount {
        source: Some(source.to_owned()),
        target: target.to_owned(),
        fstype: Some(fstype.to_owned()),
        flags,
        data: Some(data.to_owned()).filter(|data| !data.is_empty()),
    }
}

fn mkdir(path: &str) -> Call {
    Call::Mkdir { path: path.to_owned(), mode: 0o755 }
}

/// It is there already.
const THERE: &[i32] = &[libc::EEXIST];

const ATTR_RDONLY: u64 = 1;
const ATTR_NOSUID: u64 = 2;
const ATTR_NODEV: u64 = 4;
const ATTR_NOEXEC: u64 = 8;
