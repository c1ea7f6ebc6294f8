//! The middle: which diagram, and the diagram itself.

use super::{PanelContext, breaking, reach, table};
use crate::trace::Family;
use crate::ui::command::{Ask, Command, FilesCommand, PathCommand, ReachingCommand, TerminalCommand, ViewCommand};
use crate::ui::diagrams::{Diagrams, How, Live, Pick, Tab};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{Align2, Layout, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// How high the tab bar is.
pub const TABS: f32 = 38.0;

/// Shows the tab bar in all the room there is.
pub fn tabs(ui: &mut Ui, cx: &mut PanelContext<'_>, diagrams: &mut Diagrams) {
    let theme = cx.theme;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_space(14.0);
        let files = cx.state.files.shown;
        let pictures = Tab::ALL.into_iter().enumerate().map(|(number, tab)| {
            (!files && cx.state.tab == tab, tab.key(), tab.family(), Command::from(ViewCommand::Tab(number)))
        });
        let tabs: Vec<_> =
            pictures.chain([(files, "files-tab", Family::Layer, FilesCommand::ShowOrHide.into())]).collect();
        // The width is that of the bold face: choosing a tab moves nothing.
        let wide = |key: &str, size| ui.painter().layout_no_wrap(cx.say(key), fonts::bold(size), theme.text).size().x;
        let widths = |size| tabs.iter().map(|(_, key, ..)| wide(key, size)).collect::<Vec<f32>>();
        // In a narrow window tabs are set smaller and stand closer, so that the tools, or at least the button for them, have their place.
        let needs = |size: &f32| widths(*size).iter().map(|wide| wide + CLOSE + 2.0).sum::<f32>() + FEW;
        let size = SIZES.into_iter().find(|size| needs(size) <= ui.available_width()).unwrap_or(SIZES[SIZES.len() - 1]);
        let widths = widths(size);
        let room = ui.available_width() - widths.iter().sum::<f32>();
        let apart = |tools: f32| (room - tools) / widths.len() as f32 - 2.0;
        let fits = [ALL + ZOOM, ALL, FEW].into_iter().find(|tools| apart(*tools) >= CLOSE);
        let zooms = fits == Some(ALL + ZOOM);
        let apart = apart(fits.unwrap_or(FEW)).clamp(CLOSE, 24.0);
        for (number, ((chosen, key, family, command), wide)) in tabs.into_iter().zip(widths).enumerate() {
            let text = cx.say(key);
            let (rect, response) = ui.allocate_exact_size(vec2(wide + apart, TABS), Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, &text));
            let color = match (chosen, response.hovered() || response.has_focus()) {
                (true, _) => theme.family(family),
                (false, true) => theme.text,
                (false, false) => theme.weak,
            };
            let font = if chosen { fonts::bold(size) } else { fonts::regular(size) };
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, &text, font, color);
            if chosen {
                let line = Rect::from_min_max(pos2(rect.left() + 6.0, rect.bottom() - 3.0), rect.max - vec2(6.0, 0.0));
                ui.painter().rect_filled(line, 1.5, color);
            }
            if response.clicked() && !(chosen && command == Command::from(FilesCommand::ShowOrHide)) {
                cx.want(command);
            }
            response.on_hover_text(widgets::tip(&text, &format!("Ctrl+{}", number + 1)));
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(12.0);
            tools(ui, cx);
            if zooms && !files && !super::is_idle(cx.state) {
                ui.add_space(4.0);
                diagrams.zoom(ui, cx.state.tab, cx.words, &cx.theme);
            }
        });
    });
}

/// The sizes of their names.
const SIZES: [f32; 4] = [14.5, 13.0, 12.0, 11.0];
/// The least between two tabs.
const CLOSE: f32 = 8.0;
/// What all tools need.
const ALL: f32 = 5.0 * 28.0 + 5.0 * 2.0 + 6.0 + 12.0;
/// What one button needs that has them all in a menu.
const FEW: f32 = 28.0 + 2.0 + 12.0;
/// What the buttons that zoom need.
const ZOOM: f32 = 42.0 + 44.0 + 2.0 * 22.0 + 4.0 * 2.0 + 4.0;

