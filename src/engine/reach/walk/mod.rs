//! A packet, sent for real, and seen at each link on its way there and back.
//!
//! ```text
//! OpenCapture: sockets in the namespaces, rules traced ─▶ SendPacket ─▶ CloseCapture ─▶ FollowPacket, one a hop ─▶ JudgeWalk
//! ```
//!
//! What was captured is told hop by hop afterwards, so that a learner steps through it: the packet itself cannot be stopped. Nothing is
//! flushed for it: who knows a neighbour does not ask for it. Rules are those of the host's namespace. One packet at a time.

mod capture;
mod judge;
mod path;
mod send;

use super::{Engine, Fault, FaultKind, LONGEST, PATIENCE, Result, must_be_outside, reach_end};
use crate::client::protocol::{WalkCommand, WalkReport};
use crate::engine::net::RuleTrace;
use crate::engine::{Asked, Cancel, Cx, evidence};
use crate::packet::{Flow, Met, hops};
use crate::reach::{self, Answer, Cell, End, IpVersion, Question, Verdict};
use crate::spec::visible;
use crate::trace::{
    self, Book, Change, Code, Known, Missed, OpKind, Place, Plan, ProbeReply, StepKind, Walk, WalkEnd, WalkEndpoint,
    WalkId, WalkOutcome, WalkPacket, World,
};
use capture::{Heard, Listener};
use judge::Case;
use path::Path;
use send::{Sender, Sent};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A packet that is to be followed.
struct Wanted {
    from: End,
    to: End,
    /// What the other end is called.
    name: String,
    question: Question,
    version: IpVersion,
    /// What was computed of it; none for a published port.
    cell: Option<Cell>,
    address: Option<IpAddr>,
    patience: Duration,
}

/// What listens.
struct Armed {
    walk: WalkId,
    listener: Listener,
    rules: Option<RuleTrace>,
    flow: Flow,
}

impl Engine {
    /// Sends a packet and follows it.
    pub fn walk(&self, command: &WalkCommand, line: &Asked, cancel: &Cancel) -> Result<WalkReport> {
        self.net.look_again(&self.conductor);
        let world = self.conductor.world();
        let wanted = self.wanted_packet(&world, command)?;
        let _alone = self.net.follow().ok_or_else(|| Fault::new(FaultKind::Conflict, Code::WalkBusy))?;
        let subject = format!("{} → {}", command.from, target(command));
        self.conductor.operate(OpKind::PacketWalk, &subject, line.clone(), cancel, |cx| {
            let plan = Plan::new(StepKind::WalkPacket, &subject).by_hand(by_hand(command));
            cx.step(plan, |cx| self.follow_packet(cx, &world, &wanted))
        })
    }

    fn wanted_packet(&self, world: &World, command: &WalkCommand) -> Result<Wanted> {
        let bad = |code| Fault::new(FaultKind::BadRequest, code);
        let end = |name: &str| reach_end(self, world, Some(name)).map(|end| end.unwrap_or(End::Host));
        let from = end(&command.from)?;
        if from == End::Outside {
            return Err(bad(Code::WalkFromOutside));
        }
        let version = command.version;
        // A container may be called like an address of IPv4.
        let address = command.to.parse::<IpAddr>().ok().filter(|_| self.containers.find(&command.to).is_err());
        if let Some(address) = address {
            return self.wanted_address(world, command, from, address);
        }
        let to = end(&command.to)?;
        if let Some(address) = command.outside.filter(|_| to != End::Outside) {
            return Err(bad(Code::WalkNotOutside).with("to", &command.to).with("address", address));
        }
        must_be_outside(world, version, command.outside)?;
        let name = to.word(world);
        let patience = Duration::from_millis(command.patience.unwrap_or(PATIENCE).clamp(1, LONGEST));
        if command.published {
            let (question, address) = path::published(world, version, &to, command.question).ok_or_else(|| {
                bad(Code::WalkNotPublished).with("to", target(command)).with("version", version.name())
            })?;
            return Ok(Wanted { from, to, name, question, version, cell: None, address: Some(address), patience });
        }
        let question = command.question;
        let nameless = question == Question::Name && !matches!(to, End::Container(_));
        let cell = reach::cell(world, question, version, &from, &to, command.outside).filter(|_| !nameless);
        let cell = cell.ok_or_else(|| bad(Code::WalkNoPair).with("from", &command.from).with("to", &command.to))?;
        if cell.address.is_none() && question != Question::Name {
            return Err(Fault::new(FaultKind::Conflict, Code::WalkNoAddress).with("to", &command.to));
        }
        let address = cell.address.filter(|_| question != Question::Name);
        Ok(Wanted { from, to, name, question, version, cell: Some(cell), address, patience })
    }

