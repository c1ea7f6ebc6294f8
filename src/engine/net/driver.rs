//! What makes a network, and what each of them can do. A driver is of one network and knows its state.
//!
//! ```text
//! validate ─▶ set up ─▶ (connect ─▶ disconnect)* ─▶ tear down
//! ```

use super::host::Host;
use super::*;
use std::fmt::Debug;

/// The driver of one network.
pub trait Driver: Debug + Send + Sync {
    /// Its network.
    fn network(&self) -> &Network;

    /// False when its containers have no network namespace of their own but the host's.
    fn isolates(&self) -> bool {
        true
    }

    /// Refuses what could not be set up beside the networks that are there. Nothing has been made yet, and nothing is.
    fn validate(&self, host: &Host, others: &[Network]) -> Result<()>;

    /// Makes what the network has on the host. After a failure [`Driver::tear_down`] takes away what there is.
    fn set_up(&self, cx: &Cx, host: &Host) -> Result<()>;

    /// Connects a container; none when it gets no address. After a failure [`Driver::disconnect`] takes off what there is.
    fn connect(
        &self,
        cx: &Cx,
        host: &Host,
        container: &ContainerId,
        netns: &Netns,
        wish: &Wish,
    ) -> Result<Option<EndpointSettings>>;

    /// Takes a container off. One that is not on it is no fault, and a fault is no reason to stop half way.
    fn disconnect(&self, cx: &Cx, host: &Host, container: &ContainerId) -> Faults;

    /// Takes away what [`Driver::set_up`] made. What is gone already is no fault, and a fault is no reason to stop half way.
    fn tear_down(&self, cx: &Cx, host: &Host) -> Faults;
}
