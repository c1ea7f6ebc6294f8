//! The cells: all pairs, each with its answer and what would change it.

use super::answer::{Asked, Outcome, answer};
use super::walk::Map;
use super::{Cell, End, Question, fix};
use crate::trace::{Entity, World};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// All pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// What was asked.
    pub question: Question,
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

/// Who reaches whom. `outside`: the address beyond the uplink that is asked; the uplink's own next hop without.
pub fn matrix(world: &World, question: Question, outside: Option<Ipv4Addr>) -> Matrix {
    between(world, question, outside, None, None)
}

/// The same of those alone that somebody asks for.
pub fn between(
    world: &World,
    question: Question,
    outside: Option<Ipv4Addr>,
    from: Option<&End>,
    to: Option<&End>,
) -> Matrix {
    let ends = End::all(world);
    let wanted = |of: Option<&End>| ends.iter().filter(|end| of.is_none_or(|of| of == *end)).cloned().collect();
    among(world, question, outside, wanted(from), wanted(to))
}

/// The same of some of the ends: where there is no room for all.
pub fn among(world: &World, question: Question, outside: Option<Ipv4Addr>, from: Vec<End>, to: Vec<End>) -> Matrix {
    let named = |end: &End| question != Question::Name || matches!(end, End::Container(_));
    let asks = |end: &End| question != Question::Name || *end != End::Outside;
    let from: Vec<End> = from.into_iter().filter(asks).collect();
    let to: Vec<End> = to.into_iter().filter(named).collect();
    let map = Map::of(world);
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
    let cells =
        map.iter().flat_map(|map| pairs.clone().filter_map(|(a, b)| one(map, question, a, b, outside))).collect();
    Matrix { question, from, to, cells }
}

/// One pair of them; none of one with itself, of what is not there, and where the question makes no sense.
pub fn cell(world: &World, question: Question, from: &End, to: &End, outside: Option<Ipv4Addr>) -> Option<Cell> {
    one(&Map::of(world)?, question, from, to, outside)
}

fn one(map: &Map<'_>, question: Question, from: &End, to: &End, outside: Option<Ipv4Addr>) -> Option<Cell> {
    let nameless = *from == End::Outside || !matches!(to, End::Container(_));
    if from == to || !from.lives(map.world) || !to.lives(map.world) || (question == Question::Name && nameless) {
        return None;
    }
    let asked = Asked { question, from, to, outside };
    let outcome = answer(map, &asked);
    let fix = fix::of(map, &asked, &outcome);
    let Outcome { address, answer, why, because, way, .. } = outcome;
    let way = way.into_iter().map(Entity::Link).collect();
    Some(Cell { from: from.clone(), to: to.clone(), address, answer, why, because, way, fix })
}
