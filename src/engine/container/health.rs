//! Health checks: a command of the image or of the request is run in the container, again and again, and its exit status says whether
//! the container does its work (moby `daemon/health.go`).
//!
//! ```text
//! start ─▶ starting ──the interval has passed──▶ probe ──0──▶ healthy
//!                ▲                                │ else, as often as `retries` says, not in the start period ─▶ unhealthy
//!                └──────────── again ─────────────┘      its end, or a pause: nobody looks any more, which counts as unhealthy
//! ```
//!
//! A thread for each container that runs and has a check; it sleeps between probes, and ends with the run. A pause, as an end, gives
//! the watch another number, by which a probe that is under way knows that nobody wants to know any more. Each probe is an operation of its own; only one that changes the status is a step of the story.

mod output;

use super::checked::{Checked, Probe};
use super::request::Request;
use super::{Container, Phase, State, Still, bounds, names};
use crate::docker::{ContainerConfig, HealthConfig};
use crate::engine::moment::Moment;
use crate::engine::process::{ExecSpec, Running};
use crate::engine::store::Image;
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, Result, evidence};
use crate::i18n::{Lang, Words};
use crate::trace::{Book, Change, Evidence, Health, OpKind, Plan, StepKind, command};
use output::{Finished, read};
use std::sync::Arc;
use std::time::Duration;

/// Docker's, where nothing is said.
const INTERVAL: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(30);
const RETRIES: i64 = 3;
/// The exit status of one that was not executed, or not waited for.
const NONE: i32 = -1;

/// What is run, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    argv: Vec<String>,
    interval: Duration,
    /// Until the container has been healthy once; as `interval` where nothing is said.
    start_interval: Duration,
    timeout: Duration,
    start_period: Duration,
    retries: i64,
}

impl Check {
    /// None where nothing is to be run, or nobody knows how (moby `getProbe`).
    fn of(container: &Container) -> Option<Self> {
        let HealthConfig { test, interval, timeout, start_period, start_interval, retries, .. } =
            container.health_check()?;
        let (kind, rest) = test.split_first()?;
        let argv: Vec<String> = match kind.as_str() {
            "CMD" => rest.to_vec(),
            "CMD-SHELL" => {
                shell(&container.request, &container.image).into_iter().chain(rest.iter().cloned()).collect()
            }
            _ => return None,
        };
        let time = |nanoseconds: i64| u64::try_from(nanoseconds).ok().filter(|n| *n > 0).map(Duration::from_nanos);
        let interval = time(interval).unwrap_or(INTERVAL);
        Some(Self {
            argv,
            interval,
            start_interval: time(start_interval).unwrap_or(interval),
            timeout: time(timeout).unwrap_or(TIMEOUT),
            start_period: time(start_period).unwrap_or_default(),
            retries: if retries > 0 { retries } else { RETRIES },
        })
    }
}

impl Container {
    /// The request's, with what the image says where that says nothing.
    pub fn health_check(&self) -> Option<HealthConfig> {
        health_check(&self.request, &self.image)
    }
}

/// The request's, with what the image says where that says nothing (moby `daemon/commit.go`, `merge`).
fn health_check(request: &Request, image: &Image) -> Option<HealthConfig> {
    let image = config_of(image).and_then(|config| config.healthcheck);
    let (asked, image) = match (request.healthcheck.clone(), image) {
        (Some(asked), Some(image)) => (asked, image),
        (asked, image) => return asked.or(image),
    };
    let or = |asked: i64, image: i64| if asked == 0 { image } else { asked };
    Some(HealthConfig {
        test: if asked.test.is_empty() { image.test } else { asked.test },
        interval: or(asked.interval, image.interval),
        timeout: or(asked.timeout, image.timeout),
        start_period: or(asked.start_period, image.start_period),
        start_interval: or(asked.start_interval, image.start_interval),
        retries: or(asked.retries, image.retries),
        rest: asked.rest,
    })
}

/// Whether the kernel can be given what is run to see how a container does. What is wrong with it and was not with the request is the image's.
pub(super) fn bounded(request: &Request, image: &Image) -> Result<()> {
    let test = health_check(request, image).map(|health| health.test).unwrap_or_default();
    let what = format!("Healthcheck.Test (image {})", request.image);
    bounds::arguments(&what, &test)?;
    bounds::arguments(&format!("Shell (image {})", request.image), &shell(request, image))
}

