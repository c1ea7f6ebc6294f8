//! What `ko.md` and `en.md` say.
//!
//! ```text
//! # The lesson's title
//! What it is about.
//! ## step-id: The step's title
//! Its text: what is so once the step rests.
//! ### before          what will be done, shown until then
//! ### question id: what it is about, in two or three words
//! What to predict.
//! ### answer id       why it is so, shown with the answer
//! ### goal id         what is to become true, as long as it is not
//! ### reached id      what is so once it did
//! ### claim A1: what it is about
//! > What the notes say, in our own words.
//! What the machine shows.
//! ```

use crate::trace::{Code, Problem};
use std::collections::BTreeMap;

/// A lesson's words in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prose {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// The steps' words, by step id.
    pub sections: BTreeMap<String, Section>,
}

/// A step's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// The line of its heading.
    pub line: usize,
    /// Its title.
    pub title: String,
    /// Its text, Markdown: it speaks of what is there to be seen.
    pub text: String,
    /// What will be done, Markdown; shown while the text is not true yet.
    pub before: String,
    /// By question id.
    pub questions: BTreeMap<String, QuestionText>,
    /// By goal id.
    pub goals: BTreeMap<String, GoalText>,
    /// By claim id.
    pub claims: BTreeMap<String, ClaimNote>,
}

/// A question's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionText {
    /// What it is about, in two or three words. It says nothing of the answer.
    pub name: String,
    /// What is asked.
    pub ask: String,
    /// Why the answer is what it is.
    pub because: String,
}

/// A goal's words: nothing is said to be so before it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoalText {
    /// What is to become true.
    pub aim: String,
    /// What is so once it did.
    pub reached: String,
}

/// A claim beside what the machine shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimNote {
    /// What it is about, in two or three words.
    pub name: String,
    /// The notes' claim, in our own words.
    pub said: String,
    /// What the machine shows.
    pub shown: String,
}

/// A heading with the lines below it.
struct Block<'a> {
    line: usize,
    level: usize,
    heading: &'a str,
    text: String,
}

impl Prose {
    /// Reads a text. `file` is for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let (mut prose, mut problems) = (Self::default(), Vec::new());
        let mut current: Option<String> = None;
        let blocks = blocks(text);
        if blocks.first().is_none_or(|first| first.level != 1) {
            problems.push(Problem::new(Code::LessonNoTitle).with("file", file));
        }
        for (i, block) in blocks.iter().enumerate() {
            let read = match block.level {
                1 if i == 0 => {
                    (prose.title, prose.summary) = (block.heading.to_owned(), block.text.clone());
                    Ok(())
                }
                2 => prose.begin(block).map(|id| current = Some(id)),
                3 => match current.as_ref().and_then(|id| prose.sections.get_mut(id)) {
                    Some(section) => section.add(block),
                    None => Err(Code::LessonHeading),
                },
                _ => Err(Code::LessonHeading),
            };
            if let Err(code) = read {
                let problem = Problem::new(code).with("file", file).with("line", block.line);
                problems.push(problem.with("name", block.heading));
            }
        }
        if problems.is_empty() { Ok(prose) } else { Err(problems) }
    }

    fn begin(&mut self, block: &Block<'_>) -> Result<String, Code> {
        let (id, title) = block.heading.split_once(':').ok_or(Code::LessonHeading)?;
        let (id, title) = (id.trim().to_owned(), title.trim().to_owned());
        let section = Section { line: block.line, title, text: filled(block)?, ..Section::default() };
        match self.sections.insert(id.clone(), section) {
            None => Ok(id),
            Some(_) => Err(Code::LessonTwice),
        }
    }
}

impl Section {
    fn add(&mut self, block: &Block<'_>) -> Result<(), Code> {
        if block.heading == "before" {
            let twice = !self.before.is_empty();
            self.before = filled(block)?;
            return if twice { Err(Code::LessonTwice) } else { Ok(()) };
        }
        let (what, id) = block.heading.split_once(' ').ok_or(Code::LessonHeading)?;
        let (id, name) = id.split_once(':').map_or((id, None), |(id, name)| (id, Some(name.trim())));
        let (id, text) = (id.trim().to_owned(), filled(block)?);
        // Questions and claims have names, and nothing else has one.
        if name.is_some_and(|name| !name.is_empty()) != matches!(what, "question" | "claim") {
            return Err(Code::LessonHeading);
        }
        let slot = match what {
            "question" => {
                let question = self.questions.entry(id).or_default();
                question.name = name.unwrap_or_default().to_owned();
                &mut question.ask
            }
            "answer" => &mut self.questions.entry(id).or_default().because,
            "goal" => &mut self.goals.entry(id).or_default().aim,
            "reached" => &mut self.goals.entry(id).or_default().reached,
            "claim" => {
                let name = name.unwrap_or_default();
                let new = ClaimNote::parse(name, &text).ok_or(Code::LessonClaimForm)?;
                return self.claims.insert(id, new).map_or(Ok(()), |_| Err(Code::LessonTwice));
            }
            _ => return Err(Code::LessonHeading),
        };
        if !slot.is_empty() {
            return Err(Code::LessonTwice);
        }
        *slot = text;
        Ok(())
    }
}

