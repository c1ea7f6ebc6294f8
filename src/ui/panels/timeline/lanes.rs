//! A lane for each command: its steps as ticks of one width, named stretches below them that are never shortened. What is around
//! the cursor is laid out; the wheel moves along, and a click goes there.

use super::super::{PanelContext, outline};
use crate::trace::{Body, OpId, Seq, StepKind};
use crate::ui::command::PlaybackCommand;
use crate::ui::{fonts, marks::StopMark, widgets};
use egui::{Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// From one tick to the next, and how wide and high one is.
const PITCH: f32 = 14.0;
const TICK: egui::Vec2 = vec2(10.0, 11.0);
/// Between two commands.
const APART: f32 = 22.0;
/// Between the names of two stretches.
const SPACE: f32 = 10.0;
/// So many ticks on either side of the cursor are laid out.
const AROUND: usize = 240;

/// A command with its stretches.
struct Lane {
    title: String,
    left: f32,
    /// Where the next begins.
    right: f32,
    stretches: Vec<Stretch>,
}

/// The ticks of one story step.
struct Stretch {
    /// None for what stands before the first.
    kind: Option<StepKind>,
    name: String,
    /// How wide the name is, whatever of it is held back now: nothing moves when it is told.
    wide: f32,
    left: f32,
    /// The first, and how many.
    first: usize,
    count: usize,
}

/// Shows them in `area`.
pub(super) fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, area: Rect) {
    let state = cx.state;
    let stops = state.marks.stops();
    let reached = state.marks.reached(state.cursor.position());
    // How many steps come, and of which kind, may be what is being predicted: then a recording looks as a live run does.
    let known = if state.is_predicting() { reached } else { stops.len() };
    let (from, to) = (reached.saturating_sub(AROUND), (reached + AROUND).min(known));
    let (lanes, width) = lay(ui, cx, stops, from, to);
    let response = ui.interact(area, ui.scope_id().with("lanes"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Group, true, cx.say("timeline-lanes")));
    let now = (state.cursor.position(), state.lang, area.width());
    let shift = scrolled(ui, &response, area, width, head_of(&lanes, reached), now);
    let at = |x: f32| area.left() + x - shift;
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
        && let Some(stop) = nearest(&lanes, pointer.x - area.left() + shift).and_then(|stop| stops.get(stop))
    {
        cx.want(PlaybackCommand::Seek(stop.seq));
    }
    let theme = cx.theme;
    let painter = ui.painter_at(area.expand2(vec2(6.0, 0.0)));
    let middle = area.top() + 24.0;
    let (mut titles, mut names) = (Vec::new(), Vec::new());
    for lane in &lanes {
        let here = lane.stretches.iter().any(|stretch| stretch.holds(reached));
        let color = if here { theme.text } else { theme.weak };
        let font = if here { fonts::bold(12.0) } else { fonts::regular(12.0) };
        let right = lane.stretches.last().map_or(lane.left, |last| last.left + last.width()).max(lane.right - APART);
        let from = vec2(at(lane.left), at(right));
        titles.push(Name { text: &lane.title, from, here, font, color });
        for (i, stretch) in lane.stretches.iter().enumerate() {
            let (left, right) = (at(stretch.left), at(stretch.left + stretch.width()));
            if left > area.right() || right < area.left() {
                continue;
            }
            for i in 0..stretch.count {
                let mark = &stops[stretch.first + i];
                let tick =
                    Rect::from_center_size(pos2(at(stretch.left + PITCH * i as f32 + TICK.x / 2.0), middle), TICK);
                let color = theme.family(mark.family());
                let done = stretch.first + i < reached;
                let color = if done { color } else { color.gamma_multiply(0.35) };
                widgets::tick(&painter, tick, color, state.fate(mark.step));
                if state.cursor.breakpoints().contains(&mark.kind) {
                    painter.circle_filled(pos2(tick.center().x, tick.top() - 4.0), 2.5, theme.bad);
                }
            }
            let color = stretch.kind.map_or(theme.weak, |kind| theme.family(kind.family()));
            let last = i + 1 == lane.stretches.len();
            let right = if last { right.max(at(lane.right - APART)) } else { right };
            let here = stretch.holds(reached);
            names.push(Name { text: &stretch.name, from: vec2(left, right), here, font: fonts::regular(12.0), color });
        }
    }
    write(&painter, area, area.top() + 7.0, &titles);
    write(&painter, area, middle + 16.0, &names);
    if state.has_trace() && !lanes.is_empty() {
        let x = at(head_of(&lanes, reached));
        painter.vline(x, (area.top() + 15.0)..=(middle + 9.0), Stroke::new(2.0, theme.text));
        painter.circle_filled(pos2(x, middle), 5.0, theme.text);
    }
}

/// A name with the room of what it names, from left to right.
struct Name<'a> {
    text: &'a str,
    from: egui::Vec2,
    here: bool,
    font: egui::FontId,
    color: egui::Color32,
}

/// Names are whole or not there: at the edges they are moved inside, as far as what they name reaches. The one of the place where the
/// cursor is comes before all others.
fn write(painter: &egui::Painter, area: Rect, y: f32, names: &[Name<'_>]) {
    let mut taken: Vec<egui::Rangef> = Vec::new();
    let (first, others): (Vec<_>, Vec<_>) = names.iter().partition(|name| name.here);
    for name in first.into_iter().chain(others).filter(|name| !name.text.is_empty()) {
        let galley = painter.layout_no_wrap(name.text.to_owned(), name.font.clone(), name.color);
        let width = galley.size().x;
        let inside = (area.left(), (area.right() - width).max(area.left()));
        let x = name.from.x.clamp(inside.0, inside.1);
        let own = x >= name.from.x - 0.5 && x + width <= name.from.y + 0.5;
        let range = egui::Rangef::new(x - SPACE / 2.0, x + width + SPACE / 2.0);
        let free = !taken.iter().any(|other| other.intersects(range));
        if free && (own || name.here) {
            painter.galley(pos2(x, y - galley.size().y / 2.0), galley, name.color);
            taken.push(range);
        }
    }
}

impl Stretch {
    /// The cursor is in it: the last tick that was reached is its.
    fn holds(&self, reached: usize) -> bool {
        (self.first + 1..=self.first + self.count).contains(&reached.max(1))
    }

    fn width(&self) -> f32 {
        (PITCH * self.count as f32).max(self.wide + SPACE)
    }
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::regular(12.0), egui::Color32::PLACEHOLDER);
    galley.size().x
}

