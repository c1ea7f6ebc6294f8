//! Packets that were followed.

use super::apply::require;
use super::*;

/// A packet that was followed, as far as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkState {
    /// Who sends what to whom.
    pub walk: Walk,
    /// Where it was seen, in the order of time.
    pub hops: Vector<Arc<Hop>>,
    /// What came of it; none while it is followed, and where that was cancelled.
    pub end: Option<WalkEnd>,
}

impl World {
    /// How many packets that were followed are known.
    pub const WALKS: usize = 8;
    /// At how many places one is seen at most.
    pub const HOPS: usize = 128;

    /// The walk of that number, if it is known yet.
    pub fn walk(&self, id: WalkId) -> Option<&Arc<WalkState>> {
        self.walks.iter().find(|state| state.walk.id == id)
    }

    /// The number of the next one.
    pub fn next_walk(&self) -> WalkId {
        self.walks.back().map_or(1, |last| last.walk.id.saturating_add(1))
    }

    pub(super) fn begin_walk(&mut self, walk: &Walk) -> Result<(), Illegal> {
        for end in [&walk.from, &walk.to] {
            if let WalkEndpoint::Container { id, .. } = end {
                self.owner(Some(id))?;
            }
        }
        let later = self.walks.back().map_or(0, |last| last.walk.id) < walk.id;
        require(later, || Illegal::WalkOrder { walk: walk.id, number: 0 })?;
        self.walks.push_back(Arc::new(WalkState { walk: walk.clone(), hops: Vector::new(), end: None }));
        if self.walks.len() > Self::WALKS {
            self.walks.pop_front();
        }
        Ok(())
    }

    pub(super) fn see_packet(&mut self, id: WalkId, hop: &Hop) -> Result<(), Illegal> {
        self.change_walk(id, |state| {
            let next = state.hops.len() + 1;
            let fits = next <= Self::HOPS && usize::try_from(hop.number).is_ok_and(|number| number == next);
            require(fits, || Illegal::WalkOrder { walk: id, number: hop.number })?;
            state.hops.push_back(Arc::new(hop.clone()));
            Ok(())
        })
    }

    pub(super) fn end_walk(&mut self, end: &WalkEnd) -> Result<(), Illegal> {
        self.change_walk(end.walk, |state| {
            state.end = Some(end.clone());
            Ok(())
        })
    }

    fn change_walk(
        &mut self,
        id: WalkId,
        act: impl FnOnce(&mut WalkState) -> Result<(), Illegal>,
    ) -> Result<(), Illegal> {
        let at = self.walks.iter().position(|state| state.walk.id == id && state.end.is_none());
        let at = at.ok_or(Illegal::NoWalk(id))?;
        let mut state = (*self.walks[at]).clone();
        act(&mut state)?;
        self.walks.set(at, Arc::new(state));
        Ok(())
    }
}

#[cfg(test)]
pub(super) fn a_walk(id: WalkId) -> Walk {
    let (from, to) = (WalkEndpoint::Host, WalkEndpoint::Outside);
    let (packet, rules) = (WalkPacket::Echo, RuleTrace::On);
    let (version, to_netns, address, watched) = (IpVersion::V4, None, None, Vec::new());
    Walk { id, from, to, from_netns: 1, to_netns, packet, version, address, watched, rules }
}

#[cfg(test)]
pub(super) fn a_hop(number: u32) -> Hop {
    let place =
        Place::Link { netns: 1, ifindex: 2, name: "eth0".into(), link: "lab/eth0".into(), passing: Passing::Out };
    let (packet, differs) = (Decoded::default(), Vec::new());
    Hop { number, after: Some(0), heading: Heading::There, place, frame: None, packet, differs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_followed_in_order_and_to_an_end() {
        let mut world = World::default();
        let seen = |walk, number| Change::PacketSeen { walk, hop: a_hop(number) };
        world.apply(&seen(1, 1)).unwrap_err();
        world.apply(&Change::WalkBegan(a_walk(1))).unwrap();
        world.apply(&Change::WalkBegan(a_walk(1))).unwrap_err();
        world.apply(&seen(1, 1)).unwrap();
        for wrong in [1, 3] {
            world.apply(&seen(1, wrong)).unwrap_err();
        }
        world.apply(&seen(1, 2)).unwrap();
        let end = WalkEnd {
            walk: 1,
            reply: ProbeReply::Silent,
            outcome: WalkOutcome::Silent,
            fix: None,
            missed: Missed::default(),
        };
        world.apply(&Change::WalkEnded(end.clone())).unwrap();
        world.apply(&Change::WalkEnded(end)).unwrap_err();
        world.apply(&seen(1, 3)).unwrap_err();
        assert_eq!(world.walk(1).map(|state| state.hops.len()), Some(2));
    }

    #[test]
    fn walks_and_their_hops_are_bounded() {
        let mut world = World::default();
        (1..20).for_each(|id| world.apply(&Change::WalkBegan(a_walk(id))).unwrap());
        assert_eq!((world.walks.len(), world.next_walk()), (World::WALKS, 20));
        let seen = |number: usize| Change::PacketSeen { walk: 19, hop: a_hop(u32::try_from(number).unwrap()) };
        (1..=World::HOPS).for_each(|number| world.apply(&seen(number)).unwrap());
        world.apply(&seen(World::HOPS + 1)).unwrap_err();
    }
}
