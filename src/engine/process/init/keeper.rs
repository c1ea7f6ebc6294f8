//! The keeper: the first process of the pid namespace in which all processes of an engine's containers live.
//!
//! ```text
//! engine ──▶ keeper (pid 1 of a namespace) ┄┄ containers' own pid namespaces are below this one
//! ```
//!
//! When the first process of a pid namespace ends the kernel kills all others in it, and in all below it; and this one ends
//! when the engine does, however that is. A container's own death signal would not do: `setuid`, or `prctl`, clears it.

use super::*;

/// Ends with its parent, and does nothing else for ever.
pub fn keeper() -> Init {
    let mut init = Init::default();
    init.stage(StepKind::CloneProcess, "keeper");
    let kill = libc::SIGKILL.cast_unsigned().into();
    init.call(Call::Prctl { option: (libc::PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), argument: (kill, "SIGKILL".into()) });
    // The engine may have ended before that call: then nobody lets this one go.
    init.look_here();
    init.call(Call::Setsid);
    init.call(Call::CloseRange { first: OWN.cast_unsigned(), on_exec: false });
    init.call(Call::SigIgnoreChildren);
    init.call(Call::Sleep);
    init
}
