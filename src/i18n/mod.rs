//! The program's words, in Korean and English. Messages are Fluent files beside this one; lessons bring their own.
//! A message's variables are made visible: whatever a stranger called something, a message is one line of plain text.

mod lang;
mod narrate;
#[cfg(test)]
mod narrate_tests;
mod older;
mod size;
#[cfg(test)]
mod tests;
mod took;

pub use lang::Lang;
pub use size::size;
pub use took::{figure, took};

use crate::spec::visible;
use crate::trace::{Book, Code, Problem, StepKind};
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const KO: &[(&str, &str)] = &[$(($name, include_str!(concat!("ko/", $name, ".ftl")))),*];
        const EN: &[(&str, &str)] = &[$(($name, include_str!(concat!("en/", $name, ".ftl")))),*];
    };
}

files![
    "changes",
    "cli",
    "disk",
    "doctor",
    "errors-archive",
    "errors-container",
    "errors-host",
    "errors-image",
    "errors-limits",
    "errors-process",
    "files",
    "isolation",
    "lesson",
    "line",
    "reach",
    "scene",
    "speed",
    "steps",
    "tree",
    "ui",
    "walk",
];

/// What the grammar of the command line says of itself. In English it says it where it stands (`src/cli/`).
const KO_GRAMMAR: &[(&str, &str)] = &[("help", include_str!("ko/help.ftl"))];

/// Until when something is not said, that soonest said first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Veil {
    /// It was predicted: until the machine tells.
    Predicted,
    /// It is being asked: it is to be predicted before.
    Asked,
    /// It is asked on a later page, or as soon as this one's command has run.
    Later,
}

impl Veil {
    /// What is said instead.
    pub fn key(self) -> &'static str {
        match self {
            Self::Predicted => "veiled-predicted",
            Self::Asked => "veiled-asked",
            Self::Later => "veiled-later",
        }
    }

    /// The same of the step that comes next, as a sentence.
    pub fn next_key(self) -> &'static str {
        match self {
            Self::Predicted => "next-masked-predicted",
            Self::Asked => "next-masked-asked",
            Self::Later => "next-masked-later",
        }
    }
}

