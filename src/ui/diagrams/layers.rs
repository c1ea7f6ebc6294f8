use super::scene::Scene;
use super::stage::Stage;
use crate::trace::{Entity, World};
pub(super) fn scene(_world: &World, _chosen: Option<&Entity>, stage: Stage<'_>) -> Scene {
    stage.nothing_yet("scene-layers-empty", "scene-layers-empty-hint")
}