/// What takes a command line.
fn shell(request: &Request, image: &Image) -> Vec<String> {
    let of_image = || config_of(image).map(|config| config.shell).unwrap_or_default();
    let said = [request.shell.clone(), of_image()].into_iter().find(|shell| !shell.is_empty());
    said.unwrap_or_else(|| ["/bin/sh", "-c"].map(str::to_owned).to_vec())
}

fn config_of(image: &Image) -> Option<ContainerConfig> {
    serde_json::from_value(image.raw_config.get("config")?.clone()).ok()
}

impl Engine {
    /// A container runs: from now on it is looked after, if it has a check.
    pub(super) fn begin_checks(self: &Arc<Self>, cx: &Cx, container: &Arc<Container>) -> Result<()> {
        let Some(check) = Check::of(container) else { return Ok(()) };
        container.update(|state| state.health = Some(Checked::begun(state.health.take())));
        let mut command = format!("HEALTHCHECK {}", check.argv.join(" "));
        command::cut(&mut command);
        let decision = evidence::own(Book::Decision, [command]);
        let change = Change::ContainerHealth { id: container.id.clone(), health: Health::Starting };
        cx.observe(change, vec![decision]);
        let run = container.state().settled;
        let (engine, container) = (Arc::clone(self), Arc::clone(container));
        let looks = move || while engine.look_once(&container, &check, run) {};
        super::streams::thread("health", looks).map(drop)
    }

    /// Waits for the interval, and probes. False when that run of the container is over.
    fn look_once(&self, container: &Container, check: &Check, run: u64) -> bool {
        let over = |state: &State| state.settled != run || state.phase != Phase::Running;
        container.wait_until(None, |state| over(state) || state.still == Still::No);
        let state = container.state();
        let watch = state.health_watch;
        let starts = state.health.is_some_and(|health| health.status == Health::Starting);
        let wait = if starts { check.start_interval } else { check.interval };
        let otherwise = container.wait_until(Some(wait), |state| over(state) || state.health_watch != watch);
        if otherwise || *self.ending.borrow() {
            // It stood still meanwhile: the interval begins anew.
            return !over(&container.state()) && !*self.ending.borrow();
        }
        let (name, cancel) = (container.name.get(), Cancel::new());
        let Ok((running, _beside)) = container.beside(&cancel) else { return false };
        let result = self.conductor.operate(OpKind::HealthProbe, name, Asked::default(), &cancel, |cx| {
            let Some((probe, evidence)) = self.probe(cx, container, &running, check, watch) else { return Ok(()) };
            self.judge(cx, container, check, watch, probe, evidence)
        });
        if let Err(fault) = result {
            tracing::info!(%fault, container = %container.id, "the health of a container was not judged");
        }
        true
    }

    /// Runs the command to its end. None when nobody wants to know any more.
    fn probe(
        &self,
        cx: &Cx,
        container: &Container,
        running: &Running,
        check: &Check,
        watch: u64,
    ) -> Option<(Probe, Vec<Evidence>)> {
        let start = Moment::now();
        let id = names::random_id().unwrap_or_default();
        self.tell_command(container, &check.argv, &id, "exec_create");
        self.tell_command(container, &check.argv, &id, "exec_start");
        let done = |exit_code: i32, output: String| Probe { start, end: Moment::now(), exit_code, output };
        let stopped = || container.state().health_watch != watch;
        let finished = self.run_probe(cx, container, running, check, &stopped);
        Some(match finished {
            Err(fault) => {
                let words = Words::new(Lang::En).problem(&fault.problem);
                (done(NONE, words), vec![evidence::own(Book::Decision, [fault.problem.code.name()])])
            }
            Ok((Finished::Stopped, ..)) => return None,
            Ok((Finished::Late, _, ended)) => {
                let said = format!("Health check exceeded timeout ({})", go_duration(check.timeout));
                let late = evidence::own(Book::Decision, [said.clone()]);
                (done(NONE, said), ended.into_iter().chain([late]).collect())
            }
            Ok((Finished::Ended(status), output, ended)) => {
                let of = [("execID", id), ("exitCode", status.to_string())];
                self.tell(container, "exec_die", &of);
                (done(status, output), ended.into_iter().collect())
            }
        })
    }

