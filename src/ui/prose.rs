//! Lessons' Markdown: paragraphs, headings, lists, quotes, code, bold. Bold is the bold face, not another colour.

use super::widgets::well;
use super::{fonts, theme::Theme};
use egui::text::{LayoutJob, TextFormat};
use egui::{Label, Ui};

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub struct Ink {
    /// Points.
    pub size: f32,
    /// Colour of plain words.
    pub color: egui::Color32,
}

/// Shows Markdown in the width there is.
pub fn show(ui: &mut Ui, markdown: &str, ink: Ink) {
    let theme = Theme::of(ui.ctx());
    ui.spacing_mut().item_spacing.y = 7.0;
    for block in blocks(markdown) {
        match block {
            Block::Text(text) => paragraph(ui, &inline(&text, ink, &theme)),
            Block::Heading(text) => {
                let ink = Ink { size: ink.size + 1.5, color: theme.text };
                paragraph(ui, &inline(&format!("**{text}**"), ink, &theme));
            }
            Block::Item(mark, text) => {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    ui.label(inline(&mark, Ink { color: theme.weak, ..ink }, &theme));
                    ui.vertical(|ui| paragraph(ui, &inline(&text, ink, &theme)));
                });
            }
            Block::Quote(text) => {
                let ink = Ink { color: theme.weak, ..ink };
                let job = inline(&text, ink, &theme);
                let response = ui.horizontal_top(|ui| {
                    ui.add_space(12.0);
                    ui.vertical(|ui| paragraph(ui, &job));
                });
                let rect = response.response.rect;
                ui.painter().vline(rect.left() + 2.0, rect.y_range(), egui::Stroke::new(2.0, theme.line));
            }
            Block::Code(text) => {
                well(&theme).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    let job = LayoutJob::simple(
                        fonts::shown_lines(&text),
                        fonts::mono(ink.size - 1.0),
                        theme.text,
                        ui.available_width(),
                    );
                    ui.add(Label::new(job).wrap());
                });
            }
        }
    }
}

/// The same in one line, without marks.
pub fn plain(markdown: &str) -> String {
    let text = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    spans(&text).into_iter().map(|(_, part)| part).collect()
}

fn paragraph(ui: &mut Ui, job: &LayoutJob) {
    ui.add(Label::new(job.clone()).wrap());
}

#[derive(Debug, PartialEq, Eq)]
enum Block {
    Text(String),
    Heading(String),
    Item(String, String),
    Quote(String),
    Code(String),
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = markdown.lines();
    let mut open = false;
    while let Some(raw) = lines.next() {
        let line = raw.trim();
        if line.starts_with("```") {
            let code: Vec<_> = lines.by_ref().take_while(|line| !line.trim().starts_with("```")).collect();
            blocks.push(Block::Code(code.join("\n")));
            open = false;
        } else if line.is_empty() {
            open = false;
        } else if let Some(text) = line.strip_prefix('#') {
            blocks.push(Block::Heading(text.trim_start_matches('#').trim().to_owned()));
            open = false;
        } else if let Some((mark, text)) = item(line) {
            blocks.push(Block::Item(mark, text.to_owned()));
            open = true;
        } else if let Some(text) = line.strip_prefix('>') {
            match blocks.last_mut() {
                Some(Block::Quote(quote)) if open => *quote = format!("{quote} {}", text.trim()),
                _ => blocks.push(Block::Quote(text.trim().to_owned())),
            }
            open = true;
        } else {
            match blocks.last_mut() {
                Some(Block::Text(text) | Block::Item(_, text) | Block::Quote(text)) if open => {
                    text.push(' ');
                    text.push_str(line);
                }
                _ => blocks.push(Block::Text(line.to_owned())),
            }
            open = true;
        }
    }
    blocks
}

fn item(line: &str) -> Option<(String, &str)> {
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(("•".to_owned(), text));
    }
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then(|| (format!("{number}."), text))
}

/// `**bold**`, `` `code` ``, `*stress*`, `[text](address)` of one paragraph.
pub fn inline(text: &str, ink: Ink, theme: &Theme) -> LayoutJob {
    let mut job = LayoutJob::default();
    let line_height = Some((ink.size * 1.5).round());
    let text = fonts::shown_lines(text);
    for (kind, part) in spans(&text) {
        let format = match kind {
            Span::Plain => TextFormat::simple(fonts::regular(ink.size), ink.color),
            Span::Bold => TextFormat::simple(fonts::bold(ink.size), theme.text),
            // No background: it would fill the whole height of the line and seem to hang below the word.
            Span::Code => TextFormat::simple(fonts::mono(ink.size - 0.5), theme.family(crate::trace::Family::Network)),
            Span::Link => TextFormat::simple(fonts::regular(ink.size), theme.accent),
        };
        job.append(part, 0.0, TextFormat { line_height, ..format });
    }
    job
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Plain,
    Bold,
    Code,
    Link,
}

fn spans(text: &str) -> Vec<(Span, &str)> {
    let mut spans = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some((at, kind, open, close)) = first_mark(rest) else {
            spans.push((Span::Plain, rest));
            break;
        };
        let inner = &rest[at + open.len()..];
        let Some(end) = inner.find(close) else {
            spans.push((Span::Plain, rest));
            break;
        };
        if at > 0 {
            spans.push((Span::Plain, &rest[..at]));
        }
        spans.push((kind, &inner[..end]));
        rest = &inner[end + close.len()..];
        if kind == Span::Link {
            rest = rest.find(')').map_or(rest, |end| &rest[end + 1..]);
        }
    }
    spans
}

fn first_mark(text: &str) -> Option<(usize, Span, &'static str, &'static str)> {
    let marks = [(Span::Code, "`", "`"), (Span::Bold, "**", "**"), (Span::Bold, "*", "*"), (Span::Link, "[", "](")];
    let found = marks.iter().filter_map(|(kind, open, close)| {
        let at = text.find(open)?;
        // A lone star or bracket (`*.txt`, `[::]`) is no mark.
        let closed = text[at + open.len()..].find(close).is_some_and(|end| end > 0);
        closed.then_some((at, *kind, *open, *close))
    });
    found.min_by_key(|(at, _, open, _)| (*at, usize::MAX - open.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_spans_and_nothing_else_is_lost() {
        let found = spans("a **굵게** `c*d` *e* [링크](http://x) *.txt");
        let kinds = [
            (Span::Plain, "a "),
            (Span::Bold, "굵게"),
            (Span::Plain, " "),
            (Span::Code, "c*d"),
            (Span::Plain, " "),
            (Span::Bold, "e"),
            (Span::Plain, " "),
            (Span::Link, "링크"),
            (Span::Plain, " *.txt"),
        ];
        assert_eq!(found, kinds);
    }

    #[test]
    fn lines_become_blocks() {
        let found = blocks("한 줄\n이어서\n\n- 하나\n  둘째 줄\n- 둘\n\n> 말\n> 더\n\n```\nls -l\n```\n# 제목");
        let wanted = vec![
            Block::Text("한 줄 이어서".into()),
            Block::Item("•".into(), "하나 둘째 줄".into()),
            Block::Item("•".into(), "둘".into()),
            Block::Quote("말 더".into()),
            Block::Code("ls -l".into()),
            Block::Heading("제목".into()),
        ];
        assert_eq!(found, wanted);
    }
}
