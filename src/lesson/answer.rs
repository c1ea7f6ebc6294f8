use crate::i18n::Words;

/// What a [`Query`](super::Query) found in a World.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// A name, an address, a digest: the same in every language.
    Text(String),
    /// A count or an index.
    Number(u64),
    /// Yes or no.
    Bool(bool),
    /// A word of the field, said in the learner's language.
    Term(Term),
    /// Several, possibly none.
    List(Vec<Answer>),
}

impl Answer {
    /// In words.
    pub fn show(&self, words: &Words) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(true) => words.say("answer-yes"),
            Self::Bool(false) => words.say("answer-no"),
            Self::Term(term) => words.say(&format!("term-{}", term.key())),
            Self::List(all) if all.is_empty() => words.say("answer-none"),
            // Without what stands in brackets behind each: a list is long enough.
            Self::List(all) => {
                let short = |one: &Self| one.show(words).split('(').next().unwrap_or_default().trim().to_owned();
                all.iter().map(short).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// As a terminal prints it; none for what no terminal prints.
    pub fn printed(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(_) | Self::Term(_) | Self::List(_) => None,
        }
    }
}

macro_rules! terms {
    ($($(#[$doc:meta])* $name:ident = $key:literal,)*) => {
        /// A word of the field. Its Fluent message is `term-<key>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Term { $($(#[$doc])* $name,)* }

        impl Term {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in Fluent keys.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

terms! {
    /// An image index.
    Index = "index",
    /// A manifest.
    Manifest = "manifest",
    /// A config.
    Config = "config",
    /// A layer's blob.
    Layer = "layer",
    /// The first of a list.
    First = "first",
    /// The last of a list.
    Last = "last",
    /// A container's writable layer.
    Upper = "upper",
    /// A volume.
    Volume = "volume",
    /// A bound host directory.
    Bind = "bind",
    /// Memory.
    Tmpfs = "tmpfs",
    /// None that could be told.
    NoDifference = "no-difference",
    /// Without a limit.
    Unlimited = "unlimited",
    /// The lab host has no way out.
    NoUplink = "no-uplink",
}