    /// To an address, whoever has it.
    fn wanted_address(&self, world: &World, command: &WalkCommand, from: End, address: IpAddr) -> Result<Wanted> {
        let bad = |code| Fault::new(FaultKind::BadRequest, code);
        let (question, version) = (command.question, IpVersion::of(address));
        if command.version == IpVersion::V6 && version != IpVersion::V6 {
            let fault = bad(Code::ReachOtherVersion).with("address", address);
            return Err(fault.with("version", command.version.name()));
        }
        if let Some(outside) = command.outside {
            return Err(bad(Code::WalkNotOutside).with("to", address).with("address", outside));
        }
        if command.published {
            return Err(bad(Code::WalkNotPublished).with("to", address).with("version", version.name()));
        }
        let no_pair = || bad(Code::WalkNoPair).with("from", &command.from).with("to", &command.to);
        let cell = Some(question).filter(|question| *question != Question::Name);
        let cell = cell.and_then(|question| reach::cell_at(world, question, &from, address)).ok_or_else(no_pair)?;
        if cell.to == End::Outside {
            must_be_outside(world, version, Some(address))?;
        }
        let patience = Duration::from_millis(command.patience.unwrap_or(PATIENCE).clamp(1, LONGEST));
        let (to, name) = (cell.to.clone(), cell.to.word(world));
        Ok(Wanted { from, to, name, question, version, address: Some(address), cell: Some(cell), patience })
    }

    fn follow_packet(&self, cx: &Cx, world: &World, wanted: &Wanted) -> Result<WalkReport> {
        let path = Path::of(world, wanted.version, &wanted.from, &wanted.to, wanted.cell.as_ref());
        let plan = Plan::new(StepKind::OpenCapture, wanted.line()).call("socket(AF_PACKET, SOCK_RAW, …)");
        let (sender, mut armed) = cx.step(plan, |cx| self.listen_for(cx, world, wanted, &path))?;
        let sent = send(cx, wanted, &mut armed, sender);
        // It listens no more, whatever became of that.
        let closed = close(cx, &mut armed, sent.is_ok());
        let (mut sent, heard, met) = sent?;
        closed?;
        sent.evidence.extend(heard.evidence);
        let (hops, cut) = hops(&armed.flow, heard.captured, met, World::HOPS);
        let missed = Missed { frames: heard.missed, hops: u64::try_from(cut).unwrap_or(u64::MAX) };
        for (hop, known) in &hops {
            let plan = match &hop.place {
                Place::Link { link, .. } => {
                    Plan::new(StepKind::FollowPacket, path::called(world, link)).call("recvmsg")
                }
                Place::Rule { chain, .. } => Plan::new(StepKind::FollowPacket, chain).call("NFT_MSG_TRACE"),
            };
            cx.step(plan, |cx| {
                cx.observe(Change::PacketSeen { walk: armed.walk, hop: hop.clone() }, vec![known.clone()]);
                Ok(())
            })?;
        }
        let hops: Vec<_> = hops.into_iter().map(|(hop, _)| hop).collect();
        let published = wanted.cell.is_none().then_some(wanted.address).flatten();
        let of_name = wanted.question == Question::Name;
        let cell = wanted.cell.as_ref();
        let case = Case { world, cell, path: &path, published, of_name, sent: &sent, hops: &hops, missed };
        let outcome = case.outcome();
        judge(cx, world, wanted, armed.walk, sent, outcome, missed)
    }

