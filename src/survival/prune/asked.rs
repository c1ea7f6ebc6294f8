//! What is asked for: by the command line of who asks, as far as the kernel tells it, else by the request.

use super::super::{Asked, PRUNES_ANONYMOUS};
use super::{Images, Prune, Volumes};
use crate::docker::FilterQuery;

/// A prune that somebody has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordered {
    /// Which.
    pub prune: Prune,
    /// Filters leave some of it out.
    pub filtered: bool,
}

impl Ordered {
    /// `docker system prune` is several requests, of which the first does not tell the others: that is told by the words of whoever asks,
    /// where they are a command line of `docker`. None where the request prunes nothing that takes room.
    pub fn of(request: &str, words: &[String]) -> Option<Self> {
        let asked = Asked::of(request);
        let by_request = Self::by_request(&asked);
        let networks = asked.method == "POST" && asked.path == "/networks/prune";
        if by_request.is_none() && !networks {
            return None;
        }
        let old = asked.minor.is_some_and(|minor| minor < PRUNES_ANONYMOUS);
        let by_words = Self::by_words(words, old);
        // Its last request takes images alone: what those before it left, they left.
        let is_last =
            matches!(by_words, Some(Self { prune: Prune::System { .. }, .. })) && asked.path == "/images/prune";
        by_words.filter(|_| !is_last).or(by_request)
    }

    fn by_request(asked: &Asked<'_>) -> Option<Self> {
        if asked.method != "POST" || !matches!(asked.path, "/containers/prune" | "/images/prune" | "/volumes/prune") {
            return None;
        }
        let filters = asked.query::<FilterQuery>()?.filters;
        let says = |name: &str, yes: bool| {
            let mut values = filters.values(name);
            values.any(|value| {
                if yes { is_true(value) } else { matches!(value, "0" | "false" | "f" | "F" | "FALSE" | "False") }
            })
        };
        let old = asked.minor.is_some_and(|minor| minor < PRUNES_ANONYMOUS);
        let (prune, own) = match asked.path {
            "/containers/prune" => (Prune::Containers, ""),
            "/images/prune" if says("dangling", false) => (Prune::Images(Images::All), "dangling"),
            "/images/prune" => (Prune::Images(Images::Dangling), "dangling"),
            _ if old || says("all", true) => (Prune::Volumes(Volumes::All), "all"),
            _ => (Prune::Volumes(Volumes::Anonymous), "all"),
        };
        Some(Self { prune, filtered: filters.names().any(|name| name != own) })
    }

    /// `["docker", "system", "prune", "-af"]`
    fn by_words(words: &[String], old: bool) -> Option<Self> {
        let at = words.iter().position(|word| word == "prune")?;
        let (noun, flags) = (words.get(at.checked_sub(1)?)?, words.get(at + 1..)?);
        let short = |flag: char| {
            let is_short = |word: &&String| word.starts_with('-') && !word.starts_with("--") && word.len() > 1;
            flags.iter().filter(is_short).any(|word| word.contains(flag))
        };
        let long = |name: &str| {
            flags.iter().any(|word| {
                word == name || word.strip_prefix(name).and_then(|it| it.strip_prefix('=')).is_some_and(is_true)
            })
        };
        let all = short('a') || long("--all");
        let images = if all { Images::All } else { Images::Dangling };
        let volumes = |all: bool| if all || old { Volumes::All } else { Volumes::Anonymous };
        let prune = match noun.as_str() {
            "container" => Prune::Containers,
            "image" => Prune::Images(images),
            "volume" => Prune::Volumes(volumes(all)),
            "system" => Prune::System { images, volumes: long("--volumes").then(|| volumes(false)) },
            _ => return None,
        };
        let filtered = flags.iter().any(|word| word == "--filter" || word.starts_with("--filter="));
        Some(Self { prune, filtered })
    }
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "t" | "T" | "TRUE" | "True")
}
