//! What a container's first process does before it is the user's program: a list of calls in stages.

mod container;
mod dev;
mod exec;
mod host;
mod inside;
mod keeper;
#[cfg(any(test, fuzzing))]
pub mod oracle;
mod privileges;
mod protect;
mod shape;
mod system;
mod target;

pub use container::container;
pub use host::{Beside, beside, on_host, tried};
pub use inside::check_tmpfs;
pub use keeper::keeper;
pub use privileges::Privileges;
pub use protect::{MASKED, READ_ONLY};
pub use shape::Shape;

use super::call::{Call, Fd, Node};
use super::{MountSource, MountSpec, ProcessSpec, Result};
use crate::engine::sys::{How, OWN, Program};
use crate::trace::{MountKind, StepKind};
use std::ops::Range;

/// All calls of a child, and the stages they belong to.
#[derive(Debug, Default)]
pub struct Init {
    /// In order.
    pub calls: Vec<Prepared>,
    /// In order; together they cover all calls.
    pub stages: Vec<Stage>,
    /// The call that opened the terminal's master, which the engine takes while the process waits at `look_at`.
    pub master: Option<usize>,
    /// The call before which the engine looks at all but the credentials: without root it may not once they are changed.
    pub look_at: usize,
    /// The call that forks: those up to it are made by the process that the engine cloned, which ends there, those behind it
    /// by the one that becomes the program.
    pub fork_at: Option<usize>,
    /// The first `execve`.
    pub execve_at: usize,
    /// What the calls that are added now are about.
    about: About,
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
    /// It is made only if that call succeeded.
    pub requires: Option<usize>,
    /// An answer that is not as it should be does not matter.
    pub either: bool,
    /// What the message is about if it fails.
    pub about: About,
}

/// What a call is made for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum About {
    /// The container as a whole.
    #[default]
    Itself,
    /// Mounting at this path.
    Mount(String),
    /// Starting in this directory.
    WorkingDir(String),
    /// A kernel parameter, and its value.
    Sysctl(String, String),
    /// This limit: `RLIMIT_NOFILE`.
    Ulimit(&'static str),
    /// Who is killed first for want of memory.
    OomScore(i64),
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

    /// What the calls from now on are about.
    fn about(&mut self, about: About) {
        self.about = about;
    }

    /// A call that must succeed. The first of the child waits for the engine to have written down how to kill it.
    fn call(&mut self, call: Call) -> usize {
        self.tolerant(call, &[])
    }

    /// A call that returns a descriptor.
    fn open(&mut self, call: Call) -> Fd {
        Fd::From(self.call(call))
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
        let here = self.look_at > 0 && self.look_at == self.calls.len();
        // The engine looks at who forks, before that ends.
        let forks = matches!(call, Call::Clone);
        if forks {
            self.fork_at = Some(self.calls.len());
        }
        let (tolerated, about) = (tolerated.to_vec(), self.about.clone());
        // The child waits until the engine has taken it up.
        let forked = self.fork_at.is_some_and(|fork| fork + 1 == self.calls.len());
        let hold = self.calls.is_empty() || here || forks || forked;
        self.calls.push(Prepared { call, tolerated, hold, requires: None, either: false, about });
        if let Some(stage) = self.stages.last_mut() {
            stage.calls.end = self.calls.len();
        }
        self.calls.len() - 1
    }

    /// A call that may fail or answer what it likes, made only if another succeeded.
    fn perhaps(&mut self, call: Call, requires: Option<usize>) -> usize {
        let every_error: Vec<i32> = (1..64).collect();
        let index = self.tolerant(call, &every_error);
        if let Some(prepared) = self.calls.get_mut(index) {
            (prepared.requires, prepared.either) = (requires, true);
        }
        index
    }

    /// A new file system, attached nowhere yet.
    fn filesystem(&mut self, fstype: &'static str, options: &str, attributes: u64) -> Fd {
        let context = self.open(Call::Fsopen { fstype });
        for option in options.split(',').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').map_or((option, None), |(key, value)| (key, Some(value)));
            self.call(Call::Fsconfig { fd: context, key: key.to_owned(), value: value.map(str::to_owned) });
        }
        self.call(Call::FsconfigCreate { fd: context });
        self.open(Call::Fsmount { fd: context, attributes })
    }

    /// It ends as a program; otherwise with a call that is only tried.
    pub fn executes(&self) -> bool {
        self.calls.get(self.execve_at).is_none_or(|last| !matches!(last.call, Call::Trial(_)))
    }

    /// The paths at which the program is looked for, in order.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        self.calls.iter().filter_map(|prepared| match &prepared.call {
            Call::Execve { path, .. } => Some(path.as_str()),
            _ => None,
        })
    }

    /// The calls in the interpreter's form.
    pub fn program(&self) -> Program {
        let mut program = Program::default();
        for Prepared { call, tolerated, hold, requires, either, .. } in &self.calls {
            let (hold, requires, either) = (*hold, *requires, *either);
            call.lower(&mut program, How { tolerated: tolerated.clone(), hold, requires, either, ..How::default() });
        }
        program
    }
}

/// Attaches a detached mount to what `to` is open on.
fn attach(from: Fd, to: Fd) -> Call {
    Call::MoveMount { from, to, path: String::new() }
}

/// It is there already.
const THERE: &[i32] = &[libc::EEXIST];

const ATTR_RDONLY: u64 = 1;
const ATTR_NOSUID: u64 = 2;
const ATTR_NODEV: u64 = 4;
const ATTR_NOEXEC: u64 = 8;
const ATTR_NOATIME: u64 = 0x10;
const ATTR_STRICTATIME: u64 = 0x20;
const ATTR_NODIRATIME: u64 = 0x80;
