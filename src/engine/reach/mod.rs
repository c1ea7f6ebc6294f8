//! Who reaches whom, tried: what `crate::reach` computes, asked of the kernel.
//!
//! ```text
//! look again at the namespaces ─▶ World ─▶ Matrix ─┬─▶ cells
//!                                                  └─▶ at most AT_ONCE threads, each in the namespace of whoever asks ─▶ Probed
//! ```
//!
//! Each probe is a step below the story with the calls that were made as evidence. None goes to the Internet by itself: what is outside
//! is the uplink's next hop, or an address that somebody named; and a name is asked of 127.0.0.11 alone, in a query that wants nobody
//! else to be asked. No program of the image is needed. Does not know how rules decide.

mod ask;
mod name;
mod walk;

use super::lab::Netns;
use super::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result};
use crate::client::protocol::{Probed, ReachCommand, ReachReport};
use crate::reach::{self, Cell, End, IpVersion, Matrix, Question};
use crate::trace::{Change, Code, Evidence, OpKind, Plan, Probe, ProbeReply, StepKind, World};
use parking_lot::Mutex;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Probes that wait for an answer at a time.
const AT_ONCE: usize = 64;
/// Probes of one question. Each is a row of the table of neighbours, that all network namespaces share and that takes 1,024 by itself
/// (`net.ipv4.neigh.default.gc_thresh3`): beyond that the kernel sends nothing.
const MOST: usize = 800;
/// It is told how far it is at most this often.
const PACE: Duration = Duration::from_millis(100);
/// Milliseconds that a probe waits when nobody says: a hundred times what an answer within a machine takes.
const PATIENCE: u64 = 700;
/// The longest that somebody may ask for.
const LONGEST: u64 = 30_000;

