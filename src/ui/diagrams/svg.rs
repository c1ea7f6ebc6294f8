use super::draw::{Draw, Emphasis, Stroke, draw};
use super::scene::{Anchor, Font, Scene};
use super::shown::Shown;
use crate::spec::visible;
use crate::ui::theme::Theme;
use egui::{Color32, Pos2};
use std::fmt::Write as _;

/// A scene as an SVG document. Fonts are named, not embedded.
pub(super) fn document(scene: &Scene, theme: &Theme, lang: &str) -> String {
    let (w, h) = (scene.size.x.max(1.0).ceil(), scene.size.y.max(1.0).ceil());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" lang=\"{lang}\" \
         role=\"img\">\n<title>{}</title>\n<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>\n",
        escape(&scene.spoken),
        hex(theme.canvas)
    );
    for item in draw(&Shown::of(scene), theme, &Emphasis::NONE) {
        element(&mut out, &item).expect("writing to a String cannot fail");
    }
    out.push_str("</svg>\n");
    out
}

fn element(out: &mut String, item: &Draw) -> std::fmt::Result {
    match item {
        Draw::Box { rect, radius, fill, stroke } => {
            if fill.a() == 0 && stroke.width == 0.0 {
                return Ok(());
            }
            let (x, y, w, h) = (rect.left(), rect.top(), rect.width(), rect.height());
            writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{radius:.1}\" {} {}/>",
                filled(*fill),
                stroked(*stroke)
            )
        }
        Draw::Line { points, stroke } => {
            writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\" {}/>",
                list(points),
                stroked(*stroke)
            )
        }
        Draw::Area { points, fill } => writeln!(out, "<polygon points=\"{}\" {}/>", list(points), filled(*fill)),
        Draw::Dot { center, radius, fill, stroke } => writeln!(
            out,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" {} {}/>",
            center.x,
            center.y,
            filled(*fill),
            stroked(*stroke)
        ),
        Draw::Text { at, anchor, font, color, text, struck } => {
            let anchor = match anchor {
                Anchor::Left => "start",
                Anchor::Center => "middle",
                Anchor::Right => "end",
            };
            let weight = if font.is_bold() { " font-weight=\"700\"" } else { "" };
            let line = if *struck { " text-decoration=\"line-through\"" } else { "" };
            // The middle of the height, without `dominant-baseline`, which not every reader knows.
            let y = at.y + font.size() * 0.35;
            writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{y:.1}\" font-family=\"{}\" font-size=\"{}\"{weight} text-anchor=\"{anchor}\"{line} {}>{}</text>",
                at.x,
                family(*font),
                font.size(),
                filled(*color),
                escape(text)
            )
        }
    }
}

fn family(font: Font) -> &'static str {
    if font.is_mono() {
        "D2Coding, 'Noto Sans Mono CJK KR', monospace"
    } else {
        "Pretendard, 'Noto Sans CJK KR', sans-serif"
    }
}

fn list(points: &[Pos2]) -> String {
    points.iter().map(|p| format!("{:.1},{:.1}", p.x, p.y)).collect::<Vec<_>>().join(" ")
}

fn filled(color: Color32) -> String {
    if color.a() == 0 {
        "fill=\"none\"".to_owned()
    } else {
        format!("fill=\"{}\"{}", hex(color), opacity("fill", color))
    }
}

fn stroked(stroke: Stroke) -> String {
    if stroke.width == 0.0 {
        return String::new();
    }
    let dash = if stroke.dashed { " stroke-dasharray=\"5 4\"" } else { "" };
    format!(
        "stroke=\"{}\" stroke-width=\"{:.1}\"{dash}{}",
        hex(stroke.color),
        stroke.width,
        opacity("stroke", stroke.color)
    )
}

fn opacity(what: &str, color: Color32) -> String {
    if color.a() == 255 { String::new() } else { format!(" {what}-opacity=\"{:.2}\"", f32::from(color.a()) / 255.0) }
}

fn hex(color: Color32) -> String {
    let [r, g, b, _] = color.to_srgba_unmultiplied();
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// XML's five. What XML 1.0 forbids is among what is made visible.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}
