//! What `lesson.toml` says.

use super::{Focus, Query};
use crate::i18n::Lang;
use crate::trace::StepKind;
use serde::Deserialize;

/// `lesson.toml`: the steps of a lesson, without words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// `01`: its place among the lessons.
    pub id: String,
    /// `pull-and-run`: with the id, the name of its folder.
    pub slug: String,
    /// How long it takes, about.
    #[serde(default = "quarter")]
    pub minutes: u32,
    /// Its recording's file name in `fixtures/traces`.
    pub recording: String,
    /// Its steps, in order.
    #[serde(rename = "step")]
    pub steps: Vec<LessonStep>,
}

/// A lesson that does not say how long it takes.
fn quarter() -> u32 {
    15
}

/// One step of a lesson: a place to rest at, to look and to think.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonStep {
    /// Names its section of the texts.
    pub id: String,
    /// The docker command that begins it. `{{bind}}` in it is a directory made for the lesson,
    /// `{{goal}}` the value that the goal of that name was reached with.
    #[serde(default)]
    pub run: Option<String>,
    /// That command ends with a status that is not 0: that is what is to be seen.
    #[serde(default)]
    pub fails: bool,
    /// The command line itself refuses that command: the engine never hears of it.
    #[serde(default)]
    pub refused: bool,
    /// Where `type` is typed.
    #[serde(default)]
    pub terminal: Option<Terminal>,
    /// What is typed there, with its `\n`.
    #[serde(default, rename = "type")]
    pub types: Option<String>,
    /// It rests before the next step of this kind. Without it, it rests where its goals are reached.
    #[serde(default)]
    pub stop_at: Option<StepKind>,
    /// The diagram to look at.
    #[serde(default)]
    pub tab: Option<Tab>,
    /// What its text speaks of: the first is selected, all are lit and in view.
    #[serde(default)]
    pub focus: Vec<Focus>,
    /// The notes' claims it shows the truth of.
    #[serde(default)]
    pub claims: Vec<String>,
    /// What is to be predicted while it rests.
    #[serde(default, rename = "question")]
    pub questions: Vec<Question>,
    /// What must become true.
    #[serde(default, rename = "goal")]
    pub goals: Vec<Goal>,
}

impl LessonStep {
    /// What it does leaves nothing in a trace: a command is refused before the engine hears of it, or a terminal only changes hands.
    /// It rests where the step before it did.
    pub fn is_unseen(&self) -> bool {
        let acts = self.run.is_some() || self.types.is_some();
        acts && self.goals.is_empty() && self.stop_at.is_none()
    }

    /// The terminal that it is about: it types there, or waits for what is printed there.
    pub fn watches(&self) -> Option<&Terminal> {
        let printed = self.goals.iter().find_map(|goal| match &goal.when {
            Condition::Console { terminal, .. } => Some(terminal),
            _ => None,
        });
        self.terminal.as_ref().or(printed)
    }
}

/// A prediction: the learner chooses, then the World answers. Choices come from the query, see
/// [`Query::choices`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Names its texts.
    pub id: String,
    /// What computes the answer.
    pub ask: Query,
    /// What the answer follows from: who is told that needs no prediction any more.
    #[serde(default)]
    pub follows_from: Vec<Query>,
    /// What would give the answer away.
    #[serde(default)]
    pub hides: Hides,
    /// From when on the program's own messages that say the answer are veiled, see [`Question::said_by`].
    #[serde(default)]
    pub veils: Veils,
}

impl Question {
    /// The program's own messages that say the answer, or what it follows from, see [`Query::said_by`].
    pub fn said_by(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(&self.ask).chain(&self.follows_from).flat_map(Query::said_by).copied()
    }
}

/// From when on a question veils what the program would say of its answer. It ends when the World tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Veils {
    /// From the page on that asks.
    #[default]
    WhileAsked,
    /// `veils = "from-start"`: from the lesson's first page on, because a picture says it long before the question is asked.
    FromStart,
}

/// Words that give an answer away, by language: they are nowhere to be seen before the World tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hides {
    /// In Korean.
    pub ko: Vec<String>,
    /// In English.
    pub en: Vec<String>,
}

impl Hides {
    /// Those of that language.
    pub fn of(&self, lang: Lang) -> &[String] {
        match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }

    /// What of them stands in a text: `index` is not in `ifindex`, and `인덱스` is in `인덱스를`.
    pub fn found_in(&self, lang: Lang, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let stands = |words: &str| {
            let words = words.to_lowercase();
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            text.match_indices(&words).any(|(at, _)| {
                let joined_before = latin(words.chars().next()) && latin(text[..at].chars().next_back());
                let joined_after = latin(words.chars().next_back()) && latin(text[at + words.len()..].chars().next());
                !joined_before && !joined_after
            })
        };
        self.of(lang).iter().map(String::as_str).find(|words| stands(words))
    }
}

/// Something that must become true.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawGoal")]
pub struct Goal {
    /// Names its text.
    pub id: String,
    /// When it is reached.
    pub when: Condition,
    /// A value to show beside it.
    pub show: Option<Query>,
}

/// When a goal is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The query answers yes.
    Holds(Query),
    /// The query has an answer.
    Known(Query),
    /// A terminal printed a value.
    Console {
        /// Which terminal.
        terminal: Terminal,
        /// Which value.
        shows: Shown,
    },
}

/// A value that a terminal must print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The query's answer.
    Now(Query),
    /// The value that an earlier goal was reached with.
    ValueOf(String),
}

/// A terminal of the lesson.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terminal {
    /// A shell on the lab host.
    Host,
    /// The terminal of the container of that name.
    Container(String),
}

/// A diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// Tag, index, manifests, config, blobs.
    Image,
    /// The stack of layers.
    Layers,
    /// Links, addresses, namespaces.
    Network,
    /// Where each mount's bytes are.
    Storage,
    /// The same as a table: the places of one container.
    Table,
    /// What separates a container from its host.
    Isolation,
    /// Who reaches whom.
    Reach,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGoal {
    id: String,
    #[serde(default)]
    holds: Option<Query>,
    #[serde(default)]
    known: Option<Query>,
    #[serde(default)]
    console: Option<Terminal>,
    #[serde(default)]
    shows: Option<Query>,
    #[serde(default)]
    shows_value_of: Option<String>,
    #[serde(default)]
    show: Option<Query>,
}

impl TryFrom<RawGoal> for Goal {
    type Error = String;

    fn try_from(raw: RawGoal) -> Result<Self, String> {
        let RawGoal { id, holds, known, console, shows, shows_value_of, show } = raw;
        let when = match (holds, known, console, shows, shows_value_of) {
            (Some(query), None, None, None, None) => Condition::Holds(query),
            (None, Some(query), None, None, None) => Condition::Known(query),
            (None, None, Some(terminal), Some(query), None) => {
                Condition::Console { terminal, shows: Shown::Now(query) }
            }
            (None, None, Some(terminal), None, Some(goal)) => {
                Condition::Console { terminal, shows: Shown::ValueOf(goal) }
            }
            _ => {
                return Err(format!(
                    "goal `{id}` needs exactly one of: holds = QUERY; known = QUERY; \
                     console = TERMINAL with shows = QUERY or shows_value_of = GOAL"
                ));
            }
        };
        Ok(Self { id, when, show })
    }
}
