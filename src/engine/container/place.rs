//! A place on a network, whether it is taken or not.

use crate::docker::EndpointConfig;
use crate::spec::NetworkId;
use std::collections::BTreeMap;

/// A place on a network: what was asked of it, and which network that was when it was taken last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// What was asked of it.
    pub asked: EndpointConfig,
    /// The network.
    pub network: Option<NetworkId>,
}

/// Places by the names of their networks.
pub type Places = BTreeMap<String, Place>;
