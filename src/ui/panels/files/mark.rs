//! What a layer did to a path, as a shape with a letter: it is read without colour, too.

use crate::tree::{Kind, PathChange};
use crate::ui::{fonts, theme::Theme};
use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, vec2};

/// The colour of a mark.
pub fn color(mark: PathChange, theme: &Theme) -> Color32 {
    match mark {
        PathChange::Same => theme.text,
        PathChange::Added => theme.good,
        PathChange::Changed | PathChange::Metadata => theme.warn,
        PathChange::Deleted | PathChange::Opaque => theme.bad,
        PathChange::NoEffect => theme.weak,
    }
}

/// The letter in its shape.
pub fn letter(mark: PathChange) -> &'static str {
    match mark {
        PathChange::Same => "",
        PathChange::Added => "A",
        PathChange::Changed => "M",
        PathChange::Metadata => "m",
        PathChange::Opaque => "O",
        PathChange::Deleted => "D",
        PathChange::NoEffect => "–",
    }
}

/// The Fluent message with its name.
pub fn key(mark: PathChange) -> &'static str {
    match mark {
        PathChange::Same => "files-mark-same",
        PathChange::Added => "files-mark-added",
        PathChange::Changed => "files-mark-changed",
        PathChange::Metadata => "files-mark-metadata",
        PathChange::Opaque => "files-mark-opaque",
        PathChange::Deleted => "files-mark-deleted",
        PathChange::NoEffect => "files-mark-no-effect",
    }
}

/// Paints it about 16 points large: a square for what came, a circle for what changed, a diamond for what went, two squares
/// for an opaque directory. A faint one stands back: another layer than the chosen one did it.
pub fn paint(painter: &Painter, center: Pos2, mark: PathChange, theme: &Theme, behind: Color32, faint: bool) {
    let color = color(mark, theme);
    let color = if faint { behind.lerp_to_gamma(color, 0.40) } else { color };
    let fill = behind.lerp_to_gamma(color, if theme.dark { 0.20 } else { 0.12 });
    let line = Stroke::new(1.2, color);
    let square = |side: f32| Rect::from_center_size(center, vec2(side, side));
    match mark {
        PathChange::Same => return,
        PathChange::Added => {
            painter.rect(square(15.0), CornerRadius::same(3), fill, line, StrokeKind::Inside);
        }
        PathChange::Changed => {
            painter.circle(center, 7.5, fill, line);
        }
        PathChange::Metadata => {
            painter.circle(center, 7.5, behind, line);
        }
        PathChange::Deleted => {
            let r = 9.5;
            let points = [vec2(0.0, -r), vec2(r, 0.0), vec2(0.0, r), vec2(-r, 0.0)].map(|v| center + v);
            painter.add(Shape::convex_polygon(points.to_vec(), fill, line));
        }
        PathChange::Opaque => {
            painter.rect(square(16.0), CornerRadius::ZERO, fill, line, StrokeKind::Inside);
            painter.rect_stroke(square(11.0), CornerRadius::ZERO, Stroke::new(1.0, color), StrokeKind::Inside);
        }
        PathChange::NoEffect => {}
    }
    painter.text(center, Align2::CENTER_CENTER, letter(mark), fonts::bold(10.0), color);
}

/// The Fluent message that names a kind.
pub fn kind_key(kind: &Kind) -> &'static str {
    match kind {
        Kind::File { .. } => "files-kind-file",
        Kind::Directory => "files-kind-directory",
        Kind::Symlink { .. } => "files-kind-symlink",
        Kind::Hardlink { .. } => "files-kind-hardlink",
        Kind::Fifo => "files-kind-fifo",
        Kind::Char { .. } => "files-kind-char",
        Kind::Block { .. } => "files-kind-block",
        Kind::Whiteout => "files-kind-whiteout",
        Kind::Opaque => "files-kind-opaque",
    }
}
