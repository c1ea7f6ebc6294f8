//! The bridge network: `docker0` on the host, a veth pair to each container, addresses, routes, NAT.
//!
//! ```text
//! host namespace                          container's namespace
//!   lo                                      lo
//!   eth0 ◀─ default ─ uplink (slirp4netns)
//!   docker0 172.17.0.1/16
//!     └─ vethXXXXXXX ═════════════════════ eth0 172.17.0.2/16, default via 172.17.0.1
//! ```
//!
//! Every change goes to the kernel as one netlink message and is read back from it, on both sides (`observer`). IPv4 only, as
//! Docker's default bridge. Does not know what runs in a container.

mod endpoint;
mod filter;
mod host;
mod netlink;
mod observer;
mod pool;
mod request;
mod table;
mod undo;
mod uplink;

pub use undo::{NetInverse, undo};

use super::fault::{Fault, FaultKind, Result};
use super::lab::{Lab, Netns};
use super::{Cx, random};
use crate::spec::{ContainerId, NetworkId};
use crate::trace::{Mode, Network, Plan, StepKind};
use parking_lot::{Mutex, MutexGuard};
use request::Request;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The bridge's name, as Docker calls it.
pub const BRIDGE: &str = "docker0";
/// The uplink's name.
pub const UPLINK: &str = "eth0";
/// The bridge's own address, which is the containers' gateway.
pub const GATEWAY: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 1);
/// The length of the network's prefix.
pub const PREFIX: u8 = 16;
/// What the host's part is journaled under.
const SCOPE: &str = "engine";

/// What `--network` chooses between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkMode {
    /// A network namespace of its own with a veth pair to `docker0`.
    Bridge,
    /// The host's network namespace.
    Host,
    /// A network namespace of its own with `lo` alone.
    None,
}

/// A container's place in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSettings {
    /// The network.
    pub network: NetworkId,
    /// The container's address.
    pub address: Ipv4Addr,
    /// The length of the network's prefix.
    pub prefix: u8,
    /// Where its default route goes.
    pub gateway: Ipv4Addr,
    /// The hardware address of its `eth0`.
    pub mac: String,
    /// The other end of its veth pair: the name of a link on the host.
    pub host_link: String,
}

/// The engine's networks.
#[derive(Debug)]
pub struct Net {
    /// Locked for a message and the look that follows, so that a change is recorded by the step that brought it about.
    /// Locked before any endpoint.
    host: Arc<Mutex<observer::NamespaceObserver>>,
    endpoints: Mutex<BTreeMap<ContainerId, Arc<Mutex<endpoint::Endpoint>>>>,
    pool: Mutex<pool::Pool>,
    network: NetworkId,
    mode: Mode,
    uplink: Mutex<Option<uplink::Uplink>>,
    /// What is journaled for the host's part.
    entries: Mutex<Vec<super::conductor::EntryId>>,
}

impl Net {
    /// Networks there are: `bridge`, `host`, `none`.
    pub fn networks(&self) -> Vec<Network> {
        let other = |name: &str| Network {
            id: other_id(name),
            name: name.to_owned(),
            driver: name.to_owned(),
            subnet: String::new(),
            gateway: String::new(),
            bridge: None,
        };
        vec![self.bridge(), other("host"), other("none")]
    }

    /// Name servers that containers of the bridge can reach.
    pub fn dns(&self) -> Vec<String> {
        if lock(&self.uplink).is_some() {
            return vec![uplink::DNS.to_owned()];
        }
        let resolv_conf = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        let servers = resolv_conf.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
        // A name server on the host's own loopback cannot be reached from another namespace.
        let outside = |server: &String| server.parse::<Ipv4Addr>().is_ok_and(|address| !address.is_loopback());
        servers.map(|server| server.trim().to_owned()).filter(outside).collect()
    }

    fn bridge(&self) -> Network {
        Network {
            id: self.network.clone(),
            name: "bridge".to_owned(),
            driver: "bridge".to_owned(),
            subnet: lock(&self.pool).subnet(),
            gateway: GATEWAY.to_string(),
            bridge: Some(BRIDGE.into()),
        }
    }
}

/// A stage that is one netlink message.
fn stage(
    cx: &Cx,
    kind: StepKind,
    by_hand: impl ToString,
    request: Request,
    act: impl FnOnce(&Cx, Request) -> Result<()>,
) -> Result<()> {
    let plan = Plan::new(kind, &request.subject).call(&request.text).by_hand(by_hand);
    cx.step(plan, |cx| message(cx, request, act))
}

/// One netlink message.
fn message(cx: &Cx, request: Request, act: impl FnOnce(&Cx, Request) -> Result<()>) -> Result<()> {
    cx.step(observer::message_plan(&request), |cx| act(cx, request))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock()
}

/// The id of a network that is not made but always there: its name, in hexadecimal, to the length of an id.
fn other_id(name: &str) -> NetworkId {
    let hex: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    NetworkId::from(format!("{hex:0<64}").as_str())
}