/// The lanes of those stops, and how wide all of them are.
fn lay(ui: &Ui, cx: &PanelContext<'_>, stops: &[StopMark], from: usize, to: usize) -> (Vec<Lane>, f32) {
    let trace = &cx.state.trace;
    let ops: Vec<(OpId, Seq)> = trace.ops().collect();
    let op_at = |seq: Seq| ops.partition_point(|(_, began)| *began < seq).checked_sub(1);
    let mut lanes: Vec<(Option<usize>, Lane)> = Vec::new();
    for (i, mark) in stops.iter().enumerate().take(to).skip(from) {
        let op = op_at(mark.seq);
        if lanes.last().is_none_or(|(last, _)| *last != op) {
            let title = op.map(|op| title(cx, ops[op].1)).unwrap_or_default();
            lanes.push((op, Lane { title, left: 0.0, right: 0.0, stretches: Vec::new() }));
        }
        let Some((_, lane)) = lanes.last_mut() else { continue };
        let story = mark.kind.level() == crate::trace::Level::Story;
        match lane.stretches.last_mut().filter(|_| !story) {
            Some(stretch) => stretch.count += 1,
            None => {
                let kind = story.then_some(mark.kind);
                let name = kind.map(|kind| cx.state.step_name(cx.words, kind, mark.seq)).unwrap_or_default();
                let told = kind.map(|kind| cx.words.plainly().step(kind)).unwrap_or_default();
                let wide = text_width(ui, &name).max(text_width(ui, &told));
                lane.stretches.push(Stretch { kind, name, wide, left: 0.0, first: i, count: 1 });
            }
        }
    }
    let mut x = 0.0;
    for (_, lane) in &mut lanes {
        lane.left = x;
        for stretch in &mut lane.stretches {
            stretch.left = x;
            x += stretch.width();
        }
        x = x.max(lane.left + text_width(ui, &lane.title) * 1.06) + APART;
        lane.right = x;
    }
    (lanes.into_iter().map(|(_, lane)| lane).collect(), x)
}

/// What was asked of the engine, in its words.
fn title(cx: &PanelContext<'_>, began: Seq) -> String {
    let event = cx.state.trace.event(began);
    let Some(Body::OpBegan { op }) = event.as_ref().map(|event| &event.body) else { return String::new() };
    let subject = fonts::shown(&op.subject);
    // Of an id the first twelve digits are what every other tool prints.
    let (kind, name) = subject.split_once(':').unwrap_or(("", &subject));
    let is_id = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let subject = match (is_id, kind) {
        (true, "") => name[..12].to_owned(),
        (true, kind) => format!("{kind}:{}…", &name[..12]),
        (false, _) => subject.to_string(),
    };
    format!("{} {subject}", cx.say(outline::op_key(op.kind)))
}

/// Where the cursor stands: behind the last tick that was reached.
fn head_of(lanes: &[Lane], reached: usize) -> f32 {
    let stretches = || lanes.iter().flat_map(|lane| &lane.stretches);
    let last = stretches().rfind(|stretch| stretch.first < reached);
    match last {
        Some(stretch) => {
            stretch.left + PITCH * (reached - stretch.first).min(stretch.count) as f32 - (PITCH - TICK.x) / 2.0
        }
        None => stretches().next().map_or(0.0, |stretch| stretch.left - 2.0),
    }
}

fn nearest(lanes: &[Lane], x: f32) -> Option<usize> {
    let ticks = lanes.iter().flat_map(|lane| &lane.stretches).flat_map(|stretch| {
        (0..stretch.count).map(move |i| (stretch.first + i, stretch.left + PITCH * i as f32 + TICK.x / 2.0))
    });
    ticks.min_by(|a, b| (a.1 - x).abs().total_cmp(&(b.1 - x).abs())).map(|(stop, _)| stop)
}

/// How far the lanes are scrolled: by hand, or so that the cursor is in view after it moved or all was laid out anew: `now` says
/// what that depends on, beside what comes at the end.
fn scrolled(
    ui: &Ui,
    response: &egui::Response,
    area: Rect,
    width: f32,
    head: f32,
    now: (u64, crate::i18n::Lang, f32),
) -> f32 {
    let id = response.id.with("shift");
    let before = ui.data(|data| data.get_temp::<(f32, (u64, crate::i18n::Lang, f32))>(id));
    let mut shift = before.map_or(0.0, |(shift, _)| shift);
    let most = (width - area.width()).max(0.0);
    if before.is_none_or(|(_, seen)| seen != now) {
        let (near, far) = (shift + 40.0, shift + area.width() - 80.0);
        if head < near || head > far {
            shift = head - area.width() * 0.5;
        }
    }
    if response.dragged() {
        shift -= response.drag_delta().x;
    }
    if response.hovered() {
        shift -= ui.input(|input| input.smooth_scroll_delta().x + input.smooth_scroll_delta().y);
    }
    let shift = shift.clamp(0.0, most);
    ui.data_mut(|data| data.insert_temp(id, (shift, now)));
    shift
}
