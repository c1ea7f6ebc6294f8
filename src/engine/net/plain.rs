//! The networks of which nothing is made on the host: `host` and `none`.

use super::driver::Driver;
use super::faults::Faults;
use super::host::Host;
use super::*;
use crate::trace::Code;

/// `--network host`: containers are in the host's network namespace.
#[derive(Debug)]
pub(super) struct HostDriver {
    network: Network,
}

/// `--network none`: a network namespace of its own, with `lo` alone.
#[derive(Debug)]
pub(super) struct NoneDriver {
    network: Network,
}

impl HostDriver {
    pub(super) fn new(network: Network) -> Self {
        Self { network }
    }
}

impl NoneDriver {
    pub(super) fn new(network: Network) -> Self {
        Self { network }
    }
}

/// Docker has one of each, and so have we.
fn only_one(network: &Network, others: &[Network]) -> Result<()> {
    network.check(others)?;
    match others.iter().find(|other| other.driver == network.driver) {
        Some(_) => Err(Fault::new(FaultKind::Conflict, Code::NetworkExists).with("name", &network.driver)),
        None => Ok(()),
    }
}

impl Driver for HostDriver {
    fn network(&self) -> &Network {
        &self.network
    }

    fn isolates(&self) -> bool {
        false
    }

    fn validate(&self, _host: &Host, others: &[Network]) -> Result<()> {
        only_one(&self.network, others)
    }

    fn set_up(&self, _cx: &Cx, _host: &Host) -> Result<()> {
        Ok(())
    }

    fn connect(&self, _: &Cx, _: &Host, _: &ContainerId, _: &Netns, _: &Wish) -> Result<Option<EndpointSettings>> {
        Ok(None)
    }

    fn disconnect(&self, _cx: &Cx, _host: &Host, _container: &ContainerId) -> Faults {
        Faults::default()
    }

    fn tear_down(&self, _cx: &Cx, _host: &Host) -> Faults {
        Faults::default()
    }
}

impl Driver for NoneDriver {
    fn network(&self) -> &Network {
        &self.network
    }

    fn validate(&self, _host: &Host, others: &[Network]) -> Result<()> {
        only_one(&self.network, others)
    }

    fn set_up(&self, _cx: &Cx, _host: &Host) -> Result<()> {
        Ok(())
    }

    fn connect(
        &self,
        cx: &Cx,
        host: &Host,
        container: &ContainerId,
        netns: &Netns,
        _wish: &Wish,
    ) -> Result<Option<EndpointSettings>> {
        let sandbox = host.sandbox(cx, container, netns)?;
        sandbox::loopback(cx, &sandbox, container).map(|()| None)
    }

    fn disconnect(&self, _cx: &Cx, _host: &Host, _container: &ContainerId) -> Faults {
        Faults::default()
    }

    fn tear_down(&self, _cx: &Cx, _host: &Host) -> Faults {
        Faults::default()
    }
}
