//! Icons, painted: they are sharp at every zoom and need no face.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

/// A picture on a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what they show")]
pub enum Icon {
    First,
    Back,
    Step,
    Over,
    Into,
    Out,
    Play,
    Pause,
    Live,
    Last,
    Loop,
    List,
    Copy,
    Close,
    Plus,
    Up,
    Down,
    Sun,
    Moon,
    Screen,
    Folder,
    Save,
    Picture,
    Terminal,
    Pin,
    Check,
    Cross,
    Home,
    Braces,
    More,
    Beside,
    Below,
}

impl Icon {
    /// Paints it in the middle of `rect`, about 14 points large.
    pub fn paint(self, painter: &Painter, rect: Rect, color: Color32) {
        let pen = Pen { painter, center: rect.center(), color };
        match self {
            Self::First => {
                pen.bar(-5.0, -5.0, 5.0);
                pen.triangle(vec2(-1.0, 0.0), -1.0, 5.0);
            }
            Self::Back => pen.triangle(vec2(0.0, 0.0), -1.0, 6.0),
            Self::Step => {
                pen.triangle(vec2(-1.5, 0.0), 1.0, 5.5);
                pen.bar(5.0, -5.5, 5.5);
            }
            Self::Over => pen.arc_over(),
            Self::Into => pen.arrow_to_dot(1.0),
            Self::Out => pen.arrow_to_dot(-1.0),
            Self::Play => pen.triangle(vec2(0.5, 0.0), 1.0, 6.5),
            Self::Pause => {
                pen.bar(-3.0, -5.5, 5.5);
                pen.bar(3.0, -5.5, 5.5);
            }
            Self::Beside | Self::Below => {
                let frame = Rect::from_center_size(pen.center, vec2(14.0, 12.0));
                painter.rect_stroke(frame, 2.0, Stroke::new(1.3, color), StrokeKind::Middle);
                let part = match self {
                    Self::Beside => Rect::from_min_max(pos2(frame.right() - 5.0, frame.top()), frame.max),
                    _ => Rect::from_min_max(pos2(frame.left(), frame.bottom() - 4.5), frame.max),
                };
                painter.rect_filled(part, 1.0, color);
            }
            Self::Live => {
                painter.circle_filled(pen.center, 4.0, color);
                painter.circle_stroke(pen.center, 7.0, Stroke::new(1.3, color));
            }
            Self::Loop => {
                pen.path(&[(-6.0, 1.0), (-6.0, -4.0), (5.0, -4.0), (3.0, -6.5), (5.0, -4.0), (3.0, -1.5)]);
                pen.path(&[(6.0, -1.0), (6.0, 4.0), (-5.0, 4.0), (-3.0, 6.5), (-5.0, 4.0), (-3.0, 1.5)]);
            }
            Self::Last => {
                pen.bar(5.0, -5.0, 5.0);
                pen.triangle(vec2(1.0, 0.0), 1.0, 5.0);
            }
            Self::More => {
                for x in [-5.0, 0.0, 5.0] {
                    painter.circle_filled(pen.center + vec2(x, 0.0), 1.7, color);
                }
            }
            Self::List => pen.lines(&[-4.5, 0.0, 4.5]),
            Self::Copy => pen.copy(),
            Self::Close | Self::Cross => {
                pen.path(&[(-4.0, -4.0), (4.0, 4.0)]).path(&[(-4.0, 4.0), (4.0, -4.0)]);
            }
            Self::Plus => {
                pen.path(&[(-5.0, 0.0), (5.0, 0.0)]).path(&[(0.0, -5.0), (0.0, 5.0)]);
            }
            Self::Up => {
                pen.path(&[(-4.5, 2.5), (0.0, -2.5), (4.5, 2.5)]);
            }
            Self::Down => {
                pen.path(&[(-4.5, -2.5), (0.0, 2.5), (4.5, -2.5)]);
            }
            Self::Sun => pen.sun(),
            Self::Moon => pen.moon(),
            Self::Screen => {
                pen.frame(-7.0, -5.5, 14.0, 9.0, 1.5);
                pen.path(&[(-3.5, 6.5), (3.5, 6.5)]);
            }
            Self::Folder => {
                pen.path(&[(-7.0, 5.0), (-7.0, -5.0), (-2.0, -5.0), (0.0, -2.5), (7.0, -2.5), (7.0, 5.0), (-7.0, 5.0)]);
            }
            Self::Save => {
                pen.path(&[(0.0, -6.5), (0.0, 2.0)]).path(&[(-3.5, -1.5), (0.0, 2.0), (3.5, -1.5)]);
                pen.path(&[(-6.5, 2.5), (-6.5, 6.0), (6.5, 6.0), (6.5, 2.5)]);
            }
            Self::Picture => {
                pen.frame(-7.0, -5.5, 14.0, 11.0, 1.5);
                pen.path(&[(-5.0, 4.0), (-1.0, -1.0), (1.5, 2.0), (3.5, -0.5), (5.5, 3.0)]);
            }
            Self::Terminal => {
                pen.frame(-7.0, -5.5, 14.0, 11.0, 1.5);
                pen.path(&[(-4.0, -2.5), (-1.5, 0.0), (-4.0, 2.5)]).path(&[(0.5, 2.5), (4.0, 2.5)]);
            }
            Self::Pin => {
                pen.frame(-6.0, -6.0, 12.0, 12.0, 6.0);
                painter.circle_filled(pen.center, 2.5, color);
            }
            Self::Check => {
                pen.path(&[(-5.0, 0.5), (-1.5, 4.0), (5.0, -4.0)]);
            }
            Self::Braces => {
                pen.path(&[
                    (-2.0, -6.0),
                    (-4.0, -6.0),
                    (-4.0, -1.5),
                    (-6.0, 0.0),
                    (-4.0, 1.5),
                    (-4.0, 6.0),
                    (-2.0, 6.0),
                ]);
                pen.path(&[(2.0, -6.0), (4.0, -6.0), (4.0, -1.5), (6.0, 0.0), (4.0, 1.5), (4.0, 6.0), (2.0, 6.0)]);
                painter.circle_filled(pen.center, 1.2, color);
            }
            Self::Home => {
                pen.path(&[(-6.5, 0.0), (0.0, -6.0), (6.5, 0.0)]);
                pen.path(&[(-4.5, -1.0), (-4.5, 6.0), (4.5, 6.0), (4.5, -1.0)]);
            }
        }
    }
}

