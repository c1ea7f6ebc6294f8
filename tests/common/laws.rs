//! What every picture must hold to: nothing overlaps, no wire crosses a box that it does not belong to, every text fits, every
//! word is there.

#![allow(dead_code, reason = "each test uses a part of it")]

use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::*;
use dockwalk::ui::diagrams::{Anchor, Approximate, Look, Measure, Node, Scene, Tab, Text, scene, scene_in};
use egui::{Pos2, Rect, Vec2, vec2};

/// What a picture has of a window of 1280 × 720, 1440 × 900 and 1920 × 1080 with the terminal open, and before a class.
pub const ROOMS: [Vec2; 4] = [vec2(697.0, 360.0), vec2(785.0, 530.0), vec2(1140.0, 700.0), vec2(640.0, 297.0)];

pub fn draw(tab: Tab, world: &World, lang: Lang) -> Scene {
    scene(tab, world, None, &Words::new(lang), &Approximate)
}

/// All laws at once.
pub fn check(world: &World) {
    for tab in Tab::ALL {
        for lang in Lang::ALL {
            let scene = draw(tab, world, lang);
            hold(&scene, &format!("{tab:?} in {lang:?}"));
            for room in ROOMS {
                let look = Look { room: Some(room), ..Look::default() };
                let scene = scene_in(tab, world, look, &Words::new(lang), &Approximate);
                hold(&scene, &format!("{tab:?} in {lang:?} in {room:?}"));
            }
        }
    }
}

/// The laws of one picture.
pub fn hold(scene: &Scene, what: &str) {
    nothing_overlaps(scene, what);
    no_wire_crosses(scene, what);
    every_text_fits(scene, what);
    every_word_is_there(scene, what);
}

pub fn nothing_overlaps(scene: &Scene, what: &str) {
    let nodes: Vec<&Node> = scene.nodes().collect();
    for (i, a) in nodes.iter().enumerate() {
        assert!(a.rect.is_positive() && a.rect.is_finite(), "{what}: {:?} has no room: {:?}", a.id, a.rect);
        let all = Rect::from_min_size(Pos2::ZERO, scene.size);
        assert!(all.contains_rect(a.rect), "{what}: {:?} is outside the picture: {:?}", a.id, a.rect);
        if let Some(parent) = a.parent.as_ref().and_then(|id| scene.node(id)) {
            let inside = parent.rect.expand(0.1).contains_rect(a.rect);
            assert!(inside, "{what}: {:?} {:?} sticks out of {:?} {:?}", a.id, a.rect, parent.id, parent.rect);
        }
        for b in &nodes[i + 1..] {
            let nested = scene.is_within(a, &b.id) || scene.is_within(b, &a.id);
            let apart = !a.rect.shrink(0.5).intersects(b.rect.shrink(0.5));
            assert!(nested || apart, "{what}: {:?} {:?} overlaps {:?} {:?}", a.id, a.rect, b.id, b.rect);
        }
    }
    for caption in &scene.captions {
        let hit = nodes.iter().find(|n| n.rect.intersects(caption.rect.shrink(1.0)));
        assert!(hit.is_none(), "{what}: {:?} is written over {:?}", caption.text.text, hit.map(|n| &n.id));
    }
    for (from, to, edge) in scene.edges() {
        let Some(label) = &edge.label else { continue };
        let belongs = |n: &Node| scene.is_within(from, &n.id) || scene.is_within(to, &n.id);
        let hit = nodes.iter().find(|n| !belongs(n) && n.rect.intersects(label.rect.shrink(1.0)));
        assert!(hit.is_none(), "{what}: {:?} is written over {:?}", label.text.text, hit.map(|n| &n.id));
    }
}

