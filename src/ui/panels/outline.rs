//! What happened, as a list: operations with their steps. A click goes there; the dot before a step is its breakpoint.

use super::PanelContext;
use crate::trace::{Body, Level, OpId, OpKind, Outcome, Seq, StepMark, StepRecord};
use crate::ui::command::PlaybackCommand;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets;
use egui::{Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use std::sync::Arc;

/// One line. What it says is read from the trace when it is in view: there may be a hundred thousand.
#[derive(Clone, Copy)]
enum Line {
    Op(OpId, Seq),
    Step(StepMark),
}

/// The lines, for as long as the trace is what it was.
#[derive(Clone)]
struct Lines {
    of: (u64, u64, Level),
    all: Arc<Vec<Line>>,
}

const ROW: f32 = 28.0;
const GAP: f32 = 4.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    ui.label(RichText::new(cx.say("outline-title")).font(fonts::bold(16.0)));
    ui.add(egui::Label::new(RichText::new(cx.say("outline-hint")).size(12.5).color(cx.theme.weak)).wrap());
    ui.add_space(6.0);
    if cx.state.trace.start() > 0 {
        let text = crate::ui::state::dropped(cx.words, cx.state.trace.base());
        ui.add(egui::Label::new(RichText::new(text).size(12.5).color(cx.theme.warn)).wrap());
        ui.add_space(6.0);
    }
    let lines = lines(ui, cx);
    if lines.is_empty() {
        ui.label(RichText::new(cx.say("outline-empty")).color(cx.theme.weak));
        return;
    }
    let mut area = ScrollArea::vertical().auto_shrink([false, false]);
    let id = ui.scope_id().with("seen");
    if let Some(offset) = scroll_to_here(cx, &lines, ui.data(|data| data.get_temp(id))) {
        area = area.vertical_scroll_offset(offset);
    }
    ui.spacing_mut().item_spacing.y = GAP;
    let output = area.show_rows(ui, ROW, lines.len(), |ui, range| {
        for line in &lines[range] {
            match line {
                Line::Op(id, began) => op(ui, cx, *id, *began),
                Line::Step(mark) => step(ui, cx, mark),
            }
        }
    });
    let position = cx.state.cursor.position();
    let seen = Seen { position, top: output.state.clamped_offset().y, height: output.inner_rect.height() };
    ui.data_mut(|data| data.insert_temp(id, seen));
}

/// What was shown of the list in the last frame.
#[derive(Clone, Copy)]
struct Seen {
    position: u64,
    top: f32,
    height: f32,
}

/// The offset at which the present step is in view; none while it is in view, so that nothing moves under the pointer.
fn scroll_to_here(cx: &PanelContext<'_>, lines: &[Line], seen: Option<Seen>) -> Option<f32> {
    let here = cx.state.next().or(cx.state.last()).map(|record| record.step.id);
    let line = lines.iter().position(|line| matches!(line, Line::Step(mark) if Some(mark.id) == here))?;
    let at = line as f32 * (ROW + GAP);
    match seen {
        Some(seen) if seen.position == cx.state.cursor.position() => None,
        Some(seen) if at >= seen.top && at + ROW <= seen.top + seen.height => None,
        Some(seen) => Some((at - seen.height / 2.0).max(0.0)),
        None => Some((at - 200.0).max(0.0)),
    }
}

