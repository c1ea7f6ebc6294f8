//! Which networks there are. Each is found once it is whole, and no more once somebody takes it away; so what is made beside that – a
//! container's place on it, another of its name – comes before or after, and not in between.

use super::*;
use crate::trace::Code;

/// The networks, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Registry(Mutex<Vec<Registered>>);

#[derive(Debug)]
struct Registered {
    driver: Arc<dyn Driver>,
    life: Life,
    /// Containers that are being put on it.
    coming: Vec<ContainerId>,
}

/// Where a network is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Making,
    There,
    Going,
}

/// A container is being put on a network, until it is dropped: nobody takes that away.
#[derive(Debug)]
pub(super) struct Coming<'a> {
    registry: &'a Registry,
    network: &'a NetworkId,
    container: &'a ContainerId,
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        let mut all = self.registry.0.lock();
        let of = all.iter_mut().find(|one| one.driver.network().id == *self.network);
        if let Some(of) = of
            && let Some(at) = of.coming.iter().position(|id| id == self.container)
        {
            of.coming.swap_remove(at);
        }
    }
}

impl Registry {
    /// A network takes its place among the others, if it can be beside them. `make` is told of those. It is found after
    /// [`Registry::is_there`].
    pub(super) fn register(
        &self,
        host: &Host,
        make: impl FnOnce(&[Network]) -> Result<Network>,
    ) -> Result<Arc<dyn Driver>> {
        let mut all = self.0.lock();
        let others: Vec<Network> = all.iter().map(|one| one.driver.network().clone()).collect();
        let driver = drivers::of(make(&others)?)?;
        driver.validate(host, &others)?;
        all.push(Registered { driver: Arc::clone(&driver), life: Life::Making, coming: Vec::new() });
        Ok(driver)
    }

    /// It is whole.
    pub(super) fn is_there(&self, id: &NetworkId) {
        self.0.lock().iter_mut().filter(|one| one.driver.network().id == *id).for_each(|one| one.life = Life::There);
    }

    pub(super) fn unregister(&self, id: &NetworkId) {
        self.0.lock().retain(|one| one.driver.network().id != *id);
    }

    /// Those that are whole.
    pub(super) fn there(&self) -> Vec<Arc<dyn Driver>> {
        let all = self.0.lock();
        all.iter().filter(|one| one.life == Life::There).map(|one| Arc::clone(&one.driver)).collect()
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<dyn Driver>> {
        self.0.lock().iter().map(|one| Arc::clone(&one.driver)).collect()
    }

    /// Takes the right to put a container on a network. A fault where somebody has taken that away meanwhile.
    pub(super) fn coming<'a>(&'a self, network: &'a Network, container: &'a ContainerId) -> Result<Coming<'a>> {
        let mut all = self.0.lock();
        let there = all.iter_mut().find(|one| one.driver.network().id == network.id && one.life == Life::There);
        let none = || Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", &network.name);
        there.ok_or_else(none)?.coming.push(container.clone());
        Ok(Coming { registry: self, network: &network.id, container })
    }

    /// Who keeps a network from being taken away: those that are being put on it.
    pub(super) fn comers(&self, id: &NetworkId) -> Vec<ContainerId> {
        let all = self.0.lock();
        all.iter().find(|one| one.driver.network().id == *id).map(|one| one.coming.clone()).unwrap_or_default()
    }

    /// Takes the right to take a network away, if `free` says so while nobody can be put on it. It is found no more.
    pub(super) fn going(&self, network: &Network, free: impl FnOnce(&[ContainerId]) -> Result<()>) -> Result<()> {
        let mut all = self.0.lock();
        let there = all.iter_mut().find(|one| one.driver.network().id == network.id && one.life == Life::There);
        let none = || Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", &network.name);
        let one = there.ok_or_else(none)?;
        free(&one.coming)?;
        one.life = Life::Going;
        Ok(())
    }
}