/// Says things in one language. Cheap to clone.
#[derive(Clone)]
pub struct Words {
    lang: Lang,
    /// Messages that are not said now, and until when.
    veiled: Arc<[(&'static str, Veil)]>,
    bundle: Arc<FluentBundle<FluentResource>>,
}

static KOREAN: LazyLock<Arc<FluentBundle<FluentResource>>> = LazyLock::new(|| bundle(Lang::Ko, KO));
static ENGLISH: LazyLock<Arc<FluentBundle<FluentResource>>> = LazyLock::new(|| bundle(Lang::En, EN));

/// Apart from the rest: few command lines ask for help.
static KOREAN_GRAMMAR: LazyLock<Arc<FluentBundle<FluentResource>>> = LazyLock::new(|| bundle(Lang::Ko, KO_GRAMMAR));

impl Words {
    /// The words of that language.
    pub fn new(lang: Lang) -> Self {
        let bundle = match lang {
            Lang::Ko => Arc::clone(&KOREAN),
            Lang::En => Arc::clone(&ENGLISH),
        };
        Self { lang, veiled: Arc::default(), bundle }
    }

    /// What the grammar of the command line says of itself in that language; none in English, which the grammar speaks by itself.
    pub fn of_grammar(lang: Lang) -> Option<Self> {
        match lang {
            Lang::Ko => Some(Self { lang, veiled: Arc::default(), bundle: Arc::clone(&KOREAN_GRAMMAR) }),
            Lang::En => None,
        }
    }

    /// The same, but instead of these messages it is said when they can be read: they would tell an answer. What would tell
    /// several is veiled until the last of them.
    #[must_use]
    pub fn veiling(self, mut keys: Vec<(&'static str, Veil)>) -> Self {
        keys.sort_unstable_by_key(|(key, veil)| (*key, std::cmp::Reverse(*veil)));
        keys.dedup_by_key(|(key, _)| *key);
        Self { veiled: keys.into(), ..self }
    }

    /// What is not said now, in order.
    pub fn veiled(&self) -> &Arc<[(&'static str, Veil)]> {
        &self.veiled
    }

    /// That message is not said now.
    pub fn is_veiled(&self, key: &str) -> bool {
        self.veil_of(key).is_some()
    }

    /// Until when that message is not said.
    pub fn veil_of(&self, key: &str) -> Option<Veil> {
        self.veiled.iter().find(|(veiled, _)| *veiled == key).map(|(_, veil)| *veil)
    }

    /// The same with nothing held back: for the names of what is veiled.
    #[must_use]
    pub fn plainly(&self) -> Self {
        Self { veiled: Arc::default(), ..self.clone() }
    }

    /// True when there is such a message.
    pub fn knows(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// Which language they are.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A message without variables. A key that does not exist is returned in `⟨⟩`, so that it is seen.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A message with variables.
    pub fn say_with(&self, key: &str, vars: &[(&str, &str)]) -> String {
        let (key, vars) = self.veil_of(key).map_or((key, vars), |veil| (veil.key(), &[][..]));
        let mut args = FluentArgs::new();
        vars.iter().for_each(|(name, value)| args.set(*name, said(value)));
        self.format(key, &args).unwrap_or_else(|| format!("⟨{}⟩", visible::line(key)))
    }

    /// What went wrong, why, and what to do. A problem of a later version is shown by its code and variables.
    pub fn problem(&self, problem: &Problem) -> String {
        let known = self.format(&format!("problem-{}", problem.code), &variables(problem));
        known.unwrap_or_else(|| {
            let args = problem.args.iter().map(|(name, value)| format!(", {name}: {value}"));
            said(&format!("{}{}", problem.code, args.collect::<String>())).into_owned()
        })
    }

    /// The same in the words of another message.
    pub fn problem_as(&self, key: &str, problem: &Problem) -> String {
        self.format(key, &variables(problem)).unwrap_or_else(|| self.problem(problem))
    }

    /// True when there is a message for problems of this code.
    pub fn knows_problem(&self, code: &Code) -> bool {
        self.bundle.has_message(&format!("problem-{code}"))
    }

    /// A step's title.
    pub fn step(&self, kind: StepKind) -> String {
        self.say(&format!("step-{}", kind.name().replace('_', "-")))
    }

    /// A step in plain words: what it does and what for.
    pub fn step_why(&self, kind: StepKind) -> String {
        self.say(&format!("step-{}-why", kind.name().replace('_', "-")))
    }

    /// What the engine itself keeps, computes or decides, where nothing outside was asked.
    pub fn book(&self, book: Book) -> String {
        let name = self.say(&format!("evidence-own-{}", book.key()));
        self.say_with("evidence-own", &[("book", &name)])
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{key}: {errors:?}");
        Some(text)
    }
}

/// A variable as it is said. Its value may be a stranger's: a name, a path, what a registry or a program answered. So it
/// is one visible line, not longer than anybody reads.
/// The same of a variable; of a name that is empty nothing would be seen.
fn named<'a>(variable: &str, value: &'a str) -> Cow<'a, str> {
    const NAMES: [&str; 8] = ["container", "group", "image", "name", "network", "user", "variable", "volume"];
    if value.is_empty() && NAMES.contains(&variable) { Cow::Borrowed("\"\"") } else { said(value) }
}

fn said(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(LONGEST) {
        None => visible::line(value),
        Some((end, _)) => Cow::Owned(format!("{}…", visible::line(&value[..end]))),
    }
}

/// What a problem's message may say.
fn variables(problem: &Problem) -> FluentArgs<'_> {
    let mut args = FluentArgs::new();
    older::variables(&problem.code).iter().for_each(|(name, value)| args.set(*name, *value));
    problem.args.iter().for_each(|(name, value)| args.set(name.as_str(), named(name, value)));
    args
}

/// How many characters of a variable are said.
const LONGEST: usize = 4000;

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({:?})", self.lang)
    }
}

fn bundle(lang: Lang, files: &[(&str, &str)]) -> Arc<FluentBundle<FluentResource>> {
    let mut bundle = FluentBundle::new_concurrent(vec![lang.identifier()]);
    // The isolation marks around variables would be drawn as boxes and break what is copied into a shell.
    bundle.set_use_isolating(false);
    for (name, text) in files {
        // The files are part of the program: a test parses each, so an error here is seen before anyone else sees it.
        let resource = FluentResource::try_new((*text).to_owned())
            .unwrap_or_else(|(_, errors)| panic!("{lang:?}/{name}.ftl: {errors:?}"));
        bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{lang:?}/{name}.ftl: {errors:?}"));
    }
    Arc::new(bundle)
}
