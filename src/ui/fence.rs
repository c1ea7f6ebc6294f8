//! The last fence before the screen, the screen reader and the clipboard: whatever a panel shows, and whoever wrote it,
//! passes here once a frame, and what would act instead of being seen is made visible.
//!
//! Panels make text visible where they lay it out ([`super::fonts::shown`], the scenes, the words' variables), so that
//! there is room for it and a line stays a line. What one of them forgets ends here.

use crate::spec::visible;
use egui::accesskit::{Node, Role};
use egui::epaint::text::{ByteRangeExt, LayoutJob};
use egui::epaint::{Shape, TextShape};
use egui::{Context, FullOutput, OutputCommand};
use std::borrow::Cow;

/// [`egui::Plugin`]
#[derive(Debug, Default)]
pub struct Fence;

impl egui::Plugin for Fence {
    fn debug_name(&self) -> &'static str {
        "fence"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        output.shapes.iter_mut().for_each(|clipped| paint(ctx, &mut clipped.shape));
        for command in &mut output.platform_output.commands {
            if let OutputCommand::CopyText(text) | OutputCommand::TextSelectionSettled(text) = command
                && let Cow::Owned(seen) = visible::lines(text)
            {
                *text = seen;
            }
        }
        if let Some(update) = &mut output.platform_output.accesskit_update {
            update.nodes.iter_mut().for_each(|(_, node)| speak(node));
        }
    }
}

fn paint(ctx: &Context, shape: &mut Shape) {
    match shape {
        Shape::Vec(shapes) => shapes.iter_mut().for_each(|shape| paint(ctx, shape)),
        Shape::Text(text) if matches!(visible::lines(text.galley.text()), Cow::Owned(_)) => lay_out_again(ctx, text),
        _ => {}
    }
}

/// The same text, made visible section by section. It may be wider than the room that was left for it.
fn lay_out_again(ctx: &Context, shape: &mut TextShape) {
    let old = &shape.galley.job;
    let mut new = LayoutJob { text: String::new(), sections: Vec::new(), ..LayoutJob::clone(old) };
    for section in &old.sections {
        let part = old.text.get(section.byte_range.as_usize()).unwrap_or_default();
        new.append(&visible::lines(part), section.leading_space, section.format.clone());
    }
    shape.galley = ctx.fonts_mut(|fonts| fonts.layout_job(new));
}

fn speak(node: &mut Node) {
    if node.role() == Role::TextRun {
        return run(node);
    }
    let owned = |text: Option<&str>| match text.map(visible::lines) {
        Some(Cow::Owned(seen)) => Some(seen),
        _ => None,
    };
    if let Some(label) = owned(node.label()) {
        node.set_label(label);
    }
    if let Some(value) = owned(node.value()) {
        node.set_value(value);
    }
    if let Some(text) = owned(node.description()) {
        node.set_description(text);
    }
    if let Some(text) = owned(node.placeholder()) {
        node.set_placeholder(text);
    }
    if let Some(text) = owned(node.tooltip()) {
        node.set_tooltip(text);
    }
}

/// A run has as many places as characters: each that may not stay becomes one that is seen.
fn run(node: &mut Node) {
    let Some(value) = node.value() else { return };
    if matches!(visible::lines(value), Cow::Borrowed(_)) {
        return;
    }
    let seen: String = visible::parts(value)
        .flat_map(|(part, stays)| {
            part.chars().map(move |c| if stays || c == '\n' || c == '\t' { c } else { '\u{fffd}' })
        })
        .collect();
    let lengths: Vec<u8> = seen.chars().map(|c| u8::try_from(c.len_utf8()).unwrap_or(1)).collect();
    node.set_value(seen);
    node.set_character_lengths(lengths);
}

/// Puts it up.
pub fn raise(ctx: &Context) {
    ctx.add_plugin(Fence);
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui_kittest::Harness;
    use egui_kittest::kittest::NodeT;

    const FORGOTTEN: &str = "forgotten \u{1b}[31m\u{202e} 한글";

    fn painted(shape: &Shape, into: &mut Vec<String>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| painted(shape, into)),
            Shape::Text(text) => into.push(text.galley.text().to_owned()),
            _ => {}
        }
    }

    #[test]
    fn what_a_panel_forgot_ends_here() {
        let mut raised = false;
        let mut window = Harness::builder().allow_missing_glyphs().build_ui(move |ui| {
            if !std::mem::replace(&mut raised, true) {
                raise(ui.ctx());
            }
            ui.label(FORGOTTEN);
            ui.add(egui::Label::new(egui::RichText::new(FORGOTTEN).strong()).selectable(false));
            let button = ui.button("x");
            button.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, FORGOTTEN));
            ui.copy_text(FORGOTTEN.to_owned());
        });
        window.run_steps(3);
        let mut texts = Vec::new();
        window.output().shapes.iter().for_each(|clipped| painted(&clipped.shape, &mut texts));
        assert_eq!(texts.iter().filter(|text| *text == r"forgotten \x1b[31m\u{202e} 한글").count(), 2, "{texts:?}");
        for node in window.root().children_recursive() {
            texts.extend([node.accesskit_node().label(), node.accesskit_node().value()].into_iter().flatten());
        }
        let commands = &window.output().platform_output.commands;
        assert!(commands.iter().any(|c| matches!(c, OutputCommand::CopyText(text) if text.contains(r"\u{202e}"))));
        assert!(texts.iter().filter(|text| text.contains("forgotten")).count() >= 4, "{texts:?}");
        assert!(texts.iter().all(|text| matches!(visible::lines(text), Cow::Borrowed(_))), "{texts:?}");
    }
}