fn lines(ui: &Ui, cx: &PanelContext<'_>) -> Arc<Vec<Line>> {
    let trace = &cx.state.trace;
    let level = cx.state.cursor.level().min(Level::Stage);
    let (of, id) = ((trace.start(), trace.len(), level), ui.scope_id().with("lines"));
    if let Some(known) = ui.data(|data| data.get_temp::<Lines>(id)).filter(|known| known.of == of) {
        return known.all;
    }
    let mut all = Vec::new();
    let quiet = |(op, began): &(OpId, Seq)| trace.is_quiet(*op, *began);
    let mut ops = trace.ops().filter(|op| !quiet(op)).peekable();
    for mark in trace.steps(0).filter(|mark| mark.level() <= level) {
        while let Some((op, began)) = ops.next_if(|(_, began)| *began < mark.announced) {
            all.push(Line::Op(op, began));
        }
        all.push(Line::Step(*mark));
    }
    all.extend(ops.map(|(op, began)| Line::Op(op, began)));
    let all = Arc::new(all);
    ui.data_mut(|data| data.insert_temp(id, Lines { of, all: Arc::clone(&all) }));
    all
}

fn op(ui: &mut Ui, cx: &PanelContext<'_>, id: OpId, began: Seq) {
    let trace = &cx.state.trace;
    let event = trace.event(began);
    let Some(Body::OpBegan { op }) = event.as_ref().map(|event| &event.body) else { return };
    let title = &format!("{}  {}", cx.say(op_key(op.kind)), fonts::shown(&op.subject));
    // What comes of it is not known before it did.
    let (request, began) = (&op.request, began <= cx.state.cursor.position());
    // The World forgets those that are long over.
    let over = cx.state.world().ops.get(&id).is_none_or(|op| op.outcome.is_some());
    let outcome = trace.outcome(id).filter(|_| began && over);
    let outcome = outcome.as_ref();
    let theme = &cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, title));
    let at = rect.left_top() + vec2(0.0, 7.0);
    let end = widgets::line(ui.painter(), at, rect.width() - 24.0, title, fonts::bold(13.0), theme.text);
    let mark = Rect::from_center_size(pos2(end.right() + 14.0, rect.center().y), vec2(12.0, 12.0));
    match outcome {
        None if !began => {}
        None => drop(ui.painter().circle_filled(mark.center(), 3.5, theme.warn)),
        Some(Outcome::Done) => Icon::Check.paint(ui.painter(), mark, theme.good),
        Some(Outcome::Failed(_) | Outcome::Cancelled) => Icon::Cross.paint(ui.painter(), mark, theme.bad),
    }
    response.on_hover_ui(|ui| {
        ui.monospace(fonts::shown(request));
        if let Some(Outcome::Failed(problem)) = outcome {
            ui.set_max_width(420.0);
            ui.label(cx.words.problem(problem));
        }
    });
}

fn step(ui: &mut Ui, cx: &mut PanelContext<'_>, mark: &StepMark) {
    let Some(record) = cx.state.trace.record(mark) else { return };
    row(ui, cx, &record);
}

