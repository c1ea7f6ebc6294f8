//! The engines that run on this machine, on the start page: what each holds, and a click to look at it.

use super::PanelContext;
use crate::spec::visible;
use crate::ui::command::SourceCommand;
use crate::ui::engines::{Place, Running};
use crate::ui::fonts;
use crate::ui::widgets;
use egui::{Align2, CornerRadius, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

const CARD: f32 = 54.0;

/// Shows them; nothing when there are none.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if cx.state.engines.is_empty() {
        return;
    }
    widgets::caption(ui, &cx.say("engines-title"));
    ui.add_space(4.0);
    for engine in &cx.state.engines {
        if card(ui, cx, engine) {
            cx.want(SourceCommand::Attach(engine.socket.clone()));
        }
    }
    ui.add_space(20.0);
}

fn card(ui: &mut Ui, cx: &PanelContext<'_>, engine: &Running) -> bool {
    let theme = cx.theme;
    let name = cx.say(match engine.place {
        Place::DockerHost => "engines-docker-host",
        Place::Named => "engines-named",
        Place::Own => "engines-own",
        Place::Root => "engines-root",
    });
    let counts = [
        ("containers", engine.containers.to_string()),
        ("running", engine.running.to_string()),
        ("images", engine.images.to_string()),
        ("steps", engine.info.steps.to_string()),
    ];
    let holds = cx.words.say_with("engines-holds", &counts.each_ref().map(|(name, count)| (*name, count.as_str())));
    let socket = visible::path(&engine.socket);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    let label = cx.words.say_with("engines-attach", &[("name", name.as_str()), ("holds", holds.as_str())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let lit = response.hovered() || response.has_focus();
    let line = Stroke::new(1.0, if lit { theme.accent } else { theme.line });
    ui.painter().rect(rect, CornerRadius::same(10), theme.card, line, StrokeKind::Inside);
    ui.painter().circle_filled(rect.left_center() + vec2(22.0, 0.0), 5.0, theme.good);
    let at = rect.left_top() + vec2(42.0, 9.0);
    let width = rect.width() - 60.0;
    let end = widgets::line(ui.painter(), at, width * 0.5, &name, fonts::bold(15.0), theme.text);
    let side = rect.right_top() + vec2(-16.0, 11.0);
    let text = ui.painter().layout_no_wrap(fonts::shown(&socket), fonts::mono(12.0), theme.weak);
    let room = side.x - end.right() - 16.0;
    if text.size().x <= room {
        ui.painter().galley(Align2::RIGHT_TOP.anchor_size(side, text.size()).min, text, theme.weak);
    }
    let at = end.left_bottom() + vec2(0.0, 2.0);
    widgets::line(ui.painter(), at, width, &holds, fonts::regular(13.0), theme.weak);
    let clicked = response.clicked();
    response.on_hover_text(socket);
    clicked
}