    fn listen_for(&self, cx: &Cx, world: &World, wanted: &Wanted, path: &Path) -> Result<(Sender, Armed)> {
        let gone = || Fault::new(FaultKind::Conflict, Code::ReachNotRunning).with("container", &wanted.name);
        let namespaces = path.namespaces.iter().map(|inode| self.net.netns(*inode).ok_or_else(gone));
        let namespaces = namespaces.collect::<Result<Vec<_>>>()?;
        let from = path.from.and_then(|inode| self.net.netns(inode)).ok_or_else(gone)?;
        let host = world.host.as_ref().and_then(|host| self.net.netns(host.netns)).ok_or_else(gone)?;
        let pid = match &wanted.from {
            End::Container(id) => world.main_process(id).map(|process| process.process.pid),
            End::Host | End::Outside => None,
        };
        let sender = Sender::open(&from, wanted.question, wanted.version, &wanted.name, pid)?;
        let (listener, mut evidence) = Listener::open(&namespaces, path.watched.clone())?;
        let (marks, addresses) = (sender.marks.clone(), path.addresses.clone());
        let mut flow = Flow { marks, addresses, from: Some(from.inode()), ports: path.ports.clone() };
        flow.addresses.extend(wanted.address);
        let (rules, told) = RuleTrace::open(cx, &host, wanted.version, &flow)?;
        evidence.extend(told);
        let walk = cx.world().next_walk();
        let traced = match &rules {
            Ok(_) => trace::RuleTrace::On,
            Err(problem) => trace::RuleTrace::Off(problem.clone()),
        };
        let change = Change::WalkBegan(Walk {
            id: walk,
            from: endpoint(world, &wanted.from),
            to: endpoint(world, &wanted.to),
            from_netns: from.inode(),
            to_netns: path.goal,
            packet: wanted.packet(),
            version: wanted.version,
            address: wanted.address,
            watched: path.watched.clone(),
            rules: traced,
        });
        cx.observe(change, evidence);
        Ok((sender, Armed { walk, listener, rules: rules.ok(), flow }))
    }
}

impl Wanted {
    fn line(&self) -> String {
        self.packet().line(self.version)
    }

    fn packet(&self) -> WalkPacket {
        match self.question {
            Question::Ping => WalkPacket::Echo,
            Question::Tcp(port) => WalkPacket::Tcp { port },
            Question::Udp(port) => WalkPacket::Udp { port },
            Question::Name => WalkPacket::Name { name: visible::line(&self.name).into_owned() },
        }
    }
}

/// What came of sending, and what was captured and told meanwhile.
fn send(cx: &Cx, wanted: &Wanted, armed: &mut Armed, sender: Sender) -> Result<(Sent, Heard, Vec<Met>)> {
    let plan = Plan::new(StepKind::SendPacket, wanted.line()).call(sender.call());
    cx.step(plan, |cx| {
        let Armed { listener, rules, flow, .. } = armed;
        listener.forget();
        let stop = AtomicBool::new(false);
        let (sent, heard) = std::thread::scope(|scope| {
            let listen = || listener.listen(flow, rules.as_mut(), &stop);
            let thread = std::thread::Builder::new().name("capture".into()).spawn_scoped(scope, listen);
            let thread = thread.map_err(|e| Fault::io("start", "a thread", &e))?;
            let sent = sender.send(wanted.address, wanted.patience, cx.cancel());
            stop.store(true, Ordering::Release);
            let heard = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            heard.map(|heard| (sent, heard)).map_err(|e| Fault::io("read", "a packet socket", &e.into()))
        })?;
        cx.check()?;
        Ok((sent, heard, rules.as_mut().map(RuleTrace::told).unwrap_or_default()))
    })
}