pub fn no_wire_crosses(scene: &Scene, what: &str) {
    for (from, to, edge) in scene.edges() {
        for node in scene.nodes() {
            let own = node.id == from.id || node.id == to.id;
            if own || scene.is_within(from, &node.id) || scene.is_within(to, &node.id) {
                continue;
            }
            let rect = node.rect.shrink(0.5);
            let hit = edge.route.windows(2).find(|pair| crosses(rect, pair[0], pair[1]));
            assert!(
                hit.is_none(),
                "{what}: the wire {:?} → {:?} crosses {:?} {:?} at {hit:?}",
                from.id,
                to.id,
                node.id,
                node.rect
            );
        }
        let all = Rect::from_min_size(Pos2::ZERO, scene.size);
        let out = edge.route.iter().find(|at| !all.contains(**at));
        assert!(out.is_none(), "{what}: the wire {:?} → {:?} leaves the picture at {out:?}", from.id, to.id);
        let ends = [(from, edge.route.first()), (to, edge.route.last())];
        for (node, end) in ends {
            let at = *end.expect("a wire has ends");
            let on_it = node.rect.expand(1.0).contains(at) && !node.rect.shrink(1.0).contains(at);
            assert!(on_it, "{what}: the wire {:?} → {:?} does not end at {:?}", from.id, to.id, node.id);
        }
    }
}

/// Does the segment from `a` to `b` meet the inside of `rect`? (Liang and Barsky.)
pub fn crosses(rect: Rect, a: Pos2, b: Pos2) -> bool {
    let way = b - a;
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    let sides = [
        (-way.x, a.x - rect.left()),
        (way.x, rect.right() - a.x),
        (-way.y, a.y - rect.top()),
        (way.y, rect.bottom() - a.y),
    ];
    for (p, q) in sides {
        if p == 0.0 {
            if q < 0.0 {
                return false;
            }
        } else if p < 0.0 {
            enter = enter.max(q / p);
        } else {
            leave = leave.min(q / p);
        }
    }
    enter < leave
}

fn extent(text: &Text) -> (f32, f32) {
    let mark = if text.mark.is_some() { text.font.size() + 4.0 } else { 0.0 };
    let width = Approximate.width(&text.text, text.font) + mark;
    match text.anchor {
        Anchor::Left => (text.at.x, text.at.x + width),
        Anchor::Center => (text.at.x - width / 2.0, text.at.x + width / 2.0),
        Anchor::Right => (text.at.x - width, text.at.x),
    }
}

pub fn every_text_fits(scene: &Scene, what: &str) {
    for node in scene.nodes() {
        for (i, text) in node.texts.iter().enumerate() {
            let (left, right) = extent(text);
            let fits = left >= -1.0 && right <= node.rect.width() + 1.0;
            assert!(
                fits,
                "{what}: {:?} sticks out of {:?}: {left}..{right} of {}",
                text.text,
                node.id,
                node.rect.width()
            );
            assert!((0.0..=node.rect.height()).contains(&text.at.y), "{what}: {:?} is not on {:?}", text.text, node.id);
            for other in &node.texts[i + 1..] {
                let (other_left, other_right) = extent(other);
                let same_line = (text.at.y - other.at.y).abs() < 8.0 && !text.text.is_empty() && !other.text.is_empty();
                let apart = right <= other_left + 1.0 || other_right <= left + 1.0;
                assert!(!same_line || apart, "{what}: {:?} over {:?} on {:?}", text.text, other.text, node.id);
            }
        }
    }
}

pub fn every_word_is_there(scene: &Scene, what: &str) {
    let nodes = scene.nodes().flat_map(|n| n.texts.iter().map(|t| &t.text).chain([&n.label]));
    let edges = scene.edges().filter_map(|(_, _, e)| e.label.as_ref()).map(|l| &l.text.text);
    let captions = scene.captions.iter().map(|c| &c.text.text);
    for text in nodes.chain(edges).chain(captions).chain([&scene.spoken]) {
        assert!(!text.contains('⟨') && !text.contains('{'), "{what}: {text}");
    }
    assert!(!scene.spoken.is_empty(), "{what}: no sentence");
    for node in scene.nodes().filter(|n| n.id.entity.is_some()) {
        assert!(!node.label.is_empty(), "{what}: {:?} has no name for a screen reader", node.id);
    }
}