impl Engine {
    /// Computes who reaches whom, and asks, if that is wanted.
    ///
    /// `tell` is told how many probes of how many have their answer.
    pub fn reach(
        &self,
        command: &ReachCommand,
        line: &Asked,
        cancel: &Cancel,
        tell: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<ReachReport> {
        self.net.look_again(&self.conductor);
        let world = self.conductor.world();
        must_be_outside(&world, command.version, command.outside)?;
        let (from, to) =
            (reach_end(self, &world, command.from.as_deref())?, reach_end(self, &world, command.to.as_deref())?);
        let matrix =
            reach::between(&world, command.question, command.version, command.outside, from.as_ref(), to.as_ref());
        let names = world.containers.values().filter(|container| container.state.lives());
        let names = names.map(|container| (container.id.clone(), container.name.clone())).collect();
        let probes = if command.prove {
            few_enough(matrix.cells.len())?;
            let patience = Duration::from_millis(command.patience.unwrap_or(PATIENCE).clamp(1, LONGEST));
            let subject = format!("{} × {}", matrix.from.len(), matrix.to.len());
            self.conductor.operate(OpKind::ReachProbe, subject, line.clone(), cancel, |cx| {
                self.probe_all(cx, &world, &matrix, patience, tell)
            })?
        } else {
            Vec::new()
        };
        let beside = command.version == IpVersion::V4 && reach::has_six(&world);
        Ok(ReachReport { matrix, names, beside, probes })
    }

    /// Asks for each cell that somebody inside can ask for, in the order of the cells.
    fn probe_all(
        &self,
        cx: &Cx,
        world: &World,
        matrix: &Matrix,
        patience: Duration,
        tell: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Vec<Probed>> {
        let Matrix { question, version, cells, .. } = matrix;
        let (next, over, told) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Instant::now()));
        let probed = || {
            let over = over.fetch_add(1, Ordering::Relaxed) + 1;
            // Whoever tells it now tells it for all.
            if let Some(mut told) = told.try_lock().filter(|told| told.elapsed() >= PACE || over == cells.len()) {
                *told = Instant::now();
                tell(over, cells.len());
            }
        };
        let refused = self.neighbours_refused(*version).map(|(refused, _)| refused);
        let done = Mutex::new(Vec::new());
        let work = || {
            while let Some((at, cell)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, cells.get(at)?)))
            {
                match self.probe_reach(cx, world, *question, cell, patience, refused) {
                    Ok(Some(probed)) => done.lock().push((at, probed)),
                    Ok(None) => {}
                    Err(fault) => return Err(fault),
                }
                probed();
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let start = |_| std::thread::Builder::new().name("probe".into()).spawn_scoped(scope, work);
            let started = (0..AT_ONCE.min(cells.len())).map(start).collect::<std::io::Result<Vec<_>>>();
            let threads = started.map_err(|e| Fault::io("start", "a thread", &e))?;
            let ended = threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            ended.collect::<Result<Vec<()>>>().map(drop)
        })?;
        let mut done = done.into_inner();
        done.sort_by_key(|(at, _)| *at);
        Ok(done.into_iter().map(|(_, probed)| probed).collect())
    }

    /// How many packets the kernel had no room for; none where it does not tell.
    fn neighbours_refused(&self, version: IpVersion) -> Option<(u64, Evidence)> {
        let refused = self.net.neighbours_refused(version);
        refused.inspect_err(|fault| tracing::debug!(%fault, "it is not known whether all was sent")).ok()
    }

    /// None where there is nobody to ask from, or no address to ask. `refused`: how many packets the kernel had no room for, before.
    fn probe_reach(
        &self,
        cx: &Cx,
        world: &World,
        question: Question,
        cell: &Cell,
        patience: Duration,
        refused: Option<u64>,
    ) -> Result<Option<Probed>> {
        let Some(netns) = cell.from.netns(world).and_then(|inode| self.net.netns(inode)) else { return Ok(None) };
        let name = cell.to.word(world);
        if cell.address.is_none() && question != Question::Name {
            return Ok(None);
        }
        let asked = reach::asked(question, cell, &name);
        let from = match &cell.from {
            End::Container(id) => Some(id.clone()),
            End::Host | End::Outside => None,
        };
        let plan = Plan::new(StepKind::ProbeReach, &asked).call(&asked).by_hand(by_hand(&netns, question, cell, &name));
        cx.step(plan, |cx| {
            let began = Instant::now();
            let mut told = self.asked(world, &netns, question, cell, &name, patience, cx.cancel())?;
            let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            cx.check()?;
            if matches!(told.reply, ProbeReply::Silent | ProbeReply::Unreachable) {
                told.unless_sent(refused, self.neighbours_refused(cell.version));
            }
            let probe = Probe { from, to: name.clone(), asked, reply: told.reply.clone() };
            cx.observe(Change::ReachProbed(probe.clone()), told.evidence.clone());
            let strange = reach::is_strange(world, question, cell);
            let verdict = reach::verdict(question, cell.answer, &told.reply, strange);
            let (from, to) = (cell.from.clone(), cell.to.clone());
            Ok(Some(Probed { from, to, probe, verdict, took, evidence: told.evidence }))
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one question, whole")]
    fn asked(
        &self,
        world: &World,
        netns: &Netns,
        question: Question,
        cell: &Cell,
        name: &str,
        patience: Duration,
        cancel: &Cancel,
    ) -> Result<Told> {
        if let Some(address) = cell.address.filter(|_| question != Question::Name) {
            return ask::ask(netns, question.protocol(), address, patience, cancel);
        }
        let pid = match &cell.from {
            End::Container(id) => world.main_process(id).map(|process| process.process.pid),
            End::Host | End::Outside => None,
        };
        name::ask(netns, pid, name, cell.version, patience, cancel)
    }
}

/// An address that somebody named is none outside: nobody there can have it, or somebody here has it.
fn must_be_outside(world: &World, version: IpVersion, address: Option<IpAddr>) -> Result<()> {
    let Some(address) = address else { return Ok(()) };
    if IpVersion::of(address) != version {
        let fault = Fault::new(FaultKind::BadRequest, Code::ReachOtherVersion).with("address", address);
        return Err(fault.with("version", version.name()));
    }
    let here = |cidr: &str| cidr.split('/').next().and_then(|it| it.parse().ok()) == Some(address);
    if may_be_outside(address) && !world.addresses.iter().any(|(_, cidr)| here(cidr)) {
        return Ok(());
    }
    Err(Fault::new(FaultKind::BadRequest, Code::ReachBadOutside).with("address", address))
}

fn few_enough(probes: usize) -> Result<()> {
    if probes <= MOST {
        return Ok(());
    }
    let fault = Fault::new(FaultKind::BadRequest, Code::ReachTooMany).with("most", MOST);
    Err(fault.with("count", probes))
}

/// Somebody beyond the uplink can have it.
fn may_be_outside(address: IpAddr) -> bool {
    let nobody = match address {
        IpAddr::V4(address) => address.octets()[0] == 0 || address.is_broadcast(),
        // One of a link alone is behind no uplink, and one of IPv4 in the form of IPv6 goes by IPv4.
        IpAddr::V6(address) => {
            address.is_unspecified() || address.is_unicast_link_local() || address.to_ipv4_mapped().is_some()
        }
    };
    !nobody && !address.is_multicast() && !address.is_loopback()
}

/// Who is meant: a container that runs, the host, or what is outside, where no container is called so.
fn reach_end(engine: &Engine, world: &World, name: Option<&str>) -> Result<Option<End>> {
    let Some(name) = name else { return Ok(None) };
    let container = match (engine.containers.find(name), name) {
        (Ok(container), _) => container,
        (Err(_), End::HOST) => return Ok(Some(End::Host)),
        (Err(_), End::OUTSIDE) => return Ok(Some(End::Outside)),
        (Err(fault), _) => return Err(fault),
    };
    let lives = world.containers.get(&container.id).is_some_and(|container| container.state.lives());
    if lives {
        return Ok(Some(End::Container(container.id.clone())));
    }
    Err(Fault::new(FaultKind::Conflict, Code::ReachNotRunning).with("container", name))
}

/// What came of asking.
struct Told {
    reply: ProbeReply,
    evidence: Vec<Evidence>,
}

impl Told {
    /// No answer, and the kernel had no room for some packet meanwhile: it may have been this one, which says nothing then. Neither a
    /// connection nor a datagram tells its sender.
    fn unless_sent(&mut self, before: Option<u64>, now: Option<(u64, Evidence)>) {
        let more = |(now, _): &(u64, Evidence)| before.is_some_and(|before| *now > before);
        if let Some((_, evidence)) = now.filter(more) {
            self.reply = ProbeReply::NotSent;
            self.evidence.push(evidence);
        }
    }
}

/// What a person would type for the same.
fn by_hand(netns: &Netns, question: Question, cell: &Cell, name: &str) -> String {
    let address = cell.address.map_or_else(String::new, |address| address.to_string());
    let command = match question {
        Question::Ping => format!("ping -c 1 -W 1 {address}"),
        Question::Tcp(port) => format!("nc -z -w 1 {address} {port}"),
        Question::Udp(port) => format!("nc -z -u -w 1 {address} {port}"),
        Question::Name if cell.version == IpVersion::V6 => format!("nslookup -type=AAAA {name} 127.0.0.11"),
        Question::Name => format!("nslookup {name} 127.0.0.11"),
    };
    format!("nsenter --net={} {command}", netns.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_asked_than_the_kernel_has_room_for() {
        assert!(few_enough(MOST).is_ok());
        assert_eq!(few_enough(MOST + 1).unwrap_err().problem.code, Code::ReachTooMany);
    }

    #[test]
    fn no_answer_says_nothing_where_the_kernel_had_no_room() {
        let now = |refused| Some((refused, Evidence::syscall("test", 0)));
        for (before, now, reply) in [
            (Some(4), now(4), ProbeReply::Silent),
            (Some(4), now(5), ProbeReply::NotSent),
            (None, now(5), ProbeReply::Silent),
            (Some(4), None, ProbeReply::Silent),
        ] {
            let mut told = Told { reply: ProbeReply::Silent, evidence: Vec::new() };
            told.unless_sent(before, now);
            assert_eq!((told.evidence.len(), told.reply), (usize::from(reply == ProbeReply::NotSent), reply));
        }
    }
}
