use super::*;
use std::ffi::CString;
use std::os::fd::RawFd;
use std::sync::Arc;

/// Where Docker looks for programs when the image says nothing.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The last stage: standard input and output, signals, and `execve` for each place where the program may be.
pub fn execute(init: &mut Init, argv: &[String], env: &[String], stdio: Option<[RawFd; 3]>) {
    let program = argv.first().cloned().unwrap_or_default();
    init.stage(StepKind::Exec, argv.join(" "));
    init.by_hand(format!("exec {}", argv.join(" ")));
    for (from, to) in stdio.into_iter().flatten().zip(0..) {
        init.call(Call::Dup3 { from: Fd::Number(from), to });
    }
    init.call(Call::Umask { mask: 0o022 });
    // Rust programs ignore SIGPIPE, and what is ignored stays so over execve.
    init.call(Call::SigDefault { signal: (libc::SIGPIPE, "SIGPIPE") });
    init.call(Call::SigUnblockAll);
    init.call(Call::CloseRange { first: 3 });
    let texts = |list: &[String]| Arc::new(list.iter().map(|text| c_text(text)).collect::<Vec<_>>());
    let (argv, env_texts) = (texts(argv), texts(env));
    let first = init.calls.len();
    for path in candidates(&program, env) {
        let call = Call::Execve { path, argv: Arc::clone(&argv), env: Arc::clone(&env_texts) };
        init.tolerant(call, &[libc::ENOENT, libc::ENOTDIR, libc::EACCES]);
    }
    init.execve_at = first;
    if let Some(execve) = init.calls.get_mut(first) {
        execve.hold = true;
    }
    if let Some(stage) = init.stages.last_mut() {
        stage.main = Some(first);
    }
    init.look(Look::Executes);
}

/// SIGKILL when the thread that cloned it ends, which is when the engine does.
pub fn die_with_parent() -> Call {
    let kill = libc::SIGKILL.cast_unsigned().into();
    Call::Prctl { option: (libc::PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), argument: (kill, "SIGKILL".into()) }
}

/// The paths that a program's name may mean, in order. As Docker, the image's own `PATH` counts.
fn candidates(program: &str, env: &[String]) -> Vec<String> {
    if program.contains('/') || program.is_empty() {
        return vec![program.to_owned()];
    }
    let path = env.iter().find_map(|entry| entry.strip_prefix("PATH=")).unwrap_or(DEFAULT_PATH);
    let dirs = path.split(':').map(|dir| if dir.is_empty() { "." } else { dir.trim_end_matches('/') });
    dirs.map(|dir| format!("{dir}/{program}")).collect()
}

fn c_text(text: &str) -> CString {
    CString::new(text.bytes().take_while(|byte| *byte != 0).collect::<Vec<_>>()).unwrap_or_default()
}