    fn run_probe(
        &self,
        cx: &Cx,
        container: &Container,
        running: &Running,
        check: &Check,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(Finished, String, Option<Evidence>)> {
        let spec = ExecSpec {
            container: container.id.clone(),
            image: container.request.image.clone(),
            argv: check.argv.clone(),
            env: Vec::new(),
            cwd: String::new(),
            user: String::new(),
            tty: false,
            open_stdin: false,
            console_size: None,
            privileged: container.request.host_config.privileged,
        };
        if spec.argv.is_empty() {
            return Err(Fault::failed(crate::trace::Code::NoExecCommand).with("container", &container.name));
        }
        let mut probe = self.spawner.probe(cx, running, &spec)?;
        let io = probe.io.take();
        let (finished, output) = read(&probe, io, check.timeout, stopped)?;
        Ok((finished, output, probe.end()))
    }

    /// What the probe makes of the container. Where that is another judgement than before it is a step: `JudgeHealth`.
    fn judge(
        &self,
        cx: &Cx,
        container: &Container,
        check: &Check,
        watch: u64,
        probe: Probe,
        mut evidence: Vec<Evidence>,
    ) -> Result<()> {
        let state = container.state();
        let Some(before) = state.health.filter(|_| state.health_watch == watch) else { return Ok(()) };
        let early = state.started.is_some_and(|began| probe.start.since(began) < check.start_period);
        let after = before.after(probe, early, check.retries);
        let keep = |after: Checked| {
            container.update(|state| {
                let still = state.health_watch == watch;
                if still {
                    state.health = Some(after);
                }
                still
            })
        };
        let status = after.status;
        if status == before.status {
            keep(after);
            return Ok(());
        }
        if status == Health::Unhealthy {
            let counted = format!("{} failed in a row, retries: {}", after.streak, check.retries);
            evidence.push(evidence::own(Book::Decision, [counted]));
        }
        cx.step(Plan::new(StepKind::JudgeHealth, &container.name), |cx| {
            if keep(after) {
                self.keep_or_say(container);
                cx.observe(Change::ContainerHealth { id: container.id.clone(), health: status }, evidence);
                self.tell(container, &format!("health_status: {}", status.name()), &[]);
            }
            Ok(())
        })
    }
}

impl State {
    /// Nobody looks any more, which counts as unhealthy, as in Docker.
    pub(super) fn end_checks(&mut self) {
        self.health_watch += 1;
        if let Some(health) = &mut self.health {
            health.status = Health::Unhealthy;
        }
    }
}

/// `30s`, `1m30s`, `1.5s`, `100ms`, as Go prints it.
fn go_duration(time: Duration) -> String {
    let trimmed = |text: String| text.trim_end_matches('0').trim_end_matches('.').to_owned();
    let nanoseconds = time.as_nanos();
    if nanoseconds < 1_000_000_000 {
        let (unit, name) = match nanoseconds {
            0 => return "0s".to_owned(),
            n if n < 1_000 => (1, "ns"),
            n if n < 1_000_000 => (1_000, "µs"),
            _ => (1_000_000, "ms"),
        };
        let (whole, rest) = (nanoseconds / unit, nanoseconds % unit);
        let digits = unit.ilog10() as usize;
        return match rest {
            0 => format!("{whole}{name}"),
            rest => format!("{}{name}", trimmed(format!("{whole}.{rest:0digits$}"))),
        };
    }
    let (seconds, rest) = (time.as_secs(), time.subsec_nanos());
    let last = match rest {
        0 => format!("{}s", seconds % 60),
        rest => format!("{}s", trimmed(format!("{}.{rest:09}", seconds % 60))),
    };
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => last,
        (0, minutes) => format!("{minutes}m{last}"),
        (hours, minutes) => format!("{hours}h{minutes}m{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_go_says_them() {
        for (millis, said) in [
            (1, "1ms"),
            (1500, "1.5s"),
            (1000, "1s"),
            (61_000, "1m1s"),
            (3_600_000, "1h0m0s"),
            (90_500, "1m30.5s"),
            (0, "0s"),
        ] {
            assert_eq!(go_duration(Duration::from_millis(millis)), said);
        }
        assert_eq!(go_duration(Duration::from_micros(1_500)), "1.5ms");
        assert_eq!(go_duration(Duration::from_nanos(20)), "20ns");
    }
}
