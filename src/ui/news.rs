//! What of the latest changes is news. What an engine finds on its disk when it starts was there before: it is recorded, so
//! that the World has it, and nothing happened to it.

use crate::trace::{Entity, OpKind, World};

/// Those of the changed things to which something happened.
pub fn of(world: &World, changed: &[Entity]) -> Vec<Entity> {
    let latest = world.ops.values().max_by_key(|state| state.op.id);
    let starts = latest.is_some_and(|state| matches!(state.op.kind, OpKind::EngineStart | OpKind::Recover));
    changed.iter().filter(|entity| !(starts && is_kept(entity))).cloned().collect()
}

/// It outlives an engine.
fn is_kept(entity: &Entity) -> bool {
    use Entity::{Blob, Config, Index, Layer, Manifest, Tag, Volume};
    matches!(entity, Index(_) | Manifest(_) | Config(_) | Blob(_) | Layer(_) | Tag(_) | Volume(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Op, OpState, Outcome};
    use std::sync::Arc;

    fn world(kinds: &[OpKind]) -> World {
        let mut world = World::default();
        for (id, kind) in (1_u64..).zip(kinds) {
            let op = Op { id, kind: *kind, subject: String::new(), request: String::new() };
            world.ops.insert(id, Arc::new(OpState { op, outcome: Some(Outcome::Done), took: 0 }));
        }
        world
    }

    #[test]
    fn what_an_engine_finds_when_it_starts_is_no_news() {
        let digest = crate::spec::Digest::from_sha256(&[7; 32]);
        let kept = [
            Entity::Blob(digest.clone()),
            Entity::Layer(digest.clone()),
            Entity::Config(digest.clone()),
            Entity::Manifest(digest),
            Entity::Tag("a:1".into()),
            Entity::Volume("notes".into()),
        ];
        let made = [Entity::Host, Entity::Registry("lab".into()), Entity::Link("docker0".into())];
        let all = [kept.as_slice(), made.as_slice()].concat();
        assert_eq!(of(&world(&[OpKind::EngineStart]), &all), made, "restored is not changed");
        assert_eq!(of(&world(&[OpKind::EngineStart, OpKind::Recover]), &all), made);
        assert_eq!(of(&world(&[OpKind::EngineStart, OpKind::ImagePull]), &all), all, "pulled is");
        assert_eq!(
            of(&world(&[OpKind::ImagePull, OpKind::EngineStart]), &all),
            made,
            "a second engine restores as well"
        );
        assert_eq!(of(&world(&[]), &all), all);
    }
}
