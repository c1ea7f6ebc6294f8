use super::*;
use crate::engine::process::call::Trial;
use crate::spec::shell;
use std::ffi::CString;
use std::sync::Arc;

/// The kernel's, of which the C library keeps some for itself.
const FIRST_REAL_TIME: i32 = 32;

/// The last stage: signals, and `execve` for each place where the program may be. `ignored` are the signals that the engine
/// was told to ignore when it was started (nohup(1)); what is ignored stays so over `execve`.
pub fn execute(init: &mut Init, argv: &[String], env: &[String], ignored: &[i32]) {
    let program = argv.first().cloned().unwrap_or_default();
    init.stage(StepKind::Exec, argv.join(" "));
    init.by_hand(shell::line(std::iter::once("exec").chain(argv.iter().map(String::as_str))));
    init.call(Call::Umask { mask: 0o022 });
    for signal in ignored {
        let name = match nix::sys::signal::Signal::try_from(*signal) {
            Ok(signal) => signal.to_string(),
            Err(_) if *signal == FIRST_REAL_TIME => "SIGRTMIN".to_owned(),
            Err(_) => format!("SIGRT_{}", *signal - FIRST_REAL_TIME),
        };
        init.call(Call::SigDefault { signal: (*signal, name) });
    }
    init.call(Call::SigUnblockAll);
    init.call(Call::CloseRange { first: 3, on_exec: true });
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

/// The last stage of one that becomes no program: a call of which any answer is right.
pub fn attempt(init: &mut Init, trial: Trial) {
    init.stage(StepKind::MakeCall, trial.name);
    let every_error: Vec<i32> = (1..64).collect();
    let index = init.tolerant(Call::Trial(trial), &every_error);
    init.execve_at = index;
    if let Some(call) = init.calls.get_mut(index) {
        call.hold = true;
    }
    if let Some(stage) = init.stages.last_mut() {
        stage.main = Some(index);
    }
}

/// The paths that a program's name may mean, in order. As Docker, the `PATH` that it will have counts; where a name alone took that
/// away there is none to look in.
fn candidates(program: &str, env: &[String]) -> Vec<String> {
    if program.contains('/') || program.is_empty() {
        return vec![program.to_owned()];
    }
    let path = env.iter().find_map(|entry| entry.strip_prefix("PATH=")).unwrap_or_default();
    // As Docker: what a shell would find from its working directory, a `bin` or nothing between two colons, is not executed.
    let dirs = path.split(':').filter(|dir| dir.starts_with('/')).map(|dir| dir.trim_end_matches('/'));
    let found: Vec<_> = dirs.map(|dir| format!("{dir}/{program}")).collect();
    // The kernel says of no path at all that it is not there.
    if found.is_empty() { vec![String::new()] } else { found }
}

fn c_text(text: &str) -> CString {
    CString::new(text.bytes().take_while(|byte| *byte != 0).collect::<Vec<_>>()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_looked_for_in_absolute_directories() {
        for (path, found) in [
            ("/bin:/usr/bin/", &["/bin/ls", "/usr/bin/ls"][..]),
            ("/:/bin", &["/ls", "/bin/ls"]),
            ("bin:/bin:.", &["/bin/ls"]),
            (":/bin:", &["/bin/ls"]),
            ("bin", &[""]),
            ("", &[""]),
        ] {
            assert_eq!(candidates("ls", &[format!("PATH={path}")]), found, "{path}");
        }
        assert_eq!(candidates("bin/ls", &["PATH=/x".to_owned()]), ["bin/ls"]);
        assert_eq!(candidates("ls", &[]), [""]);
    }
}
