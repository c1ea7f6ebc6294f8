//! The cells: all pairs, each with its answer and what would change it.

use super::answer::{Asked, Outcome, answer};
use super::packet::IpVersion;
use super::walk::Map;
use super::{Cell, End, Question, fix};
use crate::trace::{Entity, World};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// All pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// What was asked.
    pub question: Question,
    /// By which version of IP.
    #[serde(default, skip_serializing_if = "IpVersion::is_default")]
    pub version: IpVersion,
    /// Who asks, from above.
    pub from: Vec<End>,
    /// Who is asked, from the left.
    pub to: Vec<End>,
    /// The pairs, row by row; none of one with itself, nor where the question makes no sense.
    pub cells: Vec<Cell>,
}

impl Matrix {
    /// The cell of a pair.
    pub fn cell(&self, from: &End, to: &End) -> Option<&Cell> {
        let (row, column) = (place(&self.from, from)?, place(&self.to, to)?);
        // Row by row, and some are left out: it is there or a little before.
        let most = (row * self.to.len() + column + 1).min(self.cells.len());
        self.cells[..most].iter().rev().find(|cell| cell.from == *from && cell.to == *to)
    }
}

fn place(ends: &[End], end: &End) -> Option<usize> {
    ends.iter().position(|it| it == end)
}

/// Who reaches whom. `outside`: the address beyond the uplink that is asked, of that version; the uplink's own next hop without.
pub fn matrix(world: &World, question: Question, version: IpVersion, outside: Option<IpAddr>) -> Matrix {
    between(world, question, version, outside, None, None)
}

/// The same of those alone that somebody asks for.
pub fn between(
    world: &World,
    question: Question,
    version: IpVersion,
    outside: Option<IpAddr>,
    from: Option<&End>,
    to: Option<&End>,
) -> Matrix {
    let ends = End::all(world);
    let wanted = |of: Option<&End>| ends.iter().filter(|end| of.is_none_or(|of| of == *end)).cloned().collect();
    among(world, question, version, outside, wanted(from), wanted(to))
}

/// The same of some of the ends: where there is no room for all.
pub fn among(
    world: &World,
    question: Question,
    version: IpVersion,
    outside: Option<IpAddr>,
    from: Vec<End>,
    to: Vec<End>,
) -> Matrix {
    let named = |end: &End| question != Question::Name || matches!(end, End::Container(_));
    let asks = |end: &End| question != Question::Name || *end != End::Outside;
    let from: Vec<End> = from.into_iter().filter(asks).collect();
    let to: Vec<End> = to.into_iter().filter(named).collect();
    let map = Map::of(world, version);
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
    let cells = map
        .iter()
        .flat_map(|map| {
            pairs.clone().filter_map(|(a, b)| one(map, &Asked { question, from: a, to: b, outside, at: None }))
        })
        .collect();
    Matrix { question, version, from, to, cells }
}

/// One pair of them; none of one with itself, of what is not there, and where the question makes no sense.
pub fn cell(
    world: &World,
    question: Question,
    version: IpVersion,
    from: &End,
    to: &End,
    outside: Option<IpAddr>,
) -> Option<Cell> {
    one(&Map::of(world, version)?, &Asked { question, from, to, outside, at: None })
}

/// The pair of whoever asks and whoever has that address, which is asked alone. What nobody here has is outside.
pub fn cell_at(world: &World, question: Question, from: &End, address: IpAddr) -> Option<Cell> {
    let map = Map::of(world, IpVersion::of(address))?;
    // An address of a loopback is nobody's but of who is in the same namespace.
    let near = |netns: u64| !address.is_loopback() || map.netns(from) == Some(netns);
    let has = |end: &End| map.netns(end).is_some_and(|netns| near(netns) && map.has(netns, address));
    let mut inside = End::all(world).into_iter().filter(has);
    let to = inside.find(|end| end != from).unwrap_or(End::Outside);
    let (outside, at) = if to == End::Outside { (Some(address), None) } else { (None, Some(address)) };
    one(&map, &Asked { question, from, to: &to, outside, at })
}

fn one(map: &Map<'_>, asked: &Asked<'_>) -> Option<Cell> {
    let Asked { question, from, to, .. } = *asked;
    let nameless = *from == End::Outside || !matches!(to, End::Container(_));
    if from == to || !from.lives(map.world) || !to.lives(map.world) || (question == Question::Name && nameless) {
        return None;
    }
    let outcome = answer(map, asked);
    let fix = fix::of(map, asked, &outcome);
    let Outcome { address, answer, why, because, way, .. } = outcome;
    let way = way.into_iter().map(Entity::Link).collect();
    let (from, to, version) = (from.clone(), to.clone(), map.version);
    Some(Cell { from, to, version, address, answer, why, because, way, fix })
}
