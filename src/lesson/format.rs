use super::{Prose, Script, Section};
use crate::i18n::Lang;
use crate::trace::{Code, Problem};
use std::borrow::Cow;

/// The three files of a lesson, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Their folder's name, `01-pull-and-run`; for messages.
    pub folder: Cow<'static, str>,
    /// `lesson.toml`
    pub script: Cow<'static, str>,
    /// `ko.md`
    pub ko: Cow<'static, str>,
    /// `en.md`
    pub en: Cow<'static, str>,
}

/// A lesson, well formed in both languages. What else must hold of it, [`lint`](super::lint()) says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Its folder's name, `01-pull-and-run`.
    pub folder: String,
    /// Its steps.
    pub script: Script,
    ko: Prose,
    en: Prose,
}

impl Lesson {
    /// Reads the three files. Every problem names the file, where it is known the line, the reason and the fix.
    pub fn parse(source: &Source) -> Result<Self, Vec<Problem>> {
        let file = |name: &str| format!("{}/{name}", source.folder);
        let script = read_script(&file("lesson.toml"), &source.script);
        let ko = Prose::parse(&file("ko.md"), &source.ko);
        let en = Prose::parse(&file("en.md"), &source.en);
        match (script, ko, en) {
            (Ok(script), Ok(ko), Ok(en)) => Ok(Self { folder: source.folder.clone().into_owned(), script, ko, en }),
            (script, ko, en) => {
                Err(script.err().into_iter().chain([ko.err(), en.err()].into_iter().flatten().flatten()).collect())
            }
        }
    }

    /// All its words in one language.
    pub fn prose(&self, lang: Lang) -> &Prose {
        match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &str {
        &self.prose(lang).title
    }

    /// A step's words; none when the texts lack it, which [`lint`](super::lint()) reports.
    pub fn section(&self, lang: Lang, step: &str) -> Option<&Section> {
        self.prose(lang).sections.get(step)
    }

    /// A step's text, Markdown; empty when the texts lack it.
    pub fn text(&self, lang: Lang, step: &str) -> &str {
        self.section(lang, step).map_or("", |section| &section.text)
    }
}

fn read_script(file: &str, text: &str) -> Result<Script, Problem> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Problem::new(Code::LessonToml).with("file", file).with("line", line).with("reason", error.message())
    })
}
