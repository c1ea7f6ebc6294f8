use super::reach::To;
use super::{Ending, HomeKind, Query};
use std::net::{IpAddr, SocketAddr};

impl Query {
    /// The program's own messages that state the answer, or would let it be read off: what a picture, the narration or the
    /// inspector says of the asked field of its things. They are veiled as long as the question waits, see
    /// [`Words::veiling`](crate::i18n::Words::veiling).
    pub fn said_by(&self) -> &'static [&'static str] {
        use Query as Q;
        match self {
            Q::TagTargetKind { .. } => &["change-index-read", "scene-platforms", "fact-media-type"],
            Q::ChosenPlatform { .. } => {
                &["change-platform-chosen", "step-choose-platform", "scene-chosen", "fact-platform"]
            }
            Q::ConfigIsSeparate { .. } => &["step-fetch-config", "change-config-read", "scene-not-read"],
            Q::ImageIdIsDigestOf { .. } => &["fact-image-id"],
            Q::BlobDigestIsDiffId { .. } => {
                &["scene-column-diff", "scene-column-blob", "scene-column-diff-why", "scene-column-blob-why"]
            }
            Q::LowestLayer { .. } => &[
                "scene-stack-direction",
                "scene-lower-top",
                "scene-lower-bottom",
                "scene-column-overlay",
                "scene-column-overlay-why",
                "fact-parent",
            ],
            Q::DeletedPathStillBelow { .. } => &["scene-gone-by", "scene-effect-deleted", "effect-deleted"],
            Q::OwnLayers { .. } => {
                &["scene-all-shared", "scene-some-shared", "scene-shared-once", "scene-blob-reused", "blob-reused"]
            }
            Q::FollowsRegistry { .. } => &["change-tag-resolved-moved", "change-image-tagged-moved"],
            Q::RemovedInUse { .. } => &["change-image-untagged", "change-image-gone"],
            Q::LayersGone { .. } => &["change-layer-gone", "change-blob-gone"],
            Q::TakenThoughDamaged { .. } => {
                &["break-hint", "break-again-why", "change-rejected", "change-blob-rejected", "scene-caught"]
            }
            Q::NextAddress { .. } => &[
                "change-address-reserved",
                "scene-reserved",
                "scene-address-reserved",
                "scene-network-spoken-reserved",
                "fact-lease",
                "fact-reserved",
            ],
            Q::HostEndMaster { .. } => &["change-link-seen-joined", "step-join-bridge", "fact-master"],
            Q::CableEndsOnHost { .. } => &["change-link-seen-moved", "step-move-peer"],
            Q::SameLoopback { .. } => &["step-make-netns-why", "scene-reach-counted"],
            Q::Reaches { to: To::Word(word), .. } if is_name(word) => {
                &["scene-reach-counted-names", "step-serve-names", "step-serve-names-why", "problem-names-served"]
            }
            Q::OwnLinks { .. } => &["scene-reach-counted", "scene-net-of-host", "scene-net-container"],
            Q::Reaches { .. } | Q::Probed { .. } | Q::HostLeavesBy { .. } | Q::Uplink | Q::SourceOutside { .. } => {
                &["scene-reach-counted"]
            }
            Q::CableEndsAfterExit { .. } => &["change-link-gone", "step-delete-link", "step-delete-link-why"],
            // A volume is there before anything is mounted: that it is one is no answer.
            Q::PathLivesIn { .. } | Q::CopyLandsIn { .. } => &[
                "scene-home-upper",
                "scene-home-bind",
                "scene-home-tmpfs",
                "scene-upper-why",
                "scene-memory",
                "fact-fstype",
                "fact-on-host-nowhere",
            ],
            Q::Faster { .. } => &[
                "change-speed-measured",
                "scene-table-speed-said",
                "fact-speed-median",
                "fact-speed-range",
                "fact-speed-runs",
            ],
            Q::CouldBeSwapped { .. } => &[
                "change-memory-seen",
                "change-memory-seen-swap",
                "scene-table-exposed-tmpfs",
                "scene-table-exposed-tmpfs-swap",
                "fact-swap",
            ],
            Q::SameKernel { .. } => &["scene-isolation-same", "scene-isolation-other"],
            Q::SharesNamespace { .. } => &[
                "scene-isolation-own",
                "scene-isolation-of-host",
                "scene-reach-counted",
                "scene-net-of-host",
                "scene-net-container",
            ],
            // What goes with its container only when that is deleted was there when it had stopped: that it goes then tells nothing of
            // the stop, and of what goes with the stop the end tells as little.
            Q::StaysIn { place: HomeKind::Upper | HomeKind::Tmpfs, after: Ending::Stop, .. } => &STAY[..STAY.len() - 2],
            Q::StaysIn {
                place: HomeKind::Upper | HomeKind::Volume | HomeKind::Bind, after: Ending::Remove, ..
            } => &STAY[2..],
            Q::StaysIn { .. } | Q::PlacesHolding { .. } | Q::LeftAfterStop { .. } | Q::LeftAfterRemove { .. } => &STAY,
            _ => &[],
        }
    }
}

/// What says which places stay: of a stop alone, of either, of a deletion alone.
static STAY: [&str; 12] = [
    "scene-table-stop-stays",
    "scene-table-stop-goes",
    "scene-home-upper-fate",
    "scene-home-volume-fate",
    "scene-home-anonymous-fate",
    "scene-home-bind-fate",
    "scene-home-tmpfs-fate",
    "scene-kept",
    "change-dir-gone",
    "fact-on-host-nowhere",
    "scene-table-rm-stays",
    "scene-table-rm-goes",
];

/// A name that somebody has to find an address for.
fn is_name(word: &str) -> bool {
    word.parse::<IpAddr>().is_err() && word.parse::<SocketAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use crate::i18n::{Lang, Words};
    use crate::lesson::{Lesson, embedded};

    /// A name that is no message's hides nothing.
    #[test]
    fn what_is_veiled_for_a_question_are_messages_in_both_languages() {
        let mut veiled = 0;
        for source in embedded() {
            let lesson = Lesson::parse(&source).expect("it is well formed");
            for question in lesson.script.steps.iter().flat_map(|step| &step.questions) {
                for (key, lang) in question.said_by().flat_map(|key| Lang::ALL.map(|lang| (key, lang))) {
                    assert!(Words::new(lang).knows(key), "{lang:?} has no message {key}, named by {}", question.id);
                    veiled += 1;
                }
            }
        }
        assert!(veiled > 50, "{veiled}");
    }
}