fn judge(
    cx: &Cx,
    world: &World,
    wanted: &Wanted,
    walk: WalkId,
    sent: Sent,
    outcome: WalkOutcome,
    missed: Missed,
) -> Result<WalkReport> {
    let Wanted { from, to, question, cell, .. } = wanted;
    let fix = cell.as_ref().filter(|cell| cell.answer == Answer::DoesNot).and_then(|cell| cell.fix.clone());
    let mut known = sent.evidence;
    if let (WalkOutcome::Dropped { known: Known::Computed, .. }, Some(cell)) = (&outcome, cell) {
        let because = cell.because.as_ref().map(|thing| format!("{thing:?}"));
        let facts = std::iter::once(cell.why.key().to_owned()).chain(because);
        known.push(evidence::own(Book::Decision, facts));
    }
    let verdict = cell.as_ref().map(|cell| {
        let strange = reach::is_strange(world, *question, cell);
        match (&outcome, &sent.reply) {
            (WalkOutcome::AnsweredElsewhere | WalkOutcome::Unclear, _) => Verdict::Open,
            // What came back came from whoever stopped it.
            (WalkOutcome::Dropped { .. }, ProbeReply::Answered | ProbeReply::Refused) => {
                reach::verdict(*question, cell.answer, &ProbeReply::Unreachable, strange)
            }
            (_, reply) => reach::verdict(*question, cell.answer, reply, strange),
        }
    });
    let end = WalkEnd { walk, reply: sent.reply, outcome, fix, missed };
    cx.step(Plan::new(StepKind::JudgeWalk, wanted.line()), |cx| {
        cx.observe(Change::WalkEnded(end), known);
        Ok(())
    })?;
    let lost = || Fault::failed(Code::Cancelled);
    let state = cx.world().walk(walk).map(|state| (**state).clone()).ok_or_else(lost)?;
    Ok(WalkReport { state, from: from.clone(), to: to.clone(), cell: cell.clone(), verdict })
}

/// In a step where all is well; without one where the operation ends here.
fn close(cx: &Cx, armed: &mut Armed, well: bool) -> Result<()> {
    let rules = &mut armed.rules;
    let mut undo = |cx: &Cx| rules.as_mut().map_or(Ok(None), |rules| rules.close(cx));
    let step = Plan::new(StepKind::CloseCapture, "nftrace").call("close");
    let closed = if well { cx.step(step, |cx| undo(cx).map(drop)) } else { Ok(()) };
    undo(cx).map(drop).and(closed)
}

fn endpoint(world: &World, end: &End) -> WalkEndpoint {
    match end {
        End::Container(id) => {
            let name = end.name(world).unwrap_or_default().to_owned();
            WalkEndpoint::Container { id: id.clone(), name }
        }
        End::Host => WalkEndpoint::Host,
        End::Outside => WalkEndpoint::Outside,
    }
}

/// `db:5432`, `db:53/udp`, `db`
fn target(command: &WalkCommand) -> String {
    let to = match command.to.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => command.to.clone(),
    };
    match command.question {
        Question::Tcp(port) => format!("{to}:{port}"),
        Question::Udp(port) => format!("{to}:{port}/udp"),
        Question::Ping | Question::Name => command.to.clone(),
    }
}

fn by_hand(command: &WalkCommand) -> String {
    let name = if command.question == Question::Name { " --name" } else { "" };
    let published = if command.published { " --published" } else { "" };
    let six = if command.version == IpVersion::V6 { " -6" } else { "" };
    let outside = command.outside.map_or_else(String::new, |address| format!(" --outside {address}"));
    format!("dockwalk walk{six} {} {}{name}{published}{outside}", command.from, target(command))
}
