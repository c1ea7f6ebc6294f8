//! Among what to choose where a query is asked as a prediction.

use super::{Query, image, kernel, network, reach, speed};
use crate::lesson::{Answer, Term, choices};
use crate::trace::World;

impl Query {
    /// What a learner may choose among before the answer is known, in the order to show it; none while even that is
    /// not known, and for queries that are not made for predicting.
    ///
    /// `seed` decides the order of names, so that the right one does not always stand at the same place.
    pub fn choices(&self, world: &World, seed: &str) -> Option<Vec<Answer>> {
        use Query as Q;
        match self {
            Q::TagTargetKind { .. } | Q::ImageIdIsDigestOf { .. } => {
                Some(choices::terms(&[Term::Index, Term::Manifest, Term::Config, Term::Layer]))
            }
            Q::LowestLayer { .. } => Some(choices::terms(&[Term::First, Term::Last])),
            Q::PathLivesIn { .. } | Q::CopyLandsIn { .. } => {
                Some(choices::terms(&[Term::Upper, Term::Volume, Term::Bind, Term::Tmpfs]))
            }
            Q::ConfigIsSeparate { .. }
            | Q::BlobDigestIsDiffId { .. }
            | Q::DeletedPathStillBelow { .. }
            | Q::SameImage { .. }
            | Q::FollowsRegistry { .. }
            | Q::RemovedInUse { .. }
            | Q::TakenThoughDamaged { .. }
            | Q::SameLoopback { .. }
            | Q::RunsOnceCreated { .. }
            | Q::SeenInOther { .. }
            | Q::RunsAfterExec { .. }
            | Q::CommandEndedWell { .. }
            | Q::SameKernel { .. }
            | Q::SharesNamespace { .. }
            | Q::CopiedIn { .. }
            | Q::CopiedOut { .. }
            | Q::HasProgram { .. }
            | Q::Reaches { .. }
            | Q::Probed { .. }
            | Q::StaysIn { .. }
            | Q::CouldBeSwapped { .. }
            | Q::EndedWell { .. } => Some(choices::yes_no()),
            Q::Faster { place, than, .. } => {
                Some(choices::terms(&[speed::term(*place), speed::term(*than), Term::NoDifference]))
            }
            Q::OwnLinks { .. } => Some(choices::numbers(0..=2)),
            Q::OwnLayers { .. } | Q::LayersGone { .. } => Some(choices::numbers(0..=3)),
            Q::OperationsToRun { .. } => Some(choices::numbers(1..=4)),
            Q::ExitStatus { .. } => Some(choices::statuses()),
            Q::AddedBytes { image, .. } => kernel::byte_candidates(world, image),
            Q::CableEndsOnHost { .. } | Q::CableEndsAfterExit { .. } => Some(choices::numbers(0..=2)),
            Q::ChosenPlatform { image } => choices::names(image::platforms(world, image)?, seed),
            Q::NextAddress { container } => Some(choices::texts(network::address_candidates(world, container)?)),
            Q::SourceOutside { container } => Some(choices::texts(reach::source_candidates(world, container)?)),
            Q::HostEndMaster { .. } | Q::HostLeavesBy { .. } => choices::names(network::host_links(world)?, seed),
            Q::PlacesHolding { .. } | Q::LeftAfterStop { .. } | Q::LeftAfterRemove { .. } => {
                Some(choices::ever_more(&[Term::Bind, Term::Volume, Term::Upper, Term::Tmpfs]))
            }
            _ => None,
        }
    }

    /// True when it can be asked as a prediction: it computes choices of its own.
    pub fn is_askable(&self) -> bool {
        use Query as Q;
        let needs_the_world = matches!(
            self,
            Q::ChosenPlatform { .. }
                | Q::NextAddress { .. }
                | Q::HostEndMaster { .. }
                | Q::HostLeavesBy { .. }
                | Q::SourceOutside { .. }
                | Q::AddedBytes { .. }
        );
        needs_the_world || self.choices(&World::default(), "").is_some()
    }
}
