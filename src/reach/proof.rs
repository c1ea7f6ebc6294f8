use super::packet::IpVersion;
use super::{Answer, Cell, End, Question};
use crate::trace::{Probe, ProbeReply, World};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// What a probe says of what was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is so.
    Agrees,
    /// It is not so: one of both is wrong.
    Disagrees,
    /// The probe decides nothing: whoever listens to datagrams need not answer.
    Open,
    /// It was not known before, and now it is that it reaches.
    FoundToReach,
    /// It was not known before, and nothing came back.
    FoundNotTo,
}

impl Verdict {
    /// The Fluent message that says it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Agrees => "reach-proof-agrees",
            Self::Disagrees => "reach-proof-disagrees",
            Self::Open => "reach-proof-open",
            Self::FoundToReach => "reach-proof-found",
            Self::FoundNotTo => "reach-proof-found-not",
        }
    }
}

/// Holds a cell against what came of asking. `strange`: of whoever was asked it is not known whether it answers at all, for it is beyond the
/// uplink.
pub fn verdict(question: Question, computed: Answer, reply: &ProbeReply, strange: bool) -> Verdict {
    let answered = matches!(reply, ProbeReply::Answered | ProbeReply::Refused);
    if strange && computed == Answer::Reaches && !answered {
        return Verdict::Open;
    }
    let reached = match reply {
        ProbeReply::Answered | ProbeReply::Refused => true,
        ProbeReply::Silent if matches!(question, Question::Udp(_)) && computed != Answer::DoesNot => {
            return Verdict::Open;
        }
        ProbeReply::Silent | ProbeReply::Unreachable | ProbeReply::NoSuchName => false,
        ProbeReply::NotSent | ProbeReply::Other(_) => return Verdict::Open,
    };
    match (computed, reached) {
        (Answer::Unknown, true) => Verdict::FoundToReach,
        (Answer::Unknown, false) => Verdict::FoundNotTo,
        (Answer::Reaches, true) | (Answer::DoesNot, false) => Verdict::Agrees,
        (Answer::Reaches, false) | (Answer::DoesNot, true) => Verdict::Disagrees,
    }
}

/// It is not known of whoever is asked whether it answers at all: it is beyond the uplink, and not the uplink's next hop, which answers a ping.
pub fn is_strange(world: &World, question: Question, cell: &Cell) -> bool {
    let next = cell.address.map(|address| address.to_string());
    let hop = question == Question::Ping && world.routes.iter().any(|route| route.via == next);
    cell.to == End::Outside && !hop
}

/// What the latest probe found of a cell; none where nothing was asked since anything changed on which the answer hangs.
pub fn proven(world: &World, question: Question, cell: &Cell) -> Option<(ProbeReply, Verdict)> {
    let from = match &cell.from {
        End::Container(id) => Some(id),
        End::Host => None,
        // Nobody is asked from there.
        End::Outside => return None,
    };
    let to = cell.to.word(world);
    let probe = world.probes.get(&Probe::key_of(from, &to, &asked(question, cell, &to)))?;
    let verdict = verdict(question, cell.answer, &probe.reply, is_strange(world, question, cell));
    Some((probe.reply.clone(), verdict))
}

/// What is asked, in a word and an address: `tcp 172.17.0.3:80`, `tcp [fd00::3]:80`, `name web`, `name web AAAA`.
pub fn asked(question: Question, cell: &Cell, name: &str) -> String {
    let address = cell.address.map_or_else(String::new, |address| address.to_string());
    let at = |port| cell.address.map_or_else(|| format!(":{port}"), |it| SocketAddr::new(it, port).to_string());
    match (question, cell.version) {
        (Question::Ping, _) => format!("ping {address}"),
        (Question::Tcp(port), _) => format!("tcp {}", at(port)),
        (Question::Udp(port), _) => format!("udp {}", at(port)),
        (Question::Name, IpVersion::V4) => format!("name {name}"),
        (Question::Name, IpVersion::V6) => format!("name {name} AAAA"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_that_nobody_listens_is_reached() {
        let tcp = |computed, reply| verdict(Question::Tcp(80), computed, &reply, false);
        assert_eq!(tcp(Answer::Reaches, ProbeReply::Refused), Verdict::Agrees);
        assert_eq!(tcp(Answer::DoesNot, ProbeReply::Refused), Verdict::Disagrees);
        assert_eq!(tcp(Answer::DoesNot, ProbeReply::Silent), Verdict::Agrees);
        assert_eq!(tcp(Answer::Reaches, ProbeReply::Silent), Verdict::Disagrees);
        assert_eq!(tcp(Answer::Unknown, ProbeReply::Answered), Verdict::FoundToReach);
        assert_eq!(tcp(Answer::Unknown, ProbeReply::Unreachable), Verdict::FoundNotTo);
    }

    #[test]
    fn who_is_beyond_the_uplink_need_not_answer() {
        let strange = |computed, reply| verdict(Question::Tcp(80), computed, &reply, true);
        assert_eq!(strange(Answer::Reaches, ProbeReply::Unreachable), Verdict::Open);
        assert_eq!(strange(Answer::Reaches, ProbeReply::Refused), Verdict::Agrees);
        assert_eq!(strange(Answer::DoesNot, ProbeReply::Answered), Verdict::Disagrees);
        assert_eq!(strange(Answer::DoesNot, ProbeReply::Silent), Verdict::Agrees);
    }

    #[test]
    fn what_was_not_sent_decides_nothing() {
        for computed in [Answer::Reaches, Answer::DoesNot, Answer::Unknown] {
            assert_eq!(verdict(Question::Ping, computed, &ProbeReply::NotSent, false), Verdict::Open);
        }
    }

    #[test]
    fn who_listens_to_datagrams_need_not_answer() {
        let udp = |computed| verdict(Question::Udp(53), computed, &ProbeReply::Silent, false);
        assert_eq!([udp(Answer::Reaches), udp(Answer::DoesNot)], [Verdict::Open, Verdict::Agrees]);
    }
}
