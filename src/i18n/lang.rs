use serde::{Deserialize, Serialize};
use unic_langid::{LanguageIdentifier, langid};

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// 한국어
    Ko,
    /// English
    En,
}

impl Lang {
    /// Both, Korean first.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// What the user asked for (`DOCKWALK_LANG=ko|en`), else the system's language, else English.
    pub fn of_user() -> Self {
        let asked = std::env::var("DOCKWALK_LANG").ok().filter(|lang| !lang.is_empty());
        let lang = asked.or_else(sys_locale::get_locale).unwrap_or_default();
        if lang.starts_with("ko") { Self::Ko } else { Self::En }
    }

    /// `ko`, `en`
    pub fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    pub(super) fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::Ko => langid!("ko"),
            Self::En => langid!("en"),
        }
    }
}
