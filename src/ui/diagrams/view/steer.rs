//! From where a picture is looked at: wheel, drag, keys and buttons move its camera.

use super::*;
use egui::{Key, WidgetInfo, vec2};

impl View {
    /// Wheel, pinch, drag, keys.
    pub(super) fn steer(&mut self, ui: &egui::Ui, ground: &Response, room: Rect) {
        let before = self.camera;
        if ground.dragged() {
            self.camera.pan(ground.drag_delta());
        }
        if ground.double_clicked() {
            self.fit_all();
        }
        if ui.rect_contains_pointer(room) {
            let (factor, scroll, at) =
                ui.input(|i| (i.zoom_delta(), i.smooth_scroll_delta(), i.pointer.hover_pos().unwrap_or(room.center())));
            if (factor - 1.0).abs() > 0.001 {
                self.camera.zoom_by(factor, at - room.min);
            } else if scroll != Vec2::ZERO {
                self.camera.pan(scroll);
            }
            if !ui.ctx().egui_wants_keyboard_input() {
                self.zoom_keys(ui);
            }
        }
        if self.camera != before {
            self.camera.keep(self.scene.size, self.view());
            self.camera_before = self.camera;
            ui.ctx().request_repaint();
        }
    }

    fn zoom_keys(&mut self, ui: &egui::Ui) {
        let pressed = |key: Key| ui.input(|i| i.key_pressed(key) && i.modifiers.is_none());
        if pressed(Key::Plus) || pressed(Key::Equals) {
            self.camera.zoom_by(1.2, self.view() / 2.0);
        }
        if pressed(Key::Minus) {
            self.camera.zoom_by(1.0 / 1.2, self.view() / 2.0);
        }
        if pressed(Key::Num0) {
            self.fit_all();
        }
    }

    /// As it is when nobody moved it; from there all of it, however small that makes it.
    fn fit_all(&mut self) {
        let fit = Camera::fit(self.scene.size, self.view(), self.focus(), self.of.scale);
        self.camera = if self.camera == fit { Camera::whole(self.scene.size, self.view()) } else { fit };
    }

    /// From right to left: larger, how large, smaller, and all of it.
    pub(super) fn buttons(&mut self, ui: &mut egui::Ui, words: &Words, theme: &Theme) {
        let percent = format!("{:.0}%", self.camera.zoom * 100.0);
        let fit = words.say("scene-zoom-fit");
        let items = [
            ("+", "scene-zoom-in", "+"),
            (&percent, "scene-zoom-now", "0"),
            ("−", "scene-zoom-out", "−"),
            (&fit, "scene-zoom-fit", "0"),
        ];
        let before = self.camera;
        for (text, key, hint) in items {
            let width = if key == "scene-zoom-fit" {
                42.0
            } else if key == "scene-zoom-now" {
                44.0
            } else {
                22.0
            };
            let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
            let name = words.say(key);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            let color = if response.hovered() || response.has_focus() { theme.text } else { theme.weak };
            let font = crate::ui::fonts::regular(12.5);
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, text, font, color);
            if response.clicked() {
                match key {
                    "scene-zoom-out" => self.camera.zoom_by(1.0 / 1.2, self.view() / 2.0),
                    "scene-zoom-in" => self.camera.zoom_by(1.2, self.view() / 2.0),
                    "scene-zoom-now" => self.camera.zoom_by(self.of.scale / self.camera.zoom, self.view() / 2.0),
                    _ => self.fit_all(),
                }
                self.camera.keep(self.scene.size, self.view());
            }
            response.on_hover_text(format!("{name}  {hint}"));
        }
        if self.camera != before {
            self.camera_before = self.camera;
            ui.ctx().request_repaint();
        }
    }
}
