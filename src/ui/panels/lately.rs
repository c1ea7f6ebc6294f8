//! The last step, where nothing is selected: its call, the reply, what it changed, and how to do it by hand.

use super::{PanelContext, answers as cards};
use crate::trace::{Body, Event, StepRecord};
use crate::ui::fonts;
use crate::ui::widgets;
use egui::{Label, RichText, Ui};
use std::sync::Arc;

/// Answers that are shown; the rest is counted.
const SHOWN: usize = 3;
/// Of a step that did very much the last events are read.
const READ: u64 = 400;

/// Shows it; false when nothing was done yet.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) -> bool {
    let Some(record) = cx.state.last() else { return false };
    widgets::caption(ui, &cx.say("lately-title"));
    ui.add_space(2.0);
    let title = cx.words.step(record.step.plan.kind);
    ui.add(Label::new(RichText::new(title).font(fonts::bold(16.0))).wrap());
    if !record.step.plan.subject.is_empty() {
        let subject = crate::ui::short::paths(&fonts::shown(&record.step.plan.subject));
        ui.add(Label::new(RichText::new(subject).font(fonts::mono(12.5)).color(cx.theme.weak)).truncate());
    }
    // What came of it is read first; how it was done is below.
    cards::changes(ui, cx);
    ui.add_space(10.0);
    let answers = answers(cx, &record);
    if answers.is_empty() {
        unanswered(ui, cx, &record);
    }
    let count: usize = answers.iter().map(|event| observed(event)).sum();
    let mut left = SHOWN;
    for event in &answers {
        let Body::Observed { evidence, .. } = &event.body else { continue };
        for (i, evidence) in evidence.iter().enumerate().take(left) {
            cards::card(ui, cx, event, i, evidence);
        }
        left = left.saturating_sub(evidence.len());
    }
    if count > SHOWN {
        let rest = (count - SHOWN).to_string();
        widgets::caption(ui, &cx.words.say_with("inspector-more", &[("count", rest.as_str())]));
    }
    if !record.step.plan.by_hand.is_empty() {
        cards::command(ui, cx, &record.step.plan.by_hand);
    }
    true
}

/// Nothing was observed in it: that is said, and where to look.
fn unanswered(ui: &mut Ui, cx: &PanelContext<'_>, record: &StepRecord) {
    let around = record.step.parent.and_then(|id| cx.state.trace.step(id));
    let around = around.filter(|around| !answers(cx, around).is_empty());
    let text = match around {
        Some(around) => {
            let step = cx.words.step(around.step.plan.kind);
            cx.words.say_with("lately-unanswered-in", &[("step", step.as_str())])
        }
        None => cx.say("lately-unanswered"),
    };
    ui.add(Label::new(RichText::new(text).size(13.0).color(cx.theme.weak)).wrap());
}

fn observed(event: &Event) -> usize {
    match &event.body {
        Body::Observed { evidence, .. } => evidence.len(),
        _ => 0,
    }
}

/// What was asked and answered in it and in the steps that it is made of, up to the cursor: the latest first.
fn answers(cx: &PanelContext<'_>, record: &StepRecord) -> Vec<Arc<Event>> {
    let (trace, position) = (&cx.state.trace, cx.state.cursor.position());
    let to = record.ended.unwrap_or(position).min(position);
    let from = record.announced.max(to.saturating_sub(READ));
    let within = |step: Option<u64>| {
        let mut at = step;
        while let Some(id) = at {
            if id == record.step.id {
                return true;
            }
            at = trace.step(id).and_then(|record| record.step.parent);
        }
        false
    };
    let answered = |event: &Arc<Event>| match &event.body {
        Body::Observed { step, evidence, .. } => !evidence.is_empty() && within(*step),
        _ => false,
    };
    trace.events_in(from, to).rev().filter(answered).collect()
}
