//! egui's own widgets in the palette's colours.

use super::{fonts, theme::Theme};
use egui::{CornerRadius, Stroke, Style, TextStyle, Visuals, style::WidgetVisuals};

/// Corner radius of cards and panels' boxes.
pub const RADIUS: u8 = 8;
/// Corner radius of small controls.
pub const RADIUS_SMALL: u8 = 6;

/// Installs fonts and both appearances.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    for (which, theme) in [(egui::Theme::Dark, Theme::DARK), (egui::Theme::Light, Theme::LIGHT)] {
        ctx.style_mut_of(which, |style| apply_style(style, &theme));
    }
}

fn apply_style(style: &mut Style, theme: &Theme) {
    style.text_styles = [
        (TextStyle::Heading, fonts::bold(19.0)),
        (TextStyle::Body, fonts::regular(14.0)),
        (TextStyle::Button, fonts::regular(13.5)),
        (TextStyle::Small, fonts::regular(12.0)),
        (TextStyle::Monospace, fonts::mono(13.0)),
    ]
    .into();
    style.spacing.item_spacing = egui::vec2(8.0, 6.0);
    style.spacing.button_padding = egui::vec2(10.0, 5.0);
    style.spacing.interact_size.y = 26.0;
    style.spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.tooltip_delay = 0.4;
    style.visuals = visuals(theme);
    if reduced_motion() {
        style.animation_time = 0.0;
        style.scroll_animation = egui::style::ScrollAnimation::none();
    }
}

/// The user asked for less motion: `DOCKWALK_REDUCED_MOTION=1`, or GTK's animations are off.
pub fn reduced_motion() -> bool {
    let set = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v == value);
    set("DOCKWALK_REDUCED_MOTION", "1") || set("GTK_ENABLE_ANIMATIONS", "0")
}

fn visuals(theme: &Theme) -> Visuals {
    let mut visuals = if theme.dark { Visuals::dark() } else { Visuals::light() };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(theme.weak);
    visuals.panel_fill = theme.panel;
    visuals.window_fill = theme.card;
    visuals.window_stroke = Stroke::new(1.0, theme.line);
    visuals.window_corner_radius = CornerRadius::same(12);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS);
    visuals.extreme_bg_color = theme.well;
    visuals.code_bg_color = theme.well;
    visuals.faint_bg_color = theme.card;
    visuals.hyperlink_color = theme.accent;
    visuals.warn_fg_color = theme.warn;
    visuals.error_fg_color = theme.bad;
    visuals.selection.bg_fill = theme.accent.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, theme.accent);
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = true;
    // A cursor that blinks paints the window twice a second, as long as a field has the keys.
    visuals.text_cursor.blink = false;
    let state = |fill, line, text| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(RADIUS_SMALL),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let lit = theme.card.lerp_to_gamma(theme.text, 0.08);
    visuals.widgets.noninteractive = state(theme.panel, theme.line, theme.text);
    visuals.widgets.inactive = state(theme.card, theme.line, theme.text);
    visuals.widgets.hovered = state(lit, theme.weak, theme.text);
    visuals.widgets.active = state(lit, theme.accent, theme.text);
    visuals.widgets.open = state(lit, theme.line, theme.text);
    visuals
}