fn row(ui: &mut Ui, cx: &mut PanelContext<'_>, record: &StepRecord) {
    let (state, theme) = (cx.state, cx.theme);
    let kind = record.step.plan.kind;
    let title = state.step_name(cx.words, kind, record.announced);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let dot = Rect::from_center_size(rect.left_center() + vec2(9.0, 0.0), vec2(18.0, ROW));
    let id = ui.scope_id().with(record.step.id);
    let breakpoint = ui.interact(dot, id.with("breakpoint"), Sense::click());
    let set = state.cursor.breakpoints().contains(&kind);
    let name = format!("{} {title}", cx.say("breakpoint"));
    breakpoint.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, set, &name));
    let row = Rect::from_min_max(pos2(dot.right(), rect.top()), rect.max);
    let response = ui.interact(row, id, Sense::click());
    let subject = &*fonts::shown(&record.step.plan.subject);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{title} {subject}")));
    let here = state.next().is_some_and(|next| next.step.id == record.step.id);
    let done = record.announced < state.cursor.position() || record.announced == state.cursor.position() && !here;
    if here || response.hovered() {
        let fill = if here { theme.family_fill(record.step.family()) } else { theme.card };
        ui.painter().rect_filled(row, 6.0, fill);
    }
    if set {
        ui.painter().circle_filled(dot.center(), 4.5, theme.bad);
    } else if breakpoint.hovered() {
        ui.painter().circle_stroke(dot.center(), 4.5, egui::Stroke::new(1.2, theme.bad));
    }
    let indent = if kind.level() == Level::Story { 6.0 } else { 22.0 };
    let color = theme.family(record.step.family());
    let tick = Rect::from_center_size(pos2(row.left() + indent + 3.0, row.center().y), vec2(4.0, 11.0));
    let color = if done || here { color } else { color.gamma_multiply(0.45) };
    widgets::tick(ui.painter(), tick, color, state.fate(record.step.id));
    let at = pos2(tick.right() + 8.0, row.top() + 6.0);
    let ink = if done || here { theme.text } else { theme.weak };
    let font = if kind.level() == Level::Story { fonts::bold(13.0) } else { fonts::regular(13.0) };
    let end = widgets::line(ui.painter(), at, (row.right() - at.x - 4.0).max(10.0), &title, font, ink);
    let room = row.right() - end.right() - 14.0;
    if room > 40.0 {
        widgets::line(ui.painter(), pos2(end.right() + 8.0, at.y + 3.0), room, subject, fonts::mono(11.5), theme.weak);
    }
    // The key is for what comes next.
    let key = if state.next().is_some_and(|next| next.step.plan.kind == kind) { "B" } else { "" };
    if breakpoint.on_hover_text(widgets::tip(&name, key)).clicked() {
        cx.want(PlaybackCommand::Breakpoint(kind));
    }
    if response.clicked() {
        cx.want(PlaybackCommand::Seek(record.announced));
    }
}

/// The message with an operation's name.
pub fn op_key(kind: OpKind) -> &'static str {
    match kind {
        OpKind::EngineStart => "op-engine-start",
        OpKind::ImagePull => "op-image-pull",
        OpKind::ImageRemove => "op-image-remove",
        OpKind::ImageTag => "op-image-tag",
        OpKind::ImagePrune => "op-image-prune",
        OpKind::ImageSave => "op-image-save",
        OpKind::ImageLoad => "op-image-load",
        OpKind::ImageImport => "op-image-import",
        OpKind::ContainerCommit => "op-container-commit",
        OpKind::StoreCheck => "op-store-check",
        OpKind::RegistryLogin => "op-registry-login",
        OpKind::ImagePush => "op-image-push",
        OpKind::RegistryTag => "op-registry-tag",
        OpKind::RegistryDamage => "op-registry-damage",
        OpKind::RegistryMend => "op-registry-mend",
        OpKind::ContainerCreate => "op-container-create",
        OpKind::ContainerStart => "op-container-start",
        OpKind::ContainerStop => "op-container-stop",
        OpKind::ContainerRename => "op-container-rename",
        OpKind::ContainerPause => "op-container-pause",
        OpKind::ContainerUpdate => "op-container-update",
        OpKind::ContainerCopy => "op-container-copy",
        OpKind::ContainerRemove => "op-container-remove",
        OpKind::Exec => "op-exec",
        OpKind::DiskMeasure => "op-disk-measure",
        OpKind::SpeedMeasure => "op-speed-measure",
        OpKind::TryCall => "op-try-call",
        OpKind::HealthProbe => "op-health-probe",
        OpKind::ReachProbe => "op-reach-probe",
        OpKind::PacketWalk => "op-packet-walk",
        OpKind::ContainerExit => "op-container-exit",
        OpKind::VolumeCreate => "op-volume-create",
        OpKind::VolumeRemove => "op-volume-remove",
        OpKind::VolumeExport => "op-volume-export",
        OpKind::VolumeImport => "op-volume-import",
        OpKind::NetworkCreate => "op-network-create",
        OpKind::NetworkRemove => "op-network-remove",
        OpKind::NetworkConnect => "op-network-connect",
        OpKind::NetworkDisconnect => "op-network-disconnect",
        OpKind::Recover => "op-recover",
    }
}
