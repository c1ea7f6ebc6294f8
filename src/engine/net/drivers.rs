//! Which drivers there are.

use super::bridge::Bridge;
use super::driver::Driver;
use super::plain::{HostDriver, NoneDriver};
use super::*;
use crate::trace::Code;

/// The driver of a network.
pub(super) fn of(network: Network) -> Result<Arc<dyn Driver>> {
    match &network.driver {
        NetworkDriver::Bridge => Ok(Arc::new(Bridge::new(network)?)),
        NetworkDriver::Host => Ok(Arc::new(HostDriver::new(network))),
        NetworkDriver::None => Ok(Arc::new(NoneDriver::new(network))),
        NetworkDriver::Other(name) => {
            Err(Fault::new(FaultKind::NotFound, Code::NoSuchNetworkDriver).with("driver", name))
        }
    }
}