/// From right to left; where there is no room for them, behind one button.
fn tools(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let few = ui.available_width() < ALL - 12.5;
    let tools = [
        (Icon::Picture, "key-export", "Ctrl+E", PathCommand::Ask(Ask::Export).into()),
        (Icon::Save, "key-save", "Ctrl+S", PathCommand::Ask(Ask::Save).into()),
        (Icon::Folder, "key-open", "Ctrl+O", PathCommand::Ask(Ask::Open).into()),
        (Icon::List, "key-steps", "S", ViewCommand::Steps.into()),
    ];
    if few {
        return menu(ui, cx, tools);
    }
    for (icon, key, hint, command) in tools {
        let label = cx.say(key);
        if widgets::icon_button(ui, icon, &label, hint, Loudness::Quiet, 28.0).clicked() {
            cx.want(command);
        }
    }
    ui.add_space(6.0);
    let follow = cx.state.follow;
    let label = cx.say(if follow { "stage-following" } else { "stage-follow" });
    let loudness = if follow { Loudness::Plain } else { Loudness::Quiet };
    let response = widgets::icon_button(ui, Icon::Pin, &label, "", loudness, 28.0);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, follow, cx.say("stage-follow")));
    if response.clicked() {
        cx.want(ViewCommand::Follow);
    }
}

fn menu(ui: &mut Ui, cx: &mut PanelContext<'_>, tools: [(Icon, &str, &str, Command); 4]) {
    let label = cx.say("stage-more");
    let button = widgets::icon_button(ui, Icon::More, &label, "", Loudness::Quiet, 28.0);
    egui::Popup::menu(&button).show(|ui| {
        let mut follow = cx.state.follow;
        if ui.checkbox(&mut follow, cx.say("stage-follow")).clicked() {
            cx.want(ViewCommand::Follow);
        }
        for (_, key, hint, command) in tools.into_iter().rev() {
            if ui.add(egui::Button::new(cx.say(key)).shortcut_text(hint)).clicked() {
                cx.want(command);
            }
        }
    });
}

/// Shows the diagram in all the room there is.
pub fn diagram(ui: &mut Ui, cx: &mut PanelContext<'_>, diagrams: &mut Diagrams) {
    let state = cx.state;
    let mut selection = state.selection.clone();
    let room = ui.available_rect_before_wrap();
    let lit = state.lit();
    let of = state.isolated();
    if state.tab == Tab::Reach {
        reach::bar(ui, cx);
    }
    if state.tab == Tab::Storage && state.has_storage_views() {
        table::bar(ui, cx);
    }
    let (theme, reach, places) = (&cx.theme, &state.looked_at(), &state.asked_places());
    let how = How {
        theme,
        scale: 1.0,
        spotlight: false,
        of: of.as_ref(),
        reach,
        places,
        storage: state.storage,
        prune: state.pruning(),
        live: live(state),
    };
    let picked = diagrams.show(ui, state.tab, state.world(), &lit, &mut selection, cx.words, how);
    match picked {
        Some(Pick::Pair(from, to)) => cx.want(ReachingCommand::Pair(from, to)),
        Some(Pick::Hop(number)) => cx.want(ReachingCommand::Hop(number)),
        Some(Pick::Predict(question, yes)) => cx.want(state.predicts(question, yes)),
        None => {}
    }
    if selection != state.selection {
        cx.want(ViewCommand::Select(selection));
    }
    let touched = diagrams.touched(state.tab);
    if touched != state.touched.as_ref() {
        cx.want(ViewCommand::Touch(touched.cloned()));
    }
    breaking::corner(ui, cx, room);
}

/// What passes is of now: at a moment of the past it is not seen.
pub fn live(state: &crate::ui::state::WindowState) -> Live<'_> {
    let now = state.steps_the_engine() && state.tab == Tab::Network;
    Live { traffic: state.traffic.as_ref().filter(|_| now), told: &state.told }
}

/// What there is to see when nothing has happened yet in a live engine, or while what has is still being read.
pub fn idle(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let theme = cx.theme;
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.32).max(20.0));
        if cx.state.is_reading() {
            ui.label(RichText::new(cx.say("idle-reading")).font(fonts::bold(20.0)));
            ui.add_space(4.0);
            let events = cx.state.trace.len().to_string();
            ui.label(RichText::new(cx.words.say_with("idle-read", &[("events", &events)])).color(theme.weak));
            return;
        }
        ui.label(RichText::new(cx.say("idle-title")).font(fonts::bold(20.0)));
        ui.add_space(4.0);
        let open = cx.state.gate.open || cx.state.gate.passing;
        ui.label(RichText::new(cx.say(if open { "idle-text-open" } else { "idle-text" })).color(theme.weak));
        if cx.state.course.is_some() {
            // What is to be run is the lesson's to say.
            return;
        }
        ui.add_space(14.0);
        ui.label(
            RichText::new("$ docker run -it lab/shell:1").font(fonts::mono(15.0)).color(theme.family(Family::Network)),
        );
        ui.add_space(10.0);
        let label = cx.say("idle-run");
        if widgets::text_button(ui, &label, cx.loudness()).clicked() {
            cx.want(TerminalCommand::Run("docker run -it lab/shell:1".to_owned()));
        }
    });
}
