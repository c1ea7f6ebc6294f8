use crate::i18n::Words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that `dockwalk doctor` looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at: `user-namespaces`, `overlay`, …
    pub id: String,
    /// How it is.
    pub state: Condition,
    /// What was found.
    pub facts: Facts,
    /// A command that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// What was found, in a form that either language can say: the Fluent message `doctor-<code>` with its variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `kernel-found`, `overlay-refused`, …
    pub code: String,
    /// Variables of the message.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All that is needed.
    Good,
    /// It works, but not all of it.
    Limited,
    /// It is not there, or not allowed.
    Missing,
}

impl Finding {
    /// What was looked at, in words.
    pub fn title(&self, words: &Words) -> String {
        words.say(&format!("doctor-{}", self.id))
    }

    /// What was found, in words.
    pub fn found(&self, words: &Words) -> String {
        let vars: Vec<_> = self.facts.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        words.say_with(&format!("doctor-{}", self.facts.code), &vars)
    }

    /// What the lack costs, in words; none when nothing is lacking.
    pub fn cost(&self, words: &Words) -> Option<String> {
        (self.state != Condition::Good).then(|| words.say(&format!("doctor-{}-cost", self.id)))
    }
}
