use super::scene::Scene;
use super::stage::Stage;
use crate::trace::World;
pub(super) fn scene(_world: &World, stage: Stage<'_>) -> Scene {
    stage.nothing_yet("scene-storage-empty", "scene-storage-empty-hint")
}
