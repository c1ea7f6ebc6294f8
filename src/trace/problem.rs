use super::Code;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something that went wrong, in a form that either language can say.
///
/// `code` names a Fluent message `problem-<code>` in `src/i18n/`; `args` are its variables. The message says what failed,
/// on what, why, and what to do next. Code branches on `code`, never on the variables: what it needs to know of a failure
/// beyond that is in the type of the error that became this problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `image-not-found`, `digest-mismatch`, …
    pub code: Code,
    /// Variables of the message.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Problem {
    /// A problem without variables.
    pub fn new(code: Code) -> Self {
        Self { code, args: BTreeMap::new() }
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}
