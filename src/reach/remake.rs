//! What no command changes while a container lives, because it is decided when the container is made.

use super::{Cell, Protocol, Question, Why};

/// How a container would have to be made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remake {
    /// With a port published: `80:80`, `53:53/udp`.
    Publish {
        /// What stands behind `-p`.
        port: String,
    },
    /// On a network, where it was made with `--network none`.
    Network,
}

/// For a cell that does not reach; none where something else is in the way, or a ping is asked for, which no published port lets in.
pub fn remake(question: Question, cell: &Cell) -> Option<Remake> {
    match (&cell.why, question.protocol()) {
        (Why::NotPublished | Why::OtherPorts { .. }, Protocol::Tcp(port)) => {
            Some(Remake::Publish { port: format!("{port}:{port}") })
        }
        (Why::NotPublished | Why::OtherPorts { .. }, Protocol::Udp(port)) => {
            Some(Remake::Publish { port: format!("{port}:{port}/udp") })
        }
        (Why::NoNetwork, _) => Some(Remake::Network),
        _ => None,
    }
}
