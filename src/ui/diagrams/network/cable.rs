//! The cables of containers: each has an end on the host, that may be a port of a bridge, and one that is, or is going to be, the
//! container's.

use super::super::scene::{Edge, End, Line};
use super::container::{self, Cell};
use super::*;
use crate::trace::LinkKey;
use egui::{Pos2, pos2};
use std::cell::RefCell;
use std::collections::HashMap;

/// One cable, as far as it is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cable<'a> {
    /// The end on the host.
    pub outer: Option<&'a Arc<Link>>,
    /// The container's.
    pub inner: Option<&'a Arc<Link>>,
    /// What the end on the host is a port of.
    pub bridge: Option<&'a Arc<Link>>,
}

/// All of them, by container.
pub(super) struct Cables<'a> {
    all: HashMap<&'a ContainerId, Vec<Cable<'a>>>,
}

impl<'a> Cables<'a> {
    pub fn of(world: &'a World) -> Self {
        let mut ends: HashMap<&ContainerId, [Vec<&Arc<Link>>; 2]> = HashMap::new();
        for link in world.links.values().filter(|link| link.kind == LinkKind::Veth) {
            if let Some(id) = &link.container {
                ends.entry(id).or_default()[usize::from(world.is_inner(link))].push(link);
            }
        }
        let bridges: HashMap<(u64, u32), &Arc<Link>> =
            world.links.values().filter(|l| l.kind == LinkKind::Bridge).map(|l| ((l.netns, l.ifindex), l)).collect();
        let cable = |outer: &'a Arc<Link>, inners: &[&'a Arc<Link>]| {
            let peer = |inner: &&&Arc<Link>| {
                outer.peer_ifindex == Some(inner.ifindex) && inner.peer_ifindex == Some(outer.ifindex)
            };
            let bridge = outer.master.and_then(|master| bridges.get(&(outer.netns, master)).copied());
            Cable { outer: Some(outer), inner: inners.iter().find(peer).copied(), bridge }
        };
        let of = |[outers, inners]: [Vec<&'a Arc<Link>>; 2]| match outers.is_empty() {
            false => outers.into_iter().map(|outer| cable(outer, &inners)).collect::<Vec<_>>(),
            // A recording that begins late may know one end alone.
            true => inners
                .first()
                .map(|inner| Cable { outer: None, inner: Some(inner), bridge: None })
                .into_iter()
                .collect(),
        };
        Self { all: ends.into_iter().map(|(id, ends)| (id, of(ends))).collect() }
    }

    /// A container's, the first one first.
    pub fn of_container(&self, id: &ContainerId) -> &[Cable<'a>] {
        self.all.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The bridge below which a container stands: that of its first cable that has one, else that of the address that is kept for it.
    pub fn home<'w>(&self, world: &'w World, id: &ContainerId) -> Option<&'w LinkKey>
    where
        'a: 'w,
    {
        let by_cable = self.of_container(id).iter().find_map(|cable| cable.bridge).map(|bridge| &bridge.key);
        by_cable.or_else(|| {
            let (network, _) = world.reserved_for(id)?;
            world.networks.get(network)?.bridge.as_ref()
        })
    }
}

/// Where wires run that lead from a bridge to a container below another one: a line for each bridge that has such.
#[derive(Debug, Default)]
pub(super) struct Trunks {
    lanes: Vec<(LinkKey, f32)>,
    /// Left of all boxes, where wires run down to bridges that stand below them.
    left: f32,
    /// Those wires: the bridge, its line, the rest of the way and the plug.
    later: RefCell<Vec<Later>>,
}

#[derive(Debug)]
struct Later {
    bridge: LinkKey,
    carries: bool,
    lane: f32,
    down: Vec<Pos2>,
    plug: NodeId,
}

/// Between two lines, and above the first.
const STEP: f32 = 7.0;
const FIRST: f32 = 6.0;

impl Trunks {
    /// Of the bridges that lead away, below `bus`.
    pub fn below(bus: f32, left: f32, leading_away: BTreeSet<&LinkKey>) -> Self {
        let lane = |(nth, key): (usize, &LinkKey)| (key.clone(), bus + FIRST + STEP * nth as f32);
        Self { lanes: leading_away.into_iter().enumerate().map(lane).collect(), left, later: RefCell::default() }
    }

    /// The wires to bridges that were drawn below all containers: along their lines, down at the left, and from above.
    pub fn finish(&self, stage: &mut Stage<'_>) {
        let later = self.later.take();
        let bridges: BTreeSet<&LinkKey> = later.iter().map(|later| &later.bridge).collect();
        for (nth, key) in bridges.iter().enumerate() {
            let id = NodeId::of(Entity::Link((*key).clone()));
            let Some(place) = stage.scene.node(&id).map(|node| node.rect) else { continue };
            let x = self.left - 4.0 - 3.0 * (nth % 3) as f32;
            for later in later.iter().filter(|later| later.bridge == **key) {
                let above = place.top() - 4.0;
                let first = [place.center_top(), pos2(place.center().x, above), pos2(x, above), pos2(x, later.lane)];
                let route = first.into_iter().chain(later.down.iter().copied()).collect();
                let line = if later.carries { Line::Solid } else { Line::CableDown };
                stage.wire(&id, &later.plug, Edge::new(route, TINT, line).part("port"));
            }
        }
    }

