//! Networks that somebody makes: from a request to a bridge on the host and back to nothing. They outlive their engine, as by Docker's
//! daemon. What a network has on the host is `net`'s; here is which there are, and what is written down of them.

mod asked;
mod kept;

use super::net::{Driver, Network, random_id};
use super::news::Subject;
use super::{Asked as Line, Cancel, Cx, Engine, Result, evidence};
use crate::docker::{NetworkCreate, typed};
use crate::spec::{ContainerId, shell};
use crate::trace::{Change, Code, OpKind, Plan, Problem, StepKind};
use asked::Asked;
pub(super) use asked::Pools;
use std::sync::Arc;

impl Engine {
    /// Makes a network. When it fails, all that was made is undone.
    pub fn create_network(&self, request: NetworkCreate, line: &Line, cancel: &Cancel) -> Result<Network> {
        let asked = Asked::read(request)?;
        let (id, reached) = (random_id()?, self.net.reached());
        let driver = self.conductor.operate(OpKind::NetworkCreate, asked.name(), line, cancel, |cx| {
            let by_hand = typed::network_create(asked.request()).unwrap_or_default();
            cx.step(Plan::new(StepKind::ManageNetwork, asked.name()).by_hand(by_hand), |cx| {
                let keep = |network: &Network| {
                    if self.keeps { kept::keep(&self.root, network, asked.request()) } else { Ok(()) }
                };
                self.net.add_beside(cx, |others| asked.beside(id, others, &reached, &self.pools), keep)
            })
        })?;
        asked.is_made(driver.network(), &self.pools);
        self.tell_network_itself(driver.as_ref(), "create");
        Ok(driver.network().clone())
    }

    /// Takes a network away, if no container is on it now.
    pub fn remove_network(&self, driver: &Arc<dyn Driver>, line: &Line) -> Result<()> {
        let (network, _room) = (driver.network(), self.reserve.give());
        let called = |id: &ContainerId| self.containers.called(id);
        self.net.removable(network, &called)?;
        self.conductor.operate(OpKind::NetworkRemove, &network.name, line, &Cancel::new(), |cx| {
            let by_hand = shell::line(["docker", "network", "rm", network.name.as_str()]);
            cx.step(Plan::new(StepKind::ManageNetwork, &network.name).by_hand(by_hand), |cx| {
                self.net.remove(cx, &network.id, &called, |network| kept::forget(&self.root, &network.id))
            })
        })?;
        self.tell_network_itself(driver.as_ref(), "destroy");
        Ok(())
    }

    /// Makes the networks again that an engine before this one had.
    pub(in crate::engine) fn restore_networks(&self, cx: &Cx) -> Result<()> {
        let (found, mut aside) = kept::all(&self.root)?;
        for network in found {
            let path = kept::shelf(&self.root).join(format!("{}.json", network.id));
            if let Err(fault) = self.net.add(cx, network) {
                aside.push((path, fault));
            }
        }
        for (path, fault) in aside {
            tracing::warn!(%fault, path = %path.display(), "a network is set aside");
            let problem = Problem::new(Code::NetworkFileUnreadable).with("path", path.display());
            let look = evidence::stat(&path).1;
            cx.observe(Change::Remark(problem.with("reason", &fault.problem.code)), vec![look.clone()]);
            cx.observe(Change::Remark(fault.problem), vec![look]);
        }
        Ok(())
    }

    fn tell_network_itself(&self, driver: &dyn Driver, action: &str) {
        let network = driver.network();
        let attributes = [("name", network.name.clone()), ("type", network.driver_name().to_owned())];
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.news.tell(Subject::Network, action, network.id.as_str(), attributes);
    }
}
