//! The inspector: the selected thing with everything that is known of it, and how it is known.

use super::{PanelContext, answers, breaking, isolation, next, volumes};
use crate::i18n::size;
use crate::trace::{Body, Entity, Event};
use crate::ui::command::{FilesCommand, ViewCommand};
use crate::ui::facts::{self, Facts, Row, Tone};
use crate::ui::files::{Act, subject};
use crate::ui::widgets::{self, Loudness};
use crate::ui::{fonts, room};
use egui::{Label, Rect, RichText, ScrollArea, Sense, Ui, vec2};
use std::sync::Arc;

/// How many events are shown as evidence, the latest first.
const EVENTS: usize = 8;

/// Shows it in all the room there is, with what comes next at its foot.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let all = ui.available_rect_before_wrap();
    let high = next::height(ui, cx, all.width());
    let foot = Rect::from_min_max(egui::pos2(all.left(), all.bottom() - high), all.max);
    let room = Rect::from_min_max(all.min, egui::pos2(all.right(), foot.top() - 10.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| known(ui, cx));
    next::show(ui, cx, foot);
    ui.advance_cursor_after_rect(all);
}

fn known(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let state = cx.state;
    let known = state.selection.as_ref().map(|entity| (entity, facts::of(entity, state.world(), cx.words)));
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space(4.0);
        match known {
            None => {
                nothing(ui, cx);
                volumes::anywhere(ui, cx);
            }
            Some((entity, None)) => gone(ui, cx, entity),
            Some((entity, Some(facts))) => {
                thing(ui, cx, entity, &facts);
                files(ui, cx, entity);
                page(ui, cx, entity);
                volumes::section(ui, cx, entity);
                passed(ui, cx, entity);
                isolation::section(ui, cx, entity);
                if !broken(cx, entity) {
                    breaking::section(ui, cx, entity);
                }
                evidences(ui, cx, entity);
                ui.add_space(12.0);
                facts.rows.iter().skip(FIRST).for_each(|row| fact(ui, cx, row));
            }
        }
        room::follow_focus(ui);
    });
}

/// How many facts stand above the evidence, which is to be seen without scrolling; the others follow it.
const FIRST: usize = 9;
/// Of so many of the latest events it is looked how to do by hand what they did.
const LATEST: usize = 64;

fn nothing(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if super::lately::show(ui, cx) {
        return;
    }
    ui.label(RichText::new(cx.say("inspector-title")).font(fonts::bold(16.0)));
    ui.add_space(4.0);
    ui.label(RichText::new(cx.say("inspector-nothing")).color(cx.theme.weak));
    answers::changes(ui, cx);
}

/// Not there at this moment: it comes later, or it is gone.
fn gone(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    ui.label(RichText::new(fonts::shown(&short_name(entity))).font(fonts::mono(16.0)));
    ui.add_space(4.0);
    let state = cx.state;
    let was = state.trace.touches(entity, state.cursor.position()) > 0;
    let key = if was { "inspector-gone" } else { "inspector-not-yet" };
    ui.label(RichText::new(cx.say(key)).color(cx.theme.weak));
    breaking::section(ui, cx, entity);
    if was {
        evidences(ui, cx, entity);
    }
}

fn thing(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity, facts: &Facts) {
    let color = cx.theme.family(facts.family);
    if widgets::link(ui, &cx.say("inspector-back")).clicked() {
        cx.want(ViewCommand::Select(None));
    }
    ui.add_space(2.0);
    ui.add(Label::new(RichText::new(&facts.title).font(fonts::mono(17.0))).wrap());
    ui.add_space(2.0);
    widgets::chip(ui, &cx.say(facts.kind), color, "");
    ui.add_space(8.0);
    if broken(cx, entity) {
        // What is the matter comes before what else is known.
        breaking::section(ui, cx, entity);
        ui.add_space(12.0);
    }
    facts.rows.iter().take(FIRST).for_each(|row| fact(ui, cx, row));
}

/// The way from an image, a layer or a container to its files.
fn files(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    let Some((subject, layer)) = subject::of_entity(entity, cx.state.world()) else { return };
    if !cx.state.is_live() {
        return;
    }
    ui.add_space(10.0);
    let label = cx.say("files-open");
    if widgets::text_button(ui, &label, Loudness::Plain).on_hover_text("I  ·  Ctrl+7").clicked() {
        cx.want(FilesCommand::Do(Act::Open(subject, layer)));
    }
}

/// What has passed a link until now, as the kernel counts: of this moment, not of the trace.
fn passed(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    let Entity::Link(key) = entity else { return };
    let Some(traffic) = super::stage::live(cx.state).traffic else { return };
    let Some(counted) = cx.state.world().links.get(key).and_then(|link| traffic.of(link)) else { return };
    ui.add_space(10.0);
    widgets::caption(ui, &cx.say("inspector-passed"));
    for (label, packets, bytes) in
        [("RX", counted.rx_packets, counted.rx_bytes), ("TX", counted.tx_packets, counted.tx_bytes)]
    {
        let value = cx.words.say_with("inspector-packets", &[("n", &packets.to_string()), ("bytes", &size(bytes))]);
        fact(ui, cx, &Row { label, value, leads_to: None, tone: Tone::Plain });
    }
}

/// The way from a published port to what it serves, where this machine reaches it.
fn page(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    let Entity::Port(key) = entity else { return };
    let Some(url) = facts::page(key, cx.state.world()).filter(|_| cx.state.is_live()) else { return };
    ui.add_space(10.0);
    let label = cx.say("inspector-open-page");
    if widgets::text_button(ui, &label, Loudness::Plain).on_hover_text(&url).clicked() {
        cx.want(ViewCommand::OpenPage(url));
    }
}

