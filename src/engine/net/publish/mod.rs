//! Published ports: who asks at one of the host's is led to a container's.
//!
//! ```text
//! browser ─▶ 127.0.0.1:8080 of this machine ─ carrier ─┐
//! host    ─▶ 127.0.0.1:8080 ─ carrier ─────────────────┤
//! another container ─▶ 172.17.0.1:8080 ─ carrier ──────┼─▶ 172.17.0.2:80
//! host    ─▶ 172.17.0.1:8080 ─ nft dnat (output) ──────┤
//! outside ─▶ eth0:8080 ─ nft dnat (prerouting) ────────┘
//! ```
//!
//! As in Docker's: a socket takes the port on the host, and what the rules do not turn to the container a carrier brings there
//! (`docker-proxy`). In the lab the host is not this machine: there the port is one of this machine's loopback as well, so that a browser
//! reaches it, and of nothing else, so that no neighbour does. Sockets go with the engine, rules with its table; nothing is journaled.
//! Does not know what a container is.

mod book;
mod carry;
mod places;
mod sockets;
mod streams;

use super::filter;
use super::script::PortRule;
use super::*;
use crate::trace::{Change, Problem, Publication, Transport};
use book::{Book, Claim};
use carry::Carrier;
use nix::errno::Errno;
use sockets::{Opened, Refused, Socket};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::ops::RangeInclusive;

/// What is asked for a container's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The container's port.
    pub inside: u16,
    /// What it speaks.
    pub transport: Transport,
    /// On which of the host's addresses; none: on each, of IPv4 and IPv6.
    pub at: Option<IpAddr>,
    /// One of which ports of the host's; none: of those that the kernel gives out.
    pub ports: Option<RangeInclusive<u16>>,
}

/// Where ports of containers are on this host.
#[derive(Debug)]
pub struct Ports {
    book: Book,
    /// What is open, by container.
    open: Mutex<BTreeMap<ContainerId, Open>>,
    /// Ports of this machine's loopback.
    machine: Machine,
}

/// Whether a port is one of this machine's as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// The host is this machine.
    Same,
    /// It must be, as with Docker: else the container is not started.
    Needed,
    /// If nobody has it; else that is said. Lessons go on where another program has the port.
    Wished,
}

/// A container's ports.
#[derive(Debug)]
struct Open {
    published: Vec<(Publication, Vec<Socket>)>,
    /// Ends when it is dropped, and the sockets with it.
    carrier: Carrier,
    claims: Vec<Claim>,
}

/// Whose ports they are.
struct Whose<'a> {
    container: &'a ContainerId,
    name: &'a str,
    endpoint: &'a EndpointSettings,
}

impl Whose<'_> {
    /// Docker's words begin with whose place on a network it is.
    fn refused(&self, fault: Fault) -> Fault {
        fault.with("name", self.name).with("endpoint", &self.endpoint.id)
    }
}

impl Ports {
    pub(super) fn new(machine: Machine) -> Self {
        Self { book: Book::default(), open: Mutex::default(), machine }
    }
}