impl ClaimNote {
    fn parse(name: &str, text: &str) -> Option<Self> {
        let quoted = text.lines().take_while(|line| line.starts_with('>')).count();
        let said: Vec<_> = text.lines().take(quoted).map(|line| line[1..].trim()).collect();
        let shown: Vec<_> = text.lines().skip(quoted).collect();
        let note = Self { name: name.to_owned(), said: said.join(" "), shown: shown.join("\n").trim().to_owned() };
        (!note.said.is_empty() && !note.shown.is_empty()).then_some(note)
    }
}

fn filled(block: &Block<'_>) -> Result<String, Code> {
    if block.text.is_empty() { Err(Code::LessonEmpty) } else { Ok(block.text.clone()) }
}

/// Splits at headings; a `#` inside a code fence is none.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut fenced): (Vec<Block<'_>>, bool) = (Vec::new(), false);
    for (i, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        let level = line.bytes().take_while(|b| *b == b'#').count();
        let heading = line[level..].strip_prefix(' ');
        match (heading, blocks.last_mut()) {
            (Some(heading), _) if level > 0 && !fenced => {
                blocks.push(Block { line: i + 1, level, heading: heading.trim(), text: String::new() });
            }
            (_, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            // Text before the first heading: the missing title is reported.
            (_, None) if line.trim().is_empty() => {}
            (_, None) => blocks.push(Block { line: i + 1, level: 0, heading: line.trim(), text: String::new() }),
        }
    }
    blocks.iter_mut().for_each(|block| block.text = block.text.trim().to_owned());
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# T\nabout\n## a: First\ntext\n```\n# not a heading\n```\n### before\nsoon\n### question q: Which\nwhich?\n### answer q\nso\n\
                        ### goal g\nto do\n### reached g\ndone\n### claim A1: Them\n> they say\n> this\n\nwe see\n";

    #[track_caller]
    fn fails(text: &str, code: Code, line: Option<&str>) {
        let problems = Prose::parse("ko.md", text).expect_err("it should be refused");
        assert_eq!(problems[0].code, code);
        assert_eq!(problems[0].args.get("line").map(String::as_str), line);
        assert_eq!(problems[0].args["file"], "ko.md");
    }

    #[test]
    fn a_whole_text_is_read() {
        let prose = Prose::parse("ko.md", GOOD).expect("it is well formed");
        assert_eq!((prose.title.as_str(), prose.summary.as_str()), ("T", "about"));
        let section = &prose.sections["a"];
        assert_eq!((section.title.as_str(), section.before.as_str()), ("First", "soon"));
        assert!(section.text.contains("# not a heading"));
        assert_eq!(
            section.questions["q"],
            QuestionText { name: "Which".into(), ask: "which?".into(), because: "so".into() }
        );
        assert_eq!(section.goals["g"], GoalText { aim: "to do".into(), reached: "done".into() });
        assert_eq!(
            section.claims["A1"],
            ClaimNote { name: "Them".into(), said: "they say this".into(), shown: "we see".into() }
        );
    }

    #[test]
    fn what_is_not_well_formed_is_refused_with_its_line() {
        fails("", Code::LessonNoTitle, None);
        fails("text\n# T\n", Code::LessonNoTitle, None);
        fails("# T\n## no colon\ntext\n", Code::LessonHeading, Some("2"));
        fails("# T\n### goal g\ntoo early\n", Code::LessonHeading, Some("2"));
        fails("# T\n## a: A\ntext\n### gaol g\nx\n", Code::LessonHeading, Some("4"));
        fails("# T\n## a: A\n", Code::LessonEmpty, Some("2"));
        fails("# T\n## a: A\nx\n## a: B\ny\n", Code::LessonTwice, Some("4"));
        fails("# T\n## a: A\nx\n### question q\nno name?\n", Code::LessonHeading, Some("4"));
        fails("# T\n## a: A\nx\n### goal g: a name\n1\n", Code::LessonHeading, Some("4"));
        fails("# T\n## a: A\nx\n### goal g\n1\n### goal g\n2\n", Code::LessonTwice, Some("6"));
        fails("# T\n## a: A\nx\n### before\n", Code::LessonEmpty, Some("4"));
        fails("# T\n## a: A\nx\n### before\n1\n### before\n2\n", Code::LessonTwice, Some("6"));
        fails("# T\n## a: A\nx\n### claim A1: It\nno quote\n", Code::LessonClaimForm, Some("4"));
    }
}
