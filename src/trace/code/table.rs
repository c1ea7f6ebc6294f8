//! What is made of the list of all that can go wrong.

/// Everything that can go wrong, each with its name on the wire and in recordings, which is also the Fluent message
/// `problem-<name>` in `src/i18n/`. Names that older recordings hold stand behind a `|`.
macro_rules! codes {
    ($($variant:ident = $name:literal $(| $older:literal)*,)*) => {
        /// What went wrong, as code branches on it. `tests/words.rs` holds the list against the messages, both ways.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("The message `problem-", $name, "`.")] $variant,)*
            /// One of a later version: there are no words for it here, and nothing branches on it.
            Unknown(UnknownCode),
        }

        impl Code {
            /// All that there are words for.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// `image-not-found`
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(code) => &code.0,
                }
            }

            /// The code of that name, be it a new one or an old one.
            pub(super) fn named(name: &str) -> Self {
                match name {
                    $($name $(| $older)* => Self::$variant,)*
                    _ => Self::Unknown(UnknownCode(name.to_owned())),
                }
            }
        }
    };
}