struct Pen<'a> {
    painter: &'a Painter,
    center: Pos2,
    color: Color32,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        pos2(self.center.x + x, self.center.y + y)
    }

    fn stroke(&self) -> Stroke {
        Stroke::new(1.5, self.color)
    }

    fn path(&self, points: &[(f32, f32)]) -> &Self {
        self.painter.line(points.iter().map(|(x, y)| self.at(*x, *y)).collect(), self.stroke());
        self
    }

    fn bar(&self, x: f32, top: f32, bottom: f32) {
        self.painter.rect_filled(Rect::from_min_max(self.at(x - 1.0, top), self.at(x + 1.0, bottom)), 0.5, self.color);
    }

    fn lines(&self, ys: &[f32]) {
        for y in ys {
            self.path(&[(-6.0, *y), (6.0, *y)]);
        }
    }

    fn triangle(&self, offset: egui::Vec2, direction: f32, size: f32) {
        let tip = self.at(offset.x + direction * size * 0.85, offset.y);
        let x = offset.x - direction * size * 0.75;
        let points = vec![self.at(x, offset.y - size), tip, self.at(x, offset.y + size)];
        self.painter.add(Shape::convex_polygon(points, self.color, Stroke::NONE));
    }

    fn frame(&self, x: f32, y: f32, width: f32, height: f32, radius: f32) {
        let rect = Rect::from_min_size(self.at(x, y), vec2(width, height));
        self.painter.rect_stroke(rect, radius, self.stroke(), StrokeKind::Middle);
    }

    fn copy(&self) {
        self.frame(-2.0, -2.0, 7.5, 7.5, 1.5);
        self.path(&[(2.5, -5.5), (-5.5, -5.5), (-5.5, 2.5)]);
    }

    fn arc_over(&self) {
        let points = (0..=12).map(|i| {
            let angle = std::f32::consts::PI * (1.0 + i as f32 / 12.0);
            (6.0 * angle.cos(), 2.0 + 6.5 * angle.sin())
        });
        let points: Vec<_> = points.collect();
        self.path(&points).path(&[(2.5, -0.5), (6.0, 2.5), (7.5, -1.8)]);
        self.painter.circle_filled(self.at(0.0, 4.5), 2.0, self.color);
    }

    fn arrow_to_dot(&self, direction: f32) {
        let (from, to) = (-6.5, 1.5);
        let (from, to) = if direction > 0.0 { (from, to) } else { (to, from) };
        self.path(&[(0.0, from), (0.0, to)]);
        self.path(&[(-3.5, to - 3.5 * direction), (0.0, to), (3.5, to - 3.5 * direction)]);
        self.painter.circle_filled(self.at(0.0, 5.5), 2.0, self.color);
    }

    fn sun(&self) {
        self.painter.circle_stroke(self.center, 3.0, self.stroke());
        for i in 0..8 {
            let angle = std::f32::consts::TAU * i as f32 / 8.0;
            let (sin, cos) = angle.sin_cos();
            self.path(&[(5.0 * cos, 5.0 * sin), (7.0 * cos, 7.0 * sin)]);
        }
    }

    fn moon(&self) {
        let outer = (0..=16).map(|i| {
            let angle = 0.9 + std::f32::consts::PI * 1.28 * i as f32 / 16.0;
            (6.0 * angle.cos(), 6.0 * angle.sin())
        });
        let inner = (0..=16).rev().map(|i| {
            let angle = 1.35 + std::f32::consts::PI * 0.98 * i as f32 / 16.0;
            (3.2 + 4.9 * angle.cos(), -2.0 + 4.9 * angle.sin())
        });
        let points: Vec<_> = outer.chain(inner).collect();
        let first = points.first().copied();
        self.path(&points.into_iter().chain(first).collect::<Vec<_>>());
    }
}
