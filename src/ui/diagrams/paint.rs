use super::draw::{Draw, Stroke};
use super::scene::{Anchor, Font};
use egui::emath::TSTransform;
use egui::epaint::{CornerRadius, Shape, StrokeKind};
use egui::{Align2, FontFamily, FontId, Pos2, Rect, pos2};

/// The faces of this window. A window without our own fonts (a test's) has no bold one.
#[derive(Debug, Clone)]
pub(super) struct Faces {
    bold: FontFamily,
}

impl Faces {
    pub fn of(ctx: &egui::Context) -> Self {
        let bold = crate::ui::fonts::bold_family();
        let has = ctx.fonts(|fonts| fonts.families().contains(&bold));
        Self { bold: if has { bold } else { FontFamily::Proportional } }
    }

    /// Our own fonts are there.
    pub fn has_bold(&self) -> bool {
        self.bold != FontFamily::Proportional
    }

    pub fn font(&self, font: Font, size: f32) -> FontId {
        let family = match font {
            font if font.is_mono() => FontFamily::Monospace,
            font if font.is_bold() => self.bold.clone(),
            _ => FontFamily::Proportional,
        };
        FontId::new(size, family)
    }
}

/// The smallest text that is still drawn, in points on the screen.
const LEGIBLE: f32 = 5.0;

/// Draws what can be seen of it. `fine` is false when there is so much that the small print is left out.
pub(super) fn paint(painter: &egui::Painter, faces: &Faces, list: &[Draw], view: TSTransform, fine: bool) {
    let clip = painter.clip_rect();
    let zoom = view.scaling;
    for item in list {
        match item {
            Draw::Box { rect, radius, fill, stroke } => {
                let rect = view * *rect;
                if rect.intersects(clip) {
                    boxed(painter, rect, radius * zoom, *fill, *stroke, zoom);
                }
            }
            Draw::Line { points, stroke } => {
                let points: Vec<Pos2> = points.iter().map(|p| view * *p).collect();
                if Rect::from_points(&points).expand(4.0).intersects(clip) {
                    line(painter, points, *stroke, zoom);
                }
            }
            Draw::Area { points, fill } => {
                let points = points.iter().map(|p| view * *p).collect();
                painter.add(Shape::convex_polygon(points, *fill, egui::Stroke::NONE));
            }
            Draw::Dot { center, radius, fill, stroke } => {
                let center = view * *center;
                if clip.contains(center) {
                    let outline = egui::Stroke::new(stroke.width * zoom.max(0.5), stroke.color);
                    painter.circle(center, radius * zoom, *fill, outline);
                }
            }
            Draw::Text { at, anchor, font, color, text, struck } => {
                // Whole quarters of a point: every size is a set of glyphs in the atlas.
                let size = (font.size() * zoom * 4.0).round() / 4.0;
                let at = view * *at;
                let near = clip.expand2(egui::vec2(600.0 * zoom, 20.0)).contains(at);
                if size < LEGIBLE || !near || (!fine && font.size() < 12.0) || text.is_empty() {
                    continue;
                }
                let align = match anchor {
                    Anchor::Left => Align2::LEFT_CENTER,
                    Anchor::Center => Align2::CENTER_CENTER,
                    Anchor::Right => Align2::RIGHT_CENTER,
                };
                let place = painter.text(at, align, text, faces.font(*font, size), *color);
                if *struck {
                    painter.hline(place.x_range(), place.center().y, egui::Stroke::new(1.0, *color));
                }
            }
        }
    }
}

fn boxed(painter: &egui::Painter, rect: Rect, radius: f32, fill: egui::Color32, stroke: Stroke, zoom: f32) {
    let width = stroke.width * zoom.clamp(0.6, 1.6);
    let corner = CornerRadius::same(radius.clamp(0.0, 255.0) as u8);
    if !stroke.dashed {
        let stroke = egui::Stroke::new(width, stroke.color);
        painter.rect(rect, corner, fill, stroke, StrokeKind::Middle);
        return;
    }
    painter.rect_filled(rect, corner, fill);
    line(painter, outline(rect, radius), Stroke { width: stroke.width, ..stroke }, zoom);
}

fn line(painter: &egui::Painter, points: Vec<Pos2>, stroke: Stroke, zoom: f32) {
    let line = egui::Stroke::new(stroke.width * zoom.clamp(0.6, 1.6), stroke.color);
    if stroke.dashed {
        let dash = 5.0 * zoom.max(0.5);
        painter.extend(Shape::dashed_line(&points, line, dash, dash * 0.8));
    } else {
        painter.add(Shape::line(points, line));
    }
}

/// A box with round corners as points, for dashes to run along.
pub(super) fn outline(rect: Rect, radius: f32) -> Vec<Pos2> {
    let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    let inner = rect.shrink(radius);
    let corners = [
        (inner.right_top(), -0.25_f32),
        (inner.right_bottom(), 0.0),
        (inner.left_bottom(), 0.25),
        (inner.left_top(), 0.5),
    ];
    let mut points: Vec<Pos2> = corners
        .iter()
        .flat_map(|(center, turn)| {
            (0..=5).map(move |i| {
                let angle = (turn + i as f32 * 0.05) * std::f32::consts::TAU;
                pos2(center.x + radius * angle.cos(), center.y + radius * angle.sin())
            })
        })
        .collect();
    points.extend(points.first().copied());
    points
}
