//! What `ko.md` and `en.md` say.
//!
//! ```text
//! # The lesson's title
//! What it is about.
//! ## step-id: The step's title
//! Its text.
//! ### question id     what to predict
//! ### answer id       why it is so, shown with the answer
//! ### goal id         what must become true
//! ### claim A1
//! > What the notes say, in our own words.
//! What the machine shows.
//! ```

use crate::trace::Problem;
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
    /// Its text, Markdown.
    pub text: String,
    /// By question id.
    pub questions: BTreeMap<String, QuestionText>,
    /// By goal id.
    pub goals: BTreeMap<String, String>,
    /// By claim id.
    pub claims: BTreeMap<String, ClaimNote>,
}

/// A question's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionText {
    /// What is asked.
    pub ask: String,
    /// Why the answer is what it is.
    pub because: String,
}

/// A claim beside what the machine shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimNote {
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
            problems.push(Problem::new("lesson-no-title").with("file", file));
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
                    None => Err("lesson-heading"),
                },
                _ => Err("lesson-heading"),
            };
            if let Err(code) = read {
                let problem = Problem::new(code).with("file", file).with("line", block.line);
                problems.push(problem.with("name", block.heading));
            }
        }
        if problems.is_empty() { Ok(prose) } else { Err(problems) }
    }

    fn begin(&mut self, block: &Block<'_>) -> Result<String, &'static str> {
        let (id, title) = block.heading.split_once(':').ok_or("lesson-heading")?;
        let (id, title) = (id.trim().to_owned(), title.trim().to_owned());
        let section = Section { line: block.line, title, text: filled(block)?, ..Section::default() };
        match self.sections.insert(id.clone(), section) {
            None => Ok(id),
            Some(_) => Err("lesson-twice"),
        }
    }
}

impl Section {
    fn add(&mut self, block: &Block<'_>) -> Result<(), &'static str> {
        let (what, id) = block.heading.split_once(' ').ok_or("lesson-heading")?;
        let (id, text) = (id.trim().to_owned(), filled(block)?);
        let slot = match what {
            "question" => &mut self.questions.entry(id).or_default().ask,
            "answer" => &mut self.questions.entry(id).or_default().because,
            "goal" => self.goals.entry(id).or_default(),
            "claim" => {
                let new = ClaimNote::parse(&text).ok_or("lesson-claim-form")?;
                return self.claims.insert(id, new).map_or(Ok(()), |_| Err("lesson-twice"));
            }
            _ => return Err("lesson-heading"),
        };
        if !slot.is_empty() {
            return Err("lesson-twice");
        }
        *slot = text;
        Ok(())
    }
}

impl ClaimNote {
    fn parse(text: &str) -> Option<Self> {
        let quoted = text.lines().take_while(|line| line.starts_with('>')).count();
        let said: Vec<_> = text.lines().take(quoted).map(|line| line[1..].trim()).collect();
        let shown: Vec<_> = text.lines().skip(quoted).collect();
        let note = Self { said: said.join(" "), shown: shown.join("\n").trim().to_owned() };
        (!note.said.is_empty() && !note.shown.is_empty()).then_some(note)
    }
}

fn filled(block: &Block<'_>) -> Result<String, &'static str> {
    if block.text.is_empty() { Err("lesson-empty") } else { Ok(block.text.clone()) }
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

    const GOOD: &str = "# T\nabout\n## a: First\ntext\n```\n# not a heading\n```\n### question q\nwhich?\n### answer q\nso\n\
                        ### goal g\ndone\n### claim A1\n> they say\n> this\n\nwe see\n";

    #[track_caller]
    fn fails(text: &str, code: &str, line: Option<&str>) {
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
        assert_eq!(section.title, "First");
        assert!(section.text.contains("# not a heading"));
        assert_eq!(section.questions["q"], QuestionText { ask: "which?".into(), because: "so".into() });
        assert_eq!(section.goals["g"], "done");
        assert_eq!(section.claims["A1"], ClaimNote { said: "they say this".into(), shown: "we see".into() });
    }

    #[test]
    fn what_is_not_well_formed_is_refused_with_its_line() {
        fails("", "lesson-no-title", None);
        fails("text\n# T\n", "lesson-no-title", None);
        fails("# T\n## no colon\ntext\n", "lesson-heading", Some("2"));
        fails("# T\n### goal g\ntoo early\n", "lesson-heading", Some("2"));
        fails("# T\n## a: A\ntext\n### gaol g\nx\n", "lesson-heading", Some("4"));
        fails("# T\n## a: A\n", "lesson-empty", Some("2"));
        fails("# T\n## a: A\nx\n## a: B\ny\n", "lesson-twice", Some("4"));
        fails("# T\n## a: A\nx\n### goal g\n1\n### goal g\n2\n", "lesson-twice", Some("6"));
        fails("# T\n## a: A\nx\n### claim A1\nno quote\n", "lesson-claim-form", Some("4"));
    }
}