fn broken(cx: &PanelContext<'_>, entity: &Entity) -> bool {
    let found = crate::ui::breaking::of(entity, cx.state.world());
    found.is_some_and(|found| found.damage.is_some() || found.rejected.is_some())
}

fn fact(ui: &mut Ui, cx: &mut PanelContext<'_>, row: &Row) {
    let theme = cx.theme;
    let name = if row.label.starts_with("fact-") || row.label.starts_with("effect-") {
        cx.words.plainly().say(row.label)
    } else {
        row.label.to_owned()
    };
    let color = match (row.tone, &row.leads_to) {
        (Tone::Good, _) => theme.good,
        (Tone::Bad, _) => theme.bad,
        (Tone::Plain, Some(_)) => theme.accent,
        (Tone::Plain, None) => theme.text,
    };
    let width = ui.available_width();
    let sense = if row.leads_to.is_some() { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), sense);
    let value = &row.value;
    response.widget_info(|| {
        let role = if row.leads_to.is_some() { egui::Role::Button } else { egui::Role::Label };
        egui::WidgetInfo::labeled(role, true, format!("{name}: {value}"))
    });
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        let at = rect.left_top() + vec2(0.0, 6.0);
        let label = widgets::line(painter, at, width * 0.5, &name, fonts::regular(13.0), theme.weak);
        let room = (rect.right() - label.right() - 12.0).max(20.0);
        let font = fonts::mono(13.0);
        let galley = painter.layout_no_wrap(value.to_string(), font.clone(), color);
        let left = rect.right() - galley.size().x.min(room);
        widgets::line(painter, egui::pos2(left, at.y), room, value, font, color);
        painter.hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, theme.line));
        if response.hovered() && row.leads_to.is_some() {
            painter.hline(left..=rect.right(), rect.bottom() - 5.0, egui::Stroke::new(1.0, color));
        }
    }
    if response.clicked() {
        cx.want(ViewCommand::Select(row.leads_to.clone()));
    }
    response.on_hover_text(format!("{name}  {value}")).context_menu(|ui| {
        if ui.button(cx.say("copy")).clicked() {
            cx.want(ViewCommand::Copy(row.value.clone()));
            ui.close();
        }
    });
}

fn evidences(ui: &mut Ui, cx: &mut PanelContext<'_>, entity: &Entity) {
    let state = cx.state;
    let count = state.trace.touches(entity, state.cursor.position());
    let all: Vec<Arc<Event>> = state.trace.touching(entity, state.cursor.position()).rev().take(LATEST).collect();
    ui.add_space(16.0);
    widgets::caption(ui, &cx.say("inspector-evidence"));
    if all.is_empty() {
        // It is from before what the trace still holds; or it was told with something else, and nobody looked at it by itself.
        let key = if state.trace.start() > 0 { "inspector-evidence-dropped" } else { "inspector-evidence-none" };
        ui.add(Label::new(RichText::new(cx.say(key)).color(cx.theme.weak)).wrap());
        return;
    }
    ui.add_space(4.0);
    for event in all.iter().take(EVENTS) {
        let Body::Observed { evidence, .. } = &event.body else { continue };
        for (i, evidence) in evidence.iter().enumerate() {
            answers::card(ui, cx, event, i, evidence);
        }
    }
    if count > EVENTS {
        let rest = (count - EVENTS).to_string();
        widgets::caption(ui, &cx.words.say_with("inspector-more", &[("count", rest.as_str())]));
    }
    by_hand(ui, cx, &all);
    ui.add_space(12.0);
}

/// The command with which a person could do the step that made this thing what it is.
fn by_hand(ui: &mut Ui, cx: &mut PanelContext<'_>, events: &[Arc<Event>]) {
    let trace = &cx.state.trace;
    let steps = events.iter().filter_map(|event| match &event.body {
        Body::Observed { step, .. } => step.and_then(|id| trace.step(id)),
        _ => None,
    });
    if let Some(line) = steps.map(|record| record.step.plan.by_hand).find(|line| !line.is_empty()) {
        answers::command(ui, cx, &line);
    }
}

/// A name for a thing that is not in the World.
fn short_name(entity: &Entity) -> String {
    match entity {
        Entity::Host => "host".to_owned(),
        Entity::Disk => "disk".to_owned(),
        Entity::Registry(key) | Entity::RemoteTag(key) | Entity::Tag(key) | Entity::Volume(key) => key.clone(),
        Entity::Dir(key) | Entity::Cgroup(key) | Entity::Rule(key) | Entity::Port(key) | Entity::Route(_, key) => {
            key.clone()
        }
        Entity::Index(digest)
        | Entity::Manifest(digest)
        | Entity::Config(digest)
        | Entity::Blob(digest)
        | Entity::Layer(digest) => facts::short(digest),
        Entity::UpperFile(_, path) | Entity::HomeFile(_, path) => format!("/{path}"),
        Entity::Mount(key) => format!("mount {}", key.id),
        Entity::Speed(_, target, _) => target.clone(),
        Entity::TriedCall(_, call) => call.clone(),
        Entity::Container(id) | Entity::Usage(id) => id.as_str().chars().take(12).collect(),
        Entity::Namespace(inode) => inode.to_string(),
        Entity::Process(pid) => format!("PID {pid}"),
        Entity::Network(id) => id.to_string(),
        Entity::Link(key) => key.0.to_string(),
    }
}
