//! What makes a network, and what each of them can do. A driver is of one network and knows its state.
//!
//! ```text
//! validate ─▶ set up ─▶ (connect ─▶ disconnect)* ─▶ tear down
//! ```

use super::bridge::Bridge;
use super::host::Host;
use super::plain::{HostDriver, NoneDriver};
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
    fn connect(&self, cx: &Cx, host: &Host, container: &ContainerId, netns: &Netns)
    -> Result<Option<EndpointSettings>>;

    /// Takes a container off. One that is not on it is no fault, and a fault is no reason to stop half way.
    fn disconnect(&self, cx: &Cx, host: &Host, container: &ContainerId) -> Faults;

    /// Takes away what [`Driver::set_up`] made. What is gone already is no fault, and a fault is no reason to stop half way.
    fn tear_down(&self, cx: &Cx, host: &Host) -> Faults;
}

/// The driver of a network.
pub(super) fn of(network: Network) -> Result<Arc<dyn Driver>> {
    match &network.driver {
        NetworkDriver::Bridge => Ok(Arc::new(Bridge::new(network)?)),
        NetworkDriver::Host => Ok(Arc::new(HostDriver::new(network))),
        NetworkDriver::None => Ok(Arc::new(NoneDriver::new(network))),
        NetworkDriver::Other(name) => {
            Err(Fault::new(FaultKind::NotFound, "no-such-network-driver").with("driver", name))
        }
    }
}

/// What went wrong while something was taken away, which goes on all the same.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[must_use]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// One more step, that may have failed.
    pub fn note(&mut self, result: Result<()>) {
        self.0.extend(result.err());
    }

    /// Those of a part.
    pub fn note_all(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// True when nothing went wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing, the one fault, or all of them as one.
    pub fn into_result(self) -> Result<()> {
        let mut faults = self.0.into_iter();
        match (faults.next(), faults.len()) {
            (None, _) => Ok(()),
            (Some(only), 0) => Err(only),
            (Some(first), others) => {
                let all = std::iter::once(&first).chain(faults.as_slice()).map(Fault::to_string);
                let reasons = all.collect::<Vec<_>>().join("; ");
                Err(Fault::new(first.kind, "network-teardown").with("count", others + 1).with("reasons", reasons))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_all_said() {
        let mut faults = Faults::default();
        faults.note(Ok(()));
        assert!(faults.is_empty());
        assert_eq!(faults.clone().into_result(), Ok(()));
        let (one, two) = (Fault::failed("link-gone").with("name", "a"), Fault::failed("link-gone").with("name", "b"));
        faults.note(Err(one.clone()));
        assert_eq!(faults.clone().into_result(), Err(one));
        let mut both = Faults::default();
        both.note_all(faults);
        both.note(Err(two));
        let fault = both.into_result().unwrap_err();
        let (count, reasons) = (&fault.problem.args["count"], &fault.problem.args["reasons"]);
        assert_eq!(count, "2");
        assert!(reasons.contains("name=a") && reasons.contains("name=b"), "{reasons}");
    }
}
