//! The environment of a process in a container, as Docker and runc make it.
//!
//! ```text
//! PATH, HOSTNAME, TERM   Docker's own (moby daemon/container, CreateDaemonEnvironment)
//!   ← container's        each in its place or after the others; a name alone takes one of Docker's away
//!   ← exec's             the same once more
//! HOME                   who it is: where there is none, or an empty one (runc, init_linux.go)
//! ```

use super::{Fault, FaultKind, Result};
use crate::trace::Code;
use std::collections::HashMap;

/// Where Docker looks for programs when nothing is said.
pub const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// `given` are a container's variables and, for a command beside its main process, that command's own.
pub fn environment(given: &[&[String]], hostname: &str, tty: bool, home: &str) -> Result<Vec<String>> {
    let mut env = vec![PATH.to_owned(), format!("HOSTNAME={hostname}")];
    if tty {
        env.push("TERM=xterm".to_owned());
    }
    for list in given {
        env = with(env, list);
    }
    let place = match env.iter_mut().find(|entry| entry.starts_with("HOME=")) {
        Some(entry) if entry != "HOME=" => return Ok(env),
        other => other,
    };
    // What was asked for, and what the image's config says, has been looked at; its `/etc/passwd` has not.
    if home.contains('\0') {
        let shown: String = home.chars().take(64).flat_map(char::escape_debug).collect();
        let fault = Fault::new(FaultKind::BadRequest, Code::ValueWithNul).with("what", "HOME (/etc/passwd)");
        return Err(fault.with("value", shown));
    }
    let home = format!("HOME={home}");
    match place {
        Some(entry) => *entry = home,
        None => env.push(home),
    }
    Ok(env)
}

/// Sets variables anew. A name alone takes away what was there before this list (moby `container.ReplaceOrAppendEnvVars`).
fn with(env: Vec<String>, list: &[String]) -> Vec<String> {
    let before = env.len();
    let mut places: HashMap<String, usize> =
        env.iter().enumerate().map(|(at, entry)| (name(entry).to_owned(), at)).collect();
    let mut env: Vec<Option<String>> = env.into_iter().map(Some).collect();
    for entry in list {
        match (places.get(name(entry)).copied(), entry.contains('=')) {
            (Some(at), true) => env[at] = Some(entry.clone()),
            (Some(at), false) if at < before => env[at] = None,
            (_, false) => {}
            (None, true) => {
                places.insert(name(entry).to_owned(), env.len());
                env.push(Some(entry.clone()));
            }
        }
    }
    env.into_iter().flatten().collect()
}

/// What stands before the `=`.
fn name(entry: &str) -> &str {
    entry.split('=').next().unwrap_or_default()
}

/// Adds a variable that is not there.
pub fn default(env: &mut Vec<String>, entry: &str) {
    if !env.iter().any(|known| name(known) == name(entry)) {
        env.push(entry.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tty: bool, container: &[&str], exec: &[&str], expected: &[&str]) {
        let owned = |list: &[&str]| list.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        let (container, exec) = (owned(container), owned(exec));
        assert_eq!(environment(&[&container, &exec], "box", tty, "/home/web").unwrap(), expected);
    }

    #[test]
    fn a_home_that_the_kernel_would_cut_is_refused_where_it_is_used() {
        for home in ["/ro\0ot", "\0", "/a\0"] {
            let given = |env: &[&str]| {
                let env: Vec<_> = env.iter().map(ToString::to_string).collect();
                environment(&[&env], "box", false, home)
            };
            for unsaid in [&[][..], &["HOME="], &["HOME"]] {
                assert_eq!(given(unsaid).unwrap_err().problem.code, Code::ValueWithNul, "{home:?}");
            }
            assert_eq!(given(&["HOME=/x"]).unwrap()[2], "HOME=/x");
        }
    }

    #[test]
    fn docker_adds_what_is_not_there() {
        check(true, &[], &[], &[PATH, "HOSTNAME=box", "TERM=xterm", "HOME=/home/web"]);
        check(false, &["A=1"], &[], &[PATH, "HOSTNAME=box", "A=1", "HOME=/home/web"]);
        check(true, &["TERM=vt100"], &[], &[PATH, "HOSTNAME=box", "TERM=vt100", "HOME=/home/web"]);
    }

    #[test]
    fn a_command_sets_variables_anew() {
        check(false, &["A=1", "B=2"], &["A=3"], &[PATH, "HOSTNAME=box", "A=3", "B=2", "HOME=/home/web"]);
        check(false, &["A=1", "A=2"], &[], &[PATH, "HOSTNAME=box", "A=2", "HOME=/home/web"]);
    }

    #[test]
    fn a_name_alone_takes_away_what_was_there() {
        check(false, &["A=1", "B=2"], &["A"], &[PATH, "HOSTNAME=box", "B=2", "HOME=/home/web"]);
        check(false, &["HOSTNAME", "PATH"], &[], &["HOME=/home/web"]);
        check(false, &["A=1", "A"], &["C"], &[PATH, "HOSTNAME=box", "A=1", "HOME=/home/web"]);
    }

    #[test]
    fn home_is_the_users_unless_another_is_named() {
        check(false, &["HOME=/x"], &[], &[PATH, "HOSTNAME=box", "HOME=/x"]);
        check(false, &["HOME=/x"], &["HOME="], &[PATH, "HOSTNAME=box", "HOME=/home/web"]);
        check(false, &["HOME=/x"], &["HOME"], &[PATH, "HOSTNAME=box", "HOME=/home/web"]);
    }
}
