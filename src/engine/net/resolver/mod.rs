//! Who answers for names in networks that somebody made: 127.0.0.11 in each container's network namespace, as Docker's.
//!
//! ```text
//! container ─▶ 127.0.0.11:53 ─nft dnat─▶ 127.0.0.11:port, a socket of the engine's in that namespace
//!                                          ├ a name of its networks ─▶ answered
//!                                          └ any other ─▶ asked of the host's name servers, from that namespace
//! ```
//!
//! The ports are any that are free, so that a name server in the container can have port 53. Sockets and rules go with the namespace.
//! Does not know who has which name.

mod message;
mod serve;

pub use message::{Kind, Question, Record, reversed};

use super::ruleset::run;
use super::*;
use crate::engine::{evidence, program};
use crate::trace::{Change, Problem};
use nix::sys::eventfd::{EfdFlags, EventFd};
use serve::Server;
use std::net::{TcpListener, UdpSocket};
use std::thread::JoinHandle;

/// Where containers ask.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 11);
/// The table in the container's network namespace.
const TABLE: &str = "dockwalk_names";

/// What is known of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// This; nothing where the name is known and has nothing of that kind.
    Known(Vec<Record>),
    /// Somebody else is asked.
    Elsewhere,
    /// Nobody else can be asked.
    Nobody,
}

/// Who knows.
pub type Names = Arc<dyn Fn(&Question) -> Reply + Send + Sync>;

/// A resolver of a container. It ends when it is dropped.
#[derive(Debug)]
pub struct Resolver {
    stop: Arc<EventFd>,
    thread: Option<JoinHandle<()>>,
}

impl Resolver {
    /// Starts to answer: the step `ServeNames`. `servers`: whom others are asked of.
    pub fn start(cx: &Cx, container: &ContainerId, netns: &Netns, servers: &[IpAddr], names: Names) -> Result<Self> {
        let plan = Plan::new(StepKind::ServeNames, container.short()).call(format!("bind({ADDRESS}); nft -f -"));
        cx.step(plan, |cx| {
            let bind = |port| netns.run(|| bound(port).map_err(|e| Fault::io("bind", ADDRESS, &e)));
            let (mut pair, mut evidence) = (bind(0)?, Vec::new());
            let made = match program::find("nft") {
                Some(nft) => {
                    let ports = local(&pair.0, &pair.1).map_err(|e| Fault::io("bind", ADDRESS, &e))?;
                    Some(run(netns, &nft, &["-f", "-"], &script(ports))?)
                }
                None => None,
            };
            match made {
                Some(made) if made.failure().is_none() => evidence.push(made.evidence),
                // Without a way to lead there from port 53 it is that port itself.
                _ => pair = bind(53)?,
            }
            evidence.push(sockets(netns)?);
            let (udp, tcp) = pair;
            let problem = Problem::new(Code::NamesServed).with("container", container.short());
            cx.observe(Change::Remark(problem.with("address", ADDRESS)), evidence);
            let stop =
                EventFd::from_flags(EfdFlags::EFD_CLOEXEC).map_err(|e| Fault::io("make", "eventfd", &e.into()))?;
            let stop = Arc::new(stop);
            let server = Server::new(udp, tcp, netns.clone(), servers.to_vec(), names);
            let until = Arc::clone(&stop);
            let thread = std::thread::Builder::new().name("names".into()).spawn(move || server.serve(&until));
            let thread = thread.map_err(|e| Fault::io("start", "a thread", &e))?;
            Ok(Self { stop, thread: Some(thread) })
        })
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        // It reads that it is to end, or has ended.
        let told = self.stop.write(1).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| told)
            && thread.join().is_err()
        {
            tracing::error!("who answers for names has ended by a fault");
        }
    }
}

fn bound(port: u16) -> std::io::Result<(UdpSocket, TcpListener)> {
    let (udp, tcp) = (UdpSocket::bind((ADDRESS, port))?, TcpListener::bind((ADDRESS, port))?);
    udp.set_nonblocking(true)?;
    tcp.set_nonblocking(true)?;
    Ok((udp, tcp))
}

fn local(udp: &UdpSocket, tcp: &TcpListener) -> std::io::Result<(u16, u16)> {
    Ok((udp.local_addr()?.port(), tcp.local_addr()?.port()))
}

/// That they are there, as the kernel lists them.
fn sockets(netns: &Netns) -> Result<Evidence> {
    let path = std::path::Path::new("/proc/thread-self/net/udp");
    netns.run(|| {
        let read = evidence::read(path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
        // 127.0.0.11 as this machine has it in memory.
        let address = format!("{:08X}", u32::from_ne_bytes(ADDRESS.octets()));
        Ok(read.lines(|line| line.contains(&address)))
    })
}

fn script((udp, tcp): (u16, u16)) -> String {
    format!(
        "table ip {TABLE} {{
\tchain output {{
\t\ttype nat hook output priority -100; policy accept;
\t\tip daddr {ADDRESS} udp dport 53 dnat to {ADDRESS}:{udp}
\t\tip daddr {ADDRESS} tcp dport 53 dnat to {ADDRESS}:{tcp}
\t}}
}}
"
    )
}
