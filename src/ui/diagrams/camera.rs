use egui::emath::TSTransform;
use egui::{Rect, Vec2, vec2};

/// Where one stands before a picture, and how near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Camera {
    /// Screen points for a point of the scene.
    pub zoom: f32,
    /// Where the scene's origin is, from the left upper corner of the view.
    pub shift: Vec2,
    /// It keeps the whole picture in view until someone moves it.
    pub fits: bool,
}

/// How near and how far one can go.
const RANGE: std::ops::RangeInclusive<f32> = 0.12..=4.0;
/// Fitting makes nothing larger than this, and nothing so small that it cannot be read: the smallest text has 11 points at 100 %.
const FIT: std::ops::RangeInclusive<f32> = 1.0..=1.3;

/// Points of the picture that stay in view wherever it is moved.
const LEFT: f32 = 120.0;

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: 1.0, shift: Vec2::ZERO, fits: true }
    }
}

impl Camera {
    /// The whole picture in the middle; what is too large to be read then begins at its corner, or where `focus` is.
    /// `scale` is what 100 % is.
    pub fn fit(size: Vec2, view: Vec2, focus: Option<Rect>, scale: f32) -> Self {
        Self::fitted(size, view, focus, (*FIT.start() * scale, *FIT.end() * scale))
    }

    /// The whole picture, however small that makes it.
    pub fn whole(size: Vec2, view: Vec2) -> Self {
        Self::fitted(size, view, None, (*RANGE.start(), *FIT.end()))
    }

    fn fitted(size: Vec2, view: Vec2, focus: Option<Rect>, (least, most): (f32, f32)) -> Self {
        let (wide, high) = (view.x / size.x.max(1.0), view.y / size.y.max(1.0));
        let zoom = wide.min(high).clamp(least, most);
        let drawn = size * zoom;
        let axis = |view: f32, drawn: f32, focus: Option<f32>| {
            if drawn <= view {
                return (view - drawn) / 2.0;
            }
            let wanted = focus.map_or(0.0, |at| view / 2.0 - at * zoom);
            wanted.clamp(view - drawn, 0.0)
        };
        let focus = focus.map(|f| f.center());
        let shift = vec2(axis(view.x, drawn.x, focus.map(|f| f.x)), axis(view.y, drawn.y, focus.map(|f| f.y)));
        Self { zoom, shift, fits: true }
    }

    /// That part of the scene is in view from here.
    pub fn sees(&self, part: Rect, view: Vec2) -> bool {
        let drawn = self.transform(Rect::from_min_size(egui::Pos2::ZERO, view)) * part;
        Rect::from_min_size(egui::Pos2::ZERO, view).expand(1.0).contains_rect(drawn)
    }

    /// From the scene to the screen.
    pub fn transform(&self, view: Rect) -> TSTransform {
        TSTransform::new(view.min.to_vec2() + self.shift, self.zoom)
    }

    /// Nearer or farther; what is at `at`, from the view's corner, stays there.
    pub fn zoom_by(&mut self, factor: f32, at: Vec2) {
        let zoom = (self.zoom * factor).clamp(*RANGE.start(), *RANGE.end());
        self.shift = at - (at - self.shift) * (zoom / self.zoom);
        self.zoom = zoom;
        self.fits = false;
    }

    /// Aside.
    pub fn pan(&mut self, by: Vec2) {
        self.shift += by;
        self.fits = false;
    }

    /// Never so far aside that nothing of the picture is left in view.
    pub fn keep(&mut self, size: Vec2, view: Vec2) {
        let axis = |shift: f32, drawn: f32, view: f32| {
            let part = LEFT.min(drawn / 2.0).min(view / 2.0);
            shift.clamp(part - drawn, (view - part).max(part - drawn))
        };
        let drawn = size * self.zoom;
        self.shift = vec2(axis(self.shift.x, drawn.x, view.x), axis(self.shift.y, drawn.y, view.y));
    }

    /// Between two, `t` from 0 to 1.
    pub fn towards(&self, after: &Self, t: f32) -> Self {
        Self {
            zoom: egui::lerp(self.zoom..=after.zoom, t),
            shift: self.shift + (after.shift - self.shift) * t,
            fits: after.fits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_moved_away_stays_in_view_with_a_part() {
        let (size, view) = (vec2(1000.0, 800.0), vec2(600.0, 400.0));
        let room = Rect::from_min_size(egui::Pos2::ZERO, view);
        for by in [vec2(9e4, 0.0), vec2(-9e4, 0.0), vec2(0.0, 9e4), vec2(0.0, -9e4), vec2(9e4, -9e4)] {
            let mut camera = Camera::fit(size, view, None, 1.0);
            camera.pan(by);
            camera.keep(size, view);
            let drawn = camera.transform(room) * Rect::from_min_size(egui::Pos2::ZERO, size);
            let seen = drawn.intersect(room).size();
            assert!(seen.x >= LEFT - 0.1 && seen.y >= LEFT - 0.1, "{by:?}: {seen:?}");
            let there = camera;
            camera.keep(size, view);
            assert_eq!(camera, there);
        }
    }
}