impl Net {
    /// Publishes ports of a container, which is called `name` and has a place on a network. When it fails, none of them is.
    pub fn publish(
        &self,
        cx: &Cx,
        container: &ContainerId,
        name: &str,
        endpoint: &EndpointSettings,
        wanted: &[Wanted],
    ) -> Result<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let (whose, netns) = (Whose { container, name, endpoint }, self.host.netns());
        cx.step(Plan::new(StepKind::PublishPorts, name), |cx| {
            let (mut claims, mut listening, mut published, mut rules) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for wanted in wanted {
                let opened = self.open(cx, &whose, wanted)?;
                published.push((opened.publication(&whose), opened.sockets.clone()));
                rules.extend(opened.rule(&whose));
                let (claim, heard) = opened.parts();
                claims.push(claim);
                listening.extend(heard);
            }
            let carrier = Carrier::start(&netns, listening)?;
            let publications: Vec<_> = published.iter().map(|(publication, _)| publication.clone()).collect();
            let shown = published.iter().map(|(_, sockets)| sockets::shown(&netns, sockets));
            let shown = shown.collect::<Result<Vec<_>>>()?;
            // Known before the rules are there: whoever takes it away takes away both.
            let open = Open { published, carrier, claims };
            self.ports.open.lock().insert(container.clone(), open);
            for (publication, evidence) in publications.into_iter().zip(shown) {
                cx.observe(Change::PortPublished(publication), evidence);
            }
            filter::publish(cx, &netns, &self.host.rules, rules)
        })
    }

    /// Where a container's ports are.
    pub fn published(&self, container: &ContainerId) -> Vec<Publication> {
        let open = self.ports.open.lock();
        open.get(container)
            .into_iter()
            .flat_map(|open| &open.published)
            .map(|(publication, _)| publication.clone())
            .collect()
    }

    /// Nobody listens for a container any more. One of which nothing is published is no error.
    pub fn withdraw(&self, cx: &Cx, container: &ContainerId) -> Result<()> {
        let Some(open) = self.ports.open.lock().remove(container) else { return Ok(()) };
        let Open { published, carrier, claims } = open;
        cx.step(Plan::new(StepKind::ClosePorts, container.short()).call("close(); nft -f -"), |cx| {
            let ruled = filter::withdraw(cx, &self.host.netns(), &self.host.rules, container);
            // Waits for its threads, which have the sockets. Not before they are closed is the port another's.
            drop(carrier);
            drop(claims);
            for (publication, sockets) in published {
                if cx.world().publications.contains_key(&publication.key) {
                    let looked = sockets::gone(&self.host.netns(), &sockets)?;
                    cx.observe(Change::PortClosed { key: publication.key }, looked);
                }
            }
            ruled
        })
    }

    /// Takes one of the ports that are asked for.
    fn open(&self, cx: &Cx, whose: &Whose<'_>, wanted: &Wanted) -> Result<Opened> {
        let netns = self.host.netns();
        let host = wanted.at.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let named = wanted.ports.as_ref();
        let first = named.map_or(0, |ports| *ports.start());
        let call = format!("bind({}); listen()", SocketAddr::new(host, first));
        let subject = format!("{}/{}", wanted.inside, wanted.transport);
        cx.step(Plan::new(StepKind::OpenPort, subject).call(call), |cx| {
            let mut refused = None;
            for port in self.ports.book.candidates(&netns, &wanted.transport, named)? {
                match self.take(&netns, whose, wanted, port) {
                    Ok(opened) => {
                        if let Some((problem, evidence)) = &opened.lacks {
                            cx.observe(Change::Remark(problem.clone()), vec![evidence.clone()]);
                        }
                        self.ports.book.gave(&netns, &wanted.transport, named, port)?;
                        return Ok(opened);
                    }
                    Err(fault) => refused = Some(fault),
                }
            }
            let none = || Fault::failed(Code::PortsUsedUp).with("transport", &wanted.transport);
            Err(whose.refused(refused.unwrap_or_else(none)))
        })
    }

    /// Where another container has the port at another address, that one is named and not this process.
    fn said(&self, refused: Refused, transport: &Transport, at: SocketAddr) -> Fault {
        match self.ports.book.beside(transport, at).filter(|_| refused.by_us) {
            Some(container) => refused.fault.with("known", "container").with("holder", container),
            None => refused.fault,
        }
    }

    fn take(&self, netns: &Netns, whose: &Whose<'_>, wanted: &Wanted, port: u16) -> Result<Opened> {
        let transport = &wanted.transport;
        let addresses: Vec<IpAddr> = match wanted.at {
            Some(address) => vec![address],
            None => vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
        };
        let host = SocketAddr::new(addresses[0], port);
        let claim = self
            .ports
            .book
            .claim(transport, host, whose.name)
            .map_err(|holder| Fault::failed(Code::PortAllocated).with("address", host).with("holder", holder))?;
        let mut opened =
            Opened::new(claim, transport.clone(), SocketAddrV4::new(whose.endpoint.address, wanted.inside));
        // Of a host that has no IPv6 none is asked, unless by name.
        let without = |address: &IpAddr, refused: &Refused| {
            let none = matches!(refused.errno, Errno::EAFNOSUPPORT | Errno::EADDRNOTAVAIL);
            address.is_ipv6() && wanted.at.is_none() && none
        };
        for address in &addresses {
            match opened.listen_on_host(netns, SocketAddr::new(*address, port)) {
                Err(refused) if without(address, &refused) => {}
                done => done.map_err(|refused| self.said(*refused, transport, host))?,
            }
        }
        if self.ports.machine == Machine::Same {
            return Ok(opened);
        }
        for address in sockets::of_machine(wanted.at) {
            match opened.listen_on_machine(SocketAddr::new(address, port)) {
                Err(refused) if without(&address, &refused) => {}
                Err(refused) if self.ports.machine == Machine::Wished => {
                    let problem = Problem { code: Code::PortNotHere, ..refused.fault.problem };
                    opened.lacks = Some((problem.with("container", whose.name), refused.evidence));
                }
                done => done.map_err(|refused| self.said(*refused, transport, host))?,
            }
        }
        Ok(opened)
    }
}
