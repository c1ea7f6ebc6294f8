//! `docker top`: the host's `ps`, of which the lines are shown that are about a container (moby `daemon/top_unix.go`).

use super::{Container, bounds};
use crate::docker::ContainerTop;
use crate::engine::process::members;
use crate::engine::{Cancel, Engine, Fault, FaultKind, Result, program};
use crate::trace::Code;
use std::collections::BTreeSet;

/// What Docker asks `ps` for when nothing is said.
const ARGUMENTS: &str = "-ef";

impl Engine {
    /// The processes of a container as the host's `ps` shows them with these arguments. `cancel` ends waiting for its start.
    pub fn top(&self, container: &Container, arguments: Option<&str>, cancel: &Cancel) -> Result<ContainerTop> {
        container.settled(cancel)?;
        let running = container.main_process()?;
        let arguments = arguments.filter(|text| !text.is_empty()).unwrap_or(ARGUMENTS);
        check(arguments)?;
        let pids = members(running.pid);
        let text = ps(arguments, &pids)?;
        let top = read(&text, &pids)?;
        running.look_again(&self.conductor);
        self.tell(container, "top", &[]);
        Ok(top)
    }
}

/// A column may have another heading, but that of the process ids: by it the lines are told apart.
fn check(arguments: &str) -> Result<()> {
    bounds::length("ps_args", arguments, bounds::NAME)?;
    for word in arguments.split_ascii_whitespace() {
        for column in word.split(',') {
            if let Some((name, heading)) = column.split_once('=')
                && heading.starts_with("PID")
                && name != "pid"
            {
                return Err(Fault::new(FaultKind::BadRequest, Code::TopColumn).with("column", column));
            }
        }
    }
    Ok(())
}

/// First only of these processes; of all where that does not go with the arguments.
fn ps(arguments: &str, pids: &BTreeSet<u32>) -> Result<String> {
    let missing = || Fault::failed(Code::TopWithoutPs).with("program", "ps");
    let path = program::find("ps").ok_or_else(missing)?;
    let of = pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let mut said = String::new();
    for more in [vec!["-q", of.as_str()], Vec::new()] {
        let mut command = program::command(&path);
        command.args(arguments.split(' ').filter(|word| !word.is_empty())).args(more);
        let output = program::run(&mut command, b"", program::PATIENCE).map_err(|e| Fault::io("run", "ps", &e))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        said = output.stderr;
    }
    let reason = said.lines().next().unwrap_or_default();
    Err(Fault::failed(Code::TopRefused).with("arguments", arguments).with("reason", reason))
}

/// Cuts what `ps` printed into columns: the last one has all that is left of a line.
fn read(text: &str, pids: &BTreeSet<u32>) -> Result<ContainerTop> {
    let mut lines = text.lines();
    let titles: Vec<String> = lines.next().unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
    let nowhere = || Fault::failed(Code::TopWithoutPid);
    let at = titles.iter().position(|title| title == "PID").ok_or_else(nowhere)?;
    let (mut processes, mut ours) = (Vec::new(), false);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        ours = match words.get(at) {
            // A line about a thread belongs to the process above it.
            Some(&"-") => ours,
            Some(pid) => pid.parse().is_ok_and(|pid| pids.contains(&pid)),
            None => false,
        };
        if ours {
            let last = titles.len().saturating_sub(1).min(words.len());
            let (first, rest) = words.split_at(last);
            let columns = first.iter().map(ToString::to_string).chain([rest.join(" ")]);
            processes.push(columns.collect());
        }
    }
    Ok(ContainerTop { titles, processes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_container_are_cut_into_columns() {
        let text = "UID          PID    PPID CMD\nroot          10       1 sh -c  sleep 9\nroot          11       1 other\n\
                    root           -       - thread of other\nroot          12       1 sleep 9\nroot           -       - thread\n";
        let top = read(text, &[10, 12].into()).unwrap();
        assert_eq!(top.titles, ["UID", "PID", "PPID", "CMD"]);
        let rows: Vec<_> = top.processes.iter().map(|row| row.join("|")).collect();
        assert_eq!(rows, ["root|10|1|sh -c sleep 9", "root|12|1|sleep 9", "root|-|-|thread"]);
        assert_eq!(read("UID CMD\n", &[].into()).unwrap_err().problem.code, Code::TopWithoutPid);
    }

    #[test]
    fn only_the_process_id_may_be_called_so() {
        for good in ["-ef", "aux", "-o pid,args", "-o pid=PID", "-eo pid=PID,user"] {
            check(good).unwrap();
        }
        for bad in ["-o user=PID", "-o pid,ppid=PIDS", "-eo  uid=PID"] {
            assert_eq!(check(bad).unwrap_err().problem.code, Code::TopColumn, "{bad}");
        }
    }
}
