//! Looks for a thing by anything that the window would say of it: name, address, digest, ifindex, path.

use super::facts::{self, Facts};
use crate::i18n::Words;
use crate::trace::{Entity, World};

/// Hits that are offered.
pub const SHOWN: usize = 8;

/// Something that was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The thing.
    pub entity: Entity,
    /// What is known of it.
    pub facts: Facts,
    /// Which of that was meant, where it is not its name.
    pub by: Option<String>,
}

/// What begins with the words, then what has them in its name, then what has them in what is known of it; and how many there
/// are in all. What a lesson asks at the moment is known of nothing.
pub fn hits(query: &str, world: &World, words: &Words) -> (Vec<Hit>, usize) {
    let wanted = query.trim().to_lowercase();
    if wanted.is_empty() {
        return (Vec::new(), 0);
    }
    // Every path of the engine's begins with its directory: who looks for a word of that means none of them.
    let root = world.host.as_ref().map(|host| host.root.trim_end_matches('/').to_lowercase()).unwrap_or_default();
    let has = |text: &str| {
        let text = text.to_lowercase();
        let within = |at: usize| {
            !root.is_empty()
                && text.match_indices(&root).any(|(from, _)| from <= at && at + wanted.len() <= from + root.len())
        };
        text.match_indices(&wanted).any(|(at, _)| !within(at))
    };
    let mut found: Vec<(u8, Hit)> = world
        .entities()
        .filter_map(|entity| Some((facts::of(&entity, world, words)?, entity)))
        .filter_map(|(facts, entity)| {
            if has(&facts.title) {
                let begins = facts.title.to_lowercase().starts_with(&wanted);
                return Some((u8::from(!begins), Hit { entity, facts, by: None }));
            }
            let row = facts.rows.iter().find(|row| has(&row.value)).map(|row| row.value.clone());
            let by = row.or_else(|| whole(&entity).filter(|id| has(id)).map(str::to_owned))?;
            Some((2, Hit { entity, facts, by: Some(by) }))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    let all = found.len();
    (found.into_iter().take(SHOWN).map(|(_, hit)| hit).collect(), all)
}

/// The id that is cut where it is said.
fn whole(entity: &Entity) -> Option<&str> {
    match entity {
        Entity::Container(id) => Some(id.as_str()),
        Entity::Network(id) => Some(id.as_str()),
        _ => None,
    }
}