    /// How much lower all begins that is below.
    pub fn height(&self) -> f32 {
        if self.lanes.is_empty() { 0.0 } else { STEP * self.lanes.len() as f32 }
    }

    fn of(&self, bridge: &Link) -> Option<f32> {
        self.lanes.iter().find(|(key, _)| *key == bridge.key).map(|(_, y)| *y)
    }
}

/// How far from a bridge's edge a wire leaves it that leads to another part of the picture.
const EDGE: f32 = 24.0;

/// The wire from the bridge to a port of it: straight down, down the gutter past the rows above, or along the bridge's line to a
/// container below another bridge.
pub(super) fn port(
    stage: &mut Stage<'_>,
    bridge: &Link,
    link: &Link,
    (plug, at): (&NodeId, Rect),
    nth: usize,
    cell: &Cell<'_>,
) {
    let id = NodeId::of(Entity::Link(bridge.key.clone()));
    let place = stage.scene.node(&id).map(|node| node.rect);
    let middle = at.center().x;
    let trunk = cell.trunks.of(bridge).filter(|_| cell.home != Some(&bridge.key));
    let (from, bus) = match (trunk, place) {
        (None, _) => (None, cell.bus),
        (Some(y), None) => (None, y),
        (Some(y), Some(place)) => {
            let towards = cell.at.x + cell.sizes.width / 2.0;
            let x = if towards > place.center().x { place.right() - EDGE } else { place.left() + EDGE };
            (Some([pos2(x, place.bottom()), pos2(x, y)]), y)
        }
    };
    // Down to the plug: past the rows above in the gutter, then to its side, or from above where another plug is in between.
    let down: Vec<Pos2> = match cell.lane {
        None => vec![pos2(middle, bus), at.center_top()],
        Some(lane) if nth == 0 => vec![pos2(lane, bus), pos2(lane, at.center().y), at.left_center()],
        Some(lane) => {
            let (x, y) = (lane - LANE * nth as f32, cell.at.y - 2.0 - 3.0 * nth as f32);
            vec![pos2(x, bus), pos2(x, y), pos2(middle, y), at.center_top()]
        }
    };
    if place.is_none() {
        if let Some(lane) = trunk {
            let (bridge, carries) = (bridge.key.clone(), may_carry(bridge) && may_carry(link));
            let later = Later { bridge, carries, lane, down, plug: plug.clone() };
            cell.trunks.later.borrow_mut().push(later);
        }
        return;
    }
    let route: Vec<Pos2> = from.into_iter().flatten().chain(down).collect();
    let line = match (may_carry(bridge) && may_carry(link), route.len()) {
        (true, 2) => Line::Cable,
        (true, _) => Line::Solid,
        (false, _) => Line::CableDown,
    };
    // Near the end that is down.
    let broken = match (bridge.up, link.up) {
        (true, true) => None,
        (false, true) => Some(0.0),
        (true, false) => Some(1.0),
        (false, false) => Some(0.5),
    };
    stage.wire(&id, plug, Edge::new(route, TINT, line).part("port").broken(broken));
}

/// The wire between both ends of a cable.
pub(super) fn pair(
    stage: &mut Stage<'_>,
    (plug, from, outer): (NodeId, Rect, &Link),
    (peer, to, inner): (NodeId, Rect, &Link),
    place: Rect,
) {
    let word = stage.say("scene-veth-pair");
    let gap = f32::midpoint(from.bottom(), to.top().min(place.top()));
    let beside = pos2(from.center().x + 12.0, gap);
    let caption = stage.captioned(Text::new(beside, Font::Small, Ink::Tint(TINT), word));
    let room = to.top().min(place.top()) - from.bottom();
    // The next cable of the same container is beside it.
    let fits =
        room > caption.rect.height() && caption.rect.right() <= place.right().min(from.center().x + container::BESIDE);
    let line = if may_carry(outer) && may_carry(inner) { Line::Cable } else { Line::CableDown };
    // Near the end that is down; of a short wire not where it passes a name.
    let near = if room > 60.0 { 0.2 } else { 0.45 };
    let broken = match (outer.up, inner.up) {
        (true, true) => None,
        (false, true) => Some(near),
        (true, false) => Some(1.0 - near),
        (false, false) => Some(0.5),
    };
    let edge = Edge::new(vec![from.center_bottom(), to.center_top()], TINT, line);
    // A plug would cover what is written on a low card.
    let edge = if stage.is_full() { edge.ends(End::Dot, End::Dot) } else { edge }.part("veth").broken(broken);
    stage.wire(&plug, &peer, if fits { edge.labelled(caption) } else { edge });
}
